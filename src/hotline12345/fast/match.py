"""The native keyword matcher (原生匹配器): ahocorasick-rs, with the pure matcher's answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotline12345.core.classify.matcher import IN_ORDER, Found, MatcherFactory

from . import missing

_HALVES = re.compile("[\ud800-\udfff]")


class AutomatonMatcher:
    """Finds every keyword with one automaton (AC 自动机), overlaps included.

    Args:
        words: distinct, non-empty keywords.

    Raises:
        PluginError: ``missing-extra``, where ahocorasick-rs is not installed.
    """

    __slots__ = ("_blank", "_find")

    def __init__(self, words: Sequence[str]) -> None:
        try:
            from ahocorasick_rs import AhoCorasick
        except ImportError as error:
            raise missing("ahocorasick-rs") from error
        self._find = AhoCorasick(list(words)).find_matches_as_indexes
        used = {char for word in words for char in word}
        self._blank = next(char for char in map(chr, range(0xFFFF, 0xE000, -1)) if char not in used)

    def find(self, text: str) -> Found:
        """Return (index of the keyword, start, end) of every occurrence, overlaps included, by start and index."""
        try:
            found: Found = self._find(text, True)
        except UnicodeEncodeError:  # half a surrogate pair is no Rust string: blank it, one character for one
            found = self._find(_HALVES.sub(self._blank, text), True)
        if len(found) > 1:
            found.sort(key=IN_ORDER)
        return found


def best_matcher() -> MatcherFactory | None:
    """Return the native matcher where ahocorasick-rs is installed, else ``None``, which means the pure one."""
    try:
        import ahocorasick_rs  # noqa: F401
    except ImportError:
        return None
    return AutomatonMatcher
