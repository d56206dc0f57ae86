"""What a place asks of its knowledge base (知识库规则): data, each part with its basis; by default 信阳's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ..core.errors import Fault, PolicyError
from .article import MATERIALS

XINYANG = "信阳市12345热线知识库批量导入要求 xinyang.gov.cn 2948071 / Xinyang's requirements for batch import"
DEFAULT = "library default"


@frozen(weakref_slot=False)
class Centre:
    """A hotline or sub-centre that keeps a base (中心): *parent* is whose knowledge it shares in."""

    code: str
    name: str = ""
    parent: str = ""


@frozen(weakref_slot=False)
class Rules:
    """The rules of one place (规则).

    Attributes:
        title_max: the most characters of a title.
        title_unique: whether a title may stand once only.
        keyword_max: the most characters of a keyword.
        keyword_title: whether a keyword may be the same as the title.
        batch_max: the most rows of an import.
        materials: the material types there are.
        categories: each path → the units that may write there (none named: every unit).
        centres: the centres by code.
        needs: the fields that may not be empty.
        private: what happens to telephone and identity numbers of persons, ``refuse`` or ``redact``.
        other_person: whether somebody else than the writer has to approve.
        answer_days: the working days a unit has to answer an error report.
        push_weekday: the weekday of the weekly push, 1 for Monday.
        found: the share of a question an article must hold to count as found.
        alike: from which likeness on two articles are reported as the same.
        basis: what each of these rests on.
    """

    title_max: int = 128
    title_unique: bool = True
    keyword_max: int = 20
    keyword_title: bool = False
    batch_max: int = 1000
    materials: tuple[str, ...] = MATERIALS
    categories: Mapping[str, tuple[str, ...]] = field(factory=dict)
    centres: Mapping[str, Centre] = field(factory=dict)
    needs: tuple[str, ...] = ("title", "content", "category", "unit", "material", "keywords")
    private: str = "refuse"
    other_person: bool = True
    answer_days: int = 3
    push_weekday: int = 5
    found: float = 0.5
    alike: float = 0.9
    basis: Mapping[str, str] = field(factory=lambda: dict(BASIS))

    def why(self, name: str) -> str:
        """Return what the rule *name* rests on (依据)."""
        return self.basis.get(name, DEFAULT)

    def leaf(self, path: str) -> bool:
        """Whether *path* is a category without others below it (末级类目)."""
        return path in self.categories and not any(other.startswith(path + "/") for other in self.categories)

    def above(self, centre: str) -> tuple[str, ...]:
        """Return the centres above *centre*, nearest first (上级)."""
        found: list[str] = []
        at = self.centres.get(centre)
        while at is not None and at.parent and at.parent not in (*found, centre):
            found.append(at.parent)
            at = self.centres.get(at.parent)
        return tuple(found)


BASIS: dict[str, str] = {
    **dict.fromkeys(
        ("title_max", "title_unique", "keyword_max", "keyword_title", "batch_max", "materials", "categories", "needs"),
        XINYANG,
    ),
    "push_weekday": "信阳：知识库每周五推送 / Xinyang: pushed every Friday",
    "other_person": "皖政办秘〔2021〕65号：知识库多方校核 / checked by several parties",
    "private": "GB/T 44191：知识库敏感信息保护 / protection of sensitive information",
}
"""What the rules rest on where the place names nothing; what is not here is a library default."""

_SHAPES: dict[str, type] = {
    **dict.fromkeys(("title_max", "keyword_max", "batch_max", "answer_days", "push_weekday"), int),
    **dict.fromkeys(("title_unique", "keyword_title", "other_person"), bool),
    **dict.fromkeys(("found", "alike"), float),
    **dict.fromkeys(("materials", "needs"), list),
    "private": str,
}
_RANGES = {"title_max": (1, 10_000), "keyword_max": (1, 1_000), "batch_max": (1, 1_000_000), "answer_days": (0, 365)}
_RANGES |= {"push_weekday": (1, 7)}
MEANING: dict[str, tuple[str, str]] = {
    "title_max": ("标题至多几字，1–10000", "most characters of a title, 1 to 10000"),
    "title_unique": ("标题不得重复", "a title may stand once only"),
    "keyword_max": ("关键字至多几字，1–1000", "most characters of a keyword, 1 to 1000"),
    "keyword_title": ("关键字可与标题相同", "a keyword may be the title"),
    "batch_max": ("一次至多导入几条", "most rows of an import"),
    "materials": ("材料性质有哪些", "the material types there are"),
    "needs": (
        "不能空的项：title content category unit material keywords region source",
        "what may not be empty, as named here",
    ),
    "private": ("个人号码：refuse 拒绝、redact 隐去", "persons' numbers: refuse or redact"),
    "other_person": ("审核须另一人", "somebody else than the writer approves"),
    "answer_days": ("几个工作日内回复纠错，0–365", "working days to answer an error report, 0 to 365"),
    "push_weekday": ("星期几推送，1–7", "weekday of the push, 1 (Monday) to 7"),
    "found": ("问题里多少（0–1）在条目中才算找到", "share of a question an article must hold, 0 to 1"),
    "alike": ("相似到多少（0–1）报重复", "likeness from which articles are reported alike, 0 to 1"),
}
"""What each rule says and may be, in both languages."""
_NEEDABLE = frozenset({"title", "content", "category", "unit", "material", "keywords", "region", "source"})


def read_rules(text: str, file: str = "") -> Rules:
    """Read a place's rules from TOML (读规则).

    ``[knowledge]`` holds the values, ``[basis]`` what each rests on, ``[[category]]`` a path and the units that
    may write there, ``[[centre]]`` a code, a name and a parent.  Every value set needs its basis.

    Raises:
        PolicyError: ``bad-kb-rules``, with every fault at once.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad([Fault("toml-syntax", f"TOML 语法错误：{error}", f"broken TOML: {error}", file=file)]) from error
    faults: list[Fault] = []

    def fault(code: str, where: str, key: str, zh: str, en: str) -> None:
        faults.append(Fault(code, zh, en, file=file, table=where, key=key))

    for name in table.keys() - {"knowledge", "basis", "category", "centre"}:
        fault("unknown-key", "", name, f"没有「{name}」这一部分", f"there is no part {name!r}")
    values = _values(_table(table, "knowledge", fault), fault)
    basis = {key: value for key, value in _table(table, "basis", fault).items() if isinstance(value, str) and value}
    for name in values.keys() - basis.keys():
        fault(
            "no-basis",
            "basis",
            name,
            f"改了 {name} 而没有依据",
            f"{name} is set without a basis; name the document, or write library default",
        )
    categories = _categories(table.get("category", []), fault)
    centres = _centres(table.get("centre", []), fault)
    if faults:
        raise _bad(faults)
    return Rules(**values, categories=categories, centres=centres, basis=BASIS | basis)


def _table(table: Mapping[str, Any], name: str, fault: Any) -> Mapping[str, Any]:
    found = table.get(name, {})
    if isinstance(found, dict):
        return found
    fault("bad-value", name, "", f"[{name}] 应是一张表", f"[{name}] has to be a table")
    return {}


def _bad(faults: list[Fault]) -> PolicyError:
    return PolicyError(
        f"知识库规则有 {len(faults)} 处错误",
        f"the rules of the knowledge base have {len(faults)} faults",
        code="bad-kb-rules",
        faults=tuple(faults),
    )


def _values(table: Mapping[str, Any], fault: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in table.items():
        shape = _SHAPES.get(name)
        low, high = _RANGES.get(name, (0, 1))
        sound = shape is not None and (type(value) is shape or (shape is float and type(value) is int))
        if sound and shape in (int, float):
            sound = low <= value <= high
        if sound and shape is list:
            sound = bool(value) and all(isinstance(each, str) and each for each in value)
            sound = sound and (name != "needs" or set(value) <= _NEEDABLE)
        if sound and name == "private":
            sound = value in ("refuse", "redact")
        if shape is None:
            fault("unknown-key", "knowledge", name, f"没有「{name}」这一项", f"there is no key {name!r}")
        elif not sound:
            zh, en = MEANING[name]
            fault("bad-value", "knowledge", name, f"不能是 {value!r}：{zh}", f"cannot be {value!r}: {en}")
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    return values


def _rows(rows: Any, needed: str, known: frozenset[str], where: str, fault: Any) -> list[dict[str, Any]]:
    sound = []
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict) or not isinstance(row.get(needed), str) or not row[needed]:
            fault("missing-value", where, needed, f"缺少 {needed}", f"{needed} is missing")
        elif row.keys() - known:
            odd = "、".join(sorted(row.keys() - known))
            fault("unknown-key", where, odd, f"没有「{odd}」这一项", f"there is no key {odd!r}")
        else:
            sound.append(row)
    return sound


def _categories(rows: Any, fault: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows(rows, "path", frozenset({"path", "units"}), "category", fault):
        units, parts = row.get("units", []), row["path"].split("/")
        if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
            fault("bad-value", "category", "units", "units 应是单位的列表", "units has to be a list of units")
            continue
        for depth in range(1, len(parts)):
            found.setdefault("/".join(parts[:depth]), ())
        found[row["path"]] = tuple(units)
    return found


def _centres(rows: Any, fault: Any) -> dict[str, Centre]:
    found: dict[str, Centre] = {}
    for row in _rows(rows, "code", frozenset({"code", "name", "parent"}), "centre", fault):
        found[row["code"]] = Centre(row["code"], str(row.get("name", "")), str(row.get("parent", "")))
    for centre in found.values():
        if centre.parent and centre.parent not in found:
            zh, en = f"没有上级中心「{centre.parent}」", f"there is no centre {centre.parent!r}"
            fault("unknown-centre", "centre", centre.code, zh, en)
    return found
