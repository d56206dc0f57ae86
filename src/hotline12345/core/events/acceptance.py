"""How a request was taken in beside the common way (受理事件)."""

from __future__ import annotations

from attrs import frozen

from ..refs import Ref
from ..sla import Deadline
from .base import Event


@frozen(slots=False)
class SupplementAsked(Event):
    """More was asked of the requester (待补充): what *lacks* of the record, and until when."""

    lacks: tuple[str, ...] = ()
    until: Deadline | None = None
    basis: str = ""


@frozen(slots=False)
class Offered(Event):
    """Offered (移交协商) to an emergency number: taken, declined or undecided, and who received it first."""

    to: str
    outcome: str
    first: str = ""
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Curbed(Event):
    """Curbed (扰线处置): the *step* taken at the *count*-th incident of this requester, whom nothing here names."""

    step: str
    count: int = 1
    reason: str = ""
    basis: str = ""
    to: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Entrusted(Event):
    """Entrusted (指定专人): *person*, an opaque id, follows the order up and urges it."""

    person: str
    reason: str = ""
    basis: str = ""


@frozen(slots=False)
class Joined(Event):
    """Joined (并入): the orders *numbers* merged into this one; their requesters are called back with its own."""

    numbers: tuple[str, ...] = ()


@frozen(slots=False)
class Ceased(Event):
    """Ceased (停止办理): an unreasonable repeat of the *earlier* order, noted in writing."""

    earlier: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Cleared(Event):
    """Cleared (公开审查): the public reply *reply* may go out, or may not."""

    passed: bool
    reply: str = ""
    reason: str = ""
    basis: str = ""
    private: Ref | None = None
