"""The clauses about writing (写入条款)."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest

from hotline12345.core.errors import Conflict, StoreError
from hotline12345.stores.port import SCHEMA, Append, Appended, Desk, Private, Query, Record, Store

from .store_base import P, Q, StoreBase, follow, head, numbers, record, write


def _kept(store: Store) -> tuple[object, ...]:
    """Everything a refused write could have changed."""
    return (
        [(fed.position, fed.record) for fed in follow(store)],
        store.find(P, Query()).heads,
        {number: store.private(P, number) for number in ("1", "2", "3")},
        [store.lookup(P, key) for key in ("k1", "k2")],
        store.awake(P, "9"),
        store.count(P, Query(unit="u")),
    )


def _all_at_once(store: Store, append: Append, gate: Barrier, told: list[Appended], refused: list[Any]) -> None:
    gate.wait()
    try:
        told.extend(store.append([append]))
    except Exception as error:
        refused.append(error)


def _race(store: Store, version: int, name: str, gate: Barrier, won: list[str], lost: list[str]) -> None:
    gate.wait()
    try:
        store.append([write("1", version, data={"by": name})])
        won.append(name)
    except Conflict:
        lost.append(name)


class WritingClauses(StoreBase):
    """Appending: all or nothing, first come first served, once a key."""

    def test_s01_what_was_appended_reads_back(self, store: Store) -> None:
        """S1: what was appended reads back, record for record, oldest first."""
        append = Append(P, "1", 0, (record("1", 1, a=1), record("1", 2, b="二")), head("1", 2))
        assert store.append([append]) == (Appended("1", 2, False),)
        store.append([write("1", 2, data={"c": None})])
        assert store.stream(P, "1") == [record("1", 1, a=1), record("1", 2, b="二"), record("1", 3, c=None)]
        assert store.stream(P, "1", 2) == [record("1", 3, c=None)]
        assert store.stream(P, "1", 3) == []
        assert store.stream(P, "none") == []

    def test_s02_a_stale_write_is_refused(self, store: Store) -> None:
        """S2: a write that expects an older version than the order has is refused as stale."""
        store.append([write("1", records=2)])
        with pytest.raises(Conflict) as caught:
            store.append([write("1", 1)])
        assert caught.value.code == "stale"
        assert [r.version for r in store.stream(P, "1")] == [1, 2]

    def test_s03_a_first_write_is_first(self, store: Store) -> None:
        """S3: a write is refused for a new order that exists, and for a later version of one that does not."""
        store.append([write("1")])
        for append in (write("1"), write("2", 1), write("1", 2)):
            with pytest.raises(Conflict) as caught:
                store.append([append])
            assert caught.value.code == "stale"
        assert numbers(store) == ["1"]
        assert store.stream(P, "2") == []

    def test_s04_a_batch_is_all_or_nothing(self, store: Store) -> None:
        """S4: when one order of a batch is stale, nothing of the batch is written, wherever it stands in it."""
        store.append([write("1")])
        before = _kept(store)
        good = [
            write(number, key=key, private=(Private("p", "x", {}),), wake="1", desks=(Desk("a", "u", "lead", ""),))
            for number, key in (("2", "k1"), ("3", "k2"))
        ]
        for place in range(3):
            with pytest.raises(Conflict):
                store.append([*good[:place], write("1", 0), *good[place:]])
            assert _kept(store) == before

    def test_s05_a_batch_answers_in_its_order(self, store: Store) -> None:
        """S5: a batch is written over several orders, and answers in its own order."""
        store.append([write("5")])
        answer = store.append([write("9", records=3), write("5", 1), write("1", records=2)])
        assert answer == (Appended("9", 3), Appended("5", 2), Appended("1", 2))
        assert numbers(store) == ["1", "5", "9"]

    def test_s06_two_appends_to_one_order_build_on_each_other(self, store: Store) -> None:
        """S6: two appends to one order in one batch build on each other; out of step they are refused whole."""
        assert store.append([write("1"), write("1", 1, status="accepted")]) == (Appended("1", 1), Appended("1", 2))
        found = store.head(P, "1")
        assert found is not None
        assert (found.version, found.status) == (2, "accepted")
        with pytest.raises(Conflict):
            store.append([write("2"), write("2")])
        assert store.stream(P, "2") == []

    def test_s07_of_two_writers_one_wins(self, store: Store) -> None:
        """S7: of two writers with the same expected version exactly one wins."""
        for version in range(30):
            gate = Barrier(2)
            won: list[str] = []
            lost: list[str] = []
            threads = [Thread(target=_race, args=(store, version, name, gate, won, lost)) for name in "ab"]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert (len(won), len(lost)) == (1, 1)
            assert [r.data["by"] for r in store.stream(P, "1", version)] == won

    def test_s08_the_same_key_writes_once(self, store: Store) -> None:
        """S8: the same key with the same fingerprint gives the first result, marked repeated, and writes nothing."""
        first = write("1", records=2, key="k1", fingerprint="f")
        assert store.append([first]) == (Appended("1", 2, False),)
        before = _kept(store)
        assert store.append([first]) == (Appended("1", 2, True),)
        assert store.append([write("2", key="k1", fingerprint="f")]) == (Appended("1", 2, True),)
        assert _kept(store) == before

    def test_s87_one_key_from_many_threads(self, store: Store) -> None:
        """S87: a key used by many threads at once has one effect: each is told of that one, or gets a Conflict."""
        for turn in range(10):
            gate = Barrier(8)
            told: list[Appended] = []
            refused: list[BaseException] = []
            appends = [write(f"{turn}-{i}", key=f"k{turn}", fingerprint="f") for i in range(8)]
            threads = [Thread(target=_all_at_once, args=(store, each, gate, told, refused)) for each in appends]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(told) + len(refused) == 8
            assert all(isinstance(error, Conflict) for error in refused), refused
            fresh = [answer for answer in told if not answer.repeated]
            assert len(fresh) == 1, f"one key had {len(fresh)} effects"
            first = fresh[0]
            assert {answer._replace(repeated=False) for answer in told} == {first}
            assert store.lookup(P, f"k{turn}") == (first.number, 1, "f")
            assert [number for number in numbers(store) if number.startswith(f"{turn}-")] == [first.number]

    def test_s09_a_key_is_remembered(self, store: Store) -> None:
        """S9: a key is remembered when its order has moved on, and the answer is still the first one."""
        first = write("1", key="k1", fingerprint="f")
        store.append([first])
        store.append([write("1", 1, records=3, status="closed", open=False)])
        assert store.append([first]) == (Appended("1", 1, True),)
        assert [r.version for r in store.stream(P, "1")] == [1, 2, 3, 4]

    def test_s10_a_key_with_other_content_is_refused(self, store: Store) -> None:
        """S10: a key that comes back with another fingerprint is refused, and nothing of the batch is written."""
        store.append([write("1", key="k1", fingerprint="f")])
        before = _kept(store)
        with pytest.raises(Conflict) as caught:
            store.append([write("3"), write("2", key="k1", fingerprint="g")])
        assert caught.value.code == "key-reused"
        assert _kept(store) == before

    def test_s11_a_repeated_key_lets_the_others_pass(self, store: Store) -> None:
        """S11: a repeated key in a batch leaves the others of the batch to be written."""
        store.append([write("1", key="k1", fingerprint="f")])
        answer = store.append([write("2", key="k2"), write("1", key="k1", fingerprint="f"), write("3")])
        assert answer == (Appended("2", 1), Appended("1", 1, True), Appended("3", 1))
        assert numbers(store) == ["1", "2", "3"]

    def test_s12_a_refused_write_does_not_use_up_its_key(self, store: Store) -> None:
        """S12: a refused write does not use up its key."""
        store.append([write("1")])
        with pytest.raises(Conflict):
            store.append([write("1", 0, key="k1", fingerprint="f")])
        assert store.lookup(P, "k1") is None
        assert store.append([write("1", 1, key="k1", fingerprint="g")]) == (Appended("1", 2, False),)

    def test_s13_lookup_tells_what_a_key_wrote(self, store: Store) -> None:
        """S13: lookup gives number, version and fingerprint of the write that carried a key, else nothing."""
        store.append([write("1", records=3, key="k1", fingerprint="指纹")])
        assert store.lookup(P, "k1") == ("1", 3, "指纹")
        assert store.lookup(P, "k2") is None
        assert store.lookup(P, "") is None

    def test_s14_the_same_key_twice_in_a_batch_writes_once(self, store: Store) -> None:
        """S14: the same key twice in one batch writes once."""
        twice = [write("1", key="k1", fingerprint="f"), write("2", key="k1", fingerprint="f")]
        assert store.append(twice) == (Appended("1", 1, False), Appended("1", 1, True))
        assert numbers(store) == ["1"]

    def test_s15_an_append_that_contradicts_itself_is_refused(self, store: Store) -> None:
        """S15: an append that contradicts itself (a gap, another order's record, another version) is refused."""
        good = write("1", records=2)
        for bad in (
            good._replace(records=good.records[1:]),
            good._replace(records=(record("1", 1), record("1", 3))),
            good._replace(records=(record("1", 1), record("2", 2))),
            good._replace(records=(record("1", 1), record("1", 2, place=Q))),
            good._replace(head=head("1", 3)),
            good._replace(head=head("2", 2)),
            good._replace(records=(), head=head("1", 0)),
        ):
            with pytest.raises(StoreError) as caught:
                store.append([write("7"), bad])
            assert caught.value.code == "bad-append"
        assert follow(store) == []

    def test_s16_a_newer_schema_is_not_written(self, store: Store) -> None:
        """S16: a record in a newer schema than this library's is not written."""
        later = (Record(P, "1", 1, "Received", {}, SCHEMA + 1),)
        with pytest.raises(StoreError) as caught:
            store.append([Append(P, "1", 0, later, head("1", 1))])
        assert caught.value.code == "newer-schema"
        assert store.stream(P, "1") == []

    def test_s17_an_append_without_records_replaces_the_head(self, store: Store) -> None:
        """S17: an append without records replaces the head and leaves the history alone."""
        store.append([write("1", records=2, due="2027-01-04T16:00:00Z", digest="old")])
        moved = head("1", 2, due="2027-01-05T16:00:00Z", digest="new")
        assert store.append([Append(P, "1", 2, (), moved)]) == (Appended("1", 2),)
        assert store.head(P, "1") == moved
        assert [r.version for r in store.stream(P, "1")] == [1, 2]
        assert len(follow(store)) == 2

    def test_s18_an_empty_batch_writes_nothing(self, store: Store) -> None:
        """S18: an empty batch writes nothing and says so."""
        assert store.append([]) == ()
        assert follow(store) == []

    def test_s19_a_large_batch_is_one_write(self, store: Store) -> None:
        """S19: a batch of two thousand orders is one write: all there, or, with one stale at its end, none."""
        batch = [write(f"{i:06d}", 0, 2, holder=f"u{i % 7}") for i in range(2000)]
        store.append([write("x")])
        with pytest.raises(Conflict):
            store.append([*batch, write("x")])
        assert store.count(P, Query()) == {"": 1}
        assert len(store.append(batch)) == 2000
        assert store.count(P, Query()) == {"": 2001}
        assert len(store.feed(0, 10_000)) == 4001
