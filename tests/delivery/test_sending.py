"""What is sent when, and what waits when something fails (投递)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hotline12345 import Hotline
from hotline12345.core.errors import Conflict, RequestError, StoreError
from hotline12345.delivery import DONE, LATER, NEVER, Answer, Message, Retry, dead, deliver, resend, skip, waiting
from hotline12345.delivery.lives import Lives
from hotline12345.delivery.parking import pause_of, wait
from hotline12345.heads import stamp
from hotline12345.stores import Record

from .conftest import Clock, Receiver, destination, take_in, withdraw

ALL = [("N001", 1), ("N001", 2), ("N001", 3), ("N002", 1), ("N002", 2), ("N002", 3)]


@pytest.fixture
def two(hotline: Hotline) -> Hotline:
    """Two orders, received and dispatched: six records."""
    take_in(hotline)
    take_in(hotline)
    assert [(f.record.number, f.record.version) for f in hotline.store.feed()] == ALL
    return hotline


def refusing(number: str, version: int, answer: Answer) -> Callable[[Message], Answer]:
    return lambda message: answer if (message.number, message.version) == (number, version) else Answer(DONE)


def test_every_record_goes_out_once_and_in_order(two: Hotline, receiver: Receiver, clock: Clock) -> None:
    told = deliver(two.store, destination(), receiver, clock)
    assert (told.read, told.sent, told.failed) == (6, 6, 0)
    assert receiver.seen == ALL
    assert deliver(two.store, destination(), receiver, clock).sent == 0
    withdraw(two, "N001")
    assert deliver(two.store, destination(), receiver, clock).sent == 1
    assert receiver.seen[6:] == [("N001", 4)]


def test_an_id_is_the_same_each_time_and_no_two_are_the_same(two: Hotline, receiver: Receiver, clock: Clock) -> None:
    deliver(two.store, destination("one"), receiver, clock)
    clock.pass_(3600)
    deliver(two.store, destination("two"), receiver, clock)
    ids = [message.id for message in receiver.taken]
    assert ids[:6] == ids[6:]
    assert len(set(ids)) == 6
    assert receiver.taken[0].body == receiver.taken[6].body


def test_an_order_that_cannot_be_read_waits_and_others_pass(
    two: Hotline, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = Lives.around

    def newer(self: Lives, record: Record) -> object:
        if (record.number, record.version) == ("N001", 2):
            raise StoreError("虚构", "invented", code="unknown-event")
        return around(self, record)

    with monkeypatch.context() as patched:
        patched.setattr(Lives, "around", newer)
        told = deliver(two.store, destination(), receiver, clock)
    assert (told.read, told.sent, told.failed, told.dead) == (6, 4, 1, 0)
    assert [parked.error for parked in waiting(two.store, "deliver:province")] == ["unknown-event"]
    clock.pass_(3600)
    assert deliver(two.store, destination(), receiver, clock).sent == 2
    assert [each for each in receiver.seen if each[0] == "N001"] == ALL[:3]


def _write(path: Path, data: str, number: str, version: int) -> str:
    """Write over a record's content as an editor of the file would; return what was there."""
    with closing(sqlite3.connect(path)) as raw, raw:
        where = "WHERE number = ? AND version = ?"
        (before,) = raw.execute(f"SELECT data FROM record {where}", (number, version)).fetchone()
        raw.execute(f"UPDATE record SET data = ? {where}", (data, number, version))
    return str(before)


def test_a_damaged_record_holds_up_its_own_order_and_no_other(
    tmp_path: Path, receiver: Receiver, clock: Clock, plain: Callable[[Path], None]
) -> None:
    count = iter(range(1, 1000))
    hotline = Hotline(
        "shenyang", f"sqlite:///{tmp_path}/h.db", clock=clock, number=lambda at, tries: f"N{next(count):03d}"
    )
    for _ in range(3):
        take_in(hotline)
    plain(tmp_path / "h.db")
    before = _write(tmp_path / "h.db", "{broken", "N002", 2)
    told = deliver(hotline.store, destination(), receiver, clock)
    # Nothing of the order goes while its history cannot be read: what it was then nobody knows.
    assert (told.read, told.sent, told.failed, told.paused) == (9, 6, 1, "")
    assert {number for number, _ in receiver.seen} == {"N001", "N003"}
    (parked,) = waiting(hotline.store, "deliver:province")
    at = next(fed.position for fed in hotline.store.feed(0, 4) if fed.record.number == "N002")
    assert (parked.number, parked.position, parked.error) == ("N002", at, "broken-record v2")
    clock.pass_(60)
    assert deliver(hotline.store, destination(), receiver, clock).failed == 1  # tried again, and still so
    _write(tmp_path / "h.db", before, "N002", 2)
    clock.pass_(60)
    assert deliver(hotline.store, destination(), receiver, clock).sent == 3
    assert [seen for seen in receiver.seen if seen[0] == "N002"] == [("N002", 1), ("N002", 2), ("N002", 3)]
    hotline.store.close()


def test_a_damaged_row_of_several_records_holds_up_its_own_order_and_all_of_it_is_sent_once_it_is_mended(
    tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    count = iter(range(1, 1000))
    hotline = Hotline(
        "shenyang", f"sqlite:///{tmp_path}/h.db", clock=clock, number=lambda at, tries: f"N{next(count):03d}"
    )
    for _ in range(3):
        take_in(hotline)
    (at,) = (fed.position for fed in hotline.store.feed() if fed.record[1:3] == ("N002", 1))
    with closing(sqlite3.connect(tmp_path / "h.db")) as raw, raw:
        assert raw.execute("UPDATE late SET data = '[' || data WHERE number = 'N002' AND more = 2").rowcount == 1
    told = deliver(hotline.store, destination(), receiver, clock)
    assert (told.read, told.sent, told.failed, told.paused) == (9, 6, 1, "")
    (parked,) = waiting(hotline.store, "deliver:province")
    assert (parked.number, parked.position, parked.error) == ("N002", at, "broken-record v1")
    with closing(sqlite3.connect(tmp_path / "h.db")) as raw, raw:
        raw.execute("UPDATE late SET data = substr(data, 2) WHERE number = 'N002' AND more = 2")
    clock.pass_(60)
    assert deliver(hotline.store, destination(), receiver, clock).sent == 3
    assert [seen for seen in receiver.seen if seen[0] == "N002"] == [("N002", 1), ("N002", 2), ("N002", 3)]
    hotline.store.close()


def test_private_words_that_were_damaged_hold_up_their_own_order_and_no_other(
    tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    count = iter(range(1, 1000))
    hotline = Hotline(
        "shenyang", f"sqlite:///{tmp_path}/h.db", clock=clock, number=lambda at, tries: f"N{next(count):03d}"
    )
    for _ in range(3):
        take_in(hotline)
    with closing(sqlite3.connect(tmp_path / "h.db")) as raw, raw:
        raw.execute("UPDATE vault SET data = '{' WHERE seq IN (SELECT seq FROM late WHERE number = 'N002')")
    to = destination(actor="agent@210100-12345", purpose="read")
    told = deliver(hotline.store, to, receiver, clock)
    assert (told.sent, told.failed, told.paused) == (6, 1, "")
    assert {number for number, _ in receiver.seen} == {"N001", "N003"}
    (parked,) = waiting(hotline.store, "deliver:province")
    assert (parked.number, parked.error.split()[0]) == ("N002", "broken-private")
    hotline.store.close()


@pytest.mark.parametrize("damage", ["DELETE FROM head", "UPDATE head SET desks = '[['", "UPDATE late SET desks = '[['"])
def test_an_order_that_waits_is_sent_to_its_end_though_its_head_is_lost(
    tmp_path: Path, receiver: Receiver, clock: Clock, damage: str, plain: Callable[[Path], None]
) -> None:
    count = iter(range(1, 1000))
    hotline = Hotline(
        "shenyang", f"sqlite:///{tmp_path}/h.db", clock=clock, number=lambda at, tries: f"N{next(count):03d}"
    )
    for _ in range(2):
        take_in(hotline)
    receiver.says = refusing("N001", 1, Answer(LATER, "down"))
    assert deliver(hotline.store, destination(), receiver, clock).failed == 1
    receiver.says = lambda message: Answer(DONE)
    if "head" in damage:
        plain(tmp_path / "h.db")
    with closing(sqlite3.connect(tmp_path / "h.db")) as raw, raw:
        assert raw.execute(f"{damage} WHERE number = 'N001'").rowcount > 0
    clock.pass_(60)
    deliver(hotline.store, destination(), receiver, clock)
    assert [seen for seen in receiver.seen if seen[0] == "N001"] == [("N001", 1), ("N001", 2), ("N001", 3)]
    assert list(waiting(hotline.store, "deliver:province")) == []
    hotline.store.close()


def test_a_record_damaged_after_it_was_sent_holds_up_only_what_happens_to_its_order(
    tmp_path: Path, receiver: Receiver, clock: Clock, plain: Callable[[Path], None]
) -> None:
    count = iter(range(1, 1000))
    hotline = Hotline(
        "shenyang", f"sqlite:///{tmp_path}/h.db", clock=clock, number=lambda at, tries: f"N{next(count):03d}"
    )
    for _ in range(3):
        take_in(hotline)
    deliver(hotline.store, destination(), receiver, clock)
    for number in ("N001", "N002", "N003"):
        withdraw(hotline, number)
    plain(tmp_path / "h.db")
    _write(tmp_path / "h.db", "{broken", "N002", 1)
    told = deliver(hotline.store, destination(), receiver, clock)
    assert (told.sent, told.failed) == (2, 1)
    assert [(parked.number, parked.error) for parked in waiting(hotline.store, "deliver:province")] == [
        ("N002", "broken-record v1")
    ]
    hotline.store.close()


def test_orders_refused_for_good_are_dead_letters_and_the_destination_goes_on(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    for _ in range(12):
        take_in(hotline)
    receiver.says = lambda message: Answer(NEVER if message.number <= "N008" else DONE, "HTTP 422")
    told = deliver(hotline.store, destination(), receiver, clock)
    assert (told.dead, told.sent, told.paused) == (8, 12, "")
    assert {parked.number for parked in dead(hotline.store, "deliver:province")} == {f"N{n:03d}" for n in range(1, 9)}


def test_a_receiver_that_refuses_everything_is_paused_before_every_order_is_a_dead_letter(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    for _ in range(12):
        take_in(hotline)
    receiver.says = lambda message: Answer(NEVER, "HTTP 400")
    to = destination(retry=Retry(first=10, longest=60, attempts=3, pause_after=5, refused_after=6))
    told = deliver(hotline.store, to, receiver, clock)
    assert (told.dead, told.sent) == (6, 0)
    assert told.paused > stamp(clock())
    clock.pass_(60)
    assert deliver(hotline.store, to, receiver, clock).dead == 1  # asked with one more
    clock.pass_(60)
    receiver.says = lambda message: Answer(DONE)
    assert deliver(hotline.store, to, receiver, clock).paused == ""
    assert resend(hotline.store, "deliver:province", clock()) == 7
    deliver(hotline.store, to, receiver, clock)
    assert len(receiver.seen) == 36


def test_a_failing_order_waits_with_all_behind_it_and_others_pass(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    receiver.says = refusing("N001", 2, Answer(LATER, "HTTP 503"))
    told = deliver(two.store, destination(), receiver, clock)
    assert (told.sent, told.failed, told.dead) == (4, 1, 0)
    assert receiver.seen == [("N001", 1), ("N002", 1), ("N002", 2), ("N002", 3)]
    (parked,) = waiting(two.store, "deliver:province")
    assert (parked.number, parked.position, parked.attempts, parked.error) == ("N001", 2, 1, "HTTP 503")
    assert two.store.cursor("deliver:province") == 6

    # Not due yet: what happens to the order meanwhile waits, too.
    withdraw(two, "N001")
    receiver.says = lambda message: Answer(DONE)
    assert deliver(two.store, destination(), receiver, clock).sent == 0

    clock.pass_(10)
    assert deliver(two.store, destination(), receiver, clock).sent == 3
    assert receiver.seen[4:] == [("N001", 2), ("N001", 3), ("N001", 4)]
    assert list(waiting(two.store, "deliver:province")) == []


def test_what_fails_too_often_is_a_dead_letter_until_somebody_sends_it_again(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    receiver.says = refusing("N001", 2, Answer(LATER, "HTTP 500"))
    for _ in range(4):
        deliver(two.store, destination(), receiver, clock)
        clock.pass_(61)
    assert receiver.tried.count(("N001", 2)) == 3
    (letter,) = dead(two.store, "deliver:province")
    assert (letter.attempts, letter.retry) == (3, "")
    clock.pass_(10**6)
    assert deliver(two.store, destination(), receiver, clock).failed == 0

    receiver.says = lambda message: Answer(DONE)
    assert resend(two.store, "deliver:province", clock()) == 1
    assert deliver(two.store, destination(), receiver, clock).sent == 2
    assert receiver.seen[-2:] == [("N001", 2), ("N001", 3)]


def test_what_the_receiver_will_never_take_is_a_dead_letter_at_once(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    receiver.says = refusing("N001", 2, Answer(NEVER, "HTTP 422"))
    assert deliver(two.store, destination(), receiver, clock).dead == 1
    assert [letter.number for letter in dead(two.store, "deliver:province")] == ["N001"]


def test_one_message_can_be_left_out_and_the_order_goes_on(two: Hotline, receiver: Receiver, clock: Clock) -> None:
    receiver.says = refusing("N001", 2, Answer(NEVER))
    deliver(two.store, destination(), receiver, clock)
    place = two.place
    assert skip(two.store, "deliver:province", clock(), place, "N001").position == 2
    deliver(two.store, destination(), receiver, clock)
    assert receiver.seen[-1] == ("N001", 3)
    assert ("N001", 2) not in receiver.seen
    assert list(waiting(two.store, "deliver:province")) == []


def test_all_that_waits_of_an_order_can_be_left_out_and_what_comes_later_goes_out(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    receiver.says = refusing("N001", 2, Answer(NEVER))
    deliver(two.store, destination(), receiver, clock)
    skip(two.store, "deliver:province", clock(), two.place, "N001", whole=True)
    withdraw(two, "N001")
    deliver(two.store, destination(), receiver, clock)
    assert [seen for seen in receiver.seen if seen[0] == "N001"] == [("N001", 1), ("N001", 4)]


@pytest.mark.parametrize("act", [skip, lambda s, r, n, p, o: resend(s, r, n, p, o)])
def test_what_does_not_wait_can_be_neither_skipped_nor_sent_again(two: Hotline, clock: Clock, act: object) -> None:
    with pytest.raises(RequestError) as caught:
        act(two.store, "deliver:province", clock(), two.place, "N001")  # type: ignore[operator]
    assert caught.value.code == "not-parked"


def test_a_destination_that_is_out_waits_as_a_whole_and_the_log_with_it(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    for _ in range(20):
        take_in(hotline)
    receiver.says = lambda message: Answer(LATER, "ConnectionRefusedError")
    told = deliver(hotline.store, destination(), receiver, clock)
    assert (told.failed, told.paused) == (5, told.paused)
    assert told.paused > stamp(clock())
    assert len(receiver.tried) == 5
    assert deliver(hotline.store, destination(), receiver, clock).failed == 0

    # While it stays out each probe costs one waiting order and one new one, and the probes grow rarer.
    waits = []
    for _ in range(4):
        pause = pause_of(hotline.store, "deliver:province")
        assert pause is not None
        before = len(receiver.tried)
        clock.pass_(61)
        deliver(hotline.store, destination(), receiver, clock)
        waits.append(len(receiver.tried) - before)
    assert waits == [2, 2, 2, 2]

    receiver.says = lambda message: Answer(DONE)
    for _ in range(3):
        clock.pass_(61)
        resend(hotline.store, "deliver:province", clock())
        deliver(hotline.store, destination(), receiver, clock)
    assert pause_of(hotline.store, "deliver:province") is None
    assert sorted(receiver.seen) == [(f"N{n:03d}", v) for n in range(1, 21) for v in (1, 2, 3)]
    for n in range(1, 21):
        assert [v for number, v in receiver.seen if number == f"N{n:03d}"] == [1, 2, 3]


def test_orders_that_always_fail_do_not_keep_the_others_back(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    for _ in range(12):
        take_in(hotline)
    bad = {f"N{n:03d}" for n in range(1, 8)}
    receiver.says = lambda message: Answer(LATER if message.number in bad else DONE, "HTTP 500")
    patient = destination(retry=Retry(first=10, longest=60, attempts=10**6, pause_after=5))
    for _ in range(20):
        deliver(hotline.store, patient, receiver, clock)
        clock.pass_(61)
    assert {number for number, _ in receiver.seen} == {f"N{n:03d}" for n in range(8, 13)}


def test_the_receivers_own_wish_to_wait_is_heeded_up_to_a_day(two: Hotline, receiver: Receiver, clock: Clock) -> None:
    receiver.says = refusing("N001", 1, Answer(LATER, "HTTP 429", 7200.0))
    deliver(two.store, destination(), receiver, clock)
    (parked,) = waiting(two.store, "deliver:province")
    before = clock()
    clock.pass_(7200)
    assert parked.retry == stamp(clock())
    assert wait(Retry(), 1, "x", 10.0**9).total_seconds() == 86400
    assert before < clock()


def test_waits_double_up_to_a_bound_and_do_not_come_back_together() -> None:
    retry = Retry(first=5, longest=3600)
    for attempts, most in ((1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (10**6, 3600)):
        spread = [wait(retry, attempts, f"210100:{n}:1").total_seconds() for n in range(200)]
        assert most / 2 <= min(spread) < most * 0.55
        assert most * 0.95 < max(spread) <= most
        assert spread == [wait(retry, attempts, f"210100:{n}:1").total_seconds() for n in range(200)]


@pytest.mark.parametrize("said", [None, True, "done", ("done", "", None), Answer("maybe"), Answer(None)])  # type: ignore[arg-type]
def test_an_answer_that_is_none_is_a_failure_that_may_pass(two: Hotline, clock: Clock, said: object) -> None:
    told = deliver(two.store, destination(), _Saying(said), clock)
    assert (told.sent, told.failed, told.dead) == (0, 2, 0)
    assert two.store.cursor("deliver:province") == 6
    for parked in waiting(two.store, "deliver:province"):
        assert (type(said).__name__ in parked.error, parked.retry > stamp(clock())) == (True, True)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (Answer(LATER, None), "NoneType"),  # type: ignore[arg-type]
        (Answer(LATER, ValueError("13800000000")), "ValueError"),  # type: ignore[arg-type]
        (Answer(LATER, "half \ud83d"), "half ?"),
        (Answer(LATER, "x" * 100_000), "x" * 500),
        (Answer(LATER, "busy", "5"), "busy"),  # type: ignore[arg-type]
        (Answer(LATER, "busy", float("nan")), "busy"),
    ],
)
def test_words_a_store_cannot_keep_end_no_run(tmp_path: Path, clock: Clock, answer: Answer, kept: str) -> None:
    hotline = Hotline("shenyang", f"sqlite:///{tmp_path}/orders.db", clock=clock)
    take_in(hotline)
    assert deliver(hotline.store, destination(), _Saying(answer), clock).failed == 1
    assert [parked.error for parked in waiting(hotline.store, "deliver:province")] == [kept]
    hotline.store.close()


class _Saying:
    """A publisher that says whatever it was told to."""

    api = 1

    def __init__(self, said: object) -> None:
        self.said = said

    def publish(self, message: Message) -> Answer:
        return self.said  # type: ignore[return-value]

    def close(self) -> None:
        pass


def test_what_a_publisher_raises_is_a_failure_that_may_pass_and_its_words_are_not_kept(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    def burst(message: Message) -> Answer:
        raise ValueError("王某某 13800000000")

    receiver.says = burst
    deliver(two.store, destination(), receiver, clock)
    assert {parked.error for parked in waiting(two.store, "deliver:province")} == {"ValueError"}


def test_a_run_that_is_stopped_sends_again_only_what_was_not_written(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    def stop(message: Message) -> Answer:
        if message.number == "N002":
            raise KeyboardInterrupt
        return Answer(DONE)

    receiver.says = stop
    with pytest.raises(KeyboardInterrupt):
        deliver(two.store, destination(), receiver, clock)
    receiver.says = lambda message: Answer(DONE)
    deliver(two.store, destination(), receiver, clock)
    assert receiver.seen == ALL


def test_a_waiting_order_that_goes_out_in_part_goes_on_where_it_stopped(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    receiver.says = refusing("N001", 1, Answer(LATER))
    deliver(two.store, destination(), receiver, clock)
    clock.pass_(10)

    def stop(message: Message) -> Answer:
        if message.version == 2:
            raise KeyboardInterrupt
        return Answer(DONE)

    receiver.says = stop
    with pytest.raises(KeyboardInterrupt):
        deliver(two.store, destination(), receiver, clock)
    receiver.says = refusing("N001", 3, Answer(LATER))
    deliver(two.store, destination(), receiver, clock)
    (parked,) = waiting(two.store, "deliver:province")
    assert (parked.position, parked.attempts) == (3, 1), "a new message has its attempts before it"
    receiver.says = lambda message: Answer(DONE)
    clock.pass_(10)
    deliver(two.store, destination(), receiver, clock)
    assert [seen for seen in receiver.seen if seen[0] == "N001"] == [("N001", 1), ("N001", 2), ("N001", 3)]


def test_a_run_whose_lease_is_lost_sends_nothing_more_and_writes_nothing(
    two: Hotline, receiver: Receiver, clock: Clock
) -> None:
    lease = two.store.lease(["deliver:province"], "slow", 60)[0]  # type: ignore[attr-defined]
    fenced = two.store.fenced(lease)  # type: ignore[attr-defined]

    def hold() -> None:
        if len(receiver.taken) == 2:
            two.store.release(lease)  # type: ignore[attr-defined]
            two.store.lease(["deliver:province"], "quick", 60)  # type: ignore[attr-defined]

    with pytest.raises(Conflict) as caught:
        deliver(fenced, destination(), receiver, clock, hold=hold)
    assert caught.value.code == "lease-lost"
    assert two.store.cursor("deliver:province") == 0


def test_a_run_stops_at_its_limit_and_goes_on_there(two: Hotline, receiver: Receiver, clock: Clock) -> None:
    assert [deliver(two.store, destination(), receiver, clock, limit=4).read for _ in range(3)] == [4, 2, 0]
    assert receiver.seen == ALL


def test_a_store_that_cannot_park_is_refused(clock: Clock, receiver: Receiver) -> None:
    class Plain:
        def cursor(self, reader: str) -> int:
            return 0

    with pytest.raises(StoreError) as caught:
        deliver(Plain(), destination(), receiver, clock)  # type: ignore[arg-type]
    assert caught.value.code == "no-parking"
