"""Editions, their differences and their cases in full (办法逐字): which holds when, what changes, what comes out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.calendar.overlay import overlay_from_table
from hotline12345.core.cases import Case, outcome, run_case
from hotline12345.core.classify import Category, Rule, RuleSet
from hotline12345.core.errors import RequestError
from hotline12345.core.policy import (
    Channel,
    ExtensionRule,
    Flow,
    LimitRule,
    Line,
    Pack,
    ReopenRule,
    Rung,
    ScopeRule,
    SendBackRule,
)
from hotline12345.core.policy.acceptance import AcceptedType
from hotline12345.core.policy.differences import differences, settings
from hotline12345.core.policy.dispatching import AssistRule, Dispatching, Hops, ProblemRule
from hotline12345.core.policy.ladder import Paper
from hotline12345.core.policy.timing import StatuteRule, TellRule
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit
from hotline12345.core.scoring import Component, Indicator, Lists, PeerGroup, ScoreRules
from hotline12345.core.scoring import Grade as Mark
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.core.verify.cover import cover, line_of, rules_of
from hotline12345.core.verify.mutate import mutants, mutate
from hotline12345.testing.orders import limit, small_policy

T = TimeLimit.parse
D = Decimal
UNITS = (
    Unit("city", "市", Grade.CITY, "", "210100"),
    Unit("centre", "热线", Grade.CENTRE, "city"),
    Unit("road", "交通局", Grade.DEPARTMENT, "city"),
    Unit("water", "水务局", Grade.DEPARTMENT, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("119", "消防", Grade.EMERGENCY, phone="119"),
)


def network(*claims: Claim, units: tuple[Unit, ...] = UNITS) -> RoutingGraph:
    return RoutingGraph.of(units, claims, centre="centre")


# ── which edition ──


def edition(name: str, effective: date | None = None, **more: Any) -> Any:
    return small_policy(edition=name, effective=effective, **more)


DAY = date(2026, 1, 1)
OLD = edition("2024", date(2024, 1, 1), digest="d24")
NEW = edition("2026", date(2026, 1, 1), digest="d26", parents=("cn@2",), since=date(2026, 3, 1))
OVER = edition("2026", date(2026, 1, 1), digest="d26-1", parents=("cn@1",))
SEEN = edition("seen", None, seen=(date(2025, 1, 1), date(2025, 6, 30)))
LATE = edition("unknown", None)


def test_an_edition_is_chosen_by_its_day() -> None:
    pack = Pack("p", "990100", "测试", (OLD, NEW), (OVER,))
    chosen = {
        day: pack.on(date.fromisoformat(day)).digest
        for day in ("2024-01-01", "2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01")
    }
    assert chosen == {
        "2024-01-01": "d24",
        "2025-12-31": "d24",
        "2026-01-01": "d26-1",
        "2026-02-28": "d26-1",
        "2026-03-01": "d26",
    }
    assert (pack.newest, pack.every) == (NEW, (OVER, OLD, NEW))
    assert pack.edition("2026").digest == "d26"
    assert pack.edition("2026", date(2026, 2, 1)).digest == "d26-1"
    assert Pack("p", "990100", "测试", (LATE,)).on(date(1999, 1, 1)) is LATE
    assert Pack("p", "990100", "测试", (SEEN, LATE)).newest is SEEN
    assert Pack("p", "990100", "测试", (LATE, OLD)).newest is OLD


def test_an_order_keeps_the_edition_it_was_recorded_under() -> None:
    pack = Pack("p", "990100", "测试", (OLD, NEW), (OVER,))
    assert pack.kept("2026", ("cn@1",), "d26") is NEW
    assert pack.kept("2026", ("cn@2",), "d26-1") is OVER
    assert pack.kept("2026", ("cn@1",), "gone") is OVER
    assert pack.kept("2026", ("cn@1",)) is OVER
    assert pack.kept("2026", ("cn@9",)) is NEW
    assert pack.kept("2026", ()) is NEW
    bare = evolve(NEW, parents=(), digest="")
    assert Pack("p", "990100", "测试", (OLD, NEW), (bare,)).kept("2026", (), "") is NEW


def test_an_edition_that_is_not_there_is_told_word_by_word(expect: Any) -> None:
    pack = Pack("p", "990100", "测试", (OLD, NEW, SEEN, LATE))
    expect.refused(lambda: pack.on(date(2023, 12, 31)), lambda: pack.edition("2025"), lambda: pack.kept("2025", ()))


# ── what an edition changes ──

SCORING = ScoreRules(
    (Component("solved", D(40), basis="甲"),),
    ("公安",),
    "甲",
    (Indicator("x", "甲", "x", "points"),),
    grades=(Mark("a", "优", D(90)),),
    groups=(PeerGroup("g", "县", ("u1",)),),
    lists=Lists(1, 1),
)
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "nothing": ({}, {}),
    "a limit by all that selects": (
        {
            "limits": (
                limit(
                    "5wd",
                    kind=Kind.HELP,
                    category="a/b",
                    urgency=Urgency.URGENT,
                    channel="web",
                    level="province",
                    line="tax",
                ),
                limit("2wd", Stage.SIGN),
            )
        },
        {
            "limits": (
                limit(
                    "6wd",
                    kind=Kind.HELP,
                    category="a/b",
                    urgency=Urgency.URGENT,
                    channel="web",
                    level="province",
                    line="tax",
                    start="signed",
                ),
                LimitRule(Stage.SIGN, None, "新"),
            )
        },
    ),
    "limits that come and go": (
        {"limits": (LimitRule(Stage.HANDLE, None, "旧"), limit("5wd", kind=Kind.HELP))},
        {"limits": (limit("5wd", statute=True, extension=T("2wd"), kind=Kind.PRAISE), limit("5wd", kind=Kind.HELP))},
    ),
    "two limits of one name": (
        {"limits": (limit("5wd"), limit("9wd", statute=True))},
        {"limits": (limit("6wd"), limit("8wd", statute=True), limit("7wd"))},
    ),
    "an article alone": ({"extension": ExtensionRule(1, basis="旧")}, {"extension": ExtensionRule(1, basis="新")}),
    "an article and a number": (
        {"extension": ExtensionRule(1, T("5wd"), basis="旧")},
        {"extension": ExtensionRule(2, None, True, basis="新")},
    ),
    "switches": (
        {},
        {"flow": Flow(sign=False, answer_kinds=(Kind.CONSULTATION, Kind.PRAISE), default_kind=Kind.REPORT)},
    ),
    "reasons": (
        {"send_back": SendBackRule(reasons={"a": "甲", "b": "乙"}), "reopen": ReopenRule(1)},
        {"send_back": SendBackRule(reasons={"b": "丙", "c": "丁"}), "reopen": ReopenRule(2, T("1wd"), judged=True)},
    ),
    "rules within rules": (
        {"dispatching": Dispatching(Hops(transfer="keep", basis="旧"), AssistRule(T("1wd")), ProblemRule(1, 2))},
        {"dispatching": Dispatching(Hops(transfer="stop", basis="新"), AssistRule(T("2wd")), ProblemRule(1, 3))},
    ),
    "rungs": (
        {"ladder": (Rung("a", "催办", T("1wd"), "旧"), Rung("b", "督办", None, "旧", paper=Paper("p", "通知")))},
        {
            "ladder": (
                Rung("b", "督办", T("2wd"), "新", paper=Paper("p", "通知书", cc=("leader",))),
                Rung("c", "约谈", None, "新"),
            )
        },
    ),
    "scope": (
        {"scope": (ScopeRule("a", "legal", "x", "旧", ("劳动",), ("仲裁",)), ScopeRule("b", "petition", "x", "旧"))},
        {
            "scope": (
                ScopeRule("a", "legal", "x", "旧", ("劳动", "公安"), ("判决",)),
                ScopeRule("c", "decline", "y", "新"),
            )
        },
    ),
    "types within types": (
        {"types": (AcceptedType("t", "甲", "旧", within=(AcceptedType("u", "乙", "旧"),)),)},
        {
            "types": (
                AcceptedType("t", "甲", "旧", within=(AcceptedType("u", "丙", "旧"), AcceptedType("v", "丁", "新"))),
            )
        },
    ),
    "channels, lines and laws": (
        {"channels": (Channel("web", "网站", "旧"),), "lines": (Line("tax", "税务", "旧", unit="u1"),)},
        {
            "channels": (Channel("web", "网站", "旧", ("网",)),),
            "statutes": (StatuteRule("s", "法", T("9wd"), "新"),),
            "tell": TellRule(("extended",), T("1wd")),
        },
    ),
    "levels of satisfaction": (
        {"satisfied_levels": {"good": True, "fair": True, "bad": False}},
        {"satisfied_levels": {"good": True, "fair": False, "poor": False}},
    ),
    "what people call statuses": ({"statuses": {"signed": "办理"}}, {"statuses": {"signed": "在办", "closed": "办结"}}),
    "scoring that comes": ({}, {"scoring": SCORING}),
    "scoring that goes": ({"scoring": SCORING}, {}),
    "scoring that changes": (
        {"scoring": SCORING},
        {
            "scoring": evolve(
                SCORING,
                components=(Component("solved", D(50), basis="乙"), Component("on-time", D(5))),
                exempt=(),
                grades=(),
                lists=Lists(2, 1),
                shared=True,
            )
        },
    ),
    "what is provided": ({"provides": ("limits",)}, {"provides": ("limits", "rules")}),
    "words and categories": (
        {"rules": RuleSet.compile([Rule("a", "停水", 1, "x")], categories=[Category("x"), Category("y")])},
        {
            "rules": RuleSet.compile(
                [Rule("a", "停水", 2, "x"), Rule("b", "停气", 1, "z")], categories=[Category("x"), Category("z")]
            )
        },
    ),
    "words alone that come": ({}, {"rules": RuleSet.compile([Rule("a", "停水", 1, "x")])}),
    "units and catalogue": (
        {
            "routes": network(
                Claim("road", "道路", basis="旧"), Claim("water", "供水"), Claim("road", "", "210102", "assist")
            )
        },
        {
            "routes": network(
                Claim("road", "道路", basis="新"),
                Claim("east", "供水", "210102"),
                units=(*UNITS[:3], evolve(UNITS[3], name="水利局", phone="1"), UNITS[4]),
            )
        },
    ),
    "aside": ({"title": "a", "sources": ("x",)}, {"title": "b", "sources": ("y",), "digest": "z"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_difference(what: str, expect: Any) -> None:
    old, new = CHANGES[what]
    expect(*map(repr, differences(small_policy(**old), small_policy(**new))))


@pytest.mark.parametrize("what", [what for what in CHANGES if what not in ("nothing", "aside")])
def test_settings(what: str, expect: Any) -> None:
    expect(*map(repr, settings(small_policy(**CHANGES[what][1]))))


def test_another_calendar_is_a_difference() -> None:
    old = small_policy()
    table = {"name": "x", "source": "y", "day": [{"date": date(2026, 3, 2), "works": False, "name": "z"}]}
    new = small_policy(calendar=WorkCalendar.china((overlay_from_table(table),)))
    (change,) = differences(old, new)
    assert (change.table, change.what, change.key, change.kind) == ("calendar", "", "digest", "changed")
    assert (change.old, change.new) == (old.calendar.digest, new.calendar.digest)
    assert (change.old_basis, change.new_basis) == ("", "")


# ── cases ──

RULES = RuleSet.compile(
    (
        Rule("w1", "停水", 3, "供水"),
        Rule("w2", "路面", 3, "道路"),
        Rule("k", "投诉", 1, kind=Kind.COMPLAINT),
        Rule("f", "着火", 1, refer="119"),
        Rule("u", "尽快", 1, urgency=Urgency.URGENT),
        Rule("t", "标题", 3, "道路", scope="title"),
    ),
    categories=(Category("供水"), Category("道路")),
    threshold=0.0,
    title=2.0,
    thresholds={"供水": 0.1},
)


def full(**more: Any) -> Any:
    given: dict[str, Any] = {
        "limits": (
            limit("5wd"),
            limit("2wd", kind=Kind.COMPLAINT),
            limit("1wd", category="供水", urgency=Urgency.URGENT),
            limit("3h", channel="web"),
            limit("4wd", Stage.SIGN),
            limit("7wd", level="province"),
            limit("8wd", line="tax"),
            LimitRule(Stage.REVIEW, None, "x"),
        ),
        "rules": RULES,
        "routes": network(
            Claim("water", "供水"),
            Claim("road", "道路"),
            Claim("east", "供水", "210102"),
            Claim("east", "道路", "210102", "assist"),
            Claim("road", "交通", since=date(2026, 7, 1)),
            Claim("water", "河道", "210100"),
            Claim("water", "河道", "210102"),
        ),
        "scope": (
            ScopeRule("court", "legal", "找法院", "x", (), ("判决",)),
            ScopeRule("old", "legal", "x", "x", (), ("诉讼",)),
            ScopeRule("no", "decline", "不受理", "x", (), ("涉密",)),
            ScopeRule("gas", "channel", "x", "x", (), ("燃气公司",), "95598"),
            ScopeRule("nameless", "decline", "x", "x", lacking=("name",)),
        ),
        "types": (AcceptedType("consult", "咨询", "x", (Kind.CONSULTATION,)),),
        "lines": (Line("tax", "税务", "x", unit="road"),),
        "scoring": ScoreRules((Component("solved", D(40), D(95)), Component("on-time", D(60), form="share"))),
    }
    return small_policy(**(given | more))


AT = datetime(2026, 9, 28, 10, tzinfo=CST)
CASES: dict[str, Case] = {
    "text": Case(
        "a",
        text="停水三天，投诉",
        area="210102",
        expected={
            "category": "供水",
            "kind": Kind.COMPLAINT,
            "urgency": Urgency.NORMAL,
            "unit": "water",
            "limit": "2wd",
            "disposition": "accept",
        },
    ),
    "text wrong in everything": Case(
        "b",
        text="停水",
        area="210102",
        received=AT,
        expected={
            "category": "道路",
            "kind": Kind.PRAISE,
            "urgency": Urgency.URGENT,
            "unit": "road",
            "rule": "centre",
            "assist": ("x",),
            "copy": (),
            "limit": "none",
            "due_day": date(2026, 10, 1),
            "at": AT,
            "provisional": True,
            "disposition": "legal",
            "to": "110",
            "type": "x",
        },
    ),
    "title": Case("c", title="标题", expected={"category": "道路", "unit": "road"}),
    "an emergency": Case(
        "d", text="着火了", expected={"disposition": "emergency", "to": "119", "urgency": Urgency.EMERGENCY}
    ),
    "a referral": Case("e", text="不服判决", expected={"disposition": "legal", "to": ""}),
    "another channel": Case("f", text="燃气公司不来", expected={"disposition": "channel", "to": "95598"}),
    "declined": Case("g", text="涉密文件", expected={"disposition": "decline"}),
    "declined for what it lacks": Case("h", text="停水", lacks=("name",), expected={"disposition": "decline"}),
    "a type": Case("i", kind=Kind.CONSULTATION, expected={"type": "consult"}),
    "a limit by kind": Case("j", kind=Kind.COMPLAINT, expected={"limit": "2wd"}),
    "a limit by category and urgency": Case(
        "k", category="供水/水压", urgency=Urgency.URGENT, expected={"limit": "1wd"}
    ),
    "a limit by channel": Case("l", channel="web", expected={"limit": "3h"}),
    "a limit by stage": Case("m", stage=Stage.SIGN, expected={"limit": "4wd"}),
    "a limit by level": Case("n", level="province", expected={"limit": "7wd"}),
    "a limit by line": Case("o", line="tax", expected={"limit": "8wd", "unit": "road", "rule": "line.tax"}),
    "no limit": Case("p", stage=Stage.REVIEW, expected={"limit": "none"}),
    "no rule": Case("q", stage=Stage.CONTACT, expected={"limit": "none"}),
    "a due day": Case(
        "r",
        received=AT,
        expected={"due_day": date(2026, 10, 10), "at": datetime(2026, 10, 11, tzinfo=CST), "provisional": False},
    ),
    "a route": Case("s", category="道路", area="210102", expected={"unit": "road", "assist": ("east",), "copy": ()}),
    "a route by the nearer line": Case("1", category="河道", area="210102", expected={"unit": "water"}),
    "a route by the wider line": Case("2", category="河道", area="210103", expected={"unit": "water"}),
    "a limit by what the text says": Case("3", text="停水，尽快", expected={"limit": "1wd", "urgency": Urgency.URGENT}),
    "a due day by level": Case("4", received=AT, level="province", expected={"due_day": date(2026, 10, 13)}),
    "a due day by line": Case("5", received=AT, line="tax", expected={"due_day": date(2026, 10, 14)}),
    "a due time by channel": Case("6", received=AT, channel="web", expected={"at": AT + timedelta(hours=3)}),
    "a due day by stage": Case("7", received=AT, stage=Stage.SIGN, expected={"due_day": date(2026, 10, 9)}),
    "a route later in the year": Case("t", category="交通", received=AT, expected={"unit": "road"}),
    "a route too early": Case("u", category="交通", received=AT - timedelta(days=150), expected={"unit": "road"}),
    "figures": Case(
        "v",
        figures={"solved": 94, "on-time": {"num": 1, "den": 2}},
        expected={"total": D(69), "earned": {"solved": D("39.00"), "on-time": D("30.00")}},
    ),
    "figures wrong": Case(
        "w", figures={"solved": 94}, expected={"total": D(1), "earned": {"on-time": D(1)}, "grade": "a"}
    ),
    "no figures": Case("x", figures={}, expected={"total": "none"}),
    "bad figures": Case("y", figures={"x": 1}, expected={"total": D(1)}),
    "a bad area": Case("z", category="供水", area="21x", expected={"unit": "water"}),
}


@pytest.mark.parametrize("what", CASES)
def test_case(what: str, expect: Any) -> None:
    policy, case = full(), CASES[what]
    fault = run_case(policy, case)
    try:
        expect(*outcome(policy, case).items(), *([fault] if fault else []))
    except RequestError as error:
        assert fault is not None
        expect(fault, error)


@pytest.mark.parametrize("what", CASES)
def test_cover(what: str, expect: Any) -> None:
    found = cover(full(cases=(CASES[what],)))
    expect(*(f"{part}: {sorted(names)}" for part, names in found.touched.items()))


def test_what_cases_can_touch(expect: Any) -> None:
    policy = full()
    found = cover(policy)
    expect(*rules_of(policy).items(), *(f"untouched {part}: {found.untouched(part)}" for part in found.rules))
    assert rules_of(small_policy()) == {
        "limits": ("办理 5wd", "签收 1wd", "审核 2wd", "回访 3wd"),
        "scope": (),
        "catalogue": (),
        "words": (),
        "scoring": (),
    }
    assert line_of("", "", "u") == "* × * → u"


def test_what_can_be_altered(expect: Any) -> None:
    policy = full(cases=tuple(CASES.values()))
    made = list(mutants(policy))
    expect(*(f"{one.part} {one.rule}: {one.zh} | {one.en}" for one, _ in made))


@pytest.mark.parametrize("part", ["limits", "scope", "scoring", "catalogue", "words"])
def test_what_the_cases_catch(part: str, expect: Any) -> None:
    steps: list[tuple[int, int]] = []
    found = mutate(full(cases=tuple(CASES.values())), parts=(part,), told=lambda done, of: steps.append((done, of)))
    assert steps == [(n, len(found)) for n in range(1, len(found) + 1)]
    expect(*(f"{one.rule} {one.en}: touched {one.touched}, caught {one.caught}" for one in found))


def test_an_alteration_leaves_everything_else_as_it_was() -> None:
    policy = full()
    for one, altered in mutants(policy):
        other = altered()
        field = {"limits": "limits", "catalogue": "routes", "words": "rules"}.get(one.part, one.part)
        changed = [change.table for change in differences(policy, other)]
        assert {"rules": "rules", "routes": "catalogue", "limits": "limit"}.get(field, field) in {*changed, "scoring"}
        if one.part == "words":
            assert other.rules is not None
            assert (other.rules.title, other.rules.thresholds) == (2.0, {"供水": 0.1})
            assert other.rules.categories == RULES.categories


def test_a_few_alterations_are_spread_over_all() -> None:
    policy = full()
    every = [one for one, _ in mutants(policy)]
    assert [(one.part, one.rule, one.en) for one in mutate(policy, most=5)] == [
        (every[n * len(every) // 5].part, every[n * len(every) // 5].rule, every[n * len(every) // 5].en)
        for n in range(5)
    ]
    assert len(mutate(policy, most=10_000)) == len(every)


def test_an_alteration_that_is_refused_outright_is_caught() -> None:
    scoring = ScoreRules((Component("solved", D(10), floor=D(10)), Component("on-time", D(5))))
    case = Case("x", figures={"solved": 50}, expected={"earned": {"solved": D("10.00")}})
    found = {one.en: (one.touched, one.caught) for one in mutate(small_policy(scoring=scoring, cases=(case,)))}
    assert {what: said for what, said in found.items() if what.startswith(("points", "floor"))} == {
        "points 10 → 9": (True, True),
        "floor 10 → 9": (True, True),
        "points 5 → 4": (False, False),
    }
    assert mutate(small_policy(cases=(case,)), parts=("scoring",)) == ()
