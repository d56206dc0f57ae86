"""Single writes, batches of new orders and other processes' writes in one embedded store (混合写入)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core.errors import Conflict
from hotline12345.stores import Append, Head, Private, Query, Record, _sqlite_late, locking
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.store_base import P, numbers


def _append(number: str) -> Append:
    private = tuple(Private(each, "x", {"text": "虚构的诉求"}, ("w1",)) for each in ("title", "text"))
    return Append(P, number, 0, (Record(P, number, 1, "Received", {}),), Head(P, number, 1, "received", True), private)


def test_a_batch_whose_words_are_settled_counts_no_word_of_an_order_that_is_late_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite_late, "AT_ONCE", 3)
    monkeypatch.setattr(_sqlite_late, "WORDS_LATE", 4)
    with SqliteStore(tmp_path / "orders.db", durability="relaxed") as store:
        store.append([_append("0")])
        store.append([_append(number) for number in ("1", "2", "3")])
        found = Query(words=("w1",))
        assert store.count(P, found) == {"": 4}
        assert numbers(store, found) == ["0", "1", "2", "3"]
        assert store.check() == []


def test_what_others_wrote_is_seen_when_the_lock_file_was_tidied_away_a_moment_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.db"
    more = tuple(Record(P, "0", version, "Dispatched", {}) for version in (2, 3, 4))
    with SqliteStore(path, durability="relaxed") as ours:
        ours.append([_append("0")])
        ours.append([_append("1")])
        Path(f"{path}.lock").unlink()
        monkeypatch.setattr(locking, "_registry", {})  # what opens it now has a lock of its own, as a process has
        with SqliteStore(path, durability="relaxed") as theirs:
            theirs.append([Append(P, "0", 1, more, Head(P, "0", 4, "closed", False))])
        with pytest.raises(Conflict):
            ours.append([Append(P, "0", 1, more[:1], Head(P, "0", 2, "signed", True))])
        ours.append([_append("2")])
        assert [fed.position for fed in ours.feed()] == [1, 2, 3, 4, 5, 6]
        assert ours.check() == []
