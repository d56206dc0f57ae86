"""Recording what a program writes (写入记录), and cutting the power at any moment of it (断电)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from hotline12345.core.errors import PluginError

from .disk import Disk, entries

SHIM = Path(__file__).with_name("shim.c")
HEARD = "heard"
"""What a recorded program says to the world by writing to the file of this name: a power cut does not unsay it."""


def library(folder: Path) -> Path:
    """Compile the library that stands before the system calls into *folder*, and return its path.

    Raises:
        PluginError: ``no-compiler`` where there is none, or where this is not Linux.
    """
    made = folder / "hotline12345-shim.so"
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise PluginError(
            "断电与磁盘故障测试需要 Linux 和 C 编译器，这里没有",
            "power cuts and failing disks need Linux and a C compiler; there is none here",
            code="no-compiler",
            hint="安装 gcc，或用环境变量 CC 指定",
            hint_en="install gcc, or name one with the environment variable CC",
        )
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SHIM, "-ldl", "-lpthread"], check=True)
    return made


class PowerLoss:
    """A recorded run, and what a power cut at any moment of it leaves on the disk (断电).

    What was synced is there.  Of what was written since, any part may be: each write whole, not at all, or some of
    its 512-byte sectors, in any order; a name that was made, moved or removed since the folder was last synced may be
    as before or as after.

    Args:
        root: an empty folder; the program writes below ``root/disk``.
    """

    def __init__(self, root: Path) -> None:
        # As SQLite names its files: below any other name nothing that it writes would be seen.
        root = root.resolve()
        self.folder = root / "disk"
        self.log = root / "writes.log"
        self._prepare(root)
        self.folder.mkdir()

    def _prepare(self, root: Path) -> None:
        self._shim = library(root)

    def run(self, command: Sequence[str], env: Mapping[str, str] | None = None, timeout: float = 600) -> None:
        """Run *command* with what it writes below ``folder`` recorded.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        under = {"LD_PRELOAD": str(self._shim), "HL_FOLDER": str(self.folder), "HL_LOG": str(self.log)}
        subprocess.run(command, env={**os.environ, **(env or {}), **under}, check=True, timeout=timeout)

    def cuts(self, number: int, random: Random, target: Path) -> Iterator[str]:
        """Cut the power *number* times at random moments, earliest first; yield what the world had heard by then.

        Each time ``target`` holds the files as they might be found when the power is back.
        """
        log = list(entries(self.log))
        moments = sorted(random.randrange(len(log) + 1) for _ in range(number))
        disk, done = Disk(self.folder), 0
        for moment in moments:
            for entry in log[done:moment]:
                disk.take(entry)
            done = moment
            if target.exists():
                shutil.rmtree(target)
            target.mkdir(parents=True)
            disk.leave(target, random, but=HEARD)
            yield disk.said(HEARD)
