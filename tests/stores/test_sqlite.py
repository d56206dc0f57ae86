"""The embedded store keeps the contract (嵌入式存储)."""

from __future__ import annotations

from pathlib import Path

from hotline12345.stores import Store, open_store
from hotline12345.testing import StoreContract


class TestSqlite(StoreContract):
    """Durable, and for several processes."""

    durable = True
    processes = True
    leases = parks = chains = exports = True

    def open(self, path: Path) -> Store:
        return open_store(self.url(path))

    def url(self, path: Path) -> str:
        return f"sqlite:///{path}/contract.db"
