"""Where the tests find database servers (测试用的数据库服务器)."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

SERVERS = {"postgresql": "HOTLINE12345_PG_URL", "mysql": "HOTLINE12345_MYSQL_URL"}


def server(name: str) -> str:
    """The address of a server; without one the test is skipped, but fails in CI."""
    url = os.environ.get(SERVERS[name])
    if url:
        return url
    if os.environ.get("CI"):
        pytest.fail(f"no {name} server: CI must have one; set {SERVERS[name]}")
    pytest.skip(f"no {name} server; set {SERVERS[name]}")


@contextmanager
def room(name: str) -> Iterator[str]:
    """The address of a schema (a database on MySQL) that nobody else uses; gone afterwards."""
    import sqlalchemy as sa

    from hotline12345.stores.sql._url import Options, address, engine_of

    url = server(name)
    schema = f"hotline_test_{uuid.uuid4().hex[:16]}"
    engine = engine_of(address(url)[0], Options())
    word, drop = ("SCHEMA", "CASCADE") if name == "postgresql" else ("DATABASE", "")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"CREATE {word} {schema}"))
    try:
        yield f"{url}?schema={schema}&patience=20" if name == "postgresql" else f"{url}?schema={schema}"
    finally:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"DROP {word} {schema} {drop}"))
        engine.dispose()


@pytest.fixture
def room_on() -> Iterator[Callable[[str], str]]:
    """Give the address of a room of one's own on the named server."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(room(name))
