"""What calendars, deadlines, requests and commands refuse, word by word (日历、时限、诉求、命令的错误文字).

The words are in ``test_messages_calendar_sla.txt``; how to write it anew says ``conftest.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from hotline12345.core import commands as c
from hotline12345.core.actor import Actor
from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar, local, overlay_from_table
from hotline12345.core.calendar.notice import read_notice
from hotline12345.core.calendar.projection import feasts_of
from hotline12345.core.request import Kind, Request, parse_level
from hotline12345.core.sla import ClockRules, Deadline, Suspension, TimeLimit, Unit, deadline, extend, start_of
from hotline12345.testing.orders import AT, HANDLER

CHINA = WorkCalendar.china()
STRICT = WorkCalendar.china(on_unknown="error")
NAIVE = datetime(2026, 9, 28, 10)  # noqa: DTZ001
WD5, H1 = TimeLimit.parse("5wd"), TimeLimit.parse("1h")


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CST)


def notice(
    text: str, year: int | None = None, number: str = "国办发明电〔0000〕0号", **more: Any
) -> Callable[[], object]:
    return lambda: read_notice(text, year=year, number=number, **more)


def overlay(**table: Any) -> Callable[[], object]:
    return lambda: overlay_from_table({"source": "某通知"} | table, "local.toml")


NEVER = Deadline(None, None, False, None, None, WD5, AT, "d", "b")
SPRING = Overlay(tuple(OverlayDay(date(2020, 1, day), False, "春节", "16号") for day in range(24, 31)), "16号")
DAY = {"date": date(2027, 1, 1), "works": False}

SAID: dict[str, Callable[[], object]] = {
    # ── the calendar ──
    "naive-time": lambda: local(NAIVE),
    "too-early": lambda: local(on(1991, 12, 31)),
    "past-9999": lambda: local(datetime.max.replace(tzinfo=UTC)),
    "before-the-calendar": lambda: CHINA.is_workday(date(2003, 12, 31)),
    "after-the-calendar": lambda: CHINA.index(date(2061, 1, 1)),
    "nth-after-the-calendar": lambda: CHINA.nth_working_day(date(2061, 1, 1), 1),
    "nth-runs-out": lambda: CHINA.nth_working_day(date(2060, 12, 30), 9),
    "between-after-the-calendar": lambda: CHINA.working_days_between(date(2061, 1, 1), date(2026, 1, 1)),
    "seconds-after-the-calendar": lambda: CHINA.working_seconds_until(on(2061, 1, 1)),
    "no-working-day-before": lambda: CHINA.nth_working_day(date(2004, 1, 1), 0),
    "bad-count": lambda: CHINA.bounds(date(2026, 1, 1), -1),
    "unknown-year": lambda: STRICT.nth_working_day(date(2026, 12, 30), 3),
    "windows-overlap": lambda: WorkCalendar.china(windows=((time(9), time(12)), (time(11), time(17)))),
    "windows-seconds": lambda: WorkCalendar.china(windows=((time(9, 0, 1), time(12)),)),
    "no-windows": lambda: deadline(TimeLimit.parse("4wh"), AT, WorkCalendar.china(windows=())),
    "no-feasts": lambda: feasts_of(2101),
    # ── overlays ──
    "overlay-empty": lambda: overlay_from_table({}),
    "overlay-shapes": overlay(source=1, name=2, complete=["2027"], fictitious="no", day={}, extra=1),
    "overlay-days": overlay(
        day=[
            DAY,
            DAY,
            "x",
            {"date": "2027-13-01", "works": False},
            {"date": on(2027, 1, 1), "works": False},
            {"date": "2027-01-03", "works": "yes", "name": 3, "source": 4, "why": 5},
            {"works": True},
        ]
    ),
    "overlay-no-source": lambda: overlay_from_table({"day": [DAY]}, "local.toml"),
    # ── notices ──
    "notice-nothing": notice("特此通知。", number=""),
    "notice-no-day": notice("放假安排另行通知。鼓励错峰出行。", 2026),
    "notice-no-days": notice("鼓励错峰出行。", 2026),
    "notice-wrong-year": notice("现将2026年元旦放假安排通知如下。1月1日放假。", 2027),
    "notice-no-year": notice("1月1日放假。"),
    "notice-not-understood": notice(
        "一、元旦：1月1日放假。\n二、春节：2月16日左右看着办。\n三、清明节：4月5日随便。", 2026
    ),
    "notice-weekday": notice("1月1日（星期五）放假。", 2026),
    "notice-remark": notice("1月1日（据说）放假。", 2026),
    "notice-no-such-day": notice("2月30日放假。", 2026),
    "notice-no-such-day-after": notice("1月1日、2月30日放假。", 2026),
    "notice-no-month": notice("5日放假。", 2026),
    "notice-far-year": notice("2999年1月1日放假。", 2026),
    "notice-year-2060": notice("2060年1月1日放假。", 2060),
    "notice-year-1999": notice("1999年1月1日放假。", 1999),
    "notice-span": notice("3月1日至2月1日放假。", 2026),
    "notice-long-span": notice("3月1日至5月1日放假。", 2026),
    "notice-count": notice("10月1日至7日放假，共8天。", 2026),
    "notice-count-after": notice("10月1日至7日放假调休,共八天。", 2026),
    "notice-make-up": notice("10月9日上班。", 2026),
    "notice-moved": notice("10月10日公休日调至10月5日、10月6日。", 2026),
    "notice-moved-feast": notice("10月3日公休日及中秋节分别调至10月5日。", 2026),
    "notice-nothing-to-extend": notice("延长2020年春节假期至2月2日。", 2020),
    "notice-not-known-so-far": notice("延长2020年中秋节假期至2月2日。", 2020, known=WorkCalendar.china((SPRING,))),
    "notice-weekend": notice("4月1日放假，与周末连休。", 2026),
    "notice-both": notice("1月3日放假。1月3日上班。", 2026),
    "notice-items-contradict": notice("一、元旦：1月3日放假。\n二、春节：1月3日上班。", 2026, file="n.txt"),
    # ── limits and deadlines ──
    "limit-text": lambda: TimeLimit.parse("soon"),
    "limit-no-text": lambda: TimeLimit.parse(5),
    "limit-none": lambda: TimeLimit.parse("0wd"),
    "limit-long": lambda: TimeLimit(3661, Unit.WORKING_DAYS),
    "limit-true": lambda: TimeLimit(True, Unit.DAYS),
    "limit-unit": lambda: TimeLimit(5, "wd"),  # type: ignore[arg-type]
    "nothing-to-extend": lambda: extend(NEVER, WD5, CHINA),
    "deadline-unknown-year": lambda: deadline(WD5, on(2026, 12, 30), CHINA, ClockRules(on_unknown="error")),
    "deadline-strict-calendar": lambda: deadline(WD5, on(2026, 12, 30), STRICT),
    "deadline-too-far": lambda: deadline(TimeLimit.parse("3660d"), on(2055, 1, 1), CHINA),
    "deadline-hours-too-far": lambda: deadline(TimeLimit.parse("87840h"), on(2055, 1, 1), CHINA),
    "deadline-working-hours-too-far": lambda: deadline(TimeLimit.parse("29280wh"), on(2055, 1, 1), CHINA),
    "deadline-before-the-calendar": lambda: deadline(WD5, on(2003, 1, 1), CHINA),
    "suspension-backward": lambda: deadline(WD5, AT, CHINA, suspensions=(Suspension(AT, AT - timedelta(hours=1)),)),
    "no-start": lambda: start_of("signed"),
    "no-start-dispatched": lambda: start_of("dispatched", received=AT),
    # ── requests, actors, commands ──
    "kind": lambda: Kind.parse("吐槽"),
    "level": lambda: parse_level("世界级"),
    "request-level": lambda: Request(AT, level="village"),
    "request-naive": lambda: Request(NAIVE),
    "request-naive-happened": lambda: Request(AT, happened=NAIVE),
    "request-time": lambda: Request("2026-09-28"),  # type: ignore[arg-type]
    "request-kind": lambda: Request(AT, kind="help"),  # type: ignore[arg-type]
    "actor": lambda: Actor.parse("boss@u1"),
    "actor-form": lambda: Actor.parse("handler/u1/x"),
    "actor-control": lambda: Actor("a\x1fb"),
    "command-code": lambda: c.SendBack(HANDLER, "不归我管"),
    "command-number": lambda: c.SendBack(HANDLER, "call-13800000000"),
    "command-long": lambda: c.Review(HANDLER, reason="x" * 49),
    "command-naive": lambda: c.Defer(HANDLER, NAIVE, "money"),
    "command-occurred": lambda: c.Sign(HANDLER, occurred=NAIVE),
}


@pytest.mark.parametrize("name", SAID)
def test_refused(name: str, expect: Any) -> None:
    expect.refused(SAID[name])
