"""A failing write, a failing sync, a full disk at every call of a whole flow (逐次磁盘故障).

The flow is run again and again on the embedded store, each time with another call failing: the state afterwards must
be the one before the step or the one after it, the store must pass its own check, and the step must have raised an
error of the library.

Run: ``python benchmarks/reliability/faults.py [--rounds 2] [--every 1] [--lot 2]``
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hotline12345.testing.power.faults import failing
from hotline12345.testing.power.flow import expected


def fail(rounds: int, every: int, root: Path, lot: int = 0) -> dict[str, Any]:
    """Fail every call and count what came of it."""
    states = expected(rounds)
    tried: Counter[str] = Counter()
    between, damaged, strange, silent = [], [], [], 0
    for failure in failing(root, "sqlite:///{}/orders.db", rounds, every, lot):
        tried[failure.way] += 1
        after = states[failure.done : failure.done + 2]
        if failure.faults or not failure.after:
            damaged.append(failure)
        elif failure.after not in after:
            between.append(failure)
        if not failure.ours:
            strange.append(failure)
        silent += not failure.raised  # a failed checkpoint: the commit stands, the next one tries again
    return {
        "question": "the state after a failing call: before the step or after it",
        "steps": len(states) - 1,
        "failures": dict(tried),
        "between": len(between),
        "damaged": len(damaged),
        "errors_not_ours": len(strange),
        "did_not_reach_the_step": silent,
        "examples": [list(failure) for failure in (between + damaged + strange)[:5]],
    }


def main() -> None:
    """Print the figures as JSON; exit 1 when a state was between, a store damaged or an error not ours."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--lot", type=int, default=2, help="settle whenever so many orders are late, 0: as it does")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = fail(given.rounds, given.every, Path(folder), given.lot)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    sys.exit(bool(found["between"] or found["damaged"] or found["errors_not_ours"]))


if __name__ == "__main__":
    main()
