"""A short run of eight writers and a poller on each server (记录流); long ones are in docs/reliability.md."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_a_poller_misses_nothing_of_eight_writers(server: str, repo_root: Path, room_on: Callable[[str], str]) -> None:
    url = room_on(server).replace("&patience=120", "")
    script = repo_root / "benchmarks" / "reliability" / "feed.py"
    command = [sys.executable, str(script), "--records", "800", "--minutes", "8", "--store", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["written"] >= 800
    assert (told["missed"], told["doubled"], told["out_of_order"]) == (0, 0, 0)
