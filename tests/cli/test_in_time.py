"""What concerns the time of an order, from the command line (计时): done by ``do``, said by ``show``, ``list`` …"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PACK = """title = "测试市"
place = "990100"
effective = "unknown"

[[limit]]
limit = "5wd"
basis = "某市办法 第一条"

[[limit]]
stage = "先行联系"
limit = "1wd"
basis = "某市办法 第二条"

[tell]
of = ["statute", "extended"]
basis = "某市办法 第三条"

[suspension]
reasons = ["awaiting-requester"]
basis = "library default"

[lights]
yellow = "2wd"
basis = "library default"

[[statute]]
code = "petition"
zh = "信访"
limit = "60d"
basis = "信访工作条例"
"""


@pytest.fixture
def order(run: Any, store: Any, tmp_path: Path) -> tuple[str, Path]:
    """An order of a place that has all this, dispatched on Monday 2026-09-28."""
    folder = tmp_path / "testcity"
    folder.mkdir()
    (folder / "unknown.toml").write_text(PACK, encoding="utf-8")
    at = "2026-09-28T10:00"
    told = run(
        "receive", "--pack", folder, "--store", store, "--text", "路灯不亮", "--kind", "投诉", "--level", "省级",
        "--received", at, "--at", at, "--format", "json",
    )  # fmt: skip
    number = told.json["number"]
    run("do", number, "accept", "--as", "dispatcher", "--pack", folder, "--store", store, "--at", at, code=None)
    run("do", number, "dispatch", "--unit", "u1", "--as", "dispatcher", "--pack", folder, "--store", store, "--at", at)
    return number, folder


def test_what_is_decided_about_time_is_done_shown_and_told(run: Any, store: Any, order: tuple[str, Path]) -> None:
    number, pack = order
    where = ("--pack", pack, "--store", store)

    def do(*words: str, who: str = "dispatcher", code: int = 0) -> Any:
        return run("do", number, *words, "--as", who, "--at", "2026-09-28T11:00", *where, code=code)

    do("contact", "--no-reached", "--reason", "no-answer", who="handler@u1")
    do("suspend", "--reason", "awaiting-requester", "--until", "2026-10-01")
    do("apply-statute", "--code", "petition")
    shown = run("show", number, *where, "--format", "json").json
    assert (shown["level"], shown["contacted"], shown["must_tell"]) == ("province", False, ["statute"])
    assert (shown["statute"], shown["suspended"]) == ("信访工作条例", "2026-10-01T00:00:00+08:00")
    assert {row["clock"]: row["light"] for row in shown["clocks"]}["tell:statute"] is None
    words = run("show", number, *where).out
    for said in ("须告知诉求人", "法定时限", "中止至迟", "先行联系", "未联系上", "省级"):
        assert said in words
    do("tell", "--how", "sms", who="handler@u1")
    do("resume", who="handler@u1")
    told = run("show", number, *where, "--explain").out
    for said in ("已告知诉求人", "恢复计时", "适用法定时限 60日"):
        assert said in told
    do("suspend", "--reason", "weather", code=1)


def test_lights_are_shown_where_the_place_has_them(run: Any, store: Any, order: tuple[str, Path]) -> None:
    _, pack = order
    where = ("--pack", pack, "--store", store, "--format", "json")
    lights = {at: run("list", *where, "--at", at).json["orders"][0]["light"] for at in ("2026-09-29", "2026-10-09")}
    assert lights == {"2026-09-29": "green", "2026-10-09": "yellow"}
    due = run("due", "--pack", pack, "--kind", "投诉", "--received", "2020-01-06T10:00", "--format", "json").json
    assert due["light"] == "red"  # long past
    plain = run("due", "--pack", "shenyang", "--kind", "投诉", "--received", "2020-01-06T10:00", "--format", "json")
    assert plain.json["light"] is None


def test_the_matrix_of_limits_names_each_article_once(run: Any, order: tuple[str, Path]) -> None:
    _, pack = order
    told = run("pack", "show", pack, "--limits").out
    assert told.count("某市办法 第一条") == 1
    assert "先行联系" in told
    rows = run("pack", "show", pack, "--limits", "--format", "csv").out
    assert "statute" in rows.splitlines()[0]


def test_a_deferral_takes_in_the_day_it_names_and_shows_its_article(
    run: Any, store: Any, order: tuple[str, Path]
) -> None:
    """济南条例 art. 24: an explicit date of solution; 民法典 art. 203: a last day ends at twenty-four hours."""
    number, pack = order
    where = ("--as", "dispatcher", "--pack", pack, "--store", store)
    first = run("do", number, "defer", "--until", "2026-12-01", "--reason", "works", "--at", "2026-09-28T11:00", *where)
    assert "2026-12-01 到期（挂账）" in first.out
    assert "依据" in first.out
    again = ("--until", "2026-12-05T00:00", "--reason", "works", "--at", "2026-09-28T12:00")
    assert "2026-12-04 到期" in run("do", number, "defer", *again, *where).out
