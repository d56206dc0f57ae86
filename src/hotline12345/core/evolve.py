"""Apply events to orders (演进): ``evolve`` one, ``fold`` many.

Neither ever refuses, and neither touches a calendar: every deadline is read from the event that set it.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import events as e
from .apply import APPLY, opened
from .errors import RequestError
from .order import Order


def evolve(order: Order | None, event: e.Event) -> Order:
    """Return *order* after *event* (演进); ``None`` before Received.

    Raises:
        RequestError: ``no-history`` when there is no order and *event* does not open one.
    """
    return fold((event,)) if order is None else APPLY[type(event)](order, event)


def fold(events: Iterable[e.Event], order: Order | None = None) -> Order:
    """Return what *events* add up to (折叠), starting from *order*.

    Raises:
        RequestError: ``no-history`` when there is nothing to fold, or the log does not begin with Received.
    """
    for event in events:
        if order is not None:
            order = APPLY[type(event)](order, event)
        elif isinstance(event, e.Received):
            order = opened(event)
        else:
            break
    if order is None:
        raise RequestError(
            "工单历史必须以收件开始",
            "a history begins with Received",
            code="no-history",
            hint="核对工单编号，或用 doctor 检查存储",
            hint_en="check the number, or the store with doctor",
        )
    return order
