"""How an order is handed over, as packs write it: the tables, what a child inherits, and what shipped packs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.policy import HOPS, Policy
from hotline12345.core.sla import TimeLimit
from hotline12345.packs import load_pack

HEAD = 'title = "某地"\nplace = "990100"\neffective = "unknown"\n'
TABLES = """
[send_back]
window = "24h"
start = "received"
late = "overdue"
most = 2
designated = true
first_receiver = true
basis = "x"

[send_back.reasons]
not-our-duty = "不属本单位职责"

[hops]
transfer = "continue"
send_back = "remaining"
basis = "x"

[assist]
limit = "3wd"
sign = "4h"
report_when_late = true
basis = "x"

[problem]
refused = 3
redone = 3
to = "some-unit"
basis = "x"

[grassroots]
guard = true
by_catalogue = false
categories = ["公安"]
basis = "x"
"""


def edition(folder: Path, text: str, name: str = "p") -> Path:
    (folder / name).mkdir()
    (folder / name / "unknown.toml").write_text(HEAD + text, encoding="utf-8")
    return folder / name


def policy(path: Path) -> Policy:
    return load_pack(path, need=()).newest


def test_every_table_is_read(tmp_path: Path) -> None:
    found = policy(edition(tmp_path, TABLES))
    back, rules = found.send_back, found.dispatching
    assert (back.window, back.start, back.late, back.most) == (TimeLimit.parse("24h"), "received", "overdue", 2)
    assert (back.designated, back.first_receiver, back.reasons) == (True, True, {"not-our-duty": "不属本单位职责"})
    assert (rules.hops.transfer, rules.hops.send_back, rules.hops.assist) == ("continue", "remaining", "restart")
    assert (rules.assist.limit, rules.assist.sign) == (TimeLimit.parse("3wd"), TimeLimit.parse("4h"))
    assert rules.assist.report_when_late
    assert (rules.problem.refused, rules.problem.redone, rules.problem.to) == (3, 3, "some-unit")
    assert (rules.grassroots.guard, rules.grassroots.by_catalogue) == (True, False)
    assert rules.grassroots.categories == ("公安",)


def test_what_is_not_written_is_off_or_neutral(tmp_path: Path) -> None:
    found = policy(edition(tmp_path, ""))
    rules = found.dispatching
    assert (rules.problem.refused, rules.problem.redone, rules.grassroots.guard) == (None, None, False)
    assert {getattr(rules.hops, hop) for hop in HOPS} == {"restart"}
    assert (rules.assist.limit, rules.assist.report_when_late) == (None, False)
    assert (found.send_back.first_receiver, found.send_back.reasons) == (False, {})
    assert {rules.hops.basis, rules.assist.basis, rules.problem.basis} == {"library default"}


def test_a_child_changes_key_by_key_and_none_takes_away(tmp_path: Path) -> None:
    edition(tmp_path, TABLES)
    child = '[problem]\nredone = "none"\nbasis = "y"\n[assist]\nlimit = "none"\nbasis = "y"\n[inherit]\nhops = false\n'
    found = policy(edition(tmp_path, 'extends = "../p"\n' + child, "child"))
    rules = found.dispatching
    assert (rules.problem.refused, rules.problem.redone, rules.problem.basis) == (3, None, "y")
    assert (rules.assist.limit, rules.assist.sign) == (None, TimeLimit.parse("4h"))
    assert (rules.hops.transfer, found.send_back.most) == ("restart", 2)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[hops]\ntransfer = "pause"\nbasis = "x"\n', "unknown-value"),
        ('[hops]\nleap = "restart"\nbasis = "x"\n', "unknown-key"),
        ('[hops]\ntransfer = "restart"\n', "missing-basis"),
        ('[assist]\nlimit = "soon"\nbasis = "x"\n', "bad-limit"),
        ('[problem]\nrefused = 0\nbasis = "x"\n', "bad-count"),
        ('[grassroots]\nguard = "yes"\nbasis = "x"\n', "wrong-type"),
        ('[send_back]\nstart = "never"\nbasis = "x"\n', "unknown-value"),
        ('[send_back]\nreasons = ["x"]\nbasis = "x"\n', "wrong-type"),
        ('[send_back]\nbasis = "x"\n[send_back.reasons]\n"Not Ours" = "x"\n', "bad-code"),
    ],
)
def test_what_is_wrong_is_told_by_its_code(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(edition(tmp_path, text))
    assert [fault.code for fault in refused.value.faults] == [code]


def test_shipped_packs_say_what_their_sources_say() -> None:
    """国办函〔2025〕66号 (5); 潍坊条例 art. 22, 24; 北京条例 art. 14, 17; 安阳 24 h; 山东 2 wd."""
    cn = load_pack("cn", need=())
    assert [one.dispatching.grassroots.guard for one in cn.editions] == [False, True]
    weifang, beijing = load_pack("weifang", need=()).newest, load_pack("beijing", need=()).newest
    assert (weifang.send_back.designated, list(weifang.send_back.reasons)) == (False, ["not-our-duty"])
    assert "第二十四条" in weifang.dispatching.grassroots.basis
    assert beijing.send_back.first_receiver
    assert beijing.dispatching.assist.report_when_late
    assert "第十七条" in beijing.dispatching.grassroots.basis
    windows = [load_pack(name, need=()).newest.send_back.window for name in ("anyang", "shandong")]
    assert windows == [TimeLimit.parse("24h"), TimeLimit.parse("2wd")]
