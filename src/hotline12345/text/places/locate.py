"""From the text of an address to the division it names (地址识别).

Every name in the text is a mention.  A division is supported by the mentions of itself and of those above it, as far
as they do not lie over one another; a mention that neither leads to it nor belongs to it speaks against it.  What is
supported best comes first.  It is certain only when nothing else explains the same mentions: 鼓楼区 alone is four
candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import add, attrgetter
from typing import NamedTuple

from .table import FULL, Begin, Called, Divisions, Name, divisions

AGAINST_FULL, AGAINST_SHORT = 2.0, 1.0
"""What a name that leads elsewhere takes away."""
HOME = 1.5
"""What it is worth to lie within the place that was asked for."""
LONGEST = 400
"""Only so many characters of a text are read: an address stands in its first sentences."""

# 南京路 is in no way in 南京: a name for short that goes on like this is another thing's name.
not_a_place = re.compile(
    "[东西南北中]?[一二三四五六七八九十]?"
    "(?:路|街(?!道)|大道|大街|巷|弄|胡同|桥|站(?!前)|大厦|广场|花园|公园|小区|新村|家园|酒店|饭店|宾馆|公路|高速|银行|医院|学校|大学|学院|"
    "中学|小学|幼儿园|公司|集团|厂|市场|商场|超市|河|湖|山庄|机场|地铁|人(?!民)|话|菜(?!市))"
).match
GOES_ON = frozenset(
    "东西南北中一二三四五六七八九十路街大巷弄胡桥站广花公小新家酒饭宾高银医学中幼集厂市商超河湖山机地人话菜"
)


class Mention(NamedTuple):
    """A name found in the text (提及)."""

    start: int
    end: int
    name: Name


class Candidate(NamedTuple):
    """A division that the text may mean (候选).

    Args:
        code: six digits, nine for a town; of a retired name the code in use today.
        name: its name.
        path: the names from the province down.
        confidence: 0 to 1; all candidates together make 1 at most, but what is certain has .9 at least.
        said: the words in the text that lead to it, from the province down.
        retired: the name in the text, where it is not in use any more.
    """

    code: str
    name: str
    path: tuple[str, ...]
    confidence: float
    said: tuple[str, ...]
    retired: str = ""


Found = tuple[int, int, Name]
"""A mention before it is weighed, as a plain tuple: most never are."""


class _Scored(NamedTuple):
    score: float
    called: Called
    chain: list[Mention]  # the division's own first
    against: int


class Located:
    """What came of a text (识别结果): ``candidates``, the best first, and ``certain``, the one beyond doubt if any."""

    __slots__ = ("_candidates", "_code", "_found", "_home", "_table", "_weighed")

    def __init__(self, found: list[Found], home: str, table: Divisions) -> None:
        self._found, self._home, self._table = found, home, table
        self._code: str | None = None
        self._weighed: list[_Scored] | None = None
        self._candidates: tuple[Candidate, ...] | None = None

    @property
    def code(self) -> str:
        """The code that is certain; "" where there is doubt."""
        code = self._code
        if code is None:
            code = _plain(self._found, self._home)
            if code is None:
                certain = _certain(self._scored, self._home)
                code = certain.called.division.code if certain is not None else ""
            self._code = code = "" if code in self._table.doubtful else code
        return code

    @property
    def certain(self) -> Candidate | None:
        """The one that nothing else can be meant instead of; ``None`` where there is doubt."""
        code = self.code
        return next((one for one in self.candidates if one.code == code), None) if code else None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What may be meant, the best first (候选)."""
        if self._candidates is None:
            self._candidates = tuple(self._ranked())
        return self._candidates

    @property
    def _scored(self) -> list[_Scored]:
        if self._weighed is None:
            self._weighed = _scored([Mention(*each) for each in self._found], self._home)
        return self._weighed

    def _ranked(self) -> Iterable[Candidate]:
        kept = sorted(
            (one for one in self._scored if one.score > 0),
            key=lambda one: (-one.score, one.called.level, one.called.key),
        )
        weights = [4.0 ** (one.score - kept[0].score) for one in kept]
        total = sum(weights)
        found: dict[str, Candidate] = {}
        for one, weight in zip(kept, weights, strict=True):
            for candidate in self._told(one, weight / total):
                found.setdefault(candidate.code, candidate)
        return found.values()

    def _told(self, one: _Scored, share: float) -> list[Candidate]:
        said = tuple(m.name.form for m in sorted(one.chain, key=lambda m: -min(c.level * -1 for c in m.name.whose)))
        division = one.called.division
        now = self._table.current(division.code) if division.until else (division,)
        if division.code == self.code:
            share = max(share, 0.9)
        return [
            Candidate(
                d.code,
                d.name,
                tuple(above.name for above in self._table.path(d.code)),
                round(share / len(now), 4),
                said,
                division.name if division.until else "",
            )
            for d in now
        ]


def locate(text: str, within: str = "", *, table: Divisions | None = None) -> Located:
    """Find the administrative division that *text* names (识别地点).

    Args:
        text: an address, or whatever somebody wrote; its first :data:`LONGEST` characters are read.
        within: a division code: what lies in it is preferred (a city's hotline means its own 和平区).
        table: another table of divisions.

    Returns:
        The candidates, and the one that is certain or ``None``: no guess is ever certain.
    """
    table = table or divisions()
    return Located(found_in(text[:LONGEST], table.begins), prefix(within), table)


def prefix(code: str) -> str:
    while code.endswith("00") and len(code) > 2:
        code = code[:-2]
    return code


def found_in(text: str, begins: Mapping[str, Begin]) -> list[Found]:
    """Return the names in the text; one in full hides what lies within it: the 吉林 of 吉林省, the 河北 of 河北区."""
    found: list[Found] = []
    covered = 0
    for start, known in enumerate(map(begins.get, map(add, text, text[1:]))):
        if known is None:
            continue
        name, longer = known
        for rest, long in longer.get(text[start + 2 : start + 3], ()):
            if rest and not text.startswith(rest, start + 3):
                continue
            end = start + 3 + len(rest)
            if end <= covered:
                break
            if long.full:
                covered = end
            elif text[end : end + 1] in GOES_ON and not_a_place(text, end):
                continue
            found.append((start, end, long))
        end = start + 2
        if name is None or end <= covered:
            continue
        if name.full:
            covered = end
        elif text[end : end + 1] in GOES_ON and not_a_place(text, end):
            continue
        found.append((start, end, name))
    return found


def _plain(found: list[Found], home: str) -> str | None:
    """Return the code that is certain ("" for none) where that is plain to see; ``None`` where it must be weighed.

    It is plain where no names cross and the lowest of them lies in all the others: whoever lacks a name lacks its
    worth, and has it against them.
    """
    places = [name.keys for _, _, name in found if name.places]
    somewhere = sum(places, ()) if len(places) != 1 else places[0]
    end, named = 0, []
    own: Name | None = None
    for start, stop, name in found:
        # A town that lies in nothing else that is named is a road's name, or chance.
        if name.places or name.full or name.lies_in(somewhere):
            if start < end:
                return None
            end = stop
            if not (name.places or name.full or len(places) < 2 or all(map(name.lies_in, places))):
                continue  # nor one that lies in some of it only
            named.append(name)
            if own is None or name.top >= own.top:
                own = name
    if own is None:
        return ""
    # A name that is said twice may mean two things: 新乡新乡.
    return _lowest(own, named, home) if len(set(named)) == len(named) else None


def _lowest(own: Name, named: list[Name], home: str) -> str | None:
    fits = own.whose
    for name in named:
        if name is not own:
            keys = name.keys
            if name.lies_in(own.keys):
                return None
            fits = [called for called in fits if called.key.startswith(keys)]
    if len(fits) > 1:
        fits = _topmost(fits)
    if home or not fits or any(map(_until, fits)):
        found = fits[0] if len(fits) == 1 else None
        settled = found is not None and found.worth >= FULL and found.key.startswith(home) and not found.division.until
        return found.division.code if found is not None and settled else None
    if len(fits) > 1:
        alike = len({(called.worth, called.level) for called in fits}) == 1
        return "" if alike and fits[0].level < 4 else None
    one = fits[0]
    if one.worth >= FULL or (one.level < 4 and len(named) > 1):
        return one.division.code
    if one.level < 4:
        return ""
    if own.places:
        return None  # elsewhere it is more than a town
    rest = [name for name in named if name is not own]  # the town is a guess; what it lies in may be none
    code = _lowest(max(rest, key=_top), rest, home) if rest else ""
    return code if code or len(rest) < 2 else None


def _topmost(fits: list[Called]) -> list[Called]:
    """Leave away what lies in the first of them: its former codes, and the towns that are called like it."""
    first = fits[0]
    if first.division.until:
        return fits
    held = all(called.now.startswith(first.key) and called.worth <= first.worth for called in fits)
    return fits[:1] if held else fits


_top, _until = attrgetter("top"), attrgetter("division.until")


def _scored(mentions: list[Mention], home: str) -> list[_Scored]:
    places = tuple([key for m in mentions for key in m.name.places])
    if places:  # 胜利, 和平 and two thousand other towns for short, elsewhere
        mentions = [m for m in mentions if m.name.places or m.name.full or m.name.lies_in(places)]
    found: dict[str, _Scored] = {}
    for mention in mentions:
        others = [other for other in mentions if other is not mention]
        for called in mention.name.whose:
            key = called.key
            if called.worth < 2.0 and places and not key.startswith(places):
                continue
            one = _score(mention, called, others, home)
            known = found.get(key)
            if known is None or one.score > known.score:
                found[key] = one
    return list(found.values())


def _score(mention: Mention, called: Called, others: list[Mention], home: str) -> _Scored:
    key, level, score, _, _ = called
    chain, against, taken = [mention], 0, 0
    for other in others:
        name = other.name
        best: Called | None = None
        related = key.startswith(name.keys)
        if related:
            for one in name.whose:  # the highest first
                if one.level >= level:
                    break
                if key.startswith(one.key) and not taken >> one.level & 1:
                    best = one if best is None or one.worth > best.worth else best
        if best is not None and not _over_any(other, chain):
            chain.append(other)
            taken |= 1 << best.level
            score += best.worth
        elif name.places and not related and not _touches(other, chain) and not name.lies_in((key,)):
            score -= AGAINST_FULL if name.full else AGAINST_SHORT
            against += 1
    if home and key.startswith(home):
        score += HOME
    return _Scored(score, called, chain, against)


def _touches(one: Mention, chain: list[Mention]) -> bool:
    start, end, _ = one
    return any(start < held[1] and held[0] < end for held in chain)


def _over_any(one: Mention, chain: list[Mention]) -> bool:
    """Whether it lies over another; the last character of a place may begin what is in it (内江市中区)."""
    start, end, _ = one
    for held in chain:
        shared = min(end, held[1]) - max(start, held[0])
        if shared > 1 or (shared == 1 and abs(start - held[0]) <= 1):
            return True
    return False


def _certain(scored: list[_Scored], home: str) -> _Scored | None:
    """Return the one that nothing else can be meant instead of; ``None`` when there is any doubt."""
    if not scored:
        return None
    best = max(scored, key=lambda one: (one.score, -one.called.level, one.called.key))
    if best.called.level == 4 and (best.called.worth < FULL or _crossed(best.chain[0], scored)):
        # The town is a guess; where it would lie may be beyond doubt all the same.
        rest = [one for one in scored if one.called.level < 4]
        return _certain(rest, home)
    if best.against or not _stands(best):
        return None
    key, spans = best.called.key, {m[:2] for m in best.chain}
    for other in scored:
        theirs = other.called.key
        if other is best or key.startswith(theirs) or other.called.now.startswith(key):
            continue  # what lies in it, be it by a former code
        if home and key.startswith(home) and not theirs.startswith(home):
            continue  # the city's own is meant, unless somebody says another's
        if other.score < best.score and all(any(_crosses(m, c) for c in best.chain) for m in other.chain):
            continue  # the 市南 of 沈阳市南京路
        # Another that says as much of the text, or more of it, may be meant as well.
        if other.score >= best.score - 1.0 or {m[:2] for m in other.chain} >= spans:
            return None
    return best


def _crossed(own: Mention, scored: list[_Scored]) -> bool:
    return any(_crosses(m, own) and m.name.places for one in scored for m in one.chain)


def _crosses(other: Mention, whole: Mention) -> bool:
    """Whether a name for short begins within a name in full and ends beyond it, or the other way round."""
    touches = other.start < whole.end and whole.start < other.end
    return touches and whole.name.full and not other.name.full and other[:2] != whole[:2]


def _stands(one: _Scored) -> bool:
    """Whether the division is named in full, or for short after a place that holds it and is called otherwise."""
    key, level, worth, division, _ = one.called
    if division.until:
        return False
    if worth >= FULL:
        return True
    above = any(c.level < level and key.startswith(c.key) for c in one.chain[0].name.whose)  # 濮阳市濮阳 …
    return level < 4 and len(one.chain) > 1 and not above
