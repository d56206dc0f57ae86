"""Every question the product asks of a store, at a million orders (查询速度): p95 of each, in milliseconds.

The store is filled with invented heads, a record and a private record with hashed words each, through ``append``: so
the same script measures any store.  Nineteen orders in twenty are ended; open ones have desks; categories, units and
words are drawn as unevenly as people write them.

Run: ``python benchmarks/queries.py [--store URL] [--orders N] [--rounds N] [--quick]``; a store that holds that many
orders already is not filled again.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from _measure import show

from hotline12345.stores import Append, Desk, Head, Private, Query, Record, Store, open_store

PLACE = "210100"
LIMIT_MS = 50
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
SPAN = 700 * 86_400
OPEN = ("received", "accepted", "dispatched", "signed", "replied", "reviewed")
ENDED = ("archived", "archived", "archived", "archived", "archived", "closed", "closed", "withdrawn", "merged")
KINDS = ("complaint", "help", "consult", "report", "suggestion", "praise")
TOPS = (
    *("城乡建设", "交通运输", "环境保护", "市场监管", "劳动和社会保障", "教育", "卫生健康", "公安", "民政", "农业农村"),
    *("自然资源", "文体旅游", "司法", "财税金融", "科技信息", "国企", "党务政务", "纪检监察", "政法", "其他"),
)
CATEGORIES = tuple(f"{top}/第{sub}类" for top in TOPS for sub in range(1, 15))
UNITS = tuple(f"210100-{i:03d}" for i in range(300))
AREAS = tuple(f"2101{i:02d}" for i in range(1, 16))
WORDS = tuple(f"{i * 2654435761 % 2**32:08x}" for i in range(6000))


def _uneven(count: int) -> list[float]:
    """Weights of which the first few take most, added up (Zipf)."""
    return list(accumulate(1 / (i + 1) for i in range(count)))


class Drawn:
    """Draws unevenly."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._sums: dict[int, list[float]] = {}

    def __call__(self, among: tuple[str, ...]) -> str:
        if len(among) not in self._sums:
            self._sums[len(among)] = _uneven(len(among))
        sums = self._sums[len(among)]
        return among[bisect(sums, self.random.random() * sums[-1])]


def _stamp(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def order(i: int, total: int, draw: Drawn) -> Append:
    """An order that came in as the *i*-th of *total*."""
    random = draw.random
    came = SPAN * i / total
    number = f"{(BEGIN + timedelta(seconds=came)):%y%m%d}{i:09d}"
    is_open = random.random() < (0.6 if i > 0.94 * total else 0.01)
    due = came + 86_400 * random.choice((1, 3, 5, 5, 5, 10, 15))
    unit = draw(UNITS)
    desks: tuple[Desk, ...] = ()
    if is_open:
        desks = (Desk("A1", unit, "lead", _stamp(came + 900), _stamp(due - 43_200)),)
        if random.random() < 0.2:
            desks += (Desk("A2", draw(UNITS), "assist", _stamp(came + 1800), _stamp(due - 86_400)),)
    person = f"{random.randrange(total // 2 + 1):032x}"
    head = Head(
        PLACE, number, 1, random.choice(OPEN) if is_open else random.choice(ENDED), is_open, draw(KINDS),
        draw(CATEGORIES), draw(AREAS), unit if is_open else "", person, _stamp(came), _stamp(due),
        is_open and random.random() < 0.05, "cal-2026" if i > total // 2 else "cal-2025",
        _stamp(due) if is_open else "", desks, _stamp(came if is_open else min(due, SPAN)),
    )  # fmt: skip
    words = tuple({draw(WORDS) for _ in range(11)})
    kept = Private("1", person, {"words": {"title": "虚构的标题", "text": "虚构的内容" * 20}}, words)
    return Append(PLACE, number, 0, (Record(PLACE, number, 1, "Received", {"n": i}),), head, (kept,))


def fill(store: Store, total: int) -> None:
    """Put *total* invented orders into *store*."""
    draw = Drawn(Random(12345))
    for start in range(0, total, 2000):
        store.append([order(i, total, draw) for i in range(start, min(start + 2000, total))])


Ask = Callable[[Store, Drawn], object]


def asked(total: int) -> Iterator[tuple[str, Ask]]:
    """Yield the questions, each as the product asks it."""

    def page(name: str, make: Callable[[Drawn], Query]) -> Iterator[tuple[str, Ask]]:
        yield f"page: {name}", lambda s, d: s.find(PLACE, make(d), "", 100)
        yield f"count: {name}", lambda s, d: s.count(PLACE, make(d))

    def when(d: Drawn, least: float = 0.0) -> str:
        return _stamp(SPAN * (least + (1 - least) * d.random.random()))

    def person(d: Drawn) -> str:
        return f"{d.random.randrange(total // 2 + 1):032x}"

    yield from page("all", lambda d: Query())
    yield from page("open", lambda d: Query(open=True))
    yield from page("status", lambda d: Query(status=d.random.choice((*OPEN, *ENDED))))
    yield from page("holder", lambda d: Query(holder=d(UNITS)))
    yield from page("category", lambda d: Query(category=d(CATEGORIES)))
    yield from page("top category", lambda d: Query(category=d(TOPS)))
    yield from page("area", lambda d: Query(area=d(AREAS)))
    yield from page("kind", lambda d: Query(kind=d(KINDS)))
    yield from page("requester", lambda d: Query(requester=person(d)))
    yield from page("overdue: open and due before", lambda d: Query(open=True, due_before=when(d, 0.9)))
    yield from page("due before", lambda d: Query(due_before=when(d)))
    yield from page("desk of a unit", lambda d: Query(unit=d(UNITS)))
    yield from page("desk of a unit, due before", lambda d: Query(unit=d(UNITS), desk_due_before=when(d, 0.9)))
    yield from page("assistants' desks", lambda d: Query(role="assist"))
    yield from page("leads' desks due before", lambda d: Query(role="lead", desk_due_before=when(d, 0.9)))
    yield from page("provisional", lambda d: Query(provisional=True))
    yield from page("open, counted by another calendar", lambda d: Query(open=True, not_digest="cal-2026"))
    yield from page("counted by a calendar", lambda d: Query(digest="cal-2025"))
    yield from page("changed since", lambda d: Query(changed_since=when(d, 0.98)))
    yield from page("one word, any", lambda d: Query(words=(d.random.choice(WORDS),)))
    yield from page("one word, as people ask", lambda d: Query(words=(d(WORDS),)))
    yield from page("three words", lambda d: Query(words=(d(WORDS), d.random.choice(WORDS), d(WORDS))))
    yield from page("status and category", lambda d: Query(status=d.random.choice(OPEN), category=d(CATEGORIES)))
    yield from page("category, area and open", lambda d: Query(open=True, category=d(CATEGORIES), area=d(AREAS)))
    yield from page("kind and area", lambda d: Query(kind=d(KINDS), area=d(AREAS)))
    yield from page("ended, category and area", lambda d: Query(open=False, category=d(CATEGORIES), area=d(AREAS)))
    for by in ("status", "kind", "category", "area", "holder"):
        yield f"count by {by}", lambda s, d, by=by: s.count(PLACE, Query(), by)  # type: ignore[misc]
        yield f"count open by {by}", lambda s, d, by=by: s.count(PLACE, Query(open=True), by)  # type: ignore[misc]
        yield (
            f"count of an area by {by}",
            lambda s, d, by=by: s.count(PLACE, Query(area=d(AREAS)), by),  # type: ignore[misc]
        )
    yield "a page in the middle", lambda s, d: s.find(PLACE, Query(), f"{(BEGIN + timedelta(days=300)):%y%m%d}", 100)
    yield "awake", lambda s, d: s.awake(PLACE, when(d, 0.9), 1000)


def processor(store: Store) -> Callable[[], float]:
    """Return how to read the seconds of CPU this process has used, with those of its PostgreSQL backend on Linux."""
    line = getattr(store, "_line", None)
    if line is None or not line.say.kind.postgres:
        return time.process_time
    import sqlalchemy as sa

    pid = line.read(lambda run: run.ask(sa.select(sa.func.pg_backend_pid()))[0][0])
    used = Path(f"/proc/{pid}/schedstat")
    if not used.exists():
        return time.process_time
    return lambda: time.process_time() + int(used.read_text().split()[0]) / 1e9


def measured(store: Store, total: int, rounds: int) -> dict[str, Any]:
    """Return the times of each question."""
    figures: dict[str, Any] = {}
    used = processor(store)
    for name, ask in asked(total):
        draw = Drawn(Random(name))
        ask(store, draw)  # pages of the file that nobody has asked for yet come in
        times, busy = [], []
        for _ in range(rounds):
            begin, cpu = time.perf_counter(), used()
            ask(store, draw)
            times.append((time.perf_counter() - begin) * 1000)
            busy.append((used() - cpu) * 1000)
        times.sort()
        busy.sort()
        last = int(0.95 * rounds)
        figures[name] = {
            "median_ms": round(times[rounds // 2], 2),
            "p95_ms": round(times[last], 2),
            "p95_cpu_ms": round(busy[last], 2),  # what others on the machine do not add to
        }
    slow = {name: each["p95_ms"] for name, each in figures.items() if each["p95_ms"] >= LIMIT_MS}
    return {
        "question": "queries",
        "orders": total,
        "rounds": rounds,
        "python": platform.python_version(),
        "load_average": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        "queries": figures,
        "at_or_above_50_ms": slow,
    }


def main() -> None:
    """Fill where needed, and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default="")
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    total, rounds = (5_000, 5) if given.quick else (given.orders, given.rounds)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = open_store(given.store or f"sqlite:///{Path(folder) / 'queries.db'}?durability=relaxed")
        if store.count(PLACE, Query()).get("", 0) != total:
            begin = time.perf_counter()
            fill(store, total)
            print(f"filled in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
        show(measured(store, total, rounds))
        store.close()


if __name__ == "__main__":
    main()
