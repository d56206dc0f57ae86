"""Points (考核得分): published components to the cent, every lost point worked out, and readers that never crash."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from attrs import asdict
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.scoring import (
    Component,
    Rate,
    Score,
    Scorecard,
    ScoreRules,
    facts,
    measure,
    read_score_rules,
    score,
)
from hotline12345.core.scoring.metrics import METRIC, METRICS
from hotline12345.testing.orders import CALLER, HANDLER, Life

D = Decimal
LATER = datetime(2026, 11, 1, tzinfo=CST)

# 连云港 12345 在线平台绩效评估 (handbook 8.1; monthly bulletins): the form was inferred from the published components.
SIGN = Component("sign-in", D(10), D(95), D(1), basis="连云港")
ON_TIME = Component("on-time", D(20), D(95), D(1), basis="连云港")
SATISFIED_95 = Component("satisfied", D(25), D(95), D("0.5"), D("12.5"), basis="连云港 2022-02")
SATISFIED_98 = Component("satisfied", D(25), D(98), D("0.5"), D("12.5"), basis="连云港 2022-08, 2023-01")


def card(**counted: tuple[int, int]) -> Scorecard:
    """Return a card with these counts (``on_time=(4, 5)``), everything else blank."""
    counts = {name.replace("_", "-"): count for name, count in counted.items()}
    return Scorecard(tuple(Rate(m.id, *counts.get(m.id, (0, 0))) for m in METRICS), {})


# ── published components (TV-30 … TV-37) ──


@pytest.mark.parametrize(
    ("vector", "part", "rate", "points"),
    [
        ("TV-30", ON_TIME, "89.82", "14.82"),
        ("TV-31", ON_TIME, "66.67", "0.00"),
        ("TV-32", ON_TIME, "80.00", "5.00"),
        ("TV-33", SIGN, "80.00", "0.00"),
        ("TV-33", SIGN, "77.27", "0.00"),
        ("TV-34", SATISFIED_95, "50.00", "12.50"),
        ("TV-34", SATISFIED_98, "50.00", "12.50"),
        ("TV-35", SATISFIED_95, "66.67", "12.50"),
        ("TV-35", SATISFIED_98, "71.43", "12.50"),
        ("TV-36", SATISFIED_95, "70.59", "12.80"),  # 12.795
        ("TV-37", SATISFIED_98, "75.00", "13.50"),
        ("TV-37", SATISFIED_98, "83.33", "17.67"),  # 17.665
        ("TV-37", SATISFIED_98, "87.50", "19.75"),
        ("at the target", ON_TIME, "95.00", "20.00"),
        ("above it: no more than full", ON_TIME, "100.00", "20.00"),
        ("a hair below", ON_TIME, "94.99", "19.99"),
    ],
)
def test_a_published_component_comes_out_to_the_cent(vector: str, part: Component, rate: str, points: str) -> None:
    assert str(part.earned(D(rate))) == points


@pytest.mark.parametrize(
    ("vector", "parts", "counts", "others", "total"),
    [
        ("TV-38 2021-08 铁塔", (SIGN, ON_TIME), {"sign_in": (6, 7), "on_time": (5, 6)}, "1", "78.04"),
        ("TV-39 2021-07 连职院", (SIGN,), {"sign_in": (6, 7)}, "1", "89.71"),
        ("TV-40 2021-07 碱业", (ON_TIME,), {"on_time": (4, 5)}, "1", "84"),
        ("TV-41 2022-02 碱业", (ON_TIME, SATISFIED_95), {"on_time": (2, 3), "satisfied": (2, 3)}, "1", "66.5"),
        ("TV-42 2022-02 体育局", (SIGN, SATISFIED_95), {"sign_in": (4, 5), "satisfied": (1, 2)}, "2", "75.5"),
        # The bulletin prints 88.75 and does not say what the other 0.82 went for; the rates print as 89.82 and 87.5.
        ("TV-45 2023-01 交通局", (ON_TIME, SATISFIED_98), {"on_time": (150, 167), "satisfied": (7, 8)}, "0", "89.57"),
    ],
)
def test_a_published_total_is_a_hundred_less_what_was_lost(
    vector: str, parts: tuple[Component, ...], counts: dict[str, tuple[int, int]], others: str, total: str
) -> None:
    """The bulletins score out of 100; *others* is what they took off in components that are no rates."""
    lost = score(ScoreRules(parts), card(**counts)).lost
    assert 100 - D(others) - sum(line.points for line in lost) == D(total)


def test_points_by_weight_alone_are_a_slope_of_a_hundredth_of_them() -> None:
    """TV-56 准格尔: response 98, solved 90, satisfied 92 at 30/35/35."""
    rules = ScoreRules(
        (
            Component("response", D(30), slope=D("0.30")),
            Component("solved", D(35), slope=D("0.35")),
            Component("satisfied", D(35), slope=D("0.35")),
        )
    )
    got = score(rules, card(response=(98, 100), solved=(90, 100), satisfied=(92, 100)))
    assert (got.total, got.possible) == (D("93.10"), 100)


def test_of_five_orders_that_fell_due_one_was_late_and_is_named() -> None:
    """TV-32, from orders that lived: 5 due, 1 late is 80 %, 5 of 20 points."""
    lives = [Life(number=str(n)).take("signed") for n in range(1, 6)]
    for life in lives[1:]:
        life.do(c.Reply(HANDLER))
    lives[0].do(c.Reply(HANDLER), LATER)
    found = [facts(life.order, until=LATER, levels={}) for life in lives]
    got = score(ScoreRules((ON_TIME,)), measure(found)[""])
    assert (got.total, got.possible) == (5, 20)
    (line,) = got.lost
    assert line.orders == ("1",)
    assert line.points == 15
    assert line.zh == "按时办结率 4/5 = 80.00%，目标 95%：20 - 15 × 1 = 5，扣 15.00 分（连云港）"
    assert line.en == "on time 4/5 = 80.00%, target 95%: 20 - 15 × 1 = 5, 15.00 lost (连云港)"


def test_the_four_rates_of_a_whole_life_earn_everything() -> None:
    life = Life().take("closed")
    whole = measure([facts(life.order, until=LATER, levels={"satisfied": True})])[""]
    got = score(ScoreRules(), whole)
    assert (got.total, got.possible, got.lost) == (100, 100, ())
    assert {part.basis for part in got.components} == {"library default"}  # no source gives points


def test_what_no_rate_can_be_had_of_is_not_assessed_and_loses_nothing() -> None:
    """TV-69: blank, never 0 and never full marks."""
    life = Life().take("reviewed")
    life.do(c.FollowUp(CALLER, "unreachable"))
    whole = measure([facts(life.order, until=LATER, levels={})])[""]
    got = score(ScoreRules(), whole)
    assert (got.total, got.possible, got.lost) == (50, 50, ())
    assert [(part.metric, part.rate, part.earned) for part in got.components][2:] == [
        ("solved", None, None),
        ("satisfied", None, None),
    ]


def test_a_card_without_orders_has_no_total() -> None:
    got = score(ScoreRules(), measure([])[""])
    assert (got.total, got.possible, got.lost) == (None, 0, ())
    assert [part.points for part in got.components] == [25] * 4


def test_a_line_says_when_the_floor_held_and_when_it_was_rounded() -> None:
    held = score(ScoreRules((SATISFIED_95,)), card(satisfied=(1, 2))).lost[0]
    assert held.zh == (
        "满意率 1/2 = 50.00%，目标 95%：25 - 45 × 0.5 = 2.5，低于最低 12.5 分，扣 12.50 分（连云港 2022-02）"
    )
    assert held.en == (
        "satisfied 1/2 = 50.00%, target 95%: 25 - 45 × 0.5 = 2.5, below the least, 12.5, 12.50 lost (连云港 2022-02)"
    )
    rounded = score(ScoreRules((SATISFIED_95,)), card(satisfied=(12, 17))).lost[0]
    assert "25 - 24.41 × 0.5 = 12.795，四舍五入得 12.80 分，扣 12.20 分" in rounded.zh
    assert "25 - 24.41 × 0.5 = 12.795, half up 12.80, 12.20 lost" in rounded.en


def test_a_floor_that_is_just_reached_has_not_held_anything() -> None:
    line = score(ScoreRules((SATISFIED_95,)), card(satisfied=(7, 10))).lost[0]
    assert line.points == D("12.50")
    assert "最低" not in line.zh
    assert "least" not in line.en


# ── for any numbers ──

cents = st.integers(1, 20_000).map(lambda n: D(n) / 100)
parts = st.builds(
    lambda metric, points, target, slope, share: Component(
        metric, points, target, slope, (points * share / 100).quantize(D("0.01"), "ROUND_DOWN")
    ),
    st.sampled_from(sorted(METRIC)),
    cents,
    st.integers(0, 10_000).map(lambda n: D(n) / 100),
    st.integers(0, 5_000).map(lambda n: D(n) / 1000),
    st.integers(0, 100),
)
counts = st.integers(0, 400).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
SUM = re.compile(r"(\d+)/(\d+) = ([\d.]+)%.*?([\d.]+)%.*? ?([\d.]+) - ([\d.]+) × ([\d.]+) = (-?[\d.]+)")


def cent_half_up(value: Fraction) -> Fraction:
    return Fraction(floor(value * 100 + Fraction(1, 2)), 100)


def earned_by_hand(part: Component, numerator: int, denominator: int) -> Fraction:
    """Return the points by fractions, independently of the library's decimals."""
    rate = cent_half_up(Fraction(100 * numerator, denominator))
    gap = max(Fraction(0), Fraction(part.target) - rate)
    return cent_half_up(max(Fraction(part.floor), Fraction(part.points) - Fraction(part.slope) * gap))


@given(st.lists(st.tuples(parts, counts), unique_by=lambda pair: pair[0].metric, max_size=5))
def test_the_lines_add_up_exactly_to_what_is_missing(chosen: list[tuple[Component, tuple[int, int]]]) -> None:
    whole = card(**{part.metric: count for part, count in chosen})
    got = score(ScoreRules(tuple(part for part, _ in chosen)), whole)
    assessed = [(part, n, d) for part, (n, d) in chosen if d]
    by_hand = sum((earned_by_hand(part, n, d) for part, n, d in assessed), Fraction(0))
    possible = sum((Fraction(part.points) for part, _, _ in assessed), Fraction(0))
    assert Fraction(got.possible) == possible
    assert (None if got.total is None else Fraction(got.total)) == (by_hand if assessed else None)
    assert sum(Fraction(line.points) for line in got.lost) == possible - by_hand
    assert all(line.points > 0 for line in got.lost)


@given(parts, counts.filter(lambda count: count[1] > 0))
def test_the_sum_in_a_line_is_true_and_leads_to_the_points_it_names(part: Component, count: tuple[int, int]) -> None:
    for line in score(ScoreRules((part,)), card(**{part.metric: count})).lost:
        for text in (line.zh, line.en):
            found = SUM.search(text)
            assert found, text
            n, d, rate, target, points, gap, slope, worked = (Fraction(group) for group in found.groups())
            assert rate == cent_half_up(100 * n / d)
            assert gap == target - rate
            assert worked == points - gap * slope
            assert points - max(cent_half_up(worked), Fraction(part.floor)) == Fraction(line.points)


def test_the_score_does_not_depend_on_the_callers_decimal_context() -> None:
    rules = ScoreRules((ON_TIME, SATISFIED_95))
    whole = card(on_time=(150, 167), satisfied=(12, 17))
    plain = score(rules, whole)
    with localcontext() as context:
        context.prec, context.rounding = 3, "ROUND_UP"
        assert score(rules, whole) == plain
    assert str(plain.total) == "27.62"


def test_no_float_is_in_a_score() -> None:
    got: Score = score(ScoreRules(), card(on_time=(1, 3)))
    text = repr(asdict(got))
    assert "Decimal" in text
    assert not re.search(r"(?<!\(')\b\d+\.\d+\b(?!\d*[%' ，,）)])", text.replace("Decimal('", "('"))


# ── components by hand ──


def test_whole_numbers_do_for_decimals() -> None:
    assert Component("on-time", 20, 95, 1).earned(D("89.82")) == D("14.82")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"metric": ""}, "on-time"),
        ({"points": 0.1}, "points"),
        ({"points": True}, "points"),
        ({"points": "25"}, "points"),
        ({"points": D(0)}, "points"),
        ({"points": D(-1)}, "points"),
        ({"points": D("NaN")}, "points"),
        ({"points": D("33.333")}, "points"),
        ({"points": D(100_001)}, "points"),
        ({"target": D("100.01")}, "target"),
        ({"slope": D("Infinity")}, "slope"),
        ({"floor": D("25.01")}, "floor"),
        ({"floor": D("0.001")}, "floor"),
    ],
)
def test_a_component_that_cannot_be_is_refused(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(RequestError) as refused:
        Component(**({"metric": "on-time", "points": D(25)} | wrong))
    assert refused.value.code == "bad-component"
    assert named in refused.value.zh
    assert named in refused.value.en


def test_everything_wrong_with_a_component_is_said_at_once() -> None:
    with pytest.raises(RequestError) as refused:
        Component(" ", D(-1), D(101), 0.5)  # type: ignore[arg-type]
    assert refused.value.zh.count("；可用") == 1
    assert all(key in refused.value.en for key in ("metric", "points", "target", "slope"))


def test_a_metric_that_neither_the_library_nor_the_place_knows_is_refused() -> None:
    with pytest.raises(RequestError) as refused:
        ScoreRules((Component("on-tme", D(20)),))
    assert refused.value.code == "bad-component"
    assert "on-tme" in refused.value.zh
    assert "on-time" in refused.value.en


# ── from a pack ──

GIVEN = {
    "basis": "连云港",
    "exempt": ["政法/仲裁调解", "政法/刑事案件/"],
    "component": [
        {"metric": "sign-in", "points": 10, "target": 95},
        {"metric": "satisfied", "points": 25, "target": 98, "slope": 0.5, "floor": 12.5, "basis": "2022-08"},
    ],
}


def test_what_a_pack_says_is_what_is_scored() -> None:
    rules, faults = read_score_rules(GIVEN, "a.toml")
    assert faults == ()
    assert rules == ScoreRules(
        (
            Component("sign-in", D(10), D(95), D(1), D(0), "连云港"),
            Component("satisfied", D(25), D(98), D("0.5"), D("12.5"), "2022-08"),
        ),
        ("政法/仲裁调解", "政法/刑事案件"),
        "连云港",
    )


def test_a_pack_that_says_nothing_gets_the_four_rates() -> None:
    assert read_score_rules({}) == (ScoreRules(), ())
    assert read_score_rules({"exempt": "政法/"})[0] == ScoreRules(exempt=("政法",))


def test_a_number_is_taken_as_it_was_written_and_not_as_the_float_it_became() -> None:
    rules, _ = read_score_rules({"component": [{"metric": "solved", "points": 25, "slope": 0.1}]})
    assert rules is not None
    assert rules.components[0].slope == D("0.1") != D(0.1)


def at(*path: Any) -> Callable[[Any], dict[str, Any]]:
    """Return what puts a value at *path* of the table above."""

    def put(value: Any) -> dict[str, Any]:
        table: Any = {**GIVEN, "component": [dict(row) for row in GIVEN["component"]]}
        inside = table
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value
        return table

    return put


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (3, {("wrong-type", "scoring", "")}),
        ([], {("wrong-type", "scoring", "")}),
        (at("mistake")(1), {("unknown-key", "scoring", "mistake")}),
        (at(3)(1), {("unknown-key", "scoring", "int")}),
        (at(10**5000)(1), {("unknown-key", "scoring", "int")}),
        (at("basis")(3), {("wrong-type", "scoring", "basis")}),
        (at("basis")(" "), {("wrong-type", "scoring", "basis")}),
        (at("exempt")(3), {("wrong-type", "scoring", "exempt")}),
        (at("exempt")([""]), {("wrong-type", "scoring", "exempt")}),
        (at("exempt")("/"), {("wrong-type", "scoring", "exempt")}),
        (at("component")(3), {("wrong-type", "scoring", "component")}),
        (at("component")({"metric": "solved"}), {("wrong-type", "scoring", "component")}),
        (at("component", 0)(3), {("wrong-type", "scoring.component #1", "")}),
        (
            at("component", 0)({}),
            {("missing-key", "scoring.component #1", "metric"), ("missing-key", "scoring.component #1", "points")},
        ),
        (at("component", 1, "metric")([]), {("unknown-metric", "scoring.component #2", "metric")}),
        (at("component", 1, "metric")(10**5000), {("unknown-metric", "scoring.component #2", "metric")}),
        (at("component", 1, "slope")(Decimal("1e-999999999")), {("bad-number", "scoring.component #2", "slope")}),
        (at("component", 1, "metric")("on-tme"), {("unknown-metric", "scoring.component #2", "metric")}),
        (at("component", 1, "metric")("sign-in"), {("duplicate-metric", "scoring.component #2", "metric")}),
        (at("component", 1, "points")("25"), {("bad-number", "scoring.component #2", "points")}),
        (at("component", 1, "points")(True), {("bad-number", "scoring.component #2", "points")}),
        (at("component", 1, "points")(12), {("bad-number", "scoring.component #2", "floor")}),
        (at("component", 1, "slope")(float("inf")), {("bad-number", "scoring.component #2", "slope")}),
        (at("component", 1, "target")(float("nan")), {("bad-number", "scoring.component #2", "target")}),
        (at("component", 1, "floor")(10**5000), {("bad-number", "scoring.component #2", "floor")}),
        (at("component", 1, "basis")(3), {("wrong-type", "scoring.component #2", "basis")}),
        (at("component", 1, "weight")(3), {("unknown-key", "scoring.component #2", "weight")}),
    ],
)
def test_a_fault_is_told_with_its_code_and_place(table: Any, found: set[tuple[str, str, str]]) -> None:
    rules, faults = read_score_rules(table, "a.toml")
    assert rules is None
    assert {(fault.code, fault.table, fault.key) for fault in faults} == found
    assert all(fault.file == "a.toml" and fault.zh and fault.en for fault in faults)


def test_all_faults_are_told_at_once() -> None:
    table = {
        "exempt": 3,
        "basis": [],
        "component": [{"metric": "x", "points": -1, "slope": "1"}, 3, {"metric": "solved", "points": 1, "floor": 2}],
    }
    _, faults = read_score_rules(table)
    assert [fault.code for fault in faults] == [
        "wrong-type",
        "wrong-type",
        "unknown-metric",
        "bad-number",
        "bad-number",
        "wrong-type",
        "bad-number",
    ]


ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(),
        st.text(max_size=5),
        st.binary(max_size=3),
        st.sampled_from([*METRIC, date(2027, 1, 1), time(9), datetime(2027, 1, 1, tzinfo=CST), object]),
        st.just(5000).map(lambda digits: 10**digits),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["basis", "exempt", "component", "metric", "points", "target", "slope", "floor"]),
                st.integers(),
                st.text(max_size=3),
            ),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=12,
)


@given(ODD)
def test_no_value_of_any_type_crashes_the_reader(value: Any) -> None:
    rules, faults = read_score_rules(value)
    assert (rules is None) == bool(faults)


@given(st.sampled_from(["basis", "exempt", "component"]), ODD)
def test_no_value_of_any_type_in_any_place_crashes_the_reader(key: str, value: Any) -> None:
    rules, faults = read_score_rules(at(key)(value))
    assert (rules is None) == bool(faults)


@given(st.sampled_from(["metric", "points", "target", "slope", "floor", "basis"]), ODD)
def test_no_value_of_any_type_in_a_component_crashes_the_reader(key: str, value: Any) -> None:
    rules, faults = read_score_rules(at("component", 1, key)(value))
    assert (rules is None) == bool(faults)
    if rules is not None:
        score(rules, card(satisfied=(1, 3), sign_in=(1, 3)))
