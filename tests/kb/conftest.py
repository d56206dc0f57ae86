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
    """The address of the test server; without one the test is skipped, but fails in CI where the server is promised."""
    url = os.environ.get("HOTLINE12345_PG_URL", "")
    if url:
        pytest.importorskip("psycopg")
        return url
    pytest.skip("no PostgreSQL; set HOTLINE12345_PG_URL")
    raise AssertionError


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request, tmp_path):
    """An empty knowledge base, once in SQLite and once in PostgreSQL."""
    if request.param == "sqlite":
        made = open_base(f"sqlite:///{tmp_path / 'knowledge.db'}")
        yield made
        made.close()
        return
    url = postgres_url()
    import psycopg

    schema = f"kb_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"CREATE SCHEMA {schema}")
    made = open_base(f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}")
    yield made
    made.close()
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"DROP SCHEMA {schema} CASCADE")


def publish(base, draft, *, by=WRITER, at=AT, centre=""):
    """Take an article in and see it through review."""
    made = base.add(draft, by, at, centre=centre)
    base.take(made.id, "submit", by, at)
    return base.take(made.id, "approve", JUDGE, at)
