"""How an order came to its units (派单说明): each hand-over, and rule by rule where a rule decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from ..core.calendar import local
from ..core.errors import HotlineError
from ..core.events import Dispatched, Event
from ..core.evolve import evolve
from ..core.order import Order
from ..core.policy import Policy


@frozen(weakref_slot=False)
class RouteTold:
    """One hand-over (一次派单).

    Args:
        at: when.
        assignment: the desk it opened.
        unit: who got it.
        rule: the rule that decided; ``by-hand`` where a person did.
        basis: its article.
        path: the units it went down by.
        category: the category it was routed by.
        area: the area.
        tried_zh: the catalogue's rules in their order, whether each held and why; empty without a catalogue.
        tried_en: the same in English.
        by_rule: the unit the catalogue's rules name; "" without a catalogue.
    """

    at: datetime
    assignment: str
    unit: str
    rule: str
    basis: str
    path: tuple[str, ...]
    category: str
    area: str
    tried_zh: tuple[str, ...] = ()
    tried_en: tuple[str, ...] = ()
    by_rule: str = ""


def routes_told(policy: Policy, log: Sequence[Event]) -> tuple[RouteTold, ...]:
    """Tell every hand-over as the order stood then (逐条说明派单)."""
    told: list[RouteTold] = []
    order: Order | None = None
    for event in log:
        if isinstance(event, Dispatched) and order is not None:
            told.append(_told(policy, order, event))
        order = evolve(order, event)
    return tuple(told)


def _told(policy: Policy, order: Order, event: Dispatched) -> RouteTold:
    plain = RouteTold(
        event.at, event.assignment, event.unit, event.rule, event.basis, event.path, order.category, order.area
    )
    if policy.routes is None or event.parent:  # handed down from a desk: no catalogue was asked
        return plain
    routes = policy.routes.on(local(event.at).date())
    try:
        found = routes.route(order.category, order.area, order.kind)
        zh, en = (routes.explain(order.category, order.area, lang) for lang in ("zh", "en"))
    except HotlineError:  # an area the graph cannot read went by hand
        return plain
    # The last two lines of the graph's account are the path and the basis, which stand above.
    return RouteTold(
        event.at,
        event.assignment,
        event.unit,
        event.rule,
        event.basis,
        event.path,
        order.category,
        order.area,
        zh[:-2],
        en[:-2],
        found.unit,
    )
