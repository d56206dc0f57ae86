"""JSON Schema (数据格式) for hosts that are not Python: what is stored, what is sent, what is read.

Made from the classes themselves, as JSON Schema draft 2020-12: what an event's class says is what its schema says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .events import event_schema, record_schema
from .orders import envelope_schema, order_schema
from .requests import request_schema

__all__ = ["SCHEMAS", "envelope_schema", "event_schema", "order_schema", "record_schema", "request_schema"]

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "request": request_schema,
    "order": order_schema,
    "record": record_schema,
    "envelope": envelope_schema,
}
"""Name → the function that makes the schema (格式名称)."""
