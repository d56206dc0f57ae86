"""The disk model and the clock of the kit (磁盘模型与假时钟), without a store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from hotline12345.testing import FakeClock
from hotline12345.testing.power.disk import Disk, Entry

FOLDER = Path("/disk")


def _disk(*calls: tuple[str, int, int, bytes]) -> Disk:
    disk = Disk(FOLDER)
    for call in calls:
        disk.take(Entry(*call))
    return disk


def _left(disk: Disk, folder: Path, tries: int = 300) -> set[tuple[tuple[str, bytes], ...]]:
    """Return every way the files may look that so many power cuts showed."""
    found = set()
    for seed in range(tries):
        target = folder / str(seed)
        target.mkdir(parents=True)
        disk.leave(target, Random(seed))
        found.add(tuple(sorted((file.name, file.read_bytes()) for file in target.iterdir())))
    return found


OPEN, FOLDER_OPEN = ("O", 1, 1, b"/disk/a"), ("O", 9, 4, b"/disk")


def test_what_was_synced_is_there_for_good(tmp_path: Path) -> None:
    disk = _disk(OPEN, ("W", 1, 0, b"kept"), ("S", 1, 0, b""), FOLDER_OPEN, ("S", 9, 0, b""))
    assert _left(disk, tmp_path) == {(("a", b"kept"),)}


def test_a_name_is_not_there_for_good_before_its_folder_is_synced(tmp_path: Path) -> None:
    disk = _disk(OPEN, ("W", 1, 0, b"kept"), ("S", 1, 0, b""))
    assert _left(disk, tmp_path) == {(), (("a", b"kept"),)}


def test_of_two_writes_since_the_sync_either_may_be_missing(tmp_path: Path) -> None:
    disk = _disk(OPEN, FOLDER_OPEN, ("S", 9, 0, b""), ("W", 1, 0, b"one"), ("W", 1, 3, b"two"))
    found = {content for ((_, content),) in _left(disk, tmp_path)}
    assert found == {b"", b"one", b"onetwo", b"\0\0\0two"}


def test_a_write_may_be_torn_at_a_sector(tmp_path: Path) -> None:
    disk = _disk(OPEN, FOLDER_OPEN, ("S", 9, 0, b""), ("W", 1, 0, b"a" * 512 + b"b" * 512))
    found = {content for ((_, content),) in _left(disk, tmp_path)}
    assert b"a" * 512 in found
    assert bytes(512) + b"b" * 512 in found


def test_a_removed_file_may_be_there_again(tmp_path: Path) -> None:
    made = (OPEN, ("W", 1, 0, b"x"), ("S", 1, 0, b""), FOLDER_OPEN, ("S", 9, 0, b""))
    assert _left(_disk(*made, ("U", 0, 0, b"/disk/a")), tmp_path) == {(), (("a", b"x"),)}


def test_a_moved_file_is_old_or_new(tmp_path: Path) -> None:
    made = (OPEN, ("W", 1, 0, b"x"), ("S", 1, 0, b""), FOLDER_OPEN, ("S", 9, 0, b""))
    moved = ("R", 0, len(b"/disk/a") + 1, b"/disk/a\0/disk/b")
    assert (("b", b"x"),) in _left(_disk(*made, moved), tmp_path)


def test_a_file_that_was_given_another_name_is_there_by_either_or_both(tmp_path: Path) -> None:
    made = (OPEN, ("W", 1, 0, b"x"), ("S", 1, 0, b""), FOLDER_OPEN, ("S", 9, 0, b""))
    linked = ("L", 0, len(b"/disk/a") + 1, b"/disk/a\0/disk/b")
    both = (("a", b"x"), ("b", b"x"))
    assert _left(_disk(*made, linked), tmp_path / "before") == {(("a", b"x"),), both}
    assert _left(_disk(*made, linked, ("S", 9, 0, b"")), tmp_path / "after") == {both}


def test_the_clock_stands_until_it_is_moved_and_never_goes_back() -> None:
    clock = FakeClock("2026-03-02T09:00+08:00")
    assert clock() == clock()
    assert clock.forward(hours=2, minutes=30).isoformat() == "2026-03-02T11:30:00+08:00"
    with pytest.raises(ValueError, match="back"):
        clock.forward(days=-1)
    with pytest.raises(ValueError, match="naive"):
        FakeClock("2026-03-02T09:00")


def test_a_second_opinion_without_apsw_names_the_extra(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / "apsw.py").write_text("raise ImportError('none here')")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    script = repo_root / "benchmarks" / "reliability" / "power.py"
    done = subprocess.run(
        [sys.executable, str(script), "--second"], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 1
    assert "hotline12345[apsw]" in done.stderr
    assert "Traceback" not in done.stderr
