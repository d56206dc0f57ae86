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
    carried: str = ""  # the last unit's clock went on: continue | remaining; "" when it was started anew
    override: str = ""  # why the guard of the grassroots was set aside, a code


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
    late: bool = False  # after the window, where the policy counts that as overdue
    decide_by: Deadline | None = None  # until when the dispute is to be decided


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


@frozen(slots=False)
class Escalated(Event):
    """Escalated (列为问题工单): nobody takes it, or redoing does not solve it, so *to* sees to it from above."""

    reason: str  # refused | redone
    count: int
    to: str = ""
    basis: str = ""


@frozen(slots=False)
class Consulted(Event):
    """Consulted (会商): *units* are asked, before dispatching, whose it is."""

    units: tuple[str, ...]
    reason: str = ""
    until: Deadline | None = None
    private: Ref | None = None


@frozen(slots=False)
class Concluded(Event):
    """Concluded (会商结论): who leads and who assists, or that they did not agree."""

    outcome: str  # agreed | undecided
    unit: str = ""
    assist: tuple[str, ...] = ()
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Divided(Event):
    """Divided (拆单): a part of it became the order *into*, which inherits the citizen's clock."""

    into: str
    kind: Kind | None = None
    category: str = ""
    area: str = ""
    private: Ref | None = None
