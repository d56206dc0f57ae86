"""The tables of 0.1.0 (第一版的表).

Written out and never edited after the release, so that a store made today is the same as one made then.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.mysql import LONGTEXT

from hotline12345.stores.sql._flavour import Flavour, flavour

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# table: columns "name type[?]"; types are t<length>, long, int, small, big, serial, number, real; ? may be NULL.
TABLES = {
    "record": "id serial, {where}, place t64, number t255, version int, kind t64, schema int, data long, link t64",
    "head": "place t64, number t255, version int, status t64, open small, kind t64, category t255, area t64, "
    "holder t255, received t40, due t40, provisional small, digest t128, wake t40, changed t40, desks long, "
    "link t64{tx}",
    "desk": "place t64, number t255, assignment t128, unit t255, role t64, due t40",
    "receipt": "place t64, key t255, number t255, version int, fingerprint t255",
    "private": "place t64, number t255, id t255, person t255, data long",
    "word": "place t64, word t128, number t255, id t255",
    "owner": "place t64, number t255, person t255",
    "cursor": "reader t255, position number",
    "parked": "reader t255, place t64, number t255, position number, attempts int, retry t40, error text",
    "lease": "name t255, owner t255, token big, until real",
}
KEYS = {
    "record": "id", "head": "place number", "desk": "place number assignment", "receipt": "place key",
    "private": "place number id", "word": "place word number id", "owner": "place number", "cursor": "reader",
    "parked": "reader place number", "lease": "name", "sequence": "id",
}  # fmt: skip
# index: (table, columns, unique, condition)
INDEXES = {
    "record_order": ("record", "place number version", True, ""),
    "record_feed": ("record", "{order}", False, ""),
    "record_place": ("record", "place {order}", False, ""),
    "head_status": ("head", "place status number", False, ""),
    "head_holder": ("head", "place holder number", False, ""),
    "head_category": ("head", "place category number", False, ""),
    "head_area": ("head", "place area number", False, ""),
    "head_due": ("head", "place due", False, "open = 1"),
    "head_digest": ("head", "place digest", False, "open = 1"),
    "head_provisional": ("head", "place provisional number", False, "provisional = 1"),
    "head_wake": ("head", "place wake number", False, "wake > '{nothing}'"),
    "head_changed": ("head", "place changed", False, ""),
    "desk_unit": ("desk", "place unit number", False, ""),
    "desk_role": ("desk", "place role number", False, ""),
    "desk_due": ("desk", "place due", False, ""),
    "receipt_order": ("receipt", "place number", False, ""),
    "private_person": ("private", "place person", False, ""),
    "word_order": ("word", "place number id", False, ""),
    "owner_person": ("owner", "place person number", False, ""),
}


def _type(name: str, kind: Flavour) -> Any:
    collation = "C" if kind.postgres else None
    if name[0] == "t" and name[1:].isdigit():
        return sa.String(int(name[1:]), collation=collation)
    return {
        "long": sa.Text(collation=collation).with_variant(LONGTEXT(), "mysql", "mariadb"),
        "text": sa.Text(),
        "int": sa.Integer(),
        "small": sa.SmallInteger(),
        "big": sa.BigInteger(),
        "serial": sa.BigInteger(),
        "number": sa.Numeric(kind.digits, 0),
        "real": sa.Double(),
    }[name]


def _column(text: str, keys: list[str], kind: Flavour) -> sa.Column[Any]:
    name, type_ = text.rstrip("?").split()
    serial = type_ == "serial"
    made = [sa.Identity()] if serial and kind.postgres else []
    return sa.Column(
        name, _type(type_, kind), *made, nullable=text.endswith("?"), primary_key=name in keys, autoincrement=serial
    )


def upgrade() -> None:
    """Make the tables."""
    given = context.config.attributes
    kind, schema, collation = flavour(op.get_context().dialect), given["schema"], given["collation"]
    fill = {
        "where": "tx big" if kind.postgres else "seq big?",
        "tx": ", tx big" if kind.postgres else "",
        "order": "tx id" if kind.postgres else "seq",
        "nothing": kind.nothing,
    }
    options: dict[str, Any] = {"schema": schema, "mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
    if collation:
        options["mysql_collate"] = collation
    tables = TABLES if kind.postgres else {**TABLES, "sequence": "id int, last big"}
    for table, columns in tables.items():
        keys = KEYS[table].split()
        made = [_column(each, keys, kind) for each in columns.format(**fill).split(", ")]
        op.create_table("hotline_" + table, *made, **options)
    for index, (table, columns, unique, where) in INDEXES.items():
        only = kind.partial(sa.text(where.format(**fill)) if where else None)
        op.create_index(
            "hotline_" + index, "hotline_" + table, columns.format(**fill).split(), unique=unique, schema=schema, **only
        )
    if not kind.postgres:
        both = sa.column("id", sa.Integer()), sa.column("last", sa.BigInteger())
        op.bulk_insert(sa.table("hotline_sequence", *both, schema=schema), [{"id": 1, "last": 0}])
