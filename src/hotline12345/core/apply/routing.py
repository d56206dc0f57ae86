"""Applying who has the order (流转)."""

from __future__ import annotations

from .. import events as e
from ..order import Assignment, Clock, Clocks, Order, Pending, Problem, Status, Task, Topic, order_of
from ..sla import Stage
from .base import all_closed, clock_of, handed, onward, unasked, unconsulted


def dispatched(o: Order, event: e.Dispatched) -> Order:
    task = Task(event.assignment, event.parent, event.unit, "lead", event.at, event.designated)
    opened = Assignment(task, clock_of(Stage.SIGN, event.sign), clock_of(Stage.HANDLE, event.handle))
    clocks = o.clocks
    if event.citizen is not None or clocks.stage is not None:  # dispatching is done
        citizen = clocks.citizen if event.citizen is None else Clock(Stage.HANDLE, event.citizen)
        clocks = Clocks(citizen, None, clocks.timing)
    pending = o.pending._replace(dispute="") if o.pending.dispute else o.pending
    rows = (*o.assignments, opened)
    return order_of(
        (o.intake, o.version + 1, Status.DISPATCHED, event.at, o.topic, rows, clocks, o.counts, pending, o.outcome)
    )


def assisted(o: Order, event: e.Assisted) -> Order:
    task = Task(event.assignment, event.parent, event.unit, event.role, event.at)
    opened = Assignment(task, clock_of(Stage.SIGN, event.sign), clock_of(Stage.HANDLE, event.handle))
    return onward(o, event, assignments=(*o.assignments, opened))


def sent_back(o: Order, event: e.SentBack) -> Order:
    at = event.at
    lead, unit = False, ""
    rows = []
    for a in o.assignments:
        if a.task.id == event.assignment:
            lead, unit = a.task.role == "lead", a.task.unit
            a = Assignment(a.task, a.sign, a.handle, a.signed, a.replied, at, "sent-back")
        rows.append(a)
    counts, past = o.counts, o.counts.handovers
    if not lead:
        return onward(
            o, event, assignments=tuple(rows), counts=handed(counts, assists_sent_back=past.assists_sent_back + 1)
        )
    counts = counts._replace(sent_back=counts.sent_back + 1)
    if event.to_parent:
        pending = unasked(o.pending, event.assignment)
        return onward(o, event, assignments=tuple(rows), counts=counts, status=Status.SIGNED, pending=pending)
    if unit not in past.refused:
        counts = handed(counts, refused=(*past.refused, unit))
    pending = Pending(dispute=event.assignment, deferred=o.pending.deferred)
    o = onward(o, event, counts=counts, status=Status.DISPUTED, pending=pending)
    clocks = Clocks(o.clocks.citizen, clock_of(Stage.ADJUDICATE, event.decide_by), o.clocks.timing)
    return o._replace(assignments=all_closed(o, at, "sent-back"), clocks=clocks)


def adjudicated(o: Order, event: e.Adjudicated) -> Order:
    pending = o.pending._replace(dispute="")
    return onward(
        o, event, status=Status.ACCEPTED, pending=pending, clocks=Clocks(o.clocks.citizen, None, o.clocks.timing)
    )


def escalated(o: Order, event: e.Escalated) -> Order:
    problem = Problem(event.at, event.reason, event.count, event.to)
    return onward(o, event, counts=handed(o.counts, problem=problem))


def consulted(o: Order, event: e.Consulted) -> Order:
    clocks = Clocks(o.clocks.citizen, clock_of(Stage.CONSULT, event.until), o.clocks.timing)
    return onward(o, event, counts=handed(o.counts, consulted=event.units), clocks=clocks)


def concluded(o: Order, event: e.Concluded) -> Order:
    clocks, counts = unconsulted(o.clocks, o.counts)
    return onward(o, event, clocks=clocks, counts=counts)


def divided(o: Order, event: e.Divided) -> Order:
    return onward(o, event, counts=handed(o.counts, divided=(*o.counts.handovers.divided, event.into)))


def recalled(o: Order, event: e.Recalled) -> Order:
    closed = all_closed(o, event.at, "recalled")
    pending = Pending(deferred=o.pending.deferred)
    return onward(o, event, status=Status.ACCEPTED, assignments=closed, pending=pending)


def reclassified(o: Order, event: e.Reclassified) -> Order:
    return onward(o, event, topic=Topic(event.kind, event.category, event.area, event.urgency))
