"""All faults at once, each with its line (错误一次报全，逐条带行号)."""

from __future__ import annotations

import copy
import re
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from hotline12345.core.errors import Fault, PolicyError
from hotline12345.core.scoring import read_score_rules
from hotline12345.packs import load_pack
from hotline12345.packs.codes import FAULTS
from hotline12345.packs.lines import Lines
from hotline12345.packs.read import read_edition
from hotline12345.packs.table import Notes

HEAD = """title = "测试市"
place = "990100"
effective = "unknown"
"""
UNITS = """code,name,grade,parent,area,phone,source
990100,测试市,city,,990100,,library default
990100-12345,测试市热线,centre,990100,990100,12345,library default
990100-office,测试市办公室,department,990100,990100,,library default
"""
ROUTING = '[routing]\ncentre = "990100-12345"\n'


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files whose names have ``_`` for ``.`` and ``-``-free stems into a pack's folder."""
    pack = folder / "testcity"
    pack.mkdir(exist_ok=True)
    for name, text in files.items():
        path = pack / name.replace("__", "-").replace("_", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return pack


def faults_of(path: Path) -> tuple[Fault, ...]:
    """Load what must not load, and return why."""
    with pytest.raises(PolicyError) as caught:
        load_pack(path)
    assert caught.value.code == "bad-policy"
    return caught.value.faults


def test_ten_different_faults_in_one_file_are_reported_at_once_each_with_its_line(repo_root: Path) -> None:
    path = repo_root / "tests/fixtures/packs/ten-faults"
    found = {(fault.code, fault.line) for fault in faults_of(path)}
    assert found == {
        ("name-mismatch", 4),
        ("unknown-parent", 5),
        ("unknown-key", 6),
        ("wrong-type", 9),
        ("unknown-stage", 13),
        ("unknown-kind", 19),
        ("bad-limit", 25),
        ("missing-basis", 28),
        ("unknown-urgency", 34),
        ("duplicate-limit", 40),
        ("naive-time", 46),
        ("unknown-table", 49),
    }


def test_every_fault_names_its_file_and_speaks_both_languages(repo_root: Path) -> None:
    for fault in faults_of(repo_root / "tests/fixtures/packs/ten-faults"):
        assert fault.file.endswith("2027-01-01.toml")
        assert re.search(r"[\u4e00-\u9fff]", fault.zh), fault
        assert re.search(r"[a-z]", fault.en), fault
        assert not re.search(
            r"[\u4e00-\u9fff]", fault.en.replace("办里", "").replace("投述", "").replace("五天左右", "")
        ) or fault.code in ("duplicate-limit", "unknown-urgency"), fault


def test_a_misspelt_key_is_answered_with_the_one_that_was_meant(repo_root: Path) -> None:
    faults = {fault.code: fault for fault in faults_of(repo_root / "tests/fixtures/packs/ten-faults")}
    assert "did you mean 'title'" in faults["unknown-key"].hint
    assert "did you mean '投诉'" in faults["unknown-kind"].hint
    assert "did you mean '办理'" in faults["unknown-stage"].hint


# One smallest pack for each code: what is written, and the file and line that must be named.
ONE: dict[str, tuple[dict[str, str | bytes], str, int]] = {
    "no-editions": ({"rules_toml": ""}, "testcity", 0),
    "unreadable": ({}, "unknown.toml", 0),  # a folder of that name, made below
    "not-utf8": ({"unknown_toml": HEAD.encode("gb18030")}, "unknown.toml", 0),
    "toml-syntax": ({"unknown_toml": HEAD + "\n[[limit]\n"}, "unknown.toml", 5),
    "name-mismatch": ({"2027__01__01_toml": HEAD}, "2027-01-01.toml", 3),
    "duplicate-edition": ({"unknown_toml": HEAD, "2027__01__01_toml": HEAD}, "unknown.toml", 0),
    "place-differs": (
        {"unknown_toml": HEAD, "2027__01__01_toml": 'title = "x"\nplace = "990200"\neffective = 2027-01-01\n'},
        "testcity",
        0,
    ),
    "missing-file": ({"unknown_toml": HEAD + ROUTING}, "unknown.toml", 5),
    "unknown-key": ({"unknown_toml": HEAD + '[flow]\nreveiw = true\nbasis = "x"\n'}, "unknown.toml", 5),
    "unknown-table": ({"unknown_toml": HEAD + "[[limits]]\n"}, "unknown.toml", 4),
    "wrong-type": ({"unknown_toml": HEAD + "sources = [1]\n"}, "unknown.toml", 4),
    "missing-key": ({"unknown_toml": HEAD + '\n[[limit]]\nbasis = "x"\n'}, "unknown.toml", 5),
    "missing-basis": ({"unknown_toml": HEAD + '[send_back]\nwindow = "24h"\n'}, "unknown.toml", 4),
    "empty-text": ({"unknown_toml": HEAD + 'extends = " "\n'}, "unknown.toml", 4),
    "unknown-value": ({"unknown_toml": HEAD + '[clock]\nends = "noon"\nbasis = "x"\n'}, "unknown.toml", 5),
    "bad-date": ({"unknown_toml": 'title = "x"\nplace = "990100"\neffective = "2027年"\n'}, "unknown.toml", 3),
    "bad-time": ({"unknown_toml": HEAD + '[clock]\ncutoff = "五点"\nbasis = "x"\n'}, "unknown.toml", 5),
    "bad-windows": (
        {"unknown_toml": HEAD + '[clock]\nwindows = ["13:30-17:30", "09:00-12:00"]\nbasis = "x"\n'},
        "unknown.toml",
        5,
    ),
    "bad-place": ({"unknown_toml": HEAD.replace("990100", "99010")}, "unknown.toml", 2),
    "bad-limit": ({"unknown_toml": HEAD + '[[limit]]\nlimit = "0wd"\nbasis = "x"\n'}, "unknown.toml", 5),
    "bad-code": (
        {"unknown_toml": HEAD + '[send_back]\nbasis = "x"\n[send_back.reasons]\n"Not Ours" = "x"\n'},
        "unknown.toml",
        7,
    ),
    "bad-count": ({"unknown_toml": HEAD + '[reopen]\nmost = -1\nbasis = "x"\n'}, "unknown.toml", 5),
    "naive-time": (
        {"unknown_toml": HEAD + '[[case]]\nwhat = "x"\nreceived = "2027-01-04T10:00:00"\nlimit = "none"\n'},
        "unknown.toml",
        6,
    ),
    "unknown-stage": (
        {"unknown_toml": HEAD + '[[limit]]\nstage = "处置"\nlimit = "5wd"\nbasis = "x"\n'},
        "unknown.toml",
        5,
    ),
    "unknown-kind": ({"unknown_toml": HEAD + '[flow]\ndefault_kind = "诉苦"\nbasis = "x"\n'}, "unknown.toml", 5),
    "bad-percent": ({"unknown_toml": HEAD + '[lights]\nyellow_share = 120\nbasis = "x"\n'}, "unknown.toml", 5),
    "unknown-level": (
        {"unknown_toml": HEAD + '\n[[limit]]\nlevel = "部级"\nlimit = "3wd"\nbasis = "x"\n'},
        "unknown.toml",
        6,
    ),
    "unknown-urgency": (
        {"unknown_toml": HEAD + '[[limit]]\nurgency = "火速"\nlimit = "1h"\nbasis = "x"\n'},
        "unknown.toml",
        5,
    ),
    "unknown-category": (
        {"unknown_toml": HEAD + 'extends = "cn"\n[[limit]]\ncategory = "城乡建筑"\nlimit = "5wd"\nbasis = "x"\n'},
        "unknown.toml",
        6,
    ),
    "duplicate-limit": (
        {"unknown_toml": HEAD + '[[limit]]\nlimit = "5wd"\nbasis = "x"\n[[limit]]\nlimit = "7wd"\nbasis = "x"\n'},
        "unknown.toml",
        8,
    ),
    "duplicate-code": (
        {"unknown_toml": HEAD + '[[rung]]\ncode = "a"\nzh = "甲"\nbasis = "x"\n' * 2},
        "unknown.toml",
        9,
    ),
    "duplicate-level": (
        {"unknown_toml": HEAD + '[satisfaction]\nsatisfied = ["a"]\ndissatisfied = ["b", "a"]\nbasis = "x"\n'},
        "unknown.toml",
        6,
    ),
    "bad-share": (
        {"unknown_toml": HEAD + '[follow_up]\nbasis = "x"\n[[follow_up.plan]]\nwho = "sample"\nbasis = "x"\n'},
        "unknown.toml",
        6,
    ),
    "bad-rung": (
        {"unknown_toml": HEAD + '[[rung]]\ncode = "a"\nzh = "甲"\non_day = true\nbasis = "x"\n'},
        "unknown.toml",
        7,
    ),
    "unknown-party": (
        {"unknown_toml": HEAD + '[[rung]]\ncode = "a"\nzh = "甲"\nowner = "nobody"\nbasis = "x"\n'},
        "unknown.toml",
        7,
    ),
    "empty-scope": (
        {"unknown_toml": HEAD + '[[scope]]\ncode = "a"\ndisposition = "legal"\ntold = "b"\nbasis = "x"\n'},
        "unknown.toml",
        5,
    ),
    "bad-case": ({"unknown_toml": HEAD + '[[case]]\nwhat = "x"\n'}, "unknown.toml", 5),
    "unknown-unit": (
        {
            "unknown_toml": HEAD + ROUTING + '[[case]]\nwhat = "x"\ncategory = "a"\nunit = "990100-offic"\n',
            "units_csv": UNITS,
        },
        "unknown.toml",
        9,
    ),
    "no-centre": ({"unknown_toml": HEAD, "units_csv": UNITS}, "unknown.toml", 1),
    "unknown-parent": ({"unknown_toml": HEAD + 'extends = "nowhere"\n'}, "unknown.toml", 4),
    "unknown-parent-edition": ({"unknown_toml": HEAD + 'extends = "cn@1999-01-01"\n'}, "unknown.toml", 4),
    "extends-cycle": ({"unknown_toml": HEAD + 'extends = "../testcity"\n'}, "unknown.toml", 4),
}


@pytest.mark.parametrize("code", sorted(set(ONE) - {"unreadable"}))
def test_a_fault_is_found_under_its_code_at_its_line(code: str, tmp_path: Path) -> None:
    files, file, line = ONE[code]
    found = [fault for fault in faults_of(write(tmp_path, **files)) if fault.code == code]
    assert [(Path(fault.file).name, fault.line) for fault in found] == [(file, line)]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    pack = write(tmp_path, **{"2027__01__01_toml": HEAD.replace('"unknown"', "2027-01-01")})
    (pack / "unknown.toml").mkdir()
    (pack / "rules.toml").mkdir()
    found = [(Path(fault.file).name, fault.code) for fault in faults_of(pack)]
    assert sorted(found) == [("rules.toml", "unreadable"), ("unknown.toml", "unreadable")]


def test_brackets_without_end_are_a_fault_and_no_crash(tmp_path: Path) -> None:
    found = [fault.code for fault in faults_of(write(tmp_path, unknown_toml=HEAD + "x = " + "[" * 5000))]
    assert found == ["toml-syntax"]


FULL = (
    HEAD
    + """
effective_basis = "a"
sources = ["a"]
provides = ["limits"]
[inherit]
scope = true
[clock]
roll = true
ends = "day"
cutoff = 17:00:00
on_unknown = "error"
windows = ["09:00-12:00"]
basis = "a"
[[limit]]
stage = "办理"
kind = ["投诉"]
category = "a"
urgency = "urgent"
channel = "a"
level = "省级"
line = "a"
limit = "5wd"
start = "signed"
statute = true
extension = "30wd"
basis = "a"
[flow]
sign = true
answer_kinds = ["咨询"]
default_kind = "求助"
basis = "a"
[send_back]
window = "24h"
most = 1
basis = "a"
[extension]
most = 1
longest = "5wd"
up_to_original = true
fixed = "5wd"
total = "15wd"
ask_before = "1wd"
approver = "centre"
basis = "a"
[suspension]
reasons = ["a"]
most = 1
longest = "10wd"
total = "30d"
approver = "none"
basis = "a"
[deferral]
most = 1
longest = "365d"
before_expiry = true
basis = "a"
[tell]
of = ["extended"]
within = "1wd"
basis = "a"
[lights]
yellow = "2wd"
red = "1d"
yellow_share = 50
red_share = 80
basis = "a"
[[statute]]
code = "a"
zh = "a"
limit = "60wd"
extension = "30wd"
basis = "a"
[reopen]
most = 1
limit = "3wd"
basis = "a"
[[rung]]
code = "a"
zh = "a"
after = "1wd"
stage = "办理"
basis = "a"
[[rung]]
code = "early"
zh = "a"
before = "1wd"
basis = "a"
[[scope]]
code = "a"
disposition = "legal"
told = "a"
categories = ["a"]
words = ["a"]
to = "a"
basis = "a"
[satisfaction]
satisfied = ["a"]
dissatisfied = ["b"]
basis = "a"
[scoring]
exempt = ["a"]
basis = "a"
[[scoring.component]]
metric = "on-time"
points = 25
basis = "a"
[[overlay]]
name = "a"
source = "a"
[[overlay.day]]
date = 2027-01-04
works = false
name = "a"
[[case]]
what = "a"
kind = "投诉"
received = "2026-09-28T10:00:00+08:00"
due_day = 2026-10-10
provisional = false
"""
)
ODD: list[object] = [
    0,
    -1,
    1.5,
    True,
    "",
    "甲",
    [],
    [1],
    [[]],
    [["a", "b"]],
    {},
    {"a": 1},
    [{}],
    date(2027, 1, 1),
    time(9),
]


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inside: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [*([path] if path else []), *(one for key, part in inside for one in _paths(part, (*path, key)))]


def test_no_value_of_any_type_anywhere_crashes_the_reader_and_what_is_wrong_has_a_line() -> None:
    whole = tomllib.loads(FULL)
    lines = Lines(FULL)
    clean = Notes("a.toml", FULL)
    read_edition(whole, "unknown", clean)
    assert clean.faults == []
    tried = 0
    for path in _paths(whole):
        for odd in ODD:
            table = copy.deepcopy(whole)
            at: Any = table
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = odd
            notes = Notes("a.toml", FULL)
            layer = read_edition(table, "unknown", notes)
            if layer.scoring is not None:
                notes.take(read_score_rules(layer.scoring, "a.toml")[1])
            assert all(lines.find(fault.table, fault.key) > 0 for fault in notes.faults), (path, odd)
            tried += bool(notes.faults)
    assert tried > 500


def test_every_code_there_is_has_a_smallest_pack_here() -> None:
    assert set(FAULTS) - set(ONE) == set()
    assert len(FAULTS) >= 25


def test_the_format_page_lists_exactly_the_codes_there_are(repo_root: Path) -> None:
    page = (repo_root / "docs/packs.md").read_text(encoding="utf-8").partition("## 错误代码")[2]
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert {code: (zh.strip(), en.strip()) for code, zh, en in listed} == FAULTS


def test_faults_of_every_file_beside_the_edition_come_with_the_others(tmp_path: Path) -> None:
    pack = write(
        tmp_path,
        unknown_toml=HEAD + ROUTING + "mistake = 1\n",
        rules_toml='[[category]]\nname = "甲"\n\n[words."乙"]\n3 = "词"\n',
        units_csv=UNITS + "990100-x,无层级,bureau,990100,,,\n990100-office,重复,department,990100,,,\n",
        catalogue_csv="category,area,unit\n甲,990100,990100-office\n甲,990100,990100-gone\n",
        overlay__2027_toml='source = "虚构"\n[[day]]\ndate = "2027-13-01"\nworks = true\n',
    )
    found = {(Path(fault.file).name, fault.line, fault.code) for fault in faults_of(pack)}
    assert found == {
        ("unknown.toml", 6, "unknown-key"),
        ("rules.toml", 4, "unknown-category"),
        ("units.csv", 5, "unknown-grade"),
        ("units.csv", 4, "duplicate-unit"),
        ("catalogue.csv", 3, "unknown-unit"),
        ("overlay-2027.toml", 3, "bad-date"),
    }


def test_a_parents_faults_are_told_with_the_parents_file(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / "unknown.toml").write_text(HEAD + "mistake = 1\n", encoding="utf-8")
    child = write(tmp_path, unknown_toml=HEAD + 'extends = "../parent"\nother = 2\n')
    found = [(Path(fault.file).parent.name, fault.line, fault.key) for fault in faults_of(child)]
    assert found == [("testcity", 5, "other"), ("parent", 4, "mistake")]


def test_a_fault_of_scoring_stands_at_its_line(tmp_path: Path) -> None:
    text = HEAD + (
        '[scoring]\nbasis = "x"\n[[scoring.component]]\nmetric = "on-time"\npoints = 50\nbasis = "x"\n'
        '[[scoring.component]]\nmetric = "on-tme"\npoints = 50\n'
    )
    found = {(fault.code, fault.line) for fault in faults_of(write(tmp_path, unknown_toml=text))}
    assert found == {("unknown-metric", 11), ("missing-basis", 10)}


@pytest.mark.parametrize("said", ["scoring = 1", "[scoring]\nbasis = 'x'\ncomponent = 1"])
def test_scoring_that_is_no_table_is_a_fault_and_no_crash(said: str, tmp_path: Path) -> None:
    found = [fault.code for fault in faults_of(write(tmp_path, unknown_toml=HEAD + said + "\n"))]
    assert found == ["wrong-type"]


LINES = '''# note
title = """
[fake]
key = "no"
"""
list = [
  "a]",   # ] in a text
  "b",
]
after.deep = 1

[words."城乡建设/供水"]
3 = "停水"
"停 水" = { weight = 2 }

[[limit]]
kind = "x"
[[limit]]
kind = 'y'
[limit.inner]
z = 1
'''


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ("", "title", 2),
        ("", "list", 6),
        ("", "after", 10),
        ("", "after.deep", 10),
        ("words.城乡建设/供水", "3", 13),
        ("words.城乡建设/供水", "停 水", 14),
        ("words.城乡建设/供水", "停 水.weight", 14),
        ("limit[1]", "kind", 17),
        ("limit[2]", "kind", 19),
        ("limit 2", "kind", 19),
        ("limit #2", "kind", 19),
        ("limit[2]", "missing", 18),
        ("limit[2].inner", "z", 21),
        ("", "missing", 1),
        ("fake", "", 1),
    ],
)
def test_a_key_is_found_on_its_line_whatever_stands_before_it(table: str, key: str, line: int) -> None:
    assert Lines(LINES).find(table, key) == line


def test_a_centre_that_is_no_unit_is_told_where_it_is_written(tmp_path: Path) -> None:
    pack = write(tmp_path, unknown_toml=HEAD + ROUTING.replace("12345", "1234"), units_csv=UNITS)
    (fault,) = faults_of(pack)
    assert (fault.code, Path(fault.file).name, fault.line) == ("unknown-centre", "unknown.toml", 5)
    assert "990100-12345" in fault.hint


def test_a_hint_names_the_category_that_was_meant_and_not_all_of_them(tmp_path: Path) -> None:
    case = '[[case]]\nwhat = "x"\ntext = "噪音"\ncategory = "环境保护/噪音"\n'
    pack = write(tmp_path, unknown_toml='extends = "cn"\n' + HEAD + case)
    (fault,) = faults_of(pack)
    assert fault.code == "unknown-category"
    assert "是不是「环境保护/噪音污染」" in fault.text("zh")
    assert len(fault.text("zh").split("、")) <= 5
    # Each reader gets their own half.
    assert "did you mean" not in fault.text("zh")
    assert "是不是" not in fault.text("en")
