"""From text to what is searched by (检索词): single characters, pairs of characters, and whole Latin words.

A tokeniser that cuts words would lose what it cuts wrongly, SQLite's trigrams lose every word under three characters
(路灯, 噪音) and its own word tokens find no Chinese at all; single characters and pairs lose nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from operator import add

LONGEST = 100_000
"""More of a text is not read (library default): an article has no more, a question is cut."""

IN_HEAD = "¦"
"""What marks a token as one of the head's; no levelled text holds it."""

_BETWEEN = re.compile(r"[\W_]+")
_LATIN = re.compile(r"[a-z0-9]{3,24}")
_STOP = re.compile(r"[。！？!?；;\n]+|[，,、 ]")
_LONG = 80


def plain(text: str) -> str:
    """Return *text* with width, case and punctuation levelled; one blank stands for all that is no letter or digit."""
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", whole(text[:LONGEST])).lower()).strip()


def whole(text: str) -> str:
    """Return *text* without what no store can hold: lone surrogates and NULs."""
    return text.encode("utf-8", "ignore").decode().replace("\0", " ")


def tokens(level: str) -> Counter[str]:
    """Count the tokens of a *level* text: characters, pairs within a run, and words of Latin letters and digits."""
    counts = Counter(level.replace(" ", ""))
    for run in level.split(" "):
        counts.update(map(add, run, run[1:]))
    counts.update(_LATIN.findall(level))
    return counts


def distinct(level: str) -> set[str]:
    """Return the tokens of a *level* text, each once."""
    found = set(level.replace(" ", ""))
    for run in level.split(" "):
        found.update(map(add, run, run[1:]))
    found.update(_LATIN.findall(level))
    return found


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of *text* begins and ends (分句); what runs on for long is cut at a comma."""
    first = 0
    for match in _STOP.finditer(text):
        long = match.end() - first >= _LONG
        if match[0][0] in "，,、 " and not long:
            continue
        yield first, match.end()
        first = match.end()
    if first < len(text):
        yield first, len(text)
