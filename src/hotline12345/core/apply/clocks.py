"""Applying time and pressure (时限与督办)."""

from __future__ import annotations

from collections.abc import Callable

from .. import events as e
from ..order import DISPATCH, TELL, Assignment, Clock, Clocks, Ground, Order, Timing
from ..sla import Stage
from .base import counted, onward, unasked


def extension_asked(o: Order, event: e.ExtensionAsked) -> Order:
    pending = o.pending._replace(extension=event.amount, extension_for=event.assignment, asked=event.at)
    return onward(o, event, pending=pending)


def extended(o: Order, event: e.Extended) -> Order:
    return onward(o, event, pending=unasked(o.pending), counts=o.counts._replace(extended=o.counts.extended + 1))


def extension_refused(o: Order, event: e.ExtensionRefused) -> Order:
    return onward(o, event, pending=unasked(o.pending))


def deferred(o: Order, event: e.Deferred) -> Order:
    timing = o.clocks.timing
    clocks = o.clocks._replace(timing=timing._replace(deferred=timing.deferred + 1))
    return onward(o, event, pending=o.pending._replace(deferred=event.until), clocks=clocks)


def on_clock(o: Order, event: e.DeadlineMoved | e.FellOverdue, make: Callable[[Clock], Clock]) -> Order:
    """Replace the clock that *event* names, where it exists."""
    name, clocks = event.clock, o.clocks
    if name == "citizen":
        clocks = Clocks(clocks.citizen and make(clocks.citizen), clocks.stage, clocks.timing)
        return onward(o, event, clocks=clocks)
    if clocks.stage is not None and clocks.stage.stage.value == name:
        return onward(o, event, clocks=Clocks(clocks.citizen, make(clocks.stage), clocks.timing))
    if name == DISPATCH or name.startswith(TELL) or event.stage is Stage.CONTACT:
        return onward(o, event, clocks=clocks._replace(timing=_on_timing(clocks.timing, name, make)))
    on = on_sign if event.stage is Stage.SIGN else on_handle
    return onward(o, event, assignments=tuple([on(a, make) if a.id == name else a for a in o.assignments]))


def _on_timing(timing: Timing, name: str, make: Callable[[Clock], Clock]) -> Timing:
    duties = tuple(
        duty._replace(clock=make(duty.clock)) if TELL + duty.what == name else duty for duty in timing.duties
    )
    if name == DISPATCH:
        return timing._replace(dispatch=timing.dispatch and make(timing.dispatch))
    contact = timing.contact
    if contact is not None and contact.assignment == name and contact.clock is not None:
        contact = contact._replace(clock=make(contact.clock))
    return timing._replace(duties=duties, contact=contact)


def on_sign(a: Assignment, make: Callable[[Clock], Clock]) -> Assignment:
    return a if a.sign is None else a._replace(sign=make(a.sign))


def on_handle(a: Assignment, make: Callable[[Clock], Clock]) -> Assignment:
    return a if a.handle is None else a._replace(handle=make(a.handle))


def deadline_moved(o: Order, event: e.DeadlineMoved) -> Order:
    def moved(clock: Clock) -> Clock:
        # A deadline that moved past now may be missed again, and must then be told again.
        at = event.deadline.at
        if at is None or at > event.at:
            return Clock(clock.stage, event.deadline)
        return Clock(clock.stage, event.deadline, clock.fired, event.next)

    return on_clock(o, event, moved)


def fell_overdue(o: Order, event: e.FellOverdue) -> Order:
    return on_clock(o, event, lambda clock: Clock(clock.stage, clock.deadline, (*clock.fired, event.rung), event.next))


def urged(o: Order, event: e.Urged) -> Order:
    n = o.counts
    return counted(o, event, n._replace(urged=n.urged + 1))


def supervised(o: Order, event: e.Supervised) -> Order:
    n, key = o.counts, event.trigger
    grounds = tuple(
        [Ground(g.trigger, g.since, (*g.fired, event.rung), event.next) if g.trigger == key else g for g in n.grounds]
    )
    if event.next is not None and all(ground.trigger != key for ground in grounds):
        grounds = (*grounds, Ground(key, event.at, (), event.next))  # set in motion by a person, it starts the next
    return counted(o, event, n._replace(rungs=(*n.rungs, event.rung), grounds=grounds))


def flagged(o: Order, event: e.Flagged) -> Order:
    n = o.counts
    return counted(o, event, n._replace(grounds=(*n.grounds, Ground(event.trigger, event.at, (), event.next))))
