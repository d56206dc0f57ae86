"""Reading plain tables of scoring (读表): notes what is wrong and goes on, whatever it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..errors import Fault
from .decimals import rounded
from .model import exact, shown


def decimal(value: Any) -> Decimal | None:
    """Return the number as it is written: TOML's floats by their shortest form, which is what was written."""
    if isinstance(value, float):
        return Decimal(str(value))
    return exact(value) if isinstance(exact(value), Decimal) else None


class Reader:
    """Notes what is wrong while it reads, and goes on (读表)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, code: str, table: str, key: str, zh: str, en: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(code, zh, en, self.file, table, key))

    def table(self, value: Any, where: str, keys: tuple[str, ...]) -> Mapping[Any, Any]:
        """Return *value* if it is a table, an empty one if not; keys it may not have are faults."""
        if not isinstance(value, Mapping):
            self.fault("wrong-type", where, "", "应为一张表", "must be a table")
            return {}
        for key in value:
            if key not in keys:
                name = shown(key)
                self.fault("unknown-key", where, name, f"没有「{name}」这一项", f"there is no key {name!r}")
        return value

    def rows(self, table: Mapping[Any, Any], where: str, key: str) -> Iterator[tuple[str, Any]]:
        """Yield the tables of an array with what faults call them."""
        rows, name = table.get(key, []), f"{where}.{key}" if where else key
        if not isinstance(rows, (list, tuple)):
            self.fault("wrong-type", where, key, f"应写成 [[{name}]]", f"write it as [[{name}]]")
            rows = []
        for number, row in enumerate(rows, 1):
            yield f"{name} #{number}", row

    def basis(self, table: Mapping[Any, Any], where: str, default: str) -> str:
        """Return the basis, or the one of the table around it."""
        value = table.get("basis", default)
        if not isinstance(value, str) or not value.strip():
            self.fault("wrong-type", where, "basis", "basis 应为文字", "basis must be a text")
            return default
        return value.strip()

    def text(self, table: Mapping[Any, Any], where: str, key: str, required: bool = False) -> str:
        """Return a text, "" where there is none."""
        value = table.get(key)
        if value is None:
            if required:
                self.fault("missing-key", where, key, f"缺少「{key}」", f"{key!r} is missing")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault("wrong-type", where, key, f"{key} 应为文字", f"{key} must be a text")
            return ""
        return value.strip()

    def texts(self, table: Mapping[Any, Any], where: str, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = table.get(key, [])
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) and one.strip() for one in value):
            self.fault("wrong-type", where, key, f"{key} 应为文字的列表", f"{key} must be a list of texts")
            return ()
        return tuple(one.strip() for one in value)

    def choice(self, table: Mapping[Any, Any], where: str, key: str, known: tuple[str, ...]) -> str:
        """Return one of *known*, the first where nothing is said."""
        value = table.get(key, known[0])
        if not isinstance(value, str) or value not in known:
            names = ", ".join(known)
            self.fault("unknown-value", where, key, f"{key} 可写：{names}", f"{key} can be: {names}")
            return known[0]
        return value

    def flag(self, table: Mapping[Any, Any], where: str, key: str) -> bool:
        """Return true or false, false where nothing is said."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.fault("wrong-type", where, key, f"{key} 应为 true 或 false", f"{key} must be true or false")
            return False
        return value

    def count(self, table: Mapping[Any, Any], where: str, key: str, most: int) -> int:
        """Return a whole number from 0 to *most*, 0 where it is none."""
        value = table.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.fault("bad-number", where, key, f"{key} 应为 0–{most} 的整数", f"{key} must be 0 to {most}, whole")
            return 0
        return value

    def points(self, table: Mapping[Any, Any], where: str, key: str) -> Decimal:
        """Return points with two decimals at most, 0 where they are none."""
        value = decimal(table.get(key))
        if value is None or not value.is_finite() or not 0 <= value <= 100_000 or value != rounded(value, 2):
            told = f"{key} 应为 0–100000 的数，至多两位小数", f"{key} must be 0 to 100000 with at most two decimals"
            self.fault("bad-number", where, key, *told)
            return Decimal(0)
        return value

    def weights(self, table: Mapping[Any, Any], where: str, key: str) -> tuple[tuple[str, Decimal], ...]:
        """Return metrics by weight: a list weighs each 1."""
        value = table.get(key, [])
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
            value = dict.fromkeys(value, 1)
        pairs = value.items() if isinstance(value, Mapping) else [("", None)]
        found = [(name, decimal(weight)) for name, weight in pairs]
        sound = all(
            isinstance(name, str) and number is not None and number.is_finite() and abs(number) <= 1000
            for name, number in found
        )
        if not sound:
            told = f"{key} 应为指标的列表，或指标 = 权重", f"{key} must be a list of metrics, or metric = weight"
            self.fault("wrong-type", where, key, *told)
            return ()
        return tuple((name, number) for name, number in found if number is not None)
