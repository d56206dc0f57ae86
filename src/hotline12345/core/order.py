"""The order (工单): what the log of events adds up to.

An order and its parts are named tuples: frozen, and made anew at every event, which a frozen attrs
class would pay for threefold (docs/decisions/0006-orders-are-named-tuples.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .refs import Origin, Ref
from .request import Kind, Urgency
from .sla import Deadline, Stage, TimeLimit
from .status import DIVERTED, OPEN, STATUS_ZH, Status

__all__ = [
    "DIVERTED",
    "OPEN",
    "STATUS_ZH",
    "Assignment",
    "Clock",
    "Clocks",
    "Counts",
    "End",
    "Intake",
    "Order",
    "Outcome",
    "Pending",
    "Standing",
    "Status",
    "Task",
    "Topic",
    "Verdict",
]


class Clock(NamedTuple):
    """A limit that runs (时钟): its deadline as recorded, and what has been fired.

    Whether it still runs is said by what it times — an assignment signed, replied or closed, an order
    ended — so that stopping a clock writes nothing twice.
    """

    stage: Stage
    deadline: Deadline
    fired: tuple[str, ...] = ()
    next: datetime | None = None  # the next rung of the ladder, computed when the last one fired

    @property
    def wake(self) -> datetime | None:
        """The next instant at which time alone changes something here, while it runs."""
        return self.next if self.fired else self.deadline.at


class Task(NamedTuple):
    """What was handed to whom (派单内容): the part of an assignment that never changes."""

    id: str
    parent: str
    unit: str
    role: str  # lead | assist | copy
    opened: datetime
    designated: bool = False


class Assignment(NamedTuple):
    """One unit's part (承办): a node of the tree that dispatching grows (流转轨迹)."""

    task: Task
    sign: Clock | None = None
    handle: Clock | None = None
    signed: datetime | None = None
    replied: datetime | None = None
    closed: datetime | None = None
    why: str = ""  # why it closed: sent-back | recalled | replied | merged | …

    @property
    def id(self) -> str:
        """``A1``, ``A2`` … in the order of opening."""
        return self.task.id

    @property
    def parent(self) -> str:
        """The assignment it was handed down from; "" when it came from the centre."""
        return self.task.parent

    @property
    def unit(self) -> str:
        """The unit that has it."""
        return self.task.unit

    @property
    def role(self) -> str:
        """``lead`` (主办), ``assist`` (协办) or ``copy`` (抄送)."""
        return self.task.role

    @property
    def opened(self) -> datetime:
        """When it was handed over."""
        return self.task.opened

    @property
    def designated(self) -> bool:
        """Whether the unit was designated and may not send it back."""
        return self.task.designated

    def running(self) -> Iterator[Clock]:
        """Yield the clocks that run: signing until signed, handling until replied, none once closed."""
        if self.closed is None:
            if self.sign is not None and self.signed is None:
                yield self.sign
            if self.handle is not None and self.replied is None:
                yield self.handle


class Intake(NamedTuple):
    """How the order came in (收件信息); set once."""

    place: str
    number: str
    received: datetime
    channel: str
    kind: Kind | None
    category: str
    area: str
    reference: str
    private: Ref | None
    anonymous: bool
    confidential: bool
    wants_reply: bool
    pack: str
    edition: str
    origin: Origin | None
    ext: Mapping[str, Any] | None


class Topic(NamedTuple):
    """What the order is about (事项): as classified, corrected where a person corrected it."""

    kind: Kind
    category: str
    area: str
    urgency: Urgency
    needs_person: bool = False


class Clocks(NamedTuple):
    """The clocks that belong to the order and not to a unit: the citizen's, and review or follow-up."""

    citizen: Clock | None = None
    stage: Clock | None = None


class Counts(NamedTuple):
    """What has been counted (计次)."""

    sent_back: int = 0
    reopened: int = 0
    extended: int = 0
    urged: int = 0
    supplements: int = 0
    reviews_failed: int = 0
    rungs: tuple[str, ...] = ()


class Pending(NamedTuple):
    """What waits for a decision (待决事项): an extension asked, a dispute raised."""

    extension: TimeLimit | None = None
    extension_for: str = ""
    dispute: str = ""  # the assignment that was sent back
    deferred: datetime | None = None
    asked: datetime | None = None  # when the extension was asked


class Standing(NamedTuple):
    """The reply that stands (有效答复): when it came, whose it is, and whether they say it is solved."""

    at: datetime
    unit: str
    solved: bool | None


class Verdict(NamedTuple):
    """What the requester said (回访结果)."""

    outcome: str  # reached | unreachable | refused | disputed
    solved: bool | None
    satisfied: str
    attempt: int


class End(NamedTuple):
    """How and when it ended (终结); ``status`` is the one it ended in, which archiving hides."""

    at: datetime
    status: Status
    reason: str
    to: str = ""  # merged into, referred to


class Outcome(NamedTuple):
    """How it came out (结果): the reply, the requester's verdict, the end."""

    reply: Standing | None = None
    verdict: Verdict | None = None
    end: End | None = None

    @property
    def replied(self) -> datetime | None:
        """When the first reply that stands came."""
        return self.reply.at if self.reply is not None else None

    @property
    def replied_by(self) -> str:
        """The unit that replied."""
        return self.reply.unit if self.reply is not None else ""

    @property
    def solved_claim(self) -> bool | None:
        """Whether the unit says it is solved."""
        return self.reply.solved if self.reply is not None else None

    @property
    def follow_up(self) -> str:
        """The outcome of the last follow-up; "" when there was none."""
        return self.verdict.outcome if self.verdict is not None else ""

    @property
    def attempts(self) -> int:
        """How often a follow-up has been tried since the last reply was reviewed."""
        return self.verdict.attempt if self.verdict is not None else 0

    @property
    def solved(self) -> bool | None:
        """Whether the requester says it is solved."""
        return self.verdict.solved if self.verdict is not None else None

    @property
    def satisfied(self) -> str:
        """The requester's level of satisfaction."""
        return self.verdict.satisfied if self.verdict is not None else ""

    @property
    def ended(self) -> datetime | None:
        """When it ended."""
        return self.end.at if self.end is not None else None

    @property
    def reason(self) -> str:
        """Why it ended."""
        return self.end.reason if self.end is not None else ""

    @property
    def to(self) -> str:
        """Where it went: merged into, referred to."""
        return self.end.to if self.end is not None else ""


NO_CLOCKS = Clocks()
NO_COUNTS = Counts()
NO_PENDING = Pending()
NO_OUTCOME = Outcome()


class Order(NamedTuple):
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

    def running(self) -> Iterator[tuple[str, Clock, str]]:
        """Yield (clock name, clock, unit) of every clock that runs: nothing of an ended order does."""
        outcome = self.outcome
        if outcome.end is not None:
            return
        if self.clocks.citizen is not None and outcome.reply is None:
            yield "citizen", self.clocks.citizen, self.holder
        if self.clocks.stage is not None:
            yield self.clocks.stage.stage.value, self.clocks.stage, self.holder
        for assignment in self.assignments:
            for clock in assignment.running():
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
