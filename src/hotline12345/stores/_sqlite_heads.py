"""The head of an order as a row (工单索引的行): its columns, and how a row is read."""

from __future__ import annotations

import json
from typing import Any

from . import _rules as rules
from .port import Desk, Head

COLUMNS = (
    "version",
    "status",
    "open",
    "kind",
    "category",
    "area",
    "holder",
    "requester",
    "received",
    "due",
    "provisional",
    "digest",
    "wake",
    "desks",
    "changed",
    "link",
)
REQUESTER = COLUMNS.index("requester")
DESKS = COLUMNS.index("desks")
DUE = COLUMNS.index("due")
DIGEST = COLUMNS.index("digest")
LINK = COLUMNS.index("link")
_SELECTED = ", ".join("coalesce(v.data, '')" if name == "requester" else f"h.{name}" for name in COLUMNS)
HEADS = "SELECT h.place, h.number, " + _SELECTED + " FROM {} LEFT JOIN vault v ON v.seq = h.requester WHERE {}"
"""Heads, with the requester's blind index read from the vault; to be given a table and a condition."""


def desks_of(said: str, place: str, number: str) -> tuple[Desk, ...]:
    """Return the desks in a head."""
    try:
        return tuple(Desk(*desk) for desk in json.loads(said)) if said else ()
    except rules.UNREADABLE as error:
        raise rules.broken_head(place, number) from error


def head_of(row: tuple[Any, ...]) -> Head:
    """Return the head in a row of :data:`HEADS`.

    Raises:
        StoreError: ``broken-head``.
    """
    (place, number, version, status, is_open, kind, category, area, holder, requester) = row[:10]
    received, due, provisional, digest, wake, desks, changed, _ = row[10:]
    if bytes in map(type, row[:-1]):  # no UTF-8; see File.rows
        raise rules.broken_head(*(rules.shown(part) for part in row[:2]))
    return Head(
        place,
        number,
        version,
        status,
        bool(is_open),
        kind,
        category,
        area,
        holder,
        requester,
        received,
        due,
        bool(provisional),
        digest,
        wake,
        desks_of(desks, place, number),
        changed,
    )
