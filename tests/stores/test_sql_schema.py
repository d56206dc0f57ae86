"""The tables of the server store, its dialects, its addresses (表结构、方言与地址)."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from hotline12345.core.errors import PluginError, StoreError
from hotline12345.stores import Query, open_store
from hotline12345.testing.store_base import P, write

sa = pytest.importorskip("sqlalchemy")

from sqlalchemy.dialects import mysql, oracle, postgresql, sqlite  # noqa: E402

from hotline12345.stores.sql import _feed, _migrate  # noqa: E402
from hotline12345.stores.sql._flavour import Flavour  # noqa: E402
from hotline12345.stores.sql._statements import Statement, Statements  # noqa: E402
from hotline12345.stores.sql._tables import STAMP, release  # noqa: E402

SERVERS = pytest.mark.parametrize("server", ["postgresql", "mysql"])
# Drivers of the servers that were not at hand; compiled for wherever they are installed.
DOMESTIC = ("opengauss_sqlalchemy", "dmSQLAlchemy", "sqlalchemy_kingbase", "oceanbase_py", "sqlalchemy_tidb")


@SERVERS
def test_the_migrations_make_the_tables_the_library_takes_them_for(server: str, room_on: Callable[[str], str]) -> None:
    store: Any = open_store(room_on(server))
    with store._line.connect() as connection:
        assert _migrate.compare(connection, store._line.say.data, store.schema) == []
        store._line.say.data.tables[f"{store.schema}.hotline_desk"].append_column(sa.Column("extra", sa.Integer()))
        assert _migrate.compare(connection, store._line.say.data, store.schema) != []
    store.close()


@SERVERS
def test_a_newer_librarys_store_is_read_and_not_written(
    server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.append([write("1")])
    ask(url, f"UPDATE {store.schema}.hotline_version SET version_num = '9999.1'")
    try:
        with pytest.raises(StoreError) as caught:
            store.append([write("2")])
        assert caught.value.code == "newer-schema"
        later = open_store(url)
        assert len(later.stream(P, "1")) == 1
        assert later.find(P, Query()).heads[0].number == "1"
        for refused in (lambda: later.append([write("2")]), lambda: later.advance("r", 1)):
            with pytest.raises(StoreError) as caught:
                refused()
            assert caught.value.code == "newer-schema"
        later.close()
    finally:
        ask(url, f"UPDATE {store.schema}.hotline_version SET version_num = '{STAMP}'")
    store.close()


@SERVERS
def test_a_store_behind_says_what_to_do(server: str, clean_room: Callable[[str], str], ask: Callable[..., Any]) -> None:
    url = clean_room(server)
    store: Any = open_store(url)
    store.close()
    ask(url, f"UPDATE {store.schema}.hotline_version SET version_num = '0001.0'")
    try:
        with pytest.raises(StoreError) as caught:
            open_store(url)
        assert caught.value.code == "store-behind"
        assert "store upgrade" in caught.value.hint("en")
    finally:
        ask(url, f"UPDATE {store.schema}.hotline_version SET version_num = '{STAMP}'")


def test_a_later_release_is_greater() -> None:
    stamps = ["", "0001", "0001.1", "0001.2", "0001.10", "0002.1"]
    assert max(stamps, key=release) == stamps[-1]
    assert all(release(one) < release(other) for one, other in pairwise(stamps))


def test_four_that_open_an_empty_database_at_once_make_one_store(room_on: Callable[[str], str]) -> None:
    url = room_on("postgresql")
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [url] * 4))
    stores[0].append([write("1")])
    assert all(store.places() == [P] for store in stores)
    for store in stores:
        store.close()


@SERVERS
def test_where_it_must_exist_no_store_is_made(
    server: str, room_on: Callable[[str], str], ask: Callable[..., Any]
) -> None:
    url = room_on(server)
    with pytest.raises(StoreError) as caught:
        open_store(url, must_exist=True)
    assert caught.value.code == "no-such-store"
    schema = url.partition("schema=")[2].partition("&")[0]
    assert ask(url, f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'") == []


# -- dialects ------------------------------------------------------------------------------------------


def _statements(dialect: Any) -> dict[str, Statement]:
    return {name: made for name, made in vars(Statements(dialect, "x")).items() if isinstance(made, Statement)}


def test_every_statement_compiles_for_every_dialect_sqlalchemy_brings() -> None:
    for dialect in (postgresql.dialect(), mysql.dialect(), oracle.dialect(), sqlite.dialect()):
        made = _statements(dialect)
        assert len(made) > 30
        assert all(statement.sql for statement in made.values())


@pytest.mark.parametrize("module", DOMESTIC)
def test_every_statement_compiles_for_a_domestic_dialect_that_is_installed(module: str) -> None:
    pytest.importorskip(module)
    names = {"opengauss_sqlalchemy": "opengauss", "dmSQLAlchemy": "dm", "sqlalchemy_kingbase": "kingbase"}
    name = names.get(module, module.removeprefix("sqlalchemy_").removesuffix("_py"))
    made = _statements(sa.dialects.registry.load(name)())
    assert all(statement.sql for statement in made.values())


def test_the_feed_of_postgresql_stops_where_something_is_undecided() -> None:
    feed = _statements(postgresql.dialect())["feed"].sql
    assert "txid_snapshot_xmin(txid_current_snapshot())" in feed
    assert "GREATEST" in _statements(postgresql.dialect())["add_record"].sql.upper()


def test_readers_place_each_orders_versions_in_their_order() -> None:
    rows = [(1, P, "a", 2), (2, P, "b", 1), (3, P, "a", 1), (4, "x", "a", 1), (5, P, "a", 3)]
    assert _feed.in_order(rows) == [3, 2, 1, 4, 5]


@pytest.mark.parametrize("nothing", ["", "\x01"])
def test_any_text_comes_back_and_sorts_as_before(nothing: str) -> None:
    kind = Flavour("x", True, False, False, nothing)
    letters = ["\x00", "\x01", "\x02", "a", "\ud7ff", "\ud800", "\udfff", "\ue000", "\U0010ffff", "中", "\n", " "]
    die = random.Random(12345)
    texts = {"".join(die.choice(letters) for _ in range(die.randrange(5))) for _ in range(3000)}
    stored = {kind.put(text): text for text in texts}
    assert [stored[key] for key in sorted(stored)] == sorted(texts)
    assert all(kind.get(key) == text for key, text in stored.items())
    assert all("\x00" not in key and key.encode() for key in stored if nothing)


# -- addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["postgresql://h/d?readonly=yes", "mysql://h/d?timeout=soon", "postgresql://h:port/d", "sql+nosuch://h/d"]
)
def test_an_address_that_cannot_be_read_is_told(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url if not url.startswith("sql+") else url.replace("sql+", "sql:", 1))
    assert caught.value.code == "bad-url"


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://user:secret@127.0.0.1:1/none?timeout=0")
    assert caught.value.code == "unreachable"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("module", "url"), [("sqlalchemy", "postgresql://h/d"), ("psycopg", "postgresql://h/d"), ("pymysql", "mysql://h/d")]
)
def test_an_extra_that_is_missing_is_named(module: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == module:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PluginError) as caught:
        open_store(url)
    assert caught.value.code == "missing-extra"
    assert "hotline12345[" in caught.value.hint("en")


@SERVERS
def test_a_value_too_long_to_be_indexed_is_refused_and_not_cut(server: str, clean_room: Callable[[str], str]) -> None:
    store = open_store(clean_room(server))
    for append in (write("n" * 256), write("1", key="k" * 256), write("1", holder="h" * 256)):
        with pytest.raises(StoreError) as caught:
            store.append([append])
        assert caught.value.code == "bad-append"
    store.append([write("n" * 255, key="k" * 255, holder="中" * 255)])
    assert store.find(P, Query(holder="中" * 255)).heads[0].number == "n" * 255
    store.close()
