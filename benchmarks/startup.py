"""How long until the command line answers (启动时间): next to a bare click program, in the same run.

Goals: ``--help`` at most 1.5 times, ``due`` at most 2.5 times a bare click program's ``--help``.
Each figure is a fresh process, as a shell would start it, and runs from bytecode, as what pip has installed does: where
PYTHONDONTWRITEBYTECODE is set, an editable install would compile every source anew and click would not.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from _measure import compare, show

BARE = """
import click
@click.group()
def main(): "A bare click program."
@main.command()
@click.option("--name")
def hello(name): "Say hello."; click.echo(name)
"""
# What the console script pip writes does, less the file itself.
OURS = "import sys; from hotline12345.cli import main; sys.argv = ['hotline12345', *{!r}]; main()"
DUE = ["due", "--pack", "cn", "--kind", "投诉", "--received", "2026-03-02T10:00:00+08:00", "--format", "json"]
GOALS = {"hotline12345 --help": 1.5, "hotline12345 due": 2.5}
PEER = "bare click --help"


def process(code: str, bytecode: str) -> Callable[[], None]:
    """Return a callable that runs *code* in a fresh interpreter and fails when it fails; *bytecode* is kept there."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = bytecode

    def run() -> None:
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, timeout=60, env=env)

    return run


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as bytecode:
        show(measured(bytecode))


def measured(bytecode: str) -> dict[str, Any]:
    """Return the figures; the first run of each, which is not counted, writes its *bytecode*."""
    candidates = {
        "python": process("pass", bytecode),
        "import hotline12345": process("import hotline12345", bytecode),
        PEER: process(BARE + "main(['--help'])", bytecode),
    }
    if importlib.util.find_spec("hotline12345.cli") and importlib.util.find_spec("hotline12345.cli").origin:
        candidates["hotline12345 --help"] = process(OURS.format(["--help"]), bytecode)
        candidates["hotline12345 due"] = process(OURS.format(DUE), bytecode)
    rounds = 3 if "--quick" in sys.argv else 15
    found = compare("milliseconds until a process has answered", candidates, 1, rounds, peer=PEER)
    bare = found["results"][PEER]["us_per_op"]
    for name, result in found["results"].items():
        times = result["us_per_op"] / bare
        result.update(ms=round(result["us_per_op"] / 1000, 1), times_bare=round(times, 2))
        if name in GOALS:
            result.update(goal=GOALS[name], met=times <= GOALS[name])
    return found


if __name__ == "__main__":
    main()
