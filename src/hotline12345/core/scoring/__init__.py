"""Rates and points (考核): each rate with its numerator and denominator, each lost point with its line.

``orderfacts`` takes what is needed of an order, ``metrics`` counts, ``points`` scores, ``decimals`` rounds half up.
"""

from .points import (
    Component,
    Lost,
    OrderFacts,
    Rate,
    Score,
    Scorecard,
    Scored,
    ScoreRules,
    facts,
    half_up,
    measure,
    percent,
    read_score_rules,
    score,
)

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
