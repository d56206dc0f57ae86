"""Plans for a season (季节预案): what comes every year is prepared before it comes (国办函〔2025〕66号（七）).

A plan says which days of the year, who prepares what and how long ahead.  Whether the matter is of that season is told
by counting: a day's messages within the season of the year before against a day's outside it.  Nothing is foretold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ..core.calendar import local
from ..core.scoring import half_up
from ..text.alike import Message
from .register import DAY, LIST, Field, a_count, a_day, sound, texts
from .topics import concerns

AHEAD = 30
"""Days before its season by which a plan is to be ready (library default)."""
YEAR = 366
"""No season is prepared earlier than a year before it."""
READY, LATE, WAITING = "ready", "late", "waiting"
STATE_ZH = {READY: "已就绪", LATE: "未按期就绪", WAITING: "待准备"}

_DAY_OF_YEAR = re.compile(r"(\d{1,2})\s*(?:-|月)\s*(\d{1,2})\s*日?")


class Plan(NamedTuple):
    """A plan for a season (季节预案).

    Attributes:
        begins: (month, day) of the season's first day, ``ends`` of its last; it may run over New Year.
        ahead: by how many days before the season it is to be ready.
        ready: the day it was last ready.
        terms: as of a topic, as are ``area`` and ``category``: which messages it is about.
    """

    title: str
    begins: tuple[int, int]
    ends: tuple[int, int]
    owner: str
    measures: str
    ahead: int = AHEAD
    ready: date | None = None
    terms: tuple[str, ...] = ()
    area: str = ""
    category: str = ""

    def season(self, on: date) -> tuple[date, date]:
        """Return first and last day of the season that *on* lies in, or of the next."""
        year = next(year for year in (on.year - 1, on.year, on.year + 1) if self._of(year)[1] >= on)
        return self._of(year)

    def _of(self, year: int) -> tuple[date, date]:
        """Return the season that begins in *year*."""
        return _in(year, self.begins), _in(year + (self.ends < self.begins), self.ends)

    def prepare_by(self, on: date) -> date:
        """Return the day by which it is to be ready for the season of *on*, or the next."""
        return self.season(on)[0] - timedelta(days=self.ahead)

    def state(self, on: date) -> str:
        """Return how it stands: made ready since the last season, late, or waiting for its day."""
        before = self._of(self.season(on)[0].year - 1)[1]
        if self.ready is not None and before < self.ready <= on:
            return READY
        return LATE if on > self.prepare_by(on) else WAITING


class Seasonal(NamedTuple):
    """What came in during the year before the season (上一年): within it and outside it.

    ``times`` is how many times as many a day came within it; ``None`` where none came outside.
    """

    within: int
    days: int
    outside: int
    others: int
    times: Decimal | None


def _in(year: int, day: tuple[int, int]) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, *day) if day != (2, 29) or leap else date(year, 2, 28)


def _day_of_year(text: str) -> tuple[int, int]:
    found = _DAY_OF_YEAR.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day = date(2024, int(found[1]), int(found[2]))  # of a leap year, which has them all
    return day.month, day.day


def _days_ahead(text: str) -> int:
    days = a_count(text)
    if days > YEAR:
        raise ValueError(text)
    return days


_SEASON = ("月-日，如 11-15", "month-day such as 11-15")
_AHEAD = (f"0 至 {YEAR} 的整数", f"a whole number from 0 to {YEAR}")
FIELDS = (
    Field(("title", "题目", "事项"), needed=True),
    Field(("begins", "起", "开始"), _day_of_year, _SEASON, needed=True),
    Field(("ends", "止", "结束"), _day_of_year, _SEASON, needed=True),
    Field(("owner", "牵头单位", "主责单位"), needed=True),
    Field(("measures", "措施"), needed=True),
    Field(("ahead", "提前天数"), _days_ahead, _AHEAD, empty=AHEAD),
    Field(("ready", "就绪日期"), a_day, DAY, empty=None),
    Field(("terms", "提法", "关键词"), texts, LIST, empty=()),
    Field(("area", "区划", "区划代码")),
    Field(("category", "类别")),
)


def read_plans(data: bytes, file: str = "") -> list[Plan]:
    """Read the register of plans (读季节预案台账), in its own order.

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    return [Plan(**row) for _, row in sound(data, FIELDS, file)]


def seasonal(plan: Plan, messages: Iterable[Message], on: date) -> Seasonal:
    """Count what came in during the year before the season of *on*, or the next (上一年同季)."""
    begins = plan.season(on)[0]
    first, last = plan._of(begins.year - 1)
    days, others = (last - first).days + 1, (begins - last).days - 1
    within = outside = 0
    for message in messages:
        if message.at is None or not concerns(message, plan.terms, plan.area, plan.category):
            continue
        day = local(message.at).date()
        within += first <= day <= last
        outside += last < day < begins
    times = half_up(Decimal(within * others) / (outside * days)) if outside else None
    return Seasonal(within, days, outside, others, times)
