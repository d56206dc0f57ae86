"""A place's rules (办法): one edition composed of the calculators' own rule types, and a pack of editions.

The calculators (classify, routing, sla, scoring) never see a ``Policy``; this module composes them and
answers the questions ``decide`` asks: which limit holds, where does it go, when is it due.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .calendar import WorkCalendar
from .cases import Case
from .errors import PolicyError, RequestError
from .request import Kind, Urgency
from .sla import PLAIN, ClockRules, Deadline, Explanation, Stage, TimeLimit, deadline, explain

if TYPE_CHECKING:  # a due date needs neither rules nor routes nor scores, and should not wait for them
    from .classify import RuleSet
    from .routing import RoutingGraph
    from .scoring import ScoreRules

DEFAULT_BASIS = "library default"
NO_LIMIT_BASIS = "no limit in any source"
PARTS = ("limits", "rules", "routes", "scoring", "supervision")
"""What a pack can provide (政策包提供的内容); what it does not provide is not asked of it."""
DISPOSITIONS = ("emergency", "legal", "petition", "channel", "decline")
"""What a scope rule can do (处置方式); all but ``decline`` refer."""


@frozen(weakref_slot=False)
class LimitRule:
    """One limit (时限规定) with its basis; empty selectors match everything, the most specific rule wins.

    ``limit`` None says that the source gives no number; ``start`` says which event starts the clock.
    """

    stage: Stage
    limit: TimeLimit | None
    basis: str
    kind: Kind | None = None
    category: str = ""
    urgency: Urgency | None = None
    channel: str = ""
    start: str = "dispatched"  # dispatched | received | signed

    def weight(self, kind: Kind | None, category: str, urgency: Urgency | None, channel: str) -> int:
        """Return how specifically this rule matches, or -1 when it does not."""
        for mine, theirs in ((self.kind, kind), (self.urgency, urgency), (self.channel, channel)):
            if mine and mine != theirs:
                return -1
        if self.category and not (category + "/").startswith(self.category + "/"):
            return -1
        return (
            (1 + self.category.count("/") if self.category else 0) * 8
            + (4 if self.urgency else 0)
            + (2 if self.kind else 0)
            + (1 if self.channel else 0)
        )


@frozen(weakref_slot=False)
class ScopeRule:
    """What is not handled as an order (诉求分类处理), and what is done instead.

    ``categories`` are category prefixes, ``words`` substrings of title and text.  ``disposition`` is
    ``emergency``, ``legal``, ``petition``, ``channel`` (referred) or ``decline``.
    """

    code: str
    disposition: str
    told: str
    basis: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    to: str = ""


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
    """When a unit may send back (退单规定): *window* from sign-in or receipt; None = at any time."""

    window: TimeLimit | None = None
    most: int | None = None
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ExtensionRule:
    """Extensions (延期规定): how many, how long, who decides; asked before expiry only."""

    most: int | None = None
    longest: TimeLimit | None = None
    up_to_original: bool = False
    approver: str = "centre"  # centre | unit-head | none (granted as asked)
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ReopenRule:
    """Reopening (重办规定): how often, and the redo's own limit (None: the handling limit anew)."""

    most: int | None = None
    limit: TimeLimit | None = None
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class Rung:
    """One rung of the supervision ladder (督办阶梯): *after* what time past the deadline, by itself.

    ``after`` None marks a rung that a person sets in motion.
    """

    code: str
    zh: str
    after: TimeLimit | None
    basis: str
    stage: Stage = Stage.HANDLE


def _shared(rules: ClockRules) -> ClockRules:
    """Return the one plain set of rules where these are plain: the calculator's short cut knows it by identity."""
    return PLAIN if rules == PLAIN else rules


@frozen(weakref_slot=False)
class Policy:
    """One edition of a place's rules (办法的一个版本), ready to answer."""

    pack: str
    place: str
    edition: str
    title: str
    effective: date | None
    calendar: WorkCalendar
    limits: tuple[LimitRule, ...]
    clock: ClockRules = field(default=PLAIN, converter=_shared)
    rules: RuleSet | None = None
    routes: RoutingGraph | None = None
    scope: tuple[ScopeRule, ...] = ()
    flow: Flow = Flow()
    send_back: SendBackRule = SendBackRule()
    extension: ExtensionRule = ExtensionRule()
    reopen: ReopenRule = ReopenRule()
    ladder: tuple[Rung, ...] = ()
    scoring: ScoreRules | None = None
    satisfied_levels: Mapping[str, bool] = field(
        factory=lambda: {"very-satisfied": True, "satisfied": True, "fairly-satisfied": True, "dissatisfied": False}
    )
    sources: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    provides: tuple[str, ...] = ()  # of PARTS; empty says nothing
    parents: tuple[str, ...] = ()  # "cn@2025-06-25", nearest first
    effective_basis: str = ""  # how the effective day is known
    digest: str = ""
    _memo: dict[tuple[Any, ...], LimitRule | None] = field(factory=dict, init=False, eq=False, repr=False)
    # What the limits can say at all, so that a step which has no limit does not look for one.
    stages: frozenset[Stage] = field(init=False, eq=False, repr=False)
    starts_at_signing: bool = field(init=False, eq=False, repr=False)

    @stages.default
    def _stages(self) -> frozenset[Stage]:
        return frozenset(rule.stage for rule in self.limits if rule.limit is not None)

    @starts_at_signing.default
    def _starts_at_signing(self) -> bool:
        return any(rule.start == "signed" for rule in self.limits)

    def limit(
        self,
        stage: Stage,
        kind: Kind | None = None,
        category: str = "",
        urgency: Urgency | None = None,
        channel: str = "",
    ) -> LimitRule | None:
        """Return the limit that holds (适用时限): the most specific rule, the first of equals; ``None`` if none."""
        key = (stage, kind, category, urgency, channel)
        try:
            return self._memo[key]
        except KeyError:
            pass
        best, best_weight = None, -1
        for rule in self.limits:
            if rule.stage is stage:
                weight = rule.weight(kind, category, urgency, channel)
                if weight > best_weight:
                    best, best_weight = rule, weight
        if len(self._memo) < 65_536:  # categories are a catalogue's, but a host may pass anything
            self._memo[key] = best
        return best

    def due(
        self,
        kind: Kind | None,
        start: datetime,
        stage: Stage = Stage.HANDLE,
        category: str = "",
        urgency: Urgency | None = None,
        channel: str = "",
    ) -> Deadline:
        """Return when it is due (到期), counted from *start*; ``at`` is None where no source gives a limit.

        Raises:
            CalendarError: the calendar cannot answer, or the policy demands an error on unknown years.
        """
        return self.by_rule(self.limit(stage, kind, category, urgency, channel), start)

    def by_rule(self, rule: LimitRule | None, start: datetime) -> Deadline:
        """Return when *rule*'s limit ends, counted from *start*; no rule or no number gives no instant."""
        if rule is None:
            return deadline(None, start, self.calendar, self.clock, (), NO_LIMIT_BASIS)
        return deadline(rule.limit, start, self.calendar, self.clock, (), rule.basis)

    def explain_due(
        self,
        kind: Kind | None,
        start: datetime,
        stage: Stage = Stage.HANDLE,
        category: str = "",
        urgency: Urgency | None = None,
        channel: str = "",
    ) -> Explanation:
        """Return the same answer as :meth:`due`, counted day by day (到期解释)."""
        rule = self.limit(stage, kind, category, urgency, channel)
        if rule is None:
            return explain(None, start, self.calendar, self.clock, (), NO_LIMIT_BASIS)
        return explain(rule.limit, start, self.calendar, self.clock, (), rule.basis)

    def after(self, limit: TimeLimit, start: datetime, basis: str = DEFAULT_BASIS) -> Deadline:
        """Return the end of *limit* from *start* by this place's calendar and clock rules."""
        return deadline(limit, start, self.calendar, self.clock, (), basis)

    def unit_name(self, code: str) -> str:
        """Return the name of the unit *code*; the code itself where it is not known."""
        if self.routes is None:
            return code
        try:
            return self.routes.unit(code).name
        except RequestError:
            return code

    @property
    def centre(self) -> str:
        """The code of the hotline's own unit (热线工作机构)."""
        return self.routes.centre if self.routes is not None else ""


@frozen(weakref_slot=False)
class Pack:
    """A place's editions (政策包), oldest first; one whose date is unknown serves only where it is the only one."""

    name: str
    place: str
    title: str
    editions: tuple[Policy, ...]

    @property
    def newest(self) -> Policy:
        """The newest edition."""
        dated = [policy for policy in self.editions if policy.effective is not None]
        return dated[-1] if dated else self.editions[-1]

    def on(self, day: date) -> Policy:
        """Return the edition in force on *day*.

        Raises:
            PolicyError: ``no-edition`` when none was in force, with those there are.
        """
        if len(self.editions) == 1 and self.editions[0].effective is None:
            return self.editions[0]
        found = [p for p in self.editions if p.effective is not None and p.effective <= day]
        if not found:
            known = "、".join(f"{p.edition}（{p.effective or '日期不详'}）" for p in self.editions)
            raise PolicyError(
                f"政策包 {self.name} 在 {day} 没有生效的版本",
                f"pack {self.name} has no edition in force on {day}",
                code="no-edition",
                hint=f"用 --edition 指定版本；现有：{known}",
                hint_en="name one with --edition; there are: "
                + ", ".join(f"{p.edition} ({p.effective or 'date unknown'})" for p in self.editions),
            )
        return max(found, key=lambda p: p.effective or date.min)

    def edition(self, name: str) -> Policy:
        """Return the edition called *name*.

        Raises:
            RequestError: ``unknown-edition``, with those there are.
        """
        for policy in self.editions:
            if policy.edition == name:
                return policy
        known = "、".join(p.edition for p in self.editions)
        raise RequestError(
            f"政策包 {self.name} 没有版本「{name}」",
            f"pack {self.name} has no edition {name!r}",
            code="unknown-edition",
            hint=f"现有版本：{known}",
            hint_en="editions: " + ", ".join(p.edition for p in self.editions),
        )
