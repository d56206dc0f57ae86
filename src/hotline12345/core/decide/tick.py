"""Time passes (时钟): what time alone demands, fired once for each clock and rung."""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import commands as c
from ..actor import Actor
from ..events import DeadlineMoved, Event, FellOverdue, Supervised
from ..order import Clock, Order
from ..policy import Policy, Rung
from ..refs import Ref
from ..sla import Deadline, deadline

_INSTANT = timedelta(microseconds=1)


def tick(policy: Policy, order: Order, command: c.Tick, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Tick (时钟): provisional deadlines become certain, deadlines are missed, the ladder climbs."""
    events: list[Event] = []
    for name, clock, unit in order.running():
        settled = _settled(policy, clock)
        if settled is not None:
            events.append(DeadlineMoved(at, command.by, name, clock.stage, settled, "calendar"))
            late = settled.at is None or settled.at > at
            clock = Clock(clock.stage, settled, () if late else clock.fired, None if late else clock.next)
        events.extend(_missed(policy, name, clock, unit, at, command.by))
    return tuple(events)


def _settled(policy: Policy, clock: Clock) -> Deadline | None:
    """Return the deadline anew where it was provisional and the calendar has since learnt more."""
    old = clock.deadline
    if not old.provisional or old.digest == policy.calendar.digest:
        return None
    return deadline(old.limit, old.start, policy.calendar, policy.clock, (), old.basis)


def _missed(policy: Policy, name: str, clock: Clock, unit: str, at: datetime, by: Actor) -> list[Event]:
    due = clock.deadline.at
    if due is None or at < due:
        return []
    # Only a unit's clock climbs the ladder: the citizen's clock says that the place is late, not who is.
    ladder = [
        rung for rung in policy.ladder if rung.after is not None and rung.stage is clock.stage and name.startswith("A")
    ]
    instants = [(rung, _rung_at(policy, rung, due)) for rung in ladder]
    events: list[Event] = []
    fired = set(clock.fired)
    if "overdue" not in fired:
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, "overdue", _next(instants, fired)))
    for rung, instant in instants:
        if rung.code in fired or instant is None or instant > at:
            continue
        fired.add(rung.code)
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, rung.code, _next(instants, fired)))
        events.append(Supervised(at, by, rung.code, unit, rung.basis))
    return events


def _rung_at(policy: Policy, rung: Rung, due: datetime) -> datetime | None:
    """Return when a rung is reached: *after* counted from the last day that was still in time."""
    return None if rung.after is None else policy.after(rung.after, due - _INSTANT, rung.basis).at


def _next(instants: list[tuple[Rung, datetime | None]], fired: set[str]) -> datetime | None:
    later = [instant for rung, instant in instants if rung.code not in fired and instant is not None]
    return min(later, default=None)
