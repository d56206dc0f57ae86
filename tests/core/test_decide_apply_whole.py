"""Whole lives (整单经历): what each command makes, every field of every event, and what the order is afterwards.

What they came to stands in ``test_decide_apply_whole.txt``; how to write it anew says ``conftest.py``.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Role
from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar
from hotline12345.core.classify import Rule, RuleSet
from hotline12345.core.events.adoption import Taken
from hotline12345.core.evolve import evolve, fold
from hotline12345.core.order import Status
from hotline12345.core.policy import (
    AcceptedType,
    Channel,
    ConductStep,
    ExtensionRule,
    Flow,
    Line,
    Paper,
    ReopenRule,
    Rung,
    ScopeRule,
    SendBackRule,
)
from hotline12345.core.policy.acceptance import ClearanceRule, FollowerRule, LinkageRule, RecordRule, RepeatRule
from hotline12345.core.policy.answer import ReplyForm, ReviewRule, TerminationRule
from hotline12345.core.policy.calling import CallPlan, CallRule, RatingRule, Scale
from hotline12345.core.policy.dispatching import AssistRule, Dispatching, GrassrootsRule, Hops, ProblemRule
from hotline12345.core.policy.timing import DeferralRule, StatuteRule, SuspensionRule, TellRule
from hotline12345.core.policy.transition import TransitionRule
from hotline12345.core.refs import Judged, Origin, Ref
from hotline12345.core.request import Kind, Request, Requester, Urgency
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import Stage, TimeLimit, deadline
from hotline12345.core.spans import spans
from hotline12345.testing.orders import (
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    LIMITS,
    REQUESTER,
    REVIEWER,
    SUPERVISOR,
    Life,
    limit,
    of_unit,
    small_policy,
)

TICK = c.Tick(SYSTEM)
HEAD = of_unit("u1", Role.UNIT_HEAD)
U2, U3, EAST, STREET = of_unit("u2"), of_unit("u3"), of_unit("east"), of_unit("street")
N1, N2 = Ref("n1", "of-the-note"), Ref("n2", "of-the-note")
L = TimeLimit.parse

UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
    Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
    Unit("u3", "城管局", Grade.DEPARTMENT, "city"),
)
ROUTES = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"), Claim("east", "城乡建设")), centre="centre")
TOWNS = RoutingGraph.of(UNITS, (Claim("street", "城乡建设", "210102"),), centre="centre")


def on(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CST)


class Step:
    """A command with when it comes and the private record that goes with it, or other rules from here on."""

    def __init__(self, command: c.Command, at: datetime | None = None, ref: Ref | None = None, **rules: Any) -> None:
        self.command, self.at, self.ref, self.rules = command, at, ref, rules


def lived(
    *steps: Any, at: datetime = AT, request: dict[str, Any] | None = None, receive: Any = None, **rules: Any
) -> Any:
    """A life: *steps* are names of statuses (the way there is not written down), commands, or commands with more."""

    def live() -> Life:
        asked = None if request is None else Request(**({"received": at, "area": "210102"} | request))
        life = Life(small_policy(**rules), at=at, request=asked, **(receive or {}))
        life.told = list(life.log) if receive or "line" in (request or {}) else []  # type: ignore[attr-defined]
        for each in steps:
            if isinstance(each, str):
                life.take(each)
                continue
            step = each if isinstance(each, Step) else Step(each)
            if step.rules:
                life.policy = change(life.policy, **step.rules)
            life.told += life.do(step.command, step.at, step.ref)  # type: ignore[attr-defined]
        return life

    return live


# ── what the rules say, where a scenario asks for rules ──

WORDS = RuleSet.compile(
    [
        Rule("w1", "停水", 3, "城乡建设/供水", urgency=Urgency.URGENT),
        Rule("w2", "噪音", 2, "环境保护/噪音污染"),
        Rule("k1", "投诉", 2, kind=Kind.COMPLAINT),
        Rule("r1", "跳楼", 1, risk="self-harm"),
        Rule("e1", "着火", 5, urgency=Urgency.EMERGENCY, refer="119"),
    ]
)
MODEL = Judged(
    "m", "1", "fill", "环境保护/噪音污染", Kind.REPORT, Urgency.NORMAL, 0.87, False,
    scores=(("环境保护/噪音污染", 0.87),), evidence=(("text", 0, 2),)
)  # fmt: skip
EVEN = RuleSet.compile(
    [Rule("a", "停水", 1, "城乡建设/供水"), Rule("b", "噪音", 1, "环境保护/噪音污染")], threshold=0.6
)
LADDER = (
    Rung("warn", "预警", None, "（一）", before=L("1wd"), owner="hotline", paper=Paper("notice", "预警单")),
    Rung("call", "催办", None, "（二）", at_once=True, owner="hotline"),
    Rung("letter", "督办函", L("1d"), "（三）", on_day=True, paper=Paper("letter", "督办函"), owner="city-office"),
    Rung("report", "通报", L("2wd"), "（四）", since="rung", owner="government", unless_reported=True),
    Rung("talk", "约谈", None, "（五）", owner="city-leaders"),
    Rung("meeting", "会议", L("3wd"), "（六）", since="rung", owner="standing-meeting"),
    Rung("again", "重办督办", None, "（七）", trigger="reopened", at_once=True, owner="hotline"),
    Rung("often", "多次退单", L("1wd"), "（八）", trigger="sent-back", count=2),
    Rung("urged", "催办督办", None, "（九）", trigger="urged", at_once=True, count=2),
    Rung("poor", "审核督办", L("24h"), "（十）", trigger="review-failed"),
    Rung("problem", "问题工单", L("2wd"), "（十一）", trigger="problem", paper=Paper("problem", "问题单")),
    Rung("unhappy", "不满意", None, "（十二）", trigger="dissatisfied", at_once=True),
    Rung("unsolved", "未解决", L("1wd"), "（十三）", trigger="unsolved"),
    Rung("unsigned", "未签收", None, "（十四）", stage=Stage.SIGN, at_once=True, owner="hotline"),
)
SCOPE = (
    ScopeRule("court", "legal", "请向法院起诉", "办法一", ("政法",), ("判决",), "法院"),
    ScopeRule("secret", "explain", "涉密不办", "办法二", (), ("国家秘密",)),
    ScopeRule("nobody", "decline", "请留下联系方式", "办法三", lacking=("contact", "place")),
)
LINES = (
    Line("biz", "企业服务", "办法四", "6", takes="biz-desk", unit="u3", urgency=Urgency.URGENT),
    Line("care", "养老", "办法五", "7"),
)
TYPES = (
    AcceptedType(
        "fix",
        "维修",
        "办法六",
        categories=("城乡建设",),
        within=(AcceptedType("water", "供水", "办法七", words=("停水",)), AcceptedType("rest", "其他", "办法八")),
    ),
    AcceptedType("ask", "咨询", "办法九", kinds=(Kind.CONSULTATION,)),
)
STEPS = (
    ConductStep("warn", "警告", "办法十"),
    ConductStep("limit", "限制", "办法十一", 2),
    ConductStep("clue", "移送", "办法十二", 3, "u2"),
)
TIMED = (
    *LIMITS,
    limit("2h", Stage.DISPATCH),
    limit("4h", Stage.CONTACT),
    limit("2wd", Stage.CONSULT),
    limit("1wd", Stage.ADJUDICATE),
)
SIGNING = (limit("5wd", start="signed"), limit("1wd", Stage.SIGN))
SAME = c.Similar("9", True, False, True, True, "城乡建设/物业管理")
LAWS = (StatuteRule("permit", "行政许可", L("20wd"), "行政许可法第四十二条", L("10wd")),)
TELL = TellRule(("statute", "extended", "deferred", "suspended"), L("2d"), "告知办法")
PAUSE = SuspensionRule(("expert-opinion",), 2, L("9d"), L("20d"), "none", "中止办法")
FORM = {
    "contacted": True,
    "contacted_at": on(9, 28, 12),
    "visited": True,
    "fact": "partly",
    "claim": "unreasonable",
    "result": "explained",
    "basis": "物业管理条例",
    "public": "答复",
}
KINDER, MOVE = TransitionRule("kinder", "新办法第三十条"), TransitionRule("move", "新办法第三十条")
NOTICE = Overlay((OverlayDay(date(2026, 10, 10), False, "校庆"),), "某市通知", "地方放假")
LATER = WorkCalendar.china((NOTICE,))
YEAR = Overlay(
    tuple(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)),
    "国办发明电〔2026〕0号",
    "",
    (2027,),
    True,
)

LIVES: dict[str, Any] = {
    # ── the way in ──
    "received": lived(
        at=on(9, 28, 9, 30),
        request={
            "title": "题",
            "text": "文",
            "requester": Requester("张三", "13800000000"),
            "kind": Kind.HELP,
            "category": "城乡建设/供水",
            "channel": "微信",
            "ref": "W-1",
            "anonymous": True,
            "confidential": True,
            "wants_reply": False,
            "ext": {"host": {"desk": [3, None]}},
            "level": "province",
            "line": "6",
        },
        receive={
            "origin": Origin("210200", "77"),
            "citizen": deadline(L("3wd"), on(9, 25, 9), WorkCalendar.china(), basis="移交"),
        },
        lines=LINES,
        channels=(Channel("wechat", "微信", "办法十三", ("wx",)),),
        parents=("cn@2025-06-25",),
        digest="d1",
    ),
    "received-bare": lived(request={"line": "9"}),
    "accepted-given": lived(
        Step(c.Accept(AGENT, Kind.REPORT, "环境保护/噪音污染", "210103", Urgency.URGENT), None, N1), request={}
    ),
    "accepted-by-rules": lived(
        c.Accept(SYSTEM, title="投诉停水", text="昨天停水，晚上有噪音，没有着火"), request={}, rules=WORDS, types=TYPES
    ),
    "accepted-unsure": lived(
        c.Accept(SYSTEM, text="你好"), request={}, rules=WORDS, flow=Flow(default_kind=Kind.SUGGESTION)
    ),
    "accepted-direct": lived(
        c.Accept(SYSTEM),
        request={"kind": Kind.CONSULTATION, "category": "政策"},
        types=TYPES,
        flow=Flow(answer_kinds=(Kind.CONSULTATION,), basis="办法十四"),
    ),
    "accepted-by-line": lived(
        c.Accept(of_unit("biz-desk", Role.AGENT)),
        c.Dispatch(DISPATCHER),
        request={"line": "6", "category": "政策"},
        lines=LINES,
        routes=ROUTES,
    ),
    "accepted-noticed": lived(
        c.Accept(
            AGENT,
            Kind.COMPLAINT,
            "城乡建设/物业管理",
            text="要跳楼，没说判决",
            new_fact=True,
            lacks=("name", "place"),
            conduct="limit",
            disposition="handle",
            similar=(SAME, c.Similar("8", False, True), c.Similar("7", True, True, False)),
        ),
        request={"channel": "pigeon"},
        rules=WORDS,
        scope=SCOPE,
        conduct=STEPS,
        types=TYPES,
        channels=(Channel("phone", "电话", "办法十三"),),
        record=RecordRule(("name",), basis="五要素"),
        repeat=RepeatRule(basis="重复办法"),
        follower=FollowerRule((Kind.COMPLAINT,), basis="专人办法"),
    ),
    "accepted-would-refer": lived(c.Accept(AGENT, text="对判决不服", disposition="handle"), request={}, scope=SCOPE),
    "accepted-follower": lived(
        c.Accept(AGENT, Kind.REPORT), request={}, follower=FollowerRule((Kind.REPORT,), ("p1", "p2", "p3"), "专人办法")
    ),
    "referred-by-scope": lived(c.Accept(AGENT, Kind.HELP, text="我不走诉讼；对判决不服"), request={}, scope=SCOPE),
    "referred-by-category": lived(c.Accept(AGENT, Kind.HELP, "政法/审判"), request={}, scope=SCOPE),
    "declined-by-scope": lived(c.Accept(AGENT, Kind.HELP, text="国家秘密"), request={}, scope=SCOPE),
    "declined-for-lack": lived(c.Accept(AGENT, Kind.HELP, lacks=("contact", "time", "place")), request={}, scope=SCOPE),
    "emergency-by-rules": lived(c.Accept(AGENT, text="着火了"), request={}, rules=WORDS),
    "emergency-given": lived(c.Accept(AGENT, urgency=Urgency.EMERGENCY), request={}),
    "told-progress": lived(
        c.Accept(AGENT, similar=(c.Similar("8", True, True, True, category="交通"), SAME._replace(open=True))),
        repeat=RepeatRule("auto", basis="重复办法"),
    ),
    "told-result": lived(c.Accept(AGENT, similar=(SAME,)), repeat=RepeatRule("auto", basis="重复办法")),
    "asked-for-more": lived(
        c.Accept(AGENT, lacks=("time", "place", "cause")),
        c.Supplement(AGENT, facts=("time",)),
        c.Supplement(AGENT, "", ("place",), True),
        c.Accept(AGENT, lacks=("time", "place", "cause")),
        request={},
        record=RecordRule(("place", "time"), L("2d"), "五要素"),
    ),
    "asked-in-vain": lived(
        c.Accept(AGENT, lacks=("place",)),
        Step(TICK, on(10, 1)),
        request={},
        record=RecordRule(("place",), L("2d"), "五要素"),
    ),
    "answered": lived(
        Step(c.Answer(AGENT, how="knowledge", source="kb-1"), None, N1),
        c.Rate(REQUESTER, "satisfied"),
        c.Close(AGENT, "done"),
        c.Archive(SYSTEM),
    ),
    "answered-then-accepted": lived(c.Answer(AGENT), c.Accept(AGENT)),
    "connected": lived(
        c.Connect(AGENT, "three-party-call", "u2"), Step(c.Connect(AGENT, "expert-seat", "u3", True), None, N1)
    ),
    "referred": lived(Step(c.Refer(AGENT, "petition", "信访局", "信访条例"), None, N1), request={}),
    "declined-listed": lived(Step(c.Decline(AGENT, "secret"), None, N1), scope=SCOPE),
    "declined-own": lived(c.Decline(AGENT, "court", "另告", "另依"), scope=SCOPE),
    "merged": lived("dispatched", c.Merge(AGENT, "5")),
    "offered-taken": lived(Step(c.Offer(AGENT, "119", "taken"), None, N1), linkage=LinkageRule("", basis="12号")),
    "offered-ours": lived(
        c.Offer(AGENT, "110", "undecided", "here"),
        c.Offer(AGENT, "110", "declined"),
        c.Accept(AGENT, text="判决"),
        c.Offer(AGENT, "110", "taken"),
        scope=SCOPE,
        linkage=LinkageRule("first-receiver", basis="12号"),
    ),
    "offered-theirs": lived(
        c.Offer(AGENT, "122", "undecided", "there"), linkage=LinkageRule("first-receiver", basis="12号")
    ),
    "curbed": lived(
        Step(c.Curb(AGENT), None, N1),
        c.Curb(AGENT, reason="abuse"),
        c.Curb(AGENT, "warn"),
        c.Curb(AGENT),
        conduct=STEPS,
    ),
    "curbed-before": lived(c.Curb(AGENT, "limit", earlier_steps=("warn",)), conduct=STEPS),
    "entrusted": lived(
        "accepted",
        c.Entrust(DISPATCHER, "p9", "asked"),
        c.Urge(REQUESTER, "slow"),
        c.Entrust(SUPERVISOR),
        follower=FollowerRule((), ("p1", "p2", "p3"), "专人办法"),
    ),
    "joined": lived(c.Join(SYSTEM, ("7", "8", "1")), c.Join(SYSTEM, ("8", "9")), c.Join(SYSTEM, ("9",))),
    "ceased": lived(
        "accepted",
        Step(c.Cease(DISPATCHER, "9", "说明", (SAME,)), None, N1),
        repeat=RepeatRule(unreasonable=True, basis="济南条例"),
    ),
    "ceased-by-lead": lived(
        "signed", c.Cease(HANDLER, "9", "说明", (SAME,)), repeat=RepeatRule(unreasonable=True, basis="济南条例")
    ),
    # ── whose it is ──
    "dispatched-by-catalogue": lived("accepted", c.Dispatch(DISPATCHER), routes=ROUTES),
    "dispatched-to-a-town": lived("accepted", c.Dispatch(DISPATCHER), routes=TOWNS),
    "dispatched-by-hand": lived("accepted", c.Dispatch(DISPATCHER, "street", designate=True), routes=ROUTES),
    "dispatched-over-the-guard": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "street", override="flood"),
        routes=ROUTES,
        dispatching=Dispatching(grassroots=GrassrootsRule(True)),
    ),
    "dispatched-from-signing": lived("accepted", c.Dispatch(DISPATCHER, "u1"), c.Sign(HANDLER), limits=SIGNING),
    "dispatched-from-signing-late": lived("dispatched", Step(c.Sign(HANDLER), on(9, 30, 9)), limits=SIGNING),
    "dispatched-from-receipt": lived(
        "accepted", c.Dispatch(DISPATCHER, "u1"), limits=(limit("5wd", start="received"),)
    ),
    "dispatched-without-signing": lived(
        "accepted", c.Dispatch(DISPATCHER, "u1"), c.Reply(HANDLER), flow=Flow(sign=False)
    ),
    "dispatched-without-limits": lived("accepted", c.Dispatch(DISPATCHER, "u1"), limits=()),
    "handed-down": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "east"),
        c.Sign(EAST),
        c.Dispatch(EAST, "street"),
        c.Reply(STREET, solved=True, reason="done"),
        c.Dispatch(EAST, "street"),
        c.Sign(STREET),
        Step(c.SendBack(STREET, "no-means"), None, N1),
        c.Reply(EAST, solved=False),
        c.Review(REVIEWER),
        routes=ROUTES,
        dispatching=Dispatching(hops=Hops(downward="remaining")),
    ),
    "handed-down-by-assistant": lived(
        "accepted", c.Dispatch(DISPATCHER), c.Dispatch(EAST, "street"), c.Reply(STREET), routes=ROUTES
    ),
    "recalled": lived("signed", c.Extend(HANDLER, L("1wd")), c.Assist(DISPATCHER, "u3"), c.Recall(ADMIN, "misrouted")),
    "transferred": lived(
        "signed",
        Step(c.Recall(DISPATCHER), on(9, 30, 9)),
        Step(c.Dispatch(DISPATCHER, "u2"), on(10, 8, 9)),
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "reassigned-days": lived(
        "signed",
        Step(c.SendBack(HANDLER, "x"), on(9, 30, 9)),
        Step(c.Adjudicate(DISPATCHER, "reassign", "u2", "三定"), on(10, 1, 9), N1),
        limits=(limit("9d"),),
        dispatching=Dispatching(hops=Hops(adjudication="remaining")),
    ),
    "reassigned-hours": lived(
        "signed",
        Step(c.SendBack(HANDLER, "x"), on(9, 28, 17, 31)),
        Step(c.Adjudicate(DISPATCHER), on(9, 29, 9)),
        c.Dispatch(DISPATCHER, "u2"),
        limits=(limit("24h"),),
        dispatching=Dispatching(hops=Hops(send_back="remaining")),
    ),
    "reassigned-working-hours": lived(
        "signed",
        Step(c.SendBack(HANDLER, "x"), on(9, 28, 16, 31)),
        Step(c.Adjudicate(DISPATCHER), on(9, 29, 9)),
        c.Dispatch(DISPATCHER, "u2"),
        limits=(limit("15wh"),),
        dispatching=Dispatching(hops=Hops(send_back="remaining")),
    ),
    "reassigned-late": lived(
        "signed",
        Step(c.SendBack(HANDLER, "x"), on(10, 13, 9)),
        c.Adjudicate(DISPATCHER),
        c.Dispatch(DISPATCHER, "u2"),
        dispatching=Dispatching(hops=Hops(send_back="remaining")),
    ),
    "reclassified": lived(
        "signed",
        c.Reclassify(ADMIN, Kind.REPORT, "环境保护/噪音污染", Urgency.URGENT, "210103", "wrong"),
        limits=(*LIMITS, limit("2wd", urgency=Urgency.URGENT), limit("9wd", kind=Kind.REPORT)),
    ),
    "reclassified-alike": lived("accepted", c.Reclassify(AGENT, area="210104")),
    "reclassified-extended": lived(
        "signed",
        c.Extend(HANDLER, L("1wd")),
        c.GrantExtension(DISPATCHER),
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        limits=(*LIMITS, limit("2wd", urgency=Urgency.URGENT)),
    ),
    "assisted": lived(
        "signed",
        c.Assist(DISPATCHER, "u3"),
        c.Assist(HANDLER, "u2", "copy"),
        c.Sign(U3),
        c.Report(U3, reason="waiting"),
        c.Reply(U3),
        c.Assist(DISPATCHER, "u2"),
        c.SendBack(U2, "x"),
        dispatching=Dispatching(assist=AssistRule(L("3wd"), L("4h"), basis="协办办法")),
    ),
    "assisted-by-catalogue": lived(
        "accepted",
        c.Dispatch(DISPATCHER),
        routes=ROUTES,
        dispatching=Dispatching(assist=AssistRule(L("3wd"), basis="协办办法")),
    ),
    "assisted-on-the-leads-clock": lived(
        "signed", Step(c.Assist(DISPATCHER, "u3"), on(9, 30, 9)), dispatching=Dispatching(hops=Hops(assist="continue"))
    ),
    "reported-late": lived(
        "signed",
        Step(c.Report(HANDLER, reason="parts"), on(10, 13, 9), N1),
        c.Reply(HANDLER),
        dispatching=Dispatching(assist=AssistRule(report_when_late=True)),
    ),
    "consulted": lived(
        "accepted",
        Step(c.Consult(DISPATCHER, ("u1", "u2", "u1", ""), "overlap"), None, N1),
        Step(c.Conclude(DISPATCHER, "agreed", "u1", ("u2", "u1", "u3", "u2"), "会议纪要"), None, N2),
        limits=TIMED,
    ),
    "consulted-undecided": lived(
        "accepted",
        c.Consult(DISPATCHER, ("u1",)),
        c.Conclude(ADMIN, "undecided", assist=("u2",)),
        c.Consult(DISPATCHER, ("u2",)),
        c.Conclude(ADMIN, "agreed", "u2"),
        limits=TIMED,
    ),
    "consulted-then-answered": lived(
        "accepted", c.Consult(DISPATCHER, ("u1",)), c.Answer(AGENT), c.Accept(AGENT), limits=TIMED
    ),
    "divided": lived(
        "signed",
        Step(c.Divide(DISPATCHER, Kind.HELP, "交通", "210103", into="1-1"), None, N1),
        c.Divide(DISPATCHER, text="另一事", into="1-2"),
    ),
    # ── what comes back ──
    "sent-back": lived(
        "signed",
        c.Assist(DISPATCHER, "u2"),
        Step(c.SendBack(HANDLER, "not-ours"), None, N1),
        Step(c.Adjudicate(DISPATCHER, "uphold"), None, N2),
        limits=TIMED,
        ladder=LADDER,
    ),
    "sent-back-late": lived(
        "signed", Step(c.SendBack(HANDLER, "x"), on(9, 30, 9)), send_back=SendBackRule(L("1wd"), late="overdue")
    ),
    "sent-back-late-and-told": lived(
        "signed",
        Step(TICK, on(10, 12)),
        c.SendBack(HANDLER, "x"),
        send_back=SendBackRule(L("1wd"), start="received", late="overdue"),
    ),
    "designated": lived(
        "disputed",
        Step(c.Adjudicate(DISPATCHER, "designate", "u2", "三定"), None, N1),
        c.SendBack(U2, "x"),
        send_back=SendBackRule(designated=True),
    ),
    "backstop": lived("disputed", c.Adjudicate(DISPATCHER, "backstop"), routes=ROUTES),
    "nobody-takes-it": lived(
        "disputed",
        c.Adjudicate(DISPATCHER, "reassign", "u2"),
        c.SendBack(U2, "x"),
        c.Adjudicate(DISPATCHER, "reassign", "u1"),
        c.SendBack(HANDLER, "x"),
        Step(TICK, on(10, 12)),
        ladder=LADDER,
        routes=ROUTES,
        dispatching=Dispatching(problem=ProblemRule(2, basis="巴彦淖尔")),
    ),
    # ── the work ──
    "replied-with-a-form": lived(
        "signed",
        Step(c.Reply(HANDLER, solved=False, reason="no-money", **FORM), None, N1),
        reply_form=ReplyForm(("fact",), reasons={"no-money": "资金"}),
    ),
    "replied-unsigned": lived("dispatched", c.Reply(HANDLER, result="solved"), limits=SIGNING),
    "replied-not-reviewed": lived("signed", c.Reply(HANDLER, solved=True), flow=Flow(review=False)),
    "replied-to-nobody": lived(
        "signed",
        c.Reply(HANDLER, solved=True),
        flow=Flow(review=False),
        request={"kind": Kind.HELP, "wants_reply": False},
    ),
    "replied-not-called": lived(
        "replied", Step(c.Review(REVIEWER, reason="good"), None, N1), flow=Flow(follow_up=False)
    ),
    "replied-not-sampled": lived(
        "replied",
        c.Review(REVIEWER),
        calls=CallRule((CallPlan("sample", "抽样", 0), CallPlan("none", "不访", kind=Kind.HELP))),
    ),
    "replied-not-planned": lived(
        "replied", c.Review(REVIEWER), calls=CallRule((CallPlan("none", "不访", kind=Kind.COMPLAINT),))
    ),
    "reviewed-and-failed": lived(
        "replied",
        Step(c.Review(REVIEWER, False, "vague"), None, N1),
        c.Reply(HANDLER, solved=False, reason="r"),
        c.Review(REVIEWER),
        ladder=LADDER,
        review=ReviewRule({"vague": "含糊"}),
    ),
    "cleared": lived(
        "signed",
        Step(c.Reply(HANDLER, public="x"), None, N1),
        Step(c.Clear(REVIEWER, reason="fine"), None, N2),
        c.Review(REVIEWER),
        clearance=ClearanceRule(True, "66号"),
    ),
    "cleared-without-review": lived(
        "signed",
        c.Reply(HANDLER, public="x"),
        c.Clear(REVIEWER),
        clearance=ClearanceRule(True, "66号"),
        flow=Flow(review=False),
    ),
    "not-cleared": lived(
        "signed",
        Step(c.Reply(HANDLER, public="x"), None, N1),
        Step(c.Clear(REVIEWER, False, "secret"), None, N2),
        clearance=ClearanceRule(True, "66号"),
    ),
    "held-of-an-assistant": lived(
        "signed", c.Assist(DISPATCHER, "u3"), c.Reply(U3, public="x"), clearance=ClearanceRule(True)
    ),
    # ── the call ──
    "satisfied": lived("reviewed", Step(c.FollowUp(CALLER, solved=True, satisfied="satisfied"), None, N1)),
    "satisfied-kept-open": lived(
        "reviewed",
        c.FollowUp(CALLER, solved=True, satisfied="satisfied"),
        c.Close(CALLER, "said-so"),
        flow=Flow(close_when_satisfied=False),
    ),
    "dissatisfied": lived(
        "reviewed",
        Step(c.FollowUp(CALLER, solved=False, satisfied="bad", attitude="good"), None, N1),
        Step(c.Judge(CALLER, True, "fair"), None, N2),
        c.Reopen(CALLER),
        ladder=LADDER,
        satisfied_levels={"good": True, "bad": False},
        scale=Scale(apart=True),
        calls=CallRule(basis="回访办法"),
        reopen=ReopenRule(judged=True),
    ),
    "unsolved-and-unreasonable": lived(
        "signed",
        c.Reply(HANDLER, **FORM),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=False),
        Step(c.Judge(CALLER, False, "absurd"), None, N1),
        ladder=LADDER,
    ),
    "unsolved-for-objective-reasons": lived(
        "signed",
        c.Reply(HANDLER, solved=False, reason="no-money"),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=False),
        ladder=LADDER,
        reply_form=ReplyForm(reasons={"no-money": "资金"}, objective=("no-money",)),
    ),
    "neither": lived(
        "reviewed",
        c.FollowUp(CALLER, satisfied="so-so"),
        ladder=LADDER,
        satisfied_levels={"good": True, "so-so": False},
        scale=Scale(("so-so",)),
    ),
    "in-vain": lived(
        "reviewed",
        c.FollowUp(CALLER, "unreachable", satisfied="satisfied"),
        Step(c.FollowUp(CALLER, "refused"), on(9, 30, 9)),
        Step(c.FollowUp(CALLER, "unreachable"), on(10, 2, 9)),
        calls=CallRule(most=3, gap=L("1d"), exhausted="close"),
    ),
    "everybody-is-called": lived(
        c.Join(SYSTEM, ("7", "8")),
        "reviewed",
        c.FollowUp(CALLER, solved=True, satisfied="satisfied"),
        c.FollowUp(CALLER, "unreachable", caller="7"),
        c.FollowUp(CALLER, caller="7", satisfied="dissatisfied", solved=False),
        Step(c.FollowUp(CALLER, "refused", caller="8"), None, N1),
        ladder=LADDER,
    ),
    "others-called-after-the-end": lived(
        c.Join(SYSTEM, ("7",)), "reviewed", c.Close(CALLER), c.FollowUp(CALLER, caller="7", satisfied="satisfied")
    ),
    "rated-badly": lived(
        "closed",
        Step(c.Rate(REQUESTER, "dissatisfied"), None, N1),
        c.FollowUp(CALLER, solved=True),
        rating=RatingRule(contact=L("1wd"), basis="好差评"),
    ),
    "rated-well": lived("closed", c.Rate(REQUESTER, "satisfied"), rating=RatingRule(contact=L("1wd"))),
    # ── time ──
    "extended": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "east"),
        c.Sign(EAST),
        c.Dispatch(EAST, "street"),
        Step(c.Extend(STREET, L("3wd"), "survey"), None, N1),
        c.GrantExtension(DISPATCHER),
        routes=ROUTES,
        extension=ExtensionRule(2, basis="延期办法"),
    ),
    "extended-by-nobody": lived(
        "signed", c.Extend(HANDLER, L("2wd")), extension=ExtensionRule(approver="none", basis="延期办法")
    ),
    "extended-by-the-head": lived(
        "signed", c.Extend(HANDLER, L("2wd")), c.GrantExtension(HEAD), extension=ExtensionRule(approver="unit-head")
    ),
    "extension-refused": lived("signed", c.Extend(HANDLER, L("2wd")), c.GrantExtension(DISPATCHER, False, "too-late")),
    "extended-when-over": lived(
        "signed", Step(c.Extend(HANDLER, L("2wd")), on(10, 10, 9)), Step(c.GrantExtension(DISPATCHER), on(10, 13, 9))
    ),
    "deferred": lived(
        "signed",
        Step(c.Defer(DISPATCHER, on(12, 1), "money"), None, N1),
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        deferral=DeferralRule(basis="济南条例第二十四条"),
    ),
    "deferred-when-over": lived(
        "signed", Step(TICK, on(10, 12)), c.Defer(DISPATCHER, on(12, 1, 12), "money"), ladder=LADDER
    ),
    "suspended": lived(
        "signed",
        Step(c.Suspend(HANDLER, "expert-opinion", on(9, 30)), on(9, 29, 9), N1),
        Step(c.Resume(HANDLER, "came"), on(9, 29, 15)),
        Step(c.Suspend(HANDLER, "expert-opinion"), on(9, 30, 9)),
        Step(TICK, on(10, 10)),
        suspension=PAUSE,
    ),
    "suspended-and-sent-back": lived(
        "signed", c.Suspend(HANDLER, "expert-opinion"), c.SendBack(HANDLER, "x"), suspension=PAUSE
    ),
    "suspended-and-recalled": lived(
        "signed", c.Suspend(HANDLER, "expert-opinion"), c.Recall(DISPATCHER), suspension=PAUSE
    ),
    "suspended-and-lapsed": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 29)),
        Step(c.Resume(HANDLER), on(9, 30, 9)),
        suspension=PAUSE,
    ),
    "suspended-lapsed-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 29)),
        Step(c.Suspend(HANDLER, "expert-opinion", on(10, 9)), on(9, 30, 9)),
        suspension=PAUSE,
    ),
    "by-statute": lived(
        "signed",
        c.ApplyStatute(DISPATCHER, "permit"),
        c.Extend(HANDLER, L("10wd")),
        c.GrantExtension(DISPATCHER),
        c.Reclassify(ADMIN, Kind.HELP),
        statutes=LAWS,
    ),
    "by-named-law": lived(
        "accepted",
        c.ApplyStatute(ADMIN, limit=L("60d"), basis=" 信访条例 ", extension=L("30d")),
        c.Dispatch(DISPATCHER, "u1"),
    ),
    "extended-then-by-statute": lived(
        "signed",
        c.Extend(HANDLER, L("2wd")),
        c.GrantExtension(DISPATCHER),
        c.ApplyStatute(DISPATCHER, "permit"),
        statutes=LAWS,
    ),
    "duties": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        c.ApplyStatute(DISPATCHER, "permit"),
        Step(c.Tell(HANDLER, "suspended", "sms"), None, N1),
        c.Defer(DISPATCHER, on(12, 1), "money"),
        c.Tell(AGENT, how="phone"),
        c.Tell(AGENT, "weather"),
        statutes=LAWS,
        suspension=PAUSE,
        tell=TELL,
    ),
    "duties-without-time": lived(
        "signed", c.Defer(DISPATCHER, on(12, 1), "money"), tell=TellRule(("deferred",), basis="告知办法")
    ),
    "duties-to-nobody": lived(
        "signed", c.Defer(DISPATCHER, on(12, 1), "money"), tell=TELL, request={"kind": Kind.HELP, "wants_reply": False}
    ),
    "duty-by-a-law-of-the-place": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "u1"),
        c.Reclassify(ADMIN, category="政策"),
        c.Reclassify(ADMIN, category="城乡建设"),
        tell=TELL,
        limits=(*LIMITS, limit("20wd", category="城乡建设", statute=True)),
    ),
    "duty-is-late": lived("signed", c.Defer(DISPATCHER, on(12, 1), "money"), Step(TICK, on(10, 1)), tell=TELL),
    "first-contact": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "u1"),
        c.Sign(HANDLER),
        Step(c.Contact(HANDLER, False, "no-number"), None, N1),
        c.Contact(HANDLER),
        limits=TIMED,
    ),
    "first-contact-from-signing": lived(
        "dispatched",
        c.Sign(HANDLER),
        Step(TICK, on(9, 29)),
        limits=(*LIMITS, limit("4h", Stage.CONTACT, start="signed")),
    ),
    "first-contact-from-receipt": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "u1"),
        c.Sign(HANDLER),
        limits=(*LIMITS, limit("9h", Stage.CONTACT, start="received")),
    ),
    "first-contact-unasked": lived("signed", c.Contact(HANDLER, reached=False, reason="no-number")),
    "dispatch-is-late": lived(
        c.Accept(AGENT), Step(TICK, on(9, 28, 15)), c.Dispatch(DISPATCHER, "u1"), c.Recall(DISPATCHER), limits=TIMED
    ),
    # ── pressure ──
    "urged": lived("dispatched", c.Urge(REQUESTER, "slow"), c.Urge(AGENT), ladder=LADDER),
    "overdue": lived("signed", Step(TICK, on(10, 11)), Step(TICK, on(10, 20)), ladder=LADDER),
    "overdue-step-by-step": lived(
        "signed",
        Step(TICK, on(10, 9, 0)),
        Step(TICK, on(10, 11)),
        Step(TICK, on(10, 12)),
        Step(TICK, on(10, 13)),
        Step(TICK, on(10, 14)),
        ladder=LADDER,
    ),
    "overdue-but-reported": lived(
        "signed", Step(TICK, on(10, 11)), c.Report(HANDLER, reason="parts"), Step(TICK, on(10, 20)), ladder=LADDER
    ),
    "unsigned": lived("dispatched", Step(TICK, on(9, 30)), c.Sign(HANDLER), ladder=LADDER),
    "set-in-motion": lived(
        "signed",
        Step(c.Supervise(SUPERVISOR, "talk"), on(9, 29, 9), N1),
        c.Supervise(SUPERVISOR, "letter"),
        c.Supervise(SUPERVISOR, "talk"),
        Step(TICK, on(10, 9)),
        ladder=LADDER,
    ),
    "supervised-without-a-ladder": lived("signed", Step(c.Supervise(SUPERVISOR, "any"), None, N1)),
    "flagged": lived(
        "signed",
        Step(c.Flag(SUPERVISOR, "repeats", 3, "many"), None, N1),
        c.Flag(SUPERVISOR, "problem", reason="stuck"),
        Step(TICK, on(10, 9)),
        ladder=(
            *LADDER,
            Rung("many", "集中", L("1wd"), "（十五）", trigger="repeats", count=3, owner="hotline"),
            Rung("more", "集中", None, "（十六）", trigger="repeats", count=2, at_once=True),
        ),
    ),
    "flagged-without-a-rung": lived(
        "signed", c.Flag(SUPERVISOR, "other", reason="why"), c.Flag(SUPERVISOR, "repeats", 2), ladder=LADDER
    ),
    "warned": lived(
        "signed",
        Step(TICK, on(10, 9)),
        c.Extend(HANDLER, L("1wd")),
        c.GrantExtension(DISPATCHER),
        Step(TICK, on(10, 10, 9)),
        c.SendBack(HANDLER, "x"),
        ladder=LADDER,
    ),
    "warned-late": lived(
        "signed",
        Step(TICK, on(10, 10, 9)),
        ladder=(
            Rung("day", "预警", None, "（一）", before=L("2d")),
            Rung("hour", "预警", None, "（二）", before=L("12h"), owner="hotline"),
            Rung("early", "预警", None, "（三）", before=L("9wd")),
        ),
    ),
    # ── calendars and editions ──
    "recounted": lived("signed", Step(c.Recount(SYSTEM, "某市通知"), None, None, calendar=LATER), c.Recount(SYSTEM)),
    "settled": lived(
        "signed",
        Step(TICK, on(12, 25, 9), None, calendar=WorkCalendar.china((YEAR,))),
        at=datetime(2026, 12, 24, 10, tzinfo=CST),
    ),
    "moved-to-an-edition": lived(
        "signed",
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            parents=("cn@2025",),
            digest="d2",
            transition=MOVE,
            limits=(limit("3wd"), limit("2wd", Stage.SIGN)),
        ),
        c.AdoptEdition(ADMIN, "2026-10-01"),
    ),
    "kinder-edition": lived(
        "signed",
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            transition=KINDER,
            limits=(limit("3wd"),),
        ),
        Step(c.AdoptEdition(ADMIN, "2026-10-02"), None, None, edition="2026-10-02", limits=(limit("9wd"),)),
    ),
    "edition-after-a-deferral": lived(
        "signed",
        c.Defer(DISPATCHER, on(12, 1), "money"),
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            transition=MOVE,
            limits=(limit("3wd"),),
        ),
    ),
    # ── ends, and beginning again ──
    "reopened": lived(
        "closed",
        Step(c.Reopen(SUPERVISOR, "unsolved"), None, N1),
        c.Sign(HANDLER),
        c.Reply(HANDLER, solved=True, reason="now"),
        c.Review(REVIEWER),
        ladder=LADDER,
        reopen=ReopenRule(2, L("2wd"), "重办办法"),
    ),
    "reopened-for-another": lived(
        "closed", c.Reopen(SUPERVISOR, "x", "u2"), dispatching=Dispatching(hops=Hops(reopening="continue"))
    ),
    "reopened-limit-of-its-own": lived(
        "closed",
        c.Reopen(SUPERVISOR),
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        c.ApplyStatute(ADMIN, "permit"),
        statutes=LAWS,
        limits=(*LIMITS, limit("3wd", Stage.REDO), limit("2wd", urgency=Urgency.URGENT)),
    ),
    "reopened-designated": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "u1", designate=True),
        c.Reply(HANDLER),
        c.Review(REVIEWER),
        c.Close(CALLER),
        c.Reopen(SUPERVISOR),
    ),
    "reopened-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion"),
        c.Reply(HANDLER),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=False),
        c.Reopen(CALLER),
        suspension=PAUSE,
    ),
    "reopened-again-and-again": lived(
        "closed",
        c.Reopen(SUPERVISOR),
        c.Reply(HANDLER),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, solved=False),
        Step(TICK, on(10, 9)),
        ladder=LADDER,
        routes=ROUTES,
        dispatching=Dispatching(problem=ProblemRule(None, 1, "city", "巴彦淖尔")),
    ),
    "reopened-by-a-new-fact": lived(
        "closed", Step(c.Supplement(AGENT, "x", ("time",), True), None, N1), repeat=RepeatRule(reopen=True)
    ),
    "supplemented": lived(
        "closed", Step(c.Supplement(REQUESTER, "x", ("time",), True), None, N1), repeat=RepeatRule(reopen=True)
    ),
    "withdrawn": lived("signed", Step(c.Withdraw(REQUESTER, "gone"), None, N1)),
    "void": lived("signed", c.Void(ADMIN, "test-call")),
    "terminated": lived("signed", Step(c.Terminate(REVIEWER, "moved", "办法二十"), None, N1), c.Reopen(DISPATCHER)),
    "termination-granted": lived(
        "signed",
        Step(c.AskTermination(HANDLER, "moved", "办法二十", "说明"), None, N1),
        Step(c.DecideTermination(REVIEWER), None, N2),
        termination=TerminationRule(True, {"moved": "已搬离"}, "潍坊条例"),
    ),
    "termination-granted-otherwise": lived(
        "signed",
        c.AskTermination(HANDLER, "moved", "办法二十", "说明"),
        c.DecideTermination(REVIEWER, True, "dead", "办法三十"),
    ),
    "termination-refused": lived(
        "signed",
        c.AskTermination(HANDLER, "moved", "办法二十", "说明"),
        Step(c.DecideTermination(REVIEWER, False, "look-again"), None, N1),
        c.AskTermination(HANDLER, "moved", "", "说明"),
        c.SendBack(HANDLER, "x"),
    ),
    "archived": lived("closed", c.Archive(ADMIN)),
    # ── at the edges ──
    "statute-when-over": lived(
        "signed",
        Step(TICK, on(10, 13)),
        Step(c.ApplyStatute(DISPATCHER, limit=L("6wd"), basis="条例"), on(10, 14)),
        Step(TICK, on(10, 16)),
        ladder=LADDER,
    ),
    "reclassified-when-over": lived(
        "signed",
        Step(TICK, on(10, 13)),
        Step(c.Reclassify(ADMIN, urgency=Urgency.URGENT), on(10, 14)),
        ladder=LADDER,
        limits=(*LIMITS, limit("4wd", urgency=Urgency.URGENT)),
    ),
    "recounted-when-over": lived(
        "signed", Step(TICK, on(10, 11)), Step(c.Recount(SYSTEM, "n"), on(10, 14), None, calendar=LATER), ladder=LADDER
    ),
    "settled-when-over": lived(
        "signed",
        Step(TICK, on(1, 1).replace(year=2027)),
        Step(TICK, on(1, 4, 9).replace(year=2027), None, calendar=WorkCalendar.china((YEAR,))),
        ladder=LADDER,
        at=datetime(2026, 12, 24, 10, tzinfo=CST),
    ),
    "edition-when-over": lived(
        "signed",
        Step(TICK, on(10, 11)),
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            on(10, 14),
            None,
            edition="2026-10-01",
            transition=MOVE,
            limits=(limit("4wd"),),
        ),
        ladder=LADDER,
    ),
    "edition-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion"),
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            transition=MOVE,
            limits=(limit("3wd"),),
        ),
        suspension=PAUSE,
    ),
    "edition-of-a-redo": lived(
        "closed",
        c.Reopen(SUPERVISOR),
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            transition=MOVE,
            limits=(limit("9wd"),),
        ),
        reopen=ReopenRule(limit=L("2wd"), basis="重办办法"),
    ),
    "edition-in-review": lived(
        "replied",
        Step(
            c.AdoptEdition(ADMIN, "2026-10-01"),
            None,
            None,
            edition="2026-10-01",
            transition=KINDER,
            limits=(limit("1wd", Stage.REVIEW), limit("5wd")),
        ),
        Step(
            c.AdoptEdition(ADMIN, "2026-10-02"), None, None, edition="2026-10-02", limits=(limit("4wd", Stage.REVIEW),)
        ),
    ),
    "settled-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion"),
        Step(TICK, on(12, 25, 9), None, calendar=WorkCalendar.china((YEAR,))),
        suspension=PAUSE,
        at=datetime(2026, 12, 24, 10, tzinfo=CST),
    ),
    "recounted-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        Step(c.Recount(SYSTEM, "n"), None, None, calendar=LATER),
        suspension=PAUSE,
    ),
    "statute-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        c.Extend(HANDLER, L("1wd")),
        c.GrantExtension(DISPATCHER),
        c.ApplyStatute(DISPATCHER, "permit"),
        statutes=LAWS,
        suspension=PAUSE,
    ),
    "reclassified-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        suspension=PAUSE,
        limits=(*LIMITS, limit("2wd", urgency=Urgency.URGENT)),
    ),
    "assisted-while-suspended": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        c.Assist(DISPATCHER, "u3"),
        c.Dispatch(HANDLER, "u2"),
        suspension=PAUSE,
        limits=(limit("5wd"), limit("1wd", Stage.SIGN)),
    ),
    "signed-after-a-suspension": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 30)),
        c.Dispatch(HANDLER, "u2"),
        c.Sign(U2),
        suspension=PAUSE,
        limits=SIGNING,
    ),
    "suspended-when-over": lived(
        "signed",
        c.Assist(DISPATCHER, "u3"),
        Step(c.Suspend(HANDLER, "expert-opinion", on(10, 13)), on(10, 10, 9)),
        suspension=PAUSE,
        limits=(limit("9wd"), limit("1wd", Stage.SIGN)),
        dispatching=Dispatching(assist=AssistRule(L("3wd"))),
    ),
    "suspended-in-hours": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion", on(9, 29, 12)),
        c.Resume(DISPATCHER, "came"),
        suspension=PAUSE,
        limits=(limit("24h"),),
    ),
    "redo-sent-back-in-review": lived(
        "closed", c.Reopen(SUPERVISOR), c.Reply(HANDLER), c.Review(REVIEWER, False, "vague")
    ),
    "reopened-to-the-centre": lived("disputed", c.Adjudicate(DISPATCHER), c.Decline(AGENT, "x"), c.Reopen(ADMIN)),
    "reopened-where-it-was-handed-down": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "east"),
        c.Sign(EAST),
        c.Dispatch(EAST, "street"),
        c.Reply(STREET),
        c.Reply(EAST),
        c.Review(REVIEWER),
        c.Close(CALLER),
        c.Reopen(SUPERVISOR),
        routes=ROUTES,
    ),
    "reopened-over-the-guard": lived(
        "closed",
        c.Reopen(SUPERVISOR, "x", "street", "flood"),
        routes=ROUTES,
        dispatching=Dispatching(grassroots=GrassrootsRule(True)),
    ),
    "guard-where-nobody-claims": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "street"),
        routes=TOWNS,
        dispatching=Dispatching(grassroots=GrassrootsRule(True)),
    ),
    "guard-not-by-catalogue": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "street"),
        routes=ROUTES,
        dispatching=Dispatching(grassroots=GrassrootsRule(True, False, ("城乡",))),
    ),
    "asked-and-accepted-all-the-same": lived(
        c.Accept(AGENT, lacks=("place",)),
        c.Accept(AGENT, disposition="handle", lacks=("place", "time")),
        request={},
        record=RecordRule(("place",), L("2d"), "五要素"),
    ),
    "asked-for-nothing": lived(
        c.Accept(AGENT, lacks=("time",)), request={}, record=RecordRule(("place",), L("2d"), "五要素")
    ),
    "not-asked-without-contact": lived(
        c.Accept(AGENT, lacks=("contact", "place")),
        request={},
        record=RecordRule(("place", "contact"), L("2d"), "五要素"),
    ),
    "accepted-with-many-hits": lived(c.Accept(SYSTEM, text="停水噪音" * 14 + "停水"), request={}, rules=WORDS),
    "accepted-by-kind": lived(
        c.Accept(AGENT, Kind.CONSULTATION), c.Reclassify(AGENT, Kind.HELP), request={}, types=TYPES[1:]
    ),
    "accepted-by-a-careful-line": lived(c.Accept(AGENT, text="停水"), request={"line": "7"}, lines=LINES, rules=WORDS),
    "accepted-by-an-urgent-line": lived(
        c.Accept(ADMIN, text="噪音"), request={"line": "biz"}, lines=LINES, rules=WORDS
    ),
    "accepted-of-a-new-fact": lived(
        c.Accept(AGENT, new_fact=True, similar=(SAME,)), repeat=RepeatRule("auto", basis="重复办法")
    ),
    "accepted-where-repeats-are-off": lived(
        c.Accept(AGENT, similar=(SAME, c.Similar("8", False, True))), repeat=RepeatRule("off")
    ),
    "emergency-before-a-repeat": lived(
        c.Accept(AGENT, urgency=Urgency.EMERGENCY, similar=(SAME,)), repeat=RepeatRule("auto"), rules=WORDS
    ),
    "explained-unless-a-repeat": lived(
        c.Accept(AGENT, text="国家秘密", similar=(SAME,)), scope=SCOPE, repeat=RepeatRule("auto", basis="重复办法")
    ),
    "denied-then-asserted": lived(c.Accept(AGENT, text="不是要判决，而是请求改判；判决不公"), request={}, scope=SCOPE),
    "denied-only": lived(c.Accept(AGENT, text="没有判决"), request={}, scope=SCOPE),
    "guessed-category-turns-nobody-away": lived(
        c.Accept(AGENT, text="停水噪音"),
        request={},
        rules=EVEN,
        scope=(ScopeRule("w", "channel", "告知", "办法", ("城乡建设", "环境保护")),),
    ),
    "sure-category-turns-away": lived(
        c.Accept(AGENT, text="停水"),
        request={},
        rules=WORDS,
        scope=(ScopeRule("w", "channel", "告知", "办法", ("城乡建设",)),),
    ),
    "reported-by-an-assistant": lived(
        "signed", c.Assist(DISPATCHER, "u3"), Step(c.Report(U3), on(10, 11), N1), Step(TICK, on(10, 20)), ladder=LADDER
    ),
    "assisted-by-one-that-signed": lived(
        "signed", Step(c.Assist(DISPATCHER, "u3"), on(9, 29, 9)), Step(c.Sign(U3), on(9, 29, 10)), limits=SIGNING
    ),
    "dispatched-again-without-a-clock": lived(
        "signed",
        c.Recall(DISPATCHER),
        c.Dispatch(DISPATCHER, "u2"),
        limits=(),
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "transferred-on-the-last-day": lived(
        "signed",
        Step(c.Recall(DISPATCHER), on(10, 10, 9)),
        Step(c.Dispatch(DISPATCHER, "u2"), on(10, 12, 9)),
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "transferred-after-a-deferral": lived(
        "signed",
        c.Defer(DISPATCHER, on(12, 1), "money"),
        c.Recall(DISPATCHER),
        c.Dispatch(DISPATCHER, "u2"),
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "continued": lived(
        "signed",
        c.Recall(DISPATCHER),
        Step(c.Dispatch(DISPATCHER, "u2"), on(9, 30, 9)),
        dispatching=Dispatching(hops=Hops(transfer="continue")),
    ),
    "handed-down-late": lived("signed", Step(TICK, on(10, 12)), c.Dispatch(HANDLER, "u2"), c.Reply(U2), ladder=LADDER),
    "problem-without-a-network": lived("disputed", dispatching=Dispatching(problem=ProblemRule(1))),
    "problem-once": lived(
        "signed",
        c.SendBack(HANDLER, "x"),
        c.Adjudicate(DISPATCHER, "reassign", "u2"),
        c.SendBack(U2, "x"),
        dispatching=Dispatching(problem=ProblemRule(1, 1, "u9", "办法")),
    ),
    "flagged-before-its-rung": lived(
        "signed",
        c.Flag(SUPERVISOR, "repeats"),
        c.Flag(SUPERVISOR, "repeats", 2),
        c.Flag(SUPERVISOR, "repeats", 3),
        ladder=(Rung("many", "集中", L("1wd"), "（十五）", trigger="repeats", count=3),),
    ),
    "ladder-is-spared-once-replied": lived(
        "signed", c.Flag(SUPERVISOR, "problem"), c.Reply(HANDLER), Step(TICK, on(10, 11)), ladder=LADDER
    ),
    "stages-are-late": lived(
        "disputed",
        Step(TICK, on(10, 1)),
        c.Adjudicate(DISPATCHER, "reassign", "u2"),
        c.Reply(U2),
        Step(TICK, on(10, 11)),
        c.Review(REVIEWER),
        Step(TICK, on(10, 20)),
        limits=TIMED,
    ),
    "consultation-is-late": lived("accepted", c.Consult(DISPATCHER, ("u1",)), Step(TICK, on(10, 1)), limits=TIMED),
    "deferred-in-part": lived(
        "signed",
        c.Extend(HANDLER, L("9wd")),
        c.GrantExtension(DISPATCHER),
        c.Assist(DISPATCHER, "u3"),
        c.Defer(DISPATCHER, on(10, 15, 12), "money"),
    ),
    "deferred-twice": lived(
        "signed",
        c.Defer(DISPATCHER, on(12, 1), "money"),
        c.Defer(DISPATCHER, on(12, 9), "money"),
        c.Extend(HANDLER, L("1wd")),
        c.GrantExtension(DISPATCHER),
    ),
    "extended-after-a-deferral": lived(
        "signed",
        c.Defer(DISPATCHER, on(12, 1), "money"),
        c.Extend(HANDLER, L("5wd")),
        c.GrantExtension(DISPATCHER),
        extension=ExtensionRule(up_to_original=True, total=None),
    ),
    "inherited": lived(
        c.Accept(AGENT),
        c.Dispatch(DISPATCHER, "u1"),
        c.Sign(HANDLER),
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        request={"line": "7"},
        receive={
            "origin": Origin("210200", "77"),
            "citizen": deadline(L("3wd"), on(9, 25, 9), WorkCalendar.china(), basis="移交"),
        },
        limits=(*SIGNING, limit("2wd", urgency=Urgency.URGENT)),
        lines=LINES,
    ),
    "counted-from-receipt-anew": lived(
        "signed",
        c.Reclassify(ADMIN, urgency=Urgency.URGENT),
        Step(c.Reclassify(ADMIN, urgency=Urgency.NORMAL), on(9, 29, 9)),
        limits=(limit("5wd"), limit("2wd", urgency=Urgency.URGENT, start="received")),
    ),
    "told-again": lived(
        "signed",
        c.Defer(DISPATCHER, on(12, 1), "money"),
        c.Tell(AGENT),
        c.Defer(DISPATCHER, on(12, 9), "money"),
        c.Tell(AGENT, "deferred"),
        tell=TELL,
    ),
    "contact-of-the-first-after-the-second": lived(
        "signed",
        c.SendBack(HANDLER, "x"),
        c.Adjudicate(DISPATCHER, "reassign", "u2"),
        c.Contact(U2),
        Step(TICK, on(9, 29)),
        limits=TIMED,
    ),
    "transferred-by-the-catalogue": lived(
        "accepted",
        c.Dispatch(DISPATCHER),
        Step(c.Recall(DISPATCHER), on(9, 30, 9)),
        Step(c.Dispatch(DISPATCHER), on(10, 8, 9)),
        routes=ROUTES,
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "transferred-by-the-line": lived(
        c.Accept(ADMIN),
        c.Dispatch(DISPATCHER),
        Step(c.Recall(DISPATCHER), on(9, 30, 9)),
        Step(c.Dispatch(DISPATCHER), on(10, 8, 9)),
        lines=LINES,
        request={"line": "6"},
        routes=ROUTES,
        dispatching=Dispatching(hops=Hops(transfer="remaining")),
    ),
    "one-duty-is-late": lived(
        "signed",
        c.Suspend(HANDLER, "expert-opinion"),
        Step(c.Defer(DISPATCHER, on(12, 1), "money"), on(9, 30, 9)),
        Step(TICK, on(10, 1)),
        c.Tell(AGENT, "deferred"),
        tell=TELL,
        suspension=PAUSE,
    ),
    "limits-for-others-only": lived(
        "accepted",
        c.Dispatch(DISPATCHER, "u1"),
        c.Sign(HANDLER),
        c.Reply(HANDLER),
        c.Review(REVIEWER),
        limits=(
            limit("5wd"),
            *(limit("1wd", stage, kind=Kind.REPORT) for stage in (Stage.SIGN, Stage.REVIEW, Stage.REDO)),
            limit("1wd", Stage.CONTACT, kind=Kind.REPORT),
            limit("1wd", Stage.DISPATCH, kind=Kind.REPORT),
        ),
    ),
    "urgency-stays": lived(
        c.Accept(AGENT, urgency=Urgency.URGENT), c.Reclassify(AGENT, Kind.REPORT), c.Reclassify(AGENT, category="交通")
    ),
    "signed-in-a-consultation-of-stages": lived(
        "replied", c.Review(REVIEWER, False, "vague"), c.Assist(DISPATCHER, "u3"), c.Sign(U3), limits=TIMED
    ),
    "a-lower-unit-replies": lived("signed", c.Dispatch(HANDLER, "u2"), c.Reply(U2)),
    "a-lower-unit-asks-and-replies": lived("signed", c.Dispatch(HANDLER, "u2"), c.Extend(U2, L("1wd")), c.Reply(U2)),
    "the-lead-asks-and-its-assistant-replies": lived(
        "signed", c.Assist(DISPATCHER, "u3"), c.Extend(HANDLER, L("1wd")), c.Reply(U3)
    ),
    "asks-to-end-and-is-handed-back": lived(
        "signed", c.Dispatch(HANDLER, "u2"), c.AskTermination(U2, "moved", "", "说明"), c.SendBack(U2, "x")
    ),
    "asserted-between-denials": lived(c.Accept(AGENT, text="没有判决；对判决不服；没有判决"), request={}, scope=SCOPE),
    # ── a classifier from outside ──
    "judged-and-noted": lived(
        c.Accept(SYSTEM, text="停水", judged=MODEL._replace(trust="note")), request={}, rules=WORDS
    ),
    "judged-and-filled": lived(c.Accept(SYSTEM, text="你好", judged=MODEL), request={}, rules=WORDS),
    "judged-where-the-rules-know": lived(c.Accept(SYSTEM, text="停水投诉", judged=MODEL), request={}, rules=WORDS),
    "judged-where-the-rules-doubt": lived(c.Accept(SYSTEM, text="停水噪音", judged=MODEL), request={}, rules=EVEN),
    "judged-and-led": lived(
        c.Accept(SYSTEM, text="停水投诉", judged=MODEL._replace(trust="lead")), request={}, rules=WORDS
    ),
    "judged-in-doubt": lived(
        c.Accept(SYSTEM, text="你好", judged=MODEL._replace(trust="lead", needs_person=True)), request={}, rules=WORDS
    ),
    "judged-where-a-person-knows": lived(
        c.Accept(SYSTEM, Kind.PRAISE, "政策", judged=MODEL._replace(trust="lead", urgency=Urgency.EMERGENCY)),
        request={},
        rules=WORDS,
    ),
    "judged-in-vain": lived(
        c.Accept(SYSTEM, text="停水", judged=Judged("m", "1", "lead", failed="timeout")), request={}, rules=WORDS
    ),
    "judged-in-vain-beside": lived(
        c.Accept(SYSTEM, text="停水", judged=Judged("m", "1", "fill", failed="timeout")), request={}, rules=WORDS
    ),
    "judged-in-vain-and-given": lived(
        c.Accept(SYSTEM, category="政策", judged=Judged("m", "1", "lead", failed="timeout")), request={}, rules=WORDS
    ),
    "judged-an-emergency": lived(
        c.Accept(SYSTEM, text="停水", judged=MODEL._replace(urgency=Urgency.EMERGENCY)), request={}, rules=WORDS
    ),
    "judged-urgent": lived(
        c.Accept(SYSTEM, text="噪音", judged=MODEL._replace(urgency=Urgency.URGENT)), request={}, rules=WORDS
    ),
    "judged-urgent-and-given": lived(
        c.Accept(SYSTEM, urgency=Urgency.NORMAL, judged=MODEL._replace(urgency=Urgency.URGENT)), request={}, rules=WORDS
    ),
    "judged-into-the-scope": lived(
        c.Accept(SYSTEM, text="你好", judged=MODEL._replace(category="政法/审判")), request={}, rules=WORDS, scope=SCOPE
    ),
    "judged-without-rules": lived(c.Accept(SYSTEM, judged=MODEL), request={}),
    "judged-where-an-emergency-is-supposed": lived(
        c.Accept(SYSTEM, text="如果着火怎么办", judged=MODEL._replace(trust="lead")), request={}, rules=WORDS
    ),
    "judged-where-a-kind-has-its-threshold": lived(
        c.Accept(SYSTEM, text="投诉", judged=MODEL._replace(kind=None)),
        request={},
        rules=RuleSet.compile([Rule("k", "投诉", 2, kind=Kind.COMPLAINT)], thresholds={"complaint": 0.9}),
    ),
    "judged-and-turned-away": lived(
        c.Accept(SYSTEM, text="国家秘密", judged=MODEL), request={}, rules=WORDS, scope=SCOPE
    ),
    "judged-and-told": lived(c.Accept(SYSTEM, judged=MODEL, similar=(SAME,)), repeat=RepeatRule("auto")),
    "judged-and-asked": lived(
        c.Accept(AGENT, lacks=("place",), judged=MODEL), request={}, record=RecordRule(("place",), L("2d"), "五要素")
    ),
    # ── and some more ──
    "nobody-wants-a-reply-but-others-do": lived(
        c.Join(SYSTEM, ("7",)), "replied", c.Review(REVIEWER), request={"kind": Kind.HELP, "wants_reply": False}
    ),
    "guard-in-an-area-that-is-none": lived(
        c.Accept(AGENT, area="999999"),
        c.Dispatch(DISPATCHER, "street"),
        routes=ROUTES,
        dispatching=Dispatching(grassroots=GrassrootsRule(True)),
    ),
    "rung-set-in-motion-below-a-warning": lived(
        "signed", c.Supervise(SUPERVISOR, "warn"), c.Supervise(SUPERVISOR, "letter"), ladder=LADDER
    ),
    "rung-set-in-motion-before-another-trigger": lived(
        "signed", c.Supervise(SUPERVISOR, "meeting"), c.Supervise(SUPERVISOR, "unsolved"), ladder=LADDER
    ),
    "statute-after-a-deferral": lived(
        "signed", c.Defer(DISPATCHER, on(12, 1), "money"), c.ApplyStatute(DISPATCHER, "permit"), statutes=LAWS
    ),
    "extended-by-a-law-of-the-place": lived(
        "signed",
        c.Extend(HANDLER, L("30d")),
        c.GrantExtension(DISPATCHER),
        limits=(limit("60d", statute=True, extension=L("30d")),),
        extension=ExtensionRule(longest=L("1d")),
    ),
    "extended-in-all": lived(
        "signed", c.Extend(HANDLER, L("3wd")), c.GrantExtension(DISPATCHER), extension=ExtensionRule(total=L("8wd"))
    ),
    "asked-at-the-last-moment": lived(
        "signed",
        Step(c.Extend(HANDLER, L("5wd")), on(10, 9, 23)),
        c.GrantExtension(DISPATCHER),
        extension=ExtensionRule(1, L("5wd"), True, L("5wd"), None, L("1wd"), basis="延期办法"),
    ),
    "limits-of-the-line-and-level": lived(
        c.Accept(AGENT),
        c.Dispatch(DISPATCHER, "u1"),
        c.Reclassify(ADMIN, category="交通"),
        request={"line": "7", "level": "province", "channel": "wechat"},
        lines=LINES,
        limits=(limit("5wd"), limit("4wd", line="care"), limit("3wd", line="care", level="province", channel="wechat")),
    ),
    # A rung that the rules no longer know is passed over; until it is replied to the order wakes for it in vain.
    "rung-gone-with-an-edition": lived(
        "signed", c.Supervise(SUPERVISOR, "talk"), Step(TICK, on(10, 9), None, ladder=LADDER[:1]), ladder=LADDER
    ),
    "asked-for-more-in-part": lived(
        c.Accept(AGENT, lacks=("time", "place")),
        c.Supplement(AGENT, facts=("time", "name")),
        request={},
        record=RecordRule(("place", "time"), L("2d"), "五要素"),
    ),
    "duties-sleep-once-replied": lived(
        "signed", c.Defer(DISPATCHER, on(12, 1), "money"), c.Reply(HANDLER), Step(TICK, on(10, 1)), tell=TELL
    ),
    "contact-sleeps-once-replied": lived("signed", c.Reply(HANDLER), Step(TICK, on(9, 29)), limits=TIMED),
    "termination-refused-at-last": lived(
        "signed",
        c.AskTermination(HANDLER, "moved", "办法二十", "说明"),
        c.DecideTermination(REVIEWER, False, "look-again"),
    ),
    "deferred-and-sent-back": lived("signed", c.Defer(DISPATCHER, on(12, 1), "money"), c.SendBack(HANDLER, "x")),
    "deferred-and-recalled": lived("signed", c.Defer(DISPATCHER, on(12, 1), "money"), c.Recall(DISPATCHER)),
    "a-law-of-the-place-is-told-once": lived(
        c.Accept(AGENT),
        c.Reclassify(ADMIN, area="210103"),
        c.Dispatch(DISPATCHER, "u1"),
        c.Reclassify(ADMIN, area="210104"),
        tell=TELL,
        limits=(*LIMITS, limit("20wd", category="城乡建设", statute=True)),
    ),
    "contact-is-the-leads": lived("signed", c.Assist(DISPATCHER, "u3"), Step(TICK, on(9, 28, 17)), limits=TIMED),
    "by-named-law-from-receipt": lived(
        "accepted",
        c.ApplyStatute(ADMIN, limit=L("60d"), basis="信访条例"),
        c.Dispatch(DISPATCHER, "u1"),
        limits=(limit("5wd", start="received"),),
    ),
    "by-named-law-from-signing": lived(
        "accepted",
        c.ApplyStatute(ADMIN, limit=L("60d"), basis="信访条例"),
        c.Dispatch(DISPATCHER, "u1"),
        c.Sign(HANDLER),
        limits=SIGNING,
    ),
    "denied-afterwards": lived(c.Accept(AGENT, text="判决是谣言"), request={}, scope=SCOPE),
    # ── what a host adds ──
    "late-entry": lived(
        "signed",
        c.Reply(HANDLER, solved=True, occurred=on(9, 28, 12), ext={"paper": {"pages": 2, "scan": True}}),
        request={"kind": Kind.HELP, "ext": {"host": 1}},
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_life(name: str, expect: Any) -> None:
    life = LIVES[name]()
    assert fold(life.log) == life.order
    expect(*life.told, life.order)


def taken(id: str, unit: str, **more: Any) -> Taken:  # noqa: A002 - the domain's word
    return Taken(id, more.pop("parent", ""), unit, more.pop("role", "lead"), on(9, 1, 9), **more)


DUE = deadline(L("5wd"), on(9, 1, 9), WorkCalendar.china(), basis="旧系统")
ADOPTED: dict[str, e.Adopted] = {
    "running": e.Adopted(
        AT,
        ADMIN,
        "old",
        "O-1",
        date(2026, 9, 28),
        Status.SIGNED,
        Kind.REPORT,
        "环境保护",
        "210103",
        Urgency.URGENT,
        (
            taken("A1", "u1", designated=True, sign=DUE, handle=DUE, signed=on(9, 1, 10)),
            taken("A2", "u2", parent="A1", role="assist", handle=DUE),
        ),
        DUE,
        None,
        1,
        2,
        3,
        4,
    ),
    "disputed": e.Adopted(
        AT,
        ADMIN,
        "old",
        "O-2",
        date(2026, 9, 28),
        Status.DISPUTED,
        Kind.HELP,
        assignments=(
            taken("A1", "u2", closed=on(9, 2), why="sent-back"),
            taken("A2", "u1", closed=on(9, 3), why="sent-back"),
            taken("A3", "u3", role="assist", closed=on(9, 3), why="sent-back"),
            taken("A4", "u3", closed=on(9, 3), why="recalled"),
        ),
    ),
    "replied": e.Adopted(
        AT,
        ADMIN,
        "old",
        "O-3",
        date(2026, 9, 28),
        Status.REPLIED,
        Kind.HELP,
        solved=False,
        assignments=(
            taken("A1", "u2", replied=on(9, 9), closed=on(9, 9), why="replied"),
            taken("A2", "u3", parent="A1", replied=on(9, 2)),
            taken("A3", "u1", replied=on(9, 8)),
            taken("A4", "u9", role="assist", replied=on(9, 1)),
        ),
    ),
    "answered-before-it-runs": e.Adopted(
        AT,
        ADMIN,
        "old",
        "O-4",
        date(2026, 9, 28),
        Status.SIGNED,
        Kind.HELP,
        assignments=(taken("A1", "u1", replied=on(9, 8)),),
    ),
    "ended": e.Adopted(AT, ADMIN, "old", "O-5", date(2026, 9, 28), Status.TERMINATED, Kind.HELP, citizen=DUE),
    "closed": e.Adopted(
        AT,
        ADMIN,
        "old",
        "O-6",
        date(2026, 9, 28),
        Status.CLOSED,
        Kind.HELP,
        solved=True,
        assignments=(taken("A1", "u1", replied=on(9, 8), closed=on(9, 8)),),
    ),
}


@pytest.mark.parametrize("name", ADOPTED)
def test_adopted(name: str, expect: Any) -> None:
    expect(evolve(Life().order, ADOPTED[name]))


def test_events_that_change_nothing() -> None:
    order = Life().take("reviewed").order
    events = (
        e.Judged(AT, CALLER, True),
        e.Rated(AT, REQUESTER, "satisfied"),
        e.Connected(AT, AGENT, "window"),
        e.Resumed(AT, CALLER, "lapsed"),
        e.Told(AT, HANDLER, "weather"),
        e.DeadlineMoved(AT, SYSTEM, "A9", Stage.HANDLE, DUE, "calendar"),
        e.FellOverdue(AT, SYSTEM, "dispatch", Stage.DISPATCH),
    )
    for event in events:
        assert evolve(order, event) == order._replace(version=order.version + 1, at=AT), event


def test_what_falls_overdue_beside_the_way(expect: Any) -> None:
    order = Life().take("reviewed").order
    for event in (
        e.FellOverdue(AT, SYSTEM, "citizen", Stage.HANDLE, next=AT),
        e.FellOverdue(AT, SYSTEM, "A1", Stage.SIGN),
        e.FellOverdue(AT, SYSTEM, "A1", Stage.HANDLE, rung="letter"),
        e.Contacted(AT, HANDLER, "A9"),
    ):
        order = evolve(order, event)
    expect(order)


@pytest.mark.parametrize("name", ["received", "received-bare"])
def test_intake(name: str, expect: Any) -> None:
    intake = LIVES[name]().order.intake
    expect(*(f"{field}: {getattr(intake, field)}" for field in intake._fields))


def test_spans(expect: Any) -> None:
    life = LIVES["handed-down"]()
    expect(*spans(life.log, life.at + timedelta(days=2)))
    assert spans(life.log) == spans(life.log, AT) == spans(life.log, life.at + timedelta(days=2))[:-1]
