"""Days and deadlines whole (日子与到期): counting, notices, projections, lights; the table.

What they came to stands in ``test_calendar_sla_whole.txt``; how to write it anew says ``conftest.py``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar, overlay_from_table
from hotline12345.core.calendar.almanac import base_version
from hotline12345.core.calendar.notice import read_notice
from hotline12345.core.calendar.noticedates import find_dates
from hotline12345.core.calendar.noticetext import frame, item_of, number_of, paragraphs
from hotline12345.core.calendar.overlay import overlay_as_toml
from hotline12345.core.calendar.projection import Feast, Reading, feasts_of, plan_of
from hotline12345.core.calendar.workcalendar import DayFact
from hotline12345.core.sla import (
    ClockRules,
    Deadline,
    Explanation,
    Suspension,
    TimeLimit,
    Unit,
    begun,
    deadline,
    elapsed_working_days,
    explain,
    explain_extension,
    explain_recount,
    extend,
    lengthen,
    recount,
    remaining_working_days,
    spent,
    start_of,
    working_seconds,
)
from hotline12345.core.sla.lights import LightRule, light, remaining, used
from hotline12345.core.transitions import TRANSITIONS, Cell

L, S = TimeLimit.parse, Suspension
LOCAL = Overlay(
    (
        OverlayDay(date(2026, 11, 18), False, "州庆", "某州通知"),
        OverlayDay(date(2026, 11, 21), True, "州庆", "某州通知"),
        OverlayDay(date(2026, 11, 19), True, "", "某州补充通知"),
    ),
    "某州通知",
    "地方放假",
    (),
    True,
)
NEXT = Overlay(
    (*(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)), OverlayDay(date(2027, 1, 9), True, "元旦")),
    "国办发明电〔2026〕0号",
    "2027年节假日安排",
    (2027,),
)
CHINA, WITH_LOCAL, WITH_NEXT = WorkCalendar.china(), WorkCalendar.china((LOCAL,)), WorkCalendar.china((NEXT,))
BUSINESS, ROLLING = ClockRules(ends="business"), ClockRules(roll=True)
CUTOFF = ClockRules(cutoff=time(17, 0, 30))
SPRING = Overlay(tuple(OverlayDay(date(2020, 1, day), False, "春节", "16号") for day in range(24, 31)), "16号")
STRICT = WorkCalendar.china(on_unknown="error")
MONDAY = datetime(2026, 9, 28, 10, 30, tzinfo=CST)


def on(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=CST)


def told(found: Explanation) -> Iterator[Any]:
    """A deadline and its count, a day a line."""
    yield found.deadline
    for one in found.counted:
        yield f"{one.day} {one.counts} {one.why} / {one.why_en}"


# ── days ──

DAYS = {
    "plain": (CHINA, [date(2026, 11, 16) + timedelta(n) for n in range(7)]),
    "feast": (CHINA, [date(2026, 9, 30) + timedelta(n) for n in range(11)]),
    "past-the-base": (CHINA, [date(2026, 12, 26), date(2026, 12, 27), date(2026, 12, 28)]),
    "not-arranged": (
        CHINA,
        [date(2027, 1, 1) + timedelta(n) for n in range(4)] + [date(2027, 2, 13), date(2027, 2, 5)],
    ),
    "feast-over-the-year": (CHINA, [date(2028, 12, 30), date(2028, 12, 31), date(2029, 1, 1)]),
    "local": (WITH_LOCAL, [date(2026, 11, day) for day in (17, 18, 19, 21)]),
    "settled": (WITH_NEXT, [date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 9), date(2027, 12, 27)]),
    "forgotten": (WorkCalendar.china(last_year=2025), [date(2026, 1, 1), date(2025, 10, 1), date(2026, 2, 16)]),
}


def source(fact: DayFact) -> str:
    return fact.source.replace(base_version(), "…")


@pytest.mark.parametrize("name", DAYS)
def test_day(name: str, expect: Any) -> None:
    calendar, days = DAYS[name]
    facts = map(calendar.describe, days)
    expect(
        f"known until {calendar.known_until}, {calendar.on_unknown}",
        *(f"{one.day} {one.works} {one.why_zh} / {one.why_en}; {source(one)}; {one.certain}" for one in facts),
    )


def test_counting(expect: Any) -> None:
    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 10), date(2026, 12, 28), date(2027, 9, 1)]
    expect(
        *(
            f"{day} {n}: {CHINA.nth_working_day(day, n)} {' to '.join(map(str, CHINA.bounds(day, n)))}"
            for day in days
            for n in (0, 1, 3, 9)
        ),
        *(f"{a} to {b}: {CHINA.working_days_between(a, b)}" for a in days for b in days),
        *(f"after {day}: {CHINA.next_working_day(day)}" for day in days),
        *(
            f"{a} to {b}: {working_seconds(CHINA, a, b)} s, {elapsed_working_days(CHINA, a, b)} days"
            for a, b in (
                (on(9, 28, 8, 59), on(9, 28, 9, 1)),
                (on(9, 28, 11, 59), on(9, 28, 13, 31)),
                (on(9, 28), on(9, 29)),
                (on(9, 30, 17, 30), on(10, 8, 9)),
                (on(10, 8, 9), on(9, 30, 17, 29)),
                (on(12, 30, 12), on(1, 5, 9, year=2027)),
                (datetime(2026, 9, 28, 2, 0, 30, tzinfo=UTC), datetime(2026, 9, 28, 10, 1, 15, 5, tzinfo=CST)),
            )
        ),
    )


# ── projections ──


def feast(one: Feast) -> str:
    def days(ordinals: Any) -> str:
        return " ".join(f"{date.fromordinal(each):%m-%d}" for each in sorted(ordinals)) or "-"

    law, likely, sure, loose = map(days, (one.law, one.likely, one.sure, one.loose))
    reach = f"{date.fromordinal(one.first)} to {date.fromordinal(one.last)}"
    most = f"rest {one.extra_rest}, make up {one.make_ups}"
    return f"{one.zh} {one.en}: law {law}; likely {likely}; sure {sure}; loose {loose}; {most}; {reach}"


@pytest.mark.parametrize("year", [2023, 2027, 2028, 2029, 2031, 2033])
def test_feasts(year: int, expect: Any) -> None:
    plan = plan_of(year)

    def by_feast(days: dict[int, tuple[Feast, ...]]) -> str:
        return ", ".join(
            f"{date.fromordinal(day):%m-%d} {'、'.join(one.zh for one in feasts)}"
            for day, feasts in sorted(days.items())
        )

    expect(
        *map(feast, feasts_of(year)),
        f"may be worked: {by_feast(plan.make_up)}",
        f"may rest: {by_feast(plan.loose)}",
        f"sure: {len(plan.sure)}",
    )


@pytest.mark.parametrize("year", [2027, 2029, 2033])
@pytest.mark.parametrize("early", [True, False])
def test_reading(year: int, early: bool, expect: Any) -> None:
    days, reading, free = [date(year, 1, 1) + timedelta(n) for n in range(365)], Reading(early), Reading(early)
    turned = [day for day in days if reading.works(day.toordinal()) is not (day.weekday() < 5)]
    expect(
        "turned: " + " ".join(f"{day:%m-%d}" for day in turned),
        f"free: {sum(free.works(day.toordinal(), free=True) for day in days)}",
    )


# ── notices ──

WHOLE = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕7号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经党中央、国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、
2月28日（周六）上班。鼓励各单位安排职工在除夕休息。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2025年11月4日
（此件公开发布）"""
MOVED = (
    "六、国庆节、中秋节：10月1日至8日放假，共8天。其中，10月1日（星期四）、10月2日（星期五）、10月3日（星期六）为国庆节法定节假日，"
    "10月4日（星期日）照常公休；10月3日（星期六）公休日及中秋节分别调至10月5日（星期一）、10月6日（星期二），"
    "9月27日（星期日）、10月10日（星期六）公休日调至10月7日（星期三）、10月8日（星期四）。"
)
LONGER = (
    "国务院办公厅关于延长2020年春节假期的通知\n国办发明电〔2020〕1号\n经国务院批准，现将延长2020年春节假期的具体安排通知如下。\n"
    "一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。\n"
    "二、各地大专院校、中小学、幼儿园推迟开学，具体时间由教育部门另行通知。"
)
ANNIVERSARY = (
    "国务院关于中国人民抗日战争胜利70周年纪念日调休放假的通知\n国发明电〔2015〕1号\n"
    "2015年9月3日全国放假1天。为方便公众安排假日期间生产生活，特作如下调休：9月3日至5日调休放假，共3天。"
    "其中9月3日（星期四）放假，9月4日（星期五）调休，9月6日（星期日）上班。\n国务院\n2015年5月13日"
)
BY_LAW = (
    "关于某地放假的通知\n某政办发[2026]第3号\n各区人民政府：\n根据全国年节及纪念日放假办法，民族节日放假两天。现将放假安排通知如下：\n"
    "(一)州庆：11月18日放假。\n11月21日上班。\n1.其他事项另行通知\n某州人民政府办公室2026年9月1日"
)
SAID: dict[str, tuple[str, dict[str, Any]]] = {
    "whole": (WHOLE, {"url": "https://example.org/1"}),
    "whole-given": (WHOLE, {"year": 2026, "number": "某号", "issued": date(2025, 11, 5)}),
    "part": ("元旦：1月1日放假。", {"year": 2026, "number": "某号"}),
    "moved": (MOVED, {"year": 2009, "number": "国办发明电〔2008〕0号"}),
    "moved-twice": (
        "国庆节：10月10日（星期六）公休日调至10月5日，9月27日（星期日）公休日调至10月6日。",
        {"year": 2026, "number": "某号"},
    ),
    "longer": (LONGER, {"known": WorkCalendar.china((SPRING,))}),
    "as-long-as-known": ("春节假期延长至1月30日。", {"year": 2020, "url": "u", "known": WorkCalendar.china((SPRING,))}),
    "anniversary": (ANNIVERSARY, {}),
    "new-year-begins-before": (
        "元旦：12月30日—1月1日放假，共3天。其中，12月29日（星期六）公休日调至12月31日（星期一）。",
        {"year": 2008, "url": "u"},
    ),
    "years-in-the-sentence": ("二〇二六年十月一日至七日放假调休，共七天。", {"number": "某号"}),
    "with-the-weekend": (
        "清明节：4月5日放假，与周末连休。\n端午节：6月19、20、21日放假。\n劳动节：5月1-3日为法定节假日。",
        {"year": 2026, "number": "某号"},
    ),
    "by-the-clause": (
        "国庆节：10月1日,2日,3日放假,共3天,10月10日(星期六)恢复正常上班!请各单位认真执行;特此通知",
        {"year": 2026, "number": "某号"},
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_notice(name: str, expect: Any) -> None:
    text, more = SAID[name]
    found = read_notice(text, **more)
    overlay = found.overlay
    assert overlay_from_table(tomllib.loads(overlay_as_toml(overlay))) == overlay
    assert {one.source for one in overlay.days} == {overlay.source}
    expect(
        f"title {found.title!r}, number {found.number!r}, issued {found.issued}, year {found.year}",
        f"source {overlay.source!r}, name {overlay.name!r}, complete {overlay.year_complete}",
        *(f"passed: {sentence}" for sentence in found.passed),
        *(f"{one.day} {'works' if one.works else 'off'} {one.name}" for one in overlay.days),
    )


def test_overlay_as_toml(expect: Any) -> None:
    odd = OverlayDay(date(2026, 1, 2), True, 'a "b" \x7f\n')
    expect(overlay_as_toml(LOCAL), overlay_as_toml(Overlay((odd,), "源")), overlay_as_toml(NEXT))


@pytest.mark.parametrize(
    "text", [WHOLE, MOVED, LONGER, ANNIVERSARY, BY_LAW], ids=["whole", "moved", "longer", "day", "law"]
)
def test_text_of_a_notice(text: str, expect: Any) -> None:
    found = frame("\ufeff" + text)
    sentences = [sentence for item in found.items for sentence in item_of(item).split("。;!")]
    expect(
        f"{found.title} | {found.number} | {found.issued} | {found.years}",
        *(f"paragraph {each.line}: {each.written}" for each in paragraphs(text)),
        *(f"item {each.lines[0]} to {each.lines[-1]}: {each.text}" for each in found.items),
        *(
            f"{form} {[(d.year, d.month, d.day, d.weekdays, d.said.written, d.odd) for d in dates]}"
            for form, dates in map(find_dates, sentences)
        ),
    )


def test_numbers_and_folding(expect: Any) -> None:
    words = ("12", "十二", "二十", "十", "三十一", "二〇二七", "两", "○", "２０２７")
    odd = "（一）１月１日〔甲〕【乙】—–－―‒~～〜﹣“五一”‘’「」｡\n\n  第二段 有 空格（括号里。不断）。再一句；又一句！"
    expect(
        *(f"{text} {number_of(text)}" for text in words),
        *(f"{each.line} {each.text} | {each.written}" for each in paragraphs(odd)),
        *(f"{part.line} {part.text}" for each in paragraphs(odd) for part in each.split("。;!")),
    )


# ── deadlines ──

EXPLAINED: dict[str, Callable[[], Explanation]] = {
    "working-days": lambda: explain(L("5wd"), MONDAY, CHINA, basis="办法一"),
    "working-days-from-a-rest-day": lambda: explain(L("2wd"), on(10, 4, 9), CHINA),
    "working-days-business": lambda: explain(L("1wd"), MONDAY, CHINA, BUSINESS),
    "working-days-cutoff": lambda: explain(L("1wd"), on(9, 30, 17, 1), CHINA, CUTOFF),
    "working-days-cutoff-on-a-rest-day": lambda: explain(L("1wd"), on(10, 3, 9), CHINA, CUTOFF),
    "working-days-before-the-cutoff": lambda: explain(L("1wd"), on(9, 30, 17), CHINA, CUTOFF),
    "working-days-suspended": lambda: explain(
        L("3wd"), MONDAY, CHINA, suspensions=(S(on(9, 29, 9), on(10, 8, 9), "鉴定"),)
    ),
    "working-days-standing-still": lambda: explain(
        L("3wd"), MONDAY, CHINA, suspensions=(S(on(9, 30, 9), None, "鉴定"),)
    ),
    "working-days-not-arranged": lambda: explain(L("4wd"), on(12, 30, 9), CHINA),
    "working-days-over-spring": lambda: explain(L("9wd"), on(1, 28, 9, year=2027), CHINA),
    "working-days-cutoff-not-arranged": lambda: explain(L("6wd"), on(1, 23, 9, year=2027), CHINA, CUTOFF),
    "working-hours-not-arranged": lambda: explain(L("16wh"), on(1, 22, 16, year=2027), CHINA),
    "working-days-local": lambda: explain(L("3wd"), on(11, 17, 9), WITH_LOCAL),
    "days": lambda: explain(L("3d"), MONDAY, CHINA),
    "days-rolling": lambda: explain(L("3d"), MONDAY, CHINA, ROLLING),
    "days-rolling-into-a-suspension": lambda: explain(
        L("3d"), MONDAY, CHINA, ROLLING, (S(on(10, 8, 9), on(10, 9, 9), "鉴定"),)
    ),
    "days-rolling-and-standing-still": lambda: explain(L("3d"), MONDAY, CHINA, ROLLING, (S(on(10, 5), None, "鉴定"),)),
    "days-suspended": lambda: explain(
        L("3d"), MONDAY, CHINA, suspensions=(S(on(9, 30), on(10, 2), "鉴定"), S(on(9, 29), on(9, 29, 12), "短"))
    ),
    "days-cutoff": lambda: explain(L("1d"), on(9, 30, 18), CHINA, CUTOFF),
    "hours": lambda: explain(L("36h"), MONDAY, CHINA),
    "hours-suspended": lambda: explain(
        L("36h"), MONDAY, CHINA, suspensions=(S(on(9, 28, 20), on(9, 29, 8), "鉴定"), S(on(9, 20), on(9, 21), "前"))
    ),
    "hours-standing-still": lambda: explain(L("36h"), MONDAY, CHINA, suspensions=(S(on(9, 29, 20), None, "鉴定"),)),
    "minutes": lambda: explain(L("20min"), MONDAY, CHINA),
    "seconds": lambda: explain(L("30s"), MONDAY, CHINA),
    "working-hours": lambda: explain(L("10wh"), MONDAY, CHINA),
    "working-hours-over-a-holiday": lambda: explain(L("4wh"), on(9, 30, 16), CHINA),
    "working-hours-suspended": lambda: explain(
        L("4wh"), MONDAY, CHINA, suspensions=(S(on(9, 28, 11), on(9, 29, 10), "鉴定"),)
    ),
    "working-hours-standing-still": lambda: explain(
        L("9wh"), MONDAY, CHINA, suspensions=(S(on(9, 29, 10), None, "鉴定"),)
    ),
    "working-hours-to-midnight": lambda: explain(
        L("9wh"), on(9, 28, 20), WorkCalendar.china(windows=((time(20, 30), time(0)),)), BUSINESS
    ),
    "working-hours-cutoff": lambda: explain(L("4wh"), on(9, 28, 18), CHINA, CUTOFF),
    "working-hours-after-the-windows": lambda: explain(L("1wh"), on(9, 28, 20), CHINA),
    "no-limit": lambda: explain(None, MONDAY, CHINA, basis="没有"),
    "extension": lambda: explain_extension(deadline(L("5wd"), MONDAY, CHINA), L("2wd"), CHINA, basis="办法二"),
    "extension-in-hours": lambda: explain_extension(deadline(L("24h"), MONDAY, CHINA), L("4wh"), CHINA, CUTOFF),
    "extension-not-arranged": lambda: explain_extension(deadline(L("4wd"), on(12, 30, 9), CHINA), L("2wd"), CHINA),
    "recount": lambda: explain_recount(lengthen(deadline(L("2wd"), on(11, 16, 9), CHINA), L("3wd"), CHINA), WITH_LOCAL),
    "recount-not-arranged": lambda: explain_recount(
        lengthen(deadline(L("4wd"), on(12, 30, 9), CHINA), L("2wd"), CHINA), CHINA
    ),
    "recount-of-two-units": lambda: explain_recount(
        lengthen(deadline(L("4wd"), on(12, 30, 9), CHINA), L("3d"), CHINA), CHINA
    ),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_explained(name: str, expect: Any) -> None:
    expect(*told(EXPLAINED[name]()))


FIVE, PROVISIONAL = deadline(L("5wd"), MONDAY, CHINA, basis="办法一"), deadline(L("4wd"), on(12, 30, 9), CHINA)
SET = Deadline(on(12, 1), date(2026, 11, 30), False, date(2026, 11, 30), date(2026, 11, 30), None, MONDAY, "d", "挂账")
DUE: dict[str, Callable[[], Any]] = {
    "utc": lambda: deadline(L("5wd"), MONDAY.astimezone(UTC), CHINA),
    "not-arranged": lambda: PROVISIONAL,
    "not-arranged-business": lambda: deadline(L("4wd"), on(12, 30, 9), CHINA, BUSINESS),
    "not-arranged-cutoff": lambda: deadline(L("4wd"), on(12, 30, 18), CHINA, CUTOFF),
    "settled": lambda: recount(PROVISIONAL, WITH_NEXT),
    "extended": lambda: extend(FIVE, L("2wd"), CHINA, basis="办法二"),
    "extended-with-cutoff": lambda: extend(FIVE, L("2wd"), CHINA, CUTOFF),
    "extended-not-arranged": lambda: extend(PROVISIONAL, L("2wd"), CHINA),
    "lengthened": lambda: lengthen(FIVE, L("2wd"), CHINA, basis="办法二"),
    "lengthened-twice": lambda: lengthen(lengthen(FIVE, L("2wd"), CHINA), L("1wd"), CHINA),
    "lengthened-not-arranged": lambda: lengthen(PROVISIONAL, L("2wd"), CHINA, basis="办法二"),
    "lengthened-in-another-unit": lambda: lengthen(PROVISIONAL, L("2d"), CHINA),
    "lengthened-not-arranged-suspended": lambda: lengthen(
        PROVISIONAL, L("2wd"), CHINA, suspensions=(S(on(12, 31, 9), on(1, 5, 9, year=2027)),)
    ),
    "recounted": lambda: recount(lengthen(FIVE, L("2wd"), CHINA, basis="办法二"), WITH_LOCAL, BUSINESS),
    "recounted-suspended": lambda: recount(FIVE, CHINA, suspensions=(S(on(9, 29, 9), on(10, 8, 9)),)),
    "set": lambda: [recount(SET, WITH_LOCAL), explain_recount(SET, WITH_LOCAL).deadline],
    "last-day": lambda: [
        deadline(L("4wd"), on(12, 24, 9, year=2060), CHINA, suspensions=(S(on(9, 1), on(9, 2)),)),
        deadline(L("7d"), on(12, 24, 9, year=2060), CHINA),
        deadline(L("24h"), on(12, 30, 9, year=2060), CHINA),
        deadline(L("7wh"), on(12, 30, 9, year=2060), CHINA),
    ],
    "an-instant-after-midnight": lambda: [
        deadline(L("24h"), on(9, 28) + timedelta(microseconds=each), CHINA) for each in (-1, 0, 1)
    ],
    "the-first-working-days": lambda: [STRICT.bounds(date(2004, 1, 1), n) for n in (1, 2)],
    "late-reading-stands-still": lambda: [
        deadline(L("9wd"), on(1, 28, 9, year=2027), CHINA, suspensions=(S(on(2, day, year=2027), None),))
        for day in (16, 17, 18, 19)
    ],
    "first-day": lambda: [deadline(L(text), on(1, 1, 9, year=2004), CHINA) for text in ("1wd", "2wd", "1d", "1wh")],
    "halts-in-a-row": lambda: [
        deadline(
            L(text), MONDAY, CHINA, suspensions=(S(on(9, 30, 12), on(10, 9), "二"), S(on(9, 29), on(9, 30, 12), "一"))
        )
        for text in ("2wd", "2d", "20h", "8wh")
    ],
    "halts-one-in-another": lambda: [
        deadline(L(text), MONDAY, CHINA, suspensions=(S(on(9, 28, 14), on(9, 28, 16)), S(on(9, 28, 12), on(10, 9))))
        for text in ("20h", "8wh")
    ],
    "halts-at-the-edges": lambda: [
        deadline(L(text), MONDAY, CHINA, BUSINESS, suspensions=(S(on(9, 29, 17, 30), on(9, 30, 17, 30)),))
        for text in ("1wd", "2wd", "1d", "14wh")
    ],
    "spent": lambda: [
        spent(one, unit)
        for one in (FIVE, lengthen(FIVE, L("2wd"), CHINA), lengthen(FIVE, L("2d"), CHINA), SET)
        for unit in (Unit.WORKING_DAYS, Unit.DAYS)
    ],
    "begun": lambda: begun(lengthen(lengthen(FIVE, L("2wd"), CHINA), L("1wd"), CHINA)),
    "remaining": lambda: [
        remaining_working_days(CHINA, one, at)
        for one in (FIVE, SET, deadline(None, MONDAY, CHINA))
        for at in (on(9, 30, 9), on(10, 12, 9))
    ],
    "starts": lambda: [
        start_of("received", received=MONDAY.astimezone(UTC)),
        start_of("dispatched", dispatched=MONDAY),
        start_of("signed", signed=MONDAY),
        start_of("signed", signed=on(10, 1), sign_deadline=on(9, 30)),
        start_of("signed", sign_deadline=on(9, 30)),
        start_of("signed", sign_deadline=on(9, 30, 17)),
    ],
}


@pytest.mark.parametrize("name", DUE)
def test_due(name: str, expect: Any) -> None:
    found = DUE[name]()
    expect(*found) if isinstance(found, list) else expect(found)


LIGHTS = {
    "left": (LightRule(L("2wd"), L("1wd")), FIVE),
    "share": (LightRule(yellow_share=50, red_share=80), deadline(L("10d"), MONDAY, CHINA)),
    "hours": (LightRule(L("24h"), L("90min")), deadline(L("36h"), MONDAY, CHINA)),
}


@pytest.mark.parametrize("name", LIGHTS)
def test_lights(name: str, expect: Any) -> None:
    rule, due = LIGHTS[name]
    nothing, no_span = deadline(None, MONDAY, CHINA), change(FIVE, at=MONDAY, start=MONDAY, limit=L("1h"))
    hours = (0, 11, 12, 13, 34, 35, 36, 118, 119, 120, 190, 191, 192, 230, 240, 301)
    moments = [MONDAY + timedelta(hours=each) for each in hours]
    units = (Unit.WORKING_DAYS, Unit.DAYS, Unit.WORKING_HOURS, Unit.HOURS, Unit.MINUTES, Unit.SECONDS)
    ends = (MONDAY, on(10, 8, 11, 30), on(10, 13, 9))
    expect(
        *(f"{at:%m-%d %H:%M} {light(due, at, rule, CHINA)} {used(due, at, CHINA):.4f}" for at in moments),
        *(f"{unit.value} {[remaining(due, at, unit, CHINA) for at in ends]}" for unit in units),
        f"no limit: {remaining(nothing, MONDAY, Unit.DAYS, CHINA)} {used(nothing, MONDAY, CHINA)}",
        f"none left: {used(no_span, MONDAY, CHINA)}",
        f"off: {LightRule().on!r} {light(due, MONDAY, LightRule(), CHINA)!r} {rule.on}",
    )


WORDS = (
    *("5wd", "1wd", "24h", "1h", "20min", "7d", "4wh", "30s", "3660wd", " 5 Working Days ", "1 hour"),
    *("3个工作日", "2天", "15分", "6工作时", "8自然日"),
)


def test_limits(expect: Any) -> None:
    expect(*(f"{one.amount} {one.unit.value} {one} {one.zh} {one.en}" for one in map(L, WORDS)))


# ── the table ──


def cell(one: Cell) -> str:
    roles, to = (" ".join(sorted(each.value for each in part)) for part in (one.roles, one.to))
    return f"{roles} → {to}"


def test_table(expect: Any) -> None:
    spec = find_spec("hotline12345.core.transitions")
    assert spec is not None
    table: Any = module_from_spec(spec)
    spec.loader.exec_module(table)  # type: ignore[union-attr]  # anew, so that what makes the table is at work here
    assert {status: set(row) for status, row in table.TRANSITIONS.items()} == {
        s: set(r) for s, r in TRANSITIONS.items()
    }
    rows = {"new": {c.Receive: table.RECEIVE}} | {status.value: row for status, row in table.TRANSITIONS.items()}
    expect(
        *(f"{name}: {c.command_name(kind)} by {cell(one)}" for name, row in rows.items() for kind, one in row.items())
    )
