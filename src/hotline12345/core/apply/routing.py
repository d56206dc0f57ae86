"""Applying who has the order (流转)."""

from __future__ import annotations

from .. import events as e
from ..order import Assignment, Clock, Clocks, Order, Pending, Status, Task, Topic
from ..sla import Stage
from .base import all_closed, clock_of, onward, unasked


def dispatched(o: Order, event: e.Dispatched) -> Order:
    task = Task(event.assignment, event.parent, event.unit, "lead", event.at, event.designated)
    opened = Assignment(task, clock_of(Stage.SIGN, event.sign), clock_of(Stage.HANDLE, event.handle))
    clocks = o.clocks if event.citizen is None else Clocks(Clock(Stage.HANDLE, event.citizen), o.clocks.stage)
    pending = o.pending._replace(dispute="") if o.pending.dispute else o.pending
    rows = (*o.assignments, opened)
    return Order(
        o.intake, o.version + 1, Status.DISPATCHED, event.at, o.topic, rows, clocks, o.counts, pending, o.outcome
    )


def assisted(o: Order, event: e.Assisted) -> Order:
    task = Task(event.assignment, event.parent, event.unit, event.role, event.at)
    opened = Assignment(task, clock_of(Stage.SIGN, event.sign), clock_of(Stage.HANDLE, event.handle))
    return onward(o, event, assignments=(*o.assignments, opened))


def sent_back(o: Order, event: e.SentBack) -> Order:
    at = event.at
    lead = False
    rows = []
    for a in o.assignments:
        if a.task.id == event.assignment:
            lead = a.task.role == "lead"
            a = Assignment(a.task, a.sign, a.handle, a.signed, a.replied, at, "sent-back")
        rows.append(a)
    o = onward(o, event, assignments=tuple(rows), counts=o.counts._replace(sent_back=o.counts.sent_back + 1))
    if not lead:
        return o
    if event.to_parent:
        return o._replace(status=Status.SIGNED, pending=unasked(o.pending, event.assignment))
    pending = Pending(dispute=event.assignment, deferred=o.pending.deferred)
    return o._replace(status=Status.DISPUTED, assignments=all_closed(o, at, "sent-back"), pending=pending)


def adjudicated(o: Order, event: e.Adjudicated) -> Order:
    return onward(o, event, status=Status.ACCEPTED, pending=o.pending._replace(dispute=""))


def recalled(o: Order, event: e.Recalled) -> Order:
    closed = all_closed(o, event.at, "recalled")
    pending = Pending(deferred=o.pending.deferred)
    return onward(o, event, status=Status.ACCEPTED, assignments=closed, pending=pending)


def reclassified(o: Order, event: e.Reclassified) -> Order:
    return onward(o, event, topic=Topic(event.kind, event.category, event.area, event.urgency))
