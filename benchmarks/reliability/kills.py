"""kill -9 of the writer: what it was told is kept is there, and no order is there in part (杀进程).

``hotline12345 simulate … --ack FILE`` writes ``NUMBER VERSION`` after each commit.  It is killed at a random moment,
again and again, each time on a new store.  Then the store is opened: every acknowledged version must be there, every
order must have its versions from 1 on without a gap, and its head must be the one its history folds to.

Run: ``python benchmarks/reliability/kills.py [--kills 1000] [--seed 1] [--lot 4] [--store URL]``
URL is like ``sqlite:///{folder}/orders.db``; ``{folder}`` stands for a new folder each time, ``{run}`` for a number (a
server's database or schema, made before).  ``--lot 4`` has the embedded store settle whenever four orders are late, so
that most kills find it settling.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import hotline12345.cli
import hotline12345.simulate
from hotline12345 import Hotline
from hotline12345.heads import head_of
from hotline12345.packs import load_pack
from hotline12345.stores import Query, _sqlite_late, open_store
from hotline12345.whole import Patiently

PACK = "shenyang"
PATIENCE = 60.0


def _write(url: str, ack: Path, seed: int) -> int:
    """Begin to simulate in a child, and return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        words = ["simulate", PACK, "--days", "30", "--per-day", "400", "--seed", str(seed)]
        hotline12345.cli.main([*words, "--store", url, "--ack", str(ack)])
    finally:
        os._exit(1)


def _kill(child: int, ack: Path, after: float) -> None:
    """Kill the child some time after its first acknowledgement."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and not (ack.exists() and ack.stat().st_size):
        if os.waitpid(child, os.WNOHANG) != (0, 0):
            raise SystemExit("the writer ended before it wrote anything: can its store be made? does the schema exist?")
        time.sleep(0.002)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def verify(url: str, acked: dict[str, int]) -> dict[str, int]:
    """Return how many acknowledged events are lost, and how many orders are torn."""
    store = open_store(url)
    hotline = Hotline(load_pack(PACK), store, secrets=b"not needed to read")
    lost = torn = orders = events = 0
    for number, version in acked.items():
        lost += max(0, version - len(store.stream(hotline.place, number)))
    cursor = ""
    while True:
        page = store.find(hotline.place, Query(), cursor, 500)
        histories = store.streams(hotline.place, [head.number for head in page.heads])
        for head in page.heads:
            versions = [record.version for record in histories[head.number]]
            whole = versions == list(range(1, head.version + 1))
            told = head_of(hotline.order(head.number), head.requester) if whole else None
            torn += told != head
            orders, events = orders + 1, events + len(versions)
        cursor = page.next
        if not cursor:
            break
    fed = sum(1 for _ in Patiently(store))  # somebody else's transaction on the server may hold it back
    check = getattr(store, "check", None)
    faults = len(check()) if check is not None else 0
    store.close()
    return {"lost": lost, "torn": torn, "orders": orders, "events": events, "unfed": events - fed, "faults": faults}


def kill(kills: int, seed: int, url: str) -> dict[str, Any]:
    """Kill so many writers and add up what was found."""
    random = Random(seed)
    found: dict[str, Any] = {"question": "acknowledged events after kill -9 of the writer", "kills": 0, "acked": 0}
    for run in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            address, ack = url.format(folder=folder, run=run), Path(folder) / "ack"
            _kill(_write(address, ack, run), ack, random.random() ** 2)
            acked: dict[str, int] = {}
            for line in ack.read_text().split("\n")[:-1]:  # the last line may be cut off
                number, version = line.split()
                acked[number] = int(version)
            found["kills"] += 1
            found["acked"] += sum(acked.values())
            for name, value in verify(address, acked).items():
                found[name] = found.get(name, 0) + value
        if sys.stderr.isatty():
            with suppress(OSError):
                print(f"\r{run + 1}/{kills}", end="", file=sys.stderr)
    return found


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was lost or torn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lot", type=int, default=0)
    parser.add_argument("--store", default="sqlite:///{folder}/orders.db")
    given = parser.parse_args()
    if given.lot:  # in the writers, too, which are forked from here
        _sqlite_late.LATE, _sqlite_late.WORDS_LATE, _sqlite_late.AT_ONCE = given.lot, 2 * given.lot, given.lot
    found = kill(given.kills, given.seed, given.store)
    print(json.dumps(found, indent=1))
    sys.exit(any(found[name] for name in ("lost", "torn", "unfed", "faults")))


if __name__ == "__main__":
    main()
