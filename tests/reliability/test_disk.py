"""Short runs of what docs/reliability.md reports long ones of: power cuts, failing disks, killed writers … (可靠性)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def scripts(repo_root: Path) -> Path:
    """The folder of the scripts; they need Linux and a C compiler, which CI must have."""
    if not sys.platform.startswith("linux") or not (shutil.which("cc") or shutil.which("gcc")):
        if os.environ.get("CI"):
            pytest.fail("CI must have a C compiler")
        pytest.skip("needs Linux and a C compiler")
    return repo_root / "benchmarks" / "reliability"


def _run(script: Path, *words: str, code: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(script), *words], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == code, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_power_cut_loses_no_acknowledged_step_and_tears_none(scripts: Path) -> None:
    told = _run(scripts / "power.py", "--cuts", "60", "--rounds", "4")
    assert (told["cuts"], told["lost"], told["corrupt"], told["between_two_steps"]) == (60, 0, 0, 0)


def test_a_power_cut_is_seen_to_lose_what_was_not_synced(scripts: Path) -> None:
    told = _run(scripts / "power.py", "--cuts", "60", "--rounds", "4", "--durability", "relaxed", code=1)
    assert told["lost"] > 0
    assert told["corrupt"] == 0


def test_after_a_failing_call_the_state_is_before_or_after(scripts: Path) -> None:
    told = _run(scripts / "faults.py", "--rounds", "1", "--every", "29")
    assert set(told["failures"]) == {"error", "half a write", "disk full", "failing sync"}
    assert min(told["failures"].values()) >= 5
    assert (told["between"], told["damaged"], told["errors_not_ours"]) == (0, 0, 0)


def test_a_killed_writer_loses_nothing_it_acknowledged(scripts: Path) -> None:
    told = _run(scripts / "kills.py", "--kills", "3")
    assert told["acked"] > 0
    assert (told["lost"], told["torn"], told["unfed"], told["faults"]) == (0, 0, 0, 0)


def test_processes_that_write_all_the_time_all_get_their_turn(scripts: Path) -> None:
    told = _run(scripts / "fair.py", "--writers", "4", "--seconds", "2")
    assert min(told["commits"]) > 0
    assert (told["refused"], told["lost"], told["faults"]) == ([], 0, 0)


@pytest.mark.parametrize("lot", ["0", "2"])
def test_nothing_is_left_of_who_is_forgotten_settled_or_not(scripts: Path, lot: str) -> None:
    told = _run(scripts / "leftovers.py", "--persons", "60", "--lot", lot)
    assert told["forgotten"] > 20
    assert told["of_others_there"] > 0  # so that what is there is seen
    assert [told[name] for name in ("left_in_file_and_log", "left_in_backup", "left_in_export", "still_found")] == [
        0
    ] * 4


def test_a_file_that_several_have_open_answers_as_memory_does(scripts: Path) -> None:
    told = _run(scripts / "alike.py", "--seeds", "20")
    assert (told["seeds"], told["differ"], told["first"]) == (20, 0, [])


def test_a_writer_that_does_not_look_at_what_others_wrote_is_seen_to_answer_otherwise(scripts: Path) -> None:
    told = _run(scripts / "alike.py", "--seeds", "5", "--blind", code=1)
    assert told["differ"] > 0
