"""How long a simulated month takes (模拟速度): 15,000 orders in memory, next to a bare SimPy queue in the same run.

The peer does what every simulation of orders must: an arrival, a wait for a server, a service and a second
stage, and nothing else.  The ratio is what the real hotline inside costs.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Generator
from typing import Any

import simpy
from _measure import show

FLOOR = 15.0
GOAL = 5000
PEER_THEN = 39_700
"""Orders a second the bare kernel made where the goals were set; a slower machine is known by it."""


def bare(orders: int) -> float:
    """Run *orders* through two SimPy stages; return the seconds."""
    env, chance = simpy.Environment(), random.Random(1)
    servers, second = simpy.Resource(env, 20), simpy.Resource(env, 20)

    def order() -> Generator[Any, Any, None]:
        for stage in (servers, second):
            with stage.request() as turn:
                yield turn
                yield env.timeout(chance.expovariate(1 / 15))

    def arrivals() -> Generator[Any, Any, None]:
        for _ in range(orders):
            env.process(order())
            yield env.timeout(1)

    env.process(arrivals())
    begin = time.perf_counter()
    env.run()
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    from hotline12345.cli.roomy import roomy
    from hotline12345.packs import load_pack
    from hotline12345.simulate import simulate

    quick = "--quick" in sys.argv
    days, per_day, rounds = (6, 250.0, 1) if quick else (30, 500.0, 3)
    pack = load_pack("shenyang")
    ours: list[float] = []
    busy: list[float] = []
    peer: list[float] = []
    for _ in range(rounds):
        peer.append(bare(15_000))
        begin, cpu = time.perf_counter(), time.process_time()
        with roomy():
            found = simulate(pack, days, per_day, 1)
        ours.append(time.perf_counter() - begin)
        busy.append(time.process_time() - cpu)
    seconds, kernel = statistics.median(ours), 15_000 / statistics.median(peer)
    rate = found.arrivals / seconds
    show(
        {
            "question": "a simulated month in memory, every order through the real hotline",
            "orders": found.arrivals,
            "events": found.facts["events"],
            "rounds": rounds,
            "seconds": round(seconds, 2),
            "cpu_seconds": round(statistics.median(busy), 2),
            "floor": FLOOR,
            "met": seconds < FLOOR * found.arrivals / 15_000,
            "orders_per_s": round(rate),
            "events_per_s": round(found.facts["events"] / seconds),
            "peer": "bare SimPy, two stages",
            "peer_orders_per_s": round(kernel),
            "ratio": round(rate / kernel, 4),
            "machine": round(kernel / PEER_THEN, 2),
            "seconds_at_the_goals_machine": round(seconds * kernel / PEER_THEN, 2),
        }
    )


if __name__ == "__main__":
    main()
