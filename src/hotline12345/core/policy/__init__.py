"""A place's rules (办法): one edition composed of the calculators' own rule types, and a pack of editions.

The calculators (classify, routing, sla, scoring) never see a ``Policy``; this module composes them and
answers the questions ``decide`` asks: which limit holds, where does it go, when is it due.
"""

from __future__ import annotations

from .acceptance import (
    ELEMENTS,
    REPEATS,
    AcceptedType,
    ClearanceRule,
    ConductStep,
    FollowerRule,
    Line,
    LinkageRule,
    RecordRule,
    RepeatRule,
)
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

__all__ = [
    "DEFAULT_BASIS",
    "DISPOSITIONS",
    "ELEMENTS",
    "NO_LIMIT_BASIS",
    "PARTS",
    "TRIGGERS",
    "REFERRALS",
    "REFUSALS",
    "REPEATS",
    "AcceptedType",
    "ClearanceRule",
    "ConductStep",
    "ExtensionRule",
    "Flow",
    "FollowerRule",
    "LimitRule",
    "Line",
    "LinkageRule",
    "Pack",
    "Paper",
    "Policy",
    "RecordRule",
    "ReopenRule",
    "RepeatRule",
    "Rung",
    "ScopeRule",
    "SendBackRule",
]
