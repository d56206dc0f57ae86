"""The store port (存储端口): few methods, no domain.

A store keeps *records* — plain dicts with a place in an order's history — and knows nothing of what
they mean.  Everything is keyed by (place, number); nothing of one place is ever read from another,
except by ``feed`` with ``place=None``, which is for the host's own pipelines.

The contract is written down as numbered clauses in :mod:`hotline12345.testing`; a store is a store
when it passes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

SCHEMA = 1
"""The schema version this library writes; a reader that meets a newer one refuses to write."""

UNREADABLE = frozenset({"unknown-event", "bad-event", "newer-schema", "broken-record", "broken-private", "broken-head"})
"""The codes of errors that say one order cannot be read here; they are no reason to leave out the others."""


class Record(NamedTuple):
    """One stored event (记录): ``version`` counts from 1 within its order; ``data`` is plain JSON."""

    place: str
    number: str
    version: int
    kind: str
    data: Mapping[str, Any]
    schema: int = SCHEMA


class Fed(NamedTuple):
    """A record as the feed delivers it: ``position`` grows strictly in commit order, and may be a very large integer.

    ``link`` is the record's link in its order's tamper-evident chain (校验链); "" where the store keeps none.
    """

    position: int
    record: Record
    link: str = ""


class Desk(NamedTuple):
    """One open assignment (在办承办): what *unit* has on its desk, and until when.

    Instants are ISO 8601 strings in UTC with a fixed width, so that text order is time order; "" = none.
    """

    assignment: str
    unit: str
    role: str
    opened: str
    due: str = ""


class Head(NamedTuple):
    """The handful of indexed values by which an order is found (工单索引); no personal data in clear.

    ``requester`` is a blind index (keyed HMAC), set when the order is new; later writes leave it as it is and
    only ``forget`` takes it away.  ``due`` is the citizen's due instant, ``wake`` the next
    instant at which time alone may change the order, ``changed`` the instant of its last event (all as in
    :class:`Desk`; "" = none), ``digest`` the calendar digest the due instant was computed with.
    """

    place: str
    number: str
    version: int
    status: str
    open: bool
    kind: str = ""
    category: str = ""
    area: str = ""
    holder: str = ""
    requester: str = ""
    received: str = ""
    due: str = ""
    provisional: bool = False
    digest: str = ""
    wake: str = ""
    desks: tuple[Desk, ...] = ()
    changed: str = ""


class Private(NamedTuple):
    """One private record (隐私记录), referred to from events by ``id``.

    ``person`` is the blind index of the requester it belongs to, by which ``forget`` finds it.  ``words`` are keyed
    hashes of what it can be found by; they are as private as the record, and go with it.
    """

    id: str
    person: str
    data: Mapping[str, Any]
    words: tuple[str, ...] = ()


class Append(NamedTuple):
    """What one order gains in a write (追加): refused as a whole when the order is not at ``expected``.

    ``expected`` is the version before (0 = the order must not exist yet); ``records`` count on from
    it and ``head.version`` is the last of them.  Without records only the head (and private records)
    are replaced, at the version there is.  A private record with an id the order has already replaces
    it.  Several appends to one order in a batch build on each other.  ``key`` makes the write
    idempotent: the same key with the same ``fingerprint`` returns the first result and writes nothing,
    with another fingerprint it is an error.
    """

    place: str
    number: str
    expected: int
    records: tuple[Record, ...]
    head: Head
    private: tuple[Private, ...] = ()
    key: str = ""
    fingerprint: str = ""


class Appended(NamedTuple):
    """The result of a write for one order: its ``version`` now; ``repeated`` when the key was seen before."""

    number: str
    version: int
    repeated: bool = False


class Query(NamedTuple):
    """What to find (查询); every given field must match, ``None`` matches all.

    ``due_before`` compares the citizen's due (strictly; an order without one never matches), ``unit``
    finds orders with an open desk of that unit, ``area`` matches the code's prefix (210 finds
    210100 …), ``category`` the path and the paths below it (城乡建设 finds 城乡建设/物业管理, not
    城乡建设局), ``not_digest`` the heads whose digest is set and another.  ``role`` and ``desk_due_before`` say more
    of the desk: one and the same open desk must match them and ``unit``.  ``changed_since`` finds heads whose
    ``changed`` is that instant or later, ``words`` orders with a private record that holds every one of them.
    """

    status: str | None = None
    open: bool | None = None
    kind: str | None = None
    category: str | None = None
    area: str | None = None
    holder: str | None = None
    requester: str | None = None
    unit: str | None = None
    due_before: str | None = None
    provisional: bool | None = None
    not_digest: str | None = None
    digest: str | None = None
    role: str | None = None
    desk_due_before: str | None = None
    changed_since: str | None = None
    words: tuple[str, ...] | None = None


class Page(NamedTuple):
    """A page of heads (分页) ordered by number; ``next`` is the cursor of the following page, "" at the end.

    The order is that of the code points, here and wherever numbers are sorted; names that differ at all are different.
    """

    heads: tuple[Head, ...] = ()
    next: str = ""


@runtime_checkable
class Store(Protocol):
    """Where orders are kept (存储).  Every method is safe to call from any thread."""

    api: int

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once: all or nothing, durable when it returns, and never seen in part.

        Raises:
            Conflict: an order is not at its expected version (``stale``), or a key came back with
                other content (``key-reused``).  Nothing was written.
            StoreError: the store cannot write (``locked``, ``read-only``, ``newer-schema``, ``full`` …),
                or the append contradicts itself (``bad-append``).
        """
        ...

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first; [] when unknown."""
        ...

    def streams(self, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
        """Return the records of many orders at once, oldest first; an unknown number is left out."""
        ...

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*, or ``None``."""
        ...

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``: this *is* the outbox."""
        ...

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        """Return heads of *place* that match, ordered by number, from the cursor *after* on.

        Raises:
            RequestError: ``bad-limit`` for a page of none.
        """
        ...

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads; grouped by the head field *by* (status, kind, category, area, holder), or {"": n}.

        Raises:
            RequestError: ``bad-group`` for another field.
        """
        ...

    def head(self, place: str, number: str) -> Head | None:
        """Return the head of one order, or ``None``."""
        ...

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        """Return the numbers of orders whose ``wake`` is set and ``<= at``, earliest first, then by number."""
        ...

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the private records of one order by id (all of them when *ids* is ``None``)."""
        ...

    def forget(self, place: str, person: str) -> int:
        """Delete every private record of *person* (a blind index) in *place*, and the index itself from heads.

        When it returns, nothing of them is left in memory, file, journal or export.  Returns how many went.
        """
        ...

    def places(self) -> list[str]:
        """Return the places that have orders here, in order."""
        ...

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        """Return (key, version, fingerprint) of each write to one order that carried a key, by version."""
        ...

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed (0 at first)."""
        ...

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; a cursor never goes back."""
        ...

    def close(self) -> None:
        """Release files and connections; calling it twice is harmless."""
        ...


@runtime_checkable
class Keeping(Protocol):
    """A store that gives its private records whole (完整的隐私记录): what an export needs."""

    def kept(self, place: str, number: str) -> list[Private]:
        """Return the private records of one order by id, with their person and words; [] when unknown."""
        ...


@runtime_checkable
class Following(Protocol):
    """A store that tells who follows its feed (记录流的读者): what an export takes along."""

    def readers(self) -> list[str]:
        """Return every reader with a cursor, or with something parked, in order."""
        ...


@runtime_checkable
class Folding(Protocol):
    """A store whose counts are noted by each write and added up now and then (待合计的计数)."""

    def fold(self) -> None:
        """Add up what is noted; counts are right before and after, and quick after.  Fails silently: it comes again."""
        ...


@runtime_checkable
class Importing(Protocol):
    """A store that remembers that an import into it is under way (导入中).

    Until it is told that the import has ended, it is opened with ``unfinished=True`` only, and nobody else who has it
    open may write to it.  A process that dies leaves it so.
    """

    unfinished: bool

    def importing(self, under_way: bool) -> None:
        """Note that an import into this store begins, or that it has ended and the store is whole.

        Raises:
            StoreError: ``import-unfinished``: somebody else has begun one.
        """
        ...


class Lease(NamedTuple):
    """The right to do one thing alone for a while (租约): ``token`` grows each time *name* changes hands."""

    name: str
    owner: str
    token: int
    until: str


@runtime_checkable
class Leasing(Protocol):
    """A store that shares work among processes (租约): who stalls past a lease cannot write under it any more.

    Time is the store's own (a server's clock), so that workers need not agree on theirs.
    """

    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        """Take up to *limit* of *names* that are free or expired, or *owner*'s own still; never waits for another."""
        ...

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """Hold *lease* for *seconds* from now.

        Raises:
            Conflict: ``lease-lost`` when it has expired, or somebody else has taken it.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give *lease* back; one that is no longer held is nothing to give back, and no error."""
        ...

    def fenced(self, lease: Lease) -> Store:
        """Return this store as *lease* may write it.

        Its ``append``, ``advance`` and ``park`` check in the transaction itself that the lease is held, and raise
        ``Conflict`` ``lease-lost`` otherwise; nothing was written.
        """
        ...


class Parked(NamedTuple):
    """An order whose delivery to one reader failed and waits (暂停投递).

    Everything of the order from ``position`` on waits with it, so that its events stay in order.

    Args:
        reader: the destination, as its cursor is called.
        position: of the first record that was not delivered.
        attempts: how often it was tried.
        retry: when to try again, as in :class:`Desk`; "" = not by itself: it is a dead letter (死信).
        error: what went wrong last, in words; nothing personal.
    """

    reader: str
    place: str
    number: str
    position: int
    attempts: int
    retry: str
    error: str = ""


@runtime_checkable
class Parking(Protocol):
    """A store that remembers what could not be delivered (暂停投递), beside the cursors."""

    def park(
        self, reader: str, position: int, parked: Sequence[Parked] = (), cleared: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Advance *reader* to *position*, park orders and clear others (place, number), in one write.

        A parked order that is parked again is replaced.  The cursor never goes back.
        """
        ...

    def parked(
        self,
        reader: str,
        *,
        due: str | None = None,
        dead: bool | None = None,
        after: tuple[str, str] = ("", ""),
        limit: int = 1000,
    ) -> list[Parked]:
        """Return what is parked for *reader*, by place and number, from *after* on.

        Args:
            due: only what is to be tried again at this instant or before.
            dead: only dead letters, or only what is not.
        """
        ...
