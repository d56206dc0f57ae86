"""A store of an older layout that somebody has written over (升级受损的存储)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores import Append, Head, Record
from hotline12345.stores.sqlite import SqliteStore

P = "210100"


@pytest.mark.parametrize("column", ["status", "holder", "desks"])
def test_a_late_head_that_is_no_text_does_not_keep_a_store_from_being_opened(column: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript((Path(__file__).parent / "layouts" / "4.sql").read_text(encoding="utf-8"))
        conn.execute(f"UPDATE late SET {column} = CAST(x'ff' AS TEXT) WHERE place = '{P}' AND number = '1'")
        conn.commit()
    with SqliteStore(path) as store:
        with pytest.raises(StoreError) as refused:
            store.head(P, "1")
        assert refused.value.code == "broken-head"
        head = store.head(P, "3")
        assert head is not None
        assert head.version == 2
        store.append([Append(P, "9", 0, (Record(P, "9", 1, "Noted", {}),), Head(P, "9", 1, "s", True))])
        assert store.forget(P, "person-z") == 1
