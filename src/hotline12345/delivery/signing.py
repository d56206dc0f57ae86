"""Signed webhooks (签名): how a receiver knows who sent a message, that it is whole, and that it is fresh.

The scheme is that of Standard Webhooks: HMAC-SHA256 over ``id.timestamp.body``, in base64, in the headers
``webhook-id``, ``webhook-timestamp`` (seconds since the epoch) and ``webhook-signature`` (``v1,…``, several separated
by spaces while a key is changed).  Any library of that scheme can verify what is sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from ..core.errors import RequestError

WINDOW = 300.0
"""How many seconds old or ahead a signature may be (重放窗口): Standard Webhooks' own five minutes."""

LEAST_BYTES = 24
"""The shortest key Standard Webhooks allows."""

_PREFIX = "whsec_"


def key_of(text: str) -> bytes:
    """Return the key that *text* writes (读取密钥): ``whsec_`` and base64, or the text's own bytes.

    Raises:
        RequestError: ``bad-secret`` when it is shorter than 24 bytes or not base64.
    """
    text = text.strip()
    if text.startswith(_PREFIX):
        try:
            key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
    else:
        key = text.encode()
    if len(key) < LEAST_BYTES:
        raise RequestError(
            f"签名密钥至少 {LEAST_BYTES} 字节",
            f"a signing key has at least {LEAST_BYTES} bytes",
            code="bad-secret",
            hint="用 32 个随机字节，写成 whsec_ 加 base64",
            hint_en="use 32 random bytes, written as whsec_ and base64",
        )
    return key


def sign(message_id: str, sent: datetime, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers that sign *body* (签名), once for each of *keys*."""
    stamp = str(int(sent.timestamp()))
    signed = [_PREFIX_V1 + _digest(key, message_id, stamp, body) for key in keys]
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signed)}


_PREFIX_V1 = "v1,"


def _digest(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    content = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def verify(
    headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], *, now: datetime, window: float = WINDOW
) -> str:
    """Return the id of a message whose signature holds (验签); drop an id that was seen before.

    Args:
        headers: as they came; upper and lower case are the same.
        body: the very bytes that came, before any parsing.
        keys: every key that is good now; two while one is replaced.
        now: the present instant, aware.
        window: how many seconds the sender's clock may differ, and an overheard message be replayed.

    Raises:
        RequestError: ``unsigned`` when a header is missing or not readable, ``bad-signature``, ``stale-signature``.
            Answer 401 and do nothing.
    """
    there = {name.lower(): value for name, value in headers.items()}
    message_id, stamp, signatures = (there.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature"))
    if not message_id or not signatures or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise RequestError(
            "缺少签名，或签名头无法读取",
            "the message is not signed, or its headers cannot be read",
            code="unsigned",
            hint="三个头都要有：webhook-id、webhook-timestamp、webhook-signature",
            hint_en="it takes webhook-id, webhook-timestamp and webhook-signature",
        )
    given = [each.removeprefix(_PREFIX_V1).encode() for each in signatures.split(" ") if each.startswith(_PREFIX_V1)]
    expected = [_digest(key, message_id, stamp, body).encode() for key in keys]
    # Every pair is compared, in constant time each, so that nothing is learnt from how long it takes.
    if not sum([hmac.compare_digest(one, other) for one in given for other in expected]):
        raise RequestError(
            "签名不符：不是持有密钥的一方所发，或内容被改动",
            "the signature does not hold: somebody without the key sent it, or it was changed",
            code="bad-signature",
            hint="核对密钥；验签要用收到的原始字节",
            hint_en="check the key; verify the very bytes that came",
        )
    if abs(now.timestamp() - int(stamp)) > window:
        raise RequestError(
            f"签名的时间与现在相差超过 {window:g} 秒",
            f"the signature is more than {window:g} seconds from now",
            code="stale-signature",
            hint="核对两边的时钟；也可能是重放",
            hint_en="check both clocks; it may be a replay",
        )
    return message_id
