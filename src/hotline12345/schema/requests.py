"""The schema of a request (诉求的格式) as the channel ``plain`` reads it: a JSON object a line, or an array of them."""

from __future__ import annotations

from typing import Any

from ..core.request import KIND_BY_NAME, LEVEL_ZH
from .shapes import DRAFT

_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_CODE: dict[str, Any] = {"type": ["string", "integer", "null"]}
_FLAG: dict[str, Any] = {"anyOf": [{"type": ["boolean", "null"]}, {"enum": ["是", "否", "", "yes", "no"]}]}
_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "received": (
        {"type": "string", "examples": ["2026-09-18T10:00:00+08:00"]},
        "when it was received; without an offset China's time (收到的时间)",
    ),
    "ref": (_CODE, "its number in your system; given twice, it is received once (贵方编号)"),
    "title": (_TEXT, "title (标题)"),
    "text": (_TEXT, "what was asked; title or text must say something (内容)"),
    "requester": (_TEXT, "the requester's name (姓名)"),
    "phone": (_CODE, "telephone number (电话)"),
    "requester_id": (_CODE, "identity number, as text: eighteen digits are too many for a number (证件号码)"),
    "kind": ({"enum": [*KIND_BY_NAME, "", None]}, "kind; left out, rules say it (类型)"),
    "category": (_TEXT, "category by the pack's catalogue; left out, rules say it (类别)"),
    "area": (_CODE, "division code (区划代码)"),
    "address": (_TEXT, "where it happened (地址)"),
    "channel": (_TEXT, "by which channel it came (渠道)"),
    "anonymous": (_FLAG, "does not want to be named (匿名)"),
    "confidential": (_FLAG, "wants to be kept from the units (保密)"),
    "wants_reply": (_FLAG, "wants a reply; yes where left out (是否需要回复)"),
    "level": ({"enum": [*LEVEL_ZH, *LEVEL_ZH.values(), "", None]}, "the level that handed it down (来源层级)"),
    "line": (_TEXT, "the special line it came by (专线)"),
}


def request_schema() -> dict[str, Any]:
    """Return the schema of one request (诉求格式); further fields are kept as facts or ignored, as the mapping says."""
    return {
        "$schema": DRAFT,
        "title": "request",
        "description": "What a person asked, as `receive FILE` and `replay FILE` read it (诉求).",
        "type": "object",
        "required": ["received"],
        "anyOf": [
            {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}
            for name in ("title", "text")
        ],
        "properties": {name: {**shape, "description": said} for name, (shape, said) in _FIELDS.items()},
    }
