"""An index that finds earlier messages of the same matter (同一事项索引): never by comparing all with all.

Candidates come from three lists, each looked at only so far back: messages that share one of the heaviest grams,
messages in the same or a neighbouring cell of the map, and messages of the same requester.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from attrs import frozen

from .grams import ONE, Vector, Vocabulary, product
from .likeness import Likeness, LikeRule, compare, spot
from .message import Message, canonical, heading


@frozen(weakref_slot=False)
class IndexRule:
    """How far is looked (检索规则); every number is a library default.

    Args:
        probes: how many of its heaviest grams a message is looked up by.
        window: how many messages, the latest before, are looked at for each gram and each requester.
        around: the same for each cell of the map.
        cell: the side of a cell in degrees of latitude (0.003° is 334 m).
        days: how far back messages count; 0 is for ever.
        chars: how many characters of title and text are compared.
    """

    probes: int = 8
    window: int = 24
    around: int = 64
    cell: float = 0.003
    days: float = 90.0
    chars: int = 240


class Suggestion(NamedTuple):
    """Two messages that may be of one matter (疑似同一事项): the later one, the earlier one, and why."""

    later: Message
    earlier: Message
    likeness: Likeness


class Index:
    """Messages, indexed by words, place and requester (索引).

    Args:
        messages: in any order; the answers do not depend on it.
    """

    def __init__(
        self, messages: Iterable[Message], rule: IndexRule | None = None, like: LikeRule | None = None
    ) -> None:
        self.rule, self.like_rule = rule or IndexRule(), like or LikeRule()
        self.messages = sorted(messages, key=canonical)
        self._keys = [canonical(message) for message in self.messages]
        self._words = Vocabulary(self._said(message) for message in self.messages)
        self._vectors = self._words.vectors()
        self._crowd = Counter(place for message in self.messages if (place := spot(message)))
        self._grams: dict[int, list[int]] = {}
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._people: dict[str, list[int]] = {}
        # What bounds a score from above, at hand without looking into a message.
        self._when = [message.at.timestamp() if message.at is not None else None for message in self.messages]
        self._there = [_there(message) for message in self.messages]
        self._others = [max(0, self._crowd.get(spot(message), 0) - 2) for message in self.messages]
        for i, (message, vector) in enumerate(zip(self.messages, self._vectors, strict=True)):
            for gram in self._probes(vector):
                self._grams.setdefault(gram, []).append(i)
            if message.lat is not None and message.lon is not None:
                self._cells.setdefault(self._cell(message.lat, message.lon), []).append(i)
            if message.who:
                self._people.setdefault(message.who, []).append(i)

    def like(self, message: Message, most: int = 5, least: float = 10.0) -> list[Suggestion]:
        """Return earlier messages that may be of the same matter as *message*, the likeliest first (查重).

        Args:
            most: how many at most.
            least: the score, of 100, from which one is told (library default).
        """
        before = bisect_left(self._keys, canonical(message))
        known = before < len(self.messages) and self.messages[before] == message
        vector = self._vectors[before] if known else self._words.vector(self._said(message))
        return self._best(message, vector, before, most, least)

    def pairs(self, least: float = 10.0, most: int = 5) -> Iterator[Suggestion]:
        """Yield, for each message in order of time, the earlier ones it may repeat (重复件清单)."""
        for i, message in enumerate(self.messages):
            yield from self._best(message, self._vectors[i], i, most, least)

    def _best(self, message: Message, vector: Vector, before: int, most: int, least: float) -> list[Suggestion]:
        oldest = None
        if message.at is not None and self.rule.days:
            oldest = message.at - timedelta(days=self.rule.days)
        found = []
        for i in self._likely(message, self._candidates(message, vector, before), least):
            earlier = self.messages[i]
            if earlier.id == message.id or (oldest is not None and earlier.at is not None and earlier.at < oldest):
                continue
            theirs = self._vectors[i]
            text = product(vector, theirs) / (ONE * ONE) if vector and theirs else None
            likeness = compare(message, earlier, text, self.like_rule, self._crowd.__getitem__)
            if likeness.score >= least:
                found.append((-likeness.score, -i, Suggestion(message, earlier, likeness)))
        return [suggestion for _, _, suggestion in sorted(found, key=lambda one: one[:2])[:most]]

    def _likely(self, message: Message, candidates: Iterable[int], least: float) -> Iterator[int]:
        """Yield the candidates whose time and place alone do not keep them below *least*."""
        rule, when, here = self.like_rule, message.at.timestamp() if message.at is not None else None, _there(message)
        days, days_same = 86400 * rule.half_days, 86400 * rule.half_days_same
        wide = math.cos(math.radians(here[0])) if here is not None else 0.0
        for i in candidates:
            then, there = self._when[i], self._there[i]
            bound = 100.0
            if when is not None and then is not None:
                half = days_same if message.who and message.who == self.messages[i].who else days
                bound /= 1 + abs(when - then) / half
            if here is not None and there is not None:
                north, east = here[0] - there[0], (here[1] - there[1]) * wide
                far = _DEGREE * math.sqrt(north * north + east * east)
                if far < _PLAIN:  # so near the earth is flat
                    bound *= 2.0 ** -(0.95 * far / rule.half_metres) / (1 + self._others[i] / rule.crowd)
            if bound >= least:
                yield i

    def _candidates(self, message: Message, vector: Vector, before: int) -> set[int]:
        found: set[int] = set()
        for gram in self._probes(vector):
            _latest(self._grams.get(gram, ()), before, self.rule.window, found)
        if message.lat is not None and message.lon is not None:
            row, column = self._cell(message.lat, message.lon)
            for near_row in (row - 1, row, row + 1):
                for near in (column - 1, column, column + 1):
                    _latest(self._cells.get((near_row, near), ()), before, self.rule.around, found)
        if message.who:
            _latest(self._people.get(message.who, ()), before, self.rule.window, found)
        return found

    def _said(self, message: Message) -> str:
        text = message.text if message.text.strip() != heading(message) else ""
        return f"{message.title}\n{text}"[: self.rule.chars]

    def _probes(self, vector: Vector) -> list[int]:
        return [gram for _, gram in sorted((-weight, gram) for gram, weight in vector.items())[: self.rule.probes]]

    def _cell(self, lat: float, lon: float) -> tuple[int, int]:
        return math.floor(lat / self.rule.cell), math.floor(lon / self.rule.cell)


_DEGREE = 111_000.0
"""Metres in a degree of latitude, rounded down."""
_PLAIN = 20_000.0
"""Metres within which distances are bounded as on a plane."""


def _there(message: Message) -> tuple[float, float] | None:
    known = message.lat is not None and message.lon is not None
    return (message.lat, message.lon) if known else None  # type: ignore[return-value]


def _latest(postings: list[int] | tuple[()], before: int, most: int, found: set[int]) -> None:
    end = bisect_left(postings, before)
    found.update(postings[max(0, end - most) : end])
