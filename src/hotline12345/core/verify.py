"""Proof before use (核验): what a policy cannot mean, or would leave undone, found before anybody relies on it.

Shape is the loader's business; this is about meaning.  ``error`` is wrong, ``warning`` is likely not what was
meant, ``note`` is worth knowing.  What a pack does not say it provides is not asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

from .cases import run_cases
from .errors import Fault
from .policy import LimitRule, Policy, ScopeRule
from .request import LEVEL_ZH, Kind, Urgency
from .sla import Stage, TimeLimit

CHECKS: dict[str, tuple[str, str]] = {
    "no-limit": ("提供时限，却有诉求类型没有任何办理时限规定", "a kind has no rule for its handling limit"),
    "dead-limit": ("这条时限永远轮不到", "a limit that can never hold"),
    "start-without-sign": ("从签收起算，却没有签收时限", "a clock starts at signing, but signing has no limit"),
    "sign-past-handle": ("签收时限不短于办理时限", "the sign limit is no shorter than the handling limit"),
    "no-rules": ("声明提供归类规则，实际没有", "rules are promised, but there are none"),
    "no-routes": ("声明提供派单，实际没有单位", "routes are promised, but there are no units"),
    "unroutable": ("有类别无人承办，只能留在热线工作机构", "nobody takes a category, so that it stays with the centre"),
    "idle-unit": ("单位没有任何派单目录条目", "a unit takes nothing"),
    "shadowed-scope": ("受理范围规则被前面的规则完全遮住", "a scope rule is hidden by an earlier one"),
    "no-ladder": ("声明提供督办，实际没有督办阶梯", "supervision is promised, but there is no ladder"),
    "rung-order": ("督办阶梯的时点先后颠倒", "a rung comes before the one below it"),
    "one-sided-levels": ("满意度档次只有一边", "all levels of satisfaction count the same"),
    "no-cases": ("没有用例", "there are no cases"),
    "failing-case": ("用例没有通过", "a case does not come out as expected"),
}
"""The findings there are (核验发现), by code, in Chinese and English."""

_MINUTES = {"seconds": 1 / 60, "minutes": 1, "hours": 60, "days": 1440}


def check(policy: Policy) -> tuple[Fault, ...]:
    """Check what *policy* means (核验办法).

    Args:
        policy: compiled with all its parts; what is ``None`` is not asked about unless the pack promises it.

    Returns:
        Every finding, each with code, severity, place and suggestion; empty when there is nothing to say.
    """
    checks: tuple[Callable[[Policy], Iterator[Fault]], ...] = (
        _promises, _limits, _dead_limits, _signing, _scope, _ladder, _levels, _routes, _cases,
    )  # fmt: skip
    return tuple(fault for each in checks for fault in each(policy))


def _found(code: str, zh: str, en: str, table: str, key: str = "", hint: str = "", severity: str = "warning") -> Fault:
    assert code in CHECKS, code
    return Fault(code, zh, en, table=table, key=key, severity=severity, hint=hint)


def _promises(policy: Policy) -> Iterator[Fault]:
    for part, there, code in (
        ("rules", policy.rules is not None, "no-rules"),
        ("routes", policy.routes is not None, "no-routes"),
        ("supervision", bool(policy.ladder), "no-ladder"),
    ):
        if part in policy.provides and not there:
            hint = "补上，或从 provides 中删去 / supply it, or take it out of `provides`"
            yield _found(code, *CHECKS[code], "", "provides", hint, "error")


def _limits(policy: Policy) -> Iterator[Fault]:
    if policy.provides and "limits" not in policy.provides:
        return
    for kind in Kind:
        if policy.limit(Stage.HANDLE, kind) is None:
            zh, en = f"「{kind.zh}」没有办理时限规定", f"{kind.value} has no rule for its handling limit"
            hint = '没有出处的写 limit = "none" / where no source gives one, say limit = "none"'
            yield _found("no-limit", zh, en, "limit", "kind", hint)


def _dead_limits(policy: Policy) -> Iterator[Fault]:
    for rule in policy.limits:
        winners = list(_winners(policy, rule))
        if any(winner is rule for winner in winners):
            continue
        over = " / ".join(dict.fromkeys(name_of(winner) for winner in winners))
        zh, en = (
            f"「{name_of(rule)}」永远轮不到，被 {over} 取代",
            f"{name_of(rule)!r} can never hold; {over} hold instead",
        )
        yield _found("dead-limit", zh, en, "limit", "", "删去或改写其条件 / drop it or change its selectors")


def _winners(policy: Policy, rule: LimitRule) -> Iterator[LimitRule]:
    """Yield which rule wins, for everything *rule* matches; the likeliest to be its own first."""
    others = {other.category for other in policy.limits if other.category.startswith(rule.category)}
    categories = [f"{rule.category}/其他" if rule.category else "", rule.category, *sorted(others)]
    kinds = [rule.kind] if rule.kind else [None, *Kind]
    urgencies = [rule.urgency] if rule.urgency else list(Urgency)
    named = sorted({other.channel for other in policy.limits})
    channels = [rule.channel] if rule.channel else ["", *filter(None, named)]
    for category, kind, urgency, channel in product(categories, kinds, urgencies, channels):
        winner = policy.limit(rule.stage, kind, category, urgency, channel, rule.level, rule.line)
        if winner is not None:
            yield winner
        if winner is rule:
            return


def name_of(rule: LimitRule) -> str:
    """Return what a limit applies to and what it is (时限名称): ``办理·投诉 20wd``."""
    selectors = (
        rule.stage.zh,
        rule.kind.zh if rule.kind else "",
        rule.category,
        rule.urgency.zh if rule.urgency else "",
        rule.channel,
        LEVEL_ZH.get(rule.level, ""),
        rule.line,
    )
    return "·".join(part for part in selectors if part) + f" {rule.limit or 'none'}"


def _signing(policy: Policy) -> Iterator[Fault]:
    for rule in policy.limits:
        if rule.stage is not Stage.HANDLE:
            continue
        sign = policy.limit(Stage.SIGN, rule.kind, rule.category, rule.urgency, rule.channel, rule.level, rule.line)
        limit = sign.limit if sign is not None else None
        if rule.start == "signed" and (limit is None or not policy.flow.sign):
            zh, en = (
                "从签收起算，却没有签收时限：不签收就不计时",
                "it starts at signing, which has no limit: never signed, never due",
            )
            hint = '补 [[limit]] stage = "签收"，或改 start / add a limit for signing, or change start'
            yield _found(
                "start-without-sign", f"「{name_of(rule)}」{zh}", f"{name_of(rule)!r}: {en}", "limit", "start", hint
            )
        if limit is not None and rule.limit is not None and _longer(limit, rule.limit):
            zh, en = (
                f"签收 {limit.zh} 不短于办理 {rule.limit.zh}",
                f"signing {limit} is no shorter than handling {rule.limit}",
            )
            yield _found("sign-past-handle", zh, en, "limit", "limit", "缩短签收时限 / shorten the sign limit")


def _longer(one: TimeLimit, two: TimeLimit) -> bool:
    """Tell whether *one* is as long as *two*, where their units can be compared without a calendar."""
    if one.unit is two.unit:
        return one.amount >= two.amount
    a, b = _MINUTES.get(one.unit.value), _MINUTES.get(two.unit.value)
    return a is not None and b is not None and one.amount * a >= two.amount * b


def _scope(policy: Policy) -> Iterator[Fault]:
    for number, rule in enumerate(policy.scope):
        hidden = [other for other in policy.scope[:number] if _hides(other, rule)]
        if hidden:
            zh, en = f"「{rule.code}」被「{hidden[0].code}」遮住", f"{rule.code!r} is hidden by {hidden[0].code!r}"
            yield _found("shadowed-scope", zh, en, "scope", "code", "调整次序或条件 / change their order or conditions")


def _hides(first: ScopeRule, second: ScopeRule) -> bool:
    words = all(any(part in word for part in first.words) for word in second.words)
    taken = all(
        any((category + "/").startswith(above + "/") for above in first.categories) for category in second.categories
    )
    return words and taken


def _ladder(policy: Policy) -> Iterator[Fault]:
    last: dict[tuple[str, Stage], TimeLimit] = {}
    for rung in policy.ladder:
        if rung.after is None or rung.since == "rung":
            continue
        below = last.get((rung.key, rung.stage))
        if below is not None and rung.after != below and _longer(below, rung.after):
            zh, en = (
                f"「{rung.zh}」{rung.after.zh} 早于下面一级 {below.zh}",
                f"{rung.code!r} at {rung.after} precedes {below}",
            )
            yield _found("rung-order", zh, en, "rung", "after", "时点应逐级推后 / each rung later than the one below")
        last[rung.key, rung.stage] = rung.after


def _levels(policy: Policy) -> Iterator[Fault]:
    if len(set(policy.satisfied_levels.values())) == 1:
        yield _found(
            "one-sided-levels", *CHECKS["one-sided-levels"], "satisfaction", "", "两边都要有 / name both sides"
        )


def _routes(policy: Policy) -> Iterator[Fault]:
    if policy.routes is None:
        return
    routes = policy.routes
    if policy.rules is not None:
        kept = [rule.categories for rule in policy.scope]
        outside = tuple(f"{category}/" for categories in kept for category in categories)
        names = [one.name for one in policy.rules.categories if not f"{one.name}/".startswith(outside)]
        places = (policy.place, *(unit.area for unit in routes.units if unit.parent == routes.seat and unit.area))
        lost: dict[str, list[str]] = {}
        for category, area in routes.unroutable(names, dict.fromkeys(places)):
            lost.setdefault(category, []).append(area)
        for category, areas in lost.items():
            some = "、".join(areas[:3]) + ("…" if len(areas) > 3 else "")
            zh, en = f"「{category}」在 {some} 无人承办", f"nobody takes {category!r} in {some}"
            yield _found(
                "unroutable", zh, en, "catalogue", category, "在 catalogue.csv 中补一行 / add a line to catalogue.csv"
            )
    for code in routes.idle_units():
        name = routes.unit(code).name
        zh, en = f"「{name}」没有承办任何事项", f"{name} ({code}) takes nothing"
        yield _found("idle-unit", zh, en, "units", code, "补派单目录，或删去该单位 / add a claim, or drop the unit")


def _cases(policy: Policy) -> Iterator[Fault]:
    if not policy.cases:
        hint = "至少写一个 [[case]] / write one [[case]] at least"
        yield _found("no-cases", *CHECKS["no-cases"], "", "case", hint)
    yield from run_cases(policy)
