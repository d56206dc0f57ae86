"""Which article answers a question best (排序): the cosine of two vectors of characters and pairs of characters.

Each token weighs its inverse document frequency times one plus the logarithm of its count; a single character weighs
less than a pair.  An article is compared in two fields, what heads it (title and keywords) and what it says, each by
its own length, and the two are added.  Pure: what is in the base is given as numbers.

The numbers below are library defaults, chosen on ``messages/replied.csv.gz`` (benchmarks/quality/knowledge.py).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .words import plain, sentences, tokens

SINGLE = 0.7
"""What a single character weighs, where a pair weighs 1."""

HEAD = 1.0
"""What the head (title and keywords) weighs, where the body weighs 1."""

MISSPELT = 0.5
"""What a pair weighs that stands for one nobody wrote."""

STAND_INS = 8
"""How many pairs at most stand for one nobody wrote."""

SOUGHT = 300
"""How many of a question's rarest pairs are looked for."""

BUDGET = 6_000
"""How many finds of those are read: common pairs find everything and tell nothing."""

CANDIDATES = 200
"""How many articles are compared in full."""

COMPARED = 160
"""How many of the question's heaviest tokens are compared in full."""


class Doc(NamedTuple):
    """A candidate (候选): the article's number in the index, its levelled head and body, and their lengths."""

    doc: int
    head: str
    body: str
    head_norm: float
    body_norm: float


class Asked(NamedTuple):
    """A question in tokens (检索式): *weights* to compare by, *sought* to find candidates by, rarest first."""

    weights: Mapping[str, float]
    sought: tuple[str, ...]


class Scored(NamedTuple):
    """A candidate and how well it answers (得分)."""

    doc: int
    score: float


def idf(df: int, n: int) -> float:
    """Return the inverse document frequency of a token in *df* of *n* articles."""
    return math.log(1 + (n - df + 0.5) / (df + 0.5)) if df <= n else 0.0


def kind_weight(token: str) -> float:
    """Return what a token of its kind weighs: a character, or a pair or word."""
    return SINGLE if len(token) == 1 else 1.0


def squares(frequencies: Mapping[str, int], n: int) -> dict[str, float]:
    """Return what each token that is once in a text adds to the square of its length, by how many articles have it."""
    return {token: kind_weight(token) * idf(df, n) ** 2 for token, df in frequencies.items()}


def norm(level: str, squares: Mapping[str, float]) -> float:
    """Return the length of the vector of a *level* text (模长), 1.0 for nothing; *squares* know all its tokens."""
    total = 0.0
    for token, count in tokens(level).items():
        total += squares[token] if count == 1 else squares[token] * (1 + math.log(count)) ** 2
    return math.sqrt(total) or 1.0


def asked(counts: Counter[str], frequencies: Mapping[str, int], n: int, stand_ins: Mapping[str, float]) -> Asked:
    """Weigh a question (加权).

    Args:
        counts: its tokens; see :func:`~hotline12345.kb.words.tokens`.
        frequencies: in how many articles each is, and each of the stand-ins.
        n: how many articles there are.
        stand_ins: pairs that may be meant by those nobody wrote, each with its weight.
    """
    weighed: dict[str, float] = {}
    for token, count in counts.items():
        if frequencies.get(token):
            weighed[token] = math.sqrt(count) * kind_weight(token) * idf(frequencies[token], n) ** 2
    for token, weight in stand_ins.items():
        if frequencies.get(token):
            weighed.setdefault(token, weight * idf(frequencies[token], n) ** 2)
    heaviest = sorted(weighed, key=lambda token: (-weighed[token], token))[:COMPARED]
    return Asked({token: weighed[token] for token in heaviest}, _sought(weighed, frequencies))


def _sought(weighed: Mapping[str, float], frequencies: Mapping[str, int]) -> tuple[str, ...]:
    """Choose the rarest pairs within the budget, single characters where there is no pair; one at least."""
    pairs = [token for token in weighed if len(token) > 1] or list(weighed)
    chosen: list[str] = []
    read = 0
    for token in sorted(pairs, key=lambda token: (frequencies[token], token))[:SOUGHT]:
        read += frequencies[token]
        if chosen and read > BUDGET:
            break
        chosen.append(token)
    return tuple(chosen)


def score(question: Asked, docs: Iterable[Doc]) -> list[Scored]:
    """Compare the candidates with the question (打分), best first; ties by the article's number."""
    found = []
    weights = list(question.weights.items())
    for doc in docs:
        head = body = 0.0
        for token, weight in weights:
            count = doc.body.count(token)
            if count:
                body += weight * (1 + math.log(count))
            if token in doc.head:
                head += weight
        total = body / doc.body_norm + HEAD * head / doc.head_norm
        if total > 0:
            found.append(Scored(doc.doc, total))
    return sorted(found, key=lambda one: (-one.score, one.doc))


def covers(level: str, there: str, heft: Mapping[str, float], swaps: Mapping[str, Iterable[str]]) -> float:
    """Return the share of a *level* question that a *level* text *there* holds (覆盖), 0 to 1.

    A character is held when a pair it is in is held, or stands for one that is; each weighs its *heft*.
    """
    held = total = 0.0
    for run in level.split():
        pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        has = [pair in there or any(other in there for other in swaps.get(pair, ())) for pair in pairs]
        for at, char in enumerate(run):
            total += heft.get(char, 1.0)
            if any(has[max(at - 1, 0) : at + 1]):
                held += heft.get(char, 1.0)
    return held / total if total else 0.0


def passage(question: Asked, text: str) -> tuple[int, int]:
    """Return where the sentence lies that answers best (引文): the heaviest by what it has of the question."""
    best, where = -1.0, (0, 0)
    for first, last in sentences(text):
        level = plain(text[first:last])
        worth = sum(weight for token, weight in question.weights.items() if token in level)
        worth /= 1 + 0.002 * (last - first)
        if worth > best:
            best, where = worth, (first, last)
    return where


def near(token: str, vocabulary: Iterable[tuple[str, int]]) -> list[tuple[str, float]]:
    """Return what may be meant by a pair nobody wrote (错字), from heads: one character another, or the two swapped.

    Args:
        vocabulary: pairs of titles and keywords that share a character with it, and how many heads have them.
    """
    swapped = token[::-1]
    found = [
        (count * (3 if other == swapped else 1), other)
        for other, count in vocabulary
        if other != token and len(other) == 2 and (other[0] == token[0] or other[1] == token[1] or other == swapped)
    ]
    return [(other, MISSPELT) for _, other in sorted(found, key=lambda one: (-one[0], one[1]))[:STAND_INS]]
