"""The order (工单): what the log of events adds up to.

An order and its parts are named tuples: frozen, and made anew at every event, which a frozen attrs
class would pay for threefold (docs/decisions/0006-orders-are-named-tuples.md).
"""

from __future__ import annotations

from ..status import DIVERTED, OPEN, STATUS_ZH, Status
from .assignment import Assignment, Clock, Task
from .order import IN_HAND, Order, order_of
from .parts import (
    NO_CLOCKS,
    NO_COUNTS,
    NO_HANDOVERS,
    NO_MARKS,
    NO_OUTCOME,
    NO_PENDING,
    Clocks,
    Counts,
    End,
    Ground,
    Handovers,
    Intake,
    Marks,
    Outcome,
    Pending,
    Problem,
    Standing,
    Topic,
    Verdict,
)
from .timing import DISPATCH, NO_TIMING, TELL, Contact, Duty, Statute, Timing, Warned

__all__ = [
    "DISPATCH",
    "DIVERTED",
    "IN_HAND",
    "NO_CLOCKS",
    "NO_COUNTS",
    "NO_HANDOVERS",
    "NO_MARKS",
    "NO_OUTCOME",
    "NO_PENDING",
    "NO_TIMING",
    "OPEN",
    "STATUS_ZH",
    "TELL",
    "Assignment",
    "Clock",
    "Clocks",
    "Contact",
    "Counts",
    "Duty",
    "End",
    "Ground",
    "Handovers",
    "Intake",
    "Marks",
    "Order",
    "Outcome",
    "Pending",
    "Problem",
    "Standing",
    "Status",
    "Statute",
    "Task",
    "Timing",
    "Topic",
    "Verdict",
    "Warned",
    "order_of",
]
