"""How an order is handed over (流转规定): whose clock goes on, who may not have it, when it becomes a problem."""

from __future__ import annotations

from attrs import field, frozen

from ..sla import TimeLimit
from .rules import DEFAULT_BASIS

HOPS = ("transfer", "send_back", "adjudication", "assist", "downward", "reopening")
"""The ways from one unit to the next (流转环节); the citizen's clock goes on over each of them."""

CARRIES = ("restart", "continue", "remaining")
"""What the handling clock does on the way: begins anew, keeps its due time, or keeps the days that were left."""


@frozen(weakref_slot=False)
class Hops:
    """What the unit's handling clock does at each hop (流转计时): one of :data:`CARRIES`.

    ``remaining`` leaves out the time in which no unit had the order; a part of a day that was left counts as a day.
    """

    transfer: str = "restart"  # recalled and dispatched to another
    send_back: str = "restart"  # sent back, upheld, and dispatched anew
    adjudication: str = "restart"  # reassigned or designated in a dispute
    assist: str = "restart"  # asked to assist later on
    downward: str = "restart"
    reopening: str = "restart"
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class AssistRule:
    """Assistants (协办规定): limits of their own (None: those of the lead), and the duty to report in stages.

    ``report_when_late``: a lead that is late must have made a stage report before it may reply (北京条例 art. 14).
    """

    limit: TimeLimit | None = None
    sign: TimeLimit | None = None
    report_when_late: bool = False
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ProblemRule:
    """When an order becomes a problem order (问题工单): *refused* by so many units, or unsolved after *redone* redos.

    ``to`` is the unit that sees to it from above; ``territory`` is the government of the area it lies in.
    """

    refused: int | None = None
    redone: int | None = None
    to: str = "territory"
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class GrassrootsRule:
    """The guard of the grassroots (不得向基层转嫁): a department's duty is not handed to a town or subdistrict.

    Args:
        guard: whether it is kept at all; a named reason sets it aside for one order.
        by_catalogue: what a department leads by the dispatch catalogue is its duty.
        categories: beginnings of categories that are a department's duty, whatever the catalogue says.
    """

    guard: bool = False
    by_catalogue: bool = True
    categories: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class Dispatching:
    """How an order is handed over (流转规定), rule by rule."""

    hops: Hops = field(factory=Hops)
    assist: AssistRule = field(factory=AssistRule)
    problem: ProblemRule = field(factory=ProblemRule)
    grassroots: GrassrootsRule = field(factory=GrassrootsRule)
