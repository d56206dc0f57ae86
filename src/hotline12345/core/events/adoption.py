"""What is taken over from another system (接收在办工单)."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from attrs import frozen

from ..request import Kind, Urgency
from ..sla import Deadline
from ..status import Status
from .base import Event


class Taken(NamedTuple):
    """An assignment as it was taken over (接收的承办): what its clocks were and how far it had got."""

    id: str
    parent: str
    unit: str
    role: str
    opened: datetime
    designated: bool = False
    sign: Deadline | None = None
    handle: Deadline | None = None
    signed: datetime | None = None
    replied: datetime | None = None
    closed: datetime | None = None
    why: str = ""


@frozen(slots=False)
class Adopted(Event):
    """Adopted (接收在办工单): it ran in *system* as *number* and lives on here from where it was on *day*."""

    system: str
    number: str
    day: date
    status: Status
    kind: Kind
    category: str = ""
    area: str = ""
    urgency: Urgency = Urgency.NORMAL
    assignments: tuple[Taken, ...] = ()
    citizen: Deadline | None = None
    solved: bool | None = None
    sent_back: int = 0
    reopened: int = 0
    extended: int = 0
    urged: int = 0
