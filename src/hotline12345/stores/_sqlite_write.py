"""How the embedded store writes (写入): everything that can be refused is looked at before anything is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from . import _rules as rules
from . import _sqlite_late as late
from . import _sqlite_words as wording
from . import _text as text
from ._sqlite_heads import COLUMNS, REQUESTER
from ._sqlite_recent import Order, Recent
from ._sqlite_rows import packed
from ._sqlite_schema import recount
from ._sqlite_vault import FIND_SETTLED, INSERT_PERSON, bucket, header, keep, owner_of, wipe
from .port import Append, Appended, Desk, Head

INSERT_RECEIPT = "INSERT INTO receipt (place, key, number, version, fingerprint) VALUES (?, ?, ?, ?, ?)"
INSERT_VAULT = "INSERT INTO vault (seq, data) VALUES (?, ?)"
_LAST = "SELECT version, substr(link, -32) FROM record WHERE place = ? AND number = ? ORDER BY version DESC LIMIT 1"
_KEY = "SELECT number, version, fingerprint FROM record WHERE place = ?1 AND key = ?2"
_RECEIPT = "SELECT number, version, fingerprint FROM receipt WHERE place = ?1 AND key = ?2"
_KNOWN = (
    "SELECT 1 FROM private WHERE place = ?1 AND number = ?2 AND id = ?3 UNION ALL "
    f"SELECT 1 FROM {late.UNWORDED} WHERE place = ?1 AND number = ?2 AND id = ?3"
)
_NEW = (0, text.FIRST)
_OPEN, _PROVISIONAL = (COLUMNS.index(name) - 1 for name in ("open", "provisional"))


class Ready:
    """An append with its row made, before any lock is taken; links come when the order's last one is known."""

    __slots__ = ("_digests", "append", "columns", "done", "link", "private", "record")

    def __init__(self, append: Append) -> None:
        self.append = append
        place, number, _, records, head, private, _, _ = append
        texts, self._digests = text.all_digests(place, number, records)
        self.record = packed(records, texts)
        if len(private) > 1:  # of several with one name the last stays, as if each had come by itself
            private = tuple({each.id: each for each in private}.values())
        self.private = (
            [(identity, person, header(words) + text.dumps(data)) for identity, person, data, words in private]
            if private
            else ()
        )
        # As COLUMNS has them, but for version and link.  Where the requester lies in the vault is filled in later.
        desks = _desks(tuple(head.desks)) if head.desks else ""
        self.columns: list[Any] = [*head[3:9], None, *head[10:15], desks, head[16]]
        self.columns[_OPEN] = 1 if head.open else 0  # plain numbers: about any other SQLite's binding asks around
        self.columns[_PROVISIONAL] = 1 if head.provisional else 0
        self.link = text.FIRST
        self.done = Appended(number, head.version, False)

    def chain(self, before: Any) -> bytes:
        """Give the records their links, behind the link *before*; return the last."""
        if not isinstance(before, bytes):  # somebody has written over it: what follows fits no chain
            before = str(before).encode()
        last: bytes = before
        links = text.links(last, self._digests)
        if links:
            last = links[-1]
        self.link = b"".join(links) or last
        return last


@lru_cache(1024)
def _desks(desks: tuple[Desk, ...]) -> str:
    """Return open assignments as text; from one event of an order to the next they are mostly the same."""
    return text.encode(desks)


def write(conn: sqlite3.Connection, batch: list[Ready], recent: Recent) -> tuple[Appended, ...]:
    """Write *batch* within the transaction that is open on *conn*; refuse it before the first row."""
    if not recent.known:
        recent.look(conn)
    done: list[Appended] = []
    todo: list[Ready] = []
    before: _States = {}
    states: _States = {}
    keys: dict[Order, tuple[str, int, str]] = {}
    for ready in batch:
        place, number, expected, _, _, _, key, fingerprint = append = ready.append
        if key:
            named = (place, key)
            seen = keys.get(named) or recent.keys.get(named) or conn.execute(_KEY, named).fetchone()
            if seen is None and recent.receipts:
                seen = conn.execute(_RECEIPT, named).fetchone()
            if seen is not None:
                if seen[2] != fingerprint:
                    raise rules.key_reused(append, seen[0], seen[1])
                done.append(Appended(seen[0], seen[1], True))
                continue
            keys[named] = (number, ready.done.version, fingerprint)
        order = (place, number)
        state = states.get(order)
        if state is None:
            state = before[order] = recent.orders.get(order) or conn.execute(_LAST, order).fetchone() or _NEW
        if state[0] != expected:
            raise rules.stale(append, state[0])
        states[order] = (ready.done.version, ready.chain(state[1]))
        done.append(ready.done)
        todo.append(ready)
    if todo:
        _write(conn, todo, recent, before)
    return tuple(done)


_States = dict[Order, tuple[Any, ...]]


def _write(conn: sqlite3.Connection, todo: list[Ready], recent: Recent, before: _States) -> None:
    new = len(before) >= late.AT_ONCE
    replacing = keeping = False
    for ready in todo:
        if ready.append.expected:
            replacing = replacing or bool(ready.private)
            new = new and before[ready.append.place, ready.append.number][0] == 0
        else:
            keeping = True
    if replacing:
        for ready in todo:
            _settle_replaced(conn, ready, recent)
            _write_late(conn, [ready], recent, _keep_one(conn, ready, recent))
            _settle_enough(conn, recent)  # each of the next looks through what is late
    elif new:
        _write_at_once(conn, todo, recent)
    elif not keeping:
        _write_late(conn, todo, recent, _NOTHING)
    else:
        kept = _keep_one(conn, todo[0], recent) if len(todo) == 1 else _keep_new(conn, todo, recent)
        _write_late(conn, todo, recent, kept)
    _settle_enough(conn, recent)


def _settle_enough(conn: sqlite3.Connection, recent: Recent) -> None:
    """Settle once enough has come together."""
    if recent.size >= late.LATE:
        recent.settle(conn)
        if late.many_fresh(conn):
            late.settle_words(conn)


_Owners = dict[Order, int]
_Kept = tuple[_Owners, list[list[tuple[str, int, int]]]]
"""Where in the vault the blind indexes lie, and of each append its private records: (id, person, where it lies)."""


_NOTHING: _Kept = ({}, [])


def _write_late(conn: sqlite3.Connection, todo: list[Ready], recent: Recent, kept: _Kept) -> None:
    """Add a row to what is late for each append."""
    owners, fresh = kept
    rows, receipts, more_fresh = [], [], []
    position = recent.last
    for i, ready in enumerate(todo):
        place, number, expected, _, head, _, key, fingerprint = ready.append
        order = (place, number)
        more, event, schema, data = ready.record
        before = recent.orders.get(order)
        if before is not None:
            owner = before[2]
        else:
            owner = owners.get((place, head.requester)) or None if expected == 0 else None
        ready.columns[REQUESTER - 1] = owner
        pointer: tuple[Any, ...] = (None, None, None)
        if fresh and fresh[i]:  # one in the same row, any more beside it
            pointer, *others = fresh[i]
            more_fresh += [(*order, *other) for other in others]
        position += more + 1 or 1
        if more >= 0:
            recent.first = recent.first or position
        if key:
            told = (number, head.version, fingerprint)
            if more < 0:
                receipts.append((place, key, *told))
                recent.receipts = True
            else:
                recent.keys[place, key] = told
        rows.append((
            position, place, number, head.version, more, *ready.columns, *pointer, event, schema, key or None,
            fingerprint if key else None, ready.link, data,
        ))  # fmt: skip
        link = ready.link[-32:]
        row = (place, number, head.version, *ready.columns, link)
        recent.orders[order] = (head.version, link, owner, row, before[4] if before else expected == 0)
        recent.link = link
    _many(conn, late.PUT, rows)
    if receipts:
        _many(conn, INSERT_RECEIPT, receipts)
    if more_fresh:
        _many(conn, late.INSERT_FRESH, more_fresh)
    recent.size += len(rows)
    recent.move(position)


def _write_at_once(conn: sqlite3.Connection, todo: list[Ready], recent: Recent) -> None:
    """Put new orders in their places: there are enough of them."""
    owners, fresh = _keep_new(conn, todo, recent)
    position = recent.last
    records, receipts, pointed = [], [], []
    heads: dict[Order, tuple[Any, ...]] = {}
    for i, ready in enumerate(todo):
        append, columns = ready.append, ready.columns
        order = (append.place, append.number)
        more, kind, schema, data = ready.record
        key, version = append.key or None, append.head.version
        fingerprint = append.fingerprint if key else None
        if more >= 0:
            position += more + 1
            records.append((position, *order, version, more, kind, schema, key, fingerprint, ready.link, data))
        elif key is not None:
            receipts.append((append.place, key, append.number, version, append.fingerprint))
            recent.receipts = True
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
    recent.move(position)
    if late.many_fresh(conn):
        recent.settle(conn)  # no word is counted for an order that is not
        late.settle_words(conn)


def _many(conn: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if len(rows) == 1:
        conn.execute(sql, rows[0])
    elif rows:
        conn.executemany(sql, rows)


def _owner(conn: sqlite3.Connection, named: Order, recent: Recent) -> int:
    """Return where a blind index of a place lies in the vault; 0 where it does not."""
    place, person = named
    if not person:
        return 0
    known = recent.owner(conn, named)
    if known is not None:
        return known
    found = conn.execute(FIND_SETTLED, (place, bucket(person), person)).fetchone()
    return found[0] if found else 0


def _keep_new(conn: sqlite3.Connection, todo: list[Ready], recent: Recent) -> _Kept:
    """Put private records and blind indexes into the vault, none of which replaces another."""
    wanted: set[Order] = set()
    owners: _Owners = {}
    for ready in todo:
        place, _, expected, _, head, *_ = ready.append
        if expected == 0:
            wanted.add((place, head.requester))
        for _, person, _ in ready.private:
            wanted.add((place, person))
    (seq,) = conn.execute("SELECT coalesce(max(seq), 0) FROM vault").fetchone()
    vault, pointers = [], []
    for named in sorted(wanted):
        place, person = named
        owner = _owner(conn, named, recent)
        if not owner and person:
            owner = seq = seq + 1
            vault.append((owner, person))
            pointers.append((place, bucket(person), owner))
        owners[named] = owner
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


def _keep_one(conn: sqlite3.Connection, ready: Ready, recent: Recent) -> _Kept:
    """Put the private records and blind indexes of one append into the vault."""
    place, _, expected, _, head, *_ = ready.append
    owners: _Owners = {}
    # The requester, and the person of the first private record, stand in the row that is late and are found there.
    persons = [head.requester] if expected == 0 else []
    late_ones = len(persons) + 1
    persons += [person for _, person, _ in ready.private]
    for i, person in enumerate(persons):
        named = (place, person)
        owner = owners.get(named) or _owner(conn, named, recent)
        if not owner and person:
            owner = keep(conn, person)
            if i < late_ones:
                recent.persons[named] = owner
            else:
                conn.execute(INSERT_PERSON, (place, bucket(person), owner))
        owners[named] = owner
    return owners, [[(identity, owners[place, person], keep(conn, data)) for identity, person, data in ready.private]]


def _settle_replaced(conn: sqlite3.Connection, ready: Ready, recent: Recent) -> None:
    """Overwrite the private records that those of *ready* replace, and take away what leads to them."""
    place, number = ready.append.place, ready.append.number
    for identity, _, _ in ready.private:
        key = (place, number, identity)
        if conn.execute(_KNOWN, key).fetchone():
            recent.settle(conn)
            late.settle_words(conn)
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
