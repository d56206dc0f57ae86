"""Tables line up for people, stay harmless in spreadsheets and exact for programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.request import Kind
from hotline12345.report import Column, Table, guard_csv, render
from hotline12345.report.tables import BOM, width

UNITS = Table(
    (Column("unit", "承办单位", "unit"), Column("rate", "按时办结率", "on time"), Column("late", "超期", "late")),
    [{"unit": "公安局", "rate": Decimal("96.30"), "late": 12}, {"unit": "Water Co", "rate": None, "late": 3}],
)


def one(value: object, form: str, **more: bool) -> str:
    return render(Table((Column("a", "甲", "A"),), [{"a": value}]), form, **more)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_chinese_and_latin_line_up_by_the_cells_they_take() -> None:
    assert render(UNITS).split("\n") == [
        "承办单位  按时办结率  超期",
        "--------  ----------  ----",
        "公安局         96.30    12",
        "Water Co                 3",
    ]


def test_headings_are_in_the_language_asked_for() -> None:
    assert render(UNITS, lang="en").split("\n")[0].split() == ["unit", "on", "time", "late"]
    assert rows_of(render(UNITS, "csv", "en"))[0] == ["unit", "on time", "late"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("路灯", 4), ("ＡＢ", 4), ("e\u0301", 1), ("☎\ufe0f", 1), ("a\u200bb", 2), ("，", 2)],
)
def test_width_counts_cells_and_not_characters(text: str, cells: int) -> None:
    assert width(text) == cells


def test_a_table_without_rows_has_its_headings() -> None:
    assert render(Table(UNITS.columns, [])).split("\n")[0] == "承办单位  按时办结率  超期"
    assert render(Table(UNITS.columns, []), "json") == "[]"
    assert rows_of(render(Table(UNITS.columns, []), "csv")) == [["承办单位", "按时办结率", "超期"]]


def test_decimals_keep_their_places_and_blanks_stay_blank() -> None:
    assert json.loads(render(UNITS, "json")) == [
        {"unit": "公安局", "rate": "96.30", "late": 12},
        {"unit": "Water Co", "rate": None, "late": 3},
    ]
    assert rows_of(render(UNITS, "csv"))[1:] == [["公安局", "96.30", "12"], ["Water Co", "", "3"]]
    assert json.loads(one(Decimal("1E+2"), "json")) == [{"a": "100"}]


def test_json_takes_what_rows_hold() -> None:
    held = {"kind": Kind.HELP, "days": (date(2026, 10, 10), datetime(2026, 10, 11, tzinfo=CST)), "some": {"b", "a"}}
    assert json.loads(one(held, "json")) == [
        {"a": {"kind": "help", "days": ["2026-10-10", "2026-10-11T00:00:00+08:00"], "some": ["a", "b"]}}
    ]
    with pytest.raises(ValueError, match="JSON"):
        one(float("nan"), "json")


def test_lists_and_truths_are_readable_as_text() -> None:
    assert rows_of(one(["甲", Kind.REPORT, True, None], "csv"))[1] == ["甲、report、true、"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1+cmd",
        "@sum(a1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\u3000=1",
        "＝1+1",
        "＋cmd",
        "－cmd",
        "＠a",
        "\ufeff=1",
        "\0=1",
        "-1\n",
        "+1 2",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert guard_csv(text) == "'" + text
    assert rows_of(one(text, "csv").replace("\0", ""))[1][0].startswith("'")


@pytest.mark.parametrize(
    "text", ["", "0", "-5.18", "+3", "96.30%", "路灯不亮", "1=1", "a-b", "13800138000", "2026-10-10"]
)
def test_plain_texts_and_numbers_are_left_alone(text: str) -> None:
    assert guard_csv(text) == text


def test_a_number_is_no_text_whatever_it_begins_with() -> None:
    assert rows_of(one(Decimal("-1E+2"), "csv"))[1] == ["-100"]
    assert rows_of(one(-1e-9, "csv"))[1] == ["-1e-09"]


def test_headings_are_guarded_like_cells() -> None:
    assert rows_of(render(Table((Column("a", "=甲", "=A"),), []), "csv")) == [["'=甲"]]


@given(st.text())
def test_what_is_read_back_is_what_was_written_but_for_the_guard(text: str) -> None:
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return
    written = one(text, "csv") + "\n"
    back = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert back == [[guard_csv(text)]]


def test_excel_gets_a_mark_and_whole_order_numbers() -> None:
    number = "250912101108115409"  # TV-81: eighteen digits, of which Excel would keep fifteen
    assert one(number, "csv", bom=True) == f"{BOM}甲\n{number}\t"
    assert one(number, "csv") == f"甲\n{number}"
    assert one("123456789012345", "csv", bom=True).endswith("5")


def test_nothing_in_a_cell_commands_the_terminal() -> None:
    shown = one("\x1b[31m红\x1b[0m\n第二行\t\u202e倒\u0007", "table").split("\n")
    assert shown[2:] == ["\\x1b[31m红\\x1b[0m 第二行 \\u202e倒\\x07"]


def test_wide_columns_are_cut_to_fit() -> None:
    table = Table(
        (Column("n", "编号", "no"), Column("t", "标题", "title")), [{"n": 7, "t": "路灯不亮已经三个星期无人处理"}]
    )
    cut = render(table, fit=20).split("\n")
    assert cut[2] == "   7  路灯不亮已经.."
    assert all(width(line) <= 20 for line in cut)
    assert render(table, fit=200) == render(table)


def test_a_format_nobody_prints_is_refused() -> None:
    with pytest.raises(RequestError) as refused:
        render(UNITS, "xml")
    assert refused.value.code == "unknown-format"
    assert "csv" in refused.value.hint("en")
