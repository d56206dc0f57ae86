"""How fast the server store writes on PostgreSQL, against psycopg by hand (服务器存储的写入速度).

By hand means: the same rows into the same tables with the same statements, everything but the links of the chain made
beforehand, nothing looked at, no key locked; a statement at a time, and again in psycopg's pipeline.  The sides take
turns, each in a schema of its own, dropped at the end.

Run: ``HOTLINE12345_PG_URL=postgresql://… python benchmarks/server.py [ROUNDS | --quick]``
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from _measure import compare, show
from store import life, whole

from hotline12345.stores import Append, open_store
from hotline12345.stores._text import FIRST, digest, link

Batches = list[list[Append]]
ORDER = ("move_head", "add_head", "add_record", "drop_desks", "add_desk", "add_owner", "add_private", "add_word",
         "add_receipt")  # fmt: skip


class Hand:
    """psycopg by hand on the store's tables in *schema*."""

    def __init__(self, url: str, schema: str) -> None:
        import psycopg

        store = open_store(f"{url}?schema={schema}")
        self.say, self.kind = store._line.say, store._kind  # type: ignore[attr-defined]
        store.close()
        self.conn = psycopg.connect(url)
        self.links: dict[str, str] = {}
        self.desks: dict[str, str] = {}

    def commit(self, batch: list[Any], piped: bool) -> None:
        """Write *batch*, a list of ``Ready``, in one transaction, table by table."""
        rows: dict[str, list[Any]] = {name: [] for name in ORDER}
        for ready in batch:
            self._add(rows, ready)
        with self.conn.pipeline() if piped else nullcontext(), self.conn.cursor() as cursor:
            for name in ORDER:
                sql, values = getattr(self.say, name).sql, rows[name]
                if len(values) == 1:
                    cursor.execute(sql, values[0])
                elif values:
                    cursor.executemany(sql, values)
            self.conn.commit()

    def _add(self, rows: dict[str, list[Any]], ready: Any) -> None:
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
            rows["move_head"].append({**head, **order, "_expected": append.expected})
        else:
            rows["add_head"].append(head)
            rows["add_owner"].append(ready.owner)
        before = self.desks.get(ready.number, self.kind.nothing)
        if before != ready.head["desks"]:
            if before != self.kind.nothing:
                rows["drop_desks"].append(order)
            rows["add_desk"].extend(ready.desks(self.kind))
            self.desks[ready.number] = ready.head["desks"]
        rows["add_private"].extend(ready.private.values())
        for words in ready.words.values():
            rows["add_word"].extend(words)
        rows["add_receipt"].append(ready.receipt)


@contextmanager
def schemas(url: str, count: int) -> Iterator[list[str]]:
    """Make *count* schemas of our own, and drop them."""
    import psycopg

    names = [f"hotline_bench_{uuid.uuid4().hex[:8]}" for _ in range(count)]
    with psycopg.connect(url, autocommit=True) as conn:
        try:
            for name in names:
                conn.execute(f"CREATE SCHEMA {name}")  # type: ignore[call-overload]
            yield names
        finally:
            for name in names:
                conn.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")  # type: ignore[call-overload]


def writing(url: str, title: str, make: Callable[[int], Batches], events: int, rounds: int) -> dict[str, Any]:
    """Time the commits that *make* gives for each turn."""
    from hotline12345.stores.sql._write import Ready

    with schemas(url, 3) as (first, second, third):
        store, plain, piped = open_store(f"{url}?schema={first}"), Hand(url, second), Hand(url, third)
        turns = [make(turn) for turn in range(rounds + 1)]
        ours = iter(turns)
        hand = [[[Ready(a, plain.kind) for a in batch] for batch in made] for made in turns]
        by_hand, in_pipeline = iter(hand), iter(hand)

        def run_ours() -> None:
            for batch in next(ours):
                store.append(batch)

        def run_plain() -> None:
            for batch in next(by_hand):
                plain.commit(batch, piped=False)

        def run_piped() -> None:
            for batch in next(in_pipeline):
                piped.commit(batch, piped=True)

        sides = {"hotline12345": run_ours, "psycopg, pipelined": run_piped, "psycopg": run_plain}
        try:
            return compare(title, sides, events, rounds)
        finally:
            store.close()
            plain.conn.close()
            piped.conn.close()


def singly(turn: int, orders: int = 20) -> Batches:
    """A commit an event."""
    return [[step] for i in range(orders) for step in life(f"a{turn}-{i}", i)]


def by_order(turn: int, orders: int = 40) -> Batches:
    """A commit an order of eight events."""
    return [[whole(life(f"b{turn}-{i}", i))] for i in range(orders)]


def in_bulk(turn: int) -> Batches:
    """One commit of 1,000 new orders."""
    return [[life(f"c{turn}-{i}", i)[0] for i in range(1000)]]


def replaying(url: str, rounds: int, count: int = 60) -> dict[str, Any]:
    """Time a whole replay of *count* invented messages on PostgreSQL and in memory."""
    from hotline12345.channels.plain import PlainChannel
    from hotline12345.core.request import Kind
    from hotline12345.packs import load_pack
    from hotline12345.replay import replay

    texts = ("小区路灯不亮", "楼下烧烤店油烟扰民", "暖气不热，室内只有十四度", "公交车站牌被撞倒", "工地夜间施工噪音大")
    lines = [
        f"2026-03-{2 + i % 20:02d} {8 + i % 9:02d}:{i % 60:02d},第{i}号楼{texts[i % len(texts)]}" for i in range(count)
    ]
    data = ("time,text\n" + "\n".join(lines) + "\n").encode()
    pack, rows = load_pack("liaoyuan"), list(PlainChannel().read(data, kind=Kind.COMPLAINT))
    with schemas(url, rounds + 1) as names:
        urls = [f"{url}?schema={name}" for name in names]
        for each in urls:
            open_store(each).close()
        left = iter(urls)
        sides: dict[str, Callable[[], Any]] = {
            "postgresql": lambda: replay(rows, pack, next(left), kind=Kind.COMPLAINT),
            "memory": lambda: replay(rows, pack, kind=Kind.COMPLAINT),
        }
        return compare("a whole replay of invented messages (rows)", sides, len(rows), rounds)


def main() -> None:
    """Print what there is to say."""
    url = os.environ.get("HOTLINE12345_PG_URL", "")
    missing = "" if url else "set HOTLINE12345_PG_URL to a PostgreSQL server"
    try:
        import psycopg  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError:
        missing = 'pip install "hotline12345[sql]"'
    if missing:
        return show({"question": "the server store on PostgreSQL", "skipped": missing})
    rounds = 1 if "--quick" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else 5
    return show(
        writing(url, "one commit an event", singly, 160, rounds),
        writing(url, "an order's 8 events in one commit (events)", by_order, 320, rounds),
        writing(url, "1,000 new orders in one commit (orders)", in_bulk, 1000, rounds),
        replaying(url, max(1, rounds // 2)),
    )


if __name__ == "__main__":
    main()
