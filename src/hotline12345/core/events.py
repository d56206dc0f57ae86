"""What happened (事件): past participles, frozen; the only thing ever stored.

What was learnt is written into the event — which rule, which edition, which article, which calendar,
whether provisional — so that nobody downstream asks again and a history stays true when rules change.
They hold no citizen's words: private text lies in a private record and is referred to by ``private``.

Events have no slots: a frozen attrs class with slots is a quarter dearer to make, and one is made at every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from .actor import Actor
from .refs import Finding, HitRef, Origin, Ref
from .request import Kind, Urgency
from .sla import Deadline, Stage, TimeLimit


@frozen(slots=False)
class Event:
    """Something that happened to one order (事件).

    Args:
        at: when the system recorded it.
        by: who did it.
        occurred: when it happened in the world, where that differs (paper replies, late imports).
        ext: the host's own fields, namespaced; not for personal data.
    """

    at: datetime
    by: Actor
    occurred: datetime | None = field(default=None, kw_only=True)
    ext: Mapping[str, Any] | None = field(default=None, kw_only=True)


@frozen(slots=False)
class Received(Event):
    """Received (收件): a request became an order."""

    place: str
    number: str
    received: datetime
    channel: str = ""
    kind: Kind | None = None
    category: str = ""
    area: str = ""
    reference: str = ""
    private: Ref | None = None
    anonymous: bool = False
    confidential: bool = False
    wants_reply: bool = True
    pack: str = ""
    edition: str = ""
    origin: Origin | None = None
    citizen: Deadline | None = None  # inherited from the origin


@frozen(slots=False)
class Accepted(Event):
    """Accepted (受理): it is ours to handle; what it is about and how we know."""

    kind: Kind
    category: str
    area: str = ""
    urgency: Urgency = Urgency.NORMAL
    kind_from: str = "given"  # given | rules | default
    category_from: str = "given"
    confidence: float = 1.0
    needs_person: bool = False
    hits: tuple[HitRef, ...] = ()
    findings: tuple[Finding, ...] = ()


@frozen(slots=False)
class Answered(Event):
    """Answered at once (直接答复), from the knowledge base, an expert seat or a connected window."""

    how: str = "knowledge"  # knowledge | window | expert-seat | three-party-call
    source: str = ""
    kind: Kind | None = None
    category: str = ""
    private: Ref | None = None
    findings: tuple[Finding, ...] = ()


@frozen(slots=False)
class Connected(Event):
    """Connected (转接): the caller was put through to *to*; unanswered, it becomes a worksheet."""

    how: str  # window | expert-seat | three-party-call
    to: str = ""
    answered: bool = False


@frozen(slots=False)
class Referred(Event):
    """Referred (转出/告知渠道): to an emergency number, a legal route or another channel."""

    route: str  # emergency | legal | petition | channel
    to: str = ""
    basis: str = ""
    private: Ref | None = None
    kind: Kind | None = None
    category: str = ""
    findings: tuple[Finding, ...] = ()


@frozen(slots=False)
class Declined(Event):
    """Declined (不予受理), with the reason and the route told."""

    reason: str
    basis: str = ""
    told: str = ""
    private: Ref | None = None
    kind: Kind | None = None
    category: str = ""
    findings: tuple[Finding, ...] = ()


@frozen(slots=False)
class Merged(Event):
    """Merged (并单) into the order *into*; every clock stops, the requester stays in the call-back."""

    into: str
    reason: str = ""


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
class Signed(Event):
    """Signed (签收): the unit took it; *handle* is set when the clock starts here."""

    assignment: str
    handle: Deadline | None = None
    citizen: Deadline | None = None


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


@frozen(slots=False)
class Replied(Event):
    """Replied (答复): the unit reports back; *final* when it is the answer to the citizen."""

    assignment: str
    final: bool = True
    solved: bool | None = None
    reason: str = ""  # why unsolved, a code
    private: Ref | None = None
    review: Deadline | None = None


@frozen(slots=False)
class Reviewed(Event):
    """Reviewed (审核): passed on, or sent back to the unit."""

    passed: bool
    reason: str = ""
    private: Ref | None = None
    follow_up: Deadline | None = None


@frozen(slots=False)
class FollowedUp(Event):
    """Followed up (回访): reached or not, solved, satisfied."""

    outcome: str  # reached | unreachable | refused | disputed
    solved: bool | None = None
    satisfied: str = ""  # a level of the policy's scale
    attempt: int = 1
    private: Ref | None = None


@frozen(slots=False)
class Reopened(Event):
    """Reopened (重办)."""

    reason: str
    count: int = 1
    private: Ref | None = None


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


@frozen(slots=False)
class Supervised(Event):
    """Supervised (督办): a rung of the ladder was set in motion."""

    rung: str
    unit: str = ""
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Supplemented(Event):
    """Supplemented (补充材料) by the requester or for them."""

    private: Ref | None = None


@frozen(slots=False)
class Withdrawn(Event):
    """Withdrawn (撤诉) by the requester."""

    reason: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Terminated(Event):
    """Terminated (终止办理), approved by the centre."""

    reason: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Voided(Event):
    """Voided (作废): it should never have been an order."""

    reason: str


@frozen(slots=False)
class Closed(Event):
    """Closed (办结)."""

    reason: str = ""


@frozen(slots=False)
class Archived(Event):
    """Archived (归档); nothing changes any more."""


EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
"""Every event by the name under which it is stored."""
