"""Keyword rules that say nothing, that nothing tells apart, or that hear no negation (归类规则)."""

from __future__ import annotations

from collections.abc import Iterator

from ..classify import classify
from ..errors import Fault
from ..policy import Policy
from ..request import Urgency
from .base import found

CODES = {
    "dead-word": ("关键词的权重为零，命中也不起作用", "a word of weight zero: finding it changes nothing"),
    "contradicting-words": (
        "同一关键词以同样的权重归到两处，只看先后",
        "one word speaks for two things with one weight; only their order decides",
    ),
    "outvoted-word": ("这个词单独出现时判成了别的类型", "a word that, standing alone, is read as another kind"),
    "deaf-word": ("否定句也会判成紧急", "a denial is read as an emergency"),
}
DENIALS = ("不存在", "没有发生")
"""Denials (否定) a word of emergency must hear: 不存在燃气泄漏 has been taken for urgent."""


def silent(policy: Policy) -> Iterator[Fault]:
    """Find words without weight."""
    for rule in policy.rules.rules if policy.rules is not None else ():
        if rule.weight == 0:
            zh, en = f"「{rule.word}」的权重为零", f"{rule.word!r} weighs nothing"
            yield found("dead-word", zh, en, "rules", rule.id, "给出权重，或写 false 删去 / give a weight, or drop it")


def contradicting(policy: Policy) -> Iterator[Fault]:
    """Find words that speak for two kinds, or for two categories of one level, with one weight."""
    seen: dict[tuple[str, str, float, str], tuple[str, str]] = {}
    for rule in policy.rules.rules if policy.rules is not None else ():
        for side, target in (("category", rule.category), ("kind", rule.kind.value if rule.kind else "")):
            if not target or rule.weight == 0:
                continue
            key = (rule.word, rule.scope, rule.weight, side)
            first, other = seen.setdefault(key, (rule.id, target))
            if other != target:
                zh = f"「{rule.word}」既归「{other}」又归「{target}」，权重都是 {rule.weight:g}"
                en = f"{rule.word!r} speaks for {other!r} and for {target!r}, both with {rule.weight:g}"
                hint = f"改其一的权重，另一条是 {first} / change one weight; the other is {first}"
                yield found("contradicting-words", zh, en, "rules", rule.id, hint, "note")


def outvoted(policy: Policy) -> Iterator[Fault]:
    """Find words for a kind that, heard alone, give another kind: 不满意 must not be read as 满意."""
    for rule in policy.rules.rules if policy.rules is not None else ():
        if rule.kind is None or rule.weight <= 0 or policy.rules is None:
            continue
        title = rule.word if rule.scope == "title" else ""
        told = classify(policy.rules, title, "" if title else rule.word).kind
        if told is not None and told is not rule.kind:
            zh = f"「{rule.word}」应判{rule.kind.zh}，单独一句却判{told.zh}"
            en = f"{rule.word!r} should be {rule.kind.value}, but by itself it is {told.value}"
            hint = "调整权重，或给更短的词加否定 / change weights, or let the shorter word hear negation"
            yield found("outvoted-word", zh, en, "rules", rule.id, hint)


def deaf(policy: Policy) -> Iterator[Fault]:
    """Find words of emergency that a denial does not silence."""
    for rule in policy.rules.rules if policy.rules is not None else ():
        urgent = rule.refer or rule.urgency is Urgency.EMERGENCY
        if not urgent or rule.negatable or rule.weight <= 0 or policy.rules is None:
            continue
        such = next((no + rule.word for no in DENIALS if _alarms(policy, no + rule.word)), "")
        if such:
            zh, en = f"「{such}」会判成紧急", f"{such!r} is read as an emergency"
            hint = "去掉 negatable = false / drop negatable = false"
            yield found("deaf-word", zh, en, "rules", rule.id, hint)


def _alarms(policy: Policy, text: str) -> bool:
    return policy.rules is not None and classify(policy.rules, "", text).urgency is Urgency.EMERGENCY


CHECKS = (silent, contradicting, outvoted, deaf)
