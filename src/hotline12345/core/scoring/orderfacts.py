"""What one order adds to the figures (考核要素): taken once, so that no rate has to look into an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from ..calendar import WorkCalendar, local
from ..order import DIVERTED, Order, Outcome, Status


@frozen(weakref_slot=False)
class OrderFacts:
    """What scoring needs of one order (考核要素); small enough that a year of orders fits in memory.

    ``unit`` is the unit that led last; signing and response are that unit's.  ``ended`` is the status the order
    ended in, "" while it is open.  What an order came to is one of replied, diverted, unhandled, or none: still open.
    """

    number: str
    kind: str
    category: str
    area: str
    channel: str
    unit: str
    until: datetime
    ended: str
    dispatched: bool
    due: datetime | None
    replied: datetime | None
    on_time: bool | None
    overdue: bool
    diverted: bool
    unhandled: bool
    provisional: bool
    sign_due: datetime | None
    signed_on_time: bool | None
    responded: bool
    follow_up: str
    solved: bool | None
    satisfied: bool | None
    sent_back: int
    reopened: int
    working_days: int | None
    received: datetime | None = None
    dispatched_at: datetime | None = None
    followed_up: datetime | None = None
    contacted: bool | None = None  # whether the handling form says the requester was reached
    result: str = ""  # what the handling form says came of it: solved | explained
    level: str = ""  # the requester's level, where the requester was reached
    both: str = ""  # result and attitude asked apart: double | single | neither (双满意、单满意)
    excused: bool = False  # dissatisfied, judged unreasonable, and the place leaves that out
    reviews_failed: int = 0
    also: tuple[str, ...] = ()  # who assists: the order is theirs too where a place assesses both (双考核)
    since: datetime | None = None  # what had come by then was counted in an earlier period


def facts(
    order: Order,
    *,
    until: datetime,
    levels: Mapping[str, bool],
    calendar: WorkCalendar | None = None,
    since: datetime | None = None,
    excuses: bool = False,
) -> OrderFacts:
    """Return what scoring needs of *order* as things stand at *until* (取要素).

    Args:
        order: the order as it stood at *until*: fold the events up to then.
        until: the end of the period; what is not due by then is not counted.
        levels: the policy's levels of satisfaction and whether each counts as satisfied.
        calendar: for the working days to the reply; without it they are not counted.
        since: the end of the period before, whose orders are carried over where they count only now.
        excuses: the policy leaves dissatisfaction that was judged unreasonable out of the rate.

    Raises:
        CalendarError: ``naive-time`` when *until* has no offset.
    """
    until, outcome, clock, last = local(until), order.outcome, order.clocks.citizen, order.last_lead
    due, replied, end = clock.deadline.at if clock is not None else None, outcome.replied, outcome.end
    # Closed without a unit's reply: it had been answered at once.
    diverted = replied is None and end is not None and (end.status in DIVERTED or end.status is Status.CLOSED)
    # The clock stops with the order: what was withdrawn in time was never late, what was terminated late was.
    stopped = until if end is None else min(until, end.at)
    return OrderFacts(
        until=until,
        ended=end.status.value if end is not None else "",
        due=due,
        replied=replied,
        on_time=order.on_time,
        overdue=replied is None and not diverted and due is not None and due <= stopped,
        diverted=diverted,
        unhandled=replied is None and end is not None and not diverted,
        provisional=clock is not None and clock.deadline.provisional,
        working_days=_working_days(calendar, order.intake.received, replied),
        since=local(since) if since is not None else None,
        **_about(order),
        **_said(outcome, levels, excuses),
        **_handed(order, last.unit if last is not None else "", until),
    )


def _about(order: Order) -> dict[str, Any]:
    """Return what it is about, how it came in, and what has been counted."""
    return {
        "number": order.number,
        "kind": order.kind.value if order.kind is not None else "",
        "category": order.category,
        "area": order.area,
        "channel": order.intake.channel,
        "received": order.intake.received,
        "sent_back": order.counts.sent_back,
        "reopened": order.counts.reopened,
        "reviews_failed": order.counts.reviews_failed,
    }


def _said(outcome: Outcome, levels: Mapping[str, bool], excuses: bool) -> dict[str, Any]:
    """Return what the requester said, and what the handling form says."""
    verdict, form = outcome.verdict, outcome.reply.form if outcome.reply is not None else None
    reached = verdict is not None and verdict.outcome == "reached"
    one, two = (levels.get(verdict.satisfied), levels.get(verdict.attitude)) if verdict is not None else (None, None)
    return {
        "follow_up": outcome.follow_up,
        "solved": outcome.solved,
        "satisfied": levels.get(outcome.satisfied),
        "followed_up": verdict.at if verdict is not None else None,
        "level": outcome.satisfied if reached else "",
        "both": "" if one is None or two is None or not reached else ("neither", "single", "double")[one + two],
        "excused": excuses and verdict is not None and verdict.reasonable is False,
        "contacted": form.contacted if form is not None else None,
        "result": form.result if form is not None else "",
    }


def _handed(order: Order, unit: str, until: datetime) -> dict[str, Any]:
    """Return what scoring needs of the assignments: who led last, who assists, when it was signed."""
    sign_due, signed_on_time = _signing(order, unit, until)
    return {
        "unit": unit,
        "also": tuple(dict.fromkeys(a.unit for a in order.assignments if a.role == "assist" and a.unit != unit)),
        "dispatched": order.last_lead is not None,
        "dispatched_at": next((a.opened for a in order.assignments if a.role == "lead"), None),
        "sign_due": sign_due,
        "signed_on_time": signed_on_time,
        "responded": _responded(order, unit),
    }


def _working_days(calendar: WorkCalendar | None, received: datetime, replied: datetime | None) -> int | None:
    if calendar is None or replied is None:
        return None
    first = local(received).date()
    return calendar.working_days_between(first, max(local(replied).date(), first))


def _responded(order: Order, unit: str) -> bool:
    own = (a for a in order.assignments if (a.role, a.unit) == ("lead", unit))
    return any(a.signed is not None or a.why == "sent-back" for a in own)


def _signing(order: Order, unit: str, until: datetime) -> tuple[datetime | None, bool | None]:
    """Return when *unit* first had to sign as lead and whether it did; ``None`` where that is not known yet.

    Sending back in time is feedback too.  What was taken from the unit before the limit says nothing about it.
    """
    due = None
    for a in order.assignments:
        limit = a.sign.deadline.at if a.sign is not None and (a.role, a.unit) == ("lead", unit) else None
        if limit is None:
            continue
        due = limit
        done = a.signed or (a.closed if a.why == "sent-back" else None)
        if done is not None or a.closed is None or a.closed >= due:
            return due, (done is not None and done < due) if due <= until else None
    return due, None
