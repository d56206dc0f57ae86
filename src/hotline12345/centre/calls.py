"""Calls (话务): offered, answered, given up; connect rate, rate within 15 seconds, and who must be called back.

GB/T 33358-2016 政府热线服务规范: answered within 15 seconds, connected at 95 % over any continuous 24 hours.
国办函〔2025〕66号: a call that was missed is called back (漏接电话回拨).  A rate without calls is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from ..core.errors import RequestError
from ..core.scoring import half_up, percent
from ..core.scoring.decimals import median
from .register import COUNT, FLAG, TIME, Field, a_count, a_flag, a_time, one_of, sound

WITHIN = 15
"""Seconds within which a call is to be answered (GB/T 33358-2016)."""
WINDOW = timedelta(hours=24)
"""The stretch over any of which the connect rate is measured (GB/T 33358-2016)."""

_TICK = timedelta(microseconds=1)
_IN, _OUT = "in", "out"
_WAYS = {"in": _IN, "呼入": _IN, "来电": _IN, "out": _OUT, "呼出": _OUT, "外呼": _OUT}


class Call(NamedTuple):
    """One call (话务记录).

    Attributes:
        id: the exchange's own number.
        at: when it was offered to the seats, or dialled.
        answered: whether somebody took it.
        wait: seconds until it was answered or given up.
        talk: seconds of conversation.
        caller: an opaque key of the caller; "" where it is withheld.
        line: the line or key it came by (专线).
        way: ``in`` or ``out``.
    """

    id: str
    at: datetime
    answered: bool
    wait: int = 0
    talk: int = 0
    caller: str = ""
    line: str = ""
    way: str = _IN


class Service(NamedTuple):
    """How a hotline answered (话务指标): counts, and percentages to two places, blank without calls."""

    offered: int
    answered: int
    abandoned: int
    within: int
    connect_rate: Decimal | None  # answered / offered
    within_rate: Decimal | None  # answered within 15 s / offered
    within_of_answered: Decimal | None
    worst_day_rate: Decimal | None  # the lowest connect rate of any 24 hours between the first call and the last
    worst_day_from: datetime | None
    wait_median: Decimal | None  # seconds, of answered calls
    wait_longest: int | None
    talk_mean: Decimal | None


class Missed(NamedTuple):
    """Somebody who called, was not answered and has not been spoken to since (待回拨)."""

    caller: str
    since: datetime
    last: datetime
    tries: int
    line: str


FIELDS = (
    Field(("id", "call", "通话编号", "编号")),
    Field(("at", "time", "来电时间", "时间"), a_time, TIME, needed=True),
    Field(("answered", "接通", "是否接通"), a_flag, FLAG, needed=True),
    Field(("wait", "等待秒数", "等待"), a_count, COUNT, empty=0),
    Field(("talk", "通话秒数", "通话时长"), a_count, COUNT, empty=0),
    Field(("caller", "来电者", "号码标识")),
    Field(("line", "线路", "专线")),
    Field(("way", "方向"), one_of(_WAYS), ("呼入 或 呼出", "in or out"), empty=_IN),
)


def read_calls(data: bytes, file: str = "") -> list[Call]:
    """Read call records (读话务记录), in order of time.

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    return sorted((Call(**row) for _, row in sound(data, FIELDS, file)), key=lambda call: call.at)


def service(calls: Iterable[Call], within: int = WITHIN) -> Service:
    """Measure incoming calls (话务指标)."""
    incoming = sorted((call for call in calls if call.way == _IN), key=lambda call: call.at)
    answered = [call for call in incoming if call.answered]
    quick = sum(call.wait <= within for call in answered)
    worst, since = _worst(incoming)
    waits = [call.wait for call in answered]
    return Service(
        offered=len(incoming),
        answered=len(answered),
        abandoned=len(incoming) - len(answered),
        within=quick,
        connect_rate=percent(len(answered), len(incoming)),
        within_rate=percent(quick, len(incoming)),
        within_of_answered=percent(quick, len(answered)),
        worst_day_rate=worst,
        worst_day_from=since,
        wait_median=median(waits),
        wait_longest=max(waits, default=None),
        talk_mean=half_up(Decimal(sum(call.talk for call in answered)) / len(answered)) if answered else None,
    )


def _worst(calls: Sequence[Call]) -> tuple[Decimal | None, datetime | None]:
    """Return the lowest connect rate of any 24 hours wholly within the record, and when these began.

    A rate changes only as a call enters or leaves, so windows that begin at a call or end just after one are enough.
    A record shorter than that is one window.
    """
    if not calls:
        return None, None
    first, last = calls[0].at, calls[-1].at
    starts = sorted({call.at for call in calls} | {call.at - WINDOW + _TICK for call in calls})
    starts = [start for start in starts if first <= start <= last - WINDOW + _TICK] or [first]
    low = high = taken = 0
    found: tuple[Decimal, datetime] | None = None
    for start in starts:
        while high < len(calls) and calls[high].at < start + WINDOW:
            taken += calls[high].answered
            high += 1
        while low < high and calls[low].at < start:
            taken -= calls[low].answered
            low += 1
        rate = percent(taken, high - low)
        if rate is not None and (found is None or rate < found[0]):
            found = (rate, start)
    return found if found is not None else (None, None)


def seats_per_100k(seats: int, inhabitants: int) -> Decimal:
    """Return the seats for every 100,000 inhabitants (每十万人坐席数), two places, half up.

    Raises:
        RequestError: ``bad-seats``: fewer seats than none, or nobody to serve.
    """
    if seats < 0 or inhabitants < 1:
        raise RequestError(
            f"坐席 {seats} 个、人口 {inhabitants} 人，算不出每十万人坐席数",
            f"{seats} seats for {inhabitants} inhabitants cannot be",
            code="bad-seats",
            hint="坐席数不小于 0，人口不小于 1",
            hint_en="give no fewer than 0 seats and 1 inhabitant",
        )
    return half_up(Decimal(seats) * 100_000 / inhabitants)


def to_call_back(calls: Iterable[Call]) -> list[Missed]:
    """Return who must be called back (漏接回拨清单), the longest waiting first.

    A caller leaves the list once a call with them, either way, was answered; several tries are one entry.  Calls
    that withhold their number cannot be called back and are not listed.
    """
    waiting: dict[str, Missed] = {}
    for call in sorted(calls, key=lambda call: call.at):
        if not call.caller:
            continue
        if call.answered:
            waiting.pop(call.caller, None)
        elif call.way == _IN:
            known = waiting.get(call.caller)
            waiting[call.caller] = (
                Missed(call.caller, call.at, call.at, 1, call.line)
                if known is None
                else known._replace(last=call.at, tries=known.tries + 1)
            )
    return sorted(waiting.values(), key=lambda one: one.since)
