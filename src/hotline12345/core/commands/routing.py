"""Who shall have the order (流转命令)."""

from __future__ import annotations

from attrs import field, frozen

from ..request import Kind, Urgency
from .base import PRIVATE, Command, short_code


@frozen(weakref_slot=False)
class Dispatch(Command):
    """Dispatch (派单): without *unit* the catalogue decides; by a unit's handler it goes downward (下派)."""

    unit: str = ""
    area: str = ""


@frozen(weakref_slot=False)
class Assist(Command):
    """Ask *unit* to assist (加派协办), or send it a copy."""

    unit: str = ""
    role: str = field(default="assist", validator=short_code)


@frozen(weakref_slot=False)
class SendBack(Command):
    """Send back (退单) with a reason code."""

    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)
    assignment: str = ""


@frozen(weakref_slot=False)
class Adjudicate(Command):
    """Adjudicate (争议裁定): ``uphold`` the objection, ``reassign`` to *unit*, or ``designate`` it (不得再退)."""

    decision: str = field(default="uphold", validator=short_code)
    unit: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(weakref_slot=False)
class Recall(Command):
    """Recall (撤回派单)."""

    reason: str = field(default="misrouted", validator=short_code)


@frozen(weakref_slot=False)
class Reclassify(Command):
    """Reclassify (重新归类)."""

    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    area: str = ""
    reason: str = field(default="", validator=short_code)
