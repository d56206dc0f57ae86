"""Reading what citizens say (文本): learnt rules, places, the same matter again; pure Python by default.

``samples`` reads labelled rows, ``copies`` finds near-copies, ``grams`` counts words, ``learn`` (with ``training``)
turns them into weighted keyword rules, ``rulebook`` writes, explains and compares rule files, ``measure`` says how
good rules are.  What is learnt runs in ``core.classify`` like rules written by hand, and is measured there.  ``alike``
finds what repeats, issues that many raise, and bursts.
"""
