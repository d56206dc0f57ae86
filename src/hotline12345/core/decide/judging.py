"""What a request is taken to be (认定): as a person gave it, else as the pack's rules or a classifier from outside say.

How far a classifier is trusted: ``note`` puts its answer on record and nothing more; ``fill`` takes it where the rules
are silent or unsure; ``lead`` takes it before the rules where it is sure.  Whichever it is, what a person gave stands,
no urgency is lowered, and by its word alone nobody is sent to an emergency number or turned away: a person is asked.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, TypeVar

from .. import commands as c
from ..classify import Classification
from ..classify.engine import Plain
from ..order import Order
from ..policy import DEFAULT_BASIS, Policy
from ..refs import Finding, Judged
from ..request import Kind, Urgency

T = TypeVar("T")
_SILENT = Judged("", "")
_NOTHING = Classification("", None, Urgency.NORMAL, 1.0, True)


class Settled(NamedTuple):
    """What a request is taken to be, and by whose word: eight fields of ``Accepted``, in its order, and beside them
    whether it is *certain* enough to be turned away by its category, and what is to be noted."""

    kind: Kind
    category: str
    area: str
    urgency: Urgency
    kind_from: str
    category_from: str
    confidence: float
    needs_person: bool
    certain: bool
    findings: tuple[Finding, ...]


_settled = partial(tuple.__new__, Settled)  # one to a request


def settle(
    policy: Policy, order: Order, command: c.Accept, found: Classification | None, hits: Plain, urgency: Urgency
) -> Settled:
    """Settle kind, category and urgency (认定); *urgency* is what the words, the line or a person say."""
    rules, judged = found or _NOTHING, command.judged
    said = judged if judged is not None and judged.trust != "note" and not judged.failed else _SILENT
    sure = not said.needs_person
    leads = sure and said.trust == "lead"
    kind, kind_from = command.kind or order.intake.kind, "given"
    if kind is None:
        kind, kind_from = _first(rules.kind, said.kind if sure else None, leads)
    category, category_from = command.category or order.intake.category, "given"
    if category:
        certain, person, confidence = True, False, 1.0
    else:
        finer = not rules.needs_person and rules.category.startswith(f"{said.category}/")  # the same, said more closely
        led = not finer if leads else sure and rules.needs_person
        category, category_from = _first(rules.category, said.category, led)
        certain, person, confidence = not rules.needs_person, rules.needs_person, round(rules.confidence, 4)
    kind, area = kind or policy.flow.default_kind, command.area or order.intake.area
    if judged is None:  # as with most
        return _settled((kind, category, area, urgency, kind_from, category_from, confidence, person, certain, ()))
    findings: list[Finding] = []
    if category_from == "model":
        held = next((rule for rule in policy.scope if _within(category, rule.categories)), None)
        certain, confidence = False, said.confidence
        person = not sure or held is not None or _doubtful(policy, rules, hits, kind_from)
        if held is not None:
            findings.append(Finding(f"scope.{held.code}", held.to, held.basis))
        if rules.category not in ("", category):
            findings.append(Finding("classifier.differs", rules.category, DEFAULT_BASIS))
    if judged.failed:
        findings.append(Finding("classifier.failed", judged.failed, DEFAULT_BASIS))
        person |= judged.trust == "lead" and category_from != "given"
    elif said.urgency is Urgency.EMERGENCY and urgency is not Urgency.EMERGENCY:
        findings.append(Finding("classifier.emergency", "", DEFAULT_BASIS))
        person |= category_from != "given"
    if urgency is Urgency.NORMAL and command.urgency is None and said.urgency not in (None, Urgency.NORMAL):
        urgency = Urgency.URGENT
    noted = tuple(findings)
    return _settled((kind, category, area, urgency, kind_from, category_from, confidence, person, certain, noted))


def _first(ours: T, theirs: T, leads: bool) -> tuple[T, str]:
    """Return what is taken of the rules' word and the classifier's, and whose it is."""
    if theirs and (leads or not ours):
        return theirs, "model"
    return ours, "rules" if ours else "default"


def _within(category: str, beginnings: tuple[str, ...]) -> bool:
    return f"{category}/".startswith(tuple(f"{each}/" for each in beginnings))


def _doubtful(policy: Policy, found: Classification, hits: Plain, kind_from: str) -> bool:
    """Whether the pack's words leave a doubt besides the category: an emergency that is supposed, a kind of its own."""
    if policy.rules is None or not found.needs_person:
        return False
    supposed = {hit[0] for hit in hits if hit[6]}
    grave = (rule.id for rule in policy.rules.rules if rule.refer or rule.urgency is Urgency.EMERGENCY)
    unsure = kind_from == "rules" and found.kind is not None and found.kind.value in policy.rules.thresholds
    return unsure or not supposed.isdisjoint(grave)
