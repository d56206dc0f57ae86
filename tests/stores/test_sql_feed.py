"""A short run of eight writers and a poller on each server (记录流); long ones are in docs/reliability.md."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hotline12345.stores import open_store
from hotline12345.testing.store_base import write

pytest.importorskip("sqlalchemy")

from hotline12345.stores.sql import _feed


@pytest.mark.parametrize("server", ["postgresql", "mysql", "oceanbase"])
def test_a_poller_misses_nothing_of_eight_writers(server: str, repo_root: Path, room_on: Callable[[str], str]) -> None:
    url = room_on(server).replace("&patience=120", "")
    script = repo_root / "benchmarks" / "reliability" / "feed.py"
    command = [sys.executable, str(script), "--records", "800", "--minutes", "8", "--store", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["written"] >= 800
    assert (told["missed"], told["doubled"], told["out_of_order"]) == (0, 0, 0)


def test_what_is_decided_between_two_looks_is_waited_for(
    clean_room: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = clean_room("postgresql")
    store: Any = open_store(url)
    with store._line.engine.connect() as other:
        other.exec_driver_sql("SELECT txid_current()")  # holds the feed back from here on
        store.append([write("1")])
        look = _feed.feed

        def then_decided(*args: Any) -> Any:
            found = look(*args)
            if other.in_transaction():
                other.rollback()
            return found

        monkeypatch.setattr(_feed, "feed", then_decided)
        assert [fed.record.number for fed in store.feed()] == ["1"]
    store.close()
