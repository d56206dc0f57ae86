"""Remember answers by identity (按对象记忆): for values met again and again as the very same object.

Hashing an aware datetime or a record of nine fields costs more than the answer; asking whether it is
the same object costs next to nothing.  The object is kept with the answer, so an id is never mistaken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def remembered(function: Callable[[T], R], size: int = 4096) -> Callable[[T], R]:
    """Return *function* with a memory of its last answers; *function* must be pure and its values immutable."""
    memory: dict[int, tuple[T, R]] = {}

    def ask(value: T) -> R:
        known = memory.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        answer = function(value)
        if len(memory) >= size:
            memory.clear()
        memory[id(value)] = (value, answer)
        return answer

    return ask
