"""Tables as an Excel workbook (工作簿), with the extra ``report``."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from ..core.errors import PluginError
from .tables import Table

EXACT_DIGITS = 15
"""Excel keeps fifteen digits of a number: what has more goes in as text, or its last digits would be lost."""

# Nothing a cell holds may turn into a formula, a link or a number it was not.
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(table: Table, lang: str = "zh", *, sheet: str = "") -> bytes:
    """Return *table* as the bytes of an ``.xlsx`` file (导出工作簿).

    Numbers and decimals go in as numbers, everything else as text; order numbers stay whole.

    Raises:
        PluginError: ``missing-extra`` when XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise PluginError(
            "写 .xlsx 需要 XlsxWriter",
            "writing .xlsx needs XlsxWriter",
            code="missing-extra",
            hint='pip install "hotline12345[report]"，或改用 csv',
            hint_en='pip install "hotline12345[report]", or use csv',
        ) from error
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    page = book.add_worksheet(sheet or None)
    bold = book.add_format({"bold": True})
    for column, head in enumerate(table.columns):
        page.write_string(0, column, head.zh if lang == "zh" else head.en, bold)
    for number, row in enumerate(table.rows, start=1):
        for column, head in enumerate(table.columns):
            _write(page, number, column, row.get(head.key))
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _write(page: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and _exact(value):
        page.write_number(row, column, float(value))
    else:
        page.write_string(row, column, "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value))


def _exact(value: float | Decimal) -> bool:
    """Whether Excel can hold *value* without losing a digit."""
    digits = Decimal(str(value))
    return digits.is_finite() and len(digits.as_tuple().digits) <= EXACT_DIGITS
