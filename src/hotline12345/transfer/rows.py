"""The rows of an export (导出的行), and what they add up to."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from ..stores._text import dumps

FORMAT = 2
Order = tuple[str, str]
LAST = ("reader", "parked")
KINDS = ("start", "order", "record", *LAST)


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


class Tally:
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
