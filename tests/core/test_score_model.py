"""Scoring models as data (考核模型): forms, roundings, metrics made of others, bad figures, grades, standings."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.errors import RequestError
from hotline12345.core.scoring import (
    Component,
    Figure,
    Indicator,
    Lists,
    PeerGroup,
    Score,
    ScoreRules,
    read_figures,
    read_score_rules,
    score_figures,
)
from hotline12345.core.scoring.standings import group_of, rank

D = Decimal
POINTS = Indicator("extra", "加分", "extra", "points")
LOSS = Indicator("loss", "扣分", "loss", "points")


def rules_of(**table: Any) -> ScoreRules:
    rules, faults = read_score_rules({"basis": "办法", **table})
    assert faults == ()
    assert rules is not None
    return rules


def scored(rules: ScoreRules, **figures: Any) -> Score:
    return score_figures(rules, read_figures(rules, {name.replace("_", "-"): one for name, one in figures.items()}))


# ── deductions and bonuses ──


def test_deductions_come_off_and_bonuses_go_on_up_to_their_most() -> None:
    parts = (
        Component("on-time", D(20), D(95)),
        Component("extra", D(3), form="bonus"),
        Component("loss", D(5), form="deduction"),
    )
    rules = ScoreRules(parts, indicators=(POINTS, LOSS), out_of=D(100))
    assert scored(rules, on_time=94, extra=2, loss=5).total == 96
    with pytest.raises(RequestError) as refused:
        scored(rules, extra=4, loss=6)
    assert "extra 最多 3 分，写了 4" in refused.value.zh
    assert "loss is at most 5 points, not 6" in refused.value.en


def test_a_bonus_alone_is_no_loss() -> None:
    rules = ScoreRules((Component("extra", form="bonus"),), indicators=(POINTS,))
    got = scored(rules, extra=D("1.5"))
    assert (got.total, got.lost) == (D("1.50"), ())


# ── figures that cannot be ──


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"on-tme": 3}, "没有指标「on-tme」（可用：on-time"),
        ({"on-time": {"num": 6, "den": 5}}, "分子大于分母（6 > 5）"),
        ({"on-time": {"num": 1, "den": 0}}, "分子大于分母（1 > 0）"),
        ({"on-time": {"num": -1, "den": 5}}, "num 和 den"),
        ({"on-time": {"num": 1}}, "num 和 den"),
        ({"on-time": {"num": 1, "den": 2, "x": 3}}, "num 和 den"),
        ({"on-time": 100.01}, "大于 100"),
        ({"on-time": -0.1}, "不小于 0"),
        ({"on-time": True}, "不小于 0"),
        ({"on-time": None}, "不小于 0"),
        ({"on-time": "89.82"}, "不小于 0"),
        ({"on-time": [1]}, "不小于 0"),
        ({"on-time": float("nan")}, "不小于 0"),
        ({"on-time": D("Infinity")}, "不小于 0"),
        ({"on-time": 10**5000}, "不小于 0"),
        ({"loss": {"num": 1, "den": 2}}, "写一个数字"),
        ({"n": 1.5}, "整数"),
        ({3: 1}, "没有指标「int」"),
        ([], "对象"),
    ],
)
def test_a_figure_that_cannot_be_is_refused_with_the_reason(figures: Any, said: str) -> None:
    count = Indicator("n", "件数", "number", "count")
    parts = (Component("on-time", D(20)), Component("loss", form="deduction"), Component("n", D(1), form="any"))
    rules = ScoreRules(parts, indicators=(LOSS, count))
    with pytest.raises(RequestError) as refused:
        read_figures(rules, figures)
    assert refused.value.code == "bad-figures"
    assert said in refused.value.zh
    assert refused.value.hint("zh")
    assert refused.value.hint("en")


def test_everything_wrong_with_figures_is_said_at_once() -> None:
    with pytest.raises(RequestError) as refused:
        read_figures(ScoreRules(), {"on-tme": 1, "solved": {"num": 3, "den": 2}, "satisfied": 101, "feedback": 90})
    assert refused.value.zh.startswith("数据有 3 处错误")
    assert all(name in refused.value.en for name in ("on-tme", "solved", "satisfied"))


ANY: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(allow_nan=True), st.text(max_size=3),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["num", "den", "x"]), st.one_of(st.integers(-3, 9), st.floats(), st.none())),
)  # fmt: skip


@given(st.dictionaries(st.one_of(st.sampled_from(["on-time", "solved", "x"]), st.integers()), ANY, max_size=4))
def test_no_figures_crash_the_reader_and_no_score_leaves_its_bounds(figures: dict[Any, Any]) -> None:
    read: dict[str, Figure] = {}
    with suppress(RequestError):  # anything else that is raised fails
        read = read_figures(ScoreRules(), figures)
    got = score_figures(ScoreRules(), read)
    assert got.total is None or 0 <= got.total <= got.possible


# ── metrics made of others ──

LEVELS = {
    "metric": [
        *({"id": name, "zh": name, "unit": "count"} for name in ("good", "fair", "bad")),
        {"id": "mean", "zh": "满意度", "numerator": {"good": 1, "fair": 0.8}, "denominator": ["good", "fair", "bad"]},
    ],
    "component": [{"metric": "mean", "form": "share", "points": 40}],
}


def test_a_metric_is_worked_out_of_others_by_their_weights() -> None:
    got = scored(rules_of(**LEVELS), good=1, fair=1, bad=2)  # 1.8 / 4 = 45 %
    assert (got.total, got.components[0].rate) == (D("18.00"), D("45.00"))
    assert "1.8/4 = 45.00%" in got.lost[0].zh


def test_a_part_that_is_missing_leaves_the_whole_unassessed() -> None:
    assert scored(rules_of(**LEVELS), good=1, fair=1).total is None
    assert scored(rules_of(**LEVELS), good=0, fair=0, bad=0).total is None


def test_a_metric_and_what_it_is_made_of_are_not_both_given() -> None:
    with pytest.raises(RequestError) as refused:
        scored(rules_of(**LEVELS), mean=50, good=1)
    assert "mean 由 good 算得" in refused.value.zh


def test_more_than_a_hundred_percent_is_refused_where_it_is_worked_out() -> None:
    table = {
        "metric": [
            *({"id": name, "zh": name, "unit": "count"} for name in ("a", "b")),
            {"id": "r", "zh": "比率", "numerator": ["a"], "denominator": ["b"]},
        ],
        "component": [{"metric": "r", "form": "linear", "slope": 175}],
    }
    with pytest.raises(RequestError) as refused:
        scored(rules_of(**table), a=3, b=2)
    assert "大于 100%" in refused.value.zh


@given(st.integers(0, 300).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))), st.booleans())
def test_a_rate_is_rounded_as_the_rules_say_before_points_are_taken(count: tuple[int, int], down: bool) -> None:
    n, d = count
    rules = ScoreRules((Component("on-time", D(100), form="share", places=6),), rate_down=down, exact=True)
    got = scored(rules, on_time={"num": n, "den": d}).components[0].rate
    if not d:
        assert got is None
        return
    hundredths = Fraction(100 * n, d) * 100
    assert got == D(int(hundredths if down else hundredths + Fraction(1, 2))) / 100


# ── grades ──

BENGBU = [  # 蚌埠 2011 (handbook 8.5): 优秀 >= 90, 良好 80-89, 合格 60-79, 不合格 <= 59
    {"code": "excellent", "zh": "优秀", "from": 90},
    {"code": "good", "zh": "良好", "from": 80, "to": 89},
    {"code": "pass", "zh": "合格", "from": 60, "to": 79},
    {"code": "fail", "zh": "不合格", "to": 59},
]


def test_the_gaps_of_bengbus_grades_are_faults_told_by_name() -> None:
    _, faults = read_score_rules({"basis": "蚌埠 2011", "grade": BENGBU})
    assert [(fault.code, fault.table) for fault in faults] == [
        ("grade-gap", "scoring.grade #4"),
        ("grade-gap", "scoring.grade #3"),
        ("grade-gap", "scoring.grade #2"),
    ]
    assert faults[2].zh == "「良好」至 89 分，「优秀」自 90 分：89.01–89.99 分没有等次"
    assert "'good' ends at 89 and 'excellent' starts at 90" in faults[2].en


def test_whole_totals_have_no_gap_between_89_and_90() -> None:
    rules, faults = read_score_rules({"basis": "蚌埠 2011", "total_places": 0, "grade": BENGBU})
    assert faults == ()
    assert rules is not None
    assert [grade.code for grade in rules.grades] == ["excellent", "good", "pass", "fail"]


def test_grades_that_overlap_or_leave_the_bottom_out_are_faults() -> None:
    _, faults = read_score_rules(
        {"grade": [{"code": "a", "zh": "甲", "from": 80}, {"code": "b", "zh": "乙", "from": 60, "to": 80}]}
    )
    assert [fault.code for fault in faults] == ["grade-gap", "grade-overlap"]


CLOSED = [{"code": "excellent", "zh": "优秀", "from": 90}, {"code": "rest", "zh": "其他"}]


@given(st.integers(0, 10_000))
def test_every_total_has_exactly_the_grade_it_reached(cents: int) -> None:
    rules = rules_of(grade=CLOSED, component=[{"metric": "on-time", "form": "share", "points": 100}])
    got = scored(rules, on_time=D(cents) / 100)
    assert got.grade is not None
    assert got.grade.code == ("excellent" if cents >= 9000 else "rest")


def test_there_is_no_grade_while_something_is_not_assessed() -> None:
    assert scored(rules_of(grade=CLOSED), on_time=100).grade is None


# ── standings ──

ONE = {"component": [{"metric": "on-time", "form": "share", "points": 100}]}


def ranked(rules: ScoreRules, **totals: Any) -> Any:
    scores = {}
    for unit, value in totals.items():
        group = group_of(rules, unit)
        figures = {} if value is None else value if isinstance(value, dict) else {"on-time": value}
        scores[unit] = group, score_figures(rules, read_figures(rules, figures), group.out_of)
    return rank(rules, scores)


def test_groups_are_ranked_apart_and_units_without_figures_are_listed_and_not_scored() -> None:
    groups = [{"code": "county", "zh": "县", "units": ["a", "b", "e"]}, {"code": "rest", "zh": "其余"}]
    county, rest = ranked(rules_of(**ONE, group=groups), a=80, b=90, c=10, d=20, e=None)
    assert [(one.rank, one.unit) for one in county.standings] == [(1, "b"), (2, "a")]
    assert county.unscored == ("e",)
    assert [(one.rank, one.unit) for one in rest.standings] == [(1, "d"), (2, "c")]


def test_a_group_has_its_own_full_mark() -> None:
    groups = [{"code": "county", "zh": "县", "units": ["a"], "out_of": 150}]
    (county,) = ranked(rules_of(**ONE, out_of=100, group=groups), a=80)
    assert (county.standings[0].score.total, county.standings[0].score.possible) == (130, 150)


def test_equals_share_a_rank_and_stand_on_a_list_together() -> None:
    lists = {"red": 2, "black": 1}
    (table,) = ranked(rules_of(**ONE, lists=lists), a=90, b=80, c=80, d=70, e=60, f=60)
    assert [(one.rank, one.unit) for one in table.standings] == [
        (1, "a"), (2, "b"), (2, "c"), (4, "d"), (5, "e"), (5, "f"),
    ]  # fmt: skip
    assert table.red == ("a", "b", "c")
    assert set(table.black) == {"e", "f"}


def test_a_tie_is_decided_by_the_metrics_the_place_names() -> None:
    parts = [{"metric": name, "form": "share", "points": 50} for name in ("on-time", "solved")]
    lists = {"red": 1, "black": 1, "tie": ["solved"]}
    first, second = {"on-time": 80, "solved": 90}, {"on-time": 90, "solved": 80}
    (table,) = ranked(rules_of(component=parts, lists=lists), a=second, b=first)
    assert [(one.rank, one.unit) for one in table.standings] == [(1, "b"), (2, "a")]
    assert (table.red, table.black) == (("b",), ("a",))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 5), min_size=1), st.integers(0, 5), st.integers(0, 5)
)
def test_nobody_is_on_both_lists_and_nobody_below_the_listed_is_better(
    totals: dict[str, int], red: int, black: int
) -> None:
    (table,) = ranked(ScoreRules(rules_of(**ONE).components, lists=Lists(red, black)), **totals)
    assert set(table.red).isdisjoint(table.black)
    if red:
        worst = min(totals[unit] for unit in table.red)
        assert all(totals[unit] < worst for unit in totals if unit not in table.red)
    assert len(table.red) >= min(red, len(totals))


def test_a_unit_nobody_listed_stands_in_a_group_of_its_own() -> None:
    rules = ScoreRules(groups=(PeerGroup("county", "县", ("a",)),))
    assert group_of(rules, "x").zh == "未分组"
    assert group_of(rules, "320722", "a").code == "county"


# ── tables of a pack that cannot be ──


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({"rate_places": 7}, ("bad-number", "rate_places")),
        ({"rate_rounding": "up"}, ("unknown-value", "rate_rounding")),
        ({"total_of": 3}, ("unknown-value", "total_of")),
        ({"out_of": -1}, ("bad-number", "out_of")),
        ({"shared": 1}, ("wrong-type", "shared")),
        ({"metric": [{"id": "x", "zh": "x", "unit": "percents"}]}, ("unknown-value", "unit")),
        ({"metric": [{"zh": "x"}]}, ("missing-key", "id")),
        ({"metric": [{"id": "x", "zh": "x", "measured": "y"}]}, ("unknown-metric", "measured")),
        ({"metric": [{"id": "x", "zh": "x", "numerator": ["solved"]}]}, ("bad-number", "denominator")),
        ({"metric": [{"id": "x", "zh": "x", "unit": "count", "numerator": ["y"]}]}, ("unknown-metric", "numerator")),
        ({"metric": [{"id": "x", "zh": "x", "unit": "count", "numerator": ["x"]}]}, ("unknown-metric", "numerator")),
        ({"metric": [{"id": "x", "zh": "x"}] * 2}, ("duplicate-metric", "id")),
        ({"component": [{"metric": "solved", "form": "linear"}]}, ("missing-key", "slope")),
        ({"component": [{"metric": "solved", "form": "share", "points": 1, "slope": 1}]}, ("unknown-key", "slope")),
        ({"component": [{"metric": "solved", "form": "earned", "points": 1}]}, ("bad-form", "form")),
        ({"component": [{"metric": "solved", "form": "x", "points": 1}]}, ("unknown-value", "form")),
        ({"grade": [{"code": "a", "zh": "甲"}] * 2}, ("duplicate-code", "code")),
        ({"group": [{"code": "a", "zh": "甲", "units": ["x"]}, {"code": "b", "zh": "乙", "units": ["x"]}]},
         ("duplicate-code", "units")),
        ({"group": [{"code": "a", "zh": "甲"}, {"code": "b", "zh": "乙"}]}, ("missing-key", "units")),
        ({"group": [{"code": "a", "zh": "甲", "units": [x]} for x in "xy"]}, ("duplicate-code", "code")),
        ({"out_of": Decimal("100000.01")}, ("bad-number", "out_of")),
        ({"out_of": Decimal("1.005")}, ("bad-number", "out_of")),
        ({"lists": {"red": -1}}, ("bad-number", "red")),
        ({"lists": {"tie": ["on-tme"]}}, ("unknown-metric", "tie")),
    ],
)  # fmt: skip
def test_a_fault_of_a_scoring_table_is_told_with_its_code_and_key(table: Any, found: tuple[str, str]) -> None:
    rules, faults = read_score_rules(table, "a.toml")
    assert rules is None
    assert found in {(fault.code, fault.key) for fault in faults}


def test_points_go_up_to_a_hundred_thousand() -> None:
    table = {"out_of": 100_000, "component": [{"metric": "solved", "points": 10, "target": 95, "slope": 1}]}
    rules, faults = read_score_rules(table, "a.toml")
    assert "out_of" not in {fault.key for fault in faults}
    assert rules is None or rules.out_of == 100_000
