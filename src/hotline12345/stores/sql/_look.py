"""What the server store looks at before it writes (写前查看): nothing rests on it but messages and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from .. import _rules as rules
from ..port import Lease
from . import _errors as faults
from ._flavour import Flavour
from ._run import Question, Rows, Runner
from ._tables import HALF, STAMP, release
from ._url import READY

if TYPE_CHECKING:
    from ._write import Ready

FEW = 4
"""Up to how many orders are looked at one by one elsewhere than on PostgreSQL; more are asked for together."""

_PART = 500


class State(NamedTuple):
    """What is known of an order before the write; ``words`` where its private records change."""

    version: int = 0
    desks: str = ""
    link: str = ""
    last: int = 0
    seen: tuple[Any, ...] = ()
    words: Mapping[str, set[str]] = {}


Order = tuple[str, str]
Seen = dict[tuple[str, str], tuple[str, int, str]]
"""(number, version, fingerprint) of the writes that carried the keys."""

Looked = tuple[dict[Order, State], Seen]


def key_lock(ready: Ready) -> int:
    """Return the number of the lock that says this key's write is under way."""
    place, key = ready.append.place, ready.append.key
    name = f"hotline12345/{len(place)}/{place}/{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)


def gate(run: Runner, fence: Lease | None) -> list[Question]:
    """Return what is asked before every write: who made the tables, and whether the lease is held."""
    steps: list[Question] = [("layout", {})]
    if fence is not None:
        put = run.kind.put
        steps.append(("lease_held", {"_name": put(fence.name), "_owner": put(fence.owner), "_token": fence.token}))
    return steps


def pass_gate(run: Runner, outcomes: list[Rows], fence: Lease | None) -> None:
    """Refuse the write when a newer library has been here, somebody else imports, or the lease is lost."""
    layout = outcomes[0][0][0] if outcomes[0] else ""
    if layout.startswith(HALF):
        if not run.say.importing:
            raise rules.half()
        layout = layout.removeprefix(HALF)
    if release(layout) > release(STAMP):
        raise rules.newer(layout, STAMP)
    if fence is not None and not outcomes[1]:
        raise rules.lease_lost(fence)


def look(run: Runner, batch: Sequence[Ready], fence: Lease | None) -> Looked:
    """Return what is known of the orders and keys of *batch*.

    Raises:
        Conflict: ``in-flight`` for a key under way, ``lease-lost``.
    """
    # What words an order has, and will have, is true only while nobody else changes its private records.
    changing = [*dict.fromkeys((r.place, r.number) for r in batch if r.append.expected and r.private)]
    if run.kind.postgres:
        one = len(batch) == 1 and fence is None and not changing
        return _look_at_one(run, batch[0]) if one else _look_at_all(run, batch, fence, changing)
    keyed = {(r.place, r.receipt["key"]): r for r in batch if r.receipt}
    orders = list(dict.fromkeys((r.place, r.number) for r in batch))
    steps = gate(run, fence)
    first = len(steps)
    few = len(orders) <= FEW
    if few:
        new = {(r.place, r.number) for r in batch if r.append.expected == 0}
        steps += [("receipt_of", {"_place": place, "_key": key}) for place, key in keyed]
        # A locking read of an order that is not there would hold the gap where it belongs.
        steps += [("state_seen" if (p, n) in new else "state_held", {"_place": p, "_number": n}) for p, n in orders]
        steps += [("words_of", {"_place": place, "_number": number}) for place, number in changing]
    outcomes = run.together(steps)
    pass_gate(run, outcomes, fence)
    if few:
        found = zip(keyed, outcomes[first : first + len(keyed)], strict=True)
        receipts = [(place, key, *rows[0]) for (place, key), rows in found if rows]
        at = first + len(keyed)
        states = [row for rows in outcomes[at : at + len(orders)] for row in rows]
        worded = outcomes[at + len(orders) :]
    else:
        receipts, states = _look_together(run, list(keyed), orders, bool(changing))
        worded = run.together([("words_of", {"_place": place, "_number": number}) for place, number in changing])
    seen = _seen(run.kind, receipts)
    _not_under_way(run, [ready for key, ready in keyed.items() if key not in seen])
    return _states(states, dict(zip(changing, worded, strict=True))), seen


def _seen(kind: Flavour, receipts: Sequence[Sequence[Any]]) -> Seen:
    get = kind.get
    return {(place, key): (get(number), version, get(print_)) for place, key, number, version, print_ in receipts}


def _look_at_one(run: Runner, ready: Ready) -> Looked:
    """Ask PostgreSQL in one row; outside a transaction the key's lock is left to the statement that writes."""
    key = ready.receipt["key"] if ready.receipt else None
    lock = key_lock(ready) if ready.receipt and not run.alone else None
    asked = {"_place": ready.place, "_key": key, "_number": ready.number, "_lock": lock}
    [(layout, free, *told)] = run.rows("look", **asked) if run.alone else run.together([("look", asked)])[0]
    pass_gate(run, [[(layout,)] if layout else []], None)
    if free is False:
        raise faults.in_flight(ready.append)
    receipt, state = told[:3], (ready.place, ready.number, *told[3:])
    seen = {} if receipt[0] is None else _seen(run.kind, [(ready.place, key, *receipt)])
    return {} if told[3] is None else _states([state], {}), seen


def _look_at_all(run: Runner, batch: Sequence[Ready], fence: Lease | None, changing: list[Order]) -> Looked:
    """Ask PostgreSQL for all of *batch* in one journey, place by place."""
    keyed = {(r.place, r.receipt["key"]): r for r in batch if r.receipt}
    steps = gate(run, fence)
    first = len(steps)
    if keyed:
        steps.append(("key_locks", {"_locks": [key_lock(ready) for ready in keyed.values()]}))
    asked = len(steps)
    for place in sorted({ready.place for ready in batch}):
        keys = [key for where, key in keyed if where == place]
        numbers = sorted({ready.number for ready in batch if ready.place == place})
        steps.append(("receipts_of", {"_place": place, "_keys": keys}))
        steps.append(("states_held" if changing else "states_of", {"_place": place, "_numbers": numbers}))
    worded = len(steps)
    steps += [("words_of", {"_place": place, "_number": number}) for place, number in changing]
    outcomes = run.together(steps)
    pass_gate(run, outcomes, fence)
    for ready, (free,) in zip(keyed.values(), outcomes[first] if keyed else (), strict=True):
        if not free:
            raise faults.in_flight(ready.append)
    seen = _seen(run.kind, [row for rows in outcomes[asked:worded:2] for row in rows])
    states = [row for rows in outcomes[asked + 1 : worded : 2] for row in rows]
    return _states(states, dict(zip(changing, outcomes[worded:], strict=True))), seen


def _states(rows: Sequence[Any], worded: Mapping[Order, Sequence[tuple[str, str]]]) -> dict[Order, State]:
    known = {}
    for place, number, version, desks, end, last, *counted in rows:
        words: dict[str, set[str]] = {}
        for identity, word in worded.get((place, number), ()):
            words.setdefault(identity, set()).add(word)
        known[place, number] = State(version, desks, end, last, tuple(counted), words)
    return known


def _look_together(
    run: Runner, keyed: list[tuple[str, str]], orders: list[Order], hold: bool
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
    """Refuse a key that somebody's open transaction has taken, without waiting."""
    if not run.kind.waits or len(fresh) > FEW or isolated(run):
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
    if not run.kind.mysql:
        return False
    options = run.connection.get_execution_options()
    level = options.get("isolation_level") or ("READ COMMITTED" if options.get(READY) else None)
    return (level or run.connection.get_isolation_level()).upper() != "READ COMMITTED"  # who asks makes a journey
