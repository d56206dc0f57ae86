"""Papers of supervision from the command line: a draft of each, and nothing private in any."""

from __future__ import annotations

import pytest

WORDS = "小区门口的路灯坏了三天，没人修，我叫王小明，电话13812348888"


@pytest.fixture
def late(run, tmp_path):
    """Return an order of the county rule that is late by more than five working days, and its store."""
    store = f"sqlite:///{tmp_path}/late.db"
    given = ("--kind", "投诉", "--text", WORDS, "--name", "王小明", "--phone", "13812348888")
    when = ("--received", "2026-11-03T10:00", "--at", "2026-11-03T10:00")
    receive = run("receive", "--pack", "county-supervision", "--store", store, *given, *when, "--format", "json")
    number = receive.json["number"]
    own = ("--store", store, "--at", "2026-11-03T11:00", "--as")
    run("do", number, "dispatch", "--unit", "u1", *own, "dispatcher@centre")
    run("tick", "--store", store, "--at", "2026-11-30")
    return number, store


def test_the_countys_two_papers_are_drafted_with_what_they_need(run, late):
    """fsou.com 17273310 （四）2、3: 13 working days from 3 November end on the 20th; the tick runs on the 30th."""
    number, store = late
    notice, criticism = run("documents", number, "--store", store, "--format", "json").json
    assert (notice["code"], notice["title"], notice["unit"]) == ("urge-notice", "催办通知书", "u1")
    assert notice["due_day"] == criticism["due_day"] == "2026-11-20"
    assert notice["days_late"] == 6  # 23, 24, 25, 26, 27 and 30 November
    assert notice["cc"] == ["该部门分管局领导", "局“12345”督查组"]
    assert (criticism["title"], criticism["owner"]) == ("书面通报批评", "局“12345”督查组")
    assert "（四）2" in notice["basis"]
    told = run("documents", number, "--store", store, "--paper", "urge-notice").out
    for part in ("催办通知书\nu1：", f"工单 {number}", "应于 2026-11-20 前办结", "已超期 6 个工作日", "抄送："):
        assert part in told
    assert "通报批评\n" not in told
    english = run("documents", number, "--store", store, "--lang", "en").out
    assert "was due by 2026-11-20 and is overdue on 2026-11-30, 6 working days past" in english


def test_nothing_of_the_request_is_in_a_paper(run, late):
    number, store = late
    for form in ("table", "json"):
        told = run("documents", number, "--store", store, "--format", form).out
        assert not [secret for secret in ("王小明", "13812348888", "路灯坏了", "没人修") if secret in told]


def test_without_a_rung_that_asks_for_one_there_is_no_paper(run, lamp, store):
    assert run("documents", lamp, "--store", store).out.strip() == "没有应出具的文书。"
    assert run("documents", lamp, "--store", store, "--format", "json").json == []
    assert run("documents", "0", "--store", store, code=None).code != 0
