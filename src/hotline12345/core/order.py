"""The order (工单): what the log of events adds up to.

``Order`` is frozen; ``evolve`` and ``fold`` apply events to a mutable draft and freeze it once, the
cheapest clean way.  ``evolve`` never refuses and never touches a calendar: every deadline is read
from the event that set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import frozen

from .events import Origin, Ref, TimeLimit
from .request import Kind, Urgency
from .sla import Deadline, Stage


class Status(Enum):
    """Whose turn it is (工单状态)."""

    RECEIVED = "received"  # 已收件
    ACCEPTED = "accepted"  # 已受理，待派单
    DISPATCHED = "dispatched"  # 已派单，待签收
    SIGNED = "signed"  # 已签收，办理中
    DISPUTED = "disputed"  # 退单争议，待裁定
    REPLIED = "replied"  # 已答复，待审核
    REVIEWED = "reviewed"  # 已审核，待回访
    FOLLOWING_UP = "following-up"  # 回访中
    CLOSED = "closed"  # 已办结
    ANSWERED = "answered"  # 已直接答复
    REFERRED = "referred"  # 已转出
    DECLINED = "declined"  # 不予受理
    MERGED = "merged"  # 已并单
    WITHDRAWN = "withdrawn"  # 已撤诉
    TERMINATED = "terminated"  # 已终止办理
    VOID = "void"  # 已作废
    ARCHIVED = "archived"  # 已归档

    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name."""
        return STATUS_ZH[self]


STATUS_ZH: dict[Status, str] = {
    Status.RECEIVED: "已收件",
    Status.ACCEPTED: "待派单",
    Status.DISPATCHED: "待签收",
    Status.SIGNED: "办理中",
    Status.DISPUTED: "争议待裁定",
    Status.REPLIED: "待审核",
    Status.REVIEWED: "待回访",
    Status.FOLLOWING_UP: "回访中",
    Status.CLOSED: "已办结",
    Status.ANSWERED: "已直接答复",
    Status.REFERRED: "已转出",
    Status.DECLINED: "不予受理",
    Status.MERGED: "已并单",
    Status.WITHDRAWN: "已撤诉",
    Status.TERMINATED: "已终止",
    Status.VOID: "已作废",
    Status.ARCHIVED: "已归档",
}

OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.ACCEPTED,
        Status.DISPATCHED,
        Status.SIGNED,
        Status.DISPUTED,
        Status.REPLIED,
        Status.REVIEWED,
        Status.FOLLOWING_UP,
    }
)
"""The statuses in which somebody still has something to do."""

DIVERTED = frozenset({Status.ANSWERED, Status.REFERRED, Status.DECLINED, Status.MERGED})
"""The statuses of requests that never became a unit's work."""


@frozen(weakref_slot=False)
class Clock:
    """A running or stopped limit (时钟): its deadline as recorded, and what has been fired."""

    stage: Stage
    deadline: Deadline
    stopped: datetime | None = None
    fired: tuple[str, ...] = ()
    next: datetime | None = None  # the next rung of the ladder, computed when the last one fired

    @property
    def wake(self) -> datetime | None:
        """The next instant at which time alone changes something here."""
        if self.stopped is not None:
            return None
        return self.next if self.fired else self.deadline.at


@frozen(weakref_slot=False)
class Assignment:
    """One unit's part (承办): a node of the tree that dispatching grows (流转轨迹)."""

    id: str
    parent: str
    unit: str
    role: str  # lead | assist | copy
    opened: datetime
    sign: Clock | None = None
    handle: Clock | None = None
    signed: datetime | None = None
    closed: datetime | None = None
    why: str = ""  # why it closed: sent-back | recalled | replied | merged | …
    designated: bool = False


@frozen(weakref_slot=False)
class Intake:
    """How the order came in (收件信息); set once."""

    place: str
    number: str
    received: datetime
    channel: str
    kind: Kind | None
    category: str
    area: str
    reference: str
    requester: str
    private: Ref | None
    anonymous: bool
    confidential: bool
    wants_reply: bool
    pack: str
    edition: str
    origin: Origin | None
    ext: Mapping[str, Any] | None


@frozen(weakref_slot=False)
class Topic:
    """What the order is about (事项): as classified, corrected where a person corrected it."""

    kind: Kind
    category: str
    area: str
    urgency: Urgency
    needs_person: bool = False


@frozen(weakref_slot=False)
class Clocks:
    """The clocks that belong to the order and not to a unit: the citizen's, and review or follow-up."""

    citizen: Clock | None = None
    stage: Clock | None = None


@frozen(weakref_slot=False)
class Counts:
    """What has been counted (计次)."""

    sent_back: int = 0
    reopened: int = 0
    extended: int = 0
    urged: int = 0
    follow_ups: int = 0
    supplements: int = 0
    reviews_failed: int = 0
    assignments: int = 0
    rungs: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Pending:
    """What waits for a decision (待决事项): an extension asked, a dispute raised."""

    extension: TimeLimit | None = None
    extension_for: str = ""
    dispute: str = ""  # the assignment that was sent back
    deferred: datetime | None = None


@frozen(weakref_slot=False)
class Outcome:
    """How it ended (结果)."""

    replied: datetime | None = None  # the first reply that stands
    replied_by: str = ""
    solved_claim: bool | None = None
    follow_up: str = ""  # reached | unreachable | refused | disputed
    solved: bool | None = None
    satisfied: str = ""
    ended: datetime | None = None
    reason: str = ""
    to: str = ""  # merged into, referred to


NO_CLOCKS = Clocks()
NO_COUNTS = Counts()
NO_PENDING = Pending()
NO_OUTCOME = Outcome()


@frozen(weakref_slot=False)
class Order:
    """A work order (工单): frozen, and equal to the fold of its log."""

    intake: Intake
    version: int
    status: Status
    at: datetime
    topic: Topic | None
    assignments: tuple[Assignment, ...]
    clocks: Clocks
    counts: Counts
    pending: Pending
    outcome: Outcome

    @property
    def place(self) -> str:
        """The hotline that owns the order."""
        return self.intake.place

    @property
    def number(self) -> str:
        """The order number (工单编号), unique within its place."""
        return self.intake.number

    @property
    def kind(self) -> Kind | None:
        """The kind as it stands."""
        return self.topic.kind if self.topic is not None else self.intake.kind

    @property
    def category(self) -> str:
        """The category path as it stands."""
        return self.topic.category if self.topic is not None else self.intake.category

    @property
    def area(self) -> str:
        """The division code as it stands."""
        return self.topic.area if self.topic is not None else self.intake.area

    @property
    def citizen(self) -> Clock | None:
        """The citizen's clock; no hop restarts it."""
        return self.clocks.citizen

    @property
    def lead(self) -> Assignment | None:
        """The open end of the lead path: the assignment whose unit holds the order."""
        for assignment in reversed(self.assignments):
            if assignment.closed is None and assignment.role == "lead":
                return assignment
        return None

    @property
    def holder(self) -> str:
        """The unit that holds the order; "" when it is with the centre."""
        lead = self.lead
        return lead.unit if lead is not None else ""

    @property
    def last_lead(self) -> Assignment | None:
        """The last unit that led, open or closed (首接负责, redo)."""
        for assignment in reversed(self.assignments):
            if assignment.role == "lead":
                return assignment
        return None

    @property
    def open_assignments(self) -> tuple[Assignment, ...]:
        """Every assignment that is still on somebody's desk."""
        return tuple(a for a in self.assignments if a.closed is None)

    def assignment(self, id: str) -> Assignment | None:  # noqa: A002 - the domain's word
        """Return the assignment with this id, or ``None``."""
        for assignment in self.assignments:
            if assignment.id == id:
                return assignment
        return None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.status in OPEN

    def clock(self, name: str, stage: Stage | None = None) -> Clock | None:
        """Return a clock by the name events use: ``citizen``, ``review``, ``follow-up`` or an assignment id."""
        if name == "citizen":
            return self.clocks.citizen
        if name in ("review", "follow-up"):
            clock = self.clocks.stage
            return clock if clock is not None and clock.stage.value == name else None
        assignment = self.assignment(name)
        if assignment is None:
            return None
        return assignment.sign if stage is Stage.SIGN else assignment.handle

    def running(self) -> Iterable[tuple[str, Clock, str]]:
        """Yield (clock name, clock, unit) of every clock that runs."""
        for name, clock in (("citizen", self.clocks.citizen), ("", self.clocks.stage)):
            if clock is not None and clock.stopped is None:
                yield name or clock.stage.value, clock, self.holder
        for assignment in self.assignments:
            if assignment.closed is None:
                for clock in (assignment.sign, assignment.handle):
                    if clock is not None and clock.stopped is None:
                        yield assignment.id, clock, assignment.unit

    @property
    def wake(self) -> datetime | None:
        """When time alone may next change this order; ``None`` when it cannot."""
        instants = [clock.wake for _, clock, _ in self.running()]
        return min((instant for instant in instants if instant is not None), default=None)

    @property
    def on_time(self) -> bool | None:
        """Whether the reply that stands came before the citizen's deadline; ``None`` when neither is known."""
        clock = self.clocks.citizen
        if clock is None or clock.deadline.at is None or self.outcome.replied is None:
            return None
        return self.outcome.replied < clock.deadline.at
