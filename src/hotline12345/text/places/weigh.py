"""What the names of a text weigh (计分): for and against each division that any of them may mean."""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import NamedTuple

from .mentions import Found
from .table import FULL, SHORT, Called, Name

AGAINST_FULL, AGAINST_SHORT = 2.0, 1.0
"""What a name that leads elsewhere takes away."""
HOME = 1.5
"""What it is worth to lie within the place that was asked for."""


class Scored(NamedTuple):
    """A division that the text may mean; of mentions the numbers, or one bit for each."""

    score: float
    called: Called
    own: int
    chain: int  # its own, and one for each of those it lies in
    against: int  # how many lead elsewhere


_Holding = tuple[int, Name, tuple[str, ...], list[Called]]
_scored = partial(tuple.__new__, Scored)  # there are dozens for a text


class Weighed:
    """The names of a text, weighed against one another (称量)."""

    __slots__ = ("_crossing", "_found", "_home", "_over", "_touching", "scored")

    def __init__(self, found: list[Found], home: str) -> None:
        self._home = home
        places = tuple([key for _, _, name in found for key in name.places])
        if places:  # 胜利, 和平 and two thousand other towns for short, elsewhere
            found = [m for m in found if m[2].places or m[2].full or m[2].lies_in(places)]
        self._found = found
        self._meet()
        holding = [(at, name, name.places, name.whose) for at, (_, _, name) in enumerate(found) if name.places]
        best: dict[str, Scored] = {}
        for own, (_, _, name) in enumerate(found):
            whose = name.whose
            if places and len(whose) > 1:
                whose = [called for called in whose if called[2] >= SHORT or called[0].startswith(places)]
            if whose:
                # A town holds nothing, and so leads nowhere.
                self._score(best, own, whose, [other for other in holding if other[0] != own])
        self.scored = list(best.values())

    def _meet(self) -> None:
        """Note of each mention which others it touches, lies over, and crosses."""
        found = self._found
        touching, over, crossing = [0] * len(found), [0] * len(found), [0] * len(found)
        for first, (start, end, name) in enumerate(found):
            for second in range(first + 1, len(found)):
                begin, stop, other = found[second]
                if begin >= end:
                    break
                touching[first] |= 1 << second
                touching[second] |= 1 << first
                # The last character of a place may begin what is in it (内江市中区).
                if min(end, stop) - begin > 1 or begin - start <= 1:
                    over[first] |= 1 << second
                    over[second] |= 1 << first
                # A name for short crosses one in full that it begins or ends within, or lies around.
                if name.full and not other.full:
                    crossing[second] |= 1 << first
                elif other.full and not name.full:
                    crossing[first] |= 1 << second
        self._touching, self._over, self._crossing = touching, over, crossing

    def _score(self, best: dict[str, Scored], own: int, whose: list[Called], others: list[_Holding]) -> None:
        """Score the divisions of one name, and keep of each division the best."""
        touching, over, home = self._touching, self._over, self._home
        for called in whose:
            key, level, score, _, _ = called
            chain, against, taken = 1 << own, 0, 0
            for at, name, places, highest in others:
                if key.startswith(places):
                    high, most = 0, 0.0
                    for above, at_level, worth, _, _ in highest:  # the highest first
                        if at_level >= level:
                            break
                        if worth > most and key.startswith(above) and not taken >> at_level & 1:
                            high, most = at_level, worth
                    if high and not over[at] & chain:
                        chain |= 1 << at
                        taken |= 1 << high
                        score += most
                elif not touching[at] & chain and not name.lies_within(key):
                    score -= AGAINST_FULL if name.full else AGAINST_SHORT
                    against += 1
            if home and key.startswith(home):
                score += HOME
            known = best.get(key)
            if known is None or score > known[0]:
                best[key] = _scored((score, called, own, chain, against))

    def said(self, one: Scored) -> tuple[str, ...]:
        """Return the words that lead to the division, from the province down."""
        own = self._found[one.own][2]
        names = [own, *(m[2] for at, m in enumerate(self._found) if one.chain >> at & 1 and at != one.own)]
        names.sort(key=lambda name: max(called.level for called in name.whose))
        return tuple([name.form for name in names])

    @property
    def code(self) -> str:
        """The code of the division that is certain; "" for none."""
        best = self.certain()
        return best.called.division.code if best is not None else ""

    def certain(self) -> Scored | None:
        """Return the one that nothing else can be meant instead of; ``None`` when there is any doubt."""
        scored = self.scored
        best = max(scored, key=_rank, default=None)
        if best is None:
            return None
        if best.called.level == 4 and (best.called.worth < FULL or self._crossed(best.own)):
            # The town is a guess; where it would lie may be beyond doubt all the same.
            scored = [one for one in scored if one[1][1] < 4]
            best = max(scored, key=_rank, default=None)
        if best is None or best.against or not self._stands(best) or self._rivalled(scored, best):
            return None
        return best

    def _rivalled(self, scored: list[Scored], best: Scored) -> bool:
        home, (score, (key, *_), _, chain, _) = self._home, best
        for theirs, (other, _, _, _, now), _, said, _ in scored:
            if key.startswith(other) or now.startswith(key):
                continue  # the best itself, and what lies in it, be it by a former code
            if home and key.startswith(home) and not other.startswith(home):
                continue  # the city's own is meant, unless somebody says another's
            # Another that says as much of the text, or more of it, may be meant as well; not the 市南 of 沈阳市南京路.
            if (theirs >= score - 1.0 or chain & ~said == 0) and not (theirs < score and self._all_cross(said, chain)):
                return True
        return False

    def _all_cross(self, chain: int, whole: int) -> bool:
        return all(crossed & whole for at, crossed in enumerate(self._crossing) if chain >> at & 1)

    def _crossed(self, own: int) -> bool:
        """Whether the name in full is crossed by a place that the text may mean."""
        meant = reduce(or_, [one[3] for one in self.scored])
        crossing = enumerate(self._crossing)
        return any(over >> own & 1 and meant >> at & 1 and self._found[at][2].places for at, over in crossing)

    def _stands(self, one: Scored) -> bool:
        """Whether the division is named in full, or for short after a place that holds it and is called otherwise."""
        key, level, worth, division, _ = one.called
        if division.until:
            return False
        if worth >= FULL:
            return True
        above = any(c.level < level and key.startswith(c.key) for c in self._found[one.own][2].whose)  # 濮阳市濮阳 …
        return level < 4 and one.chain != 1 << one.own and not above


def _rank(one: Scored) -> tuple[float, int, str]:
    return one[0], -one[1][1], one[1][0]
