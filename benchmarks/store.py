"""How fast the embedded store writes, as a share of SQL written by hand (嵌入式存储的写入速度).

The peer is the standard library's ``sqlite3`` with the same tables, indexes, pragmas and rows, its
JSON made beforehand, no version or key looked at, no lock file; every row goes at once where it stays, while the
store lets heads and words wait until many have come together.  Links of the chain are computed on either side.

Run: ``python benchmarks/store.py [ROUNDS | --quick]``
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from _measure import compare, show

from hotline12345.stores import Append, Desk, Head, Private, Record, open_store
from hotline12345.stores import _sqlite_late as late
from hotline12345.stores import _sqlite_schema as schema
from hotline12345.stores import _sqlite_vault as vaults
from hotline12345.stores import _sqlite_words as wording
from hotline12345.stores import _sqlite_write as writing
from hotline12345.stores import _text as text
from hotline12345.stores.memory import MemoryStore

PLACE = "210100"
DATA = {"at": "2026-11-02T01:00:00.000000Z", "by": "dispatcher@210100/li", "to": "210100-housing", "via": "rule 17",
        "basis": "library default", "category": "城乡建设/物业管理"}  # fmt: skip
WORDS = tuple(f"{i * 2654435761 % 2**32:08x}" for i in range(400))
"""Keyed hashes of bigrams, as they are kept with a title; each order has nine of them."""
TEXT = {"title": "小区供暖不热", "text": "家中暖气不热，室内温度只有十四度，已经反映多次，一直没有解决。" * 4}


def life(number: str, i: int) -> list[Append]:
    """Eight events of an order, an append each: received … closed."""
    steps = []
    statuses = ("received", "dispatched", "signed", "replied", "closed")
    for version in range(1, 9):
        unit, person = f"210100-{(i + version // 3) % 40:02d}", f"{i % 5000:064x}"
        head = Head(
            PLACE, number, version, statuses[version // 2], version < 8,
            "complaint", "城乡建设/物业管理", "210102", unit, person, "2026-11-02T01:00:00.000000Z",
            f"2026-11-{9 + version // 4:02d}T16:00:00.000000Z", False, "cal-7f3a",
            f"2026-11-{2 + version:02d}T16:00:00.000000Z" if version < 8 else "",
            (Desk("a1", unit, "lead", "2026-11-02T02:00:00.000000Z", "2026-11-09T16:00:00.000000Z"),)[: version < 8],
            f"2026-11-{1 + version:02d}T16:00:00.000000Z",
        )  # fmt: skip
        words = tuple(WORDS[(i * 7 + k * k) % 400] for k in range(9))
        private = (Private("p1", person, TEXT, words),) if version == 1 else ()
        row = Record(PLACE, number, version, "Dispatched", DATA)
        steps.append(Append(PLACE, number, version - 1, (row,), head, private, f"{number}-{version}", "f" * 64))
    return steps


def whole(steps: list[Append]) -> Append:
    """The same order in one append."""
    rows = tuple(step.records[0] for step in steps)
    return Append(PLACE, steps[0].number, 0, rows, steps[-1].head, steps[0].private, steps[0].key, "f" * 64)


_MOVE_HEAD = (
    "UPDATE head SET version=?, status=?, open=?, holder=?, due=?, wake=?, desks=?, changed=?, link=? "
    "WHERE place=? AND number=?"
)


_MORE, _LESS = late.MOVE_TALLY, f"UPDATE tally SET n = n - 1 WHERE {late.TALLIED}"
_PRIVATE = "INSERT INTO private (place, number, id, person, seq) VALUES (?, ?, ?, ?, ?)"


def _lists(count: int) -> list[list[Any]]:
    return [[] for _ in range(count)]


class Raw:
    """SQL by hand on the same tables."""

    def __init__(self, path: Path) -> None:
        self.conn = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        schema.create(self.conn, path)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "cache_size=-16000"):
            self.conn.execute("PRAGMA " + pragma)
        self.persons: dict[str, int] = {}
        self.desks: dict[str, tuple[Desk, ...]] = {}
        self.links: dict[str, bytes] = {}
        self.cells: dict[str, tuple[Any, ...]] = {}
        self.seq = self.position = 0

    def commit(self, batch: list[writing.Ready]) -> None:
        """Write *batch* in one transaction, table by table."""
        run, rows = self.conn.execute, self.conn.executemany
        run("BEGIN IMMEDIATE")
        records, heads, moved, desks, gone = _lists(5)
        vault, persons, private, more, less, totals = _lists(6)
        words: dict[str, list[int]] = {}
        for ready in batch:
            append, head = ready.append, ready.append.head
            self.links[append.number] = link = ready.chain(self.links.get(append.number, text.FIRST))
            where = (PLACE, append.number)
            owner = self.persons.get(head.requester)
            if owner is None:
                self.seq += 1
                owner = self.persons[head.requester] = self.seq
                vault.append((owner, head.requester))
                persons.append((PLACE, vaults.bucket(head.requester), owner))
            more_records, kind, schema, said = ready.record
            self.position += more_records + 1
            records.append((self.position, *where, head.version, more_records, kind, schema, append.key or None,
                            append.fingerprint, ready.link, said))  # fmt: skip
            ready.columns[6] = owner
            row = (head.version, *ready.columns, link)
            if append.expected == 0:
                heads.append((*where, *row))
            else:
                moved.append((row[0], row[1], row[2], row[6], row[9], *row[12:], *where))
            before = self.desks.get(append.number, ())
            if before != head.desks:
                gone.extend((PLACE, desk.unit, append.number, desk.assignment) for desk in before)
                desks.extend(
                    (PLACE, desk.unit, append.number, desk.assignment, desk.role, desk.due) for desk in head.desks
                )
                self.desks[append.number] = head.desks
            cell = late.cell_of(PLACE, row)
            old = self.cells.get(append.number)
            if old != cell:
                self.cells[append.number] = cell
                if old is None or old[:7] != cell[:7]:
                    more.append((*cell[:7], 1))
                    if old is not None:
                        less.append(old[:7])
                totals.extend((*total, sign) for total, sign in late.moves(old, cell))
            for (identity, _, data), kept in zip(ready.private, append.private, strict=True):
                self.seq += 1
                for word in kept.words:
                    words.setdefault(word, []).append(self.seq)
                vault.append((self.seq, data))
                private.append((*where, identity, owner, self.seq))
        many: list[tuple[str, list[Any]]] = [
            (late.INSERT_RECORD, records),
            (late.INSERT_HEAD, heads),
            (_MOVE_HEAD, moved),
            ("DELETE FROM desk WHERE place=? AND unit=? AND number=? AND assignment=?", gone),
            (late.INSERT_DESK, desks),
            (writing.INSERT_VAULT, vault),
            ("INSERT INTO person (place, bucket, seq) VALUES (?, ?, ?)", persons),
            (_PRIVATE, private),
            (_MORE, more),
            (_LESS, less),
            (late.MOVE_TOTAL, totals),
        ]  # fmt: skip
        for sql, values in many:
            if len(values) == 1:
                run(sql, values[0])
            elif values:
                rows(sql, values)
        # Words come last: a new one takes the next place in the vault.
        wording.index(self.conn, PLACE, words, {word: len(seqs) for word, seqs in words.items()})
        self.seq = run("SELECT max(seq) FROM vault").fetchone()[0]
        run("COMMIT")


def question(title: str, rounds: int, groups: int, size: int, per_order: bool, events: int) -> dict[str, Any]:
    """Time *groups* commits of *size* appends on the store and by hand."""

    def batches(turn: int) -> list[list[Append]]:
        made: list[Append] = []
        first = turn * groups * size
        i = 0
        while len(made) < groups * size:
            steps = life(f"26110209{first + i:08d}", first + i)
            made += [whole(steps)] if per_order else steps if size == 1 else steps[:1]
            i += 1
        return [made[k * size : (k + 1) * size] for k in range(groups)]

    with tempfile.TemporaryDirectory(dir=".") as folder:
        store, raw = open_store(f"sqlite:///{folder}/ours.db"), Raw(Path(folder) / "hand.db")
        ours = [batches(turn) for turn in range(rounds + 1)]
        hand = [[[writing.Ready(a) for a in batch] for batch in made] for made in ours]

        def run_ours() -> None:
            for batch in ours.pop():
                store.append(batch)

        def run_hand() -> None:
            for batch in hand.pop():
                raw.commit(batch)

        answer = compare(title, {"hotline12345": run_ours, "sqlite3 by hand": run_hand}, groups * size * events, rounds)
        store.close()
        raw.conn.close()
        return answer


def group_commit(rounds: int, clients: int = 8, each: int = 40) -> dict[str, Any]:
    """Time *clients* threads that write at once against one that writes alone."""
    with tempfile.TemporaryDirectory(dir=".") as folder, ThreadPoolExecutor(clients) as pool:
        store = open_store(f"sqlite:///{folder}/ours.db")
        many = [[life(f"m{turn}-{i}", i) for i in range(clients * each // 8)] for turn in range(rounds + 1)]
        alone = [[life(f"a{turn}-{i}", i) for i in range(clients * each // 8)] for turn in range(rounds + 1)]

        def one(steps: list[Append]) -> None:
            for step in steps:
                store.append([step])

        def together() -> None:
            list(pool.map(one, many.pop()))

        def by_itself() -> None:
            for steps in alone.pop():
                one(steps)

        found = compare("one commit an event, several threads at once",
                        {f"{clients} threads": together, "1 thread": by_itself}, clients * each, rounds)  # fmt: skip
        store.close()
        return found


def unlucky(orders: int = 3000) -> dict[str, Any]:
    """Tell how long a commit takes that happens to settle what many before it left (ADR 0010), beside all others."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = open_store(f"sqlite:///{folder}/ours.db")
        clock, cpu = [], []
        for i in range(orders):
            (first, *_) = life(f"{i:08d}", i)
            begin, busy = time.perf_counter(), time.process_time()
            store.append([first])
            clock.append(1000 * (time.perf_counter() - begin))
            cpu.append(1000 * (time.process_time() - busy))
        store.close()
    clock.sort()
    cpu.sort()
    parts = {"median": 0.5, "p90": 0.9, "p99": 0.99, "p99_9": 0.999}
    return {
        "question": "a new order's commit",
        "orders": orders,
        "clock_ms": {name: round(clock[int(part * orders)], 2) for name, part in parts.items()},
        "cpu_ms": {name: round(cpu[int(part * orders)], 2) for name, part in parts.items()},
    }


def chained(rounds: int, records: int = 2000) -> dict[str, Any]:
    """Time what the chain costs a record: its digest and its link."""
    rows = [(PLACE, f"{i:018d}", 1, "Dispatched", 1, text.dumps(DATA)) for i in range(records)]

    def run() -> None:
        last = text.FIRST
        for row in rows:
            last = text.link(last, text.digest(*row))

    return compare("digest and link of a record", {"chain": run}, records, rounds)


def long_order(rounds: int, times: int = 200) -> dict[str, Any]:
    """Time reading and folding an order of 20 events, from SQLite and from memory."""
    from datetime import datetime, timedelta

    from hotline12345 import Actor, Hotline, Kind, Request
    from hotline12345.core import commands as c
    from hotline12345.core.calendar import CST
    from hotline12345.core.evolve import fold

    at = datetime(2026, 9, 28, 10, tzinfo=CST)
    agent = Actor.parse("agent@centre/1")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        sides = {}
        for name, url in (("sqlite", f"sqlite:///{folder}/a.db"), ("memory", "memory:")):
            hotline = Hotline("shenyang", url, secrets=bytes(32))
            request = Request(at, "路灯不亮", "门口的路灯坏了三天", kind=Kind.HELP, area="210102")
            order = hotline.receive(request, by=agent, at=at)
            while order.version < 20:
                step = at + timedelta(minutes=order.version)
                order = hotline.handle(order.number, c.Supplement(agent, f"第{order.version}次补充"), at=step)

            def read(hotline: Any = hotline, number: str = order.number) -> None:
                for _ in range(times):
                    fold(hotline.history(number))

            sides[f"{name}: read, decode, fold"] = read
            history = hotline.history(order.number)
            sides[f"{name}: fold alone"] = lambda history=history: [fold(history) for _ in range(times)]
        return compare("an order of 20 events", sides, times, rounds)


def replaying(rounds: int) -> dict[str, Any]:
    """Time a whole replay of real messages on SQLite and in memory."""
    from replay import messages

    from hotline12345.core.request import Kind
    from hotline12345.packs import load_pack
    from hotline12345.replay import replay

    pack, rows = load_pack("liaoyuan"), messages()
    if not rows:
        return {"question": "a whole replay on SQLite and in memory", "skipped": "no data; set HOTLINE12345_DATA"}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        urls = iter(f"sqlite:///{folder}/{i}.db" for i in range(2 * rounds + 2))
        return compare(
            "a whole replay of real messages (rows)",
            {
                "sqlite": lambda: replay(rows, pack, next(urls), kind=Kind.COMPLAINT),
                "sqlite, relaxed": lambda: replay(rows, pack, next(urls) + "?durability=relaxed", kind=Kind.COMPLAINT),
                "memory": lambda: replay(rows, pack, kind=Kind.COMPLAINT),
            },
            len(rows),
            rounds,
        )


def in_memory(rounds: int, orders: int = 2000) -> dict[str, Any]:
    """Time the store in memory, an append an event."""
    steps = [step for i in range(orders) for step in life(f"{i:08d}", i)]

    def run() -> None:
        store = MemoryStore()
        for step in steps:
            store.append((step,))

    return compare("in memory, an append an event", {"memory": run}, len(steps), rounds)


if __name__ == "__main__":
    rounds = 1 if "--quick" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else 5
    show(
        question("one commit an event", rounds, 160, 1, False, 1),
        question("an order's 8 events in one commit (events)", rounds, 100, 1, True, 8),
        question("1,000 new orders of one event in one commit (orders)", rounds, 4, 1000, False, 1),
        question("125 orders of 8 events in one commit (events)", rounds, 4, 125, True, 8),
        group_commit(rounds),
        unlucky(300 if rounds == 1 else 3000),
        in_memory(rounds),
        chained(rounds),
        long_order(rounds),
        replaying(max(1, rounds // 3)),
    )
