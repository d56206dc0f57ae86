"""Schemas of events and records (事件与记录的格式): what a store keeps and an export holds."""

from __future__ import annotations

from typing import Any, get_type_hints

from attrs import NOTHING, fields

from ..core.codec import SCHEMA
from ..core.events import EVENTS
from .shapes import DRAFT, Shapes, first_line


def event_schema(kind: str) -> dict[str, Any]:
    """Return the schema of one event's data (事件格式); fields that hold their default are left out of the data.

    Args:
        kind: the event's name, for example ``Dispatched``.

    Raises:
        KeyError: there is no such event.
    """
    shapes = Shapes()
    return {"$schema": DRAFT, **_event(kind, shapes), "$defs": shapes.defs}


def record_schema() -> dict[str, Any]:
    """Return the schema of a stored record (记录格式): which order, which version, which event."""
    shapes = Shapes()
    events = {kind: _event(kind, shapes) for kind in sorted(EVENTS)}
    return {
        "$schema": DRAFT,
        "title": "record",
        "description": "One stored event of an order (记录).",
        "type": "object",
        "required": ["place", "number", "version", "kind", "data"],
        "properties": {
            "place": {"type": "string", "description": "the hotline that owns the order (热线所在地)"},
            "number": {"type": "string", "description": "the order's number (工单编号)"},
            "version": {"type": "integer", "minimum": 1, "description": "counts from 1 within the order (版本)"},
            "kind": {"enum": list(events)},
            "data": {"type": "object"},
            "schema": {"type": "integer", "minimum": 1, "maximum": SCHEMA, "default": SCHEMA},
        },
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": {"properties": {"data": {"$ref": _at(kind)}}}}
            for kind in events
        ],
        "$defs": {**{f"event.{kind}": shape for kind, shape in events.items()}, **shapes.defs},
    }


def _at(kind: str) -> str:
    return f"#/$defs/event.{kind}"


def _event(kind: str, shapes: Shapes) -> dict[str, Any]:
    cls = EVENTS[kind]
    hints = get_type_hints(cls)
    return {
        "title": kind,
        "description": first_line(cls),
        "type": "object",
        "required": [a.name for a in fields(cls) if a.default is NOTHING],
        "properties": {a.name: shapes.of(hints[a.name]) for a in fields(cls)},
        "additionalProperties": False,
    }
