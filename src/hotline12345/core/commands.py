"""What someone wants (命令): imperatives, frozen; may be refused.

Fields marked private (text, note, public …) are citizens' or officials' free words: the Hotline keeps
them in a private record and the event refers to it.  ``reason`` is a short code, so that an event can
hold it; free words belong in ``note``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, fields, frozen

from .actor import Actor
from .errors import RequestError
from .refs import Origin
from .request import Kind, Request, Urgency
from .sla import Deadline, TimeLimit

PRIVATE = {"private": True}
_CODE = re.compile(r"^[a-z0-9][a-z0-9.-]{0,47}$")


def _code(instance: Any, attribute: Any, value: str) -> None:
    """Hold *value* to a code, since it is stored in clear in the event."""
    if value and not _CODE.match(value):
        raise RequestError(
            f"{attribute.name} 应为短代码（小写字母、数字、连字符），收到「{value}」",
            f"{attribute.name} must be a short code (a-z, 0-9, '-'), got {value!r}",
            code="bad-code",
            hint="把文字说明写进 note，reason 只写代码，例如 not-our-duty",
            hint_en="put the words into note and a code into reason, for example not-our-duty",
        )


def _aware(instance: Any, attribute: Any, value: Any) -> None:
    """Refuse a naive instant: it would be read in whatever zone the machine has."""
    if value is not None and value.tzinfo is None:
        raise RequestError(
            f"{attribute.name} 的时间 {value.isoformat()} 没有时区",
            f"{attribute.name} {value.isoformat()} has no time zone",
            code="naive-time",
            hint="请写明时区，例如 +08:00",
            hint_en="give the offset, for example +08:00",
        )


@frozen(weakref_slot=False)
class Command:
    """What somebody wants done to one order (命令).

    Args:
        by: who wants it; the table says which roles may.
        occurred: when it happened in the world, where that differs from when it is recorded.
        ext: the host's own fields, recorded in the event; not for personal data.
    """

    by: Actor
    occurred: datetime | None = field(default=None, kw_only=True, validator=_aware)
    ext: Mapping[str, Any] | None = field(default=None, kw_only=True)


@frozen(weakref_slot=False)
class Receive(Command):
    """Receive (收件) *request* as the order *number* of *place*."""

    request: Request
    place: str
    number: str
    origin: Origin | None = None
    citizen: Deadline | None = None


@frozen(weakref_slot=False)
class Similar:
    """Another order that looks like this one (相似工单), gathered by the Hotline."""

    number: str
    same_requester: bool
    open: bool


@frozen(weakref_slot=False)
class Accept(Command):
    """Accept (受理): classify and test the scope; ``disposition="handle"`` only notes what it would have done."""

    kind: Kind | None = None
    category: str = ""
    area: str = ""
    urgency: Urgency | None = None
    disposition: str = field(default="auto", validator=_code)  # auto | handle
    title: str = field(default="", metadata=PRIVATE)
    text: str = field(default="", metadata=PRIVATE)
    similar: tuple[Similar, ...] = ()


@frozen(weakref_slot=False)
class Answer(Command):
    """Answer at once (直接答复)."""

    text: str = field(default="", metadata=PRIVATE)
    how: str = field(default="knowledge", validator=_code)
    source: str = ""


@frozen(weakref_slot=False)
class Connect(Command):
    """Connect (转接): a window, an expert seat or a three-party call; *answered* ends it with an answer."""

    how: str = field(default="window", validator=_code)
    to: str = ""
    answered: bool = False
    text: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Refer(Command):
    """Refer (转出): to an emergency number, a legal route, the petition office or another channel."""

    route: str = field(default="channel", validator=_code)
    to: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Decline(Command):
    """Decline (不予受理) with a reason code, and say which route is open."""

    reason: str = field(default="", validator=_code)
    told: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Merge(Command):
    """Merge (并单) into the order *into*."""

    into: str = ""
    reason: str = field(default="same-matter", validator=_code)


@frozen(weakref_slot=False)
class Dispatch(Command):
    """Dispatch (派单): without *unit* the catalogue decides; by a unit's handler it goes downward (下派)."""

    unit: str = ""
    area: str = ""


@frozen(weakref_slot=False)
class Assist(Command):
    """Ask *unit* to assist (加派协办), or send it a copy."""

    unit: str = ""
    role: str = field(default="assist", validator=_code)


@frozen(weakref_slot=False)
class Sign(Command):
    """Sign (签收)."""

    assignment: str = ""


@frozen(weakref_slot=False)
class SendBack(Command):
    """Send back (退单) with a reason code."""

    reason: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)
    assignment: str = ""


@frozen(weakref_slot=False)
class Adjudicate(Command):
    """Adjudicate (争议裁定): ``uphold`` the objection, ``reassign`` to *unit*, or ``designate`` it (不得再退)."""

    decision: str = field(default="uphold", validator=_code)
    unit: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Recall(Command):
    """Recall (撤回派单)."""

    reason: str = field(default="misrouted", validator=_code)


@frozen(weakref_slot=False)
class Reclassify(Command):
    """Reclassify (重新归类)."""

    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    area: str = ""
    reason: str = field(default="", validator=_code)


@frozen(weakref_slot=False)
class Reply(Command):
    """Reply (答复): the internal *text*, the *public* answer, solved or explained."""

    text: str = field(default="", metadata=PRIVATE)
    public: str = field(default="", metadata=PRIVATE)
    solved: bool | None = None
    reason: str = field(default="", validator=_code)
    assignment: str = ""


@frozen(weakref_slot=False)
class Review(Command):
    """Review (审核) the reply: pass it, or send it back."""

    passed: bool = True
    reason: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class FollowUp(Command):
    """Follow up (回访): reached | unreachable | refused | disputed; solved? satisfied?"""

    outcome: str = field(default="reached", validator=_code)
    solved: bool | None = None
    satisfied: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Reopen(Command):
    """Reopen (重办); goes back to the last lead unit unless *unit* names another."""

    reason: str = field(default="unsolved", validator=_code)
    unit: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Extend(Command):
    """Ask for an extension (申请延期) of *amount*."""

    amount: TimeLimit
    reason: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class GrantExtension(Command):
    """Decide the extension that was asked (延期审批)."""

    granted: bool = True
    reason: str = field(default="", validator=_code)


@frozen(weakref_slot=False)
class Defer(Command):
    """Defer (挂账) until an explicit solution date."""

    until: datetime = field(validator=_aware)
    reason: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Urge(Command):
    """Urge (催办) whoever holds the order."""

    reason: str = field(default="", validator=_code)


@frozen(weakref_slot=False)
class Supervise(Command):
    """Supervise (督办): set a rung of the ladder in motion by hand."""

    rung: str = field(default="supervise", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Supplement(Command):
    """Supplement (补充): new facts or material."""

    text: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Withdraw(Command):
    """Withdraw (撤诉)."""

    reason: str = field(default="", validator=_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Terminate(Command):
    """Terminate (终止办理), with the reason code and basis."""

    reason: str = field(default="", validator=_code)
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Void(Command):
    """Void (作废)."""

    reason: str = field(default="", validator=_code)


@frozen(weakref_slot=False)
class Close(Command):
    """Close (办结)."""

    reason: str = field(default="", validator=_code)


@frozen(weakref_slot=False)
class Archive(Command):
    """Archive (归档)."""


@frozen(weakref_slot=False)
class Tick(Command):
    """Time passes (时钟): whatever time alone demands happens now."""


def command_name(command: type[Command]) -> str:
    """Return the name the CLI uses: ``SendBack`` → ``send-back``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", command.__name__).lower()


COMMANDS: dict[str, type[Command]] = {command_name(cls): cls for cls in Command.__subclasses__()}
"""Every command by its CLI name."""

COMMAND_ZH: dict[str, str] = {
    "receive": "收件",
    "accept": "受理",
    "answer": "直接答复",
    "connect": "转接",
    "refer": "转出",
    "decline": "不予受理",
    "merge": "并单",
    "dispatch": "派单",
    "assist": "加派协办",
    "sign": "签收",
    "send-back": "退单",
    "adjudicate": "争议裁定",
    "recall": "撤回派单",
    "reclassify": "重新归类",
    "reply": "答复",
    "review": "审核",
    "follow-up": "回访",
    "reopen": "重办",
    "extend": "申请延期",
    "grant-extension": "延期审批",
    "defer": "挂账",
    "urge": "催办",
    "supervise": "督办",
    "supplement": "补充",
    "withdraw": "撤诉",
    "terminate": "终止办理",
    "void": "作废",
    "close": "办结",
    "archive": "归档",
    "tick": "时钟",
}
"""What each command is called in Chinese (命令名称)."""

PRIVATE_FIELDS: dict[type[Command], tuple[str, ...]] = {
    cls: tuple(a.name for a in fields(cls) if a.metadata.get("private") and cls is not Accept)
    for cls in COMMANDS.values()
}
"""The private fields of each command; Accept's text comes *from* a private record and is not kept again."""
