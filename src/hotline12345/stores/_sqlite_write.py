"""How the embedded store writes (写入): everything that can be refused is looked at before anything is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from hotline12345.core.errors import Conflict

from . import _rules as rules
from . import _sqlite_late as late
from . import _sqlite_words as wording
from . import _text as text
from ._sqlite_heads import LINK, REQUESTER
from ._sqlite_schema import BY_PLACE, recount
from ._sqlite_vault import FIND_PERSON, INSERT_PERSON, bucket, header, keep, owner_of, wipe
from .port import Append, Appended, Head

INSERT_RECORD = (
    "INSERT INTO record (place, number, version, kind, schema, data, link, key, fingerprint) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_RECEIPT = "INSERT INTO receipt (place, key, number, version, fingerprint) VALUES (?, ?, ?, ?, ?)"
INSERT_VAULT = "INSERT INTO vault (seq, data) VALUES (?, ?)"
INSERT_FRESH = "INSERT INTO fresh (place, number, id, person, seq) VALUES (?, ?, ?, ?, ?)"
_LAST = (
    "SELECT version, link, EXISTS (SELECT 1 FROM receipt) FROM record "
    "WHERE place = ? AND number = ? ORDER BY version DESC LIMIT 1"
)
LOOKUP = (
    "SELECT number, version, fingerprint FROM record WHERE place = ?1 AND key = ?2 UNION ALL "
    "SELECT number, version, fingerprint FROM receipt WHERE place = ?1 AND key = ?2"
)
_KNOWN = (
    "SELECT 1 FROM private WHERE place = ?1 AND number = ?2 AND id = ?3 UNION ALL "
    "SELECT 1 FROM fresh WHERE place = ?1 AND number = ?2 AND id = ?3"
)
_ANY_RECEIPT = "SELECT EXISTS (SELECT 1 FROM receipt)"
_FIRST = "SELECT place FROM record ORDER BY position LIMIT 1"
_NEW = (0, text.FIRST, None)
_LINKED = 6
_DESKS = Head._fields.index("desks")


class Ready:
    """An append with its rows made, before any lock is taken; the links come when the order's last one is known."""

    __slots__ = ("_digests", "append", "private", "records", "row")

    def __init__(self, append: Append) -> None:
        self.append = append
        self.records: list[list[Any]] = []
        self._digests = []
        for place, number, version, kind, data, schema in append.records:
            said = text.dumps(data)
            self.records.append([place, number, version, kind, schema, said, b"", None, None])
            self._digests.append(text.digest(place, number, version, kind, schema, said))
        if self.records and append.key:
            self.records[-1][-2:] = append.key, append.fingerprint
        self.private = [(p.id, p.person, header(p.words) + text.dumps(p.data)) for p in append.private]
        head = append.head
        desks = text.encode(head.desks) if head.desks else ""
        # The columns are the fields of a head behind place and number, in the same order; and the last link.
        self.row: list[Any] = [*head[2:_DESKS], desks, head.changed, b""]

    def chain(self, link: Any) -> None:
        """Give the records their links, behind *link*, and the head the last of them."""
        if not isinstance(link, bytes):  # somebody has written over it: what follows fits no chain
            link = str(link).encode()
        for row, digest in zip(self.records, self._digests, strict=True):
            row[_LINKED] = link = text.link(link, digest)
        self.row[LINK] = link


def write(conn: sqlite3.Connection, batch: list[Ready], careful: bool) -> tuple[Appended, ...]:
    """Write *batch* within the transaction that is open on *conn*; refuse it before the first row."""
    try:
        plans = _plan(conn, batch, careful)
    except Conflict:  # of what was taken to be new: nothing is refused that was not looked at
        if careful:
            raise
        plans = _plan(conn, batch, careful=True)
    todo = [ready for ready, repeated in zip(batch, plans, strict=True) if repeated is None]
    if todo:
        _write(conn, todo, careful)
    return tuple(
        repeated or Appended(ready.append.number, ready.append.head.version, False)
        for ready, repeated in zip(batch, plans, strict=True)
    )


def _plan(conn: sqlite3.Connection, batch: list[Ready], careful: bool) -> list[Appended | None]:
    """Return for each append the first result of its key, if it had one; refuse what is stale.

    What the first insert would refuse by itself — a key or the number of a new order that is there — is looked up only
    the second time.
    """
    elsewhere = careful or None  # whether there may be keys beside those that the records' index would refuse
    plans: list[Appended | None] = []
    states: dict[tuple[str, str], tuple[int, Any, Any]] = {}
    keys: dict[tuple[str, str], tuple[str, int, str]] = {}
    for ready in batch:
        append = ready.append
        order, named = (append.place, append.number), (append.place, append.key)
        state = states.get(order)
        if state is None:
            new = append.expected == 0 and not careful
            state = _NEW if new else conn.execute(_LAST, order).fetchone() or _NEW
        if append.key:
            seen = keys.get(named)
            if elsewhere is None:
                elsewhere = conn.execute(_ANY_RECEIPT).fetchone()[0] if state[2] is None else state[2]
            if seen is None and (elsewhere or not append.records or state[0] != append.expected):
                seen = conn.execute(LOOKUP, named).fetchone()
            if seen is not None:
                if seen[2] != append.fingerprint:
                    raise rules.key_reused(append, seen[0], seen[1])
                plans.append(Appended(seen[0], seen[1], True))
                continue
            keys[named] = (append.number, append.head.version, append.fingerprint)
        if state[0] != append.expected:
            raise rules.stale(append, state[0])
        ready.chain(state[1])
        states[order] = (append.head.version, ready.row[LINK], elsewhere)
        plans.append(None)
    return plans


def _write(conn: sqlite3.Connection, todo: list[Ready], careful: bool) -> None:
    records: list[list[Any]] = []
    receipts, places = [], set()
    each = careful
    for ready in todo:
        append = ready.append
        records += ready.records
        if append.expected == 0:
            places.add(append.place)
        elif ready.private:
            each = True
        if append.key and not ready.records:
            receipts.append((append.place, append.key, append.number, append.head.version, append.fingerprint))
    position = _many(conn, INSERT_RECORD, records)
    _many(conn, INSERT_RECEIPT, receipts)
    if places and places != {conn.execute(_FIRST).fetchone()[0]}:
        conn.execute(BY_PLACE)
    owners = {who: owner_of(conn, *who) for who in _wanted(todo)} if each else _keep_new(conn, todo)
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    born = True
    for ready in todo:
        append, row = ready.append, ready.row
        order = (append.place, append.number)
        if append.expected == 0:
            owner = owners[append.place, row[REQUESTER]] or None
        else:
            before = rows.get(order)
            owner, born = before[2 + REQUESTER] if before else None, born and before is not None
        rows[order] = (*order, *row[:REQUESTER], owner, *row[REQUESTER + 1 :])
    if born and len(rows) >= late.HEADS_LATE:
        late.settle(conn, ((row, None) for row in rows.values()))
    else:
        _many(conn, late.PUT, list(rows.values()))
    if each:
        _keep_each(conn, todo, owners)
    if position % late.LOOK == 0:
        late.settle_some(conn)


def _many(conn: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> int:
    """Insert *rows*; return the row id of a single one, else 0."""
    if len(rows) == 1:
        return conn.execute(sql, rows[0]).lastrowid or 0
    if rows:
        conn.executemany(sql, rows)
    return 0


_Owners = dict[tuple[str, str], int]


def _wanted(todo: list[Ready]) -> list[tuple[str, str]]:
    """Return whose blind indexes have to be in the vault."""
    wanted = {(r.append.place, r.row[REQUESTER]) for r in todo if r.append.expected == 0}
    wanted.update((r.append.place, person) for r in todo for _, person, _ in r.private)
    return sorted(wanted)


def _keep_new(conn: sqlite3.Connection, todo: list[Ready]) -> _Owners:
    """Put private records and blind indexes into the vault, none of which replaces another; return where these are."""
    wanted = _wanted(todo)
    owners: _Owners = {}
    if not wanted:
        return owners
    seq = conn.execute("SELECT coalesce(max(seq), 0) FROM vault").fetchone()[0]
    vault, pointers, fresh = [], [], []
    for place, person in wanted:
        where = bucket(person)
        found = conn.execute(FIND_PERSON, (place, where, person)).fetchone() if person else (0,)
        if not found:
            found = (seq := seq + 1,)
            vault.append((seq, person))
            pointers.append((place, where, seq))
        owners[place, person] = found[0]
    for ready in todo:
        place, number = ready.append.place, ready.append.number
        for identity, person, data in ready.private:
            seq += 1
            vault.append((seq, data))
            fresh.append((place, number, identity, owners[place, person], seq))
    _many(conn, INSERT_VAULT, vault)
    _many(conn, INSERT_PERSON, pointers)
    _many(conn, INSERT_FRESH, fresh)
    return owners


def _keep_each(conn: sqlite3.Connection, todo: list[Ready], owners: _Owners) -> None:
    """Put private records into the vault one by one, over those that they replace."""
    for ready in todo:
        place, number = ready.append.place, ready.append.number
        for identity, person, data in ready.private:
            key = (place, number, identity)
            if conn.execute(_KNOWN, key).fetchone():
                late.settle_all(conn)
                (old,) = conn.execute(
                    "SELECT seq FROM private WHERE place = ? AND number = ? AND id = ?", key
                ).fetchone()
                wording.remove(conn, place, number, old)
                wipe(conn, old)
                conn.execute("DELETE FROM private WHERE place = ? AND number = ? AND id = ?", key)
            conn.execute(INSERT_FRESH, (*key, owners[place, person], keep(conn, data)))


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
        row, owner = ready.row, owner_of(conn, place, head.requester) or None
        conn.execute(late.INSERT_HEAD, (place, head.number, *row[:REQUESTER], owner, *row[REQUESTER + 1 :]))
        for desk in head.desks:
            conn.execute(late.INSERT_DESK, (place, desk.unit, head.number, desk.assignment, desk.role, desk.due))
