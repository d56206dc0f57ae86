"""Statuses: the table by itself, and every way an order can go under a policy (状态核验)."""

from __future__ import annotations

from typing import Any

import pytest

import hotline12345.core.verify.walk as walking
from hotline12345.core import commands as c
from hotline12345.core.actor import Role
from hotline12345.core.classify import Category, RuleSet
from hotline12345.core.errors import CommandError
from hotline12345.core.policy import Flow, ScopeRule
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.status import OPEN, Status
from hotline12345.core.transitions import TRANSITIONS, Cell
from hotline12345.core.verify import limits, network, scope, statuses
from hotline12345.core.verify.statuses import table_faults
from hotline12345.core.verify.walk import walk
from hotline12345.packs import load_pack
from hotline12345.testing.orders import limit, small_policy


def cell(*to: Status) -> Cell:
    return Cell(frozenset({Role.ADMIN}), frozenset(to))


# As DIGIT/CCRS shipped it: the escalated status is entered by nobody, and what it leads to goes nowhere.
PLANTED: dict[Status, dict[type, Cell]] = {
    Status.RECEIVED: {c.Accept: cell(Status.ACCEPTED), c.Close: cell(Status.CLOSED)},
    Status.ACCEPTED: {c.Dispatch: cell(Status.SIGNED)},
    Status.SIGNED: {c.Sign: cell(Status.SIGNED)},
    Status.DISPUTED: {c.Adjudicate: cell(Status.CLOSED)},
    Status.CLOSED: {c.Archive: cell(Status.ARCHIVED)},
    Status.ARCHIVED: {c.Reopen: cell(Status.ARCHIVED)},
}


def test_a_planted_table_is_found_wrong_in_each_of_its_ways() -> None:
    assert set(table_faults(PLANTED, Status.RECEIVED)) == {
        ("dead-status", Status.DISPUTED),
        ("trap-status", Status.ACCEPTED),
        ("trap-status", Status.SIGNED),
        ("terminal-with-exits", Status.ARCHIVED),
    }


def test_the_librarys_own_table_has_no_dead_and_no_trap_status() -> None:
    assert list(table_faults(TRANSITIONS, Status.RECEIVED)) == []


@pytest.mark.parametrize("name", ["cn", "anhui", "liaoyuan", "shenyang"])
def test_an_order_comes_to_every_open_status_of_a_pack_and_out_of_it(name: str) -> None:
    policy = load_pack(name).newest
    seen = walk(policy)
    assert not seen.cut
    assert set(seen.reached) >= OPEN - statuses.skipped(policy)
    assert list(seen.traps()) == []


def test_a_step_that_is_switched_off_is_no_finding() -> None:
    policy = small_policy(flow=Flow(review=False, follow_up=False), limits=(limit("5wd"),))
    assert list(statuses.walked(policy)) == []
    assert Status.REPLIED not in walk(policy).reached


def refusing(monkeypatch: pytest.MonkeyPatch, *refused: type[c.Command]) -> None:
    real = walking.decide

    def decide(policy: Any, order: Any, command: Any, at: Any) -> Any:
        if isinstance(command, refused):
            raise CommandError("不行", "no")
        return real(policy, order, command, at)

    monkeypatch.setattr(walking, "decide", decide)


def test_a_rule_that_refuses_every_review_makes_a_trap_of_what_comes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, c.Review)
    found = [(fault.code, fault.severity, fault.zh) for fault in statuses.walked(small_policy())]
    assert {(code, severity) for code, severity, _ in found} == {
        ("unreachable-status", "warning"),
        ("trap-status", "error"),
    }
    (trap,) = [zh for code, _, zh in found if code == "trap-status" and "待审核" in zh]
    assert "受理 → 派单 → 答复" in trap  # the shortest way into it, in the domain's words


def test_an_order_on_which_everything_is_refused_is_stranded(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing(monkeypatch, *(kind for kind in TRANSITIONS[Status.REPLIED] if kind is not c.Reply))
    codes = {fault.code for fault in statuses.walked(small_policy()) if fault.severity == "error"}
    assert "stranded-order" in codes


def test_two_limits_for_the_same_orders_contradict_one_another() -> None:
    found = list(limits.contradicting(small_policy(limits=(limit("5wd"), limit("3wd")))))
    assert [(fault.code, fault.key) for fault in found] == [("contradicting-limits", "办理 3wd")]
    assert list(limits.contradicting(small_policy(limits=(limit("5wd"), limit("5wd"))))) == []


def test_more_pairs_than_are_tried_are_told_and_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "PAIRS", 2)
    units = (
        Unit("city", "市", Grade.CITY, "", "210100"),
        Unit("centre", "热线", Grade.CENTRE, "city"),
        *(Unit(f"c{n}", f"区{n}", Grade.COUNTY, "city", f"21010{n}") for n in range(2, 6)),
    )
    routes = RoutingGraph.of(units, (Claim("c2", ""),), centre="centre")
    rules = RuleSet.compile((), categories=(Category("甲"),))
    found = list(network.unroutable(small_policy(routes=routes, rules=rules)))
    assert ("unroutable-bounded", "note", "1 categories × 5 areas: the first 2 areas were tried") in {
        (fault.code, fault.severity, fault.en) for fault in found
    }


def test_a_rule_of_categories_is_hidden_by_one_above_it_and_contradicted_by_one_that_disposes_otherwise() -> None:
    """A category lies under itself and under what it begins with up to a stroke, and under nothing else."""

    def rule(code: str, disposition: str, *categories: str) -> ScopeRule:
        return ScopeRule(code, disposition, "x", "x", categories)

    def found(*rules: ScopeRule) -> list[tuple[str, str]]:
        policy = small_policy(scope=rules)
        return [(one.code, one.key) for check in (scope.shadowed, scope.contradicting) for one in check(policy)]

    wide = rule("wide", "legal", "城乡建设")
    assert found(wide, rule("narrow", "legal", "城乡建设/供水")) == [("shadowed-scope", "narrow")]
    assert found(wide, rule("same", "legal", "城乡建设")) == [("shadowed-scope", "same")]
    assert found(wide, rule("beside", "legal", "城乡建设局")) == []
    assert found(rule("narrow", "legal", "城乡建设/供水"), wide) == []
    assert found(wide, rule("other", "petition", "城乡建设/供水", "民政")) == [("contradicting-scope", "other")]
    assert found(wide, rule("other", "petition", "民政")) == []
