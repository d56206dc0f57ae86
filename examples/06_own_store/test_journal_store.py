"""The store keeps the contract, and answers like the store in memory (存储契约)."""

from pathlib import Path

from journal_store import JournalStore

from hotline12345.testing import StoreContract, store_machine


class TestJournalStore(StoreContract):
    """Durable; opened once, by one process."""

    durable, shared = True, False

    def open(self, path: Path) -> JournalStore:
        return JournalStore(path / "orders.journal")


TestLikeMemory = store_machine(lambda folder: JournalStore(folder / "orders.journal"), durable=True).TestCase


class TestWithoutALock(TestJournalStore):
    """What the kit says of the same store with its lock left out."""

    def open(self, path: Path) -> JournalStore:
        return JournalStore(path / "orders.journal", lock=False)
