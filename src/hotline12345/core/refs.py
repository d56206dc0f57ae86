"""What events point at (引用): private records, other orders, classification hits, a classifier's answer, findings."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .request import Kind, Urgency


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


class Judged(NamedTuple):
    """What a classifier from outside answered (外部归类), and who that was; none of the citizen's words.

    ``trust`` is what its answer was good for (note | fill | lead, see ``decide.judging``), ``failed`` the code of why
    there is no answer, ``evidence`` (title | text, start, end).
    """

    by: str
    version: str
    trust: str = "fill"
    category: str = ""
    kind: Kind | None = None
    urgency: Urgency | None = None
    confidence: float = 0.0
    needs_person: bool = True
    failed: str = ""
    scores: tuple[tuple[str, float], ...] = ()
    evidence: tuple[tuple[str, int, int], ...] = ()


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
