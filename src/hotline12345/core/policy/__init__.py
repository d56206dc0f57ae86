"""A place's rules (办法): one edition composed of the calculators' own rule types, and a pack of editions.

The calculators (classify, routing, sla, scoring) never see a ``Policy``; this module composes them and
answers the questions ``decide`` asks: which limit holds, where does it go, when is it due.
"""

from __future__ import annotations

from .acceptance import (
    ELEMENTS,
    REPEATS,
    AcceptedType,
    Channel,
    ClearanceRule,
    ConductStep,
    FollowerRule,
    Line,
    LinkageRule,
    RecordRule,
    RepeatRule,
)
from .answer import ReplyForm, Requirement, ReviewRule, TerminationRule
from .calling import CallPlan, CallRule, RatingRule, Scale
from .dispatching import CARRIES, HOPS, AssistRule, Dispatching, GrassrootsRule, Hops, ProblemRule
from .edition import Policy
from .ladder import TRIGGERS, Paper, Rung
from .pack import Pack
from .rules import (
    DEFAULT_BASIS,
    DISPOSITIONS,
    NO_LIMIT_BASIS,
    PARTS,
    REFERRALS,
    REFUSALS,
    ExtensionRule,
    Flow,
    LimitRule,
    ReopenRule,
    ScopeRule,
    SendBackRule,
)
from .timing import APPROVERS, TELLABLE, DeferralRule, StatuteRule, SuspensionRule, TellRule
from .transition import OPEN_ORDERS, TransitionRule

__all__ = [
    "APPROVERS",
    "CARRIES",
    "DEFAULT_BASIS",
    "DISPOSITIONS",
    "ELEMENTS",
    "HOPS",
    "NO_LIMIT_BASIS",
    "OPEN_ORDERS",
    "PARTS",
    "REFERRALS",
    "REFUSALS",
    "REPEATS",
    "TELLABLE",
    "TRIGGERS",
    "AcceptedType",
    "AssistRule",
    "CallPlan",
    "CallRule",
    "Channel",
    "ClearanceRule",
    "ConductStep",
    "DeferralRule",
    "Dispatching",
    "ExtensionRule",
    "Flow",
    "FollowerRule",
    "GrassrootsRule",
    "Hops",
    "LimitRule",
    "Line",
    "LinkageRule",
    "Pack",
    "Paper",
    "Policy",
    "ProblemRule",
    "RatingRule",
    "RecordRule",
    "ReopenRule",
    "RepeatRule",
    "ReplyForm",
    "Requirement",
    "ReviewRule",
    "Rung",
    "Scale",
    "ScopeRule",
    "SendBackRule",
    "StatuteRule",
    "SuspensionRule",
    "TellRule",
    "TerminationRule",
    "TransitionRule",
]
