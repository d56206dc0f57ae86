"""How fast is a step of the order machine? (状态机一步多快)

A step is decide + evolve with the role checked and the history kept.  Two questions, each against
`transitions` doing as many steps (one shared Machine, ``add_model`` for each order, one guard a
transition, a list as history):

* a plain step, which changes the status and nothing else, as every step of the peer does: archiving;
* the way of an order from signing to its close, whose steps also stop clocks, keep the desks' tree, the
  reply that stands and the verdict — which the peer does not do.

Run: python benchmarks/machine.py [--quick]
"""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta
from typing import Any

from _measure import compare, show

from hotline12345.core import commands as c
from hotline12345.core.actor import SYSTEM, Actor
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.decide import decide
from hotline12345.core.evolve import evolve, fold
from hotline12345.core.policy import LimitRule, Policy
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import Stage, TimeLimit

AT = datetime(2026, 9, 28, 10, tzinfo=CST)


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


def way() -> list[tuple[c.Command, datetime]]:
    """Return the commands from signing to the archive, an hour apart."""
    handler, caller = Actor.parse("handler@u1/3"), Actor.parse("caller@centre/5")
    commands = (
        c.Sign(handler),
        c.Reply(handler, solved=True),
        c.Review(Actor.parse("reviewer@centre/4")),
        c.FollowUp(caller, outcome="unreachable"),
        c.Close(caller),
        c.Archive(SYSTEM),
    )
    return [(command, AT + timedelta(hours=hour)) for hour, command in enumerate(commands, 1)]


def walk(rules: Policy, made: list[tuple[Any, list[Any]]], steps: list[tuple[c.Command, datetime]]) -> Any:
    def run() -> None:
        for order, log in made:
            history = log.copy()
            for command, at in steps:
                events = decide(rules, order, command, at)
                for event in events:
                    order = evolve(order, event)
                history += events

    return run


def plain(rules: Policy, made: list[tuple[Any, list[Any]]]) -> Any:
    """Return a run of one plain step for each order: the history is begun beforehand, as the peer's is."""
    steps = way()
    closed = []
    for order, log in made:
        for command, at in steps[:-1]:
            events = decide(rules, order, command, at)
            log += events
            order = fold(events, order)
        closed.append((order, log))
    command, at = steps[-1]
    begun = len(closed[0][1])

    def run() -> None:
        for order, history in closed:
            del history[begun:]  # each round begins anew, as the peer's does
            events = decide(rules, order, command, at)
            for event in events:
                evolve(order, event)
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


NAMES = ("sign", "reply", "review", "follow_up", "close", "archive")
STATES = ("dispatched", "signed", "replied", "reviewed", "following-up", "closed", "archived")


def peers(n: int, first: int) -> Any:
    """Return a run of the peer's steps from the *first* on."""
    from transitions import Machine

    start = STATES[first]
    machine = Machine(None, states=list(STATES), initial=start, auto_transitions=False, after_state_change="note")
    for name, source, target in zip(NAMES, STATES, STATES[1:], strict=False):
        machine.add_transition(name, source, target, conditions="allowed")
    models = [Model() for _ in range(n)]
    for model in models:
        machine.add_model(model)
    names = NAMES[first:]

    def run() -> None:
        for model in models:
            model.state = start
            model.history.clear()
            for name in names:
                getattr(model, name)()

    return run


def main() -> None:
    quick = "--quick" in sys.argv
    n, rounds = (500, 3) if quick else (4000, 9)
    rules = policy()
    plainly: dict[str, Any] = {"hotline12345": plain(rules, dispatched(rules, n))}
    whole: dict[str, Any] = {"hotline12345": walk(rules, dispatched(rules, n), way())}
    try:
        plainly["transitions"] = peers(n, len(NAMES) - 1)
        whole["transitions"] = peers(n, 0)
    except ImportError:
        print("transitions is not installed: no peer in this run", file=sys.stderr)
    gc.freeze()  # what was made beforehand is no part of a step, for either
    show(
        compare("a plain step: the status alone changes", plainly, n, rounds),
        compare("a step on the way from signing to the archive", whole, n * len(NAMES), rounds),
    )


if __name__ == "__main__":
    main()
