"""Schemas of an order as somebody may see it, and of the envelope it is sent in (工单与信封的格式)."""

from __future__ import annotations

from typing import Any

from ..core.actor import Role
from ..core.events import EVENTS
from ..core.request import Kind, Urgency
from ..core.status import Status
from ..delivery.envelope import TYPE
from .shapes import DAY, DRAFT, INSTANT, Shape


def _maybe(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


_TEXT: Shape = {"type": "string"}
_WORDS: Shape = {"type": ["string", "null"]}
_FLAG: Shape = {"type": "boolean"}
_COUNT: Shape = {"type": "integer", "minimum": 0}
_LIST: Shape = {"type": "array", "items": _TEXT}

_COURSE: dict[str, tuple[Shape, str]] = {
    "number": (_TEXT, "编号"),
    "place": (_TEXT, "热线所在地 the hotline that owns it"),
    "status": ({"enum": [status.value for status in Status]}, "状态"),
    "open": (_FLAG, "在办 whether anything can still be due"),
    "version": ({"type": "integer", "minimum": 1}, "版本：第几件事件之后 after how many events"),
    "holder": (_TEXT, "持单单位 who has it"),
    "kind": (_maybe({"enum": [kind.value for kind in Kind]}), "类型"),
    "category": (_TEXT, "类别"),
    "area": (_TEXT, "区划代码 division code"),
    "urgency": (_maybe({"enum": [urgency.value for urgency in Urgency]}), "紧急程度"),
    "needs_person": (_FLAG, "归类须由人核对 a person should look at the classification"),
    "channel": (_TEXT, "渠道"),
    "received": (_maybe(INSTANT), "收到的时间 when the request was received"),
    "anonymous": (_FLAG, "匿名"),
    "confidential": (_FLAG, "保密"),
    "wants_reply": (_FLAG, "需要回复"),
    "line": (_TEXT, "专线 special line"),
    "level": (_TEXT, "来源层级 the level that handed it down"),
    "follower": (_TEXT, "跟单人 named follow-up person"),
    "lacks": (_LIST, "所缺要素 elements the record lacks"),
    "joined": (_COUNT, "并入的诉求人数 requesters that joined"),
    "pack": (_TEXT, "政策包"),
    "edition": (_TEXT, "版本 edition of the rules"),
    "due_day": (_maybe(DAY), "群众时限的到期日 the citizen's due day"),
    "at": (_maybe(INSTANT), "到此刻即为超期 the first instant that is too late"),
    "provisional": (_FLAG, "暂定：放假安排尚未公布 days not yet settled by a notice were passed"),
    "earliest": (_maybe(DAY), "最早可能的到期日"),
    "latest": (_maybe(DAY), "最晚可能的到期日"),
    "basis": (_WORDS, "依据 article"),
    "on_time": ({"type": ["boolean", "null"]}, "按时 null while that is open"),
    "problem": (_WORDS, "疑难工单的原因 why it is a problem order"),
    "divided": (_LIST, "拆出的工单 orders divided from it"),
    "deferred": (_maybe(INSTANT), "挂账至 deferred until"),
    "suspended": (_maybe(INSTANT), "中止计时自 the clock has stood still since"),
    "statute": (_WORDS, "从其规定 the statute whose limit holds"),
    "must_tell": (_LIST, "尚未告知诉求人的事 what the requester has not been told"),
    "contacted": ({"type": ["boolean", "null"]}, "先行联系是否联系上 whether the first contact reached them"),
}

_PERSON: Shape = {"type": "object", "properties": {"name": _TEXT, "phone": _TEXT, "id": _TEXT}}
_SEEN: dict[str, tuple[Shape, str]] = {
    "title": (_WORDS, "标题；null 为不予显示或没有 null where withheld or empty"),
    "text": (_WORDS, "内容"),
    "address": (_WORDS, "地址"),
    "requester": (_maybe(_PERSON), "诉求人，默认脱敏 masked unless the purpose is to reach them"),
    "attachments": (_maybe({"type": "array", "items": {"type": "object"}}), "附件 name, type and address"),
    "notes": (
        _maybe({"type": "object", "additionalProperties": {"type": "object"}}),
        "各步的文字，按版本 words of later steps, by version",
    ),
    "masked": (_FLAG, "已脱敏 names and numbers are masked"),
    "withheld": (_LIST, "不予显示的部分 what was kept back"),
}


def order_schema() -> dict[str, Any]:
    """Return the schema of an order as :func:`hotline12345.view.view` gives it (工单格式), private parts last."""
    return {"$schema": DRAFT, "title": "order", "description": "An order as one reader may see it (工单).", **_order()}


def _order() -> Shape:
    parts = {**_COURSE, **_SEEN}
    return {
        "type": "object",
        "required": list(parts),
        "properties": {name: {**shape, "description": said} for name, (shape, said) in parts.items()},
    }


def envelope_schema() -> dict[str, Any]:
    """Return the schema of what ``deliver`` sends (信封格式); a destination may ask for fewer of an order's fields."""
    order = _order()
    del order["required"]
    data = {
        "event": {"enum": sorted(EVENTS)},
        "version": {"type": "integer", "minimum": 1},
        "occurred": _maybe(INSTANT),
        "by": {
            "type": "object",
            "required": ["unit", "roles"],
            "properties": {"unit": _TEXT, "roles": {"type": "array", "items": {"enum": [r.value for r in Role]}}},
        },
        "order": order,
    }
    parts: dict[str, Shape] = {
        "specversion": {"const": "1.0"},
        "id": {**_TEXT, "description": "PLACE:NUMBER:VERSION；重复收到即同一件 the same id is the same event"},
        "source": _TEXT,
        "type": {"enum": [TYPE + kind for kind in sorted(EVENTS)]},
        "subject": {**_TEXT, "description": "工单编号 the order's number"},
        "time": INSTANT,
        "datacontenttype": {"const": "application/json"},
        "place": _TEXT,
        "sequence": {"type": "string", "pattern": "^[0-9]{10}$", "description": "同一工单内的先后 within one order"},
        "data": {"type": "object", "required": list(data), "properties": data},
    }
    return {
        "$schema": DRAFT,
        "title": "envelope",
        "description": "What a destination is sent: CloudEvents 1.0 in structured JSON (信封).",
        "type": "object",
        "required": list(parts),
        "properties": parts,
    }
