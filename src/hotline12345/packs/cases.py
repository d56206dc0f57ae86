"""Golden cases (用例): the words of those who wrote the rules, read from a pack; :mod:`..core.cases` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..core.cases import DISPOSED, Case, run_cases
from ..core.sla import Stage
from .table import KINDS, LEVELS, RECORDED, STAGES, URGENCIES, Row

__all__ = ["read_case", "run_cases"]


def read_case(row: Row) -> Case | None:
    """Read one ``[[case]]`` (读用例).

    With a text, ``kind``, ``category`` and ``urgency`` are what the classifier must find; without, they are given.
    """
    before = len(row.notes.faults)
    what = row.text("what", required=True)
    source = row.text("source")
    text, title, channel, area = (row.text(key) for key in ("text", "title", "channel", "area"))
    line, level = row.text("line"), row.choice("level", LEVELS, "unknown-level") or ""
    received, lacks = row.instant("received"), row.choices("lacks", RECORDED)
    said: dict[str, Any] = {
        "kind": row.choice("kind", KINDS, "unknown-kind"),
        "category": row.text("category"),
        "urgency": row.choice("urgency", URGENCIES, "unknown-urgency"),
    }
    told: dict[str, Any] = {
        "due_day": row.day("due_day"),
        "at": row.instant("at"),
        "provisional": row.flag("provisional"),
        "unit": row.text("unit"),
        "rule": row.text("rule"),
        "disposition": row.choice("disposition", {name: name for name in DISPOSED}),
        "to": row.text("to"),
        "type": row.text("type"),
    }
    told |= {key: row.texts(key) for key in ("assist", "copy")}
    figures = _figures(row, told)
    if "limit" in row:
        limit = row.limit("limit")
        told["limit"] = str(limit) if limit is not None else "none"
    row.known.append("limit")
    stage = row.choice("stage", STAGES, "unknown-stage") or Stage.HANDLE
    row.done()
    expected = {key: value for key, value in told.items() if value not in (None, "", ())}
    if text or title:
        expected |= {key: value for key, value in said.items() if value}
        said = {"kind": None, "category": "", "urgency": None}
    if len(row.notes.faults) == before:
        _answerable(row, expected, bool(text or title), bool(said["category"]), figures is not None)
    if len(row.notes.faults) > before:
        return None
    return Case(
        what, row.notes.file, row.name, text, title, channel, area, received, stage,
        said["kind"], said["category"], said["urgency"], expected, source, level, line, figures, lacks,
    )  # fmt: skip


def _answerable(row: Row, expected: Mapping[str, Any], words: bool, category: bool, figures: bool) -> None:
    """Note an expectation of which nothing that is given can tell."""
    if not expected:
        dates, routes = "due_day, at, limit", "unit, rule, assist, copy"
        every = f"{dates}, category, kind, {routes}, disposition, type, total, earned"
        zh = f"用例没有写期望：{every.replace(', ', '、')} 之一"
        en = f"the case expects none of {every}"
        row.add("bad-case", zh, en, "what")
    elif "received" not in row and not {"due_day", "at", "provisional"}.isdisjoint(expected):
        row.add("bad-case", "期望到期日，却没有 received", "it expects a due day but has no `received`", "what")
    elif not words and not {"disposition", "to", "type"}.isdisjoint(expected) and not category:
        row.add("bad-case", "期望处置方式，却没有诉求内容或类别", "it expects a disposition of nothing", "what")
    elif figures == {"total", "earned", "grade"}.isdisjoint(expected):
        row.add(
            "bad-case", "figures 与 total、earned、grade 要一起写", "figures go with total, earned or grade", "what"
        )


def _figures(row: Row, told: dict[str, Any]) -> Mapping[str, Any] | None:
    """Read the figures to score and what they must come to; points as they are written, not as floats."""
    figures = row.get("figures")
    if figures is not None and not isinstance(figures, Mapping):
        row.add(
            "wrong-type", "「figures」应是表", "'figures' must be a table", "figures", "figures = { on-time = 89.82 }"
        )
        return None
    total, earned = row.get("total"), row.get("earned")
    if total is not None:
        told["total"] = total if total == "none" else _points(row, "total", total)
    if isinstance(earned, Mapping):
        told["earned"] = {metric: _points(row, "earned", value) for metric, value in earned.items()}
    elif earned is not None:
        row.add("wrong-type", "「earned」应是表", "'earned' must be a table", "earned", "earned = { on-time = 14.82 }")
    told["grade"] = row.text("grade")
    return figures


def _points(row: Row, key: str, value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not Decimal(str(value)).is_finite():
        row.add("wrong-type", f"「{key}」应是数字", f"{key!r} must be a number", key)
        return None
    return Decimal(str(value))
