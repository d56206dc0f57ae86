"""Following the log: at least once, in order, nothing skipped (顺序消费)."""

from __future__ import annotations

import pytest

from hotline12345.core.errors import PluginError
from hotline12345.outbox import drain
from hotline12345.stores import Append, Fed, Head, Record, Store
from hotline12345.stores.memory import MemoryStore


@pytest.fixture
def store() -> Store:
    """Three orders of two places, six records."""
    store = MemoryStore()
    for place, number in (("210100", "1"), ("220400", "2"), ("210100", "3")):
        rows = tuple(Record(place, number, version, "Received", {"n": number}) for version in (1, 2))
        store.append([Append(place, number, 0, rows, Head(place, number, 2, "received", True))])
    return store


def _told(fed: Fed) -> tuple[int, str, int]:
    return fed.position, fed.record.number, fed.record.version


def test_every_record_is_handed_out_once_and_in_order(store: Store) -> None:
    seen: list[Fed] = []
    assert drain(store, "r", seen.append) == 6
    assert [_told(fed) for fed in seen] == [
        (1, "1", 1),
        (2, "1", 2),
        (3, "2", 1),
        (4, "2", 2),
        (5, "3", 1),
        (6, "3", 2),
    ]
    assert drain(store, "r", seen.append) == 0
    assert (len(seen), store.cursor("r")) == (6, 6)


def test_a_call_handles_no_more_than_its_limit(store: Store) -> None:
    seen: list[Fed] = []
    assert [drain(store, "r", seen.append, limit=4) for _ in range(3)] == [4, 2, 0]
    assert [fed.position for fed in seen] == [1, 2, 3, 4, 5, 6]


def test_readers_do_not_disturb_one_another(store: Store) -> None:
    one: list[Fed] = []
    two: list[Fed] = []
    assert (drain(store, "one", one.append), drain(store, "two", two.append)) == (6, 6)
    assert one == two


def test_a_reader_of_one_place_sees_that_place_only(store: Store) -> None:
    seen: list[Fed] = []
    assert drain(store, "r", seen.append, place="210100", limit=3) == 3
    assert drain(store, "r", seen.append, place="210100", limit=3) == 1
    assert [fed.record.number for fed in seen] == ["1", "1", "3", "3"]


def test_a_failing_handler_stops_there_and_nothing_is_skipped(store: Store) -> None:
    seen: list[int] = []
    broken = True

    def handle(fed: Fed) -> None:
        if fed.position == 4 and broken:
            raise ConnectionError("the department is out")
        seen.append(fed.position)

    with pytest.raises(PluginError) as caught:
        drain(store, "r", handle)
    assert caught.value.code == "handler-failed"
    assert (caught.value.facts["position"], caught.value.facts["number"]) == (4, "2")
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert store.cursor("r") == 3
    with pytest.raises(PluginError):
        drain(store, "r", handle)
    broken = False
    assert drain(store, "r", handle) == 3
    assert seen == [1, 2, 3, 4, 5, 6]


def test_a_process_that_is_stopped_hands_out_again_only_what_was_not_handled(store: Store) -> None:
    def stop(fed: Fed) -> None:
        if fed.position == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drain(store, "r", stop)
    seen: list[Fed] = []
    drain(store, "r", seen.append)
    assert [fed.position for fed in seen] == [3, 4, 5, 6]


def test_a_handler_that_writes_does_not_keep_the_reader_for_ever(store: Store) -> None:
    def grow(fed: Fed) -> None:
        version = len(store.stream("210100", "1"))
        row = Record("210100", "1", version + 1, "Urged", {})
        store.append([Append("210100", "1", version, (row,), Head("210100", "1", version + 1, "received", True))])

    assert drain(store, "r", grow, limit=1000) == 6
    assert drain(store, "r", lambda fed: None) == 6
