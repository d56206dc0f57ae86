"""Applying what happens before a unit has the order (收件与受理)."""

from __future__ import annotations

from operator import attrgetter

from .. import events as e
from ..order import NO_CLOCKS, NO_COUNTS, NO_OUTCOME, NO_PENDING, Clock, Clocks, Intake, Order, Status, Topic, order_of
from ..sla import Stage
from .base import counted, ended, topic_of

_came_in = attrgetter(*(name for name in Intake._fields if name != "marks"))


def opened(event: e.Received) -> Order:
    """Return the order that *event* opens (开单)."""
    intake = Intake(*_came_in(event))
    clocks = NO_CLOCKS if event.citizen is None else Clocks(Clock(Stage.HANDLE, event.citizen))
    return order_of((intake, 1, Status.RECEIVED, event.at, None, (), clocks, NO_COUNTS, NO_PENDING, NO_OUTCOME))


def accepted(o: Order, event: e.Accepted) -> Order:
    topic = Topic(event.kind, event.category, event.area, event.urgency, event.needs_person)
    intake, version, _, _, _, rows, clocks, counts, pending, _ = o
    if clocks.stage is not None:  # what was asked of the requester is waited for no longer
        clocks = Clocks(clocks.citizen, None, clocks.timing)
    return order_of((intake, version + 1, Status.ACCEPTED, event.at, topic, rows, clocks, counts, pending, NO_OUTCOME))


def answered(o: Order, event: e.Answered) -> Order:
    return ended(o, event, Status.ANSWERED, event.how, "", topic_of(o, event.kind, event.category))


def referred(o: Order, event: e.Referred) -> Order:
    return ended(o, event, Status.REFERRED, event.route, event.to, topic_of(o, event.kind, event.category))


def declined(o: Order, event: e.Declined) -> Order:
    return ended(o, event, Status.DECLINED, event.reason, "", topic_of(o, event.kind, event.category))


def supplemented(o: Order, event: e.Supplemented) -> Order:
    if event.facts and o.intake.marks.lacks is not None:
        marks = o.intake.marks
        lacks = tuple(element for element in marks.lacks or () if element not in event.facts)
        clocks = o.clocks
        if not lacks and clocks.stage is not None and clocks.stage.stage is Stage.SUPPLEMENT:
            clocks = Clocks(clocks.citizen, None, clocks.timing)
        o = o._replace(intake=o.intake._replace(marks=marks._replace(lacks=lacks)), clocks=clocks)
    n = o.counts
    return counted(o, event, n._replace(supplements=n.supplements + 1))
