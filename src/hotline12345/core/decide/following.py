"""What events entail for clocks of their own (随之而来的时限): dispatching, first contact, the duty to tell.

Asked only where the policy has such limits at all (``Policy.follows``), so that other orders pay nothing for it.
"""

from __future__ import annotations

from datetime import datetime

from .. import events as e
from ..actor import Actor
from ..evolve import fold
from ..order import IN_HAND, Order, Status
from ..policy import Policy
from ..sla import Deadline, Stage
from .limits import handle_rule, rule_of
from .timing import run_again
from .warning import warned

_TOLD_OF: dict[type[e.Event], str] = {
    e.StatuteApplied: "statute",
    e.Extended: "extended",
    e.Deferred: "deferred",
    e.Suspended: "suspended",
}
_TO_THE_CENTRE = (e.Accepted, e.Adjudicated, e.Recalled, e.Reopened)


def following(
    policy: Policy, order: Order, events: tuple[e.Event, ...], at: datetime, by: Actor
) -> tuple[e.Event, ...]:
    """Return *events* and what they entail (随之而来), told by the order as it is afterwards."""
    if not events and not (policy.warns and order.warns is not None and order.warns <= at):
        return events
    if order.suspended is not None and any(_given_away(order, event) for event in events):
        events = (*run_again(policy, order, events[0].by, at, "handed-over"), *events)
    if not policy.follows:
        return events
    after = fold(events, order)
    more: list[e.Event] = []
    for event in events:
        more += _clocks(policy, after, event)
        what = _TOLD_OF.get(type(event)) or _by_law(policy, order, after, event)
        if what and what in policy.tell.of and after.intake.wants_reply:
            rule = policy.tell
            due = policy.after(rule.within, at, rule.basis) if rule.within is not None else _open(policy, at)
            more.append(e.Obliged(at, event.by, what, due))
    if policy.warns and after.status in IN_HAND:
        more += warned(policy, fold(more, after), at, by)
    return (*events, *more)


def _given_away(order: Order, event: e.Event) -> bool:
    """Whether the unit that the clocks were suspended for gives the order away: the next one's must not stand still."""
    if isinstance(event, e.SentBack):
        own = order.assignment(event.assignment)
        return own is not None and own.role == "lead"
    return isinstance(event, e.Recalled)


def _open(policy: Policy, at: datetime) -> Deadline:
    """A duty for which no source sets a time."""
    return Deadline(None, None, False, None, None, None, at, policy.calendar.digest, policy.tell.basis)


def _by_law(policy: Policy, order: Order, after: Order, event: e.Event) -> str:
    """Say ``statute`` where a law's limit holds from here on: by the category it was dispatched or put under."""
    if isinstance(event, e.Dispatched) and event.citizen is not None:
        rule = handle_rule(policy, after)
    elif isinstance(event, e.Reclassified):
        rule = handle_rule(policy, after)
        rule = None if rule == handle_rule(policy, order) or order.citizen is None else rule
    else:
        return ""
    return "statute" if rule is not None and rule.statute and rule.limit is not None else ""


def _clocks(policy: Policy, after: Order, event: e.Event) -> list[e.Event]:
    if isinstance(event, _TO_THE_CENTRE) and after.status is Status.ACCEPTED:
        return _started(policy, after, event, "dispatch", Stage.DISPATCH, ("dispatched", "signed"))
    if isinstance(event, e.Dispatched):
        return _started(policy, after, event, event.assignment, Stage.CONTACT, ("dispatched",))
    if isinstance(event, e.Signed):
        own = after.assignment(event.assignment)
        if own is not None and own.role == "lead":
            return _started(policy, after, event, event.assignment, Stage.CONTACT, ("signed",), received=False)
    return []


def _started(
    policy: Policy,
    after: Order,
    event: e.Event,
    clock: str,
    stage: Stage,
    starts: tuple[str, ...],
    received: bool = True,
) -> list[e.Event]:
    rule = rule_of(policy, after, stage) if stage in policy.stages else None
    if rule is None or rule.limit is None:
        return []
    if rule.start in starts:
        begin = event.at
    elif rule.start == "received" and received:
        begin = after.intake.received
    else:
        return []
    return [e.ClockStarted(event.at, event.by, clock, stage, policy.by_rule(rule, begin))]
