"""How the embedded store finds (查询): the statements, and a query as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ._sqlite_write import FIND_PERSON, bucket
from .port import Query

STREAM = (
    "SELECT version, kind, schema, data FROM record WHERE place = ? AND number = ? AND version > ? ORDER BY version"
)
LOOKUP = "SELECT number, version, fingerprint FROM receipt WHERE place = ? AND key = ?"
_FED = "SELECT position, place, number, version, kind, schema, data FROM record WHERE "
FEED = _FED + "position > ? ORDER BY position LIMIT ?"
FEED_OF = _FED + "place = ? AND position > ? ORDER BY position LIMIT ?"
AWAKE = "SELECT number FROM head WHERE place = ? AND wake > '' AND wake <= ? ORDER BY wake, number LIMIT ?"
PRIVATE = (
    "SELECT p.id, v.data FROM private p JOIN vault v ON v.seq = p.seq WHERE p.place = ? AND p.number = ? ORDER BY p.id"
)

CHECKS = (
    ("damaged", "数据库损坏", "the database is damaged", "PRAGMA integrity_check(20)"),
    (
        "gap",
        "工单记录不连续",
        "the records of an order have a gap",
        "SELECT place, number FROM record GROUP BY place, number HAVING count(*) <> max(version) LIMIT 20",
    ),
    (
        "head",
        "工单索引与记录不符",
        "the head of an order disagrees with its records",
        "SELECT h.place, h.number FROM head h WHERE h.version <> "
        "coalesce((SELECT max(version) FROM record r WHERE r.place = h.place AND r.number = h.number), 0) LIMIT 20",
    ),
    (
        "headless",
        "记录没有工单索引",
        "records without a head",
        "SELECT DISTINCT place, number FROM record r WHERE version = 1 AND NOT EXISTS "
        "(SELECT 1 FROM head h WHERE h.place = r.place AND h.number = r.number) LIMIT 20",
    ),
    (
        "vault",
        "私密记录缺少内容",
        "a private record has lost its content",
        "SELECT place, number, id FROM private WHERE seq NOT IN (SELECT seq FROM vault) LIMIT 20",
    ),
)

PROBE = 1000
"""Up to how many rows an index is worth sorting; beyond, walking in the order of numbers is faster."""

_DESKS = "(SELECT DISTINCT number FROM desk WHERE place = ? AND unit = ?) d CROSS JOIN head h ON h.number = d.number"
_PROBE = "SELECT count(*) FROM (SELECT 1 FROM head h INDEXED BY {} WHERE h.place = ? AND {} LIMIT {})"
_Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
_Part = tuple[str, str, list[Any]]


def _parts(place: str, q: Query, owner: int) -> Iterator[_Part]:
    """Yield each condition of a query with the index that serves it ("" for none) and its values."""
    if q.holder is not None:
        yield "head_holder", "h.holder = ?", [q.holder]
    if q.status is not None:
        yield "head_status", "h.status = ?", [q.status]
    if q.kind is not None:
        yield "", "h.kind = ?", [q.kind]
    category = (q.category or "").rstrip("/")
    if category:
        # "0" follows "/" in the code table, so that this is the range of the path and all paths below.
        yield "head_category", "h.category >= ? AND h.category < ?", [category, category + "0"]
        yield "", "(h.category = ? OR h.category >= ?)", [category, category + "/"]
    if q.area:
        yield "head_area", "h.area >= ? AND h.area < ?", [q.area, q.area + "\U0010ffff"]
    # Literals, not parameters: SQLite uses a partial index only where it sees the index's own condition.
    opened = q.open is True
    if q.open is not None:
        yield "head_due" if opened else "", f"h.open = {int(q.open)}", []
    if q.provisional is not None:
        yield "head_provisional" if q.provisional else "", f"h.provisional = {int(q.provisional)}", []
    if q.due_before is not None:
        due = "h.due > '' AND h.due < ?"
        yield "head_due" if opened else "", f"h.open = 1 AND {due}" if opened else due, [q.due_before]
    if q.not_digest is not None:
        digest = "(h.digest > ? OR h.digest > '' AND h.digest < ?)"
        values = [q.not_digest, q.not_digest]
        yield "head_digest" if opened else "", f"h.open = 1 AND {digest}" if opened else digest, values
    if q.requester is not None:
        yield ("", "h.requester = ?", [owner]) if q.requester else ("", "h.requester IS NULL", [])
    if q.unit is not None and q.requester:
        yield "", "h.number IN (SELECT number FROM desk WHERE place = ? AND unit = ?)", [place, q.unit]


def plan(run: _Run, place: str, query: Query) -> tuple[str, str, list[Any]]:
    """Return (table, condition, values) for *query*, with the index that has the fewest rows for it.

    SQLite has no idea how many orders a status or a category holds; so we look, as far as
    :data:`PROBE` rows, and say which index to take.
    """
    owner = 0
    if query.requester:
        found = run(FIND_PERSON, (place, bucket(query.requester), query.requester))
        owner = found[0][0] if found else -1
    parts = list(_parts(place, query, owner))
    where = " AND ".join(["h.place = ?", *(condition for _, condition, _ in parts)])
    values = [place, *(value for _, _, more in parts for value in more)]
    if query.requester:
        return "head h INDEXED BY head_requester", where, values
    if query.unit is not None:
        return _DESKS, where, [place, query.unit, *values]
    best, fewest = "", PROBE
    for index, condition, more in parts:
        if index:
            rows = run(_PROBE.format(index, condition, PROBE), [place, *more])[0][0]
            if rows < fewest:
                best, fewest = index, rows
    return f"head h INDEXED BY {best}" if best else "head h", where, values
