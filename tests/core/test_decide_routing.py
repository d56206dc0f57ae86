"""Whose it is: dispatch by catalogue and by hand, downward, assistants, disputes, and the tree they grow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import Flow, ReopenRule, SendBackRule
from hotline12345.core.request import Kind, Request
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
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
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"), Claim("east", "城乡建设")), centre="centre")
EAST, STREET = of_unit("east"), of_unit("street")


def routed(**changes: object) -> Life:
    return Life(small_policy(routes=ROUTES, **changes))


def refusal(life: Life, command: c.Command, at: datetime | None = None) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command, at)
    assert life.order is before
    assert refused.value.zh
    assert refused.value.en
    return refused.value.code


def tree(order: Order) -> list[tuple[str, str, str, str, str]]:
    return [(a.id, a.parent, a.unit, a.role, a.why) for a in order.assignments]


# ── dispatch ──


def test_the_catalogue_says_where_it_goes_by_which_rule_and_who_helps():
    life = routed().take("accepted")
    lead, helper = life.do(c.Dispatch(DISPATCHER))
    assert isinstance(lead, e.Dispatched)
    assert (lead.unit, lead.rule, lead.path) == ("u1", "department-first", ("centre", "u1"))
    assert "潍坊" in lead.basis  # TV-73: the department leads, the county assists
    assert isinstance(helper, e.Assisted)
    assert (helper.unit, helper.assignment, helper.parent, helper.role) == ("east", "A2", "A1", "assist")
    assert (helper.sign, helper.handle) == (lead.sign, lead.handle)
    assert life.order.holder == "u1"


def test_the_area_may_be_given_with_the_command():
    life = routed().take("accepted")
    (lead,) = life.do(c.Dispatch(DISPATCHER, area="210181"))
    assert isinstance(lead, e.Dispatched)
    assert lead.unit == "u1"


def test_a_unit_may_be_named_by_hand_if_there_is_one():
    life = routed().take("accepted")
    assert refusal(life, c.Dispatch(DISPATCHER, "nobody")) == "unknown-unit"
    (said,) = life.do(c.Dispatch(DISPATCHER, "u2"))
    assert isinstance(said, e.Dispatched)
    assert (said.unit, said.rule) == ("u2", "by-hand")


def test_without_a_catalogue_the_unit_must_be_named():
    assert refusal(Life().take("accepted"), c.Dispatch(DISPATCHER)) == "no-catalogue"


def test_the_catalogue_does_not_send_an_order_where_it_has_just_come_from():
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER))
    assert refusal(life, c.Dispatch(SYSTEM)) == "already-sent-back"
    life.do(c.Dispatch(DISPATCHER, "u1"))


# ── downward ──


def test_the_holder_hands_it_down_and_gets_it_back():
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    assert refusal(life, c.Dispatch(EAST, "street")) == "not-signed"
    life.do(c.Sign(EAST))
    citizen = life.order.citizen
    life.do(c.Dispatch(EAST, "street"))
    assert (life.order.status, life.order.holder) == (Status.DISPATCHED, "street")
    assert refusal(life, c.Dispatch(EAST, "street")) == "downward-needs-unit"
    assert refusal(life, c.Reply(EAST)) == refusal(life, c.SendBack(EAST, "x")) == "with-subordinate"
    life.do(c.SendBack(STREET, "no-means"))
    assert (life.order.status, life.order.holder) == (Status.SIGNED, "east")
    life.do(c.Dispatch(EAST, "street"))
    life.do(c.Reply(STREET, solved=True))
    assert (life.order.status, life.order.holder) == (Status.SIGNED, "east")
    assert life.order.outcome.reply is None
    life.do(c.Reply(EAST, solved=True))
    assert (life.order.status, life.order.outcome.replied_by) == (Status.REPLIED, "east")
    assert tree(life.order) == [
        ("A1", "", "east", "lead", ""),
        ("A2", "A1", "street", "lead", "sent-back"),
        ("A3", "A1", "street", "lead", "replied"),
    ]
    assert life.order.citizen == citizen
    life.do(c.Review(REVIEWER))
    assert life.order.assignments[0].why == "replied"


@pytest.mark.parametrize(("unit", "code"), [("", "downward-needs-unit"), ("east", "downward-needs-unit")])
def test_downward_needs_another_unit(unit: str, code: str) -> None:
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    assert refusal(life, c.Dispatch(EAST, unit)) == code


def test_downward_is_down():
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    assert refusal(life, c.Dispatch(EAST, "u2")) == "not-below"
    assert refusal(life, c.Dispatch(EAST, "nobody")) == "unknown-unit"


def test_an_assistant_hands_down_in_its_own_branch():
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER))  # u1 leads, east assists
    (said,) = life.do(c.Dispatch(EAST, "street"))
    assert isinstance(said, e.Assisted)
    assert (said.parent, said.role, life.order.holder) == ("A2", "assist", "u1")
    life.do(c.Reply(STREET))
    assert tree(life.order) == [
        ("A1", "", "u1", "lead", ""),
        ("A2", "A1", "east", "assist", ""),
        ("A3", "A2", "street", "assist", "replied"),
    ]


def test_a_copy_is_nobodys_to_hand_down():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3", "copy"))
    assert refusal(life, c.Dispatch(of_unit("u3"), "u4")) == "downward-needs-unit"


# ── assistants ──


def test_an_assistant_has_clocks_of_its_own_and_a_copy_has_none():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"), datetime(2026, 9, 30, 10, tzinfo=CST))
    life.do(c.Assist(HANDLER, "u4", "copy"))
    helper, copy = life.order.assignments[1:]
    assert helper.handle is not None
    assert helper.sign is not None
    assert helper.handle.deadline.due_day == datetime(2026, 10, 13, tzinfo=CST).date()  # TV-02
    assert (copy.sign, copy.handle) == (None, None)
    assert (helper.parent, copy.parent) == ("A1", "A1")
    no_signing = Life(small_policy(flow=Flow(sign=False))).take("dispatched")
    no_signing.do(c.Assist(DISPATCHER, "u3"))
    assert no_signing.order.assignments[1].sign is None


def test_an_assistants_clock_may_start_with_its_signing():
    life = Life(small_policy(limits=(limit("5wd", start="signed"), limit("2wd", Stage.SIGN)))).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"), AT + timedelta(hours=5))
    helper = life.order.assignments[1]
    assert helper.handle is not None
    assert helper.handle.deadline.due_day == datetime(2026, 10, 13, tzinfo=CST).date()  # from Wednesday 30 September
    life.do(c.Sign(of_unit("u3")))
    helper = life.order.assignments[1]
    assert helper.handle is not None
    assert helper.handle.deadline.due_day == datetime(2026, 10, 10, tzinfo=CST).date()


def test_who_may_ask_whom_to_assist():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    assert refusal(life, c.Assist(DISPATCHER)) == "assist-needs-unit"
    assert refusal(life, c.Assist(DISPATCHER, "u4", "lead")) == "assist-needs-unit"
    assert refusal(life, c.Assist(of_unit("u3"), "u4")) == "not-lead"
    assert refusal(life, c.Assist(of_unit("u9"), "u4")) == "not-your-order"
    assert refusal(life, c.Assist(DISPATCHER, "u3")) == refusal(life, c.Assist(HANDLER, "u1")) == "already-assigned"
    catalogued = routed().take("accepted")
    catalogued.do(c.Dispatch(DISPATCHER, "u1"))
    assert refusal(catalogued, c.Assist(DISPATCHER, "nobody")) == "unknown-unit"


def test_an_assistants_reply_is_not_the_answer_and_its_send_back_no_dispute():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Assist(DISPATCHER, "u4"))
    life.do(c.Reply(of_unit("u3")))
    life.do(c.SendBack(of_unit("u4"), "not-our-duty"))
    assert (life.order.status, life.order.holder, life.order.outcome.reply) == (Status.SIGNED, "u1", None)
    assert [a.why for a in life.order.assignments] == ["", "replied", "sent-back"]
    assert not isinstance(life.log[-2], e.Signed)


# ── sending back and disputes ──


def test_the_last_to_send_back_leaves_it_with_the_centre():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    order = life.order
    assert (order.status, order.holder, order.pending.dispute) == (Status.DISPUTED, "", "A1")
    assert (order.counts.sent_back, order.open_assignments) == (1, ())
    assert [name for name, _, _ in order.running()] == ["citizen"]
    life.do(c.Adjudicate(DISPATCHER))
    assert (life.order.status, life.order.pending.dispute) == (Status.ACCEPTED, "")


def test_tv72_a_designated_unit_may_not_send_it_back():
    """潍坊条例 art. 22."""
    life = Life().take("disputed")
    life.do(c.Adjudicate(DISPATCHER, "designate", "u2", "三定方案"))
    assert life.order.assignments[-1].designated
    assert refusal(life, c.SendBack(of_unit("u2"), "not-our-duty")) == "designated"
    reassigned = Life().take("disputed")
    reassigned.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    reassigned.do(c.SendBack(of_unit("u2"), "not-our-duty"))


def test_an_adjudication_must_decide_something():
    life = routed().take("disputed")
    assert refusal(life, c.Adjudicate(DISPATCHER, "coin")) == "unknown-decision"
    assert refusal(life, c.Adjudicate(DISPATCHER, "designate")) == "unit-needed"
    assert refusal(life, c.Adjudicate(DISPATCHER, "reassign", "nobody")) == "unknown-unit"


def test_tv18_the_window_to_send_back_runs_from_signing_or_else_from_receipt():
    """Anyang: received 2026-09-30 16:00, 24 hours, so until 2026-10-01 16:00, through the holiday."""
    received = datetime(2026, 9, 30, 16, tzinfo=CST)
    policy = small_policy(send_back=SendBackRule(TimeLimit.parse("24h"), basis="安阳"))
    for step, at in (("dispatched", received - timedelta(hours=2)), ("signed", received - timedelta(hours=3))):
        life = Life(policy, at=at).take(step)
        assert life.at == received
        end = datetime(2026, 10, 1, 16, tzinfo=CST)
        assert refusal(life, c.SendBack(HANDLER, "x"), end) == "send-back-late"
        life.do(c.SendBack(HANDLER, "x"), end - timedelta(microseconds=1))


def test_tv19_a_window_in_working_days_skips_the_holiday():
    """Shandong: received 2026-09-30, two working days, so through Friday 2026-10-09."""
    policy = small_policy(send_back=SendBackRule(TimeLimit.parse("2wd"), basis="山东"))
    life = Life(policy, at=datetime(2026, 9, 30, 8, tzinfo=CST)).take("signed")
    assert refusal(life, c.SendBack(HANDLER, "x"), datetime(2026, 10, 10, tzinfo=CST)) == "send-back-late"
    life.do(c.SendBack(HANDLER, "x"), datetime(2026, 10, 9, 23, 59, tzinfo=CST))


def test_how_often_an_order_may_be_sent_back():
    life = Life(small_policy(send_back=SendBackRule(most=1))).take("disputed")
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert refusal(life, c.SendBack(of_unit("u2"), "x")) == "send-back-too-often"


# ── taking it away, and back again ──


def test_recalling_closes_every_desk():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Recall(DISPATCHER))
    assert (life.order.status, life.order.holder, life.order.open_assignments) == (Status.ACCEPTED, "", ())
    assert [a.why for a in life.order.assignments] == ["recalled", "recalled"]
    assert refusal(life, c.Recall(DISPATCHER)) == "not-possible-now"


def test_a_reopened_order_goes_back_to_whoever_answered_it():
    life = Life().take("closed")
    life.do(c.Reopen(SUPERVISOR))
    assert (life.order.status, life.order.holder, life.order.counts.reopened) == (Status.DISPATCHED, "u1", 1)
    other = Life().take("closed")
    other.do(c.Reopen(SUPERVISOR, unit="u2"))
    assert other.order.holder == "u2"
    assert refusal(routed().take("closed"), c.Reopen(SUPERVISOR, unit="nobody")) == "unknown-unit"


@pytest.mark.parametrize("gone", ["recalled", "sent-back"])
def test_a_reopened_order_does_not_go_back_to_whoever_had_no_part_in_it(gone: str) -> None:
    life = Life().take("signed")
    if gone == "recalled":
        life.do(c.Recall(DISPATCHER))
    else:
        life.do(c.SendBack(HANDLER, "not-our-duty"))
        life.do(c.Adjudicate(DISPATCHER))
    life.do(c.Refer(AGENT, "legal"))
    life.do(c.Reopen(DISPATCHER))
    assert (life.order.status, life.order.holder) == (Status.ACCEPTED, "")


def test_a_redo_after_a_verdict_begins_a_new_round_of_calls():
    life = Life(small_policy(reopen=ReopenRule(2))).take("following-up")
    assert life.order.outcome.attempts == 1
    life.do(c.Reopen(CALLER))
    assert life.order.outcome.verdict is None
    life.do(c.Reply(HANDLER))
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, "refused"))
    assert life.order.outcome.attempts == 1


# ── who acts for whom ──


def test_a_unit_acts_on_its_own_desk_and_says_which_where_it_has_two():
    life = Life().take("signed")
    assert refusal(life, c.Reply(of_unit("u2"))) == "not-your-order"
    assert refusal(life, c.Reply(Actor("x", "", frozenset({Role.HANDLER})))) == "not-your-order"
    assert refusal(life, c.Sign(HANDLER, "A9")) == "not-your-order"
    assert refusal(life, c.Sign(HANDLER)) == "already-signed"
    # Without a catalogue nothing keeps an order from coming back down to the same unit.
    life.do(c.Dispatch(HANDLER, "u2"))
    life.do(c.Sign(of_unit("u2")))
    life.do(c.Assist(of_unit("u2"), "u3"))
    life.do(c.Dispatch(of_unit("u2"), "u1"))
    life.do(c.Sign(HANDLER))
    assert life.order.assignments[-1].signed == life.at
    life.do(c.Reply(HANDLER, assignment="A4"))
    assert life.order.holder == "u2"


def test_a_unit_that_leads_and_assists_acts_as_the_lead():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u2"))
    life.do(c.Dispatch(HANDLER, "u2"))
    life.do(c.Sign(of_unit("u2")))
    assert [a.signed is not None for a in life.order.assignments] == [True, False, True]
    life.do(c.Sign(of_unit("u2"), "A2"))
    assert life.order.assignments[1].signed == life.at


def test_the_answer_counts_from_the_first_and_awaits_review_once():
    life = Life().take("replied")
    assert refusal(life, c.Reply(HANDLER)) == refusal(life, c.SendBack(HANDLER, "x")) == "already-replied"
    life.do(c.Review(REVIEWER))
    assert life.order.outcome.solved_claim is True


def test_a_request_without_kind_or_category_can_still_be_dispatched():
    life = Life(small_policy(routes=ROUTES), request=Request(AT))
    life.do(c.Refer(AGENT, "legal"))
    life.do(c.Reopen(ADMIN))
    (said,) = life.do(c.Dispatch(DISPATCHER))
    assert isinstance(said, e.Dispatched)
    assert (said.unit, life.order.kind) == ("centre", None)
    life.do(c.Recall(DISPATCHER))
    life.do(c.Reclassify(ADMIN, Kind.HELP, "城乡建设"))
    life.do(c.Dispatch(DISPATCHER))
    assert life.order.holder == "u1"


def test_what_is_handed_down_says_by_which_rule_and_from_whom():
    life = routed().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    (event,) = [each for each in life.do(c.Dispatch(EAST, "street")) if isinstance(each, e.Dispatched)]
    assert (event.unit, event.rule, event.parent, event.by) == ("street", "downward", "A1", EAST)
