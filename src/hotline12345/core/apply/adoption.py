"""Applying what was taken over from another system (接收在办工单)."""

from __future__ import annotations

from .. import events as e
from ..events.adoption import Taken
from ..order import OPEN, Assignment, Clock, Clocks, End, Order, Outcome, Pending, Standing, Status, Task, Topic
from ..sla import Stage
from .base import clock_of, handed, onward

_ANSWERED = frozenset({Status.REPLIED, Status.REVIEWED, Status.FOLLOWING_UP, Status.CLOSED})


def adopted(o: Order, event: e.Adopted) -> Order:
    rows = tuple([_desk(one) for one in event.assignments])
    back = [a for a in rows if a.role == "lead" and a.why == "sent-back"]
    units = tuple(dict.fromkeys(a.unit for a in back))
    counts = handed(o.counts, adopted=event.day, refused=units)._replace(
        sent_back=event.sent_back, reopened=event.reopened, extended=event.extended, urged=event.urged
    )
    clocks = Clocks(Clock(Stage.HANDLE, event.citizen)) if event.citizen is not None else o.clocks
    disputed = event.status is Status.DISPUTED and bool(back)
    pending = Pending(dispute=back[-1].id) if disputed else o.pending
    return onward(
        o,
        event,
        status=event.status,
        topic=Topic(event.kind, event.category, event.area, event.urgency),
        assignments=rows,
        clocks=clocks,
        counts=counts,
        pending=pending,
        outcome=_outcome(rows, event),
    )


def _desk(taken: Taken) -> Assignment:
    task = Task(taken.id, taken.parent, taken.unit, taken.role, taken.opened, taken.designated)
    sign, handle = clock_of(Stage.SIGN, taken.sign), clock_of(Stage.HANDLE, taken.handle)
    return Assignment(task, sign, handle, taken.signed, taken.replied, taken.closed, taken.why)


def _outcome(rows: tuple[Assignment, ...], event: e.Adopted) -> Outcome:
    """Return how far it had come: the first answer of a unit that led, and the end where it had ended."""
    answered = [a for a in rows if a.role == "lead" and not a.parent and a.replied is not None]
    first = min(answered, key=lambda a: a.replied or a.opened, default=None)
    reply = None
    if first is not None and first.replied is not None and event.status in _ANSWERED:
        reply = Standing(first.replied, first.unit, event.solved)
    end = None if event.status in OPEN else End(event.at, event.status, "adopted")
    return Outcome(reply, None, end)
