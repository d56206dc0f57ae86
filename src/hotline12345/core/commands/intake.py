"""Before a unit has the order (收件与受理命令)."""

from __future__ import annotations

from typing import NamedTuple

from attrs import field, frozen

from ..refs import Judged, Origin
from ..request import Kind, Request, Urgency
from ..sla import Deadline
from .base import PRIVATE, Command, short_code


@frozen(slots=False)
class Receive(Command):
    """Receive (收件) *request* as the order *number* of *place*."""

    request: Request
    place: str
    number: str
    origin: Origin | None = None
    citizen: Deadline | None = None


class Similar(NamedTuple):
    """Another order that looks like this one (相似工单), gathered by the Hotline."""

    number: str
    same_requester: bool
    open: bool
    same: bool = False  # the same matter, by the place's rule, in progress or lawfully closed
    lawful: bool = False  # handled and closed
    category: str = ""


@frozen(slots=False)
class Accept(Command):
    """Accept (受理): classify and test the scope; ``disposition="handle"`` only notes what it would have done."""

    kind: Kind | None = None
    category: str = ""
    area: str = ""
    urgency: Urgency | None = None
    disposition: str = field(default="auto", validator=short_code)  # auto | handle
    title: str = field(default="", metadata=PRIVATE)
    text: str = field(default="", metadata=PRIVATE)
    similar: tuple[Similar, ...] = ()
    lacks: tuple[str, ...] = ()
    new_fact: bool = False
    conduct: str = ""
    judged: Judged | None = None


@frozen(slots=False)
class Answer(Command):
    """Answer at once (直接答复)."""

    text: str = field(default="", metadata=PRIVATE)
    how: str = field(default="knowledge", validator=short_code)
    source: str = ""


@frozen(slots=False)
class Connect(Command):
    """Connect (转接): a window, an expert seat or a three-party call; *answered* ends it with an answer."""

    how: str = field(default="window", validator=short_code)
    to: str = ""
    answered: bool = False
    text: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Refer(Command):
    """Refer (转出): to an emergency number, a legal route, the petition office or another channel."""

    route: str = field(default="channel", validator=short_code)
    to: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Decline(Command):
    """Decline (不予受理) with a reason code, and say which route is open."""

    reason: str = field(default="", validator=short_code)
    told: str = ""
    basis: str = ""
    note: str = field(default="", metadata=PRIVATE)


@frozen(slots=False)
class Merge(Command):
    """Merge (并单) into the order *into*."""

    into: str = ""
    reason: str = field(default="same-matter", validator=short_code)


@frozen(slots=False)
class Supplement(Command):
    """Supplement (补充): new facts or material; a *new_fact* that a person confirms may reopen what has ended."""

    text: str = field(default="", metadata=PRIVATE)
    facts: tuple[str, ...] = ()
    new_fact: bool = False
