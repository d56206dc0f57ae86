"""By what an order is found (索引值): a handful of values in the form stores compare."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from .core.order import Order
from .stores.port import Desk, Head


@lru_cache(maxsize=8192)
def stamp(instant: datetime) -> str:
    """Return *instant* the way stores compare it: UTC, fixed width."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def head_of(order: Order) -> Head:
    """Return the values by which *order* is found; nothing of a person in clear."""
    citizen = order.clocks.citizen
    unsettled = next((clock for _, clock, _ in order.running() if clock.deadline.provisional), None)
    shown = unsettled or citizen
    desks = tuple(
        Desk(
            a.id,
            a.unit,
            a.role,
            stamp(a.opened),
            stamp(a.handle.deadline.at) if a.handle is not None and a.handle.deadline.at is not None else "",
        )
        for a in order.assignments
        if a.closed is None
    )
    intake, wake = order.intake, order.wake
    return Head(
        intake.place,
        intake.number,
        order.version,
        order.status.value,
        order.is_open,
        order.kind.value if order.kind is not None else "",
        order.category,
        order.area,
        order.holder,
        intake.requester,
        stamp(intake.received),
        stamp(citizen.deadline.at) if citizen is not None and citizen.deadline.at is not None else "",
        unsettled is not None,
        shown.deadline.digest if shown is not None else "",
        stamp(wake) if wake is not None else "",
        desks,
    )
