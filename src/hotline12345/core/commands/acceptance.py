"""How a request is taken in beside the common way (受理命令)."""

from __future__ import annotations

from attrs import field, frozen

from .base import PRIVATE, Command, short_code
from .intake import Similar


@frozen(slots=False)
class Offer(Command):
    """Offer (移交协商) to an emergency number; undecided, whoever received it *first* (here | there) accepts it."""

    to: str = "110"
    outcome: str = field(default="undecided", validator=short_code)  # taken | declined | undecided
    first: str = field(default="here", validator=short_code)  # here | there
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Curb(Command):
    """Curb (扰线处置) disruption by the requester: a step of the place's rules, or the one that is due."""

    step: str = field(default="", validator=short_code)
    reason: str = field(default="malicious", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)
    earlier_steps: tuple[str, ...] = ()


@frozen(slots=False)
class Entrust(Command):
    """Entrust (指定专人) a person, by an opaque id, with following the order up and urging it."""

    person: str = ""
    reason: str = field(default="", validator=short_code)


@frozen(slots=False)
class Join(Command):
    """Join (并入) other orders to this one; the hotline does so when they merge into it."""

    numbers: tuple[str, ...] = ()


@frozen(slots=False)
class Cease(Command):
    """Cease (停止办理) an unreasonable repeat of the *earlier* order, with a written note to the hotline."""

    earlier: str = ""
    note: str = field(default="", metadata=PRIVATE)
    similar: tuple[Similar, ...] = ()


@frozen(slots=False)
class Clear(Command):
    """Clear (公开审查) the public reply for going out, or send it back with a reason."""

    passed: bool = True
    reason: str = field(default="", validator=short_code)
    note: str = field(default="", metadata=PRIVATE)
