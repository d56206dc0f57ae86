"""Every write, sync and truncation of a flow made to fail, one at a time (逐次磁盘故障).

``python -m hotline12345.testing.power.faults URL FOLDER`` runs under the shim (see :func:`failing`), forks a child for
each call and prints a line of JSON for each: what failed, how many steps had returned, whether the step that met the
failure raised an error of ours, and the summary of what the store holds when it is opened again.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hotline12345.core.errors import HotlineError
from hotline12345.stores import open_store

from .flow import settle_in, steps, summary
from .record import library

WAYS = {1: "error", 2: "half a write", 3: "disk full", 4: "failing sync"}
_MOST = 100_000


class Failure(NamedTuple):
    """What one failing call did (一次故障).

    Args:
        way: how it failed: a key of :data:`WAYS`.
        call: which call failed, counted from 1.
        done: how many steps had returned before.
        raised: what the step raised; "" when nothing reached it.
        ours: whether that was an error of this library, with a code.
        after: the summary of the store, opened again with the disk in order; "" where it could not be opened.
        faults: what the store's own check found then.
    """

    way: str
    call: int
    done: int
    raised: str
    ours: bool
    after: str
    faults: list[str]


def failing(root: Path, url: str, rounds: int = 1, every: int = 1, lot: int = 0) -> Iterator[Failure]:
    """Run the flow on the store at *url* again and again, each time with another call failing (故障注入).

    Args:
        root: an empty folder.
        url: the store's address with ``{}`` for the folder it must lie in.
        rounds: how long the flow is.
        every: fail each *every*-th call only.
        lot: have the embedded store settle whenever so many orders are late.

    Raises:
        PluginError: ``no-compiler``.
    """
    shim = library(root)
    command = [
        sys.executable,
        "-m",
        "hotline12345.testing.power.faults",
        url,
        str(root),
        str(rounds),
        str(every),
        str(lot),
    ]
    env = {**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdout is not None
        for line in driver.stdout:
            yield Failure(*json.loads(line))
    if driver.returncode:
        raise subprocess.CalledProcessError(driver.returncode, command)


def _child(url: str, folder: Path, rounds: int, way: int, call: int) -> dict[str, Any]:
    """Run the flow in this process with one call failing, and tell how far it got."""
    shim = ctypes.CDLL(None)
    shim.hl_fail(os.fsencode(folder), ctypes.c_long(call), way)
    done, raised, ours = 0, "", True
    try:
        store = open_store(url.format(folder))
        for step in steps(store, rounds):
            step()
            done += 1
    except HotlineError as error:
        raised = f"{type(error).__name__} {error.code}"
    except Exception as error:
        raised, ours = f"{type(error).__name__}: {error}", False
    return {"done": done, "raised": raised, "ours": ours, "failed": bool(shim.hl_failed())}


def _forked(url: str, folder: Path, rounds: int, way: int, call: int) -> dict[str, Any]:
    """Do that in a child, so that nothing of a broken connection is left in this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = json.dumps(_child(url, folder, rounds, way, call)).encode()
            os.write(writing, told)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(told)
    return found


def _after(url: str, folder: Path) -> tuple[str, list[str]]:
    """Open the store again, as somebody would the next day."""
    try:
        store = open_store(url.format(folder))
    except HotlineError as error:
        return "", [f"cannot be opened: {error.code}: {error}"]
    check = getattr(store, "check", None)
    faults = [str(fault) for fault in check()] if check is not None else []
    told = summary(store)
    store.close()
    return told, faults


def main() -> None:
    """Fail every call in every way."""
    url, root, (rounds, every, lot) = sys.argv[1], Path(sys.argv[2]), map(int, sys.argv[3:])
    settle_in(lot)
    for way in WAYS:
        for call in range(1, _MOST, every):
            folder = root / "disk"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            told = _forked(url, folder, rounds, way, call)
            if not told["failed"]:
                break
            after, faults = _after(url, folder)
            failure = Failure(WAYS[way], call, told["done"], told["raised"], told["ours"], after, faults)
            print(json.dumps(failure), flush=True)


if __name__ == "__main__":
    main()
