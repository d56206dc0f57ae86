"""Reading the scoring tables (读考核): every table's basis, and plain data for the calculator's own reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..table import Row
from .layer import Layer

TABLES = ("component", "metric", "grade", "group")


def read_scoring(row: Row, layer: Layer) -> Mapping[str, Any] | None:
    """Read ``[scoring]`` (读考核): what it means is for ``core.scoring``, which has its own faults."""
    said = row.row("scoring")
    if said is None:
        return None
    said.basis()
    layer.named += [("scoring", "exempt", category) for category in said.texts("exempt")]
    read: dict[str, Any] = {}
    for key in TABLES:
        rows = []
        for _, one in said.rows(key):
            one.basis()
            rows.append(dict(one.table) | ({"metric": one.text("metric")} if key == "component" else {}))
        if key in said:
            read[key] = rows
    lists = said.row("lists")
    if lists is not None:
        lists.basis()
    return {**said.table, **read}
