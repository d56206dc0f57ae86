"""The tables of the server store, its dialects, its addresses (表结构、方言与地址)."""

from __future__ import annotations

import importlib
import io
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hotline12345.core.errors import PluginError, StoreError
from hotline12345.stores import Query, open_store
from hotline12345.testing.store_base import P, write

from .conftest import needs

sa = pytest.importorskip("sqlalchemy")

from sqlalchemy.dialects import mysql, oracle, postgresql, sqlite  # noqa: E402

from hotline12345.stores.sql import _care, _errors, _feed, _migrate, _tables  # noqa: E402
from hotline12345.stores.sql._flavour import Flavour, flavour  # noqa: E402
from hotline12345.stores.sql._run import Runner  # noqa: E402
from hotline12345.stores.sql._statements import Statement, Statements  # noqa: E402
from hotline12345.stores.sql._tables import STAMP, release  # noqa: E402
from hotline12345.stores.sql._url import _arguments, address  # noqa: E402

SERVERS = pytest.mark.parametrize("server", ["postgresql", "mysql"])
# Packages that speak to servers that were not at hand: (the driver, the dialect's module, its class).
DOMESTIC = {
    "opengauss": ("psycopg2", "opengauss_sqlalchemy.psycopg2", "OpenGaussDialect_psycopg2"),
    "opengauss, distributed": ("psycopg2", "opengauss_sqlalchemy.dc_psycopg2", "OpenGaussDialect_dc_psycopg2"),
    "kingbase": ("ksycopg2", "hotline12345.stores.sql._kingbase", "Kingbase"),
    "dm": ("dmPython", "dmSQLAlchemy", "dmpython.DMDialect_dmPython"),
    "oceanbase": ("pymysql", "pyobvector.schema.dialect", "OceanBaseDialect"),
}


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
        assert ("9999.1" in str(caught.value), STAMP in str(caught.value)) == (True, True)
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


def test_tables_that_somebody_else_is_making_are_not_made_beside_them(
    room_on: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = room_on("mysql")
    made, options = address(url)
    engine = sa.create_engine(made)
    monkeypatch.setattr(_migrate, "PATIENCE", 0)
    try:
        with engine.connect() as other:
            name = _migrate._name(other, options.schema)
            other.execute(sa.text("SELECT GET_LOCK(:name, 5)"), {"name": name})
            with pytest.raises(StoreError) as caught:
                open_store(url)
            assert caught.value.code == "locked"
    finally:
        engine.dispose()
    open_store(url).close()


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


def _domestic(name: str) -> Any:
    driver, module, kind = DOMESTIC[name]
    needs(driver)
    needs(module)
    made = attrgetter(kind)(importlib.import_module(module))
    dialect = made(dbapi=made.import_dbapi())
    if flavour(dialect).name == "opengauss":
        dialect.supports_identity_columns = False  # as once it is connected: it takes every server for a 9.2
    return dialect


def _migration(dialect: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what the migrations say to a server with no orders, as the dialect writes it."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from hotline12345.stores.sql.migrations.versions import v0001_first, v0002_counts

    _migrate.known_to_alembic(flavour(dialect))
    given = SimpleNamespace(config=SimpleNamespace(attributes={"schema": "x", "collation": ""}))
    for name in ("_tally", "_totals"):
        monkeypatch.setattr(v0002_counts, name, lambda *_: iter(()))
    out = io.StringIO()
    context = MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "output_buffer": out})
    with Operations.context(context):
        for migration in (v0001_first, v0002_counts):
            monkeypatch.setattr(migration, "context", given)
            migration.upgrade()
    return out.getvalue()


@pytest.mark.parametrize("name", DOMESTIC)
def test_every_statement_and_table_compiles_for_a_domestic_dialect(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = _domestic(name)
    made = _statements(dialect)
    assert len(made) > 30
    positional = dialect.paramstyle == "qmark"
    assert all(statement.sql and (statement.names is not None) == positional for statement in made.values())
    tables = _tables.tables(flavour(dialect), "x")
    written = _migration(dialect, monkeypatch)
    for table in tables.tables.values():
        # The words for a table and its indexes are those of the migration, whatever a dialect makes of them.
        for element in (sa.schema.CreateTable(table), *map(sa.schema.CreateIndex, table.indexes)):
            assert " ".join(str(element.compile(dialect=dialect)).split()) in " ".join(written.split())


def test_dameng_gets_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = _domestic("dm")
    made, written = _statements(dialect), _migration(dialect, monkeypatch)
    assert not dialect.supports_sane_multi_rowcount
    assert "NUMERIC(38, 0)" in written  # it takes no more digits
    assert "NUMERIC(40" not in written
    assert "AS DATE" not in made["clock"].sql  # a date there has no time of day, and a lease would last one
    assert "BIGDATEDIFF(MS" in made["clock"].sql
    assert "> '\x01'" in made["awake"].sql  # "" is NULL there, which is never less
    assert all(f'"{word}"' in written for word in ("number", "schema", "until"))  # its reserved words


def test_opengauss_gets_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    written = _migration(_domestic("opengauss"), monkeypatch)
    assert "BIGSERIAL" in written  # it has no IDENTITY
    assert "WHERE open = 1" in written  # its own dialect keeps another word for it


def test_a_dialect_is_known_by_what_it_descends_from() -> None:
    class Oracle(oracle.dialect):  # as OceanBase's for its Oracle mode is made
        name = "oceanbase"

    class Kin(postgresql.dialect):
        name = "vastbase"

    assert flavour(Oracle()) == Flavour("oceanbase", False, False, False, "\x01")
    assert flavour(Kin()).postgres
    assert flavour(mysql.dialect()).mysql


def test_a_database_that_takes_empty_for_null_is_refused() -> None:
    answers = {"SHOW server_encoding": "UTF8", "SELECT '' IS NULL": True}
    connection: Any = SimpleNamespace(exec_driver_sql=lambda sql: SimpleNamespace(scalar=lambda: answers[sql]))
    with pytest.raises(StoreError) as caught:
        _care.refuse_encoding(connection, flavour(postgresql.dialect()), "somewhere")
    assert caught.value.code == "empty-is-null"
    assert "DBCOMPATIBILITY" in caught.value.hint("en")


def test_many_changes_go_one_by_one_where_the_driver_does_not_count_them() -> None:
    dialect: Any = sqlite.dialect(paramstyle="qmark")
    dialect.supports_sane_multi_rowcount = False  # as 达梦's says
    said: list[Any] = []

    def said_to(sql: str, given: Any) -> Any:
        said.append(given)
        return SimpleNamespace(returns_rows=False, rowcount=1)

    run = Runner(cast(Any, SimpleNamespace(exec_driver_sql=said_to, dialect=dialect)), Statements(dialect))
    rows = [{"_place": P, "_number": number, "_assignment": "x"} for number in "abc"]
    assert run.together([("drop_desk", rows)]) == [3]
    assert said == [(P, "a", "x"), (P, "b", "x"), (P, "c", "x")]


def _complaint(kind: str, **told: Any) -> Exception:
    made = type(kind, (Exception,), told)
    return made(*told.pop("args", ()))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (_complaint("IntegrityError", args=(SimpleNamespace(code=-6602),)), "unique"),
        (_complaint("DatabaseError", args=(SimpleNamespace(code=-6403),)), "again"),
        (_complaint("DatabaseError", args=(SimpleNamespace(code=-6407),)), "locked"),
        (_complaint("IntegrityError", args=("what no table lists",)), "unique"),
        (_complaint("SerializationFailure", kbcode="40001"), "again"),
        (_complaint("UniqueViolation", pgcode="23505"), "unique"),
        (_complaint("OperationalError", args=("no answer",)), "down"),
        (_complaint("ProgrammingError", args=("a slip",)), ""),
    ],
)
def test_what_a_domestic_driver_complains_about_is_understood(error: Exception, kind: str) -> None:
    assert _errors.kind_of(error) == kind


@pytest.mark.parametrize("name", ["opengauss", "kingbase"])
def test_descendants_wait_no_longer_for_a_lock_than_asked(name: str, room_on: Callable[[str], str]) -> None:
    url = room_on(name) + "&timeout=7"
    store: Any = open_store(url)
    with store._line.connect() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "7s"
        asked = (
            "SELECT is_identity FROM information_schema.columns WHERE table_schema = '{}' AND column_name = 'id' AND "
        )
        asked += "table_name = 'hotline_record'"
        identity = connection.exec_driver_sql(asked.format(store.schema)).scalar()
        assert identity == ("NO" if name == "opengauss" else "YES")
    said: list[str] = []
    sa.event.listen(store._line.engine, "before_cursor_execute", lambda _c, _r, sql, *_more: said.append(sql))
    assert store.info()["held_back"]["records"] == 0
    store.append([write("1", requester="x")])
    assert store.forget(P, "x") == 0
    store.scrub()
    told = " ".join(said)
    # What PostgreSQL 9.2, as openGauss calls itself, does not know.
    for word in ("backend_xid", "INDEX_CLEANUP"):
        assert (word in told) == (name == "kingbase")
    assert "VACUUM FULL" in told
    store.close()


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
    "url",
    [
        "postgresql://u:secret@h/d?readonly=yes",
        "postgresql://u:secret@h:port/d",
        "postgresql://u:sec/ret?x@y@h:port/d",
        "postgresql://h:port/d?user=u&password=secret",
        "postgresql://u:secret@h/d?timeout=nan",
        "postgresql://u:secret@h/d?timeout=-1",
        "postgresql://u:secret@h/d?patience=inf",
        "postgresql://u:secret@h/d?pool=-3",
        "postgresql://u:secret@h/d?connect_timeout=soon",
        "postgresql://u:secret@127.0.0.1:1/d?sslmod=require",
        "mysql://u:secret@h/d?timeout=soon",
        "mysql://u:secret@h/d?connect_timeout=soon",
        "mysql://u:secret@h/d?read_timeout=soon",
        "mysql://u:secret@127.0.0.1:1/d?foo=1",
        "sql:nosuch://u:secret@h/d",
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_the_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert caught.value.code == "bad-url"
    assert caught.value.hint_zh
    assert caught.value.hint_en
    assert not any(part in str(caught.value) for part in ("secret", "sec/", "ret?"))


def test_no_wait_for_locks_is_not_one_for_ever() -> None:
    """PostgreSQL takes a ``lock_timeout`` of 0 for none at all."""
    url, options = address("postgresql://h/d?timeout=0")
    assert _arguments(url, options)["options"] == "-c lock_timeout=1"


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
