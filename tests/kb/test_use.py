"""Using the base (使用): sharing, consulting, gaps, duty, the weekly push, duplicates, tables in and out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from hotline12345 import Hotline, Kind, Request, commands, load_pack, open_store
from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError, PolicyError, RequestError
from hotline12345.kb import Visibility
from hotline12345.kb.alike import duplicates
from hotline12345.kb.consult import answers, consult, gaps, to_answer
from hotline12345.kb.duty import answer_report, push, push_day, report, reports, timeliness
from hotline12345.kb.exchange import read_drafts, table
from hotline12345.report.tables import render

from .conftest import ADMIN, AGENT, AT, JUDGE, LAMP, WRITER, publish

CENTRES = """
[[centre]]
code = "340000"
name = "省热线"
[[centre]]
code = "340100"
name = "市热线"
parent = "340000"
[[centre]]
code = "340100-12333"
name = "社保分中心"
parent = "340100"
[[centre]]
code = "340200"
parent = "340000"
"""


# ── sharing ──

SHOWN = {
    # visibility: who sees an article of the city 340100
    "public": {"340000", "340100", "340100-12333"},
    "department": {"340000", "340100", "340100-12333"},
    "internal": {"340100"},
}


@pytest.mark.parametrize("visibility", list(SHOWN))
def test_a_centre_sees_its_own_and_what_those_above_and_below_share(base, visibility):
    base.set_rules(CENTRES, ADMIN)
    publish(base, evolve(LAMP, visibility=Visibility(visibility)), centre="340100")
    for centre in ("340000", "340100", "340100-12333", "340200"):
        found = base.search("路灯", AGENT, AT.date(), centre=centre)
        assert bool(found) is (centre in SHOWN[visibility]), centre


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (Actor(), {"public"}),
        (Actor.parse("requester"), {"public"}),
        (WRITER, {"public", "department"}),
        (AGENT, {"public", "department", "internal"}),
    ],
)
def test_the_public_units_and_the_centre_see_what_is_for_them(base, who, sees):
    for each in Visibility:
        publish(base, evolve(LAMP, title=f"路灯{each.zh}", visibility=each))
    assert {hit.article.draft.visibility.value for hit in base.search("路灯", who, AT.date())} == sees


# ── consulting ──


def test_what_was_not_found_is_the_gap_report_with_numbers_hidden(base):
    publish(base, LAMP)
    assert consult(base, "路灯不亮", AGENT, AT).found
    for text in ("离婚登记怎么预约", "请问离婚登记怎么预约，我电话13800001111", "养狗证在哪里办"):
        assert not consult(base, text, AGENT, AT, category="民政").found
    found = gaps(base)
    assert [(gap.asked, gap.words) for gap in found] == [(2, "离婚登记怎么预约"), (1, "养狗证在哪里办")]
    kept = " ".join(row[0] for row in base.shelf.rows("SELECT words FROM kb_question"))
    assert "1380" not in kept
    assert gaps(base, since="2026-10-10") == []


@pytest.fixture
def hotline():
    return Hotline(load_pack("liaoyuan"), open_store("memory:"), secrets=b"k" * 32)


def ask(hotline, text, kind=Kind.CONSULTATION):
    order = hotline.receive(Request(received=AT, text=text, kind=kind), by=AGENT, at=AT, through="accept")
    return order.number


def test_an_order_answered_from_the_base_records_the_article_with_its_version_and_counts_in_the_rate(base, hotline):
    made = publish(base, LAMP)
    first, second, third = (ask(hotline, text) for text in ("路灯不亮怎么办", "怎么离婚", "垃圾没人收"))
    complaint = ask(hotline, "路灯一直不亮", Kind.COMPLAINT)  # not a consultation: it counts nowhere
    article = to_answer(base, made.ref, AGENT, AT.date())
    hotline.handle(first, commands.Answer(AGENT, text=article.draft.content, source=article.ref), at=AT)
    hotline.handle(third, commands.Answer(AGENT, text="周二收。"), at=AT)
    told = answers(hotline.history(number) for number in (first, second, third, complaint))
    assert (told.consultations, told.answered, told.cited) == (3, 2, 1)
    assert (told.rate, told.cited_rate) == (Decimal("66.67"), Decimal("33.33"))
    assert told.articles == (("K000001@1", 1),)
    (event,) = [each for each in hotline.history(first) if type(each).__name__ == "Answered"]
    assert event.source == "K000001@1"


def test_an_answer_is_given_from_the_current_version_only(base):
    made = publish(base, LAMP)
    assert to_answer(base, made.id, AGENT, AT.date()).ref == "K000001@1"
    base.revise(made.id, evolve(LAMP, content="新。"), WRITER, AT)
    base.take(made.id, "submit", WRITER, AT)
    base.take(made.id, "approve", JUDGE, AT)
    for ref, code in (("K000001@1", "kb-not-current"), ("K000009", "unknown-article")):
        with pytest.raises(CommandError) as refused:
            to_answer(base, ref, AGENT, AT.date())
        assert refused.value.code == code
    with pytest.raises(RequestError):
        to_answer(base, "K000001@x", AGENT, AT.date())
    with pytest.raises(CommandError) as refused:
        to_answer(base, "K000001@2", Actor(), AT.date())
    assert refused.value.code == "kb-not-visible"


# ── duty ──


def test_an_error_report_is_due_in_working_days_and_closed_by_a_new_version(base):
    made = publish(base, LAMP)
    # 2026-10-09 is a Friday, 2026-10-10 a make-up workday (2026 年放假安排): three working days on is the 13th.
    one = report(base, made.id, "电话写错了", AGENT, AT)
    assert (one.due, one.unit, one.closed) == ("2026-10-13", "城管局", "")
    with pytest.raises(CommandError) as refused:
        answer_report(base, one.number, "corrected", WRITER, AT)
    assert refused.value.code == "kb-not-corrected"
    base.revise(made.id, evolve(LAMP, content="新。"), WRITER, AT)
    base.take(made.id, "submit", WRITER, AT)
    base.take(made.id, "approve", JUDGE, AT)
    done = answer_report(base, one.number, "corrected", WRITER, AT + timedelta(days=5))
    assert done.late(date(2026, 10, 20))
    assert reports(base, pending=True) == []
    with pytest.raises(CommandError):
        answer_report(base, one.number, "unfounded", WRITER, AT)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("handler@城管局/sun", True),
        ("unit-head@城管局", True),
        ("handler@水务局/sun", False),
        ("agent@城管局/li", False),
        ("reviewer@热线/wang", True),
        ("admin", True),
    ],
)
def test_an_error_report_is_answered_by_the_unit_it_is_for_and_no_other(base, who: str, may: bool) -> None:
    one = report(base, publish(base, LAMP).id, "电话写错了", AGENT, AT)
    if may:
        assert answer_report(base, one.number, "unfounded", Actor.parse(who), AT).outcome == "unfounded"
        return
    with pytest.raises(CommandError) as refused:
        answer_report(base, one.number, "unfounded", Actor.parse(who), AT)
    assert (refused.value.code, "城管局" in refused.value.zh) == ("kb-not-permitted", True)
    assert reports(base, pending=True) == [one]


def test_timeliness_counts_what_fell_due_and_what_of_it_was_done_in_time(base):
    publish(base, evolve(LAMP, title="甲", review_by=date(2026, 10, 20)))
    late = publish(base, evolve(LAMP, title="乙", review_by=date(2026, 10, 20)))
    publish(base, evolve(LAMP, title="丙", review_by=date(2026, 12, 1), unit="水务局"))
    later = AT + timedelta(days=3)
    base.revise("K000001", evolve(LAMP, title="甲"), WRITER, later)
    base.take("K000001", "submit", WRITER, later)
    base.take("K000001", "approve", JUDGE, later)
    (one,) = timeliness(base, date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
    assert (one.unit, one.due, one.in_time, one.rate, one.late) == ("城管局", 2, 1, Decimal("50.00"), (late.ref,))
    assert timeliness(base, date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 20))[0].due == 1
    assert timeliness(base, date(2026, 9, 1), date(2026, 9, 30), date(2026, 11, 1)) == []


@pytest.mark.parametrize(("day", "in_time"), [(13, 1), (14, 0)])
def test_an_error_report_answered_on_its_last_day_is_in_time_and_on_the_day_after_is_not(base, day, in_time):
    one = report(base, publish(base, LAMP).id, "电话写错了", AGENT, AT)
    assert one.due == "2026-10-13"
    answer_report(base, one.number, "unfounded", WRITER, datetime(2026, 10, day, 23, 59, tzinfo=CST))
    (told,) = timeliness(base, date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
    assert (told.due, told.in_time) == (1, in_time)


def test_what_is_open_is_late_from_the_day_after_its_last(base):
    report(base, publish(base, LAMP).id, "电话写错了", AGENT, AT)
    month = (date(2026, 10, 1), date(2026, 10, 31))
    assert timeliness(base, *month, date(2026, 10, 13)) == []
    assert [one.rate for one in timeliness(base, *month, date(2026, 10, 14))] == [Decimal("0.00")]


def test_the_push_is_on_friday_and_tells_each_unit_what_is_new_ends_and_is_reported(base):
    made = publish(base, evolve(LAMP, valid_until=date(2026, 10, 31)), at=datetime(2026, 10, 14, 9, tzinfo=CST))
    one = report(base, made.id, "电话写错了", AGENT, datetime(2026, 10, 15, 9, tzinfo=CST))
    assert push_day(base, date(2026, 10, 12)) == date(2026, 10, 16) == push_day(base, date(2026, 10, 16))
    assert push_day(base, date(2026, 10, 17)) == date(2026, 10, 23)
    (told,) = push(base, date(2026, 10, 15))
    assert told == ("城管局", (made.ref,), (made.ref,), (), (one.number,))
    assert push(base, date(2026, 10, 30))[0].published == ()


# ── alike ──


def test_articles_that_say_the_same_are_found_and_others_are_not(base):
    first = publish(base, LAMP)
    second = publish(base, evolve(LAMP, title="路灯坏了找谁", content=LAMP.content.replace("两个", "2个")))
    publish(base, evolve(LAMP, title="停水怎么办", content="致电自来水公司客服，或到营业厅查询停水通知。"))
    base.set_rules('[knowledge]\nalike = 0.7\n[basis]\nalike = "library default"\n', ADMIN)
    found = duplicates(base)
    assert [(pair.first, pair.second) for pair in found] == [(first.id, second.id)]
    assert 0.7 < found[0].likeness < 1


# ── tables ──

CSV = """类目,标题,内容,发文单位,材料性质,关键字,可见范围,有效期止
城市管理/路灯,路灯不亮,=打电话报修,城管局,办事指南,"路灯，报修",公开,2026-12-31
城市管理/路灯,坏日期,内容,城管局,办事指南,灯,公开,某天
城市管理/路灯,坏范围,内容,城管局,办事指南,灯,绝密,
"""


def test_a_table_is_read_with_every_fault_and_its_line():
    rows, faults = read_drafts(CSV.encode("gb18030"), "a.csv")
    assert [(line, draft.title, draft.keywords) for line, draft in rows] == [(2, "路灯不亮", ("路灯", "报修"))]
    assert [(fault.line, fault.code) for fault in faults] == [(3, "bad-value"), (4, "bad-value")]
    assert rows[0][1].valid_until == date(2026, 12, 31)


def test_what_goes_out_as_csv_comes_in_the_same_and_is_no_formula(base):
    draft = evolve(LAMP, content='=HYPERLINK("x")，\n第二行', source="-文号", visibility=Visibility.PUBLIC)
    made = publish(base, draft)
    text = render(table([made]), "csv", "zh", bom=True)
    assert text.startswith("\ufeff")
    assert "'=HYPERLINK" in text
    rows, faults = read_drafts((text + "\r\n").encode(), "b.csv")
    assert faults == []
    assert rows[0][1] == draft


def test_an_excel_file_goes_out_and_comes_in_the_same(base):
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    from hotline12345.report.workbook import workbook

    draft = evolve(LAMP, content="=1+1", valid_until=date(2026, 12, 31))
    rows, faults = read_drafts(workbook(table([publish(base, draft)])), "b.xlsx")
    assert faults == []
    assert rows[0][1] == draft


@pytest.mark.parametrize("data", [b"", b"\x00\x01", "标题\n只有标题\n".encode(), b"[]"])
def test_what_is_no_table_of_articles_is_refused(data):
    with pytest.raises((PolicyError, RequestError)):
        read_drafts(data, "x.csv")
