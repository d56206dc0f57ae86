"""The conformance kit loads pytest only when a contract is asked for (一致性测试套件)."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hotline12345.testing as kit


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
    from hotline12345.stores.memory import MemoryStore
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
