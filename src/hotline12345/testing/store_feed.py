"""The clauses about content, the feed and places (内容、顺序与隔离条款)."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores.port import Appended, Desk, Private, Query, Store

from .store_base import P, Q, StoreBase, follow, numbers, write

RARE = "a\x00b\u2028\u2029\ufeff\x7f\U0001f6b0👨\u200d👩\u200d👧 é e\u0301 \u202eעברית 𠮷 〇 '\"\\;--%_\r\n\t"
HALF = "half \ud83d and \udc00"
TEXTS = ("status", "kind", "category", "area", "holder", "requester", "received", "due", "digest", "wake", "changed")
"""The fields of a head that are text."""


class FeedClauses(StoreBase):
    """What comes back is what went in, in the order it was committed, and to its own place only."""

    def test_s20_rare_characters_come_back(self, store: Store) -> None:
        """S20: rare characters come back as they went in, in records, private records, numbers, keys and heads."""
        kept = (Private(RARE, RARE, {RARE: RARE}),)
        store.append([write(RARE, key=RARE, fingerprint=RARE, holder=RARE, data={RARE: RARE}, private=kept)])
        assert store.stream(P, RARE)[0].data == {RARE: RARE}
        assert store.private(P, RARE) == {RARE: {RARE: RARE}}
        assert store.lookup(P, RARE) == (RARE, 1, RARE)
        assert numbers(store, Query(holder=RARE)) == [RARE]
        assert store.forget(P, RARE) == 1

    def test_s88_half_a_character_in_what_is_found_by_is_refused(self, store: Store) -> None:
        """S88: half a character in what an order is found by is refused, field named; asking for it finds nothing."""
        desk, kept = Desk("a1", "u", "lead", "2026-11-03T00:00:00Z"), Private("p", "x", {}, ("w",))
        good = write("1", key="k", fingerprint="f", desks=(desk, desk), private=(kept,))
        half: list[dict[str, Any]] = [{name: HALF} for name in TEXTS]
        wrong = {name: good._replace(head=good.head._replace(**each)) for each in half for name in each}
        for name in Desk._fields:
            desks = (desk, desk._replace(**{name: HALF}))
            wrong[f"desks[1].{name}"] = good._replace(head=good.head._replace(desks=desks))
        for name in ("id", "person"):
            odd: dict[str, Any] = {name: HALF}
            wrong[f"private[0].{name}"] = good._replace(private=(kept._replace(**odd),))
        wrong |= {"key": good._replace(key=HALF), "fingerprint": good._replace(fingerprint=HALF)}
        wrong |= {"number": write(HALF), "place": write("1", place=HALF)}
        wrong["records[0].kind"] = good._replace(records=(good.records[0]._replace(kind=HALF),))
        for field, append in wrong.items():
            with pytest.raises(StoreError) as caught:
                store.append([write("7"), append])
            assert caught.value.code == "bad-append"
            assert field in caught.value.zh
            assert field in caught.value.en
            assert caught.value.hint("zh")
        assert follow(store) == []
        assert numbers(store) == []
        assert (store.stream(P, HALF), store.head(P, HALF), store.lookup(P, HALF)) == ([], None, None)
        assert (numbers(store, Query(holder=HALF)), store.count(P, Query(category=HALF))) == ([], {"": 0})

    def test_s21_half_a_character_comes_back(self, store: Store) -> None:
        """S21: half a character (a lone surrogate), as broken clients send it, comes back in a record's data."""
        store.append([write("1", data={"text": HALF}, private=(Private("p", "x", {"text": HALF}),))])
        assert store.stream(P, "1")[0].data == {"text": HALF}
        assert store.private(P, "1") == {"p": {"text": HALF}}

    def test_s22_values_keep_their_type(self, store: Store) -> None:
        """S22: big integers, fractions, null, booleans, empty and nested values keep their value and type."""
        data: dict[str, Any] = {
            "big": 2**53 + 1,
            "bigger": -(2**64) - 1,
            "fraction": 0.1,
            "small": 5e-324,
            "whole": 1.0,
            "one": 1,
            "null": None,
            "yes": True,
            "no": False,
            "empty": {"": [], "a": {}},
            "deep": {"a": [{"b": [[[{"c": ["二", None, 3.5]}]]]}]},
        }
        store.append([write("1", data=data)])
        got = store.stream(P, "1")[0].data
        assert got == data
        assert {key: type(value) for key, value in got.items()} == {key: type(value) for key, value in data.items()}

    def test_s23_a_big_record_comes_back(self, store: Store) -> None:
        """S23: a record and a private record of a million characters come back whole."""
        text = "供暖不热😀" * 200_000
        store.append([write("1", data={"text": text}, private=(Private("p", "x", {"text": text}),))])
        assert store.stream(P, "1")[0].data["text"] == text
        assert store.private(P, "1")["p"]["text"] == text

    def test_s24_what_is_handed_out_is_the_callers(self, store: Store) -> None:
        """S24: what a caller does to a list or dict it was given changes nothing in the store."""
        store.append([write("1", 0, 2, private=(Private("p", "x", {"a": 1}),))])
        store.stream(P, "1").clear()
        store.feed().clear()
        store.count(P, Query(), "status").clear()
        store.awake(P, "9").append("?")
        given: Any = store.private(P, "1")
        given["p"]["a"] = 2
        given.clear()
        assert len(store.stream(P, "1")) == len(store.feed()) == 2
        assert store.private(P, "1") == {"p": {"a": 1}}

    def test_s25_the_feed_is_in_commit_order(self, store: Store) -> None:
        """S25: the feed has every record in commit order, at positions that grow strictly from above 0."""
        store.append([write("2", records=2)])
        store.append([write("1"), write("3", place=Q, records=2)])
        store.append([write("2", 2)])
        fed = store.feed()
        told = [(f.record.place, f.record.number, f.record.version) for f in fed]
        assert told == [(P, "2", 1), (P, "2", 2), (P, "1", 1), (Q, "3", 1), (Q, "3", 2), (P, "2", 3)]
        positions = [f.position for f in fed]
        assert positions == sorted(set(positions))
        assert positions[0] > 0
        assert [f.record for f in fed if f.record.number == "2"] == store.stream(P, "2")

    def test_s26_the_feed_has_pages(self, store: Store) -> None:
        """S26: the feed read page by page, with any page size, gives each record once."""
        for i in range(10):
            store.append([write(str(i), 0, 3)])
        whole = store.feed(0, 1000)
        assert len(whole) == 30
        for size in (1, 2, 7, 30, 31):
            assert follow(store, limit=size) == whole

    def test_s27_the_feed_of_a_place_is_its_own(self, store: Store) -> None:
        """S27: the feed of one place has its records only, at the positions they have in the whole."""
        for i in range(6):
            store.append([write(str(i), place=(P, Q)[i % 2]), write(f"{i}x", place=P)])
        store.append([write(f"{i}y", place=P) for i in range(100)])
        store.append([write("last", place=Q)])  # far behind what is not its own
        whole = follow(store)
        for place in (P, Q):
            assert follow(store, place, 2) == [f for f in whole if f.record.place == place]
        assert store.feed(place="none") == []

    def test_s28_the_feed_has_an_end(self, store: Store) -> None:
        """S28: beyond its end the feed is empty, and what is written later appears there."""
        store.append([write("1")])
        end = store.feed()[-1].position
        assert store.feed(end) == []
        assert store.feed(end + 1000) == []
        assert store.feed(0, 0) == []
        store.append([write("2")])
        assert [f.record.number for f in store.feed(end)] == ["2"]

    def test_s29_a_cursor_never_goes_back(self, store: Store) -> None:
        """S29: a reader's cursor starts at 0, keeps what it was told, and never goes back; readers are apart."""
        assert store.cursor("a") == 0
        store.advance("a", 5)
        store.advance("a", 3)
        assert store.cursor("a") == 5
        store.advance("a", 2**40)
        assert (store.cursor("a"), store.cursor("b")) == (2**40, 0)

    def test_s30_a_follower_misses_nothing(self, store: Store) -> None:
        """S30: a follower that reads while four writers write misses nothing and sees each order in order."""

        def go(name: str) -> None:
            for i in range(40):
                store.append([write(f"{name}{i % 5}", i // 5)])

        threads = [Thread(target=go, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        seen: list[Any] = []
        while any(t.is_alive() for t in threads) or store.feed(seen[-1].position if seen else 0, 1):
            seen.extend(store.feed(seen[-1].position if seen else 0, 11))
        for thread in threads:
            thread.join()
        assert len(seen) == 160
        versions: dict[str, int] = {}
        for fed in seen:
            assert fed.record.version == versions.get(fed.record.number, 0) + 1
            versions[fed.record.number] = fed.record.version

    def test_s31_one_number_in_two_places_is_two_orders(self, store: Store) -> None:
        """S31: the same number in two places is two orders: what one has says nothing of the other."""
        store.append([write("1", 0, 2, key="k1", fingerprint="f", private=(Private("p", "x", {"a": 1}),))])
        assert store.stream(Q, "1") == []
        assert store.head(Q, "1") is None
        assert store.private(Q, "1") == {}
        assert store.lookup(Q, "k1") is None
        other = write("1", place=Q, key="k1", fingerprint="g", private=(Private("p", "y", {"a": 2}),))
        assert store.append([other]) == (Appended("1", 1, False),)
        assert [len(store.stream(place, "1")) for place in (P, Q)] == [2, 1]
        assert [store.private(place, "1")["p"]["a"] for place in (P, Q)] == [1, 2]

    def test_s32_nothing_is_found_of_another_place(self, store: Store) -> None:
        """S32: find, count and awake of a place have nothing of another."""
        store.append([write("1", place=Q, holder="u", wake="2026", requester="x")])
        assert numbers(store) == numbers(store, Query(holder="u")) == numbers(store, Query(requester="x")) == []
        assert store.count(P, Query()) == {"": 0}
        assert store.count(P, Query(), "holder") == {}
        assert store.awake(P, "9") == []
        assert store.awake(Q, "9") == numbers(store, place=Q) == ["1"]

    def test_s33_forget_stays_in_its_place(self, store: Store) -> None:
        """S33: forget in one place leaves the same person's records in another."""
        for place in (P, Q):
            store.append([write("1", place=place, requester="x", private=(Private("p", "x", {"at": place}),))])
        assert store.forget(P, "x") == 1
        assert store.private(Q, "1") == {"p": {"at": Q}}
        assert numbers(store, Query(requester="x"), Q) == ["1"]
        assert numbers(store, Query(requester="x"), P) == []
