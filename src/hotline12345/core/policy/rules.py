"""The rules a policy is made of, beside the calculators' own (办法的组成规则), each with its basis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ..request import Kind, Urgency
from ..sla import Stage, TimeLimit

DEFAULT_BASIS = "library default"


NO_LIMIT_BASIS = "no limit in any source"


PARTS = ("limits", "rules", "routes", "scoring", "supervision")
"""What a pack can provide (政策包提供的内容); what it does not provide is not asked of it."""


REFERRALS = ("emergency", "legal", "petition", "channel")
"""Where a request can be referred to (转出途径)."""


REFUSALS = ("decline", "explain", "dissuade")
"""How a request can be left undone (不办理): declined, explained why it cannot be done, dissuaded from the unlawful."""


DISPOSITIONS = (*REFERRALS, *REFUSALS)
"""What a scope rule can do (处置方式)."""


@frozen(weakref_slot=False)
class LimitRule:
    """One limit (时限规定) with its basis; empty selectors match everything, the most specific rule wins.

    Args:
        limit: ``None`` says that the source gives no number.
        start: which event starts the clock.
        level: the level of government that handed the request down; such orders follow a limit of their own.
        line: the special line it came by.
        statute: a law sets this limit (从其规定): it holds before every other, and the requester must be told.
        extension: how much longer that law lets it take, instead of the place's own rule.
    """

    stage: Stage
    limit: TimeLimit | None
    basis: str
    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    channel: str = ""
    start: str = "dispatched"  # dispatched | received | signed
    level: str = ""
    line: str = ""
    statute: bool = False
    extension: TimeLimit | None = None

    @property
    def selectors(self) -> tuple[Any, ...]:
        """What this rule is for (适用条件): of two with the same, one is too many."""
        return self.stage, self.kind, self.category, self.urgency, self.channel, self.level, self.line, self.statute

    def weight(
        self, kind: Kind | None, category: str, urgency: Urgency | None, channel: str, level: str = "", line: str = ""
    ) -> int:
        """Return how specifically this rule matches, or -1 when it does not."""
        for mine, theirs in (
            (self.kind, kind), (self.urgency, urgency), (self.channel, channel), (self.level, level), (self.line, line),
        ):  # fmt: skip
            if mine and mine != theirs:
                return -1
        if self.category and not (category + "/").startswith(self.category + "/"):
            return -1
        return (
            (4096 if self.statute else 0)
            + (1024 if self.level else 0)
            + (1 + self.category.count("/") if self.category else 0) * 16
            + (8 if self.urgency else 0)
            + (4 if self.kind else 0)
            + (2 if self.line else 0)
            + (1 if self.channel else 0)
        )


@frozen(weakref_slot=False)
class ScopeRule:
    """What is not handled as an order (诉求分类处理), and what is done instead.

    ``categories`` are category prefixes, ``words`` substrings of title and text, ``lacking`` elements of the
    record that must all lack.  ``disposition`` is one of :data:`DISPOSITIONS`.
    """

    code: str
    disposition: str
    told: str
    basis: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    to: str = ""
    lacking: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Flow:
    """Which optional steps the place uses (环节开关)."""

    accept_to_dispatch: bool = True  # dispatch by the catalogue at once when it is clear
    sign: bool = True
    review: bool = True
    follow_up: bool = True
    close_when_satisfied: bool = True
    answer_kinds: tuple[Kind, ...] = ()  # kinds answered at once where the knowledge base can
    default_kind: Kind = Kind.HELP
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class SendBackRule:
    """When a unit may send back (退单规定).

    Args:
        window: how long after *start*; ``None`` = at any time.
        start: ``signed`` (receipt, while it has not signed) or ``received``.
        late: what sending back after the window is: ``refuse``, or ``overdue``: allowed and counted as overdue.
        most: how often the units that lead may send one order back.
        reasons: the reason codes there are, each with what it means; empty takes any.
        designated: whether a designated unit may send back all the same.
        first_receiver: the first unit that signed keeps it and asks others to assist (首接负责).
    """

    window: TimeLimit | None = None
    most: int | None = None
    start: str = "signed"
    late: str = "refuse"
    reasons: Mapping[str, str] = field(factory=dict)
    designated: bool = False
    first_receiver: bool = False
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ExtensionRule:
    """Extensions (延期规定): how many, how long, who decides; asked before expiry only.

    Args:
        most: how many to an order.
        longest: the longest each may be.
        up_to_original: none longer than the original limit.
        fixed: each exactly so long.
        total: limit and extensions together at most so long.
        ask_before: asked while at least so much is left.
    """

    most: int | None = None
    longest: TimeLimit | None = None
    up_to_original: bool = False
    fixed: TimeLimit | None = None
    total: TimeLimit | None = None
    ask_before: TimeLimit | None = None
    approver: str = "centre"  # centre | unit-head | none (granted as asked)
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ReopenRule:
    """Reopening (重办规定): how often, and the redo's own limit (None: the handling limit anew).

    *judged*: after dissatisfaction, only once a person has judged it reasonable.
    """

    most: int | None = None
    limit: TimeLimit | None = None
    basis: str = DEFAULT_BASIS
    judged: bool = False
