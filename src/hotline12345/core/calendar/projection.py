"""The days no notice has arranged yet (未公布年份的推算): what the law fixes, what follows, and what stays open.

Two texts are all there is to go by before the yearly notice:

* 全国年节及纪念日放假办法, as amended 2024-11-10: art. 2 names the thirteen statutory days, art. 6 makes good on a
  working day those that fall on a Saturday or Sunday;
* the principles in 国办发明电〔2024〕12号 (2024-11-12), "barring special cases": 春节 eight days from 除夕, 国庆 seven
  days from 1 October, eight where it meets 中秋, 劳动节 five days, the single days three each, on a Wednesday that day
  alone.

They do not say which weekend days are worked to make up (调休), nor where 劳动节 begins.  So every such day is *sure to
rest*, *sure to work* or *open*, and each feast has a budget: how many weekend days can be worked, how many weekdays can
rest.  Working with day ordinals keeps this cheap.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from attrs import frozen

from ..errors import CalendarError
from .lunar import FEASTS

SOURCE = "全国年节及纪念日放假办法（2024年修订）；国办发明电〔2024〕12号"
REACH = 14  # days; in the notices of 2007–2026 no make-up day is farther from its holiday than 11 (2026-09-20)

# Where the five days of 劳动节 can begin, in days from 1 May, likeliest first, by the weekday of 1 May (Monday first):
# as in 2023, (no precedent), 2024, 2025, 2026, 2021, 2022.
_LABOUR = ((-2,), (-2, -3, 0), (0,), (0,), (0,), (0,), (-1, 0))
# The same for the three days of a single feast.  On a weekend the law leaves open which working day makes it good;
# since 2014 it has been the Monday.
_SINGLE = ((-2,), (-2,), (0,), (0,), (0,), (0, -1), (-1, -2))
_WEDNESDAY, _SATURDAY = 2, 5


@frozen(weakref_slot=False, eq=False)
class Feast:
    """A statutory feast in a year not yet arranged (未公布的节日); every day is an ordinal.

    Args:
        zh: its Chinese name.
        en: its English name.
        law: its statutory days.
        likely: the days off in its likeliest span.
        sure: the days off whichever span it takes.
        loose: the weekdays that rest in some of its spans only.
        extra_rest: how many of the loose weekdays rest at most.
        make_ups: how many weekend days are worked at most: weekdays off beyond the statutory days.
        first: the first day its arrangement can touch, make-up days included.
        last: the last such day.
    """

    zh: str
    en: str
    law: tuple[int, ...]
    likely: frozenset[int]
    sure: frozenset[int]
    loose: frozenset[int]
    extra_rest: int
    make_ups: int
    first: int
    last: int


def _feast(zh: str, en: str, law: tuple[int, ...], spans: list[tuple[int, int]]) -> Feast:
    """Work out a feast from the (first day, length) of each span it can take, likeliest first."""
    rests = [frozenset(range(first, first + length)).union(law) for first, length in spans]
    sure = frozenset.intersection(*rests)
    weekdays = [frozenset(day for day in span if _weekday(day) < _SATURDAY) for span in rests]
    loose = frozenset().union(*weekdays) - sure
    return Feast(
        zh,
        en,
        law,
        likely=rests[0],
        sure=sure,
        loose=loose,
        extra_rest=max(len(days & loose) for days in weekdays),
        make_ups=max(0, max(map(len, weekdays)) - len(law)),
        first=min(map(min, rests)) - REACH,
        last=max(map(max, rests)) + REACH,
    )


def _weekday(ordinal: int) -> int:
    return (ordinal + 6) % 7


def _single(zh: str, en: str, day: int) -> Feast:
    weekday = _weekday(day)
    length = 1 if weekday == _WEDNESDAY else 3
    return _feast(zh, en, (day,), [(day + off, length) for off in _SINGLE[weekday]])


@lru_cache(maxsize=256)
def feasts_of(year: int) -> tuple[Feast, ...]:
    """Return the feasts of *year* (某年的节日) with the spans they can take.

    Raises:
        CalendarError: ``out-of-reach`` where the table of lunar days ends.
    """
    if year not in FEASTS:
        raise CalendarError(
            f"农历节日表没有 {year} 年",
            f"the table of lunar days has no year {year}",
            code="out-of-reach",
            hint=f"可查 {min(FEASTS)}–{max(FEASTS)} 年",
            hint_en=f"it has {min(FEASTS)}–{max(FEASTS)}",
        )
    new_year, clear, dragon, moon = (date(year, md // 100, md % 100).toordinal() for md in FEASTS[year])
    may, october = date(year, 5, 1).toordinal(), date(year, 10, 1).toordinal()
    eve = new_year - 1
    return (
        _single("元旦", "New Year's Day", date(year, 1, 1).toordinal()),
        _feast("春节", "Spring Festival", tuple(range(eve, eve + 4)), [(eve, 8)]),
        _single("清明节", "Tomb-sweeping Day", clear),
        _feast("劳动节", "Labour Day", (may, may + 1), [(may + off, 5) for off in _LABOUR[_weekday(may)]]),
        _single("端午节", "Dragon Boat Festival", dragon),
        *_autumn(moon, october),
    )


def _autumn(moon: int, october: int) -> tuple[Feast, ...]:
    """中秋 and 国庆: joint where they meet; two days apart or less they have been joined too (2012, 2023)."""
    law = (october, october + 1, october + 2)
    zh, en = "国庆节、中秋节", "National Day and Mid-Autumn Festival"
    if october <= moon <= october + 7:
        # On 1–3 October 中秋 takes none of the four days away: in 2020 a day beside them stood in for it.
        return (_feast(zh, en, (*law, moon if moon not in law else october + 3), [(october, 8)]),)
    if october - 2 <= moon < october:
        return (_feast(zh, en, (moon, *law), [(moon, 8), (october, 8), (october, 7)]),)
    return (_single("中秋节", "Mid-Autumn Festival", moon), _feast("国庆节", "National Day", law, [(october, 7)]))


@frozen(weakref_slot=False, eq=False)
class Plan:
    """What can be said of the days of some years (推算表) before their notices: sure, open, and by which feast."""

    sure: frozenset[int]
    loose: dict[int, tuple[Feast, ...]]
    make_up: dict[int, tuple[Feast, ...]]


@lru_cache(maxsize=64)
def plan_of(year: int) -> Plan:
    """Return the plan of one calendar *year* (某年推算表), the reach of next year's 元旦 included."""
    low, high = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    feasts = (*feasts_of(year), *(feasts_of(year + 1)[:1] if year + 1 in FEASTS else ()))
    sure = frozenset(day for feast in feasts for day in feast.sure)
    loose: dict[int, tuple[Feast, ...]] = {}
    make_up: dict[int, tuple[Feast, ...]] = {}
    # In order of their last day: of two feasts a day could make up, the one that runs out first is used first.
    for feast in sorted(feasts, key=lambda one: one.last):
        for day in feast.loose:
            loose[day] = (*loose.get(day, ()), feast)
        if feast.make_ups:
            for day in range(max(feast.first, low), min(feast.last, high) + 1):
                if _weekday(day) >= _SATURDAY and day not in sure:
                    make_up[day] = (*make_up.get(day, ()), feast)
    return Plan(sure, loose, make_up)


class Reading:
    """One reading of the open days (一种读法), day by day in order: as many as can work, or as many as can rest.

    Spending each feast's budget as soon as it can be spent is what makes the count extreme for every later day, so
    that the two readings bound every arrangement the principles allow.
    """

    def __init__(self, early: bool) -> None:
        self.early = early
        self._spent: dict[Feast, int] = {}

    def works(self, ordinal: int, *, free: bool = False) -> bool:
        """Whether *ordinal* works in this reading; *free* leaves the budget untouched (a day not wholly used)."""
        plan = plan_of(date.fromordinal(ordinal).year)
        if ordinal in plan.sure:
            return False
        if _weekday(ordinal) >= _SATURDAY:
            return self.early and self._spend(plan.make_up.get(ordinal, ()), True, free)
        return self.early or not self._spend(plan.loose.get(ordinal, ()), False, free)

    def _spend(self, feasts: tuple[Feast, ...], make_up: bool, free: bool) -> bool:
        for feast in feasts:
            spent = self._spent.get(feast, 0)
            if spent < (feast.make_ups if make_up else feast.extra_rest):
                if not free:
                    self._spent[feast] = spent + 1
                return True
        return False
