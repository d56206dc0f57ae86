"""The clauses about leases, fences, parked deliveries and the chain (租约、围栏、暂停投递与校验链条款)."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread
from time import sleep

import pytest

from hotline12345.audit import linked
from hotline12345.core.errors import Conflict
from hotline12345.stores._text import FIRST
from hotline12345.stores.port import Lease, Leasing, Parked, Parking, Private, Store

from .store_base import P, Q, StoreBase, follow, write

SHORT, LONG = 0.05, 600.0


def _parked(reader: str, number: str, retry: str = "2026-11-02", place: str = P, position: int = 1) -> Parked:
    return Parked(reader, place, number, position, 1, retry, "refused")


class SharingClauses(StoreBase):
    """Several workers share one store's work, and what could not be delivered is remembered."""

    def _leasing(self, store: Store) -> Leasing:
        if not self.leases:
            pytest.skip("no leases")
        assert isinstance(store, Leasing)
        return store

    def _parking(self, store: Store) -> Parking:
        if not self.parks:
            pytest.skip("no parked deliveries")
        assert isinstance(store, Parking)
        return store

    def test_s76_a_lease_is_held_by_one(self, store: Store) -> None:
        """S76: a lease is held by one owner at a time, names not free are passed over, at most so many are taken."""
        leasing = self._leasing(store)
        first = leasing.lease(["a", "b"], "one", LONG, 1)
        assert [(lease.name, lease.owner) for lease in first] == [("a", "one")]
        assert [lease.name for lease in leasing.lease(["a", "b", "c"], "two", LONG, 5)] == ["b", "c"]
        assert leasing.lease(["a", "b", "c"], "three", LONG, 5) == []
        assert leasing.lease(["d"], "three", LONG, 0) == []
        assert [lease.token for lease in leasing.lease(["a"], "one", LONG)] == [first[0].token]

    def test_s77_a_lease_given_back_is_free(self, store: Store) -> None:
        """S77: a lease given back is free with a greater token, and cannot be given back for somebody else."""
        leasing = self._leasing(store)
        mine = leasing.lease(["a"], "one", LONG)[0]
        leasing.release(mine)
        leasing.release(mine)
        theirs = leasing.lease(["a"], "two", LONG)[0]
        assert theirs.token > mine.token
        leasing.release(mine)
        assert leasing.lease(["a"], "three", LONG) == []
        with pytest.raises(Conflict) as caught:
            leasing.renew(mine, LONG)
        assert caught.value.code == "lease-lost"

    def test_s78_an_expired_lease_is_lost(self, store: Store) -> None:
        """S78: an expired lease can neither be renewed nor written under, though nobody has taken it yet."""
        leasing = self._leasing(store)
        mine = leasing.lease(["a"], "one", SHORT)[0]
        sleep(SHORT * 3)
        with pytest.raises(Conflict) as caught:
            leasing.renew(mine, LONG)
        assert caught.value.code == "lease-lost"
        with pytest.raises(Conflict) as caught:
            leasing.fenced(mine).append([write("1")])
        assert caught.value.code == "lease-lost"
        assert leasing.lease(["a"], "two", LONG)[0].token > mine.token

    def test_s79_who_lost_the_lease_cannot_write(self, store: Store) -> None:
        """S79: who lost a lease writes nothing under it, neither order nor cursor; who holds it does."""
        leasing = self._leasing(store)
        old = leasing.lease(["a"], "one", SHORT)[0]
        sleep(SHORT * 3)
        new = leasing.lease(["a"], "two", LONG)[0]
        stalled, holder = leasing.fenced(old), leasing.fenced(new)
        for attempt in (lambda: stalled.append([write("1")]), lambda: stalled.advance("r", 3)):
            with pytest.raises(Conflict) as caught:
                attempt()
            assert caught.value.code == "lease-lost"
        assert (store.head(P, "1"), store.cursor("r")) == (None, 0)
        holder.append([write("1")])
        holder.advance("r", 1)
        assert (len(store.stream(P, "1")), store.cursor("r")) == (1, 1)
        assert holder.stream(P, "1") == store.stream(P, "1")

    def test_s80_a_renewed_lease_goes_on(self, store: Store) -> None:
        """S80: a renewed lease keeps its token and is held past its first end."""
        leasing = self._leasing(store)
        first = leasing.lease(["a"], "one", LONG)[0]
        renewed = leasing.renew(first, LONG * 2)
        assert (renewed.token, renewed.name, renewed.owner) == (first.token, "a", "one")
        assert renewed.until > first.until
        leasing.fenced(first).append([write("1")])

    def test_s81_workers_that_ask_at_once_share(self, store: Store) -> None:
        """S81: of workers that ask at once each name goes to exactly one."""
        leasing = self._leasing(store)
        names = [f"n{i}" for i in range(24)]
        barrier = Barrier(6)
        taken: list[tuple[str, str]] = []

        def ask(owner: str) -> None:
            barrier.wait(30)
            for _ in range(200):
                got = leasing.lease(names, owner, LONG, 2)
                fresh = [lease for lease in got if lease not in mine[owner]]
                mine[owner].extend(fresh)
                if sum(map(len, mine.values())) >= len(names):
                    return

        mine: dict[str, list[Lease]] = {f"w{i}": [] for i in range(6)}
        threads = [Thread(target=ask, args=(owner,)) for owner in mine]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for owner in mine:
            taken.extend((lease.name, owner) for lease in leasing.lease(names, owner, LONG, len(names)))
        assert sorted(name for name, _ in taken) == sorted(names)

    def test_s82_parking_and_cursor_are_one_write(self, store: Store, tmp_path: Path) -> None:
        """S82: parking, clearing and the cursor are one write; a parked order is told until it is cleared."""
        parking = self._parking(store)
        parking.park("r", 5, [_parked("r", "2"), _parked("r", "1"), _parked("r", "1", place=Q)])
        assert store.cursor("r") == 5
        assert [(p.place, p.number) for p in parking.parked("r")] == [(P, "1"), (P, "2"), (Q, "1")]
        again = _parked("r", "1", "2026-11-03")._replace(attempts=2, error="refused again")
        parking.park("r", 4, [again], [(P, "2"), (P, "none")])
        assert store.cursor("r") == 5
        assert parking.parked("r") == [again, _parked("r", "1", place=Q)]
        assert parking.parked("other") == []
        if self.durable:
            store.close()
            opened = self.open(tmp_path)
            assert isinstance(opened, Parking)
            assert opened.parked("r") == [again, _parked("r", "1", place=Q)]
            opened.close()

    def test_s83_what_is_to_be_tried_again_is_told(self, store: Store) -> None:
        """S83: what is due is told apart from what is not yet, and from dead letters, page by page."""
        parking = self._parking(store)
        retries = {"1": "2026-11-02", "2": "2026-11-04", "3": "", "4": "2026-11-01"}
        parking.park("r", 0, [_parked("r", number, retry) for number, retry in retries.items()])

        def told(**which: object) -> str:
            return "".join(p.number for p in parking.parked("r", **which))  # type: ignore[arg-type]

        assert told(due="2026-11-02") == "14"
        assert told(dead=True) == "3"
        assert told(dead=False) == "124"
        assert told(due="2026-11-02", dead=False, limit=1) == "1"
        assert told(after=(P, "1"), limit=2) == "23"
        assert told(limit=0) == ""

    def test_s84_who_lost_the_lease_parks_nothing(self, store: Store) -> None:
        """S84: who lost a lease can park and clear nothing under it."""
        leasing, parking = self._leasing(store), self._parking(store)
        mine = leasing.lease(["a"], "one", LONG)[0]
        parking.park("r", 1, [_parked("r", "1")])
        leasing.release(mine)
        stalled = leasing.fenced(mine)
        assert isinstance(stalled, Parking)
        with pytest.raises(Conflict) as caught:
            stalled.park("r", 2, [_parked("r", "2")], [(P, "1")])
        assert caught.value.code == "lease-lost"
        assert (store.cursor("r"), [p.number for p in parking.parked("r")]) == (1, ["1"])

    def test_s85_each_record_has_its_link(self, store: Store) -> None:
        """S85: each record has a link in the feed over all of its order up to it, as ``audit.linked`` counts it."""
        if not self.chains:
            pytest.skip("no chain")
        for number, first in (("1", "a"), ("2", "a"), ("3", "b")):
            store.append([write(number, data={"said": first})])
            store.append([write(number, 1, 2, data={"said": "then"})])
        links = {(fed.record.number, fed.record.version): fed.link for fed in follow(store)}
        assert len(links) == len(set(links.values())) == 9
        assert all(len(link) >= 32 for link in links.values())
        assert links == {(fed.record.number, fed.record.version): fed.link for fed in follow(store, P)}
        ends: dict[str, bytes] = {}
        for fed in follow(store):  # else audit verify calls every record altered, and no export is made
            ends[fed.record.number] = linked(fed, ends.get(fed.record.number, FIRST))
            assert fed.link == ends[fed.record.number].hex(), "the link is not the one that audit.linked counts"

    def test_s86_forgetting_leaves_the_chain(self, store: Store) -> None:
        """S86: what is forgotten and what a head says is in no link."""
        if not self.chains:
            pytest.skip("no chain")
        store.append([write("1", private=(Private("1", "x", {"a": 1}, ("aa",)),), requester="x")])
        store.append([write("1", 1, holder="u")])
        before = follow(store)
        assert store.forget(P, "x") == 1
        store.append([write("1", 2)])
        assert follow(store)[:2] == before
