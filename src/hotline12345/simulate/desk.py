"""A unit at work (承办单位): a queue, the people on it, and the hours they keep.

The people of a unit are one team that works on the most pressing order first (by due date) or on the
oldest (first come).  Work is measured in person-hours and done only in service windows; near the limit the
team works harder.  An order that becomes more pressing is taken up at once and the other resumed later, so
that more capacity can only make each order finish earlier.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import Any

import simpy
from attrs import define, field

from .hours import ServiceHours

NEVER = float("inf")
_DUST = 1e-3  # person-seconds: what rounding to whole seconds leaves


@define(eq=False)
class Job:
    """An order on a unit's desk (在办件): *left* person-seconds, *due* as what it is pressed by."""

    unit: str
    number: str
    left: float
    due: float
    came: int
    done: simpy.Event
    worked: float = 0.0  # working seconds during which somebody was on it
    gone: bool = False


@define(eq=False)
class Desk:
    """One unit (承办单位), with what it did day by day in ``backlog`` (day of month → orders and person-hours)."""

    env: simpy.Environment
    unit: str
    hours: ServiceHours
    people: float
    speed: float
    skill: float
    by_due: bool
    push: float
    push_within: float
    handled: int = 0
    backlog: dict[int, tuple[int, float]] = field(factory=dict)
    _queue: list[tuple[float, int, Job]] = field(factory=list)
    _turns: int = 0
    _next_speed: float | None = None
    _doing: tuple[Job, float] | None = None
    _knock: simpy.Event | None = None

    def start(self) -> None:
        """Open the desk."""
        self.env.process(self._work())

    def add(self, number: str, seconds: float, due: float) -> Job:
        """Put an order on the desk; its ``done`` fires when the work is done, or when it is taken away."""
        job = Job(self.unit, number, seconds / self.skill, due, int(self.env.now), self.env.event())
        self._push(job)
        return job

    def moved(self, job: Job, due: float) -> None:
        """Let a new due instant press *job*."""
        job.due = due
        if self.by_due and not job.gone and job.left > _DUST:
            self._queue = sorted((self._rank(each), turn, each) for _, turn, each in self._queue)
            self._wake()

    def pace(self, speed: float) -> None:
        """Let the unit work at another *speed* from now on; what was done so far was done at the old one."""
        self._next_speed = speed
        self._wake()

    def take_away(self, job: Job) -> None:
        """Take an order off the desk before it is done."""
        if not job.gone and not job.done.triggered:
            job.gone = True
            job.done.succeed(False)
            self._wake()

    def waiting(self) -> tuple[int, float]:
        """Return how many orders are on the desk, and their person-hours."""
        jobs = [job for _, _, job in self._queue if not job.gone]
        done = 0.0
        if self._doing is not None and self._doing[0] in jobs:
            done = self._effort(*self._doing, self.env.now)
        return len(jobs), max(sum(job.left for job in jobs) - done, 0.0) / 3600

    def _rank(self, job: Job) -> float:
        return job.due if self.by_due else 0.0

    def _push(self, job: Job) -> None:
        self._turns += 1
        heappush(self._queue, (self._rank(job), self._turns, job))
        if self._queue[0][2] is job:
            self._wake()

    def _wake(self) -> None:
        if self._knock is not None and not self._knock.triggered:
            self._knock.succeed()

    def _work(self) -> Generator[simpy.Event, Any, None]:
        env = self.env
        while True:
            if self._next_speed is not None:
                self.speed, self._next_speed = self._next_speed, None
            while self._queue and self._queue[0][2].gone:
                heappop(self._queue)
            self._knock = env.event()
            if not self._queue:
                yield self._knock
                continue
            job, begin = self._queue[0][2], env.now
            self._doing = job, begin
            end = self._end(job, begin)
            if end is None:
                yield self._knock
            else:
                yield env.timeout(end - begin) | self._knock
            self._doing = None
            job.left -= self._effort(job, begin, env.now)
            job.worked += self.hours.worked(env.now) - self.hours.worked(begin)
            if job.left <= _DUST and not job.gone:
                if self._queue[0][2] is job:
                    heappop(self._queue)
                else:  # something more pressing came in this very second
                    self._queue = sorted(entry for entry in self._queue if entry[2] is not job)
                self.handled += 1
                job.done.succeed(True)

    @property
    def rate(self) -> float:
        """Person-seconds done in a working second, before any push."""
        return self.people * self.speed

    def _effort(self, job: Job, begin: float, end: float) -> float:
        """Return the person-seconds that are worked on *job* between two instants."""
        worked, turn = self.hours.worked, max(begin, min(end, job.due - self.push_within))
        return self.rate * (worked(turn) - worked(begin) + self.push * (worked(end) - worked(turn)))

    def _end(self, job: Job, begin: float) -> int | None:
        """Return the whole second at which *job* will be done if nothing else comes; ``None`` past the last day."""
        if self.rate <= 0:
            return None
        hours, rate = self.hours, self.rate
        turn = max(begin, job.due - self.push_within)
        start = hours.worked(begin)
        calm = rate * (hours.worked(turn) - start) if turn < NEVER else NEVER
        if calm >= job.left:
            found = hours.instant(start + job.left / rate)
        else:
            found = hours.instant(hours.worked(turn) + (job.left - calm) / (rate * self.push))
        return None if found is None else max(int(-(-found // 1)), int(begin))
