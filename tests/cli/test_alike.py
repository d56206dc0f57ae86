"""``alike``, ``hot`` and ``bursts``: over files and over stores, with every part told and no good row lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345.cli import main

# Invented messages.
ROWS = """编号,标题,受理时间,区县,类别,点赞数,纬度,经度
1,云杉苑开发商捆绑销售车位,2026-03-02 09:10:00,320102,住房/车位,6,32.0,118.0
2,投诉云杉苑强制捆绑车位,2026-03-03 10:00:00,320102,住房/车位,2,32.0,118.0
3,路灯不亮,2026-03-06 19:00:00,320105,市政/路灯,x,,
4,云杉苑捆绑车位销售何时整改,2026-03-05 15:30:00,320102,住房/车位,0,999,118
"""


@pytest.fixture
def asked(tmp_path: Path) -> str:
    path = tmp_path / "asked.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result.stdout


def test_a_repeat_is_suggested_with_its_four_parts(asked: str):
    told = json.loads(run("alike", asked, "--number", "2", "--format", "json"))
    (one,) = told["suggestions"]
    assert (one["later"], one["earlier"]) == ("2", "1")
    assert [part["part"] for part in one["parts"]] == ["matter", "place", "time", "requester"]
    product = 100.0
    for part in one["parts"]:
        product *= part["value"]
    assert one["score"] == pytest.approx(product, abs=0.1)
    assert "相距 0 米" in run("alike", asked)
    assert "0 m apart" in run("alike", asked, "--lang", "en")


def test_the_issue_is_told_with_its_messages_and_likes(asked: str):
    told = json.loads(run("hot", asked, "--format", "json"))
    (issue,) = told["issues"]
    assert issue["messages"] == ["1", "2", "4"]
    assert (issue["size"], issue["likes"], issue["place"]) == (3, 8, "320102")
    assert "云杉苑" in run("hot", asked)
    assert run("hot", asked, "--format", "csv").startswith("rank,name,place,size")


def test_columns_of_likes_and_places_may_be_mapped(tmp_path: Path):
    path = tmp_path / "mapped.csv"
    path.write_text("t,when,up\n水管爆裂,2026-03-02 09:10:00,3\n水管爆裂,2026-03-03 09:10:00,4\n", encoding="utf-8")
    told = json.loads(run("hot", str(path), "--map", "title=t,received=when,likes=up", "--format", "json"))
    assert [issue["likes"] for issue in told["issues"]] == [7]


def test_a_bad_row_is_told_and_the_good_ones_stay(tmp_path: Path):
    path = tmp_path / "bad.csv"
    path.write_text("标题,受理时间\n水管爆裂,2026-03-02\n水管爆裂,昨天的昨天\n水管爆裂,2026-03-03\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["hot", str(path), "--format", "json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["messages"], told["refused"], told["issues"][0]["size"]) == (2, 1, 2)
    assert "bad-time" in result.stderr


def test_a_burst_is_told_with_what_was_expected(tmp_path: Path):
    lines = ["标题,受理时间"]
    lines += [f"停水,2026-03-{day:02d} 09:{minute:02d}:00" for day in range(1, 29) for minute in (5, 25, 45)]
    lines += [f"停水,2026-04-{day:02d} 09:{minute:02d}:00" for day in range(1, 15) for minute in (5, 25, 45)]
    lines += [f"停水,2026-04-10 09:{minute:02d}:30" for minute in range(50)]
    path = tmp_path / "water.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    told = json.loads(run("bursts", str(path), "--format", "json"))
    (alarm,) = told["alarms"]
    assert alarm["hour"] == "2026-04-10T09:00:00+08:00"
    assert alarm["count"] == alarm["bound"]
    assert alarm["count"] > alarm["expected"]
    assert "2026-04-10 09:" in run("bursts", str(path))
    assert "没有突发" in run("bursts", str(path), "--least", "99")


def test_orders_in_a_store_are_compared_and_the_pack_says_what_is_done(tmp_path: Path, asked: str):
    store = f"sqlite:///{tmp_path}/h.db"
    run("receive", "--file", asked, "--store", store, "--pack", "cn", "--map", "area=,category=")
    told = json.loads(run("hot", "--store", store, "--format", "json"))
    assert told["messages"] == 4
    assert told["issues"][0]["size"] == 3
    repeats = json.loads(run("alike", "--store", store, "--least", "1", "--format", "json"))
    assert {one["policy"] for one in repeats["suggestions"]} <= {"off", "suggest", "auto"}
    assert repeats["suggestions"]


@pytest.mark.parametrize("command", ["alike", "hot", "bursts"])
def test_a_file_or_a_store_is_needed_and_not_both(command: str, asked: str):
    for arguments in ([], [asked, "--store", "memory:"]):
        result = CliRunner().invoke(main, [command, *arguments])
        assert result.exit_code == 2
        assert "no-source" in result.output


def test_a_number_that_is_not_there_is_said(asked: str):
    result = CliRunner().invoke(main, ["alike", asked, "--number", "99"])
    assert result.exit_code == 2
    assert "no-such-message" in result.output
