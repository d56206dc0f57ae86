"""Points (考核得分): figures and rules make a score, with a worked line for every lost point.

A blank figure is not assessed and loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import frozen

from .decimals import EXACT, half_up, kept
from .figures import Figure, figures_of, short
from .model import OPEN_ENDED, Component, Grade, Indicator, ScoreRules
from .tally import Scorecard

__all__ = ["Lost", "Score", "Scored", "grade_of", "score", "score_figures"]


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
    """One component as scored (单项得分); ``rate`` and ``earned`` are None where it is not assessed.

    ``rate`` is the figure it was worked out from, in ``unit``; ``zh`` and ``en`` are the sum, as a sentence.
    """

    metric: str
    rate: Decimal | None
    points: Decimal
    earned: Decimal | None
    basis: str
    form: str = "target"
    unit: str = "percent"
    zh: str = ""
    en: str = ""


@frozen(weakref_slot=False)
class Score:
    """A score (得分): ``total`` out of ``possible``, which leaves out what was not assessed; None where nothing was.

    Where the rules name a full mark, that is what is possible, and what was not assessed stays in the total.
    ``grade`` is None where the place has no grades or something was not assessed.
    """

    total: Decimal | None
    possible: Decimal
    components: tuple[Scored, ...]
    lost: tuple[Lost, ...]
    grade: Grade | None = None


def score(rules: ScoreRules, card: Scorecard) -> Score:
    """Score a card (打分): every point that is missing from the total has a line in ``lost``."""
    return score_figures(rules, figures_of(rules, card))


def score_figures(rules: ScoreRules, figures: Mapping[str, Figure], out_of: Decimal | None = None) -> Score:
    """Score figures (按数据打分): every point that is missing from the total has a line in ``lost``.

    Args:
        rules: the components and how they add up.
        figures: by metric, as :func:`read_figures` or :func:`figures_of` give them.
        out_of: the full mark of the unit's peer group, where it differs from the rules'.
    """
    scored: list[Scored] = []
    lost: list[Lost] = []
    earned = missing = possible = Decimal(0)
    places = kept(rules.total_places)
    for part in rules.components:
        one, figure = rules.indicator(part.metric), figures.get(part.metric)
        assert one is not None, part.metric
        if figure is None or figure.value is None:
            scored.append(Scored(part.metric, None, part.points, None, part.basis, part.form, one.unit))
            continue
        got = part.earned(figure.value, one.unit)
        counted = part.bounded(figure.value, one.unit) if rules.exact else got
        full = Decimal(0) if part.form in OPEN_ENDED else part.points
        gone = half_up(EXACT.subtract(full, counted), places) if rules.exact else EXACT.subtract(full, counted)
        zh, en = _sums(part, one, figure, got, gone)
        rate = figure.value if figure.value == half_up(figure.value, kept(6)) else half_up(figure.value, kept(4))
        scored.append(Scored(part.metric, rate, part.points, got, part.basis, part.form, one.unit, zh, en))
        earned, possible = EXACT.add(earned, counted), EXACT.add(possible, full)
        missing = EXACT.add(missing, EXACT.subtract(full, counted))
        if gone > 0:
            lost.append(Lost(part.metric, gone, zh, en, figure.orders))
    whole = out_of if out_of is not None else rules.out_of
    assessed = any(part.rate is not None for part in scored)
    summed = earned if whole is None else EXACT.subtract(whole, missing)
    total = half_up(summed, places) if assessed else None
    found = Score(total, possible if whole is None else whole, tuple(scored), tuple(lost))
    return Score(found.total, found.possible, found.components, found.lost, grade_of(rules, found))


def grade_of(rules: ScoreRules, found: Score) -> Grade | None:
    """Return the grade of a score (等次); ``None`` while a component with a full mark is not assessed."""
    blank = any(part.rate is None and part.form not in OPEN_ENDED for part in found.components)
    if found.total is None or (blank and rules.out_of is None):
        return None
    return next((grade for grade in rules.grades if found.total >= grade.least), None)


# ── the sum, in words ──


def _sums(part: Component, one: Indicator, figure: Figure, got: Decimal, gone: Decimal) -> tuple[str, str]:
    """Return how the points came about, Chinese and English: figure, sum, floor, rounding, what is lost, basis."""
    value = figure.value or Decimal(0)
    head, plain = _arithmetic(part, one, value), part.worked(value, one.unit)
    zh = en = ""
    if part.form not in OPEN_ENDED and plain < part.floor:
        zh, en = f"，低于最低 {short(part.floor)} 分", f", below the least, {short(part.floor)}"
    elif plain != got and part.form != "any":
        zh, en = f"，四舍五入得 {got} 分", f", half up {got}"
    target = f"，目标 {short(part.target)}%" if part.form == "target" else ""
    target_en = f", target {short(part.target)}%" if part.form == "target" else ""
    if gone > 0:
        zh, en = f"{zh}，扣 {gone} 分", f"{en}, {gone} lost"
    basis, _, basis_en = part.basis.partition(" / ")  # a basis may be in two halves, 中文 / English
    told = figure.told()
    sums = f"：{head}" if head else ""
    return (
        f"{one.zh} {told}{target}{sums}{zh}（{basis}）",
        f"{one.en} {told}{target_en}{': ' if head else ''}{head}{en} ({basis_en or basis})",
    )


def _arithmetic(part: Component, one: Indicator, value: Decimal) -> str:
    worked = part.worked(value, one.unit)
    if part.form == "target":
        gap = EXACT.subtract(part.target, value)
        if gap <= 0:
            return short(part.points)
        return f"{short(part.points)} - {_cut(gap)} × {short(part.slope)} = {_cut(worked)}"
    if part.form in ("share", "linear"):
        by = part.points if part.form == "share" else part.slope
        of = f"{_cut(value)}%" if one.unit == "percent" else short(value)
        return f"{short(by)} × {of} = {_cut(worked)}"
    if part.form in ("any", "earned"):
        return f"{short(worked)} / {short(part.points)}"
    return ""


def _cut(value: Decimal) -> str:
    """Return a number that may have no end, to six places."""
    return short(half_up(value, kept(6)))
