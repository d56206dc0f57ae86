"""The days before anybody asks (日历底表): the base's days, plain weeks, likely holidays, the day's minutes."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from itertools import accumulate

from ..errors import CalendarError
from .overlay import Overlay
from .projection import Feast, feasts_of

Windows = tuple[tuple[time, time], ...]
FIRST_YEAR, LAST_YEAR = 2004, 2060
FIRST = date(FIRST_YEAR, 1, 1).toordinal()
LAST = date(LAST_YEAR, 12, 31).toordinal()


def knowledge_end(base_last: int, overlays: tuple[Overlay, ...]) -> int:
    """The last day settled: a year's last five days wait for the next notice (changed 2007, 2011, 2018)."""
    complete = {year for overlay in overlays for year in overlay.year_complete}
    off = {entry.day.toordinal() for overlay in overlays for entry in overlay.days if not entry.works}
    year = base_last
    while year < LAST_YEAR:
        missing = [] if year + 1 in complete else [f for f in feasts_of(year + 1) if not _arranged(f, off)]
        if missing:
            settled = date(year, 12, 26).toordinal()
            return max(settled, min(feast.first for feast in missing) - 1)
        year += 1
    return date(LAST_YEAR, 12, 26).toordinal()


def _arranged(feast: Feast, off: set[int]) -> bool:
    """Whether the days *off* that overlays name show that a notice has arranged *feast*."""
    return any(day in off for day in feast.law) and all(day in off for day in feast.law if (day + 6) % 7 < 5)


def plain_weeks(works: bytearray, first: int) -> None:
    """Fill in plain weeks from day *first* on: five days on, two off."""
    length = LAST + 1 - first
    weeks = bytes((1, 1, 1, 1, 1, 0, 0)) * (length // 7 + 2)
    offset = (first + 6) % 7
    works[first - FIRST :] = weeks[offset : offset + length]


def project(works: bytearray, first: int) -> None:
    """Fill in the likeliest arrangement from day *first* on; make-up days cannot be guessed and are left out."""
    plain_weeks(works, first)
    for year in range(date.fromordinal(first).year, LAST_YEAR + 2):
        for feast in feasts_of(year):
            for day in feast.likely:
                if first <= day <= LAST:
                    works[day - FIRST] = 0


@lru_cache(maxsize=1)
def base_days() -> tuple[bytes, int]:
    """What chinese-calendar knows, day by day, and its last year."""
    from chinese_calendar.constants import holidays, workdays

    works = bytearray(LAST + 1 - FIRST)
    plain_weeks(works, FIRST)
    for days, value in ((holidays, 0), (workdays, 1)):
        for day in days:
            works[day.toordinal() - FIRST] = value
    return bytes(works), max(holidays).year


def base_name(day: date) -> tuple[str, str]:
    """The Chinese and English name of the holiday *day* belongs to in the base, or empty ones."""
    from chinese_calendar.constants import Holiday, holidays, workdays

    value = workdays.get(day) or holidays.get(day)
    return (Holiday(value).chinese, value) if value else ("", "")


def base_version() -> str:
    """The version of chinese-calendar in use."""
    import chinese_calendar

    return str(chinese_calendar.__version__)


def minutes_open(windows: Windows) -> list[int]:
    """Return the working minutes of a day done by each minute of it, 1,441 numbers.

    Raises:
        CalendarError: ``bad-windows``.
    """
    open_minutes = bytearray(1440)
    last = 0
    for start, end in windows:
        first, stop = (start.hour * 60 + start.minute, end.hour * 60 + end.minute or 1440)
        whole = not (start.second or start.microsecond or end.second or end.microsecond or start.tzinfo or end.tzinfo)
        if not whole or not last <= first < stop:
            raise CalendarError(
                f"办公时段 {start}–{end} 有误",
                f"the service window {start}–{end} is not valid",
                code="bad-windows",
                hint="时段须为整分钟、先后有序、互不重叠",
                hint_en="windows must be in order, on whole minutes, and must not overlap",
            )
        open_minutes[first:stop] = bytes((1,)) * (stop - first)
        last = stop
    return [0, *accumulate(open_minutes)]


def unknown_year(day: date, known_until: date) -> CalendarError:
    """The refusal to answer past what is known (年份未公布)."""
    return CalendarError(
        f"{day} 之后的工作日涉及 {known_until} 以后，放假安排尚未公布",
        f"working days after {day} reach past {known_until}, for which no holiday notice is loaded",
        code="unknown-year",
        hint="请加载该年度放假安排（日历增补），或允许暂定结果",
        hint_en="load an overlay with that year's notice, or allow provisional answers",
    )


def bad_count(n: int) -> CalendarError:
    """The refusal to count no days or backwards (个数有误)."""
    return CalendarError(
        f"不能数 {n} 个工作日",
        f"cannot count {n} working days",
        code="bad-count",
        hint="个数须为正整数",
        hint_en="the number must be positive",
    )


def out_of_reach(day: date) -> CalendarError:
    """The refusal to leave the calendar's range (超出范围)."""
    return CalendarError(
        f"{day} 附近超出日历范围 {FIRST_YEAR}–{LAST_YEAR} 年",
        f"counting from {day} leaves the calendar's range, {FIRST_YEAR}–{LAST_YEAR}",
        code="out-of-reach",
        hint="请检查日期与时限",
        hint_en="check the date and the time limit",
    )
