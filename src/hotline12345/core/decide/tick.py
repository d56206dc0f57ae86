"""Time passes (时钟): what time alone demands, fired once for each clock and rung."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import DeadlineMoved, Event
from ..order import Clock, Order
from ..policy import Policy
from ..refs import Ref
from ..sla import Deadline, deadline
from .ladder import climbed, missed, next_rung


def tick(policy: Policy, order: Order, command: c.Tick, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Tick (时钟): provisional deadlines become certain, deadlines are missed, the ladder climbs."""
    events: list[Event] = []
    for name, clock, unit in order.running():
        settled = _settled(policy, clock)
        if settled is not None:
            rung = next_rung(policy, name, clock, settled, at)
            events.append(DeadlineMoved(at, command.by, name, clock.stage, settled, "calendar", rung))
            past = settled.at is not None and settled.at <= at
            clock = Clock(clock.stage, settled, clock.fired if past else (), rung)
        events.extend(missed(policy, name, clock, unit, at, command.by))
    for ground in order.climbing():
        events.extend(climbed(policy, ground, order.answerable, at, command.by))
    return tuple(events)


def _settled(policy: Policy, clock: Clock) -> Deadline | None:
    """Return the deadline anew where it was provisional and the calendar has since learnt more."""
    old = clock.deadline
    if not old.provisional or old.digest == policy.calendar.digest:
        return None
    return deadline(old.limit, old.start, policy.calendar, policy.clock, (), old.basis)
