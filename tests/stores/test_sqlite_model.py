"""The embedded store beside the one in memory, whatever is done to both, while it settles often (模型比对)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from hotline12345.stores import Store, _sqlite_find, _sqlite_late
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing import store_machine


def _open(folder: Path) -> Store:
    return SqliteStore(folder / "orders.db", durability="relaxed")


@pytest.mark.parametrize(("heads", "words", "probe"), [(1, 1, 1), (2, 3, 20_000), (3, 1000, 2), (1000, 1000, 20_000)])
def test_whatever_is_done_both_answer_alike_however_much_is_late(
    heads: int, words: int, probe: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (_sqlite_late, "LATE", heads),
        (_sqlite_late, "WORDS_LATE", words),
        (_sqlite_late, "AT_ONCE", heads),
        (_sqlite_find, "PROBE", probe),
    ):
        monkeypatch.setattr(module, name, value)
    quick = settings(max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(store_machine(_open, durable=True), settings=quick)
