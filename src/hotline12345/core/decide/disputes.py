"""Deciders of what comes back (退单、争议): send back, adjudicate."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import SYSTEM
from ..calendar import local
from ..events import Adjudicated, Event, FellOverdue, SentBack
from ..order import Assignment, Order
from ..policy import Policy
from ..policy.ladder import OVERDUE
from ..refs import Ref
from ..sla import Deadline, Stage
from .handling import ours_to_end
from .ladder import flagged
from .limits import stage_deadline
from .problems import refused_by_many
from .refusal import known_reason, moment, need_reason, own_assignment, refuse
from .routing import check_unit, handed_over

DECISIONS = ("uphold", "reassign", "designate", "backstop")


def send_back(policy: Policy, order: Order, command: c.SendBack, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Send back (退单): with a reason the policy knows, within the window, not when designated."""
    own = own_assignment(order, command, command.assignment)
    ours_to_end(order, own)
    need_reason(command.reason, "退单", "sending back")
    known_reason(command.reason, policy.send_back.reasons, "退单", "sending back", policy.send_back.basis)
    _check_standing(policy, order, own)
    missed = _missed(policy, own, at)
    parent = order.assignment(own.parent) if own.parent else None
    to_parent = parent is not None and parent.closed is None and own.role == "lead"
    disputed = own.role == "lead" and not to_parent
    until = stage_deadline(policy, order, Stage.ADJUDICATE, at) if disputed else None
    back = SentBack(at, command.by, own.id, command.reason, ref, to_parent, missed is not None, until)
    told = own.handle is not None and OVERDUE in own.handle.fired
    events: list[Event] = [] if missed is None or told else [_late(own, missed, at)]
    events.append(back)
    if own.role == "lead":
        events.extend(flagged(policy, order, command.by, at, "sent-back", order.counts.sent_back + 1))
    if disputed:
        events.extend(refused_by_many(policy, order, own, at))
    return tuple(events)


def _check_standing(policy: Policy, order: Order, own: Assignment) -> None:
    """Refuse a unit that was designated, that received it first and signed, or that sends back once too often."""
    rule = policy.send_back
    if own.designated and not rule.designated:
        raise refuse(
            "designated",
            "本单为指定承办，不得再退（library default，参照潍坊条例第二十二条）",
            "this unit was designated and may not send it back (library default, after Weifang art. 22)",
        )
    if own.role != "lead":
        return
    if rule.first_receiver and own.signed is not None and order.first_receiver == own.unit and not own.parent:
        raise refuse(
            "first-receiver",
            f"首接单位已签收，应由其牵头，不得退单（{rule.basis}）",
            f"the unit that received it first has signed and leads; it may not send it back ({rule.basis})",
            "用 assist 请其他单位协办",
            "ask other units to assist",
        )
    if rule.most is not None and order.counts.sent_back >= rule.most:
        raise refuse(
            "send-back-too-often",
            f"本单已退 {order.counts.sent_back} 次，达到上限（{rule.basis}）",
            f"sent back {order.counts.sent_back} times already, the most allowed ({rule.basis})",
            "请由中心裁定指定",
            "ask the centre to designate",
        )


def _missed(policy: Policy, own: Assignment, at: datetime) -> Deadline | None:
    """Return the end of the window where it has been missed and that only counts as overdue."""
    rule = policy.send_back
    if rule.window is None:
        return None
    start = own.opened if rule.start == "received" else own.signed or own.opened
    window = policy.after(rule.window, start, rule.basis)
    end = window.at
    if end is None or at < end:
        return None
    if rule.late == "overdue":
        return window
    raise refuse(
        "send-back-late",
        f"退单期限 {rule.window.zh} 已于 {moment(end)} 届满（{rule.basis}）",
        f"the window to send back, {rule.window.en}, ended at {moment(end)} ({rule.basis})",
    )


def _late(own: Assignment, window: Deadline, at: datetime) -> FellOverdue:
    return FellOverdue(at, SYSTEM, own.id, Stage.HANDLE, own.unit, window.at)


def adjudicate(policy: Policy, order: Order, command: c.Adjudicate, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Adjudicate (争议裁定): a designated unit may not send it back again (潍坊条例 art. 22)."""
    if command.decision not in DECISIONS:
        raise refuse(
            "unknown-decision",
            f"没有裁定「{command.decision}」",
            f"there is no decision {command.decision!r}",
            "裁定有：uphold 异议成立、reassign 改派、designate 指定（不得再退）、backstop 属地兜底",
            ", ".join(DECISIONS),
        )
    decided = Adjudicated(at, command.by, command.decision, command.basis, ref)
    if command.decision == "uphold":
        return (decided,)
    unit = command.unit
    if not unit and command.decision == "backstop" and policy.routes is not None:
        unit = policy.routes.on(local(at).date()).territory(order.area)
    if not unit:
        raise refuse("unit-needed", "改派或指定须写明单位", "reassigning needs a unit", "写明 unit", "give `unit`")
    check_unit(policy, unit)
    onward = handed_over(
        policy,
        order,
        command,
        at,
        unit,
        rule=command.decision,
        basis=command.basis,
        designated=command.decision == "designate",
        hop="adjudication",
        last=order.assignment(order.pending.dispute),
    )
    return (decided, *onward)
