"""Time limits and deadlines (时限与到期): the start day is not counted, the last day is.

``Deadline.at`` is the first instant that is too late: the midnight that ends the due day (民法典 203), or the close of
business where the rules say so, or the instant itself for hours and minutes.  Everything here is pure and knows no
policy: limits, rules and suspensions are handed in, the calendar too.

:func:`deadline` and :func:`explain` are one computation (``_solve``); the first takes a short cut through the
calendar's index where nothing but whole, known working days is asked for, and a test holds them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from attrs import evolve, frozen

from ..calendar import CST, WorkCalendar, local
from ..calendar.almanac import FIRST_YEAR, unknown_year
from ..errors import RequestError
from .count import DAY, MINUTE, Counted, Halt, Ledger, Walk, closing, day_start, of_micros, to_micros
from .timelimit import Stage, TimeLimit, Unit

__all__ = [
    "PLAIN",
    "ClockRules",
    "Counted",
    "Deadline",
    "Explanation",
    "Stage",
    "Suspension",
    "TimeLimit",
    "Unit",
    "deadline",
    "elapsed_working_days",
    "explain",
    "explain_extension",
    "extend",
    "remaining_working_days",
    "start_of",
    "working_seconds",
]


@frozen(weakref_slot=False)
class ClockRules:
    """How a clock runs (计时规则).

    Args:
        roll: a limit in calendar days whose last day is a rest day ends on the next working day (民法典 203); never
            applied to hours and minutes, and needless for working days.
        ends: a day ends at midnight, or at the close of the last service window (民法典 203).
        cutoff: at or after this time of a working day, and on a rest day, a request counts as received the next
            working day; for limits in days, working days and working hours.
        on_unknown: past what the calendar knows, answer provisionally or raise.
    """

    roll: bool = False
    ends: Literal["day", "business"] = "day"
    cutoff: time | None = None
    on_unknown: Literal["provisional", "error"] = "provisional"


PLAIN = ClockRules()
_MIDNIGHT = time(0)
_WORKING_DAYS = Unit.WORKING_DAYS


@frozen(weakref_slot=False)
class Suspension:
    """A time in which a clock stood still (中止计时); *end* is ``None`` while it still does."""

    start: datetime
    end: datetime | None
    reason: str = ""


@frozen(weakref_slot=False)
class Deadline:
    """When something is due (到期), and with what knowledge that was computed.

    Args:
        at: the first instant that is too late, in China's time; where provisional it belongs to ``due_day``.
            ``None`` where no source sets a limit (``limit`` is ``None``) or the clock stands still (it is not).
        due_day: the day of the last permitted instant; the earliest it can become where provisional.
        provisional: days were passed that no notice has settled yet.
        earliest: the earliest due day it can become.
        latest: the latest.
        limit: the limit counted; for an extension, the extension.
        start: where the count began.
        digest: the calendar's digest.
        basis: the article, or ``library default``.
        extends: the deadline that this one extends, so that the whole can be counted anew.
    """

    at: datetime | None
    due_day: date | None
    provisional: bool
    earliest: date | None
    latest: date | None
    limit: TimeLimit | None
    start: datetime
    digest: str
    basis: str
    extends: Deadline | None = None


@frozen(weakref_slot=False)
class Explanation:
    """A deadline and the count that led to it (计算说明), day by day from the start day through the due day."""

    deadline: Deadline
    counted: tuple[Counted, ...]


@lru_cache(maxsize=40_000)
def _midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CST) + timedelta(days=1)


def _close_of(day: date, calendar: WorkCalendar) -> datetime:
    minutes = closing(calendar) // MINUTE
    return day_start(day) + timedelta(minutes=minutes)


def _received_late(begin: datetime, cutoff: time, calendar: WorkCalendar) -> bool:
    """Whether receipt counts from the next working day, which is one working day more from where it was."""
    return begin.time() >= cutoff or not calendar.is_workday(begin)


@lru_cache(maxsize=8_192)
def _bounds(calendar: WorkCalendar, ordinal: int, n: int) -> tuple[date, date]:
    return calendar.bounds(date.fromordinal(ordinal), n)


def deadline(
    limit: TimeLimit | None,
    start: datetime,
    calendar: WorkCalendar,
    rules: ClockRules = PLAIN,
    suspensions: Sequence[Suspension] = (),
    basis: str = "",
) -> Deadline:
    """Compute when *limit* runs out (计算到期): start day excluded (民法典 201), last day included.

    Receipt on a rest day counts working days as receipt on the working day before it.  Hours and minutes run through
    nights and holidays.  A day at whose end the clock is suspended is not counted.

    Args:
        limit: ``None`` where no source sets one; that is an answer, not an error.
        start: an aware instant.
        calendar: the days that count.
        rules: rolling, end of day, cut-off, what to do past the calendar's knowledge.
        suspensions: the ledger of the clock, in any order.
        basis: the article that sets the limit.

    Raises:
        CalendarError: ``naive-time``, ``too-early``, ``out-of-reach``, ``unknown-year``, ``no-windows``.
        RequestError: ``bad-suspension``.
    """
    if limit is not None and limit.unit is _WORKING_DAYS and not suspensions:
        begin = start if start.__class__ is datetime and start.tzinfo is CST else local(start)
        n = limit.amount if rules.cutoff is None else limit.amount + _received_late(begin, rules.cutoff, calendar)
        day = calendar.known_working_day(begin.toordinal(), n)
        if day is not None:
            at = _midnight_after(day) if rules.ends == "day" else _close_of(day, calendar)
            return Deadline(at, day, False, day, day, limit, begin, calendar.digest, basis)
        if rules.cutoff is None and rules.on_unknown == "provisional" and begin.year >= FIRST_YEAR:
            early, late = _bounds(calendar, begin.toordinal(), n)
            at = _midnight_after(early) if rules.ends == "day" else _close_of(early, calendar)
            return Deadline(at, early, True, early, late, limit, begin, calendar.digest, basis)
    return _solve(limit, start, calendar, rules, suspensions, basis)


def explain(
    limit: TimeLimit | None,
    start: datetime,
    calendar: WorkCalendar,
    rules: ClockRules = PLAIN,
    suspensions: Sequence[Suspension] = (),
    basis: str = "",
) -> Explanation:
    """Compute a deadline and say how (计算并说明): arguments, answer and errors as for :func:`deadline`.

    ``counted`` sums to the limit, in its unit, unless the clock stands still before that.
    """
    ledger = Ledger(calendar, limit)
    return Explanation(_solve(limit, start, calendar, rules, suspensions, basis, ledger), ledger.counted())


def extend(
    old: Deadline,
    amount: TimeLimit,
    calendar: WorkCalendar,
    rules: ClockRules = PLAIN,
    basis: str = "",
    suspensions: Sequence[Suspension] = (),
) -> Deadline:
    """Extend *old* by *amount* (延期): counted from the old due day, whenever it was asked for.

    Hours, minutes and working hours run on from the old ``at``.

    Raises:
        RequestError: ``no-deadline`` where there is nothing to extend.
        CalendarError: as for :func:`deadline`.
    """
    return _extended(old, amount, calendar, rules, basis, suspensions, None)


def explain_extension(
    old: Deadline,
    amount: TimeLimit,
    calendar: WorkCalendar,
    rules: ClockRules = PLAIN,
    basis: str = "",
    suspensions: Sequence[Suspension] = (),
) -> Explanation:
    """Extend and say how (延期并说明): as :func:`extend`."""
    ledger = Ledger(calendar, amount)
    return Explanation(_extended(old, amount, calendar, rules, basis, suspensions, ledger), ledger.counted())


def _extended(
    old: Deadline,
    amount: TimeLimit,
    calendar: WorkCalendar,
    rules: ClockRules,
    basis: str,
    suspensions: Sequence[Suspension],
    ledger: Ledger | None,
) -> Deadline:
    if old.at is None or old.due_day is None or old.latest is None:
        raise RequestError(
            "没有到期日，无从延期",
            "there is no due day to extend from",
            code="no-deadline",
            hint="先设定时限，或待计时恢复后再延期",
            hint_en="set a limit first, or extend once the clock runs again",
        )
    rules = evolve(rules, cutoff=None) if rules.cutoff else rules
    by_day = amount.unit in (Unit.DAYS, Unit.WORKING_DAYS)
    begin = day_start(old.due_day) if by_day else old.at
    new = _solve(amount, begin, calendar, rules, suspensions, basis, ledger)
    if not old.provisional:
        return new
    later = _solve(amount, begin + (old.latest - old.due_day), calendar, rules, suspensions, basis)
    return evolve(new, provisional=True, latest=later.latest)


def _solve(
    limit: TimeLimit | None,
    start: datetime,
    calendar: WorkCalendar,
    rules: ClockRules,
    suspensions: Sequence[Suspension],
    basis: str,
    ledger: Ledger | None = None,
) -> Deadline:
    begin = local(start)
    if limit is None:
        return Deadline(None, None, False, None, None, None, begin, calendar.digest, basis)
    halts = _halts(suspensions)
    at, unknown = _run(limit, begin, calendar, rules, halts, ledger=ledger)
    if unknown and "error" in (rules.on_unknown, calendar.on_unknown):
        raise unknown_year(begin.date(), calendar.known_until)
    if at is None:
        return Deadline(None, None, unknown, None, None, limit, begin, calendar.digest, basis)
    last = latest = _last_day(at)
    if unknown:
        late, _ = _run(limit, begin, calendar, rules, halts, early=False)
        latest = _last_day(late) if late is not None else last
    return Deadline(of_micros(at), last, unknown, last, latest, limit, begin, calendar.digest, basis)


def _run(
    limit: TimeLimit,
    begin: datetime,
    calendar: WorkCalendar,
    rules: ClockRules,
    halts: tuple[Halt, ...],
    *,
    early: bool = True,
    ledger: Ledger | None = None,
) -> tuple[int | None, bool]:
    walk = Walk(calendar, halts, early=early, business=rules.ends == "business", ledger=ledger)
    at = walk.run(limit, begin, roll=rules.roll, cutoff=rules.cutoff)
    return at, walk.unknown


def _last_day(at: int) -> date:
    return date.fromordinal((at - 1) // DAY)


def _halts(suspensions: Sequence[Suspension]) -> tuple[Halt, ...]:
    halts: list[Halt] = []
    for one in suspensions:
        start, end = local(one.start), None if one.end is None else local(one.end)
        if end is not None and end < start:
            raise RequestError(
                f"中止计时的结束 {end.isoformat()} 早于开始 {start.isoformat()}",
                f"a suspension ends at {end.isoformat()}, before it starts at {start.isoformat()}",
                code="bad-suspension",
                hint="请核对中止起止时间",
                hint_en="check when the suspension starts and ends",
            )
        halts.append((to_micros(start), None if end is None else to_micros(end), one.reason))
    return tuple(sorted(halts, key=lambda halt: halt[0]))


def start_of(
    event: Literal["dispatched", "received", "signed"],
    *,
    received: datetime | None = None,
    dispatched: datetime | None = None,
    signed: datetime | None = None,
    sign_deadline: datetime | None = None,
) -> datetime:
    """Return when a clock starts (起算时刻) that starts with *event*.

    A unit that signs late, or never, gains nothing: with ``signed`` the clock starts at the earlier of signing and
    the sign deadline.

    Args:
        event: what starts the clock.
        received: when the request or order was received.
        dispatched: when it was dispatched.
        signed: when it was signed, if it was.
        sign_deadline: ``Deadline.at`` of the sign stage; where that is a midnight, the day it ends is meant.

    Raises:
        RequestError: ``no-start`` where the event has not happened and nothing stands in for it.
    """
    if event == "signed":
        if sign_deadline is not None and (end := local(sign_deadline)).time() == _MIDNIGHT:
            sign_deadline = end - timedelta(microseconds=1)
        known = [local(at) for at in (signed, sign_deadline) if at is not None]
    else:
        happened = {"dispatched": dispatched, "received": received}.get(event)
        known = [] if happened is None else [local(happened)]
    if not known:
        raise RequestError(
            f"没有起算事件「{event}」的时间",
            f"there is no time for the start event {event!r}",
            code="no-start",
            hint="起算事件：dispatched 派单、received 收到、signed 签收",
            hint_en="start events: dispatched, received, signed; give the time it happened",
        )
    return min(known)


def elapsed_working_days(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    """Return the working days from *start* to *end* (已用工作日), counted as limits are: start day out, end day in."""
    return calendar.working_days_between(local(start).date(), local(end).date())


def remaining_working_days(calendar: WorkCalendar, due: Deadline, now: datetime) -> int | None:
    """Return the working days left after the day of *now* (剩余工作日); negative when overdue."""
    return None if due.due_day is None else calendar.working_days_between(local(now).date(), due.due_day)


def working_seconds(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    """Return the whole seconds within service windows from *start* to *end* (办公时长，秒)."""
    return calendar.working_seconds_until(end) - calendar.working_seconds_until(start)
