"""Rules altered one by one (变异检验): what no case notices could be wrong today and nobody would know.

Each mutant is the pack with one thing changed: a limit longer by one or gone, a weight halved or gone, a line of the
catalogue given away, a scope rule dropped, points or target moved.  A mutant is caught where a case fails that did
not fail before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from attrs import evolve, frozen

from ..cases import Case, run_case
from ..classify import RuleSet
from ..errors import HotlineError
from ..policy import Policy
from ..routing import RoutingGraph
from ..scoring.model import USED
from ..sla import TimeLimit
from .cover import PARTS, Coverage, cover, line_of
from .limits import name_of

Altered = Callable[[], Policy]
_DROPPED = "删去", "dropped"


@frozen(weakref_slot=False)
class Mutant:
    """One alteration (变异): which part and rule, what was done to it, and whether a case caught it.

    ``touched`` says whether any case touches the rule at all; where none does, none could have caught it.
    """

    part: str
    rule: str
    zh: str
    en: str
    touched: bool = False
    caught: bool = False


def mutants(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    """Yield every alteration of *policy* (全部变异), each with how it is made, limits first."""
    yield from _limits(policy)
    yield from _scope(policy)
    yield from _points(policy)
    yield from _claims(policy)
    yield from _words(policy)


def mutate(
    policy: Policy, most: int = 0, parts: Iterable[str] = (), told: Callable[[int, int], None] | None = None
) -> tuple[Mutant, ...]:
    """Alter the rules one by one and see which alterations the cases catch (变异检验).

    Args:
        policy: with its cases.
        most: how many are tried at most, spread evenly over all there are; 0 tries every one.
        parts: which parts are altered; all by default.
        told: called with how many are done and how many there are, for showing progress.

    Returns:
        Every mutant tried.  One of a rule that no case touches is not run: nothing could catch it.
    """
    wanted = frozenset(parts) or frozenset(PARTS)
    every = [one for one in mutants(policy) if one[0].part in wanted]
    if most and len(every) > most:
        every = [every[n * len(every) // most] for n in range(most)]
    seen, found = cover(policy), []
    # A case that fails already would fail whatever is altered.
    sound = tuple(case for case in policy.cases if run_case(policy, case) is None)
    for number, (mutant, altered) in enumerate(every, 1):
        found.append(_tried(sound, mutant, altered, seen))
        if told is not None:
            told(number, len(every))
    return tuple(found)


def _tried(sound: tuple[Case, ...], mutant: Mutant, altered: Altered, seen: Coverage) -> Mutant:
    if mutant.rule not in seen.touched[mutant.part]:
        return mutant
    try:
        other = altered()
    except HotlineError:
        return evolve(mutant, touched=True, caught=True)  # such rules are refused outright
    return evolve(mutant, touched=True, caught=any(run_case(other, case) is not None for case in sound))


def _limits(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    for place, rule in enumerate(policy.limits):
        if rule.limit is None:
            others: tuple[TimeLimit | None, ...] = (TimeLimit.parse("1wd"),)
        else:
            others = TimeLimit(rule.limit.amount + 1, rule.limit.unit), None
        for limit in others:
            told = f"{rule.limit or 'none'} → {limit or 'none'}"
            yield Mutant("limits", name_of(rule), told, told), partial(_limited, policy, place, limit)


def _limited(policy: Policy, place: int, limit: TimeLimit | None) -> Policy:
    rules = list(policy.limits)
    rules[place] = evolve(rules[place], limit=limit)
    return evolve(policy, limits=tuple(rules))


def _scope(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    for rule in policy.scope:
        rest = tuple(other for other in policy.scope if other is not rule)
        yield Mutant("scope", rule.code, *_DROPPED), partial(evolve, policy, scope=rest)


def _points(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    for place, part in enumerate(policy.scoring.components if policy.scoring is not None else ()):
        for key in USED[part.form]:
            value: Decimal = getattr(part, key)
            other = value - 1 if value > 1 else value * 2
            if value:
                what = f"{key} {value} → {other}"
                yield Mutant("scoring", part.metric, what, what), partial(_pointed, policy, place, key, other)


def _pointed(policy: Policy, place: int, key: str, value: Any) -> Policy:
    assert policy.scoring is not None
    parts = list(policy.scoring.components)
    parts[place] = evolve(parts[place], **{key: value})
    return evolve(policy, scoring=evolve(policy.scoring, components=tuple(parts)))


def _claims(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    for place, claim in enumerate(policy.routes.claims if policy.routes is not None else ()):
        if claim.role == "lead":
            name = line_of(claim.category, claim.area, claim.unit)
            yield Mutant("catalogue", name, *_DROPPED), partial(_unclaimed, policy, place)


def _unclaimed(policy: Policy, place: int) -> Policy:
    routes = policy.routes
    assert routes is not None
    rest = (*routes.claims[:place], *routes.claims[place + 1 :])
    graph = RoutingGraph.of(routes.units, rest, centre=routes.centre, copies_districts=routes.copies_districts)
    return evolve(policy, routes=graph)


def _words(policy: Policy) -> Iterator[tuple[Mutant, Altered]]:
    for place, rule in enumerate(policy.rules.rules if policy.rules is not None else ()):
        half = f"{rule.weight:g} → {rule.weight / 2:g}"
        yield Mutant("words", rule.id, half, half), partial(_weighed, policy, place, rule.weight / 2)
        yield Mutant("words", rule.id, *_DROPPED), partial(_weighed, policy, place, 0)


def _weighed(policy: Policy, place: int, weight: float) -> Policy:
    rules = policy.rules
    assert rules is not None
    changed = (evolve(rules.rules[place], weight=weight),) if weight else ()
    kept = (*rules.rules[:place], *changed, *rules.rules[place + 1 :])
    keys = ("bias", "norm", "threshold", "margin", "sharpness", "categories", "title", "thresholds")
    return evolve(policy, rules=RuleSet.compile(kept, **{key: getattr(rules, key) for key in keys}))
