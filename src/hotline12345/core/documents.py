"""The papers that supervision asks for (督办文书): their fields, taken from events that name no person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from attrs import frozen

from .calendar import local
from .events import Event, Supervised
from .order import Order
from .policy import Policy
from .policy.ladder import OVERDUE

_INSTANT = timedelta(microseconds=1)


@frozen(weakref_slot=False)
class Document:
    """One paper to draw up (文书): whom it concerns, what for, and by which article.

    It holds nothing of the request's words and nobody's name, so that any receiver may have it.

    Args:
        code: the paper, for example ``urge-notice``.
        title: what it is called.
        rung: the rung that asks for it.
        number: the order.
        unit: the unit concerned, *unit_name* its name.
        kind: the request's kind, "" where it has none.
        category: the request's category.
        trigger: why: ``overdue`` or another ground.
        due_day: the last day in time, for what is overdue.
        days_late: the working days since then, up to the day of *at*.
        at: when the rung was set in motion.
        basis: the article.
        owner: who draws it up, by name.
        to: to whom it goes, by name.
        cc: who gets a copy, by name.
    """

    code: str
    title: str
    rung: str
    number: str
    unit: str
    unit_name: str
    kind: str
    category: str
    trigger: str
    due_day: date | None
    days_late: int | None
    at: datetime
    basis: str
    owner: str
    to: str
    cc: tuple[str, ...] = ()


def documents(policy: Policy, order: Order, history: Iterable[Event]) -> tuple[Document, ...]:
    """Return the papers that the rungs fired so far ask for (督办文书), oldest first.

    Args:
        policy: the edition the order is kept under.
        order: the order as it stands.
        history: its events.
    """
    papers = {rung.code: rung.paper for rung in policy.ladder if rung.paper is not None}
    found = []
    for event in history:
        if not isinstance(event, Supervised) or event.rung not in papers:
            continue
        paper, due_day, late = papers[event.rung], None, None
        if event.trigger == OVERDUE and event.due is not None:
            due_day = local(event.due - _INSTANT).date()
            late = policy.calendar.working_days_between(due_day, local(event.at).date())
        to = policy.unit_name(event.unit) if paper.to == "unit" and event.unit else _party(policy, paper.to)
        found.append(
            Document(
                paper.code,
                paper.title,
                event.rung,
                order.number,
                event.unit,
                policy.unit_name(event.unit),
                order.kind.value if order.kind is not None else "",
                order.category,
                event.trigger or "by-hand",
                due_day,
                late,
                event.at,
                event.basis,
                _party(policy, event.owner),
                to,
                tuple(_party(policy, code) for code in paper.cc),
            )
        )
    return tuple(found)


def _party(policy: Policy, code: str) -> str:
    return policy.parties.get(code, code)
