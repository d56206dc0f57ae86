"""What a new edition did to a running order (版本更替事件)."""

from __future__ import annotations

from attrs import frozen

from .base import Event


@frozen(slots=False)
class EditionAdopted(Event):
    """Edition adopted (改依新版本); the deadlines it moves follow as DeadlineMoved."""

    edition: str
    parents: tuple[str, ...] = ()
    digest: str = ""
    open_orders: str = "move"  # move | kinder
    basis: str = ""
