"""Time passes (时钟): what time alone demands, fired once for each clock and rung."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import Event, Resumed
from ..order import Clock, Order
from ..policy import Policy
from ..refs import Ref
from ..sla import Deadline, Stage, Suspension
from .ladder import climbed, missed
from .recounting import moving, recounted


def tick(policy: Policy, order: Order, command: c.Tick, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Tick (时钟): provisional deadlines become certain, deadlines are missed, the ladder climbs."""
    events: list[Event] = []
    if order.suspended is not None and order.suspended <= at:
        events.append(Resumed(at, command.by, "lapsed"))  # the deadlines were counted with its latest end already
    ledger = order.clocks.timing.suspensions
    running = list(order.running())
    # Where the notice has come that an order waited for, its certain deadlines are counted by the same calendar.
    learnt = any(_unsettled(policy, clock) for _, clock, _ in running)
    for name, clock, unit in running:
        settled = _settled(policy, clock, ledger if clock.stage is Stage.HANDLE else ()) if learnt else None
        if settled is not None:
            moved = moving(policy, name, clock, settled, at, command.by)
            events.append(moved)
            past = settled.at is not None and settled.at <= at
            clock = Clock(clock.stage, settled, clock.fired if past else (), moved.next)
        reported = name in order.counts.handovers.reported
        events.extend(missed(policy, name, clock, unit, at, command.by, reported=reported))
    for ground in order.climbing():
        events.extend(climbed(policy, ground, order.answerable, at, command.by))
    return tuple(events)


def _unsettled(policy: Policy, clock: Clock) -> bool:
    """Whether the deadline was provisional and the calendar has since learnt more."""
    return clock.deadline.provisional and clock.deadline.digest != policy.calendar.digest


def _settled(policy: Policy, clock: Clock, ledger: tuple[Suspension, ...]) -> Deadline | None:
    """Return the deadline anew; one that was provisional even where it stays, so that it is not looked at again."""
    if _unsettled(policy, clock):
        return policy.recount(clock.deadline, ledger)
    return recounted(policy, clock, ledger)
