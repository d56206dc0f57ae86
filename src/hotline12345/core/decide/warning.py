"""Warning before expiry (届满前预警): the rungs that are climbed while there is still time."""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import events as e
from ..actor import Actor
from ..calendar import CST, WorkCalendar
from ..order import Order, Warned
from ..policy import Policy, Rung
from ..sla import Deadline, Stage, TimeLimit, Unit, begun

EXPIRING = "expiring"
_ONE = timedelta(days=1)
_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600}


def warned(policy: Policy, order: Order, at: datetime, by: Actor) -> list[e.Event]:
    """Return the warnings that are due by *at* on the lead's deadline as it stands, and when the next one is.

    One that time has passed over is given late rather than never: looking seldom must not change what happens.
    """
    lead, known = order.lead, order.clocks.timing.warned
    clock = lead.handle if lead is not None and lead.replied is None else None
    due = clock.deadline.at if clock is not None else None
    timed_for = known is not None and lead is not None and (known.clock, known.due) == (lead.id, due)
    if lead is None or clock is None or due is None or (at >= due and not timed_for):
        stale = known is not None and known.next is not None
        return [e.WarningTimed(at, by, known.clock, known.due, known.fired)] if known is not None and stale else []
    fired = known.fired if known is not None and timed_for else ()
    timed = sorted((instant(clock.deadline, one.before, policy.calendar), one.code, one) for one in _rungs(policy))
    events: list[e.Event] = []
    for when, code, rung in timed:
        if code not in fired and when <= at:
            fired = (*fired, code)
            paper = rung.paper.code if rung.paper is not None else ""
            said = (rung.basis, None, EXPIRING, lead.id, due, paper, rung.owner)
            events.append(e.Supervised(at, by, code, lead.unit, *said))
    coming = next((when for when, code, _ in timed if code not in fired), None)
    if Warned(lead.id, due, fired, coming) != known:
        events.append(e.WarningTimed(at, by, lead.id, due, fired, coming))
    return events


def _rungs(policy: Policy) -> list[Rung]:
    return [rung for rung in policy.ladder if rung.before is not None and rung.stage is Stage.HANDLE]


def instant(due: Deadline, before: TimeLimit | None, calendar: WorkCalendar) -> datetime:
    """Return the first instant at which no more than *before* is left of *due* (预警时刻), not before it began."""
    assert due.at is not None
    assert due.due_day is not None
    assert before is not None
    begin = begun(due)
    if before.unit in _SECONDS:
        return max(begin, due.at - timedelta(seconds=before.amount * _SECONDS[before.unit]))
    day = due.due_day
    if before.unit is Unit.DAYS:
        day -= timedelta(days=before.amount)
    else:
        while day > begin.date() and calendar.working_days_between(day - _ONE, due.due_day) <= before.amount:
            day -= _ONE
    return max(begin, datetime(day.year, day.month, day.day, tzinfo=CST))
