"""Private records of what is late, when others are settled before it (未整理的隐私记录)."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hotline12345.stores import Append, Head, Private, Query, Record, _sqlite_late, _sqlite_write
from hotline12345.stores.sqlite import SqliteStore

P = "210100"


def _new(number: str, *private: Private) -> Append:
    return Append(P, number, 0, (Record(P, number, 1, "Noted", {}),), Head(P, number, 1, "s", True), private)


def test_a_batch_that_settles_words_counts_none_for_an_order_that_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite_late, "AT_ONCE", 2)
    monkeypatch.setattr(_sqlite_late, "WORDS_LATE", 3)
    with SqliteStore(tmp_path / "orders.db") as store:
        store.append([_new("1", Private("p1", "x", {}, ("w",)), Private("p2", "x", {}, ("w",)))])
        store.append([_new(number, Private("p1", "y", {}, ("v",))) for number in ("2", "3")])
        for query in (Query(words=("w",)), Query(words=("w",), open=True)):
            assert store.count(P, query) == {"": 1} == {"": len(store.find(P, query).heads)}
        assert store.forget(P, "x") == 2
        assert store.count(P, Query(words=("w",))) == {"": 0}
        assert store.check() == []


def test_a_large_batch_with_private_records_settles_on_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sqlite_late, "LATE", 4)
    most: list[int] = []
    write = _sqlite_write._write_late

    def counted(conn: sqlite3.Connection, *rest: Any) -> None:
        most.extend(conn.execute("SELECT count(*) FROM late").fetchone())
        write(conn, *rest)

    with SqliteStore(tmp_path / "orders.db") as store:
        store.append([_new(str(i)) for i in range(100, 120)])
        monkeypatch.setattr(_sqlite_write, "_write_late", counted)
        records = {str(i): Record(P, str(i), 2, "Noted", {}) for i in range(100, 120)}
        kept = (Private("p1", "x", {}, ("w",)),)
        store.append([Append(P, n, 1, (record,), Head(P, n, 2, "s", True), kept) for n, record in records.items()])
        assert len(most) == 20
        assert max(most) < 4  # each looks through what is late: with all of them in it that would be their square
        assert store.count(P, Query(words=("w",))) == {"": 20}
        assert store.check() == []
