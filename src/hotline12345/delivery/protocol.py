"""What a publisher is (发布器): the plug-in that hands one message to one receiver and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

API = 1
"""The version of the publisher protocol (接口版本) this library speaks."""

DONE = "done"
LATER = "later"
NEVER = "never"


class Message(NamedTuple):
    """One message (消息): *body* is a CloudEvents 1.0 envelope in structured JSON mode.

    Args:
        id: the same each time the same record is sent; plain ASCII without spaces.
        kind: the name of the event.
        place: whose order it is.
        number: the order; messages of one (place, number) must reach the receiver in the order they are published.
        version: the order's version after the event.
        body: what is sent, as ``content_type`` says.
        sent: when this attempt is made, for signatures.
    """

    id: str
    kind: str
    place: str
    number: str
    version: int
    body: bytes
    sent: datetime
    content_type: str


class Answer(NamedTuple):
    """What came of it (结果).

    Args:
        verdict: ``DONE`` (the receiver has it for good), ``LATER`` (try again) or ``NEVER`` (this message will
            never be taken: a person must look).
        error: what went wrong, in words a person understands; nothing personal, nothing the receiver wrote.
        after: seconds the receiver asked to wait.
    """

    verdict: str
    error: str = ""
    after: float | None = None


class Settings(NamedTuple):
    """What a publisher is told (发布器设置).

    Args:
        url: where to.
        secrets: keys, the newest first; from the environment or files, never from the destinations' file itself.
        options: the publisher's own table ``[destination.options]``.
        private: whether private words may be in what is sent.
        named: the URL stands in the destinations' file itself, where no password may stand.
    """

    url: str
    secrets: tuple[bytes, ...] = ()
    options: Mapping[str, Any] = {}
    private: bool = False
    named: bool = False


class Wrong(NamedTuple):
    """One fault in a publisher's settings (设置错误): the key, and what is wrong with it in Chinese and English."""

    key: str
    zh: str
    en: str


@runtime_checkable
class Publisher(Protocol):
    """The publisher plug-in (发布器插件), ``api = 1``.

    The entry point in the group ``hotline12345.publishers`` names a class that is made with :class:`Settings`, and has
    ``faults(settings) -> list[Wrong]``, a static method that finds every fault without connecting.  Making one connects
    to nobody; it raises ``PluginError`` when a library it needs is not installed.
    """

    api: int

    def publish(self, message: Message) -> Answer:
        """Hand *message* over and wait until the receiver has it; within a bounded time.

        What it raises counts as ``LATER``, and so does an answer that is none.
        """
        ...

    def close(self) -> None:
        """Let go of connections; calling it twice is harmless."""
        ...
