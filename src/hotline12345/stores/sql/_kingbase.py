"""A dialect for KingbaseES (人大金仓) through its maker's driver ``ksycopg2``, where no other is installed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2


class Kingbase(PGDialect_psycopg2):
    """PostgreSQL's dialect with ``ksycopg2``, a psycopg2 under another name, and a server that has another too."""

    name = "kingbase"
    driver = "ksycopg2"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver."""
        import ksycopg2

        return ksycopg2

    @property
    def _psycopg2_extensions(self) -> Any:
        from ksycopg2 import extensions

        return extensions

    @property
    def _psycopg2_extras(self) -> Any:
        from ksycopg2 import extras

        return extras

    def _get_server_version_info(self, connection: Any) -> tuple[int, ...]:
        # V8R6 and V9 say "KingbaseES V…" and are PostgreSQL 12 in what they know.
        return (12,)
