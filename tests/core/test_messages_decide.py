"""Every refusal of a command, word by word (拒绝的文字): each line of ``decide`` that refuses, met by a small scenario.

The words are in ``test_messages_decide.txt``; how to write it anew says ``conftest.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.decide import decide
from hotline12345.core.evolve import evolve as after
from hotline12345.core.evolve import fold
from hotline12345.core.order import Status
from hotline12345.core.policy import ConductStep, ExtensionRule, Line, Policy, ReopenRule, SendBackRule
from hotline12345.core.policy.acceptance import ClearanceRule, LinkageRule, RepeatRule
from hotline12345.core.policy.answer import ReplyForm, Requirement, ReviewRule, TerminationRule
from hotline12345.core.policy.calling import CallRule, Scale
from hotline12345.core.policy.dispatching import AssistRule, Dispatching, GrassrootsRule
from hotline12345.core.policy.ladder import Rung
from hotline12345.core.policy.timing import DeferralRule, StatuteRule, SuspensionRule
from hotline12345.core.policy.transition import TransitionRule
from hotline12345.core.request import Kind, Request
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import TimeLimit
from hotline12345.core.spans import spans
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
    Life,
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
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre")
HEAD = of_unit("u1", Role.UNIT_HEAD)
U2, U3, EAST, STREET = of_unit("u2"), of_unit("u3"), of_unit("east"), of_unit("street")
DAY = timedelta(days=1)

LIMIT = TimeLimit.parse


def day(month: int, number: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, number, hour, minute, tzinfo=CST)


def no(*steps: Any, at: datetime | None = None, routes: bool = False, life: Any = None, **rules: Any) -> Any:
    """A scenario: walk *steps*, names of statuses or commands; the last, at *at*, is refused."""

    def refused() -> None:
        given = rules | ({"routes": ROUTES} if routes else {})
        one = Life(small_policy(**given), **(life or {}))
        for step in steps[:-1]:
            if isinstance(step, str):
                one.take(step)
            else:
                one.do(step)
        one.do(steps[-1], at)

    return refused


def in_turn(*events: e.Event) -> Callable[[], object]:
    """A history that is none."""
    return lambda: fold(events)


FORM = ReplyForm(
    ("contacted", "contacted_at", "fact"),
    (Requirement("fact", ("untrue",), ("fact_note", "text"), "办法三"),),
    {"no-money": "资金不足", "no-law": "无法律依据"},
    basis="办法二",
)
STEPS = (
    ConductStep("warn", "警告", "办法九", 2),
    ConductStep("restrict", "限制", "办法十", 4, "u2"),
    ConductStep("clue", "移送", "十一"),
)
LADDER = (
    Rung("call", "电话催办", LIMIT("1wd"), "办法七"),
    Rung("letter", "发督办函", None, "办法八", trigger="problem"),
)
DISPUTE = SendBackRule(LIMIT("1wd"), 1, reasons={"not-ours": "不属职责", "no-power": "无权处理"}, basis="办法四")
LEVELS = {"good": True, "fair": True, "bad": False}
SCALE = Scale(names={"good": "满意", "bad": "不满意"})
REPEAT = RepeatRule(unreasonable=True, basis="济南条例第二十五条")
PAUSES = SuspensionRule(("expert-opinion", "weather"), 1, LIMIT("5d"), LIMIT("3d"), basis="办法六")
ASK_END = TerminationRule(True, {"no-place": "地址不存在", "moved": "已搬离"}, "潍坊条例第二十一条")
NOTE = {"note": "说明"}
GUARD = Dispatching(grassroots=GrassrootsRule(True, basis="潍坊条例第二十四条"))

SAID: dict[str, Callable[[], object]] = {
    # ── the table, and what holds for every command ──
    "not-possible-held": no("signed", c.Accept(DISPATCHER)),
    "not-possible-held-named": no("accepted", c.Dispatch(DISPATCHER, "u2"), c.Close(ADMIN), routes=True),
    "not-possible-centre": no("accepted", c.Reply(HANDLER)),
    "not-possible-ended": no("void", c.Tick(SYSTEM)),
    "not-permitted": no("signed", c.Reply(of_unit("u1", Role.CALLER))),
    "not-permitted-roles": no("signed", c.Withdraw(Actor("x", "u1", frozenset({Role.HANDLER, Role.CALLER})))),
    "not-permitted-nobody": no("signed", c.Reply(Actor("x", "u1"))),
    "not-permitted-new": lambda: decide(small_policy(), None, c.Receive(HANDLER, Request(AT), "210100", "1"), AT),
    "no-order": lambda: decide(small_policy(), None, c.SendBack(HANDLER, "x"), AT),
    "naive-time": lambda: decide(small_policy(), None, c.Tick(SYSTEM), datetime(2026, 9, 28, 10)),  # noqa: DTZ001
    "time-runs-backward": no("accepted", c.Dispatch(DISPATCHER, "u1"), at=AT - HOUR),
    "occurred-ahead": no("accepted", c.Dispatch(DISPATCHER, "u1", occurred=AT + DAY)),
    "bad-ext": no("accepted", c.Dispatch(DISPATCHER, "u1", ext={"host": {"at": [1, {"when": AT}]}})),
    "bad-ext-number": no("accepted", c.Dispatch(DISPATCHER, "u1", ext={"share": float("nan")})),
    "bad-ext-key": no("accepted", c.Dispatch(DISPATCHER, "u1", ext={"host": {1: "x"}})),
    "not-your-order": no("signed", c.Assist(DISPATCHER, "u3"), c.Assist(DISPATCHER, "u4", "copy"), c.Reply(U2)),
    "not-your-order-nobodys": no("signed", c.Reply(Actor("x", "", frozenset({Role.HANDLER})))),
    "not-your-order-none-open": lambda: decide(
        small_policy(),
        after(Life().order, e.Adopted(AT, ADMIN, "old", "1", AT.date(), Status.SIGNED, Kind.HELP)),
        c.Reply(HANDLER),
        AT,
    ),
    "no-history": in_turn(e.Signed(AT, HANDLER, "A1")),
    "no-history-evolve": lambda: after(None, e.Signed(AT, HANDLER, "A1")),
    "no-history-spans": lambda: spans(()),
    # ── the way in ──
    "unknown-line": lambda: Life(
        small_policy(lines=(Line("biz", "企业服务", "办法一", "6"), Line("care", "养老", "办法一"))),
        request=Request(AT, line="9"),
    ),
    "unknown-disposition": no(c.Accept(DISPATCHER, disposition="refuse")),
    "other-line": no(
        c.Accept(AGENT),
        life={"request": Request(AT, line="6")},
        lines=(Line("biz", "企业服务", "办法一", "6", takes="u9"),),
    ),
    "unknown-connection": no(c.Connect(AGENT, "fax")),
    "unknown-route": no(c.Refer(AGENT, "street")),
    "decline-reason": no(c.Decline(AGENT)),
    "merge-target": no(c.Merge(AGENT)),
    "merge-itself": no(c.Merge(AGENT, "1")),
    "offer-outcome": no(c.Offer(AGENT, "110", "lost", "nowhere")),
    "offer-number": no(c.Offer(AGENT, "114", "taken")),
    "offer-no-rule": no(c.Offer(AGENT, "110", "undecided")),
    "first-receiver-accepts": no(
        c.Offer(AGENT, "110", "undecided", "here"), c.Refer(AGENT), linkage=LinkageRule("first-receiver")
    ),
    "conduct-no-rules": no(c.Curb(AGENT)),
    "conduct-too-early": no(c.Curb(AGENT, "restrict"), conduct=STEPS),
    "conduct-unknown": no(c.Curb(AGENT, "shout"), conduct=STEPS),
    "person-needed": no("accepted", c.Entrust(DISPATCHER)),
    "already-entrusted": no("accepted", c.Entrust(DISPATCHER, "p1"), c.Entrust(DISPATCHER, "p1")),
    "cease-no-rule": no("accepted", c.Cease(DISPATCHER, "9", note="x")),
    "cease-not-lead": no("signed", c.Assist(DISPATCHER, "u3"), c.Cease(U3, "9", note="x"), repeat=REPEAT),
    "cease-note": no("accepted", c.Cease(DISPATCHER, "9", note=" "), repeat=REPEAT),
    "cease-no-repeat": no("accepted", c.Cease(DISPATCHER, "9", note="x"), repeat=REPEAT),
    "cease-unnamed": no("accepted", c.Cease(DISPATCHER, note="x"), repeat=REPEAT),
    "nothing-to-clear": no("replied", c.Clear(REVIEWER)),
    "clear-reason": no(
        "signed", c.Reply(HANDLER, public="x"), c.Clear(REVIEWER, False), clearance=ClearanceRule(True, "66号")
    ),
    "not-cleared": no(
        "signed", c.Reply(HANDLER, public="x"), c.Review(REVIEWER), clearance=ClearanceRule(True, "66号")
    ),
    # ── whose it is ──
    "unknown-unit": no("accepted", c.Dispatch(DISPATCHER, "nobody"), routes=True),
    "designate-whom": no("accepted", c.Dispatch(DISPATCHER, designate=True)),
    "no-catalogue": no("accepted", c.Dispatch(DISPATCHER)),
    "already-sent-back": no(
        "accepted",
        c.Dispatch(DISPATCHER),
        c.SendBack(HANDLER, "x"),
        c.Adjudicate(DISPATCHER),
        c.Dispatch(SYSTEM),
        routes=True,
    ),
    "downward-unit": no("signed", c.Dispatch(HANDLER)),
    "downward-designate": no("signed", c.Dispatch(HANDLER, "u2", designate=True)),
    "downward-not-signed": no("dispatched", c.Dispatch(HANDLER, "u2")),
    "not-below": no("signed", c.Dispatch(HANDLER, "u2"), routes=True),
    "grassroots": no("accepted", c.Dispatch(DISPATCHER, "street"), routes=True, dispatching=GUARD),
    "grassroots-category": no(
        "accepted",
        c.Dispatch(DISPATCHER, "street"),
        routes=True,
        dispatching=Dispatching(grassroots=GrassrootsRule(True, False, ("城乡建设",), "办法五")),
    ),
    "grassroots-own-accord": no(
        "accepted",
        c.Dispatch(DISPATCHER, "east"),
        c.Sign(EAST),
        c.Dispatch(EAST, "street", override="flood"),
        routes=True,
        dispatching=GUARD,
    ),
    "in-consultation": no("accepted", c.Consult(DISPATCHER, ("u1", "u2")), c.Dispatch(DISPATCHER, "u1")),
    "consult-again": no("accepted", c.Consult(DISPATCHER, ("u1",)), c.Consult(DISPATCHER, ("u2",))),
    "consult-whom": no("accepted", c.Consult(DISPATCHER, ("",))),
    "no-consultation": no("accepted", c.Conclude(DISPATCHER)),
    "unknown-conclusion": no("accepted", c.Consult(DISPATCHER, ("u1",)), c.Conclude(DISPATCHER, "later")),
    "conclude-unit": no("accepted", c.Consult(DISPATCHER, ("u1",)), c.Conclude(DISPATCHER)),
    "conclude-no-unit": no("accepted", c.Consult(DISPATCHER, ("u1",)), c.Conclude(DISPATCHER, "undecided", "u1")),
    "divide-what": no("accepted", c.Divide(DISPATCHER)),
    "divide-into": no("accepted", c.Divide(DISPATCHER, category="交通")),
    "assist-unit": no("signed", c.Assist(DISPATCHER)),
    "assist-role": no("signed", c.Assist(DISPATCHER, "u3", "lead")),
    "assist-not-lead": no("signed", c.Assist(DISPATCHER, "u3"), c.Assist(U3, "u4")),
    "already-assigned": no("signed", c.Assist(DISPATCHER, "u3"), c.Assist(DISPATCHER, "u3")),
    "report-copy": no("signed", c.Assist(DISPATCHER, "u3", "copy"), c.Report(U3, reason="x")),
    "report-empty": no("signed", c.Report(HANDLER)),
    "report-needed": no(
        "signed",
        c.Reply(HANDLER),
        at=day(11, 2),
        dispatching=Dispatching(assist=AssistRule(report_when_late=True, basis="北京条例第十四条")),
    ),
    # ── what comes back ──
    "send-back-reason": no("signed", c.SendBack(HANDLER)),
    "send-back-unknown": no("signed", c.SendBack(HANDLER, "bored"), send_back=DISPUTE),
    "send-back-designated": no("accepted", c.Dispatch(DISPATCHER, "u1", designate=True), c.SendBack(HANDLER, "x")),
    "send-back-first": no(
        "signed", c.SendBack(HANDLER, "x"), send_back=SendBackRule(first_receiver=True, basis="首接负责")
    ),
    "send-back-too-often": no(
        "signed",
        c.SendBack(HANDLER, "not-ours"),
        c.Adjudicate(DISPATCHER, "reassign", "u2"),
        c.SendBack(U2, "not-ours"),
        send_back=DISPUTE,
    ),
    "send-back-late": no("signed", c.SendBack(HANDLER, "not-ours"), at=day(10, 1), send_back=DISPUTE),
    "unknown-decision": no("disputed", c.Adjudicate(DISPATCHER, "coin")),
    "adjudicate-unit": no("disputed", c.Adjudicate(DISPATCHER, "backstop")),
    # ── the work ──
    "already-signed": no("signed", c.Sign(HANDLER)),
    "already-replied": no("replied", c.Reply(HANDLER)),
    "with-subordinate": no("signed", c.Dispatch(HANDLER, "u2"), c.Reply(HANDLER)),
    "review-reason": no("replied", c.Review(REVIEWER, False)),
    "review-unknown": no(
        "replied",
        c.Review(REVIEWER, False, "bored"),
        review=ReviewRule({"vague": "含糊", "rude": "态度差"}, "办法十二"),
    ),
    "bad-form": no(
        "signed",
        c.Reply(
            HANDLER,
            contacted=False,
            contacted_at=day(12, 1),
            fact="maybe",
            claim="odd",
            result="solved",
            solved=False,
            reason="lazy",
        ),
        reply_form=FORM,
    ),
    "bad-form-contacted": no("signed", c.Reply(HANDLER, contacted=True, not_contacted="no-number")),
    "bad-form-result": no("signed", c.Reply(HANDLER, result="gone")),
    "form-incomplete": no("signed", c.Reply(HANDLER), reply_form=FORM),
    "form-incomplete-when": no(
        "signed", c.Reply(HANDLER, contacted=False, contacted_at=None, fact="untrue"), reply_form=FORM
    ),
    # ── the call ──
    "unknown-outcome": no("reviewed", c.FollowUp(CALLER, "asleep")),
    "unknown-level": no("reviewed", c.FollowUp(CALLER, satisfied="great"), satisfied_levels=LEVELS, scale=SCALE),
    "no-attitude": no("reviewed", c.FollowUp(CALLER, satisfied="satisfied", attitude="satisfied")),
    "attempts-exhausted": no("following-up", c.FollowUp(CALLER), calls=CallRule(most=1, basis="办法十三")),
    "called-too-soon": no("following-up", c.FollowUp(CALLER), calls=CallRule(gap=LIMIT("1d"), basis="办法十三")),
    "unknown-caller": no(c.Join(SYSTEM, ("7", "8")), "reviewed", c.FollowUp(CALLER, caller="9")),
    "unknown-caller-none": no("reviewed", c.FollowUp(CALLER, caller="9")),
    "caller-needed": no("closed", c.FollowUp(CALLER)),
    "no-reply-wanted": no(
        c.Join(SYSTEM, ("7",)), "reviewed", c.FollowUp(CALLER), life={"request": Request(AT, wants_reply=False)}
    ),
    "nothing-to-judge": no("following-up", c.Judge(CALLER)),
    "judge-reason": no("reviewed", c.FollowUp(CALLER, solved=False), c.Judge(CALLER, False)),
    "judge-unknown": no(
        "reviewed",
        c.FollowUp(CALLER, solved=False),
        c.Judge(CALLER, False, "rude"),
        calls=CallRule(unreasonable={"unlawful": "违法", "absurd": "不合常理"}, basis="办法十四"),
    ),
    "rate-level": no("reviewed", c.Rate(REQUESTER, "great")),
    "not-judged": no(
        "reviewed", c.FollowUp(CALLER, solved=False), c.Reopen(CALLER), reopen=ReopenRule(judged=True, basis="办法十五")
    ),
    "judged-unreasonable": no(
        "reviewed",
        c.FollowUp(CALLER, solved=False),
        c.Judge(CALLER, False, "absurd"),
        c.Reopen(CALLER),
        reopen=ReopenRule(judged=True, basis="办法十五"),
    ),
    # ── longer, later, not now ──
    "extension-pending": no("signed", c.Extend(HANDLER, LIMIT("1wd")), c.Extend(HANDLER, LIMIT("1wd"))),
    "extension-assist": no("signed", c.Assist(DISPATCHER, "u3"), c.Extend(U3, LIMIT("1wd"))),
    "extension-no-deadline": no("signed", c.Extend(HANDLER, LIMIT("1wd")), limits=()),
    "extension-late": no("signed", c.Extend(HANDLER, LIMIT("1wd")), at=day(10, 13)),
    "extension-too-near": no(
        "signed",
        c.Extend(HANDLER, LIMIT("1wd")),
        at=day(10, 10, 12),
        extension=ExtensionRule(ask_before=LIMIT("1wd"), basis="办法十六"),
    ),
    "extension-too-often": no(
        "signed",
        c.Extend(HANDLER, LIMIT("1wd")),
        c.GrantExtension(DISPATCHER),
        c.Extend(HANDLER, LIMIT("1wd")),
        extension=ExtensionRule(1, basis="办法十六"),
    ),
    "extension-fixed": no(
        "signed", c.Extend(HANDLER, LIMIT("2wd")), extension=ExtensionRule(fixed=LIMIT("5wd"), basis="办法十六")
    ),
    "extension-longest": no(
        "signed", c.Extend(HANDLER, LIMIT("3wd")), extension=ExtensionRule(longest=LIMIT("2wd"), basis="办法十六")
    ),
    "extension-original": no(
        "signed", c.Extend(HANDLER, LIMIT("6wd")), extension=ExtensionRule(up_to_original=True, basis="办法十六")
    ),
    "extension-total": no(
        "signed", c.Extend(HANDLER, LIMIT("4wd")), extension=ExtensionRule(total=LIMIT("8wd"), basis="办法十六")
    ),
    "extension-by-law": no(
        "signed",
        c.ApplyStatute(DISPATCHER, limit=LIMIT("60d"), basis="信访条例", extension=LIMIT("30d")),
        c.Extend(HANDLER, LIMIT("31d")),
    ),
    "extension-not-asked": no("signed", c.GrantExtension(DISPATCHER)),
    "extension-not-centre": no("signed", c.Extend(HANDLER, LIMIT("1wd")), c.GrantExtension(HEAD)),
    "extension-not-head": no(
        "signed",
        c.Extend(HANDLER, LIMIT("1wd")),
        c.GrantExtension(DISPATCHER),
        extension=ExtensionRule(approver="unit-head", basis="办法十六"),
    ),
    "defer-past": no("signed", c.Defer(DISPATCHER, AT, "money")),
    "defer-reason": no("signed", c.Defer(DISPATCHER, day(12, 1))),
    "deferred-too-often": no(
        "signed",
        c.Defer(DISPATCHER, day(12, 1), "money"),
        c.Defer(DISPATCHER, day(12, 9), "money"),
        deferral=DeferralRule(1, basis="济南条例第二十四条"),
    ),
    "deferral-too-long": no(
        "signed", c.Defer(DISPATCHER, day(12, 1), "money"), deferral=DeferralRule(longest=LIMIT("30d"), basis="济南")
    ),
    "deferral-late": no(
        "signed",
        c.Defer(DISPATCHER, day(12, 1), "money"),
        at=day(10, 13, 9),
        deferral=DeferralRule(before_expiry=True, basis="济南"),
    ),
    "suspension-off": no("signed", c.Suspend(DISPATCHER, "weather")),
    "suspension-unknown": no("signed", c.Suspend(DISPATCHER, "bored"), suspension=PAUSES),
    "already-suspended": no(
        "signed", c.Suspend(DISPATCHER, "weather", day(9, 30)), c.Suspend(DISPATCHER, "weather"), suspension=PAUSES
    ),
    "suspended-too-often": no(
        "signed",
        c.Suspend(DISPATCHER, "weather", day(9, 30)),
        c.Resume(DISPATCHER),
        c.Suspend(DISPATCHER, "weather"),
        suspension=PAUSES,
    ),
    "nothing-to-suspend": no("signed", c.Suspend(DISPATCHER, "weather", day(9, 30)), limits=(), suspension=PAUSES),
    "suspension-past": no("signed", c.Suspend(DISPATCHER, "weather", AT), suspension=PAUSES),
    "suspension-too-long": no("signed", c.Suspend(DISPATCHER, "weather", day(10, 4)), suspension=PAUSES),
    "suspension-total": no("signed", c.Suspend(DISPATCHER, "weather", day(10, 2)), suspension=PAUSES),
    "suspension-total-hours": no(
        "signed", c.Suspend(DISPATCHER, "weather", day(10, 1)), suspension=evolve(PAUSES, total=LIMIT("17wh"))
    ),
    "suspension-total-exact": no(
        "signed",
        c.Suspend(DISPATCHER, "weather", day(9, 29, 13)),
        c.Resume(DISPATCHER),
        c.Suspend(DISPATCHER, "weather", day(9, 29, 15, 1)),
        suspension=evolve(PAUSES, total=LIMIT("24h"), most=2),
    ),
    "suspension-total-days": no(
        "signed", c.Suspend(DISPATCHER, "weather", day(10, 2)), suspension=evolve(PAUSES, total=LIMIT("1wd"))
    ),
    "suspension-not-centre": no("signed", c.Suspend(HANDLER, "weather"), suspension=PAUSES),
    "suspension-not-head": no("signed", c.Suspend(HANDLER, "weather"), suspension=evolve(PAUSES, approver="unit-head")),
    "suspension-not-lead": no(
        "signed", c.Assist(DISPATCHER, "u3"), c.Suspend(U3, "weather"), suspension=evolve(PAUSES, approver="none")
    ),
    "not-suspended": no("signed", c.Resume(DISPATCHER)),
    "unknown-statute": no(
        "signed",
        c.ApplyStatute(DISPATCHER, "tax"),
        statutes=(
            StatuteRule("permit", "行政许可", LIMIT("20wd"), "行政许可法"),
            StatuteRule("xf", "信访", LIMIT("60d"), "条例"),
        ),
    ),
    "unknown-statute-none": no("signed", c.ApplyStatute(DISPATCHER, "tax")),
    "statute-basis": no("signed", c.ApplyStatute(DISPATCHER, limit=LIMIT("60d"), basis=" ")),
    "contact-reason": no("signed", c.Contact(HANDLER, False)),
    "nothing-to-tell": no("signed", c.Tell(HANDLER)),
    # ── pressure ──
    "unknown-rung": no("signed", c.Supervise(SUPERVISOR, "shout"), ladder=LADDER),
    "unknown-trigger": no("signed", c.Flag(SUPERVISOR, "overdue")),
    "bad-count": no("signed", c.Flag(SUPERVISOR, "problem", 2)),
    "already-flagged": no("signed", c.Flag(SUPERVISOR, "problem"), c.Flag(SUPERVISOR, "problem"), ladder=LADDER),
    # ── ends, and editions ──
    "unknown-element": no("accepted", c.Supplement(AGENT, facts=("name", "colour"))),
    "reopened-too-often": no("closed", c.Reopen(SUPERVISOR), reopen=ReopenRule(0, basis="办法十七")),
    "others-joined-withdraw": no(c.Join(SYSTEM, ("8", "7")), c.Withdraw(REQUESTER)),
    "others-joined-void": no(c.Join(SYSTEM, ("7",)), c.Void(ADMIN, "test-call")),
    "void-reason": no(c.Void(ADMIN)),
    "ask-termination-not-lead": no("signed", c.Assist(DISPATCHER, "u3"), c.AskTermination(U3, "no-place", note="x")),
    "termination-pending": no(
        "signed", c.AskTermination(HANDLER, "no-place", note="x"), c.AskTermination(HANDLER, "no-place", note="x")
    ),
    "termination-reason": no("signed", c.AskTermination(HANDLER, note="x")),
    "termination-unknown": no("signed", c.AskTermination(HANDLER, "bored", note="x"), termination=ASK_END),
    "termination-writing": no("signed", c.AskTermination(HANDLER, "moved", note=" "), termination=ASK_END),
    "termination-not-asked": no("signed", c.DecideTermination(REVIEWER)),
    "termination-refusing": no(
        "signed", c.AskTermination(HANDLER, "moved", note="x"), c.DecideTermination(REVIEWER, False)
    ),
    "termination-not-requested": no("signed", c.Terminate(REVIEWER, "moved"), termination=ASK_END),
    "other-edition": no("signed", c.AdoptEdition(ADMIN, "2027-01-01")),
}


def under(edition: str, **rules: Any) -> Policy:
    return small_policy(edition=edition, **rules)


def keeping() -> None:
    life = Life().take("signed")
    life.policy = under("2026-10-01", transition=TransitionRule(basis="办法十八"))
    life.do(c.AdoptEdition(ADMIN, "2026-10-01"))


SAID["edition-keeps"] = keeping


@pytest.mark.parametrize("name", SAID)
def test_refused(name: str, expect: Any) -> None:
    expect.refused(SAID[name])
