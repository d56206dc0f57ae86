"""Short runs of what docs/reliability.md reports long ones of: power cuts, failing disks, killed writers … (可靠性)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hotline12345.stores import Query, open_store
from hotline12345.testing import PowerLoss


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


LIFE = """
import sys
from datetime import datetime
from hotline12345 import Actor, Hotline, Request, Requester

now = datetime.fromisoformat("2026-09-18T10:00+08:00")
hotline = Hotline("cn", f"sqlite:///{sys.argv[1]}/orders.db", clock=lambda: now)
with open(f"{sys.argv[1]}/heard", "a") as heard:
    for i in range(6):
        request = Request(received=now, text="路灯坏了", area="210102", requester=Requester(phone=f"1380000000{i}"))
        hotline.receive(request, by=Actor.parse("agent@210100-12345/li"))
        heard.write(f"{i + 1}\\n")
        heard.flush()
"""


def test_after_a_power_cut_there_is_the_key_of_every_order_that_was_acknowledged(
    scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    power = PowerLoss(Path())  # by a name that is not SQLite's for the same folder
    power.run([sys.executable, "-c", LIFE, str(power.folder)])
    seen, after = 0, tmp_path / "after"
    for heard in power.cuts(80, Random(1), after):
        told = heard.count("\n")
        with open_store(f"sqlite:///{after}/orders.db") as store:  # type: ignore[attr-defined]
            orders = sum(store.count(place, Query()).get("", 0) for place in store.places())
        assert orders >= told
        assert not orders or (after / "orders.db.key").exists()
        seen += bool(told)
    assert seen > 5
