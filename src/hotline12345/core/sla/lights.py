"""Green, yellow, red (红黄绿灯): how near a deadline is, by what is left or by the share of the budget that is used."""

from __future__ import annotations

from datetime import datetime
from math import inf

from attrs import frozen

from ..calendar import WorkCalendar, local
from .deadlines import Deadline, elapsed_working_days, working_seconds
from .recount import begun, spent
from .timelimit import TimeLimit, Unit

_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600}


@frozen(weakref_slot=False)
class LightRule:
    """When a light turns (亮灯规定): with so much left, or from so many per cent of the budget on; else off."""

    yellow: TimeLimit | None = None
    red: TimeLimit | None = None
    yellow_share: int | None = None
    red_share: int | None = None
    basis: str = "library default"

    @property
    def on(self) -> bool:
        """Whether the place has lights at all."""
        return (self.yellow, self.red, self.yellow_share, self.red_share) != (None, None, None, None)


OFF = LightRule()


def light(due: Deadline, at: datetime, rule: LightRule, calendar: WorkCalendar) -> str:
    """Return ``green``, ``yellow`` or ``red`` for *due* at *at* (亮灯); "" where there are no lights or no limit.

    What is overdue is red.

    Raises:
        CalendarError: *at* lies outside the calendar.
    """
    if not rule.on or due.at is None:
        return ""
    if at >= due.at or _near(due, at, rule.red, rule.red_share, calendar):
        return "red"
    return "yellow" if _near(due, at, rule.yellow, rule.yellow_share, calendar) else "green"


def _near(due: Deadline, at: datetime, left: TimeLimit | None, share: int | None, calendar: WorkCalendar) -> bool:
    return (left is not None and remaining(due, at, left.unit, calendar) <= left.amount) or (
        share is not None and used(due, at, calendar) * 100 >= share
    )


def remaining(due: Deadline, at: datetime, unit: Unit, calendar: WorkCalendar) -> float:
    """Return how much of *due* is left at *at* (剩余时间), in *unit*: whole days after that day, others to the instant.

    Negative when overdue; without bound where there is no limit.
    """
    if due.at is None or due.due_day is None:
        return inf
    if unit is Unit.WORKING_DAYS:
        return calendar.working_days_between(local(at).date(), due.due_day)
    if unit is Unit.DAYS:
        return (due.due_day - local(at).date()).days
    if unit is Unit.WORKING_HOURS:
        return working_seconds(calendar, at, due.at) / 3600
    return (due.at - at).total_seconds() / _SECONDS[unit]


def used(due: Deadline, at: datetime, calendar: WorkCalendar) -> float:
    """Return the share of the budget that is used at *at* (已用比例), 0 to 1 and beyond when overdue.

    Working days are counted whole, as the limit counts them; other limits by the clock.
    """
    if due.at is None:
        return 0.0
    start = begun(due)
    whole = spent(due, Unit.WORKING_DAYS)
    if whole is not None:
        return elapsed_working_days(calendar, start, at) / whole
    span = (due.at - start).total_seconds()
    return (at - start).total_seconds() / span if span > 0 else 1.0
