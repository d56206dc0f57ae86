"""What a changed calendar does to open orders (放假安排的影响): seen before it is done, then done order by order.

Open the hotline with the new overlay loaded.  Nothing here looks at orders whose deadlines were counted by that very
calendar: the store's index of calendar digests leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from .core.actor import SYSTEM, Actor
from .core.commands import Recount
from .core.decide.recounting import recounted
from .core.errors import HotlineError
from .core.events import DeadlineMoved
from .core.order import Order
from .core.sla import Deadline, Stage
from .stores.port import Query

if TYPE_CHECKING:
    from .hotline import Hotline


@frozen(weakref_slot=False)
class Shift:
    """One deadline that the calendar as known now puts elsewhere (期限变动).

    Args:
        number: the order.
        clock: ``citizen``, ``review``, ``follow-up`` or an assignment id.
        stage: what the clock times.
        unit: the unit it runs for; "" for the centre.
        old: the deadline on record.
        new: the deadline as counted now.
    """

    number: str
    clock: str
    stage: Stage
    unit: str
    old: Deadline
    new: Deadline

    @property
    def moves(self) -> bool:
        """Whether the instant moves; otherwise only its certainty changes."""
        return self.old.at != self.new.at


@frozen(weakref_slot=False)
class Settled:
    """What counting anew came to for one order (重算结果): how many deadlines moved, or why it was refused."""

    number: str
    moved: int
    error: HotlineError | None = None


def impact(hotline: Hotline) -> Iterator[Shift]:
    """Yield every deadline of an open order that *hotline*'s calendar puts elsewhere (预览); nothing is written."""
    for order in _candidates(hotline):
        yield from _shifts(hotline, order)


def settle(hotline: Hotline, *, source: str = "", by: Actor = SYSTEM, at: datetime | None = None) -> Iterator[Settled]:
    """Move those deadlines (照办), each with the reason ``calendar`` and *source*; yield order by order as it is done.

    Doing it again does nothing more, and one that was cut short goes on where it stopped.  What one order refuses is
    told and does not keep the others.

    Args:
        hotline: opened with the new overlay.
        source: the notice, recorded in each event.
        by: who does it: the system or an administrator.
        at: when it is recorded; now by default.
    """
    for order in _candidates(hotline):
        if not _shifts(hotline, order):
            continue
        try:
            after = hotline.handle(order.number, Recount(by, source), at=at)
            events = hotline.history(order.number, order.version)
            moved = sum(isinstance(event, DeadlineMoved) for event in events[: after.version - order.version])
        except HotlineError as error:
            yield Settled(order.number, 0, error)
        else:
            yield Settled(order.number, moved)


def _shifts(hotline: Hotline, order: Order) -> list[Shift]:
    policy = hotline.policy_of(order)
    shifts: list[Shift] = []
    last: Deadline | None = None
    new: Deadline | None = None
    for name, clock, unit in order.running():
        stops = order.clocks.timing.suspensions if clock.stage is Stage.HANDLE else ()
        if stops or clock.deadline is not last:  # one deadline often serves the unit and the citizen
            last, new = clock.deadline, recounted(policy, clock, stops)
        if new is not None:
            shifts.append(Shift(order.number, name, clock.stage, unit, last, new))
    return shifts


def _candidates(hotline: Hotline) -> Iterator[Order]:
    """Yield the open orders with a deadline counted by another calendar, as far as the store's index can tell.

    They are read a thousand at a time and let go again: nobody may keep a hundred thousand of them in mind.
    """
    seen: set[str] = set()
    unsettled = 0
    for digest in sorted({policy.calendar.digest for policy in hotline.pack.editions}):
        for order in hotline.orders(Query(open=True, not_digest=digest)):
            if order.number not in seen:
                seen.add(order.number)
                unsettled += any(clock.deadline.provisional for _, clock, _ in order.running())
                yield order
    # The head of an order names one digest, its provisional deadline's first; a certain one may be older.
    rest = Query(open=True, provisional=True)
    if hotline.store.count(hotline.place, rest).get("", 0) > unsettled:
        for order in hotline.orders(rest):
            if order.number not in seen:
                seen.add(order.number)
                yield order
