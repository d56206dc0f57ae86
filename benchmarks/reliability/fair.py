"""Eight processes that write to one embedded store: does each get its turn, and is none refused (公平)?

Each writes new orders, with private records and words, one a commit, as fast as it can.  Afterwards every order that
was acknowledged must be there and the store sound.  ``--readers`` ask all the time meanwhile, so that there is no
moment without one; how long the write-ahead log became is told.

Run: ``python benchmarks/reliability/fair.py [--writers 8] [--readers 0] [--seconds 30] [--durability full|relaxed]``
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hotline12345.core.errors import HotlineError
from hotline12345.stores import Append, Head, Private, Query, Record
from hotline12345.stores.sqlite import SqliteStore

PLACE = "210100"


def _append(number: str) -> Append:
    head = Head(PLACE, number, 1, "received", True, area="210102", requester=f"{number[-2:]:0>64}")
    kept = Private("text", head.requester, {"text": "虚构的诉求" * 20}, (f"{number[-2:]:0>8}", f"{number[-1:]:0>8}"))
    return Append(PLACE, number, 0, (Record(PLACE, number, 1, "Received", {}),), head, (kept,), number, "f")


def _write(path: Path, durability: str, name: int, begin: float, seconds: float) -> dict[str, Any]:
    done, longest, log, refused = 0, 0.0, 0, []
    with SqliteStore(path, durability=durability) as store:
        time.sleep(max(0.0, begin - time.monotonic()))
        now = time.monotonic()
        while now < begin + seconds:
            try:
                store.append([_append(f"{name}-{done:06d}")])
                done += 1
            except HotlineError as error:
                refused.append(error.code)
            if done % 50 == 0:
                log = max(log, store.info()["wal_bytes"])
            longest, now = max(longest, time.monotonic() - now), time.monotonic()
    return {"done": done, "longest": longest, "log": log, "refused": refused}


def _reader(path: Path) -> int:
    child = os.fork()
    if child == 0:
        try:
            with SqliteStore(path, readonly=True) as store:
                while True:
                    store.find(PLACE, Query(status="received"))
                    store.count(PLACE, Query(words=("00000001",)))
        finally:
            os._exit(1)
    return child


def _forked(*what: Any) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(_write(*what)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    return child, reading


def share(writers: int, readers: int, seconds: float, durability: str, root: Path) -> dict[str, Any]:
    """Let so many processes write, and tell how many commits each had."""
    path = root / "orders.db"
    SqliteStore(path).close()
    begin = time.monotonic() + 2
    told = []
    asking = [_reader(path) for _ in range(readers)]
    for child, reading in [_forked(path, durability, name, begin, seconds) for name in range(writers)]:
        with os.fdopen(reading, "rb") as pipe:
            told.append(json.loads(pipe.read()))
        os.waitpid(child, 0)
    for child in asking:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    done = [each["done"] for each in told]
    with SqliteStore(path) as store:
        return {
            "question": "how evenly processes that write all the time share one embedded store",
            "durability": durability,
            "commits": done,
            "slowest_to_mean": round(min(done) * writers / sum(done), 2),
            "longest_wait_seconds": round(max(each["longest"] for each in told), 2),
            "log_megabytes": round(max(each["log"] for each in told) / 1e6, 1),
            "refused": [code for each in told for code in each["refused"]],
            "lost": sum(done) - store.count(PLACE, Query())[""],
            "faults": len(store.check()),
        }


def main() -> None:
    """Print the figures as JSON; exit 1 when somebody was refused, had little, or something is not there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--durability", default="full", choices=("full", "relaxed"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = share(given.writers, given.readers, given.seconds, given.durability, Path(folder))
    print(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(bool(found["refused"] or found["lost"] or found["faults"]) or found["slowest_to_mean"] < 0.25)


if __name__ == "__main__":
    main()
