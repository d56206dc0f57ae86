"""The city (城市): calls, agents, units, reviewers and callers, driving the real hotline with a virtual clock.

Nothing here decides about an order.  Every step is a command to :class:`~hotline12345.hotline.Hotline`, which
classifies, routes, sets deadlines and refuses as it does in service; the model only says who does what when.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import simpy
from attrs import define, field

from ..core import commands as c
from ..core.calendar import local
from ..core.order import Order
from ..core.policy import Pack, Policy
from ..heads import stamp
from ..hotline import Hotline
from . import agents, casework
from .arrivals import Call, Callers
from .desk import Desk, Job
from .hours import ServiceHours
from .scenario import Scenario
from .staff import agents_of, expected_hours, people_of, speed_of
from .streams import Streams

if TYPE_CHECKING:
    from ..stores.port import Store

Steps = Generator[simpy.Event, Any, None]
DAY = 86_400


@define(eq=False)
class Case:
    """A call and what became of it (个案): the order as last seen, and where its time went."""

    call: Call
    order: Order | None = None
    answered: int = 0
    job: Job | None = None
    jobs: list[tuple[str, Job, int]] = field(factory=list)  # unit, job, when it was done
    spans: list[tuple[str, str, int, int]] = field(factory=list)  # what, whose, from, to
    redo: int = 0
    merged_into: str = ""

    def spent(self, what: str, whose: str, begin: float, end: float) -> None:
        """Remember where a stretch of time went."""
        self.spans.append((what, whose, int(begin), int(end)))


class City:
    """A city with one hotline (模拟城市).

    Args:
        pack: the place's rules.
        store: an empty store.
        seed: names every stream.
        start: a midnight in China.
        days: how long.
        per_day: ordinary calls on an ordinary day.
    """

    def __init__(
        self,
        pack: Pack,
        policy: Policy,
        store: Store,
        scenario: Scenario,
        seed: int,
        start: datetime,
        days: int,
        per_day: float,
    ) -> None:
        self.scenario, self.start, self.days, self.per_day = scenario, start, days, per_day
        self.policy = policy
        self.streams = Streams(seed)
        self.env = simpy.Environment()
        self._numbers = 0
        self.hotline = Hotline(pack, store, clock=self.now, number=self._number, edition=policy.edition)
        self.calls = Callers(scenario, policy, self.streams, start, days).calls(per_day)
        self.cases: dict[str, Case] = {}
        self.by_number: dict[str, Case] = {}
        self.hours = ServiceHours(policy.calendar, start, days)
        self.seats = agents_of(scenario, per_day)
        self.agents = simpy.Resource(self.env, capacity=self.seats)
        expected = expected_hours(scenario, policy, per_day, days)
        self.people = people_of(scenario, expected, self.hours, days)
        self.desks: dict[str, Desk] = {}

    # ── time ──

    @property
    def end(self) -> int:
        """The last instant, in seconds from the start."""
        return self.days * DAY

    def now(self) -> datetime:
        """Return the virtual clock's instant."""
        return self.start + timedelta(seconds=int(self.env.now))

    def seconds(self, instant: datetime) -> float:
        """Return an instant as seconds from the start."""
        return (instant - self.start).total_seconds()

    def _number(self, at: datetime, attempt: int) -> str:
        self._numbers += 1
        return local(at).strftime("%y%m%d%H%M%S") + f"{self._numbers:06d}"

    def working(self, hours: float, purpose: str, entity: str, spread: float = 0.6) -> simpy.Event | None:
        """Return an event after about *hours* of working time; ``None`` when the days are over before."""
        wait = self.streams.lognormal(hours * 3600, spread, purpose, entity)
        at = self.hours.after(self.env.now, wait)
        return None if at is None else self.env.timeout(at - self.env.now)

    # ── running ──

    def run(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Let the days pass."""
        env = self.env
        env.process(self._calls())
        env.process(self._clock())
        for at, shock in enumerate(self.scenario.shocks):
            if shock.speed is not None:
                env.process(self._slowdown(at))
        for day in range(self.days):
            if progress is not None:
                progress(day, self.days)
            env.run(until=(day + 1) * DAY)
            self._look_back(day)
        self._still_ringing()
        self.hotline.tick(self.start + timedelta(days=self.days))
        if progress is not None:
            progress(self.days, self.days)

    def _calls(self) -> Steps:
        for call in self.calls:
            wait = call.at - self.env.now
            if wait > 0:
                yield self.env.timeout(wait)
            case = self.cases[call.id] = Case(call)
            self.env.process(agents.take(self, case))

    def _clock(self) -> Steps:
        """Strike every hour, and look only where something is due."""
        store, place = self.hotline.store, self.hotline.place
        while True:
            yield self.env.timeout(3600)
            now = self.now()
            if store.awake(place, stamp(now), 1):
                self.hotline.tick(now)

    def _slowdown(self, at: int) -> Steps:
        shock = self.scenario.shocks[at]
        first = (shock.first - local(self.start).date()).days * DAY
        last = ((shock.last - local(self.start).date()).days + 1) * DAY
        if last <= 0 or first >= self.end:
            return
        if first > 0:
            yield self.env.timeout(first)
        desk = self.desk(shock.unit)
        usual = desk.speed
        desk.pace(usual * (shock.speed or 0.0))
        yield self.env.timeout(last - self.env.now)
        desk.pace(usual)

    def _look_back(self, day: int) -> None:
        """Note what lay on every desk at the end of *day*."""
        for unit in sorted(self.desks):
            desk = self.desks[unit]
            desk.backlog[day] = desk.waiting()

    def _still_ringing(self) -> None:
        """Take down what waits for an agent when the days are over; nobody has looked at it yet."""
        for call in self.calls:
            case = self.cases.get(call.id) or self.cases.setdefault(call.id, Case(call))
            if case.order is None:
                at = self.start + timedelta(days=self.days)
                case.order = self.hotline.receive(call.request(self.start), by=agents.AGENT, at=at, through="receive")
                case.answered = self.end

    # ── for the processes ──

    def desk(self, unit: str) -> Desk:
        """Return the desk of *unit*, opened when first needed."""
        found = self.desks.get(unit)
        if found is None:
            staffing = self.scenario.staffing
            people = self.people.setdefault(unit, staffing.least) * staffing.capacity
            found = self.desks[unit] = Desk(
                self.env,
                unit,
                self.hours,
                people,
                speed_of(self.scenario, self.streams, unit),
                0.85 + 0.3 * self.streams.uniform("skill", unit),
                staffing.order == "due",
                staffing.push,
                staffing.push_within_hours * 3600,
            )
            found.start()
        return found

    def do(self, case: Case, command: c.Command) -> Order:
        """Give the hotline a command on the case's order, now."""
        assert case.order is not None
        case.order = self.hotline.handle(case.order.number, command, at=self.now())
        return case.order

    def handle(self, case: Case) -> None:
        """Let the units take over a dispatched order."""
        self.env.process(casework.handle(self, case))
