"""Orders as they were (当时的工单): what the order was before and after one of its records."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.codec import decode
from ..core.events import Event
from ..core.evolve import evolve
from ..core.order import Order
from ..stores.port import Record, Store


class Lives:
    """The histories of the orders one batch speaks of (一批工单的历史), read at once and folded as far as asked."""

    def __init__(self, store: Store, records: Iterable[Record]) -> None:
        self._records: dict[tuple[str, str], list[Record]] = {}
        self._known: dict[tuple[str, str], tuple[int, Order | None]] = {}
        wanted: dict[str, list[str]] = {}
        for place, number in dict.fromkeys((record.place, record.number) for record in records):
            wanted.setdefault(place, []).append(number)
        for place, numbers in wanted.items():
            for number, found in store.streams(place, numbers).items():
                self._records[place, number] = found

    def around(self, record: Record) -> tuple[Order | None, Event, Order]:
        """Return (the order before, what *record* says, the order after); ask in the order of versions."""
        key = record.place, record.number
        version, order = self._known.get(key, (0, None))
        if version >= record.version:
            version, order = 0, None
        for earlier in self._records.get(key, ())[version : record.version - 1]:
            order = evolve(order, decode(earlier.kind, earlier.data, earlier.schema))
        event = decode(record.kind, record.data, record.schema)
        after = evolve(order, event)
        self._known[key] = record.version, after
        return order, event, after
