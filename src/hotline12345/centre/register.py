"""Reading a register (读台账): a table whose columns may be called in Chinese or English, every fault told at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from attrs import frozen

from ..channels.payload import decode, gunzip
from ..channels.tables import open_text
from ..channels.times import read_time
from ..core.errors import Fault, PolicyError, RequestError

_YES = frozenset({"是", "1", "y", "yes", "true", "已接", "接通", "已解决"})
_NO = frozenset({"否", "0", "n", "no", "false", "未接", "未接通", "未解决"})


@frozen(weakref_slot=False)
class Field:
    """A column of a register (台账列).

    Attributes:
        names: what it may be called, the first being its key.
        read: makes a value of the cell's text; raises ``ValueError`` where it cannot.
        form: what a cell must look like, told to whoever wrote another, Chinese and English.
        needed: whether a row without it is at fault.
        empty: what an empty cell means where it is not needed.
    """

    names: tuple[str, ...]
    read: Callable[[str], Any] = str
    form: tuple[str, str] = ("文字", "a text")
    needed: bool = False
    empty: Any = ""


def a_time(text: str) -> datetime:
    """Read an instant, China's where no offset is given."""
    return read_time(text).at


def a_day(text: str) -> date:
    """Read a day."""
    return read_time(text).at.date()


def a_flag(text: str) -> bool:
    """Read yes or no."""
    word = text.strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError(text)


def a_count(text: str) -> int:
    """Read a whole number from 0 up."""
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def texts(text: str) -> tuple[str, ...]:
    """Read a list set off by semicolons or 、."""
    plain = text.replace("；", ";").replace("、", ";")
    return tuple(part.strip() for part in plain.split(";") if part.strip())


def one_of(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return a reader of one of *words*, each way of writing it → what it means."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return words[text]

    return read


TIME = ("时间，如 2026-09-28 10:00:00", "a time such as 2026-09-28 10:00:00")
DAY = ("日期，如 2026-09-28", "a day such as 2026-09-28")
FLAG = ("是 或 否", "yes or no")
COUNT = ("不小于 0 的整数", "a whole number from 0 up")
LIST = ("用分号隔开的列表", "a list set off by semicolons")


def read_register(
    data: bytes, fields: tuple[Field, ...], file: str = ""
) -> tuple[list[tuple[int, dict[str, Any]]], list[Fault]]:
    """Read a register (读台账).

    Args:
        data: CSV, TSV, JSON or JSON lines in UTF-8 or GB18030, gzipped or not.
        fields: its columns; others are left alone.
        file: what faults call it.

    Returns:
        Each sound row with its line, and every fault of the others.

    Raises:
        RequestError: the file is no table at all.
        PolicyError: ``bad-register``, where a column that is needed is missing.
    """
    if data.startswith(b"\x1f\x8b"):
        data, _ = gunzip(data)
    table = open_text(decode(data).text, file)
    at = {
        field.names[0]: next((table.columns.index(name) for name in field.names if name in table.columns), -1)
        for field in fields
    }
    missing = [field for field in fields if field.needed and at[field.names[0]] < 0]
    if missing:
        raise bad_register([_no_column(field, file) for field in missing], file)
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[Fault] = []
    for line, cells in table.rows():
        if isinstance(cells, RequestError):
            faults.append(Fault(cells.code, cells.zh, cells.en, file=file, line=line))
            continue
        row, wrong = {}, []
        for field in fields:
            key = field.names[0]
            text = str(cells[at[key]]).strip() if at[key] >= 0 and cells[at[key]] is not None else ""
            row[key], fault = _value(field, text, file, line)
            wrong += [fault] if fault is not None else []
        faults += wrong
        if not wrong:
            rows.append((line, row))
    return rows, faults


def bad_register(faults: list[Fault], file: str) -> PolicyError:
    """Return the refusal of a register with these *faults*."""
    return PolicyError(
        f"台账 {file} 有 {len(faults)} 处错误",
        f"the register {file} has {len(faults)} faults",
        code="bad-register",
        faults=tuple(faults),
    )


def sound(data: bytes, fields: tuple[Field, ...], file: str = "") -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a register that has no fault (无错台账).

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    rows, faults = read_register(data, fields, file)
    if faults:
        raise bad_register(faults, file)
    yield from rows


def _no_column(field: Field, file: str) -> Fault:
    names = "、".join(field.names)
    return Fault(
        "missing-column", f"缺少列「{names}」之一", f"one of the columns {names} is missing", file=file, line=1
    )


def _value(field: Field, text: str, file: str, line: int) -> tuple[Any, Fault | None]:
    key = field.names[0]
    if not text:
        if field.needed:
            return None, Fault("missing-value", f"「{key}」为空", f"{key!r} is empty", file=file, line=line, key=key)
        return field.empty, None
    with contextlib.suppress(ValueError):
        return field.read(text), None
    zh, en = field.form
    return None, Fault(
        "bad-value",
        f"「{key}」写的是「{text}」，应是{zh}",
        f"{key!r} is {text!r}, not {en}",
        file=file,
        line=line,
        key=key,
    )
