"""The ladder as it is written in a pack: what is read, and what is told of what contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.policy import Paper, Rung
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.packs import load_pack

HEAD = 'title = "t"\nplace = "990100"\neffective = "unknown"\n'


def pack(folder: Path, text: str) -> Path:
    path = folder / "unknown.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_every_key_of_a_rung_is_read(tmp_path: Path) -> None:
    text = """
[supervision]
basis = "b"
[supervision.parties]
inspectorate = "局督查组"
[[rung]]
code = "notice"
zh = "催办通知书"
after = "1d"
on_day = true
stage = "签收"
paper = { code = "urge-notice", title = "催办通知书", to = "unit", cc = ["unit-leader", "inspectorate"] }
owner = "inspectorate"
basis = "（四）2"
[[rung]]
code = "listed"
zh = "挂牌督办"
trigger = "多次、集中反映"
count = 3
after = "at-once"
basis = "b"
[[rung]]
code = "talk"
zh = "约谈"
trigger = "repeats"
count = 3
after = "5wd"
since = "rung"
basis = "b"
[[rung]]
code = "report"
zh = "报告"
basis = "b"
"""
    policy = load_pack(str(pack(tmp_path, text))).newest
    assert policy.ladder == (
        Rung(
            "notice", "催办通知书", TimeLimit.parse("1d"), "（四）2", Stage.SIGN, on_day=True, owner="inspectorate",
            paper=Paper("urge-notice", "催办通知书", "unit", ("unit-leader", "inspectorate")),
        ),
        Rung("listed", "挂牌督办", None, "b", trigger="repeats", count=3, at_once=True),
        Rung("talk", "约谈", TimeLimit.parse("5wd"), "b", trigger="repeats", count=3, since="rung"),
        Rung("report", "报告", None, "b"),
    )  # fmt: skip
    assert [rung.by_hand for rung in policy.ladder] == [False, False, False, True]
    assert policy.parties["inspectorate"] == "局督查组"
    assert policy.parties["city-office"] == "市人民政府办公厅（室）"


@pytest.mark.parametrize(
    ("keys", "code", "key"),
    [
        ('trigger = "refused"\nstage = "签收"', "bad-rung", "stage"),
        ('trigger = "refused"\ncount = 2', "bad-rung", "count"),
        ('trigger = "repeats"\ncount = 0', "bad-rung", "count"),
        ("on_day = true", "bad-rung", "on_day"),
        ('after = "4h"\non_day = true', "bad-rung", "on_day"),
        ('trigger = "shouting"', "unknown-value", "trigger"),
        ('owner = "nobody"', "unknown-party", "owner"),
        ('paper = { code = "x", title = "y", cc = ["nobody"] }', "unknown-party", "cc"),
        ('paper = { code = "x" }', "missing-key", "title"),
    ],
)
def test_a_rung_that_contradicts_itself_is_told_with_its_key(tmp_path: Path, keys: str, code: str, key: str) -> None:
    text = f'[[rung]]\ncode = "a"\nzh = "甲"\nbasis = "b"\n{keys}\n'
    with pytest.raises(PolicyError) as refused:
        load_pack(str(pack(tmp_path, text)))
    assert [(fault.code, fault.key) for fault in refused.value.faults] == [(code, key)]
