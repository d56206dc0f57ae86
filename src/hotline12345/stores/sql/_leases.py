"""Leases, cursors and parked deliveries on a server (租约、游标与暂停投递), by the server's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from .. import _rules as rules
from ..port import Lease, Parked
from ._look import gate, pass_gate
from ._merge import Change
from ._run import Runner, Step
from ._tables import fits


def _stamp(until: float) -> str:
    return datetime.fromtimestamp(until, UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def take(run: Runner, names: Sequence[str], owner: str, seconds: float, limit: int) -> list[Lease]:
    """Take up to *limit* of *names* that are free, expired or *owner*'s own still; never wait."""
    put, table = run.kind.put, run.say.lease
    wanted = {put(fits("name", name)): name for name in names}
    if limit < 1 or not wanted:
        return []
    me, nobody, ls = put(fits("owner", owner)), put(""), table.c
    pass_gate(run, run.together(gate(run, None)), None)
    known = {row[0] for row in run.ask(sa.select(ls.name).where(ls.name.in_(list(wanted))))}
    fresh = [{"name": name, "owner": nobody, "token": 0, "until": 0.0} for name in wanted if name not in known]
    if fresh:
        run.together([("add_lease", fresh)])
    free = sa.or_(ls.owner == nobody, ls.until <= run.say.now)
    turn = sa.case({name: i for i, name in enumerate(wanted)}, value=ls.name)
    asked = (
        sa.select(ls.name, ls.token, sa.case((free, 1), else_=0))
        .where(ls.name.in_(list(wanted)), sa.or_(free, ls.owner == me))
        .order_by(turn)
        .limit(limit)
        .with_for_update(skip_locked=run.kind.waits)
    )
    rows = run.ask(asked)
    steps: list[Step] = [
        ("lease_take", [{"_name": name, "_owner": me, "_token": token + free_now, "_seconds": float(seconds)}])
        for name, token, free_now in rows
    ]
    outcomes = run.together([*steps, *(("lease_until", {"_name": name}) for name, _, _ in rows)])
    untils = [found[0][0] for found in outcomes[len(rows) :]]
    return [
        Lease(wanted[name], owner, token + free_now, _stamp(until))
        for (name, token, free_now), until in zip(rows, untils, strict=True)
    ]


def _mine(run: Runner, lease: Lease) -> dict[str, Any]:
    put = run.kind.put
    return {"_name": put(lease.name), "_owner": put(lease.owner), "_token": lease.token}


def renew(run: Runner, lease: Lease, seconds: float) -> Lease:
    """Hold *lease* for *seconds* from now."""
    mine = _mine(run, lease)
    done, until = run.together(
        [("lease_renew", [{**mine, "_seconds": float(seconds)}]), ("lease_until", {"_name": mine["_name"]})]
    )
    if done != 1:
        raise rules.lease_lost(lease)
    return lease._replace(until=_stamp(until[0][0]))


def release(run: Runner, lease: Lease) -> None:
    """Give *lease* back, when it is still held; the next to take it gets another token."""
    run.together([("lease_free", [{**_mine(run, lease), "_nobody": run.kind.put("")}])])


def park(
    run: Runner,
    reader: str,
    position: int,
    parked: Sequence[Parked],
    cleared: Sequence[tuple[str, str]],
    fence: Lease | None,
) -> None:
    """Advance *reader*, park orders and clear others."""
    put = run.kind.put
    me = put(fits("reader", reader))
    asked = gate(run, fence)
    outcomes = run.together([*asked, ("move_cursor", [{"_reader": me, "_position": position}])])
    pass_gate(run, outcomes, fence)
    gone = [*cleared, *((each.place, each.number) for each in parked)]
    rows = {
        (each.place, each.number): {
            "reader": me,
            "place": put(fits("place", each.place)),
            "number": put(fits("number", each.number)),
            "position": each.position,
            "attempts": each.attempts,
            "retry": put(fits("instant", each.retry)),
            "error": put(each.error),
        }
        for each in parked
    }
    steps: list[Change] = [
        ("add_cursor", [{"reader": me, "position": max(position, 0)}] if outcomes[len(asked)] != 1 else []),
        ("drop_parked", [{"_reader": me, "_place": put(p), "_number": put(n)} for p, n in sorted(set(gone))]),
        ("add_parked", list(rows.values())),
    ]
    run.together([step for step in steps if step[1]])


def parked(
    run: Runner, reader: str, due: str | None, dead: bool | None, after: tuple[str, str], limit: int
) -> list[Parked]:
    """Return what waits for *reader*."""
    put, get, q = run.kind.put, run.kind.get, run.say.parked.c
    place, number = map(put, after)
    asked = sa.select(q.place, q.number, q.position, q.attempts, q.retry, q.error).where(
        q.reader == put(reader), sa.or_(q.place > place, sa.and_(q.place == place, q.number > number))
    )
    if due is not None:
        asked = asked.where(run.say.said(q.retry), q.retry <= put(due))
    if dead is not None:
        asked = asked.where(q.retry == put("") if dead else run.say.said(q.retry))
    rows = run.ask(asked.order_by(q.place, q.number).limit(limit))
    return [Parked(reader, get(row[0]), get(row[1]), int(row[2]), row[3], get(row[4]), get(row[5])) for row in rows]
