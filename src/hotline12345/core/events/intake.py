"""What happens before a unit has the order (收件与受理事件)."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ..refs import Finding, HitRef, Judged, Origin, Ref
from ..request import Kind, Urgency
from ..sla import Deadline
from .base import Event


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
    level: str = ""  # the level of government that handed it down
    line: str = ""  # the special line it came by
    parents: tuple[str, ...] = ()  # the editions its own lies over, nearest first
    digest: str = ""  # of all the files of these editions


@frozen(slots=False)
class Accepted(Event):
    """Accepted (受理): it is ours to handle; what it is about and how we know."""

    kind: Kind
    category: str
    area: str = ""
    urgency: Urgency = Urgency.NORMAL
    kind_from: str = "given"  # given | rules | model | default
    category_from: str = "given"
    confidence: float = 1.0
    needs_person: bool = False
    hits: tuple[HitRef, ...] = ()
    findings: tuple[Finding, ...] = ()
    judged: Judged | None = None


@frozen(slots=False)
class Answered(Event):
    """Answered at once (直接答复), from the knowledge base, an expert seat or a connected window."""

    how: str = "knowledge"  # knowledge | window | expert-seat | three-party-call | progress | result
    source: str = ""  # of the answer; of progress or result, the earlier order
    kind: Kind | None = None
    category: str = ""
    private: Ref | None = None
    findings: tuple[Finding, ...] = ()
    judged: Judged | None = None


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
    judged: Judged | None = None


@frozen(slots=False)
class Declined(Event):
    """Declined (不予受理), with the reason and the route told; *how* says what that was: declined, explained …"""

    reason: str
    basis: str = ""
    told: str = ""
    private: Ref | None = None
    kind: Kind | None = None
    category: str = ""
    findings: tuple[Finding, ...] = ()
    how: str = "decline"  # decline | explain | dissuade
    judged: Judged | None = None


@frozen(slots=False)
class Merged(Event):
    """Merged (并单) into the order *into*; every clock stops, the requester stays in the call-back."""

    into: str
    reason: str = ""


@frozen(slots=False)
class Supplemented(Event):
    """Supplemented (补充材料) by the requester or for them; *facts* are the elements of the record it adds."""

    private: Ref | None = None
    facts: tuple[str, ...] = ()
    new_fact: bool = False
