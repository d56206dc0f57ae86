"""``score --figures``: a city's own figures scored without a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def scored(run, tmp_path: Path):
    def call(pack: str, figures: Any, *more: str, code: int = 0):
        path = tmp_path / "figures.json"
        path.write_text(figures if isinstance(figures, str) else json.dumps(figures), encoding="utf-8")
        return run("score", "--pack", pack, "--figures", str(path), *more, code=code)

    return call


def test_a_published_total_comes_out_with_its_components_and_what_was_lost(scored):
    """TV-38: 2021-08 铁塔, 78.04 = 100 - 9.29 - 11.67 - 1."""
    figures = {"sign-in": {"num": 6, "den": 7}, "on-time": {"num": 5, "den": 6}, "manual-deductions": 1}
    told = scored("lianyungang", figures, "--on", "2021-08-31", "--format", "json").json
    assert (told["total"], told["possible"], told["edition"]) == (78.04, 100.0, "2021-07")
    earned = {part["metric"]: part["earned"] for part in told["components"]}
    assert earned == {
        "sign-in": 0.71,
        "on-time": 8.33,
        "satisfaction": None,
        "reply-norm": None,
        "manual-deductions": -1.0,
    }
    lost = {line["metric"]: line["points"] for line in told["lost"]}
    assert lost == {"sign-in": 9.29, "on-time": 11.67, "manual-deductions": 1.0}
    assert all(line["why"] and line["why_en"] for line in told["lost"])
    assert told["official"] is False


def test_the_day_picks_the_edition_and_a_day_between_them_needs_it_named(scored):
    figures = {"satisfaction": 90}  # T = 95: 2.5 lost; T = 98: 4 lost
    assert scored("lianyungang", figures, "--on", "2022-02-28", "--format", "json").json["total"] == 97.5
    assert scored("lianyungang", figures, "--on", "2022-08-01", "--format", "json").json["total"] == 96.0
    refused = scored("lianyungang", figures, "--on", "2022-05-01", code=1)
    assert "no-edition" in refused.err
    assert "--edition" in refused.err  # the hint says what to do
    assert "2021-07（见行于2021-07-01至2022-02-28）" in refused.err
    named = scored("lianyungang", figures, "--on", "2022-05-01", "--edition", "2021-07", "--format", "json").json
    assert named["total"] == 97.5


def test_numbers_are_taken_as_they_are_written(scored):
    """TV-36: 12.795 is 12.80, though no binary float is 12.795; sixteen decimals do not tip it either."""
    for written in ("70.59", "70.590000000000", "70.58823529411765"):  # the last as a float of 12/17 is written
        told = scored("lianyungang", f'{{"satisfaction": {written}}}', "--on", "2022-02-15", "--format", "json").json
        assert told["components"][2]["earned"] == 12.8


def test_whoever_names_no_day_is_told_which_edition_was_taken(scored):
    """A satisfaction of 90 loses 2.5 by one edition and 4 by the other, so the choice is not made unseen."""
    assert "2022-08" in scored("lianyungang", {"satisfaction": 90}).err
    assert scored("lianyungang", {"satisfaction": 90}, "--on", "2022-08-01").err == ""
    assert scored("zhungeer", {"response": 90}).err == ""


def test_a_share_of_one_is_taken_as_the_percentage_it_is_written_as_and_doubted(scored):
    ran = scored("zhungeer", '{"response": 0.98, "resolution": 90}', "--format", "json")
    assert ran.json["components"][0]["rate"] == 0.98
    assert "response 按 0.98% 计；若是 98.00%，请写 98.00" in ran.err
    assert "resolution" not in ran.err
    assert scored("zhungeer", {"response": {"num": 1, "den": 200}}).err == ""


def test_points_that_no_document_gives_are_not_laid_to_the_documents(scored):
    """The texts behind sichuan name no points: the 25 of each rate are the library's own."""
    assert "本库默认，不出自上列文件" in scored("sichuan", {"on-time": 90}).out
    assert "本库默认" not in scored("zhungeer", {"response": 90}).out


def test_points_of_nothing_are_not_below_nothing(scored):
    """TV-55."""
    told = scored("county-formula", {"A4": 0, "A5": 0}, "--format", "json").json
    assert {str(part["earned"]) for part in told["components"] if part["earned"] is not None} == {"0.0"}
    told = scored("lianyungang", {"manual-deductions": 0}, "--on", "2021-08-31", "--format", "json").json
    assert str(told["components"][-1]["earned"]) == "0.0"


def test_nothing_assessed_is_not_scored(scored):
    """TV-69."""
    told = scored("lianyungang", {"on-time": {"num": 0, "den": 0}}, "--on", "2021-08-31", "--format", "json").json
    assert (told["total"], told["lost"]) == (None, [])
    assert "不评分" in scored("lianyungang", {}, "--on", "2021-08-31").out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "不是 JSON"),
        ('{"on-time": NaN}', "不是 JSON"),
        ('{"on-time": 90, "on-time": 91}', "写了两次"),
        ('{"on-tme": 90, "sign-in": {"num": 3, "den": 2}}', "有 2 处错误"),
        ("[]", "对象"),
        ('{"on-time": "89.82"}', "不加引号"),
        ('{"units": []}', "units"),
        ('{"units": {}, "on-time": 3}', "units"),
        ('{"units": {"甲": {"on-tme": 1}, "乙": {"on-time": 101}}}', "乙：数据有 1 处错误"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused(scored, text, said):
    refused = scored("lianyungang", text, "--on", "2021-08-31", code=2)
    assert said in refused.err
    assert "bad-figures" in refused.err


def test_a_file_that_is_not_there_is_refused(run, tmp_path):
    refused = run("score", "--pack", "zhungeer", "--figures", str(tmp_path / "none.json"), code=2)
    assert "no-such-file" in refused.err


def test_many_units_are_ranked_within_their_groups(scored):
    figures = {
        "units": {"东海县": {"on-time": 94}, "灌云县": {"on-time": 95}, "市交通局": {"on-time": 94.5}, "市体育局": {}}
    }
    told = scored("lianyungang", figures, "--on", "2021-08-31", "--format", "json").json
    counties, others = told["groups"]
    assert [(one["rank"], one["unit"], one["total"]) for one in counties["standings"]] == [
        (1, "灌云县", 150.0),
        (2, "东海县", 149.0),
    ]
    assert (others["standings"][0]["total"], others["unscored"]) == (99.5, ["市体育局"])
    assert told["units"]["东海县"]["lost"][0]["points"] == 1.0
    shown = scored("lianyungang", figures, "--on", "2021-08-31").out
    assert "不评分（没有数据）：市体育局" in shown


def test_components_come_as_csv_too(scored):
    out = scored("zhungeer", {"response": 98, "resolution": 90, "satisfaction": 92}, "--format", "csv").out
    assert out.splitlines() == [
        "unit,metric,value,points,earned",
        ",response,98.00,30,29.40",
        ",resolution,90.00,35,31.50",
        ",satisfaction,92.00,35,32.20",
        ",total,,100,93.10",
    ]


def test_published_figures_are_frozen_and_restated_too(scored):
    """TV-40: 84 once one of five was late."""
    on = ("--on", "2021-07-31", "--period", "2021-07", "--format", "json")
    first = scored("lianyungang", {"on-time": {"num": 4, "den": 5}, "manual-deductions": 1}, *on, "--freeze", "a.json")
    assert first.json["total"] == 84.0
    again = scored(
        "lianyungang", {"on-time": {"num": 5, "den": 5}, "manual-deductions": 1}, *on, "--restate", "a.json",
        "--reason", "一件经批准剔除",
    ).json  # fmt: skip
    assert again["restates"] == first.json["digest"]
    assert ("total", 84.0, 99.0) in [(one["where"], one["was"], one["is"]) for one in again["differences"]]


def test_what_is_asked_of_orders_goes_not_with_figures(scored):
    assert "figures-alone" in scored("zhungeer", {"response": 98}, "--by", "unit", code=2).err


def test_english_readers_get_english(run, scored):
    out = scored("zhungeer", {"response": 98}, "--lang", "en", "--explain").out
    assert "response rate 98.00%: 30 × 98% = 29.4, 0.60 lost (response 30 %)" in out
    assert "not an official result" in out
