"""Records as text, and the chain over them (记录文本与校验链): the same in every store that keeps text.

A record's *digest* is taken over its place, number, kind, version, schema and stored text; its *link* over the link
before and that digest.  So a history is vouched for by its last link, and no private record has a part in it: the
chain holds after ``forget``.  Anyone who may write the database may also compute the chain anew; what he cannot
change are the anchors kept elsewhere (:mod:`hotline12345.audit`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from hotline12345.core.errors import StoreError

from .port import Record

FIRST = bytes(32)
"""What stands before the first link."""


def _encoder() -> Callable[[Any], str]:
    """Return json's encoder, made once: the public one is made anew for each value, which takes half of the time."""
    encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=dict)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    run = make(None, encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda value: "".join(run(value, 0))


encode = _encoder()
"""Plain values as JSON text without spaces; of half characters it knows nothing."""


def dumps(data: Mapping[str, Any]) -> str:
    """Return *data* as JSON text in one line; half characters, which UTF-8 cannot hold, are escaped.

    Raises:
        StoreError: ``bad-append`` for what is not JSON.
    """
    try:
        text = encode(data if type(data) is dict else dict(data))
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, allow_nan=False, separators=(",", ":"), default=dict)
    except (TypeError, ValueError, RecursionError) as cause:
        raise StoreError(
            f"记录内容不是 JSON：{cause}",
            f"the data of a record is not JSON: {cause}",
            code="bad-append",
            hint="只用对象、数组、文本、数字、真假和空值",
            hint_en="use objects, arrays, text, finite numbers, true, false and null",
        ) from cause
    return text


def read_all(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return what each of many JSON objects says; read in one go, so that their keys are made once and no call each.

    Raises:
        ValueError: where one of them is not one JSON object, as reading it by itself would.
    """
    try:
        found: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    except ValueError:
        found = []
    if len(found) != len(texts):  # one is damaged: which one, its own reading says
        return [json.loads(text) for text in texts]
    return found


def digest(place: str, number: str, version: int, kind: str, schema: int, text: str) -> bytes:
    """Return the digest of a record as it is stored; lengths stand before the parts, so that no two read alike."""
    whole = f"{len(place)}:{place}{len(number)}:{number}{len(kind)}:{kind}{version}:{schema}:{text}"
    return sha256(whole.encode("utf-8", "surrogatepass")).digest()


def all_digests(place: str, number: str, records: Sequence[Record]) -> tuple[list[str], list[bytes]]:
    """Return the texts and digests of the records one write adds to an order; what they share is put together once.

    Raises:
        StoreError: ``bad-append``, as :func:`dumps`.
    """
    start = f"{len(place)}:{place}{len(number)}:{number}"
    texts, digests = [], []
    for _, _, version, kind, data, schema in records:
        try:
            text = encode(data if type(data) is dict else dict(data))
            whole = f"{start}{len(kind)}:{kind}{version}:{schema}:{text}".encode()
        except (TypeError, ValueError, RecursionError):  # half a character, or no JSON: which, dumps tells
            text = dumps(data)
            digests.append(digest(place, number, version, kind, schema, text))
        else:
            digests.append(sha256(whole).digest())
        texts.append(text)
    return texts, digests


def links(previous: bytes, digests: Sequence[bytes]) -> list[bytes]:
    """Return the links of the records with *digests*, one behind the other."""
    found = []
    for digest in digests:
        previous = sha256(previous + digest).digest()
        found.append(previous)
    return found


def link(previous: bytes, digest: bytes) -> bytes:
    """Return the link of the record with *digest*, behind the link *previous* (:data:`FIRST` for version 1)."""
    return sha256(previous + digest).digest()
