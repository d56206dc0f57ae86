"""``calendar add``: a notice becomes a file that everything else can load, or nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

# In the words of the notices; the days are those of 国办发明电〔2025〕7号, items one and two.
NOTICE = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
国务院办公厅
2025年11月4日
"""


@pytest.fixture
def notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def test_a_notice_becomes_an_overlay_that_the_calendar_loads(run, notice: Path) -> None:
    told = run("calendar", "add", notice, "--url", "https://www.gov.cn/x", "--format", "json").json
    assert told["source"] == "国办发明电〔2025〕7号（2025-11-04） https://www.gov.cn/x"
    assert (told["file"], told["written"]) == ("overlay-2026_2025-11-04.toml", True)
    assert told["changes"] == []  # chinese-calendar knows 2026 already
    day = run("calendar", "check", "2026-01-04", "--overlay", told["file"], "--format", "json").json["days"][0]
    assert (day["works"], day["source"]) == (True, told["source"])


def test_what_differs_from_the_projection_is_listed(run, tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_text("一、元旦：1月1日（周五）放假1天，不调休。1月2日（周六）上班。", encoding="gb18030")
    told = run("calendar", "add", path, "--year", 2027, "--number", "虚构", "--dry-run", "--format", "json").json
    assert told["changes"] == [
        {"day": "2027-01-02", "was": False, "now": True, "was_certain": False, "why": "元旦调休上班"}
    ]
    assert "推算" in run("calendar", "add", path, "--year", 2027, "--number", "虚构", "--dry-run").out
    assert not list(tmp_path.glob("*.toml"))
    shown = run("calendar", "add", path, "--year", 2027, "--number", "x", "--dry-run", "--format", "csv").out
    assert shown.splitlines()[1].startswith("2027-01-02,false,true,false")


def test_adding_twice_writes_once_and_never_over_something_else(run, notice: Path) -> None:
    first = run("calendar", "add", notice, "--out", "o.toml", "--format", "json").json
    again = run("calendar", "add", notice, "--out", "o.toml", "--format", "json").json
    assert (first["written"], again["written"]) == (True, False)
    Path("o.toml").write_text("mine", encoding="utf-8")
    assert run("calendar", "add", notice, "--out", "o.toml", "--format", "json", code=2).error["code"] == "file-exists"
    assert Path("o.toml").read_text(encoding="utf-8") == "mine"
    assert run("calendar", "add", notice, "--out", "o.toml", "--force", "--format", "json").json["written"]


def test_a_sentence_that_is_not_understood_leaves_no_file(run, notice: Path) -> None:
    notice.write_text(NOTICE.replace("1月4日（周日）上班", "1月4日（周日）看情况"), encoding="utf-8")
    failed = run("calendar", "add", notice, "--format", "json", code=1)
    assert failed.error["code"] == "bad-notice"
    assert "1月4日（周日）看情况" in failed.error["faults"][0]
    assert "notice.txt:3" in failed.error["faults"][0]
    assert not list(notice.parent.glob("overlay*"))


def test_what_is_not_a_notice_is_said_to_be_none(run, tmp_path: Path) -> None:
    assert run("calendar", "add", tmp_path / "none.txt", "--format", "json", code=2).error["code"] == "no-such-file"
    assert "calendar after" in run("calendar", "add", "2026-10-10", code=2).err
    (tmp_path / "x.bin").write_bytes(b"\xff\xff\xff\x80")
    assert run("calendar", "add", tmp_path / "x.bin", "--format", "json", code=2).error["code"] == "not-text"


# ── impact ──


@pytest.fixture
def december(run, tmp_path: Path) -> str:
    """A store with one signed order of 2026-12-30, due in the first days of 2027."""
    store = f"sqlite:///{tmp_path / 'december.db'}"
    about = ("--kind", "complaint", "--category", "城乡建设/市政设施", "--area", "210103", "--text", "路灯坏了")
    at = "2026-12-30T10:00"
    run("receive", "--store", store, "--pack", "shenyang", *about, "--received", at, "--at", at)
    return store


def overlay_of_2027(folder: Path) -> Path:
    path = folder / "new-year.toml"
    days = "".join(
        f"[[day]]\ndate = 2027-01-0{n}\nworks = {str(n == 2).lower()}\n" for n in (1, 2, 3)
    )  # Saturday the 2nd is worked: invented
    path.write_text(f'source = "虚构"\nname = "元旦"\nfictitious = true\n{days}', encoding="utf-8")
    return path


def test_impact_lists_what_an_overlay_moves_and_apply_does_it_once(run, december: str, tmp_path: Path) -> None:
    overlay = overlay_of_2027(tmp_path)
    asked = ("calendar", "impact", overlay, "--store", december)
    seen = run(*asked, "--format", "json").json
    assert seen["moved"] >= 1
    assert run(*asked, "--format", "json").json == seen  # looking changes nothing
    row = next(each for each in seen["deadlines"] if each["clock"] == "citizen")
    assert (row["moves"], row["was_provisional"]) == (True, True)
    assert row["new_day"] in run(*asked).out
    assert run(*asked, "--format", "csv").out.splitlines()[0].startswith("number,clock,stage,unit,old_day,new_day")
    done = run(*asked, "--apply", "--at", "2026-12-30T12:00", "--format", "json").json
    assert (done["applied"], done["failed"], done["source"]) == (1, [], "虚构")
    shown = run("show", row["number"], "--store", december, "--format", "json").json
    assert shown["due_day"] == row["new_day"]
    moved = [event for event in shown["events"] if event["event"] == "DeadlineMoved"]
    assert {(event["reason"], event["source"]) for event in moved} == {("calendar", "虚构")}
    assert "虚构" in run("show", row["number"], "--store", december).out
    again = run(*asked, "--apply", "--at", "2026-12-30T13:00", "--format", "json").json
    assert (again["moved"], again["only_settled"], again["applied"]) == (0, 0, 0)


def test_an_order_that_refuses_is_told_and_the_command_ends_with_one(run, december: str, tmp_path: Path) -> None:
    overlay = overlay_of_2027(tmp_path)
    asked = ("calendar", "impact", overlay, "--store", december, "--apply", "--at", "2026-12-01T12:00")
    done = run(*asked, "--format", "json", code=1).json
    assert [failed["code"] for failed in done["failed"]] == ["time-runs-backward"]
    assert "time-runs-backward" in run(*asked, code=1).err


def test_one_order_is_recounted_by_hand(run, december: str, tmp_path: Path) -> None:
    overlay = overlay_of_2027(tmp_path)
    number = run("calendar", "impact", overlay, "--store", december, "--format", "json").json["deadlines"][0]["number"]
    who = ("--as", "admin", "--source", "虚构", "--at", "2026-12-30T12:00")
    run("do", number, "recount", "--store", december, "--overlay", overlay, *who)
    assert run("calendar", "impact", overlay, "--store", december, "--format", "json").json["deadlines"] == []
