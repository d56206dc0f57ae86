"""Orders as they were (当时的工单): what the order was before and after one of its records."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.codec import decode
from ..core.errors import StoreError
from ..core.events import Event
from ..core.evolve import evolve
from ..core.order import Order
from ..stores.port import Record, Store


class Lives:
    """The histories of the orders one batch speaks of (一批工单的历史), read at once and folded as far as asked."""

    def __init__(self, store: Store, records: Iterable[Record]) -> None:
        self._records: dict[tuple[str, str], list[Record]] = {}
        self._broken: dict[tuple[str, str], StoreError] = {}
        self._known: dict[tuple[str, str], tuple[int, Order | None]] = {}
        wanted: dict[str, list[str]] = {}
        for place, number in dict.fromkeys((record.place, record.number) for record in records):
            wanted.setdefault(place, []).append(number)
        for place, numbers in wanted.items():
            self._read(store, place, numbers)

    def _read(self, store: Store, place: str, numbers: list[str]) -> None:
        """Read histories; those with a record that cannot be read are known by what is wrong with them."""
        try:
            found = store.streams(place, numbers)
        except StoreError as error:
            if error.code != "broken-record":
                raise
            if len(numbers) == 1:
                self._broken[place, numbers[0]] = error
                return
            half = len(numbers) // 2
            self._read(store, place, numbers[:half])
            self._read(store, place, numbers[half:])
            return
        self._records.update(((place, number), records) for number, records in found.items())

    def around(self, record: Record) -> tuple[Order | None, Event, Order]:
        """Return (the order before, what *record* says, the order after); ask in the order of versions.

        Raises:
            StoreError: ``broken-record`` for an order whose history cannot be read, and what ``decode`` raises.
        """
        key = record.place, record.number
        if key in self._broken:
            raise self._broken[key]
        version, order = self._known.get(key, (0, None))
        if version >= record.version:
            version, order = 0, None
        for earlier in self._records.get(key, ())[version : record.version - 1]:
            order = evolve(order, decode(earlier.kind, earlier.data, earlier.schema))
        event = decode(record.kind, record.data, record.schema)
        after = evolve(order, event)
        self._known[key] = record.version, after
        return order, event, after
