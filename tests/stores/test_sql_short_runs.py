"""Short runs on servers of what docs/reliability.md reports long ones of: cut wires, killed writers, killed servers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy")


@pytest.fixture
def run(repo_root: Path) -> Callable[..., dict[str, Any]]:
    """Run a script of ``benchmarks/reliability``, which has to end with 0; give what it told."""

    def run(script: str, *words: str) -> dict[str, Any]:
        command = [sys.executable, str(repo_root / "benchmarks" / "reliability" / script), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return run


@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_a_key_has_one_effect_wherever_the_wire_is_cut(
    server: str, room_on: Callable[[str], str], run: Callable[..., dict[str, Any]]
) -> None:
    told = run("wires.py", "--store", room_on(server).replace("&patience=120", ""), "--cuts", "30")
    assert told["keys"] == 30
    assert (told["without_effect"], told["with_more_than_one"], told["torn"]) == (0, 0, 0)


def test_a_killed_writer_loses_nothing_that_the_server_acknowledged(
    room_on: Callable[[str], str], run: Callable[..., dict[str, Any]]
) -> None:
    told = run("kills.py", "--kills", "1", "--store", room_on("postgresql"))
    assert told["acked"] > 0
    assert (told["lost"], told["torn"], told["unfed"], told["faults"]) == (0, 0, 0, 0)


def test_a_killed_server_loses_nothing_that_it_acknowledged(run: Callable[..., dict[str, Any]]) -> None:
    named = os.environ.get("PG_BIN") or shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not named:
        if os.environ.get("CI"):
            pytest.fail("CI must have initdb; PG_BIN names its folder")
        pytest.skip("needs PostgreSQL's initdb")
    told = run("server.py", "--kills", "1")
    assert told["acked"] > 0
    assert (told["lost"], told["torn"], told["unfed"], told["faults"]) == (0, 0, 0, 0)
