"""What a receiver gets to see, and in what form (信封与最小视图)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from hotline12345 import Hotline
from hotline12345 import commands as c
from hotline12345.core.actor import Actor
from hotline12345.delivery import Wanted, deliver
from hotline12345.delivery.reading import VIEW_FIELDS
from hotline12345.view import view

from .conftest import AGENT, START, Clock, Receiver, destination, take_in, withdraw

SERIAL = count()
TEXT = "小区门口路灯坏了三天，请联系13800000000"


def told(hotline: Hotline, receiver: Receiver, clock: Clock, **more: Any) -> list[dict[str, Any]]:
    receiver.taken.clear()
    deliver(hotline.store, destination(f"d{next(SERIAL)}", **more), receiver, clock)
    return [json.loads(message.body) for message in receiver.taken]


def test_an_envelope_is_a_cloudevent(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    number = take_in(hotline)
    first, second, third = told(hotline, receiver, clock)
    # CloudEvents 1.0.2: required attributes, and names of extensions in lower case letters and digits.
    assert first["specversion"] == "1.0"
    assert first["id"] == f"210100:{number}:1"
    assert first["source"] == "/hotline12345/210100"
    assert [each["type"].rpartition(".")[2] for each in (first, second, third)] == [
        "Received",
        "Accepted",
        "Dispatched",
    ]
    assert first["subject"] == number
    assert datetime.fromisoformat(first["time"]) == START
    assert first["datacontenttype"] == "application/json"
    assert all(re.fullmatch("[a-z0-9]+", name) for name in first)
    assert [each["sequence"] for each in (first, second, third)] == ["0000000001", "0000000002", "0000000003"]
    assert receiver.taken[0].content_type == "application/cloudevents+json; charset=utf-8"


def test_a_name_that_is_no_plain_ascii_is_escaped_in_the_id(receiver: Receiver, clock: Clock) -> None:
    hotline = Hotline("shenyang", "memory:", clock=clock, number=lambda at, tries: "沈 1:2.3")
    take_in(hotline)
    assert told(hotline, receiver, clock)[0]["id"] == "210100:%E6%B2%88%201%3A2%2E3:1"


def test_each_message_shows_the_order_as_it_was_then(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    take_in(hotline)
    withdraw(hotline, "N001")
    seen = told(hotline, receiver, clock)
    assert [each["data"]["order"]["status"] for each in seen] == ["received", "accepted", "dispatched", "withdrawn"]
    assert [each["data"]["order"]["version"] for each in seen] == [1, 2, 3, 4]


def test_nothing_private_goes_out_unless_the_purpose_asks_for_it(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    take_in(hotline, TEXT)
    assert len(told(hotline, receiver, clock)) == 3
    for body in (message.body.decode() for message in receiver.taken):
        assert "路灯坏" not in body
        assert "王" not in body
        assert "8000" not in body
    seen = told(hotline, receiver, clock, actor="admin@210100-12345")
    assert seen[0]["data"]["order"]["withheld"] == []
    assert seen[0]["data"]["order"]["text"] is None


def test_a_unit_gets_what_the_view_gives_its_handler(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    number = take_in(hotline, TEXT)
    order = hotline.order(number)
    handler = f"handler@{order.holder}"
    for purpose in ("read", "contact"):
        (dispatched,) = told(hotline, receiver, clock, actor=handler, purpose=purpose)
        expected = view(order, hotline.words(number), Actor.parse(handler), purpose)
        assert dispatched["data"]["order"] == json.loads(json.dumps(expected))
    assert dispatched["data"]["order"]["requester"]["phone"] == "13800000000"
    (read,) = told(hotline, receiver, clock, actor=handler, purpose="read")
    assert "13800000000" not in json.dumps(read)
    assert read["data"]["order"]["requester"]["name"] == "王某"


def test_a_unit_learns_of_its_own_orders_and_of_their_being_taken_away(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    mine = take_in(hotline)
    unit = hotline.order(mine).holder
    other = take_in(hotline, "楼下工厂夜里噪音扰民，睡不着")
    assert hotline.order(other).holder != unit
    handler, dispatcher = Actor.parse(f"handler@{unit}"), Actor.parse("dispatcher@210100-12345")
    hotline.handle(mine, c.SendBack(handler, reason="not-our-duty"))
    hotline.handle(mine, c.Adjudicate(dispatcher, "reassign", unit=hotline.order(other).holder))
    hotline.handle(mine, c.Sign(Actor.parse(f"handler@{hotline.order(mine).holder}")))
    seen = told(hotline, receiver, clock, actor=f"handler@{unit}", purpose="read")
    of_mine = [each["data"] for each in seen if each["subject"] == mine]
    assert [each["event"] for each in of_mine] == ["Dispatched", "SentBack"]
    assert [each["order"]["text"] is None for each in of_mine] == [False, True]
    new = told(hotline, receiver, clock, actor=f"handler@{hotline.order(other).holder}")
    of_mine = [each["data"] for each in new if each["subject"] == mine]
    assert [each["event"] for each in of_mine] == ["Dispatched", "Signed"]


def test_what_was_forgotten_does_not_go_out_any_more(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    take_in(hotline, TEXT)
    hotline.forget("13800000000")
    seen = told(hotline, receiver, clock, actor="agent@210100-12345", purpose="contact")
    assert len(seen) == 3
    assert not any(word in json.dumps(seen, ensure_ascii=False) for word in ("路灯坏", "王", "13800000000"))
    assert [each["data"]["order"]["text"] for each in seen] == [None, None, None]


def test_words_written_later_are_not_in_messages_about_earlier(
    hotline: Hotline, receiver: Receiver, clock: Clock
) -> None:
    number = take_in(hotline)
    hotline.handle(number, c.Supplement(AGENT, text="补充：共三盏"))
    seen = told(hotline, receiver, clock, actor="agent@210100-12345", purpose="read")
    assert ["共三盏" in json.dumps(each, ensure_ascii=False) for each in seen] == [False, False, False, True]


def test_who_acted_is_told_by_unit_and_role_and_not_by_name(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    take_in(hotline)
    assert told(hotline, receiver, clock)[0]["data"]["by"] == {"unit": "210100-12345", "roles": ["agent"]}


def test_a_destination_may_ask_for_less(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    take_in(hotline)
    (order, *_) = [each["data"]["order"] for each in told(hotline, receiver, clock, fields=("status", "due_day"))]
    assert set(order) == {"status", "due_day"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(events=("Dispatched",)), [("N001", 3), ("N002", 3)]),
        (Wanted(kinds=("help",)), [("N002", 1), ("N002", 2), ("N002", 3)]),
        (Wanted(areas=("210103",)), [("N002", 1), ("N002", 2), ("N002", 3)]),
        (Wanted(place="220400"), []),
        (Wanted(since=datetime.fromisoformat("2026-09-18T10:30:00+08:00")), [("N002", 1), ("N002", 2), ("N002", 3)]),
        (Wanted(units=("nobody",)), []),
    ],
)
def test_a_destination_gets_only_what_it_wants(
    hotline: Hotline, receiver: Receiver, clock: Clock, wanted: Wanted, expected: list[tuple[str, int]]
) -> None:
    from hotline12345.core.request import Kind

    take_in(hotline)
    clock.pass_(3600)
    take_in(hotline, area="210103", kind=Kind.HELP)
    told(hotline, receiver, clock, wanted=wanted)
    assert receiver.seen == expected
    held = {a.unit for a in hotline.order("N001").assignments}
    told(hotline, receiver, clock, wanted=Wanted(units=tuple(held), areas=("210102",)))
    assert receiver.seen == [("N001", 3)]


def test_the_fields_a_destination_may_name_are_those_of_a_view(hotline: Hotline) -> None:
    number = take_in(hotline)
    assert set(view(hotline.order(number), hotline.words(number), AGENT)) == VIEW_FIELDS


def test_text_that_no_utf8_holds_still_goes_out(hotline: Hotline, receiver: Receiver, clock: Clock) -> None:
    take_in(hotline, "路灯\ud800坏了")
    seen = told(hotline, receiver, clock, actor="agent@210100-12345", purpose="read")
    assert seen[0]["data"]["order"]["text"] == "路灯\ud800坏了"
