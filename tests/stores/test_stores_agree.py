"""All stores answer alike: the same orders, the same questions, whatever index they choose (各种存储答案一致)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hotline12345.stores import Append, Desk, Head, Private, Query, Store, _sqlite_find, _sqlite_late, open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers, record

CATEGORIES = ("", "城乡建设", "城乡建设/物业管理", "城乡建设/供暖", "城乡建设局", "政法/信访", "政法")
AREAS = ("", "21", "210100", "210102", "220400", "2204")


def _head(random: Random, number: str, version: int) -> Head:
    pick = random.choice
    units = [f"u{random.randrange(5)}" for _ in range(random.randrange(4))]
    dues = ("", "2026-11-05", "2026-11-06")
    desks = tuple(
        Desk(f"a{i}", unit, pick(("lead", "assist")), "2026-11-02", pick(dues)) for i, unit in enumerate(units)
    )
    return Head(
        P, number, version, pick(("received", "signed", "closed")), pick((True, False)), pick(("complaint", "help")),
        pick(CATEGORIES), pick(AREAS), pick(("", "a", "b", "c")), pick(("", "x", "y", "z")), "2026-11-01",
        pick(("", "2026-11-09", "2026-11-10", "2026-11-11")), pick((True, False, False)), pick(("", "d1", "d2")),
        pick(("", "2026-11-03", "2026-11-04")), desks,
        pick(("", "2026-11-02", "2026-11-03")),
    )  # fmt: skip


def _private(random: Random) -> tuple[Private, ...]:
    kept = []
    for identity in random.sample(("title", "text", "later"), random.choice((0, 1, 1, 2))):
        words = random.sample(("w1", "w2", "w3", "w4", 'w"\n,', "\ud83d"), random.randrange(5))
        kept.append(Private(identity, random.choice(("", "x", "y", "z")), {"text": "w1 w2\n"}, tuple(words)))
    return tuple(kept)


def _query(random: Random) -> Query:
    fields = {
        "status": ("received", "signed", "closed", "none"),
        "open": (True, False),
        "kind": ("complaint", "help"),
        "category": ("城乡建设", "城乡建设/物业管理", "政法/", "none", "", "/"),
        "area": ("2", "21", "2101", "210102", "3", ""),
        "holder": ("", "a", "b", "none"),
        "requester": ("", "x", "y", "none"),
        "unit": ("u1", "u2", "none"),
        "due_before": ("2026-11-10", "2026-11-11", "2027", "2026"),
        "provisional": (True, False),
        "not_digest": ("d1", "d2", "none", ""),
        "digest": ("d1", "d2", "none", ""),
        "role": ("lead", "assist", "none"),
        "desk_due_before": ("2026-11-06", "2026-11-07", "2026", ""),
        "changed_since": ("2026-11-03", "2026-11-02", "", "2027"),
        "words": (("w1",), ("w1", "w2"), ("w3", "w1", 'w"\n,'), ("none",), ("w4", "none"), ()),
    }
    return Query(**{name: random.choice(fields[name]) for name in random.sample(list(fields), random.randrange(4))})


@pytest.mark.parametrize(
    ("probe", "few", "heads", "words"),
    [(1000, 1000, 64, 256), (20, 20, 64, 9), (1, 1, 1, 1), (20, 1, 7, 1000), (21, 21, 1000, 1000), (22, 1, 1000, 30)],
)
def test_both_stores_find_count_and_wake_alike(
    probe: int, few: int, heads: int, words: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite_find, "PROBE", probe)
    monkeypatch.setattr(_sqlite_find, "FEW", few)
    monkeypatch.setattr(_sqlite_late, "LATE", heads)
    monkeypatch.setattr(_sqlite_late, "WORDS_LATE", words)
    monkeypatch.setattr(_sqlite_late, "AT_ONCE", heads)
    with SqliteStore(tmp_path / "orders.db", durability="relaxed") as sqlite:
        _compare(sqlite, Random(probe))


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_a_server_finds_counts_and_wakes_as_memory_does(server: str, clean_room: Callable[[str], str]) -> None:
    store = open_store(clean_room(server))
    try:
        _compare(store, Random(12345))
    finally:
        store.close()


def _compare(other: Any, random: Random) -> None:
    memory = MemoryStore()
    stores: tuple[Store, Store] = (memory, other)
    versions: dict[str, int] = {}
    for _ in range(60):
        batch = []
        for number in random.sample([f"{i:03d}" for i in range(150)], random.choice((1, 3, 20))):
            version = versions.get(number, 0)
            versions[number] = version + 1
            records = (record(number, version + 1),)
            key = random.choice(("", f"{number}-{version}"))
            head = _head(random, number, version + 1)
            batch.append(Append(P, number, version, records, head, _private(random), key, "same"))
        answers = [store.append(batch) for store in stores]
        assert answers[0] == answers[1]
        if random.random() < 0.1:
            person = random.choice("xyz")
            assert memory.forget(P, person) == other.forget(P, person)
        for _ in range(8):
            query, size = _query(random), random.choice((1, 7, 100))
            assert numbers(memory, query, limit=size) == numbers(other, query, limit=size), query
            by = random.choice(("", "status", "holder", "category"))
            assert memory.count(P, query, by) == other.count(P, query, by), query
        assert memory.awake(P, "2026-11-03") == other.awake(P, "2026-11-03")
    assert memory.find(P, Query(), "", 1000) == other.find(P, Query(), "", 1000)
    assert memory.places() == other.places() == [P]
    every = [*sorted(versions, reverse=True), "none"]
    assert list(memory.streams(P, every).items()) == list(other.streams(P, every).items())
    for number in every:
        assert memory.receipts(P, number) == other.receipts(P, number)
        assert memory.private(P, number) == other.private(P, number)
    assert other.check() == []
    assert [fed.record for fed in memory.feed()] == [fed.record for fed in other.feed()]
