"""A knowledge base in PostgreSQL (PostgreSQL 知识库), with the extra ``sql``: the same tokens, each with its documents.

One writer at a time by an advisory lock of the transaction; what a search sees is what is committed.

Documents are numbered, and ``PART`` numbers in a row are a part.  A row has the documents of one part that have one
token, two bytes each, in order: whoever enters documents adds bytes to the rows of the last part, and who looks for a
token reads a few rows by the primary key.  GIN over an array of tokens a document took minutes longer to fill, and
found the documents of a common token in no order.
"""

from __future__ import annotations

import re
import struct
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import islice
from operator import itemgetter
from typing import Any

from ..core.errors import PluginError, StoreError
from .shelf import LAYOUT, TABLES, UPGRADES, Row
from .sqlite import _newer, _no_such_base

_LOCK = 0x12346
PART = 4096
"""How many numbers are a part; changing it takes a new layout."""

_ROWS = 5_000
_VALUES = re.compile(r"VALUES \(\?(?:, \?)*\)")
_TYPES = {str: "text", int: "bigint", float: "double precision", bytes: "bytea"}
# Rows of a common token are kept beside the table as they are: packing them again for each document costs more.
# Counts change with every article: with room in their page the new row needs no new entry in an index.
_OWN = (
    "ALTER TABLE kb_gram SET (fillfactor = 50)",
    "CREATE INDEX kb_gram_head ON kb_gram (token) WHERE heads > 0",
    'CREATE TABLE kb_posting (token TEXT COLLATE "C" NOT NULL, part INTEGER NOT NULL, docs BYTEA NOT NULL, '
    "PRIMARY KEY (token, part))",
    "ALTER TABLE kb_posting ALTER docs SET STORAGE EXTERNAL",
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
        layout = self._stamped()
        if layout == LAYOUT:
            return
        if must_exist and not layout:
            from pathlib import Path

            raise _no_such_base(Path("postgresql"))
        with self.writing() as writer:
            layout = self._stamped()
            if not layout:
                for statement in (*TABLES.format(text='TEXT COLLATE "C"').strip().split(";\n"), *_OWN):
                    writer.rows(statement)
                writer.rows("INSERT INTO kb_meta (name, value) VALUES ('layout', ?)", (str(LAYOUT),))
            elif layout < LAYOUT:
                _upgrade(writer, layout)

    def _stamped(self) -> int:
        """Return the layout of the tables that are there, 0 where there are none."""
        if self.rows("SELECT to_regclass('kb_meta')")[0][0] is None:
            return 0
        layout = int(self.rows("SELECT value FROM kb_meta WHERE name = 'layout'")[0][0])
        if layout > LAYOUT:
            raise _newer("postgresql")
        return layout

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
                yield _Writer(conn, self._psycopg.Pipeline.is_supported())
        except (self._psycopg.Error, UnicodeEncodeError) as error:
            raise _told(error) from error

    def finds(self, tokens: Sequence[str], where: str, values: Sequence[Any], most: int) -> list[list[int]]:
        """Return for each of *tokens* the first *most* documents that have it."""
        query = "SELECT token, part, docs FROM kb_posting WHERE token IN ?"
        parts = sorted(self.rows(query, (list(tokens),)), key=itemgetter(1))
        shown: set[int] | None = None
        if where:
            packed = "SELECT string_agg(int4send(s.doc), '') FROM kb_shown s WHERE "
            shown = set(_unpacked(self.rows(packed + where, values)[0][0] or b"", "I"))
        found: dict[str, list[int]] = {token: [] for token in tokens}
        for token, part, docs in parts:
            there = found[token]
            if len(there) < most:
                first = part * PART
                there += [first + at for at in _unpacked(docs) if shown is None or first + at in shown]
        return [found[token][:most] for token in tokens]

    def close(self) -> None:
        """Let go of it."""
        with self._guard:
            for conn in self._open:
                with suppress(self._psycopg.Error):
                    conn.close()
            self._open.clear()
        self._local = threading.local()


class _Writer:
    def __init__(self, conn: Any, pipelines: bool) -> None:
        self._conn = conn
        self._pipeline = conn.pipeline if pipelines else nullcontext

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return _run(self._conn, sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        inserts = _VALUES.search(sql)
        if inserts is None:
            with self._conn.cursor() as cursor:
                cursor.executemany(sql.replace("?", "%s"), rows)
            return
        # A statement a row costs more than the row: many rows in one, as a list of each column, and the next are made
        # ready while the server enters them.
        left = iter(rows)
        with self._pipeline(), self._conn.cursor() as cursor:
            while part := list(islice(left, _ROWS)):
                columns = ", ".join(f"%b::{_TYPES[type(value)]}[]" for value in part[0])
                text = f"{sql[: inserts.start()]}SELECT * FROM unnest({columns}){sql[inserts.end() :]}"
                cursor.execute(text, [list(column) for column in zip(*part, strict=True)])

    def index(self, entries: Iterable[tuple[int, Sequence[str]]]) -> Mapping[str, int]:
        parts: dict[int, defaultdict[str, bytearray]] = {}
        for doc, tokens in entries:
            part, at = divmod(doc, PART)
            there, here = parts.setdefault(part, defaultdict(bytearray)), at.to_bytes(2, "big")
            for token in tokens:
                there[token] += here
        counts = Counter[str]()
        for part, there in sorted(parts.items()):
            counts.update({token: len(docs) // 2 for token, docs in there.items()})
            there.pop("", None)
            self.many(
                "INSERT INTO kb_posting (token, part, docs) VALUES (?, ?, ?) "
                "ON CONFLICT (token, part) DO UPDATE SET docs = kb_posting.docs || excluded.docs",
                ((token, part, bytes(docs)) for token, docs in sorted(there.items())),
            )
        return counts

    def unindex(self, doc: int, tokens: Sequence[str]) -> None:
        part, at = divmod(doc, PART)
        query = "SELECT token, docs FROM kb_posting WHERE part = ? AND token IN ?"
        left = []
        for token, docs in self.rows(query, (part, list(tokens))):
            place = 2 * bisect_left(_unpacked(docs), at)
            left.append((token, part, docs[:place] + docs[place:].removeprefix(at.to_bytes(2, "big"))))
        self.many(
            "INSERT INTO kb_posting (token, part, docs) VALUES (?, ?, ?) "
            "ON CONFLICT (token, part) DO UPDATE SET docs = excluded.docs",
            left,
        )
        empty = [token for token, _, docs in left if not docs]
        self.rows("DELETE FROM kb_posting WHERE part = ? AND token IN ?", (part, empty))


def _run(conn: Any, sql: str, values: Sequence[Any]) -> list[Row]:
    with conn.cursor(binary=True) as cursor:
        cursor.execute(sql.replace("IN ?", "= ANY(%s)").replace("?", "%s"), values or None)
        return list(cursor.fetchall()) if cursor.description is not None else []


def _unpacked(data: bytes, code: str = "H") -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // {'H': 2, 'I': 4}[code]}{code}", data)


def _upgrade(writer: _Writer, layout: int) -> None:
    """Bring older tables up to this layout; whoever opens the base meanwhile waits."""
    for old in range(layout, LAYOUT):
        for statement in UPGRADES.get(old, ()):
            writer.rows(statement)
    if layout < 2:
        for statement in _OWN:
            writer.rows(statement)
        last, query = -1, "SELECT doc, tokens FROM kb_tokens WHERE doc > ? ORDER BY doc LIMIT 1000"
        while entries := writer.rows(query, (last,)):
            last = entries[-1][0]
            writer.index([(doc, tokens) for doc, tokens in entries])
        writer.rows("DROP TABLE kb_tokens")
    writer.rows("UPDATE kb_meta SET value = ? WHERE name = 'layout'", (str(LAYOUT),))


def _told(error: Exception) -> StoreError:
    # The message of a failed connection names the host; the address itself, with its password, is not repeated.
    return StoreError(
        f"PostgreSQL 知识库不可用：{error}",
        f"the knowledge base in PostgreSQL cannot be used: {error}",
        code="store",
        hint="请检查服务器是否在运行、地址和权限",
        hint_en="check that the server runs, the address and your permissions",
    )
