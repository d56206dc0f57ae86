"""A backup is taken while others write, and is one moment of the store (运行中备份)."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from hotline12345.audit import verify
from hotline12345.core.errors import StoreError
from hotline12345.stores import Query
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, write


def test_backups_under_load_are_each_one_moment_of_the_store(tmp_path: Path) -> None:
    stop = Event()
    acknowledged: list[str] = []
    with SqliteStore(tmp_path / "orders.db", durability="relaxed") as store:
        store.append([write(f"old{i}", 0, 2, data={"text": "x" * 2000}) for i in range(1000)])

        def go() -> None:
            for i in range(20_000):
                if stop.is_set():
                    return
                store.append([write(f"{i}a", 0, 2), write(f"{i}b")])
                acknowledged.append(f"{i}a")

        writer = Thread(target=go)
        writer.start()
        try:
            for turn in range(4):
                before = len(acknowledged)
                store.backup(tmp_path / f"copy{turn}.db")
                with SqliteStore(tmp_path / f"copy{turn}.db", readonly=True) as copy:
                    assert copy.check() == []
                    assert verify(copy).faults == ()
                    there = copy.count(P, Query())[""] - 1000
                    assert there % 2 == 0  # both orders of a batch or neither
                    assert there // 2 >= before  # all that was acknowledged when it began
        finally:
            stop.set()
            writer.join()
        assert sorted(path.suffix for path in tmp_path.glob("copy*")).count(".db") == 4
        assert not list(tmp_path.glob("*.part*"))
        assert (tmp_path / "copy0.db").stat().st_mode & 0o077 == 0


def test_a_backup_is_a_store_to_go_on_with(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "orders.db") as store:
        store.append([write("1", key="k", fingerprint="f")])
        store.backup(tmp_path / "copy.db")
        for path, code in ((tmp_path / "copy.db", "file-exists"), (tmp_path / "none" / "copy.db", "no-such-folder")):
            with pytest.raises(StoreError) as caught:
                store.backup(path)
            assert caught.value.code == code
    with SqliteStore(tmp_path / "copy.db") as copy:
        copy.append([write("1", 1)])
        assert copy.lookup(P, "k") == ("1", 1, "f")
        assert verify(copy).faults == ()
