"""How fast the embedded store writes beside the library `eventsourcing` (与 eventsourcing 的 SQLite 记录器相比).

The same events, from plain values in memory to on the disk: the same number of rows and of commits, the same journal
and durability (asked of both and printed).  Three sides, everything before the write made beforehand:

* hotline12345: ``append`` of records whose data are dicts: JSON, chain, version and key looked at, and beside the
  record its order's head, desks, counts, receipt, private record and words.
* eventsourcing, mapper and recorder: ``EventStore.put`` of event objects with the same six values, which is what
  its ``Application.save`` runs: mapper, JSON, recorder.  It keeps events, and nothing else.
* eventsourcing, recorder alone: ``insert_events`` of bytes made beforehand.

Then the same from eight threads at once, each side through its own way; and all of it once more as *like for like*:
ours is given what theirs is given, events and the heads without which a store of ours is none, but no private record,
word, requester, desk or key.

Last, what one event's commit takes: the first has its private record, the last of some order settles what is late.

Run: ``python benchmarks/recorder.py [ROUNDS | --quick]``
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from _measure import compare, show
from store import life, whole

from hotline12345.stores import Append, open_store

PRAGMAS = ("journal_mode", "synchronous")
Batches = list[list[Append]]


@dataclass(frozen=True)
class Dispatched:
    """An event as `eventsourcing` takes it: what it belongs to, and the values of ``store.DATA``."""

    originator_id: str
    originator_version: int
    at: str
    by: str
    to: str
    via: str
    basis: str
    category: str


class Sides:
    """One file each, and the ways to write to it."""

    def __init__(self, folder: str) -> None:
        from eventsourcing.persistence import EventStore, JSONTranscoder, Mapper
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

        self.store = open_store(f"sqlite:///{folder}/ours.db")
        self.mapper: Any = Mapper(JSONTranscoder())
        self.recorders = []
        for name in ("mapped", "alone"):
            recorder = SQLiteApplicationRecorder(SQLiteDatastore(f"{folder}/{name}.db", originator_id_type="text"))
            recorder.create_table()
            self.recorders.append(recorder)
        self.events: Any = EventStore(self.mapper, self.recorders[0])

    def settings(self) -> dict[str, dict[str, Any]]:
        """Return what each side's own connection says of journal and durability."""
        with self.recorders[0].datastore.get_connection(commit=False) as theirs:
            sides: dict[str, sqlite3.Connection] = {
                "hotline12345": self.store._file.reading(),  # type: ignore[attr-defined]
                "eventsourcing": theirs._sqlite_conn,
            }
            return {
                name: {pragma: conn.execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in PRAGMAS}
                for name, conn in sides.items()
            }

    def close(self) -> None:
        """Close every file."""
        self.store.close()
        for recorder in self.recorders:
            recorder.datastore.close()


def objects(batch: list[Append]) -> list[Dispatched]:
    """Return the events of *batch* as objects."""
    return [Dispatched(r.number, r.version, **r.data) for append in batch for r in append.records]


Run = Callable[[list[list[Any]], Callable[[list[Any]], Any]], None]


def one_after_another(batches: list[list[Any]], write: Callable[[list[Any]], Any]) -> None:
    """Write *batches* from this thread."""
    for batch in batches:
        write(batch)


def beside(title: str, make: Callable[[int], Batches], events: int, rounds: int, run: Run) -> dict[str, Any]:
    """Time what *make* gives for each turn on every side."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        sides = Sides(folder)
        turns = [make(turn) for turn in range(rounds + 1)]
        mapped = [[objects(batch) for batch in made] for made in turns]
        stored = [[[sides.mapper.to_stored_event(o) for o in batch] for batch in made] for made in mapped]

        def side(given: list[list[list[Any]]], write: Callable[[list[Any]], Any]) -> Callable[[], None]:
            left: Iterator[list[list[Any]]] = iter(given)
            return lambda: run(next(left), write)

        try:
            found = compare(
                title,
                {
                    "hotline12345": side(turns, sides.store.append),
                    "eventsourcing, recorder alone": side(stored, sides.recorders[1].insert_events),
                    "eventsourcing, mapper and recorder": side(mapped, sides.events.put),
                },
                events,
                rounds,
            )
            return {**found, "settings": sides.settings()}
        finally:
            sides.close()


def singly(turn: int, orders: int = 20) -> Batches:
    """A commit an event."""
    return [[step] for i in range(orders) for step in life(f"a{turn:03d}-{i:08d}", turn * orders + i)]


def by_order(turn: int, orders: int = 40) -> Batches:
    """A commit an order of eight events."""
    return [[whole(life(f"b{turn:03d}-{i:08d}", turn * orders + i))] for i in range(orders)]


def in_bulk(turn: int, size: int = 125, commits: int = 4) -> Batches:
    """A commit of 1,000 events of 125 orders."""
    count = size * commits
    every = [whole(life(f"c{turn:03d}-{i:08d}", turn * count + i)) for i in range(count)]
    return [every[k : k + size] for k in range(0, count, size)]


def _plain(append: Append) -> Append:
    head = append.head._replace(requester="", desks=())
    return append._replace(head=head, private=(), key="", fingerprint="")


def plainly(make: Callable[[int], Batches]) -> Callable[[int], Batches]:
    """Return how to make the same batches of events with heads and nothing else."""
    return lambda turn: [[_plain(append) for append in batch] for batch in make(turn)]


def by_event(orders: int) -> dict[str, Any]:
    """Tell how long a commit takes of an order's first event, of one in between, and of its last, which may settle."""
    times: dict[str, list[float]] = {"first": [], "between": [], "last": [], "eventsourcing": []}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        sides = Sides(folder)
        for i in range(orders):
            steps = life(f"d{i:08d}", i)
            for step in steps:
                which = "first" if step.expected == 0 else "last" if step is steps[-1] else "between"
                times[which].append(_timed(sides.store.append, [step]))
            for step in steps:
                times["eventsourcing"].append(_timed(sides.events.put, objects([step])))
        sides.close()
    return {
        "question": "one commit an event, by event (eventsourcing: mapper and recorder)",
        "us": {name: {"median": round(median(us), 1), "mean": round(mean(us), 1)} for name, us in times.items()},
    }


def _timed(write: Callable[[Any], Any], what: Any) -> float:
    begin = time.perf_counter()
    write(what)
    return 1e6 * (time.perf_counter() - begin)


def main() -> None:
    """Print what there is to say."""
    try:
        import eventsourcing  # noqa: F401
    except ImportError:
        return show({"question": "beside the library eventsourcing", "skipped": "pip install eventsourcing"})
    rounds = 1 if "--quick" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with ThreadPoolExecutor(8) as pool:

        def at_once(batches: list[list[Any]], write: Callable[[list[Any]], Any]) -> None:
            """Write from eight threads: each takes orders, whose eight commits follow each other."""
            orders = [batches[k : k + 8] for k in range(0, len(batches), 8)]
            list(pool.map(lambda order: one_after_another(order, write), orders))

        scenarios: list[tuple[str, Callable[[int], Batches], int, Run]] = [
            ("one commit an event", singly, 160, one_after_another),
            ("one commit an event, eight threads at once", singly, 160, at_once),
            ("an order's 8 events in one commit (events)", by_order, 320, one_after_another),
            ("1,000 events of 125 orders in one commit (events)", in_bulk, 4000, one_after_another),
        ]
        return show(
            *(beside(title, make, events, rounds, run) for title, make, events, run in scenarios),
            *(
                beside(f"like for like, events and heads alone: {title}", plainly(make), events, rounds, run)
                for title, make, events, run in scenarios
            ),
            by_event(80 * rounds),
        )


if __name__ == "__main__":
    main()
