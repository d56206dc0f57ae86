"""Scoring told in full (考核逐字): every fault and refusal, every value that is read, every line of a score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, fields

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.policy import Policy
from hotline12345.core.policy.calling import Scale
from hotline12345.core.scoring import (
    Component,
    Figure,
    Indicator,
    Lists,
    OrderFacts,
    PeerGroup,
    Score,
    Scorecard,
    ScoreRules,
    facts,
    figures_of,
    measure,
    read_figures,
    read_score_rules,
    score_figures,
)
from hotline12345.core.scoring.adjust import read_adjustments
from hotline12345.core.scoring.assess import Assessment, assess, branch
from hotline12345.core.scoring.bands import MOST_LISTED
from hotline12345.core.scoring.decimals import half_up, kept, median, percent, ratio, rounded
from hotline12345.core.scoring.figures import short
from hotline12345.core.scoring.frozen import check_frozen, differences, digest_of, freeze, restate
from hotline12345.core.scoring.metrics import DECIDED, METRICS, MOMENT, REASONS
from hotline12345.core.scoring.period import period_of
from hotline12345.core.scoring.reader import Reader, decimal
from hotline12345.core.scoring.standings import EVERYBODY, group_of, rank
from hotline12345.testing.orders import AGENT, CALLER, DISPATCHER, HANDLER, REVIEWER, WAYS, Life, small_policy

D = Decimal


# ── what a pack's table may get wrong ──

METRIC = {"id": "x", "zh": "甲"}
PART = {"metric": "solved", "points": 10}
GRADE = {"code": "a", "zh": "甲", "from": 60}
GROUP = {"code": "a", "zh": "甲", "units": ["u1"]}
BAD_TABLES: dict[str, Any] = {
    "no table": 3,
    "a key that is not known": {"colour": 1},
    "a key that is a number": {3: 1},
    "a basis that is empty": {"basis": " "},
    "a basis that is a number": {"basis": 3},
    "exempt that is a number": {"exempt": 3},
    "exempt with a slash alone": {"exempt": ["/"]},
    "exempt with a number": {"exempt": ["a", 3]},
    "out of less than nothing": {"out_of": -1},
    "out of more than there can be": {"out_of": Decimal("100000.01")},
    "out of a thousandth": {"out_of": Decimal("1.005")},
    "out of infinity": {"out_of": float("inf")},
    "out of a text": {"out_of": "100"},
    "out of true": {"out_of": True},
    "seven places of a rate": {"rate_places": 7},
    "places of a rate as a text": {"rate_places": "some"},
    "fewer than no places": {"rate_places": -1},
    "seven places of the total": {"total_places": 7},
    "places of the total that are true": {"total_places": True},
    "a rounding that is not known": {"rate_rounding": "up"},
    "a total of what is not known": {"total_of": 3},
    "shared that is a number": {"shared": 1},
    "metrics that are a table": {"metric": {}},
    "a metric that is a number": {"metric": [3]},
    "a metric with another key": {"metric": [METRIC | {"colour": 1}]},
    "a metric without names": {"metric": [{}]},
    "a metric with an empty name": {"metric": [METRIC | {"zh": " "}]},
    "a metric with a number for an English name": {"metric": [METRIC | {"en": 3}]},
    "a metric of an unknown unit": {"metric": [METRIC | {"unit": "percents"}]},
    "a percentage that orders do not tell": {"metric": [METRIC | {"measured": "received"}]},
    "a count that orders do not tell": {"metric": [METRIC | {"unit": "count", "measured": "solved"}]},
    "a count of levels without a level": {"metric": [METRIC | {"unit": "count", "measured": "level:"}]},
    "points of a volume": {"metric": [METRIC | {"unit": "points", "measured": "volume-share"}]},
    "a percentage of a level": {"metric": [METRIC | {"measured": "level:good"}]},
    "a metric twice": {"metric": [METRIC, METRIC]},
    "a metric with an empty basis": {"metric": [METRIC | {"basis": ""}]},
    "a denominator alone": {"metric": [METRIC | {"denominator": ["solved"]}]},
    "a percentage without denominator": {"metric": [METRIC | {"numerator": ["solved"]}]},
    "a count with denominator": {
        "metric": [METRIC | {"unit": "count", "numerator": ["solved"], "denominator": ["solved"]}]
    },
    "a metric measured and worked out": {
        "metric": [METRIC | {"measured": "solved", "numerator": ["solved"], "denominator": ["satisfied"]}]
    },
    "a metric made of itself": {"metric": [METRIC | {"unit": "count", "numerator": ["x"]}]},
    "a metric made of nothing known": {"metric": [METRIC | {"numerator": ["solved"], "denominator": ["y"]}]},
    "a metric made of one that is made": {
        "metric": [
            METRIC | {"unit": "count", "numerator": ["solved"]},
            {"id": "y", "zh": "乙", "unit": "count", "numerator": ["solved", "x"]},
        ]
    },
    "a weight that is a text": {"metric": [METRIC | {"unit": "count", "numerator": {"solved": "much"}}]},
    "a weight beyond a thousand": {"metric": [METRIC | {"unit": "count", "numerator": {"solved": 1000.1}}]},
    "a weight that is infinite": {"metric": [METRIC | {"unit": "count", "numerator": {"solved": float("-inf")}}]},
    "weights that are a number": {"metric": [METRIC | {"unit": "count", "numerator": 3}]},
    "weights of numbers": {"metric": [METRIC | {"unit": "count", "numerator": ["solved", 3]}]},
    "components that are a text": {"component": "solved"},
    "a component that is a text": {"component": ["solved"]},
    "a component of nothing": {"component": [{}]},
    "a component with another key": {"component": [PART | {"colour": 1}]},
    "a component of an unknown form": {"component": [PART | {"form": "cube"}]},
    "a component of an unknown metric": {"metric": [METRIC], "component": [PART | {"metric": "y"}]},
    "a component of a number": {"component": [PART | {"metric": 3}]},
    "a component twice": {"component": [PART, PART]},
    "a component with an empty basis": {"component": [PART | {"basis": ""}]},
    "a linear component without slope": {"component": [{"metric": "solved", "form": "linear"}]},
    "a share with what it does not use": {
        "component": [PART | {"form": "share", "slope": 1, "target": 90, "floor": 2}]
    },
    "a component whose unit does not fit": {"component": [PART | {"form": "earned"}]},
    "points that are nothing": {"component": [PART | {"points": 0}]},
    "points that are a text": {"component": [PART | {"points": "10"}]},
    "points without end": {"component": [PART | {"points": float("nan")}]},
    "points beyond a hundred thousand": {"component": [PART | {"points": 100_001}]},
    "points to a thousandth": {"component": [PART | {"points": 0.125}]},
    "a target above a hundred": {"component": [PART | {"target": 100.5}]},
    "a target to seven places": {"component": [PART | {"target": 95.1234567}]},
    "a slope below nothing": {"component": [PART | {"slope": -1}]},
    "a slope of linear below the least": {"component": [{"metric": "solved", "form": "linear", "slope": -100_001}]},
    "a floor above the points": {"component": [PART | {"floor": 11}]},
    "seven places of a component": {"component": [PART | {"places": 7}]},
    "grades that are a table": {"grade": {}},
    "a grade without names": {"grade": [{}]},
    "a grade with another key": {"grade": [GRADE | {"colour": 1, "from": 0}]},
    "a grade from a text": {"grade": [GRADE | {"from": "60"}]},
    "a grade twice": {"grade": [GRADE | {"from": 0}, GRADE]},
    "a lowest grade above nothing": {"grade": [GRADE]},
    "grades from the same points": {"grade": [GRADE | {"from": 0}, GRADE | {"code": "b", "from": 0}]},
    "grades that overlap by a point": {"grade": [{"code": "b", "zh": "乙", "to": 60}, GRADE]},
    "grades a hundredth apart": {"grade": [{"code": "b", "zh": "乙", "to": 59.98}, GRADE]},
    "grades a whole point apart": {"total_places": 0, "grade": [{"code": "b", "zh": "乙", "to": 58}, GRADE]},
    "groups that are a number": {"group": 3},
    "a group without names": {"group": [{}]},
    "a group with another key": {"group": [GROUP | {"colour": 1}]},
    "a group twice": {"group": [GROUP, GROUP | {"units": ["u2"]}]},
    "two groups for the rest": {"group": [GROUP | {"units": []}, {"code": "b", "zh": "乙"}]},
    "a unit in two groups": {"group": [GROUP, {"code": "b", "zh": "乙", "units": ["u2", "u1"]}]},
    "units that are a text": {"group": [GROUP | {"units": "u1"}]},
    "a unit without a name": {"group": [GROUP | {"units": ["u1", " "]}]},
    "a group out of less than nothing": {"group": [GROUP | {"out_of": -0.01}]},
    "lists that are a number": {"lists": 3},
    "lists with another key": {"lists": {"green": 1}},
    "a list too long": {"lists": {"red": MOST_LISTED + 1}},
    "a black list of half a unit": {"lists": {"black": 0.5}},
    "a tie by what is not looked at": {"lists": {"tie": ["solved", "completion"]}},
    "lists with an empty basis": {"lists": {"basis": ""}},
    "everything at once": {
        "basis": 3,
        "metric": [{"id": "x"}],
        "component": [{"metric": "y"}],
        "grade": [{"code": "a"}],
        "group": [{"code": "a"}],
        "lists": {"red": -1},
    },
}


@pytest.mark.parametrize("what", BAD_TABLES)
def test_a_fault_of_a_scoring_table_is_told_word_by_word(what: str, expect: Any) -> None:
    rules, found = read_score_rules(BAD_TABLES[what], "a.toml")
    assert rules is None
    expect(*found)


# ── what a pack's table says ──

TABLES: dict[str, Any] = {
    "nothing": {},
    "how totals are made": {
        "basis": " 办法 ",
        "exempt": ["/城乡建设/", "公安"],
        "out_of": 100,
        "rate_places": "none",
        "rate_rounding": "down",
        "total_places": 0,
        "total_of": "exact",
        "shared": True,
    },
    "the other way of saying it": {
        "exempt": "城乡建设",
        "out_of": 99.5,
        "rate_places": 6,
        "rate_rounding": "half-up",
        "total_places": 6,
        "total_of": "rounded",
        "shared": False,
    },
    "metrics of every kind": {
        "basis": "办法",
        "metric": [
            {"id": " rate ", "zh": " 率 ", "en": " rate of it ", "measured": "solved", "basis": "第三条"},
            {"id": "share", "zh": "占比", "measured": "volume-share"},
            {"id": "late", "zh": "超期数", "unit": "count", "measured": "late"},
            {"id": "happy", "zh": "满意人数", "unit": "count", "measured": "level:satisfied"},
            {"id": "sum", "zh": "合计", "unit": "points", "numerator": {"late": -1000, "happy": 0.5}},
            {"id": "mean", "zh": "均值", "numerator": ["happy"], "denominator": ["happy", "late"]},
            {"id": "manual", "zh": "手工扣分", "unit": "points"},
        ],
        "component": [{"metric": "manual", "form": "deduction"}, {"metric": "rate", "points": 5}],
    },
    "components of every form": {
        "metric": [{"id": "p", "zh": "分", "unit": "points"}, {"id": "n", "zh": "件", "unit": "count"}],
        "component": [
            {"metric": "on-time", "points": 20, "target": 95, "slope": 0.5, "floor": 12.5, "basis": "第四条"},
            {"metric": "solved", "form": "share", "points": 40, "places": 6},
            {"metric": "p", "form": "bonus", "points": 3},
            {"metric": "n", "form": "any", "points": 2, "places": 0},
            {"metric": "satisfied", "form": "linear", "slope": -100000},
        ],
    },
    "grades, groups and lists": {
        "basis": "办法",
        "total_places": 1,
        "grade": [
            {"code": "good", "zh": "良好", "from": 80, "to": 89.9, "basis": "第五条"},
            {"code": "rest", "zh": "其他", "to": 79.9},
            {"code": "best", "zh": "优秀", "from": 90},
        ],
        "group": [
            {"code": "county", "zh": "县", "units": [" u1 ", "u2"], "out_of": 150, "basis": "第六条"},
            {"code": "others", "zh": "其余"},
        ],
        "lists": {"red": 1000, "black": 1, "tie": ["solved", "on-time"], "basis": "第七条"},
    },
}


@pytest.mark.parametrize("what", TABLES)
def test_a_scoring_table_is_read_whole(what: str, expect: Any) -> None:
    rules, found = read_score_rules(TABLES[what], "a.toml")
    assert found == ()
    assert rules is not None
    parts = [
        *(f"{key} = {getattr(rules, key)!r}" for key in SETTINGS),
        *map(repr, (*rules.indicators, *rules.components, *rules.grades, *rules.groups, rules.lists)),
        f"known = {rules.known}",
    ]
    expect("\n".join(parts))


SETTINGS = (
    "basis", "exempt", "out_of", "rate_places", "rate_down", "total_places", "exact", "shared",
)  # fmt: skip


# ── figures ──

EVERY = ScoreRules(
    (
        Component("on-time", D(20), D(95), D("0.5"), D("12.5"), "第四条 / Article 4"),
        Component("solved", D(40), form="share", places=6, basis="第五条"),
        Component("rate", form="linear", slope=D("0.3")),
        Component("bonus", D(3), form="bonus"),
        Component("loss", D(5), form="deduction"),
        Component("paper", D(10), form="earned"),
        Component("late", form="linear", slope=D("-0.5")),
        Component("visits", D(2), form="any", places=0),
    ),
    indicators=(
        Indicator("rate", "率", "rate", "percent", "", (("a", D(1)), ("b", D("0.8"))), (("a", D(1)), ("n", D(2)))),
        Indicator("a", "甲", "a", "count"),
        Indicator("b", "乙", "b", "count"),
        Indicator("n", "件数", "number", "count"),
        Indicator("bonus", "加分", "bonus", "points"),
        Indicator("loss", "扣分", "loss", "points"),
        Indicator("paper", "卷面", "paper", "points"),
        Indicator("late", "超期", "late", "count", "", (("a", D(-2)), ("b", D(3)))),
        Indicator("visits", "走访", "visits", "count"),
    ),
)
FIGURES: dict[str, Any] = {
    "nothing": {},
    "percentages": {"on-time": 89.825, "solved": D("66.666")},
    "fractions": {"on-time": {"num": 4, "den": 5}, "solved": {"num": 2, "den": 3}},
    "a fraction of nothing": {"on-time": {"num": 0, "den": 0}},
    "all and nothing": {"on-time": 100, "solved": 0},
    "what others are made of": {"a": 3, "b": 2, "n": 4},
    "what others are made of, in part": {"a": 3, "n": 4},
    "what is made, given, and what is made after it": {"rate": 50, "a": 3, "b": 2},
    "points": {"bonus": 2.5, "loss": D("0.05"), "paper": 9, "visits": 3},
    "as many as there may be": {"bonus": 3, "loss": 5, "paper": 10, "visits": 10**12},
    "none of each": {"bonus": 0, "loss": 0, "paper": 0, "visits": 0},
    "a number of twenty decimals": {"loss": D("0.12345678901234567891")},
}
BAD_FIGURES: dict[str, Any] = {
    "a list": [],
    "a metric nobody knows": {"on-tme": 3},
    "a metric without a name": {3: 1},
    "a numerator above": {"on-time": {"num": 6.5, "den": 5}},
    "a fraction below nothing": {"on-time": {"num": -1, "den": 5}},
    "half a fraction": {"on-time": {"num": 1}},
    "a denominator as a text": {"on-time": {"num": 1, "den": "5"}},
    "a percentage above a hundred": {"on-time": 100.01},
    "a percentage as a text": {"on-time": "89.82"},
    "a percentage that is true": {"on-time": True},
    "more than a million million": {"a": 10**12 + 1},
    "more decimals than twenty": {"loss": D("0.123456789012345678912")},
    "a count as a fraction": {"a": {"num": 1, "den": 2}},
    "points as a fraction": {"loss": {"num": 1, "den": 2}},
    "half a count": {"a": 1.5},
    "what is made, and what it is made of": {"rate": 50, "n": 4},
    "what is made, and what serves another too": {"rate": 50, "a": 3, "on-time": -1},
    "a ratio of more than all": {"a": 9, "b": 5, "n": 1},
    "more points than there are": {"bonus": 4, "loss": 6, "paper": 10.01},
    "several at once": {"on-tme": 1, "solved": {"num": 3, "den": 2}, "on-time": 101, "paper": 11},
}


@pytest.mark.parametrize("what", FIGURES)
def test_figures_are_read_whole_and_scored_line_by_line(what: str, expect: Any) -> None:
    figures = read_figures(EVERY, FIGURES[what])
    expect(*figures.values(), of_score(score_figures(EVERY, figures)))


def of_score(found: Score) -> str:
    lines = [f"total {found.total} of {found.possible}, grade {found.grade.code if found.grade else None}"]
    for part in found.components:
        head = f"{part.metric} ({part.form}, {part.unit}, {part.basis}) {part.rate} → {part.earned} of {part.points}"
        lines += [head, *(f"    {words}" for words in (part.zh, part.en) if words)]
    words = {part.metric: (part.zh, part.en) for part in found.components}
    assert all((one.zh, one.en) == words[one.metric] for one in found.lost)
    lines += [f"lost {one.points} of {one.metric} {one.orders}" for one in found.lost]
    return "\n".join(lines)


@pytest.mark.parametrize("what", BAD_FIGURES)
def test_figures_that_cannot_be_are_refused_word_by_word(what: str, expect: Any) -> None:
    expect.refused(lambda: read_figures(EVERY, BAD_FIGURES[what]))


EXACTLY = {"rate_places": None, "exact": True, "total_places": 3}


@pytest.mark.parametrize(
    ("what", "changes", "out_of"),
    [
        ("as they are", {}, None),
        ("added up before they are rounded", EXACTLY, None),
        ("out of a hundred", {"out_of": D(100)}, None),
        ("out of a group's own mark", {"out_of": D(100)}, D(50)),
        ("cut off", {"rate_down": True, "rate_places": 0}, None),
        ("with grades", {"grades": EVERY.grades, "total_places": 0, "out_of": D(100)}, None),
    ],
)
def test_totals_are_made_as_the_rules_say(
    what: str, changes: dict[str, Any], out_of: Decimal | None, expect: Any
) -> None:
    graded, _ = read_score_rules({"grade": [{"code": "a", "zh": "甲", "from": 90}, {"code": "b", "zh": "乙"}]})
    assert graded is not None
    rules = evolve(EVERY, **changes | ({"grades": graded.grades} if "grades" in changes else {}))
    figures = read_figures(rules, {"on-time": {"num": 2, "den": 3}, "solved": {"num": 6, "den": 7}, "loss": 1})
    expect(of_score(score_figures(rules, figures, out_of)))


@pytest.mark.parametrize(
    ("what", "make"),
    [
        ("a component of nothing", lambda: Component("")),
        ("a component of a number", lambda: Component(3)),  # type: ignore[arg-type]
        ("a component with everything wrong", lambda: Component("solved", D(10), D(101), D("0.12345678"), D(11))),
        ("a binary fraction", lambda: Component("solved", 0.5)),  # type: ignore[arg-type]
        ("a component whose metric is not there", lambda: ScoreRules((Component("x", D(1)),))),
        (
            "a component whose metric is another",
            lambda: ScoreRules((Component("x", D(1)),), indicators=(Indicator("y", "", ""),)),
        ),
        ("a component whose unit does not fit", lambda: ScoreRules((Component("solved", D(1), form="earned"),))),
        ("a form that is not known", lambda: ScoreRules((Component("solved", D(1), form="cube"),))),
    ],
)
def test_rules_that_cannot_be_are_refused_word_by_word(what: str, make: Callable[[], Any], expect: Any) -> None:
    expect.refused(make)


# ── counting ──

UNTIL = datetime(2026, 10, 1, tzinfo=CST)
SINCE = datetime(2026, 9, 1, tzinfo=CST)
DAY = timedelta(days=1)


def order(number: str, **more: Any) -> OrderFacts:
    """An order of u1, received on the 2nd, due on the 20th, signed in time and replied on the 10th unless *more* ..."""
    told: dict[str, Any] = {
        "kind": "complaint", "category": "城乡建设/供水", "area": "990100", "channel": "phone", "unit": "u1",
        "until": UNTIL, "ended": "", "dispatched": True, "due": SINCE + 19 * DAY, "replied": SINCE + 9 * DAY,
        "on_time": True, "overdue": False, "diverted": False, "unhandled": False, "provisional": False,
        "sign_due": SINCE + 3 * DAY, "signed_on_time": True, "responded": True, "follow_up": "reached",
        "solved": True, "satisfied": True, "sent_back": 0, "reopened": 0, "working_days": 6,
        "received": SINCE + DAY, "dispatched_at": SINCE + 2 * DAY, "followed_up": SINCE + 12 * DAY,
        "contacted": True, "result": "solved", "level": "满意", "both": "double",
    }  # fmt: skip
    return OrderFacts(number=number, **told | more)


OPEN: dict[str, Any] = {
    "replied": None, "on_time": None, "follow_up": "", "solved": None, "satisfied": None, "followed_up": None,
    "working_days": None, "level": "", "both": "", "contacted": None, "result": "",
}  # fmt: skip
UNSENT = OPEN | {"unit": "", "dispatched": False, "dispatched_at": None, "due": None, "sign_due": None}
UNSENT |= {"signed_on_time": None, "responded": False}
ORDERS: dict[str, OrderFacts] = {
    "done": order("01"),
    "done late": order("02", on_time=False, replied=SINCE + 25 * DAY, working_days=17),
    "still open": order("03", **OPEN),
    "open and overdue": order("04", **OPEN | {"overdue": True, "signed_on_time": False, "responded": False}),
    "open and not due": order("05", **OPEN | {"due": UNTIL + DAY, "sign_due": UNTIL + DAY, "signed_on_time": None}),
    "due at the very end": order("06", **OPEN | {"due": UNTIL, "sign_due": None, "signed_on_time": None}),
    "not sent to anybody": order("07", **UNSENT),
    "answered at once": order("08", **UNSENT | {"diverted": True, "ended": "answered"}),
    "closed after an answer": order("09", **UNSENT | {"diverted": True, "ended": "closed"}),
    "referred": order("10", **UNSENT | {"diverted": True, "ended": "referred"}),
    "withdrawn in time": order("11", **OPEN | {"unhandled": True, "ended": "withdrawn", "signed_on_time": None}),
    "terminated late": order("12", **OPEN | {"unhandled": True, "ended": "terminated", "overdue": True}),
    "void": order("13", ended="void"),
    "without a limit": order("14", due=None, on_time=None, sign_due=None, signed_on_time=None),
    "replied without a limit to sign": order("15", sign_due=None, signed_on_time=None, provisional=True),
    "not responded to": order("16", **OPEN | {"responded": False, "sign_due": None, "signed_on_time": None}),
    "unreachable": order("17", follow_up="unreachable", solved=None, satisfied=None, level="", both=""),
    "refused": order("18", follow_up="refused", solved=None, satisfied=None, level="", both=""),
    "nothing said": order("19", solved=None, satisfied=None, level="", both="", contacted=None),
    "unhappy": order("20", solved=False, satisfied=False, level="不满意", both="neither", result="explained"),
    "unhappy without reason": order("21", satisfied=False, level="不满意", both="single", excused=True),
    "sent back and done again": order("22", sent_back=1, reopened=2, reviews_failed=1, contacted=False),
    "of an exempt category": order("23", category="公安/调解"),
    "of one that only begins alike": order("24", category="公安局"),
    "with an assistant": order("25", also=("u2", "u3")),
    "of another unit": order("26", unit="u2", kind="help", area="990200", channel="web"),
}


def of_card(card: Scorecard) -> str:
    rates = [f"{one.metric} {one.numerator}/{one.denominator}={one.value}" for one in card.rates]
    out = [f"{one.metric} without {dict(one.excluded)}" for one in card.rates if one.excluded]
    failing = [f"{one.metric} fails {' '.join(one.failing)}" for one in card.rates if one.failing]
    return "\n    ".join(["; ".join(rates), "; ".join(out), "; ".join(failing), of_counts(card)])


def of_counts(card: Scorecard) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in card.counts.items() if count)
    return f"{counts}; {dict(card.levels)}; median {card.median_working_days}"


def of_one(card: Scorecard) -> str:
    """What one order counts as: the rates in which it counts for and against, and those that leave it out."""
    said: dict[str, list[str]] = {"for": [], "against": []}
    for one in card.rates:
        assert one.denominator + sum(count for _, count in one.excluded) <= 1
        assert len(one.failing) == one.denominator - one.numerator
        counted = ("for" if one.numerator else "against") if one.denominator else "nowhere"
        verdict = next((reason for reason, _ in one.excluded), counted)
        said.setdefault(verdict, []).append(one.metric)
    lines = [f"{verdict}: {' '.join(rates)}" for verdict, rates in said.items() if rates]
    return "\n".join([*lines, of_counts(card)])


@pytest.mark.parametrize("what", ORDERS)
def test_an_order_is_counted_in_every_rate_and_count_it_belongs_to(what: str, expect: Any) -> None:
    expect(of_one(measure([ORDERS[what]], ("公安",))[""]))


@pytest.mark.parametrize("what", ORDERS)
def test_an_order_carried_over_counts_where_its_moment_is_in_the_period(what: str, expect: Any) -> None:
    carried = evolve(ORDERS[what], since=SINCE + 12 * DAY)
    expect(of_one(measure([carried])[""]))


def test_the_counts_of_all_orders_together(expect: Any) -> None:
    expect(of_card(measure(ORDERS.values(), ("公安", "民政"))[""]))


@pytest.mark.parametrize("by", ["unit", "kind", "category", "area", "channel"])
def test_the_counts_by_group(by: str, expect: Any) -> None:
    cards = measure(ORDERS.values(), by=by)
    expect(*(f"{key or '-'}: {of_counts(card)}; on time {card.rate('on-time')}" for key, card in cards.items()))


def test_the_counts_of_units_that_share_with_exclusions_and_branches(expect: Any) -> None:
    excluded = {"25": frozenset({"solved", "satisfied"}), "01": frozenset({"on-time"})}
    cards = measure(
        ORDERS.values(), by="unit", excluded=excluded, shared=True, unit_of={"u1": "u1", "u2": "u1", "u3": "u3"}.get
    )
    expect(*(f"{key or '-'}: {of_card(card)}" for key, card in cards.items()))


def test_the_first_hundred_that_fail_are_named() -> None:
    late = [order(f"{n:03}", on_time=False) for n in range(150, 0, -1)]
    rate = measure(late)[""].rate("on-time")
    assert rate.failing == tuple(f"{n:03}" for n in range(1, 101))
    assert (rate.numerator, rate.denominator) == (0, 150)


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("a group nobody knows", lambda: measure([], by="colour")),
        ("a rate nobody knows", lambda: measure([])[""].rate("x")),
        ("a period nobody knows", lambda: period_of("2026-13")),
        ("a period of month nought", lambda: period_of("2026-00")),
        ("a fifth quarter", lambda: period_of("2026-Q5")),
        ("a year too far", lambda: period_of("9999")),
        ("a year nought", lambda: period_of("0000")),
        ("a period with a day", lambda: period_of("2026-09-01")),
    ],
)
def test_what_cannot_be_asked_is_refused_word_by_word(what: str, ask: Callable[[], Any], expect: Any) -> None:
    expect.refused(ask)


def test_the_periods(expect: Any) -> None:
    texts = ("2026-09", " 2026-12 ", "2026-q1", "2026-Q4", "2026", "0001", "9998", "9998-12")
    expect(*map(period_of, texts))


def test_the_rates_and_reasons_in_words(expect: Any) -> None:
    rates = [f"{m.id}: {m.zh} | {m.en} | {m.numerator} | {m.denominator} | {m.exclusions}" for m in METRICS]
    expect(*rates, *REASONS.items(), *DECIDED.items(), [*MOMENT])


# ── figures from what was counted ──

COUNTED: dict[str, Any] = {
    "metric": [
        {"id": "rate", "zh": "率", "measured": "solved"},
        {"id": "share", "zh": "占比", "measured": "volume-share"},
        {"id": "late", "zh": "超期数", "unit": "count", "measured": "late"},
        {"id": "happy", "zh": "满意人数", "unit": "count", "measured": "level:满意"},
        {"id": "keen", "zh": "非常满意人数", "unit": "count", "measured": "level:非常满意"},
        {"id": "mean", "zh": "均值", "numerator": {"happy": 1, "keen": 0.5}, "denominator": ["happy", "late"]},
        {"id": "manual", "zh": "手工扣分", "unit": "points"},
    ],
    "component": [
        {"metric": "on-time", "points": 20, "target": 95, "slope": 1},
        {"metric": "share", "form": "share", "points": 5},
        {"metric": "manual", "form": "deduction", "points": 4},
    ],
}


@pytest.mark.parametrize(
    ("what", "orders", "volume"),
    [
        ("many orders", ORDERS.values(), 40),
        ("no volume", ORDERS.values(), 0),
        ("no orders", (), 40),
        ("one carried over", (evolve(ORDERS["done late"], since=SINCE + 12 * DAY),), 3),
    ],
)
def test_figures_are_taken_from_what_was_counted(what: str, orders: Any, volume: int, expect: Any) -> None:
    rules, _ = read_score_rules(COUNTED)
    assert rules is not None
    entered = {"manual": Figure("manual", D(3), "points", note="迟报")}
    figures = figures_of(rules, measure(orders)[""], volume, entered)
    expect(*figures.values(), of_score(score_figures(rules, figures)))


def test_figures_that_were_entered_and_cannot_be_are_refused(expect: Any) -> None:
    rules, _ = read_score_rules(COUNTED)
    assert rules is not None
    entered = {"manual": Figure("manual", D("4.5"), "points")}
    expect.refused(lambda: figures_of(rules, measure([])[""], entered=entered))


# ── what people decide ──

DECISION = {"reason": "停电", "approved_by": "李四", "on": date(2026, 9, 30)}
LEFT_OUT = DECISION | {"orders": ["01"]}
ENTERED = DECISION | {"unit": "u1", "metric": "manual", "value": 1}
BAD_DECISIONS: dict[str, Any] = {
    "no table": 3,
    "a key that is not known": {"colour": 1},
    "exclusions that are a table": {"exclude": {}},
    "an exclusion of nothing": {"exclude": [{}]},
    "an exclusion with another key": {"exclude": [LEFT_OUT | {"colour": 1}]},
    "an exclusion of no order": {"exclude": [DECISION]},
    "an exclusion of a number": {"exclude": [LEFT_OUT | {"orders": [1]}]},
    "an exclusion from an unknown rate": {"exclude": [LEFT_OUT | {"metrics": ["solved", "x"]}]},
    "an exclusion without its day": {"exclude": [LEFT_OUT | {"on": "2026-09-30"}]},
    "an exclusion at an hour": {"exclude": [LEFT_OUT | {"on": datetime(2026, 9, 30, tzinfo=CST)}]},
    "entries that are a text": {"entry": "x"},
    "an entry of nothing": {"entry": [{}]},
    "an entry with another key": {"entry": [ENTERED | {"colour": 1}]},
    "an entry of an unknown metric": {"entry": [ENTERED | {"metric": "x"}]},
    "an entry of a rate that is not looked at": {"entry": [ENTERED | {"metric": "reopen"}]},
    "an entry of what orders tell": {"entry": [ENTERED | {"metric": "late"}]},
    "an entry below nothing": {"entry": [ENTERED | {"value": -1}]},
    "an entry that is a text": {"entry": [ENTERED | {"value": "1"}]},
    "an entry without end": {"entry": [ENTERED | {"value": float("inf")}]},
    "a percentage entered twice": {"entry": [ENTERED | {"metric": "free", "unit": "u2"}] * 2},
    "an entry of orders that are numbers": {"entry": [ENTERED | {"orders": [1]}]},
    "an entry for a number": {"entry": [ENTERED | {"unit": 3}]},
    "two bad ones": {"exclude": [DECISION], "entry": [ENTERED | {"reason": ""}]},
}


def deciding() -> ScoreRules:
    free = {"id": "free", "zh": "自报率"}
    table = COUNTED | {"metric": [*COUNTED["metric"], free], "component": [*COUNTED["component"]]}
    rules, _ = read_score_rules(table)
    assert rules is not None
    return rules


@pytest.mark.parametrize("what", BAD_DECISIONS)
def test_a_fault_of_a_file_of_decisions_is_told_word_by_word(what: str, expect: Any) -> None:
    _, found = read_adjustments(BAD_DECISIONS[what], deciding(), "adjust.toml")
    expect(*found)


DECISIONS = {
    "exclude": [
        LEFT_OUT,
        LEFT_OUT | {"orders": ["02", "03"], "metrics": ["solved"]},
        LEFT_OUT | {"orders": ["03", "04"], "metrics": ["on-time"]},
    ],
    "entry": [
        ENTERED | {"orders": ["05"]},
        ENTERED | {"value": 0.5, "reason": "漏报", "orders": ["06", "05"]},
        ENTERED | {"unit": "甲局", "metric": "free", "value": 97.125},
        ENTERED | {"unit": "u2", "value": 2},
        DECISION | {"metric": "manual", "value": 0.25},
    ],
}


def test_decisions_are_read_whole_and_say_what_they_are_about(expect: Any) -> None:
    rules = deciding()
    found, none = read_adjustments(DECISIONS, rules)
    assert none == ()
    lines = [*map(repr, (*found.exclusions, *found.entries)), repr(found.numbers())]
    lines += [f"{number}: {sorted(rates)}" for number, rates in found.excluded().items()]
    lines += [f"{names}: {found.figures(rules, *names)!r}" for names in (("u1", "甲局"), ("u2",), ("",), ("u3",))]
    expect(*lines)


# ── a period ──


def of_assessment(found: Assessment) -> str:
    lines = [f"whole: {of_counts(found.whole.card)}", of_score(found.whole.score)]
    for key, one in found.groups.items():
        group = one.group.zh if one.group else None
        lines += [f"{key or '-'} ({group}): {of_counts(one.card)}", of_score(one.score)]
    for table in found.tables:
        places = ", ".join(f"{one.rank} {one.unit} {one.score.total}" for one in table.standings)
        lines.append(f"{table.group.zh}: {places}; unscored {table.unscored}; red {table.red}; black {table.black}")
    return "\n".join(lines)


PEERS = (PeerGroup("county", "县区", ("甲局", "u9")), PeerGroup("rest", "其余", (), D(50)))
UNDER = {"u2": ("u1", "top"), "u1": ("top",), "u3": ("top",), "top": ("above",), "u9": ()}


@pytest.mark.parametrize(
    ("what", "by", "more"),
    [
        ("as a whole", "", {}),
        ("by kind", "kind", {}),
        ("by unit", "unit", {"units": ("u1", "u9")}),
        ("by branch", "unit", {"unit_of": branch(lambda unit: UNDER.get(unit, ()), "top")}),
        ("the top alone", "unit", {"unit_of": branch(lambda unit: UNDER.get(unit, ()), "u1")}),
    ],
)
def test_a_period_is_assessed_whole(what: str, by: str, more: dict[str, Any], expect: Any) -> None:
    rules = evolve(deciding(), groups=PEERS, lists=Lists(1, 1, ("on-time",)), shared=True)
    adjustments, _ = read_adjustments(DECISIONS, rules)
    names = {"u1": "甲局", "u2": "乙局"}
    found = assess(
        rules, ORDERS.values(), by, adjustments=adjustments, name_of=lambda unit: names.get(unit, unit), **more
    )
    expect(of_assessment(found))


def test_the_branches_of_a_unit(expect: Any) -> None:
    unit_of = branch(lambda unit: UNDER.get(unit, ()), "top")
    expect(*((unit, unit_of(unit)) for unit in (*UNDER, "", "u8")))


# ── freezing ──

BEFORE = {"total": "90", "components": [{"metric": "a", "rate": "1"}, {"metric": "b"}], "groups": {"u1": {"n": 1}}}
AFTER = {"total": "91", "components": [{"metric": "b"}, {"metric": "a", "rate": "2"}], "groups": {"u2": {"n": 1}}}


def test_a_frozen_and_a_restated_scorecard_are_told_whole(expect: Any) -> None:
    frozen = freeze(BEFORE, "2026-09")
    again = restate(frozen, AFTER, " 漏了一件 ")
    assert check_frozen(frozen) == frozen
    assert check_frozen(again) == again
    assert digest_of(frozen) == digest_of({key: frozen[key] for key in reversed(frozen)})
    assert frozen["digest"] == "01dc5bcb0a80daa9d8fc7984d1af78435e69ec5903d35acfa260fa6d997e261a"
    assert again["digest"] == "8de75bd932c8fff57da43adc02223cd0cbb89c492d024012780d4ba3ab33acd0"
    expect(*frozen.items(), *again.items())


@pytest.mark.parametrize(
    ("was", "now"),
    [(1, 1), (1, 2), ({"a": 1}, {"a": {"b": 1}}), ({"a": [1]}, {"a": [2]}), ([{"metric": 1, "x": 1}], []), ({}, None)],
)
def test_differences_name_where_they_are(was: Any, now: Any, expect: Any) -> None:
    expect(*differences(was, now))


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("no frozen scorecard", lambda: check_frozen([])),
        ("one that lacks its period", lambda: check_frozen({"schema": 1, "scorecard": {}, "digest": ""})),
        ("one of another schema", lambda: check_frozen(freeze({}, "2026") | {"schema": 2})),
        ("one that was altered", lambda: check_frozen(freeze({}, "2026") | {"period": "2027"})),
        ("a restatement without reason", lambda: restate(freeze({}, "2026"), {}, " ")),
    ],
)
def test_what_is_not_frozen_is_refused_word_by_word(what: str, ask: Callable[[], Any], expect: Any) -> None:
    expect.refused(ask)


# ── numbers ──


def test_numbers_are_rounded_as_published_tables_round_them(expect: Any) -> None:
    told = {
        "half_up": [half_up(D(text)) for text in ("0.005", "0.0049", "-0.005", "-0.001", "1")],
        "to places": [half_up(D("1.2345"), kept(places)) for places in (0, 1, 3, 6)],
        "rounded": [rounded(D("1.2355"), places, down) for places in (None, 0, 3) for down in (False, True)],
        "ratio": [ratio(D(2), D(3), places, down) for places in (None, 2) for down in (False, True)],
        "of nothing": [ratio(D(0), D(0), 2), percent(1, 0), median([])],
        "percent": [percent(1, 3), percent(D(1), D(8)), percent(0, 5)],
        "median": [median([3]), median([4, 1]), median([9, 1, 5]), median([1, 2, 4, 100])],
        "decimal": [decimal(value) for value in (0.1, 1, True, "1", None, D("0.10"), [1])],
    }
    expect(*told.items())


def test_a_reader_takes_what_is_there_and_names_what_is_not(expect: Any) -> None:
    reader = Reader("a.toml")
    table = {"t": " x ", "l": [" a ", "b"], "f": True, "n": 3, "p": 12.5, "c": "two", "b": " B "}
    told = {
        "text": [reader.text(table, "w", key) for key in ("t", "none")],
        "texts": [reader.texts(table, "w", key) for key in ("l", "none")],
        "flag": [reader.flag(table, "w", key) for key in ("f", "none")],
        "count": [reader.count(table, "w", key, 3) for key in ("n", "none")],
        "points": [reader.points(table, "w", "p")],
        "choice": [reader.choice(table, "w", key, ("one", "two")) for key in ("c", "none")],
        "basis": [reader.basis(table, "w", "D"), reader.basis({"basis": " B "}, "w", "D")],
        "rows": [list(reader.rows({"r": [1, {}]}, where, "r")) for where in ("w", "")],
        "weights": [reader.weights({"w": {"a": 1000, "b": -1000, "c": 0.5}}, "w", "w"), reader.weights({}, "w", "w")],
    }
    assert reader.faults == []
    reader.texts({"l": ("a", 3)}, "w", "l")
    reader.choice({"c": []}, "w", "c", ("one", "two"))
    reader.text({}, "w", "t", True)
    list(reader.rows({"r": 3}, "", "r"))
    expect(*told.items(), *reader.faults)


# ── at their very edges ──


def test_what_is_looked_at_itself_may_be_given_beside_what_is_made_of_it() -> None:
    made = Indicator("sum", "和", "sum", "count", "", (("a", D(1)), ("b", D(1))))
    parts = [Indicator(name, name, name, "count") for name in ("a", "b", "c")]
    other = Indicator("other", "他", "other", "count", "", (("b", D(1)), ("c", D(1))))
    rules = ScoreRules(
        (Component("sum", D(1), form="any"), Component("a", D(1), form="any")), indicators=(made, *parts)
    )
    assert read_figures(rules, {"sum": 3, "a": 1})["sum"].value == 3
    with pytest.raises(RequestError, match="sum 由 b 算得"):
        read_figures(rules, {"sum": 3, "b": 1})
    both = evolve(rules, indicators=(made, *parts, other))
    assert read_figures(both, {"sum": 3, "b": 1, "c": 1})["other"].value == 2


def test_units_are_grouped_by_code_or_by_name() -> None:
    rules = evolve(deciding(), groups=(PeerGroup("a", "甲组", ("u1", "乙局")), PeerGroup("b", "其余")))
    names = {"u1": "甲局", "u2": "乙局", "u3": "丙局"}
    found = assess(rules, [order("1"), order("2", unit="u2"), order("3", unit="u3")], "unit", name_of=names.__getitem__)
    assert {unit: one.group.code for unit, one in found.groups.items() if one.group} == {
        "u1": "a",
        "u2": "a",
        "u3": "b",
    }


def test_a_figure_that_only_just_can_be() -> None:
    parts = (Component("n", D(1), form="any"), Component("x", D(3), form="bonus"), Component("on-time", D(1)))
    own = (Indicator("n", "件", "n", "count"), Indicator("x", "分", "x", "points"))
    rules = ScoreRules(parts, indicators=own)
    found = read_figures(rules, {"n": 0, "x": 3, "on-time": 100})
    assert [one.value for one in found.values()] == [0, 3, 100]
    assert read_figures(rules, {"on-time": {"num": 5, "den": 5}})["on-time"].value == 100
    assert read_figures(rules, {"n": 10**12})["n"].value == 10**12
    assert short(D("100")) == "100"
    assert short(D("1E+3")) == "1000"
    assert short(D("0.10")) == "0.1"


def test_anything_at_all_earns_all_and_nothing_earns_nothing() -> None:
    part = Component("n", D(2), form="any")
    assert [part.worked(D(value)) for value in ("0", "0.01", "5")] == [0, 2, 2]
    assert Component("x", D(0), form="bonus").worked(D(7), "points") == 7
    assert Component("x", D(5), form="bonus").worked(D(7), "points") == 5
    assert Component("x", D(5), form="deduction").worked(D(7), "points") == -5
    assert Component("x", D(5), form="earned").worked(D(4), "points") == 4
    assert Component("x", form="linear", slope=D(2)).worked(D(50), "percent") == 1
    assert Component("x", form="linear", slope=D(2)).worked(D(50), "count") == 100
    assert Component("x", D(40), form="share").bounded(D(50)) == 20
    assert Component("x", D(10), D(100), D(1), D(5)).bounded(D(50)) == 5
    assert Component("x", form="linear", slope=D(-2), floor=D(0)).bounded(D(50), "count") == -100


def test_standings_put_what_was_not_assessed_last_and_turn_deductions_round() -> None:
    loss = Indicator("loss", "扣分", "loss", "points")
    rules = ScoreRules(
        (Component("on-time", D(10), form="share"), Component("loss", D(0), form="deduction")),
        indicators=(loss,),
        lists=Lists(1, 1, ("loss", "on-time")),
        out_of=D(100),
    )
    given = {"a": {"on-time": 100, "loss": 1}, "b": {"on-time": 90, "loss": 0}, "c": {"on-time": 90}, "d": {}}
    scores = {unit: (EVERYBODY, score_figures(rules, read_figures(rules, one))) for unit, one in given.items()}
    (table,) = rank(rules, scores)
    assert [(one.rank, one.unit, one.score.total) for one in table.standings] == [
        (1, "b", 99),
        (2, "a", 99),
        (3, "c", 99),
    ]
    assert (table.unscored, table.red, table.black) == (("d",), ("b",), ("c",))
    assert group_of(rules, "x") is EVERYBODY


def test_a_table_without_a_file_has_faults_without_one() -> None:
    for found in (read_score_rules(3)[1], read_adjustments(3, ScoreRules())[1]):
        assert [one.file for one in found] == [""]


# ── what one order is, taken from its life ──

APART = small_policy(scale=Scale(apart=True))


def lived(*commands: c.Command, policy: Policy | None = None, start: str = "dispatched") -> Life:
    life = Life(policy).take(start)
    for command in commands:
        life.do(command)
    return life


LIVES: dict[str, Callable[[], Life]] = {
    **{status: (lambda status=status: lived(start=status)) for status in WAYS},
    "both pleased": lambda: lived(c.FollowUp(CALLER, solved=True, satisfied="satisfied", attitude="satisfied"),
                                  policy=APART, start="reviewed"),
    "one pleased": lambda: lived(c.FollowUp(CALLER, solved=True, satisfied="dissatisfied", attitude="satisfied"),
                                 policy=APART, start="reviewed"),
    "neither pleased": lambda: lived(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied",
                                                attitude="dissatisfied"), policy=APART, start="reviewed"),
    "unreachable": lambda: lived(c.FollowUp(CALLER, "unreachable"), start="reviewed"),
    "a form": lambda: lived(c.Reply(HANDLER, text="x", solved=True, contacted=True, result="explained"),
                            start="signed"),
    "with an assistant": lambda: lived(c.Assist(HANDLER, "u2"), start="signed"),
    "sent back and sent again": lambda: lived(c.SendBack(HANDLER, "not-ours"), c.Adjudicate(DISPATCHER), c.Dispatch(
        DISPATCHER, unit="u2")),
    "answered, closed": lambda: lived(c.Close(AGENT), start="answered"),
    "reviewed and refused": lambda: lived(c.Review(REVIEWER, passed=False, reason="x"), start="replied"),
    "no limits": lambda: lived(policy=small_policy(limits=())),
}  # fmt: skip


@pytest.mark.parametrize("what", LIVES)
@pytest.mark.parametrize("until", ["2026-09-29", "2026-11-01"])
def test_facts(what: str, until: str, expect: Any) -> None:
    life = LIVES[what]()
    end = datetime.fromisoformat(until).replace(tzinfo=CST)
    expect(*listed(facts(life.order, until=end, levels=life.policy.satisfied_levels, calendar=life.policy.calendar)))


def listed(found: OrderFacts) -> list[str]:
    """What is so, what is not so, and nothing of what is not known."""
    known = {a.name: getattr(found, a.name) for a in fields(OrderFacts) if a.name not in ASIDE}
    so = [f"{name}={value}" for name, value in known.items() if value and value is not True]
    yes, no = ([name for name, value in known.items() if value is said] for said in (True, False))
    zero = [name for name, value in known.items() if value == 0 and value is not False]
    return ["; ".join(so), f"yes: {' '.join(yes)}; no: {' '.join(no)}; none: {' '.join(zero)}"]


ASIDE = ("number", "kind", "category", "area", "channel", "until")


def test_facts_say_whose_period_it_was() -> None:
    life = lived(start="closed")
    found = facts(life.order, until=UNTIL, levels={"satisfied": True}, since=SINCE, excuses=True)
    assert (found.since, found.until, found.number, found.kind, found.category, found.area, found.channel) == (
        SINCE, UNTIL, "1", "complaint", "城乡建设/物业管理", "210102", "phone",
    )  # fmt: skip
    assert (found.excused, found.working_days) == (False, None)
