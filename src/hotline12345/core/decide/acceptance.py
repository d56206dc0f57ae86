"""Deciders of taking in (受理): offer to an emergency number, curb, entrust, join, cease."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

from .. import commands as c
from ..actor import Role
from ..events import Ceased, Curbed, Entrusted, Event, Joined, Offered, Referred
from ..order import Order, Status
from ..policy import ConductStep, Policy
from ..refs import Ref
from ..request import Kind
from .refusal import own_assignment, refuse


def offer(policy: Policy, order: Order, command: c.Offer, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Offer (移交协商): taken, it goes there; undecided, whoever received it first accepts it (国办发〔2022〕12号)."""
    rule = policy.linkage
    if command.outcome not in ("taken", "declined", "undecided") or command.first not in ("here", "there"):
        raise refuse(
            "unknown-outcome",
            f"移交协商的结果没有「{command.outcome}」，或先接到方没有「{command.first}」",
            f"an offer cannot end {command.outcome!r}, or be received first {command.first!r}",
            "结果有：taken 对方接收、declined 对方认为属本线、undecided 协商未定；先接到方：here 本线、there 对方",
            "outcome: taken, declined or undecided; first: here or there",
        )
    if command.to not in rule.numbers:
        raise refuse(
            "unknown-number",
            f"联动号码没有「{command.to}」",
            f"there is no linkage with {command.to!r}",
            "有：" + "、".join(rule.numbers),
            ", ".join(rule.numbers),
        )
    if command.outcome == "undecided" and not rule.undecided:
        raise refuse(
            "no-linkage-rule",
            "本地没有规定协商未定时由谁先行受理",
            "no rule here says who takes what neither side claims",
            "写明 taken 或 declined，或在政策包写 [linkage]",
            "say taken or declined, or write [linkage] into the pack",
        )
    if command.outcome == "undecided" and command.first == "there":
        accepted_here(order)  # it was received here first, and that cannot change
    told = Offered(at, command.by, command.to, command.outcome, command.first, rule.basis, ref)
    theirs = command.outcome == "taken" or (command.outcome == "undecided" and command.first == "there")
    if not theirs:
        return (told,)
    kind, category = order.kind, order.category
    return (told, Referred(at, command.by, "emergency", command.to, rule.basis, None, kind, category))


def accepted_here(order: Order) -> None:
    """Refuse to turn away what was undecided and received here first."""
    if order.intake.marks.ours:
        raise refuse(
            "first-receiver",
            f"工单 {order.number} 协商未定且由本线先接到，应先行受理",
            f"order {order.number} was undecided and received here first: it is ours to accept",
            "先 accept；对方事后愿意接收时用 offer --outcome taken",
            "accept it; should the other side take it after all, offer --outcome taken",
        )


def curb(policy: Policy, order: Order, command: c.Curb, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Curb (扰线处置): the step named, or the one due at this incident; no step before the one below it."""
    steps = policy.conduct
    if not steps:
        raise refuse(
            "no-conduct-rules",
            "本地政策包没有扰线处置步骤",
            "this pack has no steps against disruption",
            "在政策包写 [[conduct]]",
            "write [[conduct]] into the pack",
        )
    taken = (*command.earlier_steps, *order.intake.marks.curbed)
    count = len(taken) + 1
    step = _named(steps, command.step) if command.step else _due(steps, count)
    below = steps[steps.index(step) - 1] if step is not steps[0] else None
    if command.step and below is not None and below.code not in taken and step.code not in taken:
        raise refuse(
            "step-too-early",
            f"尚未{below.zh}（{below.code}），不能{step.zh}",
            f"{below.code} comes before {step.code}",
            f"先执行 {below.code}",
            f"take {below.code} first",
        )
    return (Curbed(at, command.by, step.code, count, command.reason, step.basis, step.to, ref),)


def _named(steps: tuple[ConductStep, ...], code: str) -> ConductStep:
    found = next((step for step in steps if step.code == code), None)
    if found is None:
        raise refuse(
            "unknown-step",
            f"没有扰线处置步骤「{code}」",
            f"there is no step {code!r}",
            "步骤有：" + "、".join(f"{step.code} {step.zh}" for step in steps),
            ", ".join(step.code for step in steps),
        )
    return found


def _due(steps: tuple[ConductStep, ...], count: int) -> ConductStep:
    """Return the highest step due by itself at the *count*-th incident; the first where none is."""
    due = [step for step in steps if step.after is not None and step.after <= count]
    return due[-1] if due else steps[0]


def follower(policy: Policy, number: str, kind: Kind) -> str:
    """Return who is to follow up a request of *kind* (专人), by turns of the number; "" where the rules name nobody."""
    rule = policy.follower
    if not rule.persons or (rule.kinds and kind not in rule.kinds):
        return ""
    return rule.persons[crc32(number.encode()) % len(rule.persons)]


def entrust(policy: Policy, order: Order, command: c.Entrust, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Entrust (指定专人): the person named, or whoever the rules name."""
    person = command.person or follower(policy, order.number, order.kind or policy.flow.default_kind)
    if not person:
        raise refuse(
            "person-needed",
            "须写明专人的人员编号，政策包也没有指定",
            "name the person by id; the pack names nobody",
            "写明 person",
            "give `person`",
        )
    if person == order.intake.marks.follower:
        raise refuse(
            "already-entrusted",
            f"已由 {person} 跟进",
            f"{person} follows it up already",
            "换人请写另一 person",
            "name another person to change it",
        )
    return (Entrusted(at, command.by, person, command.reason, policy.follower.basis if not command.person else ""),)


def join(policy: Policy, order: Order, command: c.Join, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Join (并入): nothing that is there already, and never itself."""
    known = (order.number, *order.intake.marks.joined)
    fresh = tuple(number for number in command.numbers if number not in known)
    return (Joined(at, command.by, fresh),) if fresh else ()


def cease(policy: Policy, order: Order, command: c.Cease, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Cease (停止办理): the same fact and reason after lawful closure, with a written note (济南条例 art. 25)."""
    rule = policy.repeat
    if not rule.unreasonable:
        raise refuse(
            "no-repeat-rule",
            "本地没有规定可以停止办理无理重复诉求",
            "no rule here lets an unreasonable repeat be stopped",
            "在政策包 [repeat] 写 unreasonable = true 及依据",
            "write unreasonable = true with its basis into [repeat]",
        )
    if order.status is not Status.ACCEPTED and command.by.roles <= {Role.HANDLER, Role.UNIT_HEAD}:
        own = own_assignment(order, command)
        if own is not order.lead:
            raise refuse(
                "not-lead",
                "只有主办单位可以停止办理",
                "only the lead may stop handling",
                f"由 {order.holder or '主办单位'} 提出",
                f"{order.holder or 'the lead'} may",
            )
    if not command.note.strip():
        raise refuse(
            "note-needed",
            f"停止办理须向热线书面说明（{rule.basis}）",
            f"stopping needs a written note to the hotline ({rule.basis})",
            "写明 note",
            "give `note`",
        )
    found = next((other for other in command.similar if other.number == command.earlier), None)
    if found is None or not (found.same_requester and found.same and found.lawful and found.category == order.category):
        raise refuse(
            "not-a-repeat",
            f"{command.earlier or '（未写明）'} 不是同一诉求人、同一事项、已依法办结的工单",
            f"{command.earlier or '(none given)'} is no lawfully closed order of this requester on the same matter",
            "写明 earlier：已办结的原工单；有新的事实和理由的应当办理",
            "give `earlier`, the closed order; what has a new fact or reason is to be handled",
        )
    return (Ceased(at, command.by, command.earlier, rule.basis, ref),)
