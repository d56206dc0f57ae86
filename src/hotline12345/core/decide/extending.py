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
from ..sla import Deadline, Stage, TimeLimit, Unit, deadline
from ..sla import extend as extended_deadline
from .limits import handle_rule
from .refusal import need_reason, own_assignment, refuse

_ADD_UP = (Unit.WORKING_DAYS, Unit.WORKING_HOURS)


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
    if own.role != "lead" or clock is None or clock.deadline.at is None:
        raise refuse("no-deadline", "没有可以延长的时限", "there is no deadline to extend")
    if at >= clock.deadline.at:
        raise refuse(
            "extension-late",
            f"时限已于 {clock.deadline.at.isoformat()} 届满，届满后不得申请延期",
            f"the limit ended at {clock.deadline.at.isoformat()}; an extension is asked before expiry",
        )
    if rule.most is not None and order.counts.extended >= rule.most:
        raise refuse(
            "extension-too-often",
            f"已延期 {order.counts.extended} 次，达到上限 {rule.most} 次（{rule.basis}）",
            f"extended {order.counts.extended} times, the most allowed is {rule.most} ({rule.basis})",
        )
    caps = [rule.longest] if rule.longest is not None else []
    original = _original(policy, order, clock) if rule.up_to_original else None
    if original is not None:
        caps.append(original)
    for cap in caps:
        if amount.unit is not cap.unit or amount.amount > cap.amount:
            raise refuse(
                "extension-too-long",
                f"申请延长 {amount.zh}，最长 {cap.zh}（{rule.basis}）",
                f"asked for {amount.en}, the longest is {cap.en} ({rule.basis})",
                f"用同一单位，不超过 {cap}",
                f"use the same unit and at most {cap}",
            )


def _original(policy: Policy, order: Order, clock: Clock) -> TimeLimit | None:
    """Return the limit before any extension: an extended deadline records the extension's own amount."""
    if not order.counts.extended and clock.deadline.limit is not None:  # a deferral records a day, not a limit
        return clock.deadline.limit
    rule = handle_rule(policy, order)
    return rule.limit if rule is not None else None


def _granted(
    policy: Policy, order: Order, command: c.Command, own: Assignment, amount: TimeLimit, at: datetime, asked: datetime
) -> tuple[Event, ...]:
    """Build Extended and the moved deadlines; one that had been missed when it was asked stays missed."""
    basis = policy.extension.basis
    events: list[Event] = [Extended(at, command.by, own.id, amount, basis)]
    clocks: list[tuple[str, Clock | None]] = [("citizen", order.clocks.citizen), (own.id, own.handle)]
    above = order.assignment(own.parent)
    while above is not None:  # whoever handed it down waits for the answer, and waits as long
        if above.closed is None:
            clocks.append((above.id, above.handle))
        above = order.assignment(above.parent)
    for name, clock in clocks:
        if clock is not None and clock.deadline.at is not None and asked < clock.deadline.at:
            moved = _moved(policy, clock.deadline, amount, basis)
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "extended"))
    return tuple(events)


def _moved(policy: Policy, old: Deadline, amount: TimeLimit, basis: str) -> Deadline:
    """Return the extended deadline, from the old due day.

    While the old due day is itself provisional, one count over both spans is recorded instead, so that the
    whole of it can be counted anew once the notice is known; working days and hours add up to the same instant.
    """
    if old.provisional and old.limit is not None and old.limit.unit is amount.unit in _ADD_UP:
        whole = TimeLimit(old.limit.amount + amount.amount, amount.unit)
        return deadline(whole, old.start, policy.calendar, policy.clock, (), basis)
    return extended_deadline(old, amount, policy.calendar, policy.clock, basis)


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
        who = "承办单位负责人" if policy.extension.approver == "unit-head" else "热线中心"
        raise refuse(
            "not-approver",
            f"延期由{who}审批（{policy.extension.basis}）",
            f"extensions are decided by the {policy.extension.approver} ({policy.extension.basis})",
        )
    if not command.granted:
        return (ExtensionRefused(at, command.by, own.id, command.reason),)
    return _granted(policy, order, command, own, amount, at, order.pending.asked or at)


def defer(policy: Policy, order: Order, command: c.Defer, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Defer (挂账) to an explicit solution date (济南条例 art. 24); both handling clocks move there."""
    if command.until <= at:
        raise refuse("defer-past", "挂账日期必须在将来", "the solution date must lie ahead")
    need_reason(command.reason, "挂账", "deferring")
    until = local(command.until)
    day = (until - timedelta(microseconds=1)).date()
    events: list[Event] = [Deferred(at, command.by, until, command.reason, "", ref)]
    for name, clock, _ in order.running():
        old = clock.deadline
        if clock.stage is Stage.HANDLE and (old.at is None or old.at < until):  # deferring never shortens
            moved = Deadline(until, day, False, day, day, None, old.start, policy.calendar.digest, "挂账 deferred")
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "deferred"))
    return tuple(events)
