"""The server store (服务器存储): PostgreSQL, the MySQL family and their descendants, through SQLAlchemy Core.

Opened by an address, or on the host's own engine; within the host's own transaction by :meth:`SqlStore.on`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from random import randrange
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from hotline12345.core.errors import Fault, HotlineError

from .. import _rules as rules
from ..port import Append, Appended, Fed, Head, Lease, Page, Parked, Private, Query, Record
from . import _care as care
from . import _errors as faults
from . import _feed as feeding
from . import _find as finding
from . import _leases as sharing
from . import _migrate as migrate
from . import _tally as tally
from . import _url as urls
from . import _write as writing
from ._line import Cut, Line, Work, settled
from ._run import Runner
from ._statements import Statements
from ._tables import HALF, STAMP, release


class SqlStore:
    """A store on a database server (服务器存储), safe for threads and processes; open it once and share it.

    Args:
        engine: the host's engine; it stays the host's, and is not closed.
        schema: where the tables are; on the MySQL family a database.  By default the engine's own.
        readonly: open for reading only, a replica for example.
        must_exist: do not make the tables where there are none.
        unfinished: open one whose import was cut short, too, to finish it.
        timeout: how many seconds to wait for a server that comes back, and for a key under way.
        patience: how many seconds ``feed`` waits for transactions under way that hold it back; not within a host's.

    Raises:
        StoreError: ``no-such-store``, ``store-behind``, ``import-unfinished``, ``unreachable``, ``denied`` …
    """

    api = 1

    def __init__(
        self,
        engine: sa.Engine,
        *,
        schema: str | None = None,
        readonly: bool = False,
        must_exist: bool = False,
        unfinished: bool = False,
        timeout: float = 10.0,
        patience: float = 0.0,
    ) -> None:
        say = Statements(engine.dialect, schema)
        self.schema, self.readonly, self.patience = schema, readonly, patience
        self.where = urls.shown(engine.url, schema)
        self._kind = say.kind
        self._line = Line(engine, say, self.where, timeout)
        self._owned = False
        self._fence: Lease | None = None
        self._changed = [randrange(tally.FOLD)]  # many processes that each write little add up, too
        self._look(must_exist or readonly, unfinished)

    def _look(self, must_exist: bool, unfinished: bool) -> None:
        """See what is there, and make the tables where there are none yet."""
        line = self._line
        with line.told():
            with line.connect() as connection:
                self.replica = care.replica(connection, self._kind)
                layout = migrate.found(connection, self.schema)
                if not layout:
                    care.refuse_encoding(connection, self._kind, self.where)
            if not layout:
                if must_exist or self.replica:
                    raise faults.no_store(self.where)
                _, layout = migrate.upgrade(line.writer, self._kind, self.schema)
        if layout.startswith(HALF):
            if not unfinished or layout != HALF + STAMP:
                raise rules.half()
            layout, line.say.importing = STAMP, True
        migrate.refuse_behind(self.where, layout)
        self.newer = release(layout) > release(STAMP)

    def on(self, connection: sa.Connection) -> SqlStore:
        """Return this store within the transaction of the host's *connection* (宿主事务), to the same database.

        It never commits, never retries and starts no thread; what it writes is there when the host commits, and
        a refused write rolls back to where it began, not the host's own work.

        Raises:
            StoreError: ``no-transaction`` for one that commits each statement by itself, is closed or is no such thing.
        """
        store = copy(self)
        store._line = self._line.on(connection)
        return store

    def _writing(self) -> None:
        self._line.open()
        if self.readonly:
            raise faults.opened_readonly(self.where)
        if self.replica:
            raise faults.replica(self.where)

    def _again(self, work: Work, *, whole: bool = False) -> tuple[Any, Any]:
        self._writing()
        return self._line.again(work, whole=whole)

    def _ask(self, name: str, **values: Any) -> list[Any]:
        """Return the rows of one fixed question; texts are put as they are stored."""
        put = self._kind.put

        def work(run: Runner) -> list[Any]:
            return run.rows(name, **{key: put(v) if isinstance(v, str) else v for key, v in values.items()})

        rows: list[Any] = self._line.read(work)
        return rows

    # -- writing ---------------------------------------------------------------------------------

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once, all or nothing, durable when it returns.

        See :meth:`hotline12345.stores.Store.append`.

        Raises:
            Conflict: also ``in-flight`` while another write with the same key is under way.
            StoreError: ``unknown-outcome`` when the connection was lost while committing a write without a key.
        """
        checked = rules.checked(batch)
        self._writing()
        with self._line.told():
            ready = [writing.Ready(each, self._kind) for each in checked]
        if not ready:
            return ()
        # Without a key nobody could tell what became of a statement that commits by itself and was cut off.
        one = ready[0] if len(ready) == 1 and self._fence is None else None
        alone = one is not None and one.receipt is not None and not (one.append.expected and one.private)
        end = time.monotonic() + max(self._line.timeout, 1.0)
        done: tuple[Appended, ...]
        while True:
            try:
                done = self._line.transact(lambda run: writing.write(run, ready, self._fence), alone=alone)
                self._changed[0] += max(len(ready), tally.NOTE)
                if self._changed[0] >= tally.FOLD:
                    self.fold()
                return done
            except Cut as cut:
                done = cut.result
                if settled(self._line, ready, done, end):
                    return done

    def fold(self) -> None:
        """Add up what writes have noted for the counts; where that fails, somebody else does it later."""
        if self._line.host is not None or self.readonly or self.replica or self.newer:
            return
        self._changed[0] = 0
        with suppress(HotlineError, Cut):
            if not self._line.read(tally.waiting):
                return
            while self._line.transact(tally.fold) == tally.MOST:
                pass
            with self._line.told():
                care.analyse(self._line)

    def forget(self, place: str, person: str) -> int:
        """Delete every private record of *person* in *place*, and the index itself from heads.

        The rows are gone when it returns, and PostgreSQL is asked to vacuum the five tables they were in.  What
        a server's log, its replicas and the free space of its files keep: docs/privacy.md and ``scrub``.
        """
        if not person:
            self._writing()
            return 0
        gone, before = self._again(lambda run: care.forget(run, place, person))
        if self._line.host is None:
            with suppress(HotlineError), self._line.told():
                care.vacuum(self._line, full=False)
        return max(int(gone), int(before or 0))

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; never backwards."""
        self.park(reader, position)

    def park(
        self, reader: str, position: int, parked: Sequence[Parked] = (), cleared: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Advance *reader* to *position*, park orders and clear others (place, number), in one write."""
        self._again(lambda run: sharing.park(run, reader, position, parked, cleared, self._fence))

    # -- leases ----------------------------------------------------------------------------------

    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        """Take up to *limit* of *names* that are free or expired, or *owner*'s own still; never waits for another."""
        taken: list[Lease] = self._again(lambda run: sharing.take(run, names, owner, seconds, limit))[0]
        return taken

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """Hold *lease* for *seconds* from now; ``Conflict`` ``lease-lost`` when it is not held any more."""
        renewed: Lease = self._again(lambda run: sharing.renew(run, lease, seconds))[0]
        return renewed

    def release(self, lease: Lease) -> None:
        """Give *lease* back; one that is no longer held is nothing to give back."""
        self._again(lambda run: sharing.release(run, lease))

    def fenced(self, lease: Lease) -> SqlStore:
        """Return this store as *lease* may write it."""
        store = copy(self)
        store._fence = lease
        return store

    # -- reading ---------------------------------------------------------------------------------

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first."""
        get = self._kind.get
        rows = self._ask("stream", _place=place, _number=number, _after=after)
        try:
            return [Record(place, number, v, get(kind), json.loads(data), layer) for v, kind, layer, data in rows]
        except rules.UNREADABLE as error:
            raise rules.broken_record((place, number, row[0], row[3], 0) for row in rows) from error

    def streams(self, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
        """Return the records of many orders at once, oldest first; an unknown number is left out."""
        found: dict[str, list[Record]] = self._line.read(lambda run: finding.streams(run, place, numbers))
        return found

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*."""
        get = self._kind.get
        rows = self._ask("receipt_of", _place=place, _key=key)
        return (get(rows[0][0]), rows[0][1], get(rows[0][2])) if rows else None

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``.

        A transaction under way on the server may hold it back: what is missing comes later, never out of order.
        """
        if limit < 1:
            self._line.open()
            return []
        # Within a host's transaction one would wait for oneself.
        end = time.monotonic() + (self.patience if self._line.host is None else 0.0)
        while True:
            # Asked before: what was undecided then and is decided now would be neither found nor waited for.
            held = self._line.read(feeding.held)
            found: list[Fed] = self._line.read(lambda run: feeding.feed(run, after, limit, place))
            if len(found) >= limit or not held:
                return found
            placed = self._place()
            if not placed and time.monotonic() >= end:
                return found
            if not placed:
                time.sleep(0.002)

    def _place(self) -> int:
        """Give positions to new records, where readers do that and may: not within a host's transaction."""
        if self._kind.postgres or self._line.host is not None or self.readonly or self.replica or self.newer:
            return 0
        placed: int = self._again(feeding.place_records)[0]
        return placed

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        """Return heads of *place* that match, ordered by number, from the cursor *after* on."""
        rules.page_size(limit)
        page: Page = self._line.read(lambda run: finding.find(run, place, query, after, limit))
        return page

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads, grouped by the head field *by*, or ``{"": n}``."""
        rules.group(by)
        found, waiting = self._line.read(lambda run: finding.count(run, place, query, by))
        if waiting * tally.NOTE > 2 * tally.FOLD:
            self.fold()
        counts: dict[str, int] = found
        return counts

    def head(self, place: str, number: str) -> Head | None:
        """Return the head of one order, or ``None``."""
        found: Head | None = self._line.read(lambda run: finding.head(run, place, number))
        return found

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        """Return the numbers of orders whose ``wake`` is set and ``<= at``, earliest first."""
        rows = self._ask("awake", _place=place, _at=at, _limit=max(limit, 0))
        return [self._kind.get(row[0]) for row in rows]

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the private records of one order by id (all of them when *ids* is ``None``)."""
        rows = [(self._kind.get(i), data) for i, data in self._ask("private_of", _place=place, _number=number)]
        wanted = None if ids is None else set(ids)
        read = rules.read_private
        return {i: read(place, number, i, data) for i, data in rows if wanted is None or i in wanted}

    def kept(self, place: str, number: str) -> list[Private]:
        """Return the private records of one order by id, with their person and words (sorted, each once)."""
        return finding.kept(self._ask("kept", _place=place, _number=number), self._kind.get, place, number)

    def places(self) -> list[str]:
        """Return the places that have orders here, in order."""
        return sorted(self._kind.get(row[0]) for row in self._ask("places"))

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        """Return (key, version, fingerprint) of each write to one order that carried a key, by version."""
        get = self._kind.get
        rows = self._ask("receipts", _place=place, _number=number)
        return [(get(key), version, get(print_)) for key, version, print_ in rows]

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed."""
        rows = self._ask("cursor_of", _reader=reader)
        return int(rows[0][0]) if rows else 0

    def readers(self) -> list[str]:
        """Return every reader with a cursor, or with something parked, in order."""
        return sorted(self._kind.get(row[0]) for row in self._ask("readers"))

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
        if limit < 1:
            return []
        found: list[Parked] = self._line.read(lambda run: sharing.parked(run, reader, due, dead, after, limit))
        return found

    # -- care ------------------------------------------------------------------------------------

    def check(self) -> list[Fault]:
        """Return what is wrong with the store (完整性检查)."""
        found: list[Fault] = self._line.read(lambda run: care.check(run, self.where))
        return [*found, *self._line.again(lambda run: care.miscounted(run, self.where), whole=True)[0]]

    def reindex(self, place: str, heads: Sequence[Head]) -> None:
        """Replace these orders' heads, desks and requesters whole; without heads, count anew; see ``store rebuild``."""
        self._writing()
        if heads:
            self._line.patiently(lambda run: care.reindex(run, place, heads))
        else:
            self._line.patiently(lambda run: tally.recount(run, place), whole=True)

    @property
    def unfinished(self) -> bool:
        """Tell whether an import into this store has not come to its end."""
        return self._line.say.importing

    def importing(self, under_way: bool) -> None:
        """Note that an import into this store begins, or that it has ended and the store is whole."""
        self._again(lambda run: migrate.mark(run.connection, self.schema, under_way))
        self._line.say.importing = under_way

    def info(self) -> dict[str, Any]:
        """Return what ``doctor`` shows of the store; ``held_back`` says what keeps the feed waiting."""
        told: dict[str, Any] = self._line.read(lambda run: care.info(run, self.where))
        return {**told, "readonly": self.readonly or self.replica, "replica": self.replica}

    def repair(self) -> int:
        """Put the feed in order again after a restore to another cluster; return how many records were renumbered."""
        moved: int = self._again(care.repair)[0]
        return moved

    def scrub(self) -> None:
        """Rewrite the tables with personal data, locked meanwhile: nothing deleted stays, or ``scrub-incomplete``."""
        self._writing()
        with self._line.told():
            care.vacuum(self._line, full=True)

    def close(self) -> None:
        """Close the connections, unless they are the host's; calling it twice is harmless."""
        if self._line.host is None and not self._line.shut.is_set():
            self._line.shut.set()
            if self._owned:
                self._line.engine.dispose()

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()
