"""A whole store as rows (导出)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .. import whole
from ..audit import linked
from ..core.errors import StoreError
from ..stores._text import FIRST, dumps, encode
from ..stores.port import SCHEMA, Fed, Head, Keeping, Query, Store
from . import readers, refusals
from .rows import FORMAT, Order, Row, Tally

ROUNDS = 3
"""How often an export looks whether more was written while it was at it (library default)."""

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
    out = _Out(store, private, without)
    start = {"format": FORMAT, "schema": SCHEMA, "private": private, **({"left_out": len(without)} if without else {})}
    yield out.tally.add(Row("start", more=encode(start)))
    for _ in range(ROUNDS):
        yield from out.rows(most=whole.stored(store))
        if out.ended:
            break
    need, end = out.missing(), time.monotonic() + whole.PATIENCE
    while need:
        # Asked before: what is held back then and given a moment later would be neither read nor waited for.
        waiting = whole.held(store) if time.monotonic() < end else 0
        yield from out.rows(need)
        need, before = out.missing(), need
        if need != before:  # it may rest on what is held back only now: patience begins anew
            end = time.monotonic() + whole.PATIENCE
        elif not waiting:
            break
        time.sleep(whole.PAUSE if waiting else 0)
    broken = out.broken | {order: refusals.cut_off(order, out.seen.get(order, 0), need[order]) for order in need}
    if broken:
        raise refusals.not_whole([*broken.values()])
    yield from map(out.tally.add, out.progress.rows(out.tally.records))
    yield Row("end", more=encode(out.tally.summary()._asdict()))


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


class _Out:
    """An export under way (导出过程): how far it has come with each order."""

    def __init__(self, store: Any, private: bool, without: Collection[Order]) -> None:
        self.store, self.private, self.without = store, private, without
        self.tally = Tally()
        self.told: dict[Order, int] = {}  # the version it was told at
        self.seen: dict[Order, int] = dict.fromkeys(without, 0)  # how many of its records passed
        self.ends: dict[Order, bytes] = {}  # the link of the last
        self.broken: dict[Order, StoreError] = {}
        self.unseen: dict[Order, int] | None = None  # that have heads, and no record of them was given
        self.progress = readers.Progress(store, without)
        self.after = self.passed = 0
        self.ended = False

    def rows(self, need: Mapping[Order, int] | None = None, most: int | None = None) -> Iterator[Row]:
        """Yield the rows of what the feed gives now.

        So that an export comes to an end however many go on writing, it passes no more than so many records, and then
        what is still missing of orders that were told: no orders but those in *need*, up to their versions, or to that
        at which they are told meanwhile.
        """
        self.ended = False
        left = dict(need or {})
        for fed in whole.readable(self.store, self.after):
            if (need is not None and not left) or (most is not None and self.passed >= most):
                return
            if isinstance(fed, StoreError):
                self.after, order, version = fed.facts["position"], fed.facts["order"], 0
            else:
                self.after, order, version = fed.position, fed.record[:2], fed.record.version
                version = version if isinstance(version, int) else 0
            if need is not None and not (order in need and (version == 0 or version <= left.get(order, 0))):
                continue
            self.progress.pass_(self.after, self.tally.records)
            self.passed += 1
            if order not in self.without and order not in self.broken:
                try:
                    for row, kept in self._rows(fed):
                        yield self.tally.add(row, kept, again=order in self.told)
                except StoreError as error:
                    if error.code not in BROKEN:
                        raise
                    error.facts.setdefault("order", order)
                    self.broken[order] = error
                self.seen[order] = self.seen.get(order, 0) + 1
            if order in left:
                # It may have gone on since it was found missing, and was told as it is now.
                left[order] = max(left[order], self.told.get(order, 0))
                if left[order] == self.seen[order]:
                    del left[order]
        self.ended = True

    def missing(self) -> dict[Order, int]:
        """Return the orders whose records have not all been given, and up to which version they are wanted.

        Those that were told, and those of which nothing had been given when this was asked first.
        """
        if self.unseen is None:
            self.unseen = self._unseen()
        found = {order: v for order, v in self.told.items() if self.seen[order] != v and order not in self.broken}
        return found | {order: version for order, version in self.unseen.items() if order not in self.seen}

    def _unseen(self) -> dict[Order, int]:
        found: dict[Order, int] = {}
        passed = Counter(place for place, _ in self.seen)
        for place in self.store.places():
            # Heads are gone through only where their number says that one may be among them.
            if self.without or self.store.count(place, Query())[""] != passed[place]:
                for head in whole.heads(self.store, place):
                    order = head.facts["order"] if isinstance(head, StoreError) else head[:2]
                    if order in self.seen:
                        continue
                    if isinstance(head, StoreError):  # whatever comes of its records, it cannot be told
                        self.broken[order] = head
                    else:
                        found[order] = head.version
        return found

    def _rows(self, fed: Fed | StoreError) -> Iterator[tuple[Row, int]]:
        """Yield the row of one record, before it that of its order where that is not told yet, with what it holds."""
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
        if r.version > self.told.get(order, 0):
            row, kept = _order(self.store, order, self.private)
            yield row, kept
            self.told[order] = row.version
        last = self.ends[order] = linked(fed, self.ends.get(order, FIRST))
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
