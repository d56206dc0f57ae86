"""Who may see what of an order (查看): each role, each purpose, and nothing more."""

from __future__ import annotations

import json

import pytest

from hotline12345 import Hotline
from hotline12345.core import commands as c
from hotline12345.core.actor import Actor, Role
from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.request import Attachment, Request, Requester
from hotline12345.view import PRIVATE, mask_name, mask_phone, scrub, view

NAME, PHONE, IDENTITY = "王小明", "13812348888", "210102199003071234"
SECRETS = (NAME, PHONE, IDENTITY)
TEXT = f"我叫{NAME}，电话{PHONE}，路灯不亮。身份证{IDENTITY}，另有电话 139-0000-1111。"
URBAN = "210100-urban"


def at(day, hour=9):
    from datetime import datetime

    return datetime(2026, 9, day, hour, tzinfo=CST)


@pytest.fixture(scope="module")
def hotline():
    return Hotline("shenyang", "memory:", secrets=b"k" * 32)


def receive(hotline, **more):
    request = Request(
        at(18), "路灯不亮", TEXT, Requester(NAME, PHONE, IDENTITY), area="210102", address="中山路 1 号",
        attachments=(Attachment(f"{NAME}{PHONE}的灯.jpg", uri="https://files.example/1"),), **more,
    )  # fmt: skip
    order = hotline.receive(request, by=Actor.parse("agent"), at=at(18))
    assert order.holder == URBAN
    return order


@pytest.fixture(scope="module")
def order(hotline):
    return receive(hotline)


@pytest.fixture(scope="module")
def secret(hotline):
    return receive(hotline, confidential=True)


@pytest.fixture
def see(hotline):
    def look(order, who, purpose="read", notes=None):
        actor = Actor.parse(who) if who else Actor()
        return view(order, hotline.words(order.number), actor, purpose, notes)

    return look


def told(seen):
    return json.dumps(seen, ensure_ascii=False)


@pytest.mark.parametrize("who", ["", "operator", "system", "handler", "handler@210100-tax", "unit-head@210102"])
@pytest.mark.parametrize("purpose", ["read", "contact", "publish"])
def test_who_has_no_part_in_an_order_sees_its_course_alone(see, order, who, purpose):
    seen = see(order, who, purpose)
    assert [seen[name] for name in PRIVATE] == [None] * len(PRIVATE)
    assert set(seen["withheld"]) == {"title", "text", "address", "requester", "attachments"}
    assert (seen["number"], seen["status"], seen["holder"]) == (order.number, "dispatched", URBAN)
    assert not any(word in told(seen) for word in (*SECRETS, "路灯"))


@pytest.mark.parametrize(
    "who", ["agent", "dispatcher", "reviewer", "caller", "supervisor", "admin", f"handler@{URBAN}"]
)
def test_whoever_works_with_it_reads_it_without_name_and_number(see, order, who):
    seen = see(order, who)
    assert "路灯不亮" in seen["text"]
    assert seen["requester"] == {"name": "王某", "phone": "138****8888", "id": "****"}
    assert seen["masked"]
    assert not any(word in told(seen) for word in (*SECRETS, "139-0000-1111"))


@pytest.mark.parametrize("who", ["agent", "caller", "admin", f"handler@{URBAN}", f"unit-head@{URBAN}", "requester"])
def test_whoever_must_reach_the_requester_sees_how(see, order, who):
    seen = see(order, who, "contact")
    assert (seen["requester"]["name"], seen["requester"]["phone"]) == (NAME, PHONE)
    assert seen["text"] == TEXT


@pytest.mark.parametrize("who", ["dispatcher", "reviewer", "supervisor"])
def test_a_purpose_gives_nothing_to_a_role_that_never_calls(see, order, who):
    assert see(order, who, "contact")["requester"]["phone"] == "138****8888"


@pytest.mark.parametrize("who", [f"handler@{URBAN}", f"unit-head@{URBAN}"])
@pytest.mark.parametrize("purpose", ["read", "contact"])
def test_a_confidential_orders_requester_is_kept_from_units(see, secret, who, purpose):
    seen = see(secret, who, purpose)
    assert seen["requester"] is seen["attachments"] is None
    assert {"requester", "attachments"} <= set(seen["withheld"])
    assert "路灯不亮" in seen["text"]
    assert not any(word in told(seen) for word in SECRETS)


def test_the_centre_can_still_call_a_confidential_requester_back(see, secret):
    assert see(secret, "caller", "contact")["requester"]["phone"] == PHONE


def test_what_leaves_the_hotline_holds_nothing_private_whoever_asks(see, order):
    for role in Role:
        assert all(see(order, role.value, "publish")[name] is None for name in PRIVATE)


def test_a_unit_that_sent_the_order_back_sees_no_more(hotline, see):
    order = receive(hotline)
    handler = Actor.parse(f"handler@{URBAN}")
    assert see(order, str(handler))["text"]
    order = hotline.handle(order.number, c.SendBack(handler, "not-our-duty"), at=at(18, 12))
    assert see(order, str(handler))["text"] is None


def test_the_requester_reads_the_public_answer_and_not_what_officials_write(see, order):
    notes = {"5": {"text": "内部情况", "public": "已修好", "attachments": "身份证.jpg"}, "6": {"note": "再查"}}
    assert see(order, "requester", notes=notes)["notes"] == {"5": {"public": "已修好"}}
    assert see(order, "reviewer", notes=notes)["notes"] == notes
    hidden = see(order, "", notes=notes)
    assert hidden["notes"] is None
    assert "notes" in hidden["withheld"]


def test_what_is_forgotten_is_not_there(hotline, see):
    order = receive(hotline)
    assert view(order, {}, Actor.parse("admin"), "contact")["withheld"] == []
    assert view(order, {}, Actor.parse("admin"), "contact")["text"] is None


def test_an_unknown_purpose_is_refused(see, order):
    with pytest.raises(RequestError) as caught:
        see(order, "agent", "curiosity")
    assert caught.value.code == "unknown-purpose"


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小明", "王某"), ("欧阳修", "欧阳某"), ("王先生", "王先生"), ("李女士", "李女士"), ("Anna", "A***"), ("", "")],
)
def test_names_keep_the_surname(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812348888", "138****8888"),
        ("+86 138 1234 8888", "138****8888"),
        ("024-86543210", "024****3210"),
        ("86543210", "86****10"),
        ("110", "****"),
        ("", ""),
    ],
)
def test_numbers_keep_their_ends(phone, masked):
    assert mask_phone(phone) == masked


def test_texts_lose_names_and_numbers_however_they_are_written():
    text = "王小明 １３８１２３４８８８８，138-1234-8888，138 1234 8888，21010219900307123X，订单 12345678901234"
    clean = scrub(text, "王小明", "")
    for secret in ("王小明", "１３８１２３４８８８８", "1234-8888", "1234 8888", "19900307"):
        assert secret not in clean
    assert "12345678901234" in clean  # an order number is nobody's phone
