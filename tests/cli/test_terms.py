"""Commands and codes in Chinese (用语): typed, listed and refused in the words of the people who use them."""

from __future__ import annotations


def test_a_command_and_its_choices_may_be_given_in_chinese(run, lamp, store):
    unit = ("--as", "handler@210100-urban/zhang", "--store", store)
    centre = ("--store", store, "--as")
    run("do", lamp, "签收", *unit)
    run("do", lamp, "答复", *unit, "--public", "已修好", "--solved")
    run("do", lamp, "审核", *centre, "reviewer@210100-12345/qian")
    calls = (*centre, "caller@210100-12345/sun")
    wrong = run("do", lamp, "回访", *calls, "--satisfied", "很好", "--format", "json", code=2).error
    assert wrong["code"] == "bad-code"
    assert "满意 satisfied" in wrong["hint"]
    done = run("do", lamp, "回访", *calls, "--satisfied", "满意", "--solved", "--format", "json").json
    assert (done["status"], done["events"][0]["satisfied"]) == ("closed", "satisfied")


def test_what_is_possible_is_named_in_chinese_beside_the_name_to_type(run, lamp, store):
    assert "签收 sign" in run("do", lamp, "--store", store).out
    refused = run("do", lamp, "review", "--as", "reviewer", "--store", store, code=1).err
    assert "不能审核（review）" in refused
    assert "签收 sign、退单 send-back" in refused


def test_every_command_has_the_chinese_name_its_description_gives():
    from hotline12345.cli.terms import LINES
    from hotline12345.core.commands import COMMAND_ZH, COMMANDS

    assert set(COMMAND_ZH) == set(COMMANDS) == {*LINES, "receive"}
    for name, kind in COMMANDS.items():
        assert f"({COMMAND_ZH[name]})" in (kind.__doc__ or ""), name


def test_a_second_signature_is_told_when_the_first_was_in_chinas_time(run, lamp, store):
    unit = ("--as", "handler@210100-urban/zhang", "--store", store)
    run("do", lamp, "sign", *unit, "--at", "2026-09-18T18:30")
    assert "已于 2026-09-18 18:30 签收" in run("do", lamp, "sign", *unit, "--at", "2026-09-18T19:00", code=1).err
