"""What the lowest name of each text may mean (所合): its divisions that lie in all its other names."""

from __future__ import annotations

import numpy as np

from ..table import FULL, SHORT
from .sheet import MOST, NONE, OPEN, Array, Sheet, any_of, each

TOWN = OPEN - 1
"""A town for short is a guess; what it lies in may be certain all the same."""
_DIGIT = 10  # bits in which names of one level are counted
_ONE_OF = np.array([2.0 ** (_DIGIT * level) for level in range(5)])
_ONE_EACH = int(_ONE_OF.sum())


class Fits:
    """The divisions that fit, and what there is to say of each text.

    Args:
        own: the lowest names, one for each text.
        other: all other names, text by text.
        whose: the number of the text in *own*.
    """

    def __init__(self, sheet: Sheet, own: Array, other: Array, whose: Array) -> None:
        self._sheet, self._own, many = sheet, own, len(own)
        load = sheet.count[own] * (1 + np.bincount(whose, sheet.count[other], many))
        self.unclear = load > MOST
        of, nth = each(np.where(self.unclear, 0, sheet.count[own]))
        entry = sheet.first[own[of]] + nth
        others = np.bincount(whose, minlength=many)
        row, nth = each(others[of])  # an entry and one of the other names
        pair, above = sheet.entries(other[(np.cumsum(others) - others)[of[row]] + nth])
        row_of = row[pair]
        begin, end = sheet.at[entry], sheet.after[entry]
        at, begin, end = sheet.at[above], begin[row_of], end[row_of]
        self.unclear[of[row_of[(begin <= at) & (at < end)]]] = True
        inside = np.flatnonzero((at <= begin) & (begin < sheet.after[above]))
        above, pair, row_of = above[inside], pair[inside], row_of[inside]
        met = np.bincount(pair, minlength=len(row))
        fit = ~any_of(met == 0, row, len(entry))
        related = any_of(met > 0, row, len(entry))
        self.elsewhere = any_of((sheet.level[entry] < 4) & ~fit & related, of, many)
        # All names speak for it, where each has one division above it, and no two of them one of the same level.
        levels = np.bincount(row_of, _ONE_OF[sheet.level[above]], len(entry)).astype(np.int64)
        whole = ~any_of(met > 1, row, len(entry)) & (levels & ~_ONE_EACH == 0)
        self.whole = ~any_of(fit & ~whole, of, many)
        score = sheet.worth[entry] + np.bincount(row_of, sheet.worth[above], len(entry))
        self.entry, self.of, self.score = entry[fit], of[fit], score[fit]
        self.count = count = np.bincount(self.of, minlength=many)
        begin = np.flatnonzero(np.append(True, self.of[1:] != self.of[:-1])[: len(self.of)])
        self.head, self.worth = np.zeros(many, np.int64), np.zeros(many)
        self.head[self.of[begin]], self.worth[self.of[begin]] = self.entry[begin], self.score[begin]
        self.one = (count == 1) | ((count > 1) & self._held())
        until = any_of(sheet.until[self.entry], self.of, many)
        self.used = np.where(self.one, ~sheet.until[self.head], ~until) & (count > 0) & ~self.unclear

    def _held(self) -> Array:
        """Whether the others lie in the first: its former codes, and the towns that are called like it."""
        sheet, first = self._sheet, self.head[self.of]
        held = sheet.lies_today(self.entry, first) & (sheet.worth[self.entry] <= sheet.worth[first])
        return ~any_of(~held | sheet.until[first], self.of, len(self._own))

    def home(self, home: str) -> Array:
        """Return the divisions that are certain within *home*; all others must be weighed."""
        sheet = self._sheet
        there = np.array([sheet.codes[at].startswith(home) for at in self.head.tolist()], bool)
        return np.where(self.one & self.used & (sheet.worth[self.head] >= FULL) & there, self.head, OPEN)

    def settled(self, size: Array, last: bool) -> Array:
        """Return the divisions that are certain; or ``NONE``, ``OPEN``, ``TOWN``.

        Args:
            size: how many names there are.
            last: towns are out of the question, a town for short having been left away.
        """
        sheet, own = self._sheet, self._own
        level, worth = sheet.level[self.head], sheet.worth[self.head]
        sure = self.one & self.used & ((worth >= FULL) | ((level < 4) & (size > 1)))
        best, rival, highest = self._best(size)
        none = self.used & (level < 4) & np.where(self.one, ~sure, self._alike())
        none |= (size == 1) & ~sheet.full[own] & ~self.unclear  # for short, and nothing that holds it
        weighed = self.whole & ~(last & any_of(sheet.level[self.entry] == 4, self.of, len(own)))
        guess = (sheet.level[best] == 4) & (sheet.worth[best] < FULL)
        none |= weighed & ~guess & (self.count > 0) & ~self.unclear & (rival | sheet.until[best])
        # Elsewhere it may be more than a town, if no other name leads there.
        town = self.used & (level == 4) & (highest < FULL) & (self.one | self.whole)
        town &= ~sheet.place[own] | (~sheet.full[own] & ~self.elsewhere)
        return np.select([sure, none, town], [self.head, NONE, TOWN], OPEN)

    def _alike(self) -> Array:
        sheet, first = self._sheet, self.head[self.of]
        unlike = sheet.worth[self.entry] != sheet.worth[first]
        unlike |= sheet.level[self.entry] != sheet.level[first]
        return ~any_of(unlike, self.of, len(self._own))

    def _best(self, size: Array) -> tuple[Array, Array, Array]:
        """Return the best, whether any may be meant instead, and the most that one is worth by itself."""
        sheet, many = self._sheet, len(self._own)
        best, highest = self.head.copy(), sheet.worth[self.head]
        several = np.flatnonzero(~self.one[self.of])
        entry, of, score = self.entry[several], self.of[several], self.score[several]
        turn = np.lexsort((sheet.at[entry], -sheet.level[entry], score, of))
        best[of[turn]] = entry[turn]  # the last of each
        mine = best[of]
        part = sheet.lies(mine, entry) | sheet.lies_today(entry, mine)
        part |= (size[of] == 1) & (sheet.worth[entry] < SHORT)  # nothing leads to that town
        np.maximum.at(highest, of, sheet.worth[entry])
        return best, any_of(~part, of, many), highest
