"""A scoring as data (考核办法): what is looked at, what it is worth, and how totals are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from ..errors import RequestError
from .decimals import EXACT, half_up, kept
from .metrics import METRIC

DEFAULT_BASIS = "library default"
UNITS = ("percent", "count", "points")
"""What a metric is told in (指标单位): a percentage, a number of things, or points."""
FORMS = ("target", "share", "earned", "any", "linear", "deduction", "bonus")
"""How a component makes points of its metric (计分方式); :meth:`Component.worked` says each."""
OPEN_ENDED = ("linear", "deduction", "bonus")
"""The forms without a full mark (没有满分的方式): what is left out of them is missing from nothing."""
FITS = {
    "target": ("percent",),
    "share": ("percent",),
    "earned": ("points",),
    "any": ("percent", "count"),
    "linear": ("percent", "count", "points"),
    "deduction": ("points",),
    "bonus": ("points",),
}
USED = {
    "target": ("points", "target", "slope", "floor"),
    "share": ("points",),
    "earned": ("points",),
    "any": ("points",),
    "linear": ("slope",),
    "deduction": ("points",),
    "bonus": ("points",),
}
"""The numbers each form works with (各方式用到的数)."""
_NUMBERS = {"points": Decimal(0), "target": Decimal(100), "slope": Decimal(1), "floor": Decimal(0)}
_MOST = {"points": 100_000, "target": 100, "slope": 100_000, "floor": 100_000}
# Points are given out to the cent; a finer full mark could never be reached, nor its loss explained.
_PLACES = {"points": 2, "target": 6, "slope": 6, "floor": 2}
MOST_PLACES = 6


def exact(value: Any) -> Any:
    """Take whole numbers for decimals; binary fractions are refused later, since 0.1 is not 0.1 in them."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def shown(value: Any) -> str:
    """Return a text as it is and anything else by its type: not everything can be printed (an int of 5,000 digits)."""
    return value if isinstance(value, str) else type(value).__name__


@frozen(weakref_slot=False)
class Indicator:
    """A metric as a place defines it (指标): its names, its unit, and what it is counted or worked out from.

    Args:
        id: the name figures use.
        unit: ``percent``, ``count`` or ``points``.
        measured: where it comes from in a store: a rate of the library's, one of its counts, or ``volume-share``;
            "" where orders do not tell it and it has to be given.
        numerator: other metrics by weight, whose sum it is (over *denominator*, if there is one).
        denominator: other metrics by weight.
    """

    id: str
    zh: str
    en: str
    unit: str = "percent"
    measured: str = ""
    numerator: tuple[tuple[str, Decimal], ...] = ()
    denominator: tuple[tuple[str, Decimal], ...] = ()
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class Component:
    """One component of a score (得分项).

    Args:
        metric: the metric it looks at: a rate of the library's, or one that the place defines.
        points: what it is worth in full; the most of a deduction or bonus, 0 for no bound; nothing for ``linear``.
        target: the percentage from which nothing is lost.
        slope: points for each percentage point below the target; for ``linear``, for each whole or each one.
        floor: the least it can come to.
        basis: the article, or ``library default``.
        form: one of ``FORMS``.
        places: the decimals its points are rounded to, half up.

    Raises:
        RequestError: ``bad-component`` when there is no such metric, or a number cannot be what it is meant for.
    """

    metric: str
    points: Decimal = field(default=Decimal(0), converter=exact)
    target: Decimal = field(default=Decimal(100), converter=exact)
    slope: Decimal = field(default=Decimal(1), converter=exact)
    floor: Decimal = field(default=Decimal(0), converter=exact)
    basis: str = DEFAULT_BASIS
    form: str = "target"
    places: int = 2

    def __attrs_post_init__(self) -> None:
        numbers = {key: getattr(self, key) for key in _NUMBERS}
        wrong = [(zh, en) for _, zh, en in wrong_numbers(numbers, self.form)]
        if not isinstance(self.metric, str) or not self.metric.strip():
            wrong.insert(0, no_metric(self.metric))
        if wrong:
            zh, en = "；".join(one for one, _ in wrong), "; ".join(one for _, one in wrong)
            raise RequestError(zh, en, code="bad-component", hint="改正得分项", hint_en="mend the component")

    def worked(self, value: Decimal, unit: str = "percent") -> Decimal:
        """Return the points before floor and rounding (未取整得分).

        ``target``: ``points - slope * max(0, target - value)``; ``share``: ``points * value``; ``earned``: the value;
        ``any``: all the points for anything at all; ``linear``: ``slope * value``; ``deduction`` and ``bonus``: the
        value, no more than the points.  A percentage counts as its hundredth, except against a target.
        """
        if self.form == "target":
            gap = max(Decimal(0), EXACT.subtract(self.target, value))
            return EXACT.subtract(self.points, EXACT.multiply(self.slope, gap))
        if self.form == "any":
            return self.points if value > 0 else Decimal(0)
        whole = EXACT.divide(value, Decimal(100)) if unit == "percent" else value
        if self.form in ("share", "linear"):
            return EXACT.multiply(self.points if self.form == "share" else self.slope, whole)
        most = min(value, self.points) if self.points else value
        return most if self.form in ("earned", "bonus") else EXACT.minus(most)

    def bounded(self, value: Decimal, unit: str = "percent") -> Decimal:
        """Return the points before rounding, not below the floor (未取整得分，不低于最低分)."""
        worked = self.worked(value, unit)
        return worked if self.form in OPEN_ENDED else max(self.floor, worked)

    def earned(self, value: Decimal, unit: str = "percent") -> Decimal:
        """Return the points a value earns (得分): what is worked out, not below the floor, half up."""
        return half_up(self.bounded(value, unit), kept(self.places))


def no_metric(name: Any, known: tuple[str, ...] = ()) -> tuple[str, str]:
    """Say that there is no such metric, and which there are."""
    names, name = ", ".join([*METRIC, *known]), shown(name)
    return f"没有指标「{name}」；可用：{names}", f"there is no metric {name!r}; possible: {names}"


def misfit(part: Component, one: Indicator) -> tuple[str, str]:
    """Say that a component's form cannot make points of such a metric, and which can."""
    can = [form for form, units in FITS.items() if one.unit in units]
    return (
        f'指标「{one.id}」以 {one.unit} 计，不能用 form = "{part.form}"；可用：{"、".join(can)}',
        f"{one.id!r} is told in {one.unit} and cannot have form {part.form!r}; possible: {', '.join(can)}",
    )


def wrong_numbers(numbers: Mapping[str, Any], form: str = "target") -> Iterator[tuple[str, str, str]]:
    """Yield (key, zh, en) for each number that cannot be what it is meant for."""
    sound: dict[str, Decimal] = {}
    for key, value in numbers.items():
        least = -_MOST[key] if (form, key) == ("linear", "slope") else 0
        if not isinstance(value, Decimal) or not value.is_finite():
            yield key, f"{key} 应为十进制数字", f"{key} must be a decimal number"
        elif not least <= value <= _MOST[key]:
            yield key, f"{key} 应在 {least}–{_MOST[key]}", f"{key} must be {least} to {_MOST[key]}"
        elif value != half_up(value, kept(_PLACES[key])):
            yield key, f"{key} 至多 {_PLACES[key]} 位小数", f"{key} has at most {_PLACES[key]} decimals"
        else:
            sound[key] = value
    if form in OPEN_ENDED:
        return
    if sound.get("points") == 0:
        yield "points", "points 应大于 0", "points must be more than 0"
    if "points" in sound and sound.get("floor", Decimal(0)) > sound["points"]:
        yield "floor", "floor 不能高于 points", "floor cannot be more than points"


@frozen(weakref_slot=False)
class Grade:
    """A grade (等次): from *least* points, inclusive, up to the next one."""

    code: str
    zh: str
    least: Decimal
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class PeerGroup:
    """Units that are compared with one another (分组): listed by code or name; ``out_of`` is this group's full mark."""

    code: str
    zh: str
    units: tuple[str, ...] = ()  # none: every unit that no other group names
    out_of: Decimal | None = None
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class Lists:
    """Red and black lists (红黑榜): how many stand on each, and what decides between equal totals.

    ``tie`` names metrics to compare in turn; units that are still equal at the edge stand on the list together.
    """

    red: int = 0
    black: int = 0
    tie: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS


def _quarter(metric: str) -> Component:
    return Component(metric, Decimal(25), Decimal(100), Decimal("0.25"))


@frozen(weakref_slot=False)
class ScoreRules:
    """A place's scoring (考核办法); by default the four national rates at 25 points each, a library default.

    Args:
        exempt: categories whose satisfaction is not scored.
        indicators: the metrics the place defines itself.
        out_of: the full mark from which lost points are taken; ``None`` adds up what is earned instead.
        rate_places: the decimals of a percentage before points are taken; ``None`` does not round it.
        rate_down: cut the percentage off instead of rounding it half up.
        total_places: the decimals of the total.
        exact: add up the points before they are rounded, and round the total alone.
        shared: an order counts for its assistants too (双考核), not for the lead alone.
    """

    components: tuple[Component, ...] = (
        _quarter("feedback"),
        _quarter("on-time"),
        _quarter("solved"),
        _quarter("satisfied"),
    )
    exempt: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS
    indicators: tuple[Indicator, ...] = ()
    out_of: Decimal | None = None
    rate_places: int | None = 2
    rate_down: bool = False
    total_places: int = 2
    exact: bool = False
    shared: bool = False
    grades: tuple[Grade, ...] = ()  # best first
    groups: tuple[PeerGroup, ...] = ()
    lists: Lists = Lists()

    def __attrs_post_init__(self) -> None:
        for part in self.components:
            one = self.indicator(part.metric)
            if one is None:
                zh, en = no_metric(part.metric, tuple(own.id for own in self.indicators))
            elif one.unit not in FITS.get(part.form, ()):
                zh, en = misfit(part, one)
            else:
                continue
            raise RequestError(zh, en, code="bad-component", hint="改正得分项", hint_en="mend the component")

    def indicator(self, metric: str) -> Indicator | None:
        """Return what *metric* is here (指标): the place's own, or else the library's rate of that name."""
        for one in self.indicators:
            if one.id == metric:
                return one
        rate = METRIC.get(metric)
        return None if rate is None else Indicator(rate.id, rate.zh, rate.en, measured=rate.id)

    @property
    def known(self) -> tuple[str, ...]:
        """The metrics that matter to this scoring (有关指标): of its components, and what those are made of."""
        named = dict.fromkeys(part.metric for part in self.components)
        for one in self.indicators:
            named |= dict.fromkeys([one.id, *(name for name, _ in (*one.numerator, *one.denominator))])
        return tuple(named)
