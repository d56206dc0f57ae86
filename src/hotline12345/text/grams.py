"""Words that may become rules (候选词): runs of one to four Chinese characters, and Latin words.

Runs never cross a punctuation mark, and hold no digit: numbers of telephones, houses and documents are nobody's
rule.  What stands in fewer groups of near-copies than ``least`` is left out, so that no name and no one letter's
turn of phrase becomes a rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

LONGEST = 4
LEAST = 3  # groups of near-copies a word must stand in; library default

_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]{2,20}|[?？!！]")


def grams(text: str, longest: int = LONGEST) -> Counter[str]:
    """Count the candidates in *text* (统计候选词), overlaps included, Latin words in small letters."""
    counts: Counter[str] = Counter()
    for found in _RUN.finditer(text):
        run = found[0]
        if run.isascii() and len(run) > 1:
            counts[run.lower()] += 1
            continue
        size = len(run)
        for length in range(1, min(longest, size) + 1):
            counts.update([run[at : at + length] for at in range(size - length + 1)])
    return counts


def common(counts: Sequence[Counter[str]], groups: Sequence[str], least: int = LEAST) -> list[str]:
    """Return the words that stand in at least *least* groups, sorted (常见词)."""
    together: dict[str, set[str]] = {}
    for found, group in zip(counts, groups, strict=True):
        together.setdefault(group, set()).update(found)
    spread = Counter(word for words in together.values() for word in words)
    return sorted(word for word, many in spread.items() if many >= least)
