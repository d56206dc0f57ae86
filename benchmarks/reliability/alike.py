"""Does an embedded store that several have open at once answer as memory does (多处打开，答案一致)?

Random writes, of one order or many, new ones or old, with private records, words, desks and keys, now and then a wrong
version or a used key; forgetting, reindexing, closing and opening: each by whichever of up to four that have the file
open, and the same to a store in memory.  What comes back is compared at once, pages and counts now and then, a whole
export and ``check`` at the end.  Writes settle at every few, so that all of it meets what is late and what is not.

``--blind`` is the control: who writes does not look at what the others have written, and differences must show.

Run: ``python benchmarks/reliability/alike.py [--seeds 300] [--first 0] [--lot 6] [--blind]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from hotline12345.core.errors import HotlineError
from hotline12345.stores import Append, Desk, Private, Query, _sqlite_late, _sqlite_recent
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, write
from hotline12345.transfer import export

PERSONS, WORDS, UNITS = "wxyz", ("w1", "w2", "w3", "é"), ("u1", "u2", "u3")
QUERIES = (
    Query(),
    *(Query(requester=person) for person in PERSONS),
    *(Query(words=(word,)) for word in WORDS),
    *(Query(holder=unit) for unit in UNITS),
    *(Query(unit=unit) for unit in UNITS),
)


class Differs(Exception):
    """The two did not answer alike."""


class Both:
    """A file that several have open, and a store in memory that is given the same."""

    def __init__(self, path: Path, random: Random) -> None:
        self.path, self.random = path, random
        self.memory = MemoryStore()
        self.open = [self._open() for _ in range(random.randint(1, 4))]
        self.versions: dict[tuple[str, str], int] = {}
        self.keys = 0

    def _open(self) -> SqliteStore:
        return SqliteStore(self.path, durability="relaxed")

    def alike(self, what: str, *given: Any, **named: Any) -> Any:
        """Ask both, and return what they say, where that is the same."""
        told = [_told(store, what, *given, **named) for store in (self.memory, self.random.choice(self.open))]
        if told[0] != told[1]:
            raise Differs(f"{what}{given}{named or ''}: {told[0]} in memory, {told[1]} in the file")
        return told[0]

    def step(self) -> None:
        """Do one thing at random."""
        random = self.random
        act, place = random.random(), random.choice((P, P, P, Q))
        if act < 0.87:
            self.write()
        elif act < 0.91:
            self.alike("forget", place, random.choice(PERSONS))
        elif act < 0.93:
            self.random.choice(self.open).park("reader", random.randrange(3))
        elif act < 0.95:
            at = random.randrange(len(self.open))
            self.open[at].close()
            self.open[at] = self._open()
        elif act < 0.97:
            heads = [head for n in range(5) if (head := self.memory.head(place, str(n)))]
            if heads:
                random.choice(self.open).reindex(place, heads)
                random.choice(self.open).reindex(place, [])
        else:
            self.ask()

    def write(self) -> None:
        """Append a batch to both."""
        batch = list(self._batch())
        done = self.alike("append", batch)
        if isinstance(done, tuple):
            for append in batch:
                head = self.memory.head(append.place, append.number)
                self.versions[append.place, append.number] = head.version if head else 0

    def _batch(self) -> Iterator[Append]:
        random, versions = self.random, dict(self.versions)
        for _ in range(random.choice((1, 1, 1, 1, 2, 3, 6))):
            order = (random.choice((P, P, P, Q)), str(random.randrange(random.choice((3, 12, 60)))))
            version, records = versions.get(order, 0), random.choice((1, 1, 1, 2, 4))
            versions[order] = version + records
            if random.random() < 0.04:  # not the version it is at
                version = max(0, version + random.choice((-1, 1)))
            self.keys += 1
            key = random.choice(("", f"k{self.keys}", f"k{self.keys}", f"k{random.randint(1, self.keys)}"))
            kept = (self._private(version) for _ in range(random.choice((0, 0, 0, 1, 1, 2))))
            desks = (Desk(f"a{i}", random.choice(UNITS), "lead", "", "") for i in range(random.randrange(3)))
            yield write(
                order[1], version, records, place=order[0], key=key, fingerprint=random.choice("fffg"),
                private=tuple(kept), requester=random.choice((*PERSONS, "")), holder=random.choice(UNITS),
                due=random.choice(("", f"2026-11-{random.randint(10, 30)}")), desks=tuple(desks),
            )  # fmt: skip

    def _private(self, version: int) -> Private:
        random = self.random
        words = tuple(random.sample(WORDS, random.randrange(3)))
        name = f"p{random.choice((version, random.randrange(3)))}"
        return Private(name, random.choice(PERSONS), {"text": f"虚构{random.random()}"}, words)

    def ask(self) -> None:
        """Ask both for pages, counts and keys."""
        for place in (P, Q):
            for query in QUERIES:
                self.alike("find", place, query, limit=500)
                self.alike("count", place, query, "holder")
            for back in range(5):
                self.alike("lookup", place, f"k{self.keys - back}")

    def end(self) -> None:
        """Compare everything there is, and let the file be checked."""
        self.ask()
        whole = [sorted(row for row in export(store) if row.t in ("order", "record")) for store in self._two()]
        if whole[0] != whole[1]:
            raise Differs("export: not the same rows")
        if faults := self.open[0].check():
            raise Differs(f"check: {faults}")

    def _two(self) -> tuple[MemoryStore, SqliteStore]:
        return self.memory, self.random.choice(self.open)

    def close(self) -> None:
        """Close the file wherever it is open."""
        for store in self.open:
            store.close()


def _told(store: Any, what: str, *given: Any, **named: Any) -> Any:
    try:
        told = getattr(store, what)(*given, **named)
    except HotlineError as error:
        return [error.code]
    return told.heads if what == "find" else told


def _blind(self: _sqlite_recent.Recent, _: Any) -> None:
    self.known = True


def run(seed: int, folder: Path) -> str:
    """Return how the two differ with this seed; "" where they do not."""
    random = Random(seed)
    both = Both(folder / f"{seed}.db", random)
    try:
        for _ in range(random.choice((30, 80, 200))):
            both.step()
        both.end()
    except Exception as error:  # whatever a fault leads to is told, and counted
        return f"seed {seed}: {error!r}"[:2000]
    finally:
        both.close()
    return ""


def main() -> None:
    """Print the figures as JSON; exit 1 when there was a difference."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--lot", type=int, default=6, help="how many writes may be late")
    parser.add_argument("--blind", action="store_true")
    given = parser.parse_args()
    _sqlite_late.LATE, _sqlite_late.AT_ONCE, _sqlite_late.WORDS_LATE = given.lot, 4, 9
    if given.blind:
        _sqlite_recent.Recent.look = _blind  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        told = [run(seed, Path(folder)) for seed in range(given.first, given.first + given.seeds)]
    differ = [each for each in told if each]
    question = "whether an embedded store that several have open answers as memory does"
    print(
        json.dumps({"question": question, "seeds": given.seeds, "differ": len(differ), "first": differ[:3]}, indent=1)
    )
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
