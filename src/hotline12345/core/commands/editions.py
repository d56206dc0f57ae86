"""What a new edition asks of running orders (版本更替命令)."""

from __future__ import annotations

from attrs import frozen

from .base import Command


@frozen(slots=False)
class AdoptEdition(Command):
    """Adopt an edition (改依新版本): the order goes on under *edition*, as its transition clause says."""

    edition: str
