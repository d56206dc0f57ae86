"""What is written late (后整理): a write is put in its place in a lot with others, not at every commit.

A write is one row in ``late``: its records, its order's head as it is then, and where its private records lie in the
vault.  A record's row has three trees to go into, a head a dozen indexes, a desk and its part of the counts; a word has
a page of its own: so each would cost some twenty pages a commit, most of them the same ones again and again.  When
enough has come together it is *settled* in the transaction of whoever comes by.  A reader sees both in one moment:
what is settled, and what is late, which is looked through.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hotline12345.core.errors import StoreError

from . import _rules as rules
from . import _sqlite_words as wording
from ._sqlite_heads import COLUMNS, DESKS, DIGEST, DUE, REQUESTER, desks_of
from ._sqlite_schema import BY_PLACE
from ._sqlite_vault import INSERT_PERSON, PERSONS, bucket, words_of
from .port import Desk

LATE = 128
"""How many writes may be late: what a reader looks through."""
AT_ONCE = 64
"""How many new orders in one write are not late: they share their pages as it is."""
WORDS_LATE = 1024
"""How many private records may be found by reading them only."""

_FIELDS = (*rules.GROUPS, "due", "digest")
NAMES = ("place", "number", *COLUMNS)
_REST = ("id", "person", "seq", "event", "schema", "key", "fingerprint", "link", "data")
_RECORD = "position, place, number, version, more, kind, schema, key, fingerprint, link, data"
INSERT_HEAD = f"INSERT INTO head ({', '.join(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"
_LATE = ("position", "place", "number", "version", "more", *COLUMNS[1:-1], *_REST)
PUT = f"INSERT INTO late ({', '.join(_LATE)}) VALUES ({', '.join('?' * len(_LATE))})"
INSERT_RECORD = f"INSERT INTO record ({_RECORD}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_POINTERS = "place, number, id, person, seq"
INSERT_FRESH = f"INSERT INTO fresh ({_POINTERS}) VALUES (?, ?, ?, ?, ?)"
# What is there already is there because somebody has written over it: the row stays late, for a check to be seen.
_MOVE_RECORDS = (
    f"INSERT OR IGNORE INTO record ({_RECORD}) SELECT position, place, number, version, more, event, schema, key, "
    "fingerprint, link, data FROM late WHERE more >= 0"
)
_MOVED = (
    " WHERE more < 0 OR EXISTS (SELECT 1 FROM record r WHERE r.position = late.position AND r.place = late.place "
    "AND r.number = late.number AND r.version = late.version)"
)
_LED = (
    "UPDATE late SET id = NULL, person = NULL, seq = NULL WHERE seq IN (SELECT seq FROM fresh)",
    "UPDATE late SET requester = NULL",
)
"""What stays late leads into the vault no more: its pointers have been settled, and would be once more each time."""
LOOSE = f"SELECT {_POINTERS} FROM late WHERE seq IS NOT NULL"
"""Where the private records of what is late lie."""
_MOVE_FRESH = f"INSERT OR IGNORE INTO fresh {LOOSE}"
UNWORDED = f"(SELECT {_POINTERS} FROM fresh UNION ALL {LOOSE})"
"""Where the private records lie that are found by reading them only."""
INSERT_DESK = "INSERT OR REPLACE INTO desk (place, unit, number, assignment, role, due) VALUES (?, ?, ?, ?, ?, ?)"
_DROP_DESK = "DELETE FROM desk WHERE place = ? AND unit = ? AND number = ? AND assignment = ?"
TALLIED = "place = ? AND open = ? AND status = ? AND kind = ? AND category = ? AND area = ? AND holder = ?"
MOVE_TALLY = "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
MOVE_TOTAL = "INSERT INTO total VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_NONE_LEFT = f"DELETE FROM tally WHERE {TALLIED} AND n = 0"
_NEWEST = f"SELECT {', '.join(NAMES)} FROM {{}}"
_BEFORE = f"SELECT {', '.join(COLUMNS)} FROM head WHERE place = ? AND number = ?"
# One that has the name of another stays fresh: somebody has written over what led to either.
_SETTLED = "EXISTS (SELECT 1 FROM private p WHERE p.place = f.place AND p.number = f.number AND p.id = f.id{})"
_RECORDS = (
    "SELECT f.place, f.number, f.seq, v.data FROM fresh f LEFT JOIN vault v ON v.seq = f.seq "
    f"WHERE NOT {_SETTLED.format('')} ORDER BY f.place, f.number"
)
_MOVE_PRIVATE = (
    f"INSERT INTO private SELECT place, number, id, person, seq FROM fresh f WHERE NOT {_SETTLED.format('')}"
)
_DROP_FRESH = f"DELETE FROM fresh AS f WHERE {_SETTLED.format(' AND p.seq = f.seq')}"
_OLD_RECORDS = (
    "SELECT f.place, f.number, v.data FROM (SELECT DISTINCT place, number FROM fresh) f CROSS JOIN private p "
    "ON p.place = f.place AND p.number = f.number JOIN vault v ON v.seq = p.seq"
)
_updates: dict[tuple[int, ...], str] = {}

Row = tuple[Any, ...]


# -- settling ----------------------------------------------------------------------------------------


def settle_all(conn: sqlite3.Connection) -> None:
    """Settle whatever is late: heads first, so that no word is counted for an order that is not."""
    settle_late(conn, ((row, False) for row in newest(conn)))
    settle_words(conn)


def newest(conn: sqlite3.Connection, table: str = "newest") -> list[Row]:
    """Return the heads that are late (place, number and columns), the last of each order."""
    return conn.execute(_NEWEST.format(table)).fetchall()


def settle_late(conn: sqlite3.Connection, heads: Iterable[tuple[Row, bool]]) -> bool:
    """Put what is late where it is found, but for words.

    Args:
        conn: the connection whose transaction writes.
        heads: the heads that are late, each with whether it is its order's first.

    Returns:
        Whether nothing is late now: it is, where somebody has written over what is in its place.
    """
    settle_heads(conn, heads)
    moved = conn.execute(_MOVE_RECORDS).rowcount
    index_places(conn, (row[0] for row in conn.execute("SELECT DISTINCT place FROM late").fetchall()))
    conn.execute(_MOVE_FRESH)
    persons = conn.execute(PERSONS, (0,)).fetchall()
    conn.executemany(INSERT_PERSON, [(place, bucket(person), seq) for place, person, seq in persons])
    whole: bool = moved == conn.execute("SELECT count(*) FROM late WHERE more >= 0").fetchone()[0]
    # Nothing in it is private: it need not be overwritten, which would bring every page of it to disk once more.
    conn.execute("PRAGMA secure_delete=OFF")
    try:
        conn.execute("DELETE FROM late" if whole else f"DELETE FROM late{_MOVED}")
        for statement in () if whole else _LED:
            conn.execute(statement)
    finally:
        conn.execute("PRAGMA secure_delete=ON")
    return whole


def index_places(conn: sqlite3.Connection, places: Iterable[str]) -> None:
    """Have an index by place once a second place writes."""
    first = conn.execute("SELECT place FROM record ORDER BY position LIMIT 1").fetchone()
    if first is not None and set(places) - set(first):
        conn.execute(BY_PLACE)


def settle_heads(conn: sqlite3.Connection, heads: Iterable[tuple[Row, bool]]) -> None:
    """Put heads where they are found, each with whether it is its order's first."""
    ask = conn.execute
    settle(conn, [_sound(conn, row, None if new else ask(_BEFORE, row[:2]).fetchone()) for row, new in heads])


def _sound(conn: sqlite3.Connection, row: Row, old: Row | None) -> tuple[Row, Row | None]:
    """Return the pair; what was there goes first where somebody has written over it with no UTF-8: it is no one's."""
    if old is None or bytes not in map(type, old[:-1]):
        return row, old
    for table in ("head", "desk"):
        conn.execute(f"DELETE FROM {table} WHERE place = ? AND number = ?", row[:2])
    owner = 2 + REQUESTER
    return (*row[:owner], old[REQUESTER], *row[owner + 1 :]), None


def settle(conn: sqlite3.Connection, pairs: Iterable[tuple[Row, Row | None]]) -> None:
    """Write heads (place, number and columns) over what was there of them, with their desks and counts."""
    new: list[Row] = []
    moved: dict[tuple[int, ...], list[Row]] = {}
    gone: list[Row] = []
    desks: list[Row] = []
    counts: defaultdict[tuple[Row, Row | None], int] = defaultdict(int)
    for row, old in pairs:
        place, number, *values = row
        if old is None:
            new.append(row)
        else:
            changed = tuple(i for i, value in enumerate(values) if value != old[i] and i != REQUESTER)
            if changed:
                moved.setdefault(changed, []).append((*(values[i] for i in changed), place, number))
        before = old[DESKS] if old else ""
        if before != values[DESKS]:
            gone += _desk_rows(conn, place, number, before)
            desks += (
                (place, d.unit, number, d.assignment, d.role, d.due) for d in _readable(values[DESKS], place, number)
            )
        cell, was = cell_of(place, values), cell_of(place, old) if old else None
        if cell != was:
            counts[cell, was] += 1
    conn.executemany(INSERT_HEAD, new)
    for changed, rows in moved.items():
        conn.executemany(_update(changed), rows)
    conn.executemany(_DROP_DESK, gone)
    conn.executemany(INSERT_DESK, desks)
    _count(conn, counts)


def _readable(said: str, place: str, number: str) -> tuple[Desk, ...]:
    """Return the desks in a head; none where somebody has written over it, so that others' writes go on."""
    try:
        desks = desks_of(said, place, number)
        "".join(part for desk in desks for part in desk).encode()
        return desks
    except (StoreError, *rules.UNREADABLE):
        return ()


def _desk_rows(conn: sqlite3.Connection, place: str, number: str, before: str) -> list[Row]:
    """Return the rows of ``desk`` that an order had."""
    held = _readable(before, place, number)
    if before and not held:
        conn.execute("DELETE FROM desk WHERE place = ? AND number = ?", (place, number))
    return [(place, desk.unit, number, desk.assignment) for desk in held]


def cell_of(place: str, row: Sequence[Any]) -> Row:
    """Return by what an order is counted: open, status, kind, category, area, holder; then due day and digest."""
    return (place, row[2], row[1], *row[3:7], row[DUE][:10], row[DIGEST])


def moves(before: Row | None, cell: Row) -> Iterator[tuple[Row, int]]:
    """Yield what changes in the totals of one field each when an order goes from the cell *before* to *cell*."""
    for i, field in enumerate(_FIELDS, 2):
        if before is None or before[i] != cell[i] or before[1] != cell[1]:
            if cell[i] or i < 7:
                yield (cell[0], field, cell[i], cell[1]), 1
            if before is not None and (before[i] or i < 7):
                yield (cell[0], field, before[i], before[1]), -1


def _count(conn: sqlite3.Connection, counts: Mapping[tuple[Row, Row | None], int]) -> None:
    """Keep the counts of orders, which ``count`` reads instead of a million heads."""
    cells: defaultdict[Row, int] = defaultdict(int)
    totals: defaultdict[Row, int] = defaultdict(int)
    for (cell, was), n in counts.items():
        cells[cell[:7]] += n
        if was is not None:
            cells[was[:7]] -= n
        for total, sign in moves(was, cell):
            totals[total] += sign * n
    conn.executemany(MOVE_TALLY, [(*cell, n) for cell, n in _sorted(cells) if n])
    conn.executemany(_NONE_LEFT, [cell for cell, n in cells.items() if n < 0])
    conn.executemany(MOVE_TOTAL, [(*total, n) for total, n in _sorted(totals) if n])


def _sorted(counts: Mapping[Row, int]) -> list[tuple[Row, int]]:
    """Return *counts* in the order of their keys, or nearly so: what somebody has written over may not compare."""
    try:
        return sorted(counts.items())
    except TypeError:
        return sorted(counts.items(), key=repr)


def _update(changed: tuple[int, ...]) -> str:
    # Only what changed is set: SQLite rewrites every index whose column is named, changed or not.
    sql = _updates.get(changed)
    if sql is None:
        names = ", ".join(f"{COLUMNS[i]} = ?" for i in changed)
        sql = _updates[changed] = f"UPDATE head SET {names} WHERE place = ? AND number = ?"
    return sql


def many_fresh(conn: sqlite3.Connection) -> bool:
    """Tell whether enough private records are fresh to be settled."""
    count: int = conn.execute("SELECT count(*) FROM fresh").fetchone()[0]
    return count >= WORDS_LATE


def settle_words(conn: sqlite3.Connection) -> None:
    """Let the private records that are fresh be found by their words; nothing else may be late."""
    rows = conn.execute(_RECORDS).fetchall()
    if not rows:
        return
    known: dict[tuple[str, str], set[str]] = {}
    for place, number, data in conn.execute(_OLD_RECORDS):
        known.setdefault((place, number), set()).update(words_of(data))
    postings: dict[str, dict[str, list[int]]] = {}
    orders: dict[str, dict[str, int]] = {}
    at = None
    for place, number, seq, data in rows:
        if place != at:
            at, found, counted = place, postings.setdefault(place, {}), orders.setdefault(place, {})
        words = set(words_of(data))
        before = known.setdefault((place, number), set())
        for word in words:
            if word in found:
                found[word].append(seq)
            else:
                found[word] = [seq]
        for word in words - before if before else words:
            counted[word] = counted.get(word, 0) + 1
        before |= words
    conn.execute(_MOVE_PRIVATE)
    conn.execute(_DROP_FRESH)
    for place, found in postings.items():
        wording.index(conn, place, found, orders[place])


def forget(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Overwrite what the vault holds of *person* and delete what points to it; return how many private records went."""
    settle_all(conn)
    return wording.forget(conn, place, person)
