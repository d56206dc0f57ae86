"""From one unit to the next (流转计时): what the handling clock does there, as the policy declares for each hop."""

from __future__ import annotations

from datetime import datetime

from ..calendar import WorkCalendar, local
from ..order import Assignment, Order
from ..policy import Policy
from ..sla import Deadline, TimeLimit, Unit, working_seconds

_MINUTE = 60_000_000


def before(order: Order) -> Assignment | None:
    """Return the assignment that led until the centre got the order back; ``None`` where nobody has led yet."""
    led = [a for a in order.assignments if a.role == "lead" and a.closed is not None]
    return max(led, key=lambda a: (a.closed, int(a.id[1:])), default=None)


def hop_from(last: Assignment | None) -> str:
    """Return which hop it is when the centre dispatches what *last* had; "" for the first dispatch."""
    if last is None:
        return ""
    return {"sent-back": "send_back", "recalled": "transfer"}.get(last.why, "reopening")


def carried(policy: Policy, hop: str, last: Assignment | None, at: datetime) -> tuple[Deadline, str] | None:
    """Return the deadline that goes on over *hop* and how; ``None`` where the clock begins anew.

    What had no limit, what was deferred to a day, and what was late already go on as they are.
    """
    if last is None or last.handle is None or not hop:
        return None
    how: str = getattr(policy.dispatching.hops, hop)
    if how == "restart":
        return None
    old, stopped = last.handle.deadline, last.closed or at
    if how == "continue" or old.at is None or old.limit is None or stopped >= old.at:
        return old, how
    return policy.after(_left(old, stopped, policy.calendar), at, old.basis), how


def _left(old: Deadline, stopped: datetime, calendar: WorkCalendar) -> TimeLimit:
    """Return what was left of *old* when it *stopped*; what was begun counts as whole, for the unit that comes next."""
    assert old.limit is not None
    assert old.at is not None
    assert old.due_day is not None
    unit, day = old.limit.unit, local(stopped).date()
    if unit is Unit.WORKING_DAYS:
        amount = calendar.working_days_between(day, old.due_day)
    elif unit is Unit.DAYS:
        amount = (old.due_day - day).days
    elif unit is Unit.WORKING_HOURS:
        amount = -(-working_seconds(calendar, stopped, old.at) // 3600)
    else:
        left = old.at - stopped
        amount, unit = (
            -(-(left.days * 86_400_000_000 + left.seconds * 1_000_000 + left.microseconds) // _MINUTE),
            (Unit.MINUTES),
        )
    return TimeLimit(max(1, amount), unit)
