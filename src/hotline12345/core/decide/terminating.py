"""Deciders of ending without a result (终止办理): the unit asks in writing, the hotline audits (潍坊条例 art. 21)."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import Event, Terminated, TerminationAsked, TerminationRefused
from ..order import Order
from ..policy import Policy
from ..policy.answer import TerminationRule
from ..refs import Ref
from .refusal import known_reason, need_reason, own_assignment, refuse


def ask_termination(
    policy: Policy, order: Order, command: c.AskTermination, at: datetime, ref: Ref | None
) -> tuple[Event, ...]:
    """Ask to terminate (申请终止办理): the unit that leads, in writing."""
    own = own_assignment(order, command)
    if own is not order.lead:
        raise refuse("not-lead", "只有主办单位可以申请终止办理", "only the unit that leads may ask to terminate")
    if order.pending.termination:
        raise refuse(
            "termination-pending", "已有一项终止申请待审核", "a request to terminate already awaits a decision"
        )
    _reason(policy.termination, command.reason)
    if not command.note.strip():
        raise refuse(
            "not-in-writing",
            f"申请终止办理须书面说明（{policy.termination.basis}）",
            f"a request to terminate is made in writing ({policy.termination.basis})",
            "用 note 写明情况",
            "say why in `note`",
        )
    return (TerminationAsked(at, command.by, own.id, command.reason, command.basis, ref),)


def decide_termination(
    policy: Policy, order: Order, command: c.DecideTermination, at: datetime, ref: Ref | None
) -> tuple[Event, ...]:
    """Decide the request to terminate (终止办理审核)."""
    if not order.pending.termination:
        raise refuse("nothing-asked", "没有待审核的终止申请", "no request to terminate awaits a decision")
    if not command.granted:
        return (TerminationRefused(at, command.by, need_reason(command.reason, "不予终止", "refusing"), ref),)
    reason = command.reason or order.pending.termination_reason
    return (Terminated(at, command.by, reason, command.basis or policy.termination.basis, ref),)


def terminate(policy: Policy, order: Order, command: c.Terminate, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Terminate (终止办理) by the hotline; where the place says so, only what a unit has asked for."""
    rule = policy.termination
    if rule.on_request and not order.pending.termination:
        raise refuse(
            "not-requested",
            f"终止办理须由承办单位书面提请（{rule.basis}）",
            f"terminating needs the unit's written request ({rule.basis})",
            "由承办单位执行 ask-termination",
            "the unit asks with ask-termination",
        )
    return (Terminated(at, command.by, _reason(rule, command.reason), command.basis, ref),)


def _reason(rule: TerminationRule, reason: str) -> str:
    need_reason(reason, "终止办理", "terminating")
    return known_reason(reason, rule.reasons, "终止办理", "terminating", rule.basis)
