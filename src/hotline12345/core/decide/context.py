"""What a command brings to every event it makes (附带信息): when it happened, and the host's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from attrs import evolve as change

from ..commands import Command
from ..errors import RequestError
from ..events import Event


def in_context(events: tuple[Event, ...], command: Command) -> tuple[Event, ...]:
    """Write into every event when it happened in the world, and the host's own fields, where the command says.

    Raises:
        RequestError: ``occurred-ahead`` when it is said to have happened after it is recorded; ``bad-ext``.
    """
    if command.occurred is None and command.ext is None:
        return events
    if command.occurred is not None and events and command.occurred > events[0].at:
        raise RequestError(
            f"发生时间 {command.occurred.isoformat()} 晚于记录时间 {events[0].at.isoformat()}",
            f"it is said to have occurred at {command.occurred.isoformat()}, after it is recorded",
            code="occurred-ahead",
            hint="occurred 写已经发生的时间；将来的日子不能补录",
            hint_en="`occurred` is when it happened; what lies ahead has not",
        )
    ext = plain(command.ext) or {}
    return tuple(change(event, occurred=command.occurred, ext={**(event.ext or {}), **ext} or None) for event in events)


def plain(ext: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a copy of *ext* that nobody else can change (附加字段); ``None`` when it is empty.

    Raises:
        RequestError: ``bad-ext`` when it holds what JSON does not: it must be read back as it was written.
    """
    return _copied(dict(ext), "ext") if ext else None


def _copied(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, list):
        return [_copied(item, where) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _copied(item, f"{where}.{key}") for key, item in value.items()}
    raise RequestError(
        f"附加字段 {where} 不是 JSON 能写的值：{type(value).__name__}",
        f"{where} holds a {type(value).__name__}, which JSON cannot keep as it is",
        code="bad-ext",
        hint="只用文本、数字、布尔、空值、列表和以文本为键的字典",
        hint_en="use text, numbers, booleans, null, lists and dicts keyed by text",
    )
