"""How long it lay where (停留时间): an order's life cut into spans, one a status and holder.

The spans follow the lead path only and touch one another, so that they add up to the life of the order;
what assistants do meanwhile lies inside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from .events import Event
from .evolve import fold
from .order import Order, Status


class Span(NamedTuple):
    """One stretch of an order's life (一段停留): who held it in which status; *holder* "" is the centre."""

    status: Status
    holder: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasted, in the time of the clock on the wall."""
        return self.end - self.start


def spans(events: Iterable[Event], until: datetime | None = None) -> tuple[Span, ...]:
    """Return where an order lay and how long (停留时间).

    Args:
        events: its whole history.
        until: when the last span ends; the last event, where it is not given.

    Raises:
        RequestError: ``no-history``, as :func:`~hotline12345.core.evolve.fold` does.
    """
    found: list[Span] = []
    order: Order | None = None
    start = last = None
    for event in events:
        after = fold((event,), order)
        if order is None or start is None:
            start = event.at
        elif (after.status, after.holder) != (order.status, order.holder):
            if event.at > start:
                found.append(Span(order.status, order.holder, start, event.at))
            start = event.at
        order, last = after, event.at
    if order is None or start is None or last is None:
        fold(())
        return ()
    end = max(until, last) if until is not None else last
    if end > start:
        found.append(Span(order.status, order.holder, start, end))
    return tuple(found)
