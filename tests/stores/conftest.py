"""Where the tests find database servers (测试用的数据库服务器)."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

SERVERS = {"postgresql": "HOTLINE12345_PG_URL", "mysql": "HOTLINE12345_MYSQL_URL"}


def server(name: str) -> str:
    """The address of a server; without one the test is skipped, but fails in CI."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    url = os.environ.get(SERVERS[name])
    if url:
        return url
    if os.environ.get("CI"):
        pytest.fail(f"no {name} server: CI must have one; set {SERVERS[name]}")
    pytest.skip(f"no {name} server; set {SERVERS[name]}")


@contextmanager
def room(name: str) -> Iterator[str]:
    """The address of a schema (a database on MySQL) that nobody else uses; gone afterwards."""
    url = server(name)
    schema = f"hotline_test_{uuid.uuid4().hex[:16]}"
    word, drop = ("SCHEMA", "CASCADE") if name == "postgresql" else ("DATABASE", "")
    run(url, f"CREATE {word} {schema}")
    try:
        yield f"{url}?schema={schema}&patience=120"
    finally:
        run(url, f"DROP {word} {schema} {drop}")


def run(url: str, *statements: str) -> list[Any]:
    """Run statements on a server, each in a transaction of its own; return the rows of the last."""
    import sqlalchemy as sa

    from hotline12345.stores.sql._url import Options, address, engine_of

    engine = engine_of(address(url)[0], Options())
    rows: list[Any] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            result = connection.execute(sa.text(statement))
            rows = list(result) if result.returns_rows else []
    engine.dispose()
    return rows


@pytest.fixture
def ask() -> Callable[..., list[Any]]:
    """Run statements beside the store."""
    return run


@pytest.fixture
def room_on() -> Iterator[Callable[[str], str]]:
    """Give the address of a room of one's own on the named server."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(room(name))


@pytest.fixture(scope="session")
def _swept() -> Iterator[Callable[[], str]]:
    with ExitStack() as stack:
        urls: list[str] = []

        def url() -> str:
            if not urls:  # making its tables takes MariaDB seconds: one room a session, swept for each test
                urls.append(stack.enter_context(room("mysql")))
            return urls[0]

        yield url


@pytest.fixture
def clean_room(room_on: Callable[[str], str], _swept: Callable[[], str]) -> Callable[[str], str]:
    """Give the address of a room without orders on the named server."""

    def clean(name: str) -> str:
        if name != "mysql":
            return room_on(name)
        url = _swept()
        schema = url.partition("schema=")[2].partition("&")[0]
        tables = run(url, f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'")
        kept = ("hotline_sequence", "hotline_version")
        run(url, *(f"DELETE FROM {schema}.{table}" for (table,) in tables if table not in kept))
        return url

    return clean
