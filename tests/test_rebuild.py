"""Heads made anew from the log, while others write and while records are held back (重建索引)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.commands import Supplement, Withdraw
from hotline12345.core.errors import StoreError
from hotline12345.core.policy import Pack
from hotline12345.core.request import Kind, Request, Requester
from hotline12345.hotline import Hotline, number_by_time
from hotline12345.rebuild import LOOKS, differences, rebuild
from hotline12345.stores import Fed, Head
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing.orders import AGENT, AT, REQUESTER, small_policy

POLICY = small_policy()
PLACE = POLICY.place


class Held(SqliteStore):
    """A store whose feed a transaction holds back from ``upto`` on, and where something happens when heads are read."""

    upto: float = inf
    meanwhile: Callable[[], object] | None = None

    def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
        return [fed for fed in super().feed(after, limit, place) if fed.position <= self.upto]

    def info(self) -> dict[str, Any]:
        """Tell how many records are held back."""
        told = super().info()
        return {**told, "held_back": {"records": max(told["last"] - self.upto, 0)}}

    def head(self, place: str, number: str) -> Head | None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return super().head(place, number)


def filled(store: SqliteStore, count: int = 3) -> tuple[Hotline, list[str]]:
    """Receive some orders; return their numbers."""
    pack = Pack("test", PLACE, "test", (POLICY,))
    hotline = Hotline(pack, store, clock=lambda: AT, number=number_by_time, secrets=bytes(range(32)))
    asked = [
        Request(AT, f"路灯不亮{i}", "虚构", Requester(phone=f"1380000000{i}"), Kind.COMPLAINT) for i in range(count)
    ]
    return hotline, [hotline.receive(request, by=AGENT).number for request in asked]


def touch(store: SqliteStore, plain: Callable[[Path], None], *statements: str) -> None:
    """Write the database behind the store's back."""
    plain(store.path)
    for statement in statements:
        store._file.submit(lambda conn, statement=statement: conn.execute(statement))


@pytest.mark.parametrize("held", [1, 99])
def test_orders_that_are_held_back_are_compared_and_mended(
    tmp_path: Path, plain: Callable[[Path], None], held: int
) -> None:
    with Held(tmp_path / "a.db") as store:
        _, numbers = filled(store)
        touch(store, plain, "UPDATE head SET holder = 'nobody'")
        store.upto = max(store.info()["last"] - held, 0)
        assert sorted(each.number for each in differences(store)) == sorted(numbers)
        assert sorted(each.number for each in rebuild(store)) == sorted(numbers)
        assert list(differences(store)) == []


def test_orders_that_are_held_back_and_have_no_head_are_not_passed_over(
    tmp_path: Path, plain: Callable[[Path], None]
) -> None:
    with Held(tmp_path / "a.db") as store:
        _, numbers = filled(store)
        lost = store.feed()[-1].record.number
        touch(store, plain, f"DELETE FROM head WHERE number = '{lost}'", "UPDATE head SET holder = 'nobody'")
        store.upto = store.feed()[0].position
        found: list[str] = []
        with pytest.raises(StoreError) as caught:
            found.extend(each.number for each in rebuild(store))
        assert [each.code for each in caught.value.facts["broken"]] == ["held-back"]
        assert f"{len(store.stream(PLACE, lost))} more" in caught.value.en
        assert sorted(found) == sorted({*numbers} - {lost})
        store.upto = inf
        assert [(each.number, each.fields) for each in rebuild(store)] == [(lost, ("head",))]


@pytest.mark.parametrize("look", [differences, rebuild])
def test_an_order_that_goes_on_while_it_is_compared_is_no_difference(tmp_path: Path, look: Any) -> None:
    with Held(tmp_path / "a.db") as store:
        hotline, numbers = filled(store)
        for act in (lambda: hotline.handle(min(numbers), Withdraw(REQUESTER)), lambda: hotline.forget("13800000000")):
            store.meanwhile = act
            assert list(look(store)) == []
            assert store.meanwhile is None


def test_an_order_that_goes_on_all_the_time_is_left_to_who_writes_it(tmp_path: Path) -> None:
    with Held(tmp_path / "a.db") as store:
        hotline, [number] = filled(store, 1)
        turns = 0

        def again() -> None:
            nonlocal turns
            turns += 1
            assert turns < 5 * LOOKS
            hotline.handle(number, Supplement(REQUESTER, text=f"虚构{turns}"))
            store.meanwhile = again

        store.meanwhile = again
        assert list(differences(store)) == []
        assert turns >= LOOKS


def test_a_rebuild_beside_writers_that_do_not_stop_comes_to_an_end(tmp_path: Path) -> None:
    class Busy(SqliteStore):
        turns, hotline = 0, None

        def feed(self, after: int = 0, limit: int = 1000, place: str | None = None) -> list[Fed]:
            self.turns += 1
            if self.turns > 50:
                pytest.fail("the feed is read for ever")
            if self.hotline is not None:
                self.hotline.receive(Request(AT, "路灯不亮", "虚构", Requester(), Kind.COMPLAINT), by=AGENT)
            return super().feed(after, limit, place)

    with Busy(tmp_path / "a.db") as store:
        store.hotline, _ = filled(store)
        assert list(rebuild(store)) == list(differences(store)) == []


def test_a_head_that_says_more_than_its_records_is_a_difference(tmp_path: Path, plain: Callable[[Path], None]) -> None:
    with Held(tmp_path / "a.db") as store:
        _, numbers = filled(store)
        touch(store, plain, f"UPDATE head SET version = 9 WHERE number = '{numbers[0]}'")
        touch(store, plain, f"UPDATE head SET requester = NULL WHERE number = '{numbers[1]}'")
        found = {each.number: each.fields for each in differences(store)}
        assert found == {numbers[0]: ("version",), numbers[1]: ("requester",)}
