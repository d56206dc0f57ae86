"""Where a text says it happened (文中地名): the longest name found in title and text gives the area."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from ..core.errors import Fault, PolicyError
from ..core.policy import Policy
from ..core.routing.grades import Grade

_LENGTHS = frozenset({2, 4, 6, 9, 12})
"""How long a division code can be (区划代码位数)."""
_PLAIN = frozenset({"郊区", "城区", "矿区", "市区", "新区"})
"""Counties whose whole name is a common noun; a text that says 郊区 seldom means one of them."""


@frozen(weakref_slot=False)
class AreaMap:
    """Names and the division codes they stand for (地名表), the longest name first."""

    names: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, areas: Mapping[str, str]) -> AreaMap:
        """Order *areas* (name → division code) so that the first one found is the longest."""
        return cls(tuple(sorted(areas.items(), key=lambda item: (-len(item[0]), item[0]))))

    def find(self, *texts: str) -> str:
        """Return the code of the longest name in *texts*, of equally long ones the first; "" where there is none."""
        best: tuple[int, int] | None = None
        found, length = "", 0
        for name, code in self.names:
            if len(name) < length:
                break
            for place, text in enumerate(texts):
                at = text.find(name)
                if at >= 0 and (best is None or (place, at) < best):
                    best, found, length = (place, at), code, len(name)
                    break
        return found


def own_areas(policy: Policy) -> dict[str, str]:
    """Return the names of the place's own cities and counties; a name that two of them bear names neither."""
    if policy.routes is None:
        return {}
    routes = policy.routes
    home = routes.unit(routes.seat).area.rstrip("0")
    units = [
        unit
        for unit in routes.units
        if unit.grade in (Grade.CITY, Grade.COUNTY)
        and unit.area.startswith(home)
        and len(unit.name) > 1
        and unit.name not in _PLAIN
    ]
    borne = Counter(unit.name for unit in units)
    return {unit.name: unit.area for unit in units if borne[unit.name] == 1}


def area_map_of(policy: Policy, given: AreaMap | Mapping[str, str] | None) -> AreaMap:
    """Return the place's own names together with the names *given*, which win."""
    names = own_areas(policy)
    if given is not None:
        names |= dict(given.names) if isinstance(given, AreaMap) else dict(given)
    return AreaMap.of(names)


def read_area_map(data: bytes, name: str = "") -> AreaMap:
    """Read an area map (读取地名表): JSON or TOML ``name = code``, or CSV with the two columns.

    Args:
        data: the file's content, UTF-8.
        name: the file's name; its ending tells the format.

    Raises:
        PolicyError: ``bad-area-map``, with every fault at once.
    """
    faults: list[Fault] = []
    areas: dict[str, str] = {}
    for line, token, code in _pairs(data, name, faults):
        if not token or not code.isascii() or not code.isdigit() or len(code) not in _LENGTHS:
            faults.append(
                Fault(
                    "bad-area",
                    f"「{token}」= 「{code}」：应为 地名 = 区划代码",
                    f"{token!r} = {code!r}: a name and a division code of 2, 4, 6, 9 or 12 digits are needed",
                    name,
                    key=token,
                    line=line,
                    hint="例如 A3区 = 220402",
                )
            )
        elif areas.get(token, code) != code:
            zh, en = f"「{token}」写了两个代码", f"{token!r} is given two codes"
            faults.append(Fault("two-areas", zh, en, name, key=token, line=line, hint="只留一个"))
        else:
            areas[token] = code
    if faults:
        raise PolicyError(
            f"地名表 {name} 有 {len(faults)} 处错误",
            f"the area map {name} has {len(faults)} fault(s)",
            faults=tuple(faults),
            code="bad-area-map",
            hint="逐项改正",
            hint_en="mend them one by one",
        )
    return AreaMap.of(areas)


def _pairs(data: bytes, name: str, faults: list[Fault]) -> Iterable[tuple[int, str, str]]:
    try:
        text = data.decode("utf-8-sig")
        if name.lower().endswith(".json") or text.lstrip().startswith("{"):
            return _flat(json.loads(text))
        if name.lower().endswith(".toml"):
            return _flat(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        faults.append(Fault("unreadable", f"无法读取：{error}", f"cannot be read: {error}", file=name))
        return ()
    rows = [
        (line, row[0].strip(), (row[1] if len(row) > 1 else "").strip())
        for line, row in enumerate(csv.reader(io.StringIO(text)), start=1)
        if any(cell.strip() for cell in row)
    ]
    # A header is a first row whose second column is a word and not a code.
    return rows[1:] if rows and not any(ch.isdigit() for ch in rows[0][2]) else rows


def _flat(value: Any) -> list[tuple[int, str, str]]:
    if not isinstance(value, dict):
        raise ValueError("a table of NAME = CODE is needed")
    pairs: list[tuple[int, str, str]] = []
    for key, code in value.items():
        # One level of tables is a way to group names; deeper there is nothing.
        pairs += _flat(code) if isinstance(code, dict) else [(0, str(key).strip(), str(code).strip())]
    return pairs
