"""Scorecards as JSON (成绩单): the one shape that ``score``, ``simulate`` and hosts read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..core.scoring import Score, Scorecard
from ..core.scoring.adjust import Adjustments
from ..core.scoring.standings import Table


def card_json(card: Scorecard, points: Score) -> dict[str, Any]:
    """Return rates, counts and score as JSON (转为 JSON): decimals are numbers, blanks null."""
    return {
        "rates": {
            rate.metric: {
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "value": _number(rate.value),
                "excluded": dict(rate.excluded),
                "failing": list(rate.failing),
            }
            for rate in card.rates
        },
        "counts": dict(card.counts),
        "levels": dict(card.levels),
        "median_working_days": _number(card.median_working_days),
        "score": score_json(points),
    }


def score_json(points: Score) -> dict[str, Any]:
    """Return a score as JSON (得分转为 JSON): total, possible, grade, components, and each lost point with its sum."""
    return {
        "total": _number(points.total),
        "possible": _number(points.possible),
        "grade": points.grade.code if points.grade is not None else None,
        "components": [
            {
                "metric": part.metric,
                "form": part.form,
                "unit": part.unit,
                "rate": _number(part.rate),
                "points": _number(part.points),
                "earned": _number(part.earned),
                "basis": part.basis,
                "why": part.zh,
                "why_en": part.en,
            }
            for part in points.components
        ],
        "lost": [
            {
                "metric": lost.metric,
                "points": _number(lost.points),
                "why": lost.zh,
                "why_en": lost.en,
                "orders": list(lost.orders),
            }
            for lost in points.lost
        ],
    }


def table_json(table: Table) -> dict[str, Any]:
    """Return one peer group's standings as JSON (排名转为 JSON)."""
    group = table.group
    return {
        "group": group.code,
        "name": group.zh,
        "standings": [
            {
                "rank": one.rank,
                "unit": one.unit,
                "total": _number(one.score.total),
                "grade": one.score.grade.code if one.score.grade is not None else None,
            }
            for one in table.standings
        ],
        "unscored": list(table.unscored),
        "red": list(table.red),
        "black": list(table.black),
    }


def adjustments_json(adjustments: Adjustments) -> dict[str, Any]:
    """Return what was decided about an assessment as JSON (考核调整转为 JSON): who approved it, when and why."""
    return {
        "excluded": [
            {
                "orders": list(one.orders),
                "metrics": list(one.metrics),
                "reason": one.reason,
                "approved_by": one.approved_by,
                "on": one.day.isoformat(),
            }
            for one in adjustments.exclusions
        ],
        "entered": [
            {
                "unit": one.unit,
                "metric": one.metric,
                "value": _number(one.value),
                "orders": list(one.orders),
                "reason": one.reason,
                "approved_by": one.approved_by,
                "on": one.day.isoformat(),
            }
            for one in adjustments.entries
        ],
    }


def _number(value: Decimal | int | None) -> float | None:
    """Return a JSON number with the decimal's own digits: points have far fewer than a float keeps."""
    return None if value is None else float(value)
