"""When an order becomes a problem order (问题工单): nobody takes it, or redoing does not solve it.

Who has to see to it from above is named; whose it is stays the centre's to decide.
"""

from __future__ import annotations

from datetime import datetime

from ..actor import SYSTEM
from ..events import Escalated, Event
from ..order import Assignment, Order
from ..policy import Policy
from .ladder import flagged


def refused_by_many(policy: Policy, order: Order, own: Assignment, at: datetime) -> tuple[Event, ...]:
    """Return what follows when *own* gives the order back to the centre too (无人牵头)."""
    rule, past = policy.dispatching.problem, order.counts.handovers
    count = len({*past.refused, own.unit})
    if rule.refused is None or count < rule.refused or past.problem is not None:
        return ()
    return _problem(policy, order, "refused", count, at)


def unsolved_again(policy: Policy, order: Order, at: datetime) -> tuple[Event, ...]:
    """Return what follows when the matter is still unsolved after the redos there were (重办仍未解决)."""
    rule, redone = policy.dispatching.problem, order.counts.reopened
    if rule.redone is None or redone < rule.redone or order.problem is not None:
        return ()
    return _problem(policy, order, "redone", redone, at)


def _problem(policy: Policy, order: Order, reason: str, count: int, at: datetime) -> tuple[Event, ...]:
    rule, routes = policy.dispatching.problem, policy.routes
    to = rule.to
    if to == "territory":
        to = routes.territory(order.area) if routes is not None else ""
    escalated = Escalated(at, SYSTEM, reason, count, to, rule.basis)
    return (escalated, *flagged(policy, order, SYSTEM, at, "problem"))
