"""Handing over from the command line: consultation, division, reports, problem orders, adoption."""

from __future__ import annotations

import json

import pytest

CENTRE = "dispatcher@210100-12345"
HANDLER = "handler@210100-urban/zhang"


@pytest.fixture
def order(receive, store):
    """The number of an order that is accepted and not dispatched."""
    return receive(store, "--through", "accept", "--area", "210102")


@pytest.fixture
def do(run, store):
    """Carry out a command on an order of the store."""

    def carry(number, *arguments, code=0):
        return run("do", number, *arguments, "--store", store, "--format", "json", code=code)

    return carry


def test_units_are_consulted_and_one_leads(do, order, run, store):
    do(order, "consult", "--as", CENTRE, "--units", "210100-urban，210100-housing", "--note", "说不清是谁的")
    assert do(order, "dispatch", "--as", CENTRE, "--unit", "210100-urban", code=1).error["code"] == "in-consultation"
    told = do(
        order, "conclude", "--as", CENTRE, "--unit", "210100-urban", "--assist", "210100-housing", "--basis", "三定"
    ).json
    assert (told["status"], told["holder"]) == ("dispatched", "210100-urban")
    assert [event["event"] for event in told["events"]] == ["Concluded", "Dispatched", "Assisted"]
    shown = run("show", order, "--store", store).out
    for words in ("会商一致", "请 "):
        assert words in shown


def test_a_part_becomes_an_order(do, order, run, store):
    do(order, "divide", "--as", CENTRE, "--category", "环境保护/噪音污染", "--text", "夜里施工太吵")
    shown = run("show", order, "--store", store, "--format", "json").json
    (part,) = shown["divided"]
    assert run("show", part, "--store", store, "--format", "json").json["category"] == "环境保护/噪音污染"
    assert part in run("show", order, "--store", store).out
    assert len(run("list", "--store", store, "--format", "json").json["orders"]) == 2


def test_a_stage_report_is_told(do, order):
    do(order, "dispatch", "--as", CENTRE, "--unit", "210100-urban")
    told = do(order, "report", "--as", HANDLER, "--text", "已进场", "--reason", "waiting-for-parts").json
    assert told["events"][0]["event"] == "Reported"
    assert "已进场" not in json.dumps(told, ensure_ascii=False)


def test_a_unit_is_designated_by_hand(do, order):
    do(order, "dispatch", "--as", CENTRE, "--unit", "210100-urban", "--designate")
    assert do(order, "send-back", "--as", HANDLER, "--reason", "x", code=1).error["code"] == "designated"


def test_problem_orders_are_listed(run, tmp_path):
    folder = tmp_path / "city"
    folder.mkdir()
    text = 'title = "某市"\nplace = "990100"\neffective = "unknown"\n[problem]\nrefused = 1\nbasis = "test"\n'
    (folder / "unknown.toml").write_text(text, encoding="utf-8")
    store = f"sqlite:///{tmp_path}/p.db"
    numbers = [
        run(
            "receive", "--text", "x", "--category", "甲", "--pack", str(folder), "--store", store, "--format", "json"
        ).json["number"]
        for _ in range(2)
    ]
    for arguments in (
        ("dispatch", "--as", "dispatcher@centre", "--unit", "u1"),
        ("send-back", "--as", "handler@u1", "--reason", "not-our-duty"),
    ):
        run("do", numbers[0], *arguments, "--pack", str(folder), "--store", store)
    told = run("list", "--problem", "--pack", str(folder), "--store", store, "--format", "json").json
    assert [order["number"] for order in told["orders"]] == numbers[:1]
    assert "问题工单" in run("show", numbers[0], "--pack", str(folder), "--store", store).out


DOCUMENT = {
    "system": "旧平台",
    "number": "GD001",
    "status": "signed",
    "category": "城乡建设/物业管理",
    "request": {"received": "2026-09-28T09:00:00+08:00", "text": "小区物业乱收费"},
    "assignments": [
        {
            "unit": "210100-housing",
            "opened": "2026-09-28T10:00:00+08:00",
            "signed": "2026-09-28T11:00:00+08:00",
            "handle": {"due": "2026-10-29"},
        }
    ],
}


def test_running_orders_are_adopted_and_the_bad_ones_named(run, store, tmp_path):
    path = tmp_path / "running.json"
    path.write_text(json.dumps([DOCUMENT, {"number": "GD002"}], ensure_ascii=False), encoding="utf-8")
    arguments = ("adopt", str(path), "--pack", "shenyang", "--store", store, "--at", "2026-09-30T09:00")
    told = run(*arguments, "--format", "json", code=1).json
    (adopted,) = told["adopted"]
    assert (adopted["system"], adopted["was"], adopted["holder"]) == ("旧平台", "GD001", "210100-housing")
    (refused,) = told["refused"]
    assert (refused["item"], refused["code"]) == (2, "bad-adoption")
    for words in ("system", "status", "request.received"):
        assert words in refused["message"]
    path.write_text(json.dumps(DOCUMENT, ensure_ascii=False), encoding="utf-8")
    assert adopted["number"] in run(*arguments).out
    assert "GD001" in run("show", adopted["number"], "--store", store).out
    path.write_text("{", encoding="utf-8")
    run(*arguments, code=2)


def test_the_route_is_that_of_the_day(run):
    arguments = ("route", "--pack", "shenyang", "--category", "城乡建设/物业管理", "--area", "210102")
    today, then = (run(*arguments, *more, "--format", "json").json for more in ((), ("--on", "2026-09-28")))
    assert today == then  # its catalogue has no dates
