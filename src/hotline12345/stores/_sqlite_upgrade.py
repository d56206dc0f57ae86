"""How a database of an older layout is brought up to date (升级): in place, in the transaction that stamps it."""

from __future__ import annotations

import json
import sqlite3

from . import _sqlite_late as late
from . import _text as text
from ._sqlite_schema import BY_PLACE, TABLES, recount, run_script
from ._sqlite_words import rebuild

_INDEXES = (
    *("head_category", "head_open", "head_due", "head_digest", "head_changed"),
    *("desk_role", "desk_due", "receipt_order", "private_seq"),
)
_MADE = ("desk", "tally", "total", "parked", "lease")


def upgrade(conn: sqlite3.Connection, layout: int) -> None:
    """Turn the tables of *layout* into today's; rows of the vault are left where they lie."""
    if layout < 2:
        _from_1(conn)
    if layout < 3:
        _from_2(conn)
    if layout < 4:
        _from_3(conn)
    else:
        late.settle_heads(conn, ((row, False) for row in late.newest(conn, "late")))
        conn.execute("DROP TABLE late")
    conn.execute("ALTER TABLE record ADD COLUMN more INTEGER NOT NULL DEFAULT 0")
    _make(conn, "CREATE TABLE late (", *(f"CREATE VIEW {name} " for name in ("history", "newest")))


def _make(conn: sqlite3.Connection, *wanted: str) -> None:
    """Make those of today's tables and indexes whose statements have one of *wanted* in them."""
    statements = TABLES.strip().split(";\n")
    run_script(conn, ";\n".join(s for s in statements if any(piece in s for piece in wanted)))


def _from_3(conn: sqlite3.Connection) -> None:
    for column in ("key TEXT", "fingerprint TEXT"):
        conn.execute(f"ALTER TABLE record ADD COLUMN {column}")
    # A key stands in the last record of its write; one that came without records stays where it is.
    mine = (
        "FROM receipt t INDEXED BY receipt_order WHERE t.place = record.place AND t.number = record.number "
        "AND t.version = record.version"
    )
    conn.execute(
        f"UPDATE record SET (key, fingerprint) = (SELECT t.key, t.fingerprint {mine} ORDER BY t.key LIMIT 1) "
        f"WHERE EXISTS (SELECT 1 {mine})"
    )
    conn.execute(
        "DELETE FROM receipt WHERE EXISTS (SELECT 1 FROM record r WHERE r.place = receipt.place AND "
        "r.number = receipt.number AND r.version = receipt.version AND r.key = receipt.key)"
    )
    conn.execute("DROP INDEX record_place")
    several = "SELECT (SELECT min(place) FROM record) <> (SELECT max(place) FROM record)"
    if conn.execute(several).fetchone()[0]:
        conn.execute(BY_PLACE)
    _make(conn, "INDEX record_key ON", "CREATE TABLE fresh (")


def _from_2(conn: sqlite3.Connection) -> None:
    conn.execute("DROP TABLE IF EXISTS word")
    _make(conn, "CREATE TABLE term (", "CREATE TABLE posting (", "INDEX posting_term ON")
    rebuild(conn)
    recount(conn)


def _from_1(conn: sqlite3.Connection) -> None:
    for column in ("changed TEXT NOT NULL DEFAULT ''", "link BLOB NOT NULL DEFAULT x''"):
        conn.execute(f"ALTER TABLE head ADD COLUMN {column}")
    conn.execute("ALTER TABLE record ADD COLUMN link BLOB NOT NULL DEFAULT x''")
    for index in ("head_category", "head_digest", "head_due"):
        conn.execute(f"DROP INDEX {index}")
    conn.execute("DROP TABLE desk")
    _make(conn, *(f"CREATE TABLE {name} (" for name in _MADE), *(f"INDEX {name} ON" for name in _INDEXES))
    conn.executemany(
        "INSERT OR REPLACE INTO desk (place, unit, number, assignment, role, due) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (place, unit, number, assignment, role, due)
            for place, number, desks in conn.execute("SELECT place, number, desks FROM head WHERE desks <> ''")
            for assignment, unit, role, _, due in json.loads(desks)
        ),
    )
    _chain(conn)


def _chain(conn: sqlite3.Connection) -> None:
    """Give every record its link, and the last of each order to its head."""
    order, last = ("", ""), text.FIRST
    links: list[tuple[bytes, int]] = []
    rows = conn.execute(
        "SELECT position, place, number, version, kind, schema, data FROM record ORDER BY place, number, version"
    ).fetchall()
    lasts: dict[tuple[str, str], bytes] = {}
    for position, place, number, version, kind, schema, data in rows:
        if (place, number) != order:
            order, last = (place, number), text.FIRST
        last = text.link(last, text.digest(place, number, version, kind, schema, data))
        links.append((last, position))
        lasts[order] = last
    conn.executemany("UPDATE record SET link = ? WHERE position = ?", links)
    conn.executemany("UPDATE head SET link = ? WHERE place = ? AND number = ?", ((v, *k) for k, v in lasts.items()))
