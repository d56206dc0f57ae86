"""A line after each commit (回执): NUMBER VERSION, written and flushed once the store says it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from ..stores.port import Append, Appended, Store


class Acknowledged:
    """A store that tells *out* of every write after it is durable (带回执的存储)."""

    def __init__(self, store: Store, out: TextIO) -> None:
        self._store, self._out = store, out

    def append(self, batch: Sequence[Append]) -> tuple[Appended, ...]:
        """Write, and only then say so."""
        written = self._store.append(batch)
        for one in written:
            if not one.repeated:
                self._out.write(f"{one.number} {one.version}\n")
        self._out.flush()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
