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
    """A deadline moved (时限变更): *clock* is ``citizen``, a stage of the centre's, or an assignment id."""

    clock: str
    stage: Stage
    deadline: Deadline
    reason: str  # calendar | extended | deferred | reclassified | policy | suspended | resumed | statute
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
class Suspended(Event):
    """Suspended (中止计时) until *until* at the latest; followed by DeadlineMoved."""

    until: datetime
    reason: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Resumed(Event):
    """Resumed (恢复计时): by somebody, or ``lapsed`` at the latest end; DeadlineMoved follows where it came early."""

    reason: str = ""


@frozen(slots=False)
class StatuteApplied(Event):
    """A statute applied (适用法定时限) to this order; the moved deadlines follow as DeadlineMoved."""

    limit: TimeLimit
    basis: str
    code: str = ""
    extension: TimeLimit | None = None


@frozen(slots=False)
class ClockStarted(Event):
    """A clock started (起算): dispatching (``dispatch``), or an assignment's first contact."""

    clock: str
    stage: Stage
    deadline: Deadline


@frozen(slots=False)
class WarningTimed(Event):
    """Warnings timed (预警排定): which have been given for the deadline *due*, and when the next is."""

    clock: str
    due: datetime
    fired: tuple[str, ...] = ()
    next: datetime | None = None


@frozen(slots=False)
class Obliged(Event):
    """Obliged to tell the requester (须告知) of *what*; the deadline has no instant where none is set."""

    what: str  # statute | extended | deferred | suspended
    deadline: Deadline


@frozen(slots=False)
class Told(Event):
    """Told (已告知): the requester knows of *what*."""

    what: str
    how: str = ""
    private: Ref | None = None


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
