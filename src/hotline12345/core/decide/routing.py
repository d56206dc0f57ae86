"""Deciders of whose it is (派单): dispatch, recall, reclassify, and what handing over makes happen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from .. import commands as c
from ..calendar import local
from ..errors import CommandError, RequestError
from ..events import Assisted, DeadlineMoved, Dispatched, Event, Recalled, Reclassified
from ..order import Assignment, Order, Status
from ..policy import LimitRule, Policy
from ..refs import Ref
from ..request import Urgency
from ..sla import Deadline, Stage, begun, start_of
from .grassroots import set_aside
from .hops import before, carried, hop_from
from .ladder import next_rung
from .limits import handle_rule, redo_rule, stage_deadline
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


def handed_over(
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
    assist: tuple[str, ...] = (),
    copies: tuple[str, ...] | None = None,
    designated: bool = False,
    redo: bool = False,
    hop: str = "",
    last: Assignment | None = None,
) -> tuple[Event, ...]:
    """Build what handing the order to *unit* makes happen: its own clocks, and the desks of those who help or look on.

    The citizen's clock starts here only if it has not started yet; the unit's own does what the policy says of *hop*.
    Without *copies* the district of a town gets one (北京条例 art. 12).
    """
    override = set_aside(policy, order, command, unit, at) if policy.dispatching.grassroots.guard else ""
    if copies is None:
        copies = policy.routes.districts(unit) if policy.routes is not None else ()
    sign, start = _signing(policy, order, at)
    limit = handle_rule(policy, order)
    ledger = order.clocks.timing.suspensions
    again = redo_rule(policy, order) if redo else None
    kept = carried(policy, hop, last, at)
    if kept is not None:
        handle, how = kept
    elif again is not None:
        handle, how = policy.by_rule(again, at, ledger), ""
    else:
        handle, how = policy.by_rule(limit, start, ledger), ""
    citizen = None
    if order.clocks.citizen is None:
        received = limit is not None and limit.start == "received"
        citizen = policy.by_rule(limit, order.intake.received, ledger) if received else handle
    number = len(order.assignments) + 1
    lead = Dispatched(
        at, command.by, f"A{number}", unit, parent, path, rule, basis, copies, sign, handle, citizen,
        designated, redo, how, override,
    )  # fmt: skip
    if not (assist or copies):
        return (lead,)
    return (lead, *_joined(policy, order, command, lead, assist, copies))


def _joined(
    policy: Policy, order: Order, command: c.Command, lead: Dispatched, assist: tuple[str, ...], copies: tuple[str, ...]
) -> Iterator[Event]:
    """Yield the desks of those who help the *lead*, and of those who get a copy and have no desk here yet."""
    at, number = lead.at, len(order.assignments) + 1
    has = {a.unit for a in order.open_assignments} | {lead.unit, *assist}
    shares = policy.dispatching.assist
    for unit in assist:
        number += 1
        if shares.limit is None and shares.sign is None:
            yield Assisted(at, command.by, f"A{number}", unit, lead.assignment, "assist", lead.sign, lead.handle)
        else:
            yield assisted(policy, order, command, at, unit, lead.assignment, "assist", id=f"A{number}")
    for unit in copies:
        if unit not in has:
            number += 1
            yield Assisted(at, command.by, f"A{number}", unit, lead.assignment, "copy")


def assisted(
    policy: Policy,
    order: Order,
    command: c.Command,
    at: datetime,
    unit: str,
    parent: str,
    role: str,
    *,
    id: str = "",  # noqa: A002 - the domain's word
    hop: str = "",
    last: Assignment | None = None,
) -> Assisted:
    """Build the Assisted event; an assistant has clocks of its own, a copy has none."""
    name = id or f"A{len(order.assignments) + 1}"
    if role == "copy":
        return Assisted(at, command.by, name, unit, parent, role)
    rule = policy.dispatching.assist
    sign, start = _signing(policy, order, at)
    if rule.sign is not None:
        sign = policy.after(rule.sign, at, rule.basis)
    kept = carried(policy, hop, last, at)
    if kept is not None:
        handle = kept[0]
    elif rule.limit is not None:
        handle = policy.after(rule.limit, at, rule.basis)
    else:
        handle = policy.by_rule(handle_rule(policy, order), start, order.clocks.timing.suspensions)
    return Assisted(at, command.by, name, unit, parent, role, sign, handle)


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


def in_consultation(order: Order) -> CommandError:
    """Who is asked must first have said whose it is."""
    units = order.counts.handovers.consulted
    return refuse(
        "in-consultation",
        f"正在会商（{'、'.join(units)}），尚未形成结论",
        f"a consultation with {', '.join(units)} has not been concluded",
        "先 conclude",
        "conclude it first",
    )


def dispatch(policy: Policy, order: Order, command: c.Dispatch, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Dispatch (派单) by the catalogue or by hand; from a unit's desk, downward (下派)."""
    if order.status is not Status.ACCEPTED:
        return _downward(policy, order, command, at)
    if order.counts.handovers.consulted:
        raise in_consultation(order)
    last = before(order) if order.assignments else None
    hop = hop_from(last)
    if command.unit:
        check_unit(policy, command.unit)
        return handed_over(policy, order, command, at, command.unit, designated=command.designate, hop=hop, last=last)
    if command.designate:
        raise refuse("unit-needed", "指定承办须写明单位", "designating needs a unit", "写明 unit", "give `unit`")
    line = policy.line(order.intake.line)
    if line is not None and line.unit:
        check_unit(policy, line.unit)
        _not_sent_back(order, line.unit)
        by_line = f"line.{line.code}"
        return handed_over(policy, order, command, at, line.unit, rule=by_line, basis=line.basis, hop=hop, last=last)
    if policy.routes is None:
        raise refuse(
            "no-catalogue",
            "政策包没有派单目录，请写明承办单位",
            "this pack has no dispatch catalogue; name the unit",
            "写明 unit",
            "give `unit`",
        )
    route = policy.routes.on(local(at).date()).route(order.category, command.area or order.area, order.kind)
    _not_sent_back(order, route.unit)
    return handed_over(
        policy, order, command, at, route.unit,
        path=route.path, rule=route.rule, basis=route.basis, assist=route.assist, copies=route.copies,
        hop=hop, last=last,
    )  # fmt: skip


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
    if command.designate:
        raise refuse(
            "not-centre", "只有热线中心可以指定承办", "only the centre may designate", "去掉 designate", "leave it out"
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
        return handed_over(
            policy, order, command, at, command.unit, parent=own.id, rule="downward", hop="downward", last=own
        )
    return (assisted(policy, order, command, at, command.unit, own.id, own.role, hop="downward", last=own),)


def recall(policy: Policy, order: Order, command: c.Recall, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Recall (撤回派单)."""
    return (Recalled(at, command.by, command.reason),)


def counted_from(order: Order, name: str, due: Deadline, rule: LimitRule | None) -> datetime:
    """Return where the clock *name*, *due* then, counts from under *rule*; the citizen's, from what starts it there."""
    start, intake = due.start, order.intake
    if name != "citizen" or rule is None or intake.origin is not None or start < intake.received:
        return start  # an inherited clock started elsewhere
    if rule.start == "received":
        return intake.received
    first = order.assignments[0].handle if order.assignments else None
    return begun(first.deadline) if start == intake.received and first is not None else start


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
    settled = order.counts.extended or order.pending.deferred is not None or order.clocks.timing.statute is not None
    if settled or rule == handle_rule(policy, order):
        return tuple(events)  # an extension, a deferral or a statute was decided by a person and stands
    again = redo_rule(policy, order) if order.counts.reopened else None
    for name, clock, _ in order.running():
        if clock.stage is Stage.HANDLE:
            if again is not None and clock.deadline.limit == again.limit:
                continue  # a redo has a limit of its own, whatever the order is about
            moved = policy.by_rule(
                rule, counted_from(order, name, clock.deadline, rule), order.clocks.timing.suspensions
            )
            rung = next_rung(policy, name, clock, moved, at)
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "reclassified", rung))
    return tuple(events)
