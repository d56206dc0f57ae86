"""A shrunk failure is told as a story and as a case that the pack's own reader takes (失败讲成故事)."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from hotline12345.core import commands as c
from hotline12345.core.cases import run_case
from hotline12345.core.policy import Policy
from hotline12345.core.request import Kind, Request
from hotline12345.packs import check_pack, load_pack
from hotline12345.packs.cases import read_case
from hotline12345.packs.table import Notes, Row
from hotline12345.testing.lives import lives
from hotline12345.testing.orders import AT, HANDLER, Life
from hotline12345.testing.strategies import requests
from hotline12345.testing.telling import as_case, story, telling

SHENYANG = load_pack("shenyang").newest


def test_a_story_names_who_did_what_when_and_what_the_order_became() -> None:
    life = Life().take("signed")
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    assert story(life).splitlines() == [
        "2026-09-28 10:00  诉求 1 收件：投诉，城乡建设/物业管理，210102",
        "2026-09-28 11:00  派单员（centre） 受理 → 待派单",
        "2026-09-28 12:00  派单员（centre） 派单 [unit=u1] → 待签收",
        "2026-09-28 13:00  承办经办人（u1） 签收 → 办理中",
        "2026-09-28 14:00  承办经办人（u1） 退单 [reason=not-our-duty] → 争议待裁定",
        # Five working days from 09-28 end on 10-10 (TV-01): the midnight after it is the first instant too late.
        "此时：争议待裁定，到期 2026-10-11 00:00",
    ]
    assert story(life, "en").splitlines()[3] == "2026-09-28 13:00  handler (u1) sign → signed"


def _read(text: str) -> Policy | None:
    notes = Notes("x.toml", text)
    (row,) = tomllib.loads(text)["case"]
    case = read_case(Row(row, "case[1]", notes))
    assert notes.faults == []
    assert case is not None
    return run_case(SHENYANG, case)  # type: ignore[return-value]


@settings(max_examples=30, deadline=None)
@given(requests().filter(lambda request: not request.line))
def test_any_request_becomes_a_case_that_the_reader_takes_and_that_passes(request: Request) -> None:
    assert _read(as_case(SHENYANG, request)) is None


def test_a_case_says_what_came_out_so_that_the_author_can_say_what_should() -> None:
    at = datetime.fromisoformat("2026-09-28T10:00:00+08:00")
    text = as_case(SHENYANG, Request(at, text="楼下工厂夜里噪音扰民，睡不着", area="210100"), source="TV-01")
    case = tomllib.loads(text)["case"][0]
    assert case["category"] == "环境保护/噪音污染"
    assert case["unit"] == "210100-ecology"
    assert case["source"] == "TV-01"
    plain = tomllib.loads(as_case(SHENYANG, Request(at, kind=Kind.HELP, category="公安")))["case"][0]
    assert (plain["kind"], plain["limit"], str(plain["due_day"])) == ("求助", "5wd", "2026-10-10")  # TV-01


def test_a_shrunk_failure_carries_its_story_and_a_case() -> None:
    # Not explained: that would run the shrunk life in hundreds of variations, and none of it is in the story.
    @settings(max_examples=200, deadline=None, database=None, derandomize=True, phases=(Phase.generate, Phase.shrink))
    @given(lives())
    def nothing_is_ever_accepted(life: Life) -> None:
        with telling(life):
            assert life.order.status.value != "accepted"

    with pytest.raises(AssertionError) as caught:
        nothing_is_ever_accepted()
    told = "\n".join(caught.value.__notes__)
    assert "经过：" in told
    assert "受理" in told
    assert "→ 待派单" in told
    assert told.count(" → ") == 1  # the smallest life that fails has one step
    assert "[[case]]" in told


def test_a_case_that_is_pasted_into_a_pack_is_run_by_its_check(tmp_path: Path) -> None:
    head = 'title = "x"\nplace = "210100"\neffective = "unknown"\nextends = "shenyang"\n\n'
    text = as_case(SHENYANG, Request(AT, kind=Kind.COMPLAINT, category="城乡建设/物业管理"))
    (tmp_path / "unknown.toml").write_text(head + text.replace('limit = "20wd"', 'limit = "19wd"'), encoding="utf-8")
    assert [fault.code for fault in check_pack(tmp_path) if fault.severity == "error"] == ["failing-case"]
