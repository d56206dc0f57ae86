"""Redis streams (流), by redis-py: one entry a message, with its id as a field by which readers drop doubles."""

from __future__ import annotations

from typing import Any

from ..protocol import DONE, LATER, Answer, Message, Settings, Wrong
from . import common_faults, library, timeout_of


class RedisPublisher:
    """Adds to a stream (追加到流).

    How durable an entry is, is the server's setting (``appendfsync``).  The stream is not trimmed here: who reads it
    knows how far it has been read.  Options: ``stream`` (needed).
    """

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._redis = library("redis", "redis", "redis")
        self._settings = settings
        self._timeout = timeout_of(settings)
        self._client: Any = None

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        return list(common_faults(settings, ("redis", "rediss"), {"stream": str}, "stream"))

    def publish(self, message: Message) -> Answer:
        """Add *message* and wait for the server."""
        entry = {"id": message.id, "content-type": message.content_type, "body": message.body}
        try:
            if self._client is None:
                self._client = self._redis.Redis.from_url(
                    self._settings.url, socket_timeout=self._timeout, socket_connect_timeout=self._timeout, retry=None
                )
            self._client.xadd(self._settings.options["stream"], entry)
        except (self._redis.RedisError, OSError) as error:
            self.close()
            return Answer(LATER, f"Redis: {type(error).__name__}")
        return Answer(DONE)

    def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
