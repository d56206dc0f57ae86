"""The six ways to dispose of a request (诉求分类处理, 国办函〔2025〕66号 (2)), and what else is noticed on the way in.

Handle it; emergencies at once to their numbers; tell the legal route; tell progress or result of what was there
before; explain what cannot be done; dissuade from what must not be.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .. import commands as c
from ..classify import Classification
from ..classify.negation import NEGATED, read
from ..events import Answered, Declined, Event, Referred, SupplementAsked
from ..order import Order, Status
from ..policy import DEFAULT_BASIS, REFERRALS, AcceptedType, Policy, ScopeRule
from ..refs import Finding
from ..request import Kind, Urgency

# The 2025 text says so outright; the 2020 one leaves emergencies to 110, 119, 120 and 122 likewise.
EMERGENCY_BASIS = "国办函〔2025〕66号（二）；国办发〔2020〕53号"


def dispose(
    policy: Policy,
    order: Order,
    command: c.Accept,
    at: datetime,
    kind: Kind,
    category: str,
    *,
    certain: bool,
    urgency: Urgency,
    found: Classification | None,
) -> tuple[tuple[Event, ...], tuple[Finding, ...]]:
    """Return the event that disposes of a request otherwise than by handling it, and the findings.

    Without an event it is handled, and the findings tell what would have been done.
    """
    lacks = lacking(order, command)
    body = f"{command.title}\n{command.text}"
    findings = noticed(policy, order, command, found, kind, category, lacks, body)
    rule = _rule(policy, found, urgency, category, certain, lacks, body)
    repeat = _repeated(policy, command, category) if rule is None or rule.disposition not in REFERRALS else None
    hands_on = command.disposition == "auto" and order.status is Status.RECEIVED and not order.intake.marks.ours
    if not hands_on:
        would = () if rule is None else (Finding(f"scope.{rule.code}", rule.to, rule.basis),)
        return (), (*would, *findings)
    if repeat is not None:
        how = "progress" if repeat.open else "result"
        return (Answered(at, command.by, how, repeat.number, kind, category, None, findings),), ()
    if rule is not None:
        findings = (Finding(rule.code, rule.to, rule.basis), *findings)
        if rule.disposition in REFERRALS:
            to, basis = rule.to, rule.basis
            return (Referred(at, command.by, rule.disposition, to, basis, None, kind, category, findings),), ()
        declined = Declined(
            at, command.by, rule.code, rule.basis, rule.told, None, kind, category, findings, rule.disposition
        )
        return (declined,), ()
    return _asked(policy, order, command, at, lacks), findings


def lacking(order: Order, command: c.Accept) -> tuple[str, ...]:
    """Return what the record lacks: what was asked of the requester and not added, where it was asked."""
    asked = order.intake.marks.lacks
    return command.lacks if asked is None else asked


def _asked(policy: Policy, order: Order, command: c.Accept, at: datetime, lacks: tuple[str, ...]) -> tuple[Event, ...]:
    """Ask the requester once for what lacks (待补充), where the place waits for it and they can be reached."""
    rule = policy.record
    if rule.wait is None or not lacks or "contact" in lacks or order.intake.marks.lacks is not None:
        return ()
    asked = tuple(element for element in lacks if element in rule.needs)
    return (
        (SupplementAsked(at, command.by, asked, policy.after(rule.wait, at, rule.basis), rule.basis),) if asked else ()
    )


def _repeated(policy: Policy, command: c.Accept, category: str) -> c.Similar | None:
    """Return the same requester's order on the same matter, where its progress or result is all there is to tell."""
    if policy.repeat.own != "auto" or command.new_fact:
        return None
    return next(
        (other for other in command.similar if other.same_requester and other.same and other.category == category), None
    )


def noticed(
    policy: Policy,
    order: Order,
    command: c.Accept,
    found: Classification | None,
    kind: Kind,
    category: str,
    lacks: tuple[str, ...],
    body: str,
) -> tuple[Finding, ...]:
    """Return what a person may act on: repeats, risks, the platform's type, what the record lacks, past disruption."""
    findings: list[Finding] = []
    repeat = policy.repeat
    for other in command.similar:
        if repeat.own != "off" or not other.same_requester:
            findings.append(Finding("repeat" if other.same_requester else "similar", other.number, repeat.basis))
    if command.new_fact:
        findings.append(Finding("new-fact", "", repeat.basis))
    if found is not None:
        findings += [Finding(f"risk.{risk}", "", DEFAULT_BASIS) for risk in found.risks]
    if policy.channels and order.intake.channel not in policy.channel_codes:
        findings.append(Finding("unknown-channel", "", policy.channels[0].basis))
    findings += [Finding(f"lacks.{element}", "", policy.record.basis) for element in lacks]
    if policy.types:
        findings += _type_of(policy, kind, category, order.intake.line, body)
    rule = policy.follower
    if kind in rule.kinds and not rule.persons and not order.intake.marks.follower:
        findings.append(Finding("follower-needed", "", rule.basis))
    if command.conduct:
        basis = next((step.basis for step in policy.conduct if step.code == command.conduct), DEFAULT_BASIS)
        findings.append(Finding(f"conduct.{command.conduct}", "", basis))
    return tuple(findings)


def _type_of(policy: Policy, kind: Kind, category: str, line: str, body: str) -> Sequence[Finding]:
    """The same of every request of a kind, category and line, unless a type asks for words: found once."""
    known = policy.typed
    if known is None:
        return _typed(policy.types, kind, category, line, body)
    key = kind, category, line
    found = known.get(key)
    if found is None:
        found = tuple(_typed(policy.types, kind, category, line, body))
        if len(known) < 65_536:  # categories are a catalogue's, but a host may pass anything
            known[key] = found
    return found


def _typed(types: tuple[AcceptedType, ...], kind: Kind, category: str, line: str, body: str) -> list[Finding]:
    """Return under which type of the place's platform a request falls, and under which sub-type."""
    for one in types:
        if one.holds(kind, category, line, body):
            sub = next((each for each in one.within if each.holds(kind, category, line, body)), None)
            if sub is None:
                return [Finding(f"type.{one.code}", one.zh, one.basis)]
            return [Finding(f"type.{one.code}.{sub.code}", f"{one.zh}/{sub.zh}", sub.basis)]
    return []


def _rule(
    policy: Policy,
    found: Classification | None,
    urgency: Urgency,
    category: str,
    certain: bool,
    lacks: tuple[str, ...],
    body: str,
) -> ScopeRule | None:
    """Return the rule that takes the request out of handling; emergencies come before all others."""
    if urgency is Urgency.EMERGENCY:
        number = found.refer if found is not None and found.refer else "110"
        return ScopeRule("emergency", "emergency", f"已转 {number}", EMERGENCY_BASIS, (), (), number)
    return _scope(policy, category, certain, body, lacks)


def _scope(policy: Policy, category: str, certain: bool, body: str, lacks: tuple[str, ...]) -> ScopeRule | None:
    """Return the first rule that holds: by a word that is asserted, a sure category, or what the record lacks.

    A category that is only guessed turns nobody away.
    """
    below = f"{category}/"
    words = policy.scope_words
    said = words is not None and words.search(body) is not None
    for rule in policy.scope:  # plain loops: every request passes here, and most rules hold for none
        for prefix in rule.categories if certain else ():
            if below.startswith(f"{prefix}/"):
                return rule
        for word in rule.words if said else ():
            if word in body and _asserted(body, word):
                return rule
        if rule.lacking and all(element in lacks for element in rule.lacking):
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
