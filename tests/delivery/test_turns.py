"""One at a time, and who stalls cannot write (轮次与租约)."""

from __future__ import annotations

import pytest

from hotline12345.core.errors import Conflict, StoreError
from hotline12345.delivery import turn
from hotline12345.delivery.turns import owner_name
from hotline12345.stores.memory import MemoryStore


class Seconds:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def store(seconds: Seconds) -> MemoryStore:
    return MemoryStore(seconds)


def test_only_one_has_the_turn_and_gives_it_back(store: MemoryStore, seconds: Seconds) -> None:
    with turn(store, "x", "one", 60, seconds) as mine:
        assert mine is not None
        with turn(store, "x", "two", 60, seconds) as theirs:
            assert theirs is None
        with turn(store, "y", "two", 60, seconds) as other:
            assert other is not None
    with turn(store, "x", "two", 60, seconds) as theirs:
        assert theirs is not None


def test_the_turn_is_kept_as_long_as_it_is_held(store: MemoryStore, seconds: Seconds) -> None:
    with turn(store, "x", "one", 60, seconds) as mine:
        assert mine is not None
        for _ in range(100):
            seconds.at += 21
            mine.hold()
        mine.store.advance("r", 1)
        with turn(store, "x", "two", 60, seconds) as theirs:
            assert theirs is None


def test_who_stalls_past_the_lease_can_neither_go_on_nor_write(store: MemoryStore, seconds: Seconds) -> None:
    with turn(store, "x", "slow", 60, seconds) as mine:
        assert mine is not None
        seconds.at += 61
        with turn(store, "x", "quick", 60, seconds) as theirs:
            assert theirs is not None
            for act in (mine.hold, lambda: mine.store.advance("r", 7)):
                with pytest.raises(Conflict) as caught:
                    act()
                assert caught.value.code == "lease-lost"
            theirs.store.advance("r", 3)
        assert store.cursor("r") == 3


def test_giving_back_what_somebody_else_has_takes_nothing_from_them(store: MemoryStore, seconds: Seconds) -> None:
    with turn(store, "x", "slow", 60, seconds):
        seconds.at += 61
        theirs = store.lease(["x"], "quick", 60)[0]
    store.renew(theirs, 60)


def test_no_two_workers_have_one_name() -> None:
    assert len({owner_name() for _ in range(100)}) == 100


def test_a_store_without_leases_is_refused() -> None:
    with pytest.raises(StoreError) as caught, turn(object(), "x", "one"):  # type: ignore[arg-type]
        pass
    assert caught.value.code == "no-leasing"
