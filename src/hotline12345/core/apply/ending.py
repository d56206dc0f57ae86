"""Applying how it ends (终结)."""

from __future__ import annotations

from .. import events as e
from ..order import Order, Status, order_of
from .base import ended, onward


def closed(o: Order, event: e.Closed) -> Order:
    return ended(o, event, Status.CLOSED, event.reason)


def archived(o: Order, event: e.Archived) -> Order:
    # Unpacking a tuple costs a fraction of reading its fields by name; so everywhere here where steps are frequent.
    intake, version, _, _, topic, rows, clocks, counts, pending, outcome = o
    return order_of((intake, version + 1, Status.ARCHIVED, event.at, topic, rows, clocks, counts, pending, outcome))


def termination_asked(o: Order, event: e.TerminationAsked) -> Order:
    pending = o.pending._replace(termination=event.assignment, termination_reason=event.reason)
    return onward(o, event, pending=pending)


def termination_refused(o: Order, event: e.TerminationRefused) -> Order:
    return onward(o, event, pending=o.pending._replace(termination="", termination_reason=""))
