"""Finding (检索): a question in anybody's words to articles, each with the sentence that answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .article import Article
from .index import ALL, frequencies
from .rank import BUDGET, CANDIDATES, STAND_INS, Asked, Doc, Scored, asked, covers, idf, near, passage, score
from .shelf import Shelf
from .words import IN_HEAD, plain, tokens

LONGEST = 4_000
"""More characters of a question are not read (library default)."""

SIFTED = 600
"""Of how many it is asked first whether they are for whoever asks (library default)."""


class Hit(NamedTuple):
    """An article that answers (命中): how well, and the sentence to cite with its place in the content.

    Attributes:
        article: the version that is shown now.
        score: higher is better; of use within one search only.
        covers: the share of the question that is in the article, 0 to 1, rare characters weighing more.
        passage: the sentence of the content that answers best.
        first: where it begins in the content.
        last: where it ends.
    """

    article: Article
    score: float
    covers: float
    passage: str
    first: int
    last: int


class Found(NamedTuple):
    """What a search came to (检索结果): the question weighed, the best documents, how much of it each holds."""

    question: Asked
    best: list[Scored]
    covers: dict[int, float]


def search(shelf: Shelf, text: str, where: str, values: Sequence[Any], limit: int) -> Found:
    """Return the best documents within *where* (检索)."""
    level = plain(text[:LONGEST])
    counts = tokens(level)
    known = frequencies(shelf, (ALL, *counts))
    n = known.pop(ALL, 0)
    swaps = _misspelt(shelf, [token for token in counts if len(token) == 2 and token not in known])
    stand_ins = {other: weight for found in swaps.values() for other, weight in found}
    known |= frequencies(shelf, stand_ins)
    question = asked(counts, known, n, stand_ins)
    docs = {doc.doc: doc for doc in _candidates(shelf, question, known, where, values)}
    best = score(question, docs.values())[:limit]
    heft = {char: idf(known.get(char, 0), n) for char in counts if len(char) == 1}
    meant = {pair: [other for other, _ in others] for pair, others in swaps.items()}
    held = {one.doc: covers(level, f"{docs[one.doc].head} {docs[one.doc].body}", heft, meant) for one in best}
    return Found(question, best, held)


def _candidates(shelf: Shelf, question: Asked, known: dict[str, int], where: str, values: Sequence[Any]) -> list[Doc]:
    """Return the documents to compare in full: those that have most of what is sought.

    Of a token that so many have that not all are read, those that have it in their head come first.
    """
    sought = question.sought
    if sum(known[token] for token in sought) > BUDGET:
        sought = (*(IN_HEAD + token for token in sought), *sought)
    worth = _worth(shelf, question, sought, "", ())
    rough, seen = _most(worth, SIFTED), list[Doc]()
    for first in range(0, len(rough), CANDIDATES):
        part = rough[first : first + CANDIDATES]
        there = {doc.doc: doc for doc in docs_of(shelf, part, where, values)}
        seen += [there[doc] for doc in part if doc in there]
        if len(seen) >= CANDIDATES:
            return seen[:CANDIDATES]
    if len(worth) > SIFTED:  # few are for whoever asks: look among those alone
        return docs_of(shelf, _most(_worth(shelf, question, sought, where, values), CANDIDATES))
    return seen


def _most(worth: dict[int, float], most: int) -> list[int]:
    """Return the *most* documents that have most, of equals those with the lowest numbers."""
    return sorted(sorted(worth), key=worth.__getitem__, reverse=True)[:most]


def _worth(shelf: Shelf, question: Asked, sought: Sequence[str], where: str, values: Sequence[Any]) -> dict[int, float]:
    """Return what each document has of what is sought."""
    worth: dict[int, float] = {}
    for token, docs in zip(sought, shelf.finds(sought, where, values, BUDGET), strict=True):
        weight = question.weights.get(token.removeprefix(IN_HEAD), 0.0)
        for doc in docs:
            worth[doc] = worth.get(doc, 0.0) + weight
    return worth


def docs_of(shelf: Shelf, docs: Sequence[int], where: str = "", values: Sequence[Any] = ()) -> list[Doc]:
    """Return documents to compare in full (取候选), those that are within *where*, which is on ``kb_shown``."""
    if not docs:
        return []
    query = "SELECT t.doc, t.head, t.body, t.head_norm, t.body_norm FROM kb_text t WHERE t.doc IN ?"
    if (
        where
    ):  # one by one and not joined: a server that knows nothing yet of a table just filled takes all that is shown
        query += f" AND (SELECT {where} FROM kb_shown s WHERE s.doc = t.doc)"
    return [Doc(*row) for row in shelf.rows(query, (list(docs), *(values if where else ())))]


def _misspelt(shelf: Shelf, unknown: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    pairs = [token for token in unknown[:12] if not token.isascii()]
    if not pairs:
        return {}
    begins = [("token", pair[0]) for pair in pairs] + [("flip", pair[1]) for pair in pairs]
    query = " UNION ALL ".join(
        f"SELECT * FROM (SELECT token, heads FROM kb_gram WHERE heads > 0 AND {column} > ? AND {column} < ? "
        f"ORDER BY heads DESC, token LIMIT {STAND_INS}) each"
        for column, _ in begins
    )
    bounds = [bound for _, char in begins for bound in (char, chr(ord(char) + 1))]
    rows = shelf.rows(query, bounds)
    rows += shelf.rows("SELECT token, heads FROM kb_gram WHERE heads > 0 AND token IN ?", ([p[::-1] for p in pairs],))
    vocabulary: dict[str, int] = dict(rows)
    return {pair: near(pair, vocabulary.items()) for pair in pairs}


def cite(found: Found, one: Scored, article: Article) -> Hit:
    """Return the hit with the sentence to cite (引文)."""
    first, last = passage(found.question, article.draft.content)
    return Hit(article, one.score, found.covers[one.doc], article.draft.content[first:last].strip(), first, last)
