"""How the embedded store finds (查询): the statements, and a query as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ._sqlite_vault import FIND_PERSON, bucket, line, word_bucket
from .port import Query

STREAM = (
    "SELECT version, kind, schema, data FROM record WHERE place = ? AND number = ? AND version > ? ORDER BY version"
)
LOOKUP = "SELECT number, version, fingerprint FROM receipt WHERE place = ? AND key = ?"
_FED = "SELECT position, place, number, version, kind, schema, data, link FROM record WHERE "
FEED = _FED + "position > ? ORDER BY position LIMIT ?"
FEED_OF = _FED + "place = ? AND position > ? ORDER BY position LIMIT ?"
AWAKE = "SELECT number FROM head WHERE place = ? AND wake > '' AND wake <= ? ORDER BY wake, number LIMIT ?"
PLACES = (
    "WITH RECURSIVE p (name) AS (SELECT min(place) FROM head UNION ALL "
    "SELECT (SELECT min(place) FROM head WHERE place > name) FROM p WHERE name IS NOT NULL) "
    "SELECT name FROM p WHERE name IS NOT NULL"
)
KEPT = (
    "SELECT p.id, coalesce(o.data, ''), v.data FROM private p JOIN vault v ON v.seq = p.seq "
    "LEFT JOIN vault o ON o.seq = p.person WHERE p.place = ? AND p.number = ? ORDER BY p.id"
)
RECEIPTS = "SELECT key, version, fingerprint FROM receipt WHERE place = ? AND number = ? ORDER BY version, key"
PRIVATE = (
    "SELECT p.id, v.data FROM private p JOIN vault v ON v.seq = p.seq WHERE p.place = ? AND p.number = ? ORDER BY p.id"
)

PROBE = 1000
"""Up to how many rows an index is worth sorting; beyond, walking in the order of numbers is faster."""

CHUNK = 500
"""How many histories are read by one statement."""

_Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


class _Part(NamedTuple):
    """One condition of a query.

    ``rows`` are those an index has for it (FROM … WHERE …; "" = no index serves it), ``table`` how to begin with
    them; a ``whole`` table has no row that fails the condition.
    """

    condition: str
    values: Sequence[Any]
    rows: str = ""
    rows_values: Sequence[Any] = ()
    table: str = "head h"
    table_values: Sequence[Any] = ()
    whole: bool = False


def streams(place: str, numbers: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield statements, with their values, that together read the histories of *numbers*."""
    wanted = list(dict.fromkeys(numbers))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        marks = ", ".join("?" * len(some))
        yield (
            "SELECT number, version, kind, schema, data FROM record "
            f"WHERE place = ? AND number IN ({marks}) ORDER BY number, version",
            [place, *some],
        )


def _head(index: str, place: str, condition: str, values: Sequence[Any]) -> _Part:
    table = f"head h INDEXED BY {index}"
    return _Part(condition, values, f"{table} WHERE h.place = ? AND {condition}", [place, *values], table)


def _parts(place: str, q: Query) -> Iterator[_Part]:
    """Yield each condition of a query on the head's own fields, with the index that serves it."""
    if q.holder is not None:
        yield _head("head_holder", place, "h.holder = ?", [q.holder])
    if q.status is not None:
        yield _head("head_status", place, "h.status = ?", [q.status])
    if q.kind is not None:
        yield _Part("h.kind = ?", [q.kind])
    category = (q.category or "").rstrip("/")
    if category:
        # "0" follows "/" in the code table, so that this is the range of the path and all paths below.
        yield _head("head_category", place, "h.category >= ? AND h.category < ?", [category, category + "0"])
        yield _Part("(h.category = ? OR h.category >= ?)", [category, category + "/"])
    if q.area:
        yield _head("head_area", place, "h.area >= ? AND h.area < ?", [q.area, q.area + "\U0010ffff"])
    # Literals, not parameters: SQLite uses a partial index only where it sees the index's own condition.
    opened = q.open is True
    if q.open is not None:
        is_open = f"h.open = {int(q.open)}"
        yield _head("head_due", place, is_open, []) if opened else _Part(is_open, [])
    if q.provisional is not None:
        is_so = f"h.provisional = {int(q.provisional)}"
        yield _head("head_provisional", place, is_so, []) if q.provisional else _Part(is_so, [])
    if q.due_before is not None:
        due = "h.due > '' AND h.due < ?"
        yield (
            _head("head_due", place, f"h.open = 1 AND {due}", [q.due_before]) if opened else _Part(due, [q.due_before])
        )
    either = "h.open IN (0, 1)" if q.open is None else f"h.open = {int(q.open)}"
    if q.digest is not None:
        yield _head("head_digest", place, f"{either} AND h.digest = ?", [q.digest])
    if q.not_digest is not None:
        other = "(h.digest > ? OR h.digest > '' AND h.digest < ?)"
        yield _head("head_digest", place, f"{either} AND {other}", [q.not_digest, q.not_digest])
    if q.changed_since is not None:
        yield _head("head_changed", place, "h.changed >= ?", [q.changed_since])
    if q.requester == "":
        yield _Part("h.requester IS NULL", [])


def _desk(place: str, q: Query) -> Iterator[_Part]:
    """Yield the condition one and the same open desk has to meet."""
    where, values = "place = ?", [place]
    for condition, value in (("unit = ?", q.unit), ("role = ?", q.role), ("due > '' AND due < ?", q.desk_due_before)):
        if value is not None:
            where += f" AND {condition}"
            values.append(value)
    if len(values) > 1:
        table = f"(SELECT DISTINCT number FROM desk WHERE {where}) d CROSS JOIN head h ON h.number = d.number"
        condition = f"h.number IN (SELECT number FROM desk WHERE {where})"
        yield _Part(condition, values, f"desk WHERE {where}", values, table, values, True)


def _words(place: str, words: Sequence[str]) -> Iterator[_Part]:
    """Yield the condition that one private record holds every one of *words*, once for each bucket to begin with."""
    holds = " AND ".join(["instr(v.data, ?) > 0"] * len(words))
    values = [line(word) for word in words]
    condition = (
        "EXISTS (SELECT 1 FROM private p JOIN vault v ON v.seq = p.seq "
        f"WHERE p.place = h.place AND p.number = h.number AND {holds})"
    )
    for i, where in enumerate(sorted({word_bucket(place, word) for word in words})):
        # The bucket is a number of ours: written out, it costs no value in front of the others.
        table = (
            "(SELECT DISTINCT p.number FROM word w CROSS JOIN private p ON p.seq = w.seq "
            f"WHERE w.bucket = {where} AND p.place = ?) d CROSS JOIN head h ON h.number = d.number"
        )
        rows = f"word WHERE bucket = {where}"
        yield _Part("1" if i else condition, [] if i else values, rows, (), table, [place])


def plan(run: _Run, place: str, query: Query) -> tuple[str, str, list[Any]]:
    """Return (table, condition, values) for *query*, with the index that has the fewest rows for it.

    SQLite has no idea how many orders a status or a category holds; so we look, as far as
    :data:`PROBE` rows, and say which index to take.
    """
    parts = [*_parts(place, query), *_desk(place, query), *_words(place, query.words or ())]
    best, fewest = _Part("", ()), PROBE
    if query.requester:
        found = run(FIND_PERSON, (place, bucket(query.requester), query.requester))
        best = _Part("h.requester = ?", [found[0][0] if found else -1], table="head h INDEXED BY head_requester")
        parts.append(best)
    else:
        for part in parts:
            if part.rows:
                n = run(f"SELECT count(*) FROM (SELECT 1 FROM {part.rows} LIMIT {PROBE})", part.rows_values)[0][0]
                if n < fewest:
                    best, fewest = part, n
    kept = [part for part in parts if not (part.whole and part is best)]
    where = " AND ".join(["h.place = ?", *(part.condition for part in kept)])
    return best.table, where, [*best.table_values, place, *(value for part in kept for value in part.values)]
