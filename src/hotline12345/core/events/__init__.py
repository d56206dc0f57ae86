"""What happened (事件): past participles, frozen; the only thing ever stored.

What was learnt is written into the event — which rule, which edition, which article, which calendar,
whether provisional — so that nobody downstream asks again and a history stays true when rules change.
They hold no citizen's words: private text lies in a private record and is referred to by ``private``.

Events have no slots: a frozen attrs class with slots is a quarter dearer to make, and one is made at every step.
"""

from __future__ import annotations

from .acceptance import Ceased, Cleared, Curbed, Entrusted, Joined, Offered, SupplementAsked
from .adoption import Adopted
from .base import Event
from .clocks import (
    ClockStarted,
    DeadlineMoved,
    Deferred,
    Extended,
    ExtensionAsked,
    ExtensionRefused,
    FellOverdue,
    Flagged,
    Obliged,
    Resumed,
    StatuteApplied,
    Supervised,
    Suspended,
    Told,
    Urged,
    WarningTimed,
)
from .editions import EditionAdopted
from .ending import Archived, Closed, Terminated, TerminationAsked, TerminationRefused, Voided, Withdrawn
from .handling import Contacted, FollowedUp, Judged, Rated, Reopened, Replied, Reported, Reviewed, Signed
from .intake import Accepted, Answered, Connected, Declined, Merged, Received, Referred, Supplemented
from .routing import (
    Adjudicated,
    Assisted,
    Concluded,
    Consulted,
    Dispatched,
    Divided,
    Escalated,
    Recalled,
    Reclassified,
    SentBack,
)

__all__ = [
    "EVENTS",
    "Accepted",
    "Adjudicated",
    "Adopted",
    "Answered",
    "Archived",
    "Assisted",
    "Ceased",
    "Cleared",
    "ClockStarted",
    "Closed",
    "Concluded",
    "Connected",
    "Consulted",
    "Contacted",
    "Curbed",
    "DeadlineMoved",
    "Declined",
    "Deferred",
    "Dispatched",
    "Divided",
    "EditionAdopted",
    "Entrusted",
    "Escalated",
    "Event",
    "Extended",
    "ExtensionAsked",
    "ExtensionRefused",
    "FellOverdue",
    "Flagged",
    "FollowedUp",
    "Joined",
    "Judged",
    "Merged",
    "Obliged",
    "Offered",
    "Rated",
    "Recalled",
    "Received",
    "Reclassified",
    "Referred",
    "Reopened",
    "Replied",
    "Reported",
    "Resumed",
    "Reviewed",
    "SentBack",
    "Signed",
    "StatuteApplied",
    "Supervised",
    "SupplementAsked",
    "Supplemented",
    "Suspended",
    "Terminated",
    "TerminationAsked",
    "TerminationRefused",
    "Told",
    "Urged",
    "Voided",
    "WarningTimed",
    "Withdrawn",
]

EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}
"""Every event by the name under which it is stored."""
