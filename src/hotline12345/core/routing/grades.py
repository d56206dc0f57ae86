"""Units, claims, rules, routes (承办单位、派单目录、派单规则): the values of routing, and the rows they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum

from attrs import field, frozen

from ..errors import Fault


class Grade(Enum):
    """The grade of a unit (层级): five of government, five of what stands beside it."""

    NATION = "nation"  # 国家
    PROVINCE = "province"  # 省
    CITY = "city"  # 市
    COUNTY = "county"  # 县（市、区）
    TOWN = "town"  # 乡镇（街道）
    DEPARTMENT = "department"  # 职能部门
    SUBCENTRE = "sub-centre"  # 分中心: 国办发〔2020〕53号, for vertically managed departments
    CENTRE = "centre"  # 热线工作机构
    EMERGENCY = "emergency"  # 紧急热线: not merged into 12345 (国办发〔2020〕53号)
    SERVICE = "service"  # 公共服务企业: water, gas, heating, power

    # Identity is equality for an enum; the default hash goes through the name string on every look-up.
    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name."""
        return GRADE_ZH[self]

    @classmethod
    def parse(cls, text: str) -> Grade | None:
        """Read a grade in English or Chinese; ``None`` when there is no such grade."""
        return _GRADES.get(text.strip().lower())


GRADE_ZH: dict[Grade, str] = {
    Grade.NATION: "国家",
    Grade.PROVINCE: "省级",
    Grade.CITY: "市级",
    Grade.COUNTY: "县级",
    Grade.TOWN: "乡级",
    Grade.DEPARTMENT: "部门",
    Grade.SUBCENTRE: "分中心",
    Grade.CENTRE: "热线工作机构",
    Grade.EMERGENCY: "紧急热线",
    Grade.SERVICE: "公共服务企业",
}
_GRADES: dict[str, Grade] = {**{g.value: g for g in Grade}, **{zh: g for g, zh in GRADE_ZH.items()}}

GOVERNMENTS: frozenset[Grade] = frozenset({Grade.NATION, Grade.PROVINCE, Grade.CITY, Grade.COUNTY, Grade.TOWN})
"""The grades of government (政府层级), from the nation down to the town."""

ROLES: dict[str, str] = {"lead": "主办", "assist": "协办", "copy": "抄送"}
"""The roles a claim may give (承办角色), with their Chinese names."""
_ROLES: dict[str, str] = {**{r: r for r in ROLES}, **{zh: r for r, zh in ROLES.items()}, "": "lead"}


@frozen(weakref_slot=False)
class Unit:
    """A unit that can hold an order (承办单位).

    Args:
        code: unique within a place, such as ``210100-housing``; without ``/``, ``@`` or spaces.
        parent: the code of the unit above it; empty only for the top of the tree and emergency numbers.
        area: the administrative division code it is responsible for; empty takes its parent's.
        source: where name and existence come from.
    """

    code: str
    name: str
    grade: Grade
    parent: str = ""
    area: str = ""
    phone: str = ""
    source: str = ""


@frozen(weakref_slot=False)
class Claim:
    """One line of the dispatch catalogue (派单目录, 国办函〔2025〕66号 (5)): *unit* takes *category* in *area*.

    Args:
        category: a category path or the beginning of one ("城乡建设/供水"); empty takes everything.
        area: a division code, taking all divisions below it; empty is the unit's own area.
        role: ``lead`` (主办), ``assist`` (协办) or ``copy`` (抄送).
        since: the first day it is in force; ``None`` from the beginning.
        until: the last day it is in force; ``None`` until further notice.
        assist: who assists where this line's lead is the one; lines of their own help whoever leads there.
        copies: who gets a copy then.
        line: where it stands in the table.
    """

    unit: str
    category: str
    area: str = ""
    role: str = "lead"
    basis: str = ""
    since: date | None = None
    until: date | None = None
    assist: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    line: int = field(default=0, eq=False, repr=False)

    def holds(self, on: date | None) -> bool:
        """Tell whether the claim is in force on the day *on*; ``None`` asks for the newest catalogue."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@frozen(weakref_slot=False)
class Rule:
    """A rule of routing (派单规则): what it says, and where that is written."""

    id: str
    zh: str
    en: str
    basis: str


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "outside",
            "诉求地点不在本热线辖区：留在热线工作机构，由其经上级热线移交",
            "the area lies outside this hotline's territory: the centre keeps it and hands it over through the "
            "hotline above",
            "library default（参照皖政办秘〔2021〕65号：省级热线协调调度）",
        ),
        Rule(
            "sub-centre",
            "垂直管理部门的事项：转分中心",
            "a matter of a vertically managed department goes to its sub-centre",
            "国办发〔2020〕53号",
        ),
        Rule(
            "department-first",
            "部门与县（市、区）职责交叉：部门主办，县（市、区）协办",
            "where a department and a county both claim it, the department leads and the county assists",
            "library default（参照潍坊市12345政务服务便民热线条例 第二十四条）",
        ),
        Rule(
            "longest-claim",
            "按派单目录：事项最具体者优先，其次区划最具体者",
            "by the dispatch catalogue: the longest category wins, then the most specific area",
            "国办函〔2025〕66号 (五)",
        ),
        Rule(
            "district-backstop",
            "承办单位不明、属地明确：由属地政府兜底",
            "the unit is unclear but the district is known: the district government is the backstop",
            "library default（参照北京市接诉即办工作条例 第十二条）",
        ),
        Rule(
            "centre",
            "无单位认领：由热线工作机构组织会商",
            "nobody takes it: the centre keeps it and arranges who shall",
            "国办函〔2025〕66号 (五)",
        ),
        Rule(
            "town-copy",
            "直接派乡镇（街道）的，抄送其县（市、区）政府",
            "what goes straight to a town or subdistrict is copied to its county or district government",
            "library default（参照北京市接诉即办工作条例 第十二条）",
        ),
    )
}
"""The rules in the order they are tried (派单规则); ``town-copy`` comes on top of whichever rule held."""


@frozen(weakref_slot=False)
class Route:
    """Where a request goes (派单路径), and why.

    Args:
        unit: the unit that leads (主办).
        path: the codes from the centre down to the unit.
        rule: the key in :data:`RULES` of the rule that held.
        basis: what the rule and the claim rest on.
        claim_category: the category of the claim that won; empty where none did.
        claim_area: the area of the claim that won, as a division code.
        assist: the units that assist (协办).
        copies: the units that get a copy (抄送).
    """

    unit: str
    path: tuple[str, ...]
    rule: str
    basis: str = ""
    claim_category: str = ""
    claim_area: str = ""
    assist: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


_ZEROS = {2: "00", 4: "00", 6: "00", 9: "000", 12: "000"}
_SHORTER = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}


def area_key(code: str) -> str | None:
    """Return the significant part of a division code (区划代码): 210000 → 21, 210100 → 2101; ``None`` if malformed.

    Province, city and county codes have six digits (or their first two or four), towns nine, villages twelve.
    """
    if not code:
        return ""
    if len(code) not in _ZEROS or not (code.isascii() and code.isdigit()):
        return None
    while code and code.endswith(_ZEROS[len(code)]):
        code = code[: _SHORTER[len(code)]]
    return code


def area_chain(key: str) -> tuple[str, ...]:
    """Return *key* and the keys of the areas it lies in, nearest first, "" (everywhere) last."""
    chain = [key]
    while key:
        key = key[: _SHORTER[len(key)]]
        chain.append(key)
    return tuple(chain)


def category_chain(category: str) -> tuple[str, ...]:
    """Return *category* and the beginnings of its path, longest first, "" (everything) last."""
    chain = [category]
    while category:
        category = category.rpartition("/")[0]
        chain.append(category)
    return tuple(chain)


UNIT_COLUMNS = ("code", "name", "grade", "parent", "area", "phone", "source")
"""The columns of ``units.csv`` (承办单位表)."""
CLAIM_COLUMNS = ("category", "area", "unit", "role", "basis", "since", "until", "assist", "copy")
"""The columns of ``catalogue.csv`` (派单目录表); ``lead`` is another name of ``unit``, and ``from`` of ``since``."""
CLAIM_ALIASES = {"lead": "unit", "from": "since"}
_SEVERAL = re.compile(r"[\s;；,，、|]+")


class _Rows:
    """Reads the cells of one table and gathers what is wrong with them, line by line."""

    def __init__(self, file: str, columns: tuple[str, ...], required: tuple[str, ...]) -> None:
        self.file = file
        self.columns = columns
        self.required = required
        self.faults: list[Fault] = []
        self.line = 0
        self._row: Mapping[str, str] = {}

    def fault(self, code: str, zh: str, en: str, key: str = "", hint: str = "") -> None:
        self.faults.append(Fault(code, zh, en, file=self.file, key=key, line=self.line, hint=hint))

    def each(self, rows: Iterable[Mapping[str, str]]) -> Iterator[None]:
        for line, row in enumerate(rows, start=2):
            if line == 2:
                self.line = 1
                self._heading(row)
            self.line, self._row = line, row
            if None in row:
                self.fault("extra-cells", "这一行的单元格多于表头", "the row has more cells than the heading")
                continue
            if any(row.get(name) is None for name in self.columns if name in row):
                self.fault(
                    "short-row", "这一行的单元格少于表头，文件可能被截断", "the row ends early; is the file cut?"
                )
                continue
            yield

    def _heading(self, row: Mapping[str, str]) -> None:
        for name in row:
            if name is not None and name not in self.columns:
                known = ", ".join(self.columns)
                self.fault("unknown-column", f"没有「{name}」这一列", f"there is no column {name!r}", name, known)
        for name in self.required:
            if name not in row:
                self.fault("missing-column", f"缺少「{name}」列", f"the column {name!r} is missing", name)

    def cell(self, name: str) -> str:
        text = (self._row.get(name) or "").strip()
        if not text and name in self.required and name in self._row:
            self.fault("empty-cell", f"「{name}」不能为空", f"{name!r} must not be empty", name)
        return text

    def several(self, name: str) -> tuple[str, ...]:
        """Return the codes in a cell, apart by spaces, commas or semicolons."""
        text = (self._row.get(name) or "").strip()
        return tuple(dict.fromkeys(_SEVERAL.split(text))) if text else ()

    def area(self) -> str:
        text = self.cell("area")
        if area_key(text) is None:
            self.fault("bad-area", f"区划代码「{text}」有误", f"bad area code {text!r}", "area", AREA_HINT)
        return text

    def day(self, name: str) -> date | None:
        text = self.cell(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault("bad-date", f"日期「{text}」有误", f"bad date {text!r}", name, "YYYY-MM-DD")
            return None


AREA_HINT = (
    "区划代码为 2、4、6、9 或 12 位数字，例如 210102 / 2, 4, 6, 9 or 12 digits: 210000, 210100, 210102, 210102001"
)


def read_units(
    rows: Iterable[Mapping[str, str]], file: str = "units.csv"
) -> tuple[tuple[Unit, ...], tuple[Fault, ...]]:
    """Read units from the rows of a table (读承办单位表), as ``csv.DictReader`` gives them.

    Returns:
        The units of the good rows, and every fault of the others with its line.
    """
    table = _Rows(file, UNIT_COLUMNS, ("code", "name", "grade"))
    units: list[Unit] = []
    for _ in table.each(rows):
        before = len(table.faults)
        code, name, text = table.cell("code"), table.cell("name"), table.cell("grade")
        grade = Grade.parse(text)
        if grade is None and text:
            known = ", ".join(g.value for g in Grade)
            table.fault("unknown-grade", f"没有层级「{text}」", f"there is no grade {text!r}", "grade", known)
        area = table.area()
        if grade is not None and len(table.faults) == before:
            units.append(Unit(code, name, grade, table.cell("parent"), area, table.cell("phone"), table.cell("source")))
    return tuple(units), tuple(table.faults)


def read_claims(
    rows: Iterable[Mapping[str, str]], file: str = "catalogue.csv"
) -> tuple[tuple[Claim, ...], tuple[Fault, ...]]:
    """Read claims from the rows of a table (读派单目录表), as ``csv.DictReader`` gives them.

    Returns:
        The claims of the good rows, and every fault of the others with its line.
    """
    table = _Rows(file, CLAIM_COLUMNS, ("unit",))
    claims: list[Claim] = []
    for _ in table.each(_renamed(row) for row in rows):
        before = len(table.faults)
        unit, category, text = table.cell("unit"), table.cell("category"), table.cell("role")
        role = _ROLES.get(text)
        if role is None:
            known = ", ".join(ROLES)
            table.fault("unknown-role", f"没有角色「{text}」", f"there is no role {text!r}", "role", known)
        area, since, until = table.area(), table.day("since"), table.day("until")
        if since and until and until < since:
            table.fault("bad-period", "失效日早于生效日", "it ends before it begins", "until")
        assist, copies = table.several("assist"), table.several("copy")
        if role not in (None, "lead") and (assist or copies):
            zh, en = "只有主办的行可以写 assist、copy", "only a line that leads may name who assists or gets a copy"
            table.fault("helpers-without-lead", zh, en, "assist" if assist else "copy")
        if role is not None and len(table.faults) == before:
            line = Claim(unit, category, area, role, table.cell("basis"), since, until, assist, copies, table.line)
            claims.append(line)
    return tuple(claims), tuple(table.faults)


def _renamed(row: Mapping[str, str]) -> Mapping[str, str]:
    """Return *row* under the names of :data:`CLAIM_COLUMNS`; a column given under both its names stays unknown."""
    if not any(alias in row for alias in CLAIM_ALIASES):
        return row
    return {
        (name if CLAIM_ALIASES.get(name, name) in row else CLAIM_ALIASES.get(name, name)): value
        for name, value in row.items()
    }
