"""How long until the command line answers (启动时间): next to a bare click program, in the same run.

Goals: ``--help`` at most 1.5 times, ``due`` at most 2.5 times a bare click program's ``--help``.
Each figure is a fresh process, as a shell would start it.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable

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


def process(code: str) -> Callable[[], None]:
    """Return a callable that runs *code* in a fresh interpreter and fails when it fails."""

    def run() -> None:
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, timeout=60)

    return run


def main() -> None:
    """Measure and print."""
    quick = "--quick" in sys.argv
    candidates = {
        "python": process("pass"),
        "import hotline12345": process("import hotline12345"),
        PEER: process(BARE + "main(['--help'])"),
    }
    if importlib.util.find_spec("hotline12345.cli") and importlib.util.find_spec("hotline12345.cli").origin:
        candidates["hotline12345 --help"] = process(OURS.format(["--help"]))
        candidates["hotline12345 due"] = process(OURS.format(DUE))
    found = compare("milliseconds until a process has answered", candidates, 1, 3 if quick else 15, peer=PEER)
    bare = found["results"][PEER]["us_per_op"]
    for name, result in found["results"].items():
        times = result["us_per_op"] / bare
        result.update(ms=round(result["us_per_op"] / 1000, 1), times_bare=round(times, 2))
        if name in GOALS:
            result.update(goal=GOALS[name], met=times <= GOALS[name])
    show(found)


if __name__ == "__main__":
    main()
