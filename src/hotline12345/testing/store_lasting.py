"""The clauses about what lasts, on disk and in an export (持久与导出条款)."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from hotline12345.stores.port import Append, Desk, Following, Keeping, Leasing, Parked, Parking, Private, Query, Store

from .store_base import P, Q, StoreBase, follow, head, numbers, write
from .store_feed import HALF, RARE

EXACT: dict[str, Any] = {
    "big": 2**53 + 1, "fraction": 0.1 + 0.2, "small": 5e-324, "whole": 1.0, "null": None, "yes": True, "rare": RARE,
    "half": HALF, "empty": {"": []},
}  # fmt: skip


def answers(store: Store) -> dict[str, Any]:
    """Return what *store* answers to each question, by its name (全部回答)."""
    pages = {place: store.find(place, Query()).heads for place in (P, Q)}
    orders = [(h.place, h.number) for heads in pages.values() for h in heads]
    told: dict[str, Any] = {
        "feed": follow(store),
        "places": store.places(),
        "heads": pages,
        "histories": [store.stream(*order) for order in orders],
        "private records": [store.private(*order) for order in orders],
        "receipts": [store.receipts(*order) for order in orders],
        "keys": [store.lookup(P, key) for key in ("k1", "k2", "k3")],
        "cursors": [store.cursor(reader) for reader in ("r", "s")],
        "orders that wake": [store.awake(place, "9") for place in (P, Q)],
        "counts": [store.count(P, Query(), by) for by in ("", "status", "holder", "category")],
        "orders by requester": [numbers(store, Query(requester=person)) for person in ("x", "y")],
        "orders by word": [numbers(store, Query(words=(word,))) for word in ("aa", "bb", "cc", "dd")],
        "orders by desk": [numbers(store, Query(unit=unit)) for unit in ("u", "v")],
    }
    if isinstance(store, Keeping):
        told["private records, whole"] = [store.kept(*order) for order in orders]
    if isinstance(store, Following):
        told["readers"] = store.readers()
    if isinstance(store, Parking):
        told["parked deliveries"] = store.parked("r")
    return told


def fill(store: Store) -> None:
    """Write some of everything, change some of it and forget somebody."""
    desks = (Desk("a", "u", "lead", "", "2026-11-05"), Desk("b", "v", "assist", ""))
    kept = (Private("p", "x", EXACT, ("aa", "bb")), Private("q", "y", {"n": 1}, ("cc",)))
    store.append(
        [
            write("2", 0, 3, key="k1", fingerprint="f", requester="x", wake="2026", private=kept, data=EXACT),
            write("1", requester="y", desks=desks, holder="u", private=(Private("p", "y", {"a": 1}, ("aa",)),)),
            write("1", place=Q, key="k1", fingerprint="g", wake="2027"),
        ]
    )
    store.append([write("2", 3, key="k2", wake="2025", private=(Private("q", "y", {"n": 2}, ("dd",)),))])
    store.append([write("3", key="k3", requester="z", private=(Private("p", "z", {}, ("bb",)),))])
    store.forget(P, "z")
    store.advance("r", 2)
    store.advance("s", 2**40)
    if isinstance(store, Parking):
        store.park("r", 3, [Parked("r", P, "1", 3, 2, "2026-11-02", "refused")])
    store.append([Append(P, "1", 1, (), head("1", 1, holder="v", category="政法", desks=desks[1:], wake="2024"))])


def compare(found: dict[str, Any], before: dict[str, Any], when: str) -> None:
    """Say what is not answered as *before*."""
    for name, said in before.items():
        assert found[name] == said, f"{when}, {name}: not as before"


class LastingClauses(StoreBase):
    """What was written is there later, elsewhere, and nothing else is."""

    def test_s94_everything_is_there_again(self, tmp_path: Path) -> None:
        """S94: opened again, a store answers every question as before, to the last bit and half a character."""
        if not self.durable:
            pytest.skip("not durable")
        store = self.open(tmp_path)
        fill(store)
        before = answers(store)
        store.close()
        store = self.open(tmp_path)
        try:
            compare(answers(store), before, "opened again")
            assert store.stream(P, "2")[0].data == EXACT, "a value is not what was written"
            store.append([write("2", 4), write("4")])
            assert follow(store)[: len(before["feed"])] == before["feed"], "old records moved in the feed"
        finally:
            store.close()

    def test_s95_what_is_acknowledged_is_on_disk(self, tmp_path: Path) -> None:
        """S95: what was written is on disk when the write returns: a copy of the files made then has it all."""
        if not self.durable:
            pytest.skip("not durable")
        here, there = tmp_path / "here", tmp_path / "there"
        here.mkdir()
        store = self.open(here)
        try:
            fill(store)
            if not any(path.is_file() for path in here.rglob("*")):
                pytest.skip("the store keeps no files")
            shutil.copytree(here, there)
            before = answers(store)
        finally:
            store.close()
        copy = self.open(there)
        try:
            compare(answers(copy), before, "after a sudden end")
        finally:
            copy.close()

    def test_s96_who_is_forgotten_does_not_come_back(self, tmp_path: Path) -> None:
        """S96: who was forgotten is forgotten when the store is opened again: records, index and words."""
        if not self.durable:
            pytest.skip("not durable")
        store = self.open(tmp_path)
        fill(store)
        store.forget(P, "y")
        store.forget(P, "x")
        store.close()
        store = self.open(tmp_path)
        try:
            assert [store.private(P, number) for number in "123"] == [{}, {}, {}], "a private record came back"
            assert [numbers(store, Query(requester=p)) for p in "xyz"] == [[], [], []], "an index came back"
            assert [numbers(store, Query(words=(w,))) for w in ("aa", "bb", "cc", "dd")] == [[], [], [], []]
            assert [store.forget(P, person) for person in "xyz"] == [0, 0, 0]
        finally:
            store.close()

    def test_s97_private_records_are_given_whole(self, store: Store) -> None:
        """S97: what an export needs is given whole: private records with person and words, and every reader."""
        if not self.exports:
            pytest.skip("no export")
        assert isinstance(store, Keeping), "an export needs kept(place, number)"
        assert isinstance(store, Following), "an export needs readers()"
        fill(store)
        found = [each._replace(words=tuple(sorted(each.words))) for each in store.kept(P, "2")]
        assert found == [Private("p", "x", EXACT, ("aa", "bb")), Private("q", "y", {"n": 2}, ("dd",))]
        assert (store.kept(P, "3"), store.kept(P, "none"), store.kept("none", "2")) == ([], [], [])
        assert store.readers() == ["r", "s"]

    def test_s98_a_token_is_never_given_again(self, tmp_path: Path) -> None:
        """S98: a lease's token goes on growing when the store is opened again: old workers stay shut out."""
        if not (self.durable and self.leases):
            pytest.skip("not durable, or no leases")
        store = self.open(tmp_path)
        assert isinstance(store, Leasing)
        short = store.lease(["a"], "one", 0.05)[0]
        given = store.lease(["b"], "one", 600.0)[0]
        store.release(given)
        store.close()
        sleep(0.1)
        store = self.open(tmp_path)
        try:
            assert isinstance(store, Leasing)
            taken = {lease.name: lease.token for lease in store.lease(["a", "b"], "two", 600.0, 2)}
            assert taken["a"] > short.token
            assert taken["b"] > given.token, "two workers hold the same token"
        finally:
            store.close()
