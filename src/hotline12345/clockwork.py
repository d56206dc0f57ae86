"""Time passes (时钟): wake what time alone changes, settle what was provisional."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from .core.actor import SYSTEM
from .core.commands import Tick
from .core.errors import Conflict, HotlineError, StoreError
from .core.events import DeadlineMoved, FellOverdue
from .core.order import Order
from .heads import stamp
from .stores.port import UNREADABLE, Query
from .whole import heads

if TYPE_CHECKING:
    from .hotline import Hotline

PAGE = 1000


@frozen(weakref_slot=False)
class Ticked:
    """What a tick did (时钟结果)."""

    orders: int
    overdue: int
    moved: int


def tick(
    hotline: Hotline,
    now: datetime,
    ours: Callable[[str], bool] | None = None,
    *,
    settle: bool = True,
    known: bool = False,
) -> Ticked:
    """Look once at every order that *now* alone may change (推进时钟).

    Those are the orders whose wake-up has come, found by the store's timer, and those with a provisional
    deadline computed by a calendar that has since learnt more.

    Args:
        ours: asked of each number; the others are left to whom they are shared out to.
        settle: look for provisional deadlines, too; calendars do not learn while a process runs.
        known: go by the orders as *hotline* remembers them, and read only others: for who alone writes to them.

    Raises:
        StoreError: also where an order cannot be read, or its edition or calendar cannot say what time does to it, once
            the others have been looked at; ``facts["ticked"]`` says what came of them.
    """
    looked = overdue = moved = 0
    unreadable: StoreError | None = None
    for number, awake, order in _due(hotline, now, settle):
        if ours is not None and not ours(number):
            continue
        try:
            if not awake and not _unsettled(hotline, order or hotline.order(number)):
                continue
            late, shifted = _tick_one(hotline, number, now, known)
        except HotlineError as error:
            if isinstance(error, StoreError | Conflict) and error.code not in (*UNREADABLE, "stale"):
                raise
            if error.code != "stale":  # somebody else is at it all the time: whoever wakes it next ticks it
                unreadable = unreadable or _named(number, error)
            continue
        looked, overdue, moved = looked + 1, overdue + late, moved + shifted
    done = Ticked(looked, overdue, moved)
    if unreadable is not None:
        unreadable.facts["ticked"] = done
        raise unreadable
    return done


def _named(number: str, error: HotlineError) -> StoreError:
    return StoreError(
        f"工单 {number}：{error.zh}",
        f"order {number}: {error.en}",
        code=error.code,
        hint=error.hint_zh,
        hint_en=error.hint_en,
    )


def _due(hotline: Hotline, now: datetime, settle: bool) -> Iterator[tuple[str, bool, Order | None]]:
    """Yield each number once, and whether it is awake; an order that stays so is not looked at again.

    Else it is provisional: the order, or ``None`` where those that come with it cannot all be read together.
    """
    seen: set[str] = set()
    more = True
    while more:
        most = PAGE + len(seen)  # those seen may stay awake and come first again: ask for so many more
        numbers = hotline.store.awake(hotline.place, stamp(now), most)
        more = len(numbers) == most
        for number in numbers:
            if number not in seen:
                seen.add(number)
                yield number, True, None
    for digest in sorted({policy.calendar.digest for policy in hotline.pack.every} if settle else ()):
        for number, order in _provisional(hotline, Query(provisional=True, not_digest=digest)):
            if number not in seen:
                seen.add(number)
                yield number, False, order


def _provisional(hotline: Hotline, query: Query) -> Iterator[tuple[str, Order | None]]:
    last = ""
    try:
        for order in hotline.orders(query):
            last = order.number
            yield last, order
        return
    except StoreError as error:
        if error.code not in UNREADABLE:
            raise
    for head in heads(hotline.store, hotline.place, query, last):
        yield head.facts["order"][1] if isinstance(head, StoreError) else head.number, None


def _unsettled(hotline: Hotline, order: Order) -> bool:
    """Whether the calendar of the order's own edition has learnt more; another edition's is nothing to it."""
    known = hotline.policy_of(order).calendar.digest
    return any(clock.deadline.provisional and clock.deadline.digest != known for _, clock, _ in order.running())


def _tick_one(hotline: Hotline, number: str, now: datetime, known: bool) -> tuple[int, int]:
    before = hotline.order(number, known=known)
    if now < before.at:
        return 0, 0  # it has been touched since: whoever did that saw the same clock
    try:
        after = hotline.handle(number, Tick(SYSTEM), at=now)
    except HotlineError as error:
        if error.code == "time-runs-backward":
            return 0, 0  # the same, between our look and our write
        raise
    if after.version == before.version:
        return 0, 0
    events = hotline.history(number, before.version)
    late = sum(isinstance(event, FellOverdue) and event.rung == "overdue" for event in events)
    return late, sum(isinstance(event, DeadlineMoved) for event in events)
