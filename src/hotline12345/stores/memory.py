"""The store in memory (内存存储): for tests, simulations and replays; gone when the process ends.

Records are kept as they are given and handed out as they are kept: nobody may change them.  A write
touches only the order's entry and the feed; the indexes catch up when somebody asks (an order that
changed eight times between two questions is indexed once).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from threading import Event, Lock
from time import time
from types import TracebackType
from typing import Any

from hotline12345.core.errors import Fault, StoreError

from . import _rules as rules
from ._memory_index import Entry, Room
from ._memory_leases import Leases
from .port import Append, Appended, Fed, Head, Lease, Page, Parked, Private, Query, Record


class MemoryStore:
    """A store in memory (内存存储), safe for threads; passes the contract except what needs a disk.

    Args:
        clock: returns the seconds since the epoch, for leases.
    """

    api = 1

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._lock = Lock()
        self._places: dict[str, Room] = {}
        self._feed: list[Record] = []
        self._cursors: dict[str, int] = {}
        self._parked: dict[str, dict[tuple[str, str], Parked]] = {}
        self._leases = Leases(clock)
        self._fence: Lease | None = None
        self._shut = Event()

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once, all or nothing; see :meth:`hotline12345.stores.Store.append`."""
        batch = rules.checked(batch)
        with self._lock:
            self._writing()
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
            place = self._places[append.place] = Room()
        number, head, records = append.number, append.head, append.records
        entry = place.orders.get(number)
        if entry is None:
            entry = place.orders[number] = Entry(head)
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
            if private.words or entry.words:
                place.words(entry, number)
        if append.key:
            place.keys[append.key] = (number, head.version, append.fingerprint)
        return Appended(number, head.version, False)

    def _writing(self) -> None:
        self._reading()
        if self._fence is not None:
            self._leases.hold(self._fence)

    def _reading(self) -> None:
        if self._shut.is_set():
            raise rules.closed()

    def _place(self, name: str) -> Room:
        self._reading()
        return self._places.get(name) or Room()

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first."""
        with self._lock:
            entry = self._place(place).orders.get(number)
            return entry.records[max(after, 0) :] if entry else []

    def streams(self, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
        """Return the records of many orders at once, oldest first; an unknown number is left out."""
        with self._lock:
            orders = self._place(place).orders
            return {number: orders[number].records[:] for number in numbers if number in orders}

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*."""
        with self._lock:
            return self._place(place).keys.get(key)

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``."""
        after, limit = max(after, 0), max(limit, 0)
        with self._lock:
            if place is None:
                self._reading()
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
                if room.matches(number, query):
                    if len(heads) == limit:
                        return Page(tuple(heads), heads[-1].number)
                    heads.append(room.orders[number].head)
            return Page(tuple(heads), "")

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads, grouped by the head field *by*, or ``{"": n}``."""
        rules.group(by)
        with self._lock:
            room = self._place(place)
            numbers = room.candidates(query, "", len(room.orders))
            heads = (room.orders[number].head for number in numbers if room.matches(number, query))
            found = Counter(getattr(head, by) if by else "" for head in heads)
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

    def kept(self, place: str, number: str) -> list[Private]:
        """Return the private records of one order by id, with their person and words."""
        with self._lock:
            entry = self._place(place).orders.get(number)
            return sorted(entry.private.values(), key=lambda private: private.id) if entry else []

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
                if entry.words:
                    room.words(entry, number)
            room.sync()
            for number in tuple(room.index["requester"].get(person, ())):
                entry = room.orders[number]
                entry.head = entry.head._replace(requester="")
                room.unindexed.add(number)
            room.sync()
            return gone

    def places(self) -> list[str]:
        """Return the places that have orders here, in order."""
        with self._lock:
            self._reading()
            return sorted(self._places)

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        """Return (key, version, fingerprint) of each write to one order that carried a key, by version."""
        with self._lock:
            found = [(key, v, print_) for key, (n, v, print_) in self._place(place).keys.items() if n == number]
            return sorted(found, key=lambda receipt: (receipt[1], receipt[0]))

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed."""
        with self._lock:
            self._reading()
            return self._cursors.get(reader, 0)

    def readers(self) -> list[str]:
        """Return every reader with a cursor, or with something parked, in order."""
        with self._lock:
            self._reading()
            return sorted(self._cursors)

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; never backwards."""
        self.park(reader, position)

    # -- sharing work ----------------------------------------------------------------------------

    def park(
        self, reader: str, position: int, parked: Sequence[Parked] = (), cleared: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Advance *reader* to *position*, park orders and clear others (place, number), in one write."""
        with self._lock:
            self._writing()
            self._cursors[reader] = max(position, self._cursors.get(reader, 0))
            waiting = self._parked.setdefault(reader, {})
            for order in cleared:
                waiting.pop(order, None)
            waiting.update(((p.place, p.number), p) for p in parked)

    def parked(
        self,
        reader: str,
        *,
        due: str | None = None,
        dead: bool | None = None,
        after: tuple[str, str] = ("", ""),
        limit: int = 1000,
    ) -> list[Parked]:
        """Return what is parked for *reader*, by place and number, from *after* on."""
        with self._lock:
            self._reading()
            found = sorted(p for order, p in self._parked.get(reader, {}).items() if order > after)
        return [p for p in found if rules.to_deliver(p, due, dead)][: max(limit, 0)]

    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        """Take up to *limit* of *names* that are free or expired, or *owner*'s own still; never waits for another."""
        with self._lock:
            self._reading()
            return self._leases.take(names, owner, seconds, limit)

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """Hold *lease* for *seconds* from now; ``Conflict`` ``lease-lost`` when it is not held any more."""
        with self._lock:
            self._reading()
            return self._leases.renew(lease, seconds)

    def release(self, lease: Lease) -> None:
        """Give *lease* back; one that is no longer held is nothing to give back."""
        with self._lock:
            self._reading()
            self._leases.release(lease)

    def fenced(self, lease: Lease) -> MemoryStore:
        """Return this store as *lease* may write it."""
        store = copy(self)
        store._fence = lease
        return store

    # -- care ------------------------------------------------------------------------------------

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
            self._shut.set()
            self._places.clear()
            self._feed.clear()

    def __enter__(self) -> MemoryStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def open_store(url: str = "memory:", *, must_exist: bool = False, unfinished: bool = False) -> MemoryStore:
    """Open the store that *url* names; ``memory:`` takes nothing else.

    Raises:
        StoreError: ``bad-url`` when more stands behind the colon.
    """
    if url.rstrip("/") not in ("memory:", "memory"):
        raise StoreError(
            f"内存存储的地址只有 memory:，不能是「{rules.masked(url)}」",
            f"the store in memory is called memory:, not {rules.masked(url)!r}",
            code="bad-url",
            hint="请写 memory:",
            hint_en="write memory:",
        )
    return MemoryStore()
