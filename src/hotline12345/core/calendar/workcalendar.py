"""The days that count, the windows of the day, and where knowledge ends (工作日历).

Working days are counted with prefix sums over day ordinals, so that the n-th working day is two look-ups.  The base is
chinese-calendar's record of the State Council's notices; overlays say what it does not know.  Past ``known_until`` the
days are projected (see ``projection``) and an answer is an earliest and a latest day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, compress
from typing import Literal

from attrs import field, frozen

from ..errors import CalendarError
from .almanac import (
    FIRST,
    LAST,
    Windows,
    bad_count,
    base_days,
    base_name,
    base_version,
    knowledge_end,
    minutes_open,
    out_of_reach,
    plain_weeks,
    project,
    unknown_year,
)
from .overlay import Overlay, OverlayDay, overlay_from_table
from .projection import SOURCE, Feast, Reading, feasts_of

__all__ = ["CST", "DEFAULT_WINDOWS", "DayFact", "Overlay", "OverlayDay", "WorkCalendar", "local", "overlay_from_table"]

CST = timezone(timedelta(hours=8))
"""China's time (北京时间): UTC+8 the year round since 1992."""

DEFAULT_WINDOWS: Windows = ((time(9), time(12)), (time(13, 30), time(17, 30)))
"""Service windows of a working day (办公时段); basis: library default."""

_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def local(instant: datetime) -> datetime:
    """Turn an aware *instant* into China's time (北京时间).

    Raises:
        CalendarError: ``naive-time`` without an offset; ``too-early`` before 1992, when China had summer time.
    """
    if instant.tzinfo is not CST:
        if instant.utcoffset() is None:
            raise CalendarError(
                f"时间 {instant.isoformat()} 没有时区",
                f"the time {instant.isoformat()} has no time zone",
                code="naive-time",
                hint="请写明时区，例如 +08:00",
                hint_en="give the offset, for example +08:00",
            )
        try:
            instant = instant.astimezone(CST)
        except OverflowError as error:
            raise CalendarError(
                f"{instant.isoformat()} 换算成北京时间超出公历 9999 年",
                f"{instant.isoformat()} is past the year 9999 in China's time",
                code="out-of-reach",
                hint="请检查日期",
                hint_en="check the date",
            ) from error
    if instant.year < 1992:
        raise CalendarError(
            f"{instant.isoformat()} 早于 1992 年（1986–1991 年有夏令时），无法换算",
            f"{instant.isoformat()} is before 1992; China had summer time in 1986–1991",
            code="too-early",
            hint="请改用 1992 年以后的时间",
            hint_en="use a time from 1992 on",
        )
    if instant.__class__ is datetime:
        return instant
    at = instant  # pendulum's and others' subclasses are slower in every operation that follows
    return datetime(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, CST)


@frozen(weakref_slot=False)
class DayFact:
    """What a day is (某日情况): whether it *works*, why, who says so, and whether that is *certain*."""

    day: date
    works: bool
    why_zh: str
    why_en: str
    source: str
    certain: bool


@frozen(weakref_slot=False, eq=False)
class WorkCalendar:
    """A working-day calendar (工作日历); make one with :meth:`china`.

    Args:
        known_until: the last day the notices loaded settle; later days are projected.
        windows: the service windows of a working day.
        overlays: what was loaded over the base, later ones win.
        on_unknown: past ``known_until``, answer provisionally or raise.
        digest: a short hash of what it says about every day and window; events record it.
    """

    known_until: date
    windows: Windows
    overlays: tuple[Overlay, ...]
    on_unknown: Literal["provisional", "error"]
    digest: str
    ranks: list[int] = field(repr=False)
    working_days: list[date] = field(repr=False)
    known_ordinal: int = field(repr=False)
    known_rank: int = field(repr=False)
    _works: bytearray = field(repr=False)
    _told: dict[int, tuple[OverlayDay, Overlay]] = field(repr=False)
    minutes_done: list[int] = field(repr=False)

    @classmethod
    def china(
        cls,
        overlays: tuple[Overlay, ...] = (),
        windows: Windows = DEFAULT_WINDOWS,
        on_unknown: Literal["provisional", "error"] = "provisional",
        last_year: int | None = None,
    ) -> WorkCalendar:
        """Return China's calendar (全国工作日历); the same arguments give the same object.

        Args:
            overlays: newer notices, amendments, local rest days; later ones win.
            windows: service windows of a working day, on whole minutes; an end of 00:00 is midnight.
            on_unknown: ``error`` refuses to answer past ``known_until``.
            last_year: forget what the base knows after this year (for back-tests).

        Raises:
            CalendarError: ``bad-windows``.
        """
        return _china(tuple(overlays), tuple(windows), on_unknown, last_year)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkCalendar) and (self.digest, self.on_unknown) == (other.digest, other.on_unknown)

    def __hash__(self) -> int:
        return hash(self.digest)

    def is_workday(self, day: date) -> bool:
        """Whether *day* is a working day (是否工作日); past ``known_until``, whether it likely is."""
        return self._works[self.index(day)] == 1

    def nth_working_day(self, day: date, n: int) -> date:
        """Return the *n*-th working day after *day* (其后第 n 个工作日), *day* itself not counted.

        From a rest day this is the same as from the working day before it; ``n=0`` is *day* itself where it works,
        else the working day before it.  Past ``known_until`` it is the earliest day it can become.

        Raises:
            CalendarError: ``out-of-reach``; ``unknown-year`` where ``on_unknown`` is ``error``.
        """
        ordinal = day.toordinal() if day.__class__ is date else self.index(day) + FIRST
        if n > 0 and ordinal >= FIRST:
            try:
                rank = self.ranks[ordinal - FIRST] + n - 1
            except IndexError:
                raise out_of_reach(day) from None
            if rank < self.known_rank:
                return self.working_days[rank]
        return self.bounds(day, n)[0]

    def known_working_day(self, ordinal: int, n: int) -> date | None:
        """Return the *n*-th working day after the day *ordinal* where all is known, else ``None``: the short cut."""
        if ordinal < FIRST or ordinal > LAST:
            return None
        rank = self.ranks[ordinal - FIRST] + n - 1
        return self.working_days[rank] if rank < self.known_rank else None

    def next_working_day(self, day: date) -> date:
        """Return the first working day after *day* (下一工作日)."""
        return self.nth_working_day(day, 1)

    def bounds(self, day: date, n: int) -> tuple[date, date]:
        """Return the earliest and the latest day the *n*-th working day after *day* can become (最早与最晚).

        They are the same where everything passed is known, or where the principles leave no choice.
        """
        start = self.index(day) + FIRST
        if n < 0:
            raise bad_count(n)
        rank = self.ranks[start - FIRST] + n - 1
        if rank < 0:  # the first days of the calendar are rest days, and what was before them is not known
            raise out_of_reach(day)
        if rank < self.known_rank or n == 0:
            return self.working_days[rank], self.working_days[rank]
        if self.on_unknown == "error":
            raise unknown_year(day, self.known_until)
        early, late = (self._count(start, n, self.reading(early)) for early in (True, False))
        return date.fromordinal(early), date.fromordinal(late)

    def _count(self, start: int, n: int, works: Callable[[int, bool], bool]) -> int:
        for ordinal in range(start + 1, LAST + 1):
            n -= works(ordinal, False)
            if n == 0:
                return ordinal
        raise out_of_reach(date.fromordinal(start))

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days there are after *start* up to and including *end* (其间工作日数).

        Past ``known_until`` the likeliest arrangement is counted.  An *end* before *start* gives a negative count.
        """
        ranks = self.ranks
        if start.__class__ is date and end.__class__ is date:
            first, last = start.toordinal() - FIRST, end.toordinal() - FIRST
            if first >= 0 and last >= 0:
                try:
                    return ranks[last] - ranks[first]
                except IndexError:
                    raise out_of_reach(max(start, end)) from None
        return ranks[self.index(end)] - ranks[self.index(start)]

    def working_seconds_until(self, instant: datetime) -> int:
        """Return the working seconds from the first day of the calendar to *instant* (累计办公秒数)."""
        at = instant if instant.__class__ is datetime and instant.tzinfo is CST else local(instant)
        index = at.toordinal() - FIRST
        if not 0 <= index <= LAST - FIRST:
            raise out_of_reach(at.date())
        table, minute = self.minutes_done, at.hour * 60 + at.minute
        if not self._works[index]:
            return self.ranks[index] * table[1440] * 60
        done = table[minute]
        seconds = at.second if table[minute + 1] > done else 0
        return ((self.ranks[index] - 1) * table[1440] + done) * 60 + seconds

    def index(self, day: date) -> int:
        """Return how many days after the first of the calendar *day* is.

        Raises:
            CalendarError: ``out-of-reach``; ``naive-time`` for a datetime without an offset.
        """
        if isinstance(day, datetime):
            day = local(day)
        ordinal = day.toordinal()
        if not FIRST <= ordinal <= LAST:
            raise out_of_reach(day)
        return ordinal - FIRST

    def reading(self, early: bool) -> Callable[[int, bool], bool]:
        """Return a function that says, day ordinal by day ordinal in order, whether each works (逐日读法).

        Where days are open, the *early* reading lets as many work as can, the other lets as many rest as can.
        Ask it only of days that would count: each answer may spend of what a feast can move, unless its second
        argument is true.
        """
        works, known, told, guess = self._works, self.known_ordinal, self._told, Reading(early)

        def says(ordinal: int, free: bool = False) -> bool:
            if ordinal <= known or ordinal in told:
                return works[ordinal - FIRST] == 1
            return guess.works(ordinal, free=free)

        return says

    def describe(self, day: date) -> DayFact:
        """Say what *day* is and who says so (某日的依据)."""
        index = self.index(day)
        ordinal = index + FIRST
        day = date.fromordinal(ordinal)
        works, known = self._works[index] == 1, ordinal <= self.known_ordinal
        if ordinal in self._told:
            entry, overlay = self._told[ordinal]
            name = entry.name or overlay.name
            zh = f"{name}{_verb_zh(day, works)}" + ("（虚构）" if overlay.fictitious else "")
            en = f"{name}: {_verb_en(day, works)}" + (" (fictitious)" if overlay.fictitious else "")
            return DayFact(day, works, zh, en, entry.source, True)
        if not known:
            return _projected(day, works)
        zh, en = base_name(day)
        if zh:
            source = f"国务院办公厅节假日安排通知（chinese-calendar {base_version()}）"
            return DayFact(day, works, f"{zh}{_verb_zh(day, works)}", f"{en}: {_verb_en(day, works)}", source, True)
        return DayFact(day, works, *_plain(day), "国务院关于职工工作时间的规定 第七条", True)


def _plain(day: date) -> tuple[str, str]:
    weekday = day.weekday()
    kind = ("工作日", "working day") if weekday < 5 else ("休息日", "rest day")
    return f"{kind[0]}（{_DAYS_ZH[weekday]}）", f"{kind[1]} ({_DAYS_EN[weekday]})"


def _verb_zh(day: date, works: bool) -> str:
    return ("调休上班" if day.weekday() >= 5 else "上班") if works else "放假"


def _verb_en(day: date, works: bool) -> str:
    return ("make-up working day" if day.weekday() >= 5 else "working day") if works else "day off"


def _projected(day: date, works: bool) -> DayFact:
    ordinal = day.toordinal()
    years = (day.year, day.year + 1)
    feast: Feast | None = next((f for y in years for f in feasts_of(y) if ordinal in f.likely), None)
    if feast is None:
        zh, en = _plain(day)
    elif ordinal in feast.law:
        zh, en = f"{feast.zh}法定放假", f"{feast.en}: statutory day off"
    else:
        zh, en = f"{feast.zh}推算放假", f"{feast.en}: day off as projected"
    return DayFact(day, works, f"{zh}（待通知）", f"{en} (no notice yet)", SOURCE, False)


@lru_cache(maxsize=64)
def _china(
    overlays: tuple[Overlay, ...], windows: Windows, on_unknown: Literal["provisional", "error"], last_year: int | None
) -> WorkCalendar:
    minutes = minutes_open(windows)
    base, base_last = base_days()
    base_last = min(base_last, last_year or base_last)
    known = knowledge_end(base_last, overlays)
    works = bytearray(base)
    told = {d.day.toordinal(): (d, overlay) for overlay in overlays for d in overlay.days}
    # The base speaks of its own years, overlays of those they settle; after that the law has to do.
    plain_weeks(works, date(base_last, 12, 31).toordinal() + 1)
    project(works, known + 1)
    for ordinal, (entry, _) in told.items():
        if FIRST <= ordinal <= LAST:
            works[ordinal - FIRST] = entry.works
    ranks = list(accumulate(works))
    days = list(map(date.fromordinal, compress(range(FIRST, LAST + 1), works)))
    said = repr((known, windows, sorted((o, entry.works) for o, (entry, _) in told.items()))).encode()
    return WorkCalendar(
        date.fromordinal(known),
        windows,
        overlays,
        on_unknown,
        sha256(works + said).hexdigest()[:16],
        ranks,
        days,
        known,
        ranks[known - FIRST],
        works,
        told,
        minutes,
    )
