"""``due``: the day, the article, the count, and what is not known yet."""

from __future__ import annotations

import csv
import io

import pytest

# The handbook's deadline vectors that a pack of the library can be asked for: pack, kind, received, due day.
VECTORS = [
    ("TV-01", "shenyang", "help", "2026-09-28T10:00:00+08:00", "2026-10-10"),
    ("TV-01", "liaoyuan", "投诉", "2026-09-28T10:00:00+08:00", "2026-10-10"),
    ("TV-02", "shenyang", "建议", "2026-09-30", "2026-10-13"),
    ("TV-03", "shenyang", "complaint", "2026-09-18T10:00", "2026-10-22"),
    ("TV-04", "shenyang", "求助", "2026/02/13", "2026-02-27"),
    ("TV-06", "shenyang", "consultation", "2026-04-30 09:00", "2026-05-07"),
    ("TV-08", "shenyang", "help", "2025-09-28", "2025-10-11"),
    ("TV-10", "shenyang", "help", "2026-11-21", "2026-11-27"),
    ("TV-11", "shenyang", "help", "2026-11-20", "2026-11-27"),
    ("TV-12", "shenyang", "举报", "2026-01-30T10:00:00+08:00", "2026-03-05"),
]


def due(run, *arguments, code=0):
    return run("due", "--format", "json", *arguments, code=code)


@pytest.mark.parametrize(("vector", "pack", "kind", "received", "day"), VECTORS)
def test_the_handbooks_vectors_come_out(run, vector, pack, kind, received, day):
    told = due(run, "--pack", pack, "--kind", kind, "--received", received).json
    assert (told["due_day"], told["provisional"]) == (day, False), vector


def test_the_answer_says_everything_that_was_promised(run):
    told = due(run, "--pack", "shenyang", "--kind", "投诉", "--received", "2026-09-18T10:00:00+08:00").json
    assert {key: told[key] for key in ("due_day", "at", "limit", "pack", "edition", "kind", "stage", "start")} == {
        "due_day": "2026-10-22",
        "at": "2026-10-23T00:00:00+08:00",
        "limit": "20wd",
        "pack": "shenyang",
        "edition": "2017-04-10",
        "kind": "complaint",
        "stage": "handle",
        "start": "2026-09-18T10:00:00+08:00",
    }
    assert told["earliest"] == told["latest"] == "2026-10-22"
    assert told["basis"].startswith("沈阳2017报道")


def test_the_count_sums_to_the_limit_and_ends_on_the_due_day(run):
    told = due(run, "--pack", "shenyang", "--kind", "投诉", "--received", "2026-09-18T10:00").json
    days = {row["day"]: row for row in told["counted"]}
    assert sum(row["counts"] for row in told["counted"]) == 20
    assert min(days) == "2026-09-18"
    assert max(days) == "2026-10-22"
    # 2026-09-20 and 2026-10-10 are make-up working days by the State Council's notice, 2026-10-01 is a holiday.
    assert [days[day]["counts"] for day in ("2026-09-18", "2026-09-20", "2026-10-01", "2026-10-10")] == [0, 1, 0, 1]
    assert "国庆" in days["2026-10-01"]["why"]


def test_an_instant_without_an_offset_is_chinas_and_another_offset_is_turned(run):
    naive = due(run, "--pack", "shenyang", "--kind", "help", "--received", "2026-09-28T10:00").json
    other = due(run, "--pack", "shenyang", "--kind", "help", "--received", "2026-09-28T02:00:00+00:00").json
    assert naive == other
    assert naive["start"] == "2026-09-28T10:00:00+08:00"


def test_no_limit_in_any_source_is_an_answer(run):
    told = due(run, "--pack", "cn", "--kind", "投诉", "--received", "2026-03-02").json
    assert (told["at"], told["due_day"], told["limit"], told["counted"]) == (None, None, None, [])
    assert "66号" in told["basis"]
    praise = due(run, "--pack", "shenyang", "--kind", "表扬", "--received", "2026-03-02").json
    assert (praise["at"], praise["basis"]) == (None, "library default")


def test_past_the_notices_the_day_is_provisional_and_an_overlay_settles_it(run, overlay):
    asked = ("--pack", "shenyang", "--kind", "投诉", "--received", "2026-12-31T10:00:00+08:00")
    told = due(run, *asked).json
    assert told["provisional"]
    assert told["earliest"] == told["due_day"] < told["latest"]
    settled = due(run, *asked, "--overlay", overlay).json
    assert not settled["provisional"]
    assert told["earliest"] <= settled["due_day"] <= told["latest"]


def test_the_table_can_be_read_by_a_citizen_and_says_provisional_plainly(run):
    told = run("due", "--pack", "shenyang", "--kind", "投诉", "--received", "2026-12-31").out
    assert "20个工作日" in told
    assert "暂定" in told
    assert "起算日不计（民法典第二百零一条）" in told
    english = run("due", "--pack", "shenyang", "--kind", "complaint", "--received", "2026-12-31", "--lang", "en").out
    assert "20 working days" in english
    assert "provisional" in english
    assert "工作日" not in english


def test_csv_has_a_row_a_day(run):
    out = run("due", "--pack", "shenyang", "--kind", "help", "--received", "2026-09-28", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[-1]["day"] == rows[0]["due_day"] == "2026-10-10"
    assert sum(int(row["counts"]) for row in rows) == 5


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        (("--kind", "抱怨"), "unknown-kind", 2),
        (("--kind", "help", "--stage", "sleep"), "unknown-stage", 2),
        (("--kind", "help", "--urgency", "very"), "unknown-urgency", 2),
        (("--kind", "help", "--received", "tomorrowish"), "bad-time", 2),
        (("--kind", "help", "--received", "1990-01-01"), "too-early", 1),
        (("--kind", "help", "--received", "2010-01-04"), "no-edition", 1),
        (("--kind", "help", "--edition", "2099"), "unknown-edition", 2),
        (("--kind", "help", "--overlay", "gone.toml"), "no-such-file", 2),
        (("--kind", "help", "--pack", "./nowhere"), "unknown-pack", 2),
        (("--kind", "help", "--pack", "atlantis"), "unknown-pack", 2),
    ],
)
def test_what_cannot_be_read_is_told_as_json_with_a_hint(run, arguments, error, code):
    ran = due(run, "--pack", "shenyang", *arguments, code=code)
    assert ran.out == ""
    assert ran.error["code"] == error
    assert set(ran.error) == {"code", "message", "hint"}
    assert ran.error["hint"]


def test_a_broken_overlay_is_told_with_every_fault(run, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text('source = "x"\n[[day]]\ndate = "never"\nworks = 3\n', encoding="utf-8")
    ran = due(run, "--kind", "help", "--overlay", broken, code=1)
    assert ran.error["code"] == "bad-overlay"
    assert len(ran.error["faults"]) == 2
    broken.write_text("[[day\n", encoding="utf-8")
    assert due(run, "--kind", "help", "--overlay", broken, code=1).error["code"] == "bad-overlay"


def test_another_stage_has_its_own_limit_or_none(run):
    told = due(run, "--pack", "shenyang", "--kind", "投诉", "--stage", "签收", "--received", "2026-03-02").json
    assert (told["stage"], told["at"]) == ("sign", None)


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("2026-09-28", "2026-09-28T00:00:00+08:00"),
        ("2026/9/28 10:30", "2026-09-28T10:30:00+08:00"),
        ("2026年9月28日 10时30分", "2026-09-28T10:30:00+08:00"),
        ("2026-09-28T02:30:00Z", "2026-09-28T10:30:00+08:00"),
    ],
)
def test_a_time_may_be_written_as_people_write_it(run, typed, start):
    assert due(run, "--pack", "shenyang", "--kind", "help", "--received", typed).json["start"] == start


@pytest.mark.parametrize(("typed", "days"), [("3天前", 3), ("3 days ago", 3), ("昨天", 1), ("今天", 0), ("now", 0)])
def test_a_time_may_be_said_from_the_present(typed, days):
    from datetime import UTC, datetime, timedelta

    from hotline12345.cli.common import instant_of

    told = instant_of(typed)
    behind = datetime.now(UTC) - told
    # A named day is its first instant; a minute is left for a slow machine.
    most = timedelta(days=days + 1 if typed.endswith("天") else days, minutes=1)
    assert timedelta(days=days) - timedelta(minutes=1) <= behind <= most
    assert told.utcoffset() == timedelta(hours=8)


def test_a_file_that_is_none_is_said_in_the_readers_language(run, tmp_path):
    (tmp_path / "folder").mkdir()
    zh = run("due", "--kind", "help", "--overlay", "folder", code=2).err
    assert "这是一个目录" in zh
    assert "directory" not in zh
    assert "没有这个文件" in run("due", "--kind", "help", "--overlay", "gone.toml", code=2).err
    assert "Is a directory" in run("due", "--kind", "help", "--overlay", "folder", "--lang", "en", code=2).err
