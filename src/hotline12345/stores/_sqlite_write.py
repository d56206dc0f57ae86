"""How the embedded store writes (写入): everything that can be refused is looked at before anything is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from . import _rules as rules
from . import _sqlite_late as late
from . import _sqlite_words as wording
from . import _text as text
from ._sqlite_heads import REQUESTER
from ._sqlite_recent import Order, Recent
from ._sqlite_rows import packed
from ._sqlite_schema import recount
from ._sqlite_vault import FIND_PERSON, INSERT_PERSON, bucket, header, keep, owner_of, wipe
from .port import Append, Appended, Head

INSERT_RECEIPT = "INSERT INTO receipt (place, key, number, version, fingerprint) VALUES (?, ?, ?, ?, ?)"
INSERT_VAULT = "INSERT INTO vault (seq, data) VALUES (?, ?)"
_LAST = (
    "SELECT version, substr(link, -32), NULL FROM record WHERE place = ? AND number = ? ORDER BY version DESC LIMIT 1"
)
_KEY = "SELECT number, version, fingerprint FROM record WHERE place = ?1 AND key = ?2"
_RECEIPT = "SELECT number, version, fingerprint FROM receipt WHERE place = ?1 AND key = ?2"
_KNOWN = (
    "SELECT 1 FROM private WHERE place = ?1 AND number = ?2 AND id = ?3 UNION ALL "
    f"SELECT 1 FROM {late.UNWORDED} WHERE place = ?1 AND number = ?2 AND id = ?3"
)
_NEW = (0, text.FIRST, None)


class Ready:
    """An append with its row made, before any lock is taken; links come when the order's last one is known."""

    __slots__ = ("_digests", "append", "columns", "link", "private", "record")

    def __init__(self, append: Append) -> None:
        self.append = append
        (_, _, _, status, is_open, kind, category, area, holder, _, received, due, provisional, digest, wake, desks,
         changed) = append.head  # fmt: skip
        texts, self._digests = text.all_digests(append.place, append.number, append.records)
        self.record = packed(append.records, texts)
        # Of several with one name the last stays, as if each had come by itself: of the others nothing is kept.
        private = {p.id: p for p in append.private}.values()
        self.private = [(p.id, p.person, header(p.words) + text.dumps(p.data)) for p in private]
        # Plain numbers: what is none SQLite's binding asks around for.  Where the requester lies is filled in later.
        self.columns: list[Any] = [
            status, 1 if is_open else 0, kind, category, area, holder, None, received, due, 1 if provisional else 0,
            digest, wake, text.encode(desks) if desks else "", changed,
        ]  # fmt: skip
        self.link = text.FIRST

    def chain(self, before: Any) -> bytes:
        """Give the records their links, behind the link *before*; return the last."""
        if not isinstance(before, bytes):  # somebody has written over it: what follows fits no chain
            before = str(before).encode()
        if len(self._digests) == 1:
            self.link = before = text.link(before, self._digests[0])
            return before
        links = []
        for digest in self._digests:
            before = text.link(before, digest)
            links.append(before)
        self.link = b"".join(links) if links else before
        return before


def write(conn: sqlite3.Connection, batch: list[Ready], recent: Recent) -> tuple[Appended, ...]:
    """Write *batch* within the transaction that is open on *conn*; refuse it before the first row."""
    if not recent.known:  # what was late has been settled within this transaction
        recent.look(conn)
    done: list[Appended] = []
    todo: list[Ready] = []
    before: _States = {}
    states: _States = {}
    keys: dict[Order, tuple[str, int, str]] = {}
    for ready in batch:
        append = ready.append
        order = (append.place, append.number)
        if append.key:
            named = (append.place, append.key)
            seen = keys.get(named) or _seen(conn, named, recent)
            if seen is not None:
                if seen[2] != append.fingerprint:
                    raise rules.key_reused(append, seen[0], seen[1])
                done.append(Appended(seen[0], seen[1], True))
                continue
            keys[named] = (append.number, append.head.version, append.fingerprint)
        state = states.get(order)
        if state is None:
            state = recent.orders.get(order) or conn.execute(_LAST, order).fetchone() or _NEW
            before[order] = state
        if state[0] != append.expected:
            raise rules.stale(append, state[0])
        states[order] = (append.head.version, ready.chain(state[1]), None)
        done.append(Appended(append.number, append.head.version, False))
        todo.append(ready)
    if todo:
        _write(conn, todo, recent, before)
    return tuple(done)


_States = dict[Order, tuple[Any, Any, Any]]


def _seen(conn: sqlite3.Connection, named: Order, recent: Recent) -> Any:
    """Return (number, version, fingerprint) of the write that carried a key."""
    found = recent.keys.get(named) or conn.execute(_KEY, named).fetchone()
    return conn.execute(_RECEIPT, named).fetchone() if found is None and recent.receipts else found


def _write(conn: sqlite3.Connection, todo: list[Ready], recent: Recent, before: _States) -> None:
    new = len(before) >= late.AT_ONCE
    replacing = False
    for ready in todo:
        if ready.append.expected:
            replacing = replacing or bool(ready.private)
            new = new and before[ready.append.place, ready.append.number][0] == 0
    if replacing:
        _write_each(conn, todo, recent, before)
    elif new:
        _write_at_once(conn, todo, recent)
        return
    else:
        _write_late(conn, todo, recent, before, _keep_new(conn, todo))
    if recent.size >= late.LATE:
        late.settle_some(conn)
        recent.forget()


_Owners = dict[Order, int]
_Kept = tuple[_Owners, list[list[tuple[str, int, int]]]]
"""Where in the vault the blind indexes lie, and of each append its private records: (id, person, where it lies)."""


def _write_late(conn: sqlite3.Connection, todo: list[Ready], recent: Recent, before: _States, kept: _Kept) -> None:
    """Add a row to what is late for each append."""
    owners, fresh = kept
    rows, receipts, more_fresh = [], [], []
    position = recent.last
    for i, ready in enumerate(todo):
        place, number, expected, _, head, _, key, fingerprint = ready.append
        order = (place, number)
        more, event, schema, data = ready.record
        if expected == 0:
            owner = owners.get((place, head.requester)) or None
        else:
            owner = (recent.orders.get(order) or before.get(order, _NEW))[2]
        ready.columns[REQUESTER - 1] = owner
        pointer = (None, None, None)
        if fresh and fresh[i]:  # one in the same row, any more beside it
            pointer, *others = fresh[i]
            more_fresh += [(*order, *other) for other in others]
        position += more + 1 or 1
        if key:
            told = (number, head.version, fingerprint)
            if more < 0:
                receipts.append((place, key, *told))
                recent.receipts = True
            else:
                recent.keys[place, key] = told
        else:
            key = fingerprint = None
        rows.append((
            position, place, number, head.version, more, *ready.columns, *pointer, event, schema, key, fingerprint,
            ready.link, data,
        ))  # fmt: skip
        recent.orders[order] = (head.version, ready.link[-32:], owner)
    _many(conn, late.PUT, rows)
    _many(conn, INSERT_RECEIPT, receipts)
    _many(conn, late.INSERT_FRESH, more_fresh)
    recent.size += len(rows)
    recent.last = position


def _write_at_once(conn: sqlite3.Connection, todo: list[Ready], recent: Recent) -> None:
    """Put new orders in their places: there are enough of them."""
    owners, fresh = _keep_new(conn, todo)
    position = recent.last
    records, receipts, pointed = [], [], []
    heads: dict[Order, tuple[Any, ...]] = {}
    for i, ready in enumerate(todo):
        append, columns = ready.append, ready.columns
        order = (append.place, append.number)
        more, kind, schema, data = ready.record
        key, fingerprint = (append.key, append.fingerprint) if append.key else (None, None)
        if more >= 0:
            position += more + 1
            records.append(
                (position, *order, append.head.version, more, kind, schema, key, fingerprint, ready.link, data)
            )
        elif key is not None:
            receipts.append((append.place, key, append.number, append.head.version, append.fingerprint))
        before = heads.get(order)
        owner = before[2 + REQUESTER] if before else owners.get((append.place, append.head.requester)) or None
        columns[REQUESTER - 1] = owner
        heads[order] = (*order, append.head.version, *columns, ready.link[-32:])
        pointed += [(*order, *pointer) for pointer in fresh[i]]
    conn.executemany(late.INSERT_RECORD, records)
    late.index_places(conn, (place for place, _ in heads))
    late.settle(conn, ((row, None) for row in heads.values()))
    _many(conn, INSERT_RECEIPT, receipts)
    _many(conn, late.INSERT_FRESH, pointed)
    late.settle_words(conn, late.WORDS_LATE)
    recent.forget()


def _many(conn: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if len(rows) == 1:
        conn.execute(sql, rows[0])
    elif rows:
        conn.executemany(sql, rows)


def _keep_new(conn: sqlite3.Connection, todo: list[Ready]) -> _Kept:
    """Put private records and blind indexes into the vault, none of which replaces another."""
    wanted: set[Order] = set()
    owners: _Owners = {}
    for ready in todo:
        place, _, expected, _, head, *_ = ready.append
        if expected == 0:
            wanted.add((place, head.requester))
        for _, person, _ in ready.private:
            wanted.add((place, person))
    if not wanted:
        return owners, []
    (seq,) = conn.execute("SELECT coalesce(max(seq), 0) FROM vault").fetchone()
    vault, pointers = [], []
    for place, person in sorted(wanted):
        where = bucket(person)
        found = conn.execute(FIND_PERSON, (place, where, person)).fetchone() if person else (0,)
        if not found:
            found = (seq := seq + 1,)
            vault.append((seq, person))
            pointers.append((place, where, seq))
        owners[place, person] = found[0]
    fresh = []
    for ready in todo:
        of_one = []
        for identity, person, data in ready.private:
            seq += 1
            vault.append((seq, data))
            of_one.append((identity, owners[ready.append.place, person], seq))
        fresh.append(of_one)
    _many(conn, INSERT_VAULT, vault)
    _many(conn, INSERT_PERSON, pointers)
    return owners, fresh


def _write_each(conn: sqlite3.Connection, todo: list[Ready], recent: Recent, before: _States) -> None:
    """Write one append after another, where a private record may replace one that is there."""
    for ready in todo:
        place, number = ready.append.place, ready.append.number
        owners = {(place, person): owner_of(conn, place, person) for _, person, _ in ready.private}
        if ready.append.expected == 0:
            owners[place, ready.append.head.requester] = owner_of(conn, place, ready.append.head.requester)
        pointers = []
        for identity, person, data in ready.private:
            key = (place, number, identity)
            if conn.execute(_KNOWN, key).fetchone():
                late.settle_all(conn)
                recent.look(conn)
                _drop(conn, key)
            pointers.append((identity, owners[place, person], keep(conn, data)))
        _write_late(conn, [ready], recent, before, (owners, [pointers]))


def _drop(conn: sqlite3.Connection, key: tuple[str, str, str]) -> None:
    """Overwrite a private record and take away what leads to it."""
    place, number, _ = key
    (old,) = conn.execute("SELECT seq FROM private WHERE place = ? AND number = ? AND id = ?", key).fetchone()
    wording.remove(conn, place, number, old)
    wipe(conn, old)
    conn.execute("DELETE FROM private WHERE place = ? AND number = ? AND id = ?", key)


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
        columns = Ready(Append(place, head.number, head.version, (), head)).columns
        last = conn.execute(_LAST, (place, head.number)).fetchone() or _NEW
        columns[REQUESTER - 1] = owner_of(conn, place, head.requester) or None
        conn.execute(late.INSERT_HEAD, (place, head.number, head.version, *columns, last[1]))
        for desk in head.desks:
            conn.execute(late.INSERT_DESK, (place, desk.unit, head.number, desk.assignment, desk.role, desk.due))
