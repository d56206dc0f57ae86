"""Any sequence of commands at any times, against both stores at once: the log is the order, and nothing is lost.

``HYPOTHESIS_PROFILE=long`` looks for longer.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.calendar.overlay import Overlay
from hotline12345.core.codec import decode
from hotline12345.core.errors import CommandError, Conflict, HotlineError, RequestError, UnknownOrder
from hotline12345.core.evolve import fold
from hotline12345.core.order import Order
from hotline12345.core.policy import (
    CallPlan,
    CallRule,
    ClearanceRule,
    ConductStep,
    ExtensionRule,
    Flow,
    FollowerRule,
    LinkageRule,
    Pack,
    Policy,
    RatingRule,
    RecordRule,
    ReopenRule,
    RepeatRule,
    ReplyForm,
    Requirement,
    Rung,
    Scale,
    SendBackRule,
    TerminationRule,
)
from hotline12345.core.policy.dispatching import AssistRule, Dispatching, GrassrootsRule, Hops, ProblemRule
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.core.transitions import RECEIVE, TRANSITIONS
from hotline12345.core.verify import check
from hotline12345.core.verify.walk import stranded
from hotline12345.heads import head_of, stamp
from hotline12345.hotline import Hotline
from hotline12345.stores import open_store
from hotline12345.stores.memory import MemoryStore
from hotline12345.stores.port import Head, Query, Store
from hotline12345.testing.orders import AGENT, LIMITS, limit, small_policy
from hotline12345.testing.policies import provisions
from hotline12345.testing.strategies import actors, commands, requests

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
START = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
PERSON = "13800138000"
ROUTES = RoutingGraph.of(
    (
        Unit("21", "省", Grade.PROVINCE, "", "210000"),
        Unit("city", "市", Grade.CITY, "21", "210100"),
        Unit("centre", "市热线", Grade.CENTRE, "city"),
        Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
        Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
        Unit("u3", "住建局物业科", Grade.DEPARTMENT, "u1"),
    ),
    (Claim("u1", "城乡建设"),),
    centre="centre",
)
LADDER = (
    Rung("urge", "催办", TimeLimit.parse("1wd"), "test"),
    Rung("talk", "约谈", TimeLimit.parse("5wd"), "test"),
    Rung("supervise", "督办", None, "test"),
    Rung("report", "报告", TimeLimit.parse("2d"), "test", on_day=True, since="rung"),
    Rung("listed", "挂牌", None, "test", trigger="repeats", count=2, at_once=True),
    Rung("notice", "通报", TimeLimit.parse("1d"), "test", trigger="refused"),
    Rung("redo", "提级", TimeLimit.parse("12h"), "test", trigger="sent-back", count=2),
)
POLICIES: tuple[dict[str, Any], ...] = (
    {"routes": ROUTES, "ladder": LADDER},
    {"limits": (limit("5wd", start="signed"), *LIMITS[1:]), "reopen": ReopenRule(2, TimeLimit.parse("2wd"))},
    {"flow": Flow(review=False, follow_up=False), "limits": (limit("24h", start="received"),)},
    {
        "routes": ROUTES,
        "extension": ExtensionRule(1, TimeLimit.parse("10wd"), True, approver="unit-head"),
        "send_back": SendBackRule(TimeLimit.parse("2wd"), 3),
        "limits": (limit("5wd"), limit("2wd", category="公安"), limit("1wd", Stage.SIGN)),
    },
    {
        "record": RecordRule(("place", "time"), TimeLimit.parse("1wd")),
        "repeat": RepeatRule("auto", "suggest", 60, reopen=True, unreasonable=True),
        "conduct": (ConductStep("warn", "警示", "test"), ConductStep("restrict", "限制", "test", 2)),
        "follower": FollowerRule((), ("p1", "p2")),
        "clearance": ClearanceRule(True),
        "linkage": LinkageRule("first-receiver"),
    },
    {
        "reply_form": ReplyForm((), (Requirement("result", ("explained",), ("fact",)),)),
        "termination": TerminationRule(True),
        "calls": CallRule((CallPlan("sample", "test", 60),), 2, TimeLimit.parse("1h"), "close", excused=True),
        "rating": RatingRule(contact=TimeLimit.parse("1wd")),
        "reopen": ReopenRule(judged=True),
        "scale": Scale(apart=True),
        "ladder": tuple(
            Rung(one, one, None, "test", trigger=one, at_once=True) for one in ("unsolved", "dissatisfied")
        ),
    },
    {"extension": ExtensionRule(approver="none"), "limits": (limit("15wd"), limit("20min", Stage.SIGN))},
    {
        "routes": ROUTES,
        "limits": (limit("5wd"), limit("1wd", Stage.CONSULT), limit("1wd", Stage.ADJUDICATE)),
        "send_back": SendBackRule(TimeLimit.parse("4h"), start="received", late="overdue"),
        "dispatching": Dispatching(
            Hops("continue", "remaining", "remaining", "continue", "remaining", "continue"),
            AssistRule(TimeLimit.parse("2wd"), report_when_late=True),
            ProblemRule(2, 1),
            GrassrootsRule(True, categories=("公安",)),
        ),
    },
)
KNOWN = WorkCalendar.china((Overlay((), "fictitious", "test", (2027,), True),))


class Machine(RuleBasedStateMachine):
    """One place's hotline on two stores, and the promises that hold after every step."""

    @initialize(given=st.sampled_from(POLICIES) | provisions())
    def open(self, given: dict[str, Any]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.now = START
        self.given = given
        self.policy = small_policy(**given)
        self.sound = all(fault.severity != "error" for fault in check(self.policy))
        self.stores: list[Store] = [MemoryStore(), open_store(f"sqlite:///{self.folder}/o.db")]
        self.lines = [self.line(store, self.policy) for store in self.stores]
        self.numbers: list[str] = []
        self.forgotten: set[str] = set()
        self.seen: dict[str, tuple[int, list[str]]] = {}

    def line(self, store: Store, policy: Policy) -> Hotline:
        made = iter(range(1 if not hasattr(self, "numbers") else 1000 * (1 + len(self.numbers)), 10**6))
        pack = Pack("test", policy.place, "test", (policy,))
        return Hotline(
            pack, store, secrets=bytes(32), clock=lambda: self.now, number=lambda at, attempt: f"{next(made):06d}"
        )

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            for store in self.stores:
                store.close()
            shutil.rmtree(self.folder)

    # ── what may happen ──

    @rule(minutes=st.sampled_from((0, 1, 45, 60 * 8, 60 * 24, 60 * 24 * 3, 60 * 24 * 20)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(
        request=requests(st.just(START)),
        by=actors(),
        through=st.sampled_from(("receive", "accept", "dispatch", "dispatch")),
    )
    def receive(self, request: Any, by: Any, through: str) -> None:
        told = self.both(lambda line: line.receive(request, by=by, through=through))
        if isinstance(told[0], Order):
            assert by.roles & RECEIVE.roles
            if told[0].number not in self.numbers:
                self.numbers.append(told[0].number)

    @precondition(lambda self: len(self.numbers) < 3)
    @rule(request=requests(st.just(START)))
    def receive_well(self, request: Any) -> None:
        self.receive(request, AGENT, "dispatch")

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def command(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers[-4:]), label="number")
        order = self.lines[0].order(number)
        others = (*self.numbers[-4:], "nowhere")
        command = data.draw(commands(order, others=others, sensible=True), label="command")
        self.carry_out(number, order, command)

    @precondition(lambda self: self.numbers)
    @rule(data=st.data())
    def anything(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers), label="number")
        order = self.lines[0].order(number)
        self.carry_out(number, order, data.draw(commands(order, sensible=False), label="command"))

    def carry_out(self, number: str, order: Order, command: c.Command) -> None:
        cell = TRANSITIONS[order.status].get(type(command))
        told = self.both(lambda line: line.handle(number, command))
        if isinstance(told[0], Order):
            assert cell is not None
            assert cell.roles & command.by.roles
            assert told[0].status in cell.to
            self.no_clock_ran_back(order, told[0], command)
            if isinstance(command, c.Divide):
                self.numbers.append(told[0].counts.handovers.divided[-1])
        else:
            code = told[0][1]
            assert (code == "not-possible-now") == (cell is None)
            assert (code == "not-permitted") == (cell is not None and not cell.roles & command.by.roles)

    def no_clock_ran_back(self, before: Order, after: Order, command: c.Command) -> None:
        """A citizen's clock starts once; its deadline comes nearer only by a new classification or by signing early."""
        assert after.at >= before.at
        assert after.version >= before.version
        old, new = before.citizen, after.citizen
        if old is None or new is None:
            assert old is None
            return
        reasons = [
            x.reason for x in self.lines[0].history(after.number, before.version) if isinstance(x, e.DeadlineMoved)
        ]
        if old.deadline != new.deadline:
            assert reasons or isinstance(command, c.Sign)
        elif not reasons:
            assert old.deadline.start == new.deadline.start
        assert set(old.fired) <= set(new.fired) or reasons

    @rule()
    def tick(self) -> None:
        told = [line.tick() for line in self.lines]
        assert told[0] == told[1]
        again = [line.tick() for line in self.lines]
        assert [(x.overdue, x.moved) for x in again] == [(0, 0)] * 2
        for store in self.stores:
            # Whoever was due has been looked at: nothing that has happened sleeps on.
            left = store.awake(self.policy.place, stamp(self.now))
            assert all(self.lines[0].order(number).at > self.now for number in left), left

    @rule()
    def another_process(self) -> None:
        """The same store, opened by somebody who remembers nothing."""
        self.lines = [self.line(store, self.policy) for store in self.stores]

    @precondition(lambda self: self.numbers)
    @rule()
    def the_notice_comes(self) -> None:
        self.policy = small_policy(**self.given | {"calendar": KNOWN})
        self.lines = [self.line(store, self.policy) for store in self.stores]

    @rule()
    def forget(self) -> None:
        before = [{number: line.history(number) for number in self.numbers} for line in self.lines]
        theirs = [head.number for head in self.lines[0].by_requester(PERSON).heads]
        gone = [line.forget(PERSON) for line in self.lines]
        assert gone[0] == gone[1]
        for line, histories in zip(self.lines, before, strict=True):
            assert {number: line.history(number) for number in self.numbers} == histories
            for number in theirs:
                assert line.words(number) == {}
                self.forgotten.add(number)

    def both(self, act: Callable[[Hotline], Order]) -> list[Any]:
        told = [self.attempt(line, act) for line in self.lines]
        assert unsalted(told[0]) == unsalted(told[1])
        return told

    def attempt(self, line: Hotline, act: Callable[[Hotline], Order]) -> Any:
        """Return what came of *act*; a refusal leaves the store as it was, to the byte of every record."""
        before = snapshot(line.store)
        try:
            return act(line)
        except (CommandError, RequestError, UnknownOrder, Conflict) as error:
            assert snapshot(line.store) == before
            return type(error), error.code
        except HotlineError as error:
            raise AssertionError(f"{error!r} is nobody's fault but ours") from error

    # ── what always holds ──

    @invariant()
    def the_log_is_the_order(self) -> None:
        for line in getattr(self, "lines", ()):
            for number in self.numbers:
                records = line.store.stream(self.policy.place, number)
                log = [decode(record.kind, record.data, record.schema) for record in records]
                order = line.order(number)
                assert fold(log) == order
                assert [record.version for record in records] == list(range(1, order.version + 1))
                assert all(one.at <= two.at for one, two in pairwise(log))
                texts = [repr(record) for record in records]
                version, seen = self.seen.get(number, (0, []))
                if line is self.lines[0]:
                    assert texts[:version] == seen  # nothing that was recorded is ever lost or altered
                    self.seen[number] = (order.version, texts)
                self.the_tree_holds(order)

    @invariant()
    def what_the_check_passes_strands_nobody(self) -> None:
        """Of an open order somebody can always make something, or time will, under any rules that `check` passes."""
        for number in getattr(self, "numbers", ())[-2:] if getattr(self, "sound", False) else ():
            order = self.lines[0].order(number)
            assert not stranded(self.policy, order), order

    def the_tree_holds(self, order: Order) -> None:
        """The assignments are a tree, and one unit at most holds the order."""
        ids = [a.id for a in order.assignments]
        assert ids == [f"A{n}" for n in range(1, len(ids) + 1)]
        for place, a in enumerate(order.assignments):
            assert a.parent == "" or a.parent in ids[:place]
            assert (a.closed is None) == (a.why == "")
        open_leads = [a for a in order.open_assignments if a.role == "lead"]
        if order.holder:
            assert order.holder == open_leads[-1].unit
            for above, below in pairwise(open_leads):
                assert below.parent == above.id
        if order.status.value in ("dispatched", "signed", "replied"):
            assert order.holder
        if not order.is_open:
            assert order.open_assignments == ()
            assert order.wake is None
            assert list(order.running()) == []

    @invariant()
    def both_stores_hold_the_same_and_find_it(self) -> None:
        if not hasattr(self, "stores"):
            return
        heads = [every(store, Query()) for store in self.stores]
        assert heads[0] == heads[1]
        assert sorted(head.number for head in heads[0]) == sorted(self.numbers)
        for head in heads[0]:
            expected = head_of(self.lines[0].order(head.number))
            if head.number in self.forgotten:
                assert head.requester == ""
            assert head == expected._replace(requester=head.requester)
            for store in self.stores:
                for query in queries(head):
                    assert head in every(store, query), query
                awake = store.awake(self.policy.place, head.wake) if head.wake else []
                assert (head.number in awake) == bool(head.wake)
                assert store.stream("another", head.number) == []


def unsalted(told: Any) -> Any:
    """Return *told* without the digest of the request, whose salt differs from store to store."""
    return told._replace(intake=told.intake._replace(private=None)) if isinstance(told, Order) else told


def every(store: Store, query: Query) -> list[Head]:
    return list(store.find("210100", query, limit=10_000).heads)


def queries(head: Head) -> list[Query]:
    """Return a query for each field by which *head* must be found."""
    found = [
        Query(status=head.status),
        Query(open=head.open),
        Query(kind=head.kind),
        Query(holder=head.holder),
        Query(provisional=head.provisional),
        Query(category=head.category) if head.category else Query(),
        Query(area=head.area) if head.area else Query(),
        Query(requester=head.requester) if head.requester else Query(),
        Query(due_before=head.due + "~") if head.due else Query(),
        Query(not_digest="another") if head.digest else Query(),
    ]
    return found + [Query(unit=desk.unit) for desk in head.desks]


def snapshot(store: Store) -> list[Any]:
    feed = store.feed(0, 100_000)
    numbers = sorted({fed.record.number for fed in feed})
    return [feed, every(store, Query()), [sorted(store.private("210100", number).items()) for number in numbers]]


Machine.TestCase.settings = settings(
    max_examples=1000 if LONG else 30, stateful_step_count=80 if LONG else 30, deadline=None
)
TestAnyCommandsAtAnyTimes = Machine.TestCase
