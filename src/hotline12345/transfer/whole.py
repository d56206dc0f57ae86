"""The whole feed (整条记录流): what a transaction under way on a server holds back is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ..core.errors import StoreError
from ..stores.port import Fed, Store

T = TypeVar("T", Fed, Fed | StoreError)

PATIENCE = 60.0
"""For how many seconds records are waited for that are stored and not given yet (library default)."""

PAUSE = 0.2


def whole(store: Store, follow: Callable[[Store, int], Iterator[T]]) -> Iterator[T]:
    """Yield what *follow* gives, to the end of what is stored when it is asked for, or until patience ends.

    On a server the feed stops where anybody's transaction is under way, in any database of it; what is stored behind
    is committed, and would be missing.
    """
    after, end = 0, 0.0
    while True:
        # Asked before: what is held back then and given a moment later would be neither read nor waited for.
        waiting = held(store)
        moved = False
        for fed in follow(store, after):
            yield fed
            after, moved = fed.facts["position"] if isinstance(fed, StoreError) else fed.position, True
        if not waiting:
            return
        if moved:
            end = 0.0
            continue
        end = end or time.monotonic() + PATIENCE
        if time.monotonic() >= end:
            return
        time.sleep(PAUSE)


def held(store: Store) -> int:
    """Return how many records are stored and not given yet, where the store tells."""
    info: dict[str, Any] = getattr(store, "info", dict)()
    return int(info.get("held_back", {}).get("records", 0))
