"""Each check by itself (逐条核验): what it finds in a policy made for it, field by field, and where nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import frozen

from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.cases import Case
from hotline12345.core.classify import Category, Rule, RuleSet
from hotline12345.core.errors import CalendarError, Fault
from hotline12345.core.policy import (
    Channel,
    ExtensionRule,
    Flow,
    LimitRule,
    Line,
    Policy,
    ReopenRule,
    Rung,
    ScopeRule,
    SendBackRule,
)
from hotline12345.core.policy.dispatching import AssistRule, Dispatching, ProblemRule
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.sla import ClockRules, Stage, TimeLimit
from hotline12345.core.status import Status
from hotline12345.core.verify import (
    CHECKS,
    SUBJECTS,
    check,
    clocks,
    handover,
    ladder,
    limits,
    network,
    promises,
    scope,
    statuses,
    wording,
)
from hotline12345.core.verify.base import end_of, example, outlasts, starts
from hotline12345.core.verify.limits import name_of, selectors
from hotline12345.testing.orders import limit, small_policy

T = TimeLimit.parse


def unit(code: str, grade: Grade = Grade.DEPARTMENT, parent: str = "city", **more: Any) -> Unit:
    return Unit(code, f"{code}局", grade, parent, **more)


UNITS = (
    unit("city", Grade.CITY, "", area="990100"),
    unit("centre", Grade.CENTRE, area="990100"),
    unit("office", area="990100"),
    unit("tax", Grade.SUBCENTRE, "centre"),
    unit("fin"),
    unit("east", Grade.COUNTY, area="990101"),
    unit("eoff", parent="east"),
    unit("west", Grade.COUNTY, area="990102"),
    unit("north", Grade.COUNTY, area="990103"),
    unit("south", Grade.COUNTY, area="990104"),
)
AMBULANCE = unit("120", Grade.EMERGENCY, phone="120")


def network_of(*claims: Claim, units: tuple[Unit, ...] = UNITS) -> RoutingGraph:
    return RoutingGraph.of(units, claims, centre="centre")


def words(*rules: Rule, categories: Iterable[str] = ()) -> RuleSet:
    return RuleSet.compile(rules, categories=[Category(name) for name in categories])


def rung(code: str, after: str = "", **more: Any) -> Rung:
    return Rung(code, f"{code}级", T(after) if after else None, "x", **more)


def send_back(**rule: Any) -> dict[str, Any]:
    return {"send_back": SendBackRule(**rule)}


def extension(*rules: Any, **rule: Any) -> dict[str, Any]:
    return {"extension": ExtensionRule(**rule), "limits": rules or (limit("5wd"), limit("15wd", kind=Kind.COMPLAINT))}


@frozen
class Known:
    """A calendar of which only the end matters, and some days of rest."""

    known_until: date
    rest: date = date.min
    days: int = 0

    def is_workday(self, day: date) -> bool:
        return not 0 <= (day - self.rest).days < self.days


KNOWN = {"clock": ClockRules(on_unknown="error")}
NO_NUMBER = LimitRule(Stage.HANDLE, None, "x")
SIGN, REVIEW = Stage.SIGN, Stage.REVIEW
Check = Callable[[Policy], Iterable[Fault]]
# what: the check, and how the policy differs from the small one
FOUND: dict[str, tuple[Check, dict[str, Any]]] = {
    # ── clocks ──
    "signing: no limit to sign": (clocks.signing, {"limits": (limit("5wd", start="signed"),)}),
    "signing: signing is switched off": (
        clocks.signing,
        {"limits": (limit("5wd", start="signed"), limit("1wd", SIGN)), "flow": Flow(sign=False)},
    ),
    "signing: a limit to sign": (clocks.signing, {"limits": (limit("5wd", start="signed"), limit("1wd", SIGN))}),
    "signing: for another kind only": (
        clocks.signing,
        {"limits": (limit("5wd", start="signed", kind=Kind.HELP), limit("1wd", SIGN, kind=Kind.COMPLAINT))},
    ),
    "signing: by all that selects": (
        clocks.signing,
        {
            "limits": (
                limit("5wd", start="signed", kind=Kind.HELP, category="a/b", channel="web", level="province"),
                limit("6wd", start="signed", urgency=Urgency.URGENT, line="tax"),
                limit("1wd", SIGN, kind=Kind.HELP, category="a", channel="web", level="province"),
                limit("1wd", SIGN, urgency=Urgency.URGENT, line="tax"),
            )
        },
    ),
    "beside: all three": (
        clocks.beside,
        {"limits": (limit("5wd"), limit("5wd", SIGN), limit("6wd", Stage.CONTACT), limit("7d", REVIEW))},
    ),
    "beside: all shorter": (
        clocks.beside,
        {"limits": (limit("5wd"), limit("4wd", SIGN), limit("4wd", Stage.CONTACT), limit("4wd", REVIEW))},
    ),
    "beside: no review": (clocks.beside, {"limits": (limit("5wd"), limit("5wd", REVIEW)), "flow": Flow(review=False)}),
    "beside: begins at signing": (clocks.beside, {"limits": (limit("5wd", start="signed"), limit("9wd", SIGN))}),
    "beside: no number": (
        clocks.beside,
        {"limits": (NO_NUMBER := limit("5wd", kind=Kind.HELP).__class__(Stage.HANDLE, None, "x"), limit("9wd", SIGN))},
    ),
    "beside: one kind of two": (
        clocks.beside,
        {"limits": (limit("1wd", kind=Kind.HELP), limit("5wd", kind=Kind.COMPLAINT), limit("24h", SIGN))},
    ),
    "chain: dispatching and signing": (
        clocks.chain,
        {"limits": (limit("3wd", start="received"), limit("2wd", Stage.DISPATCH), limit("1wd", SIGN))},
    ),
    "chain: dispatching alone": (
        clocks.chain,
        {"limits": (limit("3wd", start="received"), limit("3wd", Stage.DISPATCH))},
    ),
    "chain: signing alone": (clocks.chain, {"limits": (limit("3wd", start="received"), limit("3wd", SIGN))}),
    "chain: begins at dispatch": (
        clocks.chain,
        {"limits": (limit("3wd"), limit("2wd", Stage.DISPATCH), limit("1wd", SIGN))},
    ),
    "chain: there is a day left": (
        clocks.chain,
        {"limits": (limit("4wd", start="received"), limit("2wd", Stage.DISPATCH), limit("1wd", SIGN))},
    ),
    "chain: no number": (
        clocks.chain,
        {
            "limits": (
                LimitRule(Stage.HANDLE, None, "x", start="received"),
                limit("2wd", Stage.DISPATCH),
                limit("4wd", kind=Kind.HELP, start="received"),
                limit("2wd", SIGN),
            )
        },
    ),
    "windows: as long as the limit": (
        clocks.windows,
        {**send_back(window=T("5wd")), "limits": (limit("5wd"), limit("6wd", kind=Kind.HELP))},
    ),
    "windows: shorter": (clocks.windows, send_back(window=T("4wd"))),
    "windows: none": (clocks.windows, {}),
    "windows: no number": (clocks.windows, {**send_back(window=T("9wd")), "limits": (NO_NUMBER,)}),
    "extensions: one day of another unit": (clocks.extensions, extension(fixed=T("1d"), longest=T("5wd"))),
    "extensions: more than the longest": (clocks.extensions, extension(fixed=T("6wd"), longest=T("5wd"))),
    "extensions: as much as the longest": (clocks.extensions, extension(fixed=T("5wd"), longest=T("5wd"))),
    "extensions: more than the original": (clocks.extensions, extension(fixed=T("16wd"), up_to_original=True)),
    "extensions: up to one original": (clocks.extensions, extension(fixed=T("6wd"), up_to_original=True)),
    "extensions: no room": (clocks.extensions, extension(limit("5wd"), total=T("5wd"))),
    "extensions: a day of room": (clocks.extensions, extension(limit("5wd"), total=T("6wd"))),
    "extensions: room in another unit": (clocks.extensions, extension(limit("5wd"), total=T("60d"))),
    "extensions: asked too early": (clocks.extensions, extension(limit("5wd"), ask_before=T("5wd"))),
    "extensions: asked in time": (clocks.extensions, extension(limit("5wd"), ask_before=T("4wd"))),
    "extensions: never allowed": (clocks.extensions, extension(most=0, fixed=T("6wd"), longest=T("5wd"))),
    "extensions: no limit": (clocks.extensions, extension(NO_NUMBER, fixed=T("6wd"), longest=T("5wd"))),
    "extensions: limits with their own": (
        clocks.extensions,
        extension(limit("5wd", extension=T("1wd")), fixed=T("6wd"), longest=T("5wd")),
    ),
    "extensions: a cap beyond every original": (clocks.extensions, extension(longest=T("16wd"), up_to_original=True)),
    "extensions: a cap that one reaches": (clocks.extensions, extension(longest=T("15wd"), up_to_original=True)),
    "extensions: a cap of another unit": (
        clocks.extensions,
        extension(limit("5d"), limit("15wd"), longest=T("16wd"), up_to_original=True),
    ),
    "statutes: stretched": (
        clocks.statutes,
        extension(limit("45wd", statute=True, category="市场监管"), longest=T("20wd"), basis="第九条"),
    ),
    "statutes: stretched by so many times": (clocks.statutes, extension(limit("45wd", statute=True), most=1)),
    "statutes: with an extension of its own": (
        clocks.statutes,
        extension(limit("45wd", statute=True, extension=T("15wd")), longest=T("20wd")),
    ),
    "statutes: nothing is extended": (
        clocks.statutes,
        extension(limit("45wd", statute=True), most=0, longest=T("1wd")),
    ),
    "statutes: no word of extensions": (clocks.statutes, extension(limit("45wd", statute=True))),
    "statutes: no law": (clocks.statutes, extension(limit("45wd"), longest=T("20wd"))),
    "hours: three days": (clocks.hours, {"limits": (limit("72wh"), limit("24wh", SIGN), limit("25wh", REVIEW))}),
    "hours: of the clock": (clocks.hours, {"limits": (limit("72h"), NO_NUMBER)}),
    "countable: too long": (clocks.countable, {"limits": (limit("3660wd"), NO_NUMBER, limit("5wd", SIGN)), **KNOWN}),
    "countable: provisionally": (clocks.countable, {"limits": (limit("3660wd"),)}),
    "calendar: as it is": (clocks.calendar, {}),
    "calendar: a month of rest": (clocks.calendar, {"calendar": Known(date(2020, 12, 31), date(2020, 3, 1), 31)}),
    "calendar: a month of rest in the year before": (
        clocks.calendar,
        {"calendar": Known(date(2020, 12, 31), date(2019, 1, 1), 31)},
    ),
    "calendar: at the very end": (clocks.calendar, {"calendar": Known(date(2020, 12, 31), date(2020, 12, 1), 31)}),
    "calendar: two months of rest": (clocks.calendar, {"calendar": Known(date(2020, 12, 31), date(2020, 3, 1), 70)}),
    "calendar: thirty days of rest": (clocks.calendar, {"calendar": Known(date(2020, 12, 31), date(2020, 3, 1), 30)}),
    "calendar: longer ago": (clocks.calendar, {"calendar": Known(date(2020, 12, 31), date(2018, 11, 1), 61)}),
    # ── handing over ──
    "problems: refused too often": (
        handover.problems,
        {"dispatching": Dispatching(problem=ProblemRule(3, 4)), **send_back(most=2), "reopen": ReopenRule(3)},
    ),
    "problems: as often as may be": (
        handover.problems,
        {"dispatching": Dispatching(problem=ProblemRule(2, 3)), **send_back(most=2), "reopen": ReopenRule(3)},
    ),
    "problems: no bound": (handover.problems, {"dispatching": Dispatching(problem=ProblemRule(9, 9))}),
    "problems: no number": (handover.problems, {**send_back(most=0), "reopen": ReopenRule(0)}),
    "assistants: longer than the first lead": (
        handover.assistants,
        {
            "dispatching": Dispatching(assist=AssistRule(T("6wd"))),
            "limits": (NO_NUMBER, limit("9wd"), limit("5wd", kind=Kind.HELP), limit("4wd", kind=Kind.PRAISE)),
        },
    ),
    "assistants: the same": (handover.assistants, {"dispatching": Dispatching(assist=AssistRule(T("5wd")))}),
    "assistants: none": (handover.assistants, {}),
    # ── the ladder ──
    "ladder: the second comes first": (
        ladder.order_of,
        {"ladder": (rung("a", "5wd"), rung("b", "1wd"), rung("c", "2wd"), rung("d", "1d", stage=SIGN))},
    ),
    "ladder: from the rung before": (ladder.order_of, {"ladder": (rung("a", "5wd"), rung("b", "1wd", since="rung"))}),
    "ladder: at the same time": (ladder.order_of, {"ladder": (rung("a", "5wd"), rung("b", "5wd"), rung("c"))}),
    "ladder: of another trigger": (
        ladder.order_of,
        {"ladder": (rung("a", "5wd"), rung("b", "1wd", trigger="reopened"), rung("c", "3wd"))},
    ),
    "rungs: more than may be": (
        ladder.dead,
        {
            "ladder": (
                rung("a", trigger="reopened", count=3),
                rung("b", trigger="reopened", count=2),
                rung("c", trigger="sent-back", count=2),
            ),
            "reopen": ReopenRule(2),
            **send_back(most=1),
        },
    ),
    "rungs: nothing before": (ladder.dead, {"ladder": (rung("a", "1wd", since="rung"), rung("b", "1wd"))}),
    "rungs: nothing of its own before": (
        ladder.dead,
        {"ladder": (rung("b", trigger="reopened"), rung("a", "1wd", since="rung"), rung("c", "2wd", since="rung"))},
    ),
    "rungs: one before it that never comes": (
        ladder.dead,
        {"ladder": (rung("a", "1wd", stage=Stage.CONTACT), rung("b", "1wd", stage=Stage.CONTACT, since="rung"))},
    ),
    "rungs: by hand": (ladder.dead, {"ladder": (rung("a", stage=Stage.CONTACT, trigger="by-hand"),)}),
    "rungs: no such stage": (ladder.dead, {"ladder": (rung("a", "1wd", stage=Stage.CONTACT), rung("b", "1wd"))}),
    "rungs: limits too short": (ladder.dead, {"ladder": (rung("a", before=T("9wd")), rung("b", before=T("1wd")))}),
    "rungs: without limits": (
        ladder.dead,
        {"ladder": (rung("a", "1wd", stage=Stage.CONTACT),), "provides": ("supervision",)},
    ),
    # ── limits ──
    "missing: two kinds": (
        limits.missing,
        {"limits": tuple(limit("5wd", kind=kind) for kind in Kind if kind not in (Kind.PRAISE, Kind.REPORT))},
    ),
    "missing: not provided": (limits.missing, {"limits": (), "provides": ("rules",)}),
    "missing: provided": (limits.missing, {"limits": (), "provides": ("rules", "limits")}),
    "dead: hidden by urgency": (
        limits.dead,
        {"limits": (limit("5wd"), limit("2wd", kind=Kind.HELP), *(limit("1wd", urgency=one) for one in Urgency))},
    ),
    "dead: hidden by more than are named": (
        limits.dead,
        {"limits": (limit("9wd", channel="web"), *(limit("1wd", kind=kind) for kind in Kind))},
    ),
    "dead: hidden below": (
        limits.dead,
        {"limits": (limit("9wd", category="a"), limit("1wd", category="a", statute=True), limit("5wd"))},
    ),
    "dead: a category with one below": (
        limits.dead,
        {"limits": (limit("9wd", category="a"), limit("1wd", category="a/其他"), limit("5wd", category="ab"))},
    ),
    "contradicting: two numbers": (
        limits.contradicting,
        {"limits": (limit("5wd"), limit("6wd"), limit("3wd", kind=Kind.HELP), limit("4wd", kind=Kind.HELP))},
    ),
    "contradicting: one number": (limits.contradicting, {"limits": (limit("5wd"), limit("5wd"), limit("6wd", SIGN))}),
    "contradicting: of two kinds": (
        limits.contradicting,
        {"limits": (limit("5wd", kind=Kind.HELP), limit("6wd", kind=Kind.PRAISE), limit("7wd", channel="web"))},
    ),
    "switched off: all three": (
        limits.switched_off,
        {
            "limits": (limit("5wd"), limit("1wd", SIGN), limit("2wd", REVIEW), limit("3wd", Stage.FOLLOW_UP)),
            "flow": Flow(sign=False, review=False, follow_up=False),
        },
    ),
    "switched off: nothing": (limits.switched_off, {"limits": (limit("1wd", SIGN), limit("2wd", Stage.CONTACT))}),
    "switched off: no number": (
        limits.switched_off,
        {"limits": (LimitRule(SIGN, None, "x"),), "flow": Flow(sign=False)},
    ),
    "unlisted: a channel and a line": (
        limits.unlisted,
        {
            "limits": (limit("1wd", channel="wbe"), limit("1wd", line="txa"), limit("1wd", channel="web", line="tax")),
            "channels": (Channel("web", "网站", "x"), Channel("app", "应用", "x")),
            "lines": (Line("tax", "税务", "x"),),
        },
    ),
    "unlisted: no lists": (limits.unlisted, {"limits": (limit("1wd", channel="wbe"), limit("1wd", line="txa"))}),
    # ── the network ──
    "unroutable: in one area": (
        network.unroutable,
        {"routes": network_of(Claim("fin", "a"), Claim("eoff", "b")), "rules": words(categories=["a", "b", "c"])},
    ),
    "unroutable: but not an order's matter": (
        network.unroutable,
        {
            "routes": network_of(Claim("fin", "a")),
            "rules": words(categories=["a", "c", "c/d", "cd"]),
            "scope": (ScopeRule("s", "legal", "x", "x", categories=("c",)),),
        },
    ),
    "unroutable: no routes": (network.unroutable, {"rules": words(categories=["a"])}),
    "unroutable: no rules": (network.unroutable, {"routes": network_of()}),
    "idle: one never named, one that has ended": (
        network.idle,
        {"routes": network_of(Claim("fin", "a", until=date(2024, 12, 31)), Claim("office", "b"))},
    ),
    "idle: no routes": (network.idle, {}),
    "shadowed: a line behind another": (
        network.shadowed,
        {
            "routes": network_of(
                Claim("tax", "税务"),
                Claim("fin", "税务"),
                Claim("fin", "财政"),
                Claim("eoff", "b"),
                Claim("office", "b", "990101"),
                Claim("office", "税务", role="assist"),
                Claim("east", "税务", until=date(2024, 1, 1)),
            )
        },
    ),
    "shadowed: no routes": (network.shadowed, {}),
    "unlisted categories": (
        network.unlisted,
        {
            "routes": network_of(
                Claim("fin", "a"), Claim("tax", "z", "990101"), Claim("office", ""), Claim("office", "y")
            ),
            "rules": words(categories=["a"]),
        },
    ),
    "unlisted categories: no list": (network.unlisted, {"routes": network_of(Claim("fin", "z")), "rules": words()}),
    "unlisted categories: no rules": (network.unlisted, {"routes": network_of(Claim("fin", "z"))}),
    # ── promises ──
    "promised: everything": (promises.promises, {"provides": ("limits", "rules", "routes", "scoring", "supervision")}),
    "promised: nothing": (promises.promises, {}),
    "promised and there": (
        promises.promises,
        {
            "provides": ("rules", "routes", "supervision"),
            "rules": words(),
            "routes": network_of(),
            "ladder": (rung("a", "1wd"),),
        },
    ),
    "levels: all satisfied": (promises.levels, {"satisfied_levels": {"a": True, "b": True}}),
    "levels: nobody satisfied": (promises.levels, {"satisfied_levels": {"a": False}}),
    "levels: both": (promises.levels, {}),
    "cases: none": (promises.cases, {}),
    "cases: one that fails": (promises.cases, {"cases": (Case("x", "f.toml", "case[1]", expected={"limit": "4wd"}),)}),
    # ── scope ──
    "hidden: by words and categories": (
        scope.shadowed,
        {
            "scope": (
                ScopeRule("a", "legal", "x", "x", ("劳动",), ("判决", "仲裁")),
                ScopeRule("b", "decline", "x", "x", ("劳动/工资",), ("不服判决",)),
                ScopeRule("c", "legal", "x", "x", ("劳动",)),
                ScopeRule("d", "legal", "x", "x", ("劳动争议",), ("判决",)),
                ScopeRule("e", "legal", "x", "x", (), ("裁决", "仲裁")),
                ScopeRule("f", "legal", "x", "x", lacking=("address",)),
                ScopeRule("g", "legal", "x", "x", ("劳动",), ("判决",), lacking=("address",)),
            )
        },
    ),
    "contradicting scopes": (
        scope.contradicting,
        {
            "scope": (
                ScopeRule("a", "legal", "x", "x", ("劳动",), ("仲裁",)),
                ScopeRule("b", "petition", "x", "x", (), ("申请仲裁", "上访")),
                ScopeRule("c", "legal", "x", "x", (), ("仲裁", "上访")),
                ScopeRule("d", "petition", "x", "x", ("劳动/工资", "公安")),
                ScopeRule("e", "petition", "x", "x", ("劳动",), ("仲裁",)),
                ScopeRule("f", "legal", "x", "x", ("公安",), ("举报",), "110"),
                ScopeRule("g", "legal", "x", "x", (), ("举报电话", "求助"), "119"),
            )
        },
    ),
    "emergencies: a number nobody has": (
        scope.dangling,
        {
            "routes": network_of(units=(*UNITS, AMBULANCE)),
            "scope": (
                ScopeRule("a", "emergency", "x", "x", (), ("着火",), "119"),
                ScopeRule("b", "emergency", "x", "x", (), ("昏迷",), "120"),
                ScopeRule("c", "emergency", "x", "x", (), ("警察",)),
                ScopeRule("d", "channel", "x", "x", (), ("税务",), "12366"),
            ),
        },
    ),
    "emergencies: no routes": (scope.dangling, {"scope": (ScopeRule("a", "emergency", "x", "x", to="119"),)}),
    # ── words ──
    "silent": (wording.silent, {"rules": words(Rule("a", "路灯", 0.0, "x"), Rule("b", "井盖", -1.0, "x"))}),
    "silent: no rules": (wording.silent, {}),
    "two places of a word": (
        wording.contradicting,
        {
            "rules": words(
                Rule("a", "拖欠", 2.0, "城建"),
                Rule("b", "拖欠", 2.0, "劳动"),
                Rule("c", "拖欠", 1.5, "公安"),
                Rule("d", "拖欠", 2.0, "税务", scope="title"),
                Rule("e", "举报", 2.0, kind=Kind.REPORT),
                Rule("f", "举报", 2.0, kind=Kind.COMPLAINT),
                Rule("g", "无", 0.0, "城建"),
                Rule("h", "无", 0.0, "劳动"),
                Rule("i", "拖欠", 2.0, "城建", Kind.REPORT),
                Rule("j", "没有", 0.25, risk="x"),
                Rule("k", "没有", 0.25),
            )
        },
    ),
    "two places: no rules": (wording.contradicting, {}),
    "outvoted": (
        wording.outvoted,
        {
            "rules": words(
                Rule("a", "满意", 3.0, kind=Kind.PRAISE, negatable=False),
                Rule("b", "不满意", 2.0, kind=Kind.COMPLAINT),
                Rule("c", "不太满意", 2.0, kind=Kind.COMPLAINT, scope="title"),
                Rule("d", "咨询", 1.0, kind=Kind.HELP),
                Rule("e", "很满意", -2.0, kind=Kind.COMPLAINT),
                Rule("f", "满意度", 2.0, "x"),
            )
        },
    ),
    "outvoted: no rules": (wording.outvoted, {}),
    "deaf": (
        wording.deaf,
        {
            "rules": words(
                Rule("a", "燃气泄漏", 1.0, refer="119", negatable=False),
                Rule("b", "爆炸", 1.0, urgency=Urgency.EMERGENCY, negatable=False),
                Rule("c", "着火", 1.0, refer="119"),
                Rule("d", "停水", 1.0, urgency=Urgency.URGENT, negatable=False),
                Rule("e", "冒烟", 0.5, refer="119", negatable=False),
                Rule("f", "溺水", -1.0, refer="120", negatable=False),
            )
        },
    ),
    "deaf: no rules": (wording.deaf, {}),
    # ── statuses ──
    "statuses: the library's own table": (statuses.table, {}),
    "statuses: a way to each": (statuses.walked, {}),
}


@pytest.mark.parametrize("what", FOUND)
def test_found(what: str, expect: Any) -> None:
    function, changes = FOUND[what]
    expect(*function(small_policy(**changes)))


def test_the_findings_there_are(expect: Any) -> None:
    expect(*CHECKS.items(), *(f"{each.__module__}.{each.__name__}" for one in SUBJECTS for each in one.CHECKS))


def test_all_checks_together_find_what_each_finds() -> None:
    policy = small_policy(limits=(limit("5wd"), limit("6wd"), limit("9wd", SIGN)), provides=("limits", "rules"))
    found = check(policy)
    assert [one.code for one in found] == [
        "no-rules", "no-cases", "dead-limit", "contradicting-limits", "sign-past-handle", "sign-past-handle",
    ]  # fmt: skip


# ── what all share ──


def test_limits_are_tried_from_every_morning_of_the_last_two_years_known() -> None:
    days = starts(small_policy())
    last = WorkCalendar.china().known_until
    assert days[0] == datetime(last.year - 1, 1, 1, 9, 30, tzinfo=CST)
    assert (days[1] - days[0], len(days)) == (timedelta(days=1), (last - days[0].date()).days - 60)
    assert days[-1].date() == last - timedelta(days=61)


@pytest.mark.parametrize(
    ("end", "count"), [(date(2020, 12, 31), 670), (date(2020, 3, 3), 367), (date(2019, 1, 1), 305)]
)
def test_there_are_mornings_to_try_however_soon_the_calendar_ends(end: date, count: int) -> None:
    assert len(starts(small_policy(calendar=Known(end)))) == count


AT = datetime(2026, 9, 28, 10, tzinfo=CST)


def test_stages_end_one_after_the_other() -> None:
    policy = small_policy(**KNOWN)
    assert end_of(policy, (), AT) == AT
    assert end_of(policy, (T("1d"),), AT) == datetime(2026, 9, 30, tzinfo=CST)
    assert end_of(policy, (T("1d"), T("2h")), AT) == datetime(2026, 9, 30, 2, tzinfo=CST)
    assert end_of(policy, (T("1d"), T("1d")), AT) == end_of(policy, (T("2d"),), AT)
    assert end_of(policy, (T("1wd"), T("1wd")), AT) == end_of(policy, (T("2wd"),), AT)
    assert end_of(policy, (T("3660wd"), T("1d")), AT) is None


def test_a_limit_outlasts_another_on_some_day_or_on_none() -> None:
    policy = small_policy(**KNOWN)
    first = starts(policy)[0]
    assert outlasts(policy, (T("5wd"),), T("5wd")) == first
    assert outlasts(policy, (T("4wd"),), T("5wd")) is None
    assert outlasts(policy, (T("2wd"), T("3wd")), T("5wd")) == first
    assert outlasts(policy, (T("2wd"), T("2wd")), T("5wd")) is None
    assert outlasts(policy, (T("1d"),), T("24h")) == first
    # From the first of these mornings too, 600 working days end where the calendar cannot tell.
    assert end_of(policy, (T("600wd"),), first) is None
    assert outlasts(policy, (T("600wd"),), T("1d")) is None
    assert outlasts(policy, (T("1h"),), T("600wd")) is None


def test_an_example_names_the_day_and_both_ends() -> None:
    policy = small_policy(**KNOWN)
    assert example(policy, (T("1d"),), T("2d"), AT) == (
        "（如 2026-09-28 起算：2026-09-30 00:00 对 2026-10-01 00:00）",
        " (from 2026-09-28, say: 2026-09-30 00:00 against 2026-10-01 00:00)",
    )
    assert example(policy, (T("3660wd"),), T("2d"), AT)[0] == "（如 2026-09-28 起算：— 对 2026-10-01 00:00）"
    with pytest.raises(CalendarError):
        policy.after(T("3660wd"), AT)


def test_a_limit_is_called_by_what_it_asks() -> None:
    every = limit(
        "20wd", kind=Kind.COMPLAINT, category="a/b", urgency=Urgency.URGENT, channel="web", level="province", line="l",
        statute=True,
    )  # fmt: skip
    assert name_of(every) == "办理·投诉·a/b·紧急·web·省级·l·法定 20wd"
    assert name_of(NO_NUMBER) == "办理 none"
    assert [*selectors(every)] == ["kind", "category", "urgency", "channel", "level", "line", "statute"]


def test_the_statuses_a_place_skips() -> None:
    assert statuses.skipped(small_policy()) == set()
    assert statuses.skipped(small_policy(flow=Flow(review=False))) == {Status.REPLIED}
    assert statuses.skipped(small_policy(flow=Flow(follow_up=False))) == {Status.REVIEWED, Status.FOLLOWING_UP}
