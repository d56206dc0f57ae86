"""Counting a limit out, day by day (逐日计时): the one walk that deadlines and their explanations share.

Instants are whole microseconds in China's time from day ordinal 0, so that nothing is rounded on the way.  Every walk
ends with the calendar's range at the latest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from attrs import frozen

from ..calendar import CST, WorkCalendar
from ..calendar.almanac import FIRST, LAST, out_of_reach
from ..errors import CalendarError
from .timelimit import TimeLimit, Unit

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_SIZE = {
    Unit.SECONDS: SECOND,
    Unit.MINUTES: MINUTE,
    Unit.HOURS: HOUR,
    Unit.WORKING_HOURS: HOUR,
    Unit.DAYS: 1,
    Unit.WORKING_DAYS: 1,
}
_BY_THE_CLOCK = (Unit.SECONDS, Unit.MINUTES, Unit.HOURS)

Halt = tuple[int, int | None, str]
"""A suspension as (start, end or None, reason), in microseconds."""


@frozen(weakref_slot=False)
class Counted:
    """One day of a count (逐日计算): how much of the limit it *counts*, in the limit's unit, and why."""

    day: date
    counts: int | float
    why: str
    why_en: str


def to_micros(at: datetime) -> int:
    """Turn an instant in China's time into microseconds."""
    return at.toordinal() * DAY + at.hour * HOUR + at.minute * MINUTE + at.second * 1_000_000 + at.microsecond


def of_micros(micros: int) -> datetime:
    """Turn microseconds back into an instant in China's time."""
    return day_start(date.fromordinal(micros // DAY)) + timedelta(microseconds=micros % DAY)


def day_start(day: date) -> datetime:
    """Return the midnight that begins *day*."""
    return datetime(day.year, day.month, day.day, tzinfo=CST)


class Ledger:
    """What a walk passed, for those who ask why (逐日记录)."""

    def __init__(self, calendar: WorkCalendar, limit: TimeLimit | None) -> None:
        self._calendar = calendar
        self._limit = limit
        self._rows: list[tuple[int, int, bool | None, str, str]] = []

    def note(self, day: int, amount: int, works: bool | None, zh: str, en: str) -> None:
        """Note *day*: how much it counted, whether it was read as working (``None``: not asked), what else to say."""
        self._rows.append((day, amount, works, zh, en))

    def counted(self) -> tuple[Counted, ...]:
        """Return the days passed in order, one entry each."""
        size = _SIZE[self._limit.unit] if self._limit else 1
        days: dict[int, Counted] = {}
        for day, amount, works, zh, en in self._rows:
            said_zh, said_en = self._said(day, works)
            days[day] = Counted(
                date.fromordinal(day),
                amount // size if amount % size == 0 else amount / size,
                "；".join(part for part in (zh, said_zh) if part),
                "; ".join(part for part in (en, said_en) if part),
            )
        return tuple(days.values())

    def _said(self, day: int, works: bool | None) -> tuple[str, str]:
        if works is None or day < FIRST:
            return "", ""
        fact = self._calendar.describe(date.fromordinal(day))
        if works and not fact.works:
            return "可能上班（待通知，按最早到期计）", "may be worked (no notice yet; counted for the earliest due day)"
        return fact.why_zh, fact.why_en


class Walk:
    """One walk through the days in one reading of the calendar (计时过程)."""

    def __init__(
        self,
        calendar: WorkCalendar,
        halts: Sequence[Halt],
        *,
        early: bool = True,
        business: bool = False,
        ledger: Ledger | None = None,
    ) -> None:
        self.unknown = False
        self._calendar = calendar
        self._reading = calendar.reading(early)
        self._halts = halts
        self._ledger = ledger
        self._close = closing(calendar) if business else DAY

    def run(self, limit: TimeLimit, begin: datetime, *, roll: bool, cutoff: time | None) -> int | None:
        """Return the first instant that is too late; ``None`` where the clock stands still before that."""
        by_day = limit.unit in (Unit.DAYS, Unit.WORKING_DAYS)
        now = to_micros(begin)
        if cutoff is not None and limit.unit not in _BY_THE_CLOCK:
            now = self._received(now, cutoff)
        if not by_day:
            return self._time(limit.amount * _SIZE[limit.unit], now, limit.unit is Unit.WORKING_HOURS)
        self._note(now // DAY, 0, None, "起算日不计（民法典第二百零一条）", "start day, not counted (Civil Code 201)")
        last = self._days(limit.amount, now // DAY, limit.unit is Unit.WORKING_DAYS)
        if last is not None and roll and limit.unit is Unit.DAYS:
            last = self._rolled(last)
        return None if last is None else last * DAY + self._close

    def _received(self, now: int, cutoff: time) -> int:
        """The instant receipt counts from: itself, or the start of the next working day."""
        day = now // DAY
        late = now % DAY >= (cutoff.hour * 60 + cutoff.minute) * MINUTE + cutoff.second * 1_000_000
        works = self._works(day, free=True)
        if works and not late:
            return now
        while True:
            why = ("已过收件截止时刻", "after the cut-off") if late and works else ("非工作日收件", "not a working day")
            self._note(day, 0, works, f"{why[0]}，视为下一工作日收到", f"{why[1]}: received the next working day")
            day, late = day + 1, False
            works = self._works(day, free=True)
            if works:
                return day * DAY

    def _days(self, left: int, day: int, working: bool) -> int | None:
        while left:
            day += 1
            if day > LAST:
                raise out_of_reach(date.fromordinal(day - 1))
            halt = self._halted(day * DAY + self._close)
            if halt is not None:
                if halt[1] is None:
                    return None
                self._note(day, 0, None, f"中止计时：{halt[2]}", f"suspended: {halt[2]}")
                continue
            works = self._works(day) if working else None
            counts = 0 if works is False else 1
            left -= counts
            self._note(day, counts, works, *(() if working else ("自然日", "calendar day")))
        return day

    def _rolled(self, day: int) -> int | None:
        first = day
        while True:
            halt = self._halted(day * DAY + self._close)
            if halt is not None and halt[1] is None:
                return None
            works = self._works(day)
            if day > first:
                self._note(day, 0, works, "末日顺延（民法典第二百零三条）", "last day rolls over (Civil Code 203)")
            if works and halt is None:
                return day
            day += 1

    def _time(self, left: int, now: int, working: bool) -> int | None:
        if not working and self._ledger is None:
            return self._through(left, now)
        windows = _spans(self._calendar) if working else ((0, DAY),)
        day = now // DAY
        while True:
            if day > LAST:
                raise out_of_reach(date.fromordinal(day - 1))
            free = self._free([(max(day * DAY + a, now), day * DAY + b) for a, b in windows])
            # Days are had in part here, so no budget can be kept: every day that can work does, wide but sound.
            works = self._works(day, free=True) if working and free else None
            taken = 0
            for a, b in free if works is not False else ():
                if left - taken <= b - a:
                    self._note_time(day, left, works, working)
                    return a + left - taken
                taken += b - a
            self._note_time(day, taken, works, working)
            left -= taken
            day += 1
            halt = self._halted(day * DAY)
            if halt is not None and halt[1] is None:
                return None

    def _through(self, left: int, now: int) -> int | None:
        """Time that runs through nights and holidays: from suspension to suspension, not day by day."""
        for start, end, _ in self._halts:
            if end is not None and end <= now:
                continue
            if left <= start - now:
                break
            left -= max(start - now, 0)
            if end is None:
                return None
            now = end
        if (now + left) // DAY > LAST:
            raise out_of_reach(date.fromordinal(LAST))
        return now + left

    def _free(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """What suspensions leave of *spans*."""
        for start, end, _ in self._halts:
            left: list[tuple[int, int]] = []
            for a, b in spans:
                left.append((a, min(b, start)))
                if end is not None:
                    left.append((max(a, end), b))
            spans = left
        return [(a, b) for a, b in spans if a < b]

    def _halted(self, instant: int) -> Halt | None:
        """The suspension that holds in the last moment before *instant*."""
        return next((h for h in self._halts if h[0] < instant and (h[1] is None or h[1] >= instant)), None)

    def _works(self, day: int, *, free: bool = False) -> bool:
        if not FIRST <= day <= LAST:
            raise out_of_reach(date.fromordinal(day))
        self.unknown = self.unknown or day > self._calendar.known_ordinal
        return self._reading(day, free)

    def _note(self, day: int, amount: int, works: bool | None, zh: str = "", en: str = "") -> None:
        if self._ledger is not None:
            self._ledger.note(day, amount, works, zh, en)

    def _note_time(self, day: int, amount: int, works: bool | None, working: bool) -> None:
        if self._ledger is None:
            return
        halt = next((h for h in self._halts if h[0] < (day + 1) * DAY and (h[1] is None or h[1] > day * DAY)), None)
        if halt is not None:
            said = f"中止计时：{halt[2]}", f"suspended: {halt[2]}"
        elif working:
            said = ("", "") if works is not None else ("不在办公时段", "outside the service windows")
        else:
            said = "连续计时，不分昼夜与节假日", "runs through nights and holidays"
        self._note(day, amount, works, *said)


def closing(calendar: WorkCalendar) -> int:
    """Return when business closes (下班时刻), in microseconds of the day.

    Raises:
        CalendarError: ``no-windows``.
    """
    return _spans(calendar)[-1][1]


def _spans(calendar: WorkCalendar) -> tuple[tuple[int, int], ...]:
    if not calendar.windows:
        raise CalendarError(
            "日历没有办公时段，无法按工作小时或下班时间计",
            "the calendar has no service windows to count working hours or the close of business in",
            code="no-windows",
            hint="请设置办公时段，例如 09:00–12:00、13:30–17:30",
            hint_en="give service windows, for example 09:00–12:00 and 13:30–17:30",
        )
    minutes = ((a.hour * 60 + a.minute, b.hour * 60 + b.minute or 1440) for a, b in calendar.windows)
    return tuple((a * MINUTE, b * MINUTE) for a, b in minutes)
