"""The scoring packs (考核政策包): published components and totals, from the figures that were published with them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.policy import Policy
from hotline12345.core.scoring import Score, ScoreRules, read_figures, score_figures
from hotline12345.core.verify.mutate import mutate
from hotline12345.packs import check_pack, load_pack
from hotline12345.testing.pack_contract import PackContract

D = Decimal
AUTUMN_2021, WINTER_2022 = date(2021, 8, 15), date(2022, 2, 15)
AUTUMN_2022, WINTER_2023 = date(2022, 8, 15), date(2023, 1, 15)


class TestLianyungang(PackContract):
    def pack(self) -> str:
        return "lianyungang"


class TestZhaoxiang(PackContract):
    def pack(self) -> str:
        return "qingpu-zhaoxiang"


class TestCountyFormula(PackContract):
    def pack(self) -> str:
        return "county-formula"


class TestZhungeer(PackContract):
    def pack(self) -> str:
        return "zhungeer"


class TestDonghai(PackContract):
    def pack(self) -> str:
        return "donghai"


def scored(pack: str, figures: dict[str, Any], on: date | None = None) -> Score:
    loaded = load_pack(pack)
    policy: Policy = loaded.on(on) if on is not None else loaded.newest
    assert policy.scoring is not None
    return score_figures(policy.scoring, read_figures(policy.scoring, figures))


def earned(score: Score, metric: str) -> str:
    (points,) = (part.earned for part in score.components if part.metric == metric)
    return str(points)


# ── 连云港 Lianyungang (handbook 8.1): monthly bulletins ──


@pytest.mark.parametrize(
    ("vector", "on", "metric", "figure", "points"),
    [
        ("TV-30", AUTUMN_2021, "on-time", D("89.82"), "14.82"),
        ("TV-31", AUTUMN_2021, "on-time", D("66.67"), "0.00"),
        ("TV-32", AUTUMN_2021, "on-time", {"num": 4, "den": 5}, "5.00"),
        ("TV-33", AUTUMN_2021, "sign-in", 80, "0.00"),
        ("TV-33", AUTUMN_2021, "sign-in", D("77.27"), "0.00"),
        ("TV-34, T = 95", WINTER_2022, "satisfaction", 50, "12.50"),
        ("TV-34, T = 98", WINTER_2023, "satisfaction", 50, "12.50"),
        ("TV-35, T = 95", WINTER_2022, "satisfaction", D("66.67"), "12.50"),
        ("TV-35, T = 98", AUTUMN_2022, "satisfaction", D("71.43"), "12.50"),
        ("TV-36, 12.795", WINTER_2022, "satisfaction", D("70.59"), "12.80"),
        ("TV-36, as counted", WINTER_2022, "satisfaction", {"num": 12, "den": 17}, "12.80"),
        ("TV-37, T = 98", AUTUMN_2022, "satisfaction", 75, "13.50"),
        ("TV-37, 17.665", AUTUMN_2022, "satisfaction", D("83.33"), "17.67"),
        ("TV-37, as counted", AUTUMN_2022, "satisfaction", {"num": 5, "den": 6}, "17.67"),
        ("TV-37", WINTER_2023, "satisfaction", D("87.5"), "19.75"),
    ],
)
def test_a_component_comes_out_as_lianyungang_published_it(
    vector: str, on: date, metric: str, figure: Any, points: str
) -> None:
    assert earned(scored("lianyungang", {metric: figure}, on), metric) == points


@pytest.mark.parametrize(
    ("vector", "on", "figures", "total"),
    [
        (
            "TV-38 铁塔",
            AUTUMN_2021,
            {"sign-in": {"num": 6, "den": 7}, "on-time": {"num": 5, "den": 6}, "manual-deductions": 1},
            "78.04",
        ),
        ("TV-39 连职院", date(2021, 7, 15), {"sign-in": {"num": 6, "den": 7}, "manual-deductions": 1}, "89.71"),
        ("TV-40 碱业", date(2021, 7, 15), {"on-time": {"num": 4, "den": 5}, "manual-deductions": 1}, "84.00"),
        ("TV-41 碱业", WINTER_2022, {"on-time": 66.67, "satisfaction": 66.67, "manual-deductions": 1}, "66.50"),
        (
            "TV-42 体育局",
            WINTER_2022,
            {"sign-in": 80, "satisfaction": 50, "reply-norm": 9, "manual-deductions": 1},
            "75.50",
        ),
        ("TV-45 交通局: 0.82 of the published 88.75 unexplained", WINTER_2023, {"on-time": 89.82, "satisfaction": 87.5},
         "89.57"),
    ],
)  # fmt: skip
def test_a_total_comes_out_as_lianyungang_published_it(vector: str, on: date, figures: Any, total: str) -> None:
    got = scored("lianyungang", figures, on)
    assert str(got.total) == total
    assert 100 - sum(line.points for line in got.lost) == D(total)


def test_satisfaction_is_the_rate_that_was_in_force_on_the_day() -> None:
    """回访满意率 with T = 95 in the bulletins of 2021-07 to 2022-02, 省派工单满意率 with T = 98 from 2022-08."""
    before, after = (scored("lianyungang", {"satisfaction": 90}, day) for day in (WINTER_2022, AUTUMN_2022))
    assert (earned(before, "satisfaction"), earned(after, "satisfaction")) == ("22.50", "21.00")
    assert "回访满意率" in before.lost[0].zh
    assert "省派工单满意率" in after.lost[0].zh


@pytest.mark.parametrize("day", [date(2021, 6, 30), date(2022, 3, 1), date(2022, 7, 31), date(2023, 2, 1)])
def test_a_day_on_which_neither_edition_was_seen_needs_the_edition_named(day: date) -> None:
    with pytest.raises(PolicyError) as refused:
        load_pack("lianyungang").on(day)
    assert refused.value.code == "no-edition"
    assert "--edition" in refused.value.hint("zh")


def test_what_is_left_out_or_counted_of_nothing_loses_nothing_and_is_not_scored() -> None:
    """TV-69: a unit without orders that fell due is not scored: neither 0 % nor 100 %."""
    got = scored("lianyungang", {"on-time": {"num": 0, "den": 0}}, AUTUMN_2021)
    assert (got.total, got.lost) == (None, ())
    beside = scored("lianyungang", {"on-time": {"num": 0, "den": 0}, "sign-in": 94}, AUTUMN_2021)
    assert beside.total == 99
    assert [line.metric for line in beside.lost] == ["sign-in"]


def test_counties_are_scored_out_of_150_and_everybody_else_out_of_100() -> None:
    rules = load_pack("lianyungang").on(AUTUMN_2021).scoring
    assert rules is not None
    assert [(group.code, group.out_of) for group in rules.groups] == [("counties", 150), ("others", 100)]


# ── 赵巷 Zhaoxiang (handbook 8.2) ──

SAMPLE = {
    "accepted": {"num": 9, "den": 9},
    "first-contact": {"num": 3, "den": 3},
    "real-solved": 2,
    "explained": 6,
    "satisfied-count": 0,
    "fairly-satisfied-count": 2,
    "neutral-count": 0,
    "dissatisfied-count": 1,
}


def test_zhaoxiangs_published_sample_comes_out_to_three_decimals() -> None:
    """TV-50: 5.0 + 30 + 20 + 21.33 = 76.333, since the total adds up what is not rounded yet."""
    got = scored("qingpu-zhaoxiang", SAMPLE)
    assert str(got.total) == "76.333"
    assert [str(part.earned) for part in got.components[:4]] == ["5.000", "30.00", "20.00", "21.33"]
    assert got.possible == 95
    assert sum(line.points for line in got.lost) == D("18.667")


def test_zhaoxiang_tells_how_much_was_solved_in_fact_and_how_much_explained() -> None:
    """TV-50: real-solve 25 %, explain 75 %: told, not scored."""
    rules = load_pack("qingpu-zhaoxiang").newest.scoring
    assert rules is not None
    figures = read_figures(rules, SAMPLE)
    assert (figures["real-solve-rate"].value, figures["explain-rate"].value) == (25, 75)


def test_in_zhaoxiang_what_has_no_denominator_is_blank() -> None:
    """TV-52: accepted 5 of 100 and nothing else."""
    got = scored("qingpu-zhaoxiang", {"accepted": {"num": 5, "den": 100}})
    assert got.total == D("0.25")
    assert [part.earned for part in got.components[1:]] == [None] * 4


# ── 县算式 the county formula (handbook 8.3) ──

COUNTED = {"A0": 90, "A1": 5, "A2": 40, "A3": 20, "A4": 3, "A5": 4, "cghf": 70, "total": 100}


def test_the_county_formula_cuts_its_ratios_off_after_four_decimals() -> None:
    """TV-53: n1 .5714, n2 .2857, n3 .9473, n4 .95; half up they would be .5714, .2857, .9474, .95."""
    got = scored("county-formula", COUNTED)
    assert str(got.total) == "140.30825"
    assert [str(part.rate) for part in got.components[6:]] == ["57.14", "28.57", "94.73", "95.00"]


def test_without_closures_and_call_backs_the_county_formula_gives_nothing() -> None:
    """TV-55."""
    got = scored("county-formula", dict.fromkeys(COUNTED, 0))
    assert got.total == 0
    assert [part.rate for part in got.components[6:]] == [None] * 4  # ratios over nothing


def test_overdue_and_dissatisfied_orders_lose_points_and_say_so() -> None:
    """handbook 8.3: - .05 A4 - .0125 A5."""
    got = scored("county-formula", COUNTED)
    assert [(line.metric, line.points) for line in got.lost] == [("A4", D("0.15")), ("A5", D("0.05"))]


# ── 准格尔 and 东海 ──


def test_jungar_weighs_response_resolution_and_satisfaction_30_35_35() -> None:
    """TV-56."""
    got = scored("zhungeer", {"response": 98, "resolution": 90, "satisfaction": 92})
    assert str(got.total) == "93.10"
    assert [str(part.earned) for part in got.components] == ["29.40", "31.50", "32.20"]


def test_donghais_data_quality_adds_up_to_what_was_published() -> None:
    """TV-57: 9.48 + 9.99 + 4.98 + 5.00 = 29.45 (2020-09)."""
    figures = {"completeness": 9.48, "content": 9.99, "timeliness": 4.98, "interface": D("5.00")}
    got = scored("donghai", figures, date(2020, 9, 15))
    assert (str(got.total), got.possible) == ("29.45", 30)
    assert sum(line.points for line in got.lost) == D("0.55")


# ── all of them ──

PACKS = ("lianyungang", "qingpu-zhaoxiang", "county-formula", "zhungeer", "donghai")


@pytest.mark.parametrize("name", PACKS)
def test_a_scoring_pack_promises_scoring_alone_and_every_number_has_its_basis(name: str) -> None:
    for policy in load_pack(name).editions:
        assert policy.provides == ("scoring",)
        rules = policy.scoring
        assert rules is not None
        assert rules != ScoreRules()
        bases = [part.basis for part in (*rules.components, *rules.indicators, *rules.groups)]
        assert all(basis.strip() and basis != rules.basis for basis in bases)


@pytest.mark.parametrize("name", PACKS)
def test_a_scoring_pack_passes_the_check(name: str) -> None:
    assert check_pack(name) == ()


@pytest.mark.parametrize("name", PACKS)
def test_a_case_with_another_total_fails_and_says_what_it_came_to(name: str, tmp_path: Path) -> None:
    source = next((Path(__file__).resolve().parents[2] / "src/hotline12345/packs" / name).glob("*.toml"))
    text = re.sub(r"^total = \S+$", "total = 1.01", source.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / source.name).write_text(text, encoding="utf-8")
    found = [fault for fault in check_pack(tmp_path) if fault.code == "failing-case"]
    assert found
    assert all("total 应为 1.01，实为" in fault.zh for fault in found)


@pytest.mark.parametrize("name", PACKS)
def test_no_number_of_a_scoring_pack_can_be_moved_without_a_case_failing(name: str) -> None:
    for policy in load_pack(name).editions:
        tried = mutate(policy, parts=("scoring",))
        assert tried
        assert [(one.rule, one.en) for one in tried if not one.caught] == []
