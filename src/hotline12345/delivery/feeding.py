"""Reading the log past what cannot be read (读取流水): one damaged record holds up its own order and no other."""

from __future__ import annotations

from typing import NamedTuple

from ..core.errors import StoreError
from ..stores.port import Fed, Store


class Broken(NamedTuple):
    """A record whose content somebody has written over (读不出的记录): where it is, and the code of what is wrong."""

    position: int
    place: str
    number: str
    version: int
    code: str


def read_on(store: Store, after: int, limit: int, place: str | None = None) -> list[Fed | Broken]:
    """Return some of the at most *limit* next records beyond *after*, none only where there are none.

    Raises:
        StoreError: whatever is wrong with the store itself.
    """
    while True:
        try:
            return list(store.feed(after, limit, place))
        except StoreError as error:
            told = error.facts
            if error.code != "broken-record" or "position" not in told:
                raise
            if limit <= 1:
                place_, number = told["order"]
                return [Broken(told["position"], place_, number, told["version"], error.code)]
            limit //= 2  # what comes before it first
