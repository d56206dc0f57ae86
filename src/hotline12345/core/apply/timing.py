"""Applying what else concerns the time of an order (计时事项)."""

from __future__ import annotations

from typing import Any

from attrs import evolve as change

from .. import events as e
from ..order import Clock, Contact, Duty, Order, Statute, Warned
from ..sla import Stage, Suspension
from .base import onward


def _timed(o: Order, event: e.Event, **changes: Any) -> Order:
    clocks = o.clocks
    return onward(o, event, clocks=clocks._replace(timing=clocks.timing._replace(**changes)))


def suspended(o: Order, event: e.Suspended) -> Order:
    ledger = (*o.clocks.timing.suspensions, Suspension(event.at, event.until, event.reason))
    return _timed(o, event, suspensions=ledger, suspended=event.until)


def resumed(o: Order, event: e.Resumed) -> Order:
    ledger = o.clocks.timing.suspensions
    last = ledger[-1] if ledger else None
    if last is not None and last.end is not None and event.at < last.end:
        ledger = (*ledger[:-1], change(last, end=event.at))
    return _timed(o, event, suspensions=ledger, suspended=None)


def statute_applied(o: Order, event: e.StatuteApplied) -> Order:
    return _timed(o, event, statute=Statute(event.limit, event.basis, event.extension))


def clock_started(o: Order, event: e.ClockStarted) -> Order:
    clock = Clock(event.stage, event.deadline)
    if event.stage is Stage.CONTACT:
        return _timed(o, event, contact=Contact(event.clock, clock))
    return _timed(o, event, dispatch=clock)


def contacted(o: Order, event: e.Contacted) -> Order:
    known = o.clocks.timing.contact
    clock = known.clock if known is not None and known.assignment == event.assignment else None
    return _timed(o, event, contact=Contact(event.assignment, clock, event.at, event.reached, event.reason))


def warning_timed(o: Order, event: e.WarningTimed) -> Order:
    return _timed(o, event, warned=Warned(event.clock, event.due, event.fired, event.next))


def obliged(o: Order, event: e.Obliged) -> Order:
    rest = tuple(duty for duty in o.clocks.timing.duties if duty.what != event.what)
    return _timed(o, event, duties=(*rest, Duty(event.what, Clock(Stage.TELL, event.deadline))))


def told(o: Order, event: e.Told) -> Order:
    duties = tuple(
        duty._replace(told=event.at) if duty.what == event.what and duty.told is None else duty
        for duty in o.clocks.timing.duties
    )
    return _timed(o, event, duties=duties)
