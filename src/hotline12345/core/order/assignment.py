"""One unit's part (承办): a desk with its own clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ..sla import Deadline, Stage


class Clock(NamedTuple):
    """A limit that runs (时钟): its deadline as recorded, and what has been fired.

    Whether it still runs is said by what it times — an assignment signed, replied or closed, an order
    ended — so that stopping a clock writes nothing twice.
    """

    stage: Stage
    deadline: Deadline
    fired: tuple[str, ...] = ()
    next: datetime | None = None  # the next rung of the ladder, computed when the last one fired

    @property
    def wake(self) -> datetime | None:
        """The next instant at which time alone changes something here, while it runs."""
        return self.next if self.fired else self.deadline.at


class Task(NamedTuple):
    """What was handed to whom (派单内容): the part of an assignment that never changes."""

    id: str
    parent: str
    unit: str
    role: str  # lead | assist | copy
    opened: datetime
    designated: bool = False


class Assignment(NamedTuple):
    """One unit's part (承办): a node of the tree that dispatching grows (流转轨迹)."""

    task: Task
    sign: Clock | None = None
    handle: Clock | None = None
    signed: datetime | None = None
    replied: datetime | None = None
    closed: datetime | None = None
    why: str = ""  # why it closed: sent-back | recalled | replied | merged | …

    @property
    def id(self) -> str:
        """``A1``, ``A2`` … in the order of opening."""
        return self.task.id

    @property
    def parent(self) -> str:
        """The assignment it was handed down from; "" when it came from the centre."""
        return self.task.parent

    @property
    def unit(self) -> str:
        """The unit that has it."""
        return self.task.unit

    @property
    def role(self) -> str:
        """``lead`` (主办), ``assist`` (协办) or ``copy`` (抄送)."""
        return self.task.role

    @property
    def opened(self) -> datetime:
        """When it was handed over."""
        return self.task.opened

    @property
    def designated(self) -> bool:
        """Whether the unit was designated and may not send it back."""
        return self.task.designated

    def running(self) -> Iterator[Clock]:
        """Yield the clocks that run: signing until signed, handling until replied, none once closed."""
        if self.closed is None:
            if self.sign is not None and self.signed is None:
                yield self.sign
            if self.handle is not None and self.replied is None:
                yield self.handle
