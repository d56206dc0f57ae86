"""What a person asked: kinds in two languages, times with a zone, and the private part apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotline12345.core.errors import RequestError
from hotline12345.core.request import Attachment, Kind, Request, Requester, Urgency
from hotline12345.testing.orders import AT


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("投诉", Kind.COMPLAINT),
        ("complaint", Kind.COMPLAINT),
        (" Complaint ", Kind.COMPLAINT),
        ("感谢", Kind.PRAISE),
        ("意见建议", Kind.SUGGESTION),
        ("咨询", Kind.CONSULTATION),
        ("求助", Kind.HELP),
        ("举报", Kind.REPORT),
    ],
)
def test_a_kind_is_read_in_both_languages(written: str, kind: Kind) -> None:
    assert Kind.parse(written) is kind


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(RequestError) as refused:
        Kind.parse("抱怨")
    assert refused.value.code == "unknown-kind"
    assert "投诉 complaint" in refused.value.hint("zh")
    assert refused.value.status_hint == 400


def test_kinds_and_urgencies_have_chinese_names():
    assert [kind.zh for kind in Kind] == ["咨询", "求助", "投诉", "举报", "建议", "表扬"]
    assert [urgency.zh for urgency in Urgency] == ["一般", "紧急", "特急"]


def test_a_time_of_receipt_without_a_zone_is_refused():
    with pytest.raises(RequestError) as refused:
        Request(datetime(2026, 9, 28, 10))  # noqa: DTZ001 - that is the point
    assert refused.value.code == "naive-time"


def test_what_tells_two_requesters_apart_is_id_then_phone_then_name():
    assert Requester("张三", "139", "2101").key == "2101"
    assert Requester("张三", "139").key == "139"
    assert Requester("张三").key == "张三"
    assert Requester().key == ""


def test_the_private_part_is_all_that_could_name_or_expose_a_person():
    photo = Attachment("灯.png", "image/png")
    request = Request(AT, "标题", "正文", Requester("张三", "139", "2101"), address="某路1号", attachments=(photo,))
    assert request.private() == {
        "requester": {"name": "张三", "phone": "139", "id": "2101"},
        "title": "标题",
        "text": "正文",
        "address": "某路1号",
        "attachments": [{"name": "灯.png", "type": "image/png", "digest": "", "uri": ""}],
    }


@pytest.mark.parametrize(
    ("fields", "code"), [({"received": "2026-09-18T10:00+08:00"}, "bad-time"), ({"kind": "投诉"}, "unknown-kind")]
)
def test_a_text_where_a_time_or_a_kind_belongs_is_refused_with_what_to_do(fields, code):
    good = {"received": datetime(2026, 9, 18, 10, tzinfo=UTC), "text": "路灯不亮"}
    with pytest.raises(RequestError) as caught:
        Request(**{**good, **fields})
    assert caught.value.code == code
    assert caught.value.hint("zh")
