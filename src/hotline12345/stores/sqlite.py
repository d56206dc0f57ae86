"""The embedded store (嵌入式存储): one SQLite file, nothing to install, durable when ``append`` returns.

Write-ahead log with ``synchronous=FULL``, ``BEGIN IMMEDIATE``, one connection a thread, and a lock
file beside the database that is held round every write and every checkpoint.  Why each of these:
docs/decisions/0003-embedded-store.md.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import Any

from hotline12345.core.errors import Fault

from . import _rules as rules
from . import _sqlite_ask as ask
from . import _sqlite_care as care
from . import _sqlite_errors as faults
from . import _sqlite_find as sql
from . import _sqlite_late as late
from . import _sqlite_rows as rows
from . import _sqlite_share as sharing
from . import _sqlite_vault as vault
from . import _sqlite_write as writing
from ._sqlite_file import File, Work
from ._sqlite_url import address
from .port import Append, Appended, Fed, Head, Lease, Page, Parked, Private, Query, Record


class SqliteStore:
    """A store in one SQLite file (嵌入式存储), safe for threads and processes; open it once and share it.

    Args:
        path: the database file; created when missing, unless *readonly* or *must_exist*.
        durability: ``full`` survives a power cut; ``relaxed`` may lose the last commits in one.
        readonly: open for reading only; works beside a writer.
        unfinished: open one whose import was cut short, too, to finish it.
        timeout: how many seconds to wait for other writers before saying ``locked``.
        clock: returns the seconds since the epoch, for leases.

    Raises:
        StoreError: ``no-such-store``, ``no-such-folder``, ``not-a-store``, ``read-only``, ``locked``, ``old-layout``,
            ``import-unfinished`` …
    """

    api = 1

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: str = "full",
        readonly: bool = False,
        must_exist: bool = False,
        unfinished: bool = False,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = Path(path)
        self.durability = durability
        self.readonly = readonly
        self.timeout = timeout
        self._clock = clock
        self._fence: Lease | None = None
        self._file = File(self.path, durability, readonly, must_exist, timeout, unfinished)
        self._rows = self._file.rows

    # -- writing ---------------------------------------------------------------------------------

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once, all or nothing, on disk when it returns.

        See :meth:`hotline12345.stores.Store.append`.
        """
        ready = [writing.Ready(append) for append in rules.checked(batch)]
        if not ready:
            return ()
        done: tuple[Appended, ...] = self._submit(lambda conn: writing.write(conn, ready, self._file.recent))
        return done

    def _submit(self, work: Work) -> Any:
        """Run *work* in a transaction, under the lease this store writes by, if there is one."""
        fence = self._fence
        if fence is None:
            return self._file.submit(work)

        def fenced(conn: sqlite3.Connection) -> Any:
            sharing.check(conn, fence, self._clock())
            return work(conn)

        return self._file.submit(fenced)

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; never backwards."""
        self.park(reader, position)

    def forget(self, place: str, person: str) -> int:
        """Delete every private record of *person* in *place*, and the index itself from heads.

        The rows are overwritten where they lie and the write-ahead log is emptied before this
        returns.  What a disk keeps of overwritten blocks, and what backups hold, is beyond it.

        Raises:
            StoreError: ``forget-incomplete`` when a reader kept the log from being emptied in time;
                call it again.
        """
        if not person:
            return 0
        gone: int = self._file.submit(self._file.settling(lambda conn: late.forget(conn, place, person)))
        end = time.monotonic() + self.timeout
        conn = self._file.reading()
        while True:
            with self._file.lock.held(self.timeout), suppress(sqlite3.OperationalError):
                if conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                    return gone
            if time.monotonic() > end:
                raise faults.forget_incomplete(self.path)
            time.sleep(0.01)

    # -- reading ---------------------------------------------------------------------------------

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first."""
        return rows.stream(place, number, self._rows(sql.STREAM, (place, number, after)), after)

    def streams(self, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
        """Return the records of many orders at once, oldest first; an unknown number is left out."""
        found: dict[str, list[Record]] = {}
        for query, values in sql.streams(place, numbers):
            for record in rows.streams(place, self._rows(query, values)):
                if record.version == 1:
                    found[record.number] = [record]
                else:
                    found.setdefault(record.number, []).append(record)
        return {number: found[number] for number in numbers if number in found}

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*."""
        found = self._rows(sql.LOOKUP, (place, key))
        return (found[0][0], found[0][1], found[0][2]) if found else None

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``."""
        limit = max(limit, 0)
        if place is None:
            found = self._rows(sql.FEED, (after, limit))
        else:
            found = self._rows(sql.feed_of(self._rows), (place, after, limit))
        return rows.feed(found, after, limit)

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        """Return heads of *place* that match, ordered by number, from the cursor *after* on."""
        size = rules.page_size(limit)
        with self._file.moment():
            return ask.find(self._rows, place, query, after, size)

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads, grouped by the head field *by*, or ``{"": n}``."""
        rules.group(by)
        with self._file.moment():
            return ask.count(self._rows, place, query, by)

    def head(self, place: str, number: str) -> Head | None:
        """Return the head of one order, or ``None``."""
        return ask.head(self._rows, place, number)

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        """Return the numbers of orders whose ``wake`` is set and ``<= at``, earliest first."""
        return [row[0] for row in self._rows(sql.AWAKE, (place, at, max(limit, 0)))]

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the private records of one order by id (all of them when *ids* is ``None``)."""
        rows = self._rows(sql.PRIVATE, (place, number))
        wanted = None if ids is None else set(ids)
        read = rules.read_private
        return {i: read(place, number, i, vault.body(data)) for i, data in rows if wanted is None or i in wanted}

    def kept(self, place: str, number: str) -> list[Private]:
        """Return the private records of one order by id, with their person and words."""
        return [_kept(place, number, *row) for row in self._rows(sql.KEPT, (place, number))]

    def places(self) -> list[str]:
        """Return the places that have orders here, in order."""
        return [row[0] for row in self._rows(sql.PLACES)]

    def receipts(self, place: str, number: str) -> list[tuple[str, int, str]]:
        """Return (key, version, fingerprint) of each write to one order that carried a key, by version."""
        return self._rows(sql.RECEIPTS, (place, number))

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed."""
        found = self._rows("SELECT position FROM cursor WHERE reader = ?", (reader,))
        return int(found[0][0]) if found else 0

    def readers(self) -> list[str]:
        """Return every reader with a cursor, or with something parked, in order."""
        return [row[0] for row in self._rows("SELECT reader FROM cursor ORDER BY reader")]

    # -- sharing work ----------------------------------------------------------------------------

    def park(
        self, reader: str, position: int, parked: Sequence[Parked] = (), cleared: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Advance *reader* to *position*, park orders and clear others (place, number), in one write."""
        self._submit(lambda conn: sharing.park(conn, reader, position, parked, cleared))

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
        return [Parked(*row) for row in self._rows(*sharing.parked(reader, due, dead, after, limit))]

    def lease(self, names: Sequence[str], owner: str, seconds: float, limit: int = 1) -> list[Lease]:
        """Take up to *limit* of *names* that are free or expired, or *owner*'s own still; never waits for another."""
        now = self._clock
        taken: list[Lease] = self._file.submit(lambda c: sharing.take(c, names, owner, now(), seconds, limit))
        return taken

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """Hold *lease* for *seconds* from now; ``Conflict`` ``lease-lost`` when it is not held any more."""
        held: Lease = self._file.submit(lambda conn: sharing.renew(conn, lease, self._clock(), seconds))
        return held

    def release(self, lease: Lease) -> None:
        """Give *lease* back; one that is no longer held is nothing to give back."""
        self._file.submit(lambda conn: sharing.release(conn, lease))

    def fenced(self, lease: Lease) -> SqliteStore:
        """Return this store as *lease* may write it; it shares the file, and closing one closes both."""
        store = copy(self)
        store._fence = lease
        return store

    # -- care ------------------------------------------------------------------------------------

    def reindex(self, place: str, heads: Sequence[Head]) -> None:
        """Replace these orders' heads and desks whole, and what their words are found by; see ``store rebuild``."""
        self._submit(self._file.settling(lambda conn: care.reindex(conn, place, heads)))

    @property
    def unfinished(self) -> bool:
        """Tell whether an import into this store has not come to its end."""
        return self._file.unfinished

    def importing(self, under_way: bool) -> None:
        """Note that an import into this store begins, or that it has ended and the store is whole."""
        self._file.mark(under_way)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy the store as it stands now into a new file (备份), while others go on writing.

        The key file is not in it, and who is forgotten later is still in it.

        Raises:
            StoreError: ``file-exists``, ``full``, ``damaged`` …; what was copied so far is removed.
        """
        care.backup(self._file, Path(path))

    def check(self) -> list[Fault]:
        """Return what is wrong with the store (完整性检查): a damaged file, heads, desks or words that disagree."""
        return care.check(self._file)

    def info(self) -> dict[str, Any]:
        """Return what ``doctor`` shows of the store."""
        return care.info(self._file)

    def close(self) -> None:
        """Move the log into the database and close every connection; calling it twice is harmless."""
        self._file.close()

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def open_store(url: str, *, must_exist: bool = False, unfinished: bool = False) -> SqliteStore:
    """Open the database *url* names: ``sqlite:///relative.db``, ``sqlite:////absolute.db``, ``sqlite:///C:/x.db``.

    Options: ``durability=full|relaxed``, ``readonly=0|1``, ``timeout=SECONDS``.

    Raises:
        StoreError: ``bad-url``, with what is understood; else as :class:`SqliteStore`.
    """
    path, options = address(url)
    return SqliteStore(path, must_exist=must_exist, unfinished=unfinished, **options)


def _kept(place: str, number: str, identity: str, person: str, data: Any) -> Private:
    said = rules.read_private(place, number, identity, vault.body(data))
    try:
        return Private(identity, person, said, vault.strict_words_of(data))
    except rules.UNREADABLE as error:
        raise rules.broken_private(place, number, identity) from error
