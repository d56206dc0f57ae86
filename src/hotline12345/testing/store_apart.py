"""The clauses about what is kept apart, and what is seen whole (分辨与整体可见条款)."""

from __future__ import annotations

from threading import Barrier, Event, Thread

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores.port import Append, Appended, Desk, Private, Query, Store

from .store_base import P, StoreBase, numbers, write

ALIKE = (
    "A1", "a1", "\uff21\uff11", "\u00e9", "e\u0301", "E\u0301", "ss", "\u00df", "1", "01", "1.0", "\u0661",
    "1/2", "../1", "1%2F2", "1_2", "1*2", "\u4e00", "\U00020bb7", "\uff5e", "~",
)  # fmt: skip
"""Each is another: they differ in case, width, accents, zeros, script, or are more than a file's name can be."""


def _new(store: Store, append: Append) -> None:
    """Write an order that is not there yet."""
    try:
        answer = store.append([append])
    except Conflict as refusal:
        pytest.fail(f"{append.place} {append.number!r} was taken for another: {refusal}", pytrace=False)
    assert answer == (Appended(append.number, 1, False),), f"{append.place} {append.number!r} was taken for another"


class ApartClauses(StoreBase):
    """What is alike is not the same, and what was written together is seen together."""

    def test_s89_names_never_run_together(self, store: Store) -> None:
        """S89: place, number, key and a private record's id never run together: 21 and 0100 are not 210 and 100."""
        for place, number in (("21", "0100"), ("210", "100"), ("2101", "00"), ("21", "010")):
            said = {"at": [place, number]}
            kept = (Private("1", "x", said), Private("11", "x", said))
            _new(store, write(number, place=place, key=f"{number}0", fingerprint=place, data=said, private=kept))
        for place, number in (("21", "0100"), ("210", "100"), ("2101", "00"), ("21", "010")):
            assert [r.data for r in store.stream(place, number)] == [{"at": [place, number]}]
            assert store.private(place, number, ["1"]) == {"1": {"at": [place, number]}}
            assert store.lookup(place, f"{number}0") == (number, 1, place)
        assert (numbers(store, place="21"), numbers(store, place="210")) == (["010", "0100"], ["100"])
        assert (store.lookup("2", "101000"), store.head("2", "10100")) == (None, None)

    def test_s90_what_is_alike_is_not_the_same(self, store: Store) -> None:
        """S90: numbers, keys, units and readers that differ in case, width, accents or zeros only are different."""
        for at, name in enumerate(ALIKE, 1):
            _new(store, write(name, key=name, fingerprint=name, holder=name, desks=(Desk("a", name, "lead", ""),)))
            store.advance(name, at)
        for at, name in enumerate(ALIKE, 1):
            assert (numbers(store, Query(holder=name)), numbers(store, Query(unit=name))) == ([name], [name])
            assert (store.lookup(P, name), store.cursor(name)) == ((name, 1, name), at)
        assert store.count(P, Query(), "holder") == dict.fromkeys(ALIKE, 1)

    @pytest.mark.parametrize("size", [1, 4, 100])
    def test_s91_numbers_are_in_the_order_of_their_characters(self, store: Store, size: int) -> None:
        """S91: numbers are in the order of their characters' code points, whatever a country's dictionary says."""
        store.append([write(name, wake="2026") for name in ALIKE])
        for found in (numbers(store, limit=size), numbers(store, Query(open=True), limit=size), store.awake(P, "2027")):
            assert found == sorted(ALIKE), "not in the order of code points, or not each once"

    def test_s92_a_batch_is_seen_whole(self, store: Store) -> None:
        """S92: who reads while others write sees each batch whole or not at all, and a head with its own desks."""
        pair, enough = ("1", "2"), Event()
        written: list[int] = []

        def go() -> None:
            while not enough.is_set():
                v = len(written)
                desks = (Desk(f"a{v}", f"u{v}", "lead", ""),)
                store.append([write(number, v, holder=f"u{v}", desks=desks) for number in pair])
                written.append(v)

        writer = Thread(target=go)
        writer.start()
        torn: list[object] = []
        try:
            reads = 0
            while writer.is_alive() and (reads < 100 or len(written) < 60):  # whichever of the two is slower
                reads += 1
                heads = store.find(P, Query()).heads
                torn += [heads] if len({(h.version, h.holder) for h in heads}) > 1 or len(heads) == 1 else []
                torn += [h for h in heads if [d.unit for d in h.desks] != [h.holder]]
                if torn:
                    break
        finally:
            enough.set()
            writer.join()
        assert torn == [], f"seen while a batch was being written: {torn[0]}"
        assert [len(store.stream(P, number)) for number in pair] == [len(written)] * 2

    def test_s93_of_two_that_advance_at_once_the_farther_stays(self, store: Store) -> None:
        """S93: of several that advance one reader at once the farthest position stays."""

        def go(gate: Barrier, position: int) -> None:
            gate.wait(30)
            try:
                store.advance("r", position)
                assert store.cursor("r") >= position
            except BaseException as error:
                errors.append(error)

        errors: list[BaseException] = []
        for turn in range(25):
            gate = Barrier(4)
            threads = [Thread(target=go, args=(gate, 4 * turn + each)) for each in (3, 0, 2, 1)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert errors == [], "a cursor went back, or could not be moved"
            assert store.cursor("r") == 4 * turn + 3, "a cursor went back"
