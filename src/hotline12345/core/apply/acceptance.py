"""Applying how a request is taken in (受理的作用): what is noted on the order's cover."""

from __future__ import annotations

from typing import Any

from .. import events as e
from ..order import Clock, Clocks, Order, Status
from ..sla import Stage
from .base import ended, onward


def marked(o: Order, event: e.Event, **changes: Any) -> Order:
    """Return *o* one event on with its marks changed."""
    return onward(o, event, intake=o.intake._replace(marks=o.intake.marks._replace(**changes)))


def supplement_asked(o: Order, event: e.SupplementAsked) -> Order:
    clock = None if event.until is None else Clock(Stage.SUPPLEMENT, event.until)
    return marked(o, event, lacks=event.lacks)._replace(clocks=Clocks(o.clocks.citizen, clock, o.clocks.timing))


def offered(o: Order, event: e.Offered) -> Order:
    # Who received it first stays so: only the other side's taking it lets it go.
    undecided_here = event.outcome == "undecided" and event.first == "here"
    return marked(o, event, ours=event.outcome != "taken" and (o.intake.marks.ours or undecided_here))


def curbed(o: Order, event: e.Curbed) -> Order:
    return marked(o, event, curbed=(*o.intake.marks.curbed, event.step))


def entrusted(o: Order, event: e.Entrusted) -> Order:
    return marked(o, event, follower=event.person)


def joined(o: Order, event: e.Joined) -> Order:
    known = o.intake.marks.joined
    return marked(o, event, joined=(*known, *(number for number in event.numbers if number not in known)))


def ceased(o: Order, event: e.Ceased) -> Order:
    return ended(o, event, Status.TERMINATED, "unreasonable-repeat", event.earlier)


def cleared(o: Order, event: e.Cleared) -> Order:
    marks = o.intake.marks
    held = tuple(reply for reply in marks.held if reply != event.reply) if event.passed else marks.held
    return marked(o, event, held=held, uncleared="")


def held(o: Order, event: e.Replied) -> Order:
    """Keep the public words of a reply back until they are cleared; only the answer itself is waited for."""
    marks = o.intake.marks
    reply = event.private.id if event.private is not None else str(o.version + 1)
    uncleared = reply if event.final else marks.uncleared
    return o._replace(intake=o.intake._replace(marks=marks._replace(held=(*marks.held, reply), uncleared=uncleared)))
