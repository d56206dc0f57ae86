"""How the embedded store finds (查询): the statements, and a query as a condition."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ._sqlite_heads import HEADS
from ._sqlite_late import LOOSE
from ._sqlite_vault import FIND_PERSON, bucket, line, spelt
from ._sqlite_words import FIND, POSTINGS, read
from .port import Query

_OF_STREAM = "version, more, kind, schema, data FROM history WHERE place = ? AND number"
STREAM = f"SELECT {_OF_STREAM} = ? AND version > ? ORDER BY version"
_KNOWN = "SELECT 1 FROM record WHERE place = ?1"
_FED = "SELECT position, place, number, version, more, {}, schema, data, link FROM {} WHERE {} AND position > {} "
_LATE = _FED.format("event", "late", "more >= 0{}", "{}")
_END = "ORDER BY position LIMIT "
FEED = f"{_FED.format('kind', 'record', '1', '?1')} UNION ALL {_LATE.format('', '?1')} {_END}?2"
_FEED_OF = f"{_FED.format('kind', 'record', '{}', '?2')} UNION ALL {_LATE.format(' AND place = ?1', '?2')} {_END}?3"
# Of a single place every record is: they are gone through by position, but not for a place that has nothing.
_FEED_ALONE = _FEED_OF.format(f"+place = ?1 AND EXISTS ({_KNOWN})")
_FEED_OF = _FEED_OF.format("place = ?1")
LOOKUP = (
    "SELECT number, version, fingerprint FROM history WHERE place = ?1 AND key = ?2 UNION ALL "
    "SELECT number, version, fingerprint FROM receipt WHERE place = ?1 AND key = ?2"
)
_AWAKE = "SELECT wake, number FROM {} WHERE place = ?1 AND wake > '' AND wake <= ?2"
AWAKE = (
    f"SELECT number FROM ({_AWAKE.format('head')} AND number NOT IN (SELECT number FROM late WHERE place = ?1) "
    f"UNION ALL {_AWAKE.format('newest')}) ORDER BY wake, number LIMIT ?3"
)
PLACES = (
    "WITH RECURSIVE p (name) AS (SELECT min(place) FROM head UNION ALL "
    "SELECT (SELECT min(place) FROM head WHERE place > name) FROM p WHERE name IS NOT NULL) "
    "SELECT name FROM p WHERE name IS NOT NULL UNION SELECT DISTINCT place FROM late ORDER BY 1"
)
_OF_ORDER = "SELECT id, person, seq FROM {} WHERE place = ?1 AND number = ?2"
_POINTERS = " UNION ALL ".join(_OF_ORDER.format(table) for table in ("private", "fresh", f"({LOOSE})"))
_PRIVATE = f"({_POINTERS}) p LEFT JOIN vault v ON v.seq = p.seq"
PRIVATE = f"SELECT p.id, v.data FROM {_PRIVATE} ORDER BY p.id"
KEPT = f"SELECT p.id, coalesce(o.data, ''), v.data FROM {_PRIVATE} LEFT JOIN vault o ON o.seq = p.person ORDER BY p.id"
RECEIPTS = (
    "SELECT key, version, fingerprint FROM record INDEXED BY record_order WHERE place = ?1 AND number = ?2 "
    "AND key IS NOT NULL UNION ALL "
    "SELECT key, version, fingerprint FROM late WHERE place = ?1 AND number = ?2 AND key IS NOT NULL AND more >= 0 "
    "UNION ALL SELECT key, version, fingerprint FROM receipt WHERE place = ?1 AND number = ?2 ORDER BY 2, 1"
)

PROBE = 20_000
"""Up to how many rows an index is worth reading; beyond, walking in the order of numbers finds a page sooner."""
ALONE = 5
"""How many times as many where nothing else is asked, so that the index alone tells which orders they are."""
BELOW = 10
"""How many times as many of a category are gone through at once: to count first how many match takes as long again."""
FEW = 12_000
"""Up to how many orders with a word are looked for one by one; beyond, a page is found by walking all, by number."""
CHUNK = 500
"""How many histories are read by one statement."""

_Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
Found = tuple[str, list[Any]]


class _Part(NamedTuple):
    """One condition of a query on heads ``h``, and how an index serves it.

    ``source`` is (FROM … WHERE …) what has the ``number`` of every order that meets the condition, and no other
    ("" = no index serves it); ``ordered`` where it has them in the order of numbers.  ``size`` is how many there are,
    where that is known.
    """

    condition: str
    values: Sequence[Any]
    source: str = ""
    source_values: Sequence[Any] = ()
    ordered: bool = False
    number: str = "h.number"
    size: int | None = None


def feed_of(run: _Run) -> str:
    """Return the statement that reads the feed of one place."""
    several = run("SELECT 1 FROM sqlite_master WHERE name = 'record_place'", ())
    return _FEED_OF if several else _FEED_ALONE


def streams(place: str, numbers: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield statements, with their values, that together read the histories of *numbers*."""
    wanted = list(dict.fromkeys(numbers))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        marks = ", ".join("?" * len(some))
        yield (f"SELECT number, {_OF_STREAM} IN ({marks}) ORDER BY number, version", [place, *some])


def _head(index: str, place: str, condition: str, values: Sequence[Any], ordered: bool = False) -> _Part:
    return _Part(
        condition, values, f"head h INDEXED BY {index} WHERE h.place = ? AND {condition}", [place, *values], ordered
    )


def conditions(place: str, q: Query) -> Iterator[_Part]:
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


def _words(run: _Run, place: str, words: Sequence[str], some: bool) -> list[_Part]:
    """Return the condition that one private record holds every one of *words*; it begins with the rarest."""
    if not words:
        return []
    terms = [(word, *row) for word in dict.fromkeys(words) for row in run(FIND, (place, bucket(word), spelt(word)))]
    if len(terms) < len(set(words)):
        none = "h.number = '' AND h.version < 0"  # SQLite takes no index by name where it sees a plain 0
        return [_Part(none, [], f"head h WHERE h.place = ? AND {none}", [place], True, size=0)]
    (_, term, n, *_), *others = sorted(terms, key=lambda row: row[2])
    lines = [line(row[0]) for row in terms]
    condition = (
        "EXISTS (SELECT 1 FROM private p JOIN vault v ON v.seq = p.seq WHERE p.place = h.place AND p.number = h.number "
        f"AND {holds(lines)})"
    )
    if some and n > FEW:
        walk = f"private p CROSS JOIN vault v ON v.seq = p.seq WHERE {holds(lines)} AND p.place = ?"
        return [_Part(condition, lines, walk, [*lines, place], True, "DISTINCT p.number", n)]
    left = [line(row[0]) for row in others]
    held = f"{holds(left)} AND " if left else ""
    source = (
        "json_each(?) w CROSS JOIN private p INDEXED BY private_seq ON p.seq = w.value "
        f"{'CROSS JOIN vault v ON v.seq = p.seq ' if left else ''}WHERE {held}p.place = ?"
    )
    postings = json.dumps(read(run(POSTINGS, (term,))))
    return [_Part(condition, lines, source, [postings, *left, place], number="DISTINCT p.number", size=n)]


def holds(lines: Sequence[str]) -> str:
    return " AND ".join(["instr(v.data, ?) > 0"] * len(lines))


def _driver(run: _Run, parts: list[_Part], most: int) -> _Part | None:
    """Return the part whose index has the fewest rows; ``None`` where each has *most* or more.

    SQLite has no idea how many orders a status or a category holds; so we look.
    """
    best, fewest = None, most
    for part in parts:
        if part.source:
            n = part.size
            if n is None:
                n = run(f"SELECT count(*) FROM (SELECT 1 FROM {part.source} LIMIT {fewest})", part.source_values)[0][0]
            if n < fewest:
                best, fewest = part, n
    return best


def _all(run: _Run, place: str, query: Query) -> list[_Part]:
    parts = [*conditions(place, query), *_desk(place, query)]
    if query.requester:
        found = run(FIND_PERSON, (place, bucket(query.requester), query.requester))
        owner = [found[0][0] if found else -1]
        parts.insert(0, _head("head_requester", place, "h.requester = ?", owner, True))
    return parts


def _of_category(run: _Run, place: str, query: Query) -> tuple[int, int]:
    """Return how many orders a category and all below it have: in all, so many rows its index has, and as asked."""
    path = (query.category or "").rstrip("/")
    wanted = "1" if query.open is None else f"open = {int(query.open)}"
    found = run(
        f"SELECT coalesce(sum(n), 0), coalesce(sum(CASE WHEN {wanted} THEN n END), 0) FROM total "
        "WHERE place = ? AND field = 'category' AND value >= ? AND value < ?",
        [place, path, path + "0"],
    )
    return found[0][0], found[0][1]


def _choose(run: _Run, place: str, query: Query, some: bool) -> tuple[_Part | None, list[_Part]]:
    """Return the part to begin with, and the conditions that are left; *some*: the first that match are enough."""
    parts = _all(run, place, query)
    words = _words(run, place, query.words or (), some)
    if query.requester or (len(parts) == 1 and not words and parts[0].ordered):
        return parts[0], parts[1:] + words
    if len(parts) == 1 and not words and (query.category or "").rstrip("/"):
        rows, matching = _of_category(run, place, query)
        if rows < PROBE * BELOW and (query.area or matching < PROBE * ALONE):
            return parts[0], []
        if not query.area and matching >= PROBE * ALONE and some:
            return None, parts
    best = _driver(run, parts + words, PROBE * ALONE if len(parts) == 1 and not words else PROBE)
    if best is None:
        best = next((part for part in parts if part.ordered and part.source), None)
        if words and (best is None or not some):
            best = words[0]
    return best, [part for part in parts + words if part is not best]


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
    if not by and query._replace(words=None) == Query() and len(set(query.words or ())) == 1:
        word = (query.words or ("",))[0]
        return f"SELECT coalesce(sum(orders), 0) FROM ({FIND})", [place, bucket(word), spelt(word)]
    either = "IN (0, 1)" if query.open is None else f"= {int(query.open)}"
    if not by and query.due_before is not None and query._replace(open=None, due_before=None) == Query():
        return _due(place, query.due_before, either)
    for sign, name in (("=", "digest"), ("<>", "not_digest")):
        value = getattr(query, name)
        if not by and value and query._replace(**{"open": None, name: None}) == Query():
            totalled = "SELECT coalesce(sum(n), 0) FROM total WHERE place = ? AND field = 'digest' AND value "
            return f"{totalled}{sign} ? AND open {either}", [place, value]
    if all(value is None for name, value in zip(Query._fields, query, strict=True) if name not in _TALLIED):
        parts = list(conditions(place, query))
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


def _due(place: str, before: str, either: str) -> Found:
    """Count what is due before an instant: whole days by their totals, the last in part by the index."""
    day = before[:10]
    whole = f"SELECT coalesce(sum(n), 0) FROM total WHERE place = ? AND field = 'due' AND value < ? AND open {either}"
    part = (
        f"SELECT count(*) FROM head h INDEXED BY head_due WHERE h.place = ? AND h.open {either} "
        "AND h.due >= ? AND h.due < ?"
    )
    return f"SELECT ({whole}) + ({part})", [place, day, place, day, before]
