"""What the names of many texts say, as arrays (成批判断)."""

from __future__ import annotations

import numpy as np

from ..table import SHORT
from .fits import TOWN, Fits
from .sheet import MOST, NONE, OPEN, Array, Sheet, any_of, each

_NAMES = 20  # bits of the number of a name


class Reading:
    """The names of *many* texts: of each the text, where it starts and ends, and its number, by place."""

    def __init__(self, sheet: Sheet, many: int, text: Array, start: Array, end: Array, name: Array) -> None:
        self._sheet, self._many = sheet, many
        self._text, self._start, self._end, self._name = text, start, end, name
        self._unclear = np.zeros(many, bool)
        self._state = np.full(many, NONE)
        self._own = np.zeros(many, np.int64)  # the lowest name, by its place among all
        self._guess = np.zeros(many, bool)  # whether it is a town that counts for nothing
        self._score, self._whole = np.zeros(many), np.zeros(many, bool)

    def settled(self, home: str) -> Array:
        """Return for each text the division that is certain, by its entry, or ``NONE``, or ``OPEN``."""
        text, name, unclear = self._text, self._name, self._unclear
        sure = self._sheet.full[name] | self._sheet.place[name]
        towns, place, of, lies = self._towns(sure)
        anywhere, elsewhere = sure.copy(), np.zeros(len(name), bool)
        anywhere[towns[of[lies]]] = True
        kept = np.flatnonzero(anywhere)
        by_chance = self._by_chance(kept)
        chance, kept = np.flatnonzero(by_chance), kept[~by_chance[kept]]
        # A town for short that lies in some of the places only is none of them.
        elsewhere[towns[of[~lies & ~by_chance[place]]]] = True
        named = kept[~elsewhere[kept]]
        said = np.sort((text[named] << _NAMES) | name[named])
        unclear[said[1:][said[:-1] == said[1:]] >> _NAMES] = True
        if home:
            unclear[text[chance]] = True
        chance = chance[~unclear[text[chance]]]
        most, related = self._most(chance, kept[any_of(by_chance, text, self._many)[text[kept]]])
        chance, named = chance[~unclear[text[chance]]], named[~unclear[text[named]]]
        self._state[unclear] = OPEN
        self._lowest(named, home)
        self._doubt(chance, named, most, related)
        return self._state

    def _towns(self, sure: Array) -> tuple[Array, Array, Array, Array]:
        """Return towns for short, and each pair of one and a place of its text: place, town, whether it lies there."""
        sheet, text, name = self._sheet, self._text, self._name
        place = np.flatnonzero(sheet.place[name])
        places = np.bincount(text[place], minlength=self._many)
        entries = np.bincount(text[place], sheet.count[name[place]], self._many)
        towns = np.flatnonzero(~sure)
        towns = towns[places[text[towns]] > 0]
        self._unclear |= np.bincount(text[towns], entries[text[towns]], self._many) > MOST
        towns = towns[~self._unclear[text[towns]]]
        row, nth = each(places[text[towns]])
        place = place[(np.cumsum(places) - places)[text[towns[row]]] + nth]
        pair, entry = sheet.entries(name[place])
        return towns, place, row, any_of(sheet.any_lies(name[towns[row[pair]]], entry), pair, len(row))

    def _over(self, one: Array, other: Array) -> Array:
        """Whether the names lie over the others, as in :mod:`..weigh`."""
        start, end = self._start, self._end
        shared = np.minimum(end[one], end[other]) - np.maximum(start[one], start[other])
        over: Array = (shared > 1) | ((shared == 1) & (np.abs(start[one] - start[other]) <= 1))
        return over

    def _crossed(self, kept: Array) -> Array:
        """Whether each name crosses the next; two in full may share a character (济南市中区)."""
        full = self._sheet.full[self._name]
        crossed: Array = self._end[kept[:-1]] > self._start[kept[1:]]
        touching = np.flatnonzero(crossed)
        left, right = kept[touching], kept[touching + 1]
        crossed[touching] = self._over(left, right) | ~full[left] | ~full[right]
        return crossed

    def _by_chance(self, kept: Array) -> Array:
        """Return what may stand there by chance, as it crosses another name: the 南开 of 河南开封市."""
        size, full = np.minimum(self._end - self._start, 63), self._sheet.full[self._name]
        strong = 128 * full + 64 * self._sheet.place[self._name] + size
        chance = np.zeros(len(strong), bool)
        for _ in range(4):
            touched = any_of(self._crossed(kept), self._text[kept[1:]], self._many)
            kept = kept[touched[self._text[kept]]]
            crossed = np.append(self._crossed(kept), False)
            weaker = np.append(strong[kept[:-1]] < strong[kept[1:]], False)
            first, second = crossed & weaker, np.append(False, crossed & ~weaker)[:-1]
            # What is crossed by nothing but a weak name stays, for now.
            weak = (first | (second & ~np.append(False, first | second)[:-1])) & ~full[kept]
            chance[kept[weak]] = True
            kept = kept[~weak]
        self._unclear[self._text[kept[1:]][self._crossed(kept)]] = True
        return chance

    def _most(self, chance: Array, kept: Array) -> tuple[Array, Array]:
        """Return the most that a name that stands there by chance may score, and whether it leads where others do."""
        sheet, text, name = self._sheet, self._text, self._name
        here = np.bincount(text[kept], minlength=self._many)
        load = np.bincount(text[kept], sheet.count[name[kept]], self._many)
        self._unclear |= np.bincount(text[chance], sheet.count[name[chance]] * load[text[chance]], self._many) > MOST
        chance = chance[~self._unclear[text[chance]]]
        of, entry = sheet.entries(name[chance])
        row, nth = each(here[text[chance[of]]])
        whose = chance[of[row]]
        which = kept[(np.cumsum(here) - here)[text[whose]] + nth]
        pair, other = sheet.entries(name[which])
        row, which, whose = row[pair], which[pair], whose[pair]
        lower = entry[row]
        # The 内蒙 of 内蒙古 is the same; what it says is said.
        again = (sheet.at[other] == sheet.at[lower]) & (self._start[which] == self._start[whose])
        again = any_of(again, row, len(entry))
        holds = sheet.lies(other, lower) & ~again[row]  # it may speak for another
        self._unclear[text[whose[holds]]] = True
        related = sheet.lies(lower, other) & ~again[row]
        above = np.flatnonzero(related & ~self._over(whose, which))
        score = sheet.worth[entry] + np.bincount(row[above], sheet.worth[other[above]], len(entry))
        score[again] = 0.0
        most = np.zeros(self._many)
        np.maximum.at(most, text[chance[of]], score)
        most += SHORT * np.maximum(np.bincount(text[chance], minlength=self._many) - 1, 0)
        return most, np.bincount(text[whose[related]], minlength=self._many) > 0

    def _doubt(self, chance: Array, named: Array, most: Array, related: Array) -> None:
        """Leave open the texts in which what stands there by chance may make a difference.

        It makes none where nothing it may mean comes near the best, and where the best does not suffer: what touches
        a name that speaks for the best does not speak against it.
        """
        if not len(chance):
            return
        text, start, end, full = self._text, self._start, self._end, self._sheet.full[self._name]
        of, own, state = text[chance], self._own[text[chance]], self._state[text[chance]]
        after = np.searchsorted(start[named], start[chance], side="right")
        last, following = named[after - 1], named[np.minimum(after, len(named) - 1)]
        left = (after > 0) & (end[last] > start[chance]) & ~(self._guess[of] & (own == last))
        right = (after < len(named)) & (start[following] < end[chance]) & ~(self._guess[of] & (own == following))
        crosses = (left & full[last]) | (right & full[following])
        margin = np.where(any_of(~crosses, of, self._many) | related, 1.0, 0.0)
        doubt = ~self._whole[of] | (most[of] >= self._score[of] - margin[of])
        town = (state == NONE) | (self._sheet.level[np.maximum(state, 0)] == 4)
        doubt |= town & (start[own] < end[chance]) & (start[chance] < end[own])
        doubt |= (state >= 0) & self._sheet.place[self._name[chance]] & ~left
        self._state[of[doubt]] = OPEN

    def _lowest(self, named: Array, home: str, last: bool = False) -> None:
        """Settle the texts that have names, by the lowest of each."""
        if not len(named):
            return
        sheet, text, name = self._sheet, self._text[named], self._name[named]
        new = np.append(True, text[1:] != text[:-1])
        group, texts = np.cumsum(new) - 1, text[new]
        ranked = (sheet.top[name] << 32) | np.arange(len(named))
        lowest = np.maximum.reduceat(ranked, np.flatnonzero(new)) & 0xFFFFFFFF
        other = np.flatnonzero(lowest[group] != np.arange(len(named)))
        own, size = name[lowest], np.bincount(group)
        fits = Fits(sheet, own, name[other], group[other])
        state = fits.home(home) if home else fits.settled(size, last)
        self._state[texts] = state
        self._score[texts], self._whole[texts] = fits.worth, fits.whole
        if last:
            self._state[texts[state == TOWN]] = OPEN
            return
        self._own[texts] = named[lowest]
        town = state == TOWN
        if not town.any():
            return
        self._guess[texts] = town
        self._state[texts[town]] = NONE
        self._lowest(named[other[town[group[other]]]], home, last=True)
        rest = self._state[texts]
        # Not all that is left speaks for one; or what was taken for a town is none.
        whole = self._whole[texts]
        unsure = town & ~whole & (sheet.place[own] | ~fits.one | ((size > 2) & (rest == NONE)))
        unsure |= town & sheet.place[own] & ~((rest >= 0) & sheet.lies(fits.head, np.maximum(rest, 0)))
        self._state[texts[unsure]] = OPEN
