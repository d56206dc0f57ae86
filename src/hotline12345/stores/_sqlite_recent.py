"""What a writer knows of the writes that are late (新近写入), so that it need not ask the database for it each time.

It holds until somebody else has committed, which SQLite tells at the beginning of a transaction; then what came since
is read.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from ._sqlite_late import Row, newest, settle_late
from ._sqlite_vault import PERSONS

Order = tuple[str, str]

# Once it is settled, the position of a write with records is never that of another; one without gives it back.
_REACH = (
    "SELECT (SELECT min(position) FROM late WHERE more >= 0), max(coalesce((SELECT max(position) FROM late), 0), "
    "coalesce((SELECT max(position) FROM record), 0)), EXISTS (SELECT 1 FROM receipt), "
    "(SELECT substr(link, -32) FROM late WHERE position <= ? ORDER BY position DESC LIMIT 1)"
)
_SINCE = (
    "SELECT place, number, version, substr(link, -32), requester, CASE WHEN more >= 0 THEN key END, fingerprint "
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
        orders: (place, number) -> (version, last link, where its requester lies in the vault, its head as a row,
            whether that is its order's first); of an order that others wrote last, its head is read once it settles.
        persons: (place, blind index) -> where it lies in the vault, of those found by looking through what is late.
        heard: the position up to which persons are known.
        keys: (place, key) -> (number, version, fingerprint).
    """

    __slots__ = ("first", "heard", "keys", "known", "last", "link", "orders", "persons", "receipts", "size")

    def __init__(self) -> None:
        self.orders: dict[Order, tuple[Any, Any, int | None, Row | None, bool]] = {}
        self.persons: dict[Order, int] = {}
        self.keys: dict[Order, tuple[str, int, str]] = {}
        self.last = self.heard = 0
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
            self.last, self.heard, self.first = 0, 0, first or 0
        rows = conn.execute(_SINCE, (self.last,)).fetchall()
        for place, number, version, link, owner, key, fingerprint in rows:
            self.orders[place, number] = (version, link, owner, None, False)
            if key is not None:
                self.keys[place, key] = (number, version, fingerprint)
        if rows:
            self.link = link
            self.size += len(rows)
        self.last, self.receipts, self.known = last, bool(receipts), True

    def owner(self, conn: sqlite3.Connection, named: Order) -> int | None:
        """Return where a blind index of a place lies, where looking through what is late finds it."""
        if self.heard < self.last:
            for place, person, seq in conn.execute(PERSONS, (self.heard,)).fetchall():
                self.persons[place, person] = seq
            self.heard = self.last
        return self.persons.get(named)

    def move(self, position: int) -> None:
        """Note that records were written up to *position*, whose persons are known if those before are."""
        if self.heard == self.last:
            self.heard = position
        self.last = position

    def settle(self, conn: sqlite3.Connection) -> None:
        """Settle what is late."""
        mine = [(row, new) for _, _, _, row, new in self.orders.values() if row is not None]
        if len(mine) < len(self.orders):
            mine = [(row, False) for row in newest(conn)]
        whole = settle_late(conn, mine)
        self._clear()
        self.heard = self.last
        self.known = whole
