"""Figures (考核数据): what a score is worked out from, whether a city has counted it or orders tell it.

A metric that is left out, or whose denominator is 0, is not assessed: it loses nothing and is never 0 % or 100 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from attrs import frozen

from ..errors import RequestError
from .decimals import EXACT, ratio, rounded
from .metrics import METRIC
from .model import Indicator, ScoreRules, shown
from .tally import Scorecard

VOLUME = "volume-share"
"""What a group's orders come to a unit (受理量占比), measured where the group's volume is known."""
LEVEL = "level:"
"""How many requesters gave a level (档次人数): ``level:satisfied``."""
MOST = Decimal(10) ** 12
MOST_DIGITS = 20
"""Decimals: what other programs write of a float (90.47619047619048) has up to 17."""
SHORT_DIGITS = 12


@frozen(weakref_slot=False)
class Figure:
    """One metric as given or counted (一项数据); ``value`` is None where it is not assessed."""

    metric: str
    value: Decimal | None
    unit: str = "percent"
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    orders: tuple[str, ...] = ()  # what failed, where orders were counted
    note: str = ""  # why, where somebody entered it

    def told(self) -> str:
        """Return the figure as people write it (数据写法): ``4/5 = 80.00%``, ``89.82%``, ``3``."""
        value = self.value if self.value is not None else Decimal(0)
        text = f"{value}%" if self.unit == "percent" else short(value)
        text += f"（{self.note}）" if self.note else ""
        if self.numerator is None or self.denominator is None:
            return text
        if value != rounded(value, SHORT_DIGITS):  # a percentage that is not rounded has no end
            text = f"{rounded(value, 4)}…%"
        return f"{short(self.numerator)}/{short(self.denominator)} = {text}"


def short(value: Decimal) -> str:
    """Return the shortest way to write *value*, never with an exponent."""
    return format(value.normalize(EXACT), "f")


def figures_of(
    rules: ScoreRules, card: Scorecard, volume: int = 0, entered: Mapping[str, Figure] = MappingProxyType({})
) -> dict[str, Figure]:
    """Return the figures a card of counted orders has (取数).

    Args:
        rules: what is looked at.
        card: the rates and counts.
        volume: how many orders the unit's whole group was sent; 0 where that is not known.
        entered: figures that orders do not tell and somebody entered.

    Raises:
        RequestError: ``bad-figures`` when what was entered cannot be.
    """
    found: dict[str, Figure] = {}
    # Who had no orders is not assessed: nothing counted is not a count of nothing.
    any_orders = card.counts.get("received", 0) + card.counts.get("carried", 0) > 0
    for name in rules.known:
        one = rules.indicator(name)
        if one is None:
            continue
        if one.measured in METRIC:
            rate = card.rate(one.measured)
            found[name] = _rate(rules, one, Decimal(rate.numerator), Decimal(rate.denominator), rate.failing)
        elif one.measured == VOLUME and volume:
            found[name] = _rate(rules, one, Decimal(card.counts["dispatched"]), Decimal(volume))
        elif one.measured.startswith(LEVEL) and any_orders:
            found[name] = Figure(name, Decimal(card.levels.get(one.measured.removeprefix(LEVEL), 0)), one.unit)
        elif one.measured in card.counts and any_orders:
            found[name] = Figure(name, Decimal(card.counts[one.measured]), one.unit)
    whole, clashes = _worked_out(rules, found | dict(entered))
    if wrong := [*clashes, *_too_much(rules, whole)]:
        raise _refused(wrong)
    return whole


def _rate(
    rules: ScoreRules, one: Indicator, numerator: Decimal, denominator: Decimal, orders: tuple[str, ...] = ()
) -> Figure:
    value = ratio(numerator, denominator, rules.rate_places, rules.rate_down)
    return Figure(one.id, value, one.unit, numerator, denominator, orders)


def read_figures(rules: ScoreRules, given: Any) -> dict[str, Figure]:
    """Read figures that a city already has (读数据): metric id to a percentage, a number, or ``{"num", "den"}``.

    Args:
        rules: what is looked at; says which metrics are percentages and which counts or points.
        given: plain data, as from JSON; numbers may be ``int``, ``Decimal``, or floats by their shortest form.

    Raises:
        RequestError: ``bad-figures``, with everything that is wrong at once.
    """
    if not isinstance(given, Mapping):
        zh, en = "数据应是一个对象：指标 → 数字", "figures must be an object: metric to number"
        raise _refused([(zh, en)])
    found: dict[str, Figure] = {}
    wrong: list[tuple[str, str]] = []
    for name, value in given.items():
        one = rules.indicator(name) if isinstance(name, str) and name in rules.known else None
        if one is None:
            wrong.append(_unknown(name, rules))
            continue
        figure = _read(rules, one, value)
        if isinstance(figure, Figure):
            found[one.id] = figure
        else:
            wrong.append((f"{one.id}：{figure[0]}", f"{one.id}: {figure[1]}"))
    more, clashes = _worked_out(rules, found)
    wrong += [*clashes, *_too_much(rules, more)]
    if wrong:
        raise _refused(wrong)
    return more


def _refused(wrong: list[tuple[str, str]]) -> RequestError:
    return RequestError(
        f"数据有 {len(wrong)} 处错误：" + "；".join(zh for zh, _ in wrong),
        f"the figures have {len(wrong)} fault(s): " + "; ".join(en for _, en in wrong),
        code="bad-figures",
        hint='百分比写 89.82 或 {"num": 4, "den": 5}，计数和分数写数字；没有的指标不要写',
        hint_en='write a percentage as 89.82 or {"num": 4, "den": 5}, counts and points as numbers; '
        "leave out what there is none of",
    )


def _unknown(name: Any, rules: ScoreRules) -> tuple[str, str]:
    known = ", ".join(rules.known)
    return (f"没有指标「{shown(name)}」（可用：{known}）", f"there is no metric {shown(name)!r} (possible: {known})")


def _number(value: Any) -> Decimal | None:
    """Return a number from 0 up as it is written, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, int) and abs(value) > MOST:
        return None
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or not 0 <= number <= MOST or number != rounded(number, MOST_DIGITS):
        return None
    return number


_NO_NUMBER = (
    f"应是不小于 0 的数字（至多一万亿），不加引号，小数至多 {MOST_DIGITS} 位",
    f"must be a number from 0 up (to 10^12), not in quotes, of no more than {MOST_DIGITS} decimals",
)


def _read(rules: ScoreRules, one: Indicator, value: Any) -> Figure | tuple[str, str]:
    if isinstance(value, Mapping):
        return _read_fraction(rules, one, value)
    number = _number(value)
    if number is None:
        return _NO_NUMBER
    if one.unit == "percent":
        if number > 100:
            return f"百分比 {short(number)} 大于 100", f"the percentage {short(number)} is more than 100"
        return Figure(one.id, rounded(number, rules.rate_places, rules.rate_down), "percent")
    if one.unit == "count" and number != rounded(number, 0):
        return "计数应是整数", "a count must be a whole number"
    return Figure(one.id, number, one.unit)


def _read_fraction(rules: ScoreRules, one: Indicator, value: Mapping[Any, Any]) -> Figure | tuple[str, str]:
    if one.unit != "percent":
        zh, en = ("计数", "a count") if one.unit == "count" else ("分数", "points")
        return f"是{zh}，应写一个数字", f"is {en}: write one number"
    if set(value) != {"num", "den"}:
        return "应写成 num 和 den", 'must be written as {"num": …, "den": …}'
    numerator, denominator = _number(value["num"]), _number(value["den"])
    if numerator is None or denominator is None:
        return f"num 和 den {_NO_NUMBER[0]}", f"num and den {_NO_NUMBER[1]}"
    if numerator > denominator:
        over = f"{short(numerator)} > {short(denominator)}"
        return f"分子大于分母（{over}）", f"the numerator is more than the denominator ({over})"
    return _rate(rules, one, numerator, denominator)


# ── metrics made of others ──


def _worked_out(rules: ScoreRules, found: dict[str, Figure]) -> tuple[dict[str, Figure], list[tuple[str, str]]]:
    """Return *found* with what can be worked out of it, and what was given although it is to be worked out."""
    more, clashes = dict(found), []
    for one in rules.indicators:
        if not one.numerator:
            continue
        names = [name for name, _ in (*one.numerator, *one.denominator)]
        if one.id in found:
            clashes += [_twice(one.id, name) for name in names if name in found and not _shared(rules, one, name)]
            continue
        above, below = _sum(more, one.numerator), _sum(more, one.denominator)
        if above is None or below is None:
            continue
        more[one.id] = _rate(rules, one, above, below) if one.denominator else Figure(one.id, above, one.unit)
    return more, clashes


def _shared(rules: ScoreRules, one: Indicator, name: str) -> bool:
    """Tell whether *name* has a use of its own, so that giving it beside *one* is no contradiction."""
    if any(part.metric == name for part in rules.components):
        return True
    return any(name in dict((*o.numerator, *o.denominator)) for o in rules.indicators if o.id != one.id)


def _sum(found: Mapping[str, Figure], parts: tuple[tuple[str, Decimal], ...]) -> Decimal | None:
    total = Decimal(0)
    for name, weight in parts:
        figure = found.get(name)
        if figure is None or figure.value is None:
            return None
        total = EXACT.add(total, EXACT.multiply(weight, figure.value))
    return total


def _twice(name: str, part: str) -> tuple[str, str]:
    return f"{name} 由 {part} 算得，两者只写其一", f"{name} is worked out of {part}: give one of the two"


def _too_much(rules: ScoreRules, found: Mapping[str, Figure]) -> Iterator[tuple[str, str]]:
    """Yield what is more than it can be: a ratio of more than all, points of more than there are."""
    for one in found.values():
        if one.unit == "percent" and one.value is not None and one.value > 100:
            yield f"{one.metric}（{one.told()}）大于 100%", f"{one.metric} ({one.told()}) is more than 100%"
    for part in rules.components:
        figure = found.get(part.metric)
        if figure is None or figure.value is None or not part.points or part.form in ("target", "share", "any"):
            continue
        if figure.value > part.points:
            most, value = short(part.points), short(figure.value)
            yield f"{part.metric} 最多 {most} 分，写了 {value}", f"{part.metric} is at most {most} points, not {value}"
