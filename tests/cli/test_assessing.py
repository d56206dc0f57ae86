"""``score`` over a store: periods, another pack's rules, two levels, adjustments, freezing and restating."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import receive_lamp


@pytest.fixture
def score(lamp, run, store):
    """Score the store with the lamp in it: received 2026-09-18, due by 2026-10-22 (TV-03), never answered."""

    def call(*more: object, code: int = 0):
        return run("score", "--store", store, *more, "--format", "json", code=code)

    return call


def test_an_order_counts_in_the_month_in_which_it_fell_due(score, run, store):
    run("tick", "--store", store, "--at", "2026-12-01")
    seen = {}
    for month in ("2026-09", "2026-10"):
        told = score("--period", month).json
        rate = told["rates"]["on-time"]
        seen[month] = rate["denominator"], told["counts"]["received"], told["counts"]["carried"]
    assert seen == {"2026-09": (0, 1, 0), "2026-10": (1, 0, 1)}
    assert "bad-period" in score("--period", "2026-13", code=2).err


def test_a_store_is_scored_by_another_packs_rules(score, lamp):
    told = score("--rules", "lianyungang", "--on", "2021-08-31", "--until", "2026-11-01").json
    assert (told["pack"], told["edition"]) == ("lianyungang", "2021-07")
    assert told["score"]["total"] == 80.0  # on time 0 of 1: 20 of 100 lost; Shenyang has no limit to sign
    assert told["score"]["lost"][0]["orders"] == [lamp]


ADJUST = """[[exclude]]
orders = ["{lamp}"]
metrics = ["on-time"]
reason = "台风停运"
approved_by = "supervisor@210100-12345/wang"
on = 2026-10-30

[[entry]]
unit = "210100-urban"
metric = "manual-deductions"
value = 1
reason = "答复不规范"
approved_by = "supervisor@210100-12345/wang"
on = 2026-10-30
orders = ["{lamp}"]
"""
RULES = ("--rules", "lianyungang", "--edition", "2021-07", "--until", "2026-11-01")


def test_approved_exclusions_and_entries_come_from_a_file_and_are_told(score, lamp):
    Path("adjust.toml").write_text(ADJUST.format(lamp=lamp), encoding="utf-8")
    told = score(*RULES, "--by", "unit", "--adjust", "adjust.toml").json
    assert told["rates"]["on-time"]["excluded"] == {"approved": 1}
    unit = told["groups"]["210100-urban"]["score"]
    assert (unit["total"], unit["lost"][0]["orders"]) == (99.0, [lamp])
    assert "答复不规范" in unit["lost"][0]["why"]
    assert told["adjustments"]["excluded"][0]["approved_by"] == "supervisor@210100-12345/wang"


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        ("[[exclude]]\norders = ['x']\n", "bad-adjustments", 1),
        (ADJUST.format(lamp="999"), "unknown-order", 2),
        ("[[", "no-such-file", 2),
    ],
)
def test_adjustments_that_cannot_be_are_refused(score, text, said, code):
    Path("adjust.toml").write_text(text, encoding="utf-8")
    assert said in score(*RULES, "--adjust", "adjust.toml", code=code).err


def test_the_city_assesses_its_districts_and_a_district_what_stands_under_it(score, store):
    receive_lamp(store, "--area", "210103", "--at", "2026-09-18T11:00")
    top = score("--under", "210100", "--until", "2026-11-01").json
    assert top["by"] == "unit"
    assert top["groups"]["210100-urban"]["counts"]["received"] == 2
    (table,) = top["standings"]
    assert table["standings"][0]["unit"] == "210100-urban"
    assert "210102" in table["unscored"]  # no orders: listed, not scored
    below = score("--under", "210102", "--until", "2026-11-01").json
    assert below["orders"] == 0
    assert "unknown-unit" in score("--under", "nobody", code=2).err


def test_a_frozen_scorecard_is_kept_and_restated_with_its_reason(score, lamp, run, store):
    first = score(*RULES, "--freeze", "first.json").json
    assert json.loads(Path("first.json").read_text(encoding="utf-8"))["digest"] == first["digest"]
    assert "already-frozen" in score(*RULES, "--freeze", "first.json", code=2).err
    Path("adjust.toml").write_text(ADJUST.format(lamp=lamp), encoding="utf-8")
    more = ("--adjust", "adjust.toml", "--restate", "first.json")
    assert "no-reason" in score(*RULES, *more, code=2).err
    again = score(*RULES, *more, "--reason", "经批准剔除", "--freeze", "second.json").json
    assert again["restates"] == first["digest"]
    changed = {one["where"]: (one["was"], one["is"]) for one in again["differences"]}
    assert changed["score.total"] == (80.0, None)  # nothing else was assessed
    assert changed["rates.on-time.denominator"] == (1, 0)
    Path("first.json").write_text(Path("first.json").read_text("utf-8").replace("80.0", "81.0"), encoding="utf-8")
    assert "frozen-altered" in score(*RULES, *more, "--reason", "x", code=2).err


def test_a_month_that_still_runs_cannot_be_frozen(score):
    assert "period-not-over" in score("--period", "9000-01", "--freeze", "x.json", code=2).err
    assert not Path("x.json").exists()


def test_explaining_tells_every_sum_with_its_article(lamp, run, store):
    out = run("score", "--store", store, *RULES, "--explain").out
    assert "按时办结率 0/1 = 0.00%，目标 95%：20 - 95 × 1 = -75，低于最低 0 分，扣 20.00 分（由公布得分反推" in out
    assert "不评分（通报：答复规范项满分 10" in out
    assert lamp in out
