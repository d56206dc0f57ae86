"""Rows into an empty store (导入): checked before, compared after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

from ..audit import linked
from ..core.errors import StoreError
from ..stores._text import FIRST, digest, link
from ..stores.port import SCHEMA, Append, Desk, Head, Importing, Private, Record, Store
from ..whole import Patiently
from . import readers, refusals
from .rows import FORMAT, KINDS, LAST, Order, Row, Summary, Tally

BATCH = 1000
"""After how many records what is read is written."""


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
    tally = Tally()
    ends: dict[Order, bytes] = {}
    versions: dict[Order, int] = {}
    waiting: dict[Order, int] = {}
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
        if row.t not in KINDS:
            raise refusals.bad_export(f"不认识的行 {row.t}", f"an unknown row {row.t!r}")
        if row.t in LAST:
            readers.check(row, tally.records)
        private = 0
        if row.t == "order":
            private, waiting[order] = len(_told(row).private), row.version
        tally.add(row, private, again=order in ends)
    if end is None:
        raise refusals.bad_export("没有结束行，文件不完整", "it has no last row: it was cut off")
    for place, number in waiting:
        raise refusals.bad_export(
            f"{place}/{number} 末尾的记录不在其中", f"the last records of {place}/{number} are not in it"
        )
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
    last = [row for row in rows() if row.t in LAST] if found.readers else []
    readers.refuse(store, last)
    there = _there(store, rows(), found) if resumed else 0
    if mark is not None and not resumed:
        mark.importing(True)
    expected = _write(store, rows(), there)
    count, digest, _ = _read_back(store)
    if count < found.records:
        raise refusals.held_back(count, found.records)
    if digest != expected:
        raise refusals.differs()
    readers.restore(store, last)
    if mark is not None:
        mark.importing(False)
    return found


def _write(store: Store, rows: Iterable[Row], there: int) -> bytes:
    """Write what comes behind the *there* records that are there; return the digest of what then must be there."""
    waiting: dict[Order, _Told] = {}
    batch: list[Append] = []
    size = done = 0
    expected = sha256()
    for row in rows:
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
    return expected.digest()


def _there(store: Store, rows: Iterable[Row], whole_of: Summary) -> int:
    """Return how many records an import that was cut short has brought; *rows* must be those it was of."""
    count, digest, waiting = _read_back(store)
    if waiting:
        raise refusals.held_back(count, whole_of.records)
    expected = sha256()
    wanted = count
    for row in rows:
        if row.t == "record" and wanted:
            _digest(expected, (row.place, row.number), row.version, row.link)
            wanted -= 1
    if wanted or expected.digest() != digest:
        raise refusals.differs()
    return count


def _digest(into: Any, order: Order, version: int, end: str) -> None:
    into.update(f"{order} {version} {end}\n".encode("utf-8", "surrogatepass"))


def _read_back(store: Store) -> tuple[int, bytes, int]:
    """Count and digest what *store* has now, counting each link anew; and say how much was held back at the end."""
    found, count = sha256(), 0
    ends: dict[Order, bytes] = {}
    feed = Patiently(store)
    for fed in feed:
        if isinstance(fed, StoreError):
            raise fed
        order = (fed.record.place, fed.record.number)
        last = ends[order] = linked(fed, ends.get(order, FIRST))
        _digest(found, order, fed.record.version, fed.link or last.hex())
        count += 1
    return count, found.digest(), feed.held


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
