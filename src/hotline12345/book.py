"""One place's orders as the store keeps them (工单簿), remembered between two commands.

What is remembered may be old news; the store's version check keeps it honest at every write.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .core.codec import SCHEMA, decode, encode
from .core.errors import Conflict, UnknownOrder
from .core.events import Event
from .core.evolve import fold
from .core.order import Order
from .heads import head_of
from .stores.port import Append, Head, Private, Record, Store

CACHED = 20_000


class Beside(NamedTuple):
    """Another order that changes in the same write (同时变更的工单)."""

    order: Order
    before: int
    events: Sequence[Event]
    private: tuple[Private, ...] = ()
    requester: str = ""


class Book:
    """The orders of *place* in *store* (工单簿)."""

    def __init__(self, store: Store, place: str) -> None:
        self.store = store
        self.place = place
        self._orders: OrderedDict[str, Order] = OrderedDict()

    def history(self, number: str, after: int = 0) -> list[Event]:
        """Return what happened to the order *number* after its version *after* (历史), oldest first."""
        records = self.store.stream(self.place, number, after)
        return [decode(record.kind, record.data, record.schema) for record in records]

    def every(self, heads: Sequence[Head]) -> Iterator[Order]:
        """Yield the orders of *heads*; those not remembered as they are now are read at once, and let go again."""
        known = self._orders
        new = [head.number for head in heads if getattr(known.get(head.number), "version", 0) != head.version]
        read = self.store.streams(self.place, new)
        for head in heads:
            records = read.get(head.number)
            if records is None:
                yield self.load(head.number)[0]
            else:
                yield fold([decode(record.kind, record.data, record.schema) for record in records])

    def load(self, number: str, anew: bool = False) -> tuple[Order, bool]:
        """Return (order, whether it was read from the store just now).

        Raises:
            UnknownOrder: there is none in this place.
        """
        known = self._orders.get(number)
        if known is not None and not anew:
            return known, False
        events = self.history(number, known.version if known is not None else 0)
        if known is None and not events:
            raise UnknownOrder(
                f"没有工单 {number}",
                f"there is no order {number}",
                hint=f"核对编号；本热线是 {self.place}",
                hint_en=f"check the number; this hotline is {self.place}",
            )
        order = fold(events, known)
        self._keep(order)
        return order, True

    def at(self, number: str, version: int) -> Order:
        """Return the order *number*, read anew unless what is remembered is at *version*."""
        known = self._orders.get(number)
        return known if known is not None and known.version == version else self.load(number, anew=True)[0]

    def drop(self, number: str) -> None:
        """Remember *number* no more."""
        self._orders.pop(number, None)

    def clear(self) -> None:
        """Remember nothing."""
        self._orders.clear()

    def repeated(self, key: str, print_: str) -> Order | None:
        """Return the order whose write carried *key*; ``None`` when there was none.

        Raises:
            Conflict: ``key-reused`` when it came with other content.
        """
        found = self.store.lookup(self.place, key) if key else None
        if found is None:
            return None
        number, _, before = found
        if before != print_:
            raise Conflict(
                "同一幂等键带来了不同内容",
                "the same idempotency key came with other content",
                code="key-reused",
                hint=f"原工单 {number}；补充内容请用 supplement",
                hint_en=f"the first order is {number}; add facts with supplement",
            )
        return self.load(number, anew=True)[0]

    def append(
        self,
        order: Order,
        expected: int,
        events: Sequence[Event],
        private: tuple[Private, ...],
        key: str,
        print_: str,
        requester: str = "",
        beside: Beside | None = None,
    ) -> Order:
        """Write *events*, which make of the version *expected* what *order* is, and return the order as it is now.

        *beside* is another order that changes with it, in the same write or not at all.

        Raises:
            Conflict: ``stale`` when somebody was first, ``key-reused``; nothing was written.
        """
        place, number = order.place, order.number
        head = head_of(order, requester)
        batch: tuple[Append, ...] = (
            Append(place, number, expected, _records(order, expected, events), head, private, key, print_),
        )
        if beside is not None and beside.events:
            other, before, more, kept, whose = beside
            batch += (Append(place, other.number, before, _records(other, before, more), head_of(other, whose), kept),)
        try:
            written = self.store.append(batch)[0]
        except Conflict:
            if beside is not None:
                self.drop(beside.order.number)
            raise
        if written.repeated:  # somebody wrote under this key since we looked; ours was not written
            return self.load(written.number, anew=True)[0]
        self._keep(order)
        if beside is not None:
            self._keep(beside.order)
        return order

    def _keep(self, order: Order) -> None:
        orders = self._orders
        orders[order.number] = order
        if len(orders) > CACHED:
            orders.popitem(last=False)


def _records(order: Order, expected: int, events: Sequence[Event]) -> tuple[Record, ...]:
    place, number = order.place, order.number
    return tuple(
        [
            Record(place, number, version, type(event).__name__, encode(event), SCHEMA)
            for version, event in enumerate(events, start=expected + 1)
        ]
    )


def moved_on(order: Order, expected: int | None) -> Conflict:
    """Return the conflict of who decided on a version that is no more (版本冲突)."""
    zh = f"不是 {expected}" if expected is not None else "别人总是先写一步"
    en = f"not {expected}" if expected is not None else "others were always first"
    return Conflict(
        f"工单 {order.number} 已到第 {order.version} 版，{zh}",
        f"order {order.number} is at version {order.version}, {en}",
        code="stale",
        hint="重新读取后再决定",
        hint_en="load it again and decide anew",
        version=order.version,
    )


def no_number(tries: int) -> Conflict:
    """Return the conflict of a number generator that offers only what is taken (无号可用)."""
    return Conflict(
        f"连续 {tries} 个工单编号都已被占用",
        f"{tries} order numbers in a row were taken",
        code="no-number",
        hint="检查编号生成器",
        hint_en="check the number generator",
    )
