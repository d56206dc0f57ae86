"""Who has the order (流转事件)."""

from __future__ import annotations

from attrs import frozen

from ..refs import Ref
from ..request import Kind, Urgency
from ..sla import Deadline
from .base import Event


@frozen(slots=False)
class Dispatched(Event):
    """Dispatched (派单): *by* hands the order to *unit*; its clocks are set here."""

    assignment: str
    unit: str
    parent: str = ""
    path: tuple[str, ...] = ()
    rule: str = ""
    basis: str = ""
    copies: tuple[str, ...] = ()
    sign: Deadline | None = None
    handle: Deadline | None = None
    citizen: Deadline | None = None  # only where the citizen's clock starts here
    designated: bool = False
    redo: bool = False


@frozen(slots=False)
class Assisted(Event):
    """Asked to assist (加派/协办): *unit* joins with clocks of its own."""

    assignment: str
    unit: str
    parent: str = ""
    role: str = "assist"  # assist | copy
    sign: Deadline | None = None
    handle: Deadline | None = None


@frozen(slots=False)
class SentBack(Event):
    """Sent back (退单) by the unit, with a reason code."""

    assignment: str
    reason: str
    private: Ref | None = None
    to_parent: bool = False


@frozen(slots=False)
class Adjudicated(Event):
    """Adjudicated (争议裁定): uphold, reassign or designate."""

    decision: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Recalled(Event):
    """Recalled (撤回派单): every open assignment is closed."""

    reason: str


@frozen(slots=False)
class Reclassified(Event):
    """Reclassified (重新归类)."""

    kind: Kind
    category: str
    urgency: Urgency
    area: str = ""
    reason: str = ""
