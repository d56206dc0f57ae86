"""Calling back: who is called, how often, what the levels mean, who judges, and ratings nobody asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Role
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError, PolicyError
from hotline12345.core.evolve import fold
from hotline12345.core.policy import CallPlan, CallRule, RatingRule, ReopenRule, ReplyForm, Rung, Scale
from hotline12345.core.request import Kind, Request
from hotline12345.core.scoring import facts, measure
from hotline12345.core.sla import TimeLimit
from hotline12345.packs import load_pack
from hotline12345.testing.orders import ACTORS, AT, CALLER, HANDLER, REQUESTER, REVIEWER, SUPERVISOR, Life, small_policy

ADMIN = ACTORS[Role.ADMIN]
TICK = c.Tick(ACTORS[Role.SYSTEM])
UNHAPPY = c.FollowUp(CALLER, solved=False, satisfied="dissatisfied")
VAIN = c.FollowUp(CALLER, "unreachable")


def reviewed(number: str = "1", anonymous: bool = False, **policy: object) -> Life:
    request = Request(AT, kind=Kind.COMPLAINT, category="城乡建设/物业管理", area="210102", anonymous=anonymous)
    return Life(small_policy(**policy), request=request, number=number).take("reviewed")


def code_of(life: Life, command: c.Command, at: datetime | None = None) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command, at)
    assert life.order is before
    return refused.value.code


# ── who is called ──


def test_without_a_plan_everybody_is_called():
    assert reviewed().order.status.value == "reviewed"


def test_bengbu_calls_back_anonymous_orders_alone():
    """Bengbu (handbook 7): the unit records satisfaction itself, the hotline calls back anonymous orders."""
    rule = CallRule((CallPlan("anonymous", "蚌埠"),))
    assert reviewed(anonymous=True, calls=rule).order.status.value == "reviewed"
    named = reviewed(calls=rule).order
    assert (named.status.value, named.outcome.reason, named.clocks.stage) == ("closed", "not-planned", None)


def test_a_sample_is_drawn_from_the_number_and_is_about_as_large_as_it_says():
    rule = CallRule((CallPlan("sample", "抽样", 30),))
    numbers = [f"2026{n:06}" for n in range(2000)]
    drawn = [n for n in numbers if rule.plans[0].takes("210100", n, False)]
    assert 540 <= len(drawn) <= 660  # 30 % of 2,000 is 600; three standard deviations are 61
    assert drawn == [n for n in numbers if rule.plans[0].takes("210100", n, False)]
    missed = next(n for n in numbers if n not in drawn)
    assert reviewed(drawn[0], calls=rule).order.status.value == "reviewed"
    closed = reviewed(missed, calls=rule).order
    assert (closed.status.value, closed.outcome.reason) == ("closed", "not-sampled")
    assert all(CallPlan("sample", "b", 100).takes("210100", n, False) for n in numbers)


def test_the_most_specific_plan_holds_and_the_first_of_equals():
    everything = CallPlan("all", "a")
    none, complaints = CallPlan("none", "b", category="城乡建设"), CallPlan("all", "c", kind=Kind.COMPLAINT)
    both = CallPlan("sample", "d", 50, Kind.COMPLAINT, "城乡建设")
    rule = CallRule((everything, none, complaints, both, CallPlan("none", "e")))
    assert rule.plan(Kind.COMPLAINT, "城乡建设/物业管理", "") is both
    assert rule.plan(Kind.HELP, "城乡建设/物业管理", "") is none
    assert rule.plan(Kind.COMPLAINT, "公安", "") is complaints
    assert rule.plan(Kind.HELP, "公安", "") is everything
    assert rule.plan(Kind.HELP, "城乡建设外", "") is everything
    assert CallRule().plan(Kind.HELP, "", "") is None


# ── attempts ──


def test_vain_attempts_have_a_gap_and_an_end_and_a_person_closes():
    rule = CallRule(most=2, gap=TimeLimit.parse("4h"), basis="b")
    life = reviewed(calls=rule)
    life.do(VAIN, AT + timedelta(hours=10))
    assert code_of(life, VAIN, AT + timedelta(hours=13, minutes=59)) == "called-too-soon"
    life.do(VAIN, AT + timedelta(hours=14))
    assert (life.order.outcome.attempts, life.order.status.value) == (2, "following-up")
    assert code_of(life, VAIN, AT + timedelta(hours=30)) == "attempts-exhausted"
    life.do(c.Close(CALLER))
    assert life.order.outcome.follow_up == "unreachable"


def test_where_the_place_says_so_the_last_vain_attempt_closes_the_order():
    life = reviewed(calls=CallRule(most=2, exhausted="close"))
    life.do(VAIN)
    assert life.order.is_open
    life.do(VAIN)
    assert (life.order.status.value, life.order.outcome.reason) == ("closed", "unreachable")
    assert fold(life.log) == life.order


@pytest.mark.parametrize("outcome", ["unreachable", "refused", "disputed"])
def test_who_was_not_reached_refused_or_disputes_says_neither_yes_nor_no(outcome: str) -> None:
    life = reviewed()
    life.do(c.FollowUp(CALLER, outcome, True, "satisfied"))
    verdict = life.order.outcome.verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.solved, verdict.satisfied) == (outcome, None, "")
    assert life.order.status.value == "following-up"


def test_the_call_the_day_after_closing_is_a_limit_like_any_other():
    """fsou.com 17273310 （五）1: 应在收到各部门办结工单的次日通过电话进行回访."""
    policy = load_pack("county-supervision").newest
    life = Life(policy).take("reviewed")
    clock = life.order.clock("follow-up")
    assert clock is not None
    assert clock.deadline.due_day == life.at.date() + timedelta(days=1)
    assert "次日" in clock.deadline.basis


# ── the levels ──

QINGPU = Scale(("neutral",))
FOUR = {"satisfied": True, "fairly-satisfied": True, "neutral": False, "dissatisfied": False}


@pytest.mark.parametrize(
    "levels",
    [
        {"satisfied": True, "neutral": False, "dissatisfied": False},
        FOUR,
        {"very-satisfied": True, **FOUR, "very-dissatisfied": False},
    ],
)
def test_a_scale_has_as_many_levels_as_the_place_says(levels: dict[str, bool]) -> None:
    for level, content in levels.items():
        life = reviewed(satisfied_levels=levels, scale=QINGPU)
        life.do(c.FollowUp(CALLER, solved=True, satisfied=level))
        assert life.order.is_open is not content
    assert code_of(reviewed(satisfied_levels=levels), c.FollowUp(CALLER, satisfied="ecstatic")) == "unknown-level"


def test_result_and_attitude_apart_close_only_when_both_please():
    """County codes (handbook 7): 双满意、单满意."""
    assert code_of(reviewed(), c.FollowUp(CALLER, satisfied="satisfied", attitude="satisfied")) == "no-attitude"
    for attitude, met in (("satisfied", "double"), ("dissatisfied", "single")):
        life = reviewed(scale=Scale(apart=True))
        life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied", attitude=attitude))
        assert facts(life.order, until=life.at, levels=life.policy.satisfied_levels).both == met
        assert life.order.is_open is (met == "single")
    alone = reviewed(scale=Scale(apart=True))
    alone.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    assert facts(alone.order, until=alone.at, levels=alone.policy.satisfied_levels).both == ""


# ── judging ──


def test_a_person_judges_dissatisfaction_for_one_of_the_places_reasons():
    rule = CallRule(unreasonable={"beyond-law": "要求超出法律政策"}, basis="认定办法")
    life = reviewed(calls=rule)
    assert code_of(life, c.FollowUp(CALLER, satisfied="nice")) == "unknown-level"
    life.do(VAIN)
    assert code_of(life, c.Judge(SUPERVISOR)) == "nothing-to-judge"
    life.do(UNHAPPY)
    assert life.order.outcome.verdict is not None
    assert life.order.outcome.verdict.reasonable is None
    assert code_of(life, c.Judge(SUPERVISOR, False)) == "reason-needed"
    assert code_of(life, c.Judge(SUPERVISOR, False, "rude")) == "unknown-reason"
    assert code_of(life, c.Judge(HANDLER, False, "beyond-law")) == "not-permitted"  # the unit is no judge of itself
    life.do(c.Judge(SUPERVISOR, False, "beyond-law"))
    assert life.order.outcome.verdict.reasonable is False
    for excused in (True, False):  # left out of the rate where the place says so, and not otherwise
        seen = facts(life.order, until=life.at, levels=life.policy.satisfied_levels, excuses=excused)
        assert measure([seen])[""].rate("satisfied").denominator == (0 if excused else 1)
    life.do(c.Judge(ADMIN))
    assert life.order.outcome.verdict.reasonable is True
    assert fold(life.log) == life.order


def test_redoing_may_wait_for_the_judgement_and_is_never_automatic():
    """Jinan art. 27: the hotline 根据情况可以 sends it back; nothing reopens by itself."""
    life = reviewed(reopen=ReopenRule(judged=True, basis="第二十七条"))
    life.do(UNHAPPY)
    assert life.order.status.value == "following-up"
    life.do(TICK, AT + timedelta(days=90))
    assert life.order.counts.reopened == 0
    assert code_of(life, c.Reopen(CALLER)) == "not-judged"
    life.do(c.Judge(SUPERVISOR, False, "beyond-law"))
    assert code_of(life, c.Reopen(CALLER)) == "judged-unreasonable"
    life.do(c.Judge(SUPERVISOR))
    life.do(c.Reopen(CALLER))
    assert life.order.status.value == "dispatched"


def test_a_redo_has_its_own_three_working_days_and_its_own_count():
    """青浦 and 静安 (handbook 4): redo and re-check within 3 working days."""
    life = reviewed(reopen=ReopenRule(limit=TimeLimit.parse("3wd"), basis="青浦"))
    citizen = life.order.citizen
    life.do(UNHAPPY)
    life.do(c.Reopen(CALLER), datetime(2026, 9, 29, 9, tzinfo=CST))
    clock = life.order.clock("A2")
    assert clock is not None
    assert clock.deadline.due_day == date(2026, 10, 9)  # 30 September, 8 and 9 October
    assert life.order.citizen == citizen
    assert life.order.counts.reopened == 1


# ── what it sets in motion ──

LADDER = tuple(Rung(one, one, None, "test", trigger=one, at_once=True) for one in ("unsolved", "dissatisfied"))


def supervised(life: Life) -> list[str]:
    return [x.rung for x in life.log if isinstance(x, e.Supervised)]


@pytest.mark.parametrize(
    ("reply", "rungs"),
    [
        (c.Reply(HANDLER, solved=False, reason="not-done"), ["unsolved"]),
        (c.Reply(HANDLER, solved=True), ["unsolved"]),
        (c.Reply(HANDLER, solved=False, reason="no-budget"), []),  # 受客观条件限制
        (c.Reply(HANDLER, claim="unreasonable"), []),
    ],
)
def test_what_could_be_solved_and_is_not_is_a_ground_for_supervision(reply: c.Reply, rungs: list[str]) -> None:
    """潍坊条例 art. 26 (3): 依法应当解决的热线事项未解决的."""
    form = ReplyForm(reasons={"not-done": "尚未办理", "no-budget": "资金未落实"}, objective=("no-budget",))
    life = Life(small_policy(reply_form=form, ladder=LADDER)).take("signed")
    life.do(reply)
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, solved=False))
    assert supervised(life) == rungs


def test_dissatisfaction_judged_reasonable_is_a_ground_for_supervision():
    """朝阳市 (handbook 7): negative reviews judged reasonable go under key supervision."""
    life = reviewed(ladder=LADDER)
    life.do(c.FollowUp(CALLER, solved=True, satisfied="dissatisfied"))
    assert supervised(life) == []
    life.do(c.Judge(SUPERVISOR))
    assert supervised(life) == ["dissatisfied"]


# ── ratings ──

ANYANG = RatingRule(contact=TimeLimit.parse("1wd"), named=True, basis="安阳条例第五十二条")


def test_anyang_52_whoever_gave_a_bad_rating_by_name_is_contacted_within_one_working_day():
    life = Life(small_policy(rating=ANYANG)).take("closed")
    (told,) = life.do(c.Rate(REQUESTER, "dissatisfied"), datetime(2026, 9, 30, 10, tzinfo=CST))
    assert isinstance(told, e.Rated)
    assert life.order.status.value == "following-up"
    clock = life.order.clock("follow-up")
    assert clock is not None
    assert clock.deadline.due_day == date(2026, 10, 8)  # the working day after the National-day week
    assert life.order.wake == datetime(2026, 10, 9, tzinfo=CST)
    assert life.order.counts.reopened == 0  # the callers' turn, not the unit's
    life.do(TICK, datetime(2026, 10, 9, tzinfo=CST))
    assert [(x.clock, x.rung) for x in life.log if isinstance(x, e.FellOverdue)] == [("follow-up", "overdue")]
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    assert life.order.status.value == "closed"
    assert fold(life.log) == life.order


@pytest.mark.parametrize(
    ("level", "anonymous", "rule"),
    [("satisfied", False, ANYANG), ("dissatisfied", True, ANYANG), ("dissatisfied", False, RatingRule())],
)
def test_a_rating_that_asks_for_nothing_is_kept(level: str, anonymous: bool, rule: RatingRule) -> None:
    life = reviewed(anonymous=anonymous, rating=rule)
    life.do(c.Close(CALLER))
    before = life.order
    life.do(c.Rate(REQUESTER, level))
    assert life.order._replace(version=before.version, at=before.at) == before


def test_a_rating_is_one_of_the_places_levels():
    assert code_of(reviewed(rating=ANYANG), c.Rate(REQUESTER, "awful")) == "unknown-level"


# ── as a pack writes it ──

PACK = """
title = "t"
place = "990100"
effective = "unknown"
[follow_up]
most = 3
gap = "4h"
exhausted = "close"
excused = true
basis = "b"
[follow_up.unreasonable]
beyond-law = "要求超出法律政策"
[[follow_up.plan]]
who = "抽样"
share = 30
kind = ["咨询", "建议"]
basis = "c"
[[follow_up.plan]]
who = "anonymous"
category = "公安"
basis = "d"
[satisfaction]
satisfied = ["satisfied", "fairly-satisfied"]
neutral = ["neutral"]
dissatisfied = ["dissatisfied"]
apart = true
basis = "e"
names = { neutral = "一般" }
[rating]
negative = ["dissatisfied"]
contact = "1wd"
named = true
basis = "f"
[reopen]
judged = true
basis = "g"
"""


def test_a_pack_writes_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "unknown.toml"
    path.write_text(PACK, encoding="utf-8")
    policy = load_pack(str(path)).newest
    assert policy.calls == CallRule(
        (
            CallPlan("sample", "c", 30, Kind.CONSULTATION),
            CallPlan("sample", "c", 30, Kind.SUGGESTION),
            CallPlan("anonymous", "d", category="公安"),
        ),
        3, TimeLimit.parse("4h"), "close", {"beyond-law": "要求超出法律政策"}, True, "b",
    )  # fmt: skip
    assert policy.satisfied_levels == FOUR
    assert policy.scale == Scale(("neutral",), True, {"neutral": "一般"})
    assert policy.rating == RatingRule(("dissatisfied",), TimeLimit.parse("1wd"), True, "f")
    assert policy.reopen.judged


@pytest.mark.parametrize(
    ("wrong", "right", "code", "key"),
    [
        ("share = 30\n", "", "bad-share", "share"),
        ("share = 30", "share = 0", "bad-share", "share"),
        ('who = "anonymous"', 'who = "anonymous"\nshare = 5', "bad-share", "share"),
        ('neutral = "一般"', 'nowhere = "一般"', "unknown-value", "names"),
        ('neutral = ["neutral"]', 'neutral = ["satisfied"]', "duplicate-level", "neutral"),
    ],
)
def test_what_a_pack_writes_wrongly_is_told(tmp_path: Path, wrong: str, right: str, code: str, key: str) -> None:
    path = tmp_path / "unknown.toml"
    assert wrong in PACK
    path.write_text(PACK.replace(wrong, right), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_pack(str(path))
    assert (code, key) in {(fault.code, fault.key) for fault in refused.value.faults}
