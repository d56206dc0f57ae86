"""How long somebody has, and when it is due (时限与到期).

``deadlines`` computes and explains, ``timelimit`` is the amount and the stage, ``count`` walks the days.
"""

from .deadlines import (
    PLAIN,
    ClockRules,
    Counted,
    Deadline,
    Explanation,
    Stage,
    Suspension,
    TimeLimit,
    Unit,
    deadline,
    elapsed_working_days,
    explain,
    explain_extension,
    extend,
    remaining_working_days,
    start_of,
    working_seconds,
)
from .recount import begun, explain_recount, lengthen, recount, spent

__all__ = [
    "PLAIN",
    "ClockRules",
    "Counted",
    "Deadline",
    "Explanation",
    "Stage",
    "Suspension",
    "TimeLimit",
    "Unit",
    "begun",
    "deadline",
    "elapsed_working_days",
    "explain",
    "explain_extension",
    "explain_recount",
    "extend",
    "lengthen",
    "recount",
    "remaining_working_days",
    "spent",
    "start_of",
    "working_seconds",
]
