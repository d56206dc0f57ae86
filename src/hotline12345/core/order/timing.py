"""What else concerns the time of an order (计时事项), seldom set: suspensions, a statute, contact, duties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ..sla import Suspension, TimeLimit
from .assignment import Assignment, Clock

DISPATCH = "dispatch"
"""How the clock of dispatching is named in events."""

TELL = "tell:"
"""How the clocks of duties to tell are named in events: ``tell:extended``."""


class Statute(NamedTuple):
    """A limit that a law sets for this order (从其规定), as a person found, and how far it may be extended."""

    limit: TimeLimit
    basis: str
    extension: TimeLimit | None = None


class Contact(NamedTuple):
    """First contact (先行联系) with the requester: whose it is, until when, and whether they were reached."""

    assignment: str
    clock: Clock | None  # None where the place sets no limit for it
    made: datetime | None = None
    reached: bool = False
    reason: str = ""  # why not, a code


class Duty(NamedTuple):
    """What the requester must be told (告知义务): of *what*, until when, and when they were."""

    what: str  # statute | extended | deferred | suspended
    clock: Clock
    told: datetime | None = None


class Warned(NamedTuple):
    """Which warnings a deadline has had (预警), and when the next is due."""

    clock: str
    due: datetime
    fired: tuple[str, ...] = ()
    next: datetime | None = None


class Timing(NamedTuple):
    """What else concerns the time of an order (计时事项).

    ``suspensions`` is the ledger its handling clocks are counted with: each has an end, the latest it can have while
    it lasts.  ``suspended`` is that end, until the clock is known to run again.
    """

    suspensions: tuple[Suspension, ...] = ()
    suspended: datetime | None = None
    statute: Statute | None = None
    contact: Contact | None = None
    duties: tuple[Duty, ...] = ()
    deferred: int = 0
    dispatch: Clock | None = None  # until the order is handed to a unit
    warned: Warned | None = None

    def running(self, open_: tuple[Assignment, ...], waits: bool) -> Iterator[tuple[str, Clock, str]]:
        """Yield the clocks kept here that run, as an order yields its own.

        Args:
            open_: the assignments still open.
            waits: the order waits to be dispatched.
        """
        if waits and self.dispatch is not None:
            yield DISPATCH, self.dispatch, ""
        contact = self.contact
        if contact is not None and contact.made is None and contact.clock is not None:
            for a in open_:
                if a.task.id == contact.assignment and a.replied is None:
                    yield a.task.id, contact.clock, a.task.unit
        holder = next((a.task.unit for a in reversed(open_) if a.task.role == "lead"), "")
        for duty in self.duties:
            if duty.told is None:
                yield TELL + duty.what, duty.clock, holder


NO_TIMING = Timing()
