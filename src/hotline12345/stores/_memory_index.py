"""What one place holds in memory, and its indexes (内存索引): they catch up when somebody asks."""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any

from . import _rules as rules
from .port import Head, Private, Query, Record

_FIELDS = ("status", "open", "kind", "category", "area", "holder", "requester", "due", "provisional", "digest")
_EXACT = ("requester", "holder", "status", "open", "kind", "provisional")


class Entry:
    """An order as it is kept (一单)."""

    __slots__ = ("head", "indexed", "private", "records", "words")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.records: list[Record] = []
        self.private: dict[str, Private] = {}
        self.indexed: Head | None = None
        self.words: tuple[frozenset[str], ...] = ()  # of each private record that has any


def _values(head: Head) -> tuple[Any, ...]:
    # Dues are gathered by day: a bucket each, and no sorted structure to keep.
    return (
        head.status,
        head.open,
        head.kind,
        head.category,
        head.area,
        head.holder,
        head.requester,
        head.due[:10],
        head.provisional,
        head.digest,
    )


class Room:
    """What one place holds, with its indexes."""

    def __init__(self) -> None:
        self.orders: dict[str, Entry] = {}
        self.keys: dict[str, tuple[str, int, str]] = {}
        self.positions = array("q")
        self.persons: dict[str, set[str]] = {}
        self.unindexed: set[str] = set()
        self.untimed: set[str] = set()
        self.numbers: list[str] = []
        self.index: dict[str, dict[Any, set[str]]] = {name: {} for name in (*_FIELDS, "unit", "words")}
        self.heap: list[tuple[str, str]] = []

    def sync(self) -> None:
        """Bring the indexes up to date with the heads that changed."""
        for number in self.unindexed:
            entry = self.orders[number]
            old, new = entry.indexed, entry.head
            entry.indexed = new
            if old is None:
                insort(self.numbers, number)
                for name, value in zip(_FIELDS, _values(new), strict=True):
                    self.index[name].setdefault(value, set()).add(number)
            else:
                for name, before, after in zip(_FIELDS, _values(old), _values(new), strict=True):
                    if before != after:
                        self._remove(name, before, number)
                        self.index[name].setdefault(after, set()).add(number)
            if old is None or old.desks != new.desks:
                for desk in old.desks if old else ():
                    self._remove("unit", desk.unit, number)
                for desk in new.desks:
                    self.index["unit"].setdefault(desk.unit, set()).add(number)
        self.unindexed.clear()

    def _remove(self, name: str, value: Any, number: str) -> None:
        members = self.index[name].get(value)
        if members is not None:
            members.discard(number)
            if not members:  # a bucket left behind would keep a forgotten requester's index
                del self.index[name][value]

    def words(self, entry: Entry, number: str) -> None:
        """Index anew what the private records of an order can be found by."""
        members = self.index["words"]
        for word in set().union(*entry.words) if entry.words else ():
            self._remove("words", word, number)
        entry.words = tuple(frozenset(private.words) for private in entry.private.values() if private.words)
        for words in entry.words:
            for word in words:
                members.setdefault(word, set()).add(number)

    def matches(self, number: str, query: Query) -> bool:
        """Tell whether an order matches every given field of *query*."""
        entry = self.orders[number]
        if not rules.matches(entry.head, query):
            return False
        return not query.words or any(words.issuperset(query.words) for words in entry.words)

    def _buckets(self, query: Query) -> Iterator[list[set[str]]]:
        for name in _EXACT:
            value = getattr(query, name)
            if value is not None:
                yield [self.index[name].get(value, set())]
        if query.unit is not None:
            yield [self.index["unit"].get(query.unit, set())]
        for word in query.words or ():
            yield [self.index["words"].get(word, set())]
        if query.digest is not None:
            yield [self.index["digest"].get(query.digest, set())]
        if query.category:
            prefix = query.category.rstrip("/")
            yield [members for path, members in self.index["category"].items() if rules.under(path, prefix)]
        if query.area:
            yield [members for area, members in self.index["area"].items() if area.startswith(query.area)]
        if query.due_before is not None:
            last = query.due_before[:10]
            yield [members for day, members in self.index["due"].items() if day and day <= last]
        if query.not_digest is not None:
            yield [members for digest, members in self.index["digest"].items() if digest and digest != query.not_digest]

    def candidates(self, query: Query, after: str, limit: int) -> Iterable[str]:
        """Return numbers beyond *after* in order, among them all that match."""
        self.sync()
        best: list[set[str]] | None = None
        size = total = len(self.numbers)
        for buckets in self._buckets(query):
            count = sum(map(len, buckets))
            if best is None or count < size:
                best, size = buckets, count
        # Walking all numbers meets limit matches within limit × total / size steps; sorting costs some 4 × size.
        if best is None or limit * total < 4 * size * size:
            start = bisect_right(self.numbers, after)
            return (self.numbers[i] for i in range(start, total))
        return sorted(number for bucket in best for number in bucket if number > after)

    def awake(self, at: str, limit: int) -> list[str]:
        """Return the numbers to wake, dropping from the heap what no longer holds."""
        for number in self.untimed:
            wake = self.orders[number].head.wake
            if wake:
                heappush(self.heap, (wake, number))
        self.untimed.clear()
        heap = self.heap
        found: list[tuple[str, str]] = []
        if len(heap) > 64 and len(heap) > 2 * len(self.orders):
            heap[:] = {(e.head.wake, number) for number, e in self.orders.items() if e.head.wake}
            heapify(heap)
        last: tuple[str, str] | None = None
        while heap and heap[0][0] <= at and len(found) < limit:
            top = heappop(heap)
            if top != last and self.orders[top[1]].head.wake == top[0]:
                found.append(top)
            last = top
        for top in found:
            heappush(heap, top)
        return [number for _, number in found]
