"""How long a replay of real messages takes (重放速度), and where the time goes.

The 2,816 messages with replies lie outside the repository (HOTLINE12345_DATA); everything runs in memory.
The yardstick in the same run is chinese_calendar counting the same deadlines alone, one row at a time.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from _measure import show

FLOOR = 3.0
PEER_THEN = 6_900
"""Deadlines a second the loop over chinese_calendar made where the goals were set; a slower machine is known by it."""
ROOT = Path(__file__).resolve().parent.parent


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds *call* took, and what it returned."""
    begin = time.perf_counter()
    value = call()
    return time.perf_counter() - begin, value


def alone(rows: list[Any]) -> int:
    """Count the replies within five working days with chinese_calendar alone."""
    from chinese_calendar import is_workday

    found = 0
    for row in rows:
        day, left = row.request.received.date(), 5
        while left:
            day += timedelta(days=1)
            left -= is_workday(day)
        found += row.facts["replied"].date() <= day
    return found


def messages() -> list[Any]:
    """Return the real messages as rows of complaints; none where the data are not at hand."""
    from hotline12345.channels.plain import PlainChannel
    from hotline12345.core.request import Kind

    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "messages" / "replied.csv.gz"
    return list(PlainChannel().read(path.read_bytes(), kind=Kind.COMPLAINT)) if path.exists() else []


def main() -> None:
    """Measure and print."""
    from hotline12345.channels.plain import PlainChannel
    from hotline12345.cli.roomy import roomy
    from hotline12345.core.classify import classify
    from hotline12345.core.request import Kind
    from hotline12345.packs import load_pack
    from hotline12345.replay import replay

    folder = Path(os.environ.get("HOTLINE12345_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "messages" / "replied.csv.gz"
    if not path.exists():
        show({"question": "replay of real messages in memory", "skipped": "no data; set HOTLINE12345_DATA"})
        return
    data = path.read_bytes()
    load, pack = timed(lambda: load_pack("liaoyuan"))
    rounds = 1 if "--quick" in sys.argv else 5
    spent: dict[str, list[float]] = {}

    def note(name: str, call: Callable[[], Any]) -> Any:
        seconds, value = timed(call)
        spent.setdefault(name, []).append(seconds)
        return value

    rows = list(PlainChannel().read(data, kind=Kind.COMPLAINT))
    for _ in range(rounds):
        note("reading the file", lambda: list(PlainChannel().read(data, kind=Kind.COMPLAINT)))
        note("classifying alone", lambda: [classify(pack.newest.rules, r.request.title, r.request.text) for r in rows])
        with roomy():  # as the command runs it
            with_kind = note("replay with a kind", lambda: replay(rows, pack, kind=Kind.COMPLAINT))
            note("replay without a kind", lambda: replay(PlainChannel().read(data), pack))
        peer = note("chinese_calendar alone, the verdicts only", lambda: alone(rows))
        assert with_kind.on_time == peer, (with_kind.on_time, peer)
    median = {name: round(statistics.median(times), 3) for name, times in spent.items()}
    whole = median["reading the file"] + median["replay with a kind"]
    machine = len(rows) / median["chinese_calendar alone, the verdicts only"] / PEER_THEN
    show(
        {
            "question": "seconds to replay real messages in memory, classified, routed, timed and replied",
            "rows": len(rows),
            "events": with_kind.events,
            "rounds": rounds,
            "seconds": {"loading the pack": round(load, 3), **median},
            "whole": round(whole, 3),
            "floor": FLOOR,
            "met": whole < FLOOR,
            "machine": round(machine, 2),
            "whole_at_the_goals_machine": round(whole * machine, 3),
            "rows_per_s": round(len(rows) / whole),
            "events_per_s": round(with_kind.events / median["replay with a kind"]),
        }
    )


if __name__ == "__main__":
    main()
