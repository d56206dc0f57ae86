"""Where the tests find database servers (测试用的数据库服务器)."""

from __future__ import annotations

import atexit
import importlib
import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

import pytest

SERVERS = {"postgresql": "HOTLINE12345_PG_URL", "mysql": "HOTLINE12345_MYSQL_URL"}
# Dialects and drivers of PostgreSQL's descendants, tried on PostgreSQL itself where their own server is not at hand.
DESCENDANTS = {"opengauss": ("psycopg2", "opengauss_sqlalchemy"), "kingbase": ("ksycopg2", "ksycopg2")}


def needs(module: str) -> None:
    """Skip where a vendor's package is not installed; fail in the step of CI that has to have it."""
    if os.environ.get("HOTLINE12345_DOMESTIC"):
        importlib.import_module(module)
    pytest.importorskip(module)


@cache
def _oceanbase() -> str:
    """Start OceanBase's kernel on this machine (SeekDB, MySQL mode), once; return its address."""
    import pylibseekdb

    folder = tempfile.TemporaryDirectory(prefix="hotline_oceanbase_", ignore_cleanup_errors=True)
    kernel = pylibseekdb.open(folder.name)
    atexit.register(folder.cleanup)
    atexit.register(kernel.close)  # the last registered goes first
    return f"mysql://root@localhost/test?unix_socket={kernel.connection_options()['unix_socket']}"


def server(name: str) -> str:
    """The address of a server; without one the test is skipped, but fails in CI."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("alembic")
    if name == "oceanbase":
        needs("pylibseekdb")
        return _oceanbase()
    if name in DESCENDANTS:
        driver, module = DESCENDANTS[name]
        needs(driver)
        needs(module)
        return server("postgresql").replace("postgresql:", f"sql:{name}+{driver}:", 1)
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
    word, drop = ("DATABASE", "") if name in ("mysql", "oceanbase") else ("SCHEMA", "CASCADE")
    run(url, f"CREATE {word} {schema}")
    try:
        yield f"{url}{'&' if '?' in url else '?'}schema={schema}&patience=120"
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
def _swept() -> Iterator[Callable[[str], str]]:
    with ExitStack() as stack:
        urls: dict[str, str] = {}

        def url(name: str) -> str:
            if name not in urls:  # making its tables takes these seconds: one room a session, swept for each test
                urls[name] = stack.enter_context(room(name))
            return urls[name]

        yield url


@pytest.fixture
def clean_room(room_on: Callable[[str], str], _swept: Callable[[str], str]) -> Callable[[str], str]:
    """Give the address of a room without orders on the named server."""

    def clean(name: str) -> str:
        if name not in ("mysql", "oceanbase"):
            return room_on(name)
        url = _swept(name)
        schema = url.partition("schema=")[2].partition("&")[0]
        tables = run(url, f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'")
        kept = ("hotline_sequence", "hotline_version")
        run(url, *(f"DELETE FROM {schema}.{table}" for (table,) in tables if table not in kept))
        return url

    return clean
