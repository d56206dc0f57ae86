"""How the embedded store finds (查询): the statements, and a query as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ._sqlite_vault import FIND_PERSON, bucket, line, word_bucket
from ._sqlite_write import HEADS
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

PROBE = 20_000
"""Up to how many rows an index is worth reading; beyond, walking in the order of numbers finds a page sooner."""
ALONE = 5
"""How many times as many where nothing else is asked, so that the index alone tells which orders they are."""
FEW = 8_000
"""Up to how many candidates of a word are looked at one by one; beyond, all private records are, by number."""
SAMPLE = 100
"""How many of a common word's candidates are looked at to see whether the word itself is common."""
CHUNK = 500
"""How many histories are read by one statement."""

_Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
Found = tuple[str, list[Any]]


class _Part(NamedTuple):
    """One condition of a query on heads ``h``, and how an index serves it.

    ``source`` is (FROM … WHERE …) what has the ``number`` of every order that meets the condition, and no other
    ("" = no index serves it); ``ordered`` where it has them in the order of numbers.  ``rough`` is what to count
    where counting the source costs too much.
    """

    condition: str
    values: Sequence[Any]
    source: str = ""
    source_values: Sequence[Any] = ()
    ordered: bool = False
    number: str = "h.number"
    rough: str = ""


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


def _head(index: str, place: str, condition: str, values: Sequence[Any], ordered: bool = False) -> _Part:
    return _Part(
        condition, values, f"head h INDEXED BY {index} WHERE h.place = ? AND {condition}", [place, *values], ordered
    )


def _parts(place: str, q: Query) -> Iterator[_Part]:
    """Yield each condition of a query on the head's own fields, with the index that serves it."""
    if q.holder is not None:
        yield _head("head_holder", place, "h.holder = ?", [q.holder], True)
    if q.status is not None:
        yield _head("head_status", place, "h.status = ?", [q.status], True)
    if q.kind is not None:
        yield _Part("h.kind = ?", [q.kind])
    # Literals, not parameters: SQLite uses a partial index only where it sees the index's own condition.
    either = "h.open IN (0, 1)" if q.open is None else f"h.open = {int(q.open)}"
    area = (" AND h.area >= ? AND h.area < ?", [q.area, q.area + "\U0010ffff"]) if q.area else ("", [])
    category = (q.category or "").rstrip("/")
    if category:
        # "0" follows "/" in the code table, so that this is the range of the path and all paths below.
        below = "h.category >= ? AND h.category < ? AND (h.category = ? OR h.category >= ?)" + area[0]
        below += f" AND {either}" if q.open is not None else ""  # the index has open and area, too
        values = [category, category + "0", category, category + "/", *area[1]]
        yield _head("head_category", place, below, values)
    elif q.area:
        yield _head("head_area", place, area[0].removeprefix(" AND "), area[1])
    if q.open is not None and not category and q.due_before is None and q.digest is None and q.not_digest is None:
        yield _head("head_open", place, either, [], True) if q.open else _Part(either, [])
    if q.provisional is not None:
        is_so = f"h.provisional = {int(q.provisional)}"
        yield _head("head_provisional", place, is_so, [], True) if q.provisional else _Part(is_so, [])
    if q.due_before is not None:
        yield _head("head_due", place, f"{either} AND h.due > '' AND h.due < ?", [q.due_before])
    if q.digest is not None:
        yield _head("head_digest", place, f"{either} AND h.digest = ?", [q.digest])
    if q.not_digest is not None:
        other = "h.digest > '' AND h.digest <> ?"
        yield _head("head_digest", place, f"{either} AND {other}", [q.not_digest])
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
        index = "" if q.unit is not None else " INDEXED BY " + ("desk_role" if q.role is not None else "desk_due")
        source = f"desk{index} WHERE {where}"
        condition = f"h.number IN (SELECT number FROM {source})"
        yield _Part(condition, values, source, values, index != " INDEXED BY desk_due", number="DISTINCT number")


def _words(place: str, words: Sequence[str]) -> Iterator[_Part]:
    """Yield the condition that one private record holds every one of *words*, once for each bucket to begin with."""
    holds = " AND ".join(["instr(v.data, ?) > 0"] * len(words))
    lines = [line(word) for word in words]
    condition = (
        "EXISTS (SELECT 1 FROM private p JOIN vault v ON v.seq = p.seq "
        f"WHERE p.place = h.place AND p.number = h.number AND {holds})"
    )
    for bucket_ in sorted({word_bucket(place, word) for word in words}):
        source = (
            "word w CROSS JOIN vault v ON v.seq = w.seq CROSS JOIN private p ON p.seq = w.seq "
            f"WHERE w.bucket = {bucket_} AND {holds} AND p.place = ?"
        )
        rough = f"word w WHERE w.bucket = {bucket_}"
        yield _Part(condition, lines, source, [*lines, place], number="DISTINCT p.number", rough=rough)


def _driver(run: _Run, parts: list[_Part], most: int) -> _Part | None:
    """Return the part whose index has the fewest rows; ``None`` where each has *most* or more.

    SQLite has no idea how many orders a status or a category holds; so we look.
    """
    best, fewest = None, most
    for part in parts:
        if part.source:
            source, values = (part.rough, ()) if part.rough else (part.source, part.source_values)
            enough = min(fewest, FEW) if part.rough else fewest
            n = run(f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {enough})", values)[0][0]
            if n < enough:
                best, fewest = part, n
    return best


def _all(run: _Run, place: str, query: Query) -> list[_Part]:
    parts = [*_parts(place, query), *_desk(place, query)]
    if query.requester:
        found = run(FIND_PERSON, (place, bucket(query.requester), query.requester))
        owner = [found[0][0] if found else -1]
        parts.insert(0, _head("head_requester", place, "h.requester = ?", owner, True))
    return parts


def _choose(run: _Run, place: str, query: Query, some: bool) -> tuple[_Part | None, list[_Part]]:
    """Return the part to begin with, and the conditions that are left; *some*: the first that match are enough."""
    parts = _all(run, place, query)
    words = list(_words(place, query.words or ()))
    if query.requester or (len(parts) == 1 and not words and parts[0].ordered):
        return parts[0], parts[1:] + words[:1]
    best = _driver(run, parts + words, PROBE * ALONE if len(parts) == 1 and not words else PROBE)
    if best is None:
        best = next((part for part in parts if part.ordered and part.source), None)
        if words and (best is None or not some):
            best = _walk(words[0]) if some and _common(run, words[0]) else words[0]
    if words and (best is None or "instr" not in best.source):
        parts.append(words[0])
    return best, [part for part in parts if part is not best]


def _common(run: _Run, part: _Part) -> bool:
    """Tell whether most orders in a word's bucket hold the word, so that walking them all soon meets enough."""
    some = f"(SELECT * FROM {part.rough} LIMIT {SAMPLE}) w"
    source = part.source.replace("word w", some, 1)
    return len(run(f"SELECT 1 FROM {source}", part.source_values)) * 5 > SAMPLE


def _walk(part: _Part) -> _Part:
    """Return how to look at every private record of a place, by number, for the words of *part*."""
    source = "private p CROSS JOIN vault v ON v.seq = p.seq WHERE " + part.source.split(" AND ", 1)[1]
    return part._replace(source=source, ordered=True)


def page(run: _Run, place: str, query: Query, after: str, size: int) -> Found:
    """Return the statement, with its values, that finds the first *size* heads beyond *after*."""
    best, rest = _choose(run, place, query, True)
    values = [value for part in rest for value in part.values]
    where = " AND ".join(["h.place = ?", *(part.condition for part in rest)])
    if best is None:
        walked = f"{HEADS.format('head h', where)} AND h.number > ? ORDER BY h.number LIMIT ?"
        return walked, [place, *values, after, size]
    number = best.number.removeprefix("DISTINCT ")
    if not rest:
        inner = f"SELECT {best.number} AS number FROM {best.source} AND {number} > ? ORDER BY {number} LIMIT ?"
        table = f"({inner}) d CROSS JOIN head h ON h.number = d.number"
        return f"{HEADS.format(table, 'h.place = ?')} ORDER BY h.number", [*best.source_values, after, size, place]
    if best.number == "h.number":
        table, condition = best.source.split(" WHERE ", 1)
        where = " AND ".join([condition, *(part.condition for part in rest)])
        paged = f"{HEADS.format(table, where)} AND h.number > ? ORDER BY h.number LIMIT ?"
        return paged, [*best.source_values, *values, after, size]
    inner = f"SELECT {best.number} AS number FROM {best.source} AND {number} > ?"
    table = f"({inner}) d CROSS JOIN head h ON h.number = d.number"
    return f"{HEADS.format(table, where)} ORDER BY h.number LIMIT ?", [*best.source_values, after, place, *values, size]


_TALLIED = frozenset({"status", "open", "kind", "category", "area", "holder"})


def count(run: _Run, place: str, query: Query, by: str) -> Found:
    """Return the statement, with its values, that counts; what the tally can tell is read from it."""
    group = " GROUP BY 1 ORDER BY 1" if by else ""
    if query._replace(open=None) == Query():
        which = "" if query.open is None else f" AND open = {int(query.open)}"
        head = "value, " if by else ""
        where = f"place = ? AND field = ?{which}"
        having = " HAVING sum(n) > 0" if by else ""
        grouped = f"GROUP BY 1{having} ORDER BY 1" if by else ""
        return f"SELECT {head}sum(n) FROM total WHERE {where} {grouped}", [place, by or "status"]
    if all(value is None for name, value in zip(Query._fields, query, strict=True) if name not in _TALLIED):
        parts = list(_parts(place, query))
        where = " AND ".join(["h.place = ?", *(part.condition for part in parts)])
        values = [place, *(value for part in parts for value in part.values)]
        head = f"h.{by}, " if by else ""
        return f"SELECT {head}sum(h.n) FROM tally h WHERE {where}{group}", values
    best, rest = _choose(run, place, query, False)
    values = [value for part in rest for value in part.values]
    what = f"h.{by}, count(*)" if by else "count(*)"
    if best is None:
        where = " AND ".join(["h.place = ?", *(part.condition for part in rest)])
        return f"SELECT {what} FROM head h WHERE {where}{group}", [place, *values]
    if best.number == "h.number":
        table, condition = best.source.split(" WHERE ", 1)
        where = " AND ".join([condition, *(part.condition for part in rest)])
        return f"SELECT {what} FROM {table} WHERE {where}{group}", [*best.source_values, *values]
    inner = f"(SELECT {best.number} AS number FROM {best.source}) d"
    if not rest and not by:
        return f"SELECT count(*) FROM {inner}", list(best.source_values)
    where = " AND ".join(["h.place = ?", *(part.condition for part in rest)])
    table = f"{inner} CROSS JOIN head h ON h.number = d.number"
    return f"SELECT {what} FROM {table} WHERE {where}{group}", [*best.source_values, place, *values]
