"""How fast is a step of the order machine? (状态机一步多快)

A plain step is decide + evolve with the role checked and the history kept: here sign, reply, review,
follow up of orders that have been dispatched, with the clocks they stop.  The peer is `transitions`:
one shared Machine, ``add_model`` for each order, one guard a transition, a list as history.

Run: python benchmarks/machine.py [--quick]
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import Any

from _measure import compare, show

from hotline12345.core import commands as c
from hotline12345.core.actor import SYSTEM, Actor
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.decide import decide
from hotline12345.core.evolve import fold
from hotline12345.core.policy import LimitRule, Policy
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import Stage, TimeLimit

AT = datetime(2026, 9, 28, 10, tzinfo=CST)
STEPS = 4


def policy() -> Policy:
    limits = (
        LimitRule(Stage.HANDLE, TimeLimit.parse("5wd"), "benchmark"),
        LimitRule(Stage.SIGN, TimeLimit.parse("1wd"), "benchmark"),
    )
    return Policy("bench", "000000", "bench", "benchmark", None, WorkCalendar.china(), limits)


def dispatched(rules: Policy, n: int) -> list[tuple[Any, list[Any]]]:
    """Return *n* orders that await signing, each with its history."""
    clerk = Actor.parse("dispatcher@centre/1")
    made = []
    for i in range(n):
        request = Request(AT, kind=Kind.COMPLAINT, category="城乡建设")
        log = list(decide(rules, None, c.Receive(SYSTEM, request, "000000", f"{i:018d}"), AT))
        order = fold(log)
        for command in (c.Accept(clerk), c.Dispatch(clerk, unit="u1")):
            events = decide(rules, order, command, AT)
            log.extend(events)
            order = fold(events, order)
        made.append((order, log))
    return made


def ours(rules: Policy, made: list[tuple[Any, list[Any]]]) -> Any:
    handler = Actor.parse("handler@u1/3")
    commands = (
        c.Sign(handler),
        c.Reply(handler, solved=True),
        c.Review(Actor.parse("reviewer@centre/4")),
        c.FollowUp(Actor.parse("caller@centre/5"), outcome="unreachable"),
    )
    instants = [AT + timedelta(hours=hour) for hour in range(1, STEPS + 1)]

    def run() -> None:
        for order, log in made:
            history = log.copy()
            for command, at in zip(commands, instants, strict=True):
                events = decide(rules, order, command, at)
                order = fold(events, order)
                history += events

    return run


class Model:
    """An order as users of transitions write one: a guard and a history."""

    state: str

    def __init__(self) -> None:
        self.history: list[str] = []

    def allowed(self) -> bool:
        return True

    def note(self) -> None:
        self.history.append(self.state)


def peers(n: int) -> Any:
    from transitions import Machine

    states = ["dispatched", "signed", "replied", "reviewed", "following-up"]
    names = ["sign", "reply", "review", "follow_up"]
    machine = Machine(None, states=states, initial="dispatched", auto_transitions=False, after_state_change="note")
    for name, source, target in zip(names, states, states[1:], strict=False):
        machine.add_transition(name, source, target, conditions="allowed")
    models = [Model() for _ in range(n)]
    for model in models:
        machine.add_model(model)

    def run() -> None:
        for model in models:
            model.state = "dispatched"
            model.history.clear()
            model.sign()  # type: ignore[attr-defined]
            model.reply()  # type: ignore[attr-defined]
            model.review()  # type: ignore[attr-defined]
            model.follow_up()  # type: ignore[attr-defined]

    return run


def main() -> None:
    quick = "--quick" in sys.argv
    n = 500 if quick else 5000
    rules = policy()
    candidates = {"hotline12345": ours(rules, dispatched(rules, n))}
    try:
        candidates["transitions"] = peers(n)
    except ImportError:
        print("transitions is not installed: no peer in this run", file=sys.stderr)
    show(compare("a plain step of the machine", candidates, n * STEPS, 3 if quick else 9))


if __name__ == "__main__":
    main()
