"""JSON Schema (数据格式) says what the code does: what is kept, shown, sent and read is held to it, and it to them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hotline12345 import Actor, Role, fold
from hotline12345.channels.columns import REQUEST_FIELDS
from hotline12345.channels.plain import PlainChannel
from hotline12345.core.codec import decode
from hotline12345.delivery.envelope import envelope
from hotline12345.packs import load_pack
from hotline12345.schema import SCHEMAS
from hotline12345.simulate import simulate
from hotline12345.stores import Record, Store, open_store
from hotline12345.view import PURPOSES, view


def of(name: str) -> Draft202012Validator:
    schema = SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def city() -> Store:
    """Three days of a city."""
    store = open_store("memory:")
    simulate("shenyang", 3, 30, 1, store=store)
    return store


@pytest.fixture(scope="module")
def histories(city: Store) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for fed in city.feed(0, 100_000):
        found.setdefault(fed.record.number, []).append(fed.record)
    return found


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_what_a_store_keeps_is_a_record(histories: dict[str, list[Record]]) -> None:
    check, kinds = of("record"), Counter()
    for record in (record for history in histories.values() for record in history):
        kinds[record.kind] += 1
        data = plain(record._asdict())
        check.validate(data)
        other = "Signed" if record.kind != "Signed" else "Dispatched"
        assert not check.is_valid({**data, "kind": "Nothing"})
        assert not check.is_valid({**data, "version": 0})
        if record.kind in ("Received", "Accepted", "Replied"):
            assert not check.is_valid({**data, "kind": other}), record.kind
    assert len(kinds) > 10


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_anybody_sees_of_an_order_is_an_order(
    purpose: str, city: Store, histories: dict[str, list[Record]]
) -> None:
    check, place = of("order"), load_pack("shenyang").place
    names = set(SCHEMAS["order"]()["properties"])
    for number, history in list(histories.items())[:40]:
        order = fold(decode(each.kind, each.data) for each in history)
        kept = city.private(place, number)
        notes = {version: one["words"] for version, one in kept.items() if version.isdecimal() and version != "1"}
        for role in Role:
            seen = view(order, kept["1"]["words"], Actor("li", order.holder, frozenset({role})), purpose, notes)
            check.validate(plain(seen))
            assert set(seen) == names
    assert not check.is_valid({**plain(seen), "status": "lost"})


def test_what_is_sent_is_an_envelope(city: Store, histories: dict[str, list[Record]]) -> None:
    check, sent = of("envelope"), 0
    for history in list(histories.values())[:30]:
        events = [decode(each.kind, each.data) for each in history]
        for i, record in enumerate(history):
            order = fold(events[: i + 1])
            actor = Actor("", order.holder, frozenset({Role.HANDLER}))
            for fields in ((), ("status", "due_day")):
                told = plain(envelope(city, record, events[i], order, actor, "read", fields))
                check.validate(told)
                assert not check.is_valid({**told, "sequence": str(record.version)})
                sent += 1
    assert sent > 200


GOOD: list[dict[str, Any]] = [
    {"received": "2026-09-18T10:00:00+08:00", "text": "路灯不亮"},
    {"received": "2026-09-18 10:00", "title": "路灯", "kind": "投诉", "anonymous": True, "phone": 13800000000},
    {
        "received": "2026-09-18",
        "text": "路灯不亮",
        "kind": "help",
        "wants_reply": "否",
        "level": "province",
        "title": None,
    },
]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"text": "没有时间"}, "missing-column"),
    ({"received": "2026-09-18T10:00:00+08:00", "title": "", "text": " "}, "empty-request"),
    ({"received": "2026-09-18T10:00:00+08:00", "text": "x", "kind": "complane"}, "unknown-kind"),
    ({"received": "2026-09-18T10:00:00+08:00", "text": "x", "level": "moon"}, "unknown-source-level"),
]


@pytest.mark.parametrize("row", GOOD, ids=range(len(GOOD)))
def test_a_request_that_fits_is_read(row: dict[str, Any]) -> None:
    of("request").validate(row)
    (read,) = PlainChannel().read(json.dumps(row).encode())
    assert read.error is None


@pytest.mark.parametrize(("row", "code"), BAD, ids=[code for _, code in BAD])
def test_a_request_that_does_not_fit_is_refused(row: dict[str, Any], code: str) -> None:
    from hotline12345 import RequestError

    assert not of("request").is_valid(row)
    try:
        (read,) = PlainChannel().read(json.dumps(row).encode())
        error = read.error
    except RequestError as refused:
        error = refused
    assert error is not None
    assert error.code == code


def test_the_request_names_the_fields_the_channel_reads() -> None:
    assert tuple(SCHEMAS["request"]()["properties"]) == REQUEST_FIELDS
