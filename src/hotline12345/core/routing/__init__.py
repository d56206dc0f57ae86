"""Whose it is (派单): units in grades, a catalogue of claims, one answer with its rule.

``graph`` answers, ``grades`` holds units and claims, ``claims`` compiles them, ``network`` checks the tree.
"""

from .graph import RULES, Claim, Grade, Route, RoutingGraph, Rule, Unit, read_claims, read_units

__all__ = ["RULES", "Claim", "Grade", "Route", "RoutingGraph", "Rule", "Unit", "read_claims", "read_units"]
