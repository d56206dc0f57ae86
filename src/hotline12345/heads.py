"""By what an order is found (索引值): a handful of values in the form stores compare."""

from __future__ import annotations

from datetime import UTC, datetime

from .core.memo import remembered
from .core.order import NO_TIMING, OPEN, Clock, Order, Status
from .core.sla import Deadline
from .stores.port import Desk, Head

MIXED = "mixed"
"""The digest of an order whose deadlines were counted by different calendars: no calendar's, so that it is found."""


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"  # without its +00:00


stamp = remembered(_stamp)
"""Return an instant the way stores compare it (时间戳): UTC, fixed width."""


def head_of(order: Order, requester: str = "") -> Head:
    """Return the values by which *order* is found (索引); nothing of a person in clear.

    *requester* is the blind index a new order is found by.  No event holds it: forgetting leaves nothing to guess.
    """
    intake, kind = order.intake, order.kind
    citizen = order.clocks.citizen
    wake = order.beside_clocks if order.clocks.timing is not NO_TIMING else None
    unsettled: Deadline | None = None
    digest = ""
    for _, clock, _ in order.running():
        instant = clock.wake
        if instant is not None and (wake is None or instant < wake):
            wake = instant
        if unsettled is None and clock.deadline.provisional:
            unsettled = clock.deadline
        if clock.deadline.limit is not None and clock.deadline.digest != digest:
            digest = clock.deadline.digest if not digest else MIXED
    for ground in order.climbing():
        if ground.next is not None and (wake is None or ground.next < wake):
            wake = ground.next
    if unsettled is not None:
        digest = unsettled.digest
    elif not digest and citizen is not None:
        digest = citizen.deadline.digest
    return Head(
        intake.place,
        intake.number,
        order.version,
        _NAMES[order.status],
        order.status in OPEN,
        kind.value if kind is not None else "",
        order.category,
        order.area,
        order.holder,
        requester,
        stamp(intake.received),
        _when(citizen),
        unsettled is not None,
        digest,
        stamp(wake) if wake is not None else "",
        tuple(
            [
                Desk(a.task.id, a.task.unit, a.task.role, stamp(a.task.opened), _when(a.handle))
                for a in order.assignments
                if a.closed is None
            ]
        ),
        stamp(order.at),
    )


def _when(clock: Clock | None) -> str:
    return "" if clock is None or clock.deadline.at is None else stamp(clock.deadline.at)


_NAMES = {status: status.value for status in Status}
