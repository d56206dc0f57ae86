"""How the server store writes (写入): look, refuse, write; whoever was faster makes the server refuse.

What is read before may be old by the time it is written, so nothing rests on it but messages and links:
a head moves only from the version it is expected at, and a new order, a record's version and a key are
each unique.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import _rules as rules
from .._text import FIRST, digest, dumps, encode, link
from ..port import Append, Appended, Desk, Head, Lease
from . import _errors as faults
from ._flavour import Flavour
from ._run import Runner, Step
from ._tables import SEEN, STAMP, fits, release
from ._tally import Note

FEW = 4
"""Up to how many orders are looked at one by one; more are asked for together."""

_PART = 500


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

    def desks(self, kind: Flavour) -> list[dict[str, Any]]:
        """Return the rows of the order's desks, the last of two under one assignment."""
        put, found = kind.put, {}
        for desk in self.append.head.desks:
            found[desk.assignment] = {
                "place": self.place,
                "number": self.number,
                "assignment": put(fits("assignment", desk.assignment)),
                "unit": put(fits("unit", desk.unit)),
                "role": put(fits("role", desk.role)),
                "due": put(fits("instant", desk.due)),
            }
        return list(found.values())


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


class _State(NamedTuple):
    """What is known of an order before the write; ``words`` where its private records change."""

    version: int = 0
    desks: str = ""
    link: str = ""
    last: int = 0
    seen: tuple[Any, ...] = ()
    words: Mapping[str, set[str]] = {}


_Order = tuple[str, str]


class _Change(NamedTuple):
    """What one order's part of the batch comes to."""

    before: _State
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
    states, seen = _look(run, batch, fence)
    answers, changes, records, receipts = _plan(batch, states, seen, run.kind)
    if not changes:
        return answers
    steps, moves = _steps(run.kind, changes, records, receipts)
    outcomes = run.together(steps)
    if moves and outcomes[0] != moves:
        raise Overtaken(batch[0].append)
    return answers


def key_lock(ready: Ready) -> int:
    """Return the number of the lock that says this key's write is under way."""
    place, key = ready.append.place, ready.append.key
    name = f"hotline12345/{len(place)}/{place}/{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)


# -- looking -------------------------------------------------------------------------------------------


def gate(run: Runner, fence: Lease | None) -> list[Step]:
    """Return what is asked before every write: who made the tables, and whether the lease is held."""
    steps: list[Step] = [("layout", {})]
    if fence is not None:
        put = run.kind.put
        steps.append(("lease_held", {"_name": put(fence.name), "_owner": put(fence.owner), "_token": fence.token}))
    return steps


def pass_gate(outcomes: list[Any], fence: Lease | None) -> None:
    """Refuse the write when a newer library has been here, or the lease is lost."""
    layout = outcomes[0][0][0] if outcomes[0] else ""
    if release(layout) > release(STAMP):
        raise rules.newer(layout)
    if fence is not None and not outcomes[1]:
        raise rules.lease_lost(fence)


_Seen = dict[tuple[str, str], tuple[str, int, str]]


def _look(run: Runner, batch: Sequence[Ready], fence: Lease | None) -> tuple[dict[_Order, _State], _Seen]:
    keyed = {(r.place, r.receipt["key"]): r for r in batch if r.receipt}
    orders = list(dict.fromkeys((r.place, r.number) for r in batch))
    steps = gate(run, fence)
    first = len(steps)
    if run.kind.postgres:
        steps += [("key_lock", {"_lock": key_lock(ready)}) for ready in keyed.values()]
    locks = len(steps)
    few = len(orders) <= FEW
    # What words an order has, and will have, is true only while nobody else changes its private records.
    changing = [*dict.fromkeys((r.place, r.number) for r in batch if r.append.expected and r.private)]
    if few:
        new = {(r.place, r.number) for r in batch if r.append.expected == 0}
        steps += [("receipt_of", {"_place": place, "_key": key}) for place, key in keyed]
        # A locking read of an order that is not there would hold the gap where it belongs.
        how = dict.fromkeys(changing, "state_held") | dict.fromkeys(new, "state_seen")
        steps += [(how.get(order, "state_of"), {"_place": order[0], "_number": order[1]}) for order in orders]
        steps += [("words_of", {"_place": place, "_number": number}) for place, number in changing]
    outcomes = run.together(steps)
    pass_gate(outcomes, fence)
    for ready, [(free,)] in zip(keyed.values(), outcomes[first:locks], strict=bool(run.kind.postgres)):
        if not free:
            raise faults.in_flight(ready.append)
    if few:
        found = zip(keyed, outcomes[locks : locks + len(keyed)], strict=True)
        receipts = [(place, key, *rows[0]) for (place, key), rows in found if rows]
        at = locks + len(keyed)
        states = [row for rows in outcomes[at : at + len(orders)] for row in rows]
        worded = outcomes[at + len(orders) :]
    else:
        receipts, states = _look_together(run, list(keyed), orders, bool(changing))
        worded = run.together([("words_of", {"_place": place, "_number": number}) for place, number in changing])
    get = run.kind.get
    seen = {(place, key): (get(number), version, get(print_)) for place, key, number, version, print_ in receipts}
    _not_under_way(run, [ready for key, ready in keyed.items() if key not in seen])
    return _states(states, dict(zip(changing, worded, strict=True))), seen


def _states(rows: Sequence[Any], worded: Mapping[_Order, Sequence[tuple[str, str]]]) -> dict[_Order, _State]:
    known = {}
    for place, number, version, desks, end, last, *counted in rows:
        words: dict[str, set[str]] = {}
        for identity, word in worded.get((place, number), ()):
            words.setdefault(identity, set()).add(word)
        known[place, number] = _State(version, desks, end, last, tuple(counted), words)
    return known


def _look_together(
    run: Runner, keyed: list[tuple[str, str]], orders: list[_Order], hold: bool
) -> tuple[list[Any], list[Any]]:
    k, h = run.say.receipt.c, run.say.head.c
    receipts, states = [], []
    for place in dict.fromkeys(place for place, _ in orders):
        keys = [key for where, key in keyed if where == place]
        numbers = [number for where, number in orders if where == place]
        for i in range(0, len(keys), _PART):
            asked = sa.select(k.place, k.key, k.number, k.version, k.fingerprint).where(
                k.place == place, k.key.in_(keys[i : i + _PART])
            )
            receipts += run.ask(asked)
        for i in range(0, len(numbers), _PART):
            asked = run.say.state().where(h.place == place, h.number.in_(numbers[i : i + _PART]))
            states += run.ask(asked.order_by(h.number).with_for_update() if hold else asked)
    return receipts, states


def _not_under_way(run: Runner, fresh: list[Ready]) -> None:
    """Elsewhere than on PostgreSQL: refuse a key that somebody's open transaction has taken, without waiting."""
    if run.kind.postgres or not run.kind.waits or len(fresh) > FEW or isolated(run):
        return
    for ready in fresh:
        try:
            run.rows("receipt_now", _place=ready.place, _key=ready.receipt["key"] if ready.receipt else "")
        except sa.exc.DBAPIError as error:
            if faults.kind_of(error) == "locked":
                raise faults.in_flight(ready.append) from error
            raise


def isolated(run: Runner) -> bool:
    """Tell whether a locking read of nothing would hold a gap (MySQL's REPEATABLE READ, a host's choice)."""
    return run.kind.mysql and run.connection.get_isolation_level().upper() != "READ COMMITTED"


# -- planning ------------------------------------------------------------------------------------------

_Plan = tuple[tuple[Appended, ...], dict[_Order, _Change], list[dict[str, Any]], list[dict[str, Any]]]


def _plan(batch: Sequence[Ready], states: dict[_Order, _State], seen: _Seen, kind: Flavour) -> _Plan:
    """Refuse what is stale; return the answers and what the batch comes to for each order, in order of orders."""
    answers: list[Appended] = []
    changes: dict[_Order, _Change] = {}
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
        before = change.before if change else states.get(order, _State(0, kind.nothing))
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
    kind: Flavour, changes: dict[_Order, _Change], records: list[dict[str, Any]], receipts: list[dict[str, Any]]
) -> tuple[list[Step], int]:
    """Return the changes to make, heads that move first: everybody takes orders in the same order."""
    moved, new, gone, desks = [], [], [], []
    owners, dropped, private, words = [], [], [], []
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
            if before.desks != kind.nothing:
                gone.append(order)
            desks.extend(last.desks(kind))
        for identity, each in change.private.items():
            if before.version:
                dropped.append({**order, "_id": each["id"]})
            private.append(each)
            words.extend(change.words[identity])
    steps: list[Step] = [
        ("move_head", moved),
        ("add_head", new),
        ("add_record", records),
        ("drop_desks", gone),
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


def stored(run: Runner, ready: Ready) -> bool:
    """Tell whether the write that carried this key is stored; ``Conflict`` ``in-flight`` while it is under way.

    Not when somebody else's write with the same key came in between: what that one made is told by writing again.
    """
    append = ready.append
    _, seen = _look(run, [ready], None)
    return (append.number, append.head.version, append.fingerprint) in seen.values()
