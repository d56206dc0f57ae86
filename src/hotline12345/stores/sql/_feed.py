"""The feed of the server store (记录流): records in commit order, though many write at once.

On PostgreSQL a record carries the number of the transaction that wrote it, never below that of its
order's record before; below ``pg_snapshot_xmin`` everything is decided, so nothing can appear there any
more.  Elsewhere a reader gives positions to the records it sees and nobody has placed yet, in a short
transaction under a locked row.  Why each of these: docs/decisions/0008-server-store.md.
"""

from __future__ import annotations

import json
from typing import Any

from .. import _rules as rules
from ..port import Fed, Record
from ._flavour import Flavour
from ._run import Runner

SHIFT = 64
"""How many bits of a position say which record within a transaction."""

_MASK = (1 << SHIFT) - 1
_MOST = (1 << 63) - 1


def position(tx: int, id_: int) -> int:
    """Return the position of a record."""
    return tx << SHIFT | id_


def parts(after: int) -> tuple[int, int]:
    """Return (transaction, record) of a position, as far as the server's numbers go."""
    after = max(after, 0)
    return min(after >> SHIFT, _MOST), min(after & _MASK, _MOST)


def feed(run: Runner, after: int, limit: int, place: str | None) -> list[Fed]:
    """Return what is decided beyond *after*."""
    tx, id_ = parts(after) if run.kind.postgres else (0, min(max(after, 0), _MOST))
    values: dict[str, Any] = {"_tx": tx, "_after": id_, "_limit": limit}
    rows = run.rows("feed", **values) if place is None else run.rows("feed_of", _place=run.kind.put(place), **values)
    try:
        return [_fed(row, run.kind) for row in rows]
    except rules.UNREADABLE as error:
        get = run.kind.get
        raise rules.broken_record(
            (get(row[2]), get(row[3]), row[4], row[7], position(row[0], row[1])) for row in rows
        ) from error


def _fed(row: Any, kind: Flavour) -> Fed:
    get = kind.get
    tx, id_, place, number, version, name, schema, data, link = row
    return Fed(position(tx, id_), Record(get(place), get(number), version, get(name), json.loads(data), schema), link)


def held(run: Runner) -> bool:
    """Tell whether records are there that the feed does not give yet."""
    return bool(run.rows("held"))


def place_records(run: Runner, most: int = 5000) -> int:
    """Give positions to records that have none, and return to how many; the caller's transaction is a short one."""
    last = run.rows("sequence_last")[0][0]
    rows = run.rows("unplaced", _limit=most)
    places = in_order(rows)
    # One by one by their key: a search for many at once may scan, and wait for rows others have not committed.
    run.together([("place_record", [{"seq": last + n, "_id": id_} for n, id_ in enumerate(places, 1)])])
    if places:
        run.together([("sequence_move", [{"_last": last + len(places)}])])
    return len(places)


def in_order(rows: list[Any]) -> list[int]:
    """Return the ids of (id, place, number, version) in an order that keeps each order's versions in theirs."""
    slots: dict[tuple[str, str], list[int]] = {}
    for at, (_, place, number, _version) in enumerate(rows):
        slots.setdefault((place, number), []).append(at)
    ids = [row[0] for row in rows]
    for places in slots.values():
        if len(places) > 1:
            for at, row in zip(places, sorted((rows[at] for at in places), key=lambda row: row[3]), strict=True):
                ids[at] = row[0]
    return ids
