"""Rates and points (考核): each rate with its numerator and denominator, each lost point with its line.

``orderfacts`` takes what is needed of an order, ``metrics`` counts, ``figures`` are what a score is worked out from,
``model`` is a scoring as data, ``rulefile`` reads one, ``points`` scores, ``decimals`` rounds half up.
"""

from .decimals import half_up, percent
from .figures import Figure, figures_of, read_figures
from .metrics import Rate, Scorecard, measure
from .model import Component, Grade, Indicator, Lists, PeerGroup, ScoreRules
from .orderfacts import OrderFacts, facts
from .points import Lost, Score, Scored, score, score_figures
from .rulefile import read_score_rules

__all__ = [
    "Component",
    "Figure",
    "Grade",
    "Indicator",
    "Lists",
    "Lost",
    "OrderFacts",
    "PeerGroup",
    "Rate",
    "Score",
    "ScoreRules",
    "Scorecard",
    "Scored",
    "facts",
    "figures_of",
    "half_up",
    "measure",
    "percent",
    "read_figures",
    "read_score_rules",
    "score",
    "score_figures",
]
