"""Who may see what (查看): an order as one reader may see it, for one purpose, and no more.

Everybody who works with an order sees its course: status, kind, category, unit, deadlines.  The words of the request
and of those who handled it go to the roles that need them, names and phone numbers only masked; in clear they go to
whoever has to reach the requester, for that purpose.  An anonymous or confidential order's requester is withheld from
units altogether.  Third-party operators take calls and see the course alone (国办函〔2025〕66号（三）).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .core.actor import Actor, Role
from .core.calendar import local
from .core.errors import RequestError
from .core.order import Order

PURPOSES = ("read", "contact", "publish")
"""Why somebody looks (查看目的): to work on the order, to reach the requester, or to let it leave the hotline."""

PRIVATE = ("title", "text", "address", "requester", "attachments", "notes")
"""What is private about an order (隐私内容)."""

UNIT_ROLES = frozenset({Role.HANDLER, Role.UNIT_HEAD})
CENTRE_ROLES = frozenset({Role.AGENT, Role.DISPATCHER, Role.REVIEWER, Role.CALLER, Role.SUPERVISOR, Role.ADMIN})
CALLING_ROLES = frozenset({Role.AGENT, Role.CALLER, Role.ADMIN})

_COMPOUND = (
    *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"),
    *("司徒", "夏侯", "端木", "南宫", "长孙", "宇文", "轩辕", "百里", "独孤", "呼延"),
)
_TITLED = ("先生", "女士", "小姐", "同志", "师傅", "老师")
# Written with separators or in full width too; \d is any decimal digit.
_MOBILE = re.compile(r"(?<!\d)[1１][3-9３-９](?:[ \-－.]?\d){9}(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXxＸｘ](?!\d)")
_HIDDEN = "****"


def view(
    order: Order,
    words: Mapping[str, Any],
    actor: Actor,
    purpose: str = "read",
    notes: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return what *actor* may see of *order* for *purpose* (查看工单), as plain JSON.

    Args:
        words: the private part of the request, as :meth:`Hotline.words` gives it; {} once forgotten.
        actor: who looks; without a role, somebody who sees the course of the order and nothing private.
        purpose: one of :data:`PURPOSES`.
        notes: the private words of later steps, by the version of the order they belong to.

    Returns:
        The order's course, the private parts that may be seen (``None`` where not), and in ``withheld`` the names
        of those that were kept back.

    Raises:
        RequestError: ``unknown-purpose``.
    """
    if purpose not in PURPOSES:
        raise RequestError(
            f"没有查看目的「{purpose}」",
            f"there is no purpose {purpose!r}",
            code="unknown-purpose",
            hint="目的有：read 办理查看、contact 联系诉求人、publish 对外公开",
            hint_en=f"purposes: {', '.join(PURPOSES)}",
        )
    shown = dict.fromkeys(PRIVATE)
    reads = purpose != "publish" and may_read(order, actor)
    clear = reads and may_reach(order, actor, purpose)
    if reads:
        shown |= _words(order, words, actor, clear, notes or {})
    there = {name for name in PRIVATE if words.get(name)} | ({"notes"} if notes else set())
    withheld = [name for name in PRIVATE if name in there and shown[name] is None]
    return {**course(order), **shown, "masked": reads and not clear, "withheld": withheld}


def may_read(order: Order, actor: Actor) -> bool:
    """Whether *actor* may read the words of *order* (能否看内容): the centre, the requester, a unit that has it."""
    if actor.roles & (CENTRE_ROLES | {Role.REQUESTER}):
        return True
    return bool(actor.roles & UNIT_ROLES) and _has_it(order, actor.unit)


def may_reach(order: Order, actor: Actor, purpose: str) -> bool:
    """Whether *actor* sees name and number in clear (能否看联系方式): who has to ring, and says so."""
    if Role.REQUESTER in actor.roles:
        return True
    if purpose != "contact":
        return False
    if actor.roles & CALLING_ROLES:
        return True
    return bool(actor.roles & UNIT_ROLES) and _has_it(order, actor.unit) and not _apart(order)


def _apart(order: Order) -> bool:
    """Whoever asks to stay unnamed, or to be kept in confidence, is kept from every unit."""
    return order.intake.confidential or order.intake.anonymous


def _has_it(order: Order, unit: str) -> bool:
    """A unit that sent the order back, or lost it, has no further business with its words."""
    return bool(unit) and any(a.unit == unit and (a.closed is None or a.replied is not None) for a in order.assignments)


def course(order: Order) -> dict[str, Any]:
    """Return how an order stands (工单概况), with nothing private in it."""
    citizen, topic = order.clocks.citizen, order.topic
    due = citizen.deadline if citizen is not None else None
    return {
        "number": order.number,
        "place": order.place,
        "status": order.status.value,
        "open": order.is_open,
        "version": order.version,
        "holder": order.holder,
        "kind": order.kind.value if order.kind is not None else None,
        "category": order.category,
        "area": order.area,
        "urgency": topic.urgency.value if topic is not None else None,
        "needs_person": topic.needs_person if topic is not None else False,
        "channel": order.intake.channel,
        "received": _iso(order.intake.received),
        "anonymous": order.intake.anonymous,
        "confidential": order.intake.confidential,
        "wants_reply": order.intake.wants_reply,
        "line": order.intake.line,
        "level": order.intake.level,
        "follower": order.intake.marks.follower,
        "lacks": list(order.intake.marks.lacks or ()),
        "joined": len(order.intake.marks.joined),
        "pack": order.intake.pack,
        "edition": order.intake.edition,
        "due_day": due.due_day.isoformat() if due is not None and due.due_day is not None else None,
        "at": _iso(due.at) if due is not None else None,
        "provisional": due.provisional if due is not None else False,
        "earliest": due.earliest.isoformat() if due is not None and due.earliest is not None else None,
        "latest": due.latest.isoformat() if due is not None and due.latest is not None else None,
        "basis": due.basis if due is not None else None,
        "on_time": order.on_time,
        "problem": problem.reason if (problem := order.problem) is not None else None,
        "divided": list(order.counts.handovers.divided),
        **_timing(order),
    }


def _timing(order: Order) -> dict[str, Any]:
    """Say what was decided about the time of an order, and what the requester has not been told yet."""
    timing = order.clocks.timing
    contact = timing.contact
    return {
        "deferred": _iso(order.pending.deferred),
        "suspended": _iso(order.suspended),
        "statute": timing.statute.basis if timing.statute is not None else None,
        "must_tell": [duty.what for duty in timing.duties if duty.told is None],
        "contacted": contact.reached if contact is not None and contact.made is not None else None,
    }


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else local(instant).isoformat()


_OFFICIAL = ("text", "public", "note", "fact_note", "claim_note", "attachments")


def _words(
    order: Order, words: Mapping[str, Any], actor: Actor, clear: bool, notes: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    requester = words.get("requester") or {}
    names = {key: str(requester.get(key) or "") for key in ("name", "phone", "id")}
    hidden = _apart(order) and not actor.roles & (CENTRE_ROLES | {Role.REQUESTER})

    def told(text: Any) -> str:
        return str(text) if clear else scrub(str(text), names["name"], names["phone"], names["id"])

    shown: dict[str, Any] = {key: told(words[key]) for key in ("title", "text", "address") if words.get(key)}
    if not hidden and any(names.values()):
        shown["requester"] = (
            names
            if clear
            else {
                "name": mask_name(names["name"]),
                "phone": mask_phone(names["phone"]),
                "id": _HIDDEN if names["id"] else "",
            }
        )
    if words.get("attachments") and not hidden:
        # People call a file by their own name and number; where it lies is left as it is, or nobody could fetch it.
        shown["attachments"] = [{**each, "name": told(each.get("name") or "")} for each in words["attachments"]]
    # The requester gets the public answer; what officials write to one another is theirs.
    public = ("public",) if actor.roles <= {Role.REQUESTER} else _OFFICIAL
    # A public reply that has not been cleared is not public yet (答复信息安全审查).
    held = order.intake.marks.held if public == ("public",) else ()
    kept = {
        version: {key: told(text) for key, text in note.items() if key in public and text}
        for version, note in notes.items()
        if version not in held
    }
    shown["notes"] = {version: note for version, note in kept.items() if note} or None
    return shown


def mask_name(name: str) -> str:
    """Return a name with everything but the surname hidden (姓名脱敏): 王小明 → 王某, 王先生 stays."""
    name = name.strip()
    if not name or (name.endswith(_TITLED) and len(name) <= 4):
        return name
    if not "\u4e00" <= name[0] <= "\u9fff":
        return name[0] + "***"
    return (name[:2] if name[:2] in _COMPOUND else name[0]) + "某"


def mask_phone(phone: str) -> str:
    """Return a number with its middle hidden (电话脱敏): 138****8888."""
    digits = "".join(c for c in phone if c.isdecimal())
    if len(digits) >= 11:
        return digits[-11:-8] + _HIDDEN + digits[-4:]
    return digits[:2] + _HIDDEN + digits[-2:] if len(digits) >= 7 else _HIDDEN if phone else ""


def scrub(text: str, name: str = "", phone: str = "", identity: str = "") -> str:
    """Return *text* without the requester's name and without mobile and identity numbers (正文脱敏)."""
    for secret, masked in ((identity, _HIDDEN), (phone, mask_phone(phone)), (name, mask_name(name))):
        if len(secret) >= 2 and secret != masked:
            text = text.replace(secret, masked)
    text = _IDENTITY.sub(lambda found: found[0][:6] + "********" + found[0][-2:], text)
    return _MOBILE.sub(lambda found: mask_phone(found[0]), text)
