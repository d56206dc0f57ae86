"""Scorecards as JSON (成绩单): the one shape that ``score``, ``simulate`` and hosts read."""

from __future__ import annotations

from typing import Any

from ..core.scoring import Score, Scorecard


def card_json(card: Scorecard, points: Score) -> dict[str, Any]:
    """Return rates, counts and score as JSON (转为 JSON): decimals are text, so that 96.30 stays 96.30, blanks null."""
    return {
        "rates": {
            rate.metric: {
                "numerator": rate.numerator,
                "denominator": rate.denominator,
                "value": _text(rate.value),
                "excluded": dict(rate.excluded),
                "failing": list(rate.failing),
            }
            for rate in card.rates
        },
        "counts": dict(card.counts),
        "median_working_days": _text(card.median_working_days),
        "score": {
            "total": _text(points.total),
            "possible": str(points.possible),
            "components": [
                {
                    "metric": part.metric,
                    "rate": _text(part.rate),
                    "points": str(part.points),
                    "earned": _text(part.earned),
                    "basis": part.basis,
                }
                for part in points.components
            ],
            "lost": [
                {
                    "metric": lost.metric,
                    "points": str(lost.points),
                    "why": lost.zh,
                    "why_en": lost.en,
                    "orders": list(lost.orders),
                }
                for lost in points.lost
            ],
        },
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
