"""The one way every benchmark here measures (测量方法): interleaved rounds, medians, ratios in the same run."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any


def compare(
    question: str,
    candidates: Mapping[str, Callable[[], Any]],
    n: int | Mapping[str, int],
    rounds: int = 5,
    *,
    peer: str = "",
) -> dict[str, Any]:
    """Time *candidates* in turn, several *rounds* over, and return what a second of each is worth.

    Args:
        question: what is measured, in words.
        candidates: name -> a callable that does *n* operations when called.
        n: operations in one call; a mapping where the slow ones do fewer.
        rounds: how often each is timed; candidates take turns, so that a busy moment hits them all.
        peer: the candidate the ratios are taken against; by default the last one.

    Returns:
        ``{"question", "peer", "results": {name: {"ops_per_s", "us_per_op", "ratio", "fastest_ops_per_s",
        "cpu_us_per_op", "cpu_ratio"}}, …}``: medians, but for the fastest round; a ratio above 1 beats the peer.
        CPU time is this process's, all its threads together: what others on the machine add least to.
    """
    peer = peer or list(candidates)[-1]
    counts = {name: n if isinstance(n, int) else n[name] for name in candidates}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    busy: dict[str, list[float]] = {name: [] for name in candidates}
    for call in candidates.values():
        call()
    for _ in range(rounds):
        for name, call in candidates.items():
            begin, cpu = time.perf_counter(), time.process_time()
            call()
            times[name].append(time.perf_counter() - begin)
            busy[name].append(time.process_time() - cpu)
    rates = {name: counts[name] / statistics.median(spent) for name, spent in times.items()}
    cpus = {name: 1e6 * statistics.median(spent) / counts[name] for name, spent in busy.items()}
    fastest = {name: counts[name] / min(spent) for name, spent in times.items()}
    return {
        "question": question,
        "peer": peer,
        "rounds": rounds,
        "python": platform.python_version(),
        "results": {
            name: {
                "ops_per_s": round(rate),
                "us_per_op": round(1e6 / rate, 4),
                "ratio": round(rate / rates[peer], 3),
                "fastest_ops_per_s": round(fastest[name]),
                "cpu_us_per_op": round(cpus[name], 2),
                "cpu_ratio": round(cpus[peer] / max(cpus[name], 1e-9), 3),
                "n": counts[name],
            }
            for name, rate in rates.items()
        },
    }


def show(*findings: Mapping[str, Any]) -> None:
    """Print *findings* as JSON on standard output."""
    print(json.dumps(findings[0] if len(findings) == 1 else list(findings), ensure_ascii=False, indent=2))
