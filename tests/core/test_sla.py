"""Deadlines: the vectors of the handbook (§14), what the articles say, and that what is told is what is computed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import chinese_calendar
import pendulum
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hotline12345.core.calendar import CST, DEFAULT_WINDOWS, Overlay, OverlayDay, WorkCalendar, overlay_from_table
from hotline12345.core.errors import HotlineError
from hotline12345.core.sla import (
    ClockRules,
    Deadline,
    Stage,
    Suspension,
    TimeLimit,
    Unit,
    deadline,
    elapsed_working_days,
    explain,
    explain_extension,
    extend,
    remaining_working_days,
    start_of,
    working_seconds,
)

BARE = WorkCalendar.china(last_year=2026)
PLAIN = ClockRules()
ROLL = ClockRules(roll=True)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CST)


def due(limit: str, start: str, rules: ClockRules = PLAIN, **more: Any) -> Deadline:
    return deadline(TimeLimit.parse(limit), at(start), more.pop("calendar", BARE), rules, **more)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(HotlineError) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.hint_en


@pytest.fixture
def fiction(repo_root: Path) -> Overlay:
    text = (repo_root / "tests/fixtures/overlay-2027-fictitious.toml").read_text(encoding="utf-8")
    return overlay_from_table(tomllib.loads(text))


# ── the vectors of the handbook, §14 ──────────────────────────────────────────────────────────────────────────────────

VECTORS = [
    pytest.param("2026-09-28", 5, "2026-10-10", id="TV-01 沈阳求助/辽源投诉: ends on a Saturday worked to make up"),
    pytest.param("2026-09-30", 5, "2026-10-13", id="TV-02: 8, 9, 10 (Saturday), 12, 13 October"),
    pytest.param("2026-09-18", 20, "2026-10-22", id="TV-03 沈阳投诉: 20 September counts, 中秋 does not"),
    pytest.param("2026-02-13", 5, "2026-02-27", id="TV-04: 14 February counts, 15-23 do not"),
    pytest.param("2026-04-30", 2, "2026-05-07", id="TV-06 沈阳咨询: 1-5 May off"),
    pytest.param("2026-05-09", 1, "2026-05-11", id="TV-07: received on a Saturday that works"),
    pytest.param("2025-09-28", 5, "2025-10-11", id="TV-08: received on a Sunday that works"),
    pytest.param("2026-11-21", 5, "2026-11-27", id="TV-10: a rest day is like the Friday before"),
    pytest.param("2026-11-20", 5, "2026-11-27", id="TV-11: the Friday before"),
    pytest.param("2026-01-30", 15, "2026-02-27", id="TV-12: 春节, 15"),
    pytest.param("2026-01-30", 20, "2026-03-05", id="TV-12: 春节, 20"),
    pytest.param("2026-06-18", 3, "2026-06-24", id="TV-13: 端午 off"),
    pytest.param("2026-09-30", 2, "2026-10-09", id="TV-19 山东退单: 8, 9 October"),
]


@pytest.mark.parametrize("hour", ["00:00", "09:30", "23:59:59"])
@pytest.mark.parametrize(("start", "n", "expected"), VECTORS)
def test_working_days_end_where_the_handbook_says(start: str, n: int, expected: str, hour: str) -> None:
    found = due(f"{n}wd", f"{start}T{hour}", basis="handbook §14")
    assert found.due_day == found.earliest == found.latest == date.fromisoformat(expected)
    assert found.at == at(expected) + DAY  # the midnight that ends the day
    assert (found.provisional, found.basis, found.limit) == (False, "handbook §14", TimeLimit(n, Unit.WORKING_DAYS))
    assert found.digest == BARE.digest


def test_tv_15_an_order_of_the_last_day_of_2026_is_provisional() -> None:
    found = due("5wd", "2026-12-31T10:00")
    assert found.provisional
    assert found.earliest == found.due_day
    assert found.latest is not None
    # 1 January is off by law, and a Friday; by the principles of 2024 the days after it are an ordinary week.
    assert found.earliest <= date(2027, 1, 8) <= found.latest
    with refused("unknown-year"):
        due("5wd", "2026-12-31T10:00", ClockRules(on_unknown="error"))
    with refused("unknown-year"):
        due("5wd", "2026-12-31T10:00", calendar=WorkCalendar.china(on_unknown="error", last_year=2026))


def test_tv_15_becomes_certain_with_the_notice_of_2027(fiction: Overlay) -> None:
    found = due("5wd", "2026-12-31T10:00", calendar=WorkCalendar.china((fiction,), last_year=2026))
    assert (found.provisional, found.due_day) == (False, date(2027, 1, 8))
    assert found.digest != BARE.digest


def test_tv_16_calendar_days_roll_only_where_the_policy_says_so() -> None:
    assert due("7d", "2026-09-28T10:00").due_day == date(2026, 10, 5)
    assert due("7d", "2026-09-28T10:00", ROLL).due_day == date(2026, 10, 8)


def test_tv_17_hours_run_through_nights_and_holidays() -> None:
    found = due("2h", "2026-10-01T23:30")
    assert found.at == at("2026-10-02T01:30")
    assert found.due_day == date(2026, 10, 2)


def test_tv_18_a_return_window_in_hours_is_not_rolled() -> None:
    assert due("24h", "2026-09-30T16:00", ROLL).at == at("2026-10-01T16:00")


def test_tv_20_an_extension_runs_from_the_old_due_day() -> None:
    old = due("5wd", "2026-11-20T10:00")
    assert old.due_day == date(2026, 11, 27)
    new = extend(old, TimeLimit.parse("10wd"), BARE, basis="山东 2020")
    assert (new.due_day, new.limit, new.basis) == (date(2026, 12, 11), TimeLimit(10, Unit.WORKING_DAYS), "山东 2020")


def test_tv_79_phoned_emergencies_have_minutes() -> None:
    assert due("10min", "2026-10-01T23:55").at == at("2026-10-02T00:05")
    assert due("20min", "2026-10-01T23:40").due_day == date(2026, 10, 1)


# ── what the articles say ─────────────────────────────────────────────────────────────────────────────────────────────


def test_rolling_passes_any_rest_day_and_is_for_day_limits_alone() -> None:
    assert due("1d", "2026-11-20T10:00", ROLL).due_day == date(2026, 11, 23)  # a plain Saturday
    assert due("1d", "2026-10-09T10:00", ROLL).due_day == date(2026, 10, 10)  # a Saturday that works
    assert due("1440min", "2026-11-20T10:00", ROLL).due_day == date(2026, 11, 21)
    assert due("1wd", "2026-11-20T10:00", ROLL).due_day == date(2026, 11, 23)


def test_a_day_can_end_at_the_close_of_business() -> None:
    rules = ClockRules(ends="business")
    assert due("5wd", "2026-09-28T10:00", rules).at == at("2026-10-10T17:30")
    assert due("7d", "2026-09-28T10:00", rules).at == at("2026-10-05T17:30")
    assert due("24h", "2026-09-28T10:00", rules).at == at("2026-09-29T10:00")


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-20T15:59:59", "2026-11-23"),
        ("2026-11-20T16:00", "2026-11-24"),  # counts as received on Monday
        ("2026-11-21T10:00", "2026-11-24"),  # a rest day comes after Friday's cut-off
        ("2026-11-22T23:00", "2026-11-24"),
        ("2026-11-23T09:00", "2026-11-24"),
        ("2026-09-30T16:00", "2026-10-09"),
    ],
)
def test_after_the_cutoff_a_request_counts_as_received_the_next_working_day(start: str, expected: str) -> None:
    assert due("1wd", start, ClockRules(cutoff=time(16))).due_day == date.fromisoformat(expected)


def test_the_cutoff_moves_calendar_days_and_working_hours_but_no_hours() -> None:
    rules = ClockRules(cutoff=time(16))
    assert due("3d", "2026-11-20T16:00", rules).due_day == date(2026, 11, 26)
    assert due("2wh", "2026-11-20T16:00", rules).at == at("2026-11-23T11:00")
    assert due("2h", "2026-11-20T16:00", rules).at == at("2026-11-20T18:00")


@pytest.mark.parametrize(
    ("limit", "start", "expected"),
    [
        ("4wh", "2026-11-20T09:00", "2026-11-20T14:30"),  # lunch does not count
        ("7wh", "2026-11-20T09:00", "2026-11-20T17:30"),  # a whole day ends at its close, not next morning
        ("1wh", "2026-11-20T17:00", "2026-11-23T09:30"),
        ("1wh", "2026-11-21T10:00", "2026-11-23T10:00"),
        ("8wh", "2026-09-30T16:00", "2026-10-08T17:00"),
        ("1wh", "2026-10-10T08:00", "2026-10-10T10:00"),  # a Saturday that works
    ],
)
def test_working_hours_run_inside_the_windows_of_working_days(limit: str, start: str, expected: str) -> None:
    assert due(limit, start).at == at(expected)


def test_no_limit_is_an_answer_and_not_an_error() -> None:
    found = deadline(None, at("2026-11-20T10:00"), BARE, basis="no source sets a limit")
    assert (found.at, found.due_day, found.limit, found.basis) == (None, None, None, "no source sets a limit")
    assert explain(None, at("2026-11-20T10:00"), BARE).counted == ()
    with refused("no-deadline"):
        extend(found, TimeLimit.parse("5wd"), BARE)


def test_the_due_day_is_the_day_of_the_last_permitted_instant() -> None:
    found = due("24h", "2026-11-20T00:00")
    assert found.at == at("2026-11-21T00:00")
    assert found.due_day == date(2026, 11, 20)


# ── suspensions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def halt(start: str, end: str | None, reason: str = "等待鉴定") -> tuple[Suspension, ...]:
    return (Suspension(at(start), at(end) if end else None, reason),)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-24T10:00", "2026-11-25T10:00", "2026-11-30"),  # the 24th ended suspended, the 25th did not
        ("2026-11-24T10:00", "2026-11-24T18:00", "2026-11-27"),
        ("2026-11-24T10:00", "2026-11-25T00:00", "2026-11-30"),  # up to the very end of the 24th
        ("2026-11-25T00:00", "2026-11-25T23:59", "2026-11-27"),
        ("2026-11-20T10:00", "2026-11-21T10:00", "2026-11-27"),  # the start day is not counted anyway
        ("2026-11-27T10:00", "2026-12-04T10:00", "2026-12-04"),
        ("2026-12-01T10:00", None, "2026-11-27"),  # after it was due
    ],
)
def test_a_working_day_at_whose_end_the_clock_is_suspended_does_not_count(
    start: str, end: str | None, expected: str
) -> None:
    found = due("5wd", "2026-11-20T10:00", suspensions=halt(start, end))
    assert found.due_day == date.fromisoformat(expected)


def test_suspended_time_moves_hours_by_its_length() -> None:
    assert due("24h", "2026-11-20T10:00", suspensions=halt("2026-11-20T12:00", "2026-11-22T15:00")).at == at(
        "2026-11-23T13:00"
    )
    twice = (*halt("2026-11-20T11:00", "2026-11-20T13:00"), *halt("2026-11-20T12:00", "2026-11-20T14:00"))
    assert due("2h", "2026-11-20T10:00", suspensions=twice).at == at("2026-11-20T15:00")  # overlaps count once
    assert due("2h", "2026-11-20T10:00", suspensions=twice[::-1]).at == at("2026-11-20T15:00")
    assert due("2wh", "2026-11-20T11:00", suspensions=twice).at == at("2026-11-20T16:00")


def test_suspended_calendar_days_are_not_counted() -> None:
    assert due("7d", "2026-11-20T10:00", suspensions=halt("2026-11-22T10:00", "2026-11-24T10:00")).due_day == date(
        2026, 11, 29
    )
    rolled = due("1d", "2026-11-20T10:00", ROLL, suspensions=halt("2026-11-23T10:00", "2026-11-24T10:00"))
    assert rolled.due_day == date(2026, 11, 24)


@pytest.mark.parametrize("limit", ["5wd", "7d", "72h", "4000min", "20wh"])
def test_a_clock_that_stands_still_has_no_due_day_but_keeps_its_limit(limit: str) -> None:
    found = due(limit, "2026-11-20T10:00", suspensions=halt("2026-11-22T10:00", None))
    assert (found.at, found.due_day, str(found.limit)) == (None, None, limit)
    with refused("no-deadline"):
        extend(found, TimeLimit.parse("5wd"), BARE)


def test_a_rolling_day_meets_a_clock_that_stands_still() -> None:
    assert due("1d", "2026-11-20T10:00", ROLL, suspensions=halt("2026-11-22T10:00", None)).at is None


def test_a_suspension_that_ends_before_it_starts_is_refused() -> None:
    with refused("bad-suspension"):
        due("5wd", "2026-11-20T10:00", suspensions=halt("2026-11-22T10:00", "2026-11-21T10:00"))


# ── extensions, start events, what has passed ─────────────────────────────────────────────────────────────────────────


def test_an_extension_in_hours_runs_on_from_the_old_instant() -> None:
    old = due("24h", "2026-11-20T10:00")
    assert extend(old, TimeLimit.parse("12h"), BARE).at == at("2026-11-21T22:00")


def test_an_extension_ignores_the_cutoff_of_receipt() -> None:
    rules = ClockRules(cutoff=time(0))
    assert extend(due("5wd", "2026-11-20T10:00"), TimeLimit.parse("1wd"), BARE, rules).due_day == date(2026, 11, 30)


def test_an_extension_of_a_provisional_deadline_stays_so_and_keeps_both_ends() -> None:
    old = due("10wd", "2027-01-20T10:00")
    assert old.earliest is not None
    assert old.latest is not None
    assert old.earliest < old.latest
    new = extend(old, TimeLimit.parse("10wd"), BARE)
    assert new.provisional
    assert new.earliest == BARE.bounds(old.earliest, 10)[0]
    assert new.latest == BARE.bounds(old.latest, 10)[1]
    told = explain_extension(old, TimeLimit.parse("10wd"), BARE)
    assert told.deadline == new
    assert sum(row.counts for row in told.counted) == 10
    days = extend(old, TimeLimit.parse("2d"), BARE)
    assert days.provisional
    assert days.latest == old.latest + 2 * DAY


def test_a_clock_starts_with_the_event_the_policy_names() -> None:
    times = {"received": at("2026-11-20T09:00"), "dispatched": at("2026-11-20T10:00"), "signed": at("2026-11-23T08:00")}
    assert start_of("received", **times) == times["received"]
    assert start_of("dispatched", **times) == times["dispatched"]
    assert start_of("signed", **times) == times["signed"]


def test_signing_late_gains_nothing() -> None:
    sign = due("1wd", "2026-11-20T10:00")
    assert sign.due_day == date(2026, 11, 23)
    late = start_of("signed", signed=at("2026-11-26T09:00"), sign_deadline=sign.at)
    never = start_of("signed", sign_deadline=sign.at)
    # Signing at the last moment of the 23rd and not signing at all give the same due day.
    last = start_of("signed", signed=at("2026-11-23T23:59"), sign_deadline=sign.at)
    days = {deadline(TimeLimit.parse("5wd"), start, BARE).due_day for start in (late, never, last)}
    assert days == {date(2026, 11, 30)}
    hourly = start_of("signed", signed=at("2026-11-20T13:00"), sign_deadline=at("2026-11-20T12:00"))
    assert hourly == at("2026-11-20T12:00")


def test_a_start_that_has_not_happened_is_refused() -> None:
    for event in ("signed", "dispatched", "received", "closed"):
        with refused("no-start"):
            start_of(event)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-20T10:00", "2026-11-20T17:00", 0),
        ("2026-11-20T23:59", "2026-11-23T00:01", 1),
        ("2026-09-28T10:00", "2026-10-10T23:00", 5),  # TV-01 turned round
        ("2026-11-21T10:00", "2026-11-27T10:00", 5),  # TV-10 turned round
    ],
)
def test_elapsed_working_days_are_counted_as_limits_are(start: str, end: str, days: int) -> None:
    assert elapsed_working_days(BARE, at(start), at(end)) == days


def test_what_remains_turns_negative_when_overdue() -> None:
    found = due("5wd", "2026-09-28T10:00")
    left = [remaining_working_days(BARE, found, at(day)) for day in ("2026-09-28", "2026-10-10", "2026-10-12")]
    assert left == [5, 0, -1]
    assert remaining_working_days(BARE, deadline(None, at("2026-09-28"), BARE), at("2026-09-28")) is None


def test_working_seconds_take_any_aware_instant() -> None:
    noon = datetime(2026, 11, 20, 1, tzinfo=UTC)  # 09:00 in China
    assert working_seconds(BARE, noon, pendulum.datetime(2026, 11, 20, 11, tz="Asia/Shanghai")) == 7200


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", ["5wd", "7d", "24h", "20min", "4wh"])
def test_a_naive_or_early_start_is_refused(limit: str) -> None:
    with refused("naive-time"):
        deadline(TimeLimit.parse(limit), datetime(2026, 11, 20), BARE)  # noqa: DTZ001 that is the point
    with refused("too-early"):
        deadline(TimeLimit.parse(limit), datetime(1990, 7, 1, tzinfo=CST), BARE)
    with refused("out-of-reach"):
        deadline(TimeLimit.parse(limit), datetime(2060, 12, 31, 23, 59, tzinfo=CST), BARE)


def test_working_days_before_the_calendar_begins_are_refused_hours_are_not() -> None:
    for limit in ("5wd", "4wh"):
        with refused("out-of-reach"):
            due(limit, "2003-12-30T10:00")
    assert due("24h", "1999-12-31T10:00").at == at("2000-01-01T10:00")
    assert [row.counts for row in explain(TimeLimit.parse("2d"), at("1999-12-31"), BARE).counted] == [0, 1, 1]


def test_empty_windows_are_an_error_and_do_not_hang() -> None:
    bare = WorkCalendar.china(windows=(), last_year=2026)
    with refused("no-windows"):
        due("4wh", "2026-11-20T10:00", calendar=bare)
    with refused("no-windows"):
        due("5wd", "2026-11-20T10:00", ClockRules(ends="business"), calendar=bare)
    assert due("5wd", "2026-11-20T10:00", calendar=bare).due_day == date(2026, 11, 27)


@pytest.mark.parametrize("limit", ["1wd", "1wh"])
def test_a_calendar_that_always_rests_ends_in_an_error(limit: str) -> None:
    first = date(2026, 11, 1)
    days = tuple(OverlayDay(first + i * DAY, False, "x", "s") for i in range((date(2060, 12, 31) - first).days + 1))
    never = WorkCalendar.china((Overlay(days, "s"),), last_year=2026)
    with refused("out-of-reach"):
        due(limit, "2026-11-20T10:00", calendar=never)
    with refused("out-of-reach"):
        due("1d", "2026-11-20T10:00", ClockRules(roll=True, cutoff=time(12)), calendar=never)
    with refused("out-of-reach"):
        due("1d", "2026-11-20T10:00", ROLL, calendar=never)


@pytest.mark.parametrize(
    ("text", "canonical", "zh", "en"),
    [
        ("5wd", "5wd", "5个工作日", "5 working days"),
        ("5个工作日", "5wd", "5个工作日", "5 working days"),
        ("1 working day", "1wd", "1个工作日", "1 working day"),
        ("24h", "24h", "24小时", "24 hours"),
        ("24 小时", "24h", "24小时", "24 hours"),
        ("20min", "20min", "20分钟", "20 minutes"),
        ("20 minutes", "20min", "20分钟", "20 minutes"),
        (" 7D ", "7d", "7日", "7 days"),
        ("7个自然日", "7d", "7日", "7 days"),
        ("7天", "7d", "7日", "7 days"),
        ("4wh", "4wh", "4个工作小时", "4 working hours"),
        ("4 working-hours", "4wh", "4个工作小时", "4 working hours"),
    ],
)
def test_a_limit_is_read_and_written_in_both_languages(text: str, canonical: str, zh: str, en: str) -> None:
    limit = TimeLimit.parse(text)
    assert (str(limit), limit.zh, limit.en) == (canonical, zh, en)
    assert TimeLimit.parse(str(limit)) == TimeLimit.parse(zh) == TimeLimit.parse(en) == limit


@pytest.mark.parametrize(
    "text", ["", "wd", "5", "-5wd", "0wd", "1.5h", "5 weeks", "３wd", "99999wd", "9" * 40 + "h", 5]
)
def test_what_is_no_limit_is_refused(text: Any) -> None:
    with refused("bad-limit"):
        TimeLimit.parse(text)


@pytest.mark.parametrize(
    ("amount", "unit"), [(0, Unit.DAYS), (3661, Unit.DAYS), (True, Unit.DAYS), (1.5, Unit.HOURS), (5, "days")]
)
def test_amounts_have_bounds(amount: Any, unit: Any) -> None:
    with refused("bad-limit"):
        TimeLimit(amount, unit)


def test_every_stage_has_a_chinese_name() -> None:
    names = ["接听", "签收", "先行联系", "办理", "审核", "回访", "派单", "重新办理", "告知", "补充", "会商", "裁定"]
    assert [stage.zh for stage in Stage] == names


# ── told = computed, and order is kept ────────────────────────────────────────────────────────────────────────────────

instants = st.datetimes(datetime(2005, 1, 1), datetime(2029, 6, 1)).map(lambda moment: moment.replace(tzinfo=CST))  # noqa: DTZ001
limits = st.one_of(
    st.builds(TimeLimit, st.integers(1, 60), st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.WORKING_HOURS])),
    st.builds(TimeLimit, st.integers(1, 400), st.just(Unit.HOURS)),
    st.builds(TimeLimit, st.integers(1, 9000), st.just(Unit.MINUTES)),
)
all_rules = st.builds(
    ClockRules,
    roll=st.booleans(),
    ends=st.sampled_from(["day", "business"]),
    cutoff=st.sampled_from([None, time(12), time(16, 30)]),
)


@st.composite
def clocks(draw: st.DrawFn) -> tuple[TimeLimit, datetime, ClockRules, tuple[Suspension, ...]]:
    start = draw(instants)
    halts = draw(st.lists(st.tuples(st.integers(-48, 900), st.integers(0, 300)), max_size=3))
    halted = tuple(
        Suspension(start + timedelta(hours=a), start + timedelta(hours=a + length), "核查") for a, length in halts
    )
    return draw(limits), start, draw(all_rules), halted


@settings(max_examples=300, deadline=None)
@given(clocks())
def test_what_is_told_is_what_is_computed(
    clock: tuple[TimeLimit, datetime, ClockRules, tuple[Suspension, ...]],
) -> None:
    limit, start, rules, halts = clock
    found = deadline(limit, start, BARE, rules, halts, "basis")
    told = explain(limit, start, BARE, rules, halts, "basis")
    assert told.deadline == found
    assert sum(row.counts for row in told.counted) == pytest.approx(limit.amount)
    assert told.counted[0].day == start.date()
    assert told.counted[-1].day == found.due_day
    assert all(later.day - row.day == DAY for row, later in pairwise(told.counted))
    assert all(row.why and row.why_en for row in told.counted)


@settings(max_examples=300, deadline=None)
@given(clocks(), st.integers(0, 400), st.integers(0, 10))
def test_deadlines_never_run_backward_with_start_or_amount(
    clock: tuple[TimeLimit, datetime, ClockRules, tuple[Suspension, ...]], hours: int, more: int
) -> None:
    limit, start, rules, halts = clock
    found = deadline(limit, start, BARE, rules, halts)
    for other in (
        deadline(limit, start + timedelta(hours=hours), BARE, rules, halts),
        deadline(TimeLimit(limit.amount + more, limit.unit), start, BARE, rules, halts),
    ):
        assert found.at <= other.at  # type: ignore[operator]
        assert found.latest <= other.latest  # type: ignore[operator]
    assert found.earliest <= found.latest  # type: ignore[operator]


@settings(deadline=None)
@given(instants, st.integers(1, 40), all_rules)
def test_a_known_due_day_is_never_a_rest_day(start: datetime, n: int, rules: ClockRules) -> None:
    found = deadline(TimeLimit(n, Unit.WORKING_DAYS), start, BARE, rules)
    assume(not found.provisional)
    assert chinese_calendar.is_workday(found.due_day)


@settings(deadline=None)
@given(instants, st.integers(1, 40))
def test_replying_within_the_limit_is_replying_before_the_deadline(start: datetime, n: int) -> None:
    found = deadline(TimeLimit(n, Unit.WORKING_DAYS), start, BARE)
    assume(not found.provisional)
    last = found.at - timedelta(microseconds=1)  # type: ignore[operator]
    assert elapsed_working_days(BARE, start, last) == n


@settings(deadline=None)
@given(instants, st.integers(1, 40))
def test_working_hours_take_as_many_seconds_as_they_say(start: datetime, n: int) -> None:
    start = start.replace(microsecond=0)
    found = deadline(TimeLimit(n, Unit.WORKING_HOURS), start, BARE)
    assume(not found.provisional)
    assert working_seconds(BARE, start, found.at) == n * 3600  # type: ignore[arg-type]
    assert any(a <= found.at.time() <= b for a, b in DEFAULT_WINDOWS)  # type: ignore[union-attr]


def test_an_explanation_of_an_unknown_day_says_what_was_assumed() -> None:
    told = explain(TimeLimit.parse("10wd"), at("2027-01-20T10:00"), BARE)
    assumed = [row for row in told.counted if row.counts and row.day.weekday() >= 5]
    assert len(assumed) == 2  # 春节 2027 can have two make-up days
    assert all("待通知" in row.why for row in assumed)
    assert sum(row.counts for row in told.counted) == 10


def test_the_last_known_day_is_known() -> None:
    # Known up to Friday 26 December 2025: a deadline on it is certain, one day more is not, by either way of counting.
    before = WorkCalendar.china(last_year=2025)
    for limit, provisional in (("1wd", False), ("2wd", True)):
        told = explain(TimeLimit.parse(limit), at("2025-12-25T10:00"), before)
        assert told.deadline.provisional is provisional
        assert told.deadline == due(limit, "2025-12-25T10:00", calendar=before)


def test_working_hours_keep_no_budget_of_make_up_days() -> None:
    # Ten whole days from Saturday 23 January 2027, every weekend before 春节 open: the 23rd to 1 February;
    # were none worked, nine days before 除夕 (5 February) and the tenth on Monday 15 February.
    found = due("70wh", "2027-01-22T17:30")
    assert (found.earliest, found.latest) == (date(2027, 2, 1), date(2027, 2, 15))


def test_a_start_in_another_zone_is_the_same_instant() -> None:
    there = pendulum.datetime(2026, 9, 27, 22, tz="America/New_York")  # 28 September 10:00 in China
    assert deadline(TimeLimit.parse("5wd"), there, BARE) == due("5wd", "2026-09-28T10:00")


def test_an_explanation_in_hours_says_suspended_on_the_days_of_the_suspension_and_on_no_other() -> None:
    halts = (Suspension(at("2026-11-25T08:00"), at("2026-11-25T20:00"), "核查"),)
    told = explain(TimeLimit.parse("72h"), at("2026-11-23T10:00"), BARE, suspensions=halts)
    stood = [row.day.isoformat() for row in told.counted if "中止计时：核查" in row.why]
    assert stood == ["2026-11-25"]
    assert [row.day.isoformat() for row in told.counted if "suspended: 核查" in row.why_en] == stood
