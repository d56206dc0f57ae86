"""Read a scenario (读情景文件): TOML, every fault at once, unknown keys are faults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from attrs import define, field, fields

from ..core.errors import Fault, PolicyError
from .scenario import ANSWERS, CHANNELS, KINDS, PARTS, Scenario, Shock

_LENGTHS = {"hours": 24, "weekdays": 7}
_NAMES = {"kinds": KINDS, "channels": None, "answers": ANSWERS, "categories": None, "units": None, "speeds": None}
_SHARES = frozenset(
    (
        "repeat_share",
        "repeaters",
        "same_matter",
        "outside",
        "misrouted_sent_back",
        "sent_back",
        "reassigned",
        "extension_asked",
        "extension_granted",
        "review_failed",
        "unreachable",
        "refused",
        "disputed",
        "solved",
        "satisfied",
        "satisfied_unsolved",
        "late_penalty",
        "reopened",
        "withdrawn",
        "repeat_told",
        "speed_spread",
    )
)
_COUNTS = frozenset({"agents", "attempts", "extensions", "reopenings"})
_CHOICES = {"order": ("due", "first-come")}
_POSITIVE = frozenset({"utilisation", "push", "talk_seconds", "attempts", "agents", "capacity"})
_SHOCK = ("first", "last", "day", "category", "times", "unit", "speed", "name")
MOST = 1_000_000


def read_scenario(text: str | bytes, file: str = "") -> Scenario:
    """Read a scenario from TOML.

    Raises:
        PolicyError: ``bad-scenario``, with every fault at once.
    """
    reader = _Reader(file)
    table: dict[str, Any] = {}
    try:
        table = tomllib.loads(text.decode("utf-8-sig") if isinstance(text, bytes) else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reader.fault("toml-syntax", "", "", f"TOML 语法错误：{error}", f"broken TOML: {error}")
    scenario = reader.scenario(table)
    if reader.faults:
        raise PolicyError(
            f"情景文件 {file} 有 {len(reader.faults)} 处错误",
            f"the scenario {file} has {len(reader.faults)} fault(s)",
            faults=tuple(reader.faults),
            code="bad-scenario",
            hint="逐项改正，键见 docs/simulation.md",
            hint_en="mend them one by one; docs/simulation.md lists the keys",
        )
    return scenario


@define
class _Reader:
    """Reads table by table and keeps the faults."""

    file: str
    faults: list[Fault] = field(factory=list)

    def fault(self, code: str, table: str, key: str, zh: str, en: str, hint: str = "") -> None:
        self.faults.append(Fault(code, zh, en, self.file, table, key, hint=hint))

    def scenario(self, table: Mapping[str, Any]) -> Scenario:
        for key in table:
            if key not in (*PARTS, "title", "shock"):
                hint = "有：" + "、".join((*PARTS, "title", "shock"))
                self.fault("unknown-key", "", key, f"没有「{key}」", f"there is no {key!r}", hint)
        parts = {name: self._part(name, kind, table.get(name, {})) for name, kind in PARTS.items()}
        title = table.get("title", "")
        if not isinstance(title, str):
            self.fault("bad-value", "", "title", "标题应为文字", "the title must be text")
            title = ""
        shocks = table.get("shock", [])
        if not isinstance(shocks, list):
            self.fault("bad-value", "shock", "", "写成 [[shock]]", "write [[shock]]")
            shocks = []
        read = [self._shock(f"shock.{at}", one) for at, one in enumerate(shocks, start=1)]
        return Scenario(title, shocks=tuple(one for one in read if one is not None), **parts)

    def _part(self, name: str, kind: type[Any], table: Any) -> Any:
        if not isinstance(table, Mapping):
            self.fault("bad-value", name, "", f"[{name}] 应为表", f"[{name}] must be a table")
            return kind()
        known = {a.name: a for a in fields(kind)}
        plain, given = kind(), {}
        for key, value in table.items():
            if key not in known:
                hint = "有：" + "、".join(known)
                self.fault("unknown-key", name, key, f"没有「{key}」", f"there is no {key!r}", hint)
                continue
            read = self._value(name, key, value, getattr(plain, key))
            if read is not None:
                given[key] = read
        return kind(**given)

    def _value(self, table: str, key: str, value: Any, plain: Any) -> Any:
        if key in _CHOICES:
            if value in _CHOICES[key]:
                return value
            told = "、".join(_CHOICES[key])
            self.fault("bad-value", table, key, f"应为 {told} 之一", f"must be one of {', '.join(_CHOICES[key])}")
            return None
        if key in _NAMES:
            return self._weights(table, key, value, plain)
        if key in _LENGTHS:
            return self._profile(table, key, value)
        return self._number(table, key, value)

    def _number(self, table: str, key: str, value: Any) -> float | int | None:
        top = 1 if key in _SHARES else MOST
        whole = key in _COUNTS
        right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if right and (value > 0 if key in _POSITIVE else value >= 0) and value <= top:
            return value  # type: ignore[no-any-return]
        least = "大于 0" if key in _POSITIVE else "不小于 0"
        more = "more than 0" if key in _POSITIVE else "0 or more"
        sort = ("整数", "a whole number") if whole else ("数", "a number")
        self.fault(
            "bad-value",
            table,
            key,
            f"应为{sort[0]}，{least}，不大于 {top}；写的是 {value!r}",
            f"must be {sort[1]}, {more}, at most {top}; it is {value!r}",
        )
        return None

    def _profile(self, table: str, key: str, value: Any) -> tuple[float, ...] | None:
        size = _LENGTHS[key]
        if isinstance(value, list) and len(value) == size and all(_plain(v) for v in value) and sum(value) > 0:
            return tuple(value)
        self.fault("bad-value", table, key, f"应为 {size} 个不小于 0 的数", f"must be {size} numbers, 0 or more")
        return None

    def _weights(self, table: str, key: str, value: Any, plain: Mapping[str, float]) -> dict[str, float] | None:
        where = f"{table}.{key}"
        if not isinstance(value, Mapping):
            self.fault("bad-value", table, key, f"[{where}] 应为表", f"[{where}] must be a table")
            return None
        allowed, given = _NAMES[key], {}
        for name, weight in value.items():
            if allowed is not None and name not in allowed:
                hint = "有：" + "、".join(allowed)
                self.fault("unknown-key", where, name, f"没有「{name}」", f"there is no {name!r}", hint)
            elif not _plain(weight) or (key == "answers" and weight > 1):
                zh, en = "应为不小于 0 的数", "must be a number, 0 or more"
                if key == "answers":
                    zh, en = "应为 0 到 1 的数", "must be between 0 and 1"
                self.fault("bad-value", where, name, zh, en)
            else:
                given[name] = float(weight)
        merged = {**plain, **given} if key != "channels" or set(given) <= set(CHANNELS) else given
        if key in ("kinds", "channels") and not sum(merged.values()):
            self.fault("bad-value", table, key, "权重全是 0", "all weights are 0")
        return merged

    def _shock(self, where: str, row: Any) -> Shock | None:
        if not isinstance(row, Mapping):
            self.fault("bad-value", where, "", "写成 [[shock]]", "write [[shock]]")
            return None
        before = len(self.faults)
        for key in row:
            if key not in _SHOCK:
                hint = "有：" + "、".join(_SHOCK)
                self.fault("unknown-key", where, key, f"没有「{key}」", f"there is no {key!r}", hint)
        first = self._day(where, row, "day" if "day" in row else "first")
        last = first if "day" in row else self._day(where, row, "last")
        if first and last and last < first:
            self.fault("bad-value", where, "last", "早于 first", "is before first")
        if ("times" in row) == ("speed" in row) or ("speed" in row and "unit" not in row):
            zh = "写 category 与 times（多少倍来电），或 unit 与 speed（单位快慢）"
            self.fault("bad-shock", where, "", zh, "give category and times, or unit and speed")
        times, speed = row.get("times", 1.0), row.get("speed")
        for key, value, least in (("times", times, 1), ("speed", speed, 0)):
            if value is not None and not (_plain(value) and least <= value <= 1000):
                self.fault("bad-value", where, key, f"应为 {least} 到 1000 的数", f"must be from {least} to 1000")
        texts = {key: row.get(key, "") for key in ("category", "unit", "name")}
        for key, text in texts.items():
            if not isinstance(text, str):
                self.fault("bad-value", where, key, "应为文字", "must be text")
        if len(self.faults) > before or first is None or last is None:
            return None
        return Shock(first, last, texts["category"], float(times), texts["unit"], speed, texts["name"])

    def _day(self, where: str, row: Mapping[str, Any], key: str) -> date | None:
        value = row.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.fault("bad-day", where, key, "应为日期，如 2026-03-10", "must be a day such as 2026-03-10")
        return None


def _plain(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MOST
