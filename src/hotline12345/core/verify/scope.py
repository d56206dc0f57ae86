"""What is not handled as an order (受理范围): rules hidden by earlier ones, words that two rules claim, dead ends."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Fault, RequestError
from ..policy import Policy, ScopeRule
from .base import found

CODES = {
    "shadowed-scope": ("受理范围规则被前面的规则完全遮住", "a scope rule is hidden by an earlier one"),
    "contradicting-scope": (
        "同一句话被两条规则作不同处置，只有前一条算数",
        "two scope rules dispose of the same words differently; only the first holds",
    ),
    "dangling-emergency": ("转往的紧急号码不在单位表中", "an emergency number that is none of the units"),
}


def shadowed(policy: Policy) -> Iterator[Fault]:
    """Find rules that never hold, each with the text that an earlier one takes."""
    for number, rule in enumerate(policy.scope):
        over = next((other for other in policy.scope[:number] if _hides(other, rule)), None)
        if over is not None:
            such = next(iter((*rule.words, *rule.categories)), "")
            zh = f"「{rule.code}」被「{over.code}」遮住：如「{such}」"
            en = f"{rule.code!r} is hidden by {over.code!r}: {such!r}, say"
            hint = "调整次序或条件 / change their order or conditions"
            yield found("shadowed-scope", zh, en, "scope", rule.code, hint)


def _hides(first: ScopeRule, second: ScopeRule) -> bool:
    if second.lacking or not (second.words or second.categories):
        return False  # what a record lacks is asked in its own right
    words = all(_takes(first, word) for word in second.words)
    return words and all(_owns(first, category) for category in second.categories)


def _takes(rule: ScopeRule, word: str) -> bool:
    return any(part in word for part in rule.words)


def _owns(rule: ScopeRule, category: str) -> bool:
    return any((category + "/").startswith(above + "/") for above in rule.categories)


def contradicting(policy: Policy) -> Iterator[Fault]:
    """Find words and categories of a rule that an earlier one disposes of in another way."""
    for number, rule in enumerate(policy.scope):
        for other in policy.scope[:number]:
            if (other.disposition, other.to) == (rule.disposition, rule.to) or _hides(other, rule):
                continue
            lost = [word for word in rule.words if _takes(other, word)]
            lost += [category for category in rule.categories if _owns(other, category)]
            if lost:
                zh = (
                    f"「{lost[0]}」依「{rule.code}」应 {rule.disposition}，却先被「{other.code}」作 {other.disposition}"
                )
                en = (
                    f"{lost[0]!r} should be {rule.disposition} by {rule.code!r}, "
                    f"but {other.code!r} makes it {other.disposition} first"
                )
                hint = "调整次序，或删去其一 / change their order, or drop one"
                yield found("contradicting-scope", zh, en, "scope", rule.code, hint)


def dangling(policy: Policy) -> Iterator[Fault]:
    """Find emergencies that are handed to a number nobody has."""
    if policy.routes is None:
        return
    for rule in policy.scope:
        if rule.disposition != "emergency" or not rule.to:
            continue
        try:
            policy.routes.emergency(rule.to)
        except RequestError as error:
            zh, en = (
                f"「{rule.code}」转往 {rule.to}，单位表中没有",
                f"{rule.code!r} hands to {rule.to}, which is no unit",
            )
            yield found("dangling-emergency", zh, en, "scope", rule.code, f"{error.hint_zh} / {error.hint_en}", "error")


CHECKS = (shadowed, contradicting, dangling)
