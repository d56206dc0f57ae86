"""Rates and points (考核): each rate with its numerator and denominator, each lost point with its line.

``orderfacts`` takes what is needed of an order, ``metrics`` are what is counted, ``tally`` counts; ``model`` is a
scoring as data, ``rulefile`` reads one, ``figures`` are what a score is worked out from, ``points`` scores; ``assess``
does all of it for a period, with what ``adjust`` reads, and ``frozen`` keeps the result; ``decimals`` rounds half up.
"""

from .decimals import half_up, percent
from .figures import Figure, figures_of, read_figures
from .model import Component, Grade, Indicator, Lists, PeerGroup, ScoreRules
from .orderfacts import OrderFacts, facts
from .points import Lost, Score, Scored, score, score_figures
from .rulefile import read_score_rules
from .tally import Rate, Scorecard, measure

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
