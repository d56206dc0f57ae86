"""Reading grades, peer groups and lists (读等次、分组、红黑榜): what is done with totals once there are any."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .decimals import EXACT, kept
from .model import Grade, Lists, PeerGroup
from .reader import Reader

MOST_LISTED = 1000


def read_grades(reader: Reader, table: Mapping[Any, Any], basis: str, places: int) -> tuple[Grade, ...]:
    """Read ``[[scoring.grade]]`` (读等次): ``from``, and ``to`` where it is said; gaps and overlaps are faults."""
    rows: list[tuple[Grade, Decimal | None, str]] = []
    for where, row in reader.rows(table, "scoring", "grade"):
        before = len(reader.faults)
        one = reader.table(row, where, ("code", "zh", "from", "to", "basis"))
        code, zh = reader.text(one, where, "code", True), reader.text(one, where, "zh", True)
        least = reader.points(one, where, "from") if "from" in one else Decimal(0)
        most = reader.points(one, where, "to") if "to" in one else None
        own = reader.basis(one, where, basis)
        if len(reader.faults) == before:
            rows.append((Grade(code, zh, least, own), most, where))
    rows.sort(key=lambda row: row[0].least)
    codes = [grade.code for grade, _, _ in rows]
    for grade, _, where in rows:
        if codes.count(grade.code) > 1:
            zh, en = f"等次「{grade.code}」写了两次", f"the grade {grade.code!r} appears twice"
            reader.fault("duplicate-code", where, "code", zh, en)
    _gaps(reader, rows, kept(places))
    return tuple(grade for grade, _, _ in reversed(rows))


def _gaps(reader: Reader, rows: list[tuple[Grade, Decimal | None, str]], step: Decimal) -> None:
    if rows and rows[0][0].least > 0:
        lowest, _, where = rows[0]
        zh = f"「{lowest.zh}」自 {lowest.least} 分，以下没有等次"
        en = f"{lowest.code!r} starts at {lowest.least}: below it there is no grade"
        reader.fault("grade-gap", where, "from", zh, en)
    for (low, most, where), (high, _, above) in pairwise(rows):
        if low.least == high.least or (most is not None and most >= high.least):
            zh = f"「{low.zh}」与「{high.zh}」重叠于 {high.least} 分"
            reader.fault("grade-overlap", above, "from", zh, f"{low.code!r} and {high.code!r} overlap at {high.least}")
        elif most is not None and EXACT.add(most, step) < high.least:
            first, last = EXACT.add(most, step), EXACT.subtract(high.least, step)
            zh = f"「{low.zh}」至 {most} 分，「{high.zh}」自 {high.least} 分：{first}–{last} 分没有等次"
            en = f"{low.code!r} ends at {most} and {high.code!r} starts at {high.least}: {first} to {last} has no grade"
            reader.fault("grade-gap", where, "to", zh, en)


def read_groups(reader: Reader, table: Mapping[Any, Any], basis: str) -> tuple[PeerGroup, ...]:
    """Read ``[[scoring.group]]`` (读分组): who is compared with whom; no unit is in two groups."""
    found: list[PeerGroup] = []
    seen: dict[str, str] = {}
    for where, row in reader.rows(table, "scoring", "group"):
        before = len(reader.faults)
        one = reader.table(row, where, ("code", "zh", "units", "out_of", "basis"))
        code, zh = reader.text(one, where, "code", True), reader.text(one, where, "zh", True)
        units = reader.texts(one, where, "units")
        whole = reader.points(one, where, "out_of") if "out_of" in one else None
        own = reader.basis(one, where, basis)
        if any(group.code == code for group in found):
            told = f"分组「{code}」写了两次", f"the group {code!r} appears twice"
            reader.fault("duplicate-code", where, "code", *told)
        if not units and any(not group.units for group in found):
            told = "只有一个分组可以不写 units（其余单位）", "only one group can do without units (all the rest)"
            reader.fault("missing-key", where, "units", *told)
        for unit in units:
            if unit in seen:
                told = f"「{unit}」已在分组「{seen[unit]}」", f"{unit!r} is in group {seen[unit]!r} already"
                reader.fault("duplicate-code", where, "units", *told)
            seen.setdefault(unit, code)
        if len(reader.faults) == before:
            found.append(PeerGroup(code, zh, units, whole, own))
    return tuple(found)


def read_lists(reader: Reader, table: Mapping[Any, Any], basis: str, known: Collection[str]) -> Lists:
    """Read ``[scoring.lists]`` (读红黑榜): how many stand on each, and what decides between equals."""
    if "lists" not in table:
        return Lists()
    where = "scoring.lists"
    one = reader.table(table["lists"], where, ("red", "black", "tie", "basis"))
    red, black = (reader.count(one, where, key, MOST_LISTED) for key in ("red", "black"))
    tie = reader.texts(one, where, "tie")
    for name in tie:
        if name not in known:
            reader.fault("unknown-metric", where, "tie", f"得分项中没有「{name}」", f"no component looks at {name!r}")
    return Lists(red, black, tie, reader.basis(one, where, basis))
