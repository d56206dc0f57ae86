"""A workbook read back holds what went in, and nothing it holds is a formula."""

from __future__ import annotations

import io
import sys
from decimal import Decimal

import pytest

from hotline12345 import PluginError
from hotline12345.report import Column, Table
from hotline12345.report.workbook import workbook

TABLE = Table(
    (Column("number", "工单编号", "order"), Column("rate", "比率", "rate"), Column("note", "说明", "note")),
    [
        {"number": "260928100000935160", "rate": Decimal("96.30"), "note": "=1+1"},
        {"number": 260928100000935160, "rate": None, "note": ["a", "b"]},
        {"number": 7, "rate": 1.5, "note": "http://example.com"},
    ],
)


def test_a_workbook_keeps_numbers_text_and_eighteen_digits():
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook(TABLE, sheet="考核")))
    assert book.sheet_names == ["考核"]
    assert book.get_sheet_by_index(0).to_python(skip_empty_area=False) == [
        ["工单编号", "比率", "说明"],
        ["260928100000935160", 96.3, "=1+1"],
        ["260928100000935160", "", "a、b"],
        [7.0, 1.5, "http://example.com"],
    ]


def test_headings_may_be_english():
    pytest.importorskip("xlsxwriter")
    calamine = pytest.importorskip("python_calamine")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook(TABLE, "en")))
    assert book.get_sheet_by_index(0).to_python()[0] == ["order", "rate", "note"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(PluginError) as refused:
        workbook(TABLE)
    assert refused.value.code == "missing-extra"
    assert "hotline12345[report]" in refused.value.hint_en
