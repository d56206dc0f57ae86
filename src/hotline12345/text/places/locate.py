"""From the text of an address to the division it names (地址识别).

Every name in the text is a mention.  A division is supported by the mentions of itself and of those above it, as far
as they do not lie over one another; a mention that neither leads to it nor belongs to it speaks against it.  What is
supported best comes first.  It is certain only when nothing else explains the same mentions: 鼓楼区 alone is four
candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice, repeat
from typing import NamedTuple

from hotline12345.core.errors import PluginError

from .mentions import found_in
from .plain import plain
from .table import Divisions, divisions
from .weigh import Scored, Weighed

LONGEST = 400
"""Only so many characters of a text are read: an address stands in its first sentences."""
BATCH = 4096
"""So many texts are read at once."""


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


class Located:
    """What came of a text (识别结果): ``candidates``, the best first, and ``certain``, the one beyond doubt if any.

    Each is found out when it is first asked for.
    """

    __slots__ = ("_asked", "_candidates", "_code", "_text", "_weighed")
    _candidates: tuple[Candidate, ...]
    _weighed: Weighed

    def __init__(self, text: str, asked: tuple[str, Divisions], code: str | None = None) -> None:
        self._text, self._asked, self._code = text, asked, code

    @property
    def code(self) -> str:
        """The code that is certain; "" where there is doubt."""
        if self._code is None:
            home, table = self._asked
            found = found_in(self._text, table.begins)
            code = plain(found, home)
            if code is None:
                self._weighed = Weighed(found, home)
                code = self._weighed.code
            self._code = "" if code in table.doubtful else code
        return self._code

    @property
    def certain(self) -> Candidate | None:
        """The one that nothing else can be meant instead of; ``None`` where there is doubt."""
        code = self.code
        return next((one for one in self.candidates if one.code == code), None) if code else None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What may be meant, the best first (候选)."""
        if not hasattr(self, "_candidates"):
            self._candidates = tuple(self._ranked())
        return self._candidates

    @property
    def _weighing(self) -> Weighed:
        if not hasattr(self, "_weighed"):
            home, table = self._asked
            self._weighed = Weighed(found_in(self._text, table.begins), home)
        return self._weighed

    def _ranked(self) -> Iterable[Candidate]:
        kept = sorted(
            (one for one in self._weighing.scored if one.score > 0),
            key=lambda one: (-one.score, one.called.level, one.called.key),
        )
        weights = [4.0 ** (one.score - kept[0].score) for one in kept]
        total = sum(weights)
        found: dict[str, Candidate] = {}
        for one, weight in zip(kept, weights, strict=True):
            for candidate in self._told(one, weight / total):
                found.setdefault(candidate.code, candidate)
        return found.values()

    def _told(self, one: Scored, share: float) -> list[Candidate]:
        said, division, table = self._weighing.said(one), one.called.division, self._asked[1]
        now = table.current(division.code) if division.until else (division,)
        if division.code == self.code:
            share = max(share, 0.9)
        return [
            Candidate(
                d.code,
                d.name,
                tuple(above.name for above in table.path(d.code)),
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
    return Located(text[:LONGEST], (prefix(within), table or divisions()))


def locate_many(texts: Iterable[str], within: str = "", *, table: Divisions | None = None) -> list[Located]:
    """Find the divisions of many texts (批量识别地点); the answers of :func:`locate`, one by one.

    With the extra ``fast`` all texts are read at once, as arrays; without it one after the other.

    Args:
        texts, within, table: as for :func:`locate`.
    """
    asked = home, table = prefix(within), table or divisions()
    short = (text[:LONGEST] for text in texts)
    try:
        from .arrays.sheet import sheet_of
    except PluginError:
        return [Located(text, asked) for text in short]
    sheet, answers = sheet_of(table), list[Located]()
    while batch := list(islice(short, BATCH)):
        codes, left = sheet.read(batch, home)
        for at, found in left.items():
            code = Weighed(found, home).code
            codes[at] = "" if code in table.doubtful else code
        answers += map(Located, batch, repeat(asked), codes)
    return answers


def prefix(code: str) -> str:
    while code.endswith("00") and len(code) > 2:
        code = code[:-2]
    return code
