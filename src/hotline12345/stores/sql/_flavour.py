"""What kind of server it is (服务器种类), as far as our statements have to know."""

from __future__ import annotations

from typing import Any, NamedTuple

_POSTGRES = frozenset({"postgresql", "opengauss", "kingbase", "kingbasees", "kingbase8", "vastbase", "gaussdb"})
_MYSQL = frozenset({"mysql", "mariadb", "oceanbase", "tidb"})


class Flavour(NamedTuple):
    """What a dialect is like (方言特点).

    Args:
        name: the dialect's own name.
        postgres: PostgreSQL and its descendants: the feed is ordered by transaction.
        mysql: the MySQL family; elsewhere than on PostgreSQL the feed's positions are given by readers.
        piped: psycopg 3, which sends several statements at once.
        nothing: how "" is stored: itself, or a control character where the server takes "" for NULL.
        waits: the server can pass over locked rows and refuse to wait for them.
    """

    name: str
    postgres: bool
    mysql: bool
    piped: bool
    nothing: str = ""
    waits: bool = True

    @property
    def family(self) -> str:
        """Return ``postgresql``, ``mysql`` or ``other``."""
        return "postgresql" if self.postgres else "mysql" if self.mysql else "other"

    def put(self, text: str) -> str:
        """Return *text* as it is stored: without NUL, and in the same order as before.

        Raises:
            UnicodeEncodeError: half a character, which no server's text holds.
        """
        if text.isascii():
            if text and text.isprintable():
                return text
        else:
            text.encode()
        if "\x00" in text or "\x01" in text:
            return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
        return text or self.nothing

    def get(self, text: str) -> str:
        """Return what was put."""
        if "\x01" not in text:
            return text
        if text == "\x01":
            return ""
        return text.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")


def flavour(dialect: Any) -> Flavour:
    """Return what a SQLAlchemy *dialect* is like."""
    name = str(dialect.name)
    postgres = name in _POSTGRES
    return Flavour(
        name,
        postgres,
        name in _MYSQL,
        postgres and getattr(dialect, "driver", "") == "psycopg",
        "\x01" if name in ("dm", "oracle") else "",
        name != "sqlite",
    )
