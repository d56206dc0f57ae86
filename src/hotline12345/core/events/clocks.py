"""Time and pressure (时限与督办事件)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ..refs import Ref
from ..sla import Deadline, Stage, TimeLimit
from .base import Event


@frozen(slots=False)
class ExtensionAsked(Event):
    """Extension asked (申请延期)."""

    assignment: str
    amount: TimeLimit
    reason: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Extended(Event):
    """Extended (准予延期); the moved deadlines follow as DeadlineMoved."""

    assignment: str
    amount: TimeLimit
    basis: str = ""


@frozen(slots=False)
class ExtensionRefused(Event):
    """Extension refused (不予延期)."""

    assignment: str
    reason: str = ""


@frozen(slots=False)
class Deferred(Event):
    """Deferred (挂账) to an explicit solution date; followed by DeadlineMoved."""

    until: datetime
    reason: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class DeadlineMoved(Event):
    """A deadline moved (时限变更): *clock* is ``citizen``, ``review``, ``follow-up`` or an assignment id."""

    clock: str
    stage: Stage
    deadline: Deadline
    reason: str  # calendar | extended | deferred | reclassified | policy
    next: datetime | None = None  # the next rung of the ladder, where the moved deadline has already been missed
    source: str = ""  # the notice that changed the calendar


@frozen(slots=False)
class FellOverdue(Event):
    """Fell overdue (超期): fired once for each clock and rung."""

    clock: str
    stage: Stage
    unit: str = ""
    due: datetime | None = None
    rung: str = "overdue"
    next: datetime | None = None


@frozen(slots=False)
class Urged(Event):
    """Urged (催办)."""

    unit: str = ""
    reason: str = ""
    person: str = ""  # who follows the order up, by an opaque id


@frozen(slots=False)
class Supervised(Event):
    """Supervised (督办): a rung of the ladder was set in motion."""

    rung: str
    unit: str = ""
    basis: str = ""
    private: Ref | None = None
    trigger: str = ""  # overdue, a ground, or "rung.…": the rung before it, set in motion by a person
    clock: str = ""  # whose deadline was missed
    due: datetime | None = None  # since when: the missed deadline, or when the trigger was established
    paper: str = ""  # what is to be drawn up
    owner: str = ""
    next: datetime | None = None  # the next rung of the same trigger


@frozen(slots=False)
class Flagged(Event):
    """A ground for supervision was established (认定督办情形)."""

    trigger: str
    unit: str = ""
    count: int = 1
    reason: str = ""
    next: datetime | None = None
    private: Ref | None = None
