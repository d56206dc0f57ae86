"""A whole store into a file and back (存储的导出与导入): records in the order of the feed, private records, keys.

The file has a row for each order, before its first record, with the head, the private records and the keys that are
there *now* (never what was forgotten), a row for each record with its link, and at the end the counts and a digest of
everything before.  It is checked as a whole before the first row of it is imported, and the new store's feed after.
Cursors and parked deliveries go along (:mod:`.readers`), so that nobody downstream misses or gets twice; leases do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from ..audit import follow, linked
from ..core.errors import StoreError
from ..stores._text import FIRST, digest, dumps, encode, link
from ..stores.port import SCHEMA, Append, Desk, Head, Importing, Keeping, Private, Record, Store
from . import readers, refusals

FORMAT = 2
BATCH = 1000
ROUNDS = 20
_Order = tuple[str, str]
_LAST = ("reader", "parked")
_KINDS = ("start", "order", "record", *_LAST)


class Row(NamedTuple):
    """One row of an export (导出行): ``data`` and ``more`` are JSON texts, "" where there is nothing.

    ``t`` is ``start``, ``order``, ``record``, ``reader``, ``parked`` or ``end``; an order that went on while it was
    exported is told again.  Of a reader and what is parked for it ``version`` is how many records of the feed come
    before and including its position.
    """

    t: str
    place: str = ""
    number: str = ""
    version: int = 0
    kind: str = ""
    schema: int = 0
    data: str = ""
    link: str = ""
    more: str = ""


class Summary(NamedTuple):
    """What an export holds (导出概要): counts, and the digest of its rows."""

    places: int
    orders: int
    records: int
    private: int
    digest: str
    readers: int = 0


class _Tally:
    """Counts the rows and digests them as they pass."""

    def __init__(self) -> None:
        self.places: set[str] = set()
        self.orders = self.records = self.private = self.readers = 0
        self._rows = sha256()

    def add(self, row: Row, private: int = 0, again: bool = False) -> Row:
        if row.t == "order":
            self.places.add(row.place)
            self.orders += not again
        self.records += row.t == "record"
        self.readers += row.t == "reader"
        self.private += private
        self._rows.update(encode_row(row))
        return row

    def summary(self) -> Summary:
        return Summary(len(self.places), self.orders, self.records, self.private, self._rows.hexdigest(), self.readers)


def encode_row(row: Row) -> bytes:
    """Return *row* as the digest sees it, the same in every format."""
    return (dumps({"row": list(row)}) + "\n").encode()


# -- out -----------------------------------------------------------------------------------------


def export(store: Store, *, private: bool = True) -> Iterator[Row]:
    """Yield the rows of the whole *store* (导出).

    Args:
        store: any store that gives its private records whole (:class:`~hotline12345.stores.Keeping`).
        private: with ``False``, without private records and blind indexes.

    Raises:
        StoreError: ``not-exportable``, ``broken-chain``: a record is not what its link says.
    """
    if not isinstance(store, Keeping):
        raise refusals.not_exportable()
    tally = _Tally()
    yield tally.add(Row("start", more=encode({"format": FORMAT, "schema": SCHEMA, "private": private})))
    told: dict[_Order, int] = {}
    ends: dict[_Order, bytes] = {}
    progress = readers.Progress(store)
    for fed in follow(store):
        r = fed.record
        order = (r.place, r.number)
        progress.pass_(fed.position, tally.records)
        if r.version > told.get(order, 0):
            row, kept = _order(store, order, private)
            yield tally.add(row, kept, again=order in told)
            told[order] = row.version
        last = ends[order] = linked(fed, ends.get(order, FIRST))
        if fed.link and fed.link != last.hex():
            raise refusals.broken(r)
        yield tally.add(Row("record", *order, r.version, r.kind, r.schema, dumps(r.data), last.hex()))
    yield from map(tally.add, progress.rows(tally.records))
    yield Row("end", more=encode(tally.summary()._asdict()))


def _order(store: Any, order: _Order, private: bool) -> tuple[Row, int]:
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


# -- in ------------------------------------------------------------------------------------------


def check(rows: Iterable[Row]) -> Summary:
    """Return what *rows* hold when they are a whole and sound export (核对).

    Raises:
        StoreError: ``bad-export``, saying what is wrong.
    """
    at = 0

    def counted() -> Iterator[Row]:
        nonlocal at
        for row in rows:
            at += 1
            yield row

    try:
        return _checked(counted())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise refusals.bad_export(
            f"第 {at} 行的内容不是导出时写的", f"row {at} does not say what an export writes"
        ) from error


def _checked(rows: Iterable[Row]) -> Summary:
    tally = _Tally()
    ends: dict[_Order, bytes] = {}
    versions: dict[_Order, int] = {}
    waiting: dict[_Order, int] = {}
    end: Row | None = None
    for i, row in enumerate(rows):
        if end is not None or (row.t == "start") != (i == 0):
            raise refusals.bad_export("行的次序不对", "rows are out of order")
        if row.t == "end":
            end = row
            continue
        if row.t == "start":
            _check_format(json.loads(row.more))
        order = (row.place, row.number)
        if row.t == "record":
            where = f"{row.place}/{row.number} v{row.version}"
            if order not in waiting or row.version != versions.get(order, 0) + 1:
                raise refusals.bad_export(f"{where} 不在它的位置上", f"{where} is not where it belongs")
            if not isinstance(json.loads(row.data), dict):
                raise refusals.bad_export(f"{where} 的内容不是记录", f"{where} holds no record")
            versions[order] = row.version
            if row.version == waiting[order]:
                del waiting[order]
            last = link(ends.get(order, FIRST), digest(*row[1:7]))
            if last.hex() != row.link:
                raise refusals.bad_export(f"{where} 与校验链不符", f"{where} does not fit its chain")
            ends[order] = last
        if row.t not in _KINDS:
            raise refusals.bad_export(f"不认识的行 {row.t}", f"an unknown row {row.t!r}")
        if row.t in _LAST:
            readers.check(row, tally.records)
        private = 0
        if row.t == "order":
            private, waiting[order] = len(_told(row).private), row.version
        tally.add(row, private, again=order in ends)
    if end is None:
        raise refusals.bad_export("没有结束行，文件不完整", "it has no last row: it was cut off")
    found = tally.summary()
    if {"readers": 0, **json.loads(end.more)} != found._asdict():
        raise refusals.bad_export("数目或摘要与结束行不符", "counts or digest are not those of the last row")
    return found


def import_rows(store: Store, rows: Callable[[], Iterable[Row]], found: Summary | None = None) -> Summary:
    """Put an export into *store*, which must be empty, and compare (导入).

    A store that is :class:`~hotline12345.stores.Importing` says so until all is there, readers included; where that was
    cut short, the same rows are gone on with from where it was.

    Args:
        store: any store.
        rows: gives the rows, each time it is called: they are checked before the first is written.
        found: what :func:`check` said of these rows already, for who made the store only then.

    Raises:
        StoreError: ``bad-export``, ``not-empty``, ``import-differs``: the new store gives back something else, or
            what was begun was another export's.
    """
    mark = store if isinstance(store, Importing) else None
    resumed = mark is not None and mark.unfinished
    if not resumed and (store.places() or store.feed(0, 1)):
        raise refusals.not_empty()
    found = check(rows()) if found is None else found
    last = [row for row in rows() if row.t in _LAST] if found.readers else []
    readers.refuse(store, last)
    there = _there(store, rows()) if resumed else 0
    if mark is not None and not resumed:
        mark.importing(True)
    waiting: dict[_Order, _Told] = {}
    batch: list[Append] = []
    size = done = 0
    expected = sha256()
    for row in rows():
        order = (row.place, row.number)
        if row.t == "order":
            waiting[order] = _told(row)
        elif row.t == "record":
            _digest(expected, order, row.version, row.link)
            batch += _appends(row, waiting[order], batch)
            size, done = size + 1, done + 1
            if row.version == waiting[order].head.version:
                del waiting[order]
        if size >= BATCH or done == there or row.t == "end":
            if done > there:
                store.append(batch)
            batch, size = [], 0
    if _read_back(store)[1] != expected.digest():
        raise refusals.differs()
    readers.restore(store, last)
    if mark is not None:
        mark.importing(False)
    return found


def _there(store: Store, rows: Iterable[Row]) -> int:
    """Return how many records an import that was cut short has brought; *rows* must be those it was of."""
    count, digest = _read_back(store)
    expected = sha256()
    wanted = count
    for row in rows:
        if row.t == "record" and wanted:
            _digest(expected, (row.place, row.number), row.version, row.link)
            wanted -= 1
    if wanted or expected.digest() != digest:
        raise refusals.differs()
    return count


def _digest(into: Any, order: _Order, version: int, end: str) -> None:
    into.update(f"{order} {version} {end}\n".encode("utf-8", "surrogatepass"))


def _read_back(store: Store) -> tuple[int, bytes]:
    """Count and digest what *store* has now, counting each link anew."""
    found, count = sha256(), 0
    ends: dict[_Order, bytes] = {}
    for fed in follow(store):
        order = (fed.record.place, fed.record.number)
        last = ends[order] = linked(fed, ends.get(order, FIRST))
        _digest(found, order, fed.record.version, fed.link or last.hex())
        count += 1
    return count, found.digest()


class _Told:
    """What was told of an order before its records."""

    def __init__(self, head: Head, private: tuple[Private, ...], keys: dict[int, list[tuple[str, str]]]) -> None:
        self.head = head
        self.private = private
        self.keys = keys


def _told(row: Row) -> _Told:
    """Return what an order's row says.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: where it is not what ``_order`` makes.
    """
    told = json.loads(row.more)
    fields = told["head"] | {"desks": tuple(Desk(*map(_text, desk)) for desk in told["head"]["desks"])}
    for name, value in fields.items():
        if not isinstance(value, _HEAD.get(name, str)):
            raise TypeError(f"head.{name} = {value!r}")
    keys: dict[int, list[tuple[str, str]]] = {}
    for key, version, mark in told["keys"]:
        keys.setdefault(int(version), []).append((_text(key), _text(mark)))
    private = tuple(
        Private(_text(i), _text(person), dict(data.items()), tuple(map(_text, words)))
        for i, person, data, words in told["private"]
    )
    return _Told(Head(row.place, row.number, row.version, **fields), private, keys)


_HEAD: dict[str, type] = {"open": bool, "provisional": bool, "desks": tuple}
"""What the fields of a head are that are not text."""


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError(repr(said))
    return said


def _appends(row: Row, told: _Told, batch: list[Append]) -> Iterator[Append]:
    """Yield the append of one record, and one more for each further key of that version.

    A record that follows another of its order at once joins it, unless that one carried a key.
    """
    record = Record(row.place, row.number, row.version, row.kind, json.loads(row.data), row.schema)
    head = told.head._replace(version=row.version)
    (key, mark), *others = told.keys.get(row.version) or [("", "")]
    before = batch[-1] if batch else None
    if before is not None and before.head[:3] == (row.place, row.number, row.version - 1) and not before.key:
        batch.pop()
        joined = (*before.records, record)
        yield Append(row.place, row.number, before.expected, joined, head, before.private + told.private, key, mark)
    else:
        yield Append(row.place, row.number, row.version - 1, (record,), head, told.private, key, mark)
    told.private = ()
    for key, mark in others:
        yield Append(row.place, row.number, row.version, (), head, (), key, mark)


def _check_format(told: dict[str, Any]) -> None:
    if told["format"] > FORMAT or told["schema"] > SCHEMA:
        raise StoreError(
            "导出文件由更新的版本写成",
            "a newer library wrote this export",
            code="newer-schema",
            hint="请升级 hotline12345",
            hint_en="upgrade hotline12345",
        )
