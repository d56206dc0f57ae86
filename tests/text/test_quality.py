"""Quality control on invented records: what is wrong is found with its evidence, and what is right is left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline12345.cli import main
from hotline12345.core.classify import RuleSet
from hotline12345.core.request import Kind, Urgency
from hotline12345.packs import load_pack
from hotline12345.text.quality import Checked, check, check_elements


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    found = load_pack("cn").newest.rules
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (Checked("", "我要投诉物业乱收费", Kind.CONSULTATION), ["relabelled"]),
        (Checked("", "我要投诉物业乱收费", Kind.COMPLAINT), []),
        (Checked("", "请问医保怎么报销", Kind.CONSULTATION), []),
        (Checked("", "楼下着火了", None, Urgency.NORMAL), ["downgraded"]),
        (Checked("", "没有着火", None, Urgency.NORMAL), []),
        (Checked("", "楼下着火了", None, Urgency.EMERGENCY), []),
        (Checked("", "小区路灯不亮", reply=""), ["empty-reply"]),
        (Checked("", "小区路灯不亮", reply="您好，您反映的问题已收悉，感谢您的来信！"), ["empty-reply"]),
        (Checked("", "小区路灯不亮", reply="医保报销比例按照参保类型确定，请到窗口咨询"), ["evasive-reply"]),
        (Checked("", "小区路灯不亮", reply="经查路灯线路老化，已于昨天更换电缆并恢复照明"), []),
        (Checked("", "小区路灯不亮"), []),
    ],
)
def test_each_fault_has_its_code(rules: RuleSet, row: Checked, codes: list[str]) -> None:
    assert [fault.code for fault in check(rules, row)] == codes


def test_the_evidence_names_the_words(rules: RuleSet) -> None:
    (fault,) = check(rules, Checked("", "楼下着火了", None, Urgency.NORMAL))
    assert "着火" in fault.evidence
    (fault,) = check(rules, Checked("", "拖欠农民工工资", None, Urgency.NORMAL))
    assert fault.evidence == "拖欠农民工、农民工工资"  # 欠农民工 and 民工工资 stand within these


def test_a_finding_about_a_reply_says_what_was_counted(rules: RuleSet) -> None:
    def told(reply: str) -> str:
        (fault,) = check(rules, Checked("", "小区路灯不亮", reply=reply))
        return fault.zh

    assert told(" ") == "没有答复"
    assert told("您好，路灯已修，感谢您的来信！") == "答复除套话外只有 4 字，不足 10 字"
    assert told("医保报销比例按照参保类型确定，请到窗口咨询") == "答非所问：诉求里的 5 个词，答复里一个也没有"


def test_a_table_is_checked_and_bad_rows_are_told(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("内容,类型,答复\n我要投诉物业乱收费,咨询,\n路灯不亮,抱怨,已修\n多,一,列,了\n", encoding="gb18030")
    arguments = ["qc", str(orders), "--text", "内容", "--kind", "类型", "--reply", "答复", "--format", "json"]
    result = CliRunner().invoke(main, ["--lang", "zh", *arguments])
    assert result.exit_code == 1
    assert [(row["line"], row["code"]) for row in json.loads(result.stdout)] == [(2, "relabelled"), (2, "empty-reply")]
    assert "抱怨" in result.stderr


def test_a_record_that_lacks_elements_is_told_which() -> None:
    needs = ("name", "contact", "time", "place")
    (fault,) = check_elements(needs, {"text": "昨天路灯不亮", "requester": {"name": "张三（虚构）"}})
    assert (fault.code, fault.evidence) == ("lacks-elements", "contact、place")
    assert list(check_elements(("time",), {"text": "昨天路灯不亮"})) == []


def test_of_a_table_only_elements_are_asked_that_it_has_columns_for(tmp_path: Path) -> None:
    # Beijing's regulation, art. 10, asks for time, matter and contact.
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "内容,电话\n昨天起路灯不亮,\n路灯不亮,01000000000\n昨天起路灯不亮,01000000000\n", encoding="utf-8"
    )
    given = ["qc", str(orders), "--pack", "beijing", "--text", "内容", "--format", "json"]
    found = json.loads(CliRunner().invoke(main, given).stdout)
    assert [(row["line"], row["code"], row["evidence"]) for row in found] == [(3, "lacks-elements", "time")]
    found = json.loads(CliRunner().invoke(main, [*given, "--phone", "电话"]).stdout)
    assert [(row["line"], row["evidence"]) for row in found] == [(2, "contact"), (3, "time")]


def qc(orders: Path, *more: str) -> Any:
    """Return (line, evidence) of each record that lacks something, or the code of the refusal."""
    result = CliRunner().invoke(main, ["qc", str(orders), "--text", "内容", "--format", "json", *more])
    if result.exit_code == 2:
        return json.loads(result.stderr)["code"]
    return [(row["line"], row["evidence"]) for row in json.loads(result.stdout) if row["code"] == "lacks-elements"]


def test_elements_can_be_asked_for_that_the_pack_does_not_ask_for(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "内容,发生时间,区县,地址,姓名,是否匿名\n"
        "路灯不亮,2026-09-01,,,王某某,\n"
        "路灯不亮,,210102,,,是\n"
        "昨天起路灯不亮,,,和平街1号,,否\n",
        encoding="utf-8",
    )
    assert qc(orders, "--pack", "cn") == []
    assert qc(orders, "--needs", "time") == [(2, "time"), (3, "time")]
    assert qc(orders, "--needs", "时间", "--map", "happened=发生时间") == [(3, "time")]
    where = ("--needs", "time，地点、姓名", "--address", "地址")
    named = "happened=发生时间,area=区县,anonymous=是否匿名,name=姓名"
    assert qc(orders, *where, "--map", named) == [(2, "place"), (3, "time"), (4, "name")]
    assert qc(orders, "--needs", "place", "--map", "address=地址") == [(2, "place"), (3, "place")]


def test_a_row_that_is_neither_anonymous_nor_not_is_refused(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("内容,匿名\n我要投诉物业乱收费,也许\n", encoding="utf-8")
    told = CliRunner().invoke(main, ["--lang", "zh", "qc", str(orders), "--text", "内容", "--map", "anonymous=匿名"])
    assert "也许" in told.stderr


def test_an_element_that_no_column_tells_of_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("内容\n路灯不亮\n", encoding="utf-8")
    assert qc(orders, "--needs", "contact") == "missing-column"
    assert qc(orders, "--needs", "颜色") == "unknown-element"
    assert qc(orders, "--map", "color=颜色") == "unknown-field"
    assert qc(orders, "--map", "area") == "bad-mapping"
    assert qc(orders, "--map", "area=区县") == "no-column"


def test_the_orders_of_a_store_are_checked(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'orders.db'}"
    about = ("receive", "--pack", "beijing", "--store", store, "--format", "json")
    when = ("--received", "2026-09-18T10:00", "--at", "2026-09-18T10:00", "--area", "110101", "--phone", "01000000000")
    numbers = []
    for text, kind in (("昨天起我家门口路灯不亮", "求助"), ("昨天起我要投诉物业乱收费", "咨询"), ("路灯不亮", "求助")):
        result = CliRunner().invoke(main, [*about, *when, "--text", text, "--kind", kind])
        numbers.append(json.loads(result.stdout)["number"])
    result = CliRunner().invoke(main, ["qc", "--store", store, "--format", "json"])
    assert result.exit_code == 1
    found = [(row["number"], row["code"]) for row in json.loads(result.stdout)]
    assert sorted(found) == sorted([(numbers[1], "relabelled"), (numbers[2], "lacks-elements")])
    asked = CliRunner().invoke(main, ["qc", "--store", store, "--needs", "姓名", "--format", "json"])
    assert [row["evidence"] for row in json.loads(asked.stdout) if row["code"] == "lacks-elements"] == ["name"] * 3
    shown = CliRunner().invoke(main, ["--lang", "zh", "qc", "--store", store]).stdout
    assert "记录缺要素" in shown
    assert "时间" in shown


def test_a_table_or_a_store_and_not_both(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["qc"]).exit_code != 0
    both = CliRunner().invoke(main, ["qc", "a.csv", "--text", "内容", "--store", "memory://"])
    assert both.exit_code != 0
    assert "--store" in both.output
