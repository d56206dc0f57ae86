"""The clauses about finding, counting and waking (查询、计数与唤醒条款)."""

from __future__ import annotations

from typing import Any

import pytest

from hotline12345.core.errors import RequestError
from hotline12345.stores.port import Desk, Query, Store

from .store_base import P, StoreBase, head, numbers, write


def _desk(unit: str, assignment: str = "a1", due: str = "") -> Desk:
    return Desk(assignment, unit, "lead", "2026-11-02T01:00:00Z", due)


def _fill(store: Store) -> None:
    """Six orders that differ in everything a query can name."""
    build, law = "城乡建设", "政法"
    store.append(
        [
            write("1", status="dispatched", kind="complaint", category=build, area="210100", holder="a", requester="x",
                  due="2026-11-10T00:00:00Z", digest="d1", desks=(_desk("a"),)),
            write("2", status="dispatched", kind="help", category=build + "/物业管理", area="210102", holder="b",
                  requester="y", due="2026-11-11T00:00:00Z", digest="d2", provisional=True,
                  desks=(_desk("b"), _desk("c", "a2"))),
            write("3", status="closed", open=False, kind="complaint", category=build + "局", area="220400", holder="",
                  requester="x", due="2026-11-09T00:00:00Z", digest="d1"),
            write("4", status="received", kind="report", category=law, area="", holder="", requester="", due=""),
            write("5", status="signed", kind="complaint", category=build + "/物业管理/电梯", area="21", holder="b",
                  requester="z", due="2026-11-10T00:00:01Z", digest="d2", desks=(_desk("b"),)),
            write("6", status="signed", kind="praise", category=build + "0", area="211", holder="c", requester="x",
                  due="2026-12-01T00:00:00Z", digest="d3", provisional=True, desks=(_desk("c"), _desk("c", "a2"))),
        ]
    )  # fmt: skip


FOUND: tuple[tuple[Query, str], ...] = (
    (Query(), "123456"),
    (Query(status="dispatched"), "12"),
    (Query(status="signed"), "56"),
    (Query(status="none"), ""),
    (Query(open=True), "12456"),
    (Query(open=False), "3"),
    (Query(kind="complaint"), "135"),
    (Query(category="城乡建设/物业管理/电梯"), "5"),
    (Query(category="政法"), "4"),
    (Query(area="210102"), "2"),
    (Query(area="220400"), "3"),
    (Query(holder="b"), "25"),
    (Query(holder=""), "34"),
    (Query(requester="x"), "136"),
    (Query(requester=""), "4"),
    (Query(requester="none"), ""),
    (Query(unit="a"), "1"),
    (Query(unit="b"), "25"),
    (Query(unit="c"), "26"),
    (Query(provisional=True), "26"),
    (Query(provisional=False), "1345"),
    (Query(not_digest="d1"), "256"),
    (Query(not_digest="d2"), "136"),
    (Query(not_digest="none"), "12356"),
)
TOGETHER: tuple[tuple[Query, str], ...] = (
    (Query(status="signed", kind="complaint"), "5"),
    (Query(open=True, kind="complaint", area="21"), "15"),
    (Query(requester="x", open=True), "16"),
    (Query(unit="c", provisional=True, not_digest="d3"), "2"),
    (Query(open=True, due_before="2026-11-11T00:00:00Z"), "15"),
    (Query(holder="b", category="城乡建设", due_before="2026-11-11T00:00:00Z"), "5"),
    (Query(requester="x", unit="b"), ""),
    (Query("dispatched", True, "help", "城乡建设", "2101", "b", "y", "c", "2027", True, "d1"), "2"),
)

CHANGED: dict[str, Any] = {
    "status": "closed",
    "open": False,
    "kind": "help",
    "category": "政法",
    "area": "220400",
    "holder": "z",
    "requester": "w",
    "due": "2026-01-01T00:00:00Z",
    "digest": "d9",
    "provisional": True,
}


class FindingClauses(StoreBase):
    """Heads are found by every field, in pages, and wake in time."""

    def test_s34_a_head_comes_back_whole(self, store: Store) -> None:
        """S34: a head comes back with every field and desk as it was written."""
        full = head(
            "1", 1, status="signed", open=True, kind="complaint", category="城乡建设/物业管理", area="210102",
            holder="u1", requester="x", received="2026-11-02T01:00:00.000000Z", due="2026-11-09T16:00:00.000000Z",
            provisional=True, digest="d", wake="2026-11-03T01:00:00.000000Z",
            desks=(_desk("u2", "a3", "2026-11-05T16:00:00Z"), Desk("a1", "u3", "assist", "2026-11-02T02:00:00Z"),
                   _desk("u1", "a2")),
        )  # fmt: skip
        append = write("1")
        store.append([type(append)(P, "1", 0, append.records, full)])
        for found in (store.head(P, "1"), *store.find(P, Query()).heads):
            assert found is not None
            assert found._asdict() == full._asdict()
        assert store.find(P, Query()).heads == (full,)
        assert store.head(P, "2") is None

    @pytest.mark.parametrize(("query", "expected"), FOUND)
    def test_s35_each_field_finds(self, store: Store, query: Query, expected: str) -> None:
        """S35: each field of a query finds exactly the orders that match it."""
        _fill(store)
        assert "".join(numbers(store, query)) == expected
        assert store.count(P, query) == {"": len(expected)}

    @pytest.mark.parametrize(("query", "expected"), TOGETHER)
    def test_s36_every_field_must_match(self, store: Store, query: Query, expected: str) -> None:
        """S36: of several fields every one must match."""
        _fill(store)
        assert "".join(numbers(store, query)) == expected
        assert store.count(P, query) == {"": len(expected)}

    def test_s37_a_category_finds_the_paths_below(self, store: Store) -> None:
        """S37: a category finds itself and the paths below it, not words that begin alike."""
        _fill(store)
        assert numbers(store, Query(category="城乡建设")) == ["1", "2", "5"]
        assert numbers(store, Query(category="城乡建设/")) == ["1", "2", "5"]
        assert numbers(store, Query(category="城乡建设/物业管理")) == ["2", "5"]
        assert numbers(store, Query(category="城乡建设/物业")) == []
        assert numbers(store, Query(category="/", kind="complaint")) == ["1", "3", "5"]
        assert store.count(P, Query(category="/", kind="complaint", provisional=False)) == {"": 3}

    def test_s38_an_area_finds_its_codes(self, store: Store) -> None:
        """S38: an area finds every code that begins with it."""
        _fill(store)
        assert numbers(store, Query(area="21")) == ["1", "2", "5", "6"]
        assert numbers(store, Query(area="2101")) == ["1", "2"]
        assert numbers(store, Query(area="22")) == ["3"]
        assert numbers(store, Query(area="23")) == []

    def test_s39_due_before_is_strict(self, store: Store) -> None:
        """S39: due_before is strict, and an order without a due is never due."""
        _fill(store)
        assert numbers(store, Query(due_before="2026-11-10T00:00:00Z")) == ["3"]
        assert numbers(store, Query(due_before="2026-11-10T00:00:01Z")) == ["1", "3"]
        assert numbers(store, Query(due_before="9999")) == ["1", "2", "3", "5", "6"]
        assert numbers(store, Query(due_before="")) == []

    def test_s40_a_changed_head_is_found_anew(self, store: Store) -> None:
        """S40: when a head changes, the order is found by its new values and no longer by the old ones."""
        _fill(store)
        store.append([write("1", 1, **CHANGED)])
        for query, expected in (
            (Query(status="dispatched"), "2"),
            (Query(status="closed"), "13"),
            (Query(open=True), "2456"),
            (Query(kind="help"), "12"),
            (Query(category="城乡建设"), "25"),
            (Query(area="22"), "13"),
            (Query(holder="a"), ""),
            (Query(holder="z"), "1"),
            (Query(requester="x"), "136"),  # S64: a requester does not change
            (Query(due_before="2026-02"), "1"),
            (Query(provisional=True), "126"),
            (Query(not_digest="d9"), "2356"),
        ):
            assert "".join(numbers(store, query)) == expected

    def test_s41_a_desk_is_found_while_it_is_open(self, store: Store) -> None:
        """S41: an order lies on a unit's desk while the unit has an open assignment, and not after."""
        store.append([write("1", desks=(_desk("a"), _desk("b", "a2")))])
        store.append([write("1", 1, desks=(_desk("b", "a2"), _desk("c", "a3")))])
        assert [numbers(store, Query(unit=unit)) for unit in "abc"] == [[], ["1"], ["1"]]
        store.append([write("1", 2)])
        assert [numbers(store, Query(unit=unit)) for unit in "abc"] == [[], [], []]

    @pytest.mark.parametrize("size", [1, 2, 7, 40, 41, 100])
    def test_s42_pages_are_complete(self, store: Store, size: int) -> None:
        """S42: pages of any size hold each order once, ordered by number; the last page has no successor."""
        wanted = [f"{i:03d}" for i in range(0, 80, 2)]
        store.append([write(number, holder="u" if int(number) % 4 else "v") for number in reversed(wanted)])
        assert numbers(store, limit=size) == wanted
        assert numbers(store, Query(holder="v"), limit=size) == [n for n in wanted if int(n) % 4 == 0]

    def test_s43_pages_are_stable(self, store: Store) -> None:
        """S43: a cursor stays good while orders come and go: no page repeats or skips what was there throughout."""
        store.append([write(f"{i:03d}") for i in range(0, 60, 3)])
        seen: list[str] = []
        after = ""
        for turn in range(20):
            page = store.find(P, Query(open=True), after, 4)
            seen.extend(h.number for h in page.heads)
            after = page.next
            if not after:
                break
            store.append([write(f"{turn:03d}b"), write(f"{59 - turn:03d}z")])
            store.append([write(seen[0], 1, open=False)] if turn == 0 else [])
        assert seen == sorted(set(seen))
        assert set(seen) >= {f"{i:03d}" for i in range(0, 60, 3)}

    def test_s44_counts_are_those_of_the_heads(self, store: Store) -> None:
        """S44: counts by status, kind, category, area and holder are those of the heads that match."""
        _fill(store)
        assert store.count(P, Query(), "status") == {"dispatched": 2, "closed": 1, "received": 1, "signed": 2}
        assert store.count(P, Query(open=True), "holder") == {"a": 1, "b": 2, "": 1, "c": 1}
        assert store.count(P, Query(requester="x"), "kind") == {"complaint": 2, "praise": 1}
        assert store.count(P, Query(area="210"), "area") == {"210100": 1, "210102": 1}
        assert store.count(P, Query(category="政法"), "category") == {"政法": 1}
        assert store.count(P, Query(status="none"), "kind") == {}
        assert store.count(P, Query(unit="c"), "status") == {"dispatched": 1, "signed": 1}  # two desks are one order
        store.append([write("1", 1, **CHANGED)])
        assert store.count(P, Query(), "status") == {"dispatched": 1, "closed": 2, "received": 1, "signed": 2}
        assert store.count(P, Query(open=True), "holder") == {"b": 2, "": 1, "c": 1}

    def test_s45_a_page_of_none_is_refused(self, store: Store) -> None:
        """S45: a page of none and a count by an unknown field are refused as the caller's mistake."""
        for limit in (0, -1):
            with pytest.raises(RequestError) as caught:
                store.find(P, Query(), "", limit)
            assert caught.value.code == "bad-limit"
        with pytest.raises(RequestError) as caught:
            store.count(P, Query(), "requester")
        assert caught.value.code == "bad-group"

    def test_s46_orders_wake_in_order(self, store: Store) -> None:
        """S46: orders wake at their time and not before, the earliest first, then by number, at most so many."""
        wakes = {"1": "2026-11-03", "2": "2026-11-01", "3": "", "4": "2026-11-02", "5": "2026-11-01", "6": "2026-11-04"}
        store.append([write(number, wake=wake, open=number != "4") for number, wake in reversed(wakes.items())])
        assert store.awake(P, "2026-10-31") == []
        assert store.awake(P, "2026-11-01") == ["2", "5"]
        assert store.awake(P, "2026-11-03") == ["2", "5", "4", "1"]
        assert store.awake(P, "2026-11-03", 3) == ["2", "5", "4"]
        assert store.awake(P, "2027") == ["2", "5", "4", "1", "6"]
        assert store.awake(P, "2027") == ["2", "5", "4", "1", "6"]
        assert store.awake(P, "2027", 0) == []
        store.append([write("7", wake="2026-10-30T09:00:00Z")])
        assert store.awake(P, "2026-10-30T08:59:59Z") == []
        assert store.awake(P, "2026-10-30T09:00:00Z") == ["7"]

    def test_s47_a_moved_wake_wakes_once(self, store: Store) -> None:
        """S47: an order whose wake moves is awake at the new time only, once; without one, never."""
        store.append([write("1", wake="2026-11-01"), write("2", wake="2026-11-02")])
        assert store.awake(P, "2026-11-05") == ["1", "2"]
        store.append([write("1", 1, wake="2026-11-04"), write("2", 1, wake="")])
        assert store.awake(P, "2026-11-03") == []
        assert store.awake(P, "2026-11-05") == ["1"]
        store.append([write("1", 2, wake="2026-11-01")])
        store.append([write("1", 3, wake="2026-11-04")])
        store.append([write("1", 4, wake="2026-11-01")])
        assert store.awake(P, "2026-11-05") == ["1"]
        assert store.awake(P, "2026-10-31") == []

    def test_s48_an_empty_store_answers(self, store: Store) -> None:
        """S48: an empty store answers every question, emptily."""
        assert (store.stream(P, "1"), store.feed(), store.awake(P, "9")) == ([], [], [])
        assert (store.head(P, "1"), store.lookup(P, "k"), store.cursor("r")) == (None, None, 0)
        page = store.find(P, Query())
        assert (page.heads, page.next) == ((), "")
        assert (store.count(P, Query()), store.count(P, Query(), "kind")) == ({"": 0}, {})
        assert (store.private(P, "1"), store.forget(P, "x")) == ({}, 0)
