"""Who signed, what, and when (签名)."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest

from hotline12345.core.errors import RequestError
from hotline12345.delivery import sign, verify
from hotline12345.delivery.signing import key_of

KEY = b"k" * 24
NOW = datetime.fromisoformat("2026-09-18T10:00:00+08:00")


def refused(headers: dict[str, str], body: bytes = b"{}", keys: list[bytes] | None = None, **more: float) -> str:
    at = NOW + timedelta(seconds=more.pop("late", 0))
    with pytest.raises(RequestError) as caught:
        verify(headers, body, [KEY] if keys is None else keys, now=at)
    return caught.value.code


def test_the_signature_is_that_of_the_published_example() -> None:
    # The example of the Standard Webhooks specification: its key, id, timestamp and body.
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    sent = datetime.fromtimestamp(1614265330, NOW.tzinfo)
    headers = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", sent, b'{"test": 2432232314}', [key])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_what_was_signed_is_verified_and_its_id_returned() -> None:
    headers = sign("a:b:1", NOW, b"{}", [KEY])
    assert verify(headers, b"{}", [KEY], now=NOW) == "a:b:1"
    assert verify({name.title(): value for name, value in headers.items()}, b"{}", [KEY], now=NOW) == "a:b:1"


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_any_change_is_found(part: str) -> None:
    headers = sign("a:b:1", NOW, b"{}", [KEY])
    assert (
        refused({**headers, part: headers[part][:-1] + ("2" if headers[part][-1] != "2" else "3")}) == "bad-signature"
    )
    assert refused({name: value for name, value in headers.items() if name != part}) == "unsigned"
    assert refused(headers, b"{ }") == "bad-signature"


def test_parts_cannot_be_shifted_between_id_and_time_and_body() -> None:
    headers = sign("a", NOW, b"1.{}", [KEY])
    stamp = headers["webhook-timestamp"]
    assert refused({**headers, "webhook-id": f"a.{stamp}", "webhook-timestamp": "1"}) in (
        "bad-signature",
        "stale-signature",
    )


def test_a_message_outside_the_window_is_refused_on_either_side() -> None:
    headers = sign("a:b:1", NOW, b"{}", [KEY])
    assert refused(headers, late=301) == "stale-signature"
    assert refused(headers, late=-301) == "stale-signature"
    assert verify(headers, b"{}", [KEY], now=NOW + timedelta(seconds=300)) == "a:b:1"


def test_while_a_key_is_changed_both_hold() -> None:
    other = b"n" * 32
    both = sign("a", NOW, b"{}", [other, KEY])
    assert verify(both, b"{}", [KEY], now=NOW) == verify(both, b"{}", [other], now=NOW) == "a"
    assert verify(sign("a", NOW, b"{}", [KEY]), b"{}", [other, KEY], now=NOW) == "a"
    assert refused(both, keys=[b"x" * 24]) == "bad-signature"
    assert refused(both, keys=[]) == "bad-signature"


@pytest.mark.parametrize("stamp", ["", "yesterday", "-1", "１２", "9" * 400])
def test_a_time_that_cannot_be_read_is_unsigned(stamp: str) -> None:
    assert refused({**sign("a", NOW, b"{}", [KEY]), "webhook-timestamp": stamp}) == "unsigned"


def test_signatures_of_other_schemes_and_in_other_letters_do_not_count() -> None:
    headers = sign("a", NOW, b"{}", [KEY])
    for signature in (headers["webhook-signature"].replace("v1,", "v1a,"), "v1,签名", "v1,"):
        assert refused({**headers, "webhook-signature": signature}) == "bad-signature"


def test_a_key_is_written_as_text_or_in_base64_and_is_long_enough() -> None:
    assert key_of("whsec_" + base64.b64encode(KEY).decode() + "\n") == KEY
    assert key_of("k" * 24) == KEY
    for short in ("k" * 23, "whsec_" + base64.b64encode(KEY[:23]).decode(), "whsec_?", ""):
        with pytest.raises(RequestError) as caught:
            key_of(short)
        assert caught.value.code == "bad-secret"
