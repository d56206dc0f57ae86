"""What each event does to an order (事件的作用): one small function an event, none of which can refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import events as e
from ..order import Order, Status
from .acceptance import ceased, cleared, curbed, entrusted, joined, offered, supplement_asked
from .adoption import adopted
from .base import ended, noted
from .clocks import (
    deadline_moved,
    deferred,
    extended,
    extension_asked,
    extension_refused,
    fell_overdue,
    flagged,
    supervised,
    urged,
)
from .editions import edition_adopted
from .ending import archived, closed, termination_asked, termination_refused
from .handling import followed_up, judged, rated, reopened, replied, reported, reviewed, signed
from .intake import accepted, answered, declined, opened, referred, supplemented
from .routing import (
    adjudicated,
    assisted,
    concluded,
    consulted,
    dispatched,
    divided,
    escalated,
    recalled,
    reclassified,
    sent_back,
)
from .timing import clock_started, contacted, obliged, resumed, statute_applied, suspended, told, warning_timed

__all__ = ["APPLY", "opened"]

APPLY: dict[type[e.Event], Callable[[Order, Any], Order]] = {
    e.Received: noted,
    e.Adopted: adopted,
    e.Accepted: accepted,
    e.Answered: answered,
    e.Connected: noted,
    e.Referred: referred,
    e.Declined: declined,
    e.Merged: lambda o, ev: ended(o, ev, Status.MERGED, ev.reason, ev.into),
    e.SupplementAsked: supplement_asked,
    e.Offered: offered,
    e.Curbed: curbed,
    e.Entrusted: entrusted,
    e.Joined: joined,
    e.Ceased: ceased,
    e.Cleared: cleared,
    e.Dispatched: dispatched,
    e.Assisted: assisted,
    e.Signed: signed,
    e.SentBack: sent_back,
    e.Adjudicated: adjudicated,
    e.Escalated: escalated,
    e.Consulted: consulted,
    e.Concluded: concluded,
    e.Divided: divided,
    e.Recalled: recalled,
    e.Reclassified: reclassified,
    e.Replied: replied,
    e.Reported: reported,
    e.Reviewed: reviewed,
    e.FollowedUp: followed_up,
    e.Judged: judged,
    e.Rated: rated,
    e.Reopened: reopened,
    e.ExtensionAsked: extension_asked,
    e.Extended: extended,
    e.ExtensionRefused: extension_refused,
    e.Deferred: deferred,
    e.DeadlineMoved: deadline_moved,
    e.FellOverdue: fell_overdue,
    e.Suspended: suspended,
    e.Resumed: resumed,
    e.StatuteApplied: statute_applied,
    e.ClockStarted: clock_started,
    e.Contacted: contacted,
    e.Obliged: obliged,
    e.WarningTimed: warning_timed,
    e.Told: told,
    e.Urged: urged,
    e.Supervised: supervised,
    e.Flagged: flagged,
    e.EditionAdopted: edition_adopted,
    e.Supplemented: supplemented,
    e.Withdrawn: lambda o, ev: ended(o, ev, Status.WITHDRAWN, ev.reason),
    e.Terminated: lambda o, ev: ended(o, ev, Status.TERMINATED, ev.reason),
    e.TerminationAsked: termination_asked,
    e.TerminationRefused: termination_refused,
    e.Voided: lambda o, ev: ended(o, ev, Status.VOID, ev.reason),
    e.Closed: closed,
    e.Archived: archived,
}
