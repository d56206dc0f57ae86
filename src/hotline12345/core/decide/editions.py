"""What a new edition does to a running order (新版本与在办工单): keep, move, or the kinder of the two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from .. import commands as c
from ..events import DeadlineMoved, EditionAdopted, Event
from ..order import Clock, Order
from ..policy import Policy
from ..refs import Ref
from ..sla import Deadline, Stage
from .ladder import next_rung
from .limits import redo_rule, rule_of
from .refusal import refuse
from .routing import counted_from


def adopt_edition(
    policy: Policy, order: Order, command: c.AdoptEdition, at: datetime, ref: Ref | None
) -> tuple[Event, ...]:
    """Adopt an edition (改依新版本): *policy* is the edition to adopt, and its clause says what moves."""
    if command.edition != policy.edition:
        raise refuse(
            "other-edition",
            f"要改依的是 {command.edition}，给出的却是 {policy.edition}",
            f"the edition to adopt is {command.edition}, but {policy.edition} was given",
            "用 Hotline.handle，或把新版本交给 decide",
            "go through Hotline.handle, or give decide the new edition",
        )
    if (order.intake.edition, order.intake.parents) == (policy.edition, policy.parents):
        return ()
    clause = policy.transition
    if clause.open_orders == "keep":
        raise refuse(
            "edition-keeps",
            f"版本 {policy.edition} 规定在办工单仍依原版本 {order.intake.edition}（{clause.basis}）",
            f"edition {policy.edition} keeps running orders under {order.intake.edition} ({clause.basis})",
            "[transition] open_orders 写 move 或 kinder",
            "say move or kinder in [transition] open_orders",
        )
    adopted = EditionAdopted(
        at, command.by, policy.edition, policy.parents, policy.digest, clause.open_orders, clause.basis
    )
    events: list[Event] = [adopted]
    for name, clock, moved in moves(policy, order):
        rung = next_rung(policy, name, clock, moved, at)
        events.append(DeadlineMoved(at, command.by, name, clock.stage, moved, "policy", rung))
    return tuple(events)


def moves(policy: Policy, order: Order) -> Iterator[tuple[str, Clock, Deadline]]:
    """Yield (clock name, clock, new deadline) for every running clock of *order* that adopting *policy* moves.

    Counted from where each clock started.  What a person decided stands: extensions, deferrals, a redo's own limit.
    """
    kinder = policy.transition.open_orders == "kinder"
    timing = order.clocks.timing
    by_hand = order.counts.extended or order.pending.deferred is not None or timing.statute is not None
    again = redo_rule(policy, order) if order.counts.reopened else None
    for name, clock, _ in order.running():
        old = clock.deadline
        redone = again is not None and old.limit == again.limit
        if clock.stage is Stage.HANDLE and (by_hand or redone):
            continue
        rule = rule_of(policy, order, clock.stage)
        if rule is None:
            continue
        ledger = timing.suspensions if clock.stage is Stage.HANDLE else ()
        new = policy.by_rule(rule, counted_from(order, name, old, rule), ledger)
        if new.at != old.at and not (kinder and _harsher(name, old.at, new.at)):
            yield name, clock, new


def _harsher(name: str, old: datetime | None, new: datetime | None) -> bool:
    """Whether *new* is worse for whom the clock protects: later for the citizen, earlier for a unit."""
    if name == "citizen":
        return new is None or (old is not None and new > old)
    return old is None or (new is not None and new < old)
