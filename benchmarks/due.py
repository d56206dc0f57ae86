"""How fast are due days (到期日有多快)?  Prints JSON: candidates against their peers in the same run.

Peers: bizdays with every rest day as a holiday, a loop over chinese_calendar, numpy's busday for bulk; one not
installed is left out.  The peers' answers are checked against ours before anything is timed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from _measure import compare, show

from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.sla import ClockRules, TimeLimit, deadline, explain, working_seconds

N = 20_000
DRAW = random.Random(12345)
CALENDAR = WorkCalendar.china()
FIRST, LAST = date(2015, 1, 1), date(2026, 10, 31)
STARTS = [date.fromordinal(DRAW.randint(FIRST.toordinal(), LAST.toordinal())) for _ in range(N)]
LENGTHS = [DRAW.choice((1, 2, 3, 5, 10, 15, 20)) for _ in range(N)]
CASES = list(zip(STARTS, LENGTHS, strict=True))
DAY = timedelta(days=1)
Calls = dict[str, Callable[[], Any]]


def rest_days() -> list[date]:
    """Every rest day the peers are told of."""
    days = [date(2010, 1, 1) + i * DAY for i in range((date(2026, 12, 31) - date(2010, 1, 1)).days + 1)]
    return [day for day in days if not CALENDAR.is_workday(day)]


def scalar() -> dict[str, Any]:
    """One due day at a time."""
    nth = CALENDAR.nth_working_day
    calls: Calls = {"hotline12345": lambda: [nth(day, n) for day, n in CASES]}
    counts = {"hotline12345": N}
    expected = calls["hotline12345"]()
    try:
        import bizdays

        peer = bizdays.Calendar(rest_days(), [], startdate="2010-01-01", enddate="2026-12-31", name="cn")
        calls["bizdays"] = lambda: [peer.offset(day, n) for day, n in CASES]
        assert calls["bizdays"]() == expected
        counts["bizdays"] = N
    except ImportError:
        pass
    import chinese_calendar

    def walk(day: date, n: int) -> date:
        while n:
            day += DAY
            n -= chinese_calendar.is_workday(day)
        return day

    few = CASES[: N // 100]
    assert [walk(day, n) for day, n in few] == expected[: len(few)]
    calls["chinese_calendar loop"] = lambda: [walk(day, n) for day, n in few]
    counts["chinese_calendar loop"] = len(few)
    peer_name = "bizdays" if "bizdays" in calls else "chinese_calendar loop"
    return compare("due = n-th working day, one at a time", calls, counts, peer=peer_name)


def whole() -> dict[str, Any]:
    """A full Deadline, an explanation, and working seconds."""
    begins = [datetime(day.year, day.month, day.day, 10, 30, tzinfo=CST) for day in STARTS]
    limits = [TimeLimit.parse(f"{n}wd") for n in LENGTHS]
    pairs = list(zip(limits, begins, strict=True))
    unknown = [(limit, datetime(2027, 2, 1, 9, tzinfo=CST)) for limit in limits[:200]]
    spans = list(zip(begins, begins[1:] + begins[:1], strict=True))
    rules = ClockRules(roll=True)
    return compare(
        "a deadline in full",
        {
            "deadline": lambda: [deadline(limit, at, CALENDAR, rules, (), "x") for limit, at in pairs],
            "deadline, provisional": lambda: [deadline(limit, at, CALENDAR, rules, (), "x") for limit, at in unknown],
            "explain": lambda: [explain(limit, at, CALENDAR, rules, (), "x") for limit, at in pairs[:200]],
            "working_seconds": lambda: [working_seconds(CALENDAR, a, b) for a, b in spans],
        },
        {"deadline": N, "deadline, provisional": 200, "explain": 200, "working_seconds": N},
        peer="deadline",
    )


def bulk() -> dict[str, Any] | None:
    """A million at once."""
    try:
        import numpy as np

        from hotline12345.fast.due import BulkCalendar
    except ImportError:
        return None
    million = 1_000_000
    rng = np.random.default_rng(12345)
    starts = rng.integers(FIRST.toordinal(), LAST.toordinal(), million).astype(np.int32)
    dates = (starts - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    ours = BulkCalendar(CALENDAR)
    off = np.array(rest_days(), dtype="datetime64[D]")
    busday = np.busdaycalendar(weekmask="1111111", holidays=off)

    def peer() -> Any:
        return np.busday_offset(dates, 5, roll="backward", busdaycal=busday)

    same = peer().astype("int64") + date(1970, 1, 1).toordinal()
    assert (same == ours.due(starts, 5).days).all()
    instants = (starts.astype(np.int64) - date(1970, 1, 1).toordinal()) * 86_400 + rng.integers(0, 86_400, million)
    later = instants + 400_000
    return compare(
        "a million due days at once; working seconds of a million spans",
        {
            "hotline12345.fast": lambda: ours.due(starts, 5),
            "numpy.busday_offset": peer,
            "hotline12345.fast working_seconds": lambda: ours.working_seconds(instants, later),
        },
        million,
        peer="numpy.busday_offset",
    )


if __name__ == "__main__":
    show(*[finding for finding in (scalar(), whole(), bulk()) if finding])
