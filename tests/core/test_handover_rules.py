"""Who may have an order and who may give it back: the guard of the grassroots, copies, consultation, disputes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError
from hotline12345.core.order import Status
from hotline12345.core.policy import (
    AssistRule,
    Dispatching,
    GrassrootsRule,
    ProblemRule,
    ReopenRule,
    Rung,
    SendBackRule,
)
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.testing.orders import (
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    REVIEWER,
    SUPERVISOR,
    Life,
    limit,
    of_unit,
    small_policy,
)

UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
    Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
    Unit("u3", "城管局", Grade.DEPARTMENT, "city"),
    Unit("u4", "水务局", Grade.DEPARTMENT, "city"),
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre")
TOWNS = RoutingGraph.of(UNITS, (Claim("street", "城乡建设", "210102"),), centre="centre")
EAST, STREET = of_unit("east"), of_unit("street")
BAYANNUR = ProblemRule(3, 3, basis="巴彦淖尔市：重办3次仍未解决或转办3个部门无人牵头")


def refusal(life: Life, command: c.Command, at: datetime | None = None) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command, at)
    assert life.order is before
    return refused.value.code


def under(**changes: object) -> Life:
    return Life(small_policy(**{"routes": ROUTES, **changes}))


# ── copies (TV-74) ──


def test_tv74_what_goes_straight_to_a_subdistrict_is_copied_to_its_district_on_every_path() -> None:
    """北京市接诉即办工作条例 art. 12."""
    by_catalogue = under(routes=TOWNS).take("accepted")
    by_catalogue.do(c.Dispatch(DISPATCHER))
    by_hand = under().take("accepted")
    by_hand.do(c.Dispatch(DISPATCHER, "street"))
    in_dispute = under().take("disputed")
    in_dispute.do(c.Adjudicate(DISPATCHER, "reassign", "street"))
    redone = under().take("closed")
    redone.do(c.Reopen(SUPERVISOR, unit="street"))
    for life in (by_catalogue, by_hand, in_dispute, redone):
        lead, copy = life.order.open_assignments
        assert (lead.unit, lead.role, copy.unit, copy.role, copy.parent) == ("street", "lead", "east", "copy", lead.id)
        assert (copy.sign, copy.handle) == (None, None)


def test_a_district_that_hands_it_down_needs_no_copy() -> None:
    life = under().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    life.do(c.Dispatch(EAST, "street"))
    assert [(a.unit, a.role) for a in life.order.assignments] == [("east", "lead"), ("street", "lead")]


def test_a_place_may_do_without_copies_to_the_district() -> None:
    quiet = RoutingGraph.of(UNITS, (Claim("street", "城乡建设", "210102"),), centre="centre", copies_districts=False)
    life = under(routes=quiet).take("accepted")
    life.do(c.Dispatch(DISPATCHER))
    assert [a.unit for a in life.order.assignments] == ["street"]


# ── the guard of the grassroots ──

GUARD = {"dispatching": Dispatching(grassroots=GrassrootsRule(True, basis="国办函〔2025〕66号（五）"))}


def test_a_departments_duty_is_not_handed_to_a_town_on_any_path() -> None:
    """国办函〔2025〕66号 (5): 应由职能部门办理的不得分派给基层; 潍坊条例 art. 24."""
    assert refusal(under(**GUARD).take("accepted"), c.Dispatch(DISPATCHER, "street")) == "grassroots"
    assert refusal(under(**GUARD).take("disputed"), c.Adjudicate(DISPATCHER, "designate", "street")) == "grassroots"
    assert refusal(under(**GUARD).take("closed"), c.Reopen(SUPERVISOR, unit="street")) == "grassroots"
    down = under(**GUARD).take("accepted")
    down.do(c.Dispatch(DISPATCHER, "east"))
    down.do(c.Sign(EAST))
    assert refusal(down, c.Dispatch(EAST, "street")) == "grassroots"
    consulted = under(**GUARD).take("accepted")
    consulted.do(c.Consult(DISPATCHER, ("u1", "street")))
    assert refusal(consulted, c.Conclude(DISPATCHER, unit="street")) == "grassroots"
    by_list = {"dispatching": Dispatching(grassroots=GrassrootsRule(True, False, ("城乡建设",)))}
    assert refusal(under(routes=TOWNS, **by_list).take("accepted"), c.Dispatch(SYSTEM)) == "grassroots"


def test_the_guard_is_set_aside_with_a_reason_that_is_recorded() -> None:
    life = under(**GUARD).take("accepted")
    said = life.do(c.Dispatch(DISPATCHER, "street", override="flood-relief"))[0]
    assert isinstance(said, e.Dispatched)
    assert said.override == "flood-relief"
    department = under(**GUARD).take("accepted")
    (said,) = department.do(c.Dispatch(DISPATCHER, "u2", override="needless"))
    assert isinstance(said, e.Dispatched)
    assert said.override == ""


def test_a_town_may_assist_and_may_have_what_is_nobodys_duty() -> None:
    life = under(**GUARD).take("accepted")
    life.do(c.Dispatch(DISPATCHER, "u1"))
    life.do(c.Assist(DISPATCHER, "street"))
    assert life.order.open_assignments[-1].unit == "street"
    nobodys = under(routes=TOWNS, **GUARD).take("accepted")
    nobodys.do(c.Dispatch(DISPATCHER))
    assert nobodys.order.holder == "street"
    assert under().take("accepted").do(c.Dispatch(DISPATCHER, "street"))  # off unless the policy says so


# ── consultation ──


def test_a_consultation_comes_before_dispatching_and_has_its_time() -> None:
    limits = (limit("5wd"), limit("2wd", Stage.CONSULT))
    life = under(limits=limits).take("accepted")
    assert refusal(life, c.Conclude(DISPATCHER, unit="u1")) == "no-consultation"
    assert refusal(life, c.Consult(DISPATCHER)) == "units-needed"
    assert refusal(life, c.Consult(DISPATCHER, ("nobody",))) == "unknown-unit"
    life.do(c.Consult(DISPATCHER, ("u1", "u2", "u1"), "unclear"), datetime(2026, 11, 16, 10, tzinfo=CST))
    assert life.order.counts.handovers.consulted == ("u1", "u2")
    assert life.order.wake == datetime(2026, 11, 19, tzinfo=CST)
    assert refusal(life, c.Dispatch(DISPATCHER, "u1")) == refusal(life, c.Consult(DISPATCHER, ("u2",)))
    (late,) = life.do(c.Tick(SYSTEM), datetime(2026, 11, 19, tzinfo=CST))
    assert isinstance(late, e.FellOverdue)
    assert (late.clock, late.stage) == ("consult", Stage.CONSULT)
    assert refusal(life, c.Conclude(DISPATCHER, "perhaps")) == "unknown-conclusion"
    for wrong in (c.Conclude(DISPATCHER, "agreed"), c.Conclude(DISPATCHER, "undecided", "u1")):
        assert refusal(life, wrong) == "unit-needed"
    told, lead, helper = life.do(c.Conclude(DISPATCHER, unit="u2", assist=("u1", "u2"), basis="三定"))
    assert isinstance(told, e.Concluded)
    assert isinstance(lead, e.Dispatched)
    assert isinstance(helper, e.Assisted)
    assert (lead.unit, lead.rule, lead.basis, helper.unit, helper.role) == (
        "u2",
        "consultation",
        "三定",
        "u1",
        "assist",
    )
    assert (life.order.counts.handovers.consulted, life.order.clocks.stage) == ((), None)


def test_undecided_it_stays_and_may_be_designated() -> None:
    """潍坊条例 art. 22: 直接指定; a designated unit may not send it back."""
    life = under().take("accepted")
    life.do(c.Consult(DISPATCHER, ("u1", "u2")))
    life.do(c.Conclude(DISPATCHER, "undecided"))
    assert life.order.status is Status.ACCEPTED
    assert refusal(life, c.Dispatch(DISPATCHER, designate=True)) == "unit-needed"
    life.do(c.Dispatch(DISPATCHER, "u2", designate=True))
    assert refusal(life, c.SendBack(of_unit("u2"), "x")) == "designated"


def test_a_consultation_ends_with_the_order() -> None:
    life = under(limits=(limit("5wd"), limit("2wd", Stage.CONSULT))).take("accepted")
    life.do(c.Consult(DISPATCHER, ("u1",)))
    life.do(c.Answer(DISPATCHER))
    life.do(c.Accept(DISPATCHER))
    assert (life.order.counts.handovers.consulted, life.order.wake) == ((), None)


# ── stage reports ──


def test_a_late_lead_reports_before_it_replies_where_the_policy_wants_that() -> None:
    """北京市接诉即办工作条例 art. 14."""
    rule = Dispatching(assist=AssistRule(report_when_late=True, basis="北京条例 第十四条"))
    life = Life(small_policy(limits=(limit("24h"),), dispatching=rule)).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    late = AT + timedelta(days=3)
    assert refusal(life, c.Reply(HANDLER), late) == "report-needed"
    assert refusal(life, c.Report(HANDLER)) == "report-empty"
    (report,) = life.do(c.Report(HANDLER, reason="waiting-for-parts"), late)
    assert isinstance(report, e.Reported)
    assert (report.assignment, report.late) == ("A1", True)
    life.do(c.Reply(HANDLER))
    assert life.order.status is Status.REPLIED
    early = Life(small_policy(limits=(limit("24h"),), dispatching=rule)).take("signed")
    early.do(c.Reply(HANDLER))
    lax = Life(small_policy(limits=(limit("24h"),))).take("signed")
    lax.do(c.Reply(HANDLER), late)


def test_an_assistant_reports_and_a_copy_has_nothing_to_report() -> None:
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Assist(DISPATCHER, "u4", "copy"))
    life.do(c.Report(of_unit("u3"), reason="half-done"))
    assert life.order.counts.handovers.reported == ("A2",)
    assert refusal(life, c.Report(of_unit("u4"), reason="x")) == "copy-only"
    life.do(c.Assist(DISPATCHER, "u4"))  # who had a copy may be asked to assist
    assert life.order.open_assignments[-1].role == "assist"
    life.do(c.Reply(of_unit("u4")))
    assert [(a.role, a.replied is not None) for a in life.order.assignments if a.unit == "u4"] == [
        ("copy", False),
        ("assist", True),
    ]


# ── sending back ──


def test_the_window_runs_from_where_the_policy_says() -> None:
    """Received at 10:00 and signed at 12:00 the next day: 24 hours from receipt are over, from signing they are not."""
    for start, allowed in (("received", False), ("signed", True)):
        rule = SendBackRule(TimeLimit.parse("24h"), start=start, basis="test")
        life = Life(small_policy(send_back=rule)).take("dispatched")
        life.do(c.Sign(HANDLER), life.at + 26 * HOUR)
        if allowed:
            life.do(c.SendBack(HANDLER, "x"))
        else:
            assert refusal(life, c.SendBack(HANDLER, "x")) == "send-back-late"


def test_a_late_send_back_may_be_taken_and_counts_as_overdue() -> None:
    """A digest of provincial rules (handbook §4): within 2-3 hours after signing, later counts as overdue."""
    rule = SendBackRule(TimeLimit.parse("3h"), late="overdue", basis="handbook §4")
    life = Life(small_policy(send_back=rule)).take("signed")
    late, back = life.do(c.SendBack(HANDLER, "x"), life.at + 3 * HOUR)[:2]
    assert isinstance(late, e.FellOverdue)
    assert isinstance(back, e.SentBack)
    assert (late.clock, late.due, back.late) == ("A1", life.at, True)
    assert life.order.status is Status.DISPUTED


def test_only_the_reasons_the_policy_knows_count() -> None:
    rule = SendBackRule(reasons={"not-our-duty": "不属本单位职责"}, basis="test")
    life = Life(small_policy(send_back=rule)).take("signed")
    assert refusal(life, c.SendBack(HANDLER, "too-hard")) == "unknown-reason"
    life.do(c.SendBack(HANDLER, "not-our-duty"))


def test_the_first_receiver_keeps_what_it_has_signed() -> None:
    """首接负责制, 北京市接诉即办工作条例 art. 14."""
    rule = SendBackRule(first_receiver=True, basis="北京条例 第十四条")
    life = Life(small_policy(send_back=rule)).take("signed")
    assert (refusal(life, c.SendBack(HANDLER, "x")), life.order.first_receiver) == ("first-receiver", "u1")
    unsigned = Life(small_policy(send_back=rule)).take("dispatched")
    unsigned.do(c.SendBack(HANDLER, "x"))
    unsigned.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    unsigned.do(c.Sign(of_unit("u2")))
    unsigned.do(c.SendBack(of_unit("u2"), "x"))


def test_a_dispute_has_its_time_and_may_be_left_to_the_government_of_the_area() -> None:
    """北京条例 art. 12(2): the unit is unclear, the district is known."""
    life = under(limits=(limit("5wd"), limit("1wd", Stage.ADJUDICATE))).take("signed")
    life.do(c.SendBack(HANDLER, "x"), datetime(2026, 11, 16, 10, tzinfo=CST))
    clock = life.order.clocks.stage
    assert clock is not None
    assert (clock.stage, clock.deadline.due_day) == (Stage.ADJUDICATE, date(2026, 11, 17))
    life.do(c.Adjudicate(DISPATCHER, "backstop"))
    assert (life.order.holder, life.order.clocks.stage) == ("east", None)
    assert refusal(Life().take("disputed"), c.Adjudicate(DISPATCHER, "backstop")) == "unit-needed"


def test_assistants_send_backs_are_counted_apart() -> None:
    life = Life(small_policy(send_back=SendBackRule(most=1))).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.SendBack(of_unit("u3"), "x"))
    assert (life.order.counts.sent_back, life.order.counts.handovers.assists_sent_back) == (0, 1)
    life.do(c.SendBack(HANDLER, "x"))
    assert (life.order.counts.sent_back, life.order.counts.handovers.refused) == (1, ("u1",))


# ── problem orders ──


def test_tv71_what_three_units_refuse_becomes_a_problem_order() -> None:
    """巴彦淖尔: 转办 3 个部门无人牵头 → 问题工单 → 属地政府提级督办."""
    life = under(dispatching=Dispatching(problem=BAYANNUR)).take("signed")
    for unit in ("u1", "u2", "u1"):
        life.do(c.SendBack(of_unit(unit), "not-our-duty"))
        assert life.order.problem is None
        life.do(c.Adjudicate(DISPATCHER, "reassign", {"u1": "u2", "u2": "u1"}[unit]))
    life.do(c.SendBack(of_unit("u2"), "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u3"))
    assert life.order.problem is None  # four times sent back, by two units
    life.do(c.SendBack(of_unit("u3"), "not-our-duty"))
    problem = life.order.problem
    assert problem is not None
    assert (problem.reason, problem.times, problem.to, problem.at) == ("refused", 3, "east", life.at)
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u4"))
    assert not any(isinstance(x, e.Escalated) for x in life.do(c.SendBack(of_unit("u4"), "x")))


def test_becoming_a_problem_order_sets_the_ladder_off() -> None:
    ladder = (Rung("raised", "提级督办", None, "x", trigger="problem", at_once=True),)
    life = under(dispatching=Dispatching(problem=ProblemRule(1)), ladder=ladder).take("signed")
    told = life.do(c.SendBack(HANDLER, "not-our-duty"))
    assert [x.rung for x in told if isinstance(x, e.Supervised)] == ["raised"]


def test_tv70_what_is_unsolved_after_three_redos_becomes_a_problem_order() -> None:
    """巴彦淖尔: 重办 3 次仍未解决."""
    life = under(dispatching=Dispatching(problem=BAYANNUR), reopen=ReopenRule(3)).take("following-up")
    for time in range(3):
        assert life.order.problem is None
        life.do(c.Reopen(CALLER))
        assert life.order.counts.reopened == time + 1
        life.do(c.Reply(HANDLER, solved=True))
        life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied"))
    problem = life.order.problem
    assert problem is not None
    assert (problem.reason, problem.times, problem.to) == ("redone", 3, "east")


def test_a_fourth_redo_says_as_much_as_a_call() -> None:
    life = under(dispatching=Dispatching(problem=BAYANNUR)).take("closed")
    for _ in range(3):
        life.do(c.Reopen(SUPERVISOR))
        life.do(c.Reply(HANDLER))
        life.do(c.Review(REVIEWER))
        life.do(c.Close(CALLER))
    assert life.order.problem is None
    life.do(c.Reopen(SUPERVISOR))
    assert life.order.problem is not None


def test_without_a_rule_nothing_is_a_problem_and_the_territory_may_be_a_named_unit() -> None:
    off = Life(small_policy(routes=ROUTES)).take("signed")
    named = under(dispatching=Dispatching(problem=ProblemRule(1, to="u3", basis="test"))).take("signed")
    for life in (off, named):
        life.do(c.SendBack(HANDLER, "x"))
    assert off.order.problem is None
    assert named.order.problem is not None
    assert named.order.problem.to == "u3"
