"""A whole store as rows (导出)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from ..audit import heads, linked, readable
from ..core.errors import StoreError
from ..stores._text import FIRST, dumps, encode
from ..stores.port import SCHEMA, Fed, Head, Keeping, Query, Store
from . import readers, refusals
from .rows import FORMAT, Order, Row, Tally
from .whole import whole

BROKEN = frozenset({"broken-record", "broken-head", "broken-private", "broken-store", "broken-chain", "bad-append"})
"""The codes of errors that say one order cannot be exported (``bad-append``: what is stored is no JSON)."""


def export(store: Store, *, private: bool = True, without: Collection[Order] = ()) -> Iterator[Row]:
    """Yield the rows of the whole *store* (导出).

    Args:
        store: any store that gives its private records whole (:class:`~hotline12345.stores.Keeping`).
        private: with ``False``, without private records and blind indexes.
        without: orders (place, number) to leave out; how many is said in the first row.

    Raises:
        StoreError: ``not-exportable``; ``not-whole`` at the end, naming every order that cannot be read, or is not what
            its chain says (``facts["broken"]``): what was yielded is no export then.
    """
    if not isinstance(store, Keeping):
        raise refusals.not_exportable()
    tally = Tally()
    start = {"format": FORMAT, "schema": SCHEMA, "private": private, **({"left_out": len(without)} if without else {})}
    yield tally.add(Row("start", more=encode(start)))
    there = {place: store.count(place, Query())[""] for place in store.places()}
    way = _Way({}, dict.fromkeys(without, 0), {})
    broken: dict[Order, StoreError] = {}
    progress = readers.Progress(store, without)
    for fed in whole(store, readable):
        if isinstance(fed, StoreError):
            position, order = fed.facts["position"], fed.facts["order"]
        else:
            position, order = fed.position, fed.record[:2]
        progress.pass_(position, tally.records)
        if order in without or order in broken:
            continue
        try:
            for row, kept in _rows(store, fed, private, way):
                yield tally.add(row, kept, again=order in way.told)
        except StoreError as error:
            if error.code not in BROKEN:
                raise
            error.facts.setdefault("order", order)
            broken[order] = error
        way.seen[order] = way.seen.get(order, 0) + 1
    short = (order for order, version in way.told.items() if way.seen[order] != version and order not in broken)
    broken |= {order: refusals.cut_off(order, way.seen[order], way.told[order]) for order in short}
    broken |= {order: refusals.cut_off(order, 0, version) for order, version in _unseen(store, there, way.seen)}
    if broken:
        raise refusals.not_whole([*broken.values()])
    yield from map(tally.add, progress.rows(tally.records))
    yield Row("end", more=encode(tally.summary()._asdict()))


def broken(store: Store) -> list[StoreError]:
    """Return why orders of *store* cannot be exported (导不出的工单), one for each: its ``facts["order"]``."""
    try:
        for _ in export(store):
            pass
    except StoreError as error:
        if error.code != "not-whole":
            raise
        return list(error.facts["broken"])
    return []


def _unseen(store: Store, there: Mapping[str, int], seen: Mapping[Order, int]) -> Iterator[tuple[Order, int]]:
    """Yield the orders that were there when the export began, and of which no record was given."""
    passed = Counter(place for place, _ in seen)
    for place in (place for place, orders in there.items() if passed[place] < orders):
        for head in heads(store, place):
            order, version = (head.facts["order"], 0) if isinstance(head, StoreError) else (head[:2], head.version)
            if order not in seen:
                yield order, version


class _Way(NamedTuple):
    """How far an export has come with each order: the version it was told at, how many records passed, their link."""

    told: dict[Order, int]
    seen: dict[Order, int]
    ends: dict[Order, bytes]


def _rows(store: Store, fed: Fed | StoreError, private: bool, way: _Way) -> Iterator[tuple[Row, int]]:
    """Yield the row of one record, before it that of its order where it is not told yet; and its private records."""
    if isinstance(fed, StoreError):
        raise fed
    r = fed.record
    texts, numbers = (r.place, r.number, r.kind), (r.version, r.schema)
    if not (
        isinstance(r.data, Mapping)
        and all(isinstance(each, str) for each in texts)
        and all(isinstance(each, int) for each in numbers)
    ):
        raise refusals.altered(r)
    order = (r.place, r.number)
    if r.version > way.told.get(order, 0):
        row, kept = _order(store, order, private)
        yield row, kept
        way.told[order] = row.version
    last = way.ends[order] = linked(fed, way.ends.get(order, FIRST))
    if fed.link and fed.link != last.hex():
        raise refusals.broken_chain(r)
    yield Row("record", *order, r.version, r.kind, r.schema, dumps(r.data), last.hex()), 0


def _order(store: Any, order: Order, private: bool) -> tuple[Row, int]:
    """Return the row of an order as it is now, and how many private records it holds."""
    head = store.head(*order)
    if head is None:
        raise refusals.headless(order)
    # Words are a set: a store may keep them in any order, and the digest is the same whoever kept them.
    kept = [each._replace(words=tuple(sorted(set(each.words)))) for each in (store.kept(*order) if private else ())]
    if not private:
        head = head._replace(requester="")
    fields = dict(zip(Head._fields[3:], head[3:], strict=True)) | {"desks": [list(desk) for desk in head.desks]}
    more = {
        "head": fields,
        "private": [list(each) for each in kept],
        "keys": [list(each) for each in store.receipts(*order)],
    }
    return Row("order", *order, version=head.version, more=dumps(more)), len(kept)
