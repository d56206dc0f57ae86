"""The way in, the answer, the call afterwards and the ends: what each decider asks for and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import ROLE_ZH, SYSTEM, Actor, Role
from hotline12345.core.classify.rules import Rule, RuleSet
from hotline12345.core.decide import decide
from hotline12345.core.errors import CommandError, RequestError
from hotline12345.core.order import Status
from hotline12345.core.policy import DEFAULT_BASIS, Flow, Rung, ScopeRule
from hotline12345.core.refs import Finding, Origin, Ref
from hotline12345.core.request import Kind, Request, Urgency
from hotline12345.core.sla import TimeLimit
from hotline12345.testing.orders import (
    ACTORS,
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    PLACE,
    REQUESTER,
    REVIEWER,
    SUPERVISOR,
    Life,
    small_policy,
)

RULES = RuleSet.compile(
    [
        Rule("lamp", "路灯", 3, "城乡建设/照明"),
        Rule("pole", "灯杆", 3, "城乡建设/照明"),
        Rule("water", "停水", 3, "城乡建设/供水"),
        Rule("advice", "建议", 3, kind=Kind.SUGGESTION),
        Rule("gas", "燃气泄漏", 1, urgency=Urgency.EMERGENCY, refer="119"),
        Rule("wages", "欠薪", 1, risk="wages"),
    ],
    norm="none",
    threshold=0.2,
)
COURT = ScopeRule("court", "legal", "去法院", "第十条", words=("判决",), to="court")
LOANS = ScopeRule("loans", "decline", "不属于公共服务", "第十一条", categories=("广告",))


def refusal(life: Life, command: c.Command) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command)
    assert life.order is before
    assert refused.value.hint("zh") or refused.value.zh
    return refused.value.code


def accepted(life: Life, **fields: Any) -> e.Accepted:
    (said,) = life.do(c.Accept(DISPATCHER, **fields))
    assert isinstance(said, e.Accepted)
    return said


def bare(**changes: Any) -> Life:
    return Life(small_policy(**changes), request=Request(AT))


# ── receive ──


def test_what_was_received_is_written_down_without_the_words():
    request = Request(
        AT, "标题", "正文", kind=Kind.HELP, category="公安", area="210102", channel="web", ref="T-1", anonymous=True,
        confidential=True, wants_reply=False, ext={"city.a": [1, {"b": None}]},
    )  # fmt: skip
    command = c.Receive(AGENT, request, PLACE, "7", Origin("210200", "3"))
    (said,) = decide(small_policy(), None, command, AT + HOUR, Ref("1", "digest"))
    assert said == e.Received(
        AT + HOUR, AGENT, PLACE, "7", AT, "web", Kind.HELP, "公安", "210102", "T-1", Ref("1", "digest"), True,
        True, False, "test", "2026-01-01", Origin("210200", "3"), None, ext={"city.a": [1, {"b": None}]},
    )  # fmt: skip


def test_the_hosts_fields_are_copied_and_must_be_json():
    mine = {"city.a": [1]}
    life = Life(request=Request(AT, ext=mine))
    life.do(c.Supplement(AGENT, ext=mine))
    mine["city.a"].append(2)
    assert [event.ext for event in life.log] == [{"city.a": [1]}] * 2
    for bad in ({"a": AT}, {"a": {1: 2}}, {"a": (1,)}, {"a": float("nan")}, {"a": [{1}]}, {3: 4}):
        with pytest.raises(RequestError) as refused:
            life.do(c.Supplement(AGENT, ext=bad))  # type: ignore[arg-type]
        assert refused.value.code == "bad-ext"
        with pytest.raises(RequestError):
            Life(request=Request(AT, ext=bad))  # type: ignore[arg-type]
    assert life.do(c.Supplement(AGENT, occurred=AT, ext={}))[0].ext is None


def test_a_receipt_may_bring_the_hosts_fields_twice():
    request = Request(AT, ext={"city.a": 1, "city.b": 1})
    command = c.Receive(AGENT, request, PLACE, "7", ext={"city.b": 2}, occurred=AT - HOUR)
    (said,) = decide(small_policy(), None, command, AT)
    assert (said.ext, said.occurred) == ({"city.a": 1, "city.b": 2}, AT - HOUR)


def test_what_is_said_to_have_happened_after_it_is_recorded_is_refused() -> None:
    life = Life()
    with pytest.raises(RequestError) as refused:
        life.do(c.Supplement(AGENT, occurred=AT + 2 * HOUR), AT + HOUR)
    assert refused.value.code == "occurred-ahead"
    assert life.do(c.Supplement(AGENT, occurred=AT + HOUR), AT + HOUR)[0].occurred == AT + HOUR


# ── accept ──


def test_what_was_given_stands_and_is_called_given():
    said = accepted(Life())
    assert (said.kind, said.kind_from, said.category, said.category_from) == (
        Kind.COMPLAINT,
        "given",
        "城乡建设/物业管理",
        "given",
    )
    assert (said.confidence, said.needs_person, said.urgency) == (1.0, False, Urgency.NORMAL)


def test_what_an_agent_says_goes_before_what_the_citizen_said():
    said = accepted(Life(), kind=Kind.HELP, category="公安", area="210103", urgency=Urgency.URGENT)
    assert (said.kind, said.category, said.area, said.urgency) == (Kind.HELP, "公安", "210103", Urgency.URGENT)


def test_where_nobody_said_it_the_rules_do_and_write_down_how_they_know():
    life = bare(rules=RULES)
    said = accepted(life, title="路灯", text="建议修路灯")
    assert (said.kind, said.kind_from, said.category, said.category_from) == (
        Kind.SUGGESTION,
        "rules",
        "城乡建设/照明",
        "rules",
    )
    assert {(hit.field, hit.start, hit.end) for hit in said.hits} == {("title", 0, 2), ("text", 3, 5), ("text", 0, 2)}


def test_where_nobody_knows_a_person_must_look():
    for life in (bare(rules=RULES), bare()):
        said = accepted(life, text="你好")
        assert (said.kind, said.kind_from, said.category, said.category_from) == (Kind.HELP, "default", "", "default")
        assert said.needs_person


def test_a_word_of_risk_is_noted_for_the_supervisors():
    said = accepted(bare(rules=RULES), text="路灯施工队欠薪")
    assert said.findings == (Finding("risk.wages", "", DEFAULT_BASIS),)


def test_of_a_text_full_of_hits_the_heaviest_are_written_down():
    said = accepted(bare(rules=RULES), text="路灯灯杆" * 40)
    assert len(said.hits) == 24


def test_an_emergency_goes_to_its_number_at_once():
    """国办函〔2025〕66号 (2); TV-76."""
    life = bare(rules=RULES)
    (said,) = life.do(c.Accept(DISPATCHER, text="燃气泄漏"))
    assert isinstance(said, e.Referred)
    assert (said.route, said.to) == ("emergency", "119")
    assert "66号" in said.basis
    by_hand = bare()
    (told,) = by_hand.do(c.Accept(DISPATCHER, urgency=Urgency.EMERGENCY))
    assert isinstance(told, e.Referred)
    assert told.to == "110"


def test_no_emergency_is_made_of_one_that_is_denied():
    said = accepted(bare(rules=RULES), text="不存在燃气泄漏，路灯不亮")
    assert said.urgency is not Urgency.EMERGENCY


def test_what_is_out_of_scope_is_referred_or_declined_with_its_basis():
    (referred,) = bare(scope=(LOANS, COURT)).do(c.Accept(DISPATCHER, title="不服判决"))
    assert isinstance(referred, e.Referred)
    assert (referred.route, referred.to, referred.basis) == ("legal", "court", "第十条")
    assert referred.findings == (Finding("court", "court", "第十条"),)
    life = bare(scope=(LOANS, COURT))
    (first,) = bare(scope=(LOANS, COURT)).do(c.Accept(DISPATCHER, title="判决不服"))  # the word begins the title
    assert type(first).__name__ == "Referred"
    (declined,) = life.do(c.Accept(DISPATCHER, category="广告/贷款"))
    assert isinstance(declined, e.Declined)
    assert (declined.reason, declined.basis, declined.told) == ("loans", "第十一条", "不属于公共服务")
    assert (life.order.status, life.order.category) == (Status.DECLINED, "广告/贷款")
    assert accepted(bare(scope=(LOANS,)), category="广告牌").findings == ()
    # A word that is denied is no word, wherever else it may stand asserted.
    assert accepted(bare(scope=(COURT,)), text="没有判决").findings == ()
    (again,) = bare(scope=(COURT,)).do(c.Accept(DISPATCHER, text="没有判决；不服判决"))
    assert isinstance(again, e.Referred)


def test_with_disposition_handle_it_is_only_noted():
    said = accepted(bare(scope=(COURT,)), text="判决", disposition="handle")
    assert said.findings == (Finding("scope.court", "court", "第十条"),)


def test_an_answer_that_did_not_do_becomes_a_worksheet_whatever_the_scope_says():
    life = bare(scope=(COURT,)).take("answered")
    assert life.order.outcome.ended is not None
    said = accepted(life, text="判决")
    assert said.findings == (Finding("scope.court", "court", "第十条"),)
    assert (life.order.status, life.order.outcome.ended) == (Status.ACCEPTED, None)


def test_a_disposition_nobody_knows_is_refused():
    assert refusal(Life(), c.Accept(DISPATCHER, disposition="dispose")) == "unknown-disposition"


def test_similar_orders_and_direct_answers_are_suggested():
    others = (c.Similar("2", True, True), c.Similar("3", False, False))
    flow = Flow(answer_kinds=(Kind.COMPLAINT,), basis="第九条")
    said = accepted(Life(small_policy(flow=flow)), similar=others)
    assert said.findings == (
        Finding("repeat", "2", DEFAULT_BASIS),
        Finding("similar", "3", DEFAULT_BASIS),
        Finding("direct-answer", "", "第九条"),
    )


# ── answered, connected, referred, declined, merged ──


def test_a_call_put_through_ends_with_the_answer_or_becomes_a_worksheet():
    life = Life()
    (tried,) = life.do(c.Connect(AGENT, "expert-seat", "3号"))
    assert tried == e.Connected(life.at, AGENT, "expert-seat", "3号", False)
    assert life.order.status is Status.RECEIVED
    (through, answered) = life.do(c.Connect(AGENT, "window", "5号", True))
    assert isinstance(through, e.Connected)
    assert through.answered
    assert isinstance(answered, e.Answered)
    assert (answered.how, answered.source, life.order.status) == ("window", "5号", Status.ANSWERED)
    assert refusal(Life(), c.Connect(AGENT, "tin-can")) == "unknown-connection"


def test_a_question_nobody_sorted_is_a_consultation_once_it_is_answered():
    for command in (c.Answer(AGENT, "words", source="KB-1"), c.Connect(AGENT, answered=True)):
        life = bare()
        life.do(command)
        assert life.order.kind is Kind.CONSULTATION


@pytest.mark.parametrize("route", ["emergency", "legal", "petition", "channel"])
def test_a_request_is_referred_by_a_route_there_is(route: str) -> None:
    life = Life()
    life.do(c.Refer(AGENT, route, "somewhere", "第八条"))
    assert (life.order.status, life.order.outcome.to, life.order.outcome.reason) == (
        Status.REFERRED,
        "somewhere",
        route,
    )
    assert refusal(Life(), c.Refer(AGENT, "oblivion")) == "unknown-route"


def test_whoever_is_told_no_is_told_why():
    assert refusal(Life(), c.Decline(AGENT)) == "reason-needed"
    assert refusal(Life(), c.Void(ADMIN)) == "reason-needed"
    assert refusal(Life().take("signed"), c.Terminate(REVIEWER)) == "reason-needed"
    assert refusal(Life().take("signed"), c.SendBack(HANDLER)) == "reason-needed"
    assert refusal(Life().take("replied"), c.Review(REVIEWER, False)) == "reason-needed"


def test_an_order_is_merged_into_another():
    assert refusal(Life(), c.Merge(AGENT)) == refusal(Life(), c.Merge(AGENT, "1")) == "merge-target"
    life = Life().take("signed")
    life.do(c.Merge(AGENT, "2"))
    assert (life.order.status, life.order.outcome.to, life.order.wake) == (Status.MERGED, "2", None)
    assert life.order.assignments[0].why == "merged"
    with pytest.raises(CommandError):
        life.do(c.Tick(SYSTEM), AT.replace(year=2027))


# ── reply, review, follow-up ──


def test_answering_is_taking_it():
    life = Life().take("dispatched")
    signed, replied = life.do(c.Reply(HANDLER, solved=False, reason="no-budget"))
    assert isinstance(signed, e.Signed)
    assert isinstance(replied, e.Replied)
    assert (replied.final, replied.solved, replied.reason) == (True, False, "no-budget")
    assert life.order.assignments[0].signed == life.at


def test_a_place_without_review_or_calls_goes_straight_on():
    life = Life(small_policy(flow=Flow(review=False, follow_up=False))).take("signed")
    replied, reviewed, closed = life.do(c.Reply(HANDLER))
    assert isinstance(replied, e.Replied)
    assert replied.review is None
    assert isinstance(reviewed, e.Reviewed)
    assert (reviewed.passed, reviewed.by, reviewed.follow_up) == (True, SYSTEM, None)
    assert isinstance(closed, e.Closed)
    assert closed.reason == "no-follow-up"


@pytest.mark.parametrize(
    ("solved", "satisfied", "closed"),
    [
        (True, "satisfied", True),
        (None, "very-satisfied", True),
        (True, "dissatisfied", False),
        (False, "satisfied", False),
        (True, "", False),
    ],
)
def test_a_satisfied_requester_closes_the_order_and_the_rest_is_a_persons_to_decide(solved, satisfied, closed):
    life = Life().take("reviewed")
    life.do(c.FollowUp(CALLER, solved=solved, satisfied=satisfied))
    assert life.order.status is (Status.CLOSED if closed else Status.FOLLOWING_UP)
    assert (life.order.outcome.solved, life.order.outcome.satisfied) == (solved, satisfied)


def test_a_place_may_leave_closing_to_a_person():
    life = Life(small_policy(flow=Flow(close_when_satisfied=False))).take("reviewed")
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    assert life.order.status is Status.FOLLOWING_UP
    life.do(c.Close(CALLER, "done"))
    assert (life.order.status, life.order.outcome.reason) == (Status.CLOSED, "done")


def test_who_was_not_reached_has_said_nothing():
    life = Life().take("reviewed")
    for attempt in (1, 2):
        life.do(c.FollowUp(CALLER, "unreachable", solved=True, satisfied="satisfied"))
        outcome = life.order.outcome
        assert (outcome.follow_up, outcome.attempts, outcome.solved, outcome.satisfied) == (
            "unreachable",
            attempt,
            None,
            "",
        )
    assert refusal(life, c.FollowUp(CALLER, "asleep")) == "unknown-outcome"
    assert refusal(life, c.FollowUp(CALLER, satisfied="ecstatic")) == "unknown-level"


# ── pressure ──


def test_pressure_is_counted_and_says_on_whom():
    life = Life().take("signed")
    life.do(c.Urge(REQUESTER, "slow"))
    life.do(c.Urge(AGENT))
    life.do(c.Supplement(AGENT))
    counts = life.order.counts
    assert (counts.urged, counts.supplements) == (2, 1)
    urged = life.log[-3]
    assert isinstance(urged, e.Urged)
    assert (urged.unit, urged.reason) == ("u1", "slow")


def test_a_rung_is_one_of_the_places_own_where_it_has_a_ladder():
    life = Life().take("signed")
    life.do(c.Supervise(SUPERVISOR, "anything"))
    ladder = (Rung("talk", "约谈", TimeLimit.parse("5wd"), "第二十条"), Rung("visit", "上门", None, "第二十一条"))
    life = Life(small_policy(ladder=ladder)).take("signed")
    assert refusal(life, c.Supervise(SUPERVISOR, "shout")) == "unknown-rung"
    (said,) = life.do(c.Supervise(SUPERVISOR, "visit"))
    assert said == e.Supervised(life.at, SUPERVISOR, "visit", "u1", "第二十一条")
    assert life.order.counts.rungs == ("visit",)


@pytest.mark.parametrize(
    ("command", "status", "reason"),
    [
        (c.Withdraw(REQUESTER, "settled"), Status.WITHDRAWN, "settled"),
        (c.Terminate(REVIEWER, "no-such-place", "第二十一条"), Status.TERMINATED, "no-such-place"),
        (c.Void(ADMIN, "test-call"), Status.VOID, "test-call"),
    ],
)
def test_an_end_has_a_time_and_a_reason_and_leaves_no_desk_open(command, status, reason):
    life = Life().take("signed")
    life.do(command)
    order = life.order
    assert (order.status, order.outcome.ended, order.outcome.reason) == (status, life.at, reason)
    assert (order.open_assignments, order.holder, order.is_open) == ((), "", False)
    assert order.assignments[0].why == status.value


# ── commands themselves ──


def test_a_reason_is_a_code_and_words_are_private():
    for make in (
        lambda: c.Withdraw(REQUESTER, "张三说不用了"),
        lambda: c.SendBack(HANDLER, "Not Our Duty"),
        lambda: c.Void(ADMIN, "x" * 49),
        lambda: c.Supervise(SUPERVISOR, "-x"),
    ):
        with pytest.raises(RequestError) as refused:
            make()
        assert refused.value.code == "bad-code"
        assert "note" in refused.value.hint("en")


def test_commands_are_called_as_the_command_line_calls_them():
    assert c.COMMANDS["send-back"] is c.SendBack
    assert c.COMMANDS["grant-extension"] is c.GrantExtension
    assert c.COMMANDS["follow-up"] is c.FollowUp
    assert set(c.COMMANDS) == set(c.COMMAND_ZH)


def test_an_actor_is_read_and_written_the_same_way():
    for text in ("handler@u1/zhang", "admin+supervisor", "agent@centre", "system", "requester/139"):
        assert str(Actor.parse(text)) == text
    assert Actor.parse(" handler@u1 ") == Actor("", "u1", frozenset({Role.HANDLER}))
    for bad in ("", "king", "handler@", "handler@u1/", "handler+king", "Handler", "a@b@c"):
        with pytest.raises(RequestError) as refused:
            Actor.parse(bad)
        assert refused.value.code == "bad-actor"
        assert "dispatcher" in refused.value.hint("en")
    assert set(ROLE_ZH) == set(Role) == set(ACTORS)
