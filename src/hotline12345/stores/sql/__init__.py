"""The server store (服务器存储): PostgreSQL, the MySQL family and their descendants, by SQLAlchemy (extra ``sql``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline12345.core.errors import PluginError

if TYPE_CHECKING:
    from .store import SqlStore

__all__ = ["SqlStore", "open_store", "upgrade"]


def open_store(url: str, *, must_exist: bool = False, unfinished: bool = False) -> SqlStore:
    """Open the database that *url* names (服务器存储).

    ``postgresql://user@host/database``, ``mysql://…``, ``mariadb://…``; ``sql:DIALECT+DRIVER://…`` for another dialect
    of SQLAlchemy.  Options: ``schema=NAME``, ``readonly=0|1``, ``timeout=SECONDS``, ``patience=SECONDS``,
    ``pool=CONNECTIONS``; all others are the driver's.

    Raises:
        PluginError: ``missing-extra`` when SQLAlchemy or the driver is not installed.
        StoreError: as :class:`SqlStore`.
    """
    _required()
    from ._open import open_store as opened

    return opened(url, must_exist=must_exist, unfinished=unfinished)


def upgrade(url: str) -> tuple[str, str]:
    """Make the tables where *url* points, or bring them up to date; return what they were and what they are."""
    _required()
    from ._open import upgrade as upgraded

    return upgraded(url)


def __getattr__(name: str) -> object:
    if name != "SqlStore":
        raise AttributeError(name)
    _required()
    from .store import SqlStore

    return SqlStore


def _required() -> None:
    for module in ("sqlalchemy", "alembic"):
        try:
            __import__(module)
        except ImportError as error:
            raise PluginError(
                f"服务器存储需要可选依赖 {module}",
                f"the server store needs the optional dependency {module}",
                code="missing-extra",
                hint='请运行：pip install "hotline12345[sql]"（MySQL 系再加 mysql）',
                hint_en='run: pip install "hotline12345[sql]" (and mysql for the MySQL family)',
            ) from error
