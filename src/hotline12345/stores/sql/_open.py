"""A server store by its address (按地址打开)."""

from __future__ import annotations

from hotline12345.core.errors import HotlineError, StoreError

from . import _care as care
from . import _errors as faults
from . import _migrate as migrate
from . import _url as urls
from ._line import Line
from ._statements import Statements
from .store import SqlStore


def open_store(url: str, *, must_exist: bool = False, unfinished: bool = False) -> SqlStore:
    """Open the database *url* names: ``postgresql://…``, ``mysql://…``, ``mariadb://…``, ``sql:DIALECT+DRIVER://…``."""
    made, options = urls.address(url)
    engine = urls.engine_of(made, options)
    try:
        store = SqlStore(
            engine,
            schema=options.schema,
            readonly=options.readonly,
            must_exist=must_exist,
            unfinished=unfinished,
            timeout=options.timeout,
            patience=options.patience,
        )
    except (HotlineError, StoreError):
        engine.dispose()
        raise
    store._owned = True
    return store


def upgrade(url: str) -> tuple[str, str]:
    """Make the tables, or bring them up to date; return what they were ("" for none) and what they are."""
    made, options = urls.address(url)
    engine = urls.engine_of(made, options)
    where = urls.shown(engine.url, options.schema)
    line = Line(engine, Statements(engine.dialect, options.schema), where, options.timeout)
    try:
        with line.told():
            with line.connect() as connection:
                if care.replica(connection, line.say.kind):
                    raise faults.replica(where)
                care.refuse_encoding(connection, line.say.kind, where)
            return migrate.upgrade(line.writer, line.say.kind, options.schema)
    finally:
        engine.dispose()
