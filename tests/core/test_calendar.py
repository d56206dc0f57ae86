"""The working-day calendar: what it knows, who told it, and how fast it may forget nothing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar, local, overlay_from_table
from hotline12345.core.errors import CalendarError, PolicyError

BARE = WorkCalendar.china(last_year=2026)
DAY = timedelta(days=1)
KNOWN = st.dates(date(2004, 1, 1), date(2026, 12, 26))


def rest(day: str, name: str = "地方放假") -> Overlay:
    return Overlay((OverlayDay(date.fromisoformat(day), False, name, "某市人民政府公告"),), "某市人民政府公告", name)


@pytest.fixture
def fiction(repo_root: Path) -> Overlay:
    text = (repo_root / "tests/fixtures/overlay-2027-fictitious.toml").read_text(encoding="utf-8")
    return overlay_from_table(tomllib.loads(text))


# ── what it knows ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("year", range(2007, 2027))
def test_every_day_since_2007_agrees_with_the_published_notices(year: int, data_dir: Path) -> None:
    notices: dict[str, bool] = {}
    for source in (year, year + 1):  # a notice can reach into the year before
        for entry in json.loads((data_dir / f"holiday-cn/{source}.json").read_text(encoding="utf-8"))["days"]:
            notices[entry["date"]] = entry["isOffDay"]
    day = date(year, 1, 1)
    while day.year == year:
        off = notices.get(day.isoformat(), day.weekday() >= 5)
        assert BARE.is_workday(day) is not off, day
        day += DAY


@given(KNOWN)
def test_a_known_day_works_where_chinese_calendar_says_so(day: date) -> None:
    assert BARE.is_workday(day) is chinese_calendar.is_workday(day)


@given(KNOWN, st.integers(1, 60))
def test_the_nth_working_day_is_found_as_by_walking(day: date, n: int) -> None:
    walked, left = day, n
    while left and walked < date(2026, 12, 26):
        walked += DAY
        left -= chinese_calendar.is_workday(walked)
    if not left:
        assert BARE.nth_working_day(day, n) == walked
        assert BARE.bounds(day, n) == (walked, walked)


@given(KNOWN, st.integers(0, 400))
def test_working_days_between_are_those_after_the_start_up_to_the_end(start: date, length: int) -> None:
    end = min(start + length * DAY, date(2026, 12, 26))
    walked = sum(chinese_calendar.is_workday(start + i * DAY) for i in range(1, (end - start).days + 1))
    assert BARE.working_days_between(start, end) == walked
    assert BARE.working_days_between(end, start) == -walked


def test_day_zero_is_the_day_itself_or_the_working_day_before() -> None:
    assert BARE.nth_working_day(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert BARE.nth_working_day(date(2026, 11, 22), 0) == date(2026, 11, 20)
    assert BARE.next_working_day(date(2026, 11, 20)) == date(2026, 11, 23)


def test_the_bare_calendar_knows_up_to_26_december() -> None:
    assert BARE.known_until == date(2026, 12, 26)
    assert WorkCalendar.china().known_until == date(max(chinese_calendar.holidays).year, 12, 26)


@pytest.mark.parametrize(("year", "day"), [(2007, "2007-12-31"), (2011, "2011-12-31"), (2018, "2018-12-31")])
def test_the_last_days_of_a_year_wait_for_the_next_notice(year: int, day: str) -> None:
    # These are the days that the notices of 2008, 2012 and 2019 changed.
    assert WorkCalendar.china(last_year=year).known_until < date.fromisoformat(day)
    assert WorkCalendar.china(last_year=year + 1).known_until > date.fromisoformat(day)


# ── overlays ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_local_rest_day_moves_what_follows_and_names_its_source() -> None:
    calendar = WorkCalendar.china((rest("2026-11-24", "建州纪念日"),), last_year=2026)
    assert calendar.nth_working_day(date(2026, 11, 20), 5) == date(2026, 11, 30)
    fact = calendar.describe(date(2026, 11, 24))
    assert (fact.works, fact.why_zh, fact.source, fact.certain) == (False, "建州纪念日放假", "某市人民政府公告", True)


def test_days_outside_the_calendar_in_an_overlay_change_nothing() -> None:
    far = Overlay(tuple(OverlayDay(date(year, 3, 1), False, "x", "s") for year in (1999, 2070)), "s")
    calendar = WorkCalendar.china((far,), last_year=2026)
    first, last = date(2004, 1, 1), date(2060, 12, 31)
    assert calendar.working_days_between(first, last) == BARE.working_days_between(first, last)


def test_a_later_overlay_wins() -> None:
    back = Overlay((OverlayDay(date(2026, 11, 24), True, "取消放假", "某市更正"),), "某市更正")
    assert not WorkCalendar.china((back, rest("2026-11-24"))).is_workday(date(2026, 11, 24))
    assert WorkCalendar.china((rest("2026-11-24"), back)).is_workday(date(2026, 11, 24))


def test_the_2020_amendment_in_mid_year_moves_a_due_day() -> None:
    # 国办发明电〔2019〕16号: 24–30 January off, 19 January and 1 February worked; 国办发明电〔2020〕1号: off to
    # 2 February.
    off = [OverlayDay(date(2020, 1, d), False, "春节", "国办发明电〔2019〕16号") for d in range(24, 31)]
    on = [OverlayDay(d, True, "春节", "国办发明电〔2019〕16号") for d in (date(2020, 1, 19), date(2020, 2, 1))]
    notice = Overlay((*off, *on), "国办发明电〔2019〕16号", "2020 年安排", (2020,))
    days = (date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2))
    longer = Overlay(
        tuple(OverlayDay(d, False, "延长春节假期", "国办发明电〔2020〕1号") for d in days), "国办发明电〔2020〕1号"
    )
    before = WorkCalendar.china((notice,), last_year=2019)
    after = WorkCalendar.china((notice, longer), last_year=2019)
    assert before.nth_working_day(date(2020, 1, 22), 3) == date(2020, 2, 1)
    assert after.nth_working_day(date(2020, 1, 22), 3) == date(2020, 2, 4) == BARE.nth_working_day(date(2020, 1, 22), 3)
    assert before.digest != after.digest
    assert after.describe(date(2020, 1, 31)).source == "国办发明电〔2020〕1号"


def test_a_complete_year_extends_what_is_known(fiction: Overlay) -> None:
    calendar = WorkCalendar.china((fiction,), last_year=2026)
    assert calendar.known_until == date(2027, 12, 26)
    assert calendar.bounds(date(2026, 12, 31), 5) == (date(2027, 1, 8), date(2027, 1, 8))
    assert calendar.is_workday(date(2027, 1, 31))
    assert "虚构" in calendar.describe(date(2027, 1, 31)).why_zh


def test_a_year_whose_feasts_are_all_listed_is_complete_without_saying_so(fiction: Overlay) -> None:
    silent = Overlay(fiction.days, fiction.source, fiction.name)
    assert WorkCalendar.china((silent,), last_year=2026).known_until == date(2027, 12, 26)


def test_knowledge_ends_before_the_first_feast_that_is_not_listed(fiction: Overlay) -> None:
    spring = tuple(entry for entry in fiction.days if entry.day < date(2027, 3, 1))
    calendar = WorkCalendar.china((Overlay(spring, "只到春节"),), last_year=2026)
    # 清明 2027 is Monday 5 April: three days from Saturday 3 April, and two weeks before that for make-up days
    assert calendar.known_until == date(2027, 3, 19)
    january = tuple(entry for entry in fiction.days if entry.day == date(2027, 1, 2))
    assert WorkCalendar.china((Overlay(january, "不含法定日"),), last_year=2026).known_until == date(2026, 12, 26)


def test_a_year_beyond_a_gap_extends_nothing() -> None:
    assert WorkCalendar.china((Overlay((), "x", year_complete=(2028,)),), last_year=2026).known_until == date(
        2026, 12, 26
    )


def test_the_overlay_file_keeps_names_and_sources(fiction: Overlay) -> None:
    assert fiction.fictitious
    assert "虚构" in fiction.name
    assert fiction.year_complete == (2027,)
    assert fiction.days[0] == OverlayDay(date(2027, 1, 1), False, "元旦", fiction.source)


def test_all_faults_of_an_overlay_are_reported_at_once() -> None:
    table = {
        "nmae": "typo",
        "complete": "2027",
        "fictitious": 1,
        "name": 5,
        "day": [
            {"date": "2027-13-01", "works": False, "source": "s"},
            {"date": date(2027, 1, 1), "works": "no", "source": "s"},
            {"date": date(2027, 1, 2), "works": True},
            {"date": datetime(2027, 1, 2), "works": True, "source": "s"},  # noqa: DTZ001 a datetime is not a date
            {"date": date(2027, 1, 4), "works": True, "source": "s", "why": "?"},
            {"date": date(2027, 1, 5), "works": True, "source": "s"},
            {"date": "2027-01-05", "works": True, "source": "s"},
            {"date": date(2027, 1, 6), "works": True, "source": "s", "name": 3},
            "2027-01-07",
        ],
    }
    with pytest.raises(PolicyError) as caught:
        overlay_from_table(table, "local.toml")
    assert caught.value.code == "bad-overlay"
    found = [(fault.table, fault.key, fault.code) for fault in caught.value.faults]
    assert found == [
        ("", "nmae", "unknown-key"),
        ("", "name", "wrong-type"),
        ("", "complete", "wrong-type"),
        ("", "fictitious", "wrong-type"),
        ("day[1]", "date", "bad-date"),
        ("day[2]", "works", "wrong-type"),
        ("day[3]", "source", "no-source"),
        ("day[4]", "date", "bad-date"),
        ("day[5]", "why", "unknown-key"),
        ("day[7]", "date", "twice"),
        ("day[8]", "name", "wrong-type"),
        ("day[9]", "", "wrong-type"),
    ]
    assert all("local.toml" in fault.text() for fault in caught.value.faults)
    with pytest.raises(PolicyError, match="bad-overlay"):
        overlay_from_table({"source": "s"})


def test_the_digest_tells_what_calendars_say_apart(fiction: Overlay) -> None:
    windows = ((time(8, 30), time(12)),)
    others = [
        WorkCalendar.china((fiction,), last_year=2026),
        WorkCalendar.china((rest("2026-11-24"),), last_year=2026),
        WorkCalendar.china(windows=windows, last_year=2026),
        WorkCalendar.china(last_year=2025),
    ]
    assert len({BARE.digest, *(one.digest for one in others)}) == 5
    renamed = WorkCalendar.china((rest("2026-11-24", "另一个名字"),), last_year=2026)
    assert renamed.digest == others[1].digest
    assert renamed == others[1]
    assert hash(renamed) == hash(others[1])
    assert others[1] != BARE


# ── why a day is what it is ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "works", "zh", "en"),
    [
        ("2026-10-01", False, "国庆节放假", "National Day: day off"),
        ("2026-10-10", True, "国庆节调休上班", "National Day: make-up working day"),
        ("2026-11-21", False, "休息日（周六）", "rest day (Saturday)"),
        ("2026-11-20", True, "工作日（周五）", "working day (Friday)"),
    ],
)
def test_a_known_day_says_why(day: str, works: bool, zh: str, en: str) -> None:
    fact = BARE.describe(date.fromisoformat(day))
    assert (fact.works, fact.why_zh, fact.why_en, fact.certain) == (works, zh, en, True)
    assert fact.source


def test_an_unknown_day_says_that_no_notice_is_out() -> None:
    law, span, plain = (BARE.describe(date(2027, *md)) for md in ((2, 6), (2, 12), (3, 1)))
    assert [f.works for f in (law, span, plain)] == [False, False, True]
    assert not any(f.certain for f in (law, span, plain))
    assert law.why_zh == "春节法定放假（待通知）"
    assert span.why_zh == "春节推算放假（待通知）"
    assert "2024" in law.source


# ── instants and refusals ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_instant_is_read_in_chinas_time() -> None:
    assert local(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)) == datetime(2026, 10, 1, 0, 30, tzinfo=CST)
    assert local(datetime(2026, 9, 30, 16, 30, tzinfo=UTC)).day == 1
    assert not BARE.is_workday(datetime(2026, 9, 30, 16, 30, tzinfo=UTC))
    assert BARE.nth_working_day(datetime(2026, 9, 30, 16, 30, tzinfo=UTC), 1) == date(2026, 10, 8)
    assert BARE.working_days_between(datetime(2026, 9, 30, 16, 30, tzinfo=UTC), date(2026, 10, 9)) == 2
    moment = pendulum.datetime(2026, 9, 30, 9, tz="America/New_York")
    assert type(local(moment)) is datetime
    assert local(moment) == moment


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(CalendarError) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.hint_en


def test_a_naive_instant_is_refused() -> None:
    naive = datetime(2026, 9, 30)  # noqa: DTZ001 that is the point
    for ask in (local, BARE.is_workday, BARE.working_seconds_until, lambda at: BARE.nth_working_day(at, 1)):
        with refused("naive-time"):
            ask(naive)


def test_an_instant_before_1992_is_refused_for_its_summer_time() -> None:
    with refused("too-early"):
        local(datetime(1991, 12, 31, 15, 59, tzinfo=UTC))
    assert local(datetime(1991, 12, 31, 16, 0, tzinfo=UTC)).year == 1992


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2061, 1, 1), date(1, 1, 1), date(9999, 12, 31)])
def test_days_out_of_reach_are_refused_and_never_wrap_round(day: date) -> None:
    with refused("out-of-reach"):
        BARE.is_workday(day)
    with refused("out-of-reach"):
        BARE.nth_working_day(day, 1)
    with refused("out-of-reach"):
        BARE.working_days_between(day, date(2026, 1, 1))
    with refused("out-of-reach"):
        BARE.describe(day)
    assert BARE.known_working_day(day.toordinal(), 1) is None


def test_counts_that_leave_the_calendar_are_refused() -> None:
    with refused("out-of-reach"):
        BARE.nth_working_day(date(2060, 12, 1), 100)
    with refused("out-of-reach"):
        BARE.nth_working_day(date(2026, 1, 1), 10**9)
    with refused("bad-count"):
        BARE.nth_working_day(date(2026, 1, 1), -1)
    with refused("out-of-reach"):
        BARE.working_seconds_until(datetime(2061, 1, 1, tzinfo=CST))


def test_a_calendar_told_to_refuse_raises_past_what_it_knows() -> None:
    strict = WorkCalendar.china(on_unknown="error", last_year=2026)
    assert strict.nth_working_day(date(2026, 12, 18), 5) == date(2026, 12, 25)
    with refused("unknown-year"):
        strict.nth_working_day(date(2026, 12, 31), 5)
    assert strict != BARE


def test_a_calendar_without_a_single_working_day_does_not_hang() -> None:
    first = date(2026, 11, 1)
    days = tuple(OverlayDay(first + i * DAY, False, "x", "s") for i in range((date(2060, 12, 31) - first).days + 1))
    never = WorkCalendar.china((Overlay(days, "s"),), last_year=2026)
    with refused("out-of-reach"):
        never.nth_working_day(first, 1)


# ── windows of the day ────────────────────────────────────────────────────────────────────────────────────────────────


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CST)


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-11-20T09:00", "2026-11-20T12:00", 3 * 3600),
        ("2026-11-20T12:00", "2026-11-20T13:30", 0),  # lunch
        ("2026-11-20T11:59:30", "2026-11-20T13:30:30", 60),
        ("2026-11-20T17:30", "2026-11-23T09:00", 0),  # a weekend
        ("2026-11-20T00:00", "2026-11-24T00:00", 14 * 3600),
        ("2026-09-30T16:00", "2026-10-08T10:00", 9000),  # 国庆 between
        ("2026-10-10T00:00", "2026-10-10T23:59:59", 7 * 3600),  # a Saturday worked to make up
        ("2026-11-23T09:00", "2026-11-20T17:00", -1800),
    ],
)
def test_working_seconds_run_only_inside_the_windows(start: str, end: str, seconds: int) -> None:
    assert BARE.working_seconds_until(at(end)) - BARE.working_seconds_until(at(start)) == seconds


def test_windows_can_touch_midnight_without_losing_a_minute() -> None:
    round_the_clock = WorkCalendar.china(windows=((time(0), time(0)),), last_year=2026)
    until = round_the_clock.working_seconds_until
    assert until(at("2026-11-20T23:59:59")) - until(at("2026-11-20T23:59:00")) == 59
    assert until(at("2026-11-21T00:00")) - until(at("2026-11-20T00:00")) == 86_400
    assert WorkCalendar.china(windows=(), last_year=2026).working_seconds_until(at("2026-11-20T12:00")) == 0


@pytest.mark.parametrize(
    "windows",
    [
        ((time(12), time(9)),),
        ((time(9), time(12)), (time(11), time(14))),
        ((time(13), time(17)), (time(9), time(12))),
        ((time(9, 0, 30), time(12)),),
        ((time(9, tzinfo=UTC), time(12)),),
        ((time(9), time(9)),),
    ],
)
def test_windows_that_make_no_sense_are_refused(windows: tuple[tuple[time, time], ...]) -> None:
    with refused("bad-windows"):
        WorkCalendar.china(windows=windows)
