"""The limits of a pack as a matrix (时限总表): kinds by stages, then what departs from it, each with its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .printing import half, say, table

if TYPE_CHECKING:
    from ..core.policy import LimitRule, Policy

STARTS = {"dispatched": ("派单", "dispatched"), "received": ("收件", "received"), "signed": ("签收", "signed")}


def limit_json(rule: LimitRule) -> dict[str, Any]:
    """Return one limit as JSON."""
    return {
        "stage": rule.stage.value,
        "kind": rule.kind.value if rule.kind is not None else None,
        "category": rule.category or None,
        "urgency": rule.urgency.value if rule.urgency is not None else None,
        "channel": rule.channel or None,
        "level": rule.level or None,
        "line": rule.line or None,
        "limit": str(rule.limit) if rule.limit is not None else None,
        "start": rule.start,
        "statute": rule.statute,
        "extension": str(rule.extension) if rule.extension is not None else None,
        "basis": rule.basis,
    }


def limit_row(rule: LimitRule) -> tuple[str, ...]:
    """Return one limit as a row: stage, what it is for, how long, from when, by which article."""
    limit = say(rule.limit.zh, rule.limit.en) if rule.limit is not None else say("未规定", "none")
    return say(rule.stage.zh, rule.stage.value), chosen(rule), limit, say(*STARTS[rule.start]), half(rule.basis)


def chosen(rule: LimitRule) -> str:
    """Say what a limit is for."""
    from ..core.request import LEVEL_ZH

    parts = [
        say("法定", "by statute") if rule.statute else "",
        say(LEVEL_ZH[rule.level], rule.level) if rule.level else "",
        say(rule.kind.zh, rule.kind.value) if rule.kind is not None else "",
        rule.category,
        say(rule.urgency.zh, rule.urgency.value) if rule.urgency is not None else "",
        rule.line,
        rule.channel,
    ]
    return " ".join(part for part in parts if part) or say("全部", "all")


def matrix(policy: Policy) -> str:
    """Return the whole matrix for people: kinds by stages, the exceptions below, and the articles by number."""
    from ..core.request import Kind
    from ..core.sla import Stage

    stages = [stage for stage in Stage if any(rule.stage is stage for rule in policy.limits)]
    articles: list[str] = []

    def cell(rule: LimitRule | None) -> str:
        if rule is None:
            return "—"
        basis = half(rule.basis)
        if basis not in articles:
            articles.append(basis)
        limit = say(rule.limit.zh, rule.limit.en) if rule.limit is not None else say("未规定", "none")
        longer = say(f"，可延 {rule.extension.zh}", f", +{rule.extension.en}") if rule.extension is not None else ""
        return f"{limit}{longer} [{articles.index(basis) + 1}]"

    heads = (say("类型", "kind"), *(say(stage.zh, stage.value) for stage in stages))
    rows = [(say(k.zh, k.value), *(cell(policy.limit(stage, k)) for stage in stages)) for k in Kind]
    special = [rule for rule in policy.limits if any(rule.selectors[2:])]
    told = [table(heads, rows)]
    if special:
        lines = [(say(r.stage.zh, r.stage.value), chosen(r), cell(r), say(*STARTS[r.start])) for r in special]
        told += ["", say("例外（越具体的越优先）", "Exceptions (the more specific wins)")]
        told += [table(say("环节,适用,时限,起算", "stage,for,limit,start").split(","), lines)]
    told += ["", say("依据", "Articles"), *(f"[{number}] {basis}" for number, basis in enumerate(articles, 1))]
    return "\n".join(told)
