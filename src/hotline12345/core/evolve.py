"""Apply events to orders (演进): ``evolve`` one, ``fold`` many.

``evolve`` never refuses and never touches a calendar: every deadline is read from the event that set it.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import events as e
from .apply import APPLY, Draft, received
from .errors import RequestError
from .order import Order


def evolve(order: Order | None, event: e.Event) -> Order:
    """Return *order* after *event* (``None`` before Received)."""
    return fold((event,), order)


def fold(events: Iterable[e.Event], order: Order | None = None) -> Order:
    """Return what *events* add up to (折叠), starting from *order*.

    Raises:
        RequestError: ``no-history`` when there is nothing to fold, or the log does not begin with Received.
    """
    draft = None
    if order is not None:
        draft = Draft(
            order.intake,
            order.version,
            order.status,
            order.at,
            order.topic,
            order.assignments,
            order.clocks,
            order.counts,
            order.pending,
            order.outcome,
        )
    for event in events:
        if draft is None:
            if type(event) is not e.Received:
                break
            draft = received(event)
            continue
        APPLY[type(event)](draft, event)
        draft.version += 1
        draft.at = event.at
    if draft is None:
        raise RequestError(
            "工单历史必须以收件开始", "a history begins with Received", code="no-history", hint="检查工单编号与存储"
        )
    return Order(
        draft.intake,
        draft.version,
        draft.status,
        draft.at,
        draft.topic,
        draft.assignments,
        draft.clocks,
        draft.counts,
        draft.pending,
        draft.outcome,
    )
