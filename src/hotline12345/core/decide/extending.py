"""Deciders that move a deadline (延期、挂账): ask, grant or refuse, defer."""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import commands as c
from ..actor import Role
from ..calendar import local
from ..events import DeadlineMoved, Deferred, Event, Extended, ExtensionAsked, ExtensionRefused
from ..order import Assignment, Clock, Order
from ..policy import ExtensionRule, Policy
from ..refs import Ref
from ..sla import Deadline, Stage, TimeLimit, lengthen, spent
from ..sla.lights import remaining
from .limits import handle_rule
from .refusal import DECIDES, moment, need_reason, own_assignment, refuse


def extend(policy: Policy, order: Order, command: c.Extend, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Ask for an extension (申请延期): before expiry only, within what the policy allows."""
    own = own_assignment(order, command)
    rule = policy.extension
    if order.pending.extension is not None:
        raise refuse("extension-pending", "已有一项延期申请待审批", "an extension already awaits a decision")
    _check_extension(policy, order, own, command.amount, rule, at)
    asked = ExtensionAsked(at, command.by, own.id, command.amount, command.reason, ref)
    if rule.approver == "none":
        return (asked, *_granted(policy, order, command, own, command.amount, at, at))
    return (asked,)


def _check_extension(
    policy: Policy, order: Order, own: Assignment, amount: TimeLimit, rule: ExtensionRule, at: datetime
) -> None:
    clock = own.handle
    if own.role == "assist":
        raise refuse(
            "not-lead",
            "协办单位不能申请延期，由主办单位申请",
            "an assistant asks for no extension; the unit that leads does",
        )
    if own.role != "lead" or clock is None or clock.deadline.at is None:
        raise refuse("no-deadline", "没有可以延长的时限", "there is no deadline to extend")
    if at >= clock.deadline.at:
        raise refuse(
            "extension-late",
            f"时限已于 {moment(clock.deadline.at)} 届满，届满后不得申请延期",
            f"the limit ended at {moment(clock.deadline.at)}; an extension is asked before expiry",
        )
    _check_window(policy, clock.deadline, rule, at)
    if rule.most is not None and order.counts.extended >= rule.most:
        raise refuse(
            "extension-too-often",
            f"已延期 {order.counts.extended} 次，达到上限 {rule.most} 次（{rule.basis}）",
            f"extended {order.counts.extended} times, the most allowed is {rule.most} ({rule.basis})",
        )
    _check_length(policy, order, clock.deadline, amount, rule)


def _check_window(policy: Policy, due: Deadline, rule: ExtensionRule, at: datetime) -> None:
    """Refuse what is asked too close to expiry, where the place wants it asked earlier."""
    ahead = rule.ask_before
    if ahead is not None and remaining(due, at, ahead.unit, policy.calendar) < ahead.amount:
        raise refuse(
            "extension-late",
            f"延期须至迟在届满前 {ahead.zh} 申请（{rule.basis}）",
            f"an extension is asked at least {ahead.en} before expiry ({rule.basis})",
        )


def _check_length(policy: Policy, order: Order, due: Deadline, amount: TimeLimit, rule: ExtensionRule) -> None:
    law = handle_rule(policy, order)
    if law is not None and law.statute and law.extension is not None:
        _at_most(amount, law.extension, law.basis)  # that law's own, instead of the place's
        return
    if rule.fixed is not None and amount != rule.fixed:
        raise refuse(
            "extension-not-fixed",
            f"申请延长 {amount.zh}，每次应为 {rule.fixed.zh}（{rule.basis}）",
            f"asked for {amount.en}; an extension is {rule.fixed.en} ({rule.basis})",
            f"写 {rule.fixed}",
            f"ask for {rule.fixed}",
        )
    original = _original(policy, order, due) if rule.up_to_original else None
    for cap in (rule.longest, original):
        if cap is not None:
            _at_most(amount, cap, rule.basis)
    if rule.total is None:
        return
    so_far = spent(due, rule.total.unit)
    if so_far is None or amount.unit is not rule.total.unit or so_far + amount.amount > rule.total.amount:
        raise refuse(
            "extension-too-long",
            f"连同原时限最长 {rule.total.zh}（{rule.basis}）",
            f"with the original limit the longest is {rule.total.en} ({rule.basis})",
            f"用同一单位，合计不超过 {rule.total}",
            f"use the same unit and at most {rule.total} in all",
        )


def _at_most(amount: TimeLimit, cap: TimeLimit, basis: str) -> None:
    if amount.unit is not cap.unit or amount.amount > cap.amount:
        raise refuse(
            "extension-too-long",
            f"申请延长 {amount.zh}，最长 {cap.zh}（{basis}）",
            f"asked for {amount.en}, the longest is {cap.en} ({basis})",
            f"用同一单位，不超过 {cap}",
            f"use the same unit and at most {cap}",
        )


def _original(policy: Policy, order: Order, due: Deadline) -> TimeLimit | None:
    """Return the limit before any extension; after a deferral, which records a day, the one that holds by the rules."""
    while due.extends is not None:
        due = due.extends
    if due.limit is not None:
        return due.limit
    rule = handle_rule(policy, order)
    return rule.limit if rule is not None else None


def _granted(
    policy: Policy, order: Order, command: c.Command, own: Assignment, amount: TimeLimit, at: datetime, asked: datetime
) -> tuple[Event, ...]:
    """Build Extended and the moved deadlines; one that had been missed when it was asked stays missed."""
    basis, ledger = policy.extension.basis, order.clocks.timing.suspensions
    events: list[Event] = [Extended(at, command.by, own.id, amount, basis)]
    clocks: list[tuple[str, Clock | None]] = [("citizen", order.clocks.citizen), (own.id, own.handle)]
    above = order.assignment(own.parent)
    while above is not None:  # whoever handed it down waits for the answer, and waits as long
        if above.closed is None:
            clocks.append((above.id, above.handle))
        above = order.assignment(above.parent)
    for name, clock in clocks:
        if clock is not None and clock.deadline.at is not None and asked < clock.deadline.at:
            moved = lengthen(clock.deadline, amount, policy.calendar, policy.clock, basis, ledger)
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "extended"))
    return tuple(events)


def grant(policy: Policy, order: Order, command: c.GrantExtension, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Decide the extension asked (延期审批): by whoever the policy names."""
    amount, wanted = order.pending.extension, order.pending.extension_for
    own = order.assignment(wanted)
    if amount is None or own is None:
        raise refuse("nothing-asked", "没有待审批的延期申请", "no extension awaits a decision")
    centre = bool(command.by.roles & {Role.DISPATCHER, Role.ADMIN})
    if policy.extension.approver == "unit-head":
        allowed = Role.UNIT_HEAD in command.by.roles and command.by.unit == own.unit
    else:
        allowed = centre
    if not allowed:
        zh, en = DECIDES["unit-head" if policy.extension.approver == "unit-head" else "centre"]
        basis = policy.extension.basis
        raise refuse("not-approver", f"延期由{zh}审批（{basis}）", f"extensions are decided by {en} ({basis})")
    if not command.granted:
        return (ExtensionRefused(at, command.by, own.id, command.reason),)
    return _granted(policy, order, command, own, amount, at, order.pending.asked or at)


def defer(policy: Policy, order: Order, command: c.Defer, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Defer (挂账) to an explicit solution date (济南条例 art. 24); both handling clocks move there."""
    if command.until <= at:
        raise refuse("defer-past", "挂账日期必须在将来", "the solution date must lie ahead")
    need_reason(command.reason, "挂账", "deferring")
    until = local(command.until)
    _check_deferral(policy, order, until, at)
    day = (until - timedelta(microseconds=1)).date()
    basis = policy.deferral.basis
    events: list[Event] = [Deferred(at, command.by, until, command.reason, basis, ref)]
    for name, clock, _ in order.running():
        old = clock.deadline
        if name == "citizen" and old.at is not None and old.at <= at:
            continue  # who was not answered in time was not; only the unit is given another day
        if clock.stage is Stage.HANDLE and (old.at is None or old.at < until):  # deferring never shortens
            moved = Deadline(until, day, False, day, day, None, old.start, policy.calendar.digest, "挂账 / deferred")
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "deferred"))
    return tuple(events)


def _check_deferral(policy: Policy, order: Order, until: datetime, at: datetime) -> None:
    rule, times = policy.deferral, order.clocks.timing.deferred
    if rule.most is not None and times >= rule.most:
        raise refuse(
            "deferred-too-often",
            f"已挂账 {times} 次，达到上限（{rule.basis}）",
            f"deferred {times} times, the most allowed ({rule.basis})",
        )
    most = policy.after(rule.longest, at).at if rule.longest is not None else None
    if most is not None and until > most:
        raise refuse(
            "deferral-too-long",
            f"挂账至迟到 {moment(most)}（{rule.basis}）",
            f"a deferral ends at {moment(most)} at the latest ({rule.basis})",
        )
    due = order.citizen.deadline.at if order.citizen is not None else None
    if rule.before_expiry and due is not None and at >= due:
        raise refuse(
            "deferral-late",
            f"时限已于 {moment(due)} 届满，届满后不得挂账（{rule.basis}）",
            f"the limit ended at {moment(due)}; a deferral is decided before expiry ({rule.basis})",
        )
