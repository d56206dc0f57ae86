"""Several records of one write are one row of the embedded store (记录行): nobody can tell, and damage is told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from hotline12345.audit import verify
from hotline12345.core.errors import StoreError
from hotline12345.delivery.feeding import Broken, read_on
from hotline12345.stores import Append, Fed, Head, Record, _sqlite_find, _sqlite_late
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, Q, follow, write

both = pytest.mark.parametrize("table", ["late", "record"])
"""Where the rows lie: not yet settled, and settled."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def store(path: Path, table: str) -> Iterator[SqliteStore]:
    """Orders in two places, in turns: rows of three, one and four records among those of one."""
    with SqliteStore(path) as made:
        made.append([write("1", 0, 3), write("2", place=Q), write("3")])
        made.append([write("1", 3), write("2", 1, 2, place=Q)])
        made.append([write("1", 4, 4), write("3", 1)])
        if table == "record":
            made.reindex(P, ())
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute(f"SELECT count(*), sum(more + 1) FROM {table}").fetchone() == (7, 13)
        yield made


def _touch(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        assert raw.execute(statement).rowcount == 1


def _link(before: bytes, r: Record) -> bytes:
    """Count a link by hand."""
    text = json.dumps(r.data, ensure_ascii=False, separators=(",", ":"))
    whole = f"{len(r.place)}:{r.place}{len(r.number)}:{r.number}{len(r.kind)}:{r.kind}{r.version}:{r.schema}:{text}"
    return sha256(before + sha256(whole.encode()).digest()).digest()


@both
def test_a_history_is_read_from_the_middle_of_a_row(store: SqliteStore) -> None:
    whole = [Record(P, "1", v, "Received" if v == 1 else "Dispatched", {"step": v}) for v in range(1, 9)]
    for after in range(10):
        assert store.stream(P, "1", after) == whole[after:]
    assert [record.version for record in store.stream(Q, "2", 2)] == [3]


@both
def test_the_feed_begins_and_ends_in_the_middle_of_a_row(store: SqliteStore) -> None:
    whole = store.feed()
    assert [fed.position for fed in whole] == list(range(1, 14))
    assert [(fed.record.number, fed.record.version) for fed in whole] == [
        *(("1", v) for v in (1, 2, 3)), ("2", 1), ("3", 1), ("1", 4), ("2", 2), ("2", 3),
        *(("1", v) for v in (5, 6, 7, 8)), ("3", 2),
    ]  # fmt: skip
    for place in (None, P, Q):
        mine = [fed for fed in whole if place in (None, fed.record.place)]
        for after in range(16):
            rest = [fed for fed in mine if fed.position > after]
            for limit in (0, 1, 2, 3, 5, 100):
                assert store.feed(after, limit, place) == rest[:limit]
        assert follow(store, place, 2) == mine


@both
def test_links_are_those_of_records_counted_by_hand(store: SqliteStore) -> None:
    last: dict[tuple[str, str], bytes] = {}
    for fed in store.feed():
        order = (fed.record.place, fed.record.number)
        last[order] = _link(last.get(order, bytes(32)), fed.record)
        assert fed.link == last[order].hex()
    assert verify(store).faults == ()
    assert store.check() == []


def test_a_batch_that_is_settled_at_once_has_its_records_one_behind_the_other(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([write("1", 0, 2)])
        batch = [write(str(i), 0, i % 3 + 1) for i in range(100, 100 + _sqlite_late.AT_ONCE)]
        store.append([*batch, write("100", 2, 3, key="k")])
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("SELECT count(*) FROM record WHERE more > 0").fetchone()[0] > 40
            assert raw.execute("SELECT count(*) FROM late").fetchone()[0] == 1
        store.append([write("2", 0, 2)])
        fed = store.feed()
        written = [record for append in batch for record in append.records]
        assert [each.record for each in fed[2:-5]] == written
        assert [(each.record.number, each.record.version) for each in fed[-5:]] == [
            ("100", 3), ("100", 4), ("100", 5), ("2", 1), ("2", 2)
        ]  # fmt: skip
        assert [each.position for each in fed] == list(range(1, len(written) + 8))
        assert store.lookup(P, "k") == ("100", 5, "")
        assert verify(store).faults == ()
        assert store.check() == []


@both
def test_histories_of_many_orders_are_read_in_portions(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_find, "CHUNK", 2)
    store.append([write(str(i), 0, i % 4 + 1) for i in range(10, 30)])
    numbers = ["29", "1", "none", *map(str, range(10, 29)), "3", "1"]
    found = store.streams(P, numbers)
    assert found == {number: store.stream(P, number) for number in dict.fromkeys(numbers) if number != "none"}
    assert list(found) == [number for number in dict.fromkeys(numbers) if number != "none"]
    assert [len(found[str(i)]) for i in range(10, 14)] == [3, 4, 1, 2]


def test_records_written_at_once_are_what_they_are_one_by_one(tmp_path: Path) -> None:
    contents = (
        {"word": "甲", "half": "\ud83d", "quote": '"[{\\', "line": "\n"},
        {},
        {"big": 2**70, "deep": [[], {"a": None}], "float": 0.1},
        {"plain": "x"},
    )
    kinds = ("Received", '"],["', "派单", "Closed")
    records = [Record(P, "1", i + 1, kinds[i], data) for i, data in enumerate(contents)]
    heads = [Head(P, "1", i + 1, "received", True) for i in range(4)]
    with SqliteStore(tmp_path / "one.db") as one, SqliteStore(tmp_path / "four.db") as four:
        one.append([Append(P, "1", 0, tuple(records), heads[3])])
        for i, record in enumerate(records):
            four.append([Append(P, "1", i, (record,), heads[i])])
        assert one.feed() == four.feed()
        assert one.stream(P, "1") == one.streams(P, ["1"])["1"] == [fed.record for fed in one.feed()] == records
        assert verify(one) == verify(four) == (4, 1, 0, ())


@both
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("data = json_set(data, '$[1][2].step', 9)", {2}),
        ("data = json_set(data, '$[2][0]', 'Closed')", {3}),
        ("data = json_set(data, '$[0][1]', 2)", {1}),
        ("data = json_set(data, '$[0][2]', json('[]'))", {1}),
        ("data = json_set(data, '$[0][2]', data ->> '$[1][2]', '$[1][2]', data ->> '$[0][2]')", {1, 2}),
        # What follows a link that was altered fits it no more.
        ("link = substr(link, 1, 32) || zeroblob(32) || substr(link, 65)", {2, 3}),
        ("link = substr(link, 1, 64)", {3}),
        ("link = x''", {1, 2, 3}),
        ("link = 'zz'", {1, 2, 3}),
    ],
)
def test_what_was_altered_within_a_row_is_named(
    change: str, found: set[int], store: SqliteStore, path: Path, table: str
) -> None:
    _touch(path, f"UPDATE {table} SET {change} WHERE number = '1' AND version = 3")
    told = {(fault.code, fault.key) for fault in verify(store).faults}
    assert told - {("edited", f"{P}/1 v4")} == {("edited", f"{P}/1 v{version}") for version in found}


BROKEN = {
    "no-json": ("data = '['", "record"),
    "no-text": ("data = CAST(x'5bff5d' AS TEXT)", "record"),
    "no-array": ("data = '{\"a\": 1}'", None),
    "a-number": ("data = 7", None),
    "shortened": ("data = json_remove(data, '$[2]')", None),
    "lengthened": ("data = json_insert(data, '$[#]', json('[\"Received\", 1, {}]'))", None),
    "no-record": ("data = json_set(data, '$[1]', 7)", None),
    "short-record": ("data = json_remove(data, '$[1][2]')", None),
    "no-kind": ("data = json_set(data, '$[1][0]', NULL)", None),
    "too-many": ("more = 4", "gap"),
    "far-too-many": ("more = 1000000000000", "gap"),
    "too-few": ("more = 1", "gap"),
    "no-number": ("more = 'x'", "gap"),
}


def test_a_row_that_says_it_has_no_record_is_refused(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([write("1", 0, 3)])
        store.reindex(P, ())
        _touch(path, "UPDATE record SET more = -1, data = '[]'")
        for read in (lambda: store.stream(P, "1"), lambda: store.streams(P, ["1"]), store.feed):
            with pytest.raises(StoreError, match="broken-record"):
                read()


@both
@pytest.mark.parametrize("damage", BROKEN)
def test_a_row_that_cannot_be_read_is_named_and_all_else_is_read(
    damage: str, store: SqliteStore, path: Path, table: str
) -> None:
    before = store.feed()
    change, told = BROKEN[damage]
    _touch(path, f"UPDATE {table} SET {change} WHERE number = '1' AND version = 8")
    for read in (lambda: store.stream(P, "1"), lambda: store.stream(P, "1", 5), lambda: store.streams(P, ["3", "1"]),
                 store.feed, lambda: store.feed(10, 1), lambda: store.feed(place=P)):  # fmt: skip
        with pytest.raises(StoreError) as caught:
            read()
        assert (caught.value.code, caught.value.facts["order"]) == ("broken-record", (P, "1"))
    assert store.streams(P, ["3"]) == {"3": store.stream(P, "3")}
    assert len(store.stream(P, "3")) == 2
    assert store.feed(0, 8) == before[:8]
    assert store.feed(12) == before[12:]
    assert [fed.position for fed in store.feed(place=Q)] == [4, 7, 8]
    found = verify(store).faults
    assert {fault.code for fault in found} == {"edited"}
    keys = [fault.key for fault in found]
    assert keys[-1] == f"{P}/1 v8"
    assert set(keys) <= {f"{P}/1 v{version}" for version in (5, 6, 7, 8)}
    assert {fault.code for fault in store.check()} >= ({told} if told else set())
    store.append([write("9", 0, 2), write("3", 2)])
    assert store.feed(12)[-1].record.number == "3"


@both
@pytest.mark.parametrize("more", [0, -1])
def test_a_row_that_says_it_has_fewer_records_than_it_has_is_found(
    more: int, store: SqliteStore, path: Path, table: str
) -> None:
    _touch(path, f"UPDATE {table} SET more = {more} WHERE number = '1' AND version = 8")
    found = verify(store).faults
    assert found
    assert {fault.key.split()[0] for fault in found} == {f"{P}/1"}
    assert {fault.code for fault in store.check()} & {"gap", "head"}


@both
def test_a_version_that_is_no_number_is_no_crash_behind_a_row_of_several(
    store: SqliteStore, path: Path, table: str
) -> None:
    _touch(path, f"UPDATE {table} SET version = 'x' WHERE number = '1' AND version = 4")
    assert [record.version for record in store.stream(P, "1", 2)] == [3, 5, 6, 7, 8, "x"]
    _touch(path, f"UPDATE {table} SET version = 'y' WHERE number = '1' AND version = 8")
    with pytest.raises(StoreError, match="broken-record"):
        store.stream(P, "1", 2)


@both
def test_whoever_reads_on_behind_a_row_that_cannot_be_read_knows_where_it_begins(
    store: SqliteStore, path: Path, table: str
) -> None:
    """An order waits at the first record that was not sent: once the row is mended, all of it goes out."""
    _touch(path, f"UPDATE {table} SET data = '[' || data WHERE number = '1' AND version = 8")
    after, read = 0, []
    while page := read_on(store, after, 3, P):
        read += page
        after = page[-1].position
    assert [(each.position, isinstance(each, Fed)) for each in read] == [
        (1, True), (2, True), (3, True), (5, True), (6, True), (9, False), (10, False), (11, False), (12, False),
        (13, True),
    ]  # fmt: skip
    assert [each.version for each in read if isinstance(each, Broken)] == [5, 6, 7, 8]
    assert [fault.key for fault in verify(store).faults] == [f"{P}/1 v{version}" for version in (5, 6, 7, 8)]
