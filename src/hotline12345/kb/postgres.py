"""A knowledge base in PostgreSQL (PostgreSQL 知识库), with the extra ``sql``: the same tokens, in arrays under GIN.

One writer at a time by an advisory lock of the transaction; what a search sees is what is committed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ..core.errors import PluginError, StoreError
from .shelf import LAYOUT, TABLES, Row
from .sqlite import _newer, _no_such_base

_LOCK = 0x12346
_BOUND = 60_000
_VALUES = re.compile(r"VALUES \(\?(?:, \?)*\)")
_TOKENS = (
    'CREATE TABLE kb_tokens (doc INTEGER PRIMARY KEY, tokens TEXT[] COLLATE "C" NOT NULL)',
    "CREATE INDEX kb_tokens_gin ON kb_tokens USING gin (tokens)",
)


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise PluginError(
            "用 PostgreSQL 存放知识库需要 psycopg",
            "a knowledge base in PostgreSQL needs psycopg",
            code="missing-extra",
            hint='请运行：pip install "hotline12345[sql]"',
            hint_en='run: pip install "hotline12345[sql]"',
        ) from error
    return psycopg


class PostgresShelf:
    """Keeps a base in the database at *url* (PostgreSQL 存放处); its tables are made unless *must_exist*."""

    name = "postgresql"

    def __init__(self, url: str, *, must_exist: bool = False) -> None:
        self.url = url
        self._psycopg = _psycopg()
        self._local = threading.local()
        self._open: list[Any] = []
        self._guard = threading.Lock()
        try:
            self._look(must_exist)
        except BaseException as error:
            self.close()
            if isinstance(error, self._psycopg.Error):
                raise _told(error) from error
            raise

    def _look(self, must_exist: bool) -> None:
        if self._stamped():
            return
        if must_exist:
            from pathlib import Path

            raise _no_such_base(Path("postgresql"))
        with self.writing() as writer:
            if self._stamped():
                return
            for statement in (*TABLES.format(text='TEXT COLLATE "C"').strip().split(";\n"), *_TOKENS):
                writer.rows(statement)
            writer.rows("INSERT INTO kb_meta (name, value) VALUES ('layout', ?)", (str(LAYOUT),))

    def _stamped(self) -> bool:
        if self.rows("SELECT to_regclass('kb_meta')")[0][0] is None:
            return False
        if int(self.rows("SELECT value FROM kb_meta WHERE name = 'layout'")[0][0]) > LAYOUT:
            raise _newer("postgresql")
        return True

    def _connection(self) -> Any:
        conn = getattr(self._local, "conn", None)
        if conn is None or conn.closed:
            conn = self._psycopg.connect(self.url, autocommit=True, connect_timeout=10)
            self._local.conn = conn
            with self._guard:
                self._open.append(conn)
        return conn

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Read."""
        try:
            return _run(self._connection(), sql, values)
        except (self._psycopg.Error, UnicodeEncodeError) as error:
            raise _told(error) from error

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """Write, all or nothing, durable when it ends."""
        try:
            conn = self._connection()
            with conn.transaction():
                _run(conn, "SELECT pg_advisory_xact_lock(?)", (_LOCK,))
                yield _Writer(conn)
        except (self._psycopg.Error, UnicodeEncodeError) as error:
            raise _told(error) from error

    def finds(self, tokens: Sequence[str], where: str, values: Sequence[Any], most: int) -> list[list[int]]:
        """Return for each of *tokens* the documents that have it, *most* at most."""
        found: list[list[int]] = [[] for _ in tokens]
        joined = f"JOIN kb_shown s ON s.doc = k.doc WHERE {where} AND" if where else "WHERE"
        query = (
            "SELECT t.at, k.doc FROM unnest(?::text[]) WITH ORDINALITY AS t (token, at) CROSS JOIN LATERAL ("
            f"SELECT k.doc FROM kb_tokens k {joined} k.tokens @> ARRAY[t.token] LIMIT ?) AS k"
        )
        for at, doc in self.rows(query, (list(tokens), *(values if where else ()), most)):
            found[at - 1].append(doc)
        return found

    def close(self) -> None:
        """Let go of it."""
        with self._guard:
            for conn in self._open:
                with suppress(self._psycopg.Error):
                    conn.close()
            self._open.clear()
        self._local = threading.local()


class _Writer:
    def __init__(self, conn: Any) -> None:
        self._conn = conn

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return _run(self._conn, sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        kept = list(rows)
        inserts = _VALUES.search(sql)
        with self._conn.cursor() as cursor:
            if inserts is None or not kept:
                cursor.executemany(sql.replace("?", "%s"), kept)
                return
            # A statement a row costs more than the row: as many rows in one as the protocol lets be bound.
            size = min(1_000, _BOUND // len(kept[0]))
            for first in range(0, len(kept), size):
                part = kept[first : first + size]
                values = ", ".join([inserts[0].removeprefix("VALUES ")] * len(part))
                text = f"{sql[: inserts.start()]}VALUES {values}{sql[inserts.end() :]}"
                cursor.execute(text.replace("?", "%s"), [value for row in part for value in row])

    def index(self, entries: Sequence[tuple[int, Sequence[str]]]) -> None:
        self.many("INSERT INTO kb_tokens (doc, tokens) VALUES (?, ?)", ((doc, list(each)) for doc, each in entries))

    def unindex(self, doc: int, tokens: Sequence[str]) -> None:
        self.rows("DELETE FROM kb_tokens WHERE doc = ?", (doc,))


def _run(conn: Any, sql: str, values: Sequence[Any]) -> list[Row]:
    with conn.cursor() as cursor:
        cursor.execute(sql.replace("?", "%s"), values or None)
        return list(cursor.fetchall()) if cursor.description is not None else []


def _told(error: Exception) -> StoreError:
    # The message of a failed connection names the host; the address itself, with its password, is not repeated.
    return StoreError(
        f"PostgreSQL 知识库不可用：{error}",
        f"the knowledge base in PostgreSQL cannot be used: {error}",
        code="store",
        hint="请检查服务器是否在运行、地址和权限",
        hint_en="check that the server runs, the address and your permissions",
    )
