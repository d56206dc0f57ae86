"""One edition of a place's rules (办法的一个版本): which limit holds, when is it due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ..calendar import WorkCalendar
from ..cases import Case
from ..errors import RequestError
from ..refs import Finding
from ..request import Kind, Urgency
from ..sla import (
    PLAIN,
    ClockRules,
    Deadline,
    Explanation,
    Stage,
    Suspension,
    TimeLimit,
    deadline,
    explain,
    explain_recount,
    recount,
)
from ..sla.lights import OFF, LightRule, light
from .acceptance import (
    ELEMENTS,
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
from .answer import ReplyForm, ReviewRule, TerminationRule
from .calling import CallRule, RatingRule, Scale
from .dispatching import Dispatching
from .ladder import PARTIES, Rung
from .rules import DEFAULT_BASIS, NO_LIMIT_BASIS, ExtensionRule, Flow, LimitRule, ReopenRule, ScopeRule, SendBackRule
from .timing import DeferralRule, StatuteRule, SuspensionRule, TellRule
from .transition import TransitionRule

if TYPE_CHECKING:  # a due date needs neither rules nor routes nor scores, and should not wait for them
    from ..classify import RuleSet
    from ..routing import RoutingGraph
    from ..scoring import ScoreRules
    from ..status import Status


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
    flow: Flow = field(factory=Flow)
    send_back: SendBackRule = field(factory=SendBackRule)
    extension: ExtensionRule = field(factory=ExtensionRule)
    reopen: ReopenRule = field(factory=ReopenRule)
    transition: TransitionRule = field(factory=TransitionRule)
    dispatching: Dispatching = field(factory=Dispatching)
    suspension: SuspensionRule = field(factory=SuspensionRule)
    deferral: DeferralRule = field(factory=DeferralRule)
    statutes: tuple[StatuteRule, ...] = ()
    tell: TellRule = field(factory=TellRule)
    lights: LightRule = OFF
    ladder: tuple[Rung, ...] = ()
    calls: CallRule = field(factory=CallRule)
    scale: Scale = field(factory=Scale)
    rating: RatingRule = field(factory=RatingRule)
    reply_form: ReplyForm = field(factory=ReplyForm)
    review: ReviewRule = field(factory=ReviewRule)
    termination: TerminationRule = field(factory=TerminationRule)
    parties: Mapping[str, str] = field(factory=lambda: PARTIES)
    statuses: Mapping[str, str] = field(factory=dict)  # what the place calls them, for people to read
    channels: tuple[Channel, ...] = ()
    lines: tuple[Line, ...] = ()
    types: tuple[AcceptedType, ...] = ()
    record: RecordRule = field(factory=RecordRule)
    repeat: RepeatRule = field(factory=RepeatRule)
    conduct: tuple[ConductStep, ...] = ()
    follower: FollowerRule = field(factory=FollowerRule)
    clearance: ClearanceRule = field(factory=ClearanceRule)
    linkage: LinkageRule = field(factory=LinkageRule)
    scoring: ScoreRules | None = None
    satisfied_levels: Mapping[str, bool] = field(
        factory=lambda: {"very-satisfied": True, "satisfied": True, "fairly-satisfied": True, "dissatisfied": False}
    )
    sources: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    provides: tuple[str, ...] = ()  # of PARTS; empty says nothing
    parents: tuple[str, ...] = ()  # "cn@2025-06-25", nearest first
    effective_basis: str = ""  # how the effective day is known
    since: date | None = None  # the first day its parents were these, where that is later than its own
    seen: tuple[date, date] | None = None  # first and last day seen in force, where the effective day is not known
    digest: str = ""
    _memo: dict[tuple[Any, ...], LimitRule | None] = field(factory=dict, init=False, eq=False, repr=False)
    # Finds any word that a rule of scope asks for: of most requests none, and then no rule need be asked.
    scope_words: re.Pattern[str] | None = field(init=False, eq=False, repr=False)
    # What type a kind, category and line were found to be of; ``None`` where a type asks for words of the request.
    typed: dict[tuple[Kind, str, str], tuple[Finding, ...]] | None = field(init=False, eq=False, repr=False)
    # The elements of a record that a rule asks about; where none does, nobody looks.
    asks: tuple[str, ...] = field(init=False, eq=False, repr=False)
    # What the limits can say at all, so that a step which has no limit does not look for one.
    stages: frozenset[Stage] = field(init=False, eq=False, repr=False)
    starts_at_signing: bool = field(init=False, eq=False, repr=False)
    # Whether events have consequences for clocks of their own: a clock of dispatching or contact, a duty to tell.
    warns: bool = field(init=False, eq=False, repr=False)
    follows: bool = field(init=False, eq=False, repr=False)

    # Which codes the channels have, and which code every name of a channel means: asked of every request.
    channel_codes: frozenset[str] = field(init=False, eq=False, repr=False)
    _channel_names: Mapping[str, str] = field(init=False, eq=False, repr=False)

    @channel_codes.default
    def _codes(self) -> frozenset[str]:
        return frozenset(one.code for one in self.channels)

    @_channel_names.default
    def _names(self) -> Mapping[str, str]:
        # Of two channels that share a name the first has it.
        return {name: one.code for one in reversed(self.channels) for name in (one.code, one.zh, *one.names)}

    @scope_words.default
    def _scope_words(self) -> re.Pattern[str] | None:
        words = {word for rule in self.scope for word in rule.words}
        return re.compile("|".join(map(re.escape, sorted(words)))) if words else None

    @typed.default
    def _typed(self) -> dict[tuple[Kind, str, str], tuple[Finding, ...]] | None:
        return None if any(one.words for each in self.types for one in (each, *each.within)) else {}

    @asks.default
    def _asks(self) -> tuple[str, ...]:
        named = {*self.record.needs, *(element for rule in self.scope for element in rule.lacking)}
        return tuple(element for element in ELEMENTS if element in named)

    @stages.default
    def _stages(self) -> frozenset[Stage]:
        return frozenset(rule.stage for rule in self.limits if rule.limit is not None)

    @starts_at_signing.default
    def _starts_at_signing(self) -> bool:
        return any(rule.start == "signed" for rule in self.limits)

    @warns.default
    def _warns(self) -> bool:
        return any(rung.before is not None for rung in self.ladder)

    @follows.default
    def _follows(self) -> bool:
        return self.warns or bool(self.tell.of) or not self.stages.isdisjoint((Stage.DISPATCH, Stage.CONTACT))

    @property
    def begins(self) -> date | None:
        """The first day on which it is known to be in force (生效或见行之日); ``None`` where no day is known."""
        return self.effective or (self.seen[0] if self.seen is not None else None)

    def in_force(self, day: date) -> bool:
        """Tell whether it took force by *day*, or was seen in force around it (当日有效)."""
        if self.effective is not None:
            return self.effective <= day
        return self.seen is not None and self.seen[0] <= day <= self.seen[1]

    def limit(
        self,
        stage: Stage,
        kind: Kind | None = None,
        category: str = "",
        urgency: Urgency | None = None,
        channel: str = "",
        level: str = "",
        line: str = "",
    ) -> LimitRule | None:
        """Return the limit that holds (适用时限): the most specific rule, the first of equals; ``None`` if none."""
        key = (stage, kind, category, urgency, channel, level, line)
        try:
            return self._memo[key]
        except KeyError:
            pass
        best, best_weight = None, -1
        for rule in self.limits:
            if rule.stage is stage:
                weight = rule.weight(kind, category, urgency, channel, level, line)
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
        level: str = "",
        line: str = "",
    ) -> Deadline:
        """Return when it is due (到期), counted from *start*; ``at`` is None where no source gives a limit.

        Raises:
            CalendarError: the calendar cannot answer, or the policy demands an error on unknown years.
        """
        return self.by_rule(self.limit(stage, kind, category, urgency, channel, level, line), start)

    def by_rule(self, rule: LimitRule | None, start: datetime, suspensions: tuple[Suspension, ...] = ()) -> Deadline:
        """Return when *rule*'s limit ends, counted from *start*; no rule or no number gives no instant."""
        if rule is None:
            return deadline(None, start, self.calendar, self.clock, (), NO_LIMIT_BASIS)
        return deadline(rule.limit, start, self.calendar, self.clock, suspensions, rule.basis)

    def explain_due(
        self,
        kind: Kind | None,
        start: datetime,
        stage: Stage = Stage.HANDLE,
        category: str = "",
        urgency: Urgency | None = None,
        channel: str = "",
        level: str = "",
        line: str = "",
    ) -> Explanation:
        """Return the same answer as :meth:`due`, counted day by day (到期解释)."""
        rule = self.limit(stage, kind, category, urgency, channel, level, line)
        if rule is None:
            return explain(None, start, self.calendar, self.clock, (), NO_LIMIT_BASIS)
        return explain(rule.limit, start, self.calendar, self.clock, (), rule.basis)

    def after(self, limit: TimeLimit, start: datetime, basis: str = DEFAULT_BASIS) -> Deadline:
        """Return the end of *limit* from *start* by this place's calendar and clock rules."""
        return deadline(limit, start, self.calendar, self.clock, (), basis)

    def channel(self, name: str) -> str:
        """Return the code of the channel called *name* (渠道代码); the name itself where the place has none such."""
        return self._channel_names.get(name, name)

    def line(self, code: str) -> Line | None:
        """Return the line that *code* or its key names (专线); ``None`` where the place has no such line."""
        if not code:
            return None
        return next((line for line in self.lines if code in (line.code, line.key)), None)

    def recount(self, due: Deadline, suspensions: tuple[Suspension, ...] = ()) -> Deadline:
        """Return *due* as this place's calendar and clock rules count it now (重算到期), extensions included."""
        return recount(due, self.calendar, self.clock, suspensions)

    def explain_recount(self, due: Deadline, suspensions: tuple[Suspension, ...] = ()) -> Explanation:
        """Return the same answer as :meth:`recount`, counted day by day (重算说明)."""
        return explain_recount(due, self.calendar, self.clock, suspensions)

    def light(self, due: Deadline, at: datetime) -> str:
        """Return the light of *due* at *at* (亮灯): green, yellow or red; "" where the place has none."""
        return light(due, at, self.lights, self.calendar)

    def status_name(self, status: Status) -> str:
        """Return what the place calls *status* (状态名称): its own name for it, or the usual one."""
        return self.statuses.get(status.value) or status.zh

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
