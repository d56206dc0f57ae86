"""What a writer knows of the writes that are late (新近写入), so that it need not ask the database for it each time.

It holds until somebody else has committed, which SQLite tells at the beginning of a transaction; then what came since
is read.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from ._sqlite_heads import COLUMNS
from ._sqlite_late import NAMES, Row, settle_late
from ._sqlite_vault import PERSONS

Order = tuple[str, str]

# Once it is settled, the position of a write with records is never that of another; one without gives it back.
_REACH = (
    "SELECT (SELECT min(position) FROM late WHERE more >= 0), max(coalesce((SELECT max(position) FROM late), 0), "
    "coalesce((SELECT max(position) FROM record), 0)), EXISTS (SELECT 1 FROM receipt), "
    "(SELECT substr(link, -32) FROM late WHERE position <= ? ORDER BY position DESC LIMIT 1)"
)
_SINCE = (
    f"SELECT place, number, {', '.join(COLUMNS[:-1])}, substr(link, -32), CASE WHEN more >= 0 THEN key END, "
    "fingerprint, more >= version - 1 AND NOT EXISTS "
    "(SELECT 1 FROM head h WHERE h.place = late.place AND h.number = late.number) "
    "FROM late WHERE position > ? ORDER BY position"
)


class Recent:
    """The orders and keys of what is late, and where the next record goes (新近写入); to be used under the write lock.

    Attributes:
        known: whether the others hold.
        first: the position of the first write that is late and has records; 0 where none is.
        last: the highest position there is.
        link: the last link of the last write that is late.
        size: how many writes are late.
        receipts: whether there are keys beside those in records.
        orders: (place, number) -> (version, last link, head as a row, whether that is its order's first).
        persons: (place, blind index) -> where it lies in the vault, of those found by looking through what is late.
        keys: (place, key) -> (number, version, fingerprint).
    """

    __slots__ = ("first", "keys", "known", "last", "link", "orders", "persons", "receipts", "size")

    def __init__(self) -> None:
        self.orders: dict[Order, tuple[Any, Any, Row, bool]] = {}
        self.persons: dict[Order, int] = {}
        self.keys: dict[Order, tuple[str, int, str]] = {}
        self.last = 0
        self.receipts = False
        self.forget()

    def forget(self) -> None:
        """Know nothing: what was written last may not have come to stay."""
        self._clear()
        self.known = False

    def _clear(self) -> None:
        self.orders.clear()
        self.persons.clear()
        self.keys.clear()
        self.first = self.size = 0
        self.link: Any = None

    def look(self, conn: sqlite3.Connection) -> None:
        """Read what others have written, within the transaction that is to write."""
        first, last, receipts, known = conn.execute(_REACH, (self.last,)).fetchone()
        # What was late is settled (but for what is stuck, which may be the only one), or an older file is back.
        if self.size < 2 or not first or first != self.first or last < self.last or known != self.link:
            self._clear()
            self.last, self.first = 0, first or 0
        for row in conn.execute(_SINCE, (self.last,)).fetchall():
            place, number, version, *_, link, key, fingerprint, new = row
            order = (place, number)
            before = self.orders.get(order)
            self.orders[order] = (version, link, row[: len(NAMES)], before[3] if before else bool(new))
            if key is not None:
                self.keys[place, key] = (number, version, fingerprint)
            self.link = link
            self.size += 1
        for place, person, seq in conn.execute(PERSONS, (self.last,)).fetchall():
            self.persons[place, person] = seq
        self.last, self.receipts, self.known = last, bool(receipts), True

    def settle(self, conn: sqlite3.Connection) -> None:
        """Settle what is late."""
        whole = settle_late(conn, ((row, new) for _, _, row, new in self.orders.values()))
        self._clear()
        self.known = whole
