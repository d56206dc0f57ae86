"""Counts kept as orders are written (计数表), and indexes that hold what is asked together.

Written out and never edited after the release; what is there already is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.mysql import LONGTEXT

from hotline12345.stores.sql._flavour import flavour

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIELDS = {"status": 64, "kind": 64, "category": 255, "area": 64, "holder": 255}
INDEXES = (
    ("head_due", "head", "place open due number"),
    ("head_changed", "head", "place changed number"),
    ("head_category", "head", "place category open area number"),
    ("desk_unit", "desk", "place unit number due"),
    ("desk_role", "desk", "place role number due"),
)
PART = 5000


def upgrade() -> None:
    """Make the tables, and count."""
    given = context.config.attributes
    kind, schema, collation = flavour(op.get_context().dialect), given["schema"], given["collation"]
    options: dict[str, Any] = {"schema": schema, "mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
    if collation:
        options["mysql_collate"] = collation

    def text(name: str, length: int, *, key: bool = False) -> sa.Column[Any]:
        type_ = sa.String(length, collation="C" if kind.postgres else None)
        return sa.Column(name, type_, nullable=False, primary_key=key)

    def number(name: str, type_: Any, *, key: bool = False) -> sa.Column[Any]:
        return sa.Column(name, type_, nullable=False, primary_key=key, autoincrement=False)

    tally = op.create_table(
        "hotline_tally",
        text("cell", 32, key=True),
        text("place", 64),
        number("open", sa.SmallInteger()),
        *(text(field, length) for field, length in FIELDS.items()),
        number("n", sa.Integer()),
        **options,
    )
    total = op.create_table(
        "hotline_total",
        text("place", 64, key=True),
        text("field", 16, key=True),
        text("value", 255, key=True),
        number("open", sa.SmallInteger(), key=True),
        number("n", sa.Integer()),
        **options,
    )
    long = sa.Text(collation="C" if kind.postgres else None).with_variant(LONGTEXT(), "mysql", "mariadb")
    serial = (sa.Identity(),) if kind.postgres else ()
    op.create_table(
        "hotline_delta",
        sa.Column("id", sa.BigInteger(), *serial, nullable=False, primary_key=True, autoincrement=True),
        text("place", 64),
        sa.Column("data", long, nullable=False),
        **options,
    )
    _reindex(schema)
    if not kind.postgres:
        both = sa.column("id", sa.Integer()), sa.column("last", sa.BigInteger())
        op.bulk_insert(sa.table("hotline_sequence", *both, schema=schema), [{"id": 2, "last": 0}])
    _insert(tally, _tally(schema))
    _insert(total, _totals(schema, kind.nothing))


def _reindex(schema: str | None) -> None:
    for name, table, columns in INDEXES:
        op.drop_index(f"hotline_{name}", f"hotline_{table}", schema=schema)
        op.create_index(f"hotline_{name}", f"hotline_{table}", columns.split(), schema=schema)


def _insert(table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == PART:
            op.bulk_insert(table, batch)
            batch = []
    op.bulk_insert(table, batch)


def _tally(schema: str | None) -> Iterator[dict[str, Any]]:
    names = ("place", "open", *FIELDS)
    head = sa.table("hotline_head", *map(sa.column, names), schema=schema)
    columns = [head.c[name] for name in names]
    for *key, n in op.get_bind().execute(sa.select(*columns, sa.func.count()).group_by(*columns)).all():
        text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
        name = blake2b(text.encode(), digest_size=16).hexdigest()
        yield {"cell": name, **dict(zip(names, key, strict=True)), "n": n}


def _totals(schema: str | None, nothing: str) -> Iterator[dict[str, Any]]:
    names = ("place", "open", "due", "digest", *FIELDS)
    h = sa.table("hotline_head", *map(sa.column, names), schema=schema).c
    w = sa.table("hotline_word", *map(sa.column, ("place", "word", "number")), schema=schema).c
    ask = op.get_bind().execute
    for field in ("due", "digest", *FIELDS):
        value = sa.func.substr(h.due, 1, 10) if field == "due" else h[field]
        told = sa.select(h.place, value.label("value"), h.open).subquery().c
        asked = sa.select(told.place, told.value, told.open, sa.func.count())
        for place, found, is_open, n in ask(asked.group_by(told.place, told.value, told.open)).all():
            if field in FIELDS or found != nothing:
                yield {"place": place, "field": field, "value": found, "open": is_open, "n": n}
    for place, word, n in ask(sa.select(w.place, w.word, sa.func.count(w.number.distinct())).group_by(w.place, w.word)):
        yield {"place": place, "field": "word", "value": word, "open": 0, "n": n}
