"""A knowledge base in one SQLite file (嵌入式知识库): FTS5 over our own tokens, nothing to install.

Write-ahead log with ``synchronous=FULL``, ``BEGIN IMMEDIATE``, one connection a thread and the lock file of the order
store round every write.  FTS5 gets whole tokens and keeps which article has them and nothing else: no counts, no
positions, no second copy of the text.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..core.errors import StoreError
from ..stores import _sqlite_errors as faults
from ..stores.locking import lock_for
from .shelf import LAYOUT, TABLES, UPGRADES, Row, marks

APPLICATION = 0x12346
# To this tokenizer every character that is not ASCII is a letter: our tokens stay whole.
_FTS = "CREATE VIRTUAL TABLE kb_fts USING fts5(tokens, content='', detail=none, columnsize=0, tokenize='ascii')"
_PRAGMAS = ("synchronous=FULL", "fullfsync=1", "temp_store=MEMORY", "cache_size=-32000", "trusted_schema=OFF")


class SqliteShelf:
    """Keeps a base in the file *path* (SQLite 存放处); made when missing, unless *must_exist*."""

    name = "sqlite"

    def __init__(self, path: str | os.PathLike[str], *, must_exist: bool = False, timeout: float = 10.0) -> None:
        self.path = Path(path)
        self.timeout = timeout
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        if must_exist and not self.path.exists():
            raise _no_such_base(self.path)
        if not self.path.parent.is_dir():
            raise faults.no_such_folder(self.path)
        self._lock = lock_for(str(self.path))
        try:
            self._look()
        except BaseException as error:
            self.close()
            if isinstance(error, sqlite3.Error):
                raise faults.translate(error, self.path) from error
            raise

    def _look(self) -> None:
        conn = self._connection()
        if self._stamped(conn) == LAYOUT:
            return
        with self._lock.held(self.timeout):
            layout = self._stamped(conn)
            _need_fts5(conn)
            if not layout:
                conn.execute("PRAGMA journal_mode=WAL").fetchall()
            conn.execute("BEGIN IMMEDIATE")
            statements = [each for old in range(layout, LAYOUT) for each in UPGRADES.get(old, ())]
            for statement in statements if layout else (*TABLES.format(text="TEXT").strip().split(";\n"), _FTS):
                conn.execute(statement)
            conn.execute(f"PRAGMA application_id={APPLICATION}")
            conn.execute(f"PRAGMA user_version={LAYOUT}")
            conn.execute("COMMIT")

    def _stamped(self, conn: sqlite3.Connection) -> int:
        """Return the layout of the tables that are there, 0 in a new file."""
        if conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION:
            _need_fts5(conn)
            layout = int(conn.execute("PRAGMA user_version").fetchone()[0])
            if layout > LAYOUT:
                raise _newer(str(self.path))
            return layout
        if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(
                f"{self.path} 不是知识库",
                f"{self.path} is not a knowledge base",
                code="not-a-base",
                hint="知识库与工单各用一个文件；新的知识库请用一个还不存在的文件名",
                hint_en="orders and knowledge are in files of their own; for a new base name a file that is not there",
            )
        return 0

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if found is None or getattr(self._local, "pid", 0) != os.getpid():
            found = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=self.timeout)
            for pragma in _PRAGMAS:
                found.execute("PRAGMA " + pragma)
            self._local.conn, self._local.pid = found, os.getpid()
            with self._guard:
                self._open.append(found)
        return found

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Read."""
        try:
            return _run(self._connection(), sql, values)
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise faults.translate(error, self.path) from error

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """Write, all or nothing, durable when it ends."""
        with self._lock.held(self.timeout):
            conn = self._connection()
            try:
                conn.execute("BEGIN IMMEDIATE")
                yield _Writer(conn)
                conn.execute("COMMIT")
            except BaseException as error:
                if conn.in_transaction:
                    with suppress(sqlite3.Error):
                        conn.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error | UnicodeEncodeError):
                    raise faults.translate(error, self.path) from error
                raise

    def finds(self, tokens: Sequence[str], where: str, values: Sequence[Any], most: int) -> list[list[int]]:
        """Return for each of *tokens* the documents that have it, *most* at most."""
        joined = "kb_fts f CROSS JOIN kb_shown s ON s.doc = f.rowid"
        query = f"SELECT s.doc FROM {joined} WHERE kb_fts MATCH ? AND {where or '1'} LIMIT ?"
        if not where:
            query = "SELECT rowid FROM kb_fts WHERE kb_fts MATCH ? LIMIT ?"
        bound = values if where else ()
        return [[row[0] for row in self.rows(query, (f'"{token}"', *bound, most))] for token in tokens]

    def close(self) -> None:
        """Let go of it."""
        with self._guard:
            for conn in self._open:
                conn.close()
            self._open.clear()
        self._local = threading.local()
        self._lock.let_go()


class _Writer:
    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return _run(self._conn, sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._conn.executemany(sql, rows)

    def index(self, entries: Iterable[tuple[int, Sequence[str]]]) -> Mapping[str, int]:
        counts = Counter[str]()

        def rows() -> Iterator[tuple[int, str]]:
            for doc, tokens in entries:
                counts.update(tokens)
                yield doc, " ".join(tokens)

        self.many("INSERT INTO kb_fts (rowid, tokens) VALUES (?, ?)", rows())
        return counts

    def unindex(self, doc: int, tokens: Sequence[str]) -> None:
        self.rows("INSERT INTO kb_fts (kb_fts, rowid, tokens) VALUES ('delete', ?, ?)", (doc, " ".join(tokens)))


def _run(conn: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[Row]:
    bound: list[Any] = []
    for value in values:
        if isinstance(value, list):
            sql = sql.replace("IN ?", f"IN ({marks(len(value))})", 1)
            bound += value
        else:
            bound.append(value)
    return conn.execute(sql, bound).fetchall()


def _need_fts5(conn: sqlite3.Connection) -> None:
    if not conn.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0]:
        raise StoreError(
            f"这个 SQLite（{sqlite3.sqlite_version}）没有编入 FTS5，不能建立知识库",
            f"this SQLite ({sqlite3.sqlite_version}) was built without FTS5, which the knowledge base needs",
            code="no-fts5",
            hint="换用带 FTS5 的 Python（官方安装包都有），或用 PostgreSQL：--kb postgresql://…",
            hint_en="use a Python whose SQLite has FTS5, as the official ones do, or PostgreSQL: --kb postgresql://…",
        )


def _no_such_base(path: Path) -> StoreError:
    return StoreError(
        f"没有这个知识库：{path}",
        f"there is no knowledge base at {path}",
        code="no-such-base",
        hint="请检查地址；kb add 和 kb import 会自动新建",
        hint_en="check the address; kb add and kb import make the file",
    )


def _newer(where: str) -> StoreError:
    return StoreError(
        f"{where} 由更新的版本写成，这里不能使用",
        f"{where} was written by a later version of this library",
        code="newer-schema",
        hint="请升级 hotline12345",
        hint_en="upgrade hotline12345",
    )
