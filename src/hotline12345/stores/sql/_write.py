"""How the server store writes (写入): look, refuse, write; whoever was faster makes the server refuse.

What is read before may be old by the time it is written, so nothing rests on it but messages and links:
a head moves only from the version it is expected at, and a new order, a record's version and a key are
each unique.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import _rules as rules
from .._text import FIRST, digest, dumps, encode, link
from ..port import Append, Appended, Desk, Head, Lease
from ._flavour import Flavour
from ._look import Order, Seen, State, key_lock, look
from ._merge import Change
from ._run import Runner, Unmergeable
from ._tables import SEEN, fits
from ._tally import Note


class Overtaken(Exception):
    """Another writer was faster than what was looked at; nothing was written (内部信号)."""

    def __init__(self, append: Append) -> None:
        super().__init__(append.number)
        self.append = append


class Ready:
    """An append with its rows made, before any connection is taken."""

    __slots__ = ("append", "head", "number", "owner", "place", "private", "receipt", "texts", "words")

    def __init__(self, append: Append, kind: Flavour) -> None:
        put = kind.put
        self.append = append
        self.place = place = put(fits("place", append.place))
        self.number = number = put(fits("number", append.number))
        order = {"place": place, "number": number}
        self.texts = [dumps(record.data) for record in append.records]
        self.private: dict[str, dict[str, Any]] = {}
        self.words: dict[str, list[dict[str, Any]]] = {}
        for private in append.private:
            own = {**order, "id": put(fits("id", private.id))}
            self.private[private.id] = {
                **own,
                "person": put(fits("person", private.person)),
                "data": dumps(private.data),
            }
            self.words[private.id] = [{**own, "word": put(fits("word", word))} for word in sorted(set(private.words))]
        h = append.head
        self.owner = {**order, "person": put(fits("person", h.requester))} if h.requester else None
        self.receipt: dict[str, Any] | None = None
        if append.key:
            self.receipt = {
                **order,
                "key": put(fits("key", append.key)),
                "version": h.version,
                "fingerprint": put(fits("fingerprint", append.fingerprint)),
            }
        # fmt: off
        self.head: dict[str, Any] = {
            **order, "version": h.version, "status": put(fits("status", h.status)), "open": int(h.open),
            "kind": put(fits("kind", h.kind)), "category": put(fits("category", h.category)),
            "area": put(fits("area", h.area)), "holder": put(fits("holder", h.holder)),
            "received": put(fits("instant", h.received)), "due": put(fits("instant", h.due)),
            "provisional": int(h.provisional), "digest": put(fits("digest", h.digest)),
            "wake": put(fits("instant", h.wake)), "changed": put(fits("instant", h.changed)),
            "desks": encode([tuple(d) for d in h.desks]) if h.desks else kind.nothing,
        }
        # fmt: on

    def desks(self, kind: Flavour) -> dict[str, dict[str, Any]]:
        """Return the rows of the order's desks by assignment, the last of two under one."""
        put = kind.put
        return {
            desk.assignment: {
                "place": self.place,
                "number": self.number,
                "assignment": put(fits("assignment", desk.assignment)),
                "unit": put(fits("unit", desk.unit)),
                "role": put(fits("role", desk.role)),
                "due": put(fits("instant", desk.due)),
            }
            for desk in self.append.head.desks
        }


def head_of(row: Sequence[Any], kind: Flavour) -> Head:
    """Return the head in a row of ``Statements.heads``."""
    get = kind.get
    (place, number, version, status, is_open, kind_, category, area, holder) = row[:9]
    received, due, provisional, digest, wake, changed, desks, person = row[9:]
    try:
        held = tuple(Desk(*desk) for desk in json.loads(desks)) if desks != kind.nothing else ()
    except rules.UNREADABLE as error:
        raise rules.broken_head(get(place), get(number)) from error
    return Head(
        get(place), get(number), version, get(status), bool(is_open), get(kind_), get(category), get(area),
        get(holder), get(person) if person else "", get(received), get(due), bool(provisional), get(digest), get(wake),
        held, get(changed),
    )  # fmt: skip


_Rows = list[dict[str, Any]]


class _Change(NamedTuple):
    """What one order's part of the batch comes to."""

    before: State
    first: Ready
    last: Ready
    link: str
    private: dict[str, dict[str, Any]]
    words: dict[str, list[dict[str, Any]]]


def write(run: Runner, batch: Sequence[Ready], fence: Lease | None) -> tuple[Appended, ...]:
    """Write *batch* within the transaction that is open.

    Raises:
        Conflict: ``stale``, ``key-reused``, ``in-flight``, ``lease-lost``; the caller rolls back.
        Overtaken: another writer was faster than what was looked at.
    """
    states, seen = look(run, batch, fence)
    answers, changes, records, receipts = _plan(batch, states, seen, run.kind)
    if not changes:
        return answers
    steps, moves = _steps(run.kind, changes, records, receipts)
    lock = key_lock(batch[0]) if run.alone else None
    met = run.change(steps, lock, answers)
    if lock is not None and not met:  # the key is under way, or the head has moved: a transaction tells which
        raise Unmergeable
    if moves and met != moves:
        raise Overtaken(batch[0].append)
    return answers


# -- planning ------------------------------------------------------------------------------------------

_Plan = tuple[tuple[Appended, ...], dict[Order, _Change], list[dict[str, Any]], list[dict[str, Any]]]


def _plan(batch: Sequence[Ready], states: dict[Order, State], seen: Seen, kind: Flavour) -> _Plan:
    """Refuse what is stale; return the answers and what the batch comes to for each order, in order of orders."""
    answers: list[Appended] = []
    changes: dict[Order, _Change] = {}
    records: list[dict[str, Any]] = []
    receipts: list[dict[str, Any]] = []
    for ready in batch:
        append, receipt = ready.append, ready.receipt
        if receipt:
            known = seen.get((ready.place, receipt["key"]))
            if known is not None:
                if known[2] != append.fingerprint:
                    raise rules.key_reused(append, known[0], known[1])
                answers.append(Appended(known[0], known[1], True))
                continue
            seen[ready.place, receipt["key"]] = (append.number, append.head.version, append.fingerprint)
            receipts.append(receipt)
        order = (ready.place, ready.number)
        change = changes.get(order)
        before = change.before if change else states.get(order, State(0, kind.nothing))
        actual = change.last.append.head.version if change else before.version
        if actual != append.expected:
            raise rules.stale(append, actual)
        last = change.link if change else before.link
        for record, text in zip(append.records, ready.texts, strict=True):
            own = digest(record.place, record.number, record.version, record.kind, record.schema, text)
            last = link(bytes.fromhex(last) or FIRST, own).hex()
            records.append(
                {"place": ready.place, "number": ready.number, "version": record.version, "kind": kind.put(record.kind),
                 "schema": record.schema, "data": text, "link": last, "_last": before.last}
            )  # fmt: skip
        changes[order] = _Change(
            before,
            change.first if change else ready,
            ready,
            last,
            {**(change.private if change else {}), **ready.private},
            {**(change.words if change else {}), **ready.words},
        )
        answers.append(Appended(append.number, append.head.version, False))
    return tuple(answers), dict(sorted(changes.items())), records, receipts


def _steps(
    kind: Flavour, changes: dict[Order, _Change], records: list[dict[str, Any]], receipts: list[dict[str, Any]]
) -> tuple[list[Change], int]:
    """Return the changes to make, heads that move first: everybody takes orders in the same order."""
    gone: _Rows = []
    turned: _Rows = []
    desks: _Rows = []
    moved, new, owners, dropped, private, words = [], [], [], [], [], []
    note = Note(kind.nothing)
    for (place, number), change in changes.items():
        before, last = change.before, change.last
        row = {**last.head, "link": change.link, "_last": before.last}
        order = {"_place": place, "_number": number}
        if before.version:
            counted = {f"_{name}": value for name, value in zip(SEEN, before.seen, strict=True)}
            moved.append({**row, **order, "_expected": before.version, **counted})
        else:
            new.append(row)
            if change.first.owner:
                owners.append(change.first.owner)
        _count(note, place, change)
        if before.desks != last.head["desks"]:
            _move_desks(kind, before.desks, last, gone, turned, desks)
        for identity, each in change.private.items():
            if before.version:
                dropped.append({**order, "_id": each["id"]})
            private.append(each)
            words.extend(change.words[identity])
    steps: list[Change] = [
        ("move_head", moved),
        ("add_head", new),
        ("add_record", records),
        ("drop_desk", gone),
        ("move_desk", turned),
        ("add_desk", desks),
        ("add_owner", owners),
        ("drop_words", dropped),
        ("drop_private", dropped),
        ("add_private", private),
        ("add_word", words),
        ("add_receipt", receipts),
        ("add_delta", note.rows()),
    ]
    return [step for step in steps if step[1]], len(moved)


def _count(note: Note, place: str, change: _Change) -> None:
    before, seen = change.before, tuple(change.last.head[name] for name in SEEN)
    if seen != before.seen:
        note.order(place, before.seen, seen)
    if change.private:
        had = {word for each in before.words.values() for word in each}
        has = {row["word"] for rows in change.words.values() for row in rows}
        replaced = {row["id"] for row in change.private.values()}
        has.update(*(each for identity, each in before.words.items() if identity not in replaced))
        note.words(place, had - has, -1)
        note.words(place, has - had, 1)


def _move_desks(kind: Flavour, before: str, last: Ready, gone: _Rows, turned: _Rows, added: _Rows) -> None:
    """Say which desks go, change or come: no row twice, so that one statement may do it all."""
    try:
        old = {desk[0]: desk for desk in json.loads(before)} if before != kind.nothing else {}
    except (*rules.UNREADABLE, LookupError) as error:
        raise rules.broken_head(last.append.place, last.append.number) from error
    new = last.desks(kind)
    for assignment in sorted(old.keys() - new.keys()):
        key = {"_place": last.place, "_number": last.number, "_assignment": kind.put(assignment)}
        gone.append(key)
    for assignment, row in new.items():
        if assignment in old:
            turned.append({**row, "_place": last.place, "_number": last.number, "_assignment": row["assignment"]})
        else:
            added.append(row)


def stored(run: Runner, ready: Ready) -> bool:
    """Tell whether the write that carried this key is stored; ``Conflict`` ``in-flight`` while it is under way.

    Not when somebody else's write with the same key came in between: what that one made is told by writing again.
    """
    append = ready.append
    _, seen = look(run, [ready], None)
    return (append.number, append.head.version, append.fingerprint) in seen.values()
