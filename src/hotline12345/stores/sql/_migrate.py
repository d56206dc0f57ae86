"""Making the tables and bringing them up to date (建表与升级), by Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from .. import _rules as rules
from ..port import SCHEMA
from . import _errors as faults
from ._flavour import Flavour
from ._tables import HALF, LAYOUT, STAMP, VERSION_TABLE, release
from ._url import shown

PATIENCE = 60
"""For how many seconds an upgrade by another process is waited for (library default)."""

_LOCK = int.from_bytes(b"hotline1", "big", signed=True)


def found(connection: sa.Connection, schema: str | None) -> str:
    """Return which tables are there: "layout.schema", "" where there are none yet."""
    if not sa.inspect(connection).has_table(VERSION_TABLE, schema=schema):
        return ""
    table = sa.table(VERSION_TABLE, sa.column("version_num"), schema=schema)
    row = connection.execute(sa.select(table.c.version_num)).first()
    return str(row[0]) if row else ""


def upgrade(engine: sa.Engine, kind: Flavour, schema: str | None) -> tuple[str, str]:
    """Bring the tables up to date, one process at a time; return (before, after).

    A newer library's tables are left alone.
    """
    with engine.connect() as connection:
        locked = False
        try:
            locked = _lock(connection, kind, schema)
            before = found(connection, schema)
            if before.startswith(HALF):
                raise rules.half()
            if release(before) < release(STAMP):
                if before[:4] != LAYOUT:
                    _run(connection, kind, schema, before[:4])
                _stamp(connection, schema)
            connection.commit()
        finally:
            if locked:
                connection.execute(sa.text("SELECT RELEASE_LOCK(:name)"), {"name": _name(connection, schema)})
        return before, max(before, STAMP, key=release)


def _name(connection: sa.Connection, schema: str | None) -> str:
    return f"hotline12345/{schema or connection.engine.url.database}"[:64]


def _lock(connection: sa.Connection, kind: Flavour, schema: str | None) -> bool:
    """Wait for our turn; tell whether it has to be given back (PostgreSQL's goes with the transaction)."""
    if kind.postgres:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    elif kind.mysql:
        mine = {"name": _name(connection, schema), "most": PATIENCE}
        if connection.execute(sa.text("SELECT GET_LOCK(:name, :most)"), mine).scalar() == 0:
            raise faults.being_upgraded(shown(connection.engine.url, schema), PATIENCE)
    return kind.mysql


def known_to_alembic(kind: Flavour) -> None:
    """Tell Alembic of a dialect it has not heard of: it descends from one that it knows, or is like any other."""
    from alembic.ddl.impl import DefaultImpl
    from alembic.ddl.mysql import MySQLImpl
    from alembic.ddl.postgresql import PostgresqlImpl

    try:
        DefaultImpl.get_by_dialect(cast(Any, kind))  # by its name
    except KeyError:
        base = PostgresqlImpl if kind.postgres else MySQLImpl if kind.mysql else DefaultImpl
        type(kind.name, (base,), {"__dialect__": kind.name})


def _run(connection: sa.Connection, kind: Flavour, schema: str | None, before: str) -> None:
    from alembic import command
    from alembic.config import Config

    known_to_alembic(kind)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes.update(
        connection=connection, schema=schema, version_table=VERSION_TABLE, collation=collation(connection, kind)
    )
    if before:  # Alembic knows layouts only, and we keep the records' schema beside it
        table = sa.table(VERSION_TABLE, sa.column("version_num"), schema=schema)
        connection.execute(table.update().values(version_num=before))
    command.upgrade(config, LAYOUT)


def _stamp(connection: sa.Connection, schema: str | None) -> None:
    table = sa.table(VERSION_TABLE, sa.column("version_num"), schema=schema)
    connection.execute(table.update().values(version_num=f"{LAYOUT}.{SCHEMA}"))


def collation(connection: sa.Connection, kind: Flavour) -> str:
    """Return the collation in which text is compared character by character, trailing spaces included."""
    if not kind.mysql:
        return ""
    asked = sa.text("SELECT collation_name FROM information_schema.collations WHERE collation_name LIKE 'utf8mb4%bin'")
    names = {row[0] for row in connection.execute(asked)}
    wanted = ("utf8mb4_0900_bin", "utf8mb4_nopad_bin", "utf8mb4_bin")
    return next((name for name in wanted if name in names), "utf8mb4_bin")


def compare(connection: sa.Connection, data: sa.MetaData, schema: str | None) -> list[Any]:
    """Return in what the tables differ from what this library takes them to be, as Alembic tells it."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def ours(name: str | None, type_: str, parents: Any) -> bool:
        if type_ == "schema":
            return name == schema or schema is None
        table = parents.get("table_name") if type_ != "table" else name
        return str(table).startswith("hotline_") and table != VERSION_TABLE

    made = MigrationContext.configure(
        connection, opts={"include_schemas": schema is not None, "include_name": ours, "compare_type": True}
    )
    return list(compare_metadata(made, data))


def mark(connection: sa.Connection, schema: str | None, under_way: bool) -> None:
    """Note in the stamp that an import begins, or has ended; who is second is refused."""
    table = sa.table(VERSION_TABLE, sa.column("version_num"), schema=schema)
    before, after = (STAMP, HALF + STAMP) if under_way else (HALF + STAMP, STAMP)
    change = table.update().where(table.c.version_num == before).values(version_num=after)
    if connection.execute(change).rowcount != 1:
        raise rules.half()


def refuse_behind(where: str, layout: str) -> None:
    """Raise ``store-behind`` where the tables are older than this library's."""
    if release(layout) < release(STAMP):
        raise faults.behind(where, layout, STAMP)
