"""Workers (工作进程): any number of processes on one store share ticks and deliveries.

The work is cut into *jobs*: the orders in so many shards, and each destination.  A worker takes a job's lease when
there is something to do, does a bounded piece of it on a store that checks the lease in every write, and gives it
back.  Who stalls past a lease cannot write; who dies is replaced when the lease expires.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from .clockwork import tick
from .core.errors import Conflict, StoreError
from .delivery import Delivered, Destination, Turn, deliver, turn
from .delivery.feeding import read_on
from .delivery.parking import WHOLE, parking, pause_of
from .delivery.turns import SECONDS, leasing, owner_name, running
from .heads import stamp
from .hotline import Hotline
from .stores.port import UNREADABLE, Folding, Store

SHARDS = 4
"""Into how many jobs a hotline's ticks are cut (library default): as many workers can tick side by side."""

AWAKE = 1000
SETTLE_EVERY = 3600.0
"""How many seconds pass until provisional deadlines are looked for again (library default); at a start they are."""


class Worked(NamedTuple):
    """What was done (工作结果): orders looked at by ticks, what they changed, messages sent, leases lost to others.

    ``unreadable`` counts the jobs that met an order that cannot be read and went on without it.
    """

    orders: int = 0
    overdue: int = 0
    moved: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0
    lost: int = 0
    unreadable: int = 0

    def and_(self, other: Worked) -> Worked:
        """Return both together."""
        return Worked(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


Job = Callable[[Turn], Worked]


class Stopped(Exception):
    """Raised between two pieces of work when the worker is asked to stop (停止)."""


class Worker:
    """One worker (工作进程).

    Args:
        store: what is shared; it must lease.
        hotline_on: makes the hotline on a fenced store.
        destinations: where to deliver; () for ticks alone.
        now: returns the present instant, aware.
        stopping: says whether to come to an end; asked between two pieces of work.
        shards: into how many jobs ticks are cut; the same number in every worker.
        seconds: how long a lease is held without being renewed.
        running: this machine's seconds, by which leases are renewed in time.
        limit: how many records of the log one turn of a delivery passes at most.

    Raises:
        StoreError: ``no-leasing``.
    """

    def __init__(
        self,
        store: Store,
        hotline_on: Callable[[Store], Hotline],
        destinations: Sequence[Destination] = (),
        *,
        now: Callable[[], datetime],
        stopping: Callable[[], bool] = lambda: False,
        shards: int = SHARDS,
        seconds: float = SECONDS,
        running: Callable[[], float] = running,
        limit: int = 1000,
    ) -> None:
        leasing(store)
        self.store, self.hotline_on, self.destinations = store, hotline_on, tuple(destinations)
        self.now, self.stopping, self.shards, self.seconds, self.limit = now, stopping, shards, seconds, limit
        self.running = running
        self.owner = owner_name()
        self.place = hotline_on(store).place
        self.met: StoreError | None = None
        self._settled: dict[int, datetime] = {}
        self._first = int.from_bytes(blake2b(self.owner.encode(), digest_size=2).digest(), "big")

    def round(self) -> Worked:
        """Do a turn of every job that has something to do and that nobody else is at (一轮).

        An order that cannot be read holds up nothing else; the first such trouble of the round is ``self.met``.  At its
        end counts are added up, where the store notes them (:class:`~hotline12345.stores.Folding`).
        """
        done, self.met = Worked(), None
        jobs = [*self._ticks(), *self._deliveries()]
        # Each worker begins elsewhere, so that they do not all stand before the same door.
        start = self._first % max(len(jobs), 1)
        self._first += 1
        for name, act in jobs[start:] + jobs[:start]:
            if self.stopping():
                break
            done = done.and_(self._turn(name, act))
        if isinstance(self.store, Folding) and not self.stopping():
            self.store.fold()  # under no lease of ours, and for no other writer to wait for
        return done

    def _turn(self, name: str, act: Job) -> Worked:
        try:
            with turn(self.store, name, self.owner, self.seconds, self.running) as mine:
                return act(mine) if mine is not None else Worked()
        except Stopped:
            return Worked()
        except Conflict as conflict:
            if conflict.code != "lease-lost":
                raise
            return Worked(lost=1)
        except StoreError as error:
            if error.code not in UNREADABLE:
                raise
            self.met = self.met or error
            return Worked(unreadable=1)

    def _hold(self, mine: Turn) -> Callable[[], None]:
        def hold() -> None:
            if self.stopping():
                raise Stopped
            mine.hold()

        return hold

    # ── ticks ──

    def _ticks(self) -> Iterator[tuple[str, Job]]:
        now = self.now()
        awake = self.store.awake(self.place, stamp(now), AWAKE)
        there = {shard_of(number, self.shards) for number in awake}
        for shard in range(self.shards):
            last = self._settled.get(shard)
            settle = last is None or (now - last).total_seconds() >= SETTLE_EVERY
            if settle or shard in there or len(awake) == AWAKE:
                yield f"tick:{self.place}:{shard}/{self.shards}", partial(self._tick, shard, settle)

    def _tick(self, shard: int, settle: bool, mine: Turn) -> Worked:
        hold = self._hold(mine)

        def ours(number: str) -> bool:
            if shard_of(number, self.shards) != shard:
                return False
            hold()
            return True

        now = self.now()
        unreadable = 0
        try:
            ticked = tick(self.hotline_on(mine.store), now, ours, settle=settle)
        except StoreError as error:
            if "ticked" not in error.facts:
                raise
            self.met, ticked, unreadable = self.met or error, error.facts["ticked"], 1
        if settle:
            self._settled[shard] = now
        return Worked(ticked.orders, ticked.overdue, ticked.moved, unreadable=unreadable)

    # ── deliveries ──

    def _deliveries(self) -> Iterator[tuple[str, Job]]:
        for to in self.destinations:
            if has_work(self.store, to, self.now()):
                yield to.reader, partial(self._deliver, to)

    def _deliver(self, to: Destination, mine: Turn) -> Worked:
        publisher = to.open()
        try:
            told: Delivered = deliver(mine.store, to, publisher, self.now, limit=self.limit, hold=self._hold(mine))
        finally:
            publisher.close()
        return Worked(sent=told.sent, failed=told.failed, dead=told.dead)


def shard_of(number: str, shards: int) -> int:
    """Return which of the *shards* the order *number* is in (分片), the same in every process."""
    return int.from_bytes(blake2b(number.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") % shards


def has_work(store: Store, to: Destination, now: datetime) -> bool:
    """Whether there is anything to deliver to *to* now (有无待投); reads only."""
    pause = pause_of(store, to.reader)
    if pause is not None and pause.retry > stamp(now):
        return False
    if read_on(store, store.cursor(to.reader), 1, to.wanted.place or None):
        return True
    due = parking(store).parked(to.reader, due=stamp(now), limit=2)
    return any((parked.place, parked.number) != WHOLE for parked in due)
