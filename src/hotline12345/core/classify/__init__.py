"""What a text is about (归类): weighted words with negation, and why it said so.

``engine`` scores, ``rules`` are compiled words, ``rulefile`` reads them, ``matcher`` finds them, ``negation`` says
whether they are meant.
"""

from .engine import Category, Classification, Hit, Rule, RuleSet, classify, judge, read_rules

__all__ = ["Category", "Classification", "Hit", "Rule", "RuleSet", "classify", "judge", "read_rules"]
