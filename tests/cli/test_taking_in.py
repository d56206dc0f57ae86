"""Taking in from the command line: every way to dispose of a request, callers kept, lines listed."""

from __future__ import annotations

import pytest

from hotline12345.core.commands import COMMANDS

HANDLER = "handler@210100-housing/zhang"


@pytest.fixture
def do(run, store):
    def carry(number, *arguments, code=0):
        return run("do", number, *arguments, "--store", store, "--format", "json", code=code)

    return carry


@pytest.fixture
def ask(run, store):
    """Receive a request at Shenyang and return its number."""

    def receive(*more, phone="13800138000", through="dispatch"):
        told = run(
            "receive", "--pack", "shenyang", "--store", store, "--text", "小区物业乱收费，昨天又涨了", "--kind", "投诉",
            "--category", "城乡建设/物业管理", "--area", "210103", "--phone", phone, "--received", "2026-09-28T10:00",
            "--at", "2026-09-28T10:00", "--through", through, "--format", "json", *more,
        )  # fmt: skip
        return told.json["number"]

    return receive


def shown(run, store, number, *more):
    return run("show", number, "--store", store, "--format", "json", *more).json


def test_merging_keeps_every_caller_in_the_list_of_the_survivor(run, store, ask, do):
    first, second = ask(), ask(phone="13900139000")
    do(second, "merge", "--into", first, "--as", "agent/1")
    told = shown(run, store, first, "--as", "caller/2", "--purpose", "contact")
    assert [(one["number"], one["called"], one["requester"]["phone"]) for one in told["callers"]] == [
        (second, False, "13900139000")
    ]
    hidden = shown(run, store, first, "--as", HANDLER, "--purpose", "contact")
    assert "13900139000" not in str(hidden)
    printed = run("show", first, "--store", store, "--as", "caller/2").out
    assert "并单回访名单" in printed
    assert second in printed


def test_an_offer_to_110_is_told_in_words(run, store, ask, do):
    number = ask(through="receive")
    do(number, "offer", "--to", "110", "--outcome", "undecided", "--as", "agent/1")
    assert do(number, "refer", "--route", "emergency", "--as", "agent/1", code=1).error["code"] == "first-receiver"
    out = run("show", number, "--store", store).out
    for word in ("协商未定", "先行受理", "国办发〔2022〕12号"):
        assert word in out


def test_the_follower_is_shown_and_named_when_urged(run, store, ask, do):
    number = ask()
    do(number, "entrust", "--person", "p7", "--as", "supervisor/1")
    told = do(number, "urge", "--as", "agent/1").json
    assert told["events"][0]["person"] == "p7"
    assert shown(run, store, number)["follower"] == "p7"
    assert "p7" in run("show", number, "--store", store).out


def test_a_line_is_received_by_its_key_and_listed(run, store, ask):
    ask()
    number = ask("--line", "6", phone="13900139000")
    for named in ("6", "business-environment"):
        listed = run("list", "--store", store, "--line", named, "--format", "json").json["orders"]
        assert [one["number"] for one in listed] == [number]
    assert "营商环境投诉专线" in run("show", number, "--store", store).out


def test_disruption_is_curbed_step_by_step(ask, do):
    first, second = ask(through="receive"), ask(through="receive")
    assert do(first, "curb", "--step", "restrict", "--as", "agent/1", code=1).error["code"] == "step-too-early"
    do(first, "curb", "--note", "反复辱骂", "--as", "agent/1")
    told = do(second, "curb", "--step", "restrict", "--as", "agent/1").json["events"][0]
    assert (told["step"], told["count"]) == ("restrict", 2)


def test_a_supplement_names_the_elements_it_adds_in_a_list(ask, do):
    number = ask(through="receive")
    told = do(
        number, "supplement", "--text", "在中山路", "--facts", "place，time", "--new-fact", "--as", "agent/1"
    ).json
    assert told["events"][0]["facts"] == ["place", "time"]


def test_stopping_needs_a_rule_of_the_place(ask, do):
    first, second = ask(), ask()
    stop = ("cease", "--earlier", first, "--note", "已依法答复", "--as", HANDLER)
    assert do(second, *stop, code=1).error["code"] == "no-repeat-rule"
    assert do(second, "clear", "--as", "reviewer/1", code=1).error["code"] == "not-possible-now"


@pytest.mark.parametrize("name", ["offer", "curb", "entrust", "cease", "clear", "join"])
def test_each_command_is_explained_where_it_is_asked_for(run, name):
    assert name in COMMANDS
    told = run("do", "1", name, "--help").out
    assert "--as" in told


def test_the_code_is_told_to_whoever_reaches_the_requester_and_shows_their_order(run, store, ask):
    number = ask("--no-reply")
    assert shown(run, store, number)["query_code"] is None
    assert shown(run, store, number, "--as", HANDLER, "--purpose", "contact")["query_code"] is None
    code = shown(run, store, number, "--as", "agent/1", "--purpose", "contact")["query_code"]
    assert code in run("show", number, "--store", store, "--as", "agent/1", "--purpose", "contact").out
    seen = shown(run, store, number, "--code", code)
    assert seen["text"] == "小区物业乱收费，昨天又涨了"
    assert seen["wants_reply"] is False
    wrong = run("show", number, "--store", store, "--code", "AAAA2222", "--format", "json", code=1)
    assert wrong.error["code"] == "wrong-code"


def test_picture_and_recording_are_named_and_kept_from_whoever_has_no_part(run, store, ask):
    """北京市接诉即办工作条例 art. 8: voice, text, picture, video."""
    address = "https://files.example.org/2026/通话.mp3"
    number = ask("--attach", "现场.jpg", "--attach", address)
    seen = shown(run, store, number, "--as", "agent/1")["attachments"]
    assert [(one["name"], one["type"].partition("/")[0], one["uri"]) for one in seen] == [
        ("现场.jpg", "image", ""),
        ("通话.mp3", "audio", address),
    ]
    assert shown(run, store, number)["attachments"] is None
    run("receive", "--file", "x.csv", "--attach", "现场.jpg", "--store", store, code=2)
