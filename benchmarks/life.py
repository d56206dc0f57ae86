"""How fast does an order live, and how much memory does it take? (一张工单的一生)

A life is eight commands: receive, accept (classified), dispatch (routed, three deadlines), sign, reply,
review, follow up (which closes it as satisfied), archive — by the shenyang pack.  Measured twice: in the
core alone (decide + evolve, the history kept in a list) and through ``Hotline`` over the memory store, with
private records sealed and every event encoded.  No library lives such a life, so the yardstick in the same
run is a step of `transitions`, where it is installed: ``at_record_speed`` is what the figure comes to on a
machine on which it makes 58,000 steps a second, as it did where the floors were set.  Also: a due date
through a policy, the codec, and the bytes an order takes without its text.

Run: python benchmarks/life.py [--quick]
"""

from __future__ import annotations

import sys
import tracemalloc
from datetime import datetime, timedelta
from typing import Any

from _measure import compare, show
from machine import NAMES, peers

from hotline12345 import Hotline, Kind, Request, Requester, load_pack
from hotline12345.core import commands as c
from hotline12345.core.actor import SYSTEM, Actor
from hotline12345.core.calendar import CST
from hotline12345.core.codec import decode, encode
from hotline12345.core.decide import decide
from hotline12345.core.evolve import fold

AT = datetime(2026, 9, 28, 10, tzinfo=CST)
TITLE = "小区路灯不亮"
TEXT = "沈河区某小区门口的路灯坏了三天，夜里出行不便，物业说要等市政来修，请尽快安排维修。" * 2
STEPS_THEN = 58_000
"""Steps a second `transitions` made where the floors were set; how fast the machine is now is known by it."""
QUICK = "--quick" in sys.argv
AGENT = Actor.parse("agent@centre/1")


def after_dispatch(unit: str) -> list[c.Command]:
    handler = Actor.parse(f"handler@{unit}/3")
    return [
        c.Sign(handler),
        c.Reply(handler, text="已修复", solved=True),
        c.Review(Actor.parse("reviewer@centre/4")),
        c.FollowUp(Actor.parse("caller@centre/5"), solved=True, satisfied="satisfied"),
        c.Archive(SYSTEM),
    ]


def request(i: int) -> Request:
    return Request(AT, TITLE, TEXT, Requester("", f"138{i:08d}"), Kind.COMPLAINT, "城乡建设/市政设施", "210103")


def core_life(n: int) -> Any:
    policy = load_pack("shenyang").newest
    steps: list[c.Command] = []

    def run() -> None:
        nonlocal steps
        for i in range(n):
            log = list(decide(policy, None, c.Receive(AGENT, request(i), "210100", str(i)), AT))
            order = fold(log)
            for command in (c.Accept(SYSTEM, title=TITLE, text=TEXT), c.Dispatch(SYSTEM)):
                events = decide(policy, order, command, AT)
                log += events
                order = fold(events, order)
            steps = steps or after_dispatch(order.holder)
            for hour, command in enumerate(steps, 1):
                events = decide(policy, order, command, AT + timedelta(hours=hour))
                log += events
                order = fold(events, order)

    return run


def hotline_life(n: int) -> Any:
    pack = load_pack("shenyang")
    steps: list[c.Command] = []

    def run() -> None:
        nonlocal steps
        hotline = Hotline(pack, "memory:", clock=lambda: AT, secrets=b"benchmark" * 4)
        for i in range(n):
            order = hotline.receive(request(i), by=AGENT, at=AT)
            steps = steps or after_dispatch(order.holder)
            for hour, command in enumerate(steps, 1):
                order = hotline.handle(order.number, command, at=AT + timedelta(hours=hour))

    return run


def due_through_policy(n: int) -> Any:
    policy = load_pack("shenyang").newest
    starts = [AT + timedelta(days=i % 60) for i in range(200)]

    def run() -> None:
        for _ in range(n // 200):
            for start in starts:
                policy.due(Kind.COMPLAINT, start)

    return run


def memory_of_an_order() -> dict[str, Any]:
    """Return the bytes an order takes, as it stands after dispatch and at its end, shared values counted once."""
    policy = load_pack("shenyang").newest
    n = 500 if QUICK else 2000
    requests = [request(i) for i in range(n)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    orders = []
    for i, asked in enumerate(requests):
        order = fold(decide(policy, None, c.Receive(AGENT, asked, "210100", f"{i:018d}"), AT))
        for command in (c.Accept(SYSTEM, title=TITLE, text=TEXT), c.Dispatch(SYSTEM)):
            order = fold(decide(policy, order, command, AT + timedelta(seconds=i)), order)
        orders.append(order)
    dispatched = (tracemalloc.get_traced_memory()[0] - before) / n
    steps = after_dispatch(orders[0].holder)
    for i, order in enumerate(orders):
        for hour, command in enumerate(steps, 1):
            order = fold(decide(policy, order, command, AT + timedelta(hours=hour, seconds=i)), order)
        orders[i] = order
    ended = (tracemalloc.get_traced_memory()[0] - before) / n
    tracemalloc.stop()
    return {
        "question": "bytes of an order in memory, without its text",
        "dispatched": round(dispatched),
        "ended": round(ended),
        "n": n,
    }


def codec(n: int) -> dict[str, Any]:
    policy = load_pack("shenyang").newest
    log = list(decide(policy, None, c.Receive(AGENT, request(0), "210100", "1"), AT))
    order = fold(log)
    for command in (c.Accept(SYSTEM, title=TITLE, text=TEXT), c.Dispatch(SYSTEM)):
        events = decide(policy, order, command, AT)
        log += events
        order = fold(events, order)
    for command in after_dispatch(order.holder):
        events = decide(policy, order, command, AT)
        log += events
        order = fold(events, order)
    rows = [(type(event).__name__, encode(event)) for event in log]
    rounds = n // len(log)

    def out() -> None:
        for _ in range(rounds):
            for event in log:
                encode(event)

    def into() -> None:
        for _ in range(rounds):
            for kind, data in rows:
                decode(kind, data)

    return compare("events to plain dicts and back", {"encode": out, "decode": into}, rounds * len(log), 3)


def lifetimes(n: int, rounds: int) -> dict[str, Any]:
    """Measure the lives, with the yardstick in the same rounds."""
    lives: dict[str, Any] = {"core, history in a list": core_life(n), "Hotline over the memory store": hotline_life(n)}
    counts = dict.fromkeys(lives, n)
    try:
        lives["transitions, a step"], counts["transitions, a step"] = peers(n, 0), n * len(NAMES)
    except ImportError:
        print("transitions is not installed: no yardstick in this run", file=sys.stderr)
    found = compare("a whole life of an order, eight commands", lives, counts, rounds)
    step = found["results"].pop("transitions, a step", None)
    if step is not None:
        for result in found["results"].values():
            result["at_record_speed"] = round(result["ops_per_s"] * STEPS_THEN / step["ops_per_s"])
        found["machine"] = round(step["ops_per_s"] / STEPS_THEN, 2)
    return found


def main() -> None:
    n = 100 if QUICK else 1000
    rounds = 3 if QUICK else 7
    lives = lifetimes(n, rounds)
    due = 2_000 if QUICK else 100_000
    show(
        lives,
        compare(
            "a due date through a policy, without explanation", {"policy.due": due_through_policy(due)}, due, rounds
        ),
        codec(1_000 if QUICK else 20_000),
        memory_of_an_order(),
    )


if __name__ == "__main__":
    main()
