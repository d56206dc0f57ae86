"""Deciders of the way in (受理): receive, accept, answer, connect, refer, decline, merge."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..classify import Classification, classify
from ..classify.negation import NEGATED, read
from ..events import Accepted, Answered, Connected, Declined, Event, Merged, Received, Referred
from ..order import Order, Status
from ..policy import DEFAULT_BASIS, Policy, ScopeRule
from ..refs import Finding, HitRef, Ref
from ..request import Kind, Urgency
from .context import plain
from .refusal import refuse

# The 2025 text says so outright; the 2020 one leaves emergencies to 110, 119, 120 and 122 likewise.
EMERGENCY_BASIS = "国办函〔2025〕66号（二）；国办发〔2020〕53号"
TOP_HITS = 24
"""Hits recorded with an order; the heaviest, since a long text may have hundreds."""


def receive(policy: Policy, command: c.Command, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Receive (收件): the request becomes an order of this place."""
    assert isinstance(command, c.Receive)
    request = command.request
    return (
        Received(
            at,
            command.by,
            command.place,
            command.number,
            request.received,
            request.channel,
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
            request.line,
            ext=plain(request.ext),
        ),
    )


def _scope(policy: Policy, category: str, certain: bool, body: str) -> ScopeRule | None:
    """Return the first rule that takes the request out of handling: by a word that is asserted, or a sure category.

    A category that is only guessed turns nobody away.
    """
    for rule in policy.scope:
        if certain and any((category + "/").startswith(prefix + "/") for prefix in rule.categories):
            return rule
        if any(word in body and _asserted(body, word) for word in rule.words):
            return rule
    return None


def _asserted(body: str, word: str) -> bool:
    """Whether *word* stands in *body* at least once without being denied (不走诉讼 is no lawsuit)."""
    at = body.find(word)
    while at >= 0:
        if read(body, at, at + len(word), False) is not NEGATED:
            return True
        at = body.find(word, at + 1)
    return False


def _hits(found: Classification | None) -> tuple[HitRef, ...]:
    if found is None:
        return ()
    hits = found.hits
    if len(hits) > TOP_HITS:
        hits = tuple(sorted(hits, key=lambda hit: (-abs(hit.weight), hit.start))[:TOP_HITS])
    return tuple(HitRef(hit.rule, hit.field, hit.start, hit.end, hit.negated) for hit in hits)


def accept(policy: Policy, order: Order, command: c.Accept, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Accept (受理): classify, test the scope, and dispose of it the way the policy says."""
    by = command.by
    if command.disposition not in ("auto", "handle"):
        raise refuse(
            "unknown-disposition",
            f"没有处置方式「{command.disposition}」",
            f"there is no disposition {command.disposition!r}",
            "方式有：auto 按规则、handle 一律受理",
            "auto or handle",
        )
    found = classify(policy.rules, command.title, command.text) if policy.rules is not None else None
    kind, kind_from = _kind(policy, order, command, found)
    category, category_from = _category(order, command, found)
    urgency = command.urgency or (found.urgency if found is not None and found.urgency else Urgency.NORMAL)
    certain = category_from == "given" or (found is not None and not found.needs_person)
    disposed, findings = _disposition(policy, command, found, urgency, category, certain)
    hands_on = command.disposition == "auto" and order.status is Status.RECEIVED
    if disposed is not None and hands_on:
        finding = (Finding(disposed.code, disposed.to, disposed.basis), *findings)
        if disposed.disposition == "decline":
            return (Declined(at, by, disposed.code, disposed.basis, disposed.told, None, kind, category, finding),)
        return (Referred(at, by, disposed.disposition, disposed.to, disposed.basis, None, kind, category, finding),)
    if disposed is not None:
        findings = (Finding(f"scope.{disposed.code}", disposed.to, disposed.basis), *findings)
    if policy.flow.answer_kinds and kind in policy.flow.answer_kinds:
        findings = (*findings, Finding("direct-answer", "", policy.flow.basis))
    given = category_from == "given"
    return (
        Accepted(
            at,
            by,
            kind,
            category,
            command.area or order.intake.area,
            urgency,
            kind_from,
            category_from,
            1.0 if given or found is None else round(found.confidence, 4),
            category == "" or (not given and found is not None and found.needs_person),
            _hits(found),
            findings,
        ),
    )


def _kind(policy: Policy, order: Order, command: c.Accept, found: Classification | None) -> tuple[Kind, str]:
    given = command.kind or order.intake.kind
    if given is not None:
        return given, "given"
    if found is not None and found.kind is not None:
        return found.kind, "rules"
    return policy.flow.default_kind, "default"


def _category(order: Order, command: c.Accept, found: Classification | None) -> tuple[str, str]:
    given = command.category or order.intake.category
    if given:
        return given, "given"
    return (found.category, "rules") if found is not None and found.category else ("", "default")


def _disposition(
    policy: Policy, command: c.Accept, found: Classification | None, urgency: Urgency, category: str, certain: bool
) -> tuple[ScopeRule | None, tuple[Finding, ...]]:
    """Return the rule that takes the request out of handling, and what else was noticed."""
    findings = tuple(
        Finding("repeat" if other.same_requester else "similar", other.number, DEFAULT_BASIS)
        for other in command.similar
    )
    if found is not None:
        findings += tuple(Finding(f"risk.{risk}", "", DEFAULT_BASIS) for risk in found.risks)
    if urgency is Urgency.EMERGENCY:
        number = found.refer if found is not None and found.refer else "110"
        return ScopeRule("emergency", "emergency", f"已转 {number}", EMERGENCY_BASIS, (), (), number), findings
    return _scope(policy, category, certain, f"{command.title}\n{command.text}"), findings


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
    if command.route not in ("emergency", "legal", "petition", "channel"):
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
    if not command.reason:
        raise refuse(
            "reason-needed",
            "不予受理必须说明理由",
            "declining needs a reason",
            "写明 reason 代码",
            "give a reason code",
        )
    return (Declined(at, command.by, command.reason, command.basis, command.told, ref, order.kind, order.category),)


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
