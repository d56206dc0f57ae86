"""The embedded store (嵌入式存储): one SQLite file, nothing to install, durable when ``append`` returns.

Write-ahead log with ``synchronous=FULL``, ``BEGIN IMMEDIATE``, one connection a thread, and a lock
file beside the database that is held round every write and every checkpoint.  Why each of these:
docs/decisions/0003-embedded-store.md.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from hotline12345.core.errors import Fault, HotlineError, StoreError

from . import _rules as rules
from . import _sqlite_errors as faults
from . import _sqlite_find as sql
from . import _sqlite_schema as schema
from . import _sqlite_write as writing
from ._sqlite_url import address
from ._turns import Job, Turns
from .locking import lock_for
from .port import Append, Appended, Fed, Head, Page, Query, Record

_CHECKPOINT = 1000
"""After about how many pages in the write-ahead log they are moved into the database (some 4 MB)."""

_abandoned: list[Any] = []
"""Connections a forked child must neither use nor close: they belong to its parent."""


class SqliteStore:
    """A store in one SQLite file (嵌入式存储), safe for threads and processes; open it once and share it.

    Args:
        path: the database file; created when missing, unless *readonly* or *must_exist*.
        durability: ``full`` survives a power cut; ``relaxed`` may lose the last commits in one.
        readonly: open for reading only; works beside a writer.
        timeout: how many seconds to wait for other writers before saying ``locked``.

    Raises:
        StoreError: ``no-such-store``, ``no-such-folder``, ``not-a-store``, ``read-only``, ``locked`` …
    """

    api = 1

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: str = "full",
        readonly: bool = False,
        must_exist: bool = False,
        timeout: float = 10.0,
    ) -> None:
        self.path = Path(path)
        self.durability = durability
        self.readonly = readonly
        self.timeout = timeout
        self._closed = False
        self._begin_process()
        try:
            self._look(must_exist or readonly)
        except BaseException:
            self._drop_connections()
            self._lock.let_go()
            self._closed = True
            raise

    def _begin_process(self) -> None:
        self._pid = os.getpid()
        self._local = threading.local()
        self._connections: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._guard = threading.Lock()
        self._lock = lock_for(str(self.path))
        self._turns = Turns(self._commit)
        # The log is reused from its start once it has been moved: it grows by records larger than expected only.
        self._pages = 0
        self._wal = f"{self.path}-wal"
        self._wal_seen = 0

    def _look(self, must_exist: bool) -> None:
        """See what is at the path, and make the tables where there is nothing yet."""
        if must_exist and not self.path.exists():
            raise faults.no_such_store(self.path)
        if self.path.is_dir():
            raise faults.not_a_store(self.path, "这是一个目录", "it is a folder")
        if not self.path.parent.is_dir():
            raise faults.no_such_folder(self.path)
        try:
            found = schema.stamp(self._connection(), self.path) if self.path.exists() else 0
            if self.readonly:
                if found == 0:
                    raise faults.not_a_store(self.path, "文件是空的", "the file is empty")
            elif found < schema.STAMP:
                with self._lock.held(self.timeout):
                    schema.create(self._connection(create=True), self.path)
        except sqlite3.Error as error:
            raise faults.translate(error, self.path) from error

    def _connection(self, create: bool = False) -> sqlite3.Connection:
        """Return this thread's own connection."""
        if os.getpid() != self._pid:
            _abandoned.append((self._connections, self._local, self._turns))
            self._begin_process()
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is not None and not self._closed:
            return conn
        with self._guard:
            if self._closed:
                raise rules.closed()
            conn = schema.connect(
                self.path, readonly=self.readonly, create=create, timeout=self.timeout, durability=self.durability
            )
            self._local.conn = conn
            for pair in [p for p in self._connections if not p[0].is_alive()]:
                self._connections.remove(pair)
                pair[1].close()
            self._connections.append((threading.current_thread(), conn))
        return conn

    # -- writing ---------------------------------------------------------------------------------

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write several orders at once, all or nothing, on disk when it returns.

        See :meth:`hotline12345.stores.Store.append`.
        """
        ready = [writing.Ready(append) for append in rules.checked(batch)]
        if not ready:
            return ()
        done: tuple[Appended, ...] = self._submit(lambda conn, careful: writing.write(conn, ready, careful))
        return done

    def _submit(self, work: Callable[[sqlite3.Connection, bool], Any]) -> Any:
        if self.readonly:
            raise faults.opened_readonly(self.path)
        self._reading()
        return self._turns.submit(work)

    def _commit(self, jobs: Callable[[], list[Job]]) -> None:
        """Run the jobs that wait in one transaction."""
        with self._lock.held(self.timeout):
            conn = self._reading()
            before = conn.total_changes
            self._transact(conn, jobs(), careful=False)
            self._pages += 8 + (conn.total_changes - before) // 8
            if self._pages >= _CHECKPOINT or self._wal_bytes() > self._wal_seen + _CHECKPOINT * 4096:
                with suppress(sqlite3.Error):  # the commit stands; the next one tries again
                    conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                self._pages, self._wal_seen = 0, self._wal_bytes()

    def _wal_bytes(self) -> int:
        try:
            return os.stat(self._wal).st_size
        except FileNotFoundError:
            return 0

    def _transact(self, conn: sqlite3.Connection, jobs: list[Job], careful: bool) -> None:
        try:
            conn.execute("BEGIN IMMEDIATE")
            schema.refuse_newer(conn)
            for job in jobs:
                try:
                    job.result = job.work(conn, careful)
                except HotlineError as refusal:
                    job.error = refusal
            conn.execute("COMMIT")
        except BaseException as error:
            # A full disk has rolled back already; a second ROLLBACK would raise.
            if conn.in_transaction:
                with suppress(sqlite3.Error):
                    conn.execute("ROLLBACK")
            if not isinstance(error, Exception):
                raise
            if _blames_a_job(error) and (len(jobs) > 1 or not careful):
                for job in jobs:
                    job.error = None
                    self._transact(conn, [job], careful=True)
                return
            if isinstance(error, sqlite3.Error | UnicodeEncodeError | OverflowError):
                error = faults.translate(error, self.path)
            for job in jobs:
                job.error = error

    def advance(self, reader: str, position: int) -> None:
        """Record that *reader* has handled everything up to *position*; never backwards."""

        def work(conn: sqlite3.Connection, _: bool) -> None:
            conn.execute(
                "INSERT INTO cursor (reader, position) VALUES (?, ?) "
                "ON CONFLICT (reader) DO UPDATE SET position = max(position, excluded.position)",
                (reader, position),
            )

        self._submit(work)

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
        gone: int = self._submit(lambda conn, _: writing.forget(conn, place, person))
        end = time.monotonic() + self.timeout
        conn = self._reading()
        while True:
            with self._lock.held(self.timeout), suppress(sqlite3.OperationalError):
                if conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                    return gone
            if time.monotonic() > end:
                raise faults.forget_incomplete(self.path)
            time.sleep(0.01)

    # -- reading ---------------------------------------------------------------------------------

    def _reading(self) -> sqlite3.Connection:
        try:
            return self._connection()
        except sqlite3.Error as error:
            raise faults.translate(error, self.path) from error

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        conn = self._reading()
        try:
            return conn.execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            if self._closed:
                raise rules.closed() from error
            raise faults.translate(error, self.path) from error

    def stream(self, place: str, number: str, after: int = 0) -> list[Record]:
        """Return the records of one order with ``version > after``, oldest first."""
        rows = self._rows(sql.STREAM, (place, number, after))
        loads = json.loads
        return [Record(place, number, version, kind, loads(data), layer) for version, kind, layer, data in rows]

    def lookup(self, place: str, key: str) -> tuple[str, int, str] | None:
        """Return (number, version, fingerprint) of the write that carried *key*."""
        rows = self._rows(sql.LOOKUP, (place, key))
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        """Return records in commit order with ``position > after``."""
        limit = max(limit, 0)
        rows = self._rows(sql.FEED, (after, limit)) if place is None else self._rows(sql.FEED_OF, (place, after, limit))
        loads = json.loads
        return [Fed(row[0], Record(row[1], row[2], row[3], row[4], loads(row[6]), row[5])) for row in rows]

    def find(self, place: str, query: Query, after: str = "", limit: int = 100) -> Page:
        """Return heads of *place* that match, ordered by number, from the cursor *after* on."""
        size = rules.page_size(limit)
        table, where, values = sql.plan(self._rows, place, query)
        paged = f"{writing.HEADS.format(table, where)} AND h.number > ? ORDER BY h.number LIMIT ?"
        rows = self._rows(paged, (*values, after, size + 1))
        heads = tuple(writing.head_of(row) for row in rows[:size])
        return Page(heads, heads[-1].number if len(rows) > size else "")

    def count(self, place: str, query: Query, by: str = "") -> dict[str, int]:
        """Count matching heads, grouped by the head field *by*, or ``{"": n}``."""
        rules.group(by)
        table, where, values = sql.plan(self._rows, place, query)
        if not by:
            return {"": self._rows(f"SELECT count(*) FROM {table} WHERE {where}", values)[0][0]}
        rows = self._rows(f"SELECT h.{by}, count(*) FROM {table} WHERE {where} GROUP BY 1 ORDER BY 1", values)
        return dict(rows)

    def head(self, place: str, number: str) -> Head | None:
        """Return the head of one order, or ``None``."""
        rows = self._rows(writing.HEAD, (place, number))
        return writing.head_of(rows[0]) if rows else None

    def awake(self, place: str, at: str, limit: int = 1000) -> list[str]:
        """Return the numbers of orders whose ``wake`` is set and ``<= at``, earliest first."""
        return [row[0] for row in self._rows(sql.AWAKE, (place, at, max(limit, 0)))]

    def private(self, place: str, number: str, ids: Iterable[str] | None = None) -> dict[str, Mapping[str, Any]]:
        """Return the private records of one order by id (all of them when *ids* is ``None``)."""
        rows = self._rows(sql.PRIVATE, (place, number))
        wanted = None if ids is None else set(ids)
        return {row[0]: json.loads(row[1]) for row in rows if wanted is None or row[0] in wanted}

    def cursor(self, reader: str) -> int:
        """Return how far *reader* has got in the feed."""
        rows = self._rows("SELECT position FROM cursor WHERE reader = ?", (reader,))
        return int(rows[0][0]) if rows else 0

    # -- care ------------------------------------------------------------------------------------

    def check(self) -> list[Fault]:
        """Return what is wrong with the store (完整性检查): damage to the file, heads that disagree with records."""
        found: list[Fault] = []
        for code, zh, en, query in sql.CHECKS:
            for row in self._rows(query):
                what = "/".join(str(part) for part in row)
                if code != "damaged" or what != "ok":
                    found.append(Fault(code, f"{zh}：{what}", f"{en}: {what}", file=str(self.path)))
        return found

    def info(self) -> dict[str, Any]:
        """Return what ``doctor`` shows of the store."""
        first, last = schema.DEFECT
        warnings = []
        if first <= sqlite3.sqlite_version_info <= last:
            warnings.append(
                f"SQLite {sqlite3.sqlite_version}：同时提交和检查点可能损坏 WAL（3.7.0–3.51.2）；本库在写锁内做检查点，"
                "请勿让其他程序写此文件 / this SQLite can damage a WAL database when a commit races a checkpoint; "
                "this library keeps both under its write lock, so let no other program write the file"
            )
        return {
            "store": "sqlite",
            "path": str(self.path),
            "schema": self._rows("PRAGMA user_version")[0][0],
            "sqlite": sqlite3.sqlite_version,
            "durability": self.durability,
            "readonly": self.readonly,
            "bytes": self.path.stat().st_size,
            "wal_bytes": self._wal_bytes(),
            "records": self._rows("SELECT count(*) FROM record")[0][0],
            "orders": self._rows("SELECT count(*) FROM head")[0][0],
            "warnings": warnings,
        }

    def close(self) -> None:
        """Move the log into the database and close every connection; calling it twice is harmless."""
        if self._closed:
            return
        if os.getpid() != self._pid:
            self._closed = True
            return
        try:
            # SQLite checkpoints when the last connection closes: so that happens under the write lock too.
            if self.readonly:
                raise faults.opened_readonly(self.path)
            with self._lock.held(min(self.timeout, 2.0)):
                with suppress(sqlite3.Error, StoreError):
                    self._connection().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                self._drop_connections()
        except StoreError:
            self._drop_connections()
        self._lock.let_go()

    def _drop_connections(self) -> None:
        with self._guard:
            self._closed = True
            for _, conn in self._connections:
                with suppress(sqlite3.Error):
                    conn.close()
            self._connections.clear()

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def _blames_a_job(error: Exception) -> bool:
    """Tell whether one job's content is at fault, rather than the disk or the database."""
    return not isinstance(error, HotlineError | sqlite3.OperationalError) and type(error) is not sqlite3.DatabaseError


def open_store(url: str, *, must_exist: bool = False) -> SqliteStore:
    """Open the database *url* names: ``sqlite:///relative.db``, ``sqlite:////absolute.db``, ``sqlite:///C:/x.db``.

    Options: ``durability=full|relaxed``, ``readonly=0|1``, ``timeout=SECONDS``.

    Raises:
        StoreError: ``bad-url``, with what is understood; else as :class:`SqliteStore`.
    """
    path, options = address(url)
    return SqliteStore(path, must_exist=must_exist, **options)
