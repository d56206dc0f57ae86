"""Deciders of working together (主办、协办): ask to assist, report in stages."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import Role
from ..events import Event, Reported
from ..order import Assignment, Order
from ..policy import Policy
from ..refs import Ref
from .refusal import own_assignment, refuse
from .routing import assisted, check_unit


def assist(policy: Policy, order: Order, command: c.Assist, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Ask to assist (加派协办): by the centre, or by the unit that leads."""
    lead = order.lead
    if not command.unit or command.role not in ("assist", "copy"):
        raise refuse(
            "assist-needs-unit",
            "加派须写明协办单位，角色为 assist 或 copy",
            "assist needs a unit, and the role assist or copy",
            "写明 unit",
            "give `unit`",
        )
    check_unit(policy, command.unit)
    if not command.by.roles & {Role.DISPATCHER, Role.ADMIN} and own_assignment(order, command) is not lead:
        raise refuse("not-lead", "只有主办单位可以加派", "only the lead may ask others to assist")
    if any(a.unit == command.unit and (a.role != "copy" or command.role == "copy") for a in order.open_assignments):
        raise refuse(
            "already-assigned", f"{command.unit} 已在办理这张工单", f"{command.unit} already works on this order"
        )
    parent = lead.id if lead is not None else ""
    return (assisted(policy, order, command, at, command.unit, parent, command.role, hop="assist", last=lead),)


def report(policy: Policy, order: Order, command: c.Report, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Report in stages (阶段报告): how far the lead or an assistant has got, and why not further (北京条例 art. 14)."""
    own = own_assignment(order, command, command.assignment)
    if own.role == "copy":
        raise refuse("copy-only", "抄送单位没有办理任务", "a copy is nobody's work, there is nothing to report")
    if ref is None and not command.reason:
        raise refuse(
            "report-empty",
            "阶段报告须写明进展或原因",
            "a stage report says how far it is, or why it is not further",
            "写明 text，或用 reason 写理由代码",
            "give `text`, or a code as `reason`",
        )
    return (Reported(at, command.by, own.id, command.reason, _late(own, at), ref),)


def check_reported(policy: Policy, order: Order, own: Assignment, at: datetime) -> None:
    """Refuse the reply of a lead that is late and has not reported in stages, where the policy wants that."""
    rule = policy.dispatching.assist
    if not rule.report_when_late or not _late(own, at) or own.id in order.counts.handovers.reported:
        return
    raise refuse(
        "report-needed",
        f"已超过办理时限，答复前须先作阶段报告（{rule.basis}）",
        f"it is past its deadline: a stage report comes before the reply ({rule.basis})",
        "先 report",
        "report first",
    )


def _late(own: Assignment, at: datetime) -> bool:
    due = own.handle.deadline.at if own.handle is not None else None
    return due is not None and due <= at
