"""How it ends (终结事件)."""

from __future__ import annotations

from attrs import frozen

from ..refs import Ref
from .base import Event


@frozen(slots=False)
class Withdrawn(Event):
    """Withdrawn (撤诉) by the requester."""

    reason: str = ""
    private: Ref | None = None


@frozen(slots=False)
class Terminated(Event):
    """Terminated (终止办理), approved by the centre."""

    reason: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class TerminationAsked(Event):
    """Termination asked (申请终止办理) by the unit that leads, in writing."""

    assignment: str
    reason: str
    basis: str = ""
    private: Ref | None = None


@frozen(slots=False)
class TerminationRefused(Event):
    """Termination refused (不予终止): the unit goes on."""

    reason: str
    private: Ref | None = None


@frozen(slots=False)
class Voided(Event):
    """Voided (作废): it should never have been an order."""

    reason: str


@frozen(slots=False)
class Closed(Event):
    """Closed (办结)."""

    reason: str = ""


@frozen(slots=False)
class Archived(Event):
    """Archived (归档); nothing changes any more."""
