"""kill -9 of the PostgreSQL server itself: what was acknowledged is there after it has started again (杀服务器).

A server of its own is made in a temporary folder (``initdb``), a city is simulated into it, and its postmaster is
killed at a random moment.  When its last process has gone it is started again, and what had been acknowledged is
looked for.

Run: ``python benchmarks/reliability/server.py [--kills 50]``; ``PG_BIN`` names the folder of ``initdb``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from kills import PATIENCE, _write, verify


def _binaries() -> Path:
    found = os.environ.get("PG_BIN") or shutil.which("initdb")
    if found:
        return Path(found) if Path(found).is_dir() else Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not folders:
        sys.exit("no initdb was found; name its folder with PG_BIN")
    return folders[-1].parent


class Server:
    """A PostgreSQL server of one's own (自己的服务器), under another user when we are root."""

    def __init__(self, root: Path) -> None:
        self._bin, self.data = _binaries(), root / "data"
        self._who: dict[str, Any] = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
        if self._who:
            shutil.chown(root, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        words = ["-D", str(self.data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([self._bin / "initdb", *words], check=True, capture_output=True, **self._who)
        self._log = (root / "server.log").open("wb")
        self._main: subprocess.Popen[bytes] | None = None

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name]
        subprocess.run([self._bin / "createdb", *words], check=True)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.data), "-h", "127.0.0.1"]
        self._main = subprocess.Popen([self._bin / "postgres", *words], stdout=self._log, stderr=self._log, **self._who)
        end = time.monotonic() + PATIENCE
        ask = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while time.monotonic() < end:
            if subprocess.run(ask, check=False).returncode == 0:
                return
            time.sleep(0.05)
        sys.exit("the server did not start; see its log")

    def kill(self) -> None:
        """Kill the postmaster, and wait until the backends it left behind have gone too."""
        assert self._main is not None
        left = _children(self._main.pid)
        self._main.send_signal(signal.SIGKILL)
        self._main.wait()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in left):
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it for good."""
        if self._main is not None and self._main.poll() is None:
            self._main.send_signal(signal.SIGINT)
            self._main.wait(PATIENCE)
        self._log.close()


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(kills: int, seed: int) -> dict[str, Any]:
    """Kill the server so many times and add up what was found."""
    random = Random(seed)
    found: dict[str, Any] = {"question": "acknowledged events after kill -9 of the server", "kills": 0, "acked": 0}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        for run in range(kills):
            url, ack = server.database(f"run{run}"), Path(folder) / f"ack{run}"
            writer = _write(url, ack, run)
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and not (ack.exists() and ack.stat().st_size):
                time.sleep(0.005)
            time.sleep(random.random())
            server.kill()
            time.sleep(0.05)
            with suppress(ProcessLookupError):
                os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
            acked = dict(line.split() for line in ack.read_text().split("\n")[:-1])
            server.start()
            found["kills"] += 1
            found["acked"] += sum(map(int, acked.values()))
            for name, value in verify(url, {number: int(version) for number, version in acked.items()}).items():
                found[name] = found.get(name, 0) + value
        server.stop()
    return found


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was lost or torn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = kill(given.kills, given.seed)
    print(json.dumps(found, indent=1))
    sys.exit(any(found[name] for name in ("lost", "torn", "unfed", "faults")))


if __name__ == "__main__":
    main()
