"""Deciding on what may be told outside (公开审查): the security review of a public reply.

国办函〔2025〕66号 and Anhui's 皖政办秘〔2021〕65号 (11) ask for it; whether a place has it is policy.
"""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import Cleared, Event, Reviewed
from ..order import Order
from ..policy import Policy
from ..refs import Ref
from .refusal import need_reason, refuse


def clear(policy: Policy, order: Order, command: c.Clear, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Clear (公开审查): the public reply may go out; or it goes back to the unit with a reason."""
    reply = order.intake.marks.uncleared
    if not reply:
        raise refuse(
            "nothing-to-clear",
            "没有待审查的公开答复",
            "no public reply waits to be cleared",
            "直接审核 review",
            "review it",
        )
    basis = policy.clearance.basis
    if not command.passed:
        reason = need_reason(command.reason, "公开审查退回", "sending a public reply back")
        told = Cleared(at, command.by, False, reply, reason, basis, ref)
        return (told, Reviewed(at, command.by, False, reason, None, None))
    told = Cleared(at, command.by, True, reply, command.reason, basis, ref)
    if policy.flow.review:
        return (told,)
    from .handling import passed

    return (told, *passed(policy, order, c.Review(command.by), at, None))


def cleared(policy: Policy, order: Order) -> None:
    """Refuse to pass a reply on whose public words have not been cleared."""
    if order.intake.marks.uncleared:
        raise refuse(
            "not-cleared",
            f"公开答复尚未通过信息安全审查（{policy.clearance.basis}）",
            f"the public reply has not been cleared ({policy.clearance.basis})",
            "先 clear；不能公开的用 clear --no-passed 退回",
            "clear it first, or send it back with clear --no-passed",
        )
