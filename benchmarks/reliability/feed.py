"""Eight writers and a poller on a server: is a record missed, doubled or out of order (记录流)?

Each writer is a process that appends to orders of its own and to orders it shares with the others; the poller follows
the feed all the while.  In the end every record must have been given once, at growing positions, each order's versions
in theirs.

Run: ``python benchmarks/reliability/feed.py --store URL [--records 200000] [--short]``; the store must be empty
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from random import Random

from hotline12345.core.errors import Conflict
from hotline12345.stores import Append, Head, Record, open_store

PLACE = "210100"
WRITERS = 8
SHARED = 20


def append(number: str, expected: int, count: int) -> Append:
    """Return an append of so many records."""
    rows = tuple(Record(PLACE, number, expected + i, "Noted", {"step": expected + i}) for i in range(1, count + 1))
    return Append(PLACE, number, expected, rows, Head(PLACE, number, expected + count, "received", True))


def write(url: str, run: str, name: int, records: int) -> None:
    """Write so many records, most of them to orders of one's own, the others to orders everybody writes to."""
    random, store, done, turn = Random(name), open_store(url), 0, 0
    while done < records:
        turn += 1
        count = random.choice((1, 1, 2, 5))
        batch = [append(f"{run}-{name}-{turn:06d}", 0, count)]
        if random.random() < 0.2:
            number = f"{run}-shared-{random.randrange(SHARED):02d}"
            head = store.head(PLACE, number)
            batch.append(append(number, head.version if head else 0, 1))
        try:
            store.append(batch)
        except Conflict:
            continue
        done += sum(len(each.records) for each in batch)
    store.close()


def follow(url: str, run: str, records: int, minutes: float) -> dict[str, int]:
    """Follow the feed while the writers write; return what came of it."""
    writers = [
        multiprocessing.get_context("spawn").Process(target=write, args=(url, run, name, records // WRITERS))
        for name in range(WRITERS)
    ]
    store = open_store(url)
    start = store.feed(0, 1)
    assert not start, "the store must be empty"
    for writer in writers:
        writer.start()
    last, seen, disorder, doubled = 0, 0, 0, 0
    versions: dict[str, int] = {}
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        # Asked before: what is held back then and given a moment later would be neither read nor waited for.
        more = any(writer.is_alive() for writer in writers) or store.info()["held_back"]["records"]
        fed = store.feed(last, 1000)
        for each in fed:
            disorder += each.position <= last
            last = each.position
            known = versions.get(each.record.number, 0)
            doubled += each.record.version <= known
            disorder += each.record.version != known + 1
            versions[each.record.number] = each.record.version
            seen += 1
        if not fed and not more:
            break
    for writer in writers:
        writer.join()
    kept = store.info()["records"]
    store.close()
    failed = sum(writer.exitcode != 0 for writer in writers)
    return {"written": kept, "seen": seen, "missed": kept - seen, "doubled": doubled, "out_of_order": disorder,
            "writers_failed": failed}  # fmt: skip


def main() -> int:
    """Run it; exit 1 when a record was missed, doubled or out of order."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--store", required=True, help="the address of an empty store on a server")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=60, help="give up after so long")
    parser.add_argument("--short", action="store_true", help="4,000 records")
    given = parser.parse_args()
    begin = time.perf_counter()
    found = follow(given.store, "run", 4000 if given.short else given.records, given.minutes)
    print(json.dumps({**found, "writers": WRITERS, "seconds": round(time.perf_counter() - begin, 1)}))
    return int(any(found[name] for name in ("missed", "doubled", "out_of_order", "writers_failed")))


if __name__ == "__main__":
    sys.exit(main())
