"""The same matter again (同一事项): near-copies and repeats, issues that many raise, bursts above the usual.

Pure functions of what they are given: no clock, no die, no file; equal answers whatever the order of the messages and
whatever the interpreter's hash seed.  Formulas: ``docs/reference/alike.md``.
"""

from .bursts import Alarm, BurstRule, Watch, bursts
from .heat import HeatRule, Issue, hot
from .index import Index, IndexRule, Suggestion
from .issues import IssueRule, group
from .likeness import Likeness, LikeRule, Part, compare
from .message import Message

__all__ = [
    "Alarm",
    "BurstRule",
    "HeatRule",
    "Index",
    "IndexRule",
    "Issue",
    "IssueRule",
    "LikeRule",
    "Likeness",
    "Message",
    "Part",
    "Suggestion",
    "Watch",
    "bursts",
    "compare",
    "group",
    "hot",
]
