"""``pack diff`` and ``pack adopt-edition``: an edition seen before it is adopted, then adopted."""

from __future__ import annotations

from pathlib import Path

import pytest

EDITION = 'title = "市"\nplace = "990100"\neffective = {day}\nextends = "cn"\n[routing]\ncentre = "990100-12345"\n'
LIMIT = '[[limit]]\nkind = "求助"\nlimit = "{limit}"\nbasis = "{basis}"\n'
CLAUSE = '[transition]\nopen_orders = "move"\nbasis = "新办法 第三十条"\n'
UNITS = (
    "code,name,grade,parent,area,phone,source\n990000,省,province,,990000,,x\n990100,市,city,990000,990100,,x\n"
    "990100-12345,热线,centre,990100,990100,,x\n990100-a,甲局,department,990100,990100,,x\n"
)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    place = tmp_path / "city"
    place.mkdir()
    (place / "units.csv").write_text(UNITS, encoding="utf-8")
    (place / "catalogue.csv").write_text("category,area,unit\n,990100,990100-a\n", encoding="utf-8")
    old = EDITION.format(day="2020-01-01") + LIMIT.format(limit="5wd", basis="旧办法 第五条")
    new = EDITION.format(day="2026-09-29") + LIMIT.format(limit="7wd", basis="新办法 第六条") + CLAUSE
    (place / "2020-01-01.toml").write_text(old, encoding="utf-8")
    (place / "2026-09-29.toml").write_text(new, encoding="utf-8")
    return place


@pytest.fixture
def store(run, city: Path, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/orders.db"
    about = ("--text", "灯不亮", "--kind", "求助", "--category", "城乡建设/市政设施", "--area", "990100")
    at = "2026-09-28T10:00+08:00"
    run("receive", "--pack", city, "--store", url, *about, "--received", at, "--at", at)
    return url


def test_diff_tells_numbers_and_articles_and_which_orders_would_move(run, city: Path, store: str) -> None:
    told = run(
        "pack", "diff", f"{city}@2020-01-01", f"{city}@2026-09-29", "--store", store, "--pack", city, "--format", "json"
    ).json
    limit = next(change for change in told["changes"] if change["table"] == "limit")
    assert (limit["old"], limit["new"]) == ("5wd", "7wd")
    assert (limit["old_basis"], limit["new_basis"]) == ("旧办法 第五条", "新办法 第六条")
    assert (told["orders"]["open"], told["orders"]["moved"]) == (1, 1)
    # TV-01: 5 working days from 2026-09-28 end on 10-10, 7 on 10-13
    assert {(e["was"][:10], e["is"][:10]) for e in told["orders"]["examples"]} == {("2026-10-11", "2026-10-14")}
    table = run("pack", "diff", f"{city}@2020-01-01", f"{city}@2026-09-29", "--store", store, "--pack", city)
    assert "群众" in table.out
    assert "citizen" not in table.out
    plain = run("pack", "diff", f"{city}@2020-01-01", f"{city}@2026-09-29", "--lang", "en")
    assert "5wd" in plain.out
    assert "新办法 第六条" in plain.out


def test_an_unknown_edition_is_told_with_those_there_are(run) -> None:
    ran = run("pack", "diff", "cn@2020-01-01", "cn", "--format", "json", code=2)
    assert ran.error["code"] == "unknown-edition"


def test_adopting_is_previewed_and_then_done_once(run, city: Path, store: str) -> None:
    options = ("--pack", city, "--store", store, "--at", "2026-09-29T09:00+08:00", "--format", "json")
    seen = run("pack", "adopt-edition", "--preview", *options).json
    done = run("pack", "adopt-edition", *options).json
    assert seen["preview"]
    assert (done["edition"], done["open_orders"], done["orders"], done["moved"]) == ("2026-09-29", "move", 1, 1)
    assert done["deadlines"] == seen["deadlines"]
    assert run("pack", "adopt-edition", *options).json["moved"] == 0
    table = run("pack", "adopt-edition", *options[:-2], "--lang", "en")
    assert "0 under earlier ones" in table.out + table.err


def test_sealing_by_the_command_line(run, city: Path) -> None:
    done = run("pack", "seal", city, "--format", "json").json
    assert done[0]["sealed"] == ["2020-01-01.toml", "2026-09-29.toml", "units.csv", "catalogue.csv"]
    (city / "units.csv").write_text((city / "units.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert run("pack", "seal", city, code=None).code != 0
    faults = run("pack", "check", city, "--format", "json", code=1).json["faults"]
    assert [fault["code"] for fault in faults if fault["severity"] == "error"] == ["edited"]
    assert "units.csv" in run("pack", "seal", city, "--replace").out
