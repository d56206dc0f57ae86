"""Knowledge in and out as tables (导入导出): CSV, TSV, JSON and Excel, with the columns 信阳 asks for and more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from ..channels.payload import decode, gunzip
from ..channels.tables import Table as Read
from ..channels.tables import empty_file, open_text
from ..channels.times import read_time
from ..core.errors import Fault, PolicyError, RequestError
from ..report.tables import Column, Table
from .article import Article, Draft, Visibility

_LISTS = ",，;；、"
_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t")


def _words(text: str) -> tuple[str, ...]:
    for mark in _LISTS[1:]:
        text = text.replace(mark, ",")
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _day(text: str) -> date | None:
    return read_time(text).at.date() if text else None


def _visibility(text: str) -> Visibility:
    for each in Visibility:
        if text in (each.value, each.zh):
            return each
    if not text:
        return Visibility.DEPARTMENT
    raise ValueError(text)


_TEXT = ("文字", "a text")
_DAY = ("日期，如 2026-10-09", "a day such as 2026-10-09")
FIELDS: dict[str, tuple[tuple[str, ...], Callable[[str], Any], tuple[str, str]]] = {
    "category": (("类目", "分类", "category"), str, _TEXT),
    "title": (("标题", "title"), str, _TEXT),
    "content": (("内容", "content"), str, _TEXT),
    "unit": (("发文单位", "责任单位", "unit"), str, _TEXT),
    "material": (("材料性质", "材料类型", "material"), str, _TEXT),
    "keywords": (("关键字", "关键词", "keywords"), _words, _TEXT),
    "region": (("区划", "region"), str, _TEXT),
    "source": (("依据", "来源", "source"), str, _TEXT),
    "visibility": (
        ("可见范围", "visibility"),
        _visibility,
        ("公开、单位可见 或 内部", "public, department or internal"),
    ),
    "valid_from": (("有效期起", "valid_from"), _day, _DAY),
    "valid_until": (("有效期止", "valid_until"), _day, _DAY),
    "review_by": (("复核日期", "review_by"), _day, _DAY),
}
"""Each field → what its column may be called, how a cell is read, and what it must look like."""


def read_drafts(data: bytes, file: str = "", sheet: str = "") -> tuple[list[tuple[int, Draft]], list[Fault]]:
    """Read articles (读条目): each sound row with its line, and every fault of the others.

    Raises:
        RequestError: the file is no table at all.
        PolicyError: ``bad-articles``, where a column that is needed is missing.
        PluginError: ``missing-extra``, for Excel without the extra ``excel``.
    """
    table = _open(data, file, sheet)
    at = {
        name: next((table.columns.index(each) for each in names if each in table.columns), -1)
        for name, (names, _, _) in FIELDS.items()
    }
    lacking = [
        Fault("missing-column", f"缺少列「{FIELDS[name][0][0]}」", f"the column {name} is missing", file=file, line=1)
        for name in ("title", "content")
        if at[name] < 0
    ]
    if lacking:
        raise PolicyError(
            f"{file} 不是条目表", f"{file} is no table of articles", code="bad-articles", faults=tuple(lacking)
        )
    rows, faults = [], []
    for line, cells in table.rows():
        if isinstance(cells, RequestError):
            faults.append(Fault(cells.code, cells.zh, cells.en, file=file, line=line))
            continue
        values: dict[str, Any] = {}
        wrong = []
        for name, (names, read, form) in FIELDS.items():
            text = _cell(cells[at[name]]) if at[name] >= 0 else ""
            try:
                values[name] = read(text)
            except ValueError:
                zh, en = f"「{text[:20]}」应是{form[0]}", f"{text[:20]!r} is not {form[1]}"
                wrong.append(Fault("bad-value", zh, en, file=file, line=line, key=names[0]))
        faults += wrong
        if not wrong and any(values[name] for name in ("title", "content", "category")):
            rows.append((line, Draft(**values)))
    return rows, faults


def _open(data: bytes, file: str, sheet: str) -> Read:
    if data.startswith(b"\x1f\x8b"):
        data, _ = gunzip(data)
    if not data:
        raise empty_file()
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        from ..channels.excel import open_excel

        return open_excel(data, sheet)
    return open_text(decode(data).text, file)


def _cell(value: Any) -> str:
    """Return a cell as text; the quote that our own export puts before a formula sign goes."""
    if isinstance(value, (list, tuple)):
        value = ",".join(map(str, value))
    text = "" if value is None else str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def table(articles: Iterable[Article], people: bool = False) -> Table:
    """Return articles as a table to render (导出): render it with ``bom=True`` for Excel, or as a workbook.

    For *people* the status is in Chinese, as what else they read there.

    The renderers of ``report`` keep what begins like a formula from becoming one.
    """
    heads = [Column("id", "编号", "id"), Column("version", "版本", "version"), Column("status", "状态", "status")]
    heads += [Column(name, names[0], names[-1]) for name, (names, _, _) in FIELDS.items()]
    rows = [row(each) | ({"status": each.status.zh} if people else {}) for each in articles]
    return Table(tuple(heads), rows)


def row(article: Article) -> dict[str, Any]:
    """Return an article as one row (转为行)."""
    draft = article.draft
    known = {name: getattr(draft, name) for name in FIELDS}
    days = ("valid_from", "valid_until", "review_by")
    known |= {name: known[name].isoformat() if known[name] else "" for name in days}
    known |= {"keywords": ",".join(draft.keywords), "visibility": draft.visibility.zh}
    return {"id": article.id, "version": article.version, "status": article.status.value, **known}
