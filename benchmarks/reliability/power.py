"""Power cuts on the embedded store: what was said to be kept is there, and nothing is torn (断电).

A whole flow is run once with every write and sync recorded (``hotline12345.testing.power``); then the power is cut at
random moments of it, and for each the files are laid out as a disk might have them: unsynced writes whole, missing,
or in torn sectors, in any order.  The store is opened and must hold exactly what some step left, and no step fewer
than the program had heard of.

``--second`` takes a second opinion: what is written and synced is told by SQLite itself, through APSW, and not by the
system calls (extra ``apsw``).

Run: ``python benchmarks/reliability/power.py [--cuts 3000] [--rounds 40] [--lot 3] [--durability relaxed] [--seed 1]
[--second]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hotline12345.core.errors import HotlineError, PluginError
from hotline12345.stores import open_store
from hotline12345.testing.power import PowerLoss
from hotline12345.testing.power.flow import expected, summary


def cut(power: PowerLoss, cuts: int, rounds: int, durability: str, seed: int, lot: int = 0) -> dict[str, Any]:
    """Record the flow, cut the power and count what came of it."""
    name = f"orders.db?durability={durability}"
    flow = [sys.executable, "-m", "hotline12345.testing.power.flow", f"sqlite:///{power.folder}/{name}"]
    power.run([*flow, "--rounds", str(rounds), "--heard", str(power.folder / "heard"), "--lot", str(lot)])
    states = {state: step for step, state in enumerate(expected(rounds))}
    lost = corrupt = between = 0
    target = power.folder.parent / "after"
    for heard in power.cuts(cuts, Random(seed), target):
        told = int(heard.split("\n")[-2]) if "\n" in heard else 0
        step = _state(target, states)
        corrupt += step is None
        between += step == -1
        lost += step is not None and 0 <= step < told
    return {
        "question": "acknowledged steps after a power cut",
        "told_by": type(power).__name__,
        "durability": durability,
        "cuts": cuts,
        "steps": len(states) - 1,
        "lost": lost,
        "corrupt": corrupt,
        "between_two_steps": between,
    }


def _state(folder: Path, states: dict[str, int]) -> int | None:
    """Return the step whose result the store holds, -1 for none of them, ``None`` when it is damaged."""
    if not (folder / "orders.db").exists():
        return 0
    try:
        with open_store(f"sqlite:///{folder}/orders.db") as store:  # type: ignore[attr-defined]
            if store.check():
                return None
            return states.get(summary(store), -1)
    except HotlineError:
        return None


def _by_vfs(root: Path) -> PowerLoss:
    from hotline12345.testing.power.vfs import ByVfs

    return ByVfs(root)


def main() -> None:
    """Print the figures as JSON; exit 1 when anything was lost, damaged or torn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--durability", default="full", choices=("full", "relaxed"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lot", type=int, default=3, help="settle whenever so many orders are late, 0: as it does")
    parser.add_argument("--second", action="store_true", help="let SQLite itself tell what it writes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            power = _by_vfs(Path(folder)) if given.second else PowerLoss(Path(folder))
        except PluginError as missing:
            sys.exit(f"{missing.message()}。{missing.hint()} / {missing.message('en')}: {missing.hint('en')}")
        found = cut(power, given.cuts, given.rounds, given.durability, given.seed, given.lot)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(bool(found["lost"] or found["corrupt"] or found["between_two_steps"]))


if __name__ == "__main__":
    main()
