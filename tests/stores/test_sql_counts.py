"""Counts of the server store are exact, however many write, forget and add up at once (计数)."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from hotline12345.core.errors import Conflict, StoreError
from hotline12345.core.policy import Pack
from hotline12345.hotline import Hotline
from hotline12345.stores import Append, Head, Private, Query, Record, open_store
from hotline12345.testing.orders import AT, small_policy
from hotline12345.testing.store_base import P, numbers, write
from hotline12345.worker import Worker

sa = pytest.importorskip("sqlalchemy")

from hotline12345.stores.sql import _find, _line, _migrate, _tables, _tally  # noqa: E402
from hotline12345.stores.sql._line import Cut  # noqa: E402
from hotline12345.stores.sql._run import runner  # noqa: E402

SERVERS = pytest.mark.parametrize("server", ["postgresql", "mysql"])
WORDS = ("aa", "bb", "cc", "dd")
STATUSES = ("received", "signed", "closed")
QUERIES = (
    *(Query(status=status) for status in STATUSES),
    *(Query(open=flag, kind="help") for flag in (None, True, False)),
    *(Query(category=category) for category in ("城乡建设", "城乡建设/供暖")),
    *(Query(area=area, holder=holder) for area in ("21", "2101") for holder in (None, "u1")),
    *(Query(open=flag, due_before=due) for flag in (None, True) for due in ("2026-11-03", "2026-11-03T12:00:00Z", "9")),
    *(Query(open=flag, digest=digest) for flag in (None, False) for digest in ("d1", "")),
    *(Query(open=flag, not_digest="d1") for flag in (None, True)),
    *(Query(words=(word,)) for word in WORDS),
    Query(words=("aa", "bb")),
    Query(words=("aa",), open=True),
)


def _head(number: str, version: int, die: random.Random) -> Head:
    status = die.choice(STATUSES)
    return Head(
        P, number, version, status, status != "closed", die.choice(("help", "report")),
        die.choice(("城乡建设", "城乡建设/供暖", "城乡建设局", "")), die.choice(("210100", "210102", "220400")),
        die.choice(("u1", "u2", "")), f"p{number}", "", die.choice(("", "2026-11-03T00:00:00Z", "2026-11-04", "2026")),
        False, die.choice(("", "d1", "d2")),
    )  # fmt: skip


def _work(store: Any, seed: int) -> None:
    die = random.Random(seed)
    for step in range(40):
        number = str(die.randrange(12))
        now = store.head(P, number)
        version = now.version if now else 0
        rows = () if version and die.random() < 0.3 else (Record(P, number, version + 1, "Noted", {"n": step}),)
        words = tuple(die.sample(WORDS, die.randrange(4)))
        kept = (Private(die.choice("12"), die.choice(("x", "y")), {"t": step}, words),) if die.random() < 0.6 else ()
        try:
            store.append([Append(P, number, version, rows, _head(number, version + len(rows), die), kept)])
            if die.random() < 0.1:
                store.forget(P, die.choice(("x", "y")))
        except Conflict:
            pass


def _counts_hold(store: Any) -> None:
    for query in QUERIES:
        found = numbers(store, query)
        assert store.count(P, query) == {"": len(found)}, query
        heads = [store.head(P, number) for number in found]
        for by in ("status", "holder"):
            values = [getattr(head, by) for head in heads]
            assert store.count(P, query, by) == {value: values.count(value) for value in sorted({*values})}, (query, by)


@SERVERS
def test_counts_are_those_of_the_heads_after_eight_writers(
    server: str, clean_room: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_tally, "FOLD", 50)
    store: Any = open_store(clean_room(server))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda seed: _work(store, seed), range(8)))
    _counts_hold(store)
    assert store.check() == []
    store._line.transact(_tally.fold_all)
    _counts_hold(store)
    assert store.check() == []
    store.close()


@SERVERS
@pytest.mark.parametrize("few", [0, 10_000])
def test_orders_with_several_words_are_the_same_however_the_server_is_told_to_look(
    server: str, few: int, clean_room: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_find, "SOME", few)
    store: Any = open_store(clean_room(server))
    titles = {"1": ("aa", "bb"), "2": ("aa", "bb", "cc"), "3": ("aa",), "4": ("bb", "cc", "o'q")}
    store.append([
        Append(P, number, 0, (Record(P, number, 1, "Noted", {}),), Head(P, number, 1, "received", True),
               (Private("1", "x", {}, words), Private("2", "x", {}, ("dd",))))
        for number, words in titles.items()
    ])  # fmt: skip
    store._line.transact(_tally.fold_all)
    found = {
        words: numbers(store, Query(words=words))
        for words in (("aa", "bb"), ("cc", "aa", "bb"), ("bb", "o'q"), ("aa", "dd"), ("aa", "zz"))
    }
    assert found == {
        ("aa", "bb"): ["1", "2"], ("cc", "aa", "bb"): ["2"], ("bb", "o'q"): ["4"], ("aa", "dd"): [], ("aa", "zz"): []
    }  # fmt: skip
    assert [store.count(P, Query(words=words))[""] for words in found] == [2, 1, 1, 0, 0]
    store.close()


def test_postgresql_has_looked_at_every_table_once_counts_have_been_added_up(
    clean_room: Callable[[str], str], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clean_room("postgresql")
    store: Any = open_store(url)
    never = f"SELECT relname FROM pg_class WHERE relnamespace = '{store.schema}'::regnamespace AND reltuples < 0"
    never += " AND relkind = 'r' AND relname <> 'hotline_version'"
    monkeypatch.setattr(_tally, "FOLD", 1)
    if not ask(url, never):
        pytest.skip("a server before PostgreSQL 14 does not tell")
    store.append([write("1", holder="u")])
    assert ask(url, never) == []
    store.close()


@SERVERS
def test_what_was_noted_is_added_up_and_no_note_is_left(
    server: str, clean_room: Callable[[str], str], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    name = f"{store.schema}.hotline_"
    monkeypatch.setattr(_tally, "FOLD", 10**9)
    for i in range(5):
        store.append([write(str(i), holder="u")])
    store.append([write("0", 1, holder="v")])
    assert ask(url, f"SELECT count(*) FROM {name}delta") == [(6,)]
    monkeypatch.setattr(_tally, "FOLD", 1)
    assert store.count(P, Query(), "holder") == {"u": 4, "v": 1}  # who counts adds up
    assert ask(url, f"SELECT count(*) FROM {name}delta") == [(0,)]
    assert ask(url, f"SELECT n FROM {name}total WHERE field = 'holder' ORDER BY value") == [(4,), (1,)]
    store.append([write(str(i), 1, holder="w") for i in range(1, 5)])
    assert ask(url, f"SELECT value FROM {name}total WHERE field = 'holder'  ORDER BY value") == [("v",), ("w",)]
    store.close()


def test_a_hosts_open_transaction_holds_no_writer_up_and_is_counted_when_it_commits(
    room_on: Callable[[str], str],
) -> None:
    store: Any = open_store(room_on("postgresql") + "&timeout=2")
    with store._line.engine.connect() as connection:
        connection.begin()
        store.on(connection).append([write("1", holder="u")])
        store.append([write("2", holder="u")])
        store._line.transact(_tally.fold)
        assert store.count(P, Query(), "holder") == {"u": 1}
        assert store.on(connection).count(P, Query(), "holder") == {"u": 2}
        connection.commit()
    assert store.count(P, Query(), "holder") == {"u": 2}
    store.close()


def test_what_only_hosts_have_written_is_added_up_by_a_count_outside(
    room_on: Callable[[str], str], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = room_on("postgresql")
    store: Any = open_store(url)
    monkeypatch.setattr(_tally, "FOLD", _tally.NOTE)
    waiting = f"SELECT count(*) FROM {store.schema}.hotline_delta"
    for number in "1234":
        with store._line.engine.begin() as connection:
            store.on(connection).append([write(number)])
            assert store.on(connection).count(P, Query()) == {"": int(number)}
    assert ask(url, waiting) == [(4,)]
    assert store.count(P, Query()) == {"": 4}
    assert (ask(url, waiting), store.count(P, Query())) == ([(0,)], {"": 4})
    store.close()


@SERVERS
def test_what_only_hosts_have_written_is_added_up_by_each_round_of_a_worker(
    room_on: Callable[[str], str], ask: Callable[..., Any], server: str
) -> None:
    url = room_on(server)
    store: Any = open_store(url)
    policy = small_policy()
    hotline = Hotline(Pack("t", policy.place, "t", (policy,)), store, clock=lambda: AT, secrets=bytes(range(32)))
    worker = Worker(store, lambda fenced: hotline, now=lambda: AT)
    waiting = f"SELECT count(*) FROM {store.schema}.hotline_delta"
    for written in (3, 5):
        with store._line.engine.begin() as connection:
            for number in range(written - 3, written):
                store.on(connection).append([write(f"{written}-{number}")])
        assert ask(url, waiting) == [(3,)]
        worker.round()
        assert ask(url, waiting) == [(0,)]
    assert store.count(P, Query()) == {"": 6}
    with store._line.engine.begin() as host:  # somebody else's lock on the counts is not waited for
        store.on(host).append([write("x")])
        store._line.transact(lambda run: _tally.alone(run, wait=True) and worker.round())
        store.on(host).append([write("y")])
    assert ask(url, waiting) == [(2,)]
    store.close()


@SERVERS
def test_a_wrong_count_is_found_and_mended(
    server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.append([write("1", private=(Private("1", "x", {}, ("aa",)),)), write("2")])
    store._line.transact(_tally.fold_all)
    name = f"{store.schema}.hotline_"
    ask(url, f"UPDATE {name}tally SET n = n + 1", f"UPDATE {name}total SET n = 9 WHERE field = 'word'")
    assert [fault.code for fault in store.check()] == ["tally", "tally"]
    store.reindex(P, ())
    assert store.check() == []
    assert store.count(P, Query(words=("aa",))) == {"": 1}
    store.close()


@SERVERS
def test_who_writes_while_counts_are_made_anew_or_checked_is_counted_once(
    server: str, clean_room: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    other: Any = open_store(url)
    store.append([write("1", private=(Private("1", "x", {}, ("aa",)),))])
    counted = _tally.from_heads
    late = iter("2345")

    def meanwhile(*given: Any) -> Any:
        other.append([write(next(late), private=(Private("1", "x", {}, ("aa",)),))])
        return counted(*given)

    with monkeypatch.context() as patch:
        patch.setattr(_tally, "from_heads", meanwhile)
        store.reindex(P, ())
        assert store.check() == []
    assert store.check() == []
    assert store.count(P, Query()) == store.count(P, Query(words=("aa",))) == {"": 3}
    store.close()
    other.close()


@SERVERS
def test_counts_are_made_anew_after_whoever_is_adding_up_just_now_and_not_for_ever(
    clean_room: Callable[[str], str], server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = open_store(clean_room(server))
    monkeypatch.setattr(_line, "TRIES", 1)
    store.append([write(number, holder="u") for number in "123"])
    with ThreadPoolExecutor(1) as pool, store._line.engine.connect() as other:
        run = runner(other, store._line.say)
        assert _tally.alone(run, wait=True)
        waits = pool.submit(store.reindex, P, ())
        assert not wait([waits], 0.3).done
        note = _tally.Note("")
        note.order(P, (), (1, "received", "", "", "", "u", "", ""))
        _tally.add(run, note)  # a wrong count, as one cut off in the middle of its work would leave
        other.commit()
        waits.result(30)
        assert store.count(P, Query(), "holder") == {"u": 3}
    if server == "postgresql":  # elsewhere the server gives up after its own time
        monkeypatch.setattr(_line, "PATIENCE", 0.2)
        with store._line.engine.connect() as other:
            assert _tally.alone(runner(other, store._line.say), wait=True)
            with pytest.raises(StoreError) as caught:
                store.reindex(P, ())
        assert caught.value.code == "locked"
        assert "0 s" in caught.value.en
        assert caught.value.hint("zh")
    store.close()


@SERVERS
def test_a_check_whose_connection_is_cut_at_its_end_is_made_again(
    server: str, clean_room: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store: Any = open_store(clean_room(server))
    store.append([write("1")])
    transact, cuts = store._line.transact, [Cut([])]

    def cut(*given: Any, **how: Any) -> Any:
        if cuts:
            raise cuts.pop()
        return transact(*given, **how)

    monkeypatch.setattr(store._line, "transact", cut)
    assert (store.check(), cuts) == ([], [])
    store.close()


@SERVERS
def test_nothing_of_a_forgotten_word_is_left_in_the_counts(
    server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.append([write("1", private=(Private("1", "x", {}, ("aa", "bb")), Private("2", "y", {}, ("bb",))))])
    store.append([write("2", private=(Private("1", "y", {}, ("cc",)),))])
    assert store.forget(P, "x") == 1
    name = f"{store.schema}.hotline_"
    assert ask(url, f"SELECT value, n FROM {name}total WHERE field = 'word' ORDER BY value") == [("bb", 1), ("cc", 1)]
    assert ask(url, f"SELECT count(*) FROM {name}delta WHERE data LIKE '%aa%'") == [(0,)]
    assert [store.count(P, Query(words=(word,)))[""] for word in ("aa", "bb", "cc")] == [0, 1, 1]
    store.close()


@SERVERS
def test_tables_of_the_first_release_are_upgraded_and_counted(
    server: str, room_on: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, ask: Callable[..., Any]
) -> None:
    url = room_on(server)
    schema = url.partition("schema=")[2].partition("&")[0]
    with monkeypatch.context() as old:
        for module in (_migrate, _tables):
            old.setattr(module, "LAYOUT", "0001")
        old.setattr(_migrate, "STAMP", "0001.1")
        engine = sa.create_engine(_plain(url))
        _migrate.upgrade(engine, _kind(engine), schema)
        engine.dispose()
    tx = (", tx", ", 3") if server == "postgresql" else ("", "")
    head = (
        f"INSERT INTO {schema}.hotline_head (place, number, version, status, open, kind, category, area, holder, "
        f"received, due, provisional, digest, wake, changed, desks, link{tx[0]}) "
        f"VALUES ('{P}', '{{}}', 0, '{{}}', {{}}, 'help', '城乡建设', '210102', 'u', '', '{{}}', 0, 'd1', '', '', "
        f"'', ''{tx[1]})"
    )
    word = f"INSERT INTO {schema}.hotline_word (place, word, number, id) VALUES ('{P}', 'aa', '1', '{{}}')"
    ask(
        url,
        head.format("1", "signed", 1, "2026-11-03T00:00:00Z"),
        head.format("2", "closed", 0, "2026-11-04T00:00:00Z"),
        head.format("3", "closed", 0, ""),
        word.format("1"),
        word.format("2"),
    )
    from hotline12345.stores.sql import upgrade

    assert upgrade(url) == ("0001.1", _tables.STAMP)
    store: Any = open_store(url)
    with store._line.connect() as connection:
        assert _migrate.compare(connection, store._line.say.data, store.schema) == []
    assert store.check() == []
    assert store.count(P, Query(), "status") == {"closed": 2, "signed": 1}
    assert store.count(P, Query(due_before="2026-11-04T00:00:01Z")) == {"": 2}
    assert store.count(P, Query(words=("aa",))) == {"": 1}
    _counts_hold(store)
    store.close()


def _plain(url: str) -> Any:
    from hotline12345.stores.sql._url import address

    return address(url)[0]


def _kind(engine: Any) -> Any:
    from hotline12345.stores.sql._flavour import flavour

    return flavour(engine.dialect)


def test_a_server_is_told_once_how_full_its_tables_are(
    clean_room: Callable[[str], str], ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clean_room("postgresql")
    monkeypatch.setattr(_tally, "FOLD", 10**9)  # a store begins to count anywhere, so that a first write may add up
    with open_store(url) as store:  # type: ignore[attr-defined]
        ask(url, f"ALTER TABLE {store._line.say.head.fullname} SET (autovacuum_enabled = false)")
        store.append([write(f"{i:03d}") for i in range(60)])

        def rows() -> list[float]:
            name = store._line.say.head.fullname
            asked = f"SELECT reltuples FROM pg_class WHERE oid = '{name}'::regclass"
            with store._line.connect() as connection:
                return [row[0] for row in connection.exec_driver_sql(asked)]

        assert rows() != [60.0]
        store.fold()
        assert rows() == [60.0]
