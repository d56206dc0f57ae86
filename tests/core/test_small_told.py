"""Small parts in full (小件逐项): actors, records, papers, plans of calling, weights of limits, what is remembered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from hotline12345.core import events as e
from hotline12345.core.actor import ROLE_ZH, SYSTEM, Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.documents import documents
from hotline12345.core.memo import remembered
from hotline12345.core.policy import Channel, LimitRule, Line, Rung, ScopeRule
from hotline12345.core.policy.acceptance import AcceptedType, RecordRule
from hotline12345.core.policy.calling import CallPlan, CallRule
from hotline12345.core.policy.ladder import Paper
from hotline12345.core.policy.rules import NO_LIMIT_BASIS
from hotline12345.core.policy.timing import TellRule
from hotline12345.core.record import lacking, likeness
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.core.status import Status
from hotline12345.testing.orders import AT, Life, limit, small_policy

# ── actors ──


def test_actors_are_read_and_written_alike(expect: Any) -> None:
    for text in ("handler@210100-police/zhang", "agent", "agent+handler@u1", "system", "caller/li", " admin@u "):
        assert str(Actor.parse(text)) == text.strip()
    assert Actor.parse("handler@u/p") == Actor("p", "u", frozenset({Role.HANDLER}))
    assert Actor.parse("agent+caller") == Actor("", "", frozenset({Role.AGENT, Role.CALLER}))
    assert (str(SYSTEM), str(Actor("p", "u")), str(Actor())) == ("system", "@u/p", "")
    assert set(ROLE_ZH) == set(Role)
    expect.refused(
        lambda: Actor.parse("boss@u/p"),
        lambda: Actor.parse("agent+boss"),
        lambda: Actor.parse("agent@"),
        lambda: Actor.parse("agent@u/p/q"),
        lambda: Actor.parse("agent@u@v"),
        lambda: Actor.parse(""),
        lambda: Actor("a\x1fb"),
        lambda: Actor("", "a\x1fb"),
    )


# ── records ──

NEEDS = ("name", "contact", "time", "place", "cause", "course")
WHOLE = {
    "requester": {"name": "某人", "phone": "1"},
    "title": "停水",
    "text": "昨天停水",
    "address": "某路",
    "happened": "x",
}


@pytest.mark.parametrize(
    ("left_out", "lacks"),
    [
        ((), ()),
        (("requester",), ("name", "contact")),
        (("happened",), ()),
        (("address",), ("place",)),
        (("title",), ()),
        (("text", "happened"), ("time", "course")),
        (("title", "text", "happened"), ("time", "cause", "course")),
        (tuple(WHOLE), NEEDS),
    ],
)
def test_what_a_record_lacks(left_out: tuple[str, ...], lacks: tuple[str, ...]) -> None:
    assert lacking(NEEDS, {key: value for key, value in WHOLE.items() if key not in left_out}) == lacks
    assert lacking(NEEDS, {key: value if key not in left_out else None for key, value in WHOLE.items()}) == lacks
    assert lacking(NEEDS[::-1], dict.fromkeys(WHOLE)) == NEEDS[::-1]


def test_an_area_is_a_place_and_somebody_without_a_name_lacks_none() -> None:
    assert lacking(NEEDS, {}, "210102") == ("name", "contact", "time", "cause", "course")
    assert lacking(NEEDS, {}, anonymous=True) == ("contact", "time", "place", "cause", "course")
    assert lacking(("contact",), {"requester": {"id": "x"}}) == ()
    assert lacking(("contact",), {"requester": {"name": "x"}}) == ("contact",)
    assert lacking(("cause", "course"), {"title": " ", "text": " "}) == ("cause", "course")
    assert lacking(("time",), {"title": "3天前停水"}) == ()
    assert lacking(("time",), {"text": "停水"}) == ("time",)
    assert lacking((), {}) == ()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("停水三天", "停水三天", 100),
        ("停水三天", "停水两天", 33),
        ("停水", "停电", 0),
        ("", "", 0),
        ("停", "停", 100),
        ("停", "水", 0),
        ("停", "停水", 0),
        ("停水，三天！", "停水 三天", 100),
        ("ＡＢＣ", "abc", 100),
        ("ab_cd", "abcd", 100),
        ("停水三天了", "停水三天", 85),
        ("停水停水", "停水", 66),
    ],
)
def test_how_alike_two_texts_are(one: str, other: str, alike: int) -> None:
    assert likeness(one, other) == likeness(other, one) == alike


# ── papers ──


def test_papers_are_drawn_up_for_the_rungs_that_ask_for_one(expect: Any) -> None:
    ladder = (
        Rung(
            "urge",
            "催办",
            TimeLimit.parse("1wd"),
            "x",
            paper=Paper("notice", "催办通知", cc=("leader", "nobody")),
            owner="centre",
        ),
        Rung("talk", "约谈", TimeLimit.parse("2wd"), "y", paper=Paper("talk", "约谈函", to="leader")),
        Rung("quiet", "通报", TimeLimit.parse("3wd"), "z"),
    )
    policy = small_policy(ladder=ladder, parties={"centre": "热线中心", "leader": "分管领导"})
    order = Life(policy).take("signed").order
    by = {"at": datetime(2026, 10, 15, 9, tzinfo=CST), "by": SYSTEM}
    due = datetime(2026, 10, 11, tzinfo=CST)
    fired = [
        e.Supervised(rung="urge", unit="u1", trigger="overdue", due=due, basis="x", owner="centre", **by),
        e.Supervised(rung="quiet", unit="u1", trigger="overdue", due=due, basis="z", owner="centre", **by),
        e.Supervised(rung="talk", unit="u1", trigger="reopened", due=due, basis="y", owner="other", **by),
        e.Supervised(rung="urge", unit="", trigger="overdue", basis="x", owner="", **by),
        e.Supervised(rung="urge", unit="u1", basis="x", owner="centre", **by),
        e.Urged(**by),
        e.Supervised(rung="gone", unit="u1", basis="x", owner="centre", **by),
    ]
    expect(*map(repr, documents(policy, order, fired)))


# ── which limit, which plan ──


def test_the_weights_of_limits(expect: Any) -> None:
    asked = (Kind.HELP, "a/b/c", Urgency.URGENT, "web", "province", "tax")
    selectors: list[dict[str, Any]] = [
        {},
        {"kind": Kind.HELP},
        {"category": "a"},
        {"category": "a/b"},
        {"category": "a/b/c"},
        {"category": "a/b/c/d"},
        {"category": "a/bc"},
        {"urgency": Urgency.URGENT},
        {"channel": "web"},
        {"level": "province"},
        {"line": "tax"},
        {"statute": True},
        {"kind": Kind.PRAISE},
        {"urgency": Urgency.NORMAL},
        {"channel": "app"},
        {"level": "city"},
        {"line": "gas"},
        {"kind": Kind.HELP, "urgency": Urgency.URGENT, "channel": "web", "line": "tax"},
        {"statute": True, "level": "province", "category": "a", "kind": Kind.HELP},
    ]
    expect(*(f"{chosen}: {limit('1wd', **chosen).weight(*asked)}" for chosen in selectors))
    assert limit("1wd", kind=Kind.HELP).weight(None, "", None, "") == -1
    assert limit("1wd").weight(None, "", None, "") == 0
    every = limit("2wd", kind=Kind.HELP, category="a", urgency=Urgency.URGENT, channel="c", level="l", line="i")
    assert every.selectors == (Stage.HANDLE, Kind.HELP, "a", Urgency.URGENT, "c", "l", "i", False)


PLANS = (
    CallPlan("all", "a"),
    CallPlan("none", "b", kind=Kind.PRAISE),
    CallPlan("anonymous", "c", category="公安"),
    CallPlan("sample", "d", 30, category="公安/交警"),
    CallPlan("all", "e", channel="web"),
    CallPlan("none", "f", kind=Kind.PRAISE, channel="web"),
    CallPlan("none", "g", kind=Kind.PRAISE),
)


def test_the_weights_of_plans() -> None:
    asked = (Kind.PRAISE, "公安/交警", "web")
    assert [plan.weight(*asked) for plan in PLANS] == [0, 2, 4, 8, 1, 3, 2]
    assert [plan.weight(Kind.HELP, "公安局", "app") for plan in PLANS] == [0, -1, -1, -1, -1, -1, -1]
    assert [plan.weight(Kind.HELP, "公安", "app") for plan in PLANS] == [0, -1, 4, -1, -1, -1, -1]
    rule = CallRule(PLANS)
    found = {
        asked: plan.basis
        for asked in (
            (Kind.HELP, "民政", "app"),
            (Kind.PRAISE, "民政", "app"),
            (Kind.PRAISE, "民政", "web"),
            (Kind.HELP, "民政", "web"),
            (Kind.PRAISE, "公安", "web"),
            (Kind.PRAISE, "公安/交警/违停", "web"),
        )
        if (plan := rule.plan(*asked))
    }
    assert list(found.values()) == ["a", "b", "f", "e", "c", "d"]
    assert CallRule(PLANS[1:]).plan(Kind.HELP, "民政", "app") is None


def test_who_is_called_back() -> None:
    by = {plan.basis: plan for plan in PLANS}
    assert [by["a"].takes("p", "1", anonymous) for anonymous in (True, False)] == [True, True]
    assert [by["b"].takes("p", "1", anonymous) for anonymous in (True, False)] == [False, False]
    assert [by["c"].takes("p", "1", anonymous) for anonymous in (True, False)] == [True, False]
    drawn = [number for number in range(40) if by["d"].takes("210100", str(number), False)]
    assert drawn == [n for n in range(40) if by["d"].takes("210100", str(n), True)]
    assert drawn == DRAWN
    assert not any(CallPlan("sample", "x", 0).takes("p", str(n), True) for n in range(50))
    assert all(CallPlan("sample", "x", 100).takes("p", str(n), False) for n in range(50))


DRAWN = [
    2,
    9,
    10,
    11,
    17,
    19,
    20,
    23,
    25,
    29,
    30,
    32,
    33,
    35,
]  # sha256 of "210100/n", its first 32 bits mod 100, below 30


# ── what a policy knows of itself ──


def test_what_a_policy_knows_beforehand() -> None:
    bare = small_policy(limits=())
    assert (bare.stages, bare.starts_at_signing, bare.warns, bare.follows, bare.asks, bare.typed, bare.scope_words) == (
        frozenset(),
        False,
        False,
        False,
        (),
        {},
        None,
    )
    assert small_policy(limits=(limit("1wd", start="signed"), limit("1wd"))).starts_at_signing
    assert small_policy(limits=(LimitRule(Stage.SIGN, None, "x"), limit("1wd", Stage.REVIEW))).stages == {Stage.REVIEW}
    warning = Rung("a", "预警", None, "x", before=TimeLimit.parse("1wd"))
    assert (small_policy(ladder=(warning,)).warns, small_policy(ladder=(warning,)).follows) == (True, True)
    assert not small_policy(ladder=(Rung("a", "催办", None, "x"),)).warns
    for stage, follows in ((Stage.DISPATCH, True), (Stage.CONTACT, True), (Stage.REVIEW, False)):
        assert small_policy(limits=(limit("1wd", stage),)).follows is follows
    assert small_policy(tell=TellRule(("extended",))).follows
    asking = small_policy(
        record=RecordRule(("course", "name")),
        scope=(ScopeRule("a", "legal", "x", "x", (), ("b.c", "a"), "", ("place",)),),
    )
    assert asking.asks == ("name", "place", "course")
    assert asking.scope_words is not None
    assert [bool(asking.scope_words.search(text)) for text in ("xax", "b.c", "bxc")] == [True, True, False]
    inner = AcceptedType("u", "乙", "x", words=("停水",))
    assert small_policy(types=(AcceptedType("t", "甲", "x", within=(inner,)),)).typed is None
    assert small_policy(types=(AcceptedType("t", "甲", "x", (Kind.HELP,)),)).typed == {}


def test_the_names_of_channels_lines_statuses_and_units() -> None:
    policy = small_policy(
        channels=(Channel("web", "网站", "x", ("网",)), Channel("app", "应用", "x", ("网", "手机"))),
        lines=(Line("tax", "税务", "x", key="2"), Line("gas", "燃气", "x")),
        statuses={"signed": "在办"},
    )
    names = {name: policy.channel(name) for name in ("web", "网站", "网", "手机", "应用", "电话", "")}
    assert names == {"web": "web", "网站": "web", "网": "web", "手机": "app", "应用": "app", "电话": "电话", "": ""}
    assert policy.channel_codes == {"web", "app"}
    assert [line and line.code for line in map(policy.line, ("tax", "2", "gas", "3", ""))] == [
        "tax",
        "tax",
        "gas",
        None,
        None,
    ]
    assert (policy.status_name(Status.SIGNED), policy.status_name(Status.CLOSED)) == ("在办", Status.CLOSED.zh)
    assert (policy.unit_name("u1"), policy.centre) == ("u1", "")


def test_days_in_force() -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    dated = small_policy(effective=date(2026, 1, 1))
    seen = small_policy(effective=None, seen=(date(2026, 1, 1), date(2026, 1, 2)))
    unknown = small_policy(effective=None)
    assert [dated.in_force(day) for day in days] == [False, True, True, True]
    assert [seen.in_force(day) for day in days] == [False, True, True, False]
    assert [unknown.in_force(day) for day in days] == [False] * 4
    assert (dated.begins, seen.begins, unknown.begins) == (date(2026, 1, 1), date(2026, 1, 1), None)


def test_a_due_day_is_asked_for_by_all_that_selects_a_limit() -> None:
    chosen: dict[str, Any] = {
        "kind": Kind.HELP,
        "category": "a",
        "urgency": Urgency.URGENT,
        "channel": "web",
        "level": "province",
        "line": "tax",
    }
    for key, value in chosen.items():
        policy = small_policy(limits=(limit("5wd"), limit("1d", Stage.REVIEW, **{key: value})))
        asked = chosen | {"kind": chosen["kind"]}
        due = policy.due(start=AT, stage=Stage.REVIEW, **asked)
        assert str(due.limit) == "1d"
        assert policy.explain_due(start=AT, stage=Stage.REVIEW, **asked).deadline == due
        without = policy.due(start=AT, stage=Stage.REVIEW, **{**asked, key: None if key in ("kind", "urgency") else ""})
        assert (without.at, without.basis) == (None, NO_LIMIT_BASIS)
    assert small_policy().after(TimeLimit.parse("1d"), AT).basis == "library default"
    assert small_policy().after(TimeLimit.parse("1d"), AT, "甲").basis == "甲"


@pytest.mark.parametrize(
    ("holds", "given"),
    [
        (True, {}),
        (True, {"kinds": (Kind.HELP,)}),
        (False, {"kinds": (Kind.PRAISE,)}),
        (True, {"categories": ("x", "a")}),
        (False, {"categories": ("a/bc",)}),
        (True, {"words": ("x", "停水")}),
        (False, {"words": ("x",)}),
        (True, {"lines": ("tax",)}),
        (False, {"lines": ("gas",)}),
        (True, {"lines": ("tax",), "kinds": (Kind.PRAISE,)}),
        (True, {"lines": ("gas",), "kinds": (Kind.HELP,)}),
        (False, {"kinds": (Kind.HELP,), "words": ("x",)}),
        (False, {"kinds": (Kind.HELP,), "categories": ("b",), "words": ("停水",)}),
        (True, {"kinds": (Kind.HELP,), "categories": ("a/b",), "words": ("停水",)}),
    ],
)
def test_a_type_holds_where_every_selector_does(holds: bool, given: dict[str, Any]) -> None:
    assert AcceptedType("t", "甲", "x", **given).holds(Kind.HELP, "a/b", "tax", "停水了") is holds


# ── memory ──


def test_answers_are_remembered_by_the_very_object_and_forgotten_all_at_once() -> None:
    asked: list[Any] = []

    def ask(value: Any) -> int:
        asked.append(value)
        return len(asked)

    memory = remembered(ask, size=2)
    one, two, three = object(), object(), object()
    assert [memory(one), memory(one), memory(two), memory(one), memory(two)] == [1, 1, 2, 1, 2]
    assert [memory(three), memory(one)] == [3, 4]  # the third found no room: the first two are forgotten
    assert memory(three) == 3
    assert asked == [one, two, three, one]
