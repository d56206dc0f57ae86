"""A store goes from any kind to any other and back, and its export is the same (服务器存储的导出与导入)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner

from hotline12345 import whole
from hotline12345.audit import verify
from hotline12345.cli import main
from hotline12345.core.commands import Withdraw
from hotline12345.core.errors import StoreError
from hotline12345.core.policy import Pack
from hotline12345.core.request import Kind, Request, Requester
from hotline12345.hotline import Hotline, number_by_time
from hotline12345.rebuild import differences, rebuild
from hotline12345.stores import Append, Desk, Keeping, Parked, Private, Query, open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.testing.orders import AGENT, AT, REQUESTER, small_policy
from hotline12345.testing.store_base import P, Q, head, numbers, write
from hotline12345.testing.store_feed import HALF, RARE
from hotline12345.transfer import broken, check, export, import_rows

pytest.importorskip("sqlalchemy")

KINDS = ("memory", "sqlite", "postgresql", "mysql")
Make = Callable[[str], Any]


@pytest.fixture
def make(room_on: Callable[[str], str], tmp_path: Path) -> Iterator[Make]:
    """Make a store of a kind, with a room of its own."""
    opened: list[Any] = []

    def make(kind: str) -> Any:
        if kind == "memory":
            opened.append(MemoryStore())
        else:
            opened.append(open_store(f"sqlite:///{tmp_path}/{len(opened)}.db" if kind == "sqlite" else room_on(kind)))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


def fill(store: Any) -> None:
    """Put in orders of two places, out of turn, with words out of order and twice, and a person who is forgotten."""
    for turn in range(30):
        number, version = str(turn * 7 % 10), turn // 10 * 2
        private = (
            Private(f"b{version}", "x", {"text": f"虚构{turn}"}, ("w", f"v{turn % 3}", "w")),
            Private(f"a{version}", "y", {"text": "虚构的另一人"}, ("gone",)),
            Private(f"c{version}", "x", {}),
        )
        desks = (Desk("a1", "u1", "lead", "2026", "2027"),)
        store.append([write(number, version, 2, place=(P, Q)[turn % 2], key=f"k{turn}" if turn % 3 else "",
                            fingerprint="f", private=private, requester="xy"[turn % 2], desks=desks)])  # fmt: skip
    store.append([write(RARE, key=RARE, data={"text": HALF, RARE: RARE}, private=(Private("p", RARE, {RARE: HALF}),))])
    for key in ("more", "again"):
        store.append([Append(P, RARE, 1, (), head(RARE, 1), (), key, "f")])
    store.forget(P, "y")
    store.forget(Q, "y")
    feed = store.feed(0, 1000)
    store.advance("all", feed[-1].position)
    store.park("some", feed[9].position, [Parked("some", P, "0", feed[2].position, 9, "", RARE)])


@pytest.mark.parametrize("here", KINDS)
def test_what_goes_from_one_kind_into_every_other_is_exported_the_same(make: Make, here: str) -> None:
    old = make(here)
    fill(old)
    rows = list(export(old))
    after = [fed.record for fed in old.feed(old.cursor("some"), 1000)]
    parked = [fed.record for fed in old.feed(old.parked("some")[0].position, 1)]
    for there in KINDS:
        new = make(there)
        import_rows(new, lambda: rows)
        assert list(export(new)) == rows, there  # the last row holds the digest
        assert numbers(new, Query(words=("v1", "w"))) == numbers(old, Query(words=("v1", "w"))) != []
        assert new.check() == []
        assert [fed.record for fed in new.feed(new.cursor("some"), 1000)] == after
        assert [fed.record for fed in new.feed(new.parked("some")[0].position, 1)] == parked
        assert new.feed(new.cursor("all"), 1000) == []


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_private_records_are_given_whole_by_id(make: Make, server: str) -> None:
    store = make(server)
    assert isinstance(store, Keeping)
    assert store.kept(P, "1") == []
    given = (
        Private("b", "", {"text": "虚构"}, ("w2", "w1", "w2")), Private(RARE, RARE, {RARE: HALF}, (RARE,)),
        Private("a", "x", {}),
    )  # fmt: skip
    store.append([write("1", private=given), write("2", private=(Private("b", "x", {}, ("other",)),))])
    expected = [Private("a", "x", {}), Private("b", "", {"text": "虚构"}, ("w1", "w2"))]
    expected.append(Private(RARE, RARE, {RARE: HALF}, (RARE,)))
    assert store.kept(P, "1") == sorted(expected, key=lambda private: private.id)
    store.forget(P, RARE)
    assert store.kept(P, "1") == expected[:2]
    assert store.kept(Q, "1") == []


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_the_command_line_carries_orders_to_a_server_checks_their_heads_and_carries_them_out(
    server: str, room_on: Callable[[str], str], ask: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = room_on(server)

    def run(*words: str, code: int = 0) -> Any:
        result = CliRunner().invoke(main, [*words, "--format", "json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    run("receive", "--pack", "shenyang", "--store", "sqlite:///a.db", "--received", "2026-09-18T10:00", "--at",
        "2026-09-18T10:00", "--kind", "投诉", "--area", "210102", "--title", "路灯不亮", "--text", "虚构：路灯坏了",
        "--name", "虚构人")  # fmt: skip
    told = run("store", "export", "a.ndjson", "--store", "sqlite:///a.db")
    assert (told["orders"], told["private"]) == (1, 1)
    assert run("store", "import", "a.ndjson", "--store", url) == told
    assert run("store", "export", "b.ndjson", "--store", url) == told
    assert run("store", "rebuild", "--check", "--store", url) == {"findings": []}
    schema = url.partition("schema=")[2].partition("&")[0]
    ask(url, f"UPDATE {schema}.hotline_head SET holder = 'nobody'")
    found = run("store", "rebuild", "--check", "--store", url, code=1)["findings"]
    assert [each["fields"] for each in found] == ["holder"]


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_lost_and_wrong_heads_desks_requesters_and_counts_of_a_server_are_made_again(
    server: str, make: Make, ask: Callable[..., Any]
) -> None:
    store = make(server)
    policy = small_policy()
    pack = Pack("test", policy.place, "test", (policy,))
    hotline = Hotline(pack, store, clock=lambda: AT, number=number_by_time, secrets=bytes(range(32)))
    orders = sorted(
        hotline.receive(
            Request(AT, f"路灯不亮{i}", "虚构：路灯坏了", Requester(phone=f"1380000000{i}"), Kind.COMPLAINT), by=AGENT
        ).number
        for i in range(3)
    )
    before = list(export(store))
    schema = f"{store.schema}.hotline_"
    ask(
        store._line.engine.url.render_as_string(hide_password=False),
        f"DELETE FROM {schema}head WHERE number = '{orders[0]}'",
        f"DELETE FROM {schema}desk",
        f"DELETE FROM {schema}owner WHERE number = '{orders[1]}'",
        f"UPDATE {schema}head SET status = 'x', link = '00' WHERE number = '{orders[2]}'",
        f"DELETE FROM {schema}tally",
    )
    wrong = {each.number: each.fields for each in rebuild(store)}
    assert wrong == {orders[0]: ("head",), orders[1]: ("requester",), orders[2]: ("status",)}
    assert list(export(store)) == before
    assert (list(differences(store)), store.check()) == ([], [])
    hotline.handle(orders[0], Withdraw(REQUESTER))
    assert [fed.record.number for fed in store.feed(0, 100)][-1] == orders[0]
    assert store.check() == []


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_broken_orders_of_a_server_hold_up_no_other_and_are_all_named(
    server: str, make: Make, ask: Callable[..., Any]
) -> None:
    store = make(server)
    policy = small_policy()
    pack = Pack("test", policy.place, "test", (policy,))
    hotline = Hotline(pack, store, clock=lambda: AT, number=number_by_time, secrets=bytes(range(32)))
    orders = sorted(
        hotline.receive(Request(AT, f"路灯不亮{i}", "虚构：路灯坏了", Requester(), Kind.COMPLAINT), by=AGENT).number
        for i in range(4)
    )
    damaged, unknown, private, sound = orders
    schema = f"{store.schema}.hotline_"
    ask(
        store._line.engine.url.render_as_string(hide_password=False),
        f"UPDATE {schema}record SET data = '[' WHERE number = '{damaged}' AND version = 1",
        f"UPDATE {schema}record SET kind = 'Teleported' WHERE number = '{unknown}' AND version = 2",
        f"UPDATE {schema}private SET data = '{{' WHERE number = '{private}'",
        f"UPDATE {schema}head SET holder = 'nobody'",
    )
    wrong: list[str] = []
    with pytest.raises(StoreError) as caught:
        wrong.extend(each.number for each in rebuild(store))
    assert caught.value.code == "orders-unreadable"
    told = {each.facts["order"][1]: each.code for each in caught.value.facts["broken"]}
    assert told == {damaged: "broken-record", unknown: "unknown-event", private: "broken-private"}
    assert wrong == [sound]
    assert store.head(policy.place, sound).holder != "nobody"
    assert store.head(policy.place, damaged).holder == "nobody"
    with pytest.raises(StoreError) as caught:
        list(export(store))
    assert {each.facts["order"][1] for each in caught.value.facts["broken"]} == {damaged, unknown, private}
    new = make("memory")
    without = {each.facts["order"] for each in broken(store)}
    import_rows(new, lambda: export(store, without=without))
    assert [fed.record.number for fed in new.feed(0, 100)] == [sound] * len(store.stream(policy.place, sound))


def test_an_export_that_a_transaction_holds_records_back_from_is_refused(
    room_on: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records are committed, and an import of it would not have them."""
    url = room_on("postgresql").replace("&patience=120", "")
    store: Any = open_store(url)
    store.append([write("1")])
    with store._line.engine.begin() as host, monkeypatch.context() as patch:
        patch.setattr(whole, "PATIENCE", 0.3)  # later a stranger's transaction may well last longer
        host.exec_driver_sql("SELECT txid_current()")  # anybody's, in any database of the server
        store.append([write("1", 1), write("2")])
        with pytest.raises(StoreError) as caught:
            list(export(store))
        assert caught.value.code == "not-whole"
        assert sorted(each.facts["order"][1] for each in caught.value.facts["broken"]) == ["1", "2"]
        assert "doctor --store" in caught.value.en
    assert [row.number for row in export(store) if row.t == "record"] == ["1", "1", "2"]
    store.close()


def test_what_a_transaction_holds_back_is_rebuilt_and_verified_later(
    room_on: Callable[[str], str], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = room_on("postgresql").replace("&patience=120", "")
    store: Any = open_store(url)
    policy = small_policy()
    pack = Pack("test", policy.place, "test", (policy,))
    hotline = Hotline(pack, store, clock=lambda: AT, number=number_by_time, secrets=bytes(range(32)))

    def receive() -> str:
        request = Request(AT, "路灯不亮", "虚构：路灯坏了", Requester(), Kind.COMPLAINT)
        return hotline.receive(request, by=AGENT).number

    first = receive()
    with store._line.engine.begin() as host, monkeypatch.context() as patch:
        patch.setattr(whole, "PATIENCE", 0.3)
        host.exec_driver_sql("SELECT txid_current()")  # anybody's, in any database of the server
        hotline.handle(first, Withdraw(REQUESTER))
        second = receive()
        ask(url, f"UPDATE {store.schema}.hotline_head SET area = '9'")
        assert {each.number for each in differences(store)} == {first, second}
        assert {each.number for each in rebuild(store)} == {first, second}
        faults = verify(store).faults
        assert {fault.code for fault in faults} == {"held-back"}
        assert {fault.key.split()[0].partition("/")[2] for fault in faults} == {first, second}
    assert (list(differences(store)), verify(store).faults) == ([], ())
    store.close()


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_an_export_beside_writers_that_do_not_stop_comes_to_an_end_and_is_whole(
    room_on: Callable[[str], str], server: str
) -> None:
    url = room_on(server).replace("&patience=120", "")
    store = open_store(url)
    store.append([write(str(number)) for number in range(50)])
    stop = Event()

    def go_on(own: int) -> None:
        with open_store(url) as mine:  # type: ignore[attr-defined]
            version, turn = 1, 0
            while not stop.wait(0.01):
                turn += 1
                mine.append([write(str(own), version), write(f"{own}-{turn}")])
                version += 1

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(go_on, own) for own in range(2)]
        try:
            rows = pool.submit(list, export(store)).result(100)
        finally:
            stop.set()
        for writer in writers:
            writer.result(30)
    assert check(rows).orders >= 50
    new = MemoryStore()
    import_rows(new, lambda: rows)
    records = [fed.record for fed in new.feed(0, 100_000)]
    there = store.streams(P, [*{record.number for record in records}])
    assert all(there[record.number][record.version - 1] == record for record in records)
    store.close()


@pytest.mark.parametrize("ends", [True, False])
def test_an_import_waits_for_a_transaction_that_holds_it_back_and_is_finished_later(
    room_on: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    url = room_on("postgresql").replace("&patience=120", "")
    old, new = MemoryStore(), open_store(url)
    fill(old)
    rows = list(export(old))
    with open_store(url) as other, ThreadPoolExecutor(1) as pool:  # type: ignore[attr-defined]
        with other._line.engine.begin() as host, monkeypatch.context() as patch:
            patch.setattr(whole, "PATIENCE", 60.0 if ends else 0.3)
            host.exec_driver_sql("SELECT txid_current()")  # anybody's, in any database of the server
            told = pool.submit(import_rows, new, lambda: rows)
            assert bool(wait([told], 1.5 if ends else 60).done) is not ends
        if ends:
            told.result(60)
    new.close()
    if not ends:
        assert getattr(told.exception(), "code", "") == "import-held-back"
        with pytest.raises(StoreError, match="import-unfinished"):
            open_store(url)
        again = open_store(url, unfinished=True)
        import_rows(again, lambda: rows)
        again.close()
    done = open_store(url)
    assert list(export(done)) == rows
    done.close()


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_the_desks_of_an_order_are_put_in_place_anew(server: str, make: Make, ask: Callable[..., Any]) -> None:
    store = make(server)
    store.append([write("1", desks=(Desk("a1", "u", "lead", "", "d"), Desk("a2", "v", "assist", "", "")))])
    before = list(export(store))
    url = store._line.engine.url.render_as_string(hide_password=False)
    ask(url, f"UPDATE {store.schema}.hotline_desk SET unit = 'nobody' WHERE assignment = 'a1'")
    assert numbers(store, Query(unit="u")) == []
    assert store.check() == []
    ask(url, f"DELETE FROM {store.schema}.hotline_desk")
    ask(url, f"INSERT INTO {store.schema}.hotline_desk VALUES ('{P}', '9', 'a1', 'u', 'lead', 'd')")
    assert [(each.code, each.en.split(": ")[-1]) for each in store.check()] == [("desk", f"{P}/1"), ("desk", f"{P}/9")]
    ask(url, f"DELETE FROM {store.schema}.hotline_desk")
    store.reindex(P, [store.head(P, "1")])
    for unit in "uv":
        assert numbers(store, Query(unit=unit)) == ["1"]
    assert (numbers(store, Query(unit="nobody")), list(export(store))) == ([], before)


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_a_write_to_an_order_whose_desks_were_written_over_says_so_and_a_rebuild_mends_it(
    server: str, make: Make, ask: Callable[..., Any]
) -> None:
    store = make(server)
    store.append([write("1", desks=(Desk("a1", "u", "lead", "", "d"),)), write("2")])
    head = store.head(P, "1")
    url = store._line.engine.url.render_as_string(hide_password=False)
    for damage in ("[[", "[5]"):
        ask(url, f"UPDATE {store.schema}.hotline_head SET desks = '{damage}' WHERE number = '1'")
        with pytest.raises(StoreError, match="broken-head"):
            store.append([write("2", 1), write("1", 1)])
    assert [store.stream(P, number)[-1].version for number in "12"] == [1, 1]
    store.reindex(P, [head])
    store.append([write("2", 1), write("1", 1)])
    assert store.check() == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_an_order_that_goes_on_while_it_is_rebuilt_keeps_the_head_it_got(kind: str, make: Make) -> None:
    store = make(kind)
    store.append([write("1", holder="u"), write("2", holder="u")])
    counted = [store.head(P, number)._replace(area="9") for number in "12"]
    store.append([write("1", 1, holder="v", desks=(Desk("a1", "v", "lead", "", ""),))])
    store.reindex(P, counted)
    store.reindex(P, [])
    assert [(store.head(P, number).holder, store.head(P, number).area) for number in "12"] == [("v", ""), ("u", "9")]
    assert store.count(P, Query(), "holder") == {"u": 1, "v": 1}
    assert numbers(store, Query(unit="v")) == ["1"]
    assert store.check() == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_who_is_forgotten_while_orders_are_rebuilt_stays_forgotten(kind: str, make: Make) -> None:
    store = make(kind)
    private = (Private("1", "x", {"text": "虚构"}),)
    store.append([write("1", requester="x", private=private), write("2", requester="y", private=())])
    counted = [store.head(P, number) for number in "12"]
    store.forget(P, "x")
    store.reindex(P, counted)
    assert numbers(store, Query(requester="x")) == []
    assert [store.head(P, number).requester for number in "12"] == ["", "y"]
