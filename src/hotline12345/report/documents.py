"""Supervision papers as text and as rows (督办文书): drafts for whoever answers for them to check and sign."""

from __future__ import annotations

from typing import Any

from ..core.calendar import local
from ..core.documents import Document
from ..core.policy import TRIGGERS
from ..core.request import Kind

_KINDS = {kind.value: kind.zh for kind in Kind}


def document_text(document: Document, lang: str = "zh") -> str:
    """Return the paper as a draft in *lang*, ``zh`` or ``en`` (文书草稿)."""
    return _zh(document) if lang == "zh" else _en(document)


def document_json(document: Document) -> dict[str, Any]:
    """Return the paper as JSON (转为 JSON)."""
    return {
        "code": document.code,
        "title": document.title,
        "rung": document.rung,
        "number": document.number,
        "unit": document.unit,
        "unit_name": document.unit_name,
        "kind": document.kind,
        "category": document.category,
        "trigger": document.trigger,
        "due_day": document.due_day.isoformat() if document.due_day is not None else None,
        "days_late": document.days_late,
        "at": local(document.at).isoformat(),
        "basis": document.basis,
        "owner": document.owner,
        "to": document.to,
        "cc": list(document.cc),
    }


def _zh(one: Document) -> str:
    what = "，".join(part for part in (_KINDS.get(one.kind, one.kind), one.category) if part)
    day = f"{local(one.at):%Y-%m-%d}"
    if one.due_day is not None:
        late = f"至 {day} 已超期 {one.days_late} 个工作日" if one.days_late else f"至 {day} 已超期"
        why = f"应于 {one.due_day} 前办结，{late}，请抓紧办理并反馈。"
    else:
        ground = TRIGGERS.get(one.trigger.split(".")[0], "")
        why = f"列入督办（{ground}）。" if ground else "列入督办。"
    lines = [
        one.title,
        f"{one.to}：",
        f"    工单 {one.number}（{what}）由{one.unit_name or '贵单位'}承办，{why}",
        f"    依据：{one.basis}",
        f"    出具：{one.owner or '热线工作机构'}    {day}",
    ]
    if one.cc:
        lines.append(f"    抄送：{'、'.join(one.cc)}")
    return "\n".join(lines)


def _en(one: Document) -> str:
    what = ", ".join(part for part in (one.kind, one.category) if part)
    day = f"{local(one.at):%Y-%m-%d}"
    if one.due_day is not None:
        late = f", {one.days_late} working days past" if one.days_late else ""
        why = f"was due by {one.due_day} and is overdue on {day}{late}."
    else:
        why = f"is under supervision ({one.trigger.split('.')[0]})."
    lines = [
        f"{one.code} ({one.title})",
        f"To {one.to}:",
        f"    Order {one.number} ({what}), with {one.unit or 'your unit'}, {why}",
        f"    Basis: {one.basis}",
        f"    Drawn up by {one.owner or 'the hotline'}, {day}",
    ]
    if one.cc:
        lines.append(f"    Copies: {', '.join(one.cc)}")
    return "\n".join(lines)
