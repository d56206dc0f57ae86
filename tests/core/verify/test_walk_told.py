"""The walk in full (遍历逐条): what is tried of each command, where each status leads, what tells spots apart."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

import hotline12345.core.verify.walk as walking
from hotline12345.core import commands as c
from hotline12345.core.actor import Role
from hotline12345.core.errors import CommandError
from hotline12345.core.order import Order
from hotline12345.core.policy import ExtensionRule, Flow, Policy, ReopenRule, Rung, SendBackRule
from hotline12345.core.policy.answer import ReplyForm, ReviewRule, TerminationRule
from hotline12345.core.policy.calling import CallPlan, CallRule
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.core.status import Status
from hotline12345.core.transitions import Cell
from hotline12345.core.verify import ladder, statuses
from hotline12345.core.verify.walk import key_of, saying, some_units, steps, stranded, walk
from hotline12345.testing.orders import AT, WAYS, Life, limit, small_policy

UNITS = (
    Unit("city", "市", Grade.CITY, "", "210100"),
    Unit("centre", "热线", Grade.CENTRE, "city"),
    Unit("u1", "甲局", Grade.DEPARTMENT, "city"),
    Unit("u2", "乙局", Grade.DEPARTMENT, "city"),
    Unit("u3", "丁局", Grade.DEPARTMENT, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("west", "西区", Grade.COUNTY, "city", "210103"),
    Unit("sub", "分中心", Grade.SUBCENTRE, "centre"),
    Unit("119", "消防", Grade.EMERGENCY),
)
RICH = small_policy(
    flow=Flow(accept_to_dispatch=False),
    routes=RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre"),
    send_back=SendBackRule(most=1, reasons={"not-ours": "非我职责", "unclear": "不清"}),
    extension=ExtensionRule(longest=TimeLimit.parse("3wd")),
    reopen=ReopenRule(1),
    review=ReviewRule({"empty": "空"}),
    termination=TerminationRule(True, {"gone": "无此人"}),
    reply_form=ReplyForm(reasons={"moved": "搬走"}),
    ladder=(Rung("urge", "催办", TimeLimit.parse("1wd"), "x"),),
    satisfied_levels={"great": True, "good": True, "bad": False, "worse": False},
)
POLICIES = {"small": small_policy(), "rich": RICH}


def order_of(policy: Policy, *way: str) -> Order:
    return Life(policy).take(*way).order


@pytest.mark.parametrize("name", c.COMMANDS)
def test_saying(name: str, expect: Any) -> None:
    kind = c.COMMANDS[name]
    lines = []
    for which, policy in POLICIES.items():
        for units in ((), ("u1", "u2", "u3")):
            said = saying(policy, kind, order_of(policy, "signed"), AT, units)
            lines += [f"{which} {units}: {each}" for each in said]
    expect(*lines)


def test_what_is_said_is_said_with_what_the_order_stands_in() -> None:
    bare = saying(small_policy(), c.Extend, order_of(small_policy(), "accepted"), AT, ())
    assert bare == ()
    lone = small_policy(extension=ExtensionRule(longest=TimeLimit.parse("3h")))
    assert saying(lone, c.Extend, order_of(lone, "accepted"), AT, ()) == (
        {"amount": TimeLimit.parse("1h"), "reason": "x"},
    )


def test_the_units_a_person_would_name() -> None:
    assert some_units(small_policy()) == ("u1", "u2")
    assert some_units(RICH) == ("u1", "u2", "east", "street")
    few = small_policy(routes=RoutingGraph.of(UNITS[:3], (), centre="centre"))
    assert some_units(few) == ("u1",)


@pytest.mark.parametrize("status", WAYS)
@pytest.mark.parametrize("which", POLICIES)
def test_steps(which: str, status: str, expect: Any) -> None:
    policy = POLICIES[which]
    if which == "rich" and status in ("closed", "archived", "disputed", "terminated"):
        policy = evolve(policy, satisfied_levels=POLICIES["small"].satisfied_levels)
        policy = evolve(policy, send_back=SendBackRule(), termination=TerminationRule())
    order = order_of(policy, status)
    expect(
        *(
            f"{type(command).__name__} by {command.by} → {after.status.value}"
            for command, after in steps(policy, order)
        ),
        f"stranded {stranded(policy, order)}",
    )


def test_what_tells_spots_apart(expect: Any) -> None:
    expect(*(f"{status}: {key_of(RICH, order_of(POLICIES['small'], status))}" for status in WAYS))


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("as it is", {}),
        ("no review", {"flow": Flow(review=False)}),
        ("no signing", {"flow": Flow(sign=False)}),
        ("no calls", {"flow": Flow(follow_up=False)}),
        ("calls to those without a name", {"calls": CallRule(plans=(CallPlan(who="anonymous", basis="x"),))}),
        ("sent back once, reopened never", {"send_back": SendBackRule(most=1), "reopen": ReopenRule(0)}),
    ],
)
def test_walk(what: str, changes: dict[str, Any], expect: Any) -> None:
    seen = walk(small_policy(limits=(limit("5wd"), limit("1wd", Stage.SIGN)), **changes))
    assert not seen.cut
    spots = [f"{' → '.join(spot.way) or 'begin'}: {spot.order.status.value}" for spot in seen.spots.values()]
    expect(
        f"{len(seen.spots)} spots, {sum(map(len, seen.onward.values()))} ways, traps {list(seen.traps())}",
        *(f"{status.value}: {' → '.join(spot.way)}" for status, spot in seen.reached.items()),
        *(", ".join(kind.__name__ for kind in spot.possible) for spot in list(seen.spots.values())[:6]),
        *spots[-6:],
    )


def test_a_walk_that_is_cut_short_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = small_policy(title="cut short")
    monkeypatch.setattr(walking, "MOST", 5)
    seen = walking._walk(policy)
    assert (len(seen.spots), seen.cut) == (5, True)
    monkeypatch.setattr(statuses, "walk", walking._walk)
    assert list(statuses.walked(policy)) == []
    monkeypatch.setattr(walking, "MOST", 10_000)
    whole = walking._walk(policy)
    monkeypatch.setattr(walking, "MOST", len(whole.spots))
    assert walking._walk(policy).cut
    monkeypatch.setattr(walking, "MOST", len(whole.spots) + 1)
    assert not walking._walk(policy).cut


def test_traps_are_told_once_each_with_the_way_there(expect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = walking.decide

    def decide(policy: Any, order: Any, command: Any, at: Any) -> Any:
        if isinstance(command, (c.Review, c.FollowUp, c.Reopen)):
            raise CommandError("不行", "no")
        return real(policy, order, command, at)

    monkeypatch.setattr(walking, "decide", decide)
    monkeypatch.setattr(statuses, "walk", walking._walk)
    expect(*statuses.walked(small_policy(title="trapped")))


def test_a_status_that_nobody_reaches_is_told(expect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = walking._walk(small_policy(title="unreached"))
    kept = {key: spot for key, spot in real.spots.items() if spot.order.status is not Status.DISPUTED}
    monkeypatch.setattr(statuses, "walk", lambda policy: real._replace(spots=kept))
    expect(*(fault for fault in statuses.walked(small_policy(title="unreached")) if fault.code == "unreachable-status"))


def test_what_is_wrong_with_a_table_is_told_word_by_word(expect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    some = frozenset({Role.ADMIN})
    planted = {
        Status.RECEIVED: {c.Accept: Cell(some, frozenset({Status.ACCEPTED}))},
        Status.ACCEPTED: {},
        Status.DISPUTED: {c.Adjudicate: Cell(some, frozenset({Status.ARCHIVED}))},
        Status.ARCHIVED: {c.Reopen: Cell(some, frozenset({Status.ARCHIVED}))},
    }
    monkeypatch.setattr(statuses, "TRANSITIONS", planted)
    expect(*statuses.table(small_policy()))


def test_a_walk_that_is_cut_short_proves_no_rung_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = small_policy(
        title="no rung", ladder=(Rung("a", "督办", TimeLimit.parse("1wd"), "x", stage=Stage.CONTACT),)
    )
    assert [fault.code for fault in ladder.dead(policy)] == ["dead-rung"]
    monkeypatch.setattr(walking, "MOST", 5)
    monkeypatch.setattr(ladder, "walk", walking._walk)
    assert list(ladder.dead(policy)) == []
