"""What could not be delivered (暂停投递与死信): when it is tried again, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from math import inf
from typing import NamedTuple

from ..core.errors import RequestError, StoreError
from ..heads import stamp
from ..stores.port import Fed, Parked, Parking, Store
from .feeding import Broken, read_on

WHOLE = ("*", "*")
"""The order under which it is kept that a whole destination waits (整个目的地暂停): no place is called so."""

LONGEST_WISH = 86_400.0
"""How long a receiver's Retry-After is heeded at most, in seconds (library default)."""


class Retry(NamedTuple):
    """When a failure is tried again (重试). Every figure is a library default.

    Args:
        first: seconds after the first failure; each further wait is twice the one before.
        longest: no wait is longer.
        attempts: how often one message is tried before it is a dead letter; with these waits, some three days.
        pause_after: after so many failures in a row the whole destination waits, and the log waits with it.
        refused_after: the same after so many messages refused for good in a row: one bad order is its own affair, and
            a receiver that refuses everything would make a dead letter of every order.
    """

    first: float = 5.0
    longest: float = 3600.0
    attempts: int = 100
    pause_after: int = 5
    refused_after: int = 20


def wait(retry: Retry, attempts: int, name: str, after: float | None = None) -> timedelta:
    """Return how long to wait after the *attempts*-th failure of what is called *name* (退避).

    Between half of the doubled wait and all of it: what failed together does not come back together.  The part is
    drawn from the name and the attempt, so that the same history waits the same everywhere.  *after* is what the
    receiver asked for; it is heeded when it is longer, up to a day.
    """
    longest = retry.first * 2.0 ** min(attempts - 1, 60)
    drawn = int.from_bytes(
        blake2b(f"{name}\n{attempts}".encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big"
    )
    backoff = min(longest, retry.longest) * (0.5 + drawn / 2**33)
    return timedelta(seconds=max(backoff, min(after or 0.0, LONGEST_WISH)))


def parking(store: Store) -> Parking:
    """Return *store* as one that remembers what was parked.

    Raises:
        StoreError: ``no-parking`` when it cannot.
    """
    if not isinstance(store, Parking):
        raise StoreError(
            f"这种存储（{type(store).__name__}）记不住未投递的内容",
            f"this store ({type(store).__name__}) cannot remember what was not delivered",
            code="no-parking",
            hint="用自带的存储，或请该存储实现 Parking 协议",
            hint_en="use a store that comes along, or have that store implement Parking",
        )
    return store


def waiting(store: Store, reader: str, *, dead: bool | None = None) -> Iterator[Parked]:
    """Yield what is parked for *reader* (待投递), order by order; not the pause of the whole destination."""
    kept, after = parking(store), ("", "")
    while page := kept.parked(reader, dead=dead, after=after, limit=1000):
        yield from (parked for parked in page if (parked.place, parked.number) != WHOLE)
        after = page[-1].place, page[-1].number


def pause_of(store: Store, reader: str) -> Parked | None:
    """Return until when the whole destination waits (整体暂停), or ``None``."""
    row = parking(store).parked(reader, after=(WHOLE[0], ""), limit=1)
    return row[0] if row and (row[0].place, row[0].number) == WHOLE else None


def dead(store: Store, reader: str) -> Iterator[Parked]:
    """Yield the dead letters of *reader* (死信): what is not tried again by itself."""
    return waiting(store, reader, dead=True)


def resend(store: Store, reader: str, now: datetime, place: str = "", number: str = "") -> int:
    """Have dead letters tried again from *now* on (重发): those of one order, or all of them; return how many.

    An order that waits for its next attempt is tried at once, too, when it is named.

    Raises:
        RequestError: ``not-parked`` when the order named does not wait.
    """
    found = [_parked(store, reader, place, number)] if number else list(dead(store, reader))
    again = [parked._replace(attempts=0, retry=stamp(now)) for parked in found]
    parking(store).park(reader, 0, again, (WHOLE,))
    return len(again)


def skip(store: Store, reader: str, now: datetime, place: str, number: str, *, whole: bool = False) -> Parked:
    """Leave out the message an order waits with (跳过) and go on behind it; return what was parked.

    Args:
        whole: leave out everything of the order that waits now; what happens later is sent again.

    Raises:
        RequestError: ``not-parked`` when the order does not wait.
    """
    parked = _parked(store, reader, place, number)
    if whole:
        parking(store).park(reader, 0, (), ((place, number),))
    else:
        on = parked._replace(position=parked.position + 1, attempts=0, retry=stamp(now), error="")
        parking(store).park(reader, 0, (on,))
    return parked


def _parked(store: Store, reader: str, place: str, number: str) -> Parked:
    for parked in waiting(store, reader):
        if (parked.place, parked.number) == (place, number):
            return parked
    which = f"{place}/{number}" if place else number
    raise RequestError(
        f"工单 {which} 没有待投递的内容",
        f"nothing of order {which} waits for delivery",
        code="not-parked",
        hint="用 deliver dead --waiting 查看哪些在等、为什么",
        hint_en="deliver dead --waiting lists what waits, and why",
    )


def _last(store: Store, parked: Parked) -> float:
    """Return the version an order is at, where reading on may end; where its head is lost or damaged, nowhere."""
    try:
        head = store.head(parked.place, parked.number)
    except StoreError as error:
        if error.code != "broken-head":
            raise
        head = None
    return head.version if head is not None else inf


def behind(store: Store, parked: Parked, upto: int) -> Iterator[Fed | Broken]:
    """Yield the records of a parked order from its position to *upto* (暂停工单的后续记录), as the feed has them."""
    last = _last(store, parked)
    after, limit = parked.position - 1, 1
    while page := read_on(store, after, limit, parked.place):
        for fed in page:
            if fed.position > upto:
                return
            record = fed if isinstance(fed, Broken) else fed.record
            if record.number == parked.number:
                yield fed
                if record.version >= last:
                    return
        after, limit = page[-1].position, 1000
