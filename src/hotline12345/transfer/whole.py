"""The whole feed (整条记录流): what a transaction under way on a server holds back is waited for.

On a server the feed stops where anybody's transaction is under way, in any database of it; what is stored behind is
committed, and would be missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from ..audit import follow
from ..stores.port import Fed, Store

PATIENCE = 60.0
"""For how many seconds records are waited for that are stored and not given yet (library default)."""

PAUSE = 0.2


def whole(store: Store) -> Iterator[Fed]:
    """Yield the feed of a store that nobody else writes to, to the end of what is stored, or until patience ends."""
    after, end = 0, time.monotonic() + PATIENCE
    while True:
        # Asked before: what is held back then and given a moment later would be neither read nor waited for.
        waiting = held(store)
        for fed in follow(store, after):
            yield fed
            after, end = fed.position, time.monotonic() + PATIENCE
        if not waiting or time.monotonic() >= end:
            return
        time.sleep(PAUSE)


def held(store: Store) -> int:
    """Return how many records are stored and not given yet, where the store tells."""
    info: dict[str, Any] = getattr(store, "info", dict)()
    return int(info.get("held_back", {}).get("records", 0))
