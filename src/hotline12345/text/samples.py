"""Labelled rows (标注样本): requests that somebody has put into a category or a kind, read from a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..channels.payload import decode, gunzip, is_broken
from ..channels.tables import Table, open_text
from ..core.errors import RequestError


class Sample(NamedTuple):
    """One labelled request (样本); *line* is where it stands in its file, *group* what near-copies share."""

    title: str
    text: str
    label: str
    group: str
    line: int

    @property
    def length(self) -> int:
        """Characters of title and text, as the engine counts them."""
        return len(self.title) + len(self.text)


class Samples(NamedTuple):
    """What a table of labelled rows holds (样本表); *refused* are the rows that could not be taken, with why."""

    rows: tuple[Sample, ...]
    refused: tuple[RequestError, ...] = ()


def read_table(data: bytes, name: str) -> Table:
    """Read CSV, TSV or JSON, packed by gzip or not, UTF-8 or GB18030 (读表).

    Raises:
        RequestError: what is wrong with the file as a whole.
    """
    if data.startswith(b"\x1f\x8b"):
        data, _ = gunzip(data)
    return open_text(decode(data).text, name)


def column(table: Table, name: str, what: str, file: str) -> int:
    """Return where the column *name* stands.

    Raises:
        RequestError: ``no-column``, with the columns there are.
    """
    if name in table.columns:
        return table.columns.index(name)
    known = "、".join(table.columns)
    raise RequestError(
        f"{file} 没有「{name}」这一列（{what}）",
        f"{file} has no column {name!r} ({what})",
        code="no-column",
        hint=f"现有的列：{known}",
        hint_en=f"the columns are: {known}",
    )


def read_samples(data: bytes, file: str, *, label: str, text: str, title: str = "", group: str = "") -> Samples:
    """Read labelled rows (读样本): the good ones are kept whatever is wrong with others.

    Args:
        data: the file's bytes.
        file: its name, for errors.
        label: the column with the category or kind; rows without one are refused.
        text: the column with the text.
        title: the column with the title, if there is one.
        group: the column that near-copies share, if there is one; without one :func:`.copies.groups` finds them.

    Raises:
        RequestError: ``no-column`` and what makes a table unreadable.
    """
    table = read_table(data, file)
    wanted = [column(table, name, option, file) for option, name in (("--label", label), ("--text", text))]
    wanted += [
        column(table, name, option, file) if name else -1 for option, name in (("--title", title), ("--group", group))
    ]
    rows: list[Sample] = []
    refused: list[RequestError] = []
    for line, cells in table.rows():
        if isinstance(cells, RequestError):
            refused.append(cells)
            continue
        said, body, head, same = (str(cells[at] if cells[at] is not None else "") if at >= 0 else "" for at in wanted)
        if not said.strip() or not (body.strip() or head.strip()) or is_broken(body + head + said):
            refused.append(_unusable(line, said, label, text))
            continue
        rows.append(Sample(head.strip(), body.strip(), said.strip(), same.strip(), line))
    return Samples(tuple(rows), tuple(refused))


def _unusable(line: int, said: str, label: str, text: str) -> RequestError:
    empty = not said.strip()
    return RequestError(
        f"第 {line} 行" + (f"没有标注（{label}）" if empty else f"没有可读的内容（{text}）"),
        f"line {line} has no " + (f"label ({label})" if empty else f"text that can be read ({text})"),
        code="no-label" if empty else "no-text",
        hint="该行未使用；补上后再来",
        hint_en="the row was left out; complete it and come again",
    )


def contradictions(rows: Sequence[Sample], groups: Iterable[str]) -> list[tuple[Sample, ...]]:
    """Return the rows of each group of near-copies that bear different labels (相互矛盾的样本)."""
    together: dict[str, list[Sample]] = {}
    for row, group in zip(rows, groups, strict=True):
        together.setdefault(group, []).append(row)
    return [tuple(rows) for rows in together.values() if len({row.label for row in rows}) > 1]
