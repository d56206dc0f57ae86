"""Leases in memory (内存租约): for workers that are threads of one process, and for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from . import _rules as rules
from .port import Lease


class Leases:
    """Who may do what until when (租约簿); the store's lock is held by who calls."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._held: dict[str, tuple[str, int, float]] = {}  # name -> owner ("" once given back), token, until

    def take(self, names: Sequence[str], owner: str, seconds: float, limit: int) -> list[Lease]:
        """Take up to *limit* of *names* that are free, expired or *owner*'s own."""
        now = self._clock()
        taken: list[Lease] = []
        for name in names:
            if len(taken) >= limit:
                break
            holder, token, until = self._held.get(name, ("", 0, 0.0))
            free = not holder or until <= now
            if free or holder == owner:
                taken.append(self._hold(name, owner, token + free, now + seconds))
        return taken

    def _hold(self, name: str, owner: str, token: int, until: float) -> Lease:
        self._held[name] = (owner, token, until)
        stamp = datetime.fromtimestamp(until, UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        return Lease(name, owner, token, stamp)

    def hold(self, lease: Lease) -> None:
        """Raise ``lease-lost`` unless *lease* is held now."""
        owner, token, until = self._held.get(lease.name, ("", 0, 0.0))
        if (owner, token) != (lease.owner, lease.token) or until <= self._clock():
            raise rules.lease_lost(lease)

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """Hold *lease* for *seconds* from now."""
        self.hold(lease)
        return self._hold(lease.name, lease.owner, lease.token, self._clock() + seconds)

    def release(self, lease: Lease) -> None:
        """Give *lease* back, when it is still held; the next to take it gets another token."""
        if self._held.get(lease.name, ("", 0, 0.0))[:2] == (lease.owner, lease.token):
            self._held[lease.name] = ("", lease.token, 0.0)
