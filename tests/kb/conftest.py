"""What the tests of the knowledge base share: people, an instant, an article, and both places to keep a base.

Every name, document and text here is invented.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime

import pytest

from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST
from hotline12345.kb import Draft, open_base

AT = datetime(2026, 10, 9, 9, 0, tzinfo=CST)
WRITER = Actor.parse("handler@城管局/zhang")
JUDGE = Actor.parse("reviewer@热线/wang")
ADMIN = Actor.parse("admin@热线/zhao")
AGENT = Actor.parse("agent@热线/li")

LAMP = Draft(
    title="路灯不亮怎么报修",
    content="拨打热线报修。城管局两个工作日内到场维修，夜间有人值班。",
    category="城市管理/路灯",
    unit="城管局",
    material="办事指南",
    keywords=("路灯", "报修"),
)


def postgres_url() -> str:
    """The address of the test server; without one, or its driver, the test is skipped."""
    url = os.environ.get("HOTLINE12345_PG_URL", "")
    if url:
        pytest.importorskip("psycopg")
        return url
    pytest.skip("no PostgreSQL; set HOTLINE12345_PG_URL")
    raise AssertionError


@pytest.fixture(scope="session")
def schema_url():
    """The address of a new schema of the test server, each time it is called; all are gone in the end."""
    made = []

    def url() -> str:
        server, schema = postgres_url(), f"kb_{uuid.uuid4().hex[:12]}"
        import psycopg

        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"CREATE SCHEMA {schema}")
        made.append((server, schema))
        return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"

    yield url
    for server, schema in made:
        import psycopg

        with psycopg.connect(server, autocommit=True) as conn:
            conn.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path, schema_url):
    """Where there is no knowledge base yet: once in SQLite and once in PostgreSQL."""
    return f"sqlite:///{tmp_path / 'knowledge.db'}" if request.param == "sqlite" else schema_url()


@pytest.fixture
def base(address):
    """An empty knowledge base, once in SQLite and once in PostgreSQL."""
    made = open_base(address)
    yield made
    made.close()


def publish(base, draft, *, by=WRITER, at=AT, centre=""):
    """Take an article in and see it through review."""
    made = base.add(draft, by, at, centre=centre)
    base.take(made.id, "submit", by, at)
    return base.take(made.id, "approve", JUDGE, at)
