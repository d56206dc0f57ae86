"""Counts kept as orders are written (计数): each write leaves a note, and whoever comes by adds the notes up.

A count that every write changed would be a row that every write waits for, a host's long transaction included.  So a
write adds one row to ``delta``, which nobody else touches, and ``fold`` puts many of them into ``tally`` (orders by
all that is counted) and ``total`` (by one field each; by due day, digest and word, too).  One process folds at a
time; who reads adds up both in one statement, so that a count is exact at any moment.
A worker folds after each round, for hosts that write within their own transactions only: those never fold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from .. import _rules as rules
from .._text import encode
from ..port import Head, Query
from ._merge import Change
from ._run import Busy, Runner
from ._statements import ONE

NOTE = 8
"""How many orders reading a note costs as much as, beside those it tells of."""

FOLD = 128 * NOTE
"""After how much that who counts has to read somebody adds the notes up: 128 notes, or 1,024 orders of imports.

Reading four times as many took a count among a million orders from 1 ms to 10, and Python's collection of what was
read now and then to 60.
"""

MOST = 2048
"""How many notes are added up in one transaction."""

LAST = "\U0010ffff"
"""After every character: the end of a range of prefixes."""

_PART = 500

Seen = tuple[Any, ...]
"""What an order is counted by: open, the fields that ``count`` groups by, due, digest."""

Cells = Counter[tuple[Any, ...]]
"""Orders by (place, open, status, kind, category, area, holder)."""

Totals = Counter[tuple[Any, ...]]
"""Orders by (place, field, value, open); a word's by (place, "word", word, 0)."""


class Note:
    """What a write changes in the counts."""

    def __init__(self, nothing: str) -> None:
        self.cells: Cells = Counter()
        self.totals: Totals = Counter()
        self._nothing = nothing

    def order(self, place: str, before: Seen, after: Seen) -> None:
        """An order that was counted as *before* (() for none) is counted as *after*."""
        for seen, n in ((before, -1), (after, 1)):
            if seen:
                self.cells[place, *seen[:6]] += n
                self._extra("due", place, seen[6][:10], seen[0], n)
                self._extra("digest", place, seen[7], seen[0], n)

    def _extra(self, field: str, place: str, value: str, is_open: int, n: int) -> None:
        if value != self._nothing:
            self.totals[place, field, value, is_open] += n

    def words(self, place: str, words: Iterable[str], n: int) -> None:
        """*n* orders more have a private record with each of *words*."""
        for word in set(words):
            self.totals[place, "word", word, 0] += n

    def rows(self) -> list[dict[str, Any]]:
        """Return what is to be added to ``delta``: a row for each place."""
        data: dict[str, tuple[list[Any], list[Any]]] = {}
        for i, counts in enumerate((self.cells, self.totals)):
            for (place, *key), n in counts.items():
                if n:
                    data.setdefault(place, ([], []))[i].append([*key, n])
        return [{"place": place, "data": encode(told)} for place, told in sorted(data.items())]

    def read(self, place: str, data: str) -> None:
        """Add a row of ``delta``."""
        cells, totals = json.loads(data)
        for *key, n in cells:
            self.cells[place, *key] += n
        for *key, n in totals:
            self.totals[place, *key] += n

    def by_field(self) -> Totals:
        """Return the totals with those of the fields in the cells."""
        found = Counter(self.totals)
        for (place, is_open, *values), n in self.cells.items():
            for field, value in zip(rules.GROUPS, values, strict=True):
                found[place, field, value, is_open] += n
        return found


def cell(key: tuple[Any, ...]) -> str:
    """Return the name of a cell: its values may be longer together than a server indexes."""
    return blake2b(encode(key).encode(), digest_size=16).hexdigest()


# -- adding up -----------------------------------------------------------------------------------------


def alone(run: Runner, wait: bool) -> bool:
    """Take the right to change the counts until the transaction ends; without *wait* only where nobody has it."""
    if run.kind.postgres:
        name = f"hotline12345/counts/{run.say.delta.fullname}".encode()
        lock = int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)
        if wait:
            run.ask(sa.select(sa.func.pg_advisory_xact_lock(sa.literal(lock, sa.BigInteger()))))
            return True
        return bool(run.rows("key_lock", _lock=lock)[0][0])
    s = run.say.sequence
    assert s is not None
    return bool(run.ask(sa.select(s.c.id).where(s.c.id == 2).with_for_update(skip_locked=not wait and run.kind.waits)))


def waiting(run: Runner) -> bool:
    """Tell whether there is any note."""
    return bool(run.ask(sa.select(ONE).select_from(run.say.delta).limit(1)))


def fold(run: Runner) -> int:
    """Add up what notes there are, unless somebody else is at it; return how many were."""
    return _fold(run) if alone(run, wait=False) else 0


def _fold(run: Runner) -> int:
    d = run.say.delta.c
    rows = run.ask(sa.select(d.id, d.place, d.data).order_by(d.id).limit(MOST))
    note = Note(run.kind.nothing)
    for _, place, data in rows:
        note.read(place, data)
    add(run, note)
    run.together([("drop_delta", [{"_id": row[0]} for row in rows])] if rows else [])
    return len(rows)


def fold_all(run: Runner) -> None:
    """Add up every note there is, waiting for who is at it."""
    alone(run, wait=True)
    while _fold(run) == MOST:
        pass


def add(run: Runner, note: Note) -> None:
    """Change the counts by *note*; the caller is :func:`alone`.  A count of none is no row."""
    t, total = run.say.tally.c, run.say.total.c
    cells = {cell(key): (key, n) for key, n in note.cells.items() if n}
    names = sorted(cells)
    known: dict[Any, int] = {}
    for i in range(0, len(names), _PART):
        known.update(
            (row[0], row[1]) for row in run.ask(sa.select(t.cell, t.n).where(t.cell.in_(names[i : i + _PART])))
        )
    rows = {
        name: {"cell": name, **dict(zip(("place", "open", *rules.GROUPS), key, strict=True))}
        for name, (key, _) in cells.items()
    }
    _change(run, "tally", rows, known, {name: n for name, (_, n) in cells.items()}, ("cell",))
    totals = {key: n for key, n in note.by_field().items() if n}
    known = {}
    groups: dict[tuple[str, str], list[str]] = {}
    for place, field, value, _ in sorted(totals):
        groups.setdefault((place, field), []).append(value)
    for (place, field), values in groups.items():
        for i in range(0, len(values), _PART):
            mine = sa.and_(total.place == place, total.field == field, total.value.in_(values[i : i + _PART]))
            asked = sa.select(total.place, total.field, total.value, total.open, total.n).where(mine)
            known.update(((*row[:4],), row[4]) for row in run.ask(asked))
    names_of = ("place", "field", "value", "open")
    _change(run, "total", {key: dict(zip(names_of, key, strict=True)) for key in totals}, known, totals, names_of)


def _change(
    run: Runner,
    table: str,
    rows: Mapping[Any, dict[str, Any]],
    known: Mapping[Any, int],
    by: Mapping[Any, int],
    key: tuple[str, ...],
) -> None:
    new, moved, gone = [], [], []
    for name, n in sorted(by.items()):
        row = rows[name]
        if name not in known:
            new.append({**row, "n": n})
        elif known[name] + n:
            moved.append({"n": known[name] + n, **{f"_{part}": row[part] for part in key}})
        else:
            gone.append({f"_{part}": row[part] for part in key})
    steps: list[Change] = [(f"move_{table}", moved), (f"drop_{table}", gone), (f"add_{table}", new)]
    run.together([step for step in steps if step[1]])


# -- asking --------------------------------------------------------------------------------------------

_TALLIED = frozenset({"open", *rules.GROUPS})
_EXTRA = frozenset({"due_before", "digest", "not_digest", "words"})


def count(run: Runner, place: str, query: Query, by: str) -> tuple[dict[str, int], int] | None:
    """Return the counts by (decoded) value, and how many notes were read; ``None`` for what is not counted here."""
    q = query._replace(category=(query.category or "").rstrip("/") or None, area=query.area or None)
    given = {name for name, value in q._asdict().items() if value is not None and (name != "words" or value)}
    if given <= _TALLIED:
        single = given - {"open"} or {by or "status"}
        fields = single | {by} - {""}
        return _by_cells(run, place, q, by, next(iter(fields)) if len(fields) == 1 else "")
    rest = given - {"open"}
    if by or len(rest) != 1:
        return None
    if q.digest == "" or (rest == {"words"} and ("open" in given or len(set(q.words or ())) > 1)):
        return None
    return _by_extra(run, place, q, rest.pop()) if rest <= _EXTRA else None


def below(column: Any, path: str) -> list[Any]:
    """Return what must hold of *column*: it is the stored *path*, or below it."""
    # "0" follows "/" in the code table: the range of the path and all paths below, without what is between; said so
    # that a planner takes it to be nearly the whole range.
    return [column >= path, column < path + "0", sa.or_(column <= path, column >= path + "/")]


def prefixed(column: Any, prefix: str) -> list[Any]:
    """Return what must hold of *column*: it begins with the stored *prefix*."""
    return [column >= prefix, column < prefix + LAST]


def _prefixes(column: Any, field: str, value: str, run: Runner) -> list[Any]:
    put = run.kind.put
    if field == "category":
        return below(column, put(value))
    return prefixed(column, put(value)) if field == "area" else [column == put(value)]


def _by_cells(run: Runner, place: str, q: Query, by: str, field: str) -> tuple[dict[str, int], int]:
    """Count by ``total``, where only *field* is asked, or else by ``tally``."""
    put, get = run.kind.put, run.kind.get
    c = (run.say.total if field else run.say.tally).c
    where = [c.place == put(place), *([c.field == field] if field else [])]
    if q.open is not None:
        where.append(c.open == int(q.open))
    for name in rules.GROUPS:
        value = getattr(q, name)
        if value is not None:
            where += _prefixes(c.value if field else c[name], name, value, run)
    value = (c.value if field else c[by]) if by else None
    asked = sa.select(sa.null() if value is None else value, sa.func.sum(c.n), sa.null()).where(*where)
    counted: Counter[str] = Counter()

    asks = [(i, name) for i, name in enumerate(rules.GROUPS, 2) if getattr(q, name) is not None]

    def pending(note: Note) -> None:
        for key, n in note.cells.items():
            if q.open not in (None, bool(key[1])):
                continue
            fields: dict[str, Any] = {name: get(key[i]) for i, name in asks}
            head = Head(place, "", 0, fields.pop("status", ""), True, **fields) if asks else None
            if head is None or rules.matches(head, q._replace(open=None)):
                counted[get(key[2 + rules.GROUPS.index(by)]) if by else ""] += n

    notes = _read(run, place, asked if value is None else asked.group_by(value), counted, pending)
    return {key: n for key, n in counted.items() if n} if by else {"": counted[""]}, notes


def _by_extra(run: Runner, place: str, q: Query, what: str) -> tuple[dict[str, int], int]:
    """Count by what ``total`` has beside the fields: the due day, the digest, a word."""
    put, t = run.kind.put, run.say.total.c
    value = put(q.words[0] if what == "words" and q.words else getattr(q, what))
    fits: Callable[[str], bool]
    if what == "due_before":
        field, day = "due", value[:10]
        where, fits = t.value < day, lambda other: other < day
    elif what == "not_digest":
        field, where, fits = "digest", t.value != value, lambda other: other != value
    else:
        field = "word" if what == "words" else what
        where, fits = t.value == value, lambda other: other == value
    asked = [sa.select(sa.null(), sa.func.sum(t.n), sa.null()).where(t.place == put(place), t.field == field, where)]
    if q.open is not None:
        asked[0] = asked[0].where(t.open == int(q.open))
    if what == "due_before":  # the last day in part
        h = run.say.head.c
        flag = h.open.in_((0, 1)) if q.open is None else h.open == int(q.open)
        part = sa.select(sa.null(), sa.func.count(), sa.null()).select_from(run.say.head)
        late = (run.say.said(h.due), h.due >= value[:10], h.due < value)
        asked.append(part.where(h.place == put(place), flag, *late))
    counted: Counter[str] = Counter()

    def pending(note: Note) -> None:
        for (_, name, other, is_open), n in note.totals.items():
            if name == field and fits(other) and q.open in (None, bool(is_open)):
                counted[""] += n

    notes = _read(run, place, sa.union_all(*asked) if len(asked) > 1 else asked[0], counted, pending)
    return {"": counted[""]}, notes


def _read(run: Runner, place: str, asked: Any, counted: Counter[str], pending: Callable[[Note], None]) -> int:
    """Add what is counted and what is noted, as one statement sees both; return how many notes there were."""
    d, get = run.say.delta.c, run.kind.get
    note, notes = Note(run.kind.nothing), 0
    mine = sa.select(sa.null(), ONE, d.data).where(d.place == run.kind.put(place))
    for value, n, data in run.ask(sa.union_all(*getattr(asked, "selects", (asked,)), mine)):
        if data is None:
            counted["" if value is None else get(value)] += int(n or 0)
        else:
            note.read(run.kind.put(place), data)
            notes += 1
    pending(note)
    return notes


def frequencies(run: Runner, place: str, words: Iterable[str]) -> dict[str, int]:
    """Return how many orders have each of *words* (stored), as far as it is added up."""
    t = run.say.total.c
    mine = sa.and_(t.place == run.kind.put(place), t.field == "word", t.value.in_(list(words)))
    return {row[0]: row[1] for row in run.ask(sa.select(t.value, t.n).where(mine))}


# -- counting anew -------------------------------------------------------------------------------------


def from_heads(run: Runner, place: str | None = None) -> Note:
    """Count all orders of *place*, or of all places, anew."""
    h, w = run.say.head.c, run.say.word.c
    note = Note(run.kind.nothing)

    def grouped(where: Any, *columns: Any, n: Any = None) -> list[Any]:
        asked = sa.select(*columns, sa.func.count() if n is None else n).group_by(*columns)
        return run.ask(asked if place is None else asked.where(where == run.kind.put(place)))

    for *key, n in grouped(h.place, h.place, h.open, *(h[field] for field in rules.GROUPS)):
        note.cells[tuple(key)] = int(n)
    for field, value in (("due", sa.func.substr(h.due, 1, 10)), ("digest", h.digest)):
        named = sa.select(h.place, value.label("value"), h.open).subquery().c
        for at, told, is_open, n in grouped(named.place, named.place, named.value, named.open):
            if told != run.kind.nothing:
                note.totals[at, field, told, is_open] = int(n)
    for at, word, n in grouped(w.place, w.place, w.word, n=sa.func.count(w.number.distinct())):
        note.totals[at, "word", word, 0] = int(n)
    return note


def differing(run: Runner) -> list[tuple[Any, ...]]:
    """Return what is counted otherwise than by the heads; the transaction sees one moment."""
    t, total, d = run.say.tally.c, run.say.total.c, run.say.delta.c
    cells: Cells = Counter()
    totals: Totals = Counter()
    for *key, n in run.ask(sa.select(t.place, t.open, *(t[field] for field in rules.GROUPS), t.n)):
        cells[tuple(key)] += n
    for *key, n in run.ask(sa.select(total.place, total.field, total.value, total.open, total.n)):
        totals[tuple(key)] += n
    noted = Note(run.kind.nothing)
    for place, data in run.ask(sa.select(d.place, d.data)):
        noted.read(place, data)
    cells.update(noted.cells)
    totals.update(noted.by_field())
    counted = from_heads(run)
    pairs = ((cells, counted.cells), (totals, counted.by_field()))
    return sorted((key for kept, right in pairs for key in {*kept, *right} if kept[key] != right[key]), key=repr)


def recount(run: Runner, place: str) -> None:
    """Count the orders of *place* anew; the transaction sees one moment, so that who writes meanwhile is not lost.

    Raises:
        Busy: somebody is adding up just now.
    """
    put, say = run.kind.put, run.say
    # On PostgreSQL the moment that is seen begins before a wait: whom we waited for would have changed what we see.
    if not alone(run, wait=not run.kind.postgres):
        raise Busy
    d = say.delta.c
    notes = [{"_id": row[0]} for row in run.ask(sa.select(d.id).where(d.place == put(place)))]
    note = from_heads(run, place)
    for table in (say.tally, say.total):
        run.connection.execute(sa.delete(table).where(table.c.place == put(place)))
    run.together([("drop_delta", notes)] if notes else [])
    add(run, note)
