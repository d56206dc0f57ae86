"""The server store keeps the contract, on PostgreSQL, MariaDB and what descends from them (服务器存储)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline12345.stores import Store
from hotline12345.stores.sql import open_store
from hotline12345.testing import StoreContract


class ServerContract(StoreContract):
    """What both servers can do; a schema of its own for each test."""

    durable = processes = leases = parks = chains = exports = True
    server = ""

    @pytest.fixture(autouse=True)
    def _room(self, clean_room: Callable[[str], str], ask: Callable[..., Any]) -> None:
        self._url, self._ask = clean_room(self.server), ask

    def open(self, path: Path) -> Store:
        return open_store(self._url)

    def url(self, path: Path) -> str:
        return self._url


class TestPostgresql(ServerContract):
    """Ordered by transaction."""

    server = "postgresql"


class TestMysql(ServerContract):
    """Ordered by who reads first."""

    server = "mysql"


class TestOceanbase(ServerContract):
    """OceanBase's kernel in its MySQL mode."""

    server = "oceanbase"


class TestOpengauss(ServerContract):
    """openGauss's dialect and driver, on PostgreSQL."""

    server = "opengauss"


class TestKingbase(ServerContract):
    """KingbaseES's driver, on PostgreSQL."""

    server = "kingbase"


class TestEmptyIsNull(ServerContract):
    """PostgreSQL made to refuse every empty text, as 达梦 does, which takes it for NULL."""

    server = "postgresql"
    processes = False

    @pytest.fixture(autouse=True)
    def _nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("sqlalchemy")
        from hotline12345.stores.sql import _flavour, _statements

        real = _flavour.flavour
        for module in (_flavour, _statements):
            monkeypatch.setattr(module, "flavour", lambda dialect: real(dialect)._replace(nothing="\x01"))
        self._refusing = False

    def open(self, path: Path) -> Store:
        store = super().open(path)
        if not self._refusing:
            self._refusing = True
            schema = self._url.partition("schema=")[2].partition("&")[0]
            texts = self._ask(
                self._url,
                "SELECT table_name, column_name FROM information_schema.columns "
                f"WHERE table_schema = '{schema}' AND data_type IN ('text', 'character varying')",
            )
            assert len(texts) > 40
            self._ask(
                self._url, *(f"ALTER TABLE {schema}.{table} ADD CHECK (\"{column}\" <> '')" for table, column in texts)
            )
        return store
