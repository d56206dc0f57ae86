"""The second opinion on power cuts (第二意见): SQLite itself tells what it writes, through APSW."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("apsw")

from hotline12345.testing.power.disk import entries
from hotline12345.testing.power.vfs import ByVfs


def cut(repo_root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    script = repo_root / "benchmarks" / "reliability" / "power.py"
    done = subprocess.run(
        [sys.executable, str(script), "--second", "--cuts", "60", "--rounds", "4", *words],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_power_cut_loses_nothing_by_what_sqlite_itself_says_it_has_synced(repo_root: Path) -> None:
    code, told = cut(repo_root)
    assert (code, told["told_by"]) == (0, "ByVfs")
    assert (told["cuts"], told["lost"], told["corrupt"], told["between_two_steps"]) == (60, 0, 0, 0)


def test_the_second_opinion_sees_what_was_not_synced_lost(repo_root: Path) -> None:
    code, told = cut(repo_root, "--durability", "relaxed")
    assert code == 1
    assert told["lost"] > 0
    assert told["corrupt"] == 0


def test_what_is_recorded_is_what_is_there(tmp_path: Path) -> None:
    power = ByVfs(tmp_path)
    flow = [sys.executable, "-m", "hotline12345.testing.power.flow", f"sqlite:///{power.folder}/orders.db"]
    power.run([*flow, "--rounds", "1", "--heard", str(power.folder / "heard"), "--lot", "2"])
    made = bytearray()
    [number] = {each.file for each in entries(power.log) if each.op == "O" and each.data.endswith(b"orders.db")}
    for op, _, offset, data in (each for each in entries(power.log) if each.file == number):
        if op == "W":
            made[offset : offset + len(data)] = data
        elif op == "T":
            del made[offset:]
    assert bytes(made) == (power.folder / "orders.db").read_bytes()
    heard = [each.data for each in entries(power.log) if each.op == "W" and each.data.endswith(b"\n") and each.file > 1]
    assert b"9\n" in heard
