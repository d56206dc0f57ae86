"""Reading the limits (读时限)."""

from __future__ import annotations

from itertools import product
from typing import Any

from ...core.policy import LimitRule
from ...core.sla import Stage
from ..table import KINDS, LEVELS, STAGES, URGENCIES, Row
from .layer import Layer

STARTS = {"dispatched": "dispatched", "received": "received", "signed": "signed"}


def read_limits(row: Row, layer: Layer) -> tuple[LimitRule, ...]:
    found: list[LimitRule] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, one in row.rows("limit"):
        stages = one.choices("stage", STAGES, "unknown-stage") or (() if "stage" in one else (Stage.HANDLE,))
        kinds = one.choices("kind", KINDS, "unknown-kind") or (() if "kind" in one else (None,))
        urgencies = one.choices("urgency", URGENCIES, "unknown-urgency") or (() if "urgency" in one else (None,))
        levels = one.choices("level", LEVELS, "unknown-level") or (() if "level" in one else ("",))
        categories, channels, lines = (one.texts(key) or ("",) for key in ("category", "channel", "line"))
        limit = one.limit("limit", required=True)
        start = one.choice("start", STARTS) or "dispatched"
        statute, longer = bool(one.flag("statute")), one.limit("extension")
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "category", category) for category in categories if category]
        for stage, kind, category, urgency, channel, level, line in product(
            stages, kinds, categories, urgencies, channels, levels, lines
        ):
            rule = LimitRule(stage, limit, basis, kind, category, urgency, channel, start, level, line, statute, longer)
            first = seen.setdefault(rule.selectors, number)
            if first != number:
                what = "·".join(x for x in (stage.zh, kind.zh if kind else "", category, channel, level, line) if x)
                one.add(
                    "duplicate-limit",
                    f"「{what}」的时限在第 {first} 个 [[limit]] 已写过",
                    f"the limit for {what!r} is already given by [[limit]] number {first}",
                    "limit",
                    "保留一个 / keep one of them",
                )
            else:
                found.append(rule)
    return tuple(found)
