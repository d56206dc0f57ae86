"""What a writer knows of what is late, when the lock file does not say that somebody else has written (新近写入)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores import Append, Head, Record, locking
from hotline12345.stores.sqlite import SqliteStore

P = "210100"


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
