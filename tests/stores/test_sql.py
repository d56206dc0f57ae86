"""The server store keeps the contract, on PostgreSQL and on MariaDB (服务器存储)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hotline12345.stores import Store
from hotline12345.stores.sql import open_store
from hotline12345.testing import StoreContract


class ServerContract(StoreContract):
    """What both servers can do; a schema of its own for each test."""

    durable = processes = leases = parks = chains = True
    server = ""

    @pytest.fixture(autouse=True)
    def _room(self, clean_room: Callable[[str], str]) -> None:
        self._url = clean_room(self.server)

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
