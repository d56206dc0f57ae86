"""The store in memory keeps the contract (内存存储)."""

from __future__ import annotations

from pathlib import Path

from hotline12345.stores import Store
from hotline12345.stores.memory import MemoryStore
from hotline12345.testing import StoreContract


class TestMemory(StoreContract):
    """Not durable, one process, no chain."""

    leases = parks = exports = True

    def open(self, path: Path) -> Store:
        return MemoryStore()
