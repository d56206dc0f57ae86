"""What events point at (引用): private records, other orders, classification hits, findings."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Ref(NamedTuple):
    """A reference to a private record (隐私记录引用): its *id* within the order and a salted *digest*."""

    id: str
    digest: str


class Origin(NamedTuple):
    """The order of another hotline this one continues (来源工单)."""

    place: str
    number: str


class HitRef(NamedTuple):
    """A classification hit as an event keeps it (命中): rule and position, never the citizen's words."""

    rule: str
    field: str
    start: int
    end: int
    negated: bool = False


class Form(NamedTuple):
    """The codes of the handling form (办理表) as an event keeps them; its words lie with the private records."""

    contacted: bool | None = None
    contacted_at: datetime | None = None
    not_contacted: str = ""
    visited: bool | None = None
    fact: str = ""  # true | partly | untrue
    claim: str = ""  # reasonable | unreasonable
    result: str = ""  # solved | explained
    basis: str = ""


class Finding(NamedTuple):
    """Something noticed that a person may act on (提示): a *code*, a *target* and the *basis*."""

    code: str
    target: str = ""
    basis: str = ""
