"""How fast the server store writes, against the driver by hand (服务器存储的写入速度): PostgreSQL, and MariaDB beside.

By hand means: the same rows into the same tables, a statement a table, everything but the links of the chain made
beforehand, nothing looked at, no key locked; a statement at a time, with psycopg again in its pipeline; many rows by
``executemany``.  Then eight threads at once, and a replay of real messages where HOTLINE12345_DATA has them.
The sides take turns, each in a schema of its own, dropped at the end.

Run: ``python benchmarks/server.py [ROUNDS | --quick]``, with HOTLINE12345_PG_URL=postgresql://… in the environment,
HOTLINE12345_MYSQL_URL=mysql://… or both.
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from _measure import compare, show
from store import life, whole

from hotline12345.stores import Append, open_store
from hotline12345.stores._text import FIRST, digest, link

Batches = list[list[Append]]
JOURNEYS = 100
ORDER = ("move_head", "add_head", "add_record", "drop_desk", "move_desk", "add_desk", "add_owner", "add_private",
         "add_word", "add_receipt", "add_delta")  # fmt: skip


class Hand:
    """The driver by hand on the store's tables at *url*."""

    def __init__(self, url: str) -> None:
        from hotline12345.stores.sql._tables import SEEN
        from hotline12345.stores.sql._tally import Note
        from hotline12345.stores.sql._write import _move_desks

        self.move_desks, self.note, self.seen = _move_desks, Note, SEEN
        self.before: dict[str, tuple[Any, ...]] = {}
        self.store = open_store(url)
        self.say, self.kind = self.store._line.say, self.store._kind  # type: ignore[attr-defined]
        self._lent = self.store._line.writer.raw_connection()  # type: ignore[attr-defined]  # the pool's till closed
        self.conn: Any = self._lent.driver_connection
        self.links: dict[str, str] = {}
        self.desks: dict[str, str] = {}

    def close(self) -> None:
        """Give the connection back, and close."""
        self._lent.close()
        self.store.close()

    def commit(self, batch: list[Any], piped: bool) -> None:
        """Write *batch*, a list of ``Ready``, in one transaction, table by table."""
        rows: dict[str, list[Any]] = {name: [] for name in ORDER}
        note = self.note(self.kind.nothing)
        for ready in batch:
            self._add(rows, ready, note)
        rows["add_delta"] = note.rows()
        with self.conn.pipeline() if piped else nullcontext(), self.conn.cursor() as cursor:
            for name in ORDER:
                statement, values = getattr(self.say, name), rows[name]
                if len(values) == 1:
                    cursor.execute(statement.sql, statement.values(values[0]))
                elif values:
                    cursor.executemany(statement.sql, [statement.values(each) for each in values])
            self.conn.commit()

    def _add(self, rows: dict[str, list[Any]], ready: Any, note: Any) -> None:
        append, last = ready.append, self.links.get(ready.number, "")
        order = {"_place": ready.place, "_number": ready.number}
        for record, text in zip(append.records, ready.texts, strict=True):
            own = digest(record.place, record.number, record.version, record.kind, record.schema, text)
            last = link(bytes.fromhex(last) or FIRST, own).hex()
            rows["add_record"].append(
                {"place": ready.place, "number": ready.number, "version": record.version,
                 "kind": self.kind.put(record.kind), "schema": record.schema, "data": text, "link": last, "_last": 0}
            )  # fmt: skip
        self.links[ready.number] = last
        head = {**ready.head, "link": last, "_last": 0}
        if append.expected:
            counted = {f"_{name}": value for name, value in zip(self.seen, self.before[ready.number], strict=True)}
            rows["move_head"].append({**head, **order, "_expected": append.expected, **counted})
        else:
            rows["add_head"].append(head)
            rows["add_owner"].append(ready.owner)
        before = self.desks.get(ready.number, self.kind.nothing)
        if before != ready.head["desks"]:
            self.move_desks(self.kind, before, ready, rows["drop_desk"], rows["move_desk"], rows["add_desk"])
            self.desks[ready.number] = ready.head["desks"]
        seen = tuple(ready.head[name] for name in self.seen)
        if seen != self.before.get(ready.number, ()):
            note.order(ready.place, self.before.get(ready.number, ()), seen)
        self.before[ready.number] = seen
        note.words(ready.place, {row["word"] for words in ready.words.values() for row in words}, 1)
        rows["add_private"].extend(ready.private.values())
        for words in ready.words.values():
            rows["add_word"].extend(words)
        rows["add_receipt"].append(ready.receipt)


@contextmanager
def places(url: str, count: int) -> Iterator[list[str]]:
    """Make *count* schemas of our own (databases on the MySQL family), give their addresses, and drop them."""
    import sqlalchemy as sa

    from hotline12345.stores.sql import _url

    made, options = _url.address(url)
    engine = _url.engine_of(made, options).execution_options(isolation_level="AUTOCOMMIT")
    word = "SCHEMA" if url.startswith("postgresql") else "DATABASE"
    names = [f"hotline_bench_{uuid.uuid4().hex[:8]}" for _ in range(count)]
    mark = "&" if "?" in url else "?"
    with engine.connect() as conn:
        try:
            for name in names:
                conn.execute(sa.text(f"CREATE {word} {name}"))
            yield [f"{url}{mark}schema={name}" for name in names]
        finally:
            for name in names:
                conn.execute(sa.text(f"DROP {word} IF EXISTS {name}{' CASCADE' * (word == 'SCHEMA')}"))
    engine.dispose()


def writing(url: str, title: str, make: Callable[[int], Batches], events: int, rounds: int) -> dict[str, Any]:
    """Time the commits that *make* gives for each turn."""
    from hotline12345.stores.sql._write import Ready

    postgres = url.startswith("postgresql")
    driver = "psycopg" if postgres else "pymysql"
    with places(url, 2 + postgres) as (first, *others):
        store, hands = open_store(first), [Hand(other) for other in others]
        turns = [make(turn) for turn in range(rounds + 1)]
        ready = [[[Ready(a, hands[0].kind) for a in batch] for batch in made] for made in turns]

        def ours(left: Iterator[Batches]) -> None:
            for batch in next(left):
                store.append(batch)

        def by_hand(hand: Hand, left: Iterator[list[list[Any]]], piped: bool) -> None:
            for batch in next(left):
                hand.commit(batch, piped)

        sides: dict[str, Callable[[], None]] = {"hotline12345": partial(ours, iter(turns))}
        if postgres:
            sides["psycopg, pipelined"] = partial(by_hand, hands[1], iter(ready), True)
        sides[driver] = partial(by_hand, hands[0], iter(ready), False)
        try:
            return compare(f"{store.where.split(':')[0]}: {title}", sides, events, rounds)  # type: ignore[attr-defined]
        finally:
            store.close()
            for hand in hands:
                hand.close()


def at_once(url: str, rounds: int, threads: int = 8, orders: int = 16) -> dict[str, Any]:
    """Time *threads* that write an event a commit at once, against one, and against the driver by hand in as many."""
    from hotline12345.stores.sql._write import Ready

    with places(url, 2) as (first, second), ThreadPoolExecutor(threads) as pool:
        store, hands = open_store(first), [Hand(second) for _ in range(threads)]

        def lives(side: str) -> Iterator[list[list[Append]]]:
            return iter([[life(f"{side}{turn}-{i}", i) for i in range(orders)] for turn in range(rounds + 1)])

        def one(steps: list[Append]) -> None:
            for step in steps:
                store.append([step])

        def by_hand(hand: Hand, mine: list[list[Any]]) -> None:
            for steps in mine:
                for step in steps:
                    hand.commit([step], False)

        many, alone, hand_made = lives("m"), lives("a"), lives("h")
        ready = iter([[[Ready(a, hands[0].kind) for a in steps] for steps in turn] for turn in hand_made])

        def together() -> None:
            list(pool.map(one, next(many)))

        def singly() -> None:
            for steps in next(alone):
                one(steps)

        def hands_together() -> None:
            mine = next(ready)
            list(pool.map(by_hand, hands, [mine[k::threads] for k in range(threads)]))

        name = store.where.split(":")[0]  # type: ignore[attr-defined]
        try:
            return compare(f"{name}: one commit an event, {threads} threads at once",
                           {"hotline12345": together, "hotline12345, 1 thread": singly, "by hand": hands_together},
                           orders * 8, rounds)  # fmt: skip
        finally:
            store.close()
            for hand in hands:
                hand.close()


def singly(turn: int, orders: int = 20) -> Batches:
    """A commit an event."""
    return [[step] for i in range(orders) for step in life(f"a{turn}-{i}", i)]


def by_order(turn: int, orders: int = 40) -> Batches:
    """A commit an order of eight events."""
    return [[whole(life(f"b{turn}-{i}", i))] for i in range(orders)]


def in_bulk(turn: int) -> Batches:
    """One commit of 1,000 new orders."""
    return [[life(f"c{turn}-{i}", i)[0] for i in range(1000)]]


def journeys(url: str, rows: list[Any], play: Callable[[str, list[Any]], object]) -> float:
    """Count how often the server is waited for, by row: whatever the machine is busy with, that stays the same."""
    from sqlalchemy import make_url

    from hotline12345.testing.proxy import FaultProxy

    with places(url, 1) as [there]:
        at = make_url(there)
        postgres = at.drivername.startswith("postgresql")
        server = (at.host or "127.0.0.1", at.port or (5432 if postgres else 3306))
        with FaultProxy(*server, "postgresql" if postgres else "mysql") as proxy:
            through = at.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            open_store(through).close()
            proxy.mend()  # counts from here
            play(through, rows)
            return round(proxy.statements / len(rows), 1)


def replaying(url: str, most: int | None) -> dict[str, Any]:
    """Time a whole replay of the 2,816 real messages, or the first *most* of them, on the server and in memory."""
    from replay import messages

    from hotline12345.core.request import Kind
    from hotline12345.packs import load_pack
    from hotline12345.replay import replay

    rows, pack = messages()[:most], load_pack("liaoyuan")
    if not rows:
        return {"question": "a whole replay of real messages (rows)", "skipped": "no data; set HOTLINE12345_DATA"}
    with places(url, 1) as [there]:
        open_store(there).close()
        seconds = {}
        for name, where in (("memory", "memory:"), (url.split(":")[0], there)):
            began, busy = time.perf_counter(), time.process_time()
            replay(rows, pack, where, kind=Kind.COMPLAINT)
            spent = time.perf_counter() - began
            seconds[name] = {"seconds": round(spent, 1), "cpu_seconds": round(time.process_time() - busy, 1)}
        each = [told["seconds"] for told in seconds.values()]
        waits = journeys(url, rows[:JOURNEYS], lambda there, some: replay(some, pack, there, kind=Kind.COMPLAINT))
        return {
            "question": "a whole replay of real messages, once each", "rows": len(rows), **seconds,
            "rows_per_s": round(len(rows) / each[1], 1), "ratio": round(each[0] / each[1], 3),
            "journeys_per_row": waits,
        }  # fmt: skip


def main() -> None:
    """Print what there is to say."""
    urls = [os.environ.get(name, "") for name in ("HOTLINE12345_PG_URL", "HOTLINE12345_MYSQL_URL")]
    missing = "" if any(urls) else "set HOTLINE12345_PG_URL to a PostgreSQL server, or HOTLINE12345_MYSQL_URL"
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        missing = 'pip install "hotline12345[sql]"'
    if missing:
        return show({"question": "the server store", "skipped": missing})
    rounds = 1 if "--quick" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found = []
    for url in filter(None, urls):
        found += [
            writing(url, "one commit an event", singly, 160, rounds),
            writing(url, "an order's 8 events in one commit (events)", by_order, 320, rounds),
            writing(url, "1,000 new orders in one commit (orders)", in_bulk, 1000, rounds),
            at_once(url, rounds),
            replaying(url, 40 if rounds == 1 else None),
        ]
    return show(*found)


if __name__ == "__main__":
    main()
