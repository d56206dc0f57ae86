"""Stores that share work: leases with fences, parked deliveries, words that go with their record (共享工作)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores import Leasing, Parked, Parking, Private, Query
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, numbers, write


class Clock:
    """A clock that stands until it is moved."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Any]:
    """Each of the stores that come with the library."""
    made = MemoryStore(clock) if request.param == "memory" else SqliteStore(tmp_path / "orders.db", clock=clock)
    with made:
        yield made


def _lost(caught: pytest.ExceptionInfo[Conflict]) -> bool:
    return caught.value.code == "lease-lost"


def test_a_lease_is_one_owners_until_it_expires_and_its_token_grows(store: Any, clock: Clock) -> None:
    assert isinstance(store, Leasing)
    (first,) = store.lease(["a", "b"], "one", 10)
    assert first[:3] == ("a", "one", 1)
    assert first.until == "2027-01-15T08:00:10.000000Z"
    (second,) = store.lease(["a", "b"], "two", 10)
    assert second[:3] == ("b", "two", 1)
    assert store.lease(["a", "b"], "three", 10) == []
    clock.now += 5
    assert store.lease(["a"], "one", 10)[0][1:] == ("one", 1, "2027-01-15T08:00:15.000000Z")
    clock.now += 10
    (taken,) = store.lease(["a"], "three", 10)
    assert taken[:3] == ("a", "three", 2)
    with pytest.raises(Conflict) as caught:
        store.renew(first, 10)
    assert _lost(caught)
    store.release(first)
    assert store.renew(taken, 20).until == "2027-01-15T08:00:35.000000Z"
    store.release(taken)
    assert store.lease(["a"], "one", 10)[0].token == 3
    assert [lease.name for lease in store.lease(["a", "b", "c", "d"], "one", 1, limit=3)] == ["a", "b", "c"]


def test_who_has_lost_a_lease_writes_nothing_more_under_it(store: Any, clock: Clock) -> None:
    (lease,) = store.lease(["ticks"], "one", 10)
    mine = store.fenced(lease)
    mine.append([write("1")])
    mine.advance("r", 1)
    clock.now += 10
    parked = Parked("r", P, "1", 1, 1, "", "")
    for write_it in (
        lambda: mine.append([write("2")]),
        lambda: mine.advance("r", 9),
        lambda: mine.park("r", 9, [parked]),
    ):
        with pytest.raises(Conflict) as caught:
            write_it()
        assert _lost(caught)
    assert (numbers(mine), store.cursor("r"), store.parked("r")) == (["1"], 1, [])
    store.append([write("2")])
    store.lease(["ticks"], "two", 10)
    with pytest.raises(Conflict):
        mine.append([write("3")])
    assert numbers(store) == ["1", "2"]


def test_what_could_not_be_delivered_waits_beside_the_cursor(store: Any) -> None:
    assert isinstance(store, Parking)
    rows = [
        Parked("r", P, "2", 7, 1, "2026-11-02T01:00:00Z", "503"),
        Parked("r", P, "1", 4, 5, "", "404"),
        Parked("r", Q, "1", 9, 2, "2026-11-02T03:00:00Z", "time-out"),
    ]
    store.park("r", 9, rows)
    assert store.cursor("r") == 9
    assert store.parked("r") == [rows[1], rows[0], rows[2]]
    assert store.parked("r", due="2026-11-02T01:00:00Z") == [rows[0]]
    assert store.parked("r", dead=True) == [rows[1]]
    assert store.parked("r", dead=False, limit=1) == [rows[0]]
    assert store.parked("r", after=(P, "1")) == [rows[0], rows[2]]
    assert store.parked("other") == []
    again = rows[0]._replace(attempts=2, retry="2026-11-02T05:00:00Z")
    store.park("r", 3, [again], [(P, "1"), (Q, "none")])
    assert (store.cursor("r"), store.parked("r")) == (9, [again, rows[2]])


def test_words_find_the_order_while_the_record_has_them(store: Any) -> None:
    def kept(person: str, *words: str) -> tuple[Private, ...]:
        return (Private("title", person, {"title": "w9"}, words),)

    store.append([write("1", private=kept("x", "w1", "w2")), write("2", private=kept("y", "w2", "w3"))])
    store.append([write("1", place=Q, private=kept("x", "w2"))])
    assert numbers(store, Query(words=("w2",))) == ["1", "2"]
    assert numbers(store, Query(words=("w2", "w1"))) == ["1"]
    assert numbers(store, Query(words=("w1", "w3"))) == numbers(store, Query(words=("w9",))) == []
    store.append([write("1", 1, private=kept("x", "w4"))])
    assert [numbers(store, Query(words=(word,))) for word in ("w1", "w2", "w4")] == [[], ["2"], ["1"]]
    store.forget(P, "x")
    assert numbers(store, Query(words=("w4",))) == []
    assert numbers(store, Query(words=("w2",)), Q) == ["1"]


def test_no_word_of_a_forgotten_person_is_left_in_a_file(tmp_path: Path) -> None:
    def word(person: int, i: int) -> str:
        return f"hash{person:04d}x{i:02d}"

    with SqliteStore(tmp_path / "orders.db", durability="relaxed") as store:
        for person in range(200):
            words = tuple(word(person, i) for i in range(person % 17))
            kept = Private("title", f"person{person:04d}", {"title": "虚构" * (person % 29)}, words)
            store.append([write(f"{person * 7919 % 1000:04d}", private=(kept,), requester=f"person{person:04d}")])
            if person % 3 == 2:
                store.forget(P, f"person{person - 1:04d}")
        data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        for person in range(200):
            gone = person % 3 == 1 and person < 199
            for i in range(person % 17):
                assert (word(person, i).encode() in data) != gone
        assert store.check() == []
