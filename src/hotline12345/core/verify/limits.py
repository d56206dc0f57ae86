"""Limits that are missing, that can never hold, or that contradict one another (时限规定)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

from attrs import fields_dict

from ..errors import Fault
from ..policy import LimitRule, Policy
from ..request import LEVEL_ZH, Kind, Urgency
from ..sla import Stage
from .base import found

CODES = {
    "no-limit": ("提供时限，却有诉求类型没有任何办理时限规定", "a kind has no rule for its handling limit"),
    "dead-limit": ("这条时限永远轮不到", "a limit that can never hold"),
    "contradicting-limits": ("两条同样具体的时限给出不同的数", "two limits, equally specific, give different numbers"),
    "unlisted-selector": ("时限按名单之外的渠道或专线选", "a limit for a channel or line that is not on the list"),
    "dead-stage": ("给关掉的环节规定了时限", "a limit for a step that is switched off"),
}
NAMED = 3
"""How many of the limits that win instead are named (列出几条)."""
_NO_SELECTORS = {"stage", "limit", "basis", "start", "extension"}


def missing(policy: Policy) -> Iterator[Fault]:
    """Find kinds without a rule for the handling limit."""
    if policy.provides and "limits" not in policy.provides:
        return
    for kind in Kind:
        if policy.limit(Stage.HANDLE, kind) is None:
            zh, en = f"「{kind.zh}」没有办理时限规定", f"{kind.value} has no rule for its handling limit"
            hint = '没有出处的写 limit = "none" / where no source gives one, say limit = "none"'
            yield found("no-limit", zh, en, "limit", "", hint)


def dead(policy: Policy) -> Iterator[Fault]:
    """Find limits that never win, whatever is asked; what wins instead is the example."""
    for rule in policy.limits:
        winners = list(_winners(policy, rule))
        if not winners or any(winner is rule for winner in winners):
            continue
        over = list(dict.fromkeys(name_of(winner) for winner in winners))
        told, more = " / ".join(over[:NAMED]), len(over) - NAMED
        zh = f"「{name_of(rule)}」永远轮不到，被 {told}{f' 等 {len(over)} 条' if more > 0 else ''} 取代"
        en = f"{name_of(rule)!r} can never hold; {told}{f' and {more} more' if more > 0 else ''} hold instead"
        hint = "删去，或把取代它的条件（如 kind）也写上 / drop it, or name what those select by (such as kind) too"
        yield found("dead-limit", zh, en, "limit", name_of(rule), hint)


def _winners(policy: Policy, rule: LimitRule) -> Iterator[LimitRule]:
    """Yield which rule wins, for everything *rule* matches; the likeliest to be its own first."""
    others = {other.category for other in policy.limits if other.category.startswith(rule.category)}
    categories = [f"{rule.category}/其他" if rule.category else "", rule.category, *sorted(others)]
    # The rule for everything else must hold for what has no kind yet; whatever asks for more meets orders, which have.
    kinds = [rule.kind] if rule.kind else [*Kind] if any(selectors(rule).values()) else [None, *Kind]
    urgencies = [rule.urgency] if rule.urgency else list(Urgency)
    named = sorted({other.channel for other in policy.limits})
    channels = [rule.channel] if rule.channel else ["", *filter(None, named)]
    for category, kind, urgency, channel in product(categories, kinds, urgencies, channels):
        winner = policy.limit(rule.stage, kind, category, urgency, channel, rule.level, rule.line)
        if winner is not None:
            yield winner
        if winner is rule:
            return


def selectors(rule: LimitRule) -> dict[str, Any]:
    """Return what *rule* asks of an order, by name (适用条件): whatever else a rule may come to ask is among it."""
    return {name: getattr(rule, name) for name in fields_dict(LimitRule) if name not in _NO_SELECTORS}


def name_of(rule: LimitRule) -> str:
    """Return what a limit applies to and what it is (时限名称): ``办理·投诉 20wd``."""
    return "·".join((rule.stage.zh, *_words(rule))) + f" {rule.limit or 'none'}"


def _words(rule: LimitRule) -> Iterator[str]:
    for name, value in selectors(rule).items():
        if value:
            yield LEVEL_ZH[value] if name == "level" else "法定" if name == "statute" else getattr(value, "zh", value)


def contradicting(policy: Policy) -> Iterator[Fault]:
    """Find limits that no selector tells apart and that differ, with an order for which both hold."""
    for one, two in combinations(policy.limits, 2):
        if one.stage is not two.stage or one.limit == two.limit:
            continue
        first, second = selectors(one), selectors(two)
        if {name for name in first if first[name]} != {name for name in second if second[name]}:
            continue  # the one that asks for more, or for what weighs more, wins
        if all(first[name] == second[name] for name in first):
            asked = "·".join(_words(one)) or "任何工单"
            zh = f"「{name_of(one)}」与「{name_of(two)}」同样具体：如「{asked}」，先写的算数"
            en = f"{name_of(one)!r} and {name_of(two)!r} are equally specific: for {asked!r} the first one holds"
            hint = "保留一条，或给其中一条加条件 / keep one, or give one more selectors"
            yield found("contradicting-limits", zh, en, "limit", name_of(two), hint, "error")


def switched_off(policy: Policy) -> Iterator[Fault]:
    """Find limits for steps that the place does not use: nobody ever stands in them."""
    off = {
        Stage.SIGN: (policy.flow.sign, "sign"),
        Stage.REVIEW: (policy.flow.review, "review"),
        Stage.FOLLOW_UP: (policy.flow.follow_up, "follow_up"),
    }
    for rule in policy.limits:
        used, switch = off.get(rule.stage, (True, ""))
        if not used and rule.limit is not None:
            zh = f"「{name_of(rule)}」：[flow] {switch} = false，没有工单会到「{rule.stage.zh}」"
            en = f"{name_of(rule)!r}: with [flow] {switch} = false no order ever comes to {rule.stage.value}"
            hint = "删去这条时限，或打开环节 / drop the limit, or switch the step on"
            yield found("dead-stage", zh, en, "limit", name_of(rule), hint)


def unlisted(policy: Policy) -> Iterator[Fault]:
    """Find limits for channels and lines that the place does not list: requests come under the codes it lists."""
    channels, lines = {one.code for one in policy.channels}, {one.code for one in policy.lines}
    for rule in policy.limits:
        for value, known, zh, en in ((rule.channel, channels, "渠道", "channel"), (rule.line, lines, "专线", "line")):
            if value and known and value not in known:
                zh, en = f"「{name_of(rule)}」：没有{zh}「{value}」", f"{name_of(rule)!r}: there is no {en} {value!r}"
                hint = f"名单上有 / listed: {'、'.join(sorted(known))}"
                yield found("unlisted-selector", zh, en, "limit", name_of(rule), hint)


CHECKS = (missing, dead, contradicting, unlisted, switched_off)
