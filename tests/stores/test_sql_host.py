"""A vendor's transaction and ours are one (宿主事务)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from hotline12345.core.errors import Conflict, StoreError
from hotline12345.stores import Query
from hotline12345.testing.store_base import P, follow, write

sa = pytest.importorskip("sqlalchemy")

from hotline12345.stores.sql import SqlStore  # noqa: E402
from hotline12345.stores.sql._url import address, engine_of  # noqa: E402

Shared = tuple[Any, Any]


@pytest.fixture(params=["postgresql", "mysql"])
def shared(request: pytest.FixtureRequest, clean_room: Callable[[str], str]) -> Iterator[Shared]:
    """The host's engine, with a table of its own, and our store on it."""
    url, options = address(clean_room(request.param))
    engine = engine_of(url, options)
    store = SqlStore(engine, schema=options.schema, patience=120)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS {options.schema}.vendor (note VARCHAR(20))"))
        connection.execute(sa.text(f"DELETE FROM {options.schema}.vendor"))
    yield store, engine
    store.close()
    engine.dispose()


def _note(store: Any, connection: Any, text: str) -> None:
    connection.execute(sa.text(f"INSERT INTO {store.schema}.vendor VALUES (:text)"), {"text": text})


def _notes(store: Any, engine: Any) -> list[str]:
    with engine.begin() as connection:
        rows = connection.execute(sa.text(f"SELECT note FROM {store.schema}.vendor ORDER BY note"))
        return [row[0] for row in rows]


def test_a_write_does_not_ask_for_what_it_knows(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    """MySQL is asked for its isolation on a host's own connection only: that is a journey more."""
    store, engine = shared
    asked: list[object] = []
    level = engine.dialect.get_isolation_level
    monkeypatch.setattr(engine.dialect, "get_isolation_level", lambda raw: asked.append(raw) or level(raw))
    store.append([write("asks-1", key="asks-1", fingerprint="f")])
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        store.on(connection).append([write("asks-2", key="asks-2", fingerprint="f")])
        connection.commit()
    assert not asked


def test_what_the_host_commits_is_there_and_what_it_rolls_back_is_not(shared: Shared) -> None:
    store, engine = shared
    with engine.connect() as connection:
        _note(store, connection, "one")
        store.on(connection).append([write("1", key="k", fingerprint="f", requester="x")])
        assert [r.version for r in store.on(connection).stream(P, "1")] == [1]
        assert store.head(P, "1") is None
        connection.rollback()
        assert (store.head(P, "1"), store.lookup(P, "k"), _notes(store, engine)) == (None, None, [])
        _note(store, connection, "two")
        store.on(connection).append([write("1", key="k", fingerprint="f")])
        store.on(connection).advance("r", 7)
        connection.commit()
    assert (store.lookup(P, "k"), store.cursor("r"), _notes(store, engine)) == (("1", 1, "f"), 7, ["two"])
    assert [fed.record.number for fed in follow(store)] == ["1"]


def test_a_refused_write_rolls_back_its_own_part_only(shared: Shared) -> None:
    store, engine = shared
    store.append([write("1")])
    with engine.begin() as connection:
        _note(store, connection, "mine")
        ours = store.on(connection)
        ours.append([write("2")])
        with pytest.raises(Conflict) as caught:
            ours.append([write("3"), write("1", 0)])
        assert (caught.value.code, caught.value.facts["actual"]) == ("stale", 1)
        ours.append([write("4")])
    assert _notes(store, engine) == ["mine"]
    assert [h.number for h in store.find(P, Query()).heads] == ["1", "2", "4"]


def test_who_was_faster_is_not_overwritten_from_a_hosts_old_snapshot(shared: Shared) -> None:
    store, engine = shared
    store.append([write("1")])
    level = engine.execution_options(isolation_level="REPEATABLE READ")
    with level.connect() as connection:
        ours = store.on(connection)
        assert len(ours.stream(P, "1")) == 1  # the snapshot is taken
        store.append([write("1", 1)])
        with pytest.raises(Conflict) as caught:
            ours.append([write("1", 1)])
        assert caught.value.code == "stale"
        connection.rollback()
    assert len(store.stream(P, "1")) == 2


def test_the_order_of_an_order_is_kept_when_the_host_began_first(shared: Shared) -> None:
    store, engine = shared
    with engine.connect() as connection:
        _note(store, connection, "early")  # on PostgreSQL the host has its number now, before ours below
        store.append([write("1")])
        store.append([write("1", 1)])
        store.on(connection).append([write("1", 2)])
        connection.commit()
    store.append([write("1", 3)])
    fed = follow(store)
    assert [f.record.version for f in fed] == [1, 2, 3, 4]
    assert [f.position for f in fed] == sorted({f.position for f in fed})


def test_the_feed_shows_nothing_before_the_host_commits_and_says_who_holds_it_back(shared: Shared) -> None:
    store, engine = shared
    store.patience = 0
    # Numbers that no other test had: InnoDB locks the gap behind a deleted one that it has not purged yet.
    store.append([write("held-0")])
    seen = store.feed()
    with engine.connect() as connection:
        store.on(connection).append([write("held-1")])
        store.append([write("held-2")])
        behind = store.feed()
        assert "held-1" not in [f.record.number for f in behind]
        if engine.dialect.name == "postgresql":
            held = store.info()["held_back"]
            assert held["records"] >= 1
            assert held["by"]
        connection.commit()
    store.patience = 120
    after = store.feed(behind[-1].position if behind else 0)
    assert {f.record.number for f in [*behind, *after]} >= {"held-1", "held-2"}
    assert len({f.position for f in [*seen, *behind, *after]}) == 3


def test_a_feed_within_the_hosts_transaction_does_not_wait_for_that_transaction(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, engine = shared
    monkeypatch.setattr("hotline12345.stores.sql.store.time.sleep", lambda _: pytest.fail("it waits for itself"))
    with engine.connect() as connection:
        ours = store.on(connection)
        ours.append([write("1")])
        assert ours.feed() == []
        connection.rollback()


def test_a_key_under_way_is_told_promptly(shared: Shared) -> None:
    store, engine = shared
    append = write("1", key="k", fingerprint="f")
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        store.on(connection).append([append])
        told: list[str] = []

        def again() -> None:
            try:
                store.append([append._replace(number="1")])
            except Conflict as conflict:
                told.append(conflict.code)

        thread = Thread(target=again)
        thread.start()
        thread.join(5)
        assert told == ["in-flight"]
        connection.commit()
    assert store.append([append])[0].repeated


def test_a_connection_that_commits_by_itself_is_refused(shared: Shared) -> None:
    store, engine = shared
    itself = engine.execution_options(isolation_level="AUTOCOMMIT")
    with itself.connect() as connection, pytest.raises(StoreError) as caught:
        store.on(connection)
    assert caught.value.code == "no-transaction"


def test_a_connection_whose_engine_or_driver_commits_by_itself_is_refused(shared: Shared) -> None:
    store, engine = shared
    # The dialect's own way, which PyMySQL tells by a method, and the driver's behind SQLAlchemy's back.
    other = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection, pytest.raises(StoreError) as caught:
        store.on(connection)
    other.dispose()
    assert caught.value.code == "no-transaction"
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        if engine.dialect.name == "mysql":
            raw.autocommit(True)
        else:
            raw.autocommit = True
        with pytest.raises(StoreError) as caught:
            store.on(connection)
        connection.invalidate()
    assert caught.value.code == "no-transaction"


def test_what_is_no_connection_of_this_kind_of_server_is_refused(shared: Shared) -> None:
    store, engine = shared
    here = sa.create_engine("sqlite://")
    with here.connect() as elsewhere, engine.connect() as connection:
        for given in (engine, elsewhere, connection.connection.driver_connection, None):
            with pytest.raises(StoreError) as caught:
                store.on(given)
            assert caught.value.code == "no-transaction"
            assert type(given).__name__ in caught.value.en or "sqlite" in caught.value.en
    here.dispose()


def test_threads_that_share_a_hosts_connection_take_turns(shared: Shared) -> None:
    store, engine = shared
    errors: list[BaseException] = []

    def go(number: str) -> None:
        try:
            store.on(connection).append([write(number)])
            assert store.on(connection).head(P, number) is not None
        except BaseException as error:
            errors.append(error)

    with engine.begin() as connection:
        threads = [Thread(target=go, args=(str(i),)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert sum(len(store.stream(P, str(i))) for i in range(6)) == 6


def test_a_hosts_connection_that_is_closed_or_whose_transaction_failed_is_told(shared: Shared) -> None:
    store, engine = shared
    connection = engine.connect()
    ours = store.on(connection)
    connection.close()
    for ask in (lambda: ours.append([write("1")]), lambda: ours.head(P, "1")):
        with pytest.raises(StoreError) as caught:
            ask()
        assert caught.value.code == "no-transaction"
    if engine.dialect.name == "postgresql":
        with engine.connect() as failed:
            with pytest.raises(sa.exc.ProgrammingError):
                failed.execute(sa.text("SELECT * FROM nowhere"))
            with pytest.raises(StoreError) as caught:
                store.on(failed).append([write("1")])
        assert (caught.value.code, "roll" in caught.value.hint_en) == ("no-transaction", True)


def test_a_hosts_connection_that_dies_while_it_is_read_is_told_and_goes_back_quietly(shared: Shared) -> None:
    store, engine = shared
    mysql = engine.dialect.name == "mysql"
    with engine.connect() as connection:
        ours = store.on(connection)
        ours.append([write("1")])
        [mine] = connection.execute(sa.text("SELECT connection_id()" if mysql else "SELECT pg_backend_pid()")).one()
        with engine.connect() as other:
            other.execute(sa.text(f"KILL {mine}" if mysql else f"SELECT pg_terminate_backend({mine})"))
        with pytest.raises(StoreError) as caught:
            ours.head(P, "1")
        assert caught.value.code == "unreachable"
    assert store.head(P, "1") is None


def test_closing_what_is_on_a_connection_closes_nothing(shared: Shared) -> None:
    store, engine = shared
    with engine.begin() as connection:
        ours = store.on(connection)
        ours.close()
        ours.append([write("1")])
    store.close()
    with engine.begin() as connection:  # the engine is the host's
        connection.execute(sa.text("SELECT 1"))
