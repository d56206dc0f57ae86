"""What an order is made of (工单的组成), nested by what changes together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from ..refs import Form, Origin, Ref
from ..request import Kind, Urgency
from ..sla import TimeLimit
from ..status import Status
from .assignment import Clock
from .timing import NO_TIMING, Timing


class Marks(NamedTuple):
    """What is noted on an order's cover (卷面标记): rarely set, and apart from what every step changes."""

    follower: str = ""  # the opaque id of the person who follows it up
    lacks: tuple[str, ...] | None = None  # what was asked of the requester and not yet added; None: never asked
    held: tuple[str, ...] = ()  # private records whose public words nobody outside may see
    uncleared: str = ""  # the reply among them that waits for its security review
    curbed: tuple[str, ...] = ()  # steps taken against disruption
    ours: bool = False  # undecided with an emergency number, and received here first
    joined: tuple[str, ...] = ()  # orders merged into this one
    called: tuple[str, ...] = ()  # those of them whose requesters have been called back


NO_MARKS = Marks()


class Intake(NamedTuple):
    """How the order came in (收件信息), set once, with what is noted on its cover."""

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
    level: str = ""
    line: str = ""
    parents: tuple[str, ...] = ()
    digest: str = ""
    marks: Marks = NO_MARKS


class Topic(NamedTuple):
    """What the order is about (事项): as classified, corrected where a person corrected it."""

    kind: Kind
    category: str
    area: str
    urgency: Urgency
    needs_person: bool = False


class Clocks(NamedTuple):
    """The clocks that belong to the order and not to a unit: the citizen's, and that of the stage it is in.

    A stage here is review, follow-up, a consultation or a dispute; ``timing`` is what is seldom set.
    """

    citizen: Clock | None = None
    stage: Clock | None = None
    timing: Timing = NO_TIMING


class Ground(NamedTuple):
    """What a rung was set in motion by (督办情形), and which of its rungs have fired."""

    trigger: str
    since: datetime
    fired: tuple[str, ...] = ()
    next: datetime | None = None  # the next of its rungs, computed when the last one fired


class Problem(NamedTuple):
    """Why it is a problem order (问题工单), since when, and who sees to it from above."""

    at: datetime
    reason: str  # refused | redone
    times: int
    to: str


class Handovers(NamedTuple):
    """What came of handing it over (流转情况); rarely anything, so that it lies apart."""

    refused: tuple[str, ...] = ()  # the units that led and gave it back to the centre, each once
    assists_sent_back: int = 0
    reported: tuple[str, ...] = ()  # the assignments that have made a stage report
    consulted: tuple[str, ...] = ()  # the units in a consultation that has not been concluded
    divided: tuple[str, ...] = ()  # the orders that parts of it have become
    problem: Problem | None = None
    adopted: date | None = None  # the day it was taken over from another system


NO_HANDOVERS = Handovers()


class Counts(NamedTuple):
    """What has been counted (计次); ``sent_back`` counts the units that led, assistants are counted apart."""

    sent_back: int = 0
    reopened: int = 0
    extended: int = 0
    urged: int = 0
    supplements: int = 0
    reviews_failed: int = 0
    rungs: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    handovers: Handovers = NO_HANDOVERS


class Pending(NamedTuple):
    """What waits for a decision (待决事项): an extension asked, a dispute raised."""

    extension: TimeLimit | None = None
    extension_for: str = ""
    dispute: str = ""  # the assignment that was sent back
    deferred: datetime | None = None
    asked: datetime | None = None  # when the extension was asked
    termination: str = ""  # the assignment whose unit asked to end the handling
    termination_reason: str = ""


class Standing(NamedTuple):
    """The reply that stands (有效答复): when it came, whose it is, and whether they say it is solved."""

    at: datetime
    unit: str
    solved: bool | None
    form: Form | None = None  # the latest handling form, also after a redo
    reason: str = ""  # why the latest says it is unsolved


class Verdict(NamedTuple):
    """What the requester said (回访结果)."""

    outcome: str  # reached | unreachable | refused | disputed
    solved: bool | None
    satisfied: str
    attempt: int
    at: datetime | None = None
    attitude: str = ""
    reasonable: bool | None = None  # as a person judged the dissatisfaction


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
