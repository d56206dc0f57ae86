"""Holiday notices: every form the State Council has used is read, and whatever is not understood is quoted."""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.calendar import Overlay, OverlayDay, WorkCalendar, overlay_from_table
from hotline12345.core.calendar.notice import Notice, read_notice
from hotline12345.core.calendar.overlay import overlay_as_toml
from hotline12345.core.errors import PolicyError

WEEK = "一二三四五六日"


def read(text: str, year: int | None = None, **more: Any) -> Notice:
    return read_notice(text, year=year, **{"number": "国办发明电〔0000〕0号", **more})


def days(notice: Notice) -> dict[str, bool]:
    """What the notice settles: day -> whether it works."""
    return {entry.day.isoformat(): entry.works for entry in notice.overlay.days}


def refused(text: str, year: int | None = None, **more: Any) -> list[tuple[str, int, str]]:
    """The faults of a notice that cannot be read: code, line, message."""
    with pytest.raises(PolicyError) as caught:
        read(text, year, **more)
    assert caught.value.code == "bad-notice"
    return [(fault.code, fault.line, fault.zh) for fault in caught.value.faults]


def spelled(first: int, last: int, month: int, works: bool = False, year: int = 2026) -> dict[str, bool]:
    return {date(year, month, day).isoformat(): works for day in range(first, last + 1)}


# ── what was published ──


def test_every_published_sentence_gives_its_days(data_dir: Path) -> None:
    cases = json.loads((data_dir / "holiday-cn/notice_cases.json").read_text(encoding="utf-8"))
    assert len(cases) == 26
    for case in cases:
        wanted = {day["date"]: not day["isOffDay"] for day in case["expected"]}
        assert days(read(case["description"], case["year"])) == wanted, case["description"]


@pytest.mark.parametrize("year", range(2007, 2027))
def test_a_years_plan_written_out_as_a_notice_is_read_back_day_by_day(year: int, data_dir: Path) -> None:
    # The plans are official; the sentences are made of them here, in the form used since 2010.
    plan = json.loads((data_dir / f"holiday-cn/{year}.json").read_text(encoding="utf-8"))["days"]
    names = list(dict.fromkeys(entry["name"] for entry in plan))
    lines = [f"国务院办公厅关于{year}年部分节假日安排的通知", f"国办发明电〔{year - 1}〕1号"]
    for number, name in enumerate(names):
        mine = [(date.fromisoformat(entry["date"]), entry["isOffDay"]) for entry in plan if entry["name"] == name]
        off, work = sorted(d for d, rests in mine if rests), sorted(d for d, rests in mine if not rests)
        said = "、".join(f"{d.year}年{d.month}月{d.day}日（星期{WEEK[d.weekday()]}）" for d in off)
        made = "、".join(f"{d.year}年{d.month}月{d.day}日（周{WEEK[d.weekday()]}）" for d in work)
        more = f"{made}正常上班。" if work else ""
        lines.append(f"{'一二三四五六七八'[number]}、{name}：{said}放假调休，共{len(off)}天。{more}")
    read_back = read("\n".join(lines))
    assert days(read_back) == {entry["date"]: not entry["isOffDay"] for entry in plan}
    assert read_back.year == year


def test_the_notice_for_2026_is_read_whole() -> None:
    # 国办发明电〔2025〕7号, 2025-11-04; chinese-calendar's record of 2026, made by others, says the same day by day.
    notice = read_notice(
        """国务院办公厅关于2026年
        部分节假日安排的通知
        国办发明电〔2025〕7号

        各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
        经党中央、国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
        一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
        二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、
        2月28日（周六）上班。
        三、清明节：4月4日（周六）至6日（周一）放假，共3天。
        四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
        五、端午节：6月19日（周五）至21日（周日）放假，共3天。
        六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
        七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
        节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，确保人民群众祥和平安度过节日假期。
        国务院办公厅
        2025年11月4日
        """
    )
    known = WorkCalendar.china()
    assert all(known.is_workday(entry.day) is entry.works for entry in notice.overlay.days)
    assert (notice.number, notice.issued, notice.year) == ("国办发明电〔2025〕7号", date(2025, 11, 4), 2026)
    assert notice.overlay.source == "国办发明电〔2025〕7号（2025-11-04）"
    assert notice.overlay.year_complete == (2026,)
    alone = WorkCalendar.china(last_year=2025, overlays=(notice.overlay,))
    for n in range(365):  # with nothing but this notice, the year is as everybody knows it
        day = date(2026, 1, 1) + timedelta(days=n)
        assert alone.is_workday(day) is known.is_workday(day), day
    assert alone.describe(date(2026, 2, 28)).source == notice.overlay.source
    assert {entry.name for entry in notice.overlay.days} >= {"元旦", "春节", "国庆节"}
    assert len(notice.passed) == 1


def test_the_moved_rest_days_of_2009_are_read() -> None:
    # 国办发明电〔2008〕… for 2009, item 6: a feast that falls on a rest day is made good like the rest day itself.
    text = """六、国庆节、中秋节：10月1日至8日放假，共8天。其中，10月1日（星期四）、10月2日（星期五）、10月3日
    （星期六）为国庆节法定节假日，10月4日（星期日）照常公休；10月3日（星期六）公休日及中秋节分别调至10月5日（星期一）、10月6日（星期二），
    9月27日（星期日）、10月10日（星期六）公休日调至10月7日（星期三）、10月8日（星期四）。"""
    # Nobody says that the 27th and the 10th are worked: their rest days have gone elsewhere.
    assert days(read(text, 2009)) == {**spelled(1, 8, 10, year=2009), "2009-09-27": True, "2009-10-10": True}


def test_a_new_year_that_begins_in_december_belongs_to_the_year_before() -> None:
    # The notice for 2008 says the years; one that leaves them out means the same days.
    said = "元旦：2007年12月30日—2008年1月1日放假，共3天。其中，12月29日（星期六）公休日调至12月31日（星期一）。"
    wanted = {"2007-12-29": True, "2007-12-30": False, "2007-12-31": False, "2008-01-01": False}
    assert days(read(said, 2008)) == wanted
    assert days(read(said.replace("2007年", "").replace("2008年", ""), 2008)) == wanted
    assert days(read("1月1日至3日放假调休，共3天。12月31日（星期六）上班。", 2012))["2011-12-31"] is True


def test_the_extension_of_2020_goes_on_from_the_holiday_as_it_was() -> None:
    # 国办发明电〔2020〕1号, 2020-01-26: the make-up Saturday 2020-02-01 of the first notice becomes a day off.
    first = Overlay(
        (
            *(OverlayDay(date(2020, 1, day), False, "春节", "国办发明电〔2019〕16号") for day in range(24, 31)),
            OverlayDay(date(2020, 2, 1), True, "春节", "国办发明电〔2019〕16号"),
        ),
        "国办发明电〔2019〕16号",
    )
    text = """国务院办公厅关于延长2020年春节假期的通知
国办发明电〔2020〕1号
经国务院批准，现将延长2020年春节假期的具体安排通知如下。
一、延长2020年春节假期至2月2日（农历正月初九，星期日），2月3日（星期一）起正常上班。
二、各地大专院校、中小学、幼儿园推迟开学，具体时间由教育部门另行通知。
国务院办公厅
2020年1月26日"""
    notice = read_notice(text, known=WorkCalendar.china(last_year=2019, overlays=(first,)))
    settled = {"2020-01-31": False, "2020-02-01": False, "2020-02-02": False, "2020-02-03": True}
    assert days(notice) == settled
    assert notice.overlay.year_complete == ()
    assert [code for code, _, _ in refused(text)] == ["nothing-to-extend"]


def test_an_encouragement_settles_no_day() -> None:
    # 2024: 安排职工在除夕休息 is asked of employers; chinese-calendar has 2024-02-09 as a working day too.
    notice = read(
        "二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。"
        "鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。",
        2024,
    )
    assert "2024-02-09" not in days(notice)
    assert notice.passed == ("鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息",)


# ── the ways of writing it ──


@pytest.mark.parametrize(
    "text",
    [
        "10月1日至7日放假调休，共7天。10月10日（星期六）上班。",
        "１０月１日－７日放假调休，共７天。１０月１０日（星期六）上班。",
        "10月1日—7日放假，共7天；10月10日（周六）上班",
        "10 月 1 日 至 7 日 放假 调休 ， 共 七 天 。 10 月 10 日 上班 。",
        "七、国庆节：10月1-7日调休放假,共7天.10月10日上班。".replace(".", "。"),
        "十月一日至七日放假，共七天。十月十日（周六）上班。",
        "（七）国庆节 10月1日（星期四）到10月7日（星期三）放假7天。10月10日（星期六）照常上班。",
        "10月1日至7日放\n假调休，共7天。10月\n10日（星期六）上班。",
    ],
)
def test_the_same_days_can_be_written_in_many_ways(text: str) -> None:
    assert days(read(text, 2026)) == {**spelled(1, 7, 10), "2026-10-10": True}


def test_feasts_without_numbers_each_on_a_line() -> None:
    notice = read(
        "元旦：1月1日放假1天，不调休。\n清明节：4月4日放假，4月6日（星期一）补休。\n国庆：10月1日放假。", 2026
    )
    assert [(d.day.isoformat(), d.name) for d in notice.overlay.days] == [
        ("2026-01-01", "元旦"),
        ("2026-04-04", "清明节"),
        ("2026-04-06", "清明节"),
        ("2026-10-01", "国庆节"),
    ]


def test_the_source_takes_what_is_given_where_the_text_leaves_it_out() -> None:
    notice = read("1月1日放假。", 2026, number="X〔2025〕1号", issued=date(2025, 11, 4), url="https://www.gov.cn/x")
    assert notice.overlay.source == "X〔2025〕1号（2025-11-04） https://www.gov.cn/x"


# ── what is refused ──


def test_a_sentence_that_is_not_understood_is_quoted_with_its_line() -> None:
    text = """一、元旦：1月1日放假。
二、春节：2月15日至23日放假调休，共9天。除四川外，2月14日看情况上班。
三、今天天气很好。"""
    assert [(code, line) for code, line, _ in refused(text, 2026)] == [("not-understood", 2), ("not-understood", 3)]
    first, second = (said for _, _, said in refused(text, 2026))
    assert "「除四川外，2月14日看情况上班」" in first
    assert "「今天天气很好」" in second


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10月1日（星期五）放假。", "wrong-weekday"),  # it is a Thursday: another year's notice, or a slip
        ("10月1日至7日放假，共8天。", "wrong-count"),
        ("10月1日至7日放假，共7天。10月7日照常上班。", "contradiction"),
        ("10月1日放假。\n10月1日起正常上班。", "contradiction"),
        ("一、元旦：10月10日上班。\n二、春节：10月10日放假。", "contradiction"),
        ("10月9日上班。", "no-make-up-day"),  # a Friday works anyway
        ("10月7日放假，与周末连休。", "no-weekend"),
        ("10月7日至1日放假。", "bad-span"),
        ("2月30日放假。", "bad-day"),
        ("5日放假。", "bad-day"),
        ("10月1日（大约）放假。", "unknown-remark"),
        ("9月27日、28日公休日调至10月8日。", "uneven-move"),
        ("", "no-days"),
        ("节假日期间，各单位要安排好值班。", "no-days"),
    ],
)
def test_what_contradicts_itself_or_the_calendar_is_refused(text: str, code: str) -> None:
    assert code in [found for found, _, _ in refused(text, 2026)]


def test_without_year_or_source_nothing_is_made() -> None:
    assert [code for code, _, _ in refused("1月1日放假。")] == ["no-year"]
    assert [code for code, _, _ in refused("1月1日放假。", 2026, number="")] == ["no-source"]
    titled = "国务院办公厅关于2026年部分节假日安排的通知\n1月1日放假。"
    assert [code for code, _, _ in refused(titled, 2025)] == ["wrong-year"]


def test_one_fault_leaves_nothing_half_read() -> None:
    good = "\n".join(f"{month}月1日放假。" for month in range(1, 13))
    assert len(days(read(good, 2026))) == 12
    assert len(refused(good + "\n某日放假。", 2026)) == 1


@given(st.text("一二1月2日至、，。（）放假上班调休共3天元旦：年0星期六 \n", max_size=60))
def test_any_text_gives_an_overlay_or_faults_and_nothing_else(text: str) -> None:
    read_back: Notice | None = None
    faults: tuple[object, ...] = ()
    try:
        read_back = read(text, 2026)
    except PolicyError as error:
        faults = error.faults
    assert faults or (read_back is not None and read_back.overlay.days)


# ── the file ──


def test_an_overlay_is_written_so_that_it_reads_back_the_same() -> None:
    notice = read("五、端午节：6月19日至21日放假，共3天。", 2026, number='A"\\\x7f〔2025〕1号')
    odd = Overlay((*notice.overlay.days, OverlayDay(date(2026, 7, 4), False, "", "another")), "one", "x", (2026,), True)
    for overlay in (notice.overlay, odd):
        assert overlay_from_table(tomllib.loads(overlay_as_toml(overlay))) == overlay
