"""What the cases prove, and what no case touches (用例覆盖): limits, scope rules, catalogue lines, keywords, points.

A rule counts as touched only where the case expects something of it: a category that is named but a limit that is not
asked for leaves the limit unproven.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ..calendar import local
from ..cases import ROUTED, Case, outcome
from ..classify import classify
from ..errors import HotlineError
from ..policy import Policy
from .limits import name_of

PARTS: dict[str, tuple[str, str]] = {
    "limits": ("时限", "limits"),
    "scope": ("受理范围", "scope rules"),
    "catalogue": ("派单目录", "catalogue lines"),
    "words": ("归类关键词", "keyword rules"),
    "scoring": ("考核分项", "scoring components"),
}
"""What is covered, part by part (覆盖项), in Chinese and English."""

_DUE = frozenset({"limit", "due_day", "at", "provisional"})
_DISPOSED = frozenset({"disposition", "to"})
_READ = frozenset({"category", "kind", "urgency", "disposition", "to", *ROUTED, *_DUE})
_SCORED = frozenset({"total", "earned", "grade"})


@frozen(weakref_slot=False)
class Coverage:
    """What the cases of a pack touch (用例覆盖): for each part, the names of its rules and of those touched."""

    rules: dict[str, tuple[str, ...]]
    touched: dict[str, frozenset[str]]

    def untouched(self, part: str) -> tuple[str, ...]:
        """Return the rules of *part* that no case touches, in their order."""
        return tuple(name for name in self.rules[part] if name not in self.touched[part])


def cover(policy: Policy) -> Coverage:
    """Tell which rules the cases of *policy* touch (用例覆盖)."""
    found: dict[str, set[str]] = {part: set() for part in PARTS}
    for case in policy.cases:
        for part, name in touched(policy, case):
            found[part].add(name)
    return Coverage(rules_of(policy), {part: frozenset(names) for part, names in found.items()})


def rules_of(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return the names of all rules that a case can touch, by part."""
    claims = policy.routes.claims if policy.routes is not None else ()
    return {
        "limits": tuple(name_of(rule) for rule in policy.limits),
        "scope": tuple(rule.code for rule in policy.scope),
        "catalogue": tuple(line_of(one.category, one.area, one.unit) for one in claims if one.role == "lead"),
        "words": tuple(rule.id for rule in policy.rules.rules) if policy.rules is not None else (),
        "scoring": tuple(part.metric for part in policy.scoring.components) if policy.scoring is not None else (),
    }


def line_of(category: str, area: str, unit: str) -> str:
    """Return what a line of the catalogue is called (目录行名称)."""
    return f"{category or '*'} × {area or '*'} → {unit}"


def touched(policy: Policy, case: Case) -> Iterable[tuple[str, str]]:
    """Return the rules whose answer *case* holds to what is expected: (part, name)."""
    wants = set(case.expected)
    if case.figures is not None:
        named = case.expected.get("earned") or case.figures
        return [("scoring", metric) for metric in named] if wants & _SCORED else []
    try:
        found = outcome(policy, case)
    except HotlineError:
        return []
    told: list[tuple[str, str]] = []
    kind, category = found.get("kind", case.kind), found.get("category", case.category)
    if wants & _DUE:
        urgency = found.get("urgency", case.urgency)
        rule = policy.limit(case.stage, kind, category, urgency, case.channel, case.level, case.line)
        told += [("limits", name_of(rule))] if rule is not None else []
    if wants & _DISPOSED:
        told += [("scope", rule.code) for rule in policy.scope if _disposes(policy, case, rule.code, found)]
    if wants & ROUTED and policy.routes is not None and not str(found.get("rule", "")).startswith("line."):
        routes = policy.routes.on(local(case.received).date()) if case.received is not None else policy.routes
        route = routes.route(category, case.area, kind)
        told += [("catalogue", name) for name in _lines(policy, route.claim_category, route.claim_area, route.unit)]
    if wants & _READ and policy.rules is not None and (case.text or case.title):
        told += [("words", hit.rule) for hit in classify(policy.rules, case.title, case.text).hits]
    return told


def _disposes(policy: Policy, case: Case, code: str, found: dict[str, object]) -> bool:
    """Whether the request is disposed of otherwise without the scope rule *code*: then it is that rule that did it."""
    from attrs import evolve

    without = evolve(policy, scope=tuple(rule for rule in policy.scope if rule.code != code))
    try:
        again = outcome(without, case)
    except HotlineError:
        return True
    return (again.get("disposition"), again.get("to")) != (found.get("disposition"), found.get("to"))


def _lines(policy: Policy, category: str, area: str, unit: str) -> Iterable[str]:
    """Return the lines that sent a request to *unit*; a line may write its area shorter, or leave it to its unit."""
    claims = policy.routes.claims if policy.routes is not None else ()
    same = [one for one in claims if (one.unit, one.category, one.role) == (unit, category, "lead")]
    exact = [one for one in same if one.area.rstrip("0") == area.rstrip("0")] or same
    return [line_of(one.category, one.area, one.unit) for one in exact]
