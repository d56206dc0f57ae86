"""classify, route, pack, calendar, plugins, doctor and demo from the command line."""

from __future__ import annotations

import csv
import io
import os
import shlex
from types import SimpleNamespace

import pytest

from hotline12345.stores.sqlite import SqliteStore

# ── classify, route ──


def test_negation_is_understood_and_every_hit_is_listed(run):
    told = run("classify", "我不满意，不存在燃气泄漏", "--format", "json").json
    assert told["kind"] == "complaint"
    assert told["urgency"] == "normal"
    negated = {hit["word"] for hit in told["hits"] if hit["negated"]}
    assert {"满意", "燃气泄漏"} <= negated
    assert "已否定" in run("classify", "--text", "不存在燃气泄漏").out


def test_an_emergency_names_the_number(run):
    told = run("classify", "--text", "楼下燃气泄漏了，味道很大", "--format", "json").json
    assert told["urgency"] == "emergency"
    assert told["refer"] in ("119", "110")


def test_positions_of_hits_point_at_the_word(run):
    title, text = "路灯不亮", "门口的路灯坏了"
    for hit in run("classify", "--title", title, "--text", text, "--format", "json").json["hits"]:
        assert (title if hit["field"] == "title" else text)[hit["start"] : hit["end"]] == hit["word"]


def test_a_text_comes_from_a_file_or_from_standard_input(run, tmp_path):
    (tmp_path / "text.txt").write_text("路灯不亮", encoding="utf-8")
    one = run("classify", "--file", "text.txt", "--format", "json").json
    assert one == run("classify", "-", "--format", "json", stdin="路灯不亮").json
    assert one["category"].startswith("城乡建设")
    rows = list(csv.DictReader(io.StringIO(run("classify", "路灯不亮", "--format", "csv").out)))
    assert [row["word"] for row in rows] == [hit["word"] for hit in one["hits"]]


def test_a_file_in_gb18030_is_read_as_what_it_says_and_a_long_list_of_hits_is_cut_for_people(run, tmp_path):
    path = tmp_path / "said.txt"
    path.write_bytes("小区停水".encode("gb18030"))
    assert run("classify", "--file", str(path), "--format", "json").json["category"] == "城乡建设/供水"
    path.write_text("停水" * 150, encoding="utf-8")
    told = run("classify", "--file", str(path))
    assert "另有 100 处" in told.err
    assert len([line for line in told.out.splitlines() if "内容 " in line]) == 200
    assert len(run("classify", "--file", str(path), "--format", "json").json["hits"]) == 300


def test_nothing_to_classify_is_a_fault_of_usage(run):
    assert run("classify", "--format", "json", code=2).error["code"] == "usage"
    assert run("classify", "--file", "gone", "--format", "json", code=2).error["code"] == "no-such-file"


def test_a_route_names_unit_rule_path_and_basis(run):
    told = run("route", "--pack", "shenyang", "--category", "经济管理/税务", "--format", "json").json
    assert (told["unit"], told["rule"]) == ("210100-tax", "sub-centre")
    assert told["path"][0] == "210100-12345"
    assert told["path"][-1] == "210100-tax"
    assert told["basis"]
    out = run("route", "--pack", "shenyang", "--category", "经济管理/税务").out
    assert "210100-tax" in out
    assert "sub-centre" in out
    english = run("route", "--pack", "shenyang", "--category", "经济管理/税务", "--lang", "en").out
    assert "path" in english


def test_where_nobody_takes_it_the_district_does_and_the_rules_tried_are_told(run):
    told = run("route", "--pack", "shenyang", "--category", "无人认领的事", "--area", "210102", "--format", "json").json
    assert (told["unit"], told["rule"]) == ("210102", "district-backstop")
    assert any("longest-claim" in line for line in told["explained"])


def test_a_text_is_classified_first(run):
    told = run("route", "--pack", "shenyang", "--text", "路灯不亮", "--area", "210102", "--format", "json").json
    assert told["category"].startswith("城乡建设")
    row = next(
        csv.DictReader(io.StringIO(run("route", "--pack", "shenyang", "--area", "210102", "--format", "csv").out))
    )
    assert row["unit"] == "210102"


def test_faults_of_routing(run):
    assert run("route", "--pack", "shenyang", "--format", "json", code=2).error["code"] == "usage"
    bad = run("route", "--pack", "shenyang", "--area", "12x", "--format", "json", code=2)
    assert bad.error["code"] == "bad-area"
    none = run("route", "--pack", "cn", "--category", "x", "--format", "json", code=2)
    assert none.error["code"] == "no-catalogue"


# ── packs ──


def test_the_built_in_packs_are_listed_and_pass_their_check(run):
    names = [row["name"] for row in run("pack", "list", "--format", "json").json]
    assert {"cn", "anhui", "liaoyuan", "shenyang"} <= set(names)
    checked = run("pack", "check", "cn", "anhui", "liaoyuan", "shenyang", "--format", "json").json
    assert checked["errors"] == 0
    assert "shenyang" in run("pack", "list").out


def test_a_pack_shows_its_limits_with_their_basis(run):
    told = run("pack", "show", "shenyang", "--format", "json").json
    limits = {row["kind"]: row["limit"] for row in told["limits"] if row["stage"] == "handle" and row["kind"]}
    # Shenyang 2017: consultations 2, help and suggestions 5, complaints and reports 20 working days.
    assert limits == {
        "consultation": "2wd",
        "help": "5wd",
        "suggestion": "5wd",
        "complaint": "20wd",
        "report": "20wd",
        "praise": None,
    }
    assert all(row["basis"] for row in told["limits"])
    out = run("pack", "show", "shenyang").out
    for word in ("20个工作日", "沈阳2017报道", "督办阶梯", "12388"):
        assert word in out
    units = run("pack", "show", "shenyang", "--units", "--format", "csv").out
    assert "210100-tax" in units
    assert "210100-tax" in run("pack", "show", "shenyang", "--units").out


def test_a_pack_shows_every_other_rule_with_its_article(run):
    """安阳市政务服务条例 art. 50(2); 潍坊市12345政务服务便民热线条例 art. 21."""
    shown = run("pack", "show", "anyang").out
    (row,) = [line for line in shown.splitlines() if line.startswith("send_back") and "window" in line]
    assert "24h" in row
    assert "第五十条第二款" in row
    told = run("pack", "show", "weifang", "--format", "json").json["settings"]
    reasons = next(one for one in told if (one["table"], one["key"]) == ("termination", "reasons"))
    assert reasons["value"] == "out-of-scope 有第十九条第一款所列情形、uncooperative 服务对象拒不配合导致无法办理"
    assert "第二十一条" in reasons["basis"]
    assert "见行于 2022-08-01 至 2023-01-31" in run("pack", "show", "lianyungang").out


def test_a_new_pack_passes_its_check_and_answers_by_its_path(run, tmp_path):
    made = run("pack", "new", "mytown", "--place", "210100", "--title", "某市", "--format", "json").json["path"]
    assert run("pack", "check", made, "--format", "json").json["errors"] == 0
    assert (
        run("due", "--pack", made, "--kind", "help", "--received", "2026-03-02", "--format", "json").json["at"] is None
    )
    again = run("pack", "new", "mytown", "--place", "210100", "--format", "json", code=2)
    assert again.error["code"] == "pack-exists"


def test_the_pack_of_a_store_is_found_also_where_a_transaction_holds_all_its_records_back(run, store, monkeypatch):
    number = run("receive", "--pack", "shenyang", "--store", store, "--text", "物业不管", "--format", "json").json[
        "number"
    ]
    monkeypatch.setattr(SqliteStore, "feed", lambda *_: [])
    assert [order["number"] for order in run("list", "--store", store, "--format", "json").json["orders"]] == [number]
    assert run("show", number, "--store", store, "--format", "json").json["number"] == number


def test_what_a_store_on_a_server_warns_of_is_told_by_doctor(run, store, receive, monkeypatch):
    receive(store)
    info = SqliteStore.info
    monkeypatch.setattr(
        SqliteStore, "info", lambda self: {**info(self), "store": "sql", "warnings": ["held since noon"]}
    )
    found = run("doctor", "--store", store, "--format", "json").json["findings"]
    assert [each["state"] for each in found if each["text"] == "held since noon"] == ["warning"]


def test_an_order_of_a_pack_found_by_its_path_is_kept_in_a_store(run, tmp_path, store):
    made = run("pack", "new", "mytown", "--place", "210100", "--format", "json").json["path"]
    run("receive", "--pack", made, "--store", store, "--text", "物业不管")
    # The store knows the pack's name alone; where that is not enough, --pack says where it is.
    (tmp_path / "mytown").rename(tmp_path / "moved")
    made = str(tmp_path / "moved")
    lost = run("list", "--store", store, "--format", "json", code=2).error
    assert lost["code"] == "unknown-pack"
    assert "--pack" in lost["hint"]
    assert run("list", "--store", store, "--pack", made, "--format", "json").json["orders"][0]["place"] == "210100"


def test_a_pack_with_faults_is_told_file_line_and_all_at_once(run, tmp_path):
    made = run("pack", "new", "mytown", "--place", "210100", "--format", "json").json["path"]
    edition = tmp_path / "mytown" / "unknown.toml"
    text = edition.read_text(encoding="utf-8")
    edition.write_text(text.replace('limit = "none"', 'limit = "soon"\nlimti = 3', 1), encoding="utf-8")
    told = run("pack", "check", made, "--format", "json", code=1).json
    assert told["errors"] >= 2
    line = text.splitlines().index('limit = "none"') + 1
    assert line in {fault["line"] for fault in told["faults"]}
    assert all(fault["file"] and fault["message"] for fault in told["faults"])
    shown = run("pack", "check", made, code=1).out
    assert f"unknown.toml:{line}" in shown
    used = run("due", "--pack", made, "--kind", "help", "--format", "json", code=1).error
    assert len(used["faults"]) >= 2


def test_warnings_alone_end_well_unless_asked_to_be_strict(run):
    told = run("pack", "check", "shenyang", "--format", "json").json
    if told["warnings"]:
        run("pack", "check", "shenyang", "--strict", code=1)
    assert run("pack", "check", "./nowhere", "--format", "json", code=2).error["code"] == "unknown-pack"


# ── calendar ──


def test_a_day_is_told_with_its_notice(run):
    day = run("calendar", "check", "2026-10-10", "--format", "json").json["days"][0]
    assert (day["works"], day["certain"]) == (True, True)
    assert "国务院办公厅" in day["source"]
    free = run("calendar", "check", "2027-02-07", "--format", "json").json["days"][0]
    assert (free["works"], free["certain"]) == (False, False)
    assert "暂定" in run("calendar", "check", "2027-02-07").out


def test_an_overlay_settles_a_day_and_says_it_is_fictitious(run, overlay):
    day = run("calendar", "check", "2027-01-31", "--overlay", overlay, "--format", "json").json["days"][0]
    assert (day["works"], day["certain"]) == (True, True)
    assert "虚构" in day["why"]


def test_counting_and_adding_working_days(run):
    # TV-01 both ways round: five working days after 2026-09-28 is the make-up Saturday 2026-10-10.
    assert run("calendar", "between", "2026-09-28", "2026-10-10", "--format", "json").json["working_days"] == 5
    after = run("calendar", "after", "2026-09-28", 5, "--format", "json").json
    assert (after["result"], after["provisional"]) == ("2026-10-10", False)
    assert run("calendar", "after", "2026-12-31", 5, "--format", "json").json["provisional"]
    assert "2026-10-10" in run("calendar", "after", "2026-09-28", 5).out
    assert "2026-10-10" in run("calendar", "after", "2026-09-28", 5, "--format", "csv").out


def test_a_year_is_shown_by_the_days_that_differ(run):
    told = run("calendar", "show", 2026, "--format", "json").json
    days = {row["day"]: row["works"] for row in told["days"]}
    assert days["2026-10-01"] is False
    assert days["2026-10-10"] is True
    assert "2026-03-02" not in days
    assert len(run("calendar", "show", 2026, "--all", "--format", "json").json["days"]) == 365
    assert "国庆" in run("calendar", "show", 2026).out


def test_faults_of_the_calendar(run):
    assert run("calendar", "check", "someday", "--format", "json", code=2).error["code"] == "bad-day"
    assert run("calendar", "after", "2060-12-31", 5, "--format", "json", code=1).error["code"] == "out-of-reach"
    run("calendar", "show", 1999, code=2)


# ── plugins, doctor, demo ──


def test_plugins_are_listed_by_group(run):
    names = {(row["group"], row["name"]) for row in run("plugins", "--format", "json").json}
    assert ("hotline12345.stores", "sqlite") in names
    assert ("hotline12345.channels", "plain") in names
    assert "sqlite" in run("plugins").out
    assert "sqlite" in run("plugins", "--format", "csv").out


def test_a_plug_in_that_does_not_load_is_a_finding(run, monkeypatch):
    from hotline12345 import plugins

    broken = {**plugins.BUILT_IN, "hotline12345.stores": {"broken": "hotline12345.nowhere:x"}}
    monkeypatch.setattr(plugins, "BUILT_IN", broken)
    assert "plugin-broken" in run("plugins", code=1).out


def test_the_doctor_counts_the_days_until_deadlines_become_provisional(run):
    told = run("doctor", "--at", "2026-11-21", "--format", "json").json
    texts = " ".join(each["text"] for each in told["findings"])
    assert told["ok"]
    # Nothing after 2026-12-26 is certain without the notice for 2027.
    assert "2026-12-26" in texts
    assert "35 天" in texts
    late = run("doctor", "--at", "2027-01-04", "--format", "json").json
    assert any(each["state"] == "warning" and "2026-12-26 已过" in each["text"] for each in late["findings"])


def test_the_doctor_warns_of_a_sqlite_that_can_damage_the_log(run, monkeypatch):
    import sqlite3

    def found(version):
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        rows = run("doctor", "--format", "json").json["findings"]
        return next(row["state"] for row in rows if row["what"] == "sqlite")

    assert found((3, 40, 1)) == found((3, 51, 2)) == "note"
    assert found((3, 51, 3)) == "ok"


def test_the_doctor_looks_at_the_key(run, lamp, store, tmp_path):
    def key(code=0):
        (row,) = [r for r in run("doctor", "--store", store, "--format", "json", code=code).json["findings"]
                  if r["what"] == "密钥"]  # fmt: skip
        return row["state"], row["text"]

    state, text = key()
    assert (state, "与存储相符" in text) == ("ok", True)
    file = tmp_path / "orders.db.key"
    own = file.read_text()
    file.write_text("0" * 64)
    state, text = key(1)
    assert (state, "不是这个存储的密钥" in text) == ("error", True)
    file.write_text("rubbish")
    assert key(1)[0] == "error"
    file.unlink()
    state, text = key(1)
    assert (state, "不存在" in text, file.exists()) == ("error", True, False)
    file.write_text(own)
    if os.name == "posix":
        file.chmod(0o644)
        state, text = key()
        assert (state, "chmod 600" in text) == ("warning", True)


@pytest.mark.parametrize(
    ("held", "warnings", "state"),
    [
        ({"records": 0, "by": "", "seconds": 0}, [], None),
        ({"records": 2, "by": "4711 vendor", "seconds": 7}, [], "note"),
        ({"records": 2, "by": "4711 vendor", "seconds": 71}, ["进程 4711 / process 4711"], "warning"),
    ],
)
def test_the_doctor_says_whose_transaction_the_feed_waits_for(run, monkeypatch, held, warnings, state):
    store = SimpleNamespace(
        info=lambda: {"store": "sql", "records": 3, "held_back": held, "warnings": warnings}, close=lambda: None
    )
    monkeypatch.setattr("hotline12345.stores.open_store", lambda url, **_: store)
    for lang, word in (("zh", "进程"), ("en", "process")):
        rows = run("doctor", "--store", "sql:x", "--lang", lang, "--format", "json").json["findings"]
        told = [(row["state"], row["text"]) for row in rows if "4711" in row["text"]]
        assert [each for each, _ in told] == ([state] if state else [])
        assert all(word in text and "{" not in text for _, text in told)


def test_the_doctor_looks_into_stores_and_packs(run, lamp, store, tmp_path):
    told = run("doctor", "--store", store, "--pack", "shenyang", "--format", "json").json
    assert told["ok"]
    assert any("orders 1" in each["text"] for each in told["findings"])
    (tmp_path / "junk.db").write_bytes(b"not a database at all" * 99)
    bad = run(
        "doctor", "--store", f"sqlite:///{tmp_path / 'junk.db'}", "--pack", "./nowhere", "--format", "json", code=1
    )
    assert [each["state"] for each in bad.json["findings"]].count("error") == 2
    assert "错误" in run("doctor", "--store", "sqlite:///gone.db", code=1).out


def test_the_demo_is_the_same_every_time_and_ends_closed(run, tmp_path):
    first = run("demo").out
    assert first == run("demo").out
    assert not list(tmp_path.iterdir())
    for word in ("派给", "沈阳2017报道", "催办", "准予延期", "办结", "按时"):
        assert word in first
    told = run("demo", "--format", "json").json
    assert told["status"] == "closed"
    assert told["on_time"]


def test_the_demos_deadline_is_what_its_articles_say(run):
    told = run("demo", "--format", "json").json
    dispatched = next(event for event in told["events"] if event["event"] == "Dispatched")
    # A complaint of 2026-09-24: 20 working days end on 2026-10-29 (25–27 September and 1–7 October are off, and
    # 10 October is worked); three more from there end on Tuesday 2026-11-03.
    assert dispatched["citizen"]["due_day"] == "2026-10-29"
    assert told["due_day"] == "2026-11-03"


def test_what_the_demo_says_to_try_next_works(run):
    from hotline12345.cli.demo import NEXT

    for line, _, _ in NEXT:
        name, *arguments = shlex.split(line)
        assert name == "hotline12345"
        if arguments[0] != "simulate":  # it has tests of its own and takes its time
            run(*arguments)


@pytest.mark.parametrize("form", ["table", "json"])
def test_the_demo_speaks_english(run, form):
    out = run("demo", "--lang", "en", "--format", form).out
    if form == "table":
        assert "dispatched to 210100-water-supply" in out
        assert "派" not in out


@pytest.mark.parametrize(
    ("arguments", "zh"),
    [
        (("due", "--form", "json"), "没有选项 --form，是否想用 --format？"),
        (("due", "--format", "xml"), "--format 的值「xml」有误，可以写：table、json、csv"),
        (("due", "more"), "多出的参数：more"),
        (("due", "--kind"), "选项 --kind 后面要写值"),
        (("simulate",), "缺少参数 PACK"),
        (("replay", "x.csv"), "缺少选项 --pack"),
        (("list", "--limit", "0"), "--limit 的值「0」有误，应是 1 到 1000 之间的数"),
        (("hot", "x.csv", "--least", "-1"), "--least 的值「-1」有误，应不小于 1"),
        (("simulate", "cn", "--days", "many"), "--days 的值「many」有误，应是整数"),
        (("score", "--by", "单位"), "可以写：unit、kind、category、area、channel"),
    ],
)
def test_a_fault_of_usage_is_told_in_the_readers_language(run, arguments, zh):
    told = run(*arguments, code=2).err
    assert zh in told
    assert f"见 hotline12345 {arguments[0]} --help" in told
    english = run(*arguments, "--lang", "en", code=2).err
    assert english.startswith("error: ")
    assert all(ord(c) < 0x4E00 for c in english.replace("单位", ""))


def test_a_new_packs_units_are_named_for_the_place_and_not_for_its_hotline(run, tmp_path):
    run("pack", "new", "mycity", "--title", "某市12345热线", "--place", "990100")
    units = (tmp_path / "mycity" / "units.csv").read_text(encoding="utf-8")
    assert "990100,某市,city" in units
    assert "990100-12345,某市12345热线,centre" in units


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_pack_that_is_not_there_is_told_alike_by_every_command(run, command):
    told = run("pack", command, "atlantis", "--format", "json", code=2).error
    assert told["code"] == "unknown-pack"
    assert "shenyang" in told["hint"]


@pytest.mark.parametrize("group", ["", "kb", "rules", "store", "calendar", "pack", "audit", "deliver", "centre"])
def test_a_group_without_a_command_shows_its_help_and_no_error(run, group):
    told = run(*filter(None, [group]), code=2)
    assert told.out.startswith("Usage: hotline12345")
    assert "命令 Commands" in told.out
    assert told.err == ""


@pytest.mark.parametrize(
    ("command", "zh", "en"),
    [
        (("store", "chek"), "没有命令「chek」，是否想用：check？", "there is no command 'chek'; did you mean check?"),
        (("kb", "zzzz"), "没有命令「zzzz」 (usage)", "there is no command 'zzzz' (usage)"),
        (("store", "export", "."), "FILE：. 是文件夹，这里要文件", "is a directory"),
        (("audit", "anchor", "--anchors", "."), "--anchors：. 是文件夹，这里要文件", "is a directory"),
    ],
)
def test_what_is_wrong_below_a_group_is_told_in_the_language_asked_for(run, command, zh, en):
    assert zh in run(*command, code=2).err
    assert en in run(*command, "--lang", "en", code=2).err


def test_seats_and_inhabitants_are_told_beside_the_calls_and_go_together(run, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text("时间,是否接通\n2026-09-28 09:00:00,是\n", encoding="utf-8")
    told = run("centre", "calls", file, "--seats", "120", "--inhabitants", "5280000", "--format", "json").json
    assert told["seats_per_100k"] == "2.27"
    assert "每十万人坐席数" in run("centre", "calls", file, "--seats", "120", "--inhabitants", "5280000").out
    assert run("centre", "calls", file, "--format", "json").json["seats_per_100k"] is None
    assert "bad-seats" in run("centre", "calls", file, "--seats", "120", code=2).err
