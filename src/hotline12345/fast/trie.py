"""Where which of many words stands (批量匹配): all texts at once, walked down a trie."""

from __future__ import annotations

from . import missing

try:
    import numpy as np
except ImportError as error:
    raise missing("numpy") from error

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]

_CHAR, _SIZE = 21, 16  # bits of a character, of a word's length
_MIX = np.uint64(0x9E3779B97F4A7C15)
_WIDE = 8192  # edges from which on a level is a hash table
_ROOM = 6  # slots for each entry: most slots are empty, and whoever finds one empty is done


class Trie:
    """Finds words in an array of code points, overlaps included.

    Args:
        words: distinct, of two characters at least.
    """

    def __init__(self, words: Sequence[str]) -> None:
        sizes = np.array([len(word) for word in words], np.int64)
        begins = np.cumsum(sizes) - sizes
        chars = code_points("".join(words)).astype(np.int64)
        first, node = np.unique(chars[begins], return_inverse=True)
        # By the first character alone; the last entry stands for all that is beyond.
        self._first = np.full(int(first.max(initial=0)) + 2, -1, np.int64)
        self._first[first] = np.arange(len(first))
        self._levels: list[tuple[_Level, Array]] = []  # each with the word that ends at a node, or -1
        rows = np.arange(len(words))
        while len(rows):
            depth = len(self._levels) + 1
            edges, node = np.unique((node << _CHAR) | chars[begins[rows] + depth], return_inverse=True)
            ends = sizes[rows] == depth + 1
            word = np.full(len(edges), -1, np.int64)
            word[node[ends]] = rows[ends]
            self._levels.append(((_Wide if len(edges) > _WIDE else _Level)(edges), word))
            rows, node = rows[~ends], node[~ends]

    def find(self, codes: Array) -> tuple[Array, Array, Array]:
        """Return starts, ends and numbers of the words, by start and the longest first."""
        ahead = np.concatenate((codes.astype(np.int64), np.zeros(len(self._levels) + 1, np.int64)))
        node = self._first[np.minimum(codes, len(self._first) - 1)]
        at = np.flatnonzero(node >= 0)
        node = node[at]
        found = [(at[:0], 0, node[:0])]
        for size, (level, word) in enumerate(self._levels, 2):
            if not len(at):
                break
            at, node = level.step(at, (node << _CHAR) | ahead[at + size - 1])
            here = word[node]
            whole = np.flatnonzero(here >= 0)
            found.append((at[whole], size, here[whole]))
        start = np.concatenate([start for start, _, _ in found])
        end = np.concatenate([start + size for start, size, _ in found])
        turn = np.argsort((start << _SIZE) + start - end, kind="stable")  # runs, one for each length
        return start[turn], end[turn], np.concatenate([number for _, _, number in found])[turn]


class _Level:
    """From a node and a character to the node below; *keys* are sorted."""

    def __init__(self, keys: Array) -> None:
        self._keys = np.append(keys, np.iinfo(np.int64).max)

    def step(self, at: Array, keys: Array) -> tuple[Array, Array]:
        """Return those of *at* whose key is here, and the nodes they come to."""
        node = np.searchsorted(self._keys, keys)
        same = np.flatnonzero(self._keys[node] == keys)
        return at[same], node[same]


class _Wide(_Level):
    """The same by a hash table: the numbers of the keys, sorted by the slot they fall into."""

    def __init__(self, keys: Array) -> None:
        bits = (_ROOM * len(keys)).bit_length()
        self._shift = np.uint64(64 - bits)
        slots = self._slots(keys)
        self._node = np.argsort(slots, kind="stable")
        self._keys = keys[self._node]
        self._begin = np.searchsorted(slots[self._node], np.arange((1 << bits) + 1))

    def _slots(self, keys: Array) -> Array:
        return ((keys.view(np.uint64) * _MIX) >> self._shift).astype(np.int64)

    def step(self, at: Array, keys: Array) -> tuple[Array, Array]:
        slots = self._slots(keys)
        place, end = self._begin[slots], self._begin[slots + 1]
        gone, node = [at[:0]], [at[:0]]
        while True:
            left = np.flatnonzero(place < end)
            if not len(left):
                return np.concatenate(gone), np.concatenate(node)
            at, keys, place, end = at[left], keys[left], place[left], end[left]
            same = self._keys[place] == keys
            gone.append(at[same])
            node.append(self._node[place[same]])
            place = np.where(same, end, place + 1)


def code_points(text: str) -> Array:
    """Return the code points of *text*; half a surrogate pair is one like any other."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
