"""The whole feed (整条记录流): read to its end, past what cannot be read, and with what is held back waited for.

On a server the feed stops where anybody's transaction is under way, in any database of it; what is stored behind is
committed, and would be missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from math import inf
from typing import Any

from .core.errors import StoreError
from .stores.port import Fed, Head, Query, Store

PAGE = 1000
ALL = Query()

PATIENCE = 60.0
"""For how many seconds records are waited for that are stored and not given yet (library default)."""

PAUSE = 0.2


def follow(store: Store, after: int = 0) -> Iterator[Fed]:
    """Yield the whole feed of *store* behind *after*."""
    while page := store.feed(after, PAGE):
        yield from page
        after = page[-1].position


def readable(store: Store, after: int = 0) -> Iterator[Fed | StoreError]:
    """Yield the feed behind *after*, and in its place the refusal to read a record that somebody has written over."""
    size = PAGE
    while True:
        try:
            page = store.feed(after, size)
        except StoreError as error:
            if error.code != "broken-record":
                raise
            if size == 1:
                yield error
                after, size = error.facts["position"], PAGE
            else:  # one by one up to it
                size = 1
            continue
        if not page:
            return
        yield from page
        after = page[-1].position


def given(store: Store, after: int = 0) -> Iterator[Fed | StoreError]:
    """Yield what the feed gives now behind *after*: it comes to an end however many go on writing."""
    return islice(readable(store, after), stored(store))


class Patiently:
    """The feed, waiting for what is held back (耐心读取) while *missing* says that something stored is.

    Without it all that is held back is missing, which is right where nobody else writes.  Patience begins anew whenever
    less is missing.  ``held`` is how many records were held back at the last look: when it is none, all was given.
    """

    def __init__(self, store: Store, missing: Callable[[], int] | None = None) -> None:
        self._store, self.held = store, 0
        self._missing = missing if missing is not None else lambda: self.held

    def __iter__(self) -> Iterator[Fed | StoreError]:
        after, before, end = 0, inf, 0.0
        while True:
            # Asked before: what is held back then and given a moment later would be neither read nor waited for.  And
            # before how much is stored is: where nothing is held, all that was stored stands before all that is new.
            self.held = held(self._store)
            for fed in given(self._store, after):
                yield fed
                after = position(fed)
            left = self._missing()
            if left < before:
                before, end = left, time.monotonic() + PATIENCE
            if not left or not self.held or time.monotonic() >= end:
                return
            time.sleep(PAUSE)


def heads(store: Store, place: str, query: Query = ALL, after: str = "") -> Iterator[Head | StoreError]:
    """Yield the heads of *place*, and in its place the refusal to read one that somebody has written over."""
    size = PAGE
    while True:
        try:
            page = store.find(place, query, after, size)
        except StoreError as error:
            if error.code != "broken-head":
                raise
            if size == 1:
                number = error.facts["order"][1]
                if number <= after:  # its number is not what it was: there is no going on behind it
                    raise
                yield error
                after, size = number, PAGE
            else:  # one by one up to it
                size = 1
            continue
        yield from page.heads
        after = page.next
        if not after:
            return


def position(fed: Fed | StoreError) -> int:
    """Return where in the feed a record is, also one that cannot be read."""
    return int(fed.facts["position"]) if isinstance(fed, StoreError) else fed.position


def held(store: Store) -> int:
    """Return how many records are stored and not given yet, where the store tells."""
    return int(_info(store).get("held_back", {}).get("records", 0))


def stored(store: Store) -> int | None:
    """Return a number of records that there are no more of, given or held back, where the store tells."""
    info = _info(store)
    found: int | None = info.get("last", info.get("records"))
    return found


def _info(store: Store) -> dict[str, Any]:
    told: dict[str, Any] = getattr(store, "info", dict)()
    return told
