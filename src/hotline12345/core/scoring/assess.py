"""Assessing a period (考核): orders, what was decided about them, and a place's rules make scores and standings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from attrs import frozen

from .adjust import NO_ADJUSTMENTS, Adjustments
from .figures import figures_of
from .model import PeerGroup, ScoreRules
from .orderfacts import OrderFacts
from .points import Score, score_figures
from .standings import Table, group_of, rank
from .tally import Scorecard, measure


@frozen(weakref_slot=False)
class Assessed:
    """One card and its score (一份成绩)."""

    card: Scorecard
    score: Score
    group: PeerGroup | None = None


@frozen(weakref_slot=False)
class Assessment:
    """A period assessed (考核结果): the whole, each group of orders, and by unit the standings of each peer group."""

    whole: Assessed
    groups: Mapping[str, Assessed]
    tables: tuple[Table, ...] = ()


def assess(
    rules: ScoreRules,
    orders: Iterable[OrderFacts],
    by: str = "",
    *,
    adjustments: Adjustments = NO_ADJUSTMENTS,
    name_of: Callable[[str], str] = str,
    unit_of: Callable[[str], str | None] | None = None,
    units: Iterable[str] = (),
) -> Assessment:
    """Assess orders (考核): as a whole and by group; units are ranked within their peer groups.

    Args:
        rules: the place's scoring.
        orders: the facts of the period.
        by: ``unit``, ``kind``, ``category``, ``area`` or ``channel``; "" for the whole alone.
        adjustments: approved exclusions, and figures that orders do not tell.
        name_of: a unit's name by its code, since peer groups and adjustments may name units either way.
        unit_of: the unit an order counts for instead of its own; see :func:`branch`.
        units: units to list although they had no orders.

    Raises:
        RequestError: ``unknown-group``; ``bad-figures`` when what was entered cannot be.
    """
    found, excluded = list(orders), adjustments.excluded()
    if unit_of is not None:
        found = [f for f in found if unit_of(f.unit) is not None]
    whole = measure(found, rules.exempt, excluded=excluded)[""]
    done = Assessed(whole, score_figures(rules, figures_of(rules, whole, entered=adjustments.figures(rules, ""))))
    cards = measure(found, rules.exempt, by, excluded=excluded, shared=rules.shared, unit_of=unit_of) if by else {}
    if by != "unit":
        return Assessment(done, {key: Assessed(card, _scored(rules, card)) for key, card in cards.items()})
    empty = measure([])[""]
    cards = dict.fromkeys(chain(cards, units), empty) | cards
    peers = {unit: group_of(rules, unit, name_of(unit)) for unit in cards}
    volume: dict[PeerGroup, int] = {}
    for unit, card in cards.items():
        volume[peers[unit]] = volume.get(peers[unit], 0) + card.counts["dispatched"]
    groups = {}
    for unit, card in cards.items():
        entered = adjustments.figures(rules, unit, name_of(unit)) if unit else {}
        figures = figures_of(rules, card, volume[peers[unit]], entered)
        groups[unit] = Assessed(card, score_figures(rules, figures, peers[unit].out_of), peers[unit])
    ranked = {unit: (peers[unit], one.score) for unit, one in groups.items() if unit}
    return Assessment(done, groups, rank(rules, ranked))


def _scored(rules: ScoreRules, card: Scorecard) -> Score:
    return score_figures(rules, figures_of(rules, card))


def branch(above: Callable[[str], Iterable[str]], top: str) -> Callable[[str], str | None]:
    """Return what tells for which unit directly under *top* an order of a unit counts (两级考核).

    A first-level unit assesses those directly under it, each with everything below it; *top*'s own orders are its own,
    and what is not under *top* at all belongs to nobody there.

    Args:
        above: the units above one, nearest first.
        top: the unit that assesses.
    """
    known: dict[str, str | None] = {}

    def unit_of(unit: str) -> str | None:
        if unit not in known:
            chain_up = [unit, *above(unit)] if unit else []
            at = chain_up.index(top) if top in chain_up else -1
            known[unit] = None if at < 0 else chain_up[max(at - 1, 0)]
        return known[unit]

    return unit_of
