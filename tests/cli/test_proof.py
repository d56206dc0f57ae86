"""``pack test``, ``pack cover`` and ``pack mutate`` on the command line (证明规则)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

PACK = """title = "测试市"
place = "990100"
effective = "unknown"

[[limit]]
kind = ["投诉", "举报"]
limit = "5wd"
basis = "x"

[[limit]]
limit = "none"
basis = "x"

[[case]]
what = "投诉五日"
source = "第十条"
kind = "投诉"
limit = "{0}"
"""


@pytest.fixture
def pack(tmp_path: Path) -> Any:
    def write(limit: str) -> str:
        (tmp_path / "unknown.toml").write_text(PACK.format(limit), encoding="utf-8")
        return str(tmp_path)

    return write


def test_the_cases_are_run_one_by_one_and_pass(run: Any, pack: Any) -> None:
    ran = run("pack", "test", pack("5wd"), "--format", "json")
    assert (ran.json["cases"], ran.json["failed"]) == (1, 0)
    assert [(one["case"], one["source"], one["passed"]) for one in ran.json["results"]] == [
        ("投诉五日", "第十条", True)
    ]


def test_a_failing_case_is_told_and_stands_in_the_junit_report(run: Any, pack: Any, tmp_path: Path) -> None:
    report = tmp_path / "cases.xml"
    ran = run("pack", "test", pack("3wd"), "--junit", str(report), "--format", "json", code=1)
    assert "limit 应为 3wd，实为 5wd" in ran.json["results"][0]["message"]
    (suite,) = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")
    (case,) = suite
    assert case.get("name") == "投诉五日"
    (failure,) = case
    assert failure.get("type") == "failing-case"
    assert "should be 3wd, is 5wd" in (failure.text or "")


def test_a_report_that_cannot_be_written_is_an_error_and_no_crash(run: Any, pack: Any, tmp_path: Path) -> None:
    ran = run(
        "pack", "test", pack("5wd"), "--junit", str(tmp_path / "no" / "such" / "x.xml"), "--format", "json", code=2
    )
    assert ran.error["code"] == "no-such-file"


def test_cover_names_the_rules_no_case_proves(run: Any, pack: Any) -> None:
    ran = run("pack", "cover", pack("5wd"), "--part", "limits", "--format", "json")
    # One [[limit]] for two kinds is two rules; the case proves that of complaints alone.
    assert ran.json["parts"] == {"limits": {"rules": 3, "touched": 1, "untouched": ["办理·举报 5wd", "办理 none"]}}


def test_mutate_lists_the_alterations_that_slip_by(run: Any, pack: Any) -> None:
    ran = run("pack", "mutate", pack("5wd"), "--part", "limits", "--format", "json", code=1)
    assert (ran.json["tried"], ran.json["caught"]) == (5, 2)
    slipped = [(one["rule"], one["change"]) for one in ran.json["survivors"]]
    assert slipped == [("办理·举报 5wd", "5wd → 6wd"), ("办理·举报 5wd", "5wd → none"), ("办理 none", "none → 1wd")]


def test_mutate_tries_no_more_than_it_is_told(run: Any) -> None:
    ran = run("pack", "mutate", "shenyang", "--most", "7", "--format", "json", code=1)
    assert ran.json["tried"] == 7
