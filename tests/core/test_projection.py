"""Years nobody has published yet: what is said of them must hold whatever the notice will be."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from chinese_calendar.constants import Holiday, holidays, workdays
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.calendar.lunar import FEASTS
from hotline12345.core.calendar.projection import feasts_of
from hotline12345.core.errors import CalendarError

DAY = timedelta(days=1)
BARE = WorkCalendar.china(last_year=2026)


def days(first: date, last: date) -> list[date]:
    return [first + i * DAY for i in range((last - first).days + 1)]


def nth(day: date, n: int, rests: set[date], makes_up: set[date]) -> date:
    """The n-th working day after *day*, by walking."""
    while n:
        day += DAY
        n -= day in makes_up or (day.weekday() < 5 and day not in rests)
    return day


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_true_due_day_lies_within_the_bounds_had_the_year_been_unknown(year: int) -> None:
    before = WorkCalendar.china(last_year=year - 1)
    assert before.known_until == date(year - 1, 12, 26)
    outside, wide = [], []
    for day in days(date(year - 1, 12, 20), date(year, 11, 20)):
        for n in (1, 2, 3, 5, 7, 10, 15, 20):
            true, left = day, n
            while left:
                true += DAY
                left -= chinese_calendar.is_workday(true)
            earliest, latest = before.bounds(day, n)
            wide.append((latest - earliest).days)
            if not earliest <= true <= latest:
                outside.append((day, n, earliest, true, latest))
    assert outside == []
    print(f"{year}: {len(wide)} due days, on average {sum(wide) / len(wide):.2f} days wide, {max(wide)} at most")


@pytest.mark.parametrize(
    ("year", "make_ups"),
    [
        (2025, ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        (2026, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_the_likeliest_days_miss_only_the_make_up_days(year: int, make_ups: list[str]) -> None:
    # The make-up days are those of the notices 国办发明电〔2024〕12号 and 国办发明电〔2025〕7号.
    before = WorkCalendar.china(last_year=year - 1)
    missed = [d for d in days(date(year, 1, 1), date(year, 12, 26)) if before.is_workday(d) != BARE.is_workday(d)]
    print(f"{year}: the projection missed {[f'{d:%m-%d}' for d in missed]}")
    assert [f"{d:%m-%d}" for d in missed] == make_ups
    assert len(days(date(year, 1, 1), date(year, 12, 26))) - len(missed) >= 354


# What 国办发明电〔2024〕12号 and art. 6 leave for 2027, written out by hand: the days off of each feast and how many
# weekend days within two weeks of them are worked to make up.
FIXED_2027 = [
    (date(2027, 1, 1), date(2027, 1, 3), 0),  # Friday
    (date(2027, 2, 5), date(2027, 2, 12), 2),  # 除夕 is a Friday: six weekdays off, four statutory days
    (date(2027, 6, 9), date(2027, 6, 9), 0),  # Wednesday: that day alone
    (date(2027, 9, 15), date(2027, 9, 15), 0),  # Wednesday
    (date(2027, 4, 3), date(2027, 4, 5), 0),  # Monday
    (date(2027, 5, 1), date(2027, 5, 5), 1),  # Saturday: three weekdays off, two statutory days
    (date(2027, 10, 1), date(2027, 10, 7), 2),  # Friday: five weekdays off, three statutory days
]


@st.composite
def notices_2027(draw: st.DrawFn) -> tuple[set[date], set[date]]:
    rests = {day for first, last, _ in FIXED_2027 for day in days(first, last)}
    makes_up: set[date] = set()
    for first, last, count in FIXED_2027:
        near = [d for d in days(first - 14 * DAY, last + 14 * DAY) if d.weekday() >= 5 and d not in rests | makes_up]
        makes_up |= set(draw(st.lists(st.sampled_from(near), min_size=count, max_size=count, unique=True)))
    return rests, makes_up


@settings(max_examples=200, deadline=None)
@given(notices_2027(), st.dates(date(2026, 12, 27), date(2027, 11, 30)), st.integers(1, 25))
def test_whatever_the_notice_of_2027_the_due_day_lies_within_the_bounds(
    notice: tuple[set[date], set[date]], day: date, n: int
) -> None:
    true = nth(day, n, *notice)
    if true < date(2027, 12, 18):
        earliest, latest = BARE.bounds(day, n)
        assert earliest <= true <= latest


@pytest.mark.parametrize("friday", [True, False])
def test_a_single_feast_on_a_saturday_may_be_made_good_on_either_side(friday: bool) -> None:
    # 1 January 2028 is a Saturday; art. 6 says a working day, not which.
    rests = set(days(date(2027, 12, 31), date(2028, 1, 2)) if friday else days(date(2028, 1, 1), date(2028, 1, 3)))
    for n in range(1, 6):
        earliest, latest = BARE.bounds(date(2027, 12, 28), n)
        assert earliest <= nth(date(2027, 12, 28), n, rests, set()) <= latest
    assert BARE.bounds(date(2027, 12, 30), 1) == (date(2027, 12, 31), date(2028, 1, 3))


def test_days_fixed_by_law_never_work_in_any_reading() -> None:
    for year in range(2027, 2060):
        eve = date(year, FEASTS[year][0] // 100, FEASTS[year][0] % 100) - DAY
        fixed = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3), *((f // 100, f % 100) for f in FEASTS[year][1:])]
        for day in [*(date(year, *md) for md in fixed), *days(eve, eve + 3 * DAY)]:
            assert not BARE.is_workday(day)
            assert BARE.bounds(day - DAY, 1)[0] > day


def test_an_ordinary_month_is_sure_though_unknown() -> None:
    # March 2027 up to the 19th is out of every feast's reach.
    assert BARE.bounds(date(2027, 3, 1), 10) == (date(2027, 3, 15), date(2027, 3, 15))


@pytest.mark.parametrize(("year", "spans"), [(2028, 1), (2031, 1), (2039, 1), (2032, 2), (2034, 2)])
def test_the_autumn_feasts_are_joint_where_they_meet(year: int, spans: int) -> None:
    # 中秋: 2028-10-03, 2031-10-01, 2039-10-02 meet 国庆; 2032-09-19 and 2034-09-27 do not.
    autumn = [feast for feast in feasts_of(year) if "国庆" in feast.zh or "中秋" in feast.zh]
    assert len(autumn) == spans
    assert sum(len(feast.likely) for feast in autumn if "国庆" in feast.zh) == (8 if spans == 1 else 7)


def test_the_lunar_table_agrees_with_the_notices_of_twenty_years() -> None:
    # chinese-calendar was made from the notices: each feast's own day must be one of its days off.
    names = {0: Holiday.spring_festival, 1: Holiday.tomb_sweeping_day, 2: Holiday.dragon_boat_festival}
    for year in range(2008, 2027):  # 清明, 端午 and 中秋 became days off in 2008
        for at, name in names.items():
            day = date(year, FEASTS[year][at] // 100, FEASTS[year][at] % 100)
            weekend_left_out = day not in holidays and day.weekday() >= 5
            assert holidays.get(day) == name.value or weekend_left_out, (year, name)
        moon = date(year, FEASTS[year][3] // 100, FEASTS[year][3] % 100)
        assert not chinese_calendar.is_workday(moon)


def test_the_lunar_table_keeps_the_almanacs_shape_to_2100() -> None:
    assert sorted(FEASTS) == list(range(2004, 2101))
    for year, (new_year, clear, dragon, moon) in FEASTS.items():
        first, fifth, eighth = (date(year, md // 100, md % 100) for md in (new_year, dragon, moon))
        assert date(year, 1, 21) <= first <= date(year, 2, 21)
        assert clear in (403, 404, 405, 406)
        assert (fifth - first).days in range(120, 154)  # four or five lunar months and four days
        assert (eighth - fifth).days in range(97, 130)


def test_make_up_days_lie_within_two_weeks_of_their_holiday() -> None:
    # The reach the projection assumes, against every notice since the single feasts became days off (2008).
    farthest = 0
    for day, name in workdays.items():
        if day.year >= 2008:
            near = [abs((day - off).days) for off, other in holidays.items() if other == name]
            farthest = max(farthest, min(near))
    print(f"farthest make-up day: {farthest} days from its holiday")
    assert 0 < farthest <= 14


def test_years_past_the_lunar_table_are_refused() -> None:
    with pytest.raises(CalendarError, match="out-of-reach"):
        feasts_of(2101)
