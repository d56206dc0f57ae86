"""Climbing the ladder (督办升级): which rung is due when, each once for its clock or its trigger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..actor import Actor
from ..calendar import CST
from ..events import Event, FellOverdue, Flagged, Supervised
from ..order import Clock, Ground, Order
from ..policy import Policy, Rung
from ..policy.ladder import OVERDUE
from ..refs import Ref
from ..sla import Deadline, Unit

_INSTANT = timedelta(microseconds=1)
_DAYS = frozenset({Unit.DAYS, Unit.WORKING_DAYS})
AFTER_RUNG = "rung."
"""What the trigger of a rung is called that another rung, set in motion by a person, starts."""

Timed = list[tuple[Rung, datetime]]


def missed(
    policy: Policy, name: str, clock: Clock, unit: str, at: datetime, by: Actor, *, reported: bool = False
) -> list[Event]:
    """Return what a clock that has run out demands by *at*: that it fell overdue, and the rungs that are due.

    A rung that spares who has *reported* is passed all the same, so that it is neither asked for again nor made up for.
    """
    due = clock.deadline.at
    if due is None or at < due:
        return []
    timed = _of_clock(policy, name, clock, due)
    events: list[Event] = []
    fired = set(clock.fired)
    if OVERDUE not in fired:
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, OVERDUE, _next(timed, fired)))
    for rung, instant in timed:
        if rung.code in fired or instant > at:
            continue
        fired.add(rung.code)
        events.append(FellOverdue(at, by, name, clock.stage, unit, due, rung.code, _next(timed, fired)))
        if not (reported and rung.unless_reported):
            events.append(_supervised(rung, unit, at, by, OVERDUE, clock=name, due=due))
    return events


def next_rung(policy: Policy, name: str, clock: Clock, moved: Deadline, at: datetime) -> datetime | None:
    """Return when the ladder is climbed on after a missed deadline has moved; ``None`` where it is told anew."""
    if not clock.fired or moved.at is None or moved.at > at:
        return None
    return _next(_of_clock(policy, name, clock, moved.at), set(clock.fired))


def climbed(policy: Policy, ground: Ground, unit: str, at: datetime, by: Actor) -> list[Event]:
    """Return the rungs that a trigger established earlier demands by *at*."""
    timed = _of_ground(policy, ground.trigger, ground.since)
    events: list[Event] = []
    fired = set(ground.fired)
    for rung, instant in timed:
        if rung.code not in fired and instant <= at:
            fired.add(rung.code)
            onward = _next(timed, fired)
            events.append(_supervised(rung, unit, at, by, ground.trigger, due=ground.since, onward=onward))
    return events


def flagged(
    policy: Policy,
    order: Order,
    by: Actor,
    at: datetime,
    trigger: str,
    count: int = 1,
    reason: str = "",
    ref: Ref | None = None,
) -> list[Event]:
    """Return that *trigger* holds for the *count*-th time, and what fires with it; nothing where it is known already.

    Counts rise by themselves, so a trigger of which the ladder says nothing is told only by whoever establishes it.
    """
    keys = sorted({(rung.count, rung.key) for rung in policy.ladder if rung.trigger == trigger and rung.count <= count})
    known = {ground.trigger for ground in order.counts.grounds}
    unit = order.answerable
    events: list[Event] = []
    for _, key in keys:
        if key in known:
            continue
        timed = _of_ground(policy, key, at)
        events.append(Flagged(at, by, key, unit, count, reason, _next(timed, set()), ref))
        events += climbed(policy, Ground(key, at), unit, at, by)
    return events


def by_hand(policy: Policy, order: Order, rung: Rung, at: datetime, by: Actor, ref: Ref | None) -> Supervised:
    """Return that a person set *rung* in motion; the rungs that count from it start to run, the first time."""
    key, unit = AFTER_RUNG + rung.code, order.answerable
    known = any(ground.trigger == key for ground in order.counts.grounds)
    # What has a time of its own keeps it: set in motion early, it makes nobody late, and nothing follows from that.
    onward = None if known or not rung.by_hand else _next(_of_ground(policy, key, at), set())
    return _supervised(rung, unit, at, by, key if onward is not None else "", onward=onward, ref=ref)


def _supervised(
    rung: Rung,
    unit: str,
    at: datetime,
    by: Actor,
    trigger: str,
    *,
    clock: str = "",
    due: datetime | None = None,
    onward: datetime | None = None,
    ref: Ref | None = None,
) -> Supervised:
    paper = rung.paper.code if rung.paper is not None else ""
    return Supervised(at, by, rung.code, unit, rung.basis, ref, trigger, clock, due, paper, rung.owner, onward)


def _of_clock(policy: Policy, name: str, clock: Clock, due: datetime) -> Timed:
    """Return the rungs that a missed deadline climbs and when, counted from the last day still in time."""
    if name == "citizen":  # the citizen's clock says that the place is late, not who is
        return []
    rungs = [
        rung for rung in policy.ladder if rung.trigger == OVERDUE and rung.stage is clock.stage and rung.before is None
    ]
    return _timed(policy, rungs, due, due - _INSTANT)


def _of_ground(policy: Policy, key: str, since: datetime) -> Timed:
    if not key.startswith(AFTER_RUNG):
        return _timed(policy, [rung for rung in policy.ladder if rung.key == key], since, since)
    code = key.removeprefix(AFTER_RUNG)
    below = next((rung for rung in policy.ladder if rung.code == code), None)
    if below is None or below.before is not None:
        return []
    same = [
        rung for rung in policy.ladder if (rung.key, rung.stage) == (below.key, below.stage) and rung.before is None
    ]
    after: list[Rung] = []
    for rung in same[same.index(below) + 1 :]:
        if rung.since != "rung" or rung.by_hand:
            break
        after.append(rung)
    return _timed(policy, after, since, since, chained=True)


def _timed(policy: Policy, rungs: Iterable[Rung], start: datetime, base: datetime, *, chained: bool = False) -> Timed:
    """Return when each of *rungs* is due, in the order of time.

    Args:
        start: when the trigger held.
        base: where limits count from; a missed deadline counts from the last instant still in time.
        chained: *start* is when the rung before was set in motion.
    """
    found: Timed = []
    before = (start, base) if chained else None
    for rung in rungs:
        begin = before if rung.since == "rung" else (start, base)
        before = None
        if rung.by_hand or begin is None:
            continue  # and what counts from it waits for a person
        instant, onward = begin if rung.after is None else _end(policy, rung, *begin)
        found.append((rung, instant))
        before = instant, onward
    return sorted(found, key=lambda one: one[1])


def _end(policy: Policy, rung: Rung, start: datetime, base: datetime) -> tuple[datetime, datetime]:
    """Return when a rung fires, and where a rung that counts from it begins."""
    assert rung.after is not None
    exact = rung.after.unit in (Unit.MINUTES, Unit.HOURS)
    end = policy.after(rung.after, start if exact else base, rung.basis)
    if rung.on_day and end.due_day is not None and rung.after.unit in _DAYS:
        day = datetime(end.due_day.year, end.due_day.month, end.due_day.day, tzinfo=CST)
        instant = max(day, start)
        return instant, instant
    instant = end.at or start
    return instant, instant - _INSTANT


def _next(timed: Timed, fired: set[str]) -> datetime | None:
    return next((instant for rung, instant in timed if rung.code not in fired), None)
