"""Reading the clock, the windows of the day and calendar overlays (读计时规则)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from ...core.calendar.overlay import Overlay, overlay_from_table
from ...core.errors import PolicyError
from ..table import Notes, Row
from .layer import Layer

_SPAN = re.compile(r"\s*([0-9:]+)\s*[-–~至]\s*([0-9:]+)\s*")


def read_clock(row: Row, layer: Layer) -> None:
    clock = row.row("clock")
    if clock is None:
        return
    clock.basis()
    roll = clock.flag("roll")
    ends = clock.choice("ends", {"day": "day", "business": "business"})
    unknown = clock.choice("on_unknown", {"provisional": "provisional", "error": "error"})
    cutoff = clock.get("cutoff")
    given: dict[str, Any] = {"roll": roll, "ends": ends, "on_unknown": unknown}
    given = {key: value for key, value in given.items() if value is not None}
    if cutoff is not None:
        given["cutoff"] = None if cutoff == "none" else clock.clock_time("cutoff", cutoff)
    layer.clock = given
    layer.windows = _windows(clock)
    clock.done()


def _windows(clock: Row) -> tuple[tuple[time, time], ...]:
    listed = clock.get("windows")
    if listed is None:
        return ()
    hint = 'windows = ["09:00-12:00", "13:30-17:30"]'
    found: list[tuple[time, time]] = []
    for span in listed if isinstance(listed, list) else [listed]:
        match = _SPAN.fullmatch(span) if isinstance(span, str) else None
        ends = list(match.groups()) if match else span
        if not isinstance(ends, list) or len(ends) != 2:
            clock.add("bad-windows", f"办公时段「{span}」有误", f"bad service window {span!r}", "windows", hint)
            return ()
        start, end = (clock.clock_time("windows", one) for one in ends)
        if start is None or end is None:
            return ()
        found.append((start, end))
    flat = [moment for span in found for moment in span]
    closing = flat[-1] == time(0) if flat else False  # an end of 00:00 is midnight
    if not flat or flat[: len(flat) - closing] != sorted(set(flat[: len(flat) - closing])):
        clock.add(
            "bad-windows", "办公时段应由早到晚、互不重叠", "service windows must follow one another", "windows", hint
        )
        return ()
    return tuple(found)


def read_overlays(row: Row) -> tuple[Overlay, ...]:
    found = []
    for _, one in row.rows("overlay"):
        overlay = read_overlay(one.table, one.notes, one.name)
        if overlay is not None:
            found.append(overlay)
    return tuple(found)


def read_overlay(table: Mapping[str, Any], notes: Notes, name: str = "") -> Overlay | None:
    """Read a calendar overlay (读日历增补), with its faults noted where it stands."""
    from attrs import evolve

    try:
        return overlay_from_table(table, notes.file)
    except PolicyError as error:
        inside = (".".join(part for part in (name, fault.table) if part) for fault in error.faults)
        notes.take(evolve(fault, table=table_name) for fault, table_name in zip(error.faults, inside, strict=True))
        return None
