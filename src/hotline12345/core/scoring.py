"""Points (考核得分): components as data, and a worked line for every lost point.

A component takes points off where its rate lies under the target, by a slope, between a floor and a
cap; that is the form of the published tables (连云港).  A blank rate is not assessed and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from attrs import frozen

from .errors import Fault
from .metrics import METRIC, OrderFacts, Rate, Scorecard, facts, half_up, measure, percent

__all__ = [
    "Component",
    "Lost",
    "OrderFacts",
    "Rate",
    "Score",
    "ScoreRules",
    "Scorecard",
    "Scored",
    "facts",
    "half_up",
    "measure",
    "percent",
    "read_score_rules",
    "score",
]

DEFAULT_BASIS = "library default"


@frozen(weakref_slot=False)
class Component:
    """One component of a score (得分项).

    Args:
        metric: the rate it looks at.
        points: what it is worth in full.
        target: the percentage from which nothing is lost.
        slope: points lost for each percentage point below the target.
        floor: the least it can come to.
        basis: the article, or ``library default``.
    """

    metric: str
    points: Decimal
    target: Decimal = Decimal(100)
    slope: Decimal = Decimal(1)
    floor: Decimal = Decimal(0)
    basis: str = DEFAULT_BASIS

    def earned(self, value: Decimal) -> Decimal:
        """Return the points a percentage earns: ``clamp(points - slope · max(0, target - value), floor, points)``."""
        lost = self.slope * max(Decimal(0), self.target - value)
        return half_up(min(self.points, max(self.floor, self.points - lost)))


def _quarter(metric: str) -> Component:
    return Component(metric, Decimal(25), Decimal(100), Decimal("0.25"))


@frozen(weakref_slot=False)
class ScoreRules:
    """A place's scoring (考核办法); by default the four national rates at 25 points each, a library default."""

    components: tuple[Component, ...] = (
        _quarter("feedback"),
        _quarter("on-time"),
        _quarter("solved"),
        _quarter("satisfied"),
    )
    exempt: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class Lost:
    """Points lost and the arithmetic that loses them (扣分说明)."""

    metric: str
    points: Decimal
    zh: str
    en: str
    orders: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Scored:
    """One component as scored (单项得分); ``earned`` is None where the rate is blank."""

    metric: str
    rate: Decimal | None
    points: Decimal
    earned: Decimal | None
    basis: str


@frozen(weakref_slot=False)
class Score:
    """A score (得分): ``total`` out of ``possible``, which leaves out what was not assessed."""

    total: Decimal | None
    possible: Decimal
    components: tuple[Scored, ...]
    lost: tuple[Lost, ...]


def score(rules: ScoreRules, card: Scorecard) -> Score:
    """Score a card (打分): every point that is missing from the total has a line in ``lost``."""
    scored: list[Scored] = []
    lost: list[Lost] = []
    total = possible = Decimal(0)
    for part in rules.components:
        rate = card.rate(part.metric)
        value = rate.value
        if value is None:
            scored.append(Scored(part.metric, None, part.points, None, part.basis))
            continue
        earned = part.earned(value)
        scored.append(Scored(part.metric, value, part.points, earned, part.basis))
        total, possible = total + earned, possible + part.points
        if earned < part.points:
            lost.append(_line(part, rate, value, part.points - earned))
    return Score(total if possible else None, possible, tuple(scored), tuple(lost))


def _line(part: Component, rate: Rate, value: Decimal, points: Decimal) -> Lost:
    metric = METRIC[part.metric]
    gap = part.target - value
    floor_zh = f"，最低得 {part.floor} 分" if part.points - points == part.floor and part.floor else ""
    floor_en = f", never below {part.floor}" if floor_zh else ""
    zh = (
        f"{metric.zh} {rate.numerator}/{rate.denominator} = {value}%，低于目标 {part.target}% 共 {gap} 个百分点，"
        f"× {part.slope} = 扣 {points} 分{floor_zh}（{part.basis}）"
    )
    en = (
        f"{metric.en} {rate.numerator}/{rate.denominator} = {value}%, {gap} points under the target {part.target}%, "
        f"× {part.slope} = {points} lost{floor_en} ({part.basis})"
    )
    return Lost(part.metric, points, zh, en, rate.failing)


_KEYS = {"metric", "points", "target", "slope", "floor", "basis"}


def read_score_rules(table: Mapping[str, Any], file: str = "") -> tuple[ScoreRules | None, tuple[Fault, ...]]:
    """Read the ``[scoring]`` table of a pack (读考核办法), all faults at once.

    Keys: ``basis``, ``exempt`` (category prefixes), and ``[[scoring.component]]`` with ``metric``,
    ``points``, ``target``, ``slope``, ``floor`` and ``basis``.
    """
    faults: list[Fault] = []

    def fault(code: str, where: str, key: str, zh: str, en: str) -> None:
        faults.append(Fault(code, zh, en, file, where, key))

    for key in table:
        if key not in ("basis", "exempt", "component"):
            fault("unknown-key", "scoring", key, f"没有「{key}」这一项", f"there is no key {key!r}")
    exempt = table.get("exempt", [])
    if not isinstance(exempt, list) or not all(isinstance(item, str) for item in exempt):
        fault("bad-value", "scoring", "exempt", "exempt 应为类别的列表", "exempt is a list of categories")
        exempt = []
    basis = table.get("basis", DEFAULT_BASIS)
    components = [
        _component(row, f"scoring.component #{i}", basis, fault) for i, row in enumerate(table.get("component", []), 1)
    ]
    if faults:
        return None, tuple(faults)
    kept = tuple(part for part in components if part is not None)
    default = ScoreRules()
    return ScoreRules(kept or default.components, tuple(exempt), basis), ()


def _component(row: Any, where: str, basis: str, fault: Any) -> Component | None:
    if not isinstance(row, Mapping):
        fault("bad-value", where, "", "应为一张表", "must be a table")
        return None
    for key in row:
        if key not in _KEYS:
            fault("unknown-key", where, key, f"没有「{key}」这一项", f"there is no key {key!r}")
    if row.get("metric") not in METRIC:
        known = "、".join(METRIC)
        fault("unknown-metric", where, "metric", f"没有指标「{row.get('metric')}」；有：{known}", f"one of {known}")
        return None
    if "points" not in row:
        fault("missing-key", where, "points", "缺少 points（满分）", "points is missing")
        return None
    numbers = {}
    for key, fallback in (("points", 0), ("target", 100), ("slope", 1), ("floor", 0)):
        value = row.get(key, fallback)
        try:
            numbers[key] = Decimal(str(value))
        except InvalidOperation:
            fault(
                "bad-number", where, key, f"{key} 应为数字，收到「{value}」", f"{key} must be a number, got {value!r}"
            )
            return None
        if not numbers[key].is_finite() or numbers[key] < 0:
            fault("bad-number", where, key, f"{key} 不能为负或非有限", f"{key} must be finite and not negative")
            return None
    return Component(
        row["metric"], numbers["points"], numbers["target"], numbers["slope"], numbers["floor"], row.get("basis", basis)
    )
