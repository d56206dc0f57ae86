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
        ``{"question", "peer", "results": {name: {"ops_per_s", "us_per_op", "ratio", "fastest_ops_per_s"}}, …}``:
        medians, but for the fastest round; ``ratio`` above 1 is faster than the peer.
    """
    peer = peer or list(candidates)[-1]
    counts = {name: n if isinstance(n, int) else n[name] for name in candidates}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for call in candidates.values():
        call()
    for _ in range(rounds):
        for name, call in candidates.items():
            begin = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begin)
    rates = {name: counts[name] / statistics.median(spent) for name, spent in times.items()}
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
                "n": counts[name],
            }
            for name, rate in rates.items()
        },
    }


def show(*findings: Mapping[str, Any]) -> None:
    """Print *findings* as JSON on standard output."""
    print(json.dumps(findings[0] if len(findings) == 1 else list(findings), ensure_ascii=False, indent=2))
