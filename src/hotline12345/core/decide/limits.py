"""Which limit holds for an order as it stands (适用时限), and when a stage of it is due."""

from __future__ import annotations

from datetime import datetime

from ..order import Order
from ..policy import LimitRule, Policy
from ..sla import Deadline, Stage


def rule_of(policy: Policy, order: Order, stage: Stage) -> LimitRule | None:
    """Return the limit of *stage* that holds for *order* as it is classified."""
    topic, intake = order.topic, order.intake
    urgency = topic.urgency if topic is not None else None
    return policy.limit(stage, order.kind, order.category, urgency, intake.channel, intake.level, intake.line)


def handle_rule(policy: Policy, order: Order) -> LimitRule | None:
    """Return the handling limit that holds for *order*: a law's where one was applied to it, else the place's."""
    rule = rule_of(policy, order, Stage.HANDLE)
    law = order.clocks.timing.statute
    if law is None:
        return rule
    start = rule.start if rule is not None else "dispatched"
    return LimitRule(Stage.HANDLE, law.limit, law.basis, start=start, statute=True, extension=law.extension)


def redo_rule(policy: Policy, order: Order) -> LimitRule | None:
    """Return the limit that a redo has of its own; ``None`` where it is handled as any order is."""
    rule = rule_of(policy, order, Stage.REDO) if Stage.REDO in policy.stages else None
    if rule is not None and rule.limit is not None:
        return rule
    again = policy.reopen
    return LimitRule(Stage.REDO, again.limit, again.basis) if again.limit is not None else None


def stage_deadline(policy: Policy, order: Order, stage: Stage, at: datetime) -> Deadline | None:
    """Return when *stage* is due counted from *at*; ``None`` where the policy sets no such limit."""
    if stage not in policy.stages:
        return None
    rule = rule_of(policy, order, stage)
    return None if rule is None or rule.limit is None else policy.after(rule.limit, at, rule.basis)
