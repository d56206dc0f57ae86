"""What classified an order (归类说明), hit by hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from ..core.events import Accepted, Event
from ..core.policy import Policy
from ..core.refs import Finding, Judged
from ..core.request import Kind, Urgency


@frozen(weakref_slot=False)
class HitTold:
    """One hit (命中): a rule, where it stood, and what it speaks for; ``word`` only for who may read the text."""

    rule: str
    field: str
    start: int
    end: int
    negated: bool
    weight: float | None
    speaks_for: str
    word: str = ""


@frozen(weakref_slot=False)
class ClassificationTold:
    """What an acceptance went by (归类依据): as on record, each hit with the weight its rule has now.

    ``judged`` is what a classifier from outside said, as its own word, whether it was taken or not.
    """

    kind: Kind
    category: str
    area: str
    urgency: Urgency
    kind_from: str
    category_from: str
    confidence: float
    needs_person: bool
    hits: tuple[HitTold, ...]
    findings: tuple[Finding, ...]
    judged: Judged | None = None


def classification_told(
    policy: Policy, log: Sequence[Event], words: Mapping[str, Any] | None = None
) -> tuple[ClassificationTold, ...]:
    """Tell what each acceptance went by (逐处说明归类)."""
    accepted = [event for event in log if isinstance(event, Accepted)]
    if not accepted:
        return ()
    rules = {rule.id: rule for rule in policy.rules.rules} if policy.rules is not None else {}
    told = []
    for event in accepted:
        hits = []
        for hit in event.hits:
            rule = rules.get(hit.rule)
            targets = () if rule is None else (rule.category, rule.kind, rule.urgency, rule.risk, rule.refer)
            names = [str(getattr(each, "value", each)) for each in targets if each]
            within = str((words or {}).get(hit.field) or "")
            hits.append(
                HitTold(
                    hit.rule,
                    hit.field,
                    hit.start,
                    hit.end,
                    hit.negated,
                    rule.weight if rule is not None else None,
                    " ".join(names),
                    within[hit.start : hit.end],
                )
            )
        told.append(
            ClassificationTold(
                event.kind,
                event.category,
                event.area,
                event.urgency,
                event.kind_from,
                event.category_from,
                event.confidence,
                event.needs_person,
                tuple(hits),
                event.findings,
                event.judged,
            )
        )
    return tuple(told)
