"""Signed webhooks over HTTP (签名回调), with the standard library alone; ``docs/decisions/0009`` says why.

The receiver has taken a message when it answers 2xx; what it writes beside that is not read.  400, 413, 415 and 422 say
that it will never take this one.  Anything else is tried again: refused and broken connections, silence, 3xx (no
redirect is followed: a redirect would carry private words to where nobody agreed to send them), 401, 403, 404, 410,
429, 5xx.  ``Retry-After`` is heeded.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from threading import Timer

from ..protocol import DONE, LATER, NEVER, Answer, Message, Settings, Wrong
from ..signing import sign
from . import common_faults, split, timeout_of

REFUSED = frozenset({400, 413, 415, 422})
"""Statuses that say: this message, never (不再重试)."""


class WebhookPublisher:
    """Sends each message as a signed POST (签名回调)."""

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._url = split(settings.url)
        self._secrets = settings.secrets
        self._timeout = timeout_of(settings)
        self._tls: ssl.SSLContext | None = None
        if self._url is not None and self._url.scheme == "https":
            self._tls = ssl.create_default_context(cafile=settings.options.get("ca_file"))

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        found = list(common_faults(settings, ("https", "http"), {"ca_file": str, "plain_http": bool}))
        if not settings.secrets:
            found.append(Wrong("secret_env", "要有签名密钥：secret_env 或 secret_file", "it takes a signing key"))
        parts = split(settings.url)
        if (
            settings.private
            and parts is not None
            and parts.scheme == "http"
            and not _loopback(parts.hostname or "")
            and settings.options.get("plain_http") is not True
        ):
            zh = "含隐私内容的投递只走 https；线路另有保护的，写 options.plain_http = true"
            en = "private words go by https only; where the line is protected otherwise, set options.plain_http = true"
            found.append(Wrong("url", zh, en))
        return found

    def publish(self, message: Message) -> Answer:
        """Send *message* and say what came of it."""
        headers = {
            **sign(message.id, message.sent, message.body, self._secrets),
            "Content-Type": message.content_type,
            "User-Agent": "hotline12345",
            "Connection": "close",
        }
        try:
            status, after = self._post(message.body, headers)
        except ssl.SSLError as error:
            return Answer(LATER, f"TLS: {error.reason or type(error).__name__}")
        except TimeoutError:
            return Answer(LATER, f"{self._timeout:g} 秒内没有答复 / no answer within {self._timeout:g} s")
        except OSError as error:
            return Answer(LATER, f"{type(error).__name__}: {error.strerror or ''}".rstrip(": "))
        except http.client.HTTPException as error:
            return Answer(LATER, f"答复不是 HTTP / the answer is no HTTP: {type(error).__name__}")
        if 200 <= status < 300:
            return Answer(DONE)
        return Answer(NEVER if status in REFUSED else LATER, f"HTTP {status}", _seconds(after, message.sent))

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Return the status and ``Retry-After`` of one POST that may take the timeout as a whole."""
        url = self._url
        assert url is not None
        connection = self._connection(url.hostname or "", url.port)
        over: list[bool] = []

        def cut() -> None:
            # A receiver that dribbles byte by byte never lets the socket's own timeout pass.
            over.append(True)
            if (sock := connection.sock) is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

        timer = Timer(self._timeout, cut)
        timer.daemon = True
        timer.start()
        try:
            connection.request("POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), body, headers)
            answer = connection.getresponse()
            if over:  # cut off, which looks like an end
                raise TimeoutError
            return answer.status, answer.getheader("Retry-After") or ""
        except (OSError, http.client.HTTPException):
            if over:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            connection.close()

    def _connection(self, host: str, port: int | None) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(host, port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)

    def close(self) -> None:
        """Nothing is kept open between two messages."""


def _seconds(said: str, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds, or an HTTP date; ``None`` when it says nothing."""
    said = said.strip()
    if said.isascii() and said.isdigit() and len(said) < 10:
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
