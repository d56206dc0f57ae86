"""What a writer knows of the writes that are late (新近写入), so that it need not ask the database for it each time.

It holds until somebody else has had the write lock, which the lock itself tells.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from ._sqlite_late import Row, newest, settle_late
from ._sqlite_vault import PERSONS

Order = tuple[str, str]

_LAST = (
    "SELECT max(coalesce((SELECT max(position) FROM late), 0), coalesce((SELECT max(position) FROM record), 0)), "
    "EXISTS (SELECT 1 FROM receipt)"
)
_LATE = "SELECT place, number, version, more, key, fingerprint FROM late ORDER BY position"


class Recent:
    """The orders and keys of what is late, and where the next record goes (新近写入); to be used under the write lock.

    Attributes:
        known: whether the others hold.
        last: the highest position there is.
        size: how many writes are late.
        receipts: whether there are keys beside those in records.
        orders: (place, number) -> (version, last link, head as a row, whether that is its order's first).
        persons: (place, blind index) -> where it lies in the vault, of those found by looking through what is late.
        keys: (place, key) -> (number, version, fingerprint).
    """

    __slots__ = ("keys", "known", "last", "orders", "persons", "receipts", "size")

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing: what was written last may not have come to stay, or is late no more."""
        self.known = False
        self.last = self.size = 0
        self.receipts = False
        self.orders: dict[Order, tuple[Any, Any, Row, bool]] = {}
        self.persons: dict[Order, int] = {}
        self.keys: dict[Order, tuple[str, int, str]] = {}

    def look(self, conn: sqlite3.Connection) -> None:
        """Read what is late, within the transaction that is to write."""
        self.forget()
        self.last, self.receipts = conn.execute(_LAST).fetchone()
        new = set()
        for place, number, version, more, key, fingerprint in conn.execute(_LATE).fetchall():
            self.size += 1
            if more >= version - 1:
                new.add((place, number))
            if key is not None and more >= 0:
                self.keys[place, key] = (number, version, fingerprint)
        for row in newest(conn):
            self.orders[row[:2]] = (row[2], row[-1], row, row[:2] in new)
        for place, person, seq in conn.execute(PERSONS).fetchall():
            self.persons[place, person] = seq
        self.known = True

    def settle(self, conn: sqlite3.Connection) -> None:
        """Settle what is late."""
        whole = settle_late(conn, ((row, new) for _, _, row, new in self.orders.values()))
        self.orders.clear()
        self.persons.clear()
        self.keys.clear()
        self.size = 0
        self.known = whole
