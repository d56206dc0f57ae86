"""Reading the scoring tables (读考核)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..table import Row
from .layer import Layer


def read_scoring(row: Row, layer: Layer) -> Mapping[str, Any] | None:
    said = row.row("scoring")
    if said is None:
        return None
    said.basis()
    layer.named += [("scoring", "exempt", category) for category in said.texts("exempt")]
    parts = []
    for _, part in said.rows("component"):
        part.basis()
        parts.append(dict(part.table) | {"metric": part.text("metric")})
    return {**said.table, "component": parts} if "component" in said else said.table
