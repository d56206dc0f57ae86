"""The tables of the embedded store (表结构), and its connections."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hotline12345.core.errors import StoreError

from . import _rules as rules
from ._sqlite_errors import not_a_store
from .port import SCHEMA

APPLICATION = 0x12345
LAYOUT = 5
STAMP = LAYOUT * 1000 + SCHEMA
"""What ``user_version`` says: the layout of the tables and the schema of the records in one number."""

DEFECT = ((3, 7, 0), (3, 51, 2))
"""The SQLite versions whose WAL can be damaged when two connections race a commit and a checkpoint."""

# What could name a person lies in the vault and nowhere else.  The vault only grows at its end and its rows
# are overwritten in place, byte for byte, because SQLite's secure_delete wipes the cells it deletes but not
# the copies that stay behind in a page when it moves cells to another (3 of 2,695 forgotten rows were found
# in the file again).  So it is with the postings of words.  The other tables hold numbers that point into the vault.
TABLES = """
CREATE TABLE record (
  position INTEGER PRIMARY KEY, place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL,
  kind TEXT NOT NULL, schema INTEGER NOT NULL, data TEXT NOT NULL, link BLOB NOT NULL DEFAULT x'',
  key TEXT, fingerprint TEXT, more INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX record_order ON record (place, number, version);
CREATE UNIQUE INDEX record_key ON record (place, key) WHERE key IS NOT NULL;
CREATE TABLE head (
  place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, open INTEGER NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, area TEXT NOT NULL, holder TEXT NOT NULL, requester INTEGER,
  received TEXT NOT NULL, due TEXT NOT NULL, provisional INTEGER NOT NULL, digest TEXT NOT NULL, wake TEXT NOT NULL,
  desks TEXT NOT NULL, changed TEXT NOT NULL DEFAULT '', link BLOB NOT NULL DEFAULT x'',
  PRIMARY KEY (place, number)) WITHOUT ROWID;
CREATE TABLE late (
  position INTEGER PRIMARY KEY, place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL,
  more INTEGER NOT NULL, status TEXT NOT NULL, open INTEGER NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
  area TEXT NOT NULL, holder TEXT NOT NULL, requester INTEGER, received TEXT NOT NULL, due TEXT NOT NULL,
  provisional INTEGER NOT NULL, digest TEXT NOT NULL, wake TEXT NOT NULL, desks TEXT NOT NULL, changed TEXT NOT NULL,
  id TEXT, person INTEGER, seq INTEGER, event TEXT NOT NULL, schema INTEGER NOT NULL, key TEXT, fingerprint TEXT,
  link BLOB NOT NULL, data TEXT NOT NULL);
CREATE VIEW history AS
  SELECT position, place, number, version, more, kind, schema, data, link, key, fingerprint FROM record UNION ALL
  SELECT position, place, number, version, more, event, schema, data, link, key, fingerprint FROM late WHERE more >= 0;
CREATE VIEW newest AS
  SELECT max(position) AS position, place, number, version, status, open, kind, category, area, holder, requester,
  received, due, provisional, digest, wake, desks, changed, substr(link, -32) AS link FROM late GROUP BY place, number;
CREATE INDEX head_status ON head (place, status);
CREATE INDEX head_holder ON head (place, holder);
CREATE INDEX head_category ON head (place, category, open, area);
CREATE INDEX head_area ON head (place, area);
CREATE INDEX head_requester ON head (place, requester) WHERE requester IS NOT NULL;
CREATE INDEX head_open ON head (place) WHERE open = 1;
CREATE INDEX head_due ON head (place, open, due);
CREATE INDEX head_digest ON head (place, open, digest);
CREATE INDEX head_changed ON head (place, changed);
CREATE INDEX head_provisional ON head (place) WHERE provisional = 1;
CREATE INDEX head_wake ON head (place, wake) WHERE wake > '';
CREATE TABLE desk (
  place TEXT NOT NULL, unit TEXT NOT NULL, number TEXT NOT NULL, assignment TEXT NOT NULL, role TEXT NOT NULL,
  due TEXT NOT NULL, PRIMARY KEY (place, unit, number, assignment)) WITHOUT ROWID;
CREATE INDEX desk_role ON desk (place, role, number, due);
CREATE INDEX desk_due ON desk (place, due) WHERE due > '';
CREATE TABLE tally (
  place TEXT NOT NULL, open INTEGER NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
  area TEXT NOT NULL, holder TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (place, open, status, kind, category, area, holder)) WITHOUT ROWID;
CREATE TABLE total (
  place TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, open INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (place, field, value, open)) WITHOUT ROWID;
CREATE TABLE receipt (
  place TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY (place, key)) WITHOUT ROWID;
CREATE INDEX receipt_order ON receipt (place, number);
CREATE TABLE vault (seq INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE person (
  place TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (place, bucket, seq)) WITHOUT ROWID;
CREATE TABLE private (
  place TEXT NOT NULL, number TEXT NOT NULL, id TEXT NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (place, number, id)) WITHOUT ROWID;
CREATE TABLE fresh (
  place TEXT NOT NULL, number TEXT NOT NULL, id TEXT NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (place, number, id)) WITHOUT ROWID;
CREATE INDEX private_person ON private (person);
CREATE INDEX private_seq ON private (seq);
CREATE TABLE term (
  place TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, orders INTEGER NOT NULL, chunk INTEGER NOT NULL,
  used INTEGER NOT NULL, room INTEGER NOT NULL, PRIMARY KEY (place, bucket, seq)) WITHOUT ROWID;
CREATE TABLE posting (seq INTEGER PRIMARY KEY, term INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX posting_term ON posting (term);
CREATE TABLE cursor (reader TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE parked (
  reader TEXT NOT NULL, place TEXT NOT NULL, number TEXT NOT NULL, position INTEGER NOT NULL,
  attempts INTEGER NOT NULL, retry TEXT NOT NULL, error TEXT NOT NULL,
  PRIMARY KEY (reader, place, number)) WITHOUT ROWID;
CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, token INTEGER NOT NULL, until REAL NOT NULL)
  WITHOUT ROWID;
"""

BY_PLACE = "CREATE INDEX IF NOT EXISTS record_place ON record (place)"
"""What serves the feed of one place; made when a second place writes, since of a single one every record is."""


def connect(path: Path, *, readonly: bool, create: bool, timeout: float, durability: str) -> sqlite3.Connection:
    """Open one connection; nothing is written yet."""
    mode = "ro" if readonly else "rwc" if create else "rw"
    uri = path.absolute().as_uri() + f"?mode={mode}"
    if readonly and _frozen(path):
        uri += "&immutable=1"
    conn = sqlite3.connect(
        uri, uri=True, isolation_level=None, check_same_thread=False, timeout=timeout, cached_statements=256
    )
    try:
        level = "FULL" if durability == "full" else "NORMAL"
        for pragma in (f"synchronous={level}", "fullfsync=1", "checkpoint_fullfsync=1", "wal_autocheckpoint=0"):
            conn.execute("PRAGMA " + pragma)
        for pragma in ("secure_delete=ON", "temp_store=MEMORY", "cache_size=-16000", "trusted_schema=OFF"):
            conn.execute("PRAGMA " + pragma)
        conn.execute("PRAGMA user_version").fetchone()  # the first to read the file: it may not be a database
    except sqlite3.Error:
        conn.close()
        raise
    return conn


def _frozen(path: Path) -> bool:
    """Tell whether nobody can be writing: a folder we may not write to, and no write-ahead log in it."""
    import os

    path = path.resolve()  # as SQLite does: the folder of a link says nothing
    return not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()


def stamp(conn: sqlite3.Connection, path: Path) -> int:
    """Return the store's stamp, 0 for an empty file.

    Raises:
        StoreError: ``not-a-store`` when the database belongs to something else.
    """
    application: int = conn.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION:
        return int(conn.execute("PRAGMA user_version").fetchone()[0])
    if conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise not_a_store(path, "这是别的程序的数据库", "it is another program's database")
    return 0


def create(conn: sqlite3.Connection, path: Path) -> None:
    """Make the tables, where they are not there yet; the caller holds the write lock."""
    mode = conn.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        mode = conn.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StoreError(
            f"{path} 所在的文件系统不支持 WAL（得到 {mode}）",
            f"the file system of {path} does not support a write-ahead log (got {mode})",
            code="no-wal",
            hint="请把数据库放在本机磁盘上，不要放在网络盘上",
            hint_en="keep the database on a local disk, not on a network share",
        )
    conn.execute("BEGIN IMMEDIATE")
    try:
        found = stamp(conn, path)
        if found == 0:
            run_script(conn, TABLES)
            conn.execute(f"PRAGMA application_id={APPLICATION}")
        elif is_old(found):
            from ._sqlite_upgrade import upgrade

            upgrade(conn, found // 1000)
        if found == 0 or is_old(found):
            conn.execute(f"PRAGMA user_version={STAMP}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


_CELL = "place, open, status, kind, category, area, holder"


def recount(conn: sqlite3.Connection, place: str | None = None) -> None:
    """Count the orders of *place*, or of all places, anew."""
    where, values = ("", ()) if place is None else ("WHERE place = ?", (place,))
    for table in ("tally", "total"):
        conn.execute(f"DELETE FROM {table} {where}", values)
    conn.execute(f"INSERT INTO tally SELECT {_CELL}, count(*) FROM head {where} GROUP BY {_CELL}", values)
    for field in rules.GROUPS:
        conn.execute(
            f"INSERT INTO total SELECT place, '{field}', {field}, open, sum(n) FROM tally {where} "
            f"GROUP BY place, {field}, open",
            values,
        )
    for field, value in (("due", "substr(due, 1, 10)"), ("digest", "digest")):
        said = f"{where or 'WHERE 1'} AND {field} > ''"
        counted = f"SELECT place, '{field}', {value}, open, count(*) FROM head {said} GROUP BY 1, 3, 4"
        conn.execute(f"INSERT INTO total {counted}", values)


def run_script(conn: sqlite3.Connection, script: str) -> None:
    """Run the statements of *script* one by one: ``executescript`` would commit first."""
    for statement in script.strip().split(";\n"):
        conn.execute(statement.rstrip(";"))


def is_newer(found: int) -> bool:
    """Tell whether a newer library has written what has the stamp *found*."""
    return found // 1000 > LAYOUT or found % 1000 > SCHEMA


def is_old(found: int) -> bool:
    """Tell whether the tables of *found* are to be brought up to date: an older layout, of records we know."""
    return found < STAMP and not is_newer(found)
