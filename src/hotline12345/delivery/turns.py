"""Taking turns (轮流): one process at a time does a piece of work, under a lease that fences its writes.

A process that stalls — swapped out, suspended, cut off — may wake up after its lease has passed to another.  It cannot
write any more: its store checks the lease in the very transaction.  Before each message it looks whether the lease is
still its own, so that at most the message it was busy with goes out twice, under the same id.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple

from ..core.errors import Conflict, StoreError
from ..stores.port import Leasing, Store

SECONDS = 60.0
"""How long a lease is held without being renewed (library default): longer than one message may take."""

_SERIAL = count(1)


def running() -> float:
    """Return seconds that also pass while this process, or the whole machine, is suspended (单调时钟)."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Turn(NamedTuple):
    """The right to work (轮次): *store* writes only while the lease is held; ``hold()`` renews it in time.

    ``hold`` raises ``Conflict`` ``lease-lost`` when it is somebody else's.
    """

    store: Store
    hold: Callable[[], None]


def owner_name() -> str:
    """Return a name for a worker (工作进程名) that no other has: machine, process, and a count within it."""
    return f"{platform.node()}:{os.getpid()}:{next(_SERIAL)}:{os.urandom(4).hex()}"


def leasing(store: Store) -> Leasing:
    """Return *store* as one that leases.

    Raises:
        StoreError: ``no-leasing`` when it cannot.
    """
    if not isinstance(store, Leasing):
        raise StoreError(
            f"这种存储（{type(store).__name__}）不支持租约，多个进程无法分担工作",
            f"this store ({type(store).__name__}) has no leases: processes cannot share work on it",
            code="no-leasing",
            hint="用自带的存储；或只运行一个进程：hotline12345 tick 与 hotline12345 deliver run",
            hint_en="use a store that comes along; or run one process: hotline12345 tick and hotline12345 deliver run",
        )
    return store


@contextmanager
def turn(
    store: Store, name: str, owner: str, seconds: float = SECONDS, clock: Callable[[], float] = running
) -> Iterator[Turn | None]:
    """Take the lease *name*, or yield ``None`` when somebody else has it; given back at the end (取得轮次).

    Raises:
        StoreError: ``no-leasing``.
    """
    leases = leasing(store)
    asked = clock()
    got = leases.lease([name], owner, seconds)
    if not got:
        yield None
        return
    kept = [(asked, got[0])]

    def hold() -> None:
        since, lease = kept[0]
        # Counted from before it was asked for: if anything we believe it ends earlier than it does.
        at = clock()
        if at - since > seconds / 3:
            kept[0] = at, leases.renew(lease, seconds)

    try:
        yield Turn(leases.fenced(got[0]), hold)
    finally:
        leases.release(kept[0][1])


def busy(name: str) -> Conflict:
    """Return the refusal of who wants to do what another process is doing (正在投递)."""
    return Conflict(
        f"另一个进程正在处理「{name}」",
        f"another process is working on {name!r}",
        code="destination-busy",
        hint="稍候再试；若它已停住，租约到期后即可",
        hint_en="try again in a moment; should it have stalled, its lease will expire",
        name=name,
    )
