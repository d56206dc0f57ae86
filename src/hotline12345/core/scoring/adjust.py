"""What people decide about an assessment (考核调整): approved exclusions, and points orders do not tell.

They stand in a file of their own and not among an order's events: they are decisions about the assessment, and the
order stays what it was.  Each says who approved it, when and why, and names the orders it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

from ..errors import Fault
from .decimals import EXACT, rounded
from .figures import Figure
from .metrics import METRIC
from .model import ScoreRules, no_metric
from .reader import Reader, decimal


@frozen(weakref_slot=False)
class Exclusion:
    """Orders left out of rates with approval (经批准的剔除); no *metrics* means every rate."""

    orders: tuple[str, ...]
    reason: str
    approved_by: str
    day: date
    metrics: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Entry:
    """One figure that somebody entered for a unit (人工录入): points off, points on, or a figure orders do not tell."""

    unit: str  # "" for everybody together
    metric: str
    value: Decimal
    reason: str
    approved_by: str
    day: date
    orders: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Adjustments:
    """Everything that was decided about one assessment (考核调整)."""

    exclusions: tuple[Exclusion, ...] = ()
    entries: tuple[Entry, ...] = ()

    def excluded(self) -> dict[str, frozenset[str]]:
        """Return the rates each order is left out of (剔除清单), by its number."""
        found: dict[str, frozenset[str]] = {}
        for one in self.exclusions:
            rates = frozenset(one.metrics or METRIC)
            found |= {order: found.get(order, frozenset()) | rates for order in one.orders}
        return found

    def figures(self, rules: ScoreRules, *names: str) -> dict[str, Figure]:
        """Return what was entered for a unit called any of *names* (录入数据); deductions and bonuses add up."""
        found: dict[str, Figure] = {}
        for one in self.entries:
            indicator = rules.indicator(one.metric)
            if one.unit not in names or indicator is None:
                continue
            before = found.get(one.metric)
            note = f"{one.reason}，{one.approved_by} {one.day}"
            value = rounded(one.value, rules.rate_places) if indicator.unit == "percent" else one.value
            found[one.metric] = Figure(
                one.metric,
                value if before is None or before.value is None else EXACT.add(before.value, value),
                indicator.unit,
                orders=tuple(dict.fromkeys((*(before.orders if before else ()), *one.orders))),
                note=f"{before.note}；{note}" if before else note,
            )
        return found

    def numbers(self) -> tuple[str, ...]:
        """Return every order that is named (涉及工单)."""
        named = [one.orders for one in self.exclusions] + [one.orders for one in self.entries]
        return tuple(dict.fromkeys(number for orders in named for number in orders))


NO_ADJUSTMENTS = Adjustments()


def read_adjustments(table: Any, rules: ScoreRules, file: str = "") -> tuple[Adjustments, tuple[Fault, ...]]:
    """Read a file of adjustments (读考核调整): ``[[exclude]]`` and ``[[entry]]``, all faults at once."""
    reader = Reader(file)
    table = reader.table(table, "", ("exclude", "entry"))
    exclusions, entries = _exclusions(reader, table), _entries(reader, table, rules)
    return Adjustments(tuple(exclusions), tuple(entries)), tuple(reader.faults)


def _exclusions(reader: Reader, table: Mapping[Any, Any]) -> list[Exclusion]:
    exclusions = []
    for where, row in reader.rows(table, "", "exclude"):
        before = len(reader.faults)
        one = reader.table(row, where, ("orders", "metrics", "reason", "approved_by", "on"))
        orders, metrics = reader.texts(one, where, "orders"), reader.texts(one, where, "metrics")
        if not orders and len(reader.faults) == before:
            reader.fault("missing-key", where, "orders", "没有写工单编号", "no order is named")
        for name in metrics:
            if name not in METRIC:
                reader.fault("unknown-metric", where, "metrics", *no_metric(name))
        reason, by, day = _decided(reader, one, where)
        if len(reader.faults) == before and day is not None:
            exclusions.append(Exclusion(orders, reason, by, day, metrics))
    return exclusions


def _entries(reader: Reader, table: Mapping[Any, Any], rules: ScoreRules) -> list[Entry]:
    entries: list[Entry] = []
    for where, row in reader.rows(table, "", "entry"):
        before = len(reader.faults)
        one = reader.table(row, where, ("unit", "metric", "value", "orders", "reason", "approved_by", "on"))
        unit, metric = reader.text(one, where, "unit"), _metric(reader, one, where, rules)
        value, orders = decimal(one.get("value")), reader.texts(one, where, "orders")
        if value is None or not value.is_finite() or value < 0:
            reader.fault("bad-number", where, "value", "value 应为不小于 0 的数", "value must be a number from 0 up")
        reason, by, day = _decided(reader, one, where)
        twice = any((other.unit, other.metric) == (unit, metric) for other in entries)
        if metric and twice and not _adds_up(rules, metric):
            told = f"「{unit}」的「{metric}」录入了两次", f"{metric!r} of {unit!r} is entered twice"
            reader.fault("duplicate-metric", where, "metric", *told)
        if len(reader.faults) == before and day is not None and value is not None:
            entries.append(Entry(unit, metric, value, reason, by, day, orders))
    return entries


def _decided(reader: Reader, table: Mapping[Any, Any], where: str) -> tuple[str, str, date | None]:
    """Return why, by whom and when it was approved; without these nothing is left out of anything."""
    reason, by = (reader.text(table, where, key, True) for key in ("reason", "approved_by"))
    day = table.get("on")
    if not isinstance(day, date) or isinstance(day, datetime):
        told = "缺少批准日期，如 on = 2026-09-30", "the day of approval is missing, such as on = 2026-09-30"
        reader.fault("missing-key", where, "on", *told)
        return reason, by, None
    return reason, by, day


def _adds_up(rules: ScoreRules, metric: str) -> bool:
    return any(part.metric == metric and part.form in ("deduction", "bonus") for part in rules.components)


def _metric(reader: Reader, table: Mapping[Any, Any], where: str, rules: ScoreRules) -> str:
    name = reader.text(table, where, "metric", True)
    one = rules.indicator(name) if name else None
    if name and (one is None or name not in rules.known):
        known = ", ".join(rules.known)
        told = f"没有指标「{name}」；可用：{known}", f"there is no metric {name!r}; possible: {known}"
        reader.fault("unknown-metric", where, "metric", *told)
    elif one is not None and one.measured:
        told = f"「{name}」由工单得出，不能录入", f"{name!r} is told by the orders and cannot be entered"
        reader.fault("measured-metric", where, "metric", *told)
    return name
