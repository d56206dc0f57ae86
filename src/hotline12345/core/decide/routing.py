"""Deciders of whose it is (派单): dispatch, assist, adjudicate, recall, reclassify."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import Role
from ..errors import RequestError
from ..events import Adjudicated, Assisted, DeadlineMoved, Dispatched, Event, Recalled, Reclassified
from ..order import Clock, Order, Status
from ..policy import LimitRule, Policy
from ..refs import Ref
from ..request import Urgency
from ..sla import Deadline, Stage, start_of
from .ladder import next_rung
from .limits import handle_rule, stage_deadline
from .refusal import own_assignment, refuse

BY_HAND = "by-hand"


def _signing(policy: Policy, order: Order, at: datetime) -> tuple[Deadline | None, datetime]:
    """Return until when to sign what is handed over at *at*, and when the handling clock starts.

    A clock that starts at signing starts with the sign deadline at the latest; signing earlier starts it earlier.
    """
    sign = stage_deadline(policy, order, Stage.SIGN, at) if policy.flow.sign else None
    if sign is not None and policy.starts_at_signing:
        limit = handle_rule(policy, order)
        if limit is not None and limit.start == "signed":
            return sign, start_of("signed", sign_deadline=sign.at)
    return sign, at


def dispatched(
    policy: Policy,
    order: Order,
    command: c.Command,
    at: datetime,
    unit: str,
    *,
    parent: str = "",
    path: tuple[str, ...] = (),
    rule: str = BY_HAND,
    basis: str = "",
    copies: tuple[str, ...] = (),
    designated: bool = False,
    redo: bool = False,
) -> Dispatched:
    """Build the Dispatched event with the clocks it sets.

    The citizen's clock starts here only if it has not started yet; the unit's own starts at every hop.
    """
    sign, start = _signing(policy, order, at)
    limit = handle_rule(policy, order)
    if redo and policy.reopen.limit is not None:
        handle = policy.after(policy.reopen.limit, at, policy.reopen.basis)
    else:
        handle = policy.by_rule(limit, start)
    citizen = None
    if order.clocks.citizen is None:
        received = limit is not None and limit.start == "received"
        citizen = policy.by_rule(limit, order.intake.received) if received else handle
    return Dispatched(
        at,
        command.by,
        f"A{len(order.assignments) + 1}",
        unit,
        parent,
        path,
        rule,
        basis,
        copies,
        sign,
        handle,
        citizen,
        designated,
        redo,
    )


def check_unit(policy: Policy, unit: str) -> None:
    """Refuse a unit that the catalogue does not know, where there is one."""
    if policy.routes is None:
        return
    try:
        policy.routes.unit(unit)
    except RequestError as error:
        raise refuse(
            "unknown-unit",
            f"政策包 {policy.pack} 里没有单位「{unit}」",
            f"pack {policy.pack} has no unit {unit!r}",
            "用单位代码，见 hotline12345 pack show",
            error.hint_en or "give a unit's code",
        ) from error


def dispatch(policy: Policy, order: Order, command: c.Dispatch, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Dispatch (派单) by the catalogue or by hand; from a unit's desk, downward (下派)."""
    if order.status is not Status.ACCEPTED:
        return _downward(policy, order, command, at)
    if command.unit:
        check_unit(policy, command.unit)
        return (dispatched(policy, order, command, at, command.unit),)
    line = policy.line(order.intake.line)
    if line is not None and line.unit:
        check_unit(policy, line.unit)
        _not_sent_back(order, line.unit)
        return (dispatched(policy, order, command, at, line.unit, rule=f"line.{line.code}", basis=line.basis),)
    if policy.routes is None:
        raise refuse(
            "no-catalogue",
            "政策包没有派单目录，请写明承办单位",
            "this pack has no dispatch catalogue; name the unit",
            "写明 unit",
            "give `unit`",
        )
    route = policy.routes.route(order.category, command.area or order.area, order.kind)
    _not_sent_back(order, route.unit)
    lead = dispatched(
        policy, order, command, at, route.unit, path=route.path, rule=route.rule, basis=route.basis, copies=route.copies
    )
    number = len(order.assignments) + 1
    helpers = tuple(
        Assisted(at, command.by, f"A{number + i}", unit, lead.assignment, "assist", lead.sign, lead.handle)
        for i, unit in enumerate(route.assist, start=1)
    )
    return (lead, *helpers)


def _not_sent_back(order: Order, unit: str) -> None:
    """Refuse to hand an order by rule to a unit that has sent it back."""
    if any(a.unit == unit and a.why == "sent-back" for a in order.assignments):
        raise refuse(
            "already-sent-back",
            f"按目录应派 {unit}，但该单位已退单",
            f"the catalogue names {unit}, which has sent it back",
            "写明另一单位，或用 adjudicate 指定",
            "name another unit, or designate one with adjudicate",
        )


def _downward(policy: Policy, order: Order, command: c.Dispatch, at: datetime) -> tuple[Event, ...]:
    own = own_assignment(order, command)
    leads = own.role == "lead"
    if (leads and own is not order.lead) or own.role == "copy" or not command.unit or command.unit == own.unit:
        raise refuse(
            "downward-needs-unit",
            "只有持单单位或协办单位可以下派，且须写明下级单位",
            "only the unit that holds the order, or one that assists, may hand it down, to a named unit below it",
            "写明 unit",
            "give `unit`",
        )
    if leads and own.signed is None:
        raise refuse("not-signed", "请先签收再下派", "sign before handing it down", "先 sign", "sign first")
    check_unit(policy, command.unit)
    if policy.routes is not None and own.unit not in policy.routes.ancestors(command.unit):
        raise refuse(
            "not-below",
            f"{command.unit} 不是 {own.unit} 的下级单位",
            f"{command.unit} does not stand under {own.unit}",
            "转给其他单位请先退单",
            "send it back to have another unit take it",
        )
    if leads:
        return (dispatched(policy, order, command, at, command.unit, parent=own.id, rule="downward"),)
    return (_assisted(policy, order, command, at, command.unit, own.id, own.role),)


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
    if any(a.unit == command.unit for a in order.open_assignments):
        raise refuse(
            "already-assigned", f"{command.unit} 已在办理这张工单", f"{command.unit} already works on this order"
        )
    parent = lead.id if lead is not None else ""
    return (_assisted(policy, order, command, at, command.unit, parent, command.role),)


def _assisted(
    policy: Policy, order: Order, command: c.Command, at: datetime, unit: str, parent: str, role: str
) -> Assisted:
    """Build the Assisted event; an assistant has clocks of its own, a copy has none."""
    sign, start = (None, at) if role == "copy" else _signing(policy, order, at)
    handle = None if role == "copy" else policy.by_rule(handle_rule(policy, order), start)
    return Assisted(at, command.by, f"A{len(order.assignments) + 1}", unit, parent, role, sign, handle)


def adjudicate(policy: Policy, order: Order, command: c.Adjudicate, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Adjudicate (争议裁定): a designated unit may not send it back again (潍坊条例 art. 22)."""
    if command.decision not in ("uphold", "reassign", "designate"):
        raise refuse(
            "unknown-decision",
            f"没有裁定「{command.decision}」",
            f"there is no decision {command.decision!r}",
            "裁定有：uphold 异议成立、reassign 改派、designate 指定（不得再退）",
            "uphold, reassign or designate",
        )
    decided = Adjudicated(at, command.by, command.decision, command.basis, ref)
    if command.decision == "uphold":
        return (decided,)
    if not command.unit:
        raise refuse("unit-needed", "改派或指定须写明单位", "reassigning needs a unit", "写明 unit", "give `unit`")
    check_unit(policy, command.unit)
    designated = command.decision == "designate"
    onward = dispatched(
        policy, order, command, at, command.unit, rule=command.decision, basis=command.basis, designated=designated
    )
    return (decided, onward)


def recall(policy: Policy, order: Order, command: c.Recall, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Recall (撤回派单)."""
    return (Recalled(at, command.by, command.reason),)


def _counted_from(order: Order, name: str, clock: Clock, rule: LimitRule | None) -> datetime:
    """Return where *clock* counts from under *rule*; the citizen's, from the event that starts it there."""
    start, intake = clock.deadline.start, order.intake
    if name != "citizen" or rule is None or intake.origin is not None or start < intake.received:
        return start  # an inherited clock started elsewhere
    if rule.start == "received":
        return intake.received
    first = order.assignments[0].handle if order.assignments else None
    return first.deadline.start if start == intake.received and first is not None else start


def reclassify(policy: Policy, order: Order, command: c.Reclassify, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Reclassify (重新归类): another limit moves the deadlines, counted from where each clock started."""
    kind = command.kind or order.kind or policy.flow.default_kind
    category = command.category or order.category
    topic = order.topic
    old = topic.urgency if topic is not None else Urgency.NORMAL
    urgency = command.urgency or old
    events: list[Event] = [
        Reclassified(at, command.by, kind, category, urgency, command.area or order.area, command.reason)
    ]
    intake = order.intake
    rule = policy.limit(Stage.HANDLE, kind, category, urgency, intake.channel, intake.level, intake.line)
    if rule == handle_rule(policy, order) or order.counts.extended or order.pending.deferred is not None:
        return tuple(events)  # an extension or a deferral was decided by a person and stands
    for name, clock, _ in order.running():
        if clock.stage is Stage.HANDLE:
            if order.counts.reopened and clock.deadline.limit == policy.reopen.limit is not None:
                continue  # a redo has a limit of its own, whatever the order is about
            moved = policy.by_rule(rule, _counted_from(order, name, clock, rule))
            rung = next_rung(policy, name, clock, moved, at)
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "reclassified", rung))
    return tuple(events)
