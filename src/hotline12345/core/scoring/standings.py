"""Standings (排名): who is compared with whom, in what order, and who stands on the red and black lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from attrs import frozen

from .model import PeerGroup, ScoreRules
from .points import Score

EVERYBODY = PeerGroup("", "全部")
UNGROUPED = PeerGroup("", "未分组")


@frozen(weakref_slot=False)
class Standing:
    """A unit's place in its group (名次): equals share a rank, and the next is as many below."""

    rank: int
    unit: str
    score: Score


@frozen(weakref_slot=False)
class Table:
    """One peer group's standings (一组排名), best first; ``unscored`` had nothing that could be assessed."""

    group: PeerGroup
    standings: tuple[Standing, ...]
    unscored: tuple[str, ...]
    red: tuple[str, ...]
    black: tuple[str, ...]


def group_of(rules: ScoreRules, *names: str) -> PeerGroup:
    """Return the peer group of a unit called any of *names* (所属分组); the group without a list takes all others."""
    if not rules.groups:
        return EVERYBODY
    for group in rules.groups:
        if not set(names).isdisjoint(group.units):
            return group
    return next((group for group in rules.groups if not group.units), UNGROUPED)


def rank(rules: ScoreRules, scores: Mapping[str, tuple[PeerGroup, Score]]) -> tuple[Table, ...]:
    """Rank units within their groups (分组排名): groups in the order of the rules, never one against another."""
    groups = dict.fromkeys([*rules.groups, *(group for group, _ in scores.values())])
    tables = (_table(rules, group, scores) for group in groups)
    return tuple(table for table in tables if table.standings or table.unscored)


def _table(rules: ScoreRules, group: PeerGroup, scores: Mapping[str, tuple[PeerGroup, Score]]) -> Table:
    mine = {unit: score for unit, (where, score) in scores.items() if where == group}
    keys = {unit: _key(rules, score) for unit, score in mine.items() if score.total is not None}
    best = sorted(keys, key=lambda unit: (tuple(-part for part in keys[unit]), unit))
    above = {unit: sum(keys[other] > keys[unit] for other in keys) for unit in best}
    below = {unit: sum(keys[other] < keys[unit] for other in keys) for unit in best}
    red = tuple(unit for unit in best if above[unit] < rules.lists.red)
    # Nobody is among the best and the worst at once, however few they are.
    black = tuple(unit for unit in reversed(best) if below[unit] < rules.lists.black and unit not in red)
    standings = tuple(Standing(above[unit] + 1, unit, mine[unit]) for unit in best)
    return Table(group, standings, tuple(sorted(unit for unit in mine if unit not in keys)), red, black)


def _key(rules: ScoreRules, score: Score) -> tuple[Decimal, ...]:
    rates = {
        part.metric: -part.rate if part.form == "deduction" else part.rate
        for part in score.components
        if part.rate is not None
    }
    return (score.total or Decimal(0), *_values(rates, rules.lists.tie))


def _values(rates: Mapping[str, Decimal], metrics: Iterable[str]) -> Iterable[Decimal]:
    """Yield what decides between equals; what was not assessed comes last."""
    return (rates.get(metric, Decimal("-Infinity")) for metric in metrics)
