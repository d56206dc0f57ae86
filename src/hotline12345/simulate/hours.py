"""Working time as one line (办公时间轴): the service windows of working days laid end to end."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

from ..core.calendar import WorkCalendar, local


class ServiceHours:
    """The service windows of a stretch of days (办公时段), in seconds since its start.

    Args:
        calendar: which days work, and the windows of a working day.
        start: the first instant, a midnight in China.
        days: how many days are laid out; past them nobody works.
    """

    def __init__(self, calendar: WorkCalendar, start: datetime, days: int) -> None:
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._done: list[int] = []  # working seconds before each window
        self.closing: list[int] = []  # the close of each working day
        done = 0
        for at in range(days):
            if not calendar.is_workday(local(start + timedelta(days=at)).date()):
                continue
            for opens, closes in calendar.windows:
                begin = at * 86_400 + opens.hour * 3600 + opens.minute * 60
                end = at * 86_400 + (closes.hour * 3600 + closes.minute * 60 or 86_400)
                self._opens.append(begin)
                self._closes.append(end)
                self._done.append(done)
                done += end - begin
            self.closing.append(self._closes[-1])
        self.total = done
        self.day = done // len(self.closing) if self.closing else 0

    def worked(self, at: float) -> float:
        """Return the working seconds up to *at*."""
        window = bisect_right(self._opens, at) - 1
        if window < 0:
            return 0
        return self._done[window] + min(at, self._closes[window]) - self._opens[window]

    def instant(self, worked: float) -> float | None:
        """Return the first instant by which *worked* seconds have been worked; ``None`` past the last day."""
        if worked > self.total:
            return None
        window = max(bisect_right(self._done, worked) - 1, 0)
        if window and self._done[window] == worked:
            window -= 1  # what ends with a window ends then, and not when the next one opens
        return self._opens[window] + worked - self._done[window]

    def after(self, at: float, seconds: float) -> int | None:
        """Return the whole second *seconds* of working time after *at*; ``None`` past the last day."""
        found = self.instant(self.worked(at) + max(seconds, 1))
        return None if found is None else max(int(-(-found // 1)), int(at))
