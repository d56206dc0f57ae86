"""The table of divisions as arrays (区划表的数组).

A division's code is a number whose descendants are the numbers up to another one, so that "begins with" is two
comparisons.
"""

from __future__ import annotations

from hotline12345.fast import missing

try:
    import numpy as np
except ImportError as error:
    raise missing("numpy") from error

from functools import cache
from typing import Any

from numpy.typing import NDArray

from hotline12345.fast.trie import Trie, code_points

from ..mentions import GOES_ON, Found, not_a_place
from ..table import Divisions

Array = NDArray[Any]

MOST = 512
"""Pairs of divisions of one text: whoever writes 城关镇 ten times over is read by himself."""
OPEN, NONE = -2, -1
"""Where others have the number of the division that is certain: it must be weighed; none is."""
_DIGITS, _LENGTH, _CODE = 9, 4, 36  # of the longest code, and the bits of a length and of a code as a number


class Sheet:
    """Names by number, and the divisions that each may mean as entries, the highest first.

    Args:
        table: nothing is added to it after.
    """

    def __init__(self, table: Divisions) -> None:
        self.names = list(table.names.values())
        whose = [called for name in self.names for called in name.whose]
        self._trie = Trie(list(table.names))
        self._goes_on = np.zeros(0x10000, bool)  # the last entry stands for all that is beyond
        self._goes_on[[ord(char) for char in GOES_ON]] = True
        self.full = np.array([name.full for name in self.names], bool)
        self.place = np.array([bool(name.places) for name in self.names], bool)
        self.top = np.array([name.top for name in self.names], np.int64)
        self.count = np.array([len(name.whose) for name in self.names], np.int64)
        self.first = np.cumsum(self.count) - self.count
        self.at, self.after = _span([called.key for called in whose])
        self.now, _ = _span([called.now for called in whose])
        self.level = np.array([called.level for called in whose], np.int64)
        self.worth = np.array([called.worth for called in whose], np.float64)
        self.until = np.array([bool(called.division.until) for called in whose], bool)
        self.codes = [called.division.code for called in whose]
        self._told = ["" if code in table.doubtful else code for code in self.codes] + [""]  # the last for NONE
        of = np.repeat(np.arange(len(self.names)), self.count)
        keys = np.sort((of << _CODE) | self.at)
        self._keys = np.append(keys, np.iinfo(np.int64).max)
        self._least = keys[self.first] & ((1 << _CODE) - 1)
        self._last = keys[self.first + self.count - 1] & ((1 << _CODE) - 1)

    def read(self, texts: list[str], home: str) -> tuple[list[str | None], dict[int, list[Found]]]:
        """Return for each text the code that is certain, "" for none, ``None`` where it must be weighed.

        Returns:
            Besides the codes, the names of each text that must be weighed, by its number; all texts are one to them,
            a line each.
        """
        from .reading import Reading

        start, end, name = self._mentions("\n".join([*texts, ""]))
        size = np.fromiter(map(len, texts), np.int64, len(texts))
        text = np.searchsorted(np.cumsum(size + 1), start, side="right")
        state = Reading(self, len(texts), text, start, end, name).settled(home)
        told, names = self._told, self.names
        codes: list[str | None] = [told[at] if at > OPEN else None for at in state.tolist()]
        left = np.flatnonzero(state[text] == OPEN)
        found: dict[int, list[Found]] = {number: [] for number in np.flatnonzero(state == OPEN).tolist()}
        for number, begin, stop, which in zip(*(row[left].tolist() for row in (text, start, end, name)), strict=True):
            found[number].append((begin, stop, names[which]))
        return codes, found

    def _mentions(self, joined: str) -> tuple[Array, Array, Array]:
        """Return starts, ends and names, as :func:`..mentions.found_in` finds them."""
        codes = code_points(joined)
        start, end, name = self._trie.find(codes)
        full = self.full[name]
        covered = np.maximum.accumulate(np.where(full, end, 0))
        keep = end > np.append(0, covered)[:-1]
        ahead = self._goes_on[np.minimum(codes[end], 0xFFFF)]  # after every name there stands a line's end at least
        doubted = np.flatnonzero(keep & ahead & ~full)
        keep[doubted] = [not_a_place(joined, at) is None for at in end[doubted].tolist()]
        return start[keep], end[keep], name[keep]

    def lies(self, entry: Array, other: Array) -> Array:
        """Whether the divisions are the others, or lie in them."""
        return (self.at[other] <= self.at[entry]) & (self.at[entry] < self.after[other])

    def lies_today(self, entry: Array, other: Array) -> Array:
        """Whether what the divisions are today are the others, or lies in them."""
        return (self.at[other] <= self.now[entry]) & (self.now[entry] < self.after[other])

    def any_lies(self, name: Array, other: Array) -> Array:
        """Whether any division of the names lies in the others."""
        begin, after = self.at[other], self.after[other]
        lies: Array = (begin <= self._last[name]) & (self._least[name] < after)
        some = np.flatnonzero(lies & (self.count[name] > 1))  # those of one name may lie before and after
        own = name[some] << _CODE
        lies[some] = self._keys[np.searchsorted(self._keys, own | begin[some])] < (own | after[some])
        return lies

    def entries(self, name: Array) -> tuple[Array, Array]:
        """Return whose of the names each entry is, and the entries."""
        whose, nth = each(self.count[name])
        return whose, self.first[name[whose]] + nth


@cache
def sheet_of(table: Divisions) -> Sheet:
    """Return the sheet of *table*, made once."""
    return Sheet(table)


def each(counts: Array) -> tuple[Array, Array]:
    """Return for so many of each: whose each is, and the how manieth."""
    whose = np.repeat(np.arange(len(counts)), counts)
    return whose, np.arange(len(whose)) - (np.cumsum(counts) - counts)[whose]


def any_of(what: Array, whose: Array, many: int) -> Array:
    """Return for each of *many* whether any of *what* is his."""
    found = np.zeros(many, bool)
    found[whose[what]] = True
    return found


def _span(codes: list[str]) -> tuple[Array, Array]:
    """Return for each code a number, and the one from which on no code begins with it; "" is before all others."""
    padded = [int(code.ljust(_DIGITS, "0")) for code in codes]
    sizes = [len(code) for code in codes]
    at = [(number << _LENGTH) + size if size else -1 for number, size in zip(padded, sizes, strict=True)]
    after = [(number + 10 ** (_DIGITS - size)) << _LENGTH for number, size in zip(padded, sizes, strict=True)]
    return np.array(at, np.int64), np.array(after, np.int64)
