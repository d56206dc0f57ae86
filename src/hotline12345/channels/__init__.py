"""Channels (渠道): they turn payloads into requests and order views into payloads.

A channel is pure: it parses the bytes the host received and renders the bytes the host will send.
It opens no file and no connection, looks at no clock and knows nothing of stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import field, frozen

from ..core.errors import RequestError
from ..core.request import Request

API = 1
"""The version of the channel protocol (接口版本) this library speaks."""


@frozen(weakref_slot=False)
class Parsed:
    """One row of a payload (一行): the request it holds, or why it was refused.

    Exactly one of *request* and *error* is set, so that the good rows go in and the bad ones come
    back to whoever sent them.

    Args:
        line: where the row starts, counted from 1: the physical line of a text, the row of a sheet.
        facts: what the row says beyond the request (``replied``, ``reply``, ``transfers`` …).
    """

    line: int
    request: Request | None = None
    error: RequestError | None = None
    facts: Mapping[str, Any] = field(factory=dict)


@runtime_checkable
class Channel(Protocol):
    """The channel plug-in (渠道插件), ``api = 1``; :mod:`hotline12345.testing` holds its contract."""

    api: int

    def parse(self, payload: bytes, *, options: Mapping[str, Any]) -> Iterator[Parsed]:
        """Yield a :class:`Parsed` for each row of *payload*, in its order.

        Raises:
            RequestError: nothing in the payload can be read at all (empty, unknown format, a column missing).
        """
        ...

    def render(self, view: Mapping[str, Any]) -> bytes:
        """Return *view*, what the reader may see of an order, as this channel sends it."""
        ...
