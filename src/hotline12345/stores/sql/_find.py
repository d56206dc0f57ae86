"""How the server store finds (查询): a query as conditions, each with an index that serves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from .. import _rules as rules
from ..port import Head, Page, Private, Query, Record
from . import _tally as tally
from ._run import Runner
from ._statements import ONE
from ._write import head_of

_PART = 1000

FEW = 2000
"""Up to how many orders of an index are worth finding all, whatever else is asked."""

SOME = 10_000
"""The same where the index alone has the answer."""

PROBE = 50_000
"""The same where what is asked lies at the end of the numbers."""

_FENCE = 10**15
"""No limit, said so that a server plans what is within for itself."""


def find(run: Runner, place: str, query: Query, after: str, limit: int) -> Page:
    """Return one page of heads."""
    say = run.say
    h = say.head.c
    # The page first, its requesters after: else the server may join what the page leaves out.
    chosen = _page(run, place, query, after, limit + 1).subquery("page")
    asked = say.heads().join(chosen, chosen.c.number == h.number)
    rows = run.ask(asked.where(h.place == run.kind.put(place)).order_by(h.number))
    heads = tuple(head_of(row, run.kind) for row in rows[:limit])
    return Page(heads, heads[-1].number if len(rows) > limit else "")


def _page(run: Runner, place: str, query: Query, after: str, size: int) -> Any:
    """Return how to find the numbers of one page.

    A server takes what matches to lie evenly among all orders, and so walks them in the order of numbers where all
    that is open, late or changed lies at their end.  So where some index has few that may match, it is told to find
    all of them first; and desks and words alone are read from their own indexes, which are in that order.
    """
    number: Any = run.say.head.c.number
    page = sa.select(number).where(*conditions(run, place, query))
    elsewhere = _numbers(run, place, query)
    if len(elsewhere) == 1 and _only(query, _DESK) | _only(query, ("words",)):
        page, number = elsewhere[0].distinct(), elsewhere[0].selected_columns[0]
    if after:
        page = page.where(number > run.kind.put(after))
    if number is run.say.head.c.number and _few(run, place, query):
        found = page.limit(_FENCE).subquery("found")
        page, number = sa.select(found.c.number), found.c.number
    return page.order_by(number).limit(size)


_DESK = ("unit", "role", "desk_due_before")


def _only(query: Query, names: Sequence[str]) -> bool:
    return query._replace(**dict.fromkeys(names)) == Query()


def _few(run: Runner, place: str, q: Query) -> bool:
    """Tell whether some index has so few orders that may match that finding them all costs less than walking."""
    parts = [Query(changed_since=q.changed_since), Query(due_before=q.due_before, open=q.open)]
    parts.append(Query(open=q.open, category=q.category, area=q.area) if q.category else Query(area=q.area))
    late = (q.open or q.changed_since is not None) and q.status is None and q.holder is None
    for part in parts:
        if _only(part, ("open",)):
            continue
        most = PROBE if late else SOME if part == q and (q.category or not q.area) else FEW
        some = sa.select(ONE).select_from(run.say.head).where(*conditions(run, place, part)).limit(most).subquery()
        if run.ask(sa.select(sa.func.count()).select_from(some))[0][0] < most:
            return True
    return False


def kept(rows: Sequence[Any], get: Callable[[str], str], place: str, number: str) -> list[Private]:
    """Return private records of rows (id, person, data, word): a row for each word, one where there is none."""
    found: dict[str, Private] = {}
    words: dict[str, list[str]] = {}
    for id_, person, data, word in rows:
        if id_ not in found:
            found[id_] = Private(get(id_), get(person), rules.read_private(place, number, get(id_), data))
        words.setdefault(id_, []).extend(() if word is None else (get(word),))
    made = (private._replace(words=tuple(sorted(words[id_]))) for id_, private in found.items())
    return sorted(made, key=lambda private: private.id)


def count(run: Runner, place: str, query: Query, by: str) -> tuple[dict[str, int], int]:
    """Count heads, grouped by one of their fields; return also how many notes wait to be added up."""
    found = tally.count(run, place, query, by)
    return found if found is not None else (_scanned(run, place, query, by), 0)


def _scanned(run: Runner, place: str, query: Query, by: str) -> dict[str, int]:
    h = run.say.head.c
    where = conditions(run, place, query)
    if not by:
        asked = sa.select(sa.func.count()).select_from(run.say.head).where(*where)
        elsewhere = _numbers(run, place, query)
        if len(elsewhere) == 1 and _only(query, _DESK) | _only(query, ("words",)):
            asked = sa.select(sa.func.count()).select_from(elsewhere[0].distinct().subquery())
        return {"": int(run.ask(asked)[0][0])}
    column = h[by]
    rows = run.ask(sa.select(column, sa.func.count()).where(*where).group_by(column))
    return dict(sorted((run.kind.get(value), int(n)) for value, n in rows))


def conditions(run: Runner, place: str, q: Query) -> list[Any]:
    """Return what must hold of a head."""
    put, h, say = run.kind.put, run.say.head.c, run.say
    found = [h.place == put(place)]
    for name in ("status", "kind", "holder", "digest"):
        wanted = getattr(q, name)
        if wanted is not None:
            found.append(h[name] == put(wanted))
    found.extend(_prefixes(run, q))
    if q.open is not None:
        found.append(h.open == _one(q.open))
    if q.provisional is not None:
        found.append(h.provisional == _one(q.provisional))
    if q.due_before is not None:
        found += [say.said(h.due), h.due < put(q.due_before)]
        if q.open is None:
            found.append(h.open.in_((_one(False), _one(True))))  # what the index begins with
    if q.changed_since is not None:
        found.append(h.changed >= put(q.changed_since))
    if q.not_digest is not None:
        found += [say.said(h.digest), h.digest != put(q.not_digest)]
    found.extend(_elsewhere(run, place, q))
    return found


def _one(flag: bool) -> Any:
    # A literal, not a parameter: a partial index is used only where its own condition is seen.
    return sa.literal_column(str(int(flag)))


def _prefixes(run: Runner, q: Query) -> Iterator[Any]:
    put, h = run.kind.put, run.say.head.c
    category = (q.category or "").rstrip("/")
    if category:
        yield from tally.below(h.category, put(category))
    if q.area:
        yield from tally.prefixed(h.area, put(q.area))


def _elsewhere(run: Runner, place: str, q: Query) -> Iterator[Any]:
    """Yield what must hold of an order's requester, desks and private words."""
    say, put = run.say, run.kind.put
    h, o = say.head.c, say.owner.c
    if q.requester is not None:
        mine = sa.select(o.number).where(o.place == put(place))
        if q.requester:
            yield h.number.in_(mine.where(o.person == put(q.requester)))
        else:
            yield ~sa.exists().where(o.place == h.place, o.number == h.number)
    for numbers in _numbers(run, place, q):
        yield h.number.in_(numbers)


def _numbers(run: Runner, place: str, q: Query) -> list[Any]:
    """Return the numbers of orders with the desk, and of those with the words, that are asked for."""
    say, put, found = run.say, run.kind.put, []
    d = say.desk.c
    if q.unit is not None or q.role is not None or q.desk_due_before is not None:
        desks = sa.select(d.number).where(d.place == put(place))
        if q.unit is not None:
            desks = desks.where(d.unit == put(q.unit))
        if q.role is not None:
            desks = desks.where(d.role == put(q.role))
        if q.desk_due_before is not None:
            desks = desks.where(say.said(d.due), d.due < put(q.desk_due_before))
        found.append(desks)
    if q.words:
        found.append(_worded(run, place, sorted(set(q.words))))
    return found


def _worded(run: Runner, place: str, words: Sequence[str]) -> Any:
    """Return the numbers of orders with a private record that holds every one of *words*, the rarest first.

    PostgreSQL keeps one plan for all words once it has seen a few, and that for words of middling frequency: it reads
    every order of a word that most have.  So where the rarest has few, an ``OFFSET`` has it look for each of them
    alone; and where it has many, the plan is made for these words, since they stand in the statement.
    """
    put, often, few = run.kind.put, {}, False
    if len(words) > 1:
        often = tally.frequencies(run, place, map(put, words))
        words = sorted(words, key=lambda word: often.get(put(word), 0))
        few = often.get(put(words[0]), 0) <= SOME

    def said(word: str) -> Any:
        return put(word) if few or len(words) == 1 else sa.literal(put(word), literal_execute=True)

    first = run.say.word.alias("w0")
    asked = sa.select(first.c.number).where(first.c.place == put(place), first.c.word == said(words[0]))
    for i, word in enumerate(words[1:], 1):
        other = run.say.word.alias(f"w{i}")
        also = sa.select(ONE).where(
            other.c.place == first.c.place,
            other.c.word == said(word),
            other.c.number == first.c.number,
            other.c.id == first.c.id,
        )
        asked = asked.where(sa.exists(also.offset(sa.literal_column("0")) if few and run.kind.postgres else also))
    return asked


def head(run: Runner, place: str, number: str) -> Head | None:
    """Return one head."""
    put = run.kind.put
    rows = run.rows("head_of", _place=put(place), _number=put(number))
    return head_of(rows[0], run.kind) if rows else None


def streams(run: Runner, place: str, numbers: Sequence[str]) -> dict[str, list[Record]]:
    """Return many histories."""
    put, get, r = run.kind.put, run.kind.get, run.say.record.c
    wanted = {put(number): number for number in numbers}
    found: dict[str, list[Record]] = {}
    names = list(wanted)
    for i in range(0, len(names), _PART):
        asked = sa.select(r.number, r.version, r.kind, r.schema, r.data)
        asked = asked.where(r.place == put(place), r.number.in_(names[i : i + _PART])).order_by(r.number, r.version)
        for stored, version, kind, schema, data in run.ask(asked):
            number = wanted[stored]
            try:
                record = Record(place, number, version, get(kind), json.loads(data), schema)
            except rules.UNREADABLE as error:
                raise rules.broken_record([(place, number, version, data, 0)]) from error
            found.setdefault(number, []).append(record)
    return {number: found[number] for number in numbers if number in found}
