"""Points (考核得分): components as data, and a worked line for every lost point.

A component takes points off where its rate lies under the target, by a slope, between a floor and a
cap; that is the form of the published tables (连云港).  A blank rate is not assessed and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from ..errors import Fault, RequestError
from .decimals import EXACT, half_up, percent
from .metrics import METRIC, Rate, Scorecard, measure
from .orderfacts import OrderFacts, facts

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
_NUMBERS = {"points": None, "target": Decimal(100), "slope": Decimal(1), "floor": Decimal(0)}
_MOST = {"points": 100_000, "target": 100, "slope": 100_000, "floor": 100_000}
# Points are given out to the cent; a finer full mark could never be reached, nor its loss explained.
_PLACES = {"points": 2, "target": 6, "slope": 6, "floor": 2}


def _exact(value: Any) -> Any:
    """Take whole numbers for decimals; binary fractions are refused later, since 0.1 is not 0.1 in them."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


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

    Raises:
        RequestError: ``bad-component`` when there is no such metric, or a number cannot be what it is meant for.
    """

    metric: str
    points: Decimal = field(converter=_exact)
    target: Decimal = field(default=Decimal(100), converter=_exact)
    slope: Decimal = field(default=Decimal(1), converter=_exact)
    floor: Decimal = field(default=Decimal(0), converter=_exact)
    basis: str = DEFAULT_BASIS

    def __attrs_post_init__(self) -> None:
        numbers = {key: getattr(self, key) for key in _NUMBERS}
        wrong = [(zh, en) for _, zh, en in _wrong(numbers)]
        if self.metric not in METRIC:
            wrong.insert(0, _no_metric(self.metric))
        if wrong:
            zh, en = "；".join(one for one, _ in wrong), "; ".join(one for _, one in wrong)
            raise RequestError(zh, en, code="bad-component", hint="改正得分项", hint_en="mend the component")

    def worked(self, value: Decimal) -> Decimal:
        """Return ``points - slope * max(0, target - value)``, before floor and rounding (未取整得分)."""
        gap = max(Decimal(0), EXACT.subtract(self.target, value))
        return EXACT.subtract(self.points, EXACT.multiply(self.slope, gap))

    def earned(self, value: Decimal) -> Decimal:
        """Return the points a percentage earns (得分): what is worked out, not below the floor, half up."""
        return half_up(max(self.floor, self.worked(value)))


def _shown(value: Any) -> str:
    """Return a text as it is and anything else by its type: not everything can be printed (an int of 5,000 digits)."""
    return value if isinstance(value, str) else type(value).__name__


def _no_metric(name: Any) -> tuple[str, str]:
    known, name = ", ".join(METRIC), _shown(name)
    return f"没有指标「{name}」；可用：{known}", f"there is no metric {name!r}; possible: {known}"


def _wrong(numbers: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (key, zh, en) for each number that cannot be what it is meant for."""
    sound: dict[str, Decimal] = {}
    for key, value in numbers.items():
        if not isinstance(value, Decimal) or not value.is_finite():
            yield key, f"{key} 应为十进制数字", f"{key} must be a decimal number"
        elif not 0 <= value <= _MOST[key]:
            yield key, f"{key} 应在 0–{_MOST[key]}", f"{key} must be 0 to {_MOST[key]}"
        elif value != half_up(value, Decimal(1).scaleb(-_PLACES[key], EXACT)):
            yield key, f"{key} 至多 {_PLACES[key]} 位小数", f"{key} has at most {_PLACES[key]} decimals"
        else:
            sound[key] = value
    if sound.get("points") == 0:
        yield "points", "points 应大于 0", "points must be more than 0"
    if "points" in sound and sound.get("floor", Decimal(0)) > sound["points"]:
        yield "floor", "floor 不能高于 points", "floor cannot be more than points"


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
    """Points lost, the arithmetic that loses them and the orders behind it (扣分说明)."""

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
    """A score (得分): ``total`` out of ``possible``, which leaves out what was not assessed; None where nothing was."""

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
        total, possible = EXACT.add(total, earned), EXACT.add(possible, part.points)
        if earned < part.points:
            lost.append(_line(part, rate, value, earned))
    return Score(total if possible else None, possible, tuple(scored), tuple(lost))


def _line(part: Component, rate: Rate, value: Decimal, earned: Decimal) -> Lost:
    metric = METRIC[part.metric]
    gap, worked, lost = EXACT.subtract(part.target, value), part.worked(value), EXACT.subtract(part.points, earned)
    sums = f"{_short(part.points)} - {_short(gap)} × {_short(part.slope)} = {_short(worked)}"
    zh = en = ""
    if worked < part.floor:
        zh, en = f"，低于最低 {_short(part.floor)} 分", f", below the least, {_short(part.floor)}"
    elif worked != earned:
        zh, en = f"，四舍五入得 {earned} 分", f", half up {earned}"
    counted = f"{rate.numerator}/{rate.denominator} = {value}%"
    target = f"{_short(part.target)}%"
    return Lost(
        part.metric,
        lost,
        f"{metric.zh} {counted}，目标 {target}：{sums}{zh}，扣 {lost} 分（{part.basis}）",
        f"{metric.en} {counted}, target {target}: {sums}{en}, {lost} lost ({part.basis})",
        rate.failing,
    )


def _short(value: Decimal) -> str:
    """Return the shortest way to write *value*, never with an exponent."""
    return format(value.normalize(EXACT), "f")


# ── from a pack ──


class _Reader:
    """Notes what is wrong while it reads, and goes on."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, code: str, table: str, key: str, zh: str, en: str) -> None:
        self.faults.append(Fault(code, zh, en, self.file, table, key))

    def table(self, value: Any, where: str, keys: tuple[str, ...]) -> Mapping[Any, Any]:
        """Return *value* if it is a table, an empty one if not; keys it may not have are faults."""
        if not isinstance(value, Mapping):
            self.fault("wrong-type", where, "", "应为一张表", "must be a table")
            return {}
        for key in value:
            if key not in keys:
                name = _shown(key)
                self.fault("unknown-key", where, name, f"没有「{name}」这一项", f"there is no key {name!r}")
        return value

    def basis(self, table: Mapping[Any, Any], where: str, default: str) -> str:
        value = table.get("basis", default)
        if not isinstance(value, str) or not value.strip():
            self.fault("wrong-type", where, "basis", "basis 应为文字", "basis must be a text")
            return default
        return value.strip()

    def component(self, row: Any, where: str, basis: str) -> Component | None:
        before = len(self.faults)
        table = self.table(row, where, ("metric", *_NUMBERS, "basis"))
        if before < len(self.faults) and not table:
            return None
        for key in ("metric", "points"):
            if key not in table:
                self.fault("missing-key", where, key, f"缺少「{key}」", f"{key!r} is missing")
        metric = table.get("metric")
        if "metric" in table and (not isinstance(metric, str) or metric not in METRIC):
            self.fault("unknown-metric", where, "metric", *_no_metric(metric))
        numbers = {key: _number(table[key]) if key in table else said for key, said in _NUMBERS.items()}
        for key, zh, en in _wrong({key: value for key, value in numbers.items() if key in table}):
            self.fault("bad-number", where, key, zh, en)
        own = self.basis(table, where, basis)
        return None if before < len(self.faults) else Component(metric, **numbers, basis=own)  # type: ignore[arg-type]


def _number(value: Any) -> Decimal | None:
    """Return the number as it is written: TOML's floats by their shortest form, which is what was written."""
    if isinstance(value, float):
        return Decimal(str(value))
    return _exact(value) if isinstance(_exact(value), Decimal) else None


def read_score_rules(table: Any, file: str = "") -> tuple[ScoreRules | None, tuple[Fault, ...]]:
    """Read the ``[scoring]`` table of a pack (读考核办法), all faults at once; never raises, whatever it is given.

    Keys: ``basis``, ``exempt`` (category prefixes), and ``[[scoring.component]]`` with ``metric``,
    ``points``, ``target``, ``slope``, ``floor`` and ``basis``.
    """
    reader = _Reader(file)
    table = reader.table(table, "scoring", ("basis", "exempt", "component"))
    basis = reader.basis(table, "scoring", DEFAULT_BASIS)
    exempt = table.get("exempt", [])
    exempt = [exempt] if isinstance(exempt, str) else exempt
    if not isinstance(exempt, (list, tuple)) or not all(isinstance(one, str) and one.strip(" /") for one in exempt):
        reader.fault("wrong-type", "scoring", "exempt", "exempt 应为类别的列表", "exempt must be a list of categories")
        exempt = []
    rows = table.get("component", [])
    if not isinstance(rows, (list, tuple)):
        reader.fault(
            "wrong-type", "scoring", "component", "应写成 [[scoring.component]]", "write it as [[scoring.component]]"
        )
        rows = []
    parts: dict[str, Component] = {}
    for number, row in enumerate(rows, 1):
        where = f"scoring.component #{number}"
        part = reader.component(row, where, basis)
        if part is not None and part.metric in parts:
            zh, en = f"指标「{part.metric}」写了两次", f"the metric {part.metric!r} appears twice"
            reader.fault("duplicate-metric", where, "metric", zh, en)
        elif part is not None:
            parts[part.metric] = part
    if reader.faults:
        return None, tuple(reader.faults)
    components = tuple(parts.values()) or ScoreRules().components
    return ScoreRules(components, tuple(one.strip(" /") for one in exempt), basis), ()
