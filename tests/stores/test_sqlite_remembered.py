"""What a writer knows of what is late, when that is no longer so (新近写入)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores import Append, Head, Private, Query, Record, locking
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers


def _append(number: str, expected: int, key: str = "") -> Append:
    record = Record(P, number, expected + 1, "Noted", {})
    return Append(P, number, expected, (record,), Head(P, number, expected + 1, "s", True), (), key, "f" if key else "")


@contextmanager
def _stranger(path: Path) -> Iterator[SqliteStore]:
    """Open a store as another process would: with a lock, and a name in it, of its own."""
    store = SqliteStore(path)
    shared, store._file.lock = store._file.lock, locking.FileLock(f"{path.resolve()}.lock")
    try:
        yield store
    finally:
        store.close()
        shared.let_go()


def _meddle(path: Path) -> None:
    with _stranger(path) as other:
        other.append([_append("1", 1)])
        other.append([_append("2", 0, "k")])
        other.forget(P, "nobody")  # which settles


@pytest.mark.parametrize("how", ["tidied away", "not written to"])
def test_nothing_is_written_twice_though_the_lock_file_tells_of_nobody(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.db"

    def full(fd: int, said: bytes) -> int:
        raise OSError(28, "No space left on device")

    with SqliteStore(path) as store:
        store.append([_append("1", 0)])
        if how == "tidied away":
            os.unlink(f"{path}.lock")
        with monkeypatch.context() as patched:
            if how == "not written to":
                patched.setattr(os, "write", full)
            _meddle(path)
        with pytest.raises(Conflict) as refused:
            store.append([_append("1", 1)])
        assert refused.value.code == "stale"
        store.append([_append("3", 0)])
        assert [(fed.position, fed.record.number) for fed in store.feed()] == [(1, "1"), (2, "1"), (3, "2"), (4, "3")]
        assert store.append([_append("2", 0, "k")])[0].repeated
        assert store.check() == []


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[SqliteStore, SqliteStore]]:
    with SqliteStore(tmp_path / "orders.db") as one, SqliteStore(tmp_path / "orders.db") as other:
        yield one, other


def _bare(number: str, version: int, status: str) -> Append:
    """A write without records, whose position somebody else may take once it is settled."""
    return Append(P, number, version, (), Head(P, number, version, status, True))


def _only_heads_are_late(store: SqliteStore) -> None:
    store.append([_append("1", 0), _append("9", 0)])
    store.forget(P, "nobody")  # which settles
    store.append([_bare("1", 1, "signed"), _bare("9", 1, "signed")])


def _go_on(store: SqliteStore) -> None:
    """Write until what is late is settled, without putting new orders in their places at once."""
    for lot in range(3):
        store.append([_append(f"{lot}-{i}", 0) for i in range(63)])


def test_a_position_that_is_taken_again_hides_no_record(two: tuple[SqliteStore, SqliteStore]) -> None:
    store, other = two
    _only_heads_are_late(store)
    other.forget(P, "nobody")
    other.append([_append("1", 1, "k"), _bare("9", 1, "signed")])
    with pytest.raises(Conflict) as caught:
        store.append([_append("1", 1)])
    assert caught.value.facts["actual"] == 2
    assert store.append([_append("1", 1, "k")])[0].repeated
    assert store.check() == []


def test_a_position_that_is_taken_again_hides_no_head(two: tuple[SqliteStore, SqliteStore]) -> None:
    store, other = two
    _only_heads_are_late(store)
    other.forget(P, "nobody")
    other.append([_bare("1", 1, "closed"), _bare("9", 1, "signed")])
    _go_on(store)
    found = store.head(P, "1")
    assert found is not None
    assert found.status == "closed"


def _of(number: str, person: str) -> Append:
    head = Head(P, number, 1, "received", True, requester=person)
    return Append(P, number, 0, (Record(P, number, 1, "Received", {}),), head)


def test_a_position_that_is_taken_again_hides_no_person(two: tuple[SqliteStore, SqliteStore]) -> None:
    store, other = two
    _only_heads_are_late(store)
    other.forget(P, "nobody")
    other.append([_of("2", "y")])
    store.append([_of("3", "y")])
    _persons_are_whole(store, "y", ["2", "3"])


def test_a_person_whom_another_wrote_is_known_to_who_writes_next(two: tuple[SqliteStore, SqliteStore]) -> None:
    store, other = two
    for turn in range(3):
        other.append([_of(f"{turn}-0", f"person {turn}")])
        store.append([_bare(f"{turn}-0", 1, "signed")])  # looks, and asks for no person
        store.append([_of(f"{turn}-1", "x")])
        store.append([_of(f"{turn}-2", f"person {turn}")])
    for turn in range(3):
        _persons_are_whole(store, f"person {turn}", [f"{turn}-0", f"{turn}-2"])


def _persons_are_whole(store: SqliteStore, person: str, orders: list[str]) -> None:
    assert numbers(store, Query(requester=person)) == orders
    store.forget(P, "nobody")  # which settles
    assert numbers(store, Query(requester=person)) == orders
    kept = store._rows("SELECT count(*) FROM vault WHERE data = ?", (person,))
    assert kept == [(1,)], "a person lies in the vault once"
    assert store.check() == []


def _stick(folder: Path) -> None:
    """Have somebody put a record where that of the order "stuck" belongs."""
    with closing(sqlite3.connect(folder / "orders.db")) as raw, raw:
        raw.execute("INSERT INTO record (position, place, number, version, kind, schema, data) "
                    f"VALUES (1000, '{P}', 'stuck', 1, 'Noted', 1, '{{}}')")  # fmt: skip


def test_what_is_stuck_hides_nothing_that_others_have_settled(
    two: tuple[SqliteStore, SqliteStore], tmp_path: Path
) -> None:
    store, other = two
    store.append([_append("stuck", 0)])
    store.append([_append("1", 0)])
    _stick(tmp_path)
    store.append([_append("2", 0)])
    other.append([_append("1", 1)])
    other.forget(P, "nobody")  # which settles all but the first
    with pytest.raises(Conflict) as caught:
        store.append([_append("1", 1)])
    assert caught.value.facts["actual"] == 2


def test_whom_others_have_forgotten_is_forgotten_again_though_a_write_is_stuck(
    two: tuple[SqliteStore, SqliteStore], tmp_path: Path
) -> None:
    store, other = two
    store.append([_append("stuck", 0)._replace(private=(Private("1", "whom", {"text": "虚构"}),))])
    _stick(tmp_path)
    assert other.forget(P, "whom") == 1
    store.append([_append("1", 0)._replace(private=(Private("1", "whom", {"text": "虚构"}),))])
    assert store.forget(P, "whom") == 1


def test_an_older_file_put_back_is_noticed_though_others_have_gone_on(two: tuple[SqliteStore, SqliteStore]) -> None:
    store, other = two
    path = store.path
    store.append([_append("1", 0)])
    with closing(sqlite3.connect(path)) as raw, closing(sqlite3.connect(":memory:")) as older:
        raw.backup(older)
        store.append([_append("2", 0, "k")])
        older.backup(raw)
    other.append([_append("3", 0)])
    other.append([_append("4", 0)])
    assert not store.append([_append("2", 0, "k")])[0].repeated
    assert [record.number for record in store.stream(P, "2")] == ["2"]
    assert store.check() == []


def test_an_older_file_put_back_is_noticed_though_what_is_late_is_the_same(
    two: tuple[SqliteStore, SqliteStore],
) -> None:
    store, other = two
    store.append([_append("1", 0), _append("9", 0)])
    with closing(sqlite3.connect(store.path)) as raw, closing(sqlite3.connect(":memory:")) as older:
        raw.backup(older)
        store.append([_append(f"2{i}", 0) for i in range(64)])  # in their places at once
        older.backup(raw)
    other.append([_bare("9", 1, "closed")])
    _go_on(store)
    found = store.head(P, "9")
    assert found is not None
    assert found.status == "closed"
