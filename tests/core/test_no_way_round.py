"""What a rule forbids is not had by a detour: over a redo, a second offer, one's own override, an end."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Role
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CalendarError, CommandError, RequestError
from hotline12345.core.order import Status
from hotline12345.core.policy import (
    Dispatching,
    GrassrootsRule,
    LinkageRule,
    ReopenRule,
    Rung,
    SendBackRule,
    SuspensionRule,
)
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import TimeLimit
from hotline12345.testing.orders import (
    ACTORS,
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    REQUESTER,
    REVIEWER,
    Life,
    limit,
    of_unit,
    small_policy,
)

UNITS = (
    Unit("city", "市", Grade.CITY, "", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre")
EAST, STREET = of_unit("east"), of_unit("street")


def refusal(life: Life, command: c.Command, at: datetime | None = None) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command, at)
    assert life.order is before
    return refused.value.code


def answered(life: Life) -> Life:
    for command in (c.Reply(HANDLER, solved=False), c.Review(REVIEWER)):
        life.do(command)
    return life


def test_tv72_a_designated_unit_stays_designated_in_the_redo() -> None:
    """潍坊条例 art. 22: 被指定的承办单位不得再次退回."""
    life = Life().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "u1", designate=True))
    answered(life).do(c.Reopen(CALLER))
    assert refusal(life, c.SendBack(HANDLER, "not-our-duty")) == "designated"
    life.do(c.Recall(DISPATCHER))  # the centre may think better of it
    life.do(c.Dispatch(DISPATCHER, "u1"))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    assert life.order.status is Status.DISPUTED


def test_the_redo_of_another_unit_is_not_designated() -> None:
    life = Life().take("accepted")
    life.do(c.Dispatch(DISPATCHER, "u1", designate=True))
    answered(life).do(c.Reopen(CALLER, unit="u2"))
    life.do(c.SendBack(of_unit("u2"), "not-our-duty"))
    assert life.order.status is Status.DISPUTED


@pytest.mark.parametrize("comes_back", [c.Reply(STREET), c.SendBack(STREET, "not-our-duty")])
def test_the_redo_goes_to_the_unit_that_answered_and_not_to_the_one_below_it(comes_back: c.Command) -> None:
    """北京条例 art. 14: who has it from the centre answers for it, whoever did the work."""
    life = Life(small_policy(routes=ROUTES)).take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    life.do(c.Dispatch(EAST, "street"))
    for command in (comes_back, c.Reply(EAST), c.Review(REVIEWER), c.Reopen(CALLER)):
        life.do(command)
    assert life.order.holder == "east"


@pytest.mark.parametrize("end", ["terminated", "answered"])
def test_a_suspension_of_the_first_handling_does_not_stop_the_redo(end: str) -> None:
    """青浦夏阳 2022: a redo has three working days; from Monday 28 September they end on 8 October."""
    rules = small_policy(
        suspension=SuspensionRule(("awaiting-requester",)), reopen=ReopenRule(limit=TimeLimit.parse("3wd"))
    )
    life = Life(rules).take("signed")
    life.do(c.Suspend(DISPATCHER, "awaiting-requester"))
    if end == "terminated":
        life.do(c.Terminate(REVIEWER, "no-such-place"))
        life.do(c.Reopen(DISPATCHER, unit="u1"))
    else:
        answered(life).do(c.Reopen(CALLER))
    assert life.order.suspended is None
    lead = life.order.lead
    assert lead is not None
    assert lead.handle is not None
    assert lead.handle.deadline.due_day == date(2026, 10, 8)
    assert [event.reason for event in life.log if isinstance(event, e.Resumed)] == ["reopened"]


@pytest.mark.parametrize("role", [Role.HANDLER, Role.UNIT_HEAD])
def test_a_county_does_not_set_the_guard_of_the_grassroots_aside_for_itself(role: Role) -> None:
    """潍坊条例 art. 24: a county may not push a department's matter to its towns."""
    guard = Dispatching(grassroots=GrassrootsRule(True, basis="国办函〔2025〕66号（五）"))
    life = Life(small_policy(routes=ROUTES, dispatching=guard)).take("accepted")
    life.do(c.Dispatch(DISPATCHER, "east"))
    life.do(c.Sign(EAST))
    assert refusal(life, c.Dispatch(of_unit("east", role), "street", override="flood-relief")) == "grassroots"
    life.do(c.Recall(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, "street", override="flood-relief"))
    assert life.order.holder == "street"


def test_tv77_a_second_offer_does_not_undo_who_received_it_first() -> None:
    """国办发〔2022〕12号: the platform that received it first accepts it."""
    life = Life(small_policy(linkage=LinkageRule("first-receiver", basis="国办发〔2022〕12号")))
    life.do(c.Offer(AGENT, "110", "undecided", "here"))
    assert refusal(life, c.Offer(AGENT, "110", "undecided", "there")) == "first-receiver"
    life.do(c.Offer(AGENT, "110", "declined"))
    assert refusal(life, c.Decline(AGENT, "not-ours")) == "first-receiver"
    life.do(c.Offer(AGENT, "110", "taken"))
    assert life.order.status is Status.REFERRED


def test_a_send_back_after_the_limit_has_been_missed_is_overdue_once() -> None:
    late = SendBackRule(TimeLimit.parse("24h"), start="received", late="overdue", basis="library default")
    life = Life(small_policy(send_back=late)).take("signed")
    missed = datetime(2026, 10, 12, 9, tzinfo=CST)
    life.do(c.Tick(SYSTEM), missed)
    (back,) = life.do(c.SendBack(HANDLER, "not-our-duty"))
    assert isinstance(back, e.SentBack)
    assert back.late
    told = [x for x in life.log if isinstance(x, e.FellOverdue) and (x.clock, x.stage.value) == ("A1", "handle")]
    assert len(told) == 1


@pytest.mark.parametrize("drop", [c.Withdraw(REQUESTER), c.Void(ADMIN, "test-call")])
def test_an_order_on_which_others_wait_is_neither_withdrawn_nor_voided(drop: c.Command) -> None:
    """国办函〔2025〕66号（五）: repeats are merged; whoever merged has no other order to be answered by."""
    life = Life().take("signed")
    life.do(c.Join(SYSTEM, ("2",)))
    assert refusal(life, drop) == "others-joined"
    for command in (c.Reply(HANDLER, solved=True), c.Review(REVIEWER), c.FollowUp(CALLER, caller="2", solved=True)):
        life.do(command)
    life.do(drop)
    assert not life.order.is_open


@pytest.mark.parametrize("word", ["13800138000", "a-13800138000", "210102199001011234", "not-our-duty\n"])
def test_no_telephone_and_no_identity_number_passes_for_a_code(word: str) -> None:
    with pytest.raises(RequestError, match="reason"):
        c.SendBack(HANDLER, word)


def test_deferring_what_is_late_already_does_not_make_it_in_time() -> None:
    """Handbook TV-83: after expiry it counts overdue; 济南条例 art. 24 has the date told within the five days."""
    life = Life().take("signed")
    life.do(c.Tick(SYSTEM), datetime(2026, 10, 12, 9, tzinfo=CST))  # due on 10 October, TV-01
    life.do(c.Defer(DISPATCHER, datetime(2026, 12, 1, tzinfo=CST), "no-budget"))
    clock, lead = life.order.citizen, life.order.lead
    assert clock is not None
    assert lead is not None
    assert lead.handle is not None
    assert (clock.deadline.due_day, lead.handle.deadline.due_day) == (date(2026, 10, 10), date(2026, 11, 30))
    life.do(c.Reply(HANDLER, solved=True))
    assert life.order.on_time is False


def test_a_statute_counts_the_citizens_clock_from_its_start_whatever_has_been_extended() -> None:
    """济南条例 art. 24(2): the law's own limit, and the five days granted; dispatched the instant it was received."""
    rules = small_policy(limits=(limit("5wd"),))
    life = Life(rules)
    for command in (c.Accept(DISPATCHER), c.Dispatch(DISPATCHER, "u1")):
        life.do(command, AT)
    life.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    life.do(c.GrantExtension(DISPATCHER))
    life.do(c.ApplyStatute(DISPATCHER, limit=TimeLimit.parse("10wd"), basis="某法"))
    clock, lead = life.order.citizen, life.order.lead
    assert clock is not None
    assert lead is not None
    assert lead.handle is not None
    # Ten working days from Monday 28 September end on 16 October, and five more on the 23rd.
    assert (clock.deadline.due_day, lead.handle.deadline.due_day) == (date(2026, 10, 23), date(2026, 10, 23))


def test_a_notice_given_by_hand_in_time_leads_to_no_criticism_of_a_unit_in_time() -> None:
    """Handbook §5 (fsou rule): criticism is for who is more than five working days overdue after being urged."""
    notice = Rung("notice", "催办通知书", TimeLimit.parse("1d"), "fsou", on_day=True)
    criticism = Rung("criticism", "书面通报批评", TimeLimit.parse("5wd"), "fsou", since="rung")
    life = Life(small_policy(limits=(limit("20wd"),), ladder=(notice, criticism))).take("signed")
    life.do(c.Supervise(ACTORS[Role.SUPERVISOR], "notice"))
    life.do(c.Tick(SYSTEM), datetime(2026, 10, 30, tzinfo=CST))  # due on 30 October
    assert life.order.counts.rungs == ("notice",)


def test_the_supervisor_may_still_reopen_for_a_town_with_a_reason() -> None:
    guard = Dispatching(grassroots=GrassrootsRule(True, basis="国办函〔2025〕66号（五）"))
    life = Life(small_policy(routes=ROUTES, dispatching=guard)).take("closed")
    life.do(c.Reopen(ACTORS[Role.SUPERVISOR], unit="street", override="flood-relief"))
    assert life.order.holder == "street"


def test_an_instant_past_the_last_year_is_refused_in_words() -> None:
    life = Life().take("signed")
    until = datetime.fromisoformat("9999-12-31T23:59:59-08:00")
    with pytest.raises(CalendarError) as refused:
        life.do(c.Defer(DISPATCHER, until, "no-budget"))
    assert refused.value.code == "out-of-reach"
