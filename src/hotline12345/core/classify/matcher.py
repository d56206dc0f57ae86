"""Find every keyword in a text (关键词匹配): substrings, overlaps included, in pure Python.

A keyword counts wherever it stands, inside another keyword too: 物业 is found in 物业费 although
物业费 is found there as well.  Leftmost-longest matchers and tokenisers lose such hits.

How: each keyword is filed under one of its character pairs, the one fewest other keywords share.
A text is turned into 32-bit numbers, one a pair of UTF-16 units, and one set intersection leaves
the few pairs worth a look; only then are keywords searched for.  Long texts go piece by piece, so
that the time stays linear in the length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from operator import itemgetter
from struct import Struct
from typing import Protocol

Found = list[tuple[int, int, int]]
"""What a matcher returns: (index of the keyword, start, end), in the order of start, then index."""

IN_ORDER = itemgetter(1, 0)
"""The key by which a matcher sorts what it found."""

_PIECE = 1024  # characters; long enough that few keywords straddle, short enough that one search of it is nothing


class Matcher(Protocol):
    """Whatever finds keywords (匹配器): the pure one here, the native one in ``hotline12345.fast``."""

    def find(self, text: str) -> Found:
        """Return (index of the keyword, start, end) of every occurrence, overlaps included, by start and index."""
        ...  # pragma: no cover


MatcherFactory = Callable[[Sequence[str]], Matcher]
"""Builds a matcher from distinct, non-empty keywords."""


class PairMatcher:
    """The pure matcher (纯 Python 匹配器): filters by character pairs, then searches the survivors.

    Args:
        words: distinct, non-empty keywords of any length, single characters included.
    """

    __slots__ = ("_filed", "_longest", "_pairs", "_single", "_singles", "_unpack")

    def __init__(self, words: Sequence[str]) -> None:
        self._longest = max(map(len, words), default=1)
        self._singles = {word: index for index, word in enumerate(words) if len(word) == 1}
        self._single = re.compile(f"[{re.escape(''.join(self._singles))}]").finditer if self._singles else None
        usage = Counter(pair for word in words for pair in set(_pairs_of(word)))
        filed: dict[int, list[tuple[str, int]]] = {}
        for index, word in enumerate(words):
            if len(word) > 1:
                filed.setdefault(_code(min(_pairs_of(word), key=usage.__getitem__)), []).append((word, index))
        self._filed = {code: tuple(bucket) for code, bucket in filed.items()}
        self._pairs = frozenset(filed)
        self._unpack: dict[int, tuple[Callable[..., tuple[int, ...]], Callable[..., tuple[int, ...]]]] = {}

    def find(self, text: str) -> Found:
        """Return (index of the keyword, start, end) of every occurrence, overlaps included, by start and index."""
        if len(text) <= _PIECE:
            return self._find(text)
        found: Found = []
        for base in range(0, len(text), _PIECE):
            piece = text[base : base + _PIECE + self._longest - 1]
            found += [(index, base + start, base + end) for index, start, end in self._find(piece) if start < _PIECE]
        return found

    def _find(self, text: str) -> Found:
        raw = text.encode("utf-16-le", "surrogatepass")
        size = len(raw)
        found: Found = []
        if size > 3:
            unpack = self._unpack.get(size)
            if unpack is None:
                unpack = self._unpack[size] = _unpackers(size >> 1)
            even, odd = unpack
            filed, find = self._filed, text.find
            for code in self._pairs.intersection(even(raw) + odd(raw, 2)):
                for word, index in filed[code]:
                    start = find(word)
                    while start >= 0:
                        found.append((index, start, start + len(word)))
                        start = find(word, start + 1)
        if self._single is not None:
            found += [(self._singles[each[0]], each.start(), each.end()) for each in self._single(text)]
        found.sort(key=IN_ORDER)
        return found


def _pairs_of(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(len(word) - 1)]


def _code(pair: str) -> int:
    # Beyond the basic plane one character is two units: the first two units of the pair are enough for a filter.
    return int.from_bytes(pair.encode("utf-16-le", "surrogatepass")[:4], "little")


def _unpackers(units: int) -> tuple[Callable[..., tuple[int, ...]], Callable[..., tuple[int, ...]]]:
    return Struct(f"<{units >> 1}I").unpack_from, Struct(f"<{(units - 1) >> 1}I").unpack_from
