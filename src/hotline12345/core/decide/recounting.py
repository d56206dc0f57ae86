"""Counting deadlines anew (重算期限): a notice or an amendment has changed the days that were counted."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import Actor
from ..events import DeadlineMoved, Event
from ..order import Clock, Order
from ..policy import Policy
from ..refs import Ref
from ..sla import Deadline, Stage, Suspension
from .ladder import next_rung


def recount(policy: Policy, order: Order, command: c.Recount, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Recount (重算期限): every running deadline that the calendar as known now puts elsewhere, certain ones too."""
    events: list[Event] = []
    ledger = order.clocks.timing.suspensions
    for name, clock, _ in order.running():
        moved = recounted(policy, clock, ledger if clock.stage is Stage.HANDLE else ())
        if moved is not None:
            events.append(moving(policy, name, clock, moved, at, command.by, command.source))
    return tuple(events)


def recounted(policy: Policy, clock: Clock, ledger: tuple[Suspension, ...] = ()) -> Deadline | None:
    """Return the deadline anew (重算); ``None`` where it stays, or was not counted from a limit (挂账)."""
    old = clock.deadline
    if old.limit is None or old.digest == policy.calendar.digest:
        return None
    new = policy.recount(old, ledger)
    same = (new.at, new.provisional, new.earliest, new.latest) == (old.at, old.provisional, old.earliest, old.latest)
    return None if same else new


def moving(
    policy: Policy, name: str, clock: Clock, moved: Deadline, at: datetime, by: Actor, source: str = ""
) -> DeadlineMoved:
    """Return the event that the notice or amendment moves a clock's deadline (期限随放假安排变更)."""
    rung = next_rung(policy, name, clock, moved, at)
    return DeadlineMoved(at, by, name, clock.stage, moved, "calendar", rung, source)
