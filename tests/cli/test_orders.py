"""Orders from the command line: receive, list, show, do, tick, score."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
from datetime import datetime, timedelta

import pytest

from hotline12345.core.calendar import CST
from hotline12345.stores.sqlite import SqliteStore
from hotline12345.testing import store_base

URBAN = "210100-urban"
HANDLER = f"handler@{URBAN}/zhang"


@pytest.fixture
def do(run, store):
    """Carry out a command on an order of the store."""

    def carry(number, *arguments, code=0):
        return run("do", number, *arguments, "--store", store, "--format", "json", code=code)

    return carry


@pytest.fixture
def show(run, store):
    """Show an order of the store as JSON."""

    def shown(number, *arguments):
        return run("show", number, "--store", store, "--format", "json", *arguments).json

    return shown


# ── receive ──


def test_receiving_says_number_status_unit_and_due_day_with_its_reason(run, store):
    arguments = ("--text", "路灯不亮", "--kind", "投诉", "--area", "210102", "--at", "2026-09-18T10:00")
    told = run("receive", "--pack", "shenyang", "--store", store, "--received", "2026-09-18T10:00", *arguments).out
    for word in ("待签收", URBAN, "2026-10-22", "沈阳2017报道"):
        assert word in told


def test_the_same_reference_twice_is_the_same_order(receive, store, run):
    first = receive(store, "--ref", "A-1")
    assert receive(store, "--ref", "A-1") == first
    assert len(run("list", "--store", store, "--format", "json").json["orders"]) == 1


def test_receiving_nothing_is_a_fault_of_usage(run, store):
    assert "--text" in run("receive", "--store", store, code=2).err
    assert run("receive", "--store", store, "--format", "json", code=2).error["code"] == "usage"


def test_anonymous_and_confidential_are_recorded(receive, store, show):
    shown = show(receive(store, "--anonymous", "--confidential"))
    assert shown["anonymous"]
    assert shown["confidential"]


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


ROWS = "受理时间,编号,诉求标题,诉求内容,诉求类型,区县\n"
GOOD = "2026-09-18 10:00,G{n},路灯不亮,路口路灯不亮,投诉,210102\n"


def test_good_rows_go_in_and_bad_ones_are_told_with_their_lines(run, store, tmp_path):
    bad = "never,B1,路灯,路灯不亮,投诉,210102\n2026-09-18 11:00,B2,路灯,路灯不亮,抱怨,210102\n"
    path = write(tmp_path / "in.csv", ROWS + GOOD.format(n=1) + bad + GOOD.format(n=2))
    ran = run("receive", "--pack", "shenyang", "--store", store, "--file", path, "--format", "json", code=1)
    assert (ran.json["received"], [row["line"] for row in ran.json["refused"]]) == (2, [3, 4])
    assert {row["code"] for row in ran.json["refused"]} == {"bad-time", "unknown-kind"}
    assert len(run("list", "--store", store, "--format", "json").json["orders"]) == 2
    # The same file again makes no second order, and in words the lines are told too.
    again = run("receive", "--pack", "shenyang", "--store", store, "--file", path, code=1)
    assert "第 3 行" in again.err
    assert "第 4 行" in again.err
    assert len(run("list", "--store", store, "--format", "json").json["orders"]) == 2


@pytest.mark.parametrize("form", ["gb18030", "gzip", "stdin"])
def test_files_come_as_offices_keep_them(run, store, tmp_path, form):
    text = ROWS + GOOD.format(n=1)
    path = write(tmp_path / "in.csv", text, "gb18030" if form == "gb18030" else "utf-8")
    if form == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    given = ("--file", "-") if form == "stdin" else ("--file", path)
    stdin = text.encode() if form == "stdin" else None
    told = run("receive", "--pack", "shenyang", "--store", store, *given, "--format", "json", stdin=stdin).json
    assert told["received"] == 1
    assert told["orders"][0]["unit"] == URBAN


def test_columns_are_mapped_and_assumptions_are_told(run, store, tmp_path):
    path = write(tmp_path / "in.csv", "when,what\n2026-09-18 10:00,路灯不亮\n")
    ran = run("receive", "--pack", "shenyang", "--store", store, "--file", path, "--map", "received=when,text=what")
    assert "收件 1 行" in ran.out
    assert "+08:00" in ran.err or "北京时间" in ran.err or "Asia/Shanghai" in ran.err


def test_a_file_of_rows_comes_out_as_csv(run, store, tmp_path):
    path = write(tmp_path / "in.csv", ROWS + GOOD.format(n=1) + GOOD.format(n=2))
    out = run("receive", "--pack", "shenyang", "--store", store, "--file", path, "--format", "csv").out
    assert [row["line"] for row in csv.DictReader(io.StringIO(out))] == ["2", "3"]


def test_a_file_that_is_not_there_and_options_that_do_not_fit_are_refused(run, store, tmp_path):
    assert run("receive", "--store", store, "--file", "gone.csv", code=2).err.count("no-such-file") == 1
    path = write(tmp_path / "in.csv", ROWS)
    assert "--text" in run("receive", "--store", store, "--file", path, "--text", "x", code=2).err


# ── which pack, which store ──


def test_the_pack_is_found_in_the_store(lamp, show, run, store):
    assert show(lamp)["pack"] == "shenyang"
    assert run("list", "--store", store, "--format", "json").json["orders"][0]["place"] == "210100"


def test_a_missing_file_is_an_error_and_an_empty_store_has_no_orders(run, store, tmp_path):
    for command in (("list",), ("show", "1"), ("do", "1"), ("tick",), ("score",)):
        ran = run(*command, "--store", store, "--format", "json", code=4)
        assert ran.error["code"] == "no-such-store"
        assert not os.listdir(tmp_path)
    run("receive", "--store", store, "--text", "x", "--pack", "nowhere/at/all", code=2)
    from hotline12345.stores import open_store

    open_store(store).close()
    assert run("list", "--store", store, "--format", "json").json == {"orders": [], "next": ""}
    assert run("tick", "--store", store, "--format", "json").json["orders"] == 0
    assert run("score", "--store", store, "--format", "json").json["orders"] == 0


def test_a_store_nobody_serves_is_refused_with_those_there_are(run):
    error = run("list", "--store", "oracle:thin", "--format", "json", code=4).error
    assert error["code"] == "unknown-scheme"
    assert "sqlite" in error["hint"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_read_only_store_can_be_read_and_not_written(lamp, run, tmp_path, store):
    (tmp_path / "orders.db").chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert run("list", "--store", store, "--format", "json").json["orders"]
        ran = run("do", lamp, "sign", "--as", HANDLER, "--store", store, "--format", "json", code=4)
        assert ran.error["code"] == "read-only"
    finally:
        tmp_path.chmod(0o755)


def test_a_store_opened_for_reading_refuses_to_be_written(lamp, run, store):
    address = f"{store}?readonly=1"
    assert run("show", lamp, "--store", address, "--format", "json").json["number"] == lamp
    ran = run("do", lamp, "sign", "--as", HANDLER, "--store", address, "--format", "json", code=4)
    assert ran.error["code"] == "read-only"


def test_reading_leaves_no_key_behind(lamp, run, store, tmp_path):
    (tmp_path / "orders.db.key").unlink()
    run("list", "--store", store)
    run("show", lamp, "--store", store)
    run("score", "--store", store)
    assert not (tmp_path / "orders.db.key").exists()


def test_a_locked_store_says_so(lamp, run, tmp_path, store):
    import sqlite3

    other = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        address = f"{store}?timeout=0.1"
        ran = run("do", lamp, "sign", "--as", HANDLER, "--store", address, "--format", "json", code=4)
        assert ran.error["code"] == "locked"
    finally:
        other.close()


# ── list ──


def test_orders_are_found_by_what_they_are(run, store, receive):
    one = receive(store)
    two = receive(store, "--kind", "咨询", "--area", "210103", "--name", "李四", "--phone", "13900001111")

    def found(*arguments):
        heads = run("list", "--store", store, "--format", "json", *arguments).json["orders"]
        return {head["number"] for head in heads}

    assert found() == {one, two}
    assert found("--kind", "咨询") == found("--requester", "13900001111") == {two}
    assert found("--area", "210102") == found("--requester", "138 1234 8888") == {one}
    assert found("--requester", "nobody") == set()
    assert found("--status", "待签收") == found("--status", "dispatched") == found("--holder", URBAN) == {one, two}
    assert found("--unit", "elsewhere") == found("--ended") == found("--category", "教育文体") == set()
    assert found("--category", "城乡建设") == found("--open") == {one, two}
    # The consultation is due by the end of 2026-09-21, the complaint by the end of 2026-10-22.
    assert found("--due-before", "2026-10-01") == {two}
    assert found("--overdue", "--at", "2026-09-21T23:59:59") == set()
    assert found("--overdue", "--at", "2026-09-22T00:00:00") == {two}
    run("do", two, "reply", "--as", HANDLER, "--store", store, "--at", "2026-09-21T09:00")
    assert found("--overdue", "--at", "2026-09-22T00:00:00") == set()


def test_a_list_is_paged_by_its_cursor(run, store, receive):
    numbers = sorted(receive(store, "--ref", n) for n in range(5))
    seen, after = [], ""
    for _ in range(3):
        page = run("list", "--store", store, "--format", "json", "--limit", 2, "--after", after).json
        seen += [head["number"] for head in page["orders"]]
        after = page["next"]
    assert (seen, after) == (numbers, "")
    late = run("list", "--store", store, "--format", "json", "--overdue", "--at", "2027-03-01", "--limit", 2).json
    rest = ("--overdue", "--at", "2027-03-01", "--after", late["next"])
    more = run("list", "--store", store, "--format", "json", *rest).json
    assert [h["number"] for h in late["orders"] + more["orders"]] == numbers
    assert late["next"] in run("list", "--store", store, "--limit", 2).err


def test_a_list_as_a_table_and_as_csv(run, store, lamp):
    assert "待签收" in run("list", "--store", store).out
    assert "dispatched" in run("list", "--store", store, "--lang", "en").out
    rows = list(csv.DictReader(io.StringIO(run("list", "--store", store, "--format", "csv").out)))
    assert [row["number"] for row in rows] == [lamp]
    assert rows[0]["due_day"] == "2026-10-22"


def test_a_list_shows_what_it_does_not_know_as_it_is(run, tmp_path):
    """A newer library's status or kind, say."""
    path = tmp_path / "newer.db"
    with SqliteStore(path) as store:
        store.append([store_base.write("1", status="frozen", kind="rumour")])
    where = ("list", "--store", f"sqlite:///{path}", "--pack", "cn", "--place", store_base.P)
    shown = run(*where).out
    assert "frozen" in shown
    assert "rumour" in shown
    assert "frozen" in run(*where, "--count-by", "status").out
    assert "rumour" in run(*where, "--count-by", "kind").out


def test_a_list_is_narrowed_by_words_desks_and_change_and_counted(run, store, receive):
    lamp = receive(store, "--title", "三好街路灯不亮", "--ref", "1")
    heat = receive(store, "--title", "供暖不热", "--ref", "2")

    def numbers(*given):
        return [head["number"] for head in run("list", "--store", store, "--format", "json", *given).json["orders"]]

    assert numbers("--words", "路灯") == [lamp]
    assert numbers("--words", "供暖不热") == [heat]
    assert numbers("--words", "路灯", "--overdue", "--at", "2027-03-01") == [lamp]
    assert "bad-words" in run("list", "--store", store, "--words", "路", code=2).err
    both = numbers("--role", "lead", "--desk-due-before", "2027-03-01", "--changed-since", "2026-01-01")
    assert both == sorted([lamp, heat])
    assert numbers("--role", "none") == numbers("--digest", "none") == numbers("--changed-since", "2027-01-01") == []
    told = run("list", "--store", store, "--format", "json", "--count-by", "status").json
    assert told == {"by": "status", "counts": {"dispatched": 2}, "total": 2}
    assert run("list", "--store", store, "--format", "csv", "--count-by", "total", "--words", "路灯").out.split() == [
        "total,count",
        ",1",
    ]
    late = ("--overdue", "--at", "2027-03-01", "--count-by", "holder", "--format", "json")
    assert run("list", "--store", store, *late).json["total"] == 2
    assert "待签收" in run("list", "--store", store, "--count-by", "status").out


# ── show ──


def test_nobody_in_particular_sees_no_private_words(lamp, run, store):
    for form in ("table", "json", "csv"):
        out = run("show", lamp, "--store", store, "--explain", "--format", form).out
        for word in ("王小明", "13812348888", "没人修", "路灯不亮，", "王某"):
            assert word not in out, form
    assert "--as" in run("show", lamp, "--store", store).out


def test_roles_see_what_they_may(lamp, show):
    agent = show(lamp, "--as", "agent")
    assert agent["requester"] == {"name": "王某", "phone": "138****8888", "id": ""}
    assert "王某" in agent["text"]
    assert "138****8888" in agent["text"]
    handler = show(lamp, "--as", HANDLER, "--purpose", "contact")
    assert handler["requester"]["phone"] == "13812348888"
    stranger = show(lamp, "--as", "handler@210100-tax/li", "--purpose", "contact")
    assert stranger["text"] is stranger["requester"] is None
    assert set(stranger["withheld"]) >= {"text", "requester"}


def test_the_json_of_an_order_has_what_was_promised(lamp, show):
    shown = show(lamp)
    assert (shown["number"], shown["status"], shown["version"], shown["holder"]) == (lamp, "dispatched", 3, URBAN)
    assert [event["event"] for event in shown["events"]] == ["Received", "Accepted", "Dispatched"]
    assert shown["events"][2]["handle"]["due_day"] == "2026-10-22"
    assert shown["assignments"][0]["unit"] == URBAN
    assert "sign" in shown["possible"]


def test_the_story_names_who_what_rule_and_article(lamp, run, store):
    told = run("show", lamp, "--store", store, "--explain").out
    for word in ("派给", "longest-claim", "沈阳2017报道", "起算日不计", "流转轨迹", "归类命中", "2026-10-22"):
        assert word in told
    english = run("show", lamp, "--store", store, "--explain", "--lang", "en").out
    for word in ("dispatched to", "longest-claim", "start day, not counted", "Who had it"):
        assert word in english


def test_the_count_of_an_order_sums_to_its_limit(lamp, show):
    counted = show(lamp, "--explain")["counted"]["citizen"]
    assert sum(row["counts"] for row in counted) == 20


def test_an_explanation_under_other_notices_than_the_deadlines_says_so(run, store, overlay):
    request = (
        "--kind",
        "投诉",
        "--text",
        "小区停水三天没有自来水",
        "--received",
        "2026-12-31T10:00",
        "--format",
        "json",
    )
    number = run("receive", "--pack", "liaoyuan", "--store", store, "--at", "2026-12-31T10:00", *request).json["number"]
    run("tick", "--store", store, "--at", "2027-01-02", "--overlay", overlay)
    bare = ("show", number, "--store", store, "--explain")
    shown = run(*bare, "--format", "json").json
    assert shown["provisional"] is False
    assert shown["recounted"]["citizen"]["provisional"] is True
    assert "以记录的期限为准" in run(*bare).out
    assert "deadline on record holds" in run(*bare, "--lang", "en").out
    assert run(*bare, "--overlay", overlay, "--format", "json").json["recounted"] == {}
    assert "以记录的期限为准" not in run(*bare, "--overlay", overlay).out


def test_an_unknown_order_is_told_with_what_to_do(lamp, run, store):
    ran = run("show", "000", "--store", store, "--format", "json", code=1)
    assert ran.error["code"] == "unknown-order"
    assert ran.error["hint"]


def test_a_requesters_name_is_not_told_as_who_acted(lamp, do, run, store, show):
    do(lamp, "urge", "--as", "requester/王小明")
    assert "王小明" not in run("show", lamp, "--store", store).out
    assert show(lamp)["events"][-1]["by"] == "requester"


# ── do ──


def test_a_number_alone_says_what_is_possible_and_for_whom(lamp, do, run, store):
    may = do(lamp).json
    assert (may["status"], may["holder"]) == ("dispatched", URBAN)
    assert may["possible"]["sign"] == ["handler", "unit-head"]
    told = run("do", lamp, "--store", store).out
    assert "承办经办人 handler" in told


def test_an_order_goes_its_whole_way(lamp, do, show, run, store):
    steps = [
        ("sign", "--as", HANDLER, "--at", "2026-09-18T11:00"),
        ("extend", "--as", HANDLER, "--amount", "5wd", "--reason", "parts", "--at", "2026-09-21"),
        ("grant-extension", "--as", "dispatcher", "--granted", "--at", "2026-09-21T10:00"),
        ("reply", "--as", HANDLER, "--text", "已换灯", "--public", "已修好", "--solved", "--at", "2026-09-22"),
        ("review", "--as", "reviewer", "--no-passed", "--reason", "no-photo", "--at", "2026-09-22T09:00"),
        ("reply", "--as", HANDLER, "--text", "附照片", "--solved", "--at", "2026-09-23"),
        ("review", "--as", "reviewer", "--passed", "--at", "2026-09-23T09:00"),
        ("follow-up", "--as", "caller", "--solved", "--satisfied", "satisfied", "--at", "2026-09-24"),
    ]
    for step in steps:
        done = do(lamp, *step).json
        assert done["events"], step
    assert done["status"] == "closed"
    shown = show(lamp, "--as", "reviewer")
    # Twenty working days end on 2026-10-22; five more from there end on 2026-10-29.
    assert shown["due_day"] == "2026-10-29"
    assert shown["on_time"]
    assert "已换灯" in json.dumps(shown["notes"], ensure_ascii=False)
    told = run("show", lamp, "--store", store, "--as", "reviewer").out
    for word in ("审核退回", "准予延期 5个工作日", "群众满意", "附照片"):
        assert word in told


def test_a_refused_command_says_who_holds_the_order_and_what_is_possible(lamp, do, run, store):
    for step, code in (
        (("review", "--as", "reviewer"), "not-possible-now"),
        (("sign", "--as", "agent"), "not-permitted"),
        (("sign", "--as", "handler@210100-tax"), "not-your-order"),
    ):
        error = do(lamp, *step, code=1).error
        assert error["code"] == code
        assert set(error) == {"code", "message", "hint"}
        told = run("do", lamp, *step, "--store", store, code=1).err
        for word in ("待签收", URBAN if code == "not-possible-now" else "执法局", "send-back"):
            assert word in told, step
            assert word in error["message"] + error["hint"], step
        assert "Traceback" not in told
    assert do(lamp).json["version"] == 3


def test_a_stale_writer_is_told_of_the_conflict(lamp, do):
    do(lamp, "sign", "--as", HANDLER, "--expected", 3)
    assert do(lamp, "urge", "--as", "agent", "--expected", 3, code=3).error["code"] == "stale"


def test_a_key_carries_a_command_out_once(lamp, do):
    first = do(lamp, "urge", "--as", "agent", "--key", "k1").json
    assert len(first["events"]) == 1
    assert do(lamp, "urge", "--as", "agent", "--key", "k1").json["version"] == first["version"]
    assert do(lamp, "urge", "--as", "agent", "--key", "k1", "--reason", "other", code=3).error["code"] == "key-reused"


def test_a_late_entry_keeps_both_times(lamp, do, show):
    do(lamp, "sign", "--as", HANDLER, "--at", "2026-09-20", "--occurred", "2026-09-19T08:00")
    event = show(lamp)["events"][-1]
    assert (event["at"][:10], event["occurred"]) == ("2026-09-20", "2026-09-19T08:00:00+08:00")


def test_faults_of_a_command_are_told_before_the_store_is_opened(run):
    for arguments, word in (
        (("do", "1", "sing", "--as", "agent"), "sign"),
        (("do", "1", "receive", "--as", "agent"), "hotline12345 receive"),
        (("do", "1", "sign"), "--as"),
        (("do", "1", "extend", "--as", "handler"), "--amount"),
        (("do", "1", "sign", "--as", "handler", "--until", "2026-01-01"), "--until"),
        (("do", "1", "sign", "--as", "king"), "bad-actor"),
        (("do", "1", "extend", "--as", "handler", "--amount", "soon"), "bad-limit"),
        (("do", "1", "reply", "--as", "handler", "--reason", "Not A Code"), "bad-code"),
        (("do", "1", "reclassify", "--as", "agent", "--kind", "抱怨"), "unknown-kind"),
    ):
        assert word in run(*arguments, code=2).err, arguments


def test_help_lists_the_commands_and_a_command_its_own_options(run):
    from hotline12345.core.commands import COMMANDS

    told = run("do", "--help").out
    assert [name for name in COMMANDS if name != "receive" and name not in told] == []
    one = run("do", "123", "defer", "--help").out
    assert "--until" in one
    assert "--amount" not in one


def test_every_field_of_every_command_is_an_option():
    """A field nobody can give from the command line would be a command nobody can give."""
    from attrs import fields

    from hotline12345.cli.do import GATHERED, field_options
    from hotline12345.core.commands import COMMANDS

    for name, cls in COMMANDS.items():
        if name == "receive":
            continue
        wanted = {f"--{a.name.replace('_', '-')}" for a in fields(cls) if a.name not in GATHERED}
        assert {option.opts[0] for option in field_options(name)} == wanted, name
        assert all(option.help for option in field_options(name)), name


# ── tick ──


def test_a_deadline_of_new_years_eve_is_provisional_until_the_notice_is_loaded(run, store, receive, show, overlay):
    number = receive(store, "--received", "2026-12-31T10:00", "--at", "2026-12-31T10:00")
    before = show(number)
    assert before["provisional"]
    assert number in {
        h["number"] for h in run("list", "--store", store, "--provisional", "--format", "json").json["orders"]
    }
    # Nothing is known yet: the clock alone settles nothing.
    assert run("tick", "--store", store, "--at", "2027-01-04", "--format", "json").json["moved"] == 0
    told = run("tick", "--store", store, "--at", "2027-01-04T10:00", "--overlay", overlay, "--format", "json").json
    assert told["moved"] >= 1
    after = show(number)
    assert not after["provisional"]
    assert before["earliest"] <= after["due_day"] <= before["latest"]
    moved = [event for event in after["events"] if event["event"] == "DeadlineMoved"]
    assert {event["reason"] for event in moved} == {"calendar"}
    again = run("tick", "--store", store, "--at", "2027-01-04T11:00", "--overlay", overlay, "--format", "json").json
    assert again["moved"] == 0
    assert "放假安排已公布" in run("show", number, "--store", store).out


def test_an_overlay_at_receipt_makes_the_deadline_certain_at_once(run, store, receive, show, overlay):
    number = receive(store, "--received", "2026-12-31T10:00", "--at", "2026-12-31T10:00", "--overlay", overlay)
    assert not show(number)["provisional"]


def test_falling_overdue_is_recorded_once(lamp, run, store, show):
    def tick(at):
        return run("tick", "--store", store, "--at", at, "--format", "json").json["overdue"]

    assert tick("2026-10-22T23:59:59") == 0
    assert tick("2026-10-23T00:00:00") >= 1
    assert tick("2026-10-24T00:00:00") == 0
    assert "FellOverdue" in [event["event"] for event in show(lamp)["events"]]
    assert "超期" in run("show", lamp, "--store", store).out


# ── score ──


def test_scoring_names_numerators_denominators_and_what_was_left_out(lamp, do, run, store, receive):
    late = receive(store, "--kind", "咨询")  # due by the end of 2026-09-21
    do(lamp, "reply", "--as", HANDLER, "--at", "2026-09-25")
    do(late, "reply", "--as", HANDLER, "--at", "2026-09-28")
    told = run("score", "--store", store, "--format", "json", "--by", "kind", "--until", "2026-11-01").json
    rate = told["rates"]["on-time"]
    assert (rate["numerator"], rate["denominator"], rate["value"]) == (1, 2, 50.0)
    assert told["rates"]["satisfied"]["value"] is None
    assert told["rates"]["satisfied"]["excluded"] == {"not-followed-up": 2}
    assert rate["failing"] == [late]
    assert told["groups"]["complaint"]["rates"]["on-time"]["value"] == 100.0
    assert told["until"] == "2026-11-01T00:00:00+08:00"
    assert any(lost["metric"] == "on-time" for lost in told["score"]["lost"])
    shown = run("score", "--store", store, "--by", "unit", "--until", "2026-11-01").out
    for word in ("按时办结率", "50.00%", "扣分", "执法局"):
        assert word in shown
    out = run("score", "--store", store, "--format", "csv", "--until", "2026-11-01").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["metric"]: row["value"] for row in rows}["on-time"] == "50.00"


def test_a_store_is_scored_as_of_the_end_of_its_last_day(lamp, do, run, store):
    def until():
        return run("score", "--store", store, "--format", "json").json["until"]

    assert until() == "2026-09-19T00:00:00+08:00"
    do(lamp, "sign", "--as", HANDLER, "--at", "2026-09-20")  # this midnight ends the 19th
    assert until() == "2026-09-20T00:00:00+08:00"


def test_while_the_last_day_on_record_still_runs_the_present_is_the_end(run, store):
    run("receive", "--pack", "shenyang", "--store", store, "--text", "路灯不亮", "--area", "210102")
    before = datetime.now(CST)
    until = datetime.fromisoformat(run("score", "--store", store, "--format", "json").json["until"])
    midnight = datetime.combine(before.date() + timedelta(days=1), datetime.min.time(), CST)
    assert before <= until <= max(midnight, datetime.now(CST))


def test_scoring_until_a_day_knows_nothing_of_what_came_later(lamp, do, run, store):
    do(lamp, "reply", "--as", HANDLER, "--at", "2026-09-25")
    before = run("score", "--store", store, "--format", "json", "--until", "2026-09-24").json
    assert before["rates"]["on-time"]["denominator"] == 0
    assert before["rates"]["on-time"]["value"] is None
    assert run("score", "--store", store, "--format", "json", "--until", "2026-09-01").json["orders"] == 0


def test_an_emergency_says_where_to_go_and_a_suggestion_is_shown(run, store):
    fire = ("receive", "--pack", "shenyang", "--store", store, "--area", "210102", "--text", "着火了，快来人")
    gone = run(*fire).out
    assert "处置" in gone
    assert "119" in gone
    assert "承办" not in gone
    kept = run(*fire, "--disposition", "handle").out
    assert "提示" in kept
    assert "119" in kept


def test_where_no_article_sets_a_limit_the_basis_says_so_in_chinese(run):
    out = run("due", "--pack", "shenyang", "--kind", "投诉", "--stage", "签收", "--received", "2026-09-18").out
    assert "没有任何条文规定" in out
    assert "no limit" not in out
