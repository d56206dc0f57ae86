"""Workers share what is to be done, and none does it twice (工作进程)."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline12345 import Actor, Hotline, Order, Request, clockwork
from hotline12345 import commands as c
from hotline12345.core.errors import Conflict, StoreError
from hotline12345.core.events import FellOverdue
from hotline12345.core.request import Kind
from hotline12345.delivery import DONE, Answer, Destination, Message, Settings
from hotline12345.packs import load_pack
from hotline12345.stores import Store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.worker import Worked, Worker, has_work, shard_of

START = datetime.fromisoformat("2026-09-18T10:00:00+08:00")
LATE = START + timedelta(days=200)
AGENT = Actor.parse("agent@210100-12345")


class Seen:
    """A publisher that keeps what it takes; one for all workers."""

    api = 1

    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []
        self.does: Callable[[Message], None] = lambda message: None

    def publish(self, message: Message) -> Answer:
        self.does(message)
        self.taken.append((message.number, message.version))
        return Answer(DONE)

    def close(self) -> None:
        pass


@pytest.fixture
def pack():
    return load_pack("shenyang")


@pytest.fixture
def seconds() -> list[float]:
    return [1000.0]


@pytest.fixture
def store(pack, seconds: list[float]) -> MemoryStore:
    """Forty orders, dispatched and due."""
    store = MemoryStore(lambda: seconds[0])
    numbers = iter(range(1, 1000))
    hotline = Hotline(pack, store, clock=lambda: START, number=lambda at, tries: f"N{next(numbers):03d}")
    for _ in range(40):
        hotline.receive(Request(received=START, text="路灯坏了", area="210102", kind=Kind.COMPLAINT), by=AGENT)
    return store


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    one = Seen()
    monkeypatch.setattr(Destination, "open", lambda self: one)
    return one


def destinations(*names: str) -> tuple[Destination, ...]:
    actor = Actor.parse("supervisor@210000-12345")
    return tuple(Destination(name, "test", Settings("test:"), actor) for name in names)


def worker(pack, store: Store, to: tuple[Destination, ...] = (), **more: object) -> Worker:
    return Worker(store, lambda fenced: Hotline(pack, fenced), to, now=lambda: LATE, **more)  # type: ignore[arg-type]


def overdue(store: Store) -> dict[tuple[str, object, str], int]:
    found: dict[tuple[str, object, str], int] = {}
    hotline = Hotline("shenyang", store)
    for head in hotline.find(limit=1000).heads:
        for event in hotline.history(head.number):
            if isinstance(event, FellOverdue):
                key = (head.number, event.clock, event.rung)
                found[key] = found.get(key, 0) + 1
    return found


def test_one_worker_does_all_there_is(pack, store: MemoryStore, seen: Seen) -> None:
    before = len(store.feed(limit=10_000))
    mine = worker(pack, store, destinations("a"), limit=10_000)
    done = mine.round()
    again = mine.round()
    assert done.orders == 40
    assert done.overdue == sum(count for (_, _, rung), count in overdue(store).items() if rung == "overdue")
    assert done.overdue > 0
    assert len(seen.taken) == len(set(seen.taken)) == len(store.feed(limit=10_000)) > before
    assert again.sent + done.sent == len(seen.taken)


def test_an_order_that_cannot_be_read_is_named_and_keeps_no_other_waiting(
    pack, store: MemoryStore, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Hotline.order

    def newer(self: Hotline, number: str, **how: bool) -> Order:
        if number == "N007":
            raise StoreError("虚构", "invented", code="unknown-event")
        return read(self, number, **how)

    monkeypatch.setattr(Hotline, "order", newer)
    mine = worker(pack, store, destinations("a"), limit=10_000)
    done = mine.round()
    assert (done.orders, done.unreadable) == (39, 1)
    assert mine.met is not None
    assert (mine.met.code, "N007" in mine.met.zh) == ("unknown-event", True)
    late = {f.record.number for f in store.feed(0, 10_000) if f.record.kind == "FellOverdue"}
    assert late == {f"N{i:03d}" for i in range(1, 41)} - {"N007"}
    assert seen.taken


def test_an_order_whose_edition_is_gone_is_named_and_keeps_no_other_waiting(
    pack, store: MemoryStore, seen: Seen
) -> None:
    """Somebody has taken an edition out of the pack; one order was kept under it."""
    (received, *more) = store.stream("210100", "N007")
    gone = received._replace(data={**received.data, "edition": "gone", "digest": "gone", "parents": []})
    store._places["210100"].orders["N007"].records[:] = [gone, *more]
    mine = worker(pack, store, destinations("a"), limit=10_000)
    done = mine.round()
    assert (done.orders, done.unreadable) == (39, 1)
    assert mine.met is not None
    assert (mine.met.code, "N007" in mine.met.zh) == ("unknown-edition", True)


def test_an_order_that_somebody_else_is_always_first_at_ends_no_worker(
    pack, store: MemoryStore, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = Hotline.handle

    def busy(self: Hotline, number: str, *about: Any, **more: Any) -> Order:
        if number == "N007":
            raise Conflict("虚构", "invented", code="stale")
        return handle(self, number, *about, **more)

    monkeypatch.setattr(Hotline, "handle", busy)
    assert worker(pack, store).round() == Worked(orders=39, overdue=78, moved=0)


def test_provisional_deadlines_are_settled_beside_an_order_that_cannot_be_read(
    pack, store: MemoryStore, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are read together; the one that cannot be must not keep those behind it provisional."""
    unsettled: list[str] = []
    monkeypatch.setattr(clockwork, "_unsettled", lambda hotline, order: unsettled.append(order.number))
    entries = store._places["210100"].orders
    for number in ("N003", "N007", "N020"):
        entries[number].head = entries[number].head._replace(provisional=True, digest="old", wake="")
        store._places["210100"].unindexed.add(number)
        store._places["210100"].untimed.add(number)
    entries["N007"].records[0] = entries["N007"].records[0]._replace(kind="Teleported")
    done = worker(pack, store).round()
    assert sorted(unsettled) == ["N003", "N020"]
    assert done.unreadable == 1


def test_a_head_that_cannot_be_read_keeps_no_deadline_provisional_but_its_own(
    pack, tmp_path: Path, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsettled: list[str] = []
    monkeypatch.setattr(clockwork, "_unsettled", lambda hotline, order: unsettled.append(order.number))
    file, numbers = tmp_path / "orders.db", iter(range(1, 1000))
    hotline = Hotline(pack, f"sqlite:///{file}", clock=lambda: START, number=lambda at, tries: f"N{next(numbers):03d}")
    for _ in range(5):
        hotline.receive(Request(received=START, text="路灯坏了", area="210102", kind=Kind.COMPLAINT), by=AGENT)
    hotline.store.close()
    with closing(sqlite3.connect(file)) as raw, raw:
        for table in ("head", "late"):
            raw.execute(f"UPDATE {table} SET provisional = 1, digest = 'old', wake = ''")
            raw.execute(f"UPDATE {table} SET desks = '[[' WHERE number = 'N002'")
    store = SqliteStore(file)
    assert worker(pack, store).round().unreadable == 0  # its records say what it needs
    assert sorted(unsettled) == ["N001", "N002", "N003", "N004", "N005"]
    store.close()


def test_the_shards_of_all_workers_together_are_all_orders() -> None:
    numbers = [f"N{n:05d}" for n in range(4000)]
    counts = [sum(shard_of(number, 4) == shard for number in numbers) for shard in range(4)]
    assert sum(counts) == 4000
    assert min(counts) > 800


def test_a_worker_leaves_alone_the_shards_that_others_have(pack, store: MemoryStore) -> None:
    mine = worker(pack, store)
    others = [f"tick:{mine.place}:{shard}/4" for shard in range(3)]
    assert len(store.lease(others, "others", 60, limit=3)) == 3
    done = mine.round()
    left = {f"N{n:03d}" for n in range(1, 41) if shard_of(f"N{n:03d}", 4) == 3}
    assert 0 < len(left) < 40
    assert done.orders == len(left)
    assert {number for number, _, _ in overdue(store)} == left


def test_an_order_that_is_touched_while_it_is_ticked_is_left_to_whoever_touched_it(
    pack, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Hotline(pack, store)
    really, touched = Hotline.order, []

    def order(self: Hotline, number: str, **how: bool) -> Order:
        before = really(self, number, **how)
        if self is not other and number == "N001" and not touched:
            touched.append(other.handle(number, c.Urge(AGENT), at=LATE + timedelta(seconds=1)))
        return before

    monkeypatch.setattr(Hotline, "order", order)
    worker(pack, store).round()
    assert len(touched) == 1
    assert {number for number, _, _ in overdue(store)} >= {f"N{n:03d}" for n in range(2, 41)}


def test_threads_side_by_side_do_each_thing_once(pack, store: MemoryStore, seen: Seen) -> None:
    to = destinations("a", "b", "c")
    totals: list[Worked] = []

    def work() -> None:
        mine, total = worker(pack, store, to, limit=7), Worked()
        for _ in range(200):
            total = total.and_(mine.round())
        totals.append(total)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(totals) == 4
    records = [(fed.record.number, fed.record.version) for fed in store.feed(limit=10_000)]
    assert sorted(seen.taken) == sorted(3 * records)
    assert set(overdue(store).values()) == {1}
    assert sum(total.lost for total in totals) == 0


def test_a_worker_that_stalled_in_a_tick_writes_nothing_more_and_another_goes_on(
    pack, store: MemoryStore, seconds: list[float]
) -> None:
    looked = 0

    def stall() -> bool:
        nonlocal looked
        looked += 1
        if looked == 20:  # suspended for two minutes, in the middle of a shard
            seconds[0] += 120
            assert worker(pack, store).round().orders > 0
        return False

    slow = worker(pack, store, stopping=stall, running=lambda: seconds[0])
    slow._first = 0  # where it begins is drawn from its name: the twentieth look must fall within a shard, not between
    done = slow.round()
    assert done.lost == 1
    worker(pack, store).round()
    assert set(overdue(store).values()) == {1}
    assert {number for number, _, _ in overdue(store)} == {f"N{n:03d}" for n in range(1, 41)}


def test_a_worker_that_stalled_in_a_delivery_sends_at_most_the_one_message_again(
    pack, store: MemoryStore, seconds: list[float], seen: Seen
) -> None:
    to = destinations("a")
    other = worker(pack, store, to, limit=10_000)

    def stall(message: Message) -> None:
        if len(seen.taken) == 10:
            seen.does = lambda message: None
            seconds[0] += 120
            other.round()

    seen.does = stall
    slow = worker(pack, store, to, limit=10_000, running=lambda: seconds[0])
    assert slow.round().lost == 1
    records = [(fed.record.number, fed.record.version) for fed in store.feed(limit=10_000)]
    other.round()
    records = [(fed.record.number, fed.record.version) for fed in store.feed(limit=10_000)]
    doubled = [each for each in set(seen.taken) if seen.taken.count(each) > 1]
    assert set(seen.taken) == set(records)
    # Ten had gone out and were not written down, the eleventh was under way when the worker stalled.
    assert len(doubled) <= 11
    assert len(seen.taken) - len(records) == len(doubled)


def test_a_worker_asked_to_stop_stops_between_two_messages_and_keeps_what_it_did(
    pack, store: MemoryStore, seen: Seen
) -> None:
    to = destinations("a")
    stopping = Worker(
        store, lambda fenced: Hotline(pack, fenced), to, now=lambda: START, stopping=lambda: len(seen.taken) >= 5
    )
    stopping._settled = dict.fromkeys(range(4), START)
    assert stopping.round() == Worked()
    assert (len(seen.taken), store.cursor("deliver:a")) == (5, 5)
    assert stopping.round() == Worked()
    other = worker(pack, store, to)
    other.round()
    assert len(seen.taken) == len(set(seen.taken))


def test_where_there_is_nothing_to_do_no_lease_is_taken(
    pack, store: MemoryStore, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = destinations("a")
    assert has_work(store, to[0], LATE)
    mine = worker(pack, store, to, limit=10_000)
    for _ in range(3):
        mine.round()
    assert not has_work(store, to[0], LATE)
    taken: list[str] = []
    lease = MemoryStore.lease
    monkeypatch.setattr(
        MemoryStore, "lease", lambda self, names, *more: (taken.extend(names), lease(self, names, *more))[1]
    )
    mine.round()
    assert taken == []


def test_a_store_without_leases_is_refused(pack) -> None:
    class Plain:
        api = 1

    with pytest.raises(StoreError) as caught:
        Worker(Plain(), lambda fenced: Hotline(pack, fenced), now=lambda: LATE)  # type: ignore[arg-type]
    assert caught.value.code == "no-leasing"
