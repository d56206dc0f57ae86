"""What is written late (后整理): heads and words go where they are found by in lots, not at every commit.

A write puts its records where they stay, and beside them one row in ``late`` — the order's head, as it is now — and
one in ``fresh`` for each private record.  A head's row has a dozen indexes, a desk, its part of the counts; a word has
a page of its own: so each would cost some twenty pages a commit, most of them the same ones again and again.  When
enough has come together it is *settled* in the transaction of whoever comes by.  A reader sees both in one moment:
what is settled, without the orders that are late, and those as they are.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hotline12345.core.errors import StoreError

from . import _rules as rules
from . import _sqlite_words as wording
from ._sqlite_heads import COLUMNS, DESKS, DIGEST, DUE, REQUESTER, desks_of
from ._sqlite_vault import words_of
from .port import Desk

HEADS_LATE = 64
"""How many orders may be late: what who asks for heads looks through, and what one write in so many settles."""
WORDS_LATE = 256
"""How many private records may be found by reading them only."""

LOOK = 16
"""At every how many records of single ones one looks whether enough is late; after several at once always."""

_COUNTED = "SELECT (SELECT count(*) FROM late), (SELECT count(*) FROM fresh)"
_FIELDS = (*rules.GROUPS, "due", "digest")
_NAMES = ("place", "number", *COLUMNS)
_KEPT = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "requester")
INSERT_HEAD = f"INSERT INTO head ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"
# Whose order it is was said when it was new; only forget takes that away, and no later write brings it back.
PUT = f"{INSERT_HEAD.replace('INTO head', 'INTO late')} ON CONFLICT DO UPDATE SET {_KEPT}"
INSERT_DESK = "INSERT OR REPLACE INTO desk (place, unit, number, assignment, role, due) VALUES (?, ?, ?, ?, ?, ?)"
_DROP_DESK = "DELETE FROM desk WHERE place = ? AND unit = ? AND number = ? AND assignment = ?"
TALLIED = "place = ? AND open = ? AND status = ? AND kind = ? AND category = ? AND area = ? AND holder = ?"
MOVE_TALLY = "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
MOVE_TOTAL = "INSERT INTO total VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_NONE_LEFT = f"DELETE FROM tally WHERE {TALLIED} AND n = 0"
_PAIRS = (
    f"SELECT {', '.join(f'l.{name}' for name in _NAMES)}, {', '.join(f'h.{name}' for name in COLUMNS)} "
    "FROM late l LEFT JOIN head h ON h.place = l.place AND h.number = l.number"
)
_RECORDS = (
    "SELECT f.place, f.number, f.seq, v.data FROM fresh f LEFT JOIN vault v ON v.seq = f.seq ORDER BY f.place, f.number"
)
_OLD_RECORDS = (
    "SELECT f.place, f.number, v.data FROM (SELECT DISTINCT place, number FROM fresh) f CROSS JOIN private p "
    "ON p.place = f.place AND p.number = f.number JOIN vault v ON v.seq = p.seq"
)
_updates: dict[tuple[int, ...], str] = {}

Row = tuple[Any, ...]


# -- settling ----------------------------------------------------------------------------------------


def settle_some(conn: sqlite3.Connection) -> None:
    """Settle heads and words once there are enough of them."""
    heads, words = conn.execute(_COUNTED).fetchone()
    if words >= WORDS_LATE:
        settle_all(conn)
    elif heads >= HEADS_LATE:
        settle_heads(conn)


def settle_all(conn: sqlite3.Connection) -> None:
    """Settle whatever is late: heads first, so that no word is counted for an order that is not."""
    settle_heads(conn)
    settle_words(conn)


def settle_heads(conn: sqlite3.Connection) -> None:
    """Put the heads that are late where they are found."""
    rows = conn.execute(_PAIRS).fetchall()
    if rows:
        size = len(_NAMES)
        settle(conn, (_sound(conn, row[:size], row[size:] if row[size] is not None else None) for row in rows))
        conn.execute("DELETE FROM late")


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
    counts: Counter[tuple[Row, Row | None]] = Counter()
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


def moves(before: Row | None, cell: Row) -> Iterator[Row]:
    """Yield what changes in the totals of one field each when an order goes from the cell *before* to *cell*."""
    for i, field in enumerate(_FIELDS, 2):
        if before is None or before[i] != cell[i] or before[1] != cell[1]:
            if cell[i] or i < 7:
                yield cell[0], field, cell[i], cell[1], 1
            if before is not None and (before[i] or i < 7):
                yield cell[0], field, before[i], before[1], -1


def _count(conn: sqlite3.Connection, counts: Counter[tuple[Row, Row | None]]) -> None:
    """Keep the counts of orders, which ``count`` reads instead of a million heads."""
    cells: Counter[Row] = Counter()
    totals: Counter[Row] = Counter()
    for (cell, was), n in counts.items():
        cells[cell[:7]] += n
        if was is not None:
            cells[was[:7]] -= n
        for *total, sign in moves(was, cell):
            totals[tuple(total)] += sign * n
    # In the order of their keys, or nearly so: what somebody has written over may not compare.
    conn.executemany(MOVE_TALLY, [(*cell, n) for cell, n in sorted(cells.items(), key=repr) if n])
    conn.executemany(_NONE_LEFT, [cell for cell, n in cells.items() if n < 0])
    conn.executemany(MOVE_TOTAL, [(*total, n) for total, n in sorted(totals.items(), key=repr) if n])


def _update(changed: tuple[int, ...]) -> str:
    # Only what changed is set: SQLite rewrites every index whose column is named, changed or not.
    sql = _updates.get(changed)
    if sql is None:
        names = ", ".join(f"{COLUMNS[i]} = ?" for i in changed)
        sql = _updates[changed] = f"UPDATE head SET {names} WHERE place = ? AND number = ?"
    return sql


def settle_words(conn: sqlite3.Connection) -> None:
    """Let the private records that are fresh be found by their words."""
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
    conn.execute("INSERT INTO private SELECT place, number, id, person, seq FROM fresh")
    conn.execute("DELETE FROM fresh")
    for place, found in postings.items():
        wording.index(conn, place, found, orders[place])


def forget(conn: sqlite3.Connection, place: str, person: str) -> int:
    """Overwrite what the vault holds of *person* and delete what points to it; return how many private records went."""
    settle_all(conn)
    return wording.forget(conn, place, person)
