"""How the types of our classes look in JSON (类型)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields, has

from ..core.actor import Actor
from ..core.sla import Deadline
from ..core.sla.timelimit import TimeLimit

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Shape = dict[str, Any]

INSTANT: Shape = {"type": "string", "format": "date-time"}
DAY: Shape = {"type": "string", "format": "date"}

_PLAIN: dict[Any, Shape] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: INSTANT,
    date: DAY,
    Any: {},
}


def first_line(cls: type) -> str:
    """Return what a class says of itself in its first sentence."""
    return (cls.__doc__ or "").split("\n\n")[0].replace("\n", " ").strip()


class Shapes:
    """Turns annotated types into schemas; classes that recur go to ``defs`` and are referred to (格式定义)."""

    def __init__(self) -> None:
        self.defs: dict[str, Shape] = {}

    def of(self, hint: Any) -> Shape:
        """Return the schema of values annotated with *hint*, as the codec writes them."""
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            inner = [arg for arg in get_args(hint) if arg is not type(None)]
            return {"anyOf": [self.of(inner[0]), {"type": "null"}]}
        if origin is tuple:
            return {"type": "array", "items": self.of(get_args(hint)[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object"}
        return self._named(hint)

    def _named(self, cls: Any) -> Shape:
        name = cls.__name__
        if name not in self.defs:
            self.defs[name] = {}  # a deadline may extend another: the name is there before its schema
            self.defs[name] = {"description": first_line(cls), **self._shape(cls)}
        return {"$ref": f"#/$defs/{name}"}

    def _shape(self, cls: Any) -> Shape:
        if cls is Actor:
            said = "person, unit and roles, kept apart by U+001F; empty where not known"
            return {"type": "string", "pattern": "\u001f", "$comment": said}
        if cls is TimeLimit:
            return {"type": "string", "pattern": "^[0-9]+[a-z]+$", "examples": ["5wd", "24h", "30min"]}
        if issubclass(cls, Enum):
            return {"enum": [member.value for member in cls]}
        return self._row(cls)

    def _row(self, cls: Any) -> Shape:
        """A small record goes as a list in the order of its fields; trailing ones with a default may be missing."""
        hints = get_type_hints(cls)
        names, needed = _fields_of(cls)
        items = [{"title": name, **self.of(hints[name])} for name in names]
        if cls is Deadline:  # what is not extended leaves the last item out
            needed -= 1
        return {"type": "array", "prefixItems": items, "minItems": needed, "maxItems": len(items)}


def _fields_of(cls: Any) -> tuple[list[str], int]:
    """Name the fields of a record, and say how many of them a list must have."""
    if has(cls):
        return [a.name for a in fields(cls)], sum(a.default is NOTHING for a in fields(cls)) + (cls is Deadline)
    return list(cls._fields), len(cls._fields) - len(cls._field_defaults)
