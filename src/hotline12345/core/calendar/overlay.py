"""What a calendar is told beyond its base (日历增补): a newer notice, an amendment in mid-year, local rest days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from attrs import frozen

from ..errors import Fault, PolicyError

_TOP = frozenset({"source", "name", "complete", "fictitious", "day"})
_DAY = frozenset({"date", "works", "name", "source"})


@frozen(weakref_slot=False)
class OverlayDay:
    """One day (增补日): whether it *works*, what it is called and who says so."""

    day: date
    works: bool
    name: str = ""
    source: str = ""


@frozen(weakref_slot=False)
class Overlay:
    """A calendar overlay (日历增补): days that override what was known before, each with its source.

    Args:
        days: the days it speaks of.
        source: the notice or decision it was taken from.
        name: what explanations call it.
        year_complete: years for which it is the whole State Council notice, so that days it does not name are
            ordinary; a year whose feasts it all lists counts as complete without being named here.
        fictitious: invented, for tests and rehearsals; explanations say so.
    """

    days: tuple[OverlayDay, ...]
    source: str
    name: str = ""
    year_complete: tuple[int, ...] = ()
    fictitious: bool = False


def overlay_from_table(table: Mapping[str, Any], file: str = "") -> Overlay:
    """Read an overlay (读取日历增补) from a parsed TOML table; the caller reads the file.

    Args:
        table: ``source``, ``name``, ``complete = [2027]``, ``fictitious`` and ``[[day]]`` with ``date``, ``works``,
            ``name``, ``source``.
        file: what faults call the file.

    Raises:
        PolicyError: ``bad-overlay``, with every fault at once.
    """
    faults: list[Fault] = [_unknown(file, "", key) for key in table if key not in _TOP]
    top = {key: table.get(key, "") for key in ("source", "name")}
    for key, value in top.items():
        if not isinstance(value, str):
            faults.append(_fault(file, "", key, "wrong-type", "应为文字", "must be text"))
            top[key] = ""
    complete = table.get("complete", [])
    if not isinstance(complete, list | tuple) or not all(type(year) is int for year in complete):
        faults.append(_fault(file, "", "complete", "wrong-type", "应为年份列表", "must be a list of years"))
    fictitious = table.get("fictitious", False)
    if not isinstance(fictitious, bool):
        faults.append(_fault(file, "", "fictitious", "wrong-type", "应为 true 或 false", "must be true or false"))
    rows = table.get("day", [])
    if not isinstance(rows, list | tuple) or not rows:
        faults.append(_fault(file, "day", "", "no-days", "没有任何 [[day]]", "there is no [[day]]"))
        rows = []
    days: dict[date, OverlayDay] = {}
    for number, row in enumerate(rows, 1):
        day = _day(row, number, file, top["source"], faults)
        if day is not None and day.day in days:
            where = f"day[{number}]"
            faults.append(_fault(file, where, "date", "twice", f"{day.day} 重复", f"{day.day} is given twice"))
        elif day is not None:
            days[day.day] = day
    if faults:
        raise PolicyError(
            f"日历增补有 {len(faults)} 处错误",
            f"the calendar overlay has {len(faults)} faults",
            faults=tuple(faults),
            code="bad-overlay",
            hint="；".join(fault.text("zh") for fault in faults),
            hint_en="; ".join(fault.text("en") for fault in faults),
        )
    return Overlay(tuple(days.values()), top["source"], top["name"], tuple(complete), bool(fictitious))


def overlay_as_toml(overlay: Overlay) -> str:
    """Write an overlay (写成日历增补文件), so that reading it gives the same again."""
    lines = [f"source = {_text(overlay.source)}"]
    lines += [f"name = {_text(overlay.name)}"] if overlay.name else []
    lines += [f"complete = {list(overlay.year_complete)}"] if overlay.year_complete else []
    lines += ["fictitious = true"] if overlay.fictitious else []
    for entry in overlay.days:
        lines += ["", "[[day]]", f"date = {entry.day}", f"works = {str(entry.works).lower()}"]
        lines += [f"name = {_text(entry.name)}"] if entry.name else []
        lines += [f"source = {_text(entry.source)}"] if entry.source != overlay.source else []
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    # JSON's strings are TOML's, but for one sign that TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _day(row: Any, number: int, file: str, source: str, faults: list[Fault]) -> OverlayDay | None:
    where, before = f"day[{number}]", len(faults)
    if not isinstance(row, Mapping):
        faults.append(_fault(file, where, "", "wrong-type", "应为表", "must be a table"))
        return None
    faults.extend(_unknown(file, where, key) for key in row if key not in _DAY)
    day = row.get("date")
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime):
        faults.append(_fault(file, where, "date", "bad-date", "应为日期，如 2027-01-01", "must be a date: 2027-01-01"))
        day = None
    works = row.get("works")
    if not isinstance(works, bool):
        faults.append(_fault(file, where, "works", "wrong-type", "应为 true 或 false", "must be true or false"))
    name, said = row.get("name", ""), row.get("source", source)
    if not isinstance(name, str):
        faults.append(_fault(file, where, "name", "wrong-type", "应为文字", "must be text"))
    if not isinstance(said, str) or not said:
        faults.append(_fault(file, where, "source", "no-source", "没有来源", "has no source"))
    if len(faults) > before or day is None:
        return None
    return OverlayDay(day, bool(works), str(name), str(said))


def _unknown(file: str, table: str, key: object) -> Fault:
    return _fault(file, table, str(key), "unknown-key", "不认识这个键", "is not a known key")


def _fault(file: str, table: str, key: str, code: str, zh: str, en: str) -> Fault:
    return Fault(code, f"{key or table} {zh}", f"{key or table} {en}", file, table, key)
