"""The store in memory (内存存储): for tests, simulations and replays; gone when the process ends.

Records are kept as they are given and handed out as they are kept: nobody may change them.  A write
touches only the order's entry and the feed; the indexes catch up when somebody asks (an order that
changed eight times between two questions is indexed once).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from threading import Lock
from types import TracebackType
from typing import Any

from hotline12345.core.errors import Fault, StoreError

from . import _rules as rules
from .port import Append, Appended, Fed, Head, Page, Private, Query, Record

_FIELDS = ("status", "open", "kind", "category", "area", "holder", "requester", "due", "provisional", "digest")
_EXACT = ("requester", "holder", "status", "open", "kind", "provisional")


class _Entry:
    __slots__ = ("head", "indexed", "private", "records")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.records: list[Record] = []
        self.private: dict[str, Private] = {}
        self.indexed: Head | None = None


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


class _Place:
    """What one place holds, with its indexes."""

    def __init__(self) -> None:
        self.orders: dict[str, _Entry] = {}
        self.keys: dict[str, tuple[str, int, str]] = {}
        self.positions = array("q")
        self.persons: dict[str, set[str]] = {}
        self.unindexed: set[str] = set()
        self.untimed: set[str] = set()
        self.numbers: list[str] = []
        self.index: dict[str, dict[Any, set[str]]] = {name: {} for name in (*_FIELDS, "unit")}
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

    def _buckets(self, query: Query) -> Iterator[list[set[str]]]:
        for name in _EXACT:
            value = getattr(query, name)
            if value is not None:
                yield [self.index[name].get(value, set())]
        if query.unit is not None:
            yield [self.index["unit"].get(query.unit, set())]
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


class MemoryStore:
    """A store in memory (内存存储), safe for threads; passes the contract except what needs a disk."""

    api = 1

    def __init__(self) -> None:
        self._lock = Lock()
        self._places: dict[str, _Place] = {}
        self._feed: list[Record] = []
        self._cursors: dict[str, int] = {}
        self._closed = False

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once, all or nothing; see :meth:`hotline12345.stores.Store.append`."""
        batch = rules.checked(batch)
        with self._lock:
            if self._closed:
                raise rules.closed()
            if len(batch) == 1:
                repeated = self._refuse(batch[0], None, None)
                return (repeated or self._write(batch[0]),)
            versions: dict[tuple[str, str], int] = {}
            keys: dict[tuple[str, str], tuple[str, int, str]] = {}
            answers = [self._refuse(append, versions, keys) for append in batch]
            return tuple(answer or self._write(append) for append, answer in zip(batch, answers, strict=True))

    def _refuse(
        self,
        append: Append,
        versions: dict[tuple[str, str], int] | None,
        keys: dict[tuple[str, str], tuple[str, int, str]] | None,
    ) -> Appended | None:
        """Raise when *append* cannot be written; return the first result when its key was seen before."""
        place = self._places.get(append.place)
        if append.key:
            seen = place.keys.get(append.key) if place else None
            if seen is None and keys is not None:
                seen = keys.get((append.place, append.key))
            if seen is not None:
                number, version, fingerprint = seen
                if fingerprint != append.fingerprint:
                    raise rules.key_reused(append, number, version)
                return Appended(number, version, True)
        entry = place.orders.get(append.number) if place else None
        actual = len(entry.records) if entry else 0
        if versions is not None:
            actual = versions.get((append.place, append.number), actual)
        if actual != append.expected:
            raise rules.stale(append, actual)
        if versions is not None and keys is not None:
            versions[append.place, append.number] = append.head.version
            if append.key:
                keys[append.place, append.key] = (append.number, append.head.version, append.fingerprint)
        return None

    def _write(self, append: Append) -> Appended:
        place = self._places.get(append.place)
        if place is None:
            place = self._places[append.place] = _Place()
        number, head, records = append.number, append.head, append.records
        entry = place.orders.get(number)
        if entry is None:
            entry = place.orders[number] = _Entry(head)
            place.untimed.add(number)
        else:
            if entry.head.wake != head.wake:
                place.untimed.add(number)
            # Whose order it is was said when it was new; only forget takes that away, no later write brings it back.
            entry.head = head._replace(requester=entry.head.requester)
        place.unindexed.add(number)
        feed = self._feed
        if len(records) == 1:
            entry.records.append(records[0])
            feed.append(records[0])
            place.positions.append(len(feed))
        else:
            entry.records.extend(records)
            place.positions.extend(range(len(feed) + 1, len(feed) + len(records) + 1))
            feed.extend(records)
        for private in append.private:
            entry.private[private.id] = private
            place.persons.setdefault(private.person, set()).add(number)
        if append.key:
            place.keys[append.key] = (number, head.version, append.fingerprint)
        return Appended(number, head.version, False)

    def _place(self, name: str) -> _Place:
        if self._closed:
            raise rules.closed()
        return self._places.get(name) or _Place()

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first."""
        with self._lock:
            entry = self._place(place).orders.get(number)
            return entry.records[max(after, 0) :] if entry else []

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*."""
        with self._lock:
            return self._place(place).keys.get(key)

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``."""
        after, limit = max(after, 0), max(limit, 0)
        with self._lock:
            if place is None:
                if self._closed:
                    raise rules.closed()
                return [Fed(i, r) for i, r in enumerate(self._feed[after : after + limit], after + 1)]
            positions = self._place(place).positions
            start = bisect_right(positions, after)
            return [Fed(i, self._feed[i - 1]) for i in positions[start : start + limit]]

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        """Return heads of *place* that match, ordered by number, from the cursor *after* on."""
        rules.page_size(limit)
        with self._lock:
            room = self._place(place)
            heads: list[Head] = []
            for number in room.candidates(query, after, limit):
                head = room.orders[number].head
                if rules.matches(head, query):
                    if len(heads) == limit:
                        return Page(tuple(heads), heads[-1].number)
                    heads.append(head)
            return Page(tuple(heads), "")

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads, grouped by the head field *by*, or ``{"": n}``."""
        rules.group(by)
        with self._lock:
            room = self._place(place)
            numbers = room.candidates(query, "", len(room.orders))
            heads = (room.orders[number].head for number in numbers)
            found = Counter(getattr(head, by) if by else "" for head in heads if rules.matches(head, query))
            return dict(sorted(found.items())) if by else {"": found[""]}

    def head(self, place: str, number: str) -> Head | None:
        """Return the head of one order, or ``None``."""
        with self._lock:
            entry = self._place(place).orders.get(number)
            return entry.head if entry else None

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        """Return the numbers of orders whose ``wake`` is set and ``<= at``, earliest first."""
        with self._lock:
            return self._place(place).awake(at, limit)

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the private records of one order by id (all of them when *ids* is ``None``)."""
        with self._lock:
            entry = self._place(place).orders.get(number)
            kept = entry.private if entry else {}
            wanted = kept if ids is None else [i for i in ids if i in kept]
            return {i: dict(kept[i].data) for i in wanted}

    def forget(self, place: str, person: str) -> int:
        """Delete every private record of *person* in *place*, and the index itself from heads."""
        with self._lock:
            room = self._place(place)
            if not person:
                return 0
            gone = 0
            for number in room.persons.pop(person, ()):
                entry = room.orders[number]
                mine = [i for i, private in entry.private.items() if private.person == person]
                gone += len(mine)
                for i in mine:
                    del entry.private[i]
            room.sync()
            for number in tuple(room.index["requester"].get(person, ())):
                entry = room.orders[number]
                entry.head = entry.head._replace(requester="")
                room.unindexed.add(number)
            room.sync()
            return gone

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed."""
        with self._lock:
            if self._closed:
                raise rules.closed()
            return self._cursors.get(reader, 0)

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; never backwards."""
        with self._lock:
            if self._closed:
                raise rules.closed()
            self._cursors[reader] = max(position, self._cursors.get(reader, 0))

    def check(self) -> list[Fault]:
        """Return what is wrong with the store: nothing can be, in memory."""
        return []

    def info(self) -> dict[str, Any]:
        """Return what ``doctor`` shows of the store."""
        with self._lock:
            orders = sum(len(place.orders) for place in self._places.values())
            return {"store": "memory", "records": len(self._feed), "orders": orders, "warnings": []}

    def close(self) -> None:
        """Let go of everything; calling it twice is harmless."""
        with self._lock:
            self._closed = True
            self._places = {}
            self._feed = []

    def __enter__(self) -> MemoryStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def open_store(url: str = "memory:", *, must_exist: bool = False) -> MemoryStore:
    """Open the store that *url* names; ``memory:`` takes nothing else.

    Raises:
        StoreError: ``bad-url`` when more stands behind the colon.
    """
    if url.rstrip("/") not in ("memory:", "memory"):
        raise StoreError(
            f"内存存储的地址只有 memory:，不能是「{url}」",
            f"the store in memory is called memory:, not {url!r}",
            code="bad-url",
            hint="请写 memory:",
            hint_en="write memory:",
        )
    return MemoryStore()
