"""Reading the ``[scoring]`` table of a pack (读考核办法): all faults at once, never raising, whatever it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..errors import Fault
from .bands import read_grades, read_groups, read_lists
from .figures import LEVEL, VOLUME
from .metrics import METRIC
from .model import (
    DEFAULT_BASIS,
    FITS,
    FORMS,
    MOST_PLACES,
    OPEN_ENDED,
    UNITS,
    USED,
    Component,
    Indicator,
    ScoreRules,
    misfit,
    no_metric,
    wrong_numbers,
)
from .reader import Reader, decimal
from .tally import COUNTS

_NUMBERS = {"points": None, "target": Decimal(100), "slope": Decimal(1), "floor": Decimal(0)}
_KEYS = (
    "basis", "exempt", "component", "metric", "out_of", "rate_places", "rate_rounding",
    "total_places", "total_of", "shared", "grade", "group", "lists",
)  # fmt: skip


def read_score_rules(table: Any, file: str = "") -> tuple[ScoreRules | None, tuple[Fault, ...]]:
    """Read the ``[scoring]`` table of a pack (读考核办法), all faults at once; never raises, whatever it is given.

    Keys: ``basis``, ``exempt`` (category prefixes), how totals are made (``out_of``, ``rate_places``,
    ``rate_rounding``, ``total_places``, ``total_of``, ``shared``), ``[[scoring.metric]]``, ``[[scoring.component]]``,
    ``[[scoring.grade]]``, ``[[scoring.group]]`` and ``[scoring.lists]``; docs/reference/scoring.md has them all.
    """
    reader = Reader(file)
    table = reader.table(table, "scoring", _KEYS)
    basis = reader.basis(table, "scoring", DEFAULT_BASIS)
    exempt = _exempt(reader, table)
    indicators = _indicators(reader, table, basis)
    parts = _components(reader, table, basis, indicators)
    settings = _settings(reader, table)
    settings["grades"] = read_grades(reader, table, basis, settings.get("total_places", 2))
    settings["groups"] = read_groups(reader, table, basis)
    settings["lists"] = read_lists(reader, table, basis, {part.metric for part in parts or ScoreRules().components})
    if reader.faults:
        return None, tuple(reader.faults)
    components = parts or ScoreRules().components
    return ScoreRules(components, exempt, basis, tuple(indicators.values()), **settings), ()


def _exempt(reader: Reader, table: Mapping[Any, Any]) -> tuple[str, ...]:
    exempt = table.get("exempt", [])
    exempt = [exempt] if isinstance(exempt, str) else exempt
    if not isinstance(exempt, (list, tuple)) or not all(isinstance(one, str) and one.strip(" /") for one in exempt):
        reader.fault("wrong-type", "scoring", "exempt", "exempt 应为类别的列表", "exempt must be a list of categories")
        return ()
    return tuple(one.strip(" /") for one in exempt)


def _settings(reader: Reader, table: Mapping[Any, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if "out_of" in table:
        settings["out_of"] = reader.points(table, "scoring", "out_of")
    if table.get("rate_places") == "none":
        settings["rate_places"] = None
    elif "rate_places" in table:
        settings["rate_places"] = reader.count(table, "scoring", "rate_places", MOST_PLACES)
    settings["rate_down"] = reader.choice(table, "scoring", "rate_rounding", ("half-up", "down")) == "down"
    if "total_places" in table:
        settings["total_places"] = reader.count(table, "scoring", "total_places", MOST_PLACES)
    settings["exact"] = reader.choice(table, "scoring", "total_of", ("rounded", "exact")) == "exact"
    settings["shared"] = reader.flag(table, "scoring", "shared")
    return settings


# ── metrics ──


def _indicators(reader: Reader, table: Mapping[Any, Any], basis: str) -> dict[str, Indicator]:
    found: dict[str, Indicator] = {}
    for where, row in reader.rows(table, "scoring", "metric"):
        one = _indicator(reader, row, where, basis)
        if one is not None and one.id in found:
            zh, en = f"指标「{one.id}」写了两次", f"the metric {one.id!r} appears twice"
            reader.fault("duplicate-metric", where, "id", zh, en)
        elif one is not None:
            found[one.id] = one
    for number, one in enumerate(found.values(), 1):
        where = f"scoring.metric #{number}"
        for key, name in _made_of(one):
            if name not in found and name not in METRIC:
                plain = tuple(each.id for each in found.values() if not each.numerator)
                reader.fault("unknown-metric", where, key, *no_metric(name, plain))
            elif name in found and found[name].numerator:
                zh, en = f"「{name}」本身也是算得的", f"{name!r} is worked out itself"
                reader.fault("unknown-metric", where, key, zh, en)
    return found


def _made_of(one: Indicator) -> Iterator[tuple[str, str]]:
    for key, parts in (("numerator", one.numerator), ("denominator", one.denominator)):
        for name, _ in parts:
            yield key, name


def _indicator(reader: Reader, row: Any, where: str, basis: str) -> Indicator | None:
    before = len(reader.faults)
    keys = ("id", "zh", "en", "unit", "measured", "numerator", "denominator", "basis")
    table = reader.table(row, where, keys)
    name, zh = reader.text(table, where, "id", True), reader.text(table, where, "zh", True)
    en = reader.text(table, where, "en") or name
    unit = reader.choice(table, where, "unit", UNITS)
    measured = reader.text(table, where, "measured")
    own = reader.basis(table, where, basis)
    can = METRIC if unit == "percent" else COUNTS
    level = unit == "count" and measured.startswith(LEVEL) and measured != LEVEL
    if measured and measured not in can and (unit, measured) != ("percent", VOLUME) and not level:
        known = ", ".join([*can, VOLUME if unit == "percent" else f"{LEVEL}…"])
        told = f"「{measured}」不能从工单得出；可用：{known}", f"orders do not tell {measured!r}; possible: {known}"
        reader.fault("unknown-metric", where, "measured", *told)
    above = reader.weights(table, where, "numerator")
    below = reader.weights(table, where, "denominator")
    if below and not above:
        reader.fault("missing-key", where, "numerator", "有分母没有分子", "there is a denominator but no numerator")
    if above and (unit == "percent") != bool(below):
        told = "百分比要有分母，计数和分数不要", "a percentage needs a denominator, counts and points have none"
        reader.fault("bad-number", where, "denominator", *told)
    if above and measured:
        told = "measured 与 numerator 只写其一", "give `measured` or a numerator, not both"
        reader.fault("bad-number", where, "measured", *told)
    if before < len(reader.faults):
        return None
    return Indicator(name, zh, en, unit, measured, above, below, own)


# ── components ──


def _components(
    reader: Reader, table: Mapping[Any, Any], basis: str, indicators: Mapping[str, Indicator]
) -> tuple[Component, ...]:
    parts: dict[str, Component] = {}
    for where, row in reader.rows(table, "scoring", "component"):
        part = _component(reader, row, where, basis, indicators)
        if part is not None and part.metric in parts:
            zh, en = f"指标「{part.metric}」写了两次", f"the metric {part.metric!r} appears twice"
            reader.fault("duplicate-metric", where, "metric", zh, en)
        elif part is not None:
            parts[part.metric] = part
    return tuple(parts.values())


def _component(
    reader: Reader, row: Any, where: str, basis: str, indicators: Mapping[str, Indicator]
) -> Component | None:
    before = len(reader.faults)
    table = reader.table(row, where, ("metric", "form", *_NUMBERS, "places", "basis"))
    if before < len(reader.faults) and not table:
        return None
    form = reader.choice(table, where, "form", FORMS)
    for key in ("metric", *(() if form in OPEN_ENDED else ("points",)), *(("slope",) if form == "linear" else ())):
        if key not in table:
            reader.fault("missing-key", where, key, f"缺少「{key}」", f"{key!r} is missing")
    metric = table.get("metric")
    if "metric" in table and (not isinstance(metric, str) or (metric not in METRIC and metric not in indicators)):
        reader.fault("unknown-metric", where, "metric", *no_metric(metric, tuple(indicators)))
    numbers = _numbers(reader, table, where, form)
    places = reader.count(table, where, "places", MOST_PLACES) if "places" in table else 2
    own = reader.basis(table, where, basis)
    if before < len(reader.faults):
        return None
    part = Component(metric, **numbers, basis=own, form=form, places=places)  # type: ignore[arg-type]
    one = indicators.get(part.metric) or Indicator(part.metric, "", "")
    if one.unit not in FITS[form]:
        reader.fault("bad-form", where, "form", *misfit(part, one))
        return None
    return part


def _numbers(reader: Reader, table: Mapping[Any, Any], where: str, form: str) -> dict[str, Decimal | None]:
    default = _NUMBERS | ({"points": Decimal(0)} if form in OPEN_ENDED else {})
    numbers = {key: decimal(table[key]) if key in table else said for key, said in default.items()}
    for key, zh, en in wrong_numbers({key: value for key, value in numbers.items() if key in table}, form):
        reader.fault("bad-number", where, key, zh, en)
    for key in _NUMBERS:
        if key in table and key not in USED[form]:
            reader.fault("unknown-key", where, key, f"{form} 用不到「{key}」", f"form {form!r} has no use for {key!r}")
    return numbers
