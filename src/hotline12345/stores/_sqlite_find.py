"""How the embedded store finds (查询): the statements, and a query as a condition."""

from __future__ import annotations

from typing import Any

from ._sqlite_write import bucket
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

_EQUAL = ("status", "kind", "holder")


def conditions(place: str, query: Query) -> tuple[str, list[Any]]:
    """Return *query* as an SQL condition on ``head h`` with its values."""
    parts, values = ["h.place = ?"], [place]

    def add(part: str, *more: Any) -> None:
        parts.append(part)
        values.extend(more)

    for name in _EQUAL:
        value = getattr(query, name)
        if value is not None:
            add(f"h.{name} = ?", value)
    # Literals, not parameters: SQLite uses a partial index only when it sees the index's own condition.
    if query.open is not None:
        add(f"h.open = {int(query.open)}")
    if query.provisional is not None:
        add(f"h.provisional = {int(query.provisional)}")
    category = (query.category or "").rstrip("/")
    if category:
        # "0" follows "/" in the code table, so that this is the range of all paths below.
        add("(h.category = ? OR (h.category > ? AND h.category < ?))", category, category + "/", category + "0")
    if query.area:
        add("h.area >= ? AND h.area < ?", query.area, query.area + "\U0010ffff")
    if query.requester == "":
        add("h.requester = 0")
    elif query.requester is not None:
        add(
            "h.requester > 0 AND h.requester = (SELECT p.seq FROM person p JOIN vault w ON w.seq = p.seq "
            "WHERE p.place = ? AND p.bucket = ? AND w.data = ?)",
            place,
            bucket(query.requester),
            query.requester,
        )
    if query.unit is not None:
        add("h.number IN (SELECT number FROM desk WHERE place = ? AND unit = ?)", place, query.unit)
    if query.due_before is not None:
        add("h.due > '' AND h.due < ?", query.due_before)
    if query.not_digest is not None:
        add("h.digest > '' AND h.digest <> ?", query.not_digest)
    return " AND ".join(parts), values
