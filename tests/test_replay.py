"""Recorded requests through the whole flow (重放): counted again by others' means."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline12345.channels.plain import PlainChannel, Reading
from hotline12345.core.errors import PolicyError, RequestError
from hotline12345.core.request import Kind
from hotline12345.packs import load_pack
from hotline12345.replay import AreaMap, ReplayResult, read_area_map, replay
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Query

HEADER = "id,user,title,time,text,reply,reply_time\n"
# 2026-09-28 is a Monday; five working days on is Saturday 2026-10-10, a make-up workday (TV-01).
ROWS = (
    "1,甲,供水,2026-09-28 10:00:00,小区停水三天没有自来水,已恢复,2026-10-10 23:59:59\n"
    "2,乙,供水,2026-09-28 10:00:00,小区停水三天没有自来水,已恢复,2026-10-11 00:00:00\n"
    "3,丙,供水,2026-09-28 10:00:00,小区停水三天没有自来水,,\n"
)


def reading(rows: str, kind: Kind | None = Kind.COMPLAINT, head: str = HEADER) -> Reading:
    return PlainChannel().read((head + rows).encode(), kind=kind)


def run(rows: str, kind: Kind | None = Kind.COMPLAINT, **options: Any) -> ReplayResult:
    return replay(reading(rows, kind), "liaoyuan", kind=kind, **options)


# ── the verdicts ──


def test_a_reply_before_the_first_instant_too_late_is_on_time_one_at_it_is_late_and_none_is_open() -> None:
    found = run(ROWS)
    assert (found.on_time, found.late, found.open) == (1, 1, 1)
    assert found.received == found.rows == 3


def test_units_reply_only_when_the_record_says() -> None:
    found = run(ROWS, detail=True)
    replied = {row["ref"]: row["replied"] for row in found.orders}
    assert replied == {"1": "2026-10-10T23:59:59+08:00", "2": "2026-10-11T00:00:00+08:00", "3": None}
    assert found.by_status == {"replied": 2, "dispatched": 1}


def test_the_clock_strikes_before_a_reply_of_the_same_instant() -> None:
    assert run(ROWS).overdue == 2, "row 2 is overdue although it replies at that very instant"


def test_an_order_is_read_from_the_store_only_for_what_the_clock_did_to_it() -> None:
    """A replay alone writes to its orders, and a server is asked as seldom as can be."""
    calls: Counter[str] = Counter()

    class Asked(MemoryStore):
        def append(self, batch: Any) -> Any:
            calls["append"] += 1
            return super().append(batch)

        def stream(self, place: str, number: str, after: int = 0) -> Any:
            calls["stream"] += 1
            return super().stream(place, number, after)

        def awake(self, place: str, at: str, limit: int = 1000) -> Any:
            calls[f"awake {at}"] += 1
            return super().awake(place, at, limit)

        def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Any:
            calls["provisional"] += query.provisional is True
            return super().find(place, query, after, limit)

    assert replay(reading(ROWS), "liaoyuan", Asked(), kind=Kind.COMPLAINT).overdue == 2
    assert calls["stream"] == calls["append"] - 3 - 2  # beside three receipts and two replies, the clock wrote
    assert calls["provisional"] <= 1
    assert {n for name, n in calls.items() if name.startswith("awake")} == {1}


def test_what_a_transaction_on_a_server_holds_back_is_counted() -> None:
    class HeldBack(MemoryStore):
        def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> Any:
            return []

    assert replay(reading(ROWS), "liaoyuan", HeldBack(), kind=Kind.COMPLAINT) == run(ROWS)


def test_nothing_happens_after_the_records_last_instant() -> None:
    two = "".join(ROWS.splitlines(keepends=True)[::2])
    assert run(two).overdue == 0, "the record ends a second before row 3's deadline"
    assert run(two + "4,丁,供水,2026-10-12 08:00:00,小区停水三天没有自来水,,\n").overdue == 1


def test_a_reply_dated_before_its_request_is_kept_and_told() -> None:
    found = run("1,甲,供水,2026-09-28 10:00:00,小区停水三天,已恢复,2026-09-27 09:00:00\n")
    assert (found.received, found.on_time) == (1, 1)
    assert "reply-before-receipt" in [note.code for note in found.notes]


def test_an_order_without_a_limit_counts_as_on_time_when_replied_and_is_counted_apart() -> None:
    found = run(ROWS, Kind.CONSULTATION)
    assert (found.on_time, found.late, found.open, found.no_limit) == (2, 0, 1, 3)


def test_a_signature_in_the_record_is_a_signature_in_the_flow() -> None:
    head = "time,text,signed,reply_time\n"
    rows = "2026-09-28 10:00:00,小区停水三天,2026-09-28 15:00:00,2026-09-29 09:00:00\n"
    store = open_store("memory:")
    replay(reading(rows, head=head), "liaoyuan", store, kind=Kind.COMPLAINT)
    records = [fed.record for fed in store.feed()]
    assert [r.data["at"] for r in records if r.kind == "Signed"] == ["2026-09-28T15:00:00+08:00"]


def test_working_days_to_the_reply_leave_the_start_day_out() -> None:
    assert run(ROWS.splitlines(keepends=True)[0]).median_working_days == 5


# ── no row is lost ──


def test_every_row_is_received_or_refused_with_its_line_and_reason() -> None:
    found = run(ROWS + "4,丁,,,没有时间的一行,,\n5,戊,,2026-09-28 10:00:00,,,\n")
    assert found.rows == 5 == found.received + len(found.refused)
    assert [(one.line, one.error.code) for one in found.refused] == [(5, "missing-time"), (6, "empty-request")]
    assert all(one.error.message("zh") and one.error.message("en") for one in found.refused)


def test_the_same_request_twice_is_refused_with_the_order_it_became() -> None:
    found = run(ROWS + ROWS.splitlines(keepends=True)[0])
    assert [(one.line, one.error.code) for one in found.refused] == [(5, "already-there")]


def test_one_number_with_two_contents_is_refused() -> None:
    found = run("1,甲,供水,2026-09-28 10:00:00,停水,,\n1,甲,供电,2026-09-28 11:00:00,停电,,\n")
    assert [(one.line, one.error.code) for one in found.refused] == [(3, "key-reused")]


def test_a_second_replay_on_the_same_store_receives_nothing_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'replay.db'}"
    assert run(ROWS, store=url).received == 3
    again = run(ROWS, store=url)
    assert (again.received, len(again.refused)) == (0, 3)


def test_a_request_before_china_had_one_offset_is_refused_with_a_reason() -> None:
    found = run("1,甲,供水,1990-07-01 10:00:00,小区停水三天,,\n")
    assert (found.received, len(found.refused)) == (0, 1)


def test_both_stores_come_to_the_same(tmp_path: Path) -> None:
    one = run(ROWS).as_dict()
    assert one == run(ROWS, store=f"sqlite:///{tmp_path / 'replay.db'}").as_dict()


# ── dispositions ──

OUT = "1,甲,举报,2026-09-28 10:00:00,举报某干部收受红包，要求纪委查处,已转,2026-09-29 10:00:00\n"
ASKS = "1,甲,咨询,2026-09-28 10:00:00,请问公积金怎么提取，需要什么材料？,见附件,2026-09-29 10:00:00\n"


def test_every_row_is_dispatched_and_what_else_the_rules_say_is_only_a_suggestion() -> None:
    found = run(OUT + ASKS.replace("1,", "2,", 1), None)
    assert found.by_status == {"replied": 2}
    assert "direct-answer" in found.suggestions
    assert any(code.startswith("scope.") for code in found.suggestions)


def test_dispositions_can_be_switched_on() -> None:
    found = run(OUT + ASKS.replace("1,", "2,", 1), None, disposition=True)
    assert found.by_status == {"answered": 1, "referred": 1}
    assert found.received == found.on_time + found.late + found.open == 2
    assert "reply-without-unit" in [note.code for note in found.notes]


def test_switched_on_a_repeat_is_merged_into_the_open_order() -> None:
    rows = "1,甲,供水,2026-09-28 10:00:00,小区停水三天,,\n2,甲,供水,2026-09-29 10:00:00,小区停水四天,,\n"
    assert run(rows).by_status == {"dispatched": 2}
    assert run(rows, disposition=True).by_status == {"dispatched": 1, "merged": 1}


# ── areas ──


def test_the_longest_name_gives_the_area() -> None:
    areas = AreaMap.of({"A市": "220400", "A3区": "220402", "A13区": "220403"})
    assert areas.find("A市A13区某路") == "220403"
    assert areas.find("", "在A3区") == "220402"
    assert areas.find("没有地名") == ""


def test_of_equally_long_names_the_first_in_the_text_wins() -> None:
    areas = AreaMap.of({"A3区": "220402", "A4区": "220403"})
    assert areas.find("从A4区搬到A3区") == "220403"


def test_the_packs_own_areas_are_known_without_a_map() -> None:
    found = run("1,甲,供水,2026-09-28 10:00:00,东丰县小区停水三天,,\n")
    assert found.by_area == {"220421": 1}


def test_an_area_the_row_gives_is_not_looked_for() -> None:
    rows = "2026-09-28 10:00:00,东丰县停水,220402\n"
    found = replay(reading(rows, head="time,text,area\n"), "liaoyuan", kind=Kind.COMPLAINT)
    assert found.by_area == {"220402": 1}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.json", '{"A3区": "220402", "B市": "220421"}'),
        ("m.toml", '"A3区" = "220402"\n[cities]\n"B市" = 220421\n'),
        ("m.csv", "名称,代码\nA3区,220402\nB市,220421\n"),
        ("m.csv", "A3区,220402\nB市,220421\n"),
    ],
)
def test_an_area_map_is_read_from_json_toml_and_csv(name: str, content: str) -> None:
    assert dict(read_area_map(content.encode(), name).names) == {"A3区": "220402", "B市": "220421"}


def test_every_fault_of_an_area_map_is_told_at_once() -> None:
    with pytest.raises(PolicyError) as told:
        read_area_map("A3区,220402\nA3区,220403\nB市,no1\nC市\n".encode(), "m.csv")
    assert [(fault.line, fault.code) for fault in told.value.faults] == [
        (2, "two-areas"),
        (3, "bad-area"),
        (4, "bad-area"),
    ]


# ── the edition ──


def test_the_newest_edition_holds_unless_a_day_is_named() -> None:
    pack = load_pack("cn")
    assert replay(reading(ROWS), pack, kind=Kind.COMPLAINT).edition == pack.newest.edition
    older = replay(reading(ROWS), pack, kind=Kind.COMPLAINT, on=date(2022, 1, 1))
    assert older.edition == pack.on(date(2022, 1, 1)).edition != pack.newest.edition


def test_a_day_before_any_edition_is_an_error() -> None:
    with pytest.raises(PolicyError, match="no-edition"):
        replay(reading(ROWS), "cn", on=date(1999, 1, 1))


# ── the example ──


def test_the_late_example_is_explained_day_by_day_to_the_article() -> None:
    example = run(ROWS).example
    assert example is not None
    assert example["due_day"] == "2026-10-10"
    assert sum(day["counts"] for day in example["counted"]) == 5
    assert [day["day"] for day in example["counted"] if day["counts"]] == [
        "2026-09-29",
        "2026-09-30",
        "2026-10-08",
        "2026-10-09",
        "2026-10-10",
    ]
    assert example["basis"]


# ── the command ──


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER.replace("time,text", "when,text", 1) + ROWS, encoding="utf-8")
    return path


def invoke(*args: str) -> Any:
    from hotline12345.cli import cli

    return CliRunner().invoke(cli, ["replay", *args])


def test_the_command_prints_what_the_issue_asks_for(csv_file: Path, tmp_path: Path) -> None:
    rows = tmp_path / "out.jsonl"
    told = invoke(
        str(csv_file), "--pack", "liaoyuan", "--kind", "投诉", "--map", "received=when,replied=reply_time,ref=id",
        "--rows", str(rows), "--format", "json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    asked = """rows received refused events by_kind by_category by_unit by_rule to_centre by_status on_time late open
    provisional median_working_days edition pack notes"""
    assert set(asked.split()) <= set(found)
    assert found["by_kind"] == {"complaint": 3}
    assert sum(found["by_unit"].values()) == sum(found["by_rule"].values()) == sum(found["by_category"].values()) == 3
    lines = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    assert [line["verdict"] for line in lines] == ["on-time", "late", "open"]
    assert all(line["hits"] and line["rule"] and line["route_basis"] and line["basis"] for line in lines)


def test_the_command_finds_fault_with_a_file_that_has_bad_rows_and_replays_the_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_text(HEADER + ROWS + '4,丁,供水,2026-09-28 10:00:00,"没有收尾的引号\n', encoding="utf-8")
    told = invoke(str(path), "--pack", "liaoyuan", "--kind", "投诉", "--format", "json")
    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert (found["received"], [(one["line"], one["reason"]) for one in found["refused"]]) == (
        3,
        [(5, "unclosed-quote")],
    )


@pytest.mark.parametrize("form", ["table", "csv"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_prints_for_people_too(csv_file: Path, form: str, lang: str) -> None:
    told = invoke(
        str(csv_file), "--pack", "liaoyuan", "--kind", "complaint", "--map", "received=when",
        "--format", form, "--lang", lang,
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "2026-10-10" in told.stdout or form == "csv"
    if lang == "en" and form == "table":
        assert "on time" in told.stdout


def test_a_missing_file_is_an_error_with_a_hint(tmp_path: Path) -> None:
    told = invoke(str(tmp_path / "none.csv"), "--pack", "liaoyuan", "--format", "json")
    assert told.exit_code == 2
    assert json.loads(told.stderr)["code"] == "no-such-file"


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(RequestError, match="unknown-kind"):
        Kind.parse("怒吼")
    assert invoke("x.csv", "--pack", "liaoyuan", "--kind", "怒吼").exit_code == 2


# ── the main job on real input ──


def recorded(folder: Path) -> Iterator[dict[str, str]]:
    with gzip.open(folder / "messages" / "replied.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(io.StringIO(file.read()))


def instant(text: str) -> datetime:
    """Read a time without any code of ours."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - both sides are Chinese local time


def fifth_working_day(received: date) -> date:
    """Count five working days after the day of receipt on chinese_calendar alone."""
    import chinese_calendar

    day, left = received, 5
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


@pytest.fixture(scope="module")
def complaints(data_dir: Path) -> ReplayResult:
    data = (data_dir / "messages" / "replied.csv.gz").read_bytes()
    mapping = {
        "received": "time",
        "replied": "reply_time",
        "ref": "id",
        "title": "title",
        "text": "text",
        "requester": "user",
    }
    rows = PlainChannel().read(data, mapping=mapping, kind=Kind.COMPLAINT)
    return replay(rows, "liaoyuan", kind=Kind.COMPLAINT, detail=True)


def test_on_time_is_what_an_independent_count_finds(complaints: ReplayResult, data_dir: Path) -> None:
    expected = {
        row["id"]: instant(row["reply_time"]).date() <= fifth_working_day(instant(row["time"]).date())
        for row in recorded(data_dir)
    }
    found = {row["ref"]: row["verdict"] == "on-time" for row in complaints.orders}
    assert found == expected
    assert complaints.on_time == sum(expected.values())
    assert complaints.late == len(expected) - sum(expected.values())
    assert complaints.open == 0


def test_no_real_row_is_lost_and_none_refused(complaints: ReplayResult, data_dir: Path) -> None:
    rows = list(recorded(data_dir))
    assert complaints.rows == complaints.received == len(rows) == 2816
    assert not complaints.refused
    assert Counter(row["ref"] for row in complaints.orders) == Counter(row["id"] for row in rows)
    assert all(sum(by.values()) == 2816 for by in (complaints.by_category, complaints.by_unit, complaints.by_rule))
    assert complaints.by_kind == {"complaint": 2816}


def test_every_real_deadline_is_the_independent_one(complaints: ReplayResult, data_dir: Path) -> None:
    due = {row["id"]: fifth_working_day(instant(row["time"]).date()).isoformat() for row in recorded(data_dir)}
    assert {row["ref"]: row["due_day"] for row in complaints.orders} == due


@pytest.fixture(scope="module")
def letters() -> AreaMap:
    """The anonymised places, letter by letter onto Liaoyuan's own counties."""
    own = ("220402", "220403", "220421", "220422")
    names = {"西地省": "220400"}
    for at, letter in enumerate("ABCDEFGHIJKLMNO"):
        names[f"{letter}市"] = own[at % 4]
        for n in range(1, 16):
            names |= {f"{letter}{n}{suffix}": own[(at + n) % 4] for suffix in "市区县"}
    return AreaMap.of(names)


def test_without_a_kind_every_real_message_is_classified_routed_and_explained(data_dir: Path, letters: AreaMap) -> None:
    data = (data_dir / "messages" / "replied.csv.gz").read_bytes()
    found = replay(PlainChannel().read(data), "liaoyuan", area_map=letters, detail=True)
    assert found.received == found.rows == 2816
    assert found.on_time + found.late + found.open == 2816
    assert found.to_centre <= 0.1 * 2816
    assert len(found.by_kind) >= 4
    for row in found.orders:
        assert row["kind"] in {kind.value for kind in Kind}
        assert row["category"] or row["needs_person"]
        assert row["unit"]
        assert row["rule"]
        assert row["route_basis"]
        assert row["basis"]
        assert row["hits"] or row["needs_person"]


def test_the_clock_of_the_machine_plays_no_part(complaints: ReplayResult) -> None:
    last = datetime.fromisoformat(max(row["replied"] for row in complaints.orders))
    assert last < datetime(2021, 1, 1, tzinfo=UTC), "replies stand at their own times"
