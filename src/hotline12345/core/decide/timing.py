"""Deciders of what else concerns the time of an order (计时事项): suspend, resume, apply a statute, contact, tell."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve as change

from .. import commands as c
from ..actor import Actor, Role
from ..calendar import local
from ..events import Contacted, DeadlineMoved, Event, Resumed, StatuteApplied, Suspended, Told
from ..order import Clock, Order
from ..policy import LimitRule, Policy, StatuteRule
from ..refs import Ref
from ..sla import Deadline, Stage, Suspension, TimeLimit, Unit, elapsed_working_days, lengthen, working_seconds
from .ladder import next_rung
from .limits import handle_rule, redo_rule
from .refusal import DECIDES, moment, need_reason, own_assignment, refuse
from .routing import counted_from

LAPSED = "lapsed"
_CENTRE = frozenset({Role.DISPATCHER, Role.ADMIN})
_DAY = timedelta(days=1)
_SIZE = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86_400}


# ── suspensions ──


def suspend(policy: Policy, order: Order, command: c.Suspend, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Suspend (中止计时): for a reason the place allows, by whom it says, and never without an end."""
    rule = policy.suspension
    if not rule.reasons:
        raise refuse(
            "suspension-off",
            "本办法没有中止计时的规定",
            "these rules allow no suspension",
            "政策包里写 [suspension] reasons 才可中止；客观上不能解决的用 defer 挂账",
            "a pack allows it with [suspension] reasons; what cannot be solved now is deferred with defer",
        )
    if command.reason not in rule.reasons:
        raise refuse(
            "unknown-suspension-reason",
            f"不能以「{command.reason}」中止计时（{rule.basis}）",
            f"{command.reason!r} is no reason to suspend ({rule.basis})",
            "理由有：" + "、".join(rule.reasons),
            "reasons: " + ", ".join(rule.reasons),
        )
    _by_approver(rule.approver, order, command, rule.basis)
    lapsed = _lapsed(order, command, at)
    if order.suspended is not None and not lapsed:
        raise refuse(
            "already-suspended",
            f"已中止计时，至迟 {moment(order.suspended)} 恢复",
            f"already suspended, until {moment(order.suspended)} at the latest",
        )
    past = order.clocks.timing.suspensions
    if rule.most is not None and len(past) >= rule.most:
        raise refuse(
            "suspended-too-often",
            f"已中止 {len(past)} 次，达到上限（{rule.basis}）",
            f"suspended {len(past)} times, the most allowed ({rule.basis})",
        )
    until = _latest(policy, order, command, at)
    ledger = (*past, Suspension(at, until, command.reason))
    moved = _recounted(policy, order, command.by, at, ledger, "suspended")
    if not any(_in_time(clock, at) for _, clock, _ in order.running()):
        raise refuse("nothing-to-suspend", "没有可以中止的时限", "no handling clock runs that could be suspended")
    return (*lapsed, Suspended(at, command.by, until, command.reason, rule.basis, ref), *moved)


def _latest(policy: Policy, order: Order, command: c.Suspend, at: datetime) -> datetime:
    """Return when the suspension ends at the latest: what was asked, within what the place allows."""
    rule = policy.suspension
    most = policy.after(rule.longest, at).at
    assert most is not None
    until = local(command.until) if command.until is not None else most
    if until <= at:
        raise refuse("suspension-past", "中止的结束时间必须在将来", "a suspension must end in the future")
    long, limit = until > most, rule.longest
    if not long and rule.total is not None:
        spans = [(one.start, one.end) for one in order.clocks.timing.suspensions if one.end is not None]
        long, limit = _exceeds(policy, [*spans, (at, until)], rule.total), rule.total
    if long:
        raise refuse(
            "suspension-too-long",
            f"中止至 {moment(until)} 超过上限 {limit.zh}（{rule.basis}）",
            f"until {moment(until)} is beyond the most allowed, {limit.en} ({rule.basis})",
            f"最晚可到 {moment(most)}，各次合计另有上限的以合计为准",
            f"{moment(most)} at the latest, less where a total is set",
        )
    return until


def _exceeds(policy: Policy, spans: list[tuple[datetime, datetime]], total: TimeLimit) -> bool:
    if total.unit is Unit.WORKING_DAYS:
        return sum(elapsed_working_days(policy.calendar, a, b) for a, b in spans) > total.amount
    if total.unit is Unit.WORKING_HOURS:
        return sum(working_seconds(policy.calendar, a, b) for a, b in spans) > total.amount * 3600
    return sum(((b - a) for a, b in spans), timedelta()) > timedelta(seconds=total.amount * _SIZE[total.unit])


def _by_approver(approver: str, order: Order, command: c.Command, basis: str) -> None:
    if approver == "centre":
        allowed = bool(command.by.roles & _CENTRE)
    else:
        own = own_assignment(order, command)
        allowed = own.role == "lead" and (approver == "none" or Role.UNIT_HEAD in command.by.roles)
    if not allowed:
        zh, en = DECIDES[approver]
        raise refuse("not-approver", f"须由{zh}决定（{basis}）", f"this is for {en} to decide ({basis})")


def _recounted(
    policy: Policy, order: Order, by: Actor, at: datetime, ledger: tuple[Suspension, ...], reason: str
) -> list[Event]:
    """Build the handling deadlines as *ledger* makes them; what has been missed stays missed."""
    events: list[Event] = []
    for name, clock, _ in order.running():
        due = clock.deadline
        if _in_time(clock, at):
            moved = policy.recount(due, ledger)
            if moved.at != due.at:
                events.append(DeadlineMoved(at, by, name, Stage.HANDLE, moved, reason))
    return events


def _in_time(clock: Clock, at: datetime) -> bool:
    return clock.stage is Stage.HANDLE and clock.deadline.at is not None and at < clock.deadline.at


def _lapsed(order: Order, command: c.Command, at: datetime) -> tuple[Event, ...]:
    until = order.suspended
    return (Resumed(at, command.by, LAPSED),) if until is not None and until <= at else ()


def resume(policy: Policy, order: Order, command: c.Resume, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Resume (恢复计时): the clocks run on from here with what was left of them."""
    if order.suspended is None:
        raise refuse("not-suspended", "没有中止计时", "nothing is suspended")
    if not command.by.roles & _CENTRE:
        own_assignment(order, command)
    return run_again(policy, order, command.by, at, command.reason)


def run_again(policy: Policy, order: Order, by: Actor, at: datetime, reason: str) -> tuple[Event, ...]:
    """Build Resumed and the deadlines as they are without the rest of the suspension."""
    until = order.suspended
    if until is not None and until <= at:
        return (Resumed(at, by, LAPSED),)
    past = order.clocks.timing.suspensions
    ledger = (*past[:-1], change(past[-1], end=local(at)))
    return (Resumed(at, by, reason), *_recounted(policy, order, by, at, ledger, "resumed"))


# ── statutes ──


def apply_statute(
    policy: Policy, order: Order, command: c.ApplyStatute, at: datetime, ref: Ref | None
) -> tuple[Event, ...]:
    """Apply the limit a law sets (从其规定): the deadlines move, counted from where each clock started."""
    law = _law(policy, command)
    events: list[Event] = [StatuteApplied(at, command.by, law.limit, law.basis, law.code, law.extension)]
    again = redo_rule(policy, order) if order.counts.reopened else None
    known = handle_rule(policy, order)
    start = known.start if known is not None else "dispatched"
    rule = LimitRule(Stage.HANDLE, law.limit, law.basis, start=start)
    for name, clock, _ in order.running():
        due = clock.deadline
        if clock.stage is not Stage.HANDLE or (again is not None and due.limit == again.limit):
            continue  # a redo has a limit of its own, whatever the order is about
        moved = _under(policy, order, name, due, rule)
        if moved != due:
            rung = next_rung(policy, name, clock, moved, at)
            events.append(DeadlineMoved(at, command.by, name, Stage.HANDLE, moved, "statute", rung))
    return tuple(events)


def _law(policy: Policy, command: c.ApplyStatute) -> StatuteRule:
    if command.code:
        found = next((one for one in policy.statutes if one.code == command.code), None)
        if found is None:
            raise refuse(
                "unknown-statute",
                f"政策包没有法定时限「{command.code}」",
                f"the pack lists no statute {command.code!r}",
                "有：" + ("、".join(f"{one.code} {one.zh}" for one in policy.statutes) or "无；可写 limit 和 basis"),
                "there are: " + (", ".join(one.code for one in policy.statutes) or "none; give limit and basis"),
            )
        return found
    if command.limit is None or not command.basis.strip():
        raise refuse(
            "statute-needs-basis",
            "适用法定时限须写明时限和法律依据",
            "a statutory limit needs the limit and its legal basis",
            "写明 limit 和 basis，或 code",
            "give limit and basis, or a code",
        )
    return StatuteRule("", "", command.limit, command.basis.strip(), command.extension)


def _under(policy: Policy, order: Order, name: str, due: Deadline, rule: LimitRule) -> Deadline:
    """Return *due* with its limit replaced; an extension or a deferral was decided by a person and stays."""
    ledger = order.clocks.timing.suspensions
    if due.extends is not None and due.limit is not None:
        base = _under(policy, order, name, due.extends, rule)
        return lengthen(base, due.limit, policy.calendar, policy.clock, due.basis, ledger)
    if due.limit is None and due.at is not None:
        return due
    return policy.by_rule(rule, counted_from(order, name, due, rule), ledger)


# ── first contact, and what the requester is told ──


def contact(policy: Policy, order: Order, command: c.Contact, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Make first contact (先行联系): reached, or why not; either answers for the clock, and says which."""
    own = own_assignment(order, command)
    if not command.reached:
        need_reason(command.reason, "未能联系诉求人", "not reaching the requester")
    return (Contacted(at, command.by, own.id, command.reached, command.reason, ref),)


def tell(policy: Policy, order: Order, command: c.Tell, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Tell the requester (告知): one thing, or all that is still owed; what was not owed may be told as well."""
    owed = [duty.what for duty in order.clocks.timing.duties if duty.told is None]
    if not command.what and not owed:
        raise refuse(
            "nothing-to-tell",
            "没有应告知而未告知的事项",
            "nothing is owed to the requester",
            "另有告知的，写明 what",
            "say `what` to record something else",
        )
    return tuple(Told(at, command.by, what, command.how, ref) for what in ([command.what] if command.what else owed))
