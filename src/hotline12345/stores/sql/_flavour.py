"""What kind of server it is (服务器种类), as far as our statements have to know."""

from __future__ import annotations

import re
from typing import Any, NamedTuple


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

    @property
    def digits(self) -> int:
        """Return how many digits a position has: elsewhere than on PostgreSQL few, and 达梦 takes no more than 38."""
        return 40 if self.postgres or self.mysql else 38

    def partial(self, condition: Any) -> dict[str, Any]:
        """Return the words that make an index hold only the rows of which *condition* is true, where it can."""
        if condition is None or not self.postgres:
            return {}
        return {"opengauss_where" if self.name == "opengauss" else "postgresql_where": condition}

    def put(self, text: str) -> str:
        """Return *text* as it is stored: without NUL and half characters, and in the same order as before."""
        if text.isascii() and text.isprintable():
            return text or self.nothing
        return _ODD.sub(_escape, text)

    def get(self, text: str) -> str:
        """Return what was put."""
        if "\x01" not in text and "\ud7ff" not in text:
            return text
        return "" if text == "\x01" else _ESCAPED.sub(_unescape, text)


# NUL and half characters (surrogates) are in no server's text.  Each stands as two characters that sort where it
# would: NUL behind U+0001, a half behind U+D7FF, the last character before the halves and assigned to nothing.
_ODD = re.compile("[\x00\x01\ud7ff-\udfff]")
_ESCAPED = re.compile("[\x01\ud7ff].", re.DOTALL)
_SHIFT = 0xE000 - 0xD800


def _escape(found: re.Match[str]) -> str:
    text = found[0]
    if text <= "\x01":
        return "\x01\x01" if text == "\x00" else "\x01\x02"
    return "\ud7ff\x01" if text == "\ud7ff" else "\ud7ff" + chr(ord(text) + _SHIFT)


def _unescape(found: re.Match[str]) -> str:
    mark, text = found[0][0], found[0][1]
    if mark == "\x01":
        return "\x00" if text == "\x01" else "\x01"
    return mark if text == "\x01" else chr(ord(text) - _SHIFT)


def flavour(dialect: Any) -> Flavour:
    """Return what a SQLAlchemy *dialect* is like: by what it descends from, for names say little.

    OceanBase's dialect for its Oracle mode is called ``oceanbase``, the one for its MySQL mode ``mysql``.
    """
    name = str(dialect.name)
    kinds = {kind.__name__ for kind in type(dialect).__mro__}
    postgres = "PGDialect" in kinds
    return Flavour(
        name,
        postgres,
        "MySQLDialect" in kinds,
        postgres and getattr(dialect, "driver", "") == "psycopg",
        "\x01" if kinds & {"DMDialect", "OracleDialect"} else "",
        name != "sqlite",
    )
