"""The file of an embedded store (数据库文件): its connections, its write lock, and work done in one transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hotline12345.core.errors import HotlineError, StoreError

from . import _rules as rules
from . import _sqlite_errors as faults
from . import _sqlite_schema as schema
from ._sqlite_recent import Recent
from ._turns import Job, Turns
from .locking import lock_for

_CHECKPOINT = 1000
"""After about how many pages in the write-ahead log they are moved into the database: some 4 MB.  A log that is used
again from its start is brought to disk for less than one that grows: the file system has nothing new to write down."""

_LONG = 64 * 1024 * 1024
"""From how many bytes on the log is too long.  While somebody reads all the time it is moved, but never begun again:
then readers are waited for, each of them for what it reads just now, and the file is cut."""

_PATIENCE = 100
"""For how many milliseconds readers are waited for, after each 1,000 pages: a backup goes on for longer."""

_LOOK = 16
"""After how many commits one looks whether the log has grown by more than was thought."""

_abandoned: list[Any] = []
"""Connections a forked child must neither use nor close: they belong to its parent."""

_beginning = threading.Lock()
"""Of the threads of a forked child, one begins."""


class _HalfDone(Exception):
    """A job was refused when it had written something (内部信号): that is not to stay."""


HALF = 1_000_000
"""What is added to the stamp while an import is under way: an older library, too, does not write to such a store."""

Work = Callable[[sqlite3.Connection], Any]
"""Something to do in a transaction."""


def _undecodable(error: BaseException) -> bool:
    """Tell whether SQLite gave back a text that is no UTF-8: somebody has written over it."""
    return isinstance(error, sqlite3.OperationalError) and "decode" in str(error)


def _blob_if_half(value: Any) -> Any:
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    except AttributeError:
        return value
    return value


def _text_or_bytes(found: bytes) -> str | bytes:
    try:
        return found.decode()
    except UnicodeDecodeError:
        return found


class File:
    """One database as one process has it open (数据库文件); stores under a lease share it."""

    def __init__(
        self, path: Path, durability: str, readonly: bool, must_exist: bool, timeout: float, unfinished: bool = False
    ) -> None:
        self.path = path
        self.durability = durability
        self.readonly = readonly
        self.timeout = timeout
        self.unfinished = False
        self._closed = False
        self._begin_process()
        try:
            self._look(must_exist or readonly, unfinished)
        except BaseException:
            self._drop_connections()
            self.lock.let_go()
            self._closed = True
            raise

    def _begin_process(self) -> None:
        self._local = threading.local()
        self._connections: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._guard = threading.Lock()
        self.lock = lock_for(str(self.path))
        self._turns = Turns(self._commit)
        self.recent = Recent()
        # The log is reused from its start once it has been moved: it grows by records larger than expected only.
        self._pages = self._commits = 0
        self._wal = os.path.realpath(self.path) + "-wal"  # SQLite keeps it there, whatever links lead to the file
        self._wal_seen = 0
        self._pid = os.getpid()  # last: until then another thread would go on with what is the parent's

    def _look(self, must_exist: bool, unfinished: bool) -> None:
        """See what is at the path, and make the tables where there is nothing yet."""
        if must_exist and not self.path.exists():
            raise faults.no_such_store(self.path)
        if self.path.is_dir():
            raise faults.not_a_store(self.path, "这是一个目录", "it is a folder")
        if not self.path.parent.is_dir():
            raise faults.no_such_folder(self.path)
        try:
            found = schema.stamp(self.connection(), self.path) if self.path.exists() else 0
            self.unfinished = unfinished and found == HALF + schema.STAMP
            if found >= HALF and not self.unfinished:
                raise rules.half()
            if self.readonly:
                if found == 0:
                    raise faults.not_a_store(self.path, "文件是空的", "the file is empty")
                if schema.is_old(found):
                    raise faults.old_layout(self.path, found // 1000, schema.LAYOUT)
            elif found == 0 or schema.is_old(found):
                with self.lock.held(self.timeout):
                    self._create(self.connection(create=True))
        except sqlite3.Error as error:
            raise faults.translate(error, self.path) from error

    def _create(self, conn: sqlite3.Connection) -> None:
        """Make the tables, or bring them up to date: what is no UTF-8, written over by somebody, as the bytes it is."""
        conn.text_factory = _text_or_bytes
        try:
            schema.create(conn, self.path)
        finally:
            conn.text_factory = str

    def connection(self, create: bool = False) -> sqlite3.Connection:
        """Return this thread's own connection."""
        if os.getpid() != self._pid:
            with _beginning:
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
            self._local.conn, self._local.version = conn, -1
            for pair in [p for p in self._connections if not p[0].is_alive()]:
                self._connections.remove(pair)
                pair[1].close()
            self._connections.append((threading.current_thread(), conn))
        return conn

    def submit(self, work: Work) -> Any:
        """Run *work* in a transaction, alone or with others', and return its result once that is durable."""
        if self.readonly:
            raise faults.opened_readonly(self.path)
        if self._closed or os.getpid() != self._pid:
            self.reading()
        return self._turns.submit(work)

    def settling(self, work: Work) -> Work:
        """Return *work*, which settles what is late, so that it is not taken to be late afterwards."""

        def settle(conn: sqlite3.Connection) -> Any:
            self.recent.forget()
            return work(conn)

        return settle

    def _commit(self, jobs: Callable[[], list[Job]]) -> None:
        """Run the jobs that wait in one transaction."""
        self.lock.refuse_again(self.timeout)
        try:
            self.lock.take(self.timeout)
            conn = self.reading()
            before = conn.total_changes
            self._transact(conn, jobs(), careful=False)
            changes = conn.total_changes - before
            self._pages += 1 + min(changes, 8) + changes // 12
            self._commits += 1
            if self._pages >= _CHECKPOINT or (self._commits % _LOOK == 0 and self._grown()):
                with suppress(sqlite3.Error):  # the commit stands; the next one tries again
                    self._move_log(conn)
                self._pages, self._wal_seen = 0, self.wal_bytes()
        finally:
            try:
                self._end()
            except BaseException:  # an interrupt, in the midst of it
                self._end()
                raise

    def _end(self) -> None:
        """Give the lock back, and leave no transaction open: one that was interrupted as it was undone still is."""
        try:
            if self._local.conn.in_transaction:
                self._local.conn.execute("ROLLBACK")
        except (sqlite3.Error, AttributeError):
            pass  # closed meanwhile, or never opened
        self.lock.give()

    def _move_log(self, conn: sqlite3.Connection) -> None:
        """Move the log into the database, under the write lock."""
        if self.wal_bytes() < _LONG:
            conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            return
        conn.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        try:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            conn.execute(f"PRAGMA busy_timeout={int(self.timeout * 1000)}")

    def _grown(self) -> bool:
        return self.wal_bytes() > self._wal_seen + _CHECKPOINT * 4096

    def wal_bytes(self) -> int:
        """Return the size of the write-ahead log."""
        try:
            return os.stat(self._wal).st_size
        except FileNotFoundError:
            return 0

    def _transact(self, conn: sqlite3.Connection, jobs: list[Job], careful: bool) -> None:
        try:
            conn.execute("BEGIN IMMEDIATE")
            # It changes when another connection has committed anything since this one's last transaction.
            version = conn.execute("PRAGMA data_version").fetchone()[0]
            if version != self._local.version:
                self.recent.known = False
                self._local.version = version
            if not self.recent.known:
                self._refuse(conn)
            for job in jobs:
                before = conn.total_changes
                try:
                    job.result = job.work(conn)
                except HotlineError as refusal:
                    job.error = refusal
                    if conn.total_changes != before:
                        raise _HalfDone from refusal
            conn.execute("COMMIT")
        except BaseException as error:
            self.recent.forget()
            # A full disk has rolled back already; a second ROLLBACK would raise.
            if conn.in_transaction:
                with suppress(sqlite3.Error):
                    conn.execute("ROLLBACK")
            if not isinstance(error, Exception):
                raise
            if conn.text_factory is str and _undecodable(error):
                conn.text_factory = _text_or_bytes
                try:
                    self._transact(conn, jobs, careful)
                finally:
                    conn.text_factory = str
                return
            if isinstance(error, _HalfDone) and len(jobs) == 1:
                return  # refused, and undone as a whole
            if _blames_a_job(error) and (len(jobs) > 1 or not careful):
                for job in jobs:
                    job.error = None
                    self._transact(conn, [job], careful=True)
                return
            if isinstance(error, sqlite3.Error | UnicodeEncodeError | OverflowError):
                error = faults.translate(error, self.path)
            for job in jobs:
                job.error = error

    def _refuse(self, conn: sqlite3.Connection) -> None:
        """Refuse to write where a newer library has, or somebody imports; within the transaction, so that it holds."""
        found: int = conn.execute("PRAGMA user_version").fetchone()[0]
        if found == HALF + schema.STAMP and self.unfinished:
            return
        if found >= HALF:
            raise rules.half()
        if schema.is_newer(found):
            raise rules.newer(*(f"{each // 1000}.{each % 1000}" for each in (found, schema.STAMP)))

    def mark(self, under_way: bool) -> None:
        """Note in the stamp that an import begins, or has ended."""
        stamp = HALF * under_way + schema.STAMP
        self.submit(lambda conn: conn.execute(f"PRAGMA user_version={stamp}"))
        self.unfinished = under_way

    def reading(self) -> sqlite3.Connection:
        """Return this thread's connection, or say why there is none."""
        try:
            return self.connection()
        except sqlite3.Error as error:
            raise faults.translate(error, self.path) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what *query* finds; what somebody has written over with no UTF-8 as the bytes it is."""
        conn = self.reading()
        try:
            try:
                return conn.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if not _undecodable(error):
                    raise
                conn.text_factory = _text_or_bytes
                return conn.execute(query, values).fetchall()
            except UnicodeEncodeError:  # half a character: no text here has it, and no text is a blob
                return conn.execute(query, [_blob_if_half(value) for value in values]).fetchall()
            finally:
                conn.text_factory = str
        except (sqlite3.Error, UnicodeEncodeError, OverflowError) as error:
            if self._closed:
                raise rules.closed() from error
            raise faults.translate(error, self.path) from error

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let everything that is read within see one moment of the database."""
        try:
            self.rows("BEGIN")  # within: one that was interrupted is not left open
            yield
        finally:
            try:
                self._seen()
            except BaseException:  # an interrupt, in the midst of it
                self._seen()
                raise

    def _seen(self) -> None:
        with suppress(sqlite3.Error, AttributeError):  # closed meanwhile, or never opened
            self._local.conn.execute("COMMIT")

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
            with self.lock.held(min(self.timeout, 2.0)):
                with suppress(sqlite3.Error, StoreError):
                    self.connection().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                self._drop_connections()
        except StoreError:
            self._drop_connections()
        self.lock.let_go()

    def _drop_connections(self) -> None:
        with self._guard:
            self._closed = True
            for _, conn in self._connections:
                with suppress(sqlite3.Error):
                    conn.close()
            self._connections.clear()


def _blames_a_job(error: Exception) -> bool:
    """Tell whether one job's content is at fault, rather than the disk or the database."""
    return not isinstance(error, HotlineError | sqlite3.OperationalError) and type(error) is not sqlite3.DatabaseError
