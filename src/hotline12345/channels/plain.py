"""The channel ``plain`` (通用渠道): JSON lines, JSON, CSV, TSV and Excel files, packed or not, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from attrs import define

from ..core.errors import Fault, RequestError
from ..core.request import Kind
from . import API, Parsed
from .columns import parse_mapping, resolve
from .payload import Text, decode, gunzip, is_broken
from .refusals import refusal, shown
from .rows import RowReader
from .tables import Row, Table, empty_file, open_text

_OPTIONS = ("name", "mapping", "kind", "channel", "encoding", "received", "sheet")


@define(eq=False)
class Reading:
    """A payload being read (读取): iterate it for its rows, as often as you like.

    ``encoding`` is how the text was read (empty for a workbook), ``format`` one of ``csv``, ``tsv``,
    ``jsonl``, ``json`` and ``xlsx``, ``columns`` the header, ``mapping`` which of them fills which
    field.  ``notes`` is complete after the last row.
    """

    encoding: str
    format: str
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    _table: Table
    _rows: RowReader
    _text: Text | None

    @property
    def notes(self) -> tuple[Fault, ...]:
        """What was assumed and is worth knowing; refuses nothing."""
        return (*self._table.notes, *self._rows.notes())

    def __iter__(self) -> Iterator[Parsed]:
        read, text = self._rows.read, self._text
        rows = self._table.rows()
        if text is not None and text.cut:
            rows = _until_the_cut(rows, whole_line=text.text.endswith("\n"))
        # A look at the whole text once spares a look at each cell of each row.
        wary = text is not None and (text.damaged or "\x00" in text.text or "\\u" in text.text)
        for line, cells in rows:
            if isinstance(cells, RequestError):
                yield Parsed(line, None, cells)
            elif wary and any(isinstance(cell, str) and is_broken(cell) for cell in cells):
                yield Parsed(line, None, _damaged(line))
            else:
                yield read(line, cells)


class PlainChannel:
    """The channel ``plain`` (通用渠道): files as offices keep them in, JSON lines out."""

    api = API

    def parse(self, payload: bytes, *, options: Mapping[str, Any] | None = None) -> Iterator[Parsed]:
        """Yield each row of *payload*.

        Args:
            options: the keyword arguments of :meth:`read`; ``mapping`` and ``kind`` may be text.

        Raises:
            RequestError: as :meth:`read`, and ``unknown-option``.
        """
        given = dict(options or {})
        unknown = [name for name in given if name not in _OPTIONS]
        if unknown:
            raise refusal(
                "unknown-option",
                "渠道 plain 没有选项：" + "、".join(map(shown, unknown)),
                "the channel plain has no options: " + ", ".join(map(shown, unknown)),
                hint=("选项有：" + "、".join(_OPTIONS), "options: " + ", ".join(_OPTIONS)),
            )
        if isinstance(given.get("mapping"), str):
            given["mapping"] = parse_mapping(given["mapping"])
        if isinstance(given.get("kind"), str):
            given["kind"] = Kind.parse(given["kind"])
        return iter(self.read(payload, **given))

    def read(
        self,
        data: bytes,
        *,
        name: str = "",
        mapping: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        channel: str = "import",
        encoding: str = "",
        received: datetime | None = None,
        sheet: str = "",
    ) -> Reading:
        """Open a payload for reading row by row.

        Args:
            name: the file's name; it only settles what the content leaves open.
            mapping: our field → their column, see :func:`~.columns.parse_mapping`; fields that are
                not in it are recognised by their headers.
            kind: fixes the kind of every row and leaves the kind column unread.
            channel: the channel of rows that name none.
            encoding: how to decode the text; by default UTF-8, else GB18030.
            received: the time of receipt of rows that give none; without it they are refused.
            sheet: the sheet of a workbook; by default the first.

        Raises:
            RequestError: nothing can be read: ``empty-file``, ``unknown-encoding``, ``damaged-gzip``,
                ``bad-workbook``, ``too-large``, ``unknown-field``, ``missing-column``, ``duplicate-column`` …
            PluginError: a workbook without the extra ``excel``.
        """
        text, table = _open(data, name, encoding, sheet)
        at = resolve(table.columns, mapping or {}, timed=received is None)
        if kind is not None:
            at.pop("kind", None)
        rows = RowReader(table.columns, at, kind, channel, received)
        filled = {field: table.columns[index] for field, index in at.items()}
        return Reading(text.encoding if text else "", table.format, table.columns, filled, table, rows, text)

    def render(self, view: Mapping[str, Any]) -> bytes:
        """Return the view of an order as one line of JSON in UTF-8, its keys in their order.

        Raises:
            RequestError: ``not-json`` when the view holds something JSON has no word for.
        """
        try:
            line = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_word)
        except (TypeError, ValueError, RecursionError) as err:
            raise refusal(
                "not-json",
                "视图中有 JSON 无法表示的内容",
                "the view holds something JSON has no word for",
                hint=("请只放文字、数字、时间、列表和字典", "keep to texts, numbers, times, lists and mappings"),
            ) from err
        return line.encode("utf-8", "backslashreplace") + b"\n"


def _open(data: bytes, name: str, encoding: str, sheet: str) -> tuple[Text | None, Table]:
    cut = False
    if data.startswith(b"\x1f\x8b"):
        data, cut = gunzip(data)
    if not data:
        raise empty_file()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        from . import excel

        return None, excel.open_excel(data, sheet)
    found = decode(data, encoding)
    text = Text(found.text, found.encoding, found.damaged, cut)
    return text, open_text(text.text, name)


def _until_the_cut(rows: Iterator[Row], *, whole_line: bool) -> Iterator[Row]:
    """Yield the rows of a packed file that broke off, and say where it did."""
    held: Row | None = None
    for row in rows:
        if held is not None:
            yield held
        held = row
    line = held[0] if held else 1
    if held is not None and (whole_line or isinstance(held[1], RequestError)):
        yield held
        line += 1
    yield (
        line,
        refusal(
            "truncated",
            "文件到此中断，此后的行缺失",
            "the file breaks off here and the rows after it are missing",
            line=line,
            hint=("请重新传输该文件", "transfer the file again"),
        ),
    )


def _damaged(line: int) -> RequestError:
    return refusal(
        "damaged-text",
        "该行有损坏的字符（NUL 或无法解码的字节）",
        "the row holds damaged characters (NUL, or bytes that could not be decoded)",
        line=line,
        hint=("请从来源重新导出该行", "export the row again from its source"),
    )


def _word(value: object) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(type(value).__name__)
