"""Bulk due days and working times: the same answers as the core's, many at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.errors import CalendarError

np = pytest.importorskip("numpy")
from hotline12345.fast.due import BulkCalendar  # noqa: E402 it needs numpy

BARE = WorkCalendar.china(last_year=2026)
BULK = BulkCalendar(BARE)


@pytest.mark.parametrize("n", [1, 5, 20])
@pytest.mark.parametrize("kind", ["int32", "int64"])
def test_every_due_day_is_the_cores(n: int, kind: str) -> None:
    first = date(2004, 1, 1).toordinal()
    starts = np.arange(first, date(2027, 12, 1).toordinal(), 3, dtype=kind)
    found = BULK.due(starts, n)
    for start, day, provisional in zip(starts.tolist(), found.days.tolist(), found.provisional.tolist(), strict=True):
        earliest = BARE.bounds(date.fromordinal(start), n)[0]
        assert day == earliest.toordinal()
        assert provisional is (earliest > BARE.known_until)


def test_nothing_in_nothing_out() -> None:
    assert BULK.due(np.array([], dtype="int64"), 5).days.size == 0


@pytest.mark.parametrize("starts", [[1], [0], [-5], [date(2061, 1, 1).toordinal()], [10**12]])
def test_days_out_of_reach_are_refused(starts: list[int]) -> None:
    with pytest.raises(CalendarError, match="out-of-reach"):
        BULK.due(np.array([date(2026, 1, 1).toordinal(), *starts]), 5)


def test_a_count_below_one_is_refused() -> None:
    for n in (0, -1):
        with pytest.raises(CalendarError, match="bad-count"):
            BULK.due(np.array([date(2026, 1, 1).toordinal()]), n)


def test_a_strict_calendar_refuses_unknown_years_in_bulk_too() -> None:
    strict = BulkCalendar(WorkCalendar.china(on_unknown="error", last_year=2026))
    with pytest.raises(CalendarError, match="unknown-year"):
        strict.due(np.array([date(2026, 12, 31).toordinal()]), 5)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_working_seconds_are_the_cores() -> None:
    start = datetime(2025, 12, 20, 0, 0, 17, tzinfo=UTC)
    moments = [start + timedelta(minutes=37 * i) for i in range(4000)]
    later = [moment + timedelta(hours=31, seconds=i) for i, moment in enumerate(moments)]
    found: Any = BULK.working_seconds(np.array(list(map(seconds, moments))), np.array(list(map(seconds, later))))
    expected = [
        BARE.working_seconds_until(b) - BARE.working_seconds_until(a) for a, b in zip(moments, later, strict=True)
    ]
    assert found.tolist() == expected


def test_instants_out_of_reach_are_refused() -> None:
    inside = np.array([seconds(datetime(2026, 1, 1, tzinfo=UTC))])
    for year in (2003, 2061):
        with pytest.raises(CalendarError, match="out-of-reach"):
            BULK.working_seconds(inside, np.array([seconds(datetime(year, 6, 1, tzinfo=UTC))]))
