"""Beside the common way: conduct, followers, unreasonable repeats, new facts, clearance, everybody called back."""

from __future__ import annotations

from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.errors import CommandError
from hotline12345.core.order import Status
from hotline12345.core.policy import ClearanceRule, ConductStep, Flow, FollowerRule, RecordRule, RepeatRule
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import TimeLimit
from hotline12345.core.transitions import TRANSITIONS
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    REQUESTER,
    REVIEWER,
    SUPERVISOR,
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


# ── conduct ──

STEPS = (
    ConductStep("warn", "警示", "art. 9"),
    ConductStep("restrict", "限制", "library default", 3),
    ConductStep("police-clue", "移送线索", "66号（二）", 5, "110"),
)


@pytest.mark.parametrize(
    ("before", "step"), [((), "warn"), (("warn",), "warn"), (("warn",) * 2, "restrict"), (("warn",) * 4, "police-clue")]
)
def test_the_step_due_depends_on_how_often_it_has_happened(before: tuple[str, ...], step: str) -> None:
    life = life_of(conduct=STEPS)
    (event,) = life.do(c.Curb(AGENT, earlier_steps=before))
    assert isinstance(event, e.Curbed)
    assert (event.step, event.count) == (step, len(before) + 1)
    assert life.order.intake.marks.curbed == (step,)


def test_a_step_is_taken_after_the_one_below_it_and_the_police_get_the_clue():
    life = life_of(conduct=STEPS)
    assert refused(life, c.Curb(AGENT, "police-clue")).code == "step-too-early"
    assert refused(life, c.Curb(AGENT, "hang-up")).code == "unknown-step"
    for step in ("warn", "restrict", "police-clue"):
        life.do(c.Curb(SUPERVISOR, step))
    last = life.log[-1]
    assert isinstance(last, e.Curbed)
    assert (last.to, last.basis) == ("110", "66号（二）")
    assert life.order.status is Status.RECEIVED  # what they ask for is still decided on its own
    assert refused(life_of(), c.Curb(AGENT)).code == "no-conduct-rules"


def test_who_disrupted_before_is_noted_with_the_article():
    life = life_of(conduct=STEPS)
    (accepted,) = life.do(c.Accept(AGENT, conduct="warn"))
    assert isinstance(accepted, e.Accepted)
    assert [tuple(one) for one in accepted.findings] == [("conduct.warn", "", "art. 9")]


# ── the follower: 辽源, "a specific person assigned to follow up and urge" ──


def test_a_complaint_gets_a_follower_by_the_rules_and_urging_names_them():
    life = life_of(follower=FollowerRule((Kind.COMPLAINT,), ("p1", "p2"), "辽源"))
    accepted, entrusted = life.do(c.Accept(SYSTEM))
    assert isinstance(accepted, e.Accepted)
    assert isinstance(entrusted, e.Entrusted)
    assert entrusted.person in ("p1", "p2")
    assert life.order.intake.marks.follower == entrusted.person
    life.do(c.Entrust(SUPERVISOR, "p9"))
    assert refused(life, c.Entrust(SUPERVISOR, "p9")).code == "already-entrusted"
    urged = life.do(c.Urge(AGENT))[0]
    assert isinstance(urged, e.Urged)
    assert urged.person == "p9"


def test_other_kinds_get_none_and_a_rule_without_people_asks_for_one():
    rule = FollowerRule((Kind.COMPLAINT,), ("p1",), "辽源")
    asking = life_of({"kind": Kind.HELP}, follower=rule)
    assert len(asking.do(c.Accept(SYSTEM))) == 1
    nameless = life_of(follower=FollowerRule((Kind.COMPLAINT,), (), "辽源"))
    (accepted,) = nameless.do(c.Accept(SYSTEM))
    assert codes(accepted) == ["follower-needed"]
    assert refused(nameless, c.Entrust(SUPERVISOR)).code == "person-needed"


def test_turns_are_shared_among_the_persons():
    rule = FollowerRule((), ("p1", "p2", "p3"), "辽源")
    named = set()
    for number in range(30):
        life = Life(small_policy(follower=rule), number=str(number))
        life.do(c.Accept(SYSTEM))
        named.add(life.order.intake.marks.follower)
    assert named == {"p1", "p2", "p3"}


# ── stopping an unreasonable repeat: 济南条例 art. 25 ──

CLOSED = c.Similar("3", True, False, True, True, HEATING)
STOPS = {"repeat": RepeatRule(unreasonable=True, basis="济南条例 art. 25")}


def test_the_same_fact_after_lawful_closure_may_be_stopped_with_a_written_note():
    life = life_of(**STOPS).take("signed")
    (ceased,) = life.do(c.Cease(HANDLER, "3", "已依法答复，理由相同", (CLOSED,)))
    assert isinstance(ceased, e.Ceased)
    assert (ceased.earlier, ceased.basis) == ("3", "济南条例 art. 25")
    assert life.order.status is Status.TERMINATED
    assert (life.order.outcome.reason, life.order.outcome.to) == ("unreasonable-repeat", "3")
    assert life.order.wake is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"similar": (CLOSED,), "note": ""}, "note-needed"),
        ({"similar": ()}, "not-a-repeat"),
        ({"similar": (CLOSED._replace(lawful=False),)}, "not-a-repeat"),
        ({"similar": (CLOSED._replace(same_requester=False),)}, "not-a-repeat"),
        ({"similar": (CLOSED._replace(same=False),)}, "not-a-repeat"),
        ({"similar": (CLOSED._replace(category="公安"),)}, "not-a-repeat"),
    ],
)
def test_nothing_else_may_be_stopped(given: dict[str, Any], code: str) -> None:
    life = life_of(**STOPS).take("signed")
    assert refused(life, c.Cease(HANDLER, "3", **({"note": "已答复"} | given))).code == code


def test_stopping_needs_the_rule_and_the_lead():
    assert refused(life_of().take("signed"), c.Cease(HANDLER, "3", "已答复", (CLOSED,))).code == "no-repeat-rule"
    life = life_of(**STOPS).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    assert refused(life, c.Cease(of_unit("u3"), "3", "已答复", (CLOSED,))).code == "not-lead"


# ── a new fact reopens ──


def test_a_new_fact_confirmed_by_the_centre_reopens_and_a_claimed_one_is_noted():
    life = life_of(repeat=RepeatRule(reopen=True)).take("closed")
    life.do(c.Supplement(REQUESTER, "又停了", new_fact=True))
    assert life.order.status is Status.CLOSED
    told = life.do(c.Supplement(AGENT, "又停了", new_fact=True))
    assert [type(event) for event in told][:2] == [e.Supplemented, e.Reopened]
    assert life.order.status is Status.DISPATCHED
    assert life.order.holder == "u1"
    off = life_of().take("closed")
    off.do(c.Supplement(AGENT, "又停了", new_fact=True))
    assert off.order.status is Status.CLOSED


# ── clearance: the security review of a public reply (皖政办秘〔2021〕65号 art. 11) ──

CLEARED = {"clearance": ClearanceRule(True, "65号 art. 11")}


def test_a_public_reply_waits_until_it_is_cleared():
    life = life_of(**CLEARED).take("signed")
    life.do(c.Reply(HANDLER, "内部", "已修复", solved=True))
    error = refused(life, c.Review(REVIEWER))
    assert (error.code, "65号 art. 11" in error.zh) == ("not-cleared", True)
    assert life.order.intake.marks.held
    (told,) = life.do(c.Clear(REVIEWER))
    assert isinstance(told, e.Cleared)
    assert (told.passed, life.order.intake.marks.held) == (True, ())
    assert refused(life, c.Clear(REVIEWER)).code == "nothing-to-clear"
    life.do(c.Review(REVIEWER))
    assert life.order.status is Status.REVIEWED


def test_a_reply_that_may_not_go_out_goes_back_with_a_reason_and_stays_hidden():
    life = life_of(**CLEARED).take("signed")
    life.do(c.Reply(HANDLER, "内部", "张三举报属实", solved=True))
    assert refused(life, c.Clear(REVIEWER, False)).code == "reason-needed"
    life.do(c.Clear(REVIEWER, False, "names-a-person"))
    hidden = life.order.intake.marks.held
    assert (life.order.status, len(hidden)) == (Status.SIGNED, 1)
    life.do(c.Reply(HANDLER, "内部", "举报属实", solved=True))
    life.do(c.Clear(REVIEWER))
    assert life.order.intake.marks.held == hidden  # the first is never shown


def test_without_public_words_or_without_the_rule_nothing_waits():
    silent = life_of(**CLEARED).take("signed")
    silent.do(c.Reply(HANDLER, "内部", solved=True))
    silent.do(c.Review(REVIEWER))
    free = life_of().take("signed")
    free.do(c.Reply(HANDLER, "内部", "已修复", solved=True))
    free.do(c.Review(REVIEWER))
    assert silent.order.status is free.order.status is Status.REVIEWED


# ── who wants no reply ──


def test_who_wants_no_reply_is_not_called_and_the_order_closes_after_review():
    """济南条例 art. 24: reply to the caller unless no reply is wanted."""
    life = life_of({"wants_reply": False}).take("signed")
    life.do(c.Reply(HANDLER, solved=True))
    told = life.do(c.Review(REVIEWER))
    assert isinstance(told[-1], e.Closed)
    assert told[-1].reason == "no-reply-wanted"
    shared = life_of({"wants_reply": False}).take("signed")
    shared.do(c.Join(SYSTEM, ("8",)))  # somebody else does want one
    shared.do(c.Reply(HANDLER, solved=True))
    shared.do(c.Review(REVIEWER))
    assert shared.order.status is Status.REVIEWED
    assert refused(shared, c.FollowUp(CALLER, solved=True)).code == "no-reply-wanted"
    shared.do(c.FollowUp(CALLER, solved=True, caller="8"))


# ── merged orders: every requester is called back ──


def test_an_order_closes_by_itself_only_when_everybody_has_been_called():
    life = life_of().take("reviewed")
    life.do(c.Join(SYSTEM, ("8", "9")))
    assert life.do(c.Join(SYSTEM, ("8",))) == ()
    assert refused(life, c.FollowUp(CALLER, caller="7")).code == "unknown-caller"
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    assert life.order.status is Status.FOLLOWING_UP
    life.do(c.FollowUp(CALLER, "unreachable", caller="8"))
    assert life.order.intake.marks.called == ()
    life.do(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied", caller="8"))
    assert life.order.outcome.satisfied == "satisfied"  # the verdict is the order's own requester's
    told = life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied", caller="9"))
    assert [type(event) for event in told] == [e.FollowedUp, e.Closed]
    assert life.order.intake.marks.called == ("8", "9")


def test_whoever_merges_into_a_closed_order_can_still_be_called_back():
    life = life_of().take("closed")
    assert refused(life, c.FollowUp(CALLER)).code == "caller-needed"
    life.do(c.Join(SYSTEM, ("8",)))
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied", caller="8"))
    assert (life.order.status, life.order.intake.marks.called) == (Status.CLOSED, ("8",))


@pytest.mark.parametrize("status", [status for status in Status if c.Merge in TRANSITIONS[status]])
def test_a_merged_order_has_no_clock_left_wherever_it_was(status: Status) -> None:
    """Merged tickets kept escalating elsewhere (zammad#904)."""
    life = life_of(record=RecordRule(("place",), TimeLimit.parse("1wd")))
    if status is Status.RECEIVED:
        life.do(c.Accept(SYSTEM, lacks=("place",)))
        assert life.order.wake is not None
    else:
        life.take(status.value)
    if status is Status.SIGNED:
        life.do(c.Assist(DISPATCHER, "u3"))
        life.do(c.Extend(HANDLER, TimeLimit.parse("1wd"), "complex"))
    life.do(c.Merge(AGENT, "2"))
    assert life.order.status is Status.MERGED
    assert (life.order.wake, list(life.order.running()), life.order.open_assignments) == (None, [], ())
    error = refused(life, c.Tick(SYSTEM))
    assert error.code == "not-possible-now"


def test_flow_without_follow_up_still_closes():
    life = life_of(flow=Flow(follow_up=False)).take("signed")
    life.do(c.Reply(HANDLER, solved=True))
    life.do(c.Review(ADMIN), at=life.at + HOUR)
    assert life.order.status is Status.CLOSED
