"""The rule vectors of the domain handbook (§14) that go through the whole flow; each names its source."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from attrs import evolve as change

from hotline12345 import CommandError, Hotline, Kind, Pack, Request, Requester, RequestError, TimeLimit, load_pack
from hotline12345 import commands as c
from hotline12345.core.actor import SYSTEM, Actor
from hotline12345.core.calendar import CST
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import ExtensionRule, SendBackRule
from hotline12345.core.scoring import facts, measure
from hotline12345.numbers import parse_number
from hotline12345.view import view

AGENT = Actor.parse("agent@centre/1")
DISPATCHER = Actor.parse("dispatcher@centre/2")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=CST)


def hotline_under(**changes: object) -> Hotline:
    """Return a hotline of Shenyang's pack with some of its rules changed."""
    pack = load_pack("shenyang")
    edition = change(pack.newest, **changes)
    return Hotline(Pack(pack.name, pack.place, pack.title, (edition,)), "memory:", secrets=b"vectors!" * 4)


def complaint(hotline: Hotline, at: datetime = MONDAY, text: str = "小区物业乱收费") -> Order:
    request = Request(at, text, text, Requester(phone="13800000000"), Kind.COMPLAINT, "城乡建设/物业管理", "210103")
    return hotline.receive(request, by=AGENT, at=at)


def handler_of(order: Order, role: str = "handler") -> Actor:
    return Actor.parse(f"{role}@{order.holder}/1")


def test_tv72_a_designated_order_is_not_returned():
    """潍坊市12345政务服务便民热线条例 art. 22."""
    hotline = hotline_under()
    order = complaint(hotline)
    number, unit = order.number, order.holder
    hotline.handle(number, c.SendBack(handler_of(order), reason="not-our-duty"), at=MONDAY)
    order = hotline.handle(number, c.Adjudicate(DISPATCHER, decision="designate", unit=unit), at=MONDAY)
    with pytest.raises(CommandError) as refused:
        hotline.handle(number, c.SendBack(handler_of(order), reason="not-our-duty"), at=MONDAY)
    assert refused.value.code == "designated"
    assert hotline.order(number) == order


def test_tv76_a_knife_goes_to_110_at_once_and_the_order_is_a_record_only():
    """国办函〔2025〕66号（二）; 北京市接诉即办工作条例 art. 11(1)."""
    hotline = hotline_under()
    order = hotline.receive(Request(MONDAY, "", "小区门口有人持刀伤人，快来人"), by=AGENT, at=MONDAY)
    assert order.status is Status.REFERRED
    assert order.outcome.reason == "emergency"
    assert order.outcome.to == "110"
    assert not order.assignments
    assert hotline.tick(MONDAY + timedelta(days=400)).overdue == 0


def test_tv80_a_confidential_reporter_is_not_told_to_the_unit_reported():
    """济南市12345市民服务热线条例 art. 16, 32; that somebody looked is the host's to log."""
    hotline = hotline_under()
    who = Requester("王某某", "13800000000")
    text = "举报该单位收费不开票，我叫王某某，电话13800000000"
    request = Request(MONDAY, text, text, who, Kind.REPORT, "城乡建设/物业管理", "210103", confidential=True)
    order = hotline.receive(request, by=AGENT, at=MONDAY)
    for purpose in ("read", "contact"):
        seen = view(order, hotline.words(order.number), handler_of(order, "unit-head"), purpose)
        assert seen["requester"] is None
        assert "requester" in seen["withheld"]
        assert "13800000000" not in repr(seen)
        assert "王某某" not in repr(seen)


def test_tv81_an_order_number_tells_when_it_was_made():
    """An order of 泰安's platform."""
    assert parse_number("250912101108115409") == (datetime(2025, 9, 12, 10, 11, 8, tzinfo=CST), "115409")


@pytest.mark.parametrize(
    "number", ["", "2509121011081154", "259912101108115409", "25091210110811540x", "２５0912101108115409"]
)
def test_what_is_not_an_order_number_is_refused(number: str):
    with pytest.raises(RequestError) as refused:
        parse_number(number)
    assert refused.value.code == "bad-number"


def test_tv82_the_stages_of_a_real_order_sum_to_its_life():
    """泰安 trace: accepted 09:24:15, dispatched 09:41:25, handled 14:29:14, called back and closed 15:14:09."""
    day = datetime(2025, 9, 11, tzinfo=CST)
    accepted, dispatched = day.replace(hour=9, minute=24, second=15), day.replace(hour=9, minute=41, second=25)
    handled, closed = day.replace(hour=14, minute=29, second=14), day.replace(hour=15, minute=14, second=9)
    hotline = hotline_under()
    request = Request(accepted, "路灯不亮", "路灯不亮", kind=Kind.HELP, category="城乡建设/市政设施", area="210103")
    number = hotline.receive(request, by=AGENT, at=accepted, through="accept").number
    order = hotline.handle(number, c.Dispatch(DISPATCHER), at=dispatched)
    order = hotline.handle(number, c.Reply(handler_of(order), solved=True), at=handled)
    hotline.handle(number, c.Review(Actor.parse("reviewer@centre/3")), at=closed)
    caller = Actor.parse("caller@centre/4")
    order = hotline.handle(number, c.FollowUp(caller, solved=True, satisfied="satisfied"), at=closed)
    assert order.status is Status.CLOSED
    lead = order.assignments[0]
    stages = [lead.opened - order.intake.received, lead.replied - lead.opened, order.outcome.ended - lead.replied]
    assert stages == [
        timedelta(minutes=17, seconds=10),
        timedelta(hours=4, minutes=47, seconds=49),
        timedelta(minutes=44, seconds=55),
    ]
    assert sum(stages, timedelta()) == closed - accepted


def test_tv83_an_extension_asked_after_expiry_is_refused_and_the_order_is_overdue():
    """A city bureau's rule: 时限届满前申请 (handbook §4)."""
    hotline = hotline_under(extension=ExtensionRule(most=1, approver="centre", basis="test"))
    order = complaint(hotline)
    late = order.clocks.citizen.deadline.at
    with pytest.raises(CommandError) as refused:
        hotline.handle(order.number, c.Extend(handler_of(order), TimeLimit.parse("5wd")), at=late)
    assert refused.value.code == "extension-late"
    assert hotline.tick(late).overdue >= 1


def test_tv84_a_second_extension_is_refused_where_one_is_the_most():
    """安阳市政务服务条例: once."""
    hotline = hotline_under(extension=ExtensionRule(most=1, approver="none", basis="安阳市政务服务条例"))
    order = complaint(hotline)
    ask = c.Extend(handler_of(order), TimeLimit.parse("5wd"))
    once = hotline.handle(order.number, ask, at=MONDAY)
    assert once.clocks.citizen.deadline.at > order.clocks.citizen.deadline.at
    with pytest.raises(CommandError) as refused:
        hotline.handle(order.number, ask, at=MONDAY)
    assert refused.value.code == "extension-too-often"


def test_tv85_a_mediation_order_does_not_count_in_satisfaction_where_the_profile_says_so():
    """皖政办秘〔2021〕65号: mediation and enforcement are handled by law, satisfaction is not pursued one-sidedly."""
    hotline = hotline_under()
    order = complaint(hotline)
    number = order.number
    hotline.handle(number, c.Reply(handler_of(order), solved=False), at=MONDAY)
    hotline.handle(number, c.Review(Actor.parse("reviewer@centre/3")), at=MONDAY)
    hotline.handle(number, c.FollowUp(Actor.parse("caller@centre/4"), satisfied="dissatisfied"), at=MONDAY)
    levels = hotline.policy_of(hotline.order(number)).satisfied_levels
    fact = facts(hotline.order(number), until=MONDAY, levels=levels)
    counted = measure([fact])[""].rate("satisfied")
    exempt = measure([fact], exempt=("城乡建设/物业管理",))[""].rate("satisfied")
    assert (counted.numerator, counted.denominator) == (0, 1)
    assert (exempt.denominator, exempt.value) == (0, None)
    assert ("exempt", 1) in exempt.excluded


@pytest.mark.parametrize(("window", "hours", "allowed"), [("24h", 23.9, True), ("24h", 24, False), (None, 200, True)])
def test_the_window_to_send_back_ends_when_the_source_says(window: str | None, hours: float, allowed: bool):
    """安阳市政务服务条例: within 24 hours, with a reason."""
    rule = SendBackRule(TimeLimit.parse(window) if window else None, None, "安阳市政务服务条例")
    hotline = hotline_under(send_back=rule)
    order = complaint(hotline)
    command = c.SendBack(handler_of(order), reason="not-our-duty")
    at = MONDAY + timedelta(hours=hours)
    if allowed:
        assert hotline.handle(order.number, command, at=at).status is Status.DISPUTED
    else:
        with pytest.raises(CommandError) as refused:
            hotline.handle(order.number, command, at=at)
        assert refused.value.code == "send-back-late"


def test_tv15_an_order_of_the_last_day_of_2026_is_provisional():
    hotline = hotline_under()
    order = complaint(hotline, datetime(2026, 12, 31, 10, tzinfo=CST))
    assert order.clocks.citizen.deadline.provisional
    assert hotline.handle(order.number, c.Tick(SYSTEM), at=datetime(2026, 12, 31, 11, tzinfo=CST)) == order
