"""Tables (表格): one set of rows, printed for a terminal, for a spreadsheet or for a program."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from attrs import frozen

from ..core.errors import RequestError

BOM = "\ufeff"
FORMS = ("table", "csv", "json")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_RISKY = "=+-@"
_LONG_DIGITS = re.compile(r"[0-9]{16,}")
_CUT = ".."  # two plain dots: the one-character ellipsis is one cell wide here and two there


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
    """Return *value* so that no spreadsheet takes it for a formula (防公式注入); plain numbers stay as they are.

    What a spreadsheet strips or folds before it looks counts too: blanks, control characters, full-width signs.
    """
    if _NUMBER.fullmatch(value):
        return value
    bare = unicodedata.normalize("NFKC", value).lstrip("\0" + BOM).lstrip()
    return "'" + value if value.startswith(("\t", "\r", "\n", "\0")) or bare.startswith(tuple(_RISKY)) else value


def render(table: Table, form: str = "table", lang: str = "zh", *, bom: bool = False, fit: int | None = None) -> str:
    """Return *table* as ``table`` (aligned text), ``csv`` or ``json`` (渲染).

    Decimals go out as strings with their places in every form, so that 96.30 stays 96.30; blanks are
    empty in text and CSV and null in JSON.

    Args:
        table: the rows, and which columns to print of them.
        form: ``table``, ``csv`` or ``json``.
        lang: the headings' language, ``zh`` or ``en``.
        bom: for a CSV that Excel shall open: with a byte-order mark, and with a tab after texts of sixteen digits and
            more (order numbers), which Excel would otherwise turn into numbers and cut to fifteen digits.
        fit: the cells a line of text may take; the widest columns are cut until it fits.

    Raises:
        RequestError: ``unknown-format``, with those there are.
    """
    if form not in FORMS:
        raise RequestError(
            f"没有输出格式「{form}」",
            f"there is no format {form!r}",
            code="unknown-format",
            hint=f"可用：{'、'.join(FORMS)}",
            hint_en=f"possible: {', '.join(FORMS)}",
        )
    values = [[row.get(column.key) for column in table.columns] for row in table.rows]
    if form == "json":
        keys = [column.key for column in table.columns]
        rows = [dict(zip(keys, map(_plain, row), strict=True)) for row in values]
        return json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False)
    heads = [column.zh if lang == "zh" else column.en for column in table.columns]
    if form == "csv":
        return _csv(heads, values, bom)
    return _aligned([_shown(head) for head in heads], [[_shown(_text(value)) for value in row] for row in values], fit)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):  # and datetime, which is one
        return value.isoformat()
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "、".join(_text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(_plain(value))


def _csv(heads: list[str], rows: list[list[Any]], bom: bool) -> str:
    cells = [[guard_csv(head) for head in heads], *([_csv_cell(value, bom) for value in row] for row in rows)]
    return (BOM if bom else "") + "\n".join(map(_csv_line, cells))


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    # With this line end the writer quotes a lone carriage return too, which readers take for the end of a row.
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def _csv_cell(value: Any, excel: bool) -> str:
    text = _text(value)
    if isinstance(value, (int, float, Decimal)):
        return text
    return text + "\t" if excel and _LONG_DIGITS.fullmatch(text) else guard_csv(text)


def width(text: str) -> int:
    """Return how many cells of a terminal *text* takes (显示宽度): wide characters take two, marks none."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1


def _shown(text: str) -> str:
    """Return *text* on one line, and with nothing in it that commands a terminal or turns the reading direction."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable():
        return line
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)


def _cut(text: str, most: int) -> str:
    if width(text) <= most:
        return text
    kept, room = [], most - len(_CUT)
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + _CUT


def _fitted(widths: list[int], fit: int) -> list[int]:
    """Return the widths, the widest lowered until a line fits; no column goes under six cells."""
    wide = list(widths)
    over = sum(wide) + 2 * (len(wide) - 1) - fit
    for _ in range(max(0, over)):
        most = max(wide)
        if most <= 6:
            break
        wide[wide.index(most)] -= 1
    return wide


def _aligned(heads: list[str], rows: list[list[str]], fit: int | None) -> str:
    widths = [max([width(head), *(width(row[i]) for row in rows)]) for i, head in enumerate(heads)]
    if fit is not None and widths:
        widths = _fitted(widths, fit)
    numeric = [bool(rows) and all(not row[i] or _NUMBER.fullmatch(row[i]) for row in rows) for i in range(len(heads))]

    def line(cells: list[str]) -> str:
        parts = []
        for cell, wide, right in zip(cells, widths, numeric, strict=True):
            cell = _cut(cell, wide)
            gap = " " * (wide - width(cell))
            parts.append(gap + cell if right else cell + gap)
        return "  ".join(parts).rstrip()

    return "\n".join([line(heads), line(["-" * wide for wide in widths]), *(line(row) for row in rows)])
