"""Tables (表格): one set of rows, printed for a terminal, for a spreadsheet or for a program."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?%?$")
_RISKY = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


@frozen(weakref_slot=False)
class Column:
    """A column (列): the key rows use, and its heading in Chinese and English."""

    key: str
    zh: str
    en: str


@frozen(weakref_slot=False)
class Table:
    """Rows under columns (表)."""

    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Any]]


def guard_csv(value: str) -> str:
    """Return *value* so that no spreadsheet takes it for a formula (防公式注入); plain numbers stay as they are."""
    if value.startswith(_RISKY) and not _NUMBER.match(value):
        return "'" + value
    return value


def render(table: Table, form: str = "table", lang: str = "zh", *, bom: bool = False) -> str:
    """Return *table* as ``table`` (aligned text), ``csv`` or ``json`` (渲染).

    Decimals go out as strings with their places in every form, so that 96.30 stays 96.30; blanks are
    empty in text and CSV and null in JSON.  *bom* is for a CSV that Excel shall open.
    """
    if form == "json":
        rows = [{column.key: _plain(row.get(column.key)) for column in table.columns} for row in table.rows]
        return json.dumps(rows, ensure_ascii=False, indent=2)
    heads = [column.zh if lang == "zh" else column.en for column in table.columns]
    cells = [[_text(row.get(column.key)) for column in table.columns] for row in table.rows]
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows([guard_csv(cell) for cell in row] for row in cells)
        return (BOM if bom else "") + out.getvalue().rstrip("\n")
    return _aligned(heads, cells)


def _plain(value: Any) -> Any:
    if isinstance(value, (Decimal, datetime, date)):
        return str(value) if isinstance(value, Decimal) else value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "、".join(_text(item) for item in value)
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def width(text: str) -> int:
    """Return how many cells of a terminal *text* takes (显示宽度): wide characters take two, marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _aligned(heads: list[str], rows: list[list[str]]) -> str:
    flat = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max([width(head), *(width(row[i]) for row in flat)]) for i, head in enumerate(heads)]
    numeric = [bool(flat) and all(not row[i] or _NUMBER.match(row[i]) for row in flat) for i in range(len(heads))]

    def line(cells: list[str]) -> str:
        parts = []
        for cell, wide, right in zip(cells, widths, numeric, strict=True):
            gap = " " * (wide - width(cell))
            parts.append(gap + cell if right else cell + gap)
        return "  ".join(parts).rstrip()

    return "\n".join([line(heads), line(["-" * wide for wide in widths]), *(line(row) for row in flat)])
