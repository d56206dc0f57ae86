"""Who shall have the order (流转命令)."""

from __future__ import annotations

from attrs import field, frozen

from ..request import Kind, Urgency
from .base import PRIVATE, Command, short_code


@frozen(slots=False)
class Dispatch(Command):
    """Dispatch (派单): without *unit* the catalogue decides; by a unit's handler it goes downward (下派).

    *designate* names the unit for good (指定承办); *override* is a code that says why a town gets a department's duty.
    """

    unit: str = ""
    area: str = ""
    designate: bool = False
    override: str = field(default="", validator=short_code)


@frozen(slots=False)
class Assist(Command):
    """Ask *unit* to assist (加派协办), or send it a copy."""

    unit: str = ""
    role: str = field(default="assist", validator=short_code)


@frozen(slots=False)
class SendBack(Command):
    """Send back (退单) with a reason code."""

    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)
    assignment: str = ""


@frozen(slots=False)
class Adjudicate(Command):
    """Adjudicate (争议裁定): ``uphold`` the objection, ``reassign`` to *unit*, or ``designate`` it (不得再退).

    ``backstop`` leaves it to the government of the area (属地兜底).
    """

    decision: str = field(default="uphold", validator=short_code)
    unit: str = ""
    basis: str = ""
    override: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Recall(Command):
    """Recall (撤回派单)."""

    reason: str = field(default="misrouted", validator=short_code)


@frozen(slots=False)
class Reclassify(Command):
    """Reclassify (重新归类)."""

    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    area: str = ""
    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Consult(Command):
    """Consult (会商) *units* before dispatching: whose is it?"""

    units: tuple[str, ...] = ()
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Conclude(Command):
    """Conclude the consultation (会商结论): ``agreed`` on *unit* and who assists, or ``undecided``."""

    outcome: str = field(default="agreed", validator=short_code)
    unit: str = ""
    assist: tuple[str, ...] = ()
    basis: str = ""
    override: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Divide(Command):
    """Divide (拆单): a part of the matter becomes an order of its own, with the citizen's clock as it runs."""

    kind: Kind | None = None
    category: str = ""
    area: str = ""
    title: str = field(default="", metadata=PRIVATE)
    text: str = field(default="", metadata=PRIVATE)
    into: str = ""
