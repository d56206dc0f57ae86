"""Deciders of the way in (受理): receive, accept, answer, connect, refer, decline, merge."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from attrs import evolve as change

from .. import commands as c
from ..actor import Role
from ..classify import classify
from ..classify.engine import Plain
from ..errors import RequestError
from ..events import Accepted, Answered, Connected, Declined, Entrusted, Event, Merged, Received, Referred
from ..order import Order
from ..policy import REFERRALS, REFUSALS, Line, Policy
from ..refs import Finding, HitRef, Judged, Ref
from ..request import Kind, Urgency
from .acceptance import accepted_here, follower
from .context import plain
from .disposing import dispose
from .judging import settle
from .refusal import need_reason, refuse

_hit_ref = partial(tuple.__new__, HitRef)  # many to a text, each of all its parts
TOP_HITS = 24
"""Hits recorded with an order; the heaviest, since a long text may have hundreds."""


def receive(policy: Policy, command: c.Command, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Receive (收件): the request becomes an order of this place."""
    assert isinstance(command, c.Receive)
    request = command.request
    line = policy.line(request.line)
    if request.line and line is None and policy.lines:
        raise RequestError(
            f"本地没有专线「{request.line}」",
            f"there is no line {request.line!r} here",
            code="unknown-line",
            hint="专线有：" + "、".join(f"{each.code} {each.zh}" for each in policy.lines),
            hint_en="lines: " + ", ".join(each.code for each in policy.lines),
        )
    return (
        Received(
            at,
            command.by,
            command.place,
            command.number,
            request.received,
            policy.channel(request.channel),
            request.kind,
            request.category,
            request.area,
            request.ref,
            ref,
            request.anonymous,
            request.confidential,
            request.wants_reply,
            policy.pack,
            policy.edition,
            command.origin,
            command.citizen,
            request.level,
            line.code if line is not None else request.line,
            policy.parents,
            policy.digest,
            ext=plain(request.ext),
        ),
    )


def _hits(hits: Plain) -> tuple[HitRef, ...]:
    """Return what an event keeps of *hits*, the plain parts of a classification's."""
    if len(hits) > TOP_HITS:
        hits = sorted(hits, key=lambda hit: (-abs(hit[4]), hit[2]))[:TOP_HITS]
    kept = [(rule, field, start, end, negated) for rule, field, start, end, _, negated, _ in hits]
    return tuple(map(_hit_ref, kept))


def accept(policy: Policy, order: Order, command: c.Accept, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Accept (受理): classify, and dispose of it the way the policy says."""
    by = command.by
    if command.disposition not in ("auto", "handle"):
        raise refuse(
            "unknown-disposition",
            f"没有处置方式「{command.disposition}」",
            f"there is no disposition {command.disposition!r}",
            "方式有：auto 按规则、handle 一律受理",
            "auto or handle",
        )
    line = policy.line(order.intake.line)
    if line is not None:
        _taken_by(line, command)
    hits: Plain = []
    found = classify(policy.rules, command.title, command.text, hits) if policy.rules is not None else None
    urgency = command.urgency or (found.urgency if found is not None else Urgency.NORMAL)
    if urgency is Urgency.NORMAL and command.urgency is None and line is not None:
        urgency = line.urgency or urgency  # the words tell of no urgency: the line's own
    it = settle(policy, order, command, found, hits, urgency)
    disposed, findings = dispose(
        policy, order, command, at, it.kind, it.category, certain=it.certain, urgency=it.urgency, found=found
    )
    if disposed:
        return disposed if command.judged is None else tuple(_recorded(event, command.judged) for event in disposed)
    if policy.flow.answer_kinds and it.kind in policy.flow.answer_kinds:
        findings = (*findings, Finding("direct-answer", "", policy.flow.basis))
    accepted = Accepted(at, by, *it[:8], _hits(hits), (*findings, *it.findings), command.judged)
    if not policy.follower.persons or order.intake.marks.follower:
        return (accepted,)
    person = follower(policy, order.number, it.kind)
    return (accepted, Entrusted(at, by, person, "", policy.follower.basis)) if person else (accepted,)


def _recorded(event: Event, judged: Judged) -> Event:
    """Return a disposal with what the classifier said; a request for a supplement is no disposal yet."""
    return change(event, judged=judged) if isinstance(event, Answered | Referred | Declined) else event


def _taken_by(line: Line, command: c.Accept) -> None:
    """Refuse whoever is not of the line's own people, where it has some."""
    if line.takes and command.by.unit != line.takes and command.by.roles.isdisjoint((Role.SYSTEM, Role.ADMIN)):
        raise refuse(
            "other-line",
            f"{line.zh}（{line.code}）由 {line.takes} 专人受理（{line.basis}）",
            f"the line {line.code} is taken by {line.takes} ({line.basis})",
            f"由 {line.takes} 的人员受理",
            f"have somebody of {line.takes} accept it",
        )


def answer(policy: Policy, order: Order, command: c.Answer, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Answer at once (直接答复)."""
    kind = order.kind or Kind.CONSULTATION
    return (Answered(at, command.by, command.how, command.source, kind, order.category, ref),)


def connect(policy: Policy, order: Order, command: c.Connect, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Connect (转接); answered, the order ends with it, unanswered it stays a worksheet."""
    if command.how not in ("window", "expert-seat", "three-party-call"):
        raise refuse(
            "unknown-connection",
            f"没有转接方式「{command.how}」",
            f"there is no connection {command.how!r}",
            "方式有：window 窗口、expert-seat 专家座席、three-party-call 三方通话",
            "window, expert-seat or three-party-call",
        )
    put_through = Connected(at, command.by, command.how, command.to, command.answered)
    if not command.answered:
        return (put_through,)
    kind = order.kind or Kind.CONSULTATION
    return (put_through, Answered(at, command.by, command.how, command.to, kind, order.category, ref))


def refer(policy: Policy, order: Order, command: c.Refer, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Refer (转出) to an emergency number, a legal route, the petition office or another channel."""
    accepted_here(order)
    if command.route not in REFERRALS:
        raise refuse(
            "unknown-route",
            f"没有转出途径「{command.route}」",
            f"there is no route {command.route!r}",
            "途径有：emergency 紧急、legal 法定途径、petition 信访、channel 其他渠道",
            "emergency, legal, petition or channel",
        )
    return (Referred(at, command.by, command.route, command.to, command.basis, ref, order.kind, order.category),)


def decline(policy: Policy, order: Order, command: c.Decline, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Decline (不予受理); a reason must be given (潍坊条例 art. 19)."""
    need_reason(command.reason, "不予受理", "declining")
    accepted_here(order)
    listed = next((r for r in policy.scope if r.code == command.reason and r.disposition in REFUSALS), None)
    basis, told, how = command.basis, command.told, "decline"
    if listed is not None:  # what the place's own list says of this reason is told with it
        basis, told, how = basis or listed.basis, told or listed.told, listed.disposition
    return (Declined(at, command.by, command.reason, basis, told, ref, order.kind, order.category, (), how),)


def merge(policy: Policy, order: Order, command: c.Merge, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Merge (并单) into another order."""
    if not command.into or command.into == order.number:
        raise refuse(
            "merge-target",
            "并单必须写明并入的另一张工单",
            "merging needs the number of another order",
            "写明 into",
            "give `into`",
        )
    return (Merged(at, command.by, command.into, command.reason),)
