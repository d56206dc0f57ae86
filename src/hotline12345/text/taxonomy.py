"""Import a catalogue of categories (导入类目表): three levels, codes, synonyms; and untrained rules from its names.

A column is known by its heading: 一级… 二级… 三级… (or level1 level2 level3), 编码/代码 (code), 同义词/别名/关键词
(synonyms, parted by spaces or 、,;).  Rules come from the names alone: a name, or a part of one joined by 和、与、及,
names its category (weight 3), and a pair of characters from it hints at it (weight 1).  What stands in the names
of several categories votes for what lies above them all, and for nothing where more than two topmost ones share it.
Weights are the library's own (library default); 其他 and words such as 管理 say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..core.classify import Category, Rule, RuleSet
from ..core.classify.rules import is_word
from ..core.errors import RequestError
from .samples import read_table

_LEVELS = ("一级|level.?1", "二级|level.?2", "三级|level.?3")
_CODE = re.compile("编码|代码|code", re.IGNORECASE)
_SYNONYM = re.compile("同义|别名|关键词|synonym|keyword", re.IGNORECASE)
_PART = re.compile(r"[和与及、，,；;/（）()\s]+|以及")
_EMPTY = frozenset(
    "其他 其它 管理 问题 工作 服务 建设 相关 方面 情况 综合 事务 处理 部门 单位 行为 制度 政策 机关".split()  # noqa: SIM905
)
_SHARED = 2  # topmost categories that a word may hint at


class Taxonomy(NamedTuple):
    """A catalogue and the rules made from it (类目表及规则); *refused* are the rows that could not be taken."""

    rules: RuleSet
    levels: tuple[int, ...]  # categories at each level
    refused: tuple[RequestError, ...]


def read_taxonomy(data: bytes, file: str) -> Taxonomy:
    """Read a catalogue of categories (读类目表).

    Raises:
        RequestError: ``no-column`` where no column is headed 一级 or level1.
    """
    table = read_table(data, file)
    levels = [_column(table.columns, re.compile(pattern, re.IGNORECASE)) for pattern in _LEVELS]
    code, synonym = _column(table.columns, _CODE), _column(table.columns, _SYNONYM)
    if levels[0] < 0:
        raise RequestError(
            f"{file} 没有以「一级」或 level1 命名的列",
            f"{file} has no column headed 一级 or level1",
            code="no-column",
            hint=f"现有的列：{'、'.join(table.columns)}",
            hint_en=f"the columns are: {', '.join(table.columns)}",
        )
    refused: list[RequestError] = []
    codes: dict[str, str] = {}
    owners: dict[str, str] = {}  # code -> category
    words: dict[str, list[str]] = {}
    for line, cells in table.rows():
        if isinstance(cells, RequestError):
            refused.append(cells)
            continue
        path = [str(cells[at] or "").strip() if at >= 0 else "" for at in levels]
        while path and not path[-1]:
            path.pop()
        if not path or not all(map(_is_name, path)):
            refused.append(_bad(line, "/".join(path)))
            continue
        full = "/".join(path)
        number = str(cells[code] or "").strip() if code >= 0 else ""
        if number and (owners.setdefault(number, full) != full or codes.get(full) not in (None, "", number)):
            refused.append(_twice(line, full, number, owners[number], codes.get(full, "")))
            continue
        for depth in range(1, len(path) + 1):
            codes.setdefault("/".join(path[:depth]), "")
        codes[full] = number or codes[full]
        if synonym >= 0:
            words.setdefault(full, []).extend(filter(is_word, _PART.split(str(cells[synonym] or ""))))
    categories = [Category(name, number) for name, number in codes.items()]
    rules = RuleSet.compile(list(_rules(codes, words)), categories=categories)
    counts = [sum(name.count("/") == depth for name in codes) for depth in range(3)]
    return Taxonomy(rules, tuple(counts), tuple(refused))


def _column(columns: Iterable[str], pattern: re.Pattern[str]) -> int:
    return next((at for at, name in enumerate(columns) if pattern.search(name)), -1)


def _is_name(name: str) -> bool:
    return "/" not in name and is_word(name)


def _bad(line: int, path: str) -> RequestError:
    return RequestError(
        f"第 {line} 行的类目「{path}」缺上级或含「/」",
        f"line {line}: the category {path!r} lacks a level above or holds a slash",
        code="bad-category",
        hint="每行写全一级、二级、三级，名称不含「/」",
        hint_en="write every level above, without slashes in names",
    )


def _twice(line: int, path: str, number: str, owner: str, code: str) -> RequestError:
    zh = f"代码 {number} 已是「{owner}」的" if owner != path else f"「{path}」前面的代码是 {code}，这里是 {number}"
    en = f"the code {number} is already {owner!r}" if owner != path else f"{path!r} had the code {code} before"
    return RequestError(
        f"第 {line} 行：{zh}",
        f"line {line}: {en}",
        code="duplicate-code",
        hint="一个类目一个代码，改正其中一行",
        hint_en="one code to a category: mend one of the rows",
    )


def _rules(paths: Iterable[str], synonyms: dict[str, list[str]]) -> Iterator[Rule]:
    """Yield a rule for every word that says something, the strongest first for each word."""
    names: dict[str, list[str]] = {}
    hints: dict[str, list[str]] = {}
    for path in paths:
        name = path.rpartition("/")[2]
        whole = [part for part in dict.fromkeys([name, *_PART.split(name)]) if len(part) > 1 and part not in _EMPTY]
        for word in dict.fromkeys([*whole, *synonyms.get(path, [])]):
            names.setdefault(word, []).append(path)
        for pair in dict.fromkeys(part[at : at + 2] for part in whole for at in range(len(part) - 1)):
            if pair not in _EMPTY and is_word(pair) and not _PART.search(pair):
                hints.setdefault(pair, []).append(path)
    for weight, found in ((3.0, names), (1.0, hints)):
        for word, owners in found.items():
            tops = list(dict.fromkeys(path.partition("/")[0] for path in owners))
            if len(tops) <= _SHARED and not (weight < 3.0 and word in names):
                for top in tops:
                    target = _above([path for path in owners if path.partition("/")[0] == top])
                    yield Rule(f"{target}:{word}", word, round(weight / len(tops), 2), target, negatable=False)


def _above(paths: list[str]) -> str:
    """Return the category that all *paths* lie in."""
    shared = paths[0].split("/")
    for path in paths[1:]:
        parts = path.split("/")
        same = next((at for at, (one, other) in enumerate(zip(shared, parts, strict=False)) if one != other), None)
        shared = shared[: min(len(shared), len(parts)) if same is None else same]
    return "/".join(shared)
