"""Many due days and working times at once (批量到期计算): gathers from tables made of the core's calendar.

The answers are the core's: whatever a table does not settle (days no notice has settled) is asked of the calendar, one
start day at a time, and kept.
"""

from __future__ import annotations

from . import missing

try:
    import numpy as np
except ImportError as error:
    raise missing("numpy") from error

from datetime import date
from typing import Any

from attrs import frozen
from numpy.typing import NDArray

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.calendar.almanac import FIRST, LAST, bad_count, out_of_reach
from hotline12345.core.errors import CalendarError

Ints = NDArray[np.int32]
_UNKNOWN = -1
_EPOCH = date(1970, 1, 1).toordinal()
_OFFSET = 8 * 3600  # China's fixed UTC+8


@frozen(weakref_slot=False)
class DueDays:
    """Due days as ordinals (批量到期日): the earliest where *provisional*, as in the core."""

    days: Ints
    provisional: NDArray[np.bool_]


class BulkCalendar:
    """A calendar laid out for numpy (批量工作日历); make one for a calendar and keep it."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._ranks = np.asarray(calendar.ranks, dtype=np.int64)
        self._working = np.fromiter((day.toordinal() for day in calendar.working_days), np.int32)
        self._tables: dict[int, Ints] = {}
        self._seconds: tuple[Ints, Ints] | None = None

    def due(self, starts: NDArray[Any], n: int) -> DueDays:
        """Return the *n*-th working day after each of *starts* (批量计算第 n 个工作日).

        Args:
            starts: day ordinals (``date.toordinal``), any integer type.
            n: working days, 1 or more.

        Raises:
            CalendarError: ``out-of-reach``, ``bad-count``; ``unknown-year`` where the calendar refuses such days.
        """
        if n < 1:
            raise bad_count(n)
        starts = np.asarray(starts)
        if starts.size and not (int(starts.min()) >= FIRST and int(starts.max()) <= LAST):
            outside = int(starts[(starts < FIRST) | (starts > LAST)][0])
            raise out_of_reach(date.fromordinal(min(max(outside, 1), date.max.toordinal())))
        table = self._tables.get(n)
        if table is None:
            table = self._tables[n] = self._table(n)
        # Ints index the table as they are: subtracting an offset first would cost as much as the gather.
        days = table.take(starts)
        if days.size and int(days.min()) == _UNKNOWN:
            for start in np.unique(starts[days == _UNKNOWN]).tolist():
                table[start] = self.calendar.bounds(date.fromordinal(start), n)[0].toordinal()
            days = table.take(starts)
        return DueDays(days, days > self.calendar.known_ordinal)

    def working_seconds(self, starts: NDArray[Any], ends: NDArray[Any]) -> Ints:
        """Return the whole seconds within service windows between instants (批量办公时长).

        Args:
            starts: seconds since 1970-01-01 UTC, integers.
            ends: the same, of the same shape.

        Raises:
            CalendarError: ``out-of-reach``.
        """
        return self._until(np.asarray(ends)) - self._until(np.asarray(starts))

    def _table(self, n: int) -> Ints:
        table = np.zeros(LAST + 1, dtype=np.int32)
        index = self._ranks + (n - 1)
        known = index < self.calendar.known_rank
        table[FIRST:] = np.where(known, self._working[np.minimum(index, len(self._working) - 1)], _UNKNOWN)
        return table

    def _until(self, instants: NDArray[Any]) -> Ints:
        before, within = self._seconds or self._lay_out()
        low, high = ((day - _EPOCH) * 86_400 - _OFFSET for day in (FIRST, LAST + 1))
        if instants.size and not (low <= int(instants.min()) and int(instants.max()) < high):
            raise CalendarError(
                "有时间超出日历范围",
                "some instants are outside the calendar",
                code="out-of-reach",
                hint="请检查时间，单位为秒",
                hint_en="check the instants; they are in seconds",
            )
        # The calendar's seconds fit in 32 bits, which halves what has to pass through memory.
        local = (instants - low).astype(np.int32)
        days = local // np.int32(86_400)
        local -= days * np.int32(86_400)
        # Rest days look up an empty second half of the table, so that nothing has to be masked.
        marked = before.take(days)
        local += (marked & 1) * np.int32(86_400)
        marked >>= 1
        marked += within.take(local)
        return marked

    def _lay_out(self) -> tuple[Ints, Ints]:
        works = np.diff(self._ranks, prepend=0)
        minutes = np.asarray(self.calendar.minutes_done, dtype=np.int64)
        open_minutes = np.diff(minutes)
        within = np.repeat(minutes[:-1] * 60, 60) + np.tile(np.arange(60), 1440) * np.repeat(open_minutes, 60)
        before = (self._ranks - works) * int(minutes[-1]) * 60
        marked = (before << 1) | (1 - works)
        table = np.concatenate([within, np.zeros(86_400, dtype=np.int64)])
        self._seconds = marked.astype(np.int32), table.astype(np.int32)
        return self._seconds
