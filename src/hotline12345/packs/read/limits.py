"""Reading the limits (读时限)."""

from __future__ import annotations

from typing import Any

from ...core.policy import LimitRule
from ...core.sla import Stage
from ..table import KINDS, STAGES, URGENCIES, Row
from .layer import Layer

STARTS = {"dispatched": "dispatched", "received": "received", "signed": "signed"}


def read_limits(row: Row, layer: Layer) -> tuple[LimitRule, ...]:
    found: list[LimitRule] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, one in row.rows("limit"):
        stages = one.choices("stage", STAGES, "unknown-stage") or (() if "stage" in one else (Stage.HANDLE,))
        kinds = one.choices("kind", KINDS, "unknown-kind") or (() if "kind" in one else (None,))
        urgencies = one.choices("urgency", URGENCIES, "unknown-urgency") or (() if "urgency" in one else (None,))
        category, channel = one.text("category"), one.text("channel")
        limit = one.limit("limit", required=True)
        start = one.choice("start", STARTS) or "dispatched"
        basis = one.basis()
        one.done()
        layer.named += [(one.name, "category", category)] if category else []
        for selectors in ((s, k, category, u, channel) for s in stages for k in kinds for u in urgencies):
            first = seen.setdefault(selectors, number)
            if first != number:
                stage, kind = selectors[0], selectors[1]
                what = "·".join(x for x in (stage.zh, kind.zh if kind else "", category, channel) if x)
                one.add(
                    "duplicate-limit",
                    f"「{what}」的时限在第 {first} 个 [[limit]] 已写过",
                    f"the limit for {what!r} is already given by [[limit]] number {first}",
                    "limit",
                    "保留一个 / keep one of them",
                )
            else:
                stage, kind, _, urgency, _ = selectors
                found.append(LimitRule(stage, limit, basis, kind, category, urgency, channel, start))
    return tuple(found)
