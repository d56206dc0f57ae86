"""The clauses about desks, words, changes and many orders at once (承办、词语、变动与成批条款)."""

from __future__ import annotations

import pytest

from hotline12345.stores.port import Append, Desk, Private, Query, Store

from .store_base import P, Q, StoreBase, head, numbers, write


def _desks(store: Store) -> None:
    """Three orders on the desks of a lead and of assistants, each desk with its own due."""
    store.append(
        [
            write("1", desks=(Desk("a", "u", "lead", "", "2026-11-05"), Desk("b", "v", "assist", "", "2026-11-03"))),
            write("2", desks=(Desk("a", "v", "lead", "", "2026-11-09"), Desk("b", "u", "assist", "", ""))),
            write("3", desks=(Desk("a", "u", "lead", "", "2026-11-09"), Desk("b", "u", "copy", "", "2026-11-01"))),
            write("4", place=Q, desks=(Desk("a", "u", "lead", "", "2026-11-01"),)),
        ]
    )


DESKS: tuple[tuple[Query, str], ...] = (
    (Query(unit="u", role="lead"), "13"),
    (Query(unit="u", role="assist"), "2"),
    (Query(role="copy"), "3"),
    (Query(role="none"), ""),
    (Query(unit="u", desk_due_before="2026-11-06"), "13"),
    (Query(unit="u", desk_due_before="2026-11-05"), "3"),
    (Query(unit="u", role="lead", desk_due_before="2026-11-06"), "1"),
    (Query(unit="v", role="lead", desk_due_before="2026-11-06"), ""),
    (Query(desk_due_before="2026-11-04"), "13"),
    (Query(unit="u", desk_due_before="9999"), "13"),
    (Query(role="lead", desk_due_before="9999", open=True), "123"),
)


class AskingClauses(StoreBase):
    """What else the product asks of a store."""

    @pytest.mark.parametrize(("query", "expected"), DESKS)
    def test_s65_one_desk_matches_unit_role_and_due(self, store: Store, query: Query, expected: str) -> None:
        """S65: one and the same open desk must match unit, role and due; a desk without a due is never due."""
        _desks(store)
        assert "".join(numbers(store, query)) == expected
        assert store.count(P, query) == {"": len(expected)}

    def test_s66_a_desk_that_moves_is_found_where_it_is(self, store: Store) -> None:
        """S66: when a desk's due or role changes it is found by what it is now."""
        _desks(store)
        store.append([write("1", 1, desks=(Desk("a", "u", "assist", "", "2026-12-01"),))])
        assert numbers(store, Query(unit="u", role="lead")) == ["3"]
        assert numbers(store, Query(unit="u", role="assist")) == ["1", "2"]
        assert numbers(store, Query(unit="u", desk_due_before="2026-11-30")) == ["3"]
        assert numbers(store, Query(unit="v")) == ["2"]

    def test_s67_an_order_is_found_by_the_words_of_its_record(self, store: Store) -> None:
        """S67: an order is found by words that one of its private records holds, all of them, in its place alone."""
        store.append(
            [
                write("1", private=(Private("1", "x", {}, ("aa", "bb")), Private("2", "x", {}, ("cc",)))),
                write("2", private=(Private("1", "y", {}, ("bb", "aa", "dd")),)),
                write("3", private=(Private("1", "y", {}),)),
                write("4", place=Q, private=(Private("1", "x", {}, ("aa",)),)),
            ]
        )
        found = {words: "".join(numbers(store, Query(words=words))) for words in (("aa",), ("bb", "aa"), ("cc",))}
        assert found == {("aa",): "12", ("bb", "aa"): "12", ("cc",): "1"}
        assert numbers(store, Query(words=("aa", "cc"))) == []  # of two records
        assert numbers(store, Query(words=("none",))) == numbers(store, Query(words=("AA",))) == []
        assert numbers(store, Query(words=())) == ["1", "2", "3"]
        assert numbers(store, Query(words=("aa", "dd"), open=True)) == ["2"]
        assert store.count(P, Query(words=("aa",))) == {"": 2}

    def test_s68_words_change_with_their_record(self, store: Store) -> None:
        """S68: when a private record is replaced, the order is found by the new words and no longer by the old."""
        store.append([write("1", private=(Private("1", "x", {"a": 1}, ("aa", "bb")),))])
        store.append([write("1", 1, private=(Private("1", "x", {"a": 2}, ("bb", "cc")),))])
        assert [numbers(store, Query(words=(word,))) for word in ("aa", "bb", "cc")] == [[], ["1"], ["1"]]

    def test_s69_forgotten_words_find_nothing(self, store: Store) -> None:
        """S69: who is forgotten is found by no word, and others by theirs."""
        store.append(
            [
                write("1", private=(Private("1", "x", {}, ("aa",)), Private("2", "y", {}, ("bb",)))),
                write("2", private=(Private("1", "y", {}, ("aa",)),)),
            ]
        )
        assert store.forget(P, "x") == 1
        assert numbers(store, Query(words=("aa",))) == ["2"]
        assert numbers(store, Query(words=("bb",))) == ["1"]

    def test_s70_what_changed_since_is_found(self, store: Store) -> None:
        """S70: heads changed at an instant or later are found, those that never said when are not."""
        store.append([write("1", changed="2026-11-02"), write("2", changed="2026-11-03"), write("3")])
        assert numbers(store, Query(changed_since="2026-11-02")) == ["1", "2"]
        assert numbers(store, Query(changed_since="2026-11-03")) == ["2"]
        store.append([write("1", 1, changed="2026-11-04")])
        assert numbers(store, Query(changed_since="2026-11-04")) == ["1"]
        found = store.head(P, "1")
        assert found is not None
        assert found.changed == "2026-11-04"

    def test_s71_a_calendar_digest_is_found(self, store: Store) -> None:
        """S71: orders whose due was computed with one calendar are found by its digest."""
        store.append([write("1", digest="d1"), write("2", digest="d2"), write("3", digest="d1", open=False)])
        assert numbers(store, Query(digest="d1")) == ["1", "3"]
        assert numbers(store, Query(digest="d1", open=True)) == ["1"]
        assert numbers(store, Query(digest="d2", not_digest="d1")) == ["2"]

    def test_s72_many_histories_at_once(self, store: Store) -> None:
        """S72: the histories of many orders read at once are those read one by one; unknown numbers are left out."""
        wanted = [f"{i:04d}" for i in range(1200)]
        store.append([write(number, records=1 + int(number) % 3) for number in wanted])
        store.append([write("0000", place=Q)])
        found = store.streams(P, [*reversed(wanted), "none", "0001"])
        assert found.keys() == set(wanted)
        assert all(found[number] == store.stream(P, number) for number in ("0000", "0001", "0002", "1199"))
        assert sum(map(len, found.values())) == 2400
        assert store.streams(P, []) == {}
        assert store.streams("none", ["0001"]) == {}

    def test_s73_places_are_told(self, store: Store) -> None:
        """S73: the places that have orders are told, in order."""
        assert store.places() == []
        store.append([write("1", place=Q), write("1"), write("2")])
        assert store.places() == [P, Q]

    def test_s74_receipts_are_told(self, store: Store) -> None:
        """S74: each keyed write to an order is told with its key, version and fingerprint, by version."""
        store.append([write("1", key="k2", fingerprint="f2"), write("2", key="k0", fingerprint="f0")])
        store.append([write("1", 1)])
        store.append([write("1", 2, 2, key="k1", fingerprint="f1")])
        store.append([write("1", place=Q, key="k3")])
        store.append([write("1", 4, key="k4"), write("1", 5, key="k3", fingerprint="f3")])
        assert store.receipts(P, "1") == [("k2", 1, "f2"), ("k1", 4, "f1"), ("k4", 5, ""), ("k3", 6, "f3")]
        assert store.receipts(P, "none") == []
        assert store.receipts(Q, "1") == [("k3", 1, "")]

    def test_s75_a_head_alone_may_be_replaced(self, store: Store) -> None:
        """S75: a head replaced without a record leaves the history and the feed as they are, and finds anew."""
        store.append([write("1", holder="a", changed="2026-11-02")])
        before = store.feed()
        store.append([Append(P, "1", 1, (), head("1", 1, holder="b", changed="2026-11-02", digest="d"))])
        assert store.feed() == before
        assert [numbers(store, Query(holder=holder)) for holder in "ab"] == [[], ["1"]]
        assert numbers(store, Query(digest="d")) == ["1"]
