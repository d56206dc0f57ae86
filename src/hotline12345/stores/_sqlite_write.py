"""How the embedded store writes (写入): everything that can be refused is looked at before anything is written."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from . import _rules as rules
from . import _sqlite_words as wording
from . import _text as text
from ._sqlite_schema import recount
from ._sqlite_vault import FIND_PERSON, INSERT_PERSON, bucket, header, keep, owner_of, wipe
from .port import Append, Appended, Desk, Head

COLUMNS = (
    "version",
    "status",
    "open",
    "kind",
    "category",
    "area",
    "holder",
    "requester",
    "received",
    "due",
    "provisional",
    "digest",
    "wake",
    "desks",
    "changed",
    "link",
)
_REQUESTER = COLUMNS.index("requester")
_DESKS = COLUMNS.index("desks")
_DUE = COLUMNS.index("due")
_DIGEST = COLUMNS.index("digest")
_FIELDS = (*rules.GROUPS, "due", "digest")
_LINK = COLUMNS.index("link")
_SELECTED = ", ".join("coalesce(v.data, '')" if name == "requester" else f"h.{name}" for name in COLUMNS)
HEADS = "SELECT h.place, h.number, " + _SELECTED + " FROM {} LEFT JOIN vault v ON v.seq = h.requester WHERE {}"
"""Heads, with the requester's blind index read from the vault; to be given a table and a condition."""
HEAD = HEADS.format("head h", "h.place = ? AND h.number = ?")
_STATE = f"SELECT {', '.join(COLUMNS)} FROM head WHERE place = ? AND number = ?"
_INSERT_HEAD = f"INSERT INTO head (place, number, {', '.join(COLUMNS)}) VALUES (?, ?{', ?' * len(COLUMNS)})"
_INSERT_RECORD = "INSERT INTO record (place, number, version, kind, schema, data, link) VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_DESK = "INSERT OR REPLACE INTO desk (place, unit, number, assignment, role, due) VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_RECEIPT = "INSERT INTO receipt (place, key, number, version, fingerprint) VALUES (?, ?, ?, ?, ?)"
_INSERT_PRIVATE = "INSERT INTO private (place, number, id, person, seq) VALUES (?, ?, ?, ?, ?)"
_TALLIED = "place = ? AND open = ? AND status = ? AND kind = ? AND category = ? AND area = ? AND holder = ?"
_ONE_MORE = "INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_LAST_ONE = f"DELETE FROM tally WHERE {_TALLIED} AND n = 1"
_ONE_LESS = f"UPDATE tally SET n = n - 1 WHERE {_TALLIED}"
MOVE_TOTAL = "INSERT INTO total VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_updates: dict[tuple[int, ...], str] = {}

BULK = 16
"""From how many new orders on a batch is written table by table."""


class Ready:
    """An append with its rows made, before any lock is taken; the links come when the order's last one is known."""

    __slots__ = ("_digests", "_records", "append", "private", "records", "row")

    def __init__(self, append: Append) -> None:
        self.append = append
        self._records = [(r.place, r.number, r.version, r.kind, r.schema, text.dumps(r.data)) for r in append.records]
        self._digests = [text.digest(*row) for row in self._records]
        self.records: list[tuple[Any, ...]] = []
        self.private = [(p.id, p.person, header(p.words) + text.dumps(p.data), p.words) for p in append.private]
        h = append.head
        desks = text.encode([(d.assignment, d.unit, d.role, d.opened, d.due) for d in h.desks]) if h.desks else ""
        # fmt: off
        self.row: tuple[Any, ...] = (
            h.version, h.status, h.open, h.kind, h.category, h.area, h.holder, h.requester,
            h.received, h.due, h.provisional, h.digest, h.wake, desks, h.changed, b"",
        )
        # fmt: on

    def chain(self, link: bytes) -> None:
        """Give the records their links, behind *link*, and the head the last of them."""
        self.records.clear()
        for row, digest in zip(self._records, self._digests, strict=True):
            link = text.link(link, digest)
            self.records.append((*row, link))
        self.row = (*self.row[:_LINK], link)


def _desks(said: str, place: str, number: str) -> tuple[Desk, ...]:
    """Return the desks in a head."""
    try:
        return tuple(Desk(*desk) for desk in json.loads(said)) if said else ()
    except rules.UNREADABLE as error:
        raise rules.broken_head(place, number) from error


def _shown(part: str | bytes) -> str:
    return part if isinstance(part, str) else part.decode("utf-8", "backslashreplace")


def head_of(row: tuple[Any, ...]) -> Head:
    """Return the head in a row of :data:`HEADS`.

    Raises:
        StoreError: ``broken-head``.
    """
    (place, number, version, status, is_open, kind, category, area, holder, requester) = row[:10]
    received, due, provisional, digest, wake, desks, changed, _ = row[10:]
    if bytes in map(type, row[:-1]):  # no UTF-8; see File.rows
        raise rules.broken_head(*(_shown(part) for part in row[:2]))
    return Head(
        place,
        number,
        version,
        status,
        bool(is_open),
        kind,
        category,
        area,
        holder,
        requester,
        received,
        due,
        bool(provisional),
        digest,
        wake,
        _desks(desks, place, number),
        changed,
    )


def write(conn: sqlite3.Connection, batch: list[Ready], careful: bool) -> tuple[Appended, ...]:
    """Write *batch* within the transaction that is open on *conn*; refuse it before the first row."""
    if not careful and len(batch) >= BULK and all(ready.append.expected == 0 for ready in batch):
        return _bulk(conn, batch)
    plans = _plan(conn, batch)
    done = []
    for ready, (old, repeated) in zip(batch, plans, strict=True):
        if repeated is None:
            _write(conn, ready, old)
            repeated = Appended(ready.append.number, ready.append.head.version, False)
        done.append(repeated)
    return tuple(done)


_Plan = tuple[tuple[Any, ...] | None, Appended | None]


def _plan(conn: sqlite3.Connection, batch: list[Ready]) -> list[_Plan]:
    """Return for each append the head row it replaces, or the first result of its key; refuse what is stale."""
    plans: list[_Plan] = []
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    keys: dict[tuple[str, str], tuple[str, int, str]] = {}
    for ready in batch:
        append = ready.append
        if append.key:
            seen = (
                keys.get((append.place, append.key))
                or conn.execute(
                    "SELECT number, version, fingerprint FROM receipt WHERE place = ? AND key = ?",
                    (append.place, append.key),
                ).fetchone()
            )
            if seen is not None:
                if seen[2] != append.fingerprint:
                    raise rules.key_reused(append, seen[0], seen[1])
                plans.append((None, Appended(seen[0], seen[1], True)))
                continue
            keys[append.place, append.key] = (append.number, append.head.version, append.fingerprint)
        order = (append.place, append.number)
        old = rows.get(order)
        if old is None:
            old = conn.execute(_STATE, order).fetchone()
        actual = old[0] if old else 0
        if actual != append.expected:
            raise rules.stale(append, actual)
        ready.chain(old[_LINK] if old else text.FIRST)
        rows[order] = ready.row
        plans.append((old, None))
    return plans


def _write(conn: sqlite3.Connection, ready: Ready, old: tuple[Any, ...] | None) -> None:
    append, row = ready.append, ready.row
    place, number = append.place, append.number
    if len(ready.records) == 1:
        conn.execute(_INSERT_RECORD, ready.records[0])
    elif ready.records:
        conn.executemany(_INSERT_RECORD, ready.records)
    if old is None:
        conn.execute(_INSERT_HEAD, (place, number, *_stored(conn, place, row)))
    else:
        # Whose order it is was said when it was new; only forget takes that away, and no later write brings it back.
        changed = tuple(i for i, value in enumerate(row) if value != old[i] and i != _REQUESTER)
        if changed:
            conn.execute(_update(changed), (*(row[i] for i in changed), place, number))
    _count(conn, place, old, row)
    before = old[_DESKS] if old else ""
    if before != row[_DESKS]:
        for held in _desks(before, place, number):
            conn.execute(
                "DELETE FROM desk WHERE place = ? AND unit = ? AND number = ? AND assignment = ?",
                (place, held.unit, number, held.assignment),
            )
        for desk in append.head.desks:
            conn.execute(_INSERT_DESK, (place, desk.unit, number, desk.assignment, desk.role, desk.due))
    for identity, person, data, words in ready.private:
        _write_private(conn, append, identity, person, data, words)
    if append.key:
        conn.execute(_INSERT_RECEIPT, (place, append.key, number, append.head.version, append.fingerprint))


def cell_of(place: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return by what an order is counted: open, status, kind, category, area, holder; then due day and digest."""
    return (place, row[2], row[1], *row[3:7], row[_DUE][:10], row[_DIGEST])


def _count(conn: sqlite3.Connection, place: str, old: tuple[Any, ...] | None, row: tuple[Any, ...]) -> None:
    """Keep the tally of orders, which ``count`` reads instead of a million heads."""
    cell = cell_of(place, row)
    before = cell_of(place, old) if old else None
    if before == cell:
        return
    if before is None or before[:7] != cell[:7]:
        if before is not None and conn.execute(_LAST_ONE, before[:7]).rowcount == 0:
            conn.execute(_ONE_LESS, before[:7])
        conn.execute(_ONE_MORE, (*cell[:7], 1))
    conn.executemany(MOVE_TOTAL, moved(before, cell))


def moved(before: tuple[Any, ...] | None, cell: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield what changes in the totals of one field each when an order goes from the cell *before* to *cell*."""
    for i, field in enumerate(_FIELDS, 2):
        if before is None or before[i] != cell[i] or before[1] != cell[1]:
            if cell[i] or i < 7:
                yield cell[0], field, cell[i], cell[1], 1
            if before is not None and (before[i] or i < 7):
                yield cell[0], field, before[i], before[1], -1


def _stored(conn: sqlite3.Connection, place: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the head row with the requester's blind index replaced by its place in the vault."""
    return (*row[:_REQUESTER], owner_of(conn, place, row[_REQUESTER]) or None, *row[_REQUESTER + 1 :])


def _update(changed: tuple[int, ...]) -> str:
    # Only what changed is set: SQLite rewrites every index whose column is named, changed or not.
    sql = _updates.get(changed)
    if sql is None:
        names = ", ".join(f"{COLUMNS[i]} = ?" for i in changed)
        sql = _updates[changed] = f"UPDATE head SET {names} WHERE place = ? AND number = ?"
    return sql


def _write_private(
    conn: sqlite3.Connection, append: Append, identity: str, person: str, data: str, words: Sequence[str]
) -> None:
    key = (append.place, append.number, identity)
    where = "WHERE place = ? AND number = ? AND id = ?"
    old = conn.execute(f"SELECT seq FROM private {where}", key).fetchone()
    if old:
        wording.remove(conn, append.place, append.number, old[0])
        wipe(conn, old[0])
        conn.execute(f"DELETE FROM private {where}", key)
    owner = owner_of(conn, append.place, person)
    seq = keep(conn, data)
    conn.execute(_INSERT_PRIVATE, (*key, owner, seq))
    if words:
        wording.add(conn, append.place, append.number, words, seq)


def _bulk(conn: sqlite3.Connection, batch: list[Ready]) -> tuple[Appended, ...]:
    """Write new orders table by table; a number or key that is there already raises IntegrityError."""
    heads, desks, receipts, private = [], [], [], []
    postings: dict[str, dict[str, list[int]]] = {}
    worded: dict[str, Counter[str]] = {}
    seq = conn.execute("SELECT coalesce(max(seq), 0) FROM vault").fetchone()[0]
    persons, vault = _persons(conn, batch, seq)
    seq += len(vault)
    for ready in batch:
        ready.chain(text.FIRST)
        append, row = ready.append, ready.row
        place, number = append.place, append.number
        requester = persons[place, row[_REQUESTER]] or None
        heads.append((place, number, *row[:_REQUESTER], requester, *row[_REQUESTER + 1 :]))
        for desk in append.head.desks:
            desks.append((place, desk.unit, number, desk.assignment, desk.role, desk.due))
        worded.setdefault(place, Counter()).update({word for *_, found_by in ready.private for word in found_by})
        for identity, person, data, found_by in ready.private:
            seq += 1
            vault.append((seq, data))
            found = postings.setdefault(place, {})
            for word in dict.fromkeys(found_by):
                found.setdefault(word, []).append(seq)
            private.append((place, number, identity, persons[place, person], seq))
        if append.key:
            receipts.append((place, append.key, number, append.head.version, append.fingerprint))
    conn.executemany(_INSERT_HEAD, heads)
    counts = Counter(cell_of(ready.append.place, ready.row) for ready in batch)
    cells: Counter[tuple[Any, ...]] = Counter()
    totals: Counter[tuple[Any, ...]] = Counter()
    for cell, n in counts.items():
        cells[cell[:7]] += n
        totals.update({change[:4]: n for change in moved(None, cell)})
    conn.executemany(_ONE_MORE, ((*cell, n) for cell, n in sorted(cells.items())))
    conn.executemany(MOVE_TOTAL, ((*total, n) for total, n in sorted(totals.items())))
    conn.executemany(_INSERT_RECORD, (record for ready in batch for record in ready.records))
    conn.executemany(_INSERT_RECEIPT, receipts)
    conn.executemany(_INSERT_DESK, desks)
    conn.executemany("INSERT INTO vault (seq, data) VALUES (?, ?)", vault)
    conn.executemany(_INSERT_PRIVATE, private)
    for place, found in postings.items():
        wording.index(conn, place, found, worded[place])
    return tuple(Appended(ready.append.number, ready.append.head.version, False) for ready in batch)


def _persons(
    conn: sqlite3.Connection, batch: list[Ready], seq: int
) -> tuple[dict[tuple[str, str], int], list[tuple[int, str]]]:
    """Return where the blind indexes of *batch* lie in the vault, and the rows to put after *seq* for new ones."""
    wanted = {(r.append.place, r.append.head.requester) for r in batch}
    wanted.update((r.append.place, person) for r in batch for _, person, *_ in r.private)
    persons: dict[tuple[str, str], int] = {}
    vault: list[tuple[int, str]] = []
    pointers = []
    for place, person in sorted(wanted):
        where = bucket(person)
        found = conn.execute(FIND_PERSON, (place, where, person)).fetchone() if person else (0,)
        if not found:
            found = (seq := seq + 1,)
            vault.append((seq, person))
            pointers.append((place, where, seq))
        persons[place, person] = found[0]
    conn.executemany(INSERT_PERSON, sorted(pointers))
    return persons, vault


def reindex(conn: sqlite3.Connection, place: str, heads: Sequence[Head]) -> None:
    """Replace heads and desks whole, each with the last link of its records.

    Without heads, the orders of *place* are counted, and their words indexed, anew.
    """
    if not heads:
        recount(conn, place)
        wording.rebuild(conn, place)
        return
    numbers = [head.number for head in heads]
    marks = ", ".join("?" * len(numbers))
    for table in ("head", "desk"):
        conn.execute(f"DELETE FROM {table} WHERE place = ? AND number IN ({marks})", (place, *numbers))
    for head in heads:
        ready = Ready(Append(place, head.number, head.version, (), head))
        last = conn.execute(
            "SELECT link FROM record WHERE place = ? AND number = ? ORDER BY version DESC LIMIT 1", (place, head.number)
        ).fetchone()
        ready.chain(last[0] if last else text.FIRST)
        conn.execute(_INSERT_HEAD, (place, head.number, *_stored(conn, place, ready.row)))
        for desk in head.desks:
            conn.execute(_INSERT_DESK, (place, desk.unit, head.number, desk.assignment, desk.role, desk.due))
