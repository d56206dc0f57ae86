"""Taking a request in: the six ways to dispose of it, offers to 110, lines, types, what a record lacks."""

from __future__ import annotations

from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Actor, Role
from hotline12345.core.errors import CommandError, RequestError
from hotline12345.core.order import Status
from hotline12345.core.policy import AcceptedType, Line, LinkageRule, RecordRule, RepeatRule, ScopeRule
from hotline12345.core.record import lacking, likeness
from hotline12345.core.request import Kind, Request, Requester, Urgency
from hotline12345.core.sla import TimeLimit
from hotline12345.testing.orders import (
    ACTORS,
    AGENT,
    AT,
    DISPATCHER,
    HANDLER,
    REQUESTER,
    SYSTEM,
    Life,
    of_unit,
    small_policy,
)

HEATING = "城乡建设/供热"


def life_of(request: dict[str, Any] | None = None, **policy: Any) -> Life:
    given = {"kind": Kind.COMPLAINT, "category": HEATING, "area": "210102"} | (request or {})
    return Life(small_policy(**policy), request=Request(AT, **given))


def refused(life: Life, command: c.Command) -> CommandError:
    before = life.order
    with pytest.raises(CommandError) as caught:
        life.do(command)
    assert life.order is before
    assert caught.value.hint("zh")
    return caught.value


def codes(event: Any) -> list[str]:
    return [finding.code for finding in event.findings]


# ── the ways to dispose of a request: 国办函〔2025〕66号 (2), 北京条例 art. 11 ──

LIST = (
    ScopeRule("litigation", "legal", "请向人民法院提出", "art. 11(2)", (), ("对判决不服",), "12368"),
    ScopeRule("secret", "explain", "涉密事项不能办理", "art. 11(4)", (), ("打听国家秘密",)),
    ScopeRule("unlawful", "dissuade", "请依法反映诉求", "art. 11(6)", (), ("组织堵路",)),
    ScopeRule("market", "channel", "请与商家协商或通过市场渠道解决", "art. 11(5)", (), ("代我买菜",), "社会渠道"),
    ScopeRule(
        "nobody", "decline", "请留下联系方式和具体地址", "undated page, item 8", (), (), "", ("contact", "place")
    ),
)


@pytest.mark.parametrize(
    ("text", "status", "route", "told"),
    [
        ("我对判决不服", Status.REFERRED, "legal", "12368"),
        ("代我买菜送上门", Status.REFERRED, "channel", "社会渠道"),
        ("我要打听国家秘密", Status.DECLINED, "explain", "涉密事项不能办理"),
        ("明天组织堵路", Status.DECLINED, "dissuade", "请依法反映诉求"),
    ],
)
def test_each_way_records_its_reason_its_article_and_the_route_told(
    text: str, status: Status, route: str, told: str
) -> None:
    life = life_of(scope=LIST)
    (event,) = life.do(c.Accept(SYSTEM, text=text))
    assert life.order.status is status
    if isinstance(event, e.Referred):
        assert (event.route, event.to) == (route, told)
    else:
        assert isinstance(event, e.Declined)
        assert (event.how, event.told) == (route, told)
    assert event.basis.startswith("art. 11")
    assert life.order.wake is None


def test_what_lacks_all_a_rule_names_is_declined_and_what_lacks_less_is_not():
    assert small_policy(scope=LIST).asks == ("contact", "place")
    unclear = life_of(scope=LIST)
    unclear.do(c.Accept(SYSTEM, text="有问题", lacks=("contact", "place")))
    assert unclear.order.outcome.reason == "nobody"
    reachable = life_of(scope=LIST)
    (accepted,) = reachable.do(c.Accept(SYSTEM, text="有问题", lacks=("place",)))
    assert codes(accepted) == ["lacks.place"]


def test_who_declines_by_a_reason_of_the_list_tells_what_the_list_says():
    life = life_of(scope=LIST)
    (event,) = life.do(c.Decline(AGENT, "secret"))
    assert isinstance(event, e.Declined)
    assert (event.how, event.told, event.basis) == ("explain", "涉密事项不能办理", "art. 11(4)")
    other = life_of(scope=LIST)
    (event,) = other.do(c.Decline(AGENT, "secret", told="已口头说明", basis="art. 9"))
    assert isinstance(event, e.Declined)
    assert (event.told, event.basis) == ("已口头说明", "art. 9")


AGAIN = c.Similar("7", True, True, True, False, HEATING)


@pytest.mark.parametrize(("open_", "how"), [(True, "progress"), (False, "result")])
def test_tv75_the_same_matter_of_the_same_requester_is_told_progress_or_result(open_: bool, how: str) -> None:
    """北京市接诉即办工作条例 art. 11(3): no new order; TV-75."""
    life = life_of(repeat=RepeatRule("auto", basis="art. 11(3)"))
    (event,) = life.do(c.Accept(SYSTEM, similar=(AGAIN._replace(open=open_),)))
    assert isinstance(event, e.Answered)
    assert (event.how, event.source) == (how, "7")
    assert life.order.status is Status.ANSWERED
    assert not life.order.assignments
    assert event.findings[0] == ("repeat", "7", "art. 11(3)")


@pytest.mark.parametrize(
    ("own", "similar", "more", "found"),
    [
        ("suggest", AGAIN, {}, ["repeat"]),
        ("off", AGAIN, {}, []),
        ("auto", AGAIN, {"new_fact": True}, ["repeat", "new-fact"]),
        ("auto", AGAIN._replace(same=False), {}, ["repeat"]),
        ("auto", AGAIN._replace(category="公安"), {}, ["repeat"]),
        ("auto", AGAIN._replace(same_requester=False), {}, ["similar"]),
        ("auto", AGAIN, {"disposition": "handle"}, ["repeat"]),
    ],
)
def test_a_new_fact_another_matter_or_another_person_is_handled(
    own: str, similar: c.Similar, more: dict[str, Any], found: list[str]
) -> None:
    life = life_of(repeat=RepeatRule(own))
    (accepted,) = life.do(c.Accept(AGENT, similar=(similar,), **more))
    assert isinstance(accepted, e.Accepted)
    assert codes(accepted) == found


def test_an_emergency_is_never_told_that_it_has_been_there_before():
    life = life_of(repeat=RepeatRule("auto"))
    life.do(c.Accept(SYSTEM, urgency=Urgency.EMERGENCY, similar=(AGAIN,)))
    assert (life.order.status, life.order.outcome.to) == (Status.REFERRED, "110")


# ── 12345 and 110: 国办发〔2022〕12号 ──

LINKED = {"linkage": LinkageRule("first-receiver", basis="国办发〔2022〕12号")}


def test_tv77_undecided_whoever_received_it_first_accepts_it():
    """国办发〔2022〕12号: still undecided, the platform that received it first accepts it; TV-77."""
    life = life_of(**LINKED)
    (offered,) = life.do(c.Offer(AGENT, "110", "undecided", "here"))
    assert isinstance(offered, e.Offered)
    assert offered.basis == "国办发〔2022〕12号"
    for turning_away in (c.Refer(AGENT, "emergency", "110"), c.Decline(AGENT, "not-ours")):
        assert refused(life, turning_away).code == "first-receiver"
    # Even what sounds like an emergency is handled here now.
    life.do(c.Accept(SYSTEM, urgency=Urgency.EMERGENCY))
    assert life.order.status is Status.ACCEPTED
    life.do(c.Offer(AGENT, "110", "taken"))  # they take it after all
    assert (life.order.status, life.order.outcome.to) == (Status.REFERRED, "110")


def test_tv77_received_there_first_it_goes_there():
    life = life_of(**LINKED)
    told = life.do(c.Offer(ACTORS[Role.OPERATOR], "110", "undecided", "there"))
    assert [type(event) for event in told] == [e.Offered, e.Referred]
    assert life.order.outcome.to == "110"


def test_without_a_rule_nobody_is_made_to_accept_what_is_undecided():
    life = life_of()
    assert refused(life, c.Offer(AGENT, "110", "undecided")).code == "no-linkage-rule"
    life.do(c.Offer(AGENT, "110", "declined"))
    assert life.order.status is Status.RECEIVED
    assert refused(life, c.Offer(AGENT, "114", "taken")).code == "unknown-number"
    assert refused(life, c.Offer(AGENT, "110", "lost")).code == "unknown-outcome"


# ── lines and types ──

KEY_SIX = Line("business", "营商环境专线", "12345-6", "6", unit="u9", urgency=Urgency.URGENT)


def test_a_line_is_known_by_its_key_and_says_how_urgent_and_whose_its_orders_are():
    life = life_of({"line": "6"}, lines=(KEY_SIX,))
    assert life.order.intake.line == "business"
    life.do(c.Accept(AGENT))
    assert life.order.topic is not None
    assert life.order.topic.urgency is Urgency.URGENT
    (sent,) = life.do(c.Dispatch(DISPATCHER))
    assert isinstance(sent, e.Dispatched)
    assert (sent.unit, sent.rule, sent.basis) == ("u9", "line.business", "12345-6")
    life.do(c.SendBack(of_unit("u9"), "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER))
    assert refused(life, c.Dispatch(DISPATCHER)).code == "already-sent-back"


def test_an_unknown_line_is_refused_where_the_place_has_lines_and_kept_where_it_has_none():
    with pytest.raises(RequestError) as caught:
        life_of({"line": "9"}, lines=(KEY_SIX,))
    assert caught.value.code == "unknown-line"
    assert "business" in caught.value.hint("en")
    assert life_of({"line": "9"}).order.intake.line == "9"


def test_a_line_with_people_of_its_own_is_taken_by_them():
    line = Line("dialect", "方言专席", "66号（四）", takes="seat-3")
    life = life_of({"line": "dialect"}, lines=(line,))
    assert refused(life, c.Accept(AGENT)).code == "other-line"
    life.do(c.Accept(Actor("7", "seat-3", frozenset({Role.AGENT}))))
    assert life.order.status is Status.ACCEPTED


TYPES = (
    AcceptedType("business", "营商环境投诉", "S4", lines=("business",)),
    AcceptedType(
        "consumer", "消费投诉", "S4", (Kind.COMPLAINT,), ("城乡建设",),
        within=(
            AcceptedType("heat", "供热", "S4", categories=(HEATING,)),
            AcceptedType("rude", "态度", "S4", words=("态度",)),
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "text", "found"),
    [
        ({}, "", ["type.consumer.heat"]),
        ({"category": "城乡建设/供水"}, "", ["type.consumer"]),
        ({"category": "城乡建设/供水"}, "态度很差", ["type.consumer.rude"]),
        ({"kind": Kind.HELP}, "", []),
        ({"line": "6", "kind": Kind.HELP}, "", ["type.business"]),
        ({"category": "城乡建设局"}, "", []),
    ],
)
def test_a_request_lands_in_the_platforms_type_and_its_sub_type(
    request_: dict[str, Any], text: str, found: list[str]
) -> None:
    life = life_of(request_, types=TYPES, lines=(KEY_SIX,))
    (accepted,) = life.do(c.Accept(AGENT, text=text))
    assert codes(accepted) == found


# ── the record: handbook §15 item 8, Beijing art. 10 ──

ALL = ("name", "contact", "time", "place", "cause", "course")
WHOLE = {
    "requester": {"name": "张三", "phone": "13800138000"},
    "title": "停水",
    "text": "昨天晚上停水，至今没来",
    "address": "中山路 1 号",
}


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, ()),
        ({"requester": {"phone": "13800138000"}}, ("name",)),
        ({"requester": {"name": "张三"}}, ("contact",)),
        ({"text": "停水了"}, ("time",)),
        ({"text": "停水了", "happened": "2026-09-28T10:00:00+08:00"}, ()),
        ({"address": ""}, ("place",)),
        ({"text": ""}, ("time", "course")),
        ({"text": "", "title": ""}, ("time", "cause", "course")),
    ],
)
def test_what_a_record_lacks_is_named(changes: dict[str, Any], lacks: tuple[str, ...]) -> None:
    assert lacking(ALL, WHOLE | changes) == lacks


def test_an_anonymous_record_needs_no_name_and_a_division_says_where():
    assert lacking(ALL, WHOLE | {"requester": {"phone": "1"}, "address": ""}, "210102", True) == ()
    assert lacking((), {}) == ()


WAITS = {"record": RecordRule(("time", "place"), TimeLimit.parse("1wd"), "Tai'an")}


def test_an_incomplete_request_waits_for_its_supplement_and_is_accepted_then():
    """泰安: 待受理 → 待补充/已受理."""
    life = life_of(**WAITS)
    (asked,) = life.do(c.Accept(SYSTEM, lacks=("place",)))
    assert isinstance(asked, e.SupplementAsked)
    assert (asked.lacks, life.order.status) == (("place",), Status.RECEIVED)
    assert life.order.wake is not None
    assert asked.until is not None
    assert asked.until.due_day is not None
    assert asked.until.due_day.isoformat() == "2026-09-29"
    life.do(c.Supplement(REQUESTER, "在中山路", ("place",)))
    assert life.order.wake is None
    (accepted,) = life.do(c.Accept(AGENT, lacks=("place",)))  # what the first record says is known to be mended
    assert isinstance(accepted, e.Accepted)
    assert codes(accepted) == []


def test_what_is_not_added_in_time_is_told_once_and_may_still_be_accepted():
    life = life_of(**WAITS)
    life.do(c.Accept(SYSTEM, lacks=("place",)))
    assert refused(life, c.Supplement(REQUESTER, "", ("colour",))).code == "unknown-element"
    late = life.do(c.Tick(SYSTEM), at=AT.replace(month=10, day=9))
    assert [(type(event), getattr(event, "clock", "")) for event in late] == [(e.FellOverdue, "supplement")]
    assert life.do(c.Tick(SYSTEM)) == ()
    (accepted,) = life.do(c.Accept(AGENT, lacks=("place",)))
    assert codes(accepted) == ["lacks.place"]
    assert life.order.wake is None


def test_nobody_is_waited_for_who_cannot_be_reached_or_where_the_place_does_not_wait():
    unreachable = life_of(record=RecordRule(("contact", "place"), TimeLimit.parse("1wd")))
    (accepted,) = unreachable.do(c.Accept(SYSTEM, lacks=("contact", "place")))
    assert codes(accepted) == ["lacks.contact", "lacks.place"]
    patient = life_of(record=RecordRule(("place",)))
    (accepted,) = patient.do(c.Accept(SYSTEM, lacks=("place",)))
    assert isinstance(accepted, e.Accepted)


def test_a_supplement_to_a_reply_under_follow_up_stops_no_other_clock():
    life = life_of(**WAITS)
    life.do(c.Accept(SYSTEM, lacks=("place",)))
    life.do(c.Accept(AGENT, lacks=("place",)))
    life.do(c.Dispatch(DISPATCHER, "u1"))
    life.do(c.Reply(HANDLER, solved=True))
    clock = life.order.clocks.stage
    assert clock is not None
    life.do(c.Supplement(REQUESTER, "", ("place",)))
    assert life.order.clocks.stage == clock


def test_likeness_is_of_the_words_and_not_of_their_widths_and_stops():
    assert likeness("小区 停水！", "小区停水") == 100
    assert likeness("ＡＢ１２", "ab12") == 100
    assert likeness("小区停水", "路灯不亮") == 0
    assert likeness("", "") == likeness("水", "火") == 0
    # 停水 is the one pair of three and of one: 2·1 of 4
    assert likeness("小区停水", "停水") == 50


def test_what_happened_when_is_private_and_needs_an_offset():
    request = Request(AT, happened=AT, requester=Requester("张三"))
    assert request.private()["happened"] == AT.isoformat()
    assert "happened" not in Request(AT).private()
    with pytest.raises(RequestError) as caught:
        Request(AT, happened=AT.replace(tzinfo=None))
    assert caught.value.code == "naive-time"
