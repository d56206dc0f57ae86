"""A row of ``late`` that somebody has written over so that it cannot be settled stops nobody, and is not lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline12345.stores import Append, Head, Private, Query, Record, _sqlite_late
from hotline12345.stores.sqlite import SqliteStore

P = "210100"
KEPT = (Private("p1", "x", {}, ("w",)),)
HEADS = "SELECT place, '2', {} FROM head WHERE number = '1'"


def _append(number: str, expected: int = 0, key: str = "", private: tuple[Private, ...] = ()) -> Append:
    record = Record(P, number, expected + 1, "Noted", {})
    head = Head(P, number, expected + 1, "s", True, requester="x" if private else "")
    return Append(P, number, expected, (record,), head, private, key, "f" if key else "")


def _damaged(path: Path, damage: str) -> None:
    with SqliteStore(path) as store:
        store.append([_append("1", key="k")])
        store.reindex(P, ())
        store.append([_append("2", private=KEPT)])
    with closing(sqlite3.connect(path)) as conn:
        rest = [row[1] for row in conn.execute("PRAGMA table_info(head)")][2:]
        assert conn.execute(damage.format(head=HEADS.format(", ".join(rest)))).rowcount > 0
        conn.commit()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE late SET position = 1 WHERE number = '2'",
        "UPDATE late SET key = 'k' WHERE number = '2'",
        "UPDATE late SET number = '1' WHERE number = '2'",
        "UPDATE late SET version = 'x' WHERE number = '2'",
        "UPDATE late SET more = 'x' WHERE number = '2'",
        "INSERT INTO head {head}",
    ],
)
def test_what_cannot_be_settled_stops_nobody(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_late, "LATE", 2)
    monkeypatch.setattr(_sqlite_late, "WORDS_LATE", 1)
    path = tmp_path / "orders.db"
    _damaged(path, damage)
    with SqliteStore(path) as store:
        for i in range(100, 110):
            store.append([_append(str(i), private=KEPT)])
        assert len(store.find(P, Query(requester="x", words=("w",))).heads) >= 10
        assert all(len(store.stream(P, str(i))) == 1 for i in range(100, 110))
        assert store.forget(P, "x") == 11
        store.append([_append("110")])


def test_a_record_whose_position_another_has_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    _damaged(path, "UPDATE late SET position = 1 WHERE number = '2'")
    with SqliteStore(path) as store:
        store.reindex(P, ())  # settles
        assert [record.version for record in store.stream(P, "2")] == [1]
        store.append([_append("2", 1)])
        assert [record.version for record in store.stream(P, "2")] == [1, 2]
        assert store.head(P, "2").requester == "x"  # type: ignore[union-attr]
        assert store.forget(P, "x") == 1
        assert b'"w"' not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
