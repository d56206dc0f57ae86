"""Excel workbooks (Excel 工作簿): ``.xlsx`` through python-calamine, looked at before it is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ..core.errors import PluginError, RequestError
from .payload import MAX_BYTES, check_bounds
from .refusals import note, refusal, shown
from .tables import Row, Table, empty_file

MAX_CELLS = 20_000_000
"""The most cells a sheet may span (library default): readers lay the whole span out, however few cells are filled."""

_TITLES = 10
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")


def open_excel(data: bytes, sheet: str = "") -> Table:
    """Return the table in a workbook: of *sheet*, by default the first one.

    Raises:
        PluginError: python-calamine is not installed.
        RequestError: ``bad-workbook``, ``too-large``, ``unknown-sheet`` or ``empty-file``.
    """
    check_workbook(data)
    try:
        import python_calamine
    except ImportError as err:
        raise PluginError(
            "读取 .xlsx 需要可选依赖 python-calamine",
            "reading .xlsx needs the optional dependency python-calamine",
            code="missing-extra",
            hint='请运行：pip install "hotline12345[excel]"',
            hint_en='run: pip install "hotline12345[excel]"',
        ) from err
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(workbook.sheet_names)
        chosen = sheet or (names[0] if names else "")
        if chosen not in names:
            raise _unknown_sheet(chosen, names)
        # Without this the empty rows and columns at the start vanish, and every line number with them.
        cells = workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as err:
        raise bad_workbook() from err
    table = _table([list(map(_typed, row)) for row in cells])
    if len(names) > 1:
        zh, en = f"只读取了工作表「{shown(chosen)}」", f"only the sheet {shown(chosen)!r} was read"
        rest = ", ".join(shown(name) for name in names if name != chosen)
        return Table(
            table.format,
            table.columns,
            table.rows,
            (note("one-sheet", f"{zh}，另有：{rest}", f"{en}; there are also: {rest}"),),
        )
    return table


def bad_workbook() -> RequestError:
    """Return the refusal of what is no readable ``.xlsx``."""
    return refusal(
        "bad-workbook",
        "不是可读的 .xlsx 工作簿",
        "this is no readable .xlsx workbook",
        hint=("请另存为不加密的 .xlsx 或 CSV", "save it as .xlsx without a password, or as CSV"),
    )


def check_workbook(data: bytes) -> None:
    """Look at the zip directory first, then hold it to its word, before any reader unpacks the file.

    Raises:
        RequestError: ``too-large`` beyond the bounds of :mod:`.payload` or :data:`MAX_CELLS`, ``bad-workbook``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            check_bounds(len(data), sum(entry.file_size for entry in entries))
            if not any(entry.filename.startswith("xl/") for entry in entries):
                raise bad_workbook()
            for entry in entries:
                # zipfile stops at the size the directory names and compares the checksum: a lie ends here.
                with archive.open(entry) as part:
                    _check_span(part.read(MAX_BYTES))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as err:
        raise bad_workbook() from err


def _check_span(part: bytes) -> None:
    wide, tall = 0, 0
    for letters, digits in _REFERENCE.findall(part):
        tall = max(tall, int(digits))
        wide = max(wide, _column(letters))
    if wide * tall > MAX_CELLS:
        raise refusal(
            "too-large",
            f"工作表占 {tall} 行 {wide} 列，超过 {MAX_CELLS} 格",
            f"a sheet spans {tall} rows by {wide} columns, more than {MAX_CELLS} cells",
            hint=("请删去远处的空白单元格，或另存为 CSV", "delete the stray cells far out, or save it as CSV"),
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _unknown_sheet(name: str, names: list[str]) -> RequestError:
    return refusal(
        "unknown-sheet",
        f"没有工作表「{shown(name)}」",
        f"there is no sheet {shown(name)!r}",
        hint=("工作表有：" + "、".join(map(shown, names)), "sheets: " + ", ".join(map(shown, names))),
    )


def _typed(value: Any) -> Any:
    # Numbers are doubles in the file whatever the reader calls them: only so are lost digits seen.
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return str(value) if isinstance(value, timedelta) else value


def _table(cells: list[list[Any]]) -> Table:
    filled = [sum(1 for value in row if value not in ("", None)) for row in cells]
    if not any(filled):
        raise empty_file()
    first = next(index for index, count in enumerate(filled) if count)
    # Offices like a merged title above the header: a lone cell, followed by a row of several.
    head = next((index for index in range(first, min(first + _TITLES, len(cells))) if filled[index] > 1), first)
    columns = tuple(str(value).strip() for value in cells[head])

    def rows() -> Iterator[Row]:
        for index in range(head + 1, len(cells)):
            if filled[index]:
                yield index + 1, cells[index]

    return Table("xlsx", columns, rows)
