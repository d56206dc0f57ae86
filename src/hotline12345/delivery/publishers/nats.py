"""NATS JetStream (消息流), by nats-py: the stream's acknowledgement awaited, doubles dropped by ``Nats-Msg-Id``."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from ..protocol import DONE, LATER, Answer, Message, Settings, Wrong
from . import common_faults, library, timeout_of


class NatsPublisher:
    """Publishes to a subject that a stream covers (发布到主题).

    The stream itself drops an id it has seen within its ``duplicate_window``.  Options: ``subject`` (needed).
    """

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._nats = library("nats", "nats-py", "nats")
        self._errors = library("nats.errors", "nats-py", "nats")
        self._js_errors = library("nats.js.errors", "nats-py", "nats")
        self._settings = settings
        self._timeout = timeout_of(settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        return list(common_faults(settings, ("nats", "tls"), {"subject": str}, "subject"))

    def publish(self, message: Message) -> Answer:
        """Publish *message* and wait for the stream."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._publish(message), self._timeout))
        except self._js_errors.NoStreamResponseError:
            return Answer(LATER, "没有消息流接收这个主题 / no stream covers the subject")
        except (self._errors.Error, OSError, TimeoutError) as error:
            self.close()
            return Answer(LATER, f"NATS: {type(error).__name__}")
        return Answer(DONE)

    async def _publish(self, message: Message) -> None:
        if self._client is None:
            self._client = await self._nats.connect(
                self._settings.url,
                allow_reconnect=False,
                connect_timeout=self._timeout,
                max_reconnect_attempts=1,
                error_cb=_quiet,
            )
        headers = {"Nats-Msg-Id": message.id, "Content-Type": message.content_type}
        subject = self._settings.options["subject"]
        await self._client.jetstream(timeout=self._timeout).publish(subject, message.body, headers=headers)

    def close(self) -> None:
        """Let go of the connection and of the loop it lives in."""
        loop, client, self._loop, self._client = self._loop, self._client, None, None
        if loop is None:
            return
        try:
            if client is not None:
                with suppress(self._errors.Error, OSError, TimeoutError):
                    loop.run_until_complete(asyncio.wait_for(client.close(), self._timeout))
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is told by the answer, not on stderr."""
