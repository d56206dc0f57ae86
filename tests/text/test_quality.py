"""Quality control on invented records: what is wrong is found with its evidence, and what is right is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline12345.cli import main
from hotline12345.core.classify import RuleSet
from hotline12345.core.request import Kind, Urgency
from hotline12345.packs import load_pack
from hotline12345.text.quality import Checked, check


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


def test_a_table_is_checked_and_bad_rows_are_told(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("内容,类型,答复\n我要投诉物业乱收费,咨询,\n路灯不亮,抱怨,已修\n多,一,列,了\n", encoding="gb18030")
    arguments = ["qc", str(orders), "--text", "内容", "--kind", "类型", "--reply", "答复", "--format", "json"]
    result = CliRunner().invoke(main, ["--lang", "zh", *arguments])
    assert result.exit_code == 1
    assert [(row["line"], row["code"]) for row in json.loads(result.stdout)] == [(2, "relabelled"), (2, "empty-reply")]
    assert "抱怨" in result.stderr
