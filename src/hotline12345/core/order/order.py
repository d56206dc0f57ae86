"""The order itself (工单)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from ..request import Kind
from ..sla import Stage
from ..status import OPEN, Status
from .assignment import Assignment, Clock
from .parts import Clocks, Counts, Ground, Intake, Outcome, Pending, Problem, Topic
from .timing import DISPATCH, NO_TIMING, TELL

IN_HAND = frozenset({Status.ACCEPTED, Status.DISPATCHED, Status.SIGNED, Status.DISPUTED})
"""The statuses in which an answer is still being worked on (办理之中)."""


class Order(NamedTuple):
    """A work order (工单): frozen, and equal to the fold of its log."""

    intake: Intake
    version: int
    status: Status
    at: datetime
    topic: Topic | None
    assignments: tuple[Assignment, ...]
    clocks: Clocks
    counts: Counts
    pending: Pending
    outcome: Outcome

    @property
    def place(self) -> str:
        """The hotline that owns the order."""
        return self.intake.place

    @property
    def number(self) -> str:
        """The order number (工单编号), unique within its place."""
        return self.intake.number

    @property
    def kind(self) -> Kind | None:
        """The kind as it stands."""
        return self.topic.kind if self.topic is not None else self.intake.kind

    @property
    def category(self) -> str:
        """The category path as it stands."""
        return self.topic.category if self.topic is not None else self.intake.category

    @property
    def area(self) -> str:
        """The division code as it stands."""
        return self.topic.area if self.topic is not None else self.intake.area

    @property
    def citizen(self) -> Clock | None:
        """The citizen's clock; no hop restarts it."""
        return self.clocks.citizen

    @property
    def lead(self) -> Assignment | None:
        """The open end of the lead path: the assignment whose unit holds the order."""
        for assignment in reversed(self.assignments):
            if assignment.closed is None and assignment.role == "lead":
                return assignment
        return None

    @property
    def holder(self) -> str:
        """The unit that holds the order; "" when it is with the centre."""
        lead = self.lead
        return lead.unit if lead is not None else ""

    @property
    def last_lead(self) -> Assignment | None:
        """The last unit that led, open or closed (首接负责, redo)."""
        for assignment in reversed(self.assignments):
            if assignment.role == "lead":
                return assignment
        return None

    @property
    def answerable(self) -> str:
        """The unit that answers for the order: the one that holds it, or the last that led it."""
        last = self.last_lead
        return self.holder or (last.unit if last is not None else "")

    @property
    def first_receiver(self) -> str:
        """The unit that had it first (首接单位); "" before it was dispatched."""
        return next((a.unit for a in self.assignments if a.role == "lead"), "")

    @property
    def problem(self) -> Problem | None:
        """Why it is a problem order (问题工单); ``None`` while it is none."""
        return self.counts.handovers.problem

    @property
    def open_assignments(self) -> tuple[Assignment, ...]:
        """Every assignment that is still on somebody's desk."""
        return tuple(a for a in self.assignments if a.closed is None)

    def assignment(self, id: str) -> Assignment | None:  # noqa: A002 - the domain's word
        """Return the assignment with this id, or ``None``."""
        for assignment in self.assignments:
            if assignment.id == id:
                return assignment
        return None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.status in OPEN

    def clock(self, name: str, stage: Stage | None = None) -> Clock | None:
        """Return a clock by its name in events: ``citizen``, a stage such as ``review``, or an assignment id."""
        if name == "citizen":
            return self.clocks.citizen
        clock = self.clocks.stage
        if clock is not None and clock.stage.value == name:
            return clock
        timing = self.clocks.timing
        if name == DISPATCH:
            return timing.dispatch
        if name.startswith(TELL):
            return next((duty.clock for duty in timing.duties if TELL + duty.what == name), None)
        if stage is Stage.CONTACT:
            contact = timing.contact
            return contact.clock if contact is not None and contact.assignment == name else None
        assignment = self.assignment(name)
        if assignment is None:
            return None
        return assignment.sign if stage is Stage.SIGN else assignment.handle

    def running(self) -> Iterator[tuple[str, Clock, str]]:
        """Yield (clock name, clock, unit) of every clock that runs: nothing of an ended order does."""
        outcome = self.outcome
        if outcome.end is not None:
            return
        if self.clocks.citizen is not None and outcome.reply is None:
            yield "citizen", self.clocks.citizen, self.holder
        if self.clocks.stage is not None:
            yield self.clocks.stage.stage.value, self.clocks.stage, self.holder
        for assignment in self.assignments:
            for clock in assignment.running():
                yield assignment.id, clock, assignment.unit
        if self.clocks.timing is not NO_TIMING and self.status in IN_HAND:
            yield from self.clocks.timing.running(self.open_assignments, self.status is Status.ACCEPTED)

    @property
    def warns(self) -> datetime | None:
        """When the next warning before expiry is due; ``None`` where there is none."""
        warned = self.clocks.timing.warned
        waits = warned is not None and self.status in IN_HAND and self.outcome.end is None
        return warned.next if warned is not None and waits and self.holder else None

    @property
    def beside_clocks(self) -> datetime | None:
        """When time changes something that is no clock: a suspension ends, a warning is due."""
        return min((one for one in (self.suspended, self.warns) if one is not None), default=None)

    @property
    def suspended(self) -> datetime | None:
        """The latest end of the suspension that stops the handling clocks; ``None`` while they run."""
        waits = self.status in IN_HAND and self.outcome.end is None
        return self.clocks.timing.suspended if waits else None

    def climbing(self) -> Iterator[Ground]:
        """Yield every ground for supervision that still demands something: none once a later reply stands."""
        grounds = self.counts.grounds
        if not grounds or self.outcome.end is not None:
            return
        last = self.last_lead
        replied = last.replied if last is not None else None
        for ground in grounds:
            if ground.next is not None and (replied is None or replied <= ground.since):
                yield ground

    @property
    def wake(self) -> datetime | None:
        """When time alone may next change this order; ``None`` when it cannot."""
        instants = [self.beside_clocks, *(clock.wake for _, clock, _ in self.running())]
        instants += [ground.next for ground in self.climbing()]
        return min((instant for instant in instants if instant is not None), default=None)

    @property
    def on_time(self) -> bool | None:
        """Whether the reply that stands came before the citizen's deadline; ``None`` when neither is known."""
        clock = self.clocks.citizen
        if clock is None or clock.deadline.at is None or self.outcome.replied is None:
            return None
        return self.outcome.replied < clock.deadline.at


order_of: Callable[[tuple[Any, ...]], Order] = partial(tuple.__new__, Order)
"""Makes an order of the tuple of all its parts, a third faster than its constructor: one is made at every event."""
