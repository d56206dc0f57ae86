"""Cut wires, replicas, restores and forgetting on servers (服务器的意外)."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any
from urllib.parse import urlsplit

import pytest

from hotline12345.core.errors import StoreError
from hotline12345.stores import Append, Private, Query, open_store
from hotline12345.testing import FaultProxy
from hotline12345.testing.store_base import P, follow, write

pytest.importorskip("sqlalchemy")

SERVERS = pytest.mark.parametrize("server", ["postgresql", "mysql"])


@pytest.fixture
def through(clean_room: Callable[[str], str]) -> Iterator[Callable[[str], tuple[Any, Any, Any]]]:
    """A proxy before the named server, a store that goes through it, and one that does not."""
    opened: list[Any] = []

    def start(server: str) -> tuple[Any, Any, Any]:
        url = clean_room(server)
        direct = open_store(url)
        where = urlsplit(url)
        port = where.port or 5432
        proxy = FaultProxy(where.hostname or "127.0.0.1", port, server)  # type: ignore[arg-type]
        cut = open_store(url.replace(f":{port}", f":{proxy.port}"))
        opened.extend((cut, direct, proxy))
        return proxy, cut, direct

    yield start
    for each in opened:
        each.close()


@SERVERS
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_keyed_write_has_one_effect_wherever_the_wire_is_cut(
    server: str, when: Any, through: Callable[[str], tuple[Any, Any, Any]]
) -> None:
    proxy, store, direct = through(server)
    for at in range(1, 24):
        number = f"{at:03d}"
        append = write(number, key=number, fingerprint="f", private=(Private("p", "x", {}, ("w",)),))
        store.append([append])
        proxy.cut(at, when)
        second = Append(P, number, 1, write(number, 1).records, write(number, 1).head, (), f"{number}-2", "f")
        assert [(done.version, done.repeated) for done in store.append([second])] == [(2, False)]
        proxy.mend()
        assert [r.version for r in direct.stream(P, number)] == [1, 2]
        assert direct.lookup(P, f"{number}-2") == (number, 2, "f")
    assert proxy.cuts >= 1


@SERVERS
def test_a_write_without_a_key_that_was_cut_at_commit_says_that_nobody_knows(
    server: str, through: Callable[[str], tuple[Any, Any, Any]]
) -> None:
    proxy, store, direct = through(server)
    told = set()
    for at in range(1, 24):
        number = f"{at:03d}"
        proxy.cut(at, "after")
        try:
            store.append([write(number)])
        except StoreError as error:
            told.add(error.code)
        proxy.mend()
        assert len(direct.stream(P, number)) in (0, 1)
    assert told == {"unknown-outcome"}


def test_a_cut_wire_is_told_by_the_error_alone(
    through: Callable[[str], tuple[Any, Any, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    proxy, store, direct = through("postgresql")
    for at in range(1, 16):
        batch = [write(f"{at}-{i}", key=f"{at}-{i}", fingerprint="f") for i in range(2)]
        proxy.cut(at, "before")
        assert [done.version for done in store.append(batch)] == [1, 1]
        proxy.mend()
        assert direct.lookup(P, f"{at}-1") == (f"{at}-1", 1, "f")
    assert proxy.cuts >= 1
    assert [record.getMessage() for record in caplog.records if record.name.startswith("psycopg")] == []


@SERVERS
def test_reads_cursors_and_leases_survive_a_cut(server: str, through: Callable[[str], tuple[Any, Any, Any]]) -> None:
    proxy, store, _ = through(server)
    store.append([write("1", key="k", private=(Private("p", "x", {}),))])
    for at in range(1, 5):
        proxy.cut(at, "after")
        assert len(store.stream(P, "1")) == 1
        proxy.cut(at, "after")
        store.advance("r", at)
        assert store.cursor("r") == at
        proxy.cut(at, "after")
        assert [lease.owner for lease in store.lease(["a"], "me", 60)] == ["me"]
    proxy.cut(4, "after")
    assert store.forget(P, "x") == 1
    proxy.mend()


def test_a_server_that_became_read_only_refuses_in_our_words(clean_room: Callable[[str], str]) -> None:
    url = clean_room("postgresql")
    open_store(url).close()
    store = open_store(f"{url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(StoreError) as caught:
        store.append([write("1")])
    assert caught.value.code == "replica"
    assert store.find(P, Query()).heads == ()
    store.close()


@pytest.mark.parametrize("address", ["mysql://root@127.0.0.1:{}/orders", "postgresql://postgres@127.0.0.1:{}/orders"])
def test_a_server_that_takes_the_connection_and_says_nothing_is_waited_for_no_longer_than_asked(address: str) -> None:
    pytest.importorskip("pymysql" if address.startswith("mysql") else "psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as aside:
        url = address.format(silent.getsockname()[1]) + "?timeout=2&patience=2"
        opening = aside.submit(open_store, url)
        try:
            with pytest.raises(StoreError) as caught:
                opening.result(timeout=60)
        finally:
            silent.close()
    assert caught.value.code == "unreachable"


def test_a_question_to_mysql_may_take_longer_than_its_greeting(clean_room: Callable[[str], str]) -> None:
    store: Any = open_store(clean_room("mysql") + "&timeout=1")
    with store._line.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT SLEEP(1.5)").scalar() == 0
    store.close()


def test_a_server_that_answers_no_while_connecting_is_not_called_unreachable(clean_room: Callable[[str], str]) -> None:
    where = urlsplit(clean_room("postgresql"))
    host = f"{where.hostname}:{where.port or 5432}"
    told = []
    for user, database in (("nobody_of_this_name", "test"), (where.username or "postgres", "no_such_database")):
        with pytest.raises(StoreError) as caught:
            open_store(f"postgresql://{user}@{host}/{database}")
        told.append(caught.value.code)
    assert told in (["denied", "no-such-store"], ["denied", "denied"])  # where a password comes first


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('FATAL:  password authentication failed for user "city"', "denied"),
        ('致命错误:  用户 "city" Password 认证失败 (28P01)', "denied"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "city"', "denied"),
        ('致命错误:  数据库 "city" 不存在', "no-such-store"),
        ("FATAL:  the database system is starting up", "down"),
        ("FATAL:  sorry, too many clients already", "down"),
        ("connection refused", "down"),
    ],
)
def test_what_a_server_answers_while_connecting_is_told_by_its_words(said: str, kind: str) -> None:
    from hotline12345.stores.sql._errors import kind_of

    assert (
        kind_of(type("OperationalError", (Exception,), {})(f'connection to server at "10.0.0.1" failed: {said}'))
        == kind
    )


@SERVERS
def test_who_opened_it_to_read_cannot_write(server: str, clean_room: Callable[[str], str]) -> None:
    url = clean_room(server)
    open_store(url).close()
    store: Any = open_store(f"{url}&readonly=1")
    for refused in (lambda: store.append([write("1")]), lambda: store.advance("r", 1), lambda: store.forget(P, "x")):
        with pytest.raises(StoreError) as caught:
            refused()
        assert caught.value.code == "read-only"
    assert store.feed() == []
    store.close()


def test_a_store_restored_to_another_cluster_is_found_and_mended(
    clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room("postgresql")
    store: Any = open_store(url)
    for number in "123":
        store.append([write(number)])
    fed = follow(store)
    store.advance("r", fed[1].position)
    store.patience = 0
    # What a restore looks like: the records say transactions that this cluster has yet to come to.
    far = 10**12
    ask(
        url,
        f"UPDATE {store.schema}.hotline_record SET tx = tx + {far}",
        f"UPDATE {store.schema}.hotline_head SET tx = tx + {far}",
        f"UPDATE {store.schema}.hotline_cursor SET position = position + {far} * power(2::numeric, 64)",
    )
    assert store.feed() == []
    assert [fault.code for fault in store.check()] == ["restored"]
    assert len(store.info()["warnings"]) >= 1
    assert store.repair() == 3
    assert store.check() == []
    store.patience = 120
    store.append([write("1", 1)])
    again = follow(store)
    assert [(f.record.number, f.record.version) for f in again] == [("1", 1), ("2", 1), ("3", 1), ("1", 2)]
    assert [f.record.number for f in store.feed(store.cursor("r"))] == ["3", "1"]
    assert store.repair() == 0
    store.close()


@pytest.mark.parametrize(
    ("session", "prepared", "told"),
    [
        ("SELECT 7 AS pid, 'vendor' AS app, '9'::xid AS xid, now() - interval '2 hours' AS since", "", "7 vendor"),
        ("SELECT 7, 'vendor', '9'::xid, NULL::timestamptz", "", "pg_monitor"),
        ("SELECT 7, 'vendor', '9'::xid, now()", "SELECT '8'::xid, 'lost', now() - interval '2 hours'", "PREPARED lost"),
        ("SELECT 7, 'vendor', '8'::xid, now()", "SELECT '9'::xid, 'lost', now() - interval '2 hours'", ""),
    ],
    ids=["a session", "another user's", "prepared first", "prepared later"],
)
def test_doctor_says_whose_transaction_holds_the_feed_back_also_one_that_was_prepared_or_cannot_be_seen(
    clean_room: Callable[[str], str], ask: Callable[..., Any], session: str, prepared: str, told: str
) -> None:
    url = clean_room("postgresql")
    store: Any = open_store(url)
    # Views before the server's own: what it would tell of sessions that cannot be had here.
    prepared = prepared or "SELECT '9'::xid, 'none', now() WHERE false"
    ask(
        url,
        f"CREATE VIEW {store.schema}.pg_stat_activity (pid, application_name, backend_xid, xact_start) AS {session}",
        f"CREATE VIEW {store.schema}.pg_prepared_xacts (transaction, gid, prepared) AS {prepared}",
    )
    with store._line.engine.begin() as host:
        host.exec_driver_sql("SELECT txid_current()")
        store.append([write("1")])
        with open_store(f"{url}&options=-csearch_path%3D{store.schema}%2Cpg_catalog") as looking:  # type: ignore[attr-defined]
            info = looking.info()
    assert info["held_back"]["records"] == 1
    assert [told in warning for warning in info["warnings"]] == [True] * bool(told)
    store.close()


@SERVERS
def test_what_is_torn_is_found(server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.append([write("1", 0, 3), write("2", 0, 2), write("3")])
    assert store.check() == []
    ask(
        url,
        f"DELETE FROM {store.schema}.hotline_record WHERE number = '1' AND version = 2",
        f"UPDATE {store.schema}.hotline_head SET version = 5 WHERE number = '2'",
        f"DELETE FROM {store.schema}.hotline_head WHERE number = '3'",
    )
    assert sorted({fault.code for fault in store.check()}) == ["gap", "head", "headless", "tally"]
    store.close()


@SERVERS
def test_a_head_that_cannot_be_read_is_named_and_can_be_made_again(
    server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.append([write("1"), write("2")])
    before = store.head(P, "2")
    ask(url, f"UPDATE {store.schema}.hotline_head SET desks = '[[' WHERE number = '2'")
    for read in (lambda: store.find(P, Query()), lambda: store.head(P, "2")):
        with pytest.raises(StoreError, match=f"{P}/2") as caught:
            read()
        assert (caught.value.code, "store rebuild" in caught.value.hint("en")) == ("broken-head", True)
    store.reindex(P, [before])
    assert store.head(P, "2") == before
    store.close()


def _files(store: Any, ask: Callable[..., Any], url: str) -> bytes:
    """Return the bytes of every file of the store's tables and indexes."""
    paths = ask(
        url,
        "SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE n.nspname = '{store.schema}' AND c.relkind IN ('r', 'i', 't')",
    )
    assert len(paths) > 20
    ask(url, "CHECKPOINT")
    return b"".join(bytes(ask(url, f"SELECT pg_read_binary_file('{path}')")[0][0]) for (path,) in paths)


def test_after_forget_and_scrub_the_files_of_the_relations_hold_nothing(
    clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room("postgresql")
    store: Any = open_store(url)
    text, person = "冬天家里暖气不热" * 3, "b1ind1ndex" * 4
    kept, stays = "另一位的诉求" * 3, "0therperson" * 3
    for i in range(40):
        who, what = (person, text) if i % 2 else (stays, kept)
        private = (Private("p", who, {"text": what}, (f"word{who}",)),)
        store.append([write(str(i), requester=who, private=private)])
        store.append([write(str(i), 1, requester=who)])
    with store._line.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.exec_driver_sql("SELECT txid_current()")
        assert store.forget(P, person) == 20
        store._line.timeout = 0.1
        with pytest.raises(StoreError) as caught:
            store.scrub()
        assert (caught.value.code, "scrub" in caught.value.hint("en")) == ("scrub-incomplete", True)
        assert text.encode() in _files(store, ask, url)
        store._line.timeout = 120.0
        waits = pool.submit(store.scrub)
        assert not wait([waits], 0.5).done
        other.rollback()
        waits.result(150)
    tables = [f"hotline_{name}" for name in ("private", "word", "owner")]
    for table in tables:
        assert ask(url, f"SELECT count(*) FROM {store.schema}.{table} WHERE {table}::text LIKE '%{person}%'") == [(0,)]
    held = _files(store, ask, url)
    assert stays.encode() in held
    assert kept.encode() in held
    assert person.encode() not in held
    assert text.encode() not in held
    assert json.dumps(text)[1:-1].encode() not in held
    store.close()
