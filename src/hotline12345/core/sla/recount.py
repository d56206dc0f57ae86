"""Deadlines counted anew (重算到期): by a calendar that has learnt more, or with a suspension.

A deadline that extends another keeps it (``Deadline.extends``), so that the whole budget can be counted again from
where it began, and told the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from ..calendar import WorkCalendar
from .deadlines import (
    PLAIN,
    ClockRules,
    Deadline,
    Explanation,
    Suspension,
    deadline,
    explain,
    explain_extension,
    extend,
)
from .timelimit import TimeLimit, Unit

_ADD_UP = (Unit.WORKING_DAYS, Unit.WORKING_HOURS)


def lengthen(
    old: Deadline,
    amount: TimeLimit,
    calendar: WorkCalendar,
    rules: ClockRules = PLAIN,
    basis: str = "",
    suspensions: Sequence[Suspension] = (),
) -> Deadline:
    """Extend *old* by *amount* from its due day (延期), keeping what was extended.

    While the old due day is itself provisional, one count over the whole budget gives the instant: counting on from
    the earliest of several possible days would give away what the rest days between them are.

    Raises:
        RequestError: ``no-deadline`` where there is nothing to extend.
        CalendarError: as for :func:`~.deadlines.deadline`.
    """
    new = extend(old, amount, calendar, rules, basis, suspensions)
    whole = _whole(old, amount)
    if whole is not None:
        one = deadline(whole, begun(old), calendar, rules, suspensions, basis)
        new = evolve(one, limit=new.limit, start=new.start)
    return evolve(new, extends=old)


def _whole(old: Deadline, amount: TimeLimit) -> TimeLimit | None:
    """Return the budget as one limit, where one count over it is needed and its parts add up."""
    if not old.provisional or amount.unit not in _ADD_UP:
        return None
    total = spent(old, amount.unit)
    return None if total is None else TimeLimit(total + amount.amount, amount.unit)


def recount(
    old: Deadline, calendar: WorkCalendar, rules: ClockRules = PLAIN, suspensions: Sequence[Suspension] = ()
) -> Deadline:
    """Return *old* as it comes out now (重算到期); a date that was set as such stays.

    Raises:
        CalendarError: as for :func:`~.deadlines.deadline`.
    """
    if old.limit is None:
        return old
    if old.extends is None:
        return deadline(old.limit, old.start, calendar, rules, suspensions, old.basis)
    base = recount(old.extends, calendar, rules, suspensions)
    return lengthen(base, old.limit, calendar, rules, old.basis, suspensions)


def explain_recount(
    old: Deadline, calendar: WorkCalendar, rules: ClockRules = PLAIN, suspensions: Sequence[Suspension] = ()
) -> Explanation:
    """Count *old* anew and say how (重算并说明), the extensions after the limit they extend."""
    again = recount(old, calendar, rules, suspensions)
    if again.limit is None:
        return Explanation(again, ())
    if again.extends is None:
        return explain(again.limit, again.start, calendar, rules, suspensions, again.basis)
    whole = _whole(again.extends, again.limit)
    if whole is not None:
        return Explanation(again, explain(whole, begun(again), calendar, rules, suspensions).counted)
    base = explain_recount(again.extends, calendar, rules, suspensions)
    more = explain_extension(again.extends, again.limit, calendar, rules, again.basis, suspensions)
    # The day the extension counts from was counted as the last of the base.
    return Explanation(again, base.counted + tuple(day for day in more.counted if day.counts or not base.counted))


def begun(due: Deadline) -> datetime:
    """Return where the whole budget of *due* began to be counted (起算时刻), extensions aside."""
    while due.extends is not None:
        due = due.extends
    return due.start


def spent(due: Deadline, unit: Unit) -> int | None:
    """Return how much of *unit* limit and extensions add up to (累计时限); ``None`` where they are in other units."""
    total, one = 0, due
    while True:
        if one.limit is None or one.limit.unit is not unit:
            return None
        total += one.limit.amount
        if one.extends is None:
            return total
        one = one.extends
