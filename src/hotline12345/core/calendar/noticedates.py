"""The days that a sentence of a holiday notice names (通知中的日期): ``1月28日（农历除夕、周二）至2月4日``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from attrs import frozen

from .noticetext import Passage, number_of

_N = "[0-9〇○零一二三四五六七八九十]"
_DATE = re.compile(
    # "放假3日" is a number of days, and none of it is a date.
    rf"(?<!放假)(?<!共)(?<!计)(?<!{_N})(?:(?P<y>{_N}{{4}})年)?(?:(?P<m>{_N}{{1,3}})月)?"
    # "1月1-3日", "9月29、30日": the 日 may wait for the end of the row.
    r"(?:(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})日|(?P<bare>\d{1,2})(?=(?:[-至到、和]+\d{1,2})+日))"
    r"(?P<week>(?:星期|周)[一二三四五六日天])?(?P<note>(?:\([^()]*\))*)"
)
_WEEK = {zh: day for day, zh in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)([一二三四五六日天])")
FEASTS: dict[str, str] = {
    "元旦": "元旦",
    "新年": "元旦",
    "春节": "春节",
    "清明节": "清明节",
    "清明": "清明节",
    "国际劳动节": "劳动节",
    "劳动节": "劳动节",
    '"五一"': "劳动节",
    "五一": "劳动节",
    "端午节": "端午节",
    "端午": "端午节",
    "中秋节": "中秋节",
    "中秋": "中秋节",
    "国庆节": "国庆节",
    "国庆": "国庆节",
    '"十一"': "国庆节",
    "十一": "国庆节",
}
"""How a feast is called in notices, and its name here."""
FEAST = "(?:" + "|".join(sorted(FEASTS, key=len, reverse=True)) + ")"
_REMARK = re.compile(rf"(?:即)?(?:农历|正月|腊月|大年|除夕|初[一二三四五六七八九十]).*|{FEAST}+|法定节?假日")


@frozen(weakref_slot=False)
class Named:
    """A date as a sentence names it (日期写法), and where: what it leaves out is taken from the one before."""

    year: int | None
    month: int | None
    day: int
    weekdays: tuple[int, ...]
    said: Passage
    odd: str = ""  # a remark in brackets that is not understood


def find_dates(sentence: Passage) -> tuple[str, tuple[Named, ...]]:
    """Return *sentence* with ``@`` for each date (句式), and the dates."""
    found: list[Named] = []

    def take(shape: re.Match[str]) -> str:
        year, month, day = shape["y"], shape["m"], shape["d"] or shape["bare"]
        remarks = [part for part in re.split(r"[()、,;]", shape["note"] or "") if part]
        weeks = [m[1] for part in (*remarks, shape["week"] or "") if (m := _WEEKDAY.fullmatch(part))]
        odd = next((part for part in remarks if not (_WEEKDAY.fullmatch(part) or _REMARK.fullmatch(part))), "")
        found.append(
            Named(
                number_of(year) if year else None,
                number_of(month) if month else None,
                number_of(day),
                tuple(_WEEK[week] for week in weeks),
                sentence.part(*shape.span()),
                odd,
            )
        )
        return "@"

    return _DATE.sub(take, sentence.text), tuple(found)


class BadDay(Exception):
    """A date that is none, or is not what the notice says of it (日期有误)."""

    def __init__(self, named: Named, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.named, self.code, self.zh, self.en = named, code, zh, en


def settle(named: Sequence[Named], year: int) -> tuple[date, ...]:
    """Return the days that the dates of one item stand for (定年月日) in a notice about *year*.

    A date takes month and year from the one before; one without a year is the nearest to the one before.  Where that
    leads past the year's end, as in ``12月30日至1月1日``, the item began in the year before.

    Raises:
        BadDay: ``bad-day``, ``wrong-weekday``, ``unknown-remark``.
    """
    days = _walk(named, year)
    if days and max(days).year > year and named[0].year is None:
        days = _walk(named, year - 1)
    for one, day in zip(named, days, strict=True):
        if one.odd:
            zh, en = f"看不懂括注「{one.odd}」", f"cannot read the remark {one.odd!r}"
            raise BadDay(one, "unknown-remark", zh, en)
        for week in one.weekdays:
            if week != day.weekday():
                said, real = "一二三四五六日"[week], "一二三四五六日"[day.weekday()]
                zh = f"{day} 是星期{real}，不是星期{said}：年份或日期有误"
                en = f"{day} is a {day:%A}, which is not what it says: the year or the day is wrong"
                raise BadDay(one, "wrong-weekday", zh, en)
    return days


def _walk(named: Sequence[Named], year: int) -> tuple[date, ...]:
    days: list[date] = []
    for one in named:
        last = days[-1] if days else None
        month = one.month if one.month is not None else last.month if last is not None else None
        if month is None:
            raise BadDay(one, "bad-day", "没有月份", "has no month")
        if one.year is not None:
            days.append(_day(one, one.year, month))
        elif last is None:
            days.append(_day(one, year, month))
        elif one.month is None:
            days.append(_day(one, last.year, month))
        else:
            years = (last.year, last.year - 1, last.year + 1)
            near = [_day(one, each, month) for each in years if _is_day(each, month, one.day)]
            if not near:
                raise _none(one)
            days.append(min(near, key=lambda day: abs(day - last)))
    return tuple(days)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _day(one: Named, year: int, month: int) -> date:
    if not _is_day(year, month, one.day) or not 2000 <= year <= 2059:
        raise _none(one)
    return date(year, month, one.day)


def _none(one: Named) -> BadDay:
    return BadDay(one, "bad-day", "没有这一天", "there is no such day")


MOST = 31
"""The longest span a notice can be believed to mean, in days."""


def span(first: date, last: date, named: Named) -> list[date]:
    """Return every day from *first* to *last* (起止日期之间).

    Raises:
        BadDay: ``bad-span`` where it runs backward or for more than a month.
    """
    length = (last - first).days + 1
    if not 1 < length <= MOST:
        raise BadDay(named, "bad-span", f"起止日期 {first} 至 {last} 有误", f"{first} to {last} is no span of days")
    return [first + timedelta(days=n) for n in range(length)]
