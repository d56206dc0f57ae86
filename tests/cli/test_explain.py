"""``explain``: one command tells everything, in two languages and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def order(run, tmp_path: Path) -> tuple[str, str]:
    """A store with one dispatched order of 2026-09-28, and its number."""
    store, at = f"sqlite:///{tmp_path / 'explain.db'}", "2026-09-28T10:00"
    text = ("--text", "小区路灯不亮三天了，没人修", "--kind", "complaint", "--area", "210103")
    run("receive", "--store", store, "--pack", "shenyang", *text, "--received", at, "--at", at)
    number = run("list", "--store", store, "--format", "json").json["orders"][0]["number"]
    return store, number


def test_an_order_is_explained_from_its_deadline_to_its_points(run, order: tuple[str, str]) -> None:
    store, number = order
    told = run("explain", number, "--store", store, "--at", "2026-09-28T11:00", "--format", "json").json
    citizen = told["deadlines"][0]
    # 沈阳2017: twenty working days for a complaint; 2026-09-29 to 2026-10-30 with the National-day week and 10 October.
    assert (citizen["clock"], citizen["due_day"], citizen["recount"]) == ("citizen", "2026-10-30", None)
    assert sum(day["counts"] for day in citizen["counted"]) == 20
    assert "沈阳2017" in citizen["basis"]
    assert told["routes"][0]["by_rule"] == told["routes"][0]["unit"]
    assert {hit["speaks_for"] for hit in told["classifications"][0]["hits"]} >= {"城乡建设/市政设施"}
    commands = {one["command"]: one for one in told["commands"]}
    assert commands["sign"]["roles"] == ["handler", "unit-head"]
    assert commands["send-back"]["needs"]["code"] == "reason-needed"
    assert commands["review"]["refusal"]["code"] == "not-possible-now"
    assert {one["counts"] for one in told["points"]} == {"left-out"}


def test_it_is_told_in_chinese_and_in_english(run, order: tuple[str, str]) -> None:
    store, number = order
    asked = ("explain", number, "--store", store, "--at", "2026-09-28T11:00")
    zh = run(*asked).out
    assert all(word in zh for word in ("起算日不计", "派单规则", "指向", "现在可以", "此状态下都不行", "未到期"))
    en = run(*asked, "--lang", "en").out
    said = ("start day, not counted", "route rule", "Possible now", "not in this status", "by this order alone")
    assert all(word in en for word in said)
    assert "路灯不亮三天" not in zh  # rules and positions, never the requester's words


def test_it_is_asked_for_one_person(run, order: tuple[str, str]) -> None:
    store, number = order
    asked = ("explain", number, "--store", store, "--as", "caller@centre/1", "--format", "json")
    told = {one["command"]: one for one in run(*asked).json["commands"]}
    assert told["sign"]["refusal"]["code"] == "not-permitted"
    assert run("explain", "none", "--store", store, "--format", "json", code=1).error["code"] == "unknown-order"


def test_show_explain_tells_the_same_deadline(run, order: tuple[str, str]) -> None:
    store, number = order
    told = run("explain", number, "--store", store, "--format", "json").json
    shown = run("show", number, "--store", store, "--explain", "--format", "json").json
    assert shown["counted"]["citizen"] == told["deadlines"][0]["counted"]
    assert "起算日不计" in run("show", number, "--store", store, "--explain").out


def test_who_was_told_another_route_reads_which_and_by_which_article(run, tmp_path: Path) -> None:
    """国办函〔2025〕66号（二）: matters for the courts are told their legal route."""
    store, at = f"sqlite:///{tmp_path / 'told.db'}", "2026-09-28T10:00"
    run(
        "receive",
        "--store",
        store,
        "--pack",
        "cn",
        "--text",
        "我对判决不服，要求热线帮我改判",
        "--received",
        at,
        "--at",
        at,
    )
    number = run("list", "--store", store, "--format", "json").json["orders"][0]["number"]
    (told,) = run("explain", number, "--store", store, "--format", "json").json["disposals"]
    assert (told["event"], told["reason"], told["to"]) == ("Referred", "legal", "12368")
    assert told["basis"].startswith("国办函〔2025〕66号（二）")
    assert (
        "处置：转出：告知法定途径 12368（依据：国办函〔2025〕66号（二）" in run("explain", number, "--store", store).out
    )


def test_a_rung_that_is_to_be_named_comes_with_those_there_are(run, order: tuple[str, str]) -> None:
    store, number = order
    assert "有：remind 网上跟踪提醒" in run("explain", number, "--store", store).out
