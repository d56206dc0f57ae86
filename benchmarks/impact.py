"""How long does it take to see whose deadlines a holiday notice moves? (放假安排影响预览)

Open orders of December by the shenyang pack, dispatched and partly signed, three clocks each; all were counted
before the notice for the next year, so that the store's index of calendar digests leaves none of them out: the worst
case.  The notice is invented.  Measured: the preview, in a process that has none of the orders in memory, over the
memory store and over SQLite; then the move itself, for a thousand orders at most.

Run: python benchmarks/impact.py [--quick]
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from _measure import show

from hotline12345 import Hotline, Kind, Request, Requester, load_pack
from hotline12345.cli.roomy import roomy
from hotline12345.core import commands as c
from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST, Overlay, OverlayDay
from hotline12345.impact import impact, settle
from hotline12345.stores import open_store
from hotline12345.stores.port import Append, Query

QUICK = "--quick" in sys.argv
ORDERS = 2_000 if QUICK else 100_000
LIMIT_S = 10.0
AGENT = Actor.parse("agent@centre/1")
KEY = b"benchmark" * 4
BEGIN = datetime(2026, 12, 14, 9, tzinfo=CST)
NOTICE = Overlay(
    (
        *(OverlayDay(date(2027, 1, day), False, "元旦", "虚构 fictitious") for day in (1, 2, 3)),
        OverlayDay(date(2026, 12, 27), True, "元旦", "虚构 fictitious"),
    ),
    "虚构 fictitious",
    fictitious=True,
)


def fill(store: Any) -> None:
    """Put ORDERS open orders into *store*, through the hotline itself."""
    now = BEGIN
    hotline = Hotline(load_pack("shenyang"), store, clock=lambda: now, secrets=KEY)
    for i in range(ORDERS):
        now = BEGIN + timedelta(seconds=i * 10)
        asked = Request(
            now, "路灯不亮", "路灯坏了", Requester("", f"138{i:08d}"), Kind.COMPLAINT, "城乡建设/市政设施", "210103"
        )
        order = hotline.receive(asked, by=AGENT, at=now)
        if i % 2:
            hotline.handle(order.number, c.Sign(Actor.parse(f"handler@{order.holder}/3")), at=now)


def preview(store: Any) -> tuple[float, float, int, int]:
    """Return (seconds, those of the processor, deadlines that move, orders) of a preview that remembers nothing."""
    hotline = Hotline(load_pack("shenyang", overlays=(NOTICE,)), store, secrets=KEY)
    with roomy():  # as the command does
        begin, busy = time.perf_counter(), time.process_time()
        shifts = list(impact(hotline))
        spent, busy = time.perf_counter() - begin, time.process_time() - busy
    return spent, busy, sum(shift.moves for shift in shifts), len({shift.number for shift in shifts})


def pour(full: Any, empty: Any) -> None:
    """Put the orders of one store into another, a thousand at a time: filling SQLite order by order takes long."""
    place, after = load_pack("shenyang").place, ""
    while True:
        page = full.find(place, Query(), after, 1000)
        heads = [(head, tuple(full.stream(place, head.number))) for head in page.heads]
        empty.append([Append(place, head.number, 0, records, head) for head, records in heads])
        after = page.next
        if not after:
            return


def measured(name: str, store: Any) -> dict[str, Any]:
    """Return the figures of one store that is full."""
    spent, busy, moved, touched = preview(store)
    hotline = Hotline(load_pack("shenyang", overlays=(NOTICE,)), store, secrets=KEY)
    begin, applied, most = time.perf_counter(), 0, min(ORDERS // 10, 1_000)
    for one in settle(hotline, source="虚构", at=BEGIN + timedelta(days=20)):
        assert one.error is None
        applied += 1
        if applied == most:
            break
    applying = time.perf_counter() - begin
    return {
        "store": name,
        "open_orders": ORDERS,
        "preview_s": round(spent, 2),
        "preview_cpu_s": round(busy, 2),  # what others on the machine do not add to
        "us_per_order": round(spent / ORDERS * 1e6, 1),
        "deadlines_that_move": moved,
        "orders_with_a_change": touched,
        "applied": applied,
        "applying_s": round(applying, 2),
        "within_10_s": spent < LIMIT_S,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_average": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def main() -> None:
    """Measure both stores."""
    memory = open_store("memory:")
    fill(memory)
    with tempfile.TemporaryDirectory() as folder:
        sqlite = open_store(f"sqlite:///{Path(folder) / 'impact.db'}")
        pour(memory, sqlite)
        found = [measured("memory", memory), measured("sqlite", sqlite)]
        sqlite.close()
    show(*found)


if __name__ == "__main__":
    main()
