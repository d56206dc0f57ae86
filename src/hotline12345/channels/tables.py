"""Text as rows (表格): CSV, TSV and JSON, each row with the line where it starts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import chain
from typing import Any

from attrs import frozen

from ..core.errors import Fault, RequestError
from .refusals import note, refusal

Row = tuple[int, Sequence[Any] | RequestError]
"""A line number, and the cells that start there or why there are none."""

# Two NULs no file's own last line ends in; when a record swallows this line, its quote was never closed.
_SENTINEL = "\x00end\x00"


@frozen(weakref_slot=False)
class Table:
    """Rows under a header (表): ``rows`` starts anew at each call and yields each row's cells in ``columns``' order."""

    format: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    notes: tuple[Fault, ...] = ()


def empty_file() -> RequestError:
    """Return the refusal of a payload in which there is no row and no header."""
    return refusal(
        "empty-file",
        "文件是空的",
        "the file is empty",
        hint=("请检查导出是否成功", "check whether the export succeeded"),
    )


def open_text(text: str, name: str) -> Table:
    """Return the table in *text*; the file's *name* only settles what its content leaves open."""
    start = text.lstrip()
    if not start:
        raise empty_file()
    if start[0] == "[":
        return _json_table("json", list(_json_array(text)))
    if start[0] == "{":
        return _json_table("jsonl", list(_json_lines(text)))
    return _csv_table(text, name)


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────


def _csv_table(text: str, name: str) -> Table:
    head = start_line(text)
    tabbed = name.lower().removesuffix(".gz").endswith((".tsv", ".tab"))
    delimiter = "\t" if tabbed else next((mark for mark in ",\t;" if mark in head), ",")
    records = csv_records(text, delimiter)
    _, header = next(records)
    if isinstance(header, RequestError):
        raise header
    columns = tuple(cell.strip() for cell in header)

    def rows() -> Iterator[Row]:
        again = csv_records(text, delimiter)
        next(again)
        return _in_width(again, len(columns))

    open_end = not text.endswith(("\n", "\r"))
    notes = (_open_ended(),) if open_end else ()
    return Table("tsv" if delimiter == "\t" else "csv", columns, rows, notes)


def start_line(text: str) -> str:
    """Return the first line that is not blank."""
    return next((line for line in io.StringIO(text, newline="") if line.strip()), "")


def _open_ended() -> Fault:
    return note(
        "no-final-newline",
        "文件末尾没有换行，最后一行可能不完整",
        "the file does not end in a line break, so its last row may be cut off",
    )


def _in_width(records: Iterator[Row], width: int) -> Iterator[Row]:
    for line, cells in records:
        if isinstance(cells, RequestError) or len(cells) == width:
            yield line, cells
        elif len(cells) > width and not any(cells[width:]):
            yield line, cells[:width]
        else:
            yield line, _wrong_width(line, len(cells), width)


def _wrong_width(line: int, found: int, width: int) -> RequestError:
    few = found < width
    return refusal(
        "short-row" if few else "long-row",
        f"该行有 {found} 列，表头有 {width} 列",
        f"the row has {found} columns, the header {width}",
        line=line,
        value=found,
        hint=("该行可能被截断", "the row may be cut off")
        if few
        else ("含逗号的文字须加引号", "text that holds the separator must be quoted"),
    )


def csv_records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield each record with the physical line where it starts; blank lines are passed over."""
    lines = io.StringIO(text, newline="").readlines()
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    first = 0
    while first < len(lines):
        first = yield from _csv_run(lines, first, delimiter)


def _csv_run(lines: list[str], first: int, delimiter: str) -> Generator[Row, None, int]:
    """Read from line *first* (counted from 0) on; return where to go on after a record the reader cannot take."""
    total, at = len(lines), first
    reader = csv.reader(chain((lines[i] for i in range(first, total)), (_SENTINEL,)), delimiter=delimiter)
    try:
        for cells in reader:
            after = first + reader.line_num
            if after > total:
                if cells != [_SENTINEL]:
                    yield at + 1, _unclosed(at + 1, total)
                return total
            if cells:
                yield at + 1, cells
            at = after
    except csv.Error:
        # A field beyond csv's limit of 131,072 characters, which is a setting of the whole process and not ours.
        end = _record_end(lines, at, delimiter)
        if end is None:
            yield at + 1, _unclosed(at + 1, total)
            return total
        yield at + 1, _too_long(at + 1)
        return end
    return total


def _unclosed(line: int, last: int) -> RequestError:
    return refusal(
        "unclosed-quote",
        f"引号没有闭合，第 {line} 至 {last} 行未能读取",
        f"a quote never closes; lines {line} to {last} were not read",
        line=line,
        last=last,
        hint=("文件可能被截断，请重新导出", "the file may be cut off; export it again"),
    )


def _too_long(line: int) -> RequestError:
    return refusal(
        "field-too-long",
        f"有一格超过 {csv.field_size_limit()} 字",
        f"a field is longer than {csv.field_size_limit()} characters",
        line=line,
        hint=("请检查引号，或把长文作为附件", "check the quotes, or attach long texts as files"),
    )


def _record_end(lines: list[str], at: int, delimiter: str) -> int | None:
    """Return the line after the record that starts at line *at*; ``None`` when its quote never closes."""
    quoted = False
    for index in range(at, len(lines)):
        quoted = _quoted_after(lines[index], quoted, delimiter)
        if not quoted:
            return index + 1
    return None


def _quoted_after(line: str, quoted: bool, delimiter: str) -> bool:
    pos, fresh = 0, not quoted
    while True:
        if quoted:
            pos = line.find('"', pos)
            if pos < 0:
                return True
            doubled = line.startswith('""', pos)
            pos += 2 if doubled else 1
            quoted = doubled
        elif fresh and line.startswith('"', pos):
            quoted, fresh, pos = True, False, pos + 1
        else:
            pos = line.find(delimiter, pos) + 1
            if pos == 0:
                return False
            fresh = True


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)
# What the decoder raises on anything a stranger can write: deep nesting and huge integers included.
_UNREADABLE = (ValueError, RecursionError)


def _bad_json(line: int, last: bool) -> RequestError:
    return refusal(
        "bad-json",
        "不是完整的 JSON 对象" + ("，其后的内容未能读取" if last else ""),
        "this is no whole JSON object" + ("; nothing after it was read" if last else ""),
        line=line,
        hint=("请检查该处是否被截断、键是否重复", "check whether it is cut off or a key is given twice"),
    )


def _flat(line: int, value: Any) -> dict[str, Any] | RequestError:
    """Return an object with the objects inside it unfolded: ``requester: {name}`` becomes ``requester.name``."""
    if not isinstance(value, dict):
        return _bad_json(line, False)
    if not any(isinstance(inner, dict) for inner in value.values()):
        return value
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            flat.update({f"{key}.{sub}": leaf for sub, leaf in inner.items()})
        else:
            flat[key] = inner
    return flat


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, Any] | RequestError]]:
    if _is_spread(text):
        yield from _json_array(text)
        return
    for line, raw in enumerate(io.StringIO(text), 1):
        raw = raw.strip()
        if raw:
            try:
                value = _DECODER.decode(raw)
            except _UNREADABLE:
                yield line, _bad_json(line, False)
            else:
                yield line, _flat(line, value)


def _is_spread(text: str) -> bool:
    """Say whether the first object runs over several lines, as pretty printers write it."""
    try:
        _DECODER.decode(start_line(text).strip())
    except _UNREADABLE:
        try:
            _DECODER.raw_decode(text, len(text) - len(text.lstrip()))
        except _UNREADABLE:
            return False
        return True
    return False


def _json_array(text: str) -> Iterator[tuple[int, dict[str, Any] | RequestError]]:
    """Yield the objects of an array (or of a mere sequence) one by one, so that those before a break go in."""
    pos, line, counted, end = 0, 1, 0, len(text)
    closed = text.lstrip()[0] != "["
    while True:
        while pos < end and text[pos] in " \t\r\n,[]":
            closed = closed or text[pos] == "]"
            pos += 1
        line, counted = line + text.count("\n", counted, pos), pos
        if pos == end:
            break
        try:
            value, pos = _DECODER.raw_decode(text, pos)
        except _UNREADABLE:
            yield line, _bad_json(line, True)
            return
        yield line, _flat(line, value)
    if not closed:
        yield line, _bad_json(line, True)


def _json_table(form: str, found: list[tuple[int, dict[str, Any] | RequestError]]) -> Table:
    names: dict[str, None] = {}
    for _, value in found:
        if isinstance(value, dict):
            names.update(dict.fromkeys(value))
    columns = tuple(names)
    if not columns:
        errors = [value for _, value in found if isinstance(value, RequestError)]
        raise errors[0] if errors else empty_file()

    def rows() -> Iterator[Row]:
        for line, value in found:
            yield line, value if isinstance(value, RequestError) else [value.get(name) for name in columns]

    return Table(form, columns, rows)
