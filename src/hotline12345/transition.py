"""A new edition takes force (新版本施行): what it does to the orders that run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve as change
from attrs import frozen

from .core.actor import SYSTEM, Actor
from .core.calendar import local
from .core.commands import AdoptEdition
from .core.decide.editions import moves
from .core.errors import HotlineError
from .core.order import Order
from .core.policy import Policy, TransitionRule
from .core.sla import Deadline
from .stores.port import Query

if TYPE_CHECKING:
    from .hotline import Hotline


@frozen(weakref_slot=False)
class Shift:
    """One deadline that an edition moves (期限变更): *clock* of *number*, from *old* to *new*."""

    number: str
    clock: str
    unit: str
    old: Deadline
    new: Deadline


@frozen(weakref_slot=False)
class Adopted:
    """What adopting an edition did, or would do (改依新版本的结果).

    Args:
        edition: the edition adopted.
        open_orders: its clause: keep, move or kinder.
        orders: the open orders kept under an earlier edition.
        moved: how many of them went over.
        shifts: the deadlines that move.
        refused: number and reason of each that could not go over.
    """

    edition: str
    open_orders: str
    orders: int
    moved: int
    shifts: tuple[Shift, ...]
    refused: tuple[tuple[str, str], ...]


def adopt_edition(hotline: Hotline, edition: str, now: datetime, by: Actor = SYSTEM, preview: bool = False) -> Adopted:
    """Let running orders go on under *edition* (在办工单改依新版本), as its ``[transition]`` clause says.

    Safe to repeat: an order that has gone over is not looked at again, and one that cannot go over stops no other.

    Args:
        hotline: whose orders.
        edition: the edition's name; empty for the one in force *now*.
        now: when it is recorded.
        by: in whose name it is recorded.
        preview: compute the same and record nothing.

    Raises:
        PolicyError, RequestError: there is no such edition.
    """
    day = local(now).date()
    policy = hotline.pack.edition(edition, day) if edition else hotline.policy_for(now)
    shifts: list[Shift] = []
    refused: list[tuple[str, str]] = []
    orders = moved = 0
    for order in _earlier(hotline, policy):
        orders += 1
        if policy.transition.open_orders == "keep":
            continue
        found = [_shift(order, name, old.deadline, new) for name, old, new in moves(policy, order)]
        try:
            if not preview:
                hotline.handle(order.number, AdoptEdition(by, edition=policy.edition), at=max(now, order.at))
        except HotlineError as error:
            refused.append((order.number, error.code))
            continue
        moved += 1
        shifts += found
    return Adopted(policy.edition, policy.transition.open_orders, orders, moved, tuple(shifts), tuple(refused))


def would_move(hotline: Hotline, policy: Policy) -> tuple[int, tuple[Shift, ...]]:
    """Return how many open orders there are, and every deadline *policy* would move were they to go over (改依试算).

    Whatever its transition clause says, and whatever pack it is of; nothing is recorded.
    """
    over = change(policy, transition=TransitionRule("move"))
    count = 0
    shifts: list[Shift] = []
    for order in hotline.orders(Query(open=True)):
        count += 1
        shifts += [_shift(order, name, old.deadline, new) for name, old, new in moves(over, order)]
    return count, tuple(shifts)


def _shift(order: Order, clock: str, old: Deadline, new: Deadline) -> Shift:
    unit = next((a.unit for a in order.assignments if a.id == clock), order.holder)
    return Shift(order.number, clock, unit, old, new)


def _earlier(hotline: Hotline, policy: Policy) -> Iterator[Order]:
    """Yield the open orders of this pack that are kept under an edition before *policy*."""
    for order in hotline.orders(Query(open=True)):
        kept = order.intake
        if kept.pack != policy.pack or (kept.edition, kept.parents) == (policy.edition, policy.parents):
            continue
        theirs = hotline.policy_of(order)
        since, begins = theirs.since or theirs.begins, policy.since or policy.begins
        if since is None or begins is None or since < begins:
            yield order
