"""How the embedded store shares work (共享工作): leases by this machine's clock, and deliveries that wait."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from . import _rules as rules
from .port import Lease, Parked

ADVANCE = (
    "INSERT INTO cursor (reader, position) VALUES (?, ?) "
    "ON CONFLICT (reader) DO UPDATE SET position = max(position, excluded.position)"
)
_PARKED = "SELECT reader, place, number, position, attempts, retry, error FROM parked WHERE reader = ?"


def take(
    conn: sqlite3.Connection, names: Sequence[str], owner: str, now: float, seconds: float, limit: int
) -> list[Lease]:
    """Take up to *limit* of *names* that are free, expired or *owner*'s own."""
    taken: list[Lease] = []
    for name in names:
        if len(taken) >= limit:
            break
        found = conn.execute("SELECT owner, token, until FROM lease WHERE name = ?", (name,)).fetchone()
        holder, token, until = found or ("", 0, 0.0)
        free = not holder or until <= now
        if free or holder == owner:
            taken.append(_hold(conn, name, owner, token + free, now + seconds))
    return taken


def _hold(conn: sqlite3.Connection, name: str, owner: str, token: int, until: float) -> Lease:
    conn.execute(
        "INSERT OR REPLACE INTO lease (name, owner, token, until) VALUES (?, ?, ?, ?)", (name, owner, token, until)
    )
    stamp = datetime.fromtimestamp(until, UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return Lease(name, owner, token, stamp)


def check(conn: sqlite3.Connection, lease: Lease, now: float) -> None:
    """Raise ``lease-lost`` unless *lease* is held at *now*."""
    found = conn.execute("SELECT owner, token, until FROM lease WHERE name = ?", (lease.name,)).fetchone()
    if found is None or found[:2] != (lease.owner, lease.token) or found[2] <= now:
        raise rules.lease_lost(lease)


def renew(conn: sqlite3.Connection, lease: Lease, now: float, seconds: float) -> Lease:
    """Hold *lease* for *seconds* from now."""
    check(conn, lease, now)
    return _hold(conn, lease.name, lease.owner, lease.token, now + seconds)


def release(conn: sqlite3.Connection, lease: Lease) -> None:
    """Give *lease* back, when it is still held; the next to take it gets another token."""
    conn.execute(
        "UPDATE lease SET owner = '', until = 0 WHERE name = ? AND owner = ? AND token = ?",
        (lease.name, lease.owner, lease.token),
    )


def park(
    conn: sqlite3.Connection, reader: str, position: int, parked: Sequence[Parked], cleared: Sequence[tuple[str, str]]
) -> None:
    """Advance *reader*, and change what waits for it."""
    conn.execute(ADVANCE, (reader, position))
    conn.executemany(
        "DELETE FROM parked WHERE reader = ? AND place = ? AND number = ?", ((reader, *o) for o in cleared)
    )
    conn.executemany("INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?)", ((reader, *p[1:]) for p in parked))


def parked(
    reader: str, due: str | None, dead: bool | None, after: tuple[str, str], limit: int
) -> tuple[str, tuple[object, ...]]:
    """Return the statement and values that find what waits for *reader*."""
    where, values = " AND (place > ? OR place = ? AND number > ?)", [reader, after[0], after[0], after[1]]
    if due is not None:
        where += " AND retry > '' AND retry <= ?"
        values.append(due)
    if dead is not None:
        where += " AND retry = ''" if dead else " AND retry > ''"
    return f"{_PARKED}{where} ORDER BY place, number LIMIT ?", (*values, max(limit, 0))
