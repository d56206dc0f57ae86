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
            rung = next_rung(policy, name, clock, settled, at)
            events.append(DeadlineMoved(at, command.by, name, clock.stage, settled, "calendar", rung))
            missed = settled.at is not None and settled.at <= at
            clock = Clock(clock.stage, settled, clock.fired if missed else (), rung)
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
    instants = _rungs(policy, name, clock, due)
    events: list[Event] = []
    fired = set(clock.fired)
    if "overdue" not in fired:
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, "overdue", _next(instants, fired)))
    for rung, instant in instants:
        if rung.code in fired or instant > at:
            continue
        fired.add(rung.code)
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, rung.code, _next(instants, fired)))
        events.append(Supervised(at, by, rung.code, unit, rung.basis))
    return events


def _rungs(policy: Policy, name: str, clock: Clock, due: datetime) -> list[tuple[Rung, datetime]]:
    """Return the rungs that time alone climbs and when, in their order: counted from the last day still in time."""
    found = []
    for rung in policy.ladder:
        # Only a unit's clock climbs the ladder: the citizen's clock says that the place is late, not who is.
        if rung.after is not None and rung.stage is clock.stage and name.startswith("A"):
            found.append((rung, policy.after(rung.after, due - _INSTANT, rung.basis).at or due))
    return sorted(found, key=lambda one: one[1])


def next_rung(policy: Policy, name: str, clock: Clock, moved: Deadline, at: datetime) -> datetime | None:
    """Return when the ladder is climbed on after a missed deadline has moved; ``None`` where it is told anew."""
    if not clock.fired or moved.at is None or moved.at > at:
        return None
    return _next(_rungs(policy, name, clock, moved.at), set(clock.fired))


def _next(instants: list[tuple[Rung, datetime]], fired: set[str]) -> datetime | None:
    return next((instant for rung, instant in instants if rung.code not in fired), None)
