"""The conformance kit loads pytest only when a contract is asked for (一致性测试套件)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hotline12345.testing as kit
from hotline12345.stores import Private
from hotline12345.stores.memory import MemoryStore
from hotline12345.testing import StoreContract, _store_worker


def test_importing_the_kit_does_not_load_pytest() -> None:
    code = f"import sys; sys.path[:] = {sys.path!r}; import hotline12345.testing; print('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_every_contract_can_be_asked_for_by_its_name() -> None:
    for name in kit.__all__:
        assert getattr(kit, name).__name__ == name


def test_what_is_not_in_the_kit_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'NoContract'"):
        kit.NoContract  # noqa: B018


def test_a_store_that_is_not_finished_is_told_all_it_lacks() -> None:
    from hotline12345.testing.store_base import lacking

    class Stub:
        api = 1

        def append(self, batch: object) -> tuple[()]:
            return ()

        def close(self) -> None: ...

    assert lacking(MemoryStore()) == []
    assert lacking(Stub()) == [
        "stream", "streams", "lookup", "feed", "find", "count", "head", "awake", "private", "forget", "places",
        "receipts", "cursor", "advance",
    ]  # fmt: skip


def test_every_write_that_a_killed_writer_acknowledged_is_heard_of(tmp_path: Path) -> None:
    """Lines that came faster than they were read were lost, and the store was said to have more than was told."""

    class Told(StoreContract):
        durable = processes = True

        def worker(self, path: Path, *words: str) -> subprocess.Popen[str]:
            self.prefix = words[1]
            lines = "".join(f"{self.prefix}{order}a {version}\n" for order in range(8) for version in (1, 2, 3))
            code = f"import sys, time; sys.stdout.write({lines!r}); sys.stdout.flush(); time.sleep(60)"
            pipe = subprocess.PIPE
            return subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True)

        def open(self, path: Path) -> MemoryStore:
            store = MemoryStore()
            for order in range(8):
                for version in range(3):
                    private = (Private(f"p{version}", "someone", {}),)
                    pair = (f"{self.prefix}{order}{end}" for end in "ab")
                    store.append([_store_worker._write(number, version, private) for number in pair])
            return store

    Told().test_s63_a_killed_writer_leaves_nothing_torn(tmp_path)


def test_what_a_killed_writer_had_sent_may_be_committed_while_the_kit_looks() -> None:
    def step(store: MemoryStore, version: int) -> None:
        private = (Private(f"p{version}", "someone", {}),)
        store.append([_store_worker._write(number, version, private) for number in ("ka", "kb")])

    class Late(MemoryStore):
        late = True

        def stream(self, place: str, number: str, after: int = 0) -> Any:
            if self.late:
                self.late = False
                step(self, 1)
            return super().stream(place, number, after)

    store = Late()
    step(store, 0)
    StoreContract._look(store, "k", [["ka", "1"]])
    assert not store.late
