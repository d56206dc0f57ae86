"""How far each reader had got, and what waits for it (各读者的进度): carried along by places in the feed.

Positions are a store's own, so a cursor goes as the number of records up to it, and what is parked likewise.  Leases
are of running processes and stay behind.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from ..core.errors import StoreError
from ..stores._text import dumps
from ..stores.port import Following, Parked, Parking, Store
from ..whole import follow
from .refusals import bad_export
from .rows import Row

PAGE = 1000


class Progress:
    """The readers of a store, as they stood when this was made."""

    def __init__(self, store: Store, without: Collection[tuple[str, str]] = ()) -> None:
        self._cursors: dict[str, int] = {}
        self._parked: list[Parked] = []
        for reader in store.readers() if isinstance(store, Following) else ():
            self._cursors[reader] = store.cursor(reader)
            self._parked.extend(each for each in _parked(store, reader) if (each.place, each.number) not in without)
        wanted = {*self._cursors.values(), *(each.position for each in self._parked)}
        self._wanted = sorted(wanted)
        self._counts = dict.fromkeys(wanted, 0)
        self._done = 0

    def pass_(self, position: int, before: int) -> None:
        """A record stands at *position*, behind *before* others."""
        while self._done < len(self._wanted) and self._wanted[self._done] < position:
            self._counts[self._wanted[self._done]] = before
            self._done += 1

    def rows(self, total: int) -> Iterator[Row]:
        """Yield the rows of an export, once all *total* records have passed."""
        for position in self._wanted[self._done :]:
            self._counts[position] = total
        for reader, position in self._cursors.items():
            yield Row("reader", version=self._counts[position], kind=reader)
        for each in self._parked:
            more = dumps({"attempts": each.attempts, "retry": each.retry, "error": each.error})
            yield Row("parked", each.place, each.number, self._counts[each.position], each.reader, more=more)


def _parked(store: Store, reader: str) -> Iterator[Parked]:
    if not isinstance(store, Parking):
        return
    after = ("", "")
    while page := store.parked(reader, after=after, limit=PAGE):
        yield from page
        after = page[-1].place, page[-1].number


def restore(store: Store, rows: list[Row]) -> None:
    """Put the readers in *rows* where they were, in the feed of *store* as it is now."""
    if not rows:
        return
    wanted = {row.version for row in rows}
    positions = {0: 0}
    for count, fed in enumerate(follow(store), 1):
        if count in wanted:
            positions[count] = fed.position
    for row in rows:
        if row.t == "reader":
            store.advance(row.kind, positions[row.version])
    waiting: dict[str, list[Parked]] = {}
    for row in rows:
        if row.t == "parked":
            waiting.setdefault(row.kind, []).append(_told(row, positions[row.version]))
    for reader, parked in waiting.items():
        _parking(store).park(reader, 0, parked)


def _told(row: Row, position: int) -> Parked:
    told: dict[str, Any] = json.loads(row.more)
    return Parked(row.kind, row.place, row.number, position, told["attempts"], told["retry"], told["error"])


def check(row: Row, records: int) -> None:
    """Raise ``bad-export`` for a reader beyond the *records* there are, or one that cannot be read."""
    if not 0 <= row.version <= records:
        raise bad_export(f"读者 {row.kind} 的进度超出记录", f"reader {row.kind} is beyond the records")
    if row.t == "parked":
        _told(row, 0)


def refuse(store: Store, rows: list[Row]) -> None:
    """Raise ``no-parking`` when deliveries wait in *rows*, and *store* cannot remember them."""
    if any(row.t == "parked" for row in rows):
        _parking(store)


def _parking(store: Store) -> Parking:
    if not isinstance(store, Parking):
        raise StoreError(
            "导出文件里有暂停的投递，这种存储记不住",
            "deliveries wait in this export, and this store cannot remember them",
            code="no-parking",
            hint="换一种存储，或先在原处把它们投完、跳过",
            hint_en="use another store, or deliver or skip them first where they are",
        )
    return store
