"""Reading one TOML table (读表): every value is asked for by name and type; what is wrong is noted, never raised.

A key that nobody asked for is unknown, so the keys a table may hold are exactly those its reader reads.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from attrs import evolve

from ..core.errors import Fault, RequestError
from ..core.policy import ELEMENTS
from ..core.request import LEVEL_ZH, Kind, Urgency
from ..core.sla import Stage, TimeLimit
from .codes import FAULTS
from .lines import Lines

T = TypeVar("T")
_MISSING = object()


MANY = 20
"""How many names a hint lists; of more it gives the most alike."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint with the known names, the most alike first ("did you mean")."""
    from difflib import get_close_matches

    names = list(dict.fromkeys(known))
    close = get_close_matches(word, sorted(names), 3, 0.5)
    zh = f"是不是「{close[0]}」？" if close else ""
    en = f"did you mean {close[0]!r}? " if close else ""
    if len(names) > MANY:  # a hundred categories help nobody
        some = close[1:] if close else sorted(names)[:MANY]
        zh += f"共 {len(names)} 个" + (f"，如 {'、'.join(some)}" if some else "")
        en += f"there are {len(names)}" + (f", such as {', '.join(some)}" if some else "")
    else:
        zh, en = f"{zh}可用：{'、'.join(names)}", f"{en}possible: {', '.join(names)}"
    return f"{zh} / {en}"


class Notes:
    """The faults of one file (错误记录), put to their lines at the end."""

    def __init__(self, file: str, text: str = "") -> None:
        self.file = file
        self.text = text
        self.faults: list[Fault] = []

    def add(self, code: str, zh: str, en: str, table: str = "", key: str = "", hint: str = "") -> None:
        """Note a fault."""
        assert code in FAULTS, code
        self.faults.append(Fault(code, zh, en, file=self.file, table=table, key=key, hint=hint))

    def take(self, faults: Iterable[Fault]) -> None:
        """Note what another reader found in the same file."""
        self.faults.extend(evolve(fault, file=self.file) for fault in faults)

    def placed(self) -> list[Fault]:
        """Return the faults with their lines."""
        if not self.faults or not self.text:
            return self.faults
        lines = Lines(self.text)
        return [
            fault if fault.line else evolve(fault, line=lines.find(fault.table, fault.key)) for fault in self.faults
        ]


def as_day(value: Any) -> date | None:
    """Return *value* as a date, written as TOML's own or as a text; ``None`` where it is none."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


class Row:
    """One table being read (表): *name* is what faults call it."""

    def __init__(self, table: Any, name: str, notes: Notes) -> None:
        self.name = name
        self.notes = notes
        self.known: list[str] = []
        self.table: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
        if not isinstance(table, Mapping):
            self.add("wrong-type", f"[{name}] 应是表", f"[{name}] must be a table")

    def add(self, code: str, zh: str, en: str, key: str = "", hint: str = "") -> None:
        """Note a fault of this table."""
        self.notes.add(code, zh, en, self.name, key, hint)

    def get(self, key: str) -> Any:
        """Return the raw value, or ``None``."""
        if key not in self.known:
            self.known.append(key)
        return self.table.get(key)

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def done(self) -> None:
        """Note every key nobody asked for."""
        for key, value in self.table.items():
            if key in self.known:
                continue
            nested = isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], Mapping))
            code, zh, en = (
                ("unknown-table", "表", "table") if nested and not self.name else ("unknown-key", "键", "key")
            )
            hint = nearest(key, self.known)
            self.notes.add(
                code, f"不认识的{zh}「{key}」", f"unknown {en} {key!r}", *self._where(key, bool(nested)), hint
            )

    def _where(self, key: str, nested: bool) -> tuple[str, str]:
        if not nested or self.name:
            return self.name, key
        return (f"{key}[1]" if isinstance(self.table[key], list) else key), ""

    def need(self, key: str) -> Any:
        """Return the raw value; a missing one is a fault."""
        value = self.get(key)
        if value is None:
            self.add("missing-key", f"缺少「{key}」", f"{key!r} is missing", key)
        return value

    def text(self, key: str, required: bool = False) -> str:
        """Return a text, "" where there is none."""
        value = self.need(key) if required else self.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.add("wrong-type", f"「{key}」应是文字", f"{key!r} must be a text", key)
            return ""
        if not value.strip():
            self.add(
                "empty-text", f"「{key}」为空", f"{key!r} is empty", key, "不需要时删去此键 / leave it out instead"
            )
        return value.strip()

    def basis(self) -> str:
        """Return the basis, without which no rule stands."""
        value = self.get("basis")
        if value is None or (isinstance(value, str) and not value.strip()):
            self.add(
                "missing-basis",
                "没有依据",
                "no basis",
                "basis",
                '写明条款；没有出处的写 basis = "library default" / name the article, or say "library default"',
            )
            return ""
        return self.text("basis")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text will do."""
        value = self.get(key)
        if value is None:
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) and one.strip() for one in listed):
            self.add(
                "wrong-type", f"「{key}」应是文字列表", f"{key!r} must be a list of texts", key, f'{key} = ["…", "…"]'
            )
            return ()
        return tuple(one.strip() for one in listed)

    def flag(self, key: str) -> bool | None:
        """Return true or false, ``None`` where it is not said."""
        value = self.get(key)
        if value is not None and not isinstance(value, bool):
            self.add("wrong-type", f"「{key}」应是 true 或 false", f"{key!r} must be true or false", key)
            return None
        return value

    def count(self, key: str) -> int | None:
        """Return a whole number from 0 up, ``None`` where it is not said."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.add("bad-count", f"「{key}」应是不小于 0 的整数", f"{key!r} must be a whole number from 0 up", key)
            return None
        return value

    def choice(self, key: str, known: Mapping[str, T], code: str = "unknown-value", required: bool = False) -> T | None:
        """Return what *key* names among *known*, ``None`` where it is not said or not known."""
        value = self.need(key) if required else self.get(key)
        return None if value is None else self._pick(key, value, known, code)

    def choices(self, key: str, known: Mapping[str, T], code: str = "unknown-value") -> tuple[T, ...]:
        """Return what *key* lists among *known*; a single name will do."""
        value = self.get(key)
        if value is None:
            return ()
        picked = (self._pick(key, one, known, code) for one in (value if isinstance(value, list) else [value]))
        return tuple(one for one in picked if one is not None)

    def _pick(self, key: str, value: Any, known: Mapping[str, T], code: str) -> T | None:
        found = known.get(value, _MISSING) if isinstance(value, str) else _MISSING
        if found is _MISSING:
            self.add(
                code, f"「{key}」没有取值「{value}」", f"{key!r} cannot be {value!r}", key, nearest(str(value), known)
            )
            return None
        return found  # type: ignore[return-value]

    def limit(self, key: str, required: bool = False) -> TimeLimit | None:
        """Return a time limit; ``"none"`` and what is not said are ``None``."""
        value = self.need(key) if required else self.get(key)
        if value is None or value == "none":
            return None
        try:
            return TimeLimit.parse(value)
        except RequestError as error:
            self.add(
                "bad-limit",
                error.zh,
                error.en,
                key,
                f'{error.hint("zh")}；无时限写 "none" / {error.hint("en")}; "none" for no limit',
            )
            return None

    def day(self, key: str) -> date | None:
        """Return a date, written as TOML's own or as a text."""
        value = self.get(key)
        if value is None:
            return None
        day = as_day(value)
        if day is None:
            self.add("bad-date", f"「{key}」不是日期", f"{key!r} is no date", key, f"{key} = 2017-04-10")
        return day

    def instant(self, key: str) -> datetime | None:
        """Return an aware instant, written as a text or as TOML's own."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = datetime.fromisoformat(value)
        hint = f'{key} = "2026-09-28T10:00:00+08:00"'
        if not isinstance(value, datetime):
            self.add("bad-date", f"「{key}」不是时间", f"{key!r} is no instant", key, hint)
            return None
        if value.utcoffset() is None:
            self.add("naive-time", f"「{key}」没有时区", f"{key!r} has no offset", key, hint)
            return None
        return value

    def clock_time(self, key: str, value: Any) -> time | None:
        """Return *value* as a time of day."""
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = time.fromisoformat(value.strip())
        if isinstance(value, time) and value.tzinfo is None:
            return value
        self.add("bad-time", f"「{key}」不是时刻", f"{key!r} is no time of day", key, '17:30:00 或 "17:30"')
        return None

    def rows(self, key: str) -> Iterator[tuple[int, Row]]:
        """Yield the tables of an array, numbered from 1."""
        listed = self.get(key)
        if listed is None:
            return
        if not isinstance(listed, list):
            self.add("wrong-type", f"应写成 [[{key}]]", f"write it as [[{key}]]", key, f"[[{key}]]")
            return
        for number, table in enumerate(listed, 1):
            row = Row(table, f"{self.name}.{key}[{number}]" if self.name else f"{key}[{number}]", self.notes)
            if isinstance(table, Mapping):
                yield number, row

    def row(self, key: str) -> Row | None:
        """Return the table *key*, ``None`` where there is none."""
        value = self.get(key)
        if value is None:
            return None
        row = Row(value, f"{self.name}.{key}" if self.name else key, self.notes)
        return row if isinstance(value, Mapping) else None


STAGES = {stage.value: stage for stage in Stage} | {stage.zh: stage for stage in Stage}
KINDS = {kind.value: kind for kind in Kind} | {kind.zh: kind for kind in Kind}
LEVELS = {name: name for name in LEVEL_ZH} | {zh: name for name, zh in LEVEL_ZH.items()}
URGENCIES = {level.value: level for level in Urgency} | {level.zh: level for level in Urgency}
RECORDED = dict(zip(ELEMENTS, ELEMENTS, strict=True)) | {
    "姓名": "name",
    "联系方式": "contact",
    "时间": "time",
    "地点": "place",
    "起因": "cause",
    "经过": "course",
}
