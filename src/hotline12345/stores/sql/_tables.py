"""The tables of the server store (表结构), as SQLAlchemy knows them; ``migrations`` makes them.

What could name a person lies in ``hotline_private``, ``hotline_word`` and ``hotline_owner``, words also in
``hotline_total`` and ``hotline_delta``, and nowhere else: these a server has to clean after ``forget``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hotline12345.core.errors import StoreError

from .._rules import GROUPS
from ..port import SCHEMA
from ._flavour import Flavour

LAYOUT = "0002"
"""The migration this library's tables are those of."""

STAMP = f"{LAYOUT}.{SCHEMA}"


HALF = "import/"
"""What stands before the stamp while an import is under way: an older library, too, takes that for a later stamp."""


def release(stamp: str) -> tuple[str, int]:
    """Return a stamp so that the later one is the greater; none is before all."""
    layout, _, schema = stamp.partition(".")
    return layout, int(schema or 0)


PREFIX = "hotline_"
VERSION_TABLE = PREFIX + "version"

LIMITS = {
    "place": 64, "number": 255, "kind": 64, "status": 64, "category": 255, "area": 64, "holder": 255, "instant": 40,
    "digest": 128, "assignment": 128, "unit": 255, "role": 64, "key": 255, "fingerprint": 255, "id": 255,
    "person": 255, "word": 128, "reader": 255, "name": 255, "owner": 255, "link": 64, "cell": 32, "field": 16,
    "value": 255,
}  # fmt: skip
"""The most characters of each indexed value (library default): what every server can index together."""

HEAD = ("version", "status", "open", "kind", "category", "area", "holder", "received", "due", "provisional", "digest",
        "wake", "changed", "desks")  # fmt: skip
"""The columns of a head beside its key and what the chain and the feed need."""

SEEN = ("open", *GROUPS, "due", "digest")
"""What an order is counted by."""


class _Maker:
    """Makes tables on a server of one kind."""

    def __init__(self, kind: Flavour, schema: str | None) -> None:
        self.kind = kind
        self.data = sa.MetaData(schema=schema)
        self._collation = "C" if kind.postgres else None

    def text(self, limit: str) -> Any:
        return sa.String(LIMITS[limit], collation=self._collation)

    def long(self) -> Any:
        from sqlalchemy.dialects.mysql import LONGTEXT

        return sa.Text(collation=self._collation).with_variant(LONGTEXT(), "mysql", "mariadb")

    def col(self, name: str, type_: Any, *more: Any, **how: Any) -> sa.Column[Any]:
        return sa.Column(name, type_, *more, nullable=how.pop("nullable", False), **how)

    def key(self) -> tuple[sa.Column[Any], ...]:
        place, number = self.text("place"), self.text("number")
        return self.col("place", place, primary_key=True), self.col("number", number, primary_key=True)

    def table(self, name: str, *parts: Any) -> None:
        sa.Table(PREFIX + name, self.data, *parts, mysql_engine="InnoDB", mysql_charset="utf8mb4")

    def index(self, name: str, *columns: str, where: str = "", unique: bool = False) -> sa.Index:
        only = self.kind.partial(sa.text(where) if where else None)
        return sa.Index(PREFIX + name, *columns, unique=unique, **only)


def tables(kind: Flavour, schema: str | None = None) -> sa.MetaData:
    """Return the tables on a server of this *kind*, in *schema* (the server's own, when ``None``)."""
    make = _Maker(kind, schema)
    _records(make)
    _heads(make)
    _private(make.table, make.col, make.text, make.long, make.index)
    _counts(make)
    _sharing(make.table, make.col, make.text, sa.Numeric(kind.digits, 0))
    if not kind.postgres:
        one = make.col("id", sa.Integer(), primary_key=True, autoincrement=False)
        make.table("sequence", one, make.col("last", sa.BigInteger()))
    return make.data


def _records(make: _Maker) -> None:
    col, text, index, big = make.col, make.text, make.index, sa.BigInteger()
    postgres = make.kind.postgres
    make.table(
        "record",
        col("id", big, *((sa.Identity(),) if postgres else ()), primary_key=True, autoincrement=True),
        # Where in the feed: after which transaction, or at what position, once a reader has given it one.
        col("tx", big) if postgres else col("seq", big, nullable=True),
        col("place", text("place")),
        col("number", text("number")),
        col("version", sa.Integer()),
        col("kind", text("kind")),
        col("schema", sa.Integer()),
        col("data", make.long()),
        col("link", text("link")),
        index("record_order", "place", "number", "version", unique=True),
        *(
            (index("record_feed", "tx", "id"), index("record_place", "place", "tx", "id"))
            if postgres
            else (index("record_feed", "seq"), index("record_place", "place", "seq"))
        ),
    )


def _heads(make: _Maker) -> None:
    col, text, index = make.col, make.text, make.index
    make.table(
        "head",
        *make.key(),
        *_head_columns(col, text, make.long, text("instant")),
        col("link", text("link")),
        *((col("tx", sa.BigInteger()),) if make.kind.postgres else ()),
        index("head_status", "place", "status", "number"),
        index("head_holder", "place", "holder", "number"),
        index("head_category", "place", "category", "open", "area", "number"),
        index("head_area", "place", "area", "number"),
        index("head_due", "place", "open", "due", "number"),
        index("head_digest", "place", "digest", where="open = 1"),
        index("head_provisional", "place", "provisional", "number", where="provisional = 1"),
        index("head_wake", "place", "wake", "number", where=f"wake > '{make.kind.nothing}'"),
        index("head_changed", "place", "changed", "number"),
    )
    make.table(
        "desk",
        *make.key(),
        col("assignment", text("assignment"), primary_key=True),
        col("unit", text("unit")),
        col("role", text("role")),
        col("due", text("instant")),
        index("desk_unit", "place", "unit", "number", "due"),
        index("desk_role", "place", "role", "number", "due"),
        index("desk_due", "place", "due"),
    )


def _head_columns(col: Any, text: Any, long: Any, when: Any) -> list[Any]:
    types = {
        "version": sa.Integer(),
        "open": sa.SmallInteger(),
        "provisional": sa.SmallInteger(),
        "desks": long(),
        **dict.fromkeys(("received", "due", "wake", "changed"), when),
    }
    return [col(name, types[name] if name in types else text(name)) for name in HEAD]


def _private(table: Any, col: Any, text: Any, long: Any, index: Any) -> None:
    table(
        "receipt",
        col("place", text("place"), primary_key=True),
        col("key", text("key"), primary_key=True),
        col("number", text("number")),
        col("version", sa.Integer()),
        col("fingerprint", text("fingerprint")),
        index("receipt_order", "place", "number"),
    )
    table(
        "private",
        col("place", text("place"), primary_key=True),
        col("number", text("number"), primary_key=True),
        col("id", text("id"), primary_key=True),
        col("person", text("person")),
        col("data", long()),
        index("private_person", "place", "person"),
    )
    table(
        "word",
        col("place", text("place"), primary_key=True),
        col("word", text("word"), primary_key=True),
        col("number", text("number"), primary_key=True),
        col("id", text("id"), primary_key=True),
        index("word_order", "place", "number", "id"),
    )
    table(
        "owner",
        col("place", text("place"), primary_key=True),
        col("number", text("number"), primary_key=True),
        col("person", text("person")),
        index("owner_person", "place", "person", "number"),
    )


def _counts(make: _Maker) -> None:
    col, text = make.col, make.text
    make.table(
        "tally",
        col("cell", text("cell"), primary_key=True),
        col("place", text("place")),
        col("open", sa.SmallInteger()),
        *(col(field, text(field)) for field in GROUPS),
        col("n", sa.Integer()),
    )
    make.table(
        "total",
        col("place", text("place"), primary_key=True),
        col("field", text("field"), primary_key=True),
        col("value", text("value"), primary_key=True),
        col("open", sa.SmallInteger(), primary_key=True, autoincrement=False),
        col("n", sa.Integer()),
    )
    identity = (sa.Identity(),) if make.kind.postgres else ()
    make.table(
        "delta",
        col("id", sa.BigInteger(), *identity, primary_key=True, autoincrement=True),
        col("place", text("place")),
        col("data", make.long()),
    )


def _sharing(table: Any, col: Any, text: Any, where: Any) -> None:
    table("cursor", col("reader", text("reader"), primary_key=True), col("position", where))
    table(
        "parked",
        col("reader", text("reader"), primary_key=True),
        col("place", text("place"), primary_key=True),
        col("number", text("number"), primary_key=True),
        col("position", where),
        col("attempts", sa.Integer()),
        col("retry", text("instant")),
        col("error", sa.Text()),
    )
    table(
        "lease",
        col("name", text("name"), primary_key=True),
        col("owner", text("owner")),
        col("token", sa.BigInteger()),
        col("until", sa.Double()),
    )


def fits(limit: str, text: str) -> str:
    """Return *text* when it is short enough to be indexed everywhere.

    Raises:
        StoreError: ``bad-append`` with the limit.
    """
    if len(text) > LIMITS[limit]:
        raise StoreError(
            f"「{text[:40]}…」有 {len(text)} 个字符，{limit} 最多 {LIMITS[limit]} 个",
            f"{text[:40]!r}… has {len(text)} characters, {limit} takes {LIMITS[limit]}",
            code="bad-append",
            hint="请缩短编号、键或索引值；长的内容放进记录本身",
            hint_en="shorten the number, key or indexed value; what is long belongs into the record itself",
        )
    return text
