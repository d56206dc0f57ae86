"""Articles that say the same (查重): candidates by their rarest pairs, likeness as the cosine of what they say."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import NamedTuple

from .base import KnowledgeBase
from .find import docs_of
from .index import ALL, frequencies
from .rank import asked, idf, kind_weight
from .words import tokens

NEAR = 1_000
"""How many articles that share a rare pair are looked at (library default)."""


class Alike(NamedTuple):
    """Two published articles much alike (疑似重复): their ids, the older first, and how much, 0 to 1."""

    first: str
    second: str
    likeness: float


def duplicates(base: KnowledgeBase, *, centre: str = "") -> list[Alike]:
    """Return pairs of published articles of *centre* that are alike (查重), the most alike first.

    From which likeness on is the place's to say; titles count no more than the words in them.
    """
    least, n, found = base.rules.alike, frequencies(base.shelf, (ALL,)).get(ALL, 0), {}
    query = (
        "SELECT s.doc, s.id, t.head, t.body FROM kb_shown s JOIN kb_text t ON t.doc = s.doc "
        "WHERE s.centre = ? AND s.doc > ? ORDER BY s.doc LIMIT 500"
    )
    last = 0
    while rows := base.shelf.rows(query, (centre, last)):
        last = rows[-1][0]
        for doc, id_, _, body in rows:
            counts = tokens(body)
            known = frequencies(base.shelf, counts)
            sought = asked(counts, known, n, {}).sought[:20]
            near = Counter(chain.from_iterable(base.shelf.finds(sought, "s.centre = ?", (centre,), NEAR)))
            best = sorted(near, key=lambda other: (-near[other], other))[:20]
            for other in docs_of(base.shelf, [each for each in best if each > doc]):
                likeness = cosine(body, other.body, known, n)
                if likeness >= least:
                    found[(id_, other.doc)] = likeness
    if not found:
        return []
    ids: dict[int, str] = dict(base.shelf.rows("SELECT doc, id FROM kb_shown WHERE centre = ?", (centre,)))
    told = [Alike(id_, ids[doc], round(likeness, 4)) for (id_, doc), likeness in found.items()]
    return sorted(told, key=lambda one: (-one.likeness, one.first, one.second))


def cosine(one: str, other: str, known: dict[str, int], n: int) -> float:
    """Return how alike two *level* texts are (相似度): the cosine of their counts, each token by its rarity squared."""
    mine, theirs = tokens(one), tokens(other)

    def weight(token: str) -> float:
        return kind_weight(token) * idf(known.get(token, 1), n) ** 2

    dot = sum(weight(token) * count * theirs[token] for token, count in mine.items() if token in theirs)
    norms = [sum(weight(token) * count * count for token, count in text.items()) for text in (mine, theirs)]
    return float(dot / (norms[0] * norms[1]) ** 0.5) if all(norms) else 0.0
