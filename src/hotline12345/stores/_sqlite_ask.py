"""What is asked of heads, those included that are late (查询与计数): see ``_sqlite_late``.

What is settled is asked by its indexes and counts, without the orders that are late; those few are looked through.
For words the orders with a fresh private record are among them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hotline12345.core.errors import StoreError

from . import _rules as rules
from . import _sqlite_find as sql
from ._sqlite_heads import COLUMNS, HEADS, head_of
from ._sqlite_late import UNWORDED
from ._sqlite_vault import FIND_PERSON, bucket, line
from .port import Head, Page, Query

Rows = list[tuple[Any, ...]]
Run = Callable[[str, Sequence[Any]], Rows]

_SAID = ", ".join(f"l.{name}" for name in COLUMNS if name != "requester")
LATE = (
    f"(SELECT l.place, l.number, {_SAID}, coalesce(l.requester, o.requester) AS requester FROM newest l "
    "LEFT JOIN head o ON o.place = l.place AND o.number = l.number) h"
)
"""The heads that are late; whose order it is says, but for a new one, the head that is settled."""
_ONE = "h.place = ? AND h.number = ?"
_LATE_ONE = HEADS.format(LATE, _ONE)
_ONE = HEADS.format("head h", _ONE)
_NUMBERS = "SELECT number FROM late WHERE place = ?"
_FRESH = f"SELECT p.number FROM {UNWORDED} p JOIN vault v ON v.seq = p.seq WHERE p.place = ? AND "
_HOLDS = (
    "EXISTS (SELECT 1 FROM private p JOIN vault v ON v.seq = p.seq "
    "WHERE p.place = h.place AND p.number = h.number AND {})"
)
_AMONG = "json_each(?) w CROSS JOIN head h ON h.number = w.value"
"""A few heads by their numbers, and by no other index, which may hold many."""


def head(run: Run, place: str, number: str) -> Head | None:
    """Return the head of one order."""
    rows = run(_LATE_ONE, (place, number)) or run(_ONE, (place, number))
    return head_of(rows[0]) if rows else None


def find(run: Run, place: str, query: Query, after: str, size: int) -> Page:
    """Return a page of heads; *run* sees one moment.  What lies beyond the page is not read: it may be damaged."""
    late = _late(run, place, query)
    rows = [(row, False) for row in run(*sql.page(run, place, query, after, size + 1 + len(late)))]
    if late:
        rows = [pair for pair in rows if pair[0][1] not in late]
        rows += [(row, True) for row in _now(run, place, query, late) if rules.shown(row[1]) > after]
        rows.sort(key=lambda pair: rules.shown(pair[0][1]))
    heads: list[Head] = []
    for row, unsure in rows:
        if len(heads) == size:
            if not unsure or _may_match(row, query):
                return Page(tuple(heads), heads[-1].number)
            continue
        each = head_of(row)
        if not unsure or rules.matches(each, query):
            heads.append(each)
    return Page(tuple(heads), "")


def count(run: Run, place: str, query: Query, by: str) -> dict[str, int]:
    """Count heads; *run* sees one moment."""
    rows = run(*sql.count(run, place, query, by))
    late = _late(run, place, query)
    if not late:
        return dict(rows) if by else {"": rows[0][0] or 0}
    found: Counter[str] = Counter(dict(rows) if by else {"": rows[0][0] or 0})
    for heads, sign in ((_before(run, place, query, late), -1), (_now(run, place, query, late), 1)):
        for each in _matching(heads, query):
            found[getattr(each, by) if by else ""] += sign
    return {value: n for value, n in sorted(found.items()) if n} if by else {"": found[""]}


def _late(run: Run, place: str, query: Query) -> set[str]:
    """Return the numbers of the orders that what is settled does not tell of."""
    numbers = {row[0] for row in run(_NUMBERS, (place,))}
    if query.words:
        lines = [line(word) for word in query.words]
        numbers.update(row[0] for row in run(_FRESH + sql.holds(lines), (place, *lines)))
    return numbers


def _asked(run: Run, place: str, query: Query) -> tuple[str, list[Any]]:
    """Return what a head must be, but for its desks and the words of its private records."""
    parts = list(sql.conditions(place, query))
    where = [part.condition for part in parts]
    values = [value for part in parts for value in part.values]
    if query.requester:
        owner = run(FIND_PERSON, (place, bucket(query.requester), query.requester))
        where.append("h.requester = ?")
        values.append(owner[0][0] if owner else -1)
    return " AND ".join(["h.place = ?", *where]), [place, *values]


def _may_match(row: tuple[Any, ...], query: Query) -> bool:
    try:
        return rules.matches(head_of(row), query)
    except StoreError:
        return True


def _matching(rows: Rows, query: Query) -> list[Head]:
    return [each for each in map(head_of, rows) if rules.matches(each, query)]


def _now(run: Run, place: str, query: Query, late: set[str]) -> Rows:
    """Return the heads that may match, of orders that are late, as they are."""
    where, values = _asked(run, place, query)
    if not query.words:
        return run(HEADS.format(LATE, where), values)
    lines = [line(word) for word in query.words]
    held = sql.holds(lines)
    where += f" AND ({_HOLDS.format(held)} OR h.number IN ({_FRESH}{held}))"
    values += [*lines, place, *lines]
    found = run(HEADS.format(LATE, where), values)
    fresh = HEADS.format(_AMONG, f"{where} AND h.number NOT IN ({_NUMBERS})")
    return found + run(fresh, [json.dumps(sorted(late)), *values, place])


def _before(run: Run, place: str, query: Query, late: set[str]) -> Rows:
    """Return the heads that may match, of the same orders, as what is settled counts them."""
    where, values = _asked(run, place, query)
    lines = [line(word) for word in query.words or ()]
    if lines:
        where += f" AND {_HOLDS.format(sql.holds(lines))}"
    return run(HEADS.format(_AMONG, where), [json.dumps(sorted(late)), *values, *lines])
