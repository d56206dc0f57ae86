"""Calls: rates counted by hand, the worst day, and who must be called back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.centre.calls import WINDOW, Call, read_calls, seats_per_100k, service, to_call_back
from hotline12345.core.calendar import CST
from hotline12345.core.errors import PolicyError, RequestError

AT = datetime(2026, 9, 28, 9, tzinfo=CST)


def call(minutes: float, answered: bool, caller: str = "", wait: int = 5, way: str = "in") -> Call:
    return Call("", AT + timedelta(minutes=minutes), answered, wait, 60 if answered else 0, caller, "", way)


def test_rates_name_what_was_offered_answered_and_answered_within_fifteen_seconds() -> None:
    told = service([call(0, True, wait=15), call(1, True, wait=16), call(2, False), call(3, True, way="out")])
    assert (told.offered, told.answered, told.abandoned, told.within) == (3, 2, 1, 1)
    assert told.connect_rate == Decimal("66.67")
    assert told.within_rate == Decimal("33.33")
    assert told.within_of_answered == Decimal("50.00")
    assert (told.wait_median, told.wait_longest, told.talk_mean) == (Decimal("15.5"), 16, Decimal("60.00"))


def test_the_rates_that_haikou_published_come_out() -> None:
    """Haikou's first half of 2022 connected 81.94 % (handbook §13); the same share of 10,000 calls."""
    assert service([call(i / 10, i < 8194) for i in range(10_000)]).connect_rate == Decimal("81.94")


@pytest.mark.parametrize(
    ("seats", "inhabitants", "told"),
    [(120, 5_280_000, "2.27"), (1, 1_600_000, "0.06"), (3, 480_000, "0.63"), (0, 7, "0.00"), (7, 100_000, "7.00")],
)
def test_seats_are_counted_for_a_hundred_thousand_inhabitants(seats: int, inhabitants: int, told: str) -> None:
    assert str(seats_per_100k(seats, inhabitants)) == told  # 0.0625 and 0.625: half up


@pytest.mark.parametrize(("seats", "inhabitants"), [(-1, 10), (1, 0), (1, -5)])
def test_seats_for_nobody_are_refused(seats: int, inhabitants: int) -> None:
    with pytest.raises(RequestError) as refused:
        seats_per_100k(seats, inhabitants)
    assert refused.value.code == "bad-seats"


def test_without_calls_every_rate_is_blank() -> None:
    told = service([])
    assert told.offered == 0
    assert {told.connect_rate, told.within_rate, told.worst_day_rate, told.talk_mean} == {None}


def test_a_good_month_hides_no_bad_day() -> None:
    good = [call(60 * hour, True) for hour in range(24 * 10)]
    bad = [call(60 * (24 * 5 + hour) + 1, False) for hour in range(12)]
    told = service(good + bad)
    assert told.connect_rate == Decimal("95.24")
    assert told.worst_day_rate == Decimal("66.67"), "24 answered and 12 missed within one day"


def lowest(calls: list[Call]) -> Decimal | None:
    """The plain way: every window that begins or ends at a call, counted anew."""
    first, last = calls[0].at, calls[-1].at
    tick = timedelta(microseconds=1)
    starts = [at for one in calls for at in (one.at, one.at - WINDOW + tick) if first <= at <= last - WINDOW + tick]
    rates = []
    for start in starts or [first]:
        inside = [one for one in calls if start <= one.at < start + WINDOW]
        if inside:
            share = Decimal(100 * sum(one.answered for one in inside)) / len(inside)
            rates.append(share.quantize(Decimal("0.01"), "ROUND_HALF_UP"))
    return min(rates)


@given(st.lists(st.tuples(st.integers(0, 6000), st.booleans()), min_size=1, max_size=40))
def test_the_worst_day_is_what_the_plain_way_finds(drawn: list[tuple[int, bool]]) -> None:
    calls = [call(minutes, answered) for minutes, answered in sorted(drawn)]
    assert service(calls).worst_day_rate == lowest(calls)


def test_a_missed_caller_stays_on_the_list_until_spoken_to() -> None:
    calls = [
        call(0, False, "a"),
        call(1, False, "b"),
        call(2, False, "a"),
        call(3, True, "b", way="out"),  # called back
        call(4, False, "c"),
        call(5, True, "c"),  # called again and was answered
        call(6, False, "d"),
        call(7, False, "d", way="out"),  # tried in vain
        call(8, False, ""),  # withheld
    ]
    assert [(one.caller, one.tries, one.since) for one in to_call_back(calls)] == [
        ("a", 2, AT),
        ("d", 1, AT + timedelta(minutes=6)),
    ]


def test_a_register_is_read_by_its_chinese_columns_and_every_fault_is_told() -> None:
    good = "时间,是否接通,等待秒数,方向\n2026-09-28 09:00:00,是,12,呼入\n2026-09-28 08:00:00,否,,\n"
    assert [(one.answered, one.wait, one.way) for one in read_calls(good.encode("gb18030"))] == [
        (False, 0, "in"),
        (True, 12, "in"),
    ]
    bad = "时间,是否接通,等待秒数\n昨天,是,1\n2026-09-28 09:00:00,也许,-1\n2026-09-28 09:00:00,,1\n"
    with pytest.raises(PolicyError) as refused:
        read_calls(bad.encode(), "calls.csv")
    assert [(fault.line, fault.key, fault.code) for fault in refused.value.faults] == [
        (2, "at", "bad-value"),
        (3, "answered", "bad-value"),
        (3, "wait", "bad-value"),
        (4, "answered", "missing-value"),
    ]


def test_a_register_without_a_column_it_needs_says_what_it_may_be_called() -> None:
    with pytest.raises(PolicyError) as refused:
        read_calls("时间,等待\n2026-09-28 09:00:00,1\n".encode())
    (fault,) = refused.value.faults
    assert fault.code == "missing-column"
    assert "是否接通" in fault.zh
