"""The deadlines of an order, counted day by day (期限说明)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from ..core.events import DeadlineMoved, Event
from ..core.order import Clock, Order
from ..core.policy import Policy
from ..core.sla import Deadline, Explanation, Stage
from ..core.sla.deadlines import Counted


@frozen(weakref_slot=False)
class DeadlineTold:
    """One deadline (期限), how it is counted, and what moved it.

    Args:
        clock: ``citizen``, a stage, or an assignment id.
        stage: what it times.
        unit: whose it is; "" for the centre's.
        running: whether it still runs.
        deadline: as on record, which is what holds.
        counted: the count from ``deadline.start``, day by day; empty where it was not counted from a limit.
        recount: where that count ends elsewhere, or knows more or less, than the record: under another calendar.
        moves: what moved it, oldest first.
    """

    clock: str
    stage: Stage
    unit: str
    running: bool
    deadline: Deadline
    counted: tuple[Counted, ...]
    recount: Deadline | None
    moves: tuple[DeadlineMoved, ...]


def deadlines_told(policy: Policy, order: Order, log: Sequence[Event] = ()) -> tuple[DeadlineTold, ...]:
    """Tell every clock that the order has or had (逐日说明期限)."""
    running = {(name, clock.stage) for name, clock, _ in order.running()}
    told = []
    for name, clock, unit in _clocks(order):
        kept = clock.deadline
        counted = _count(policy, order, clock)
        again = counted.deadline if counted is not None else kept
        same = (again.at, again.provisional) == (kept.at, kept.provisional)
        moves = tuple(e for e in log if isinstance(e, DeadlineMoved) and (e.clock, e.stage) == (name, clock.stage))
        told.append(
            DeadlineTold(
                name,
                clock.stage,
                unit,
                (name, clock.stage) in running,
                kept,
                counted.counted if counted is not None else (),
                None if same else again,
                moves,
            )
        )
    return tuple(told)


def _clocks(order: Order) -> Iterator[tuple[str, Clock, str]]:
    """Yield every clock once: the citizen's, those of the assignments, and whatever else runs."""
    seen: set[tuple[str, Stage]] = set()
    for name, clock, unit in (*_kept(order), *order.running()):
        if (name, clock.stage) not in seen:
            seen.add((name, clock.stage))
            yield name, clock, unit


def _kept(order: Order) -> Iterator[tuple[str, Clock, str]]:
    if order.clocks.citizen is not None:
        yield "citizen", order.clocks.citizen, ""
    if order.clocks.stage is not None:
        yield order.clocks.stage.stage.value, order.clocks.stage, ""
    for one in order.assignments:
        for clock in (one.sign, one.handle):
            if clock is not None:
                yield one.id, clock, one.unit


def _count(policy: Policy, order: Order, clock: Clock) -> Explanation | None:
    """Count the limit on record again, extensions and suspensions included."""
    if clock.deadline.limit is None:
        return None
    ledger = order.clocks.timing.suspensions if clock.stage is Stage.HANDLE else ()
    return policy.explain_recount(clock.deadline, ledger)
