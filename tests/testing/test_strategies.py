"""The strategies of the kit make what they say, and enough of it (随机数据)."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.evolve import fold
from hotline12345.core.order import Status
from hotline12345.core.policy import Pack
from hotline12345.core.transitions import TRANSITIONS
from hotline12345.core.verify import check, clocks
from hotline12345.testing.lives import lives, orders
from hotline12345.testing.orders import Life
from hotline12345.testing.policies import calendars, packs, policies

T = TypeVar("T")


@settings(max_examples=15, deadline=None)
@given(calendars())
def test_on_any_calendar_the_next_working_day_works(calendar: WorkCalendar) -> None:
    day = calendar.nth_working_day(date(2026, 6, 1), 3)
    assert calendar.is_workday(day)
    assert calendar.working_days_between(date(2026, 6, 1), day) == 3


def seen(strategy: st.SearchStrategy[T], examples: int = 300) -> list[T]:
    """Draw *examples* of *strategy*, the same ones every time."""
    found: list[T] = []
    quiet = settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    quiet(given(strategy)(lambda one: found.append(one)))()
    return found


def test_some_calendar_makes_a_feast_a_working_day() -> None:
    assert not WorkCalendar.china().is_workday(date(2026, 10, 1))
    assert any(any(one.is_workday(date(2026, 10, day)) for day in range(1, 8)) for one in seen(calendars()))


@settings(max_examples=15, deadline=None)
@given(packs())
def test_a_pack_has_one_edition_that_answers(pack: Pack) -> None:
    assert pack.newest is pack.on(date(2026, 6, 1))
    assert pack.newest.limits


def test_packs_reach_beyond_what_the_check_passes_and_within() -> None:
    drawn = seen(policies(), 150)
    assert any(list(clocks.extensions(one)) for one in drawn)  # caps in two units: an error
    assert any(not any(fault.severity == "error" for fault in check(one)) for one in drawn[:5])


@settings(max_examples=25, deadline=None)
@given(lives(policies()))
def test_a_life_is_its_log_and_only_what_the_table_allows(life: Life) -> None:
    assert fold(life.log) == life.order
    status = Status.RECEIVED
    for _, command, order in life.steps:
        assert order.status in TRANSITIONS[status][type(command)].to
        status = order.status


def test_orders_come_to_every_status_a_life_of_twelve_steps_can_reach() -> None:
    reached = {order.status for order in seen(orders(), 300)}
    assert {Status.RECEIVED, Status.ACCEPTED, Status.DISPATCHED, Status.SIGNED, Status.CLOSED} <= reached
    assert len(reached) >= 10
