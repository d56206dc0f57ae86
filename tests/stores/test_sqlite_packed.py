"""A row of several records that somebody has written over (一行几条记录被改动)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline12345.audit import verify
from hotline12345.core.errors import StoreError
from hotline12345.stores import Append, Head, Record
from hotline12345.stores.sqlite import SqliteStore

P = "210100"


def _append(number: str, expected: int, n: int) -> Append:
    records = tuple(Record(P, number, expected + i + 1, "Noted", {}) for i in range(n))
    return Append(P, number, expected, records, Head(P, number, expected + n, "s", True))


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("said", ['[[1,1,{}],["Noted",1,{}]]', '[["Noted","1",{}],["Noted",1,{}]]', "[[null,1,{}],[]]"])
def test_what_is_no_record_within_a_row_is_told_by_reading_and_by_an_audit(
    said: str, settled: bool, tmp_path: Path
) -> None:
    path = tmp_path / "orders.db"
    with SqliteStore(path) as store:
        store.append([_append("1", 0, 2)])
        store.append([_append("2", 0, 2)])
        if settled:
            store.reindex(P, ())
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute(
            f"UPDATE {'record' if settled else 'late'} SET data = ? WHERE number = '1'", (said,)
        ).rowcount
        conn.commit()
    with SqliteStore(path) as store:
        for read in (lambda: store.stream(P, "1"), lambda: store.streams(P, ["1", "2"]), store.feed):
            with pytest.raises(StoreError) as refused:
                read()
            assert (refused.value.code, refused.value.facts["order"]) == ("broken-record", (P, "1"))
        # Neither of the two can be read.
        assert [fault.code for fault in verify(store).faults] == ["edited", "edited"]
        assert len(store.stream(P, "2")) == 2
