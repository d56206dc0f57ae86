"""Counting deadlines anew: an amendment in mid-year moves certain deadlines too, and says why."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Role
from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar
from hotline12345.core.errors import CommandError
from hotline12345.core.evolve import fold
from hotline12345.core.order import Order
from hotline12345.core.sla import Stage
from hotline12345.testing.orders import ACTORS, ADMIN, HANDLER, SYSTEM, Life, limit, small_policy

# Spring Festival 2020 by the first notice (国办发明电〔2019〕16号): off to 30 January, the 31st and Saturday 1 February
# worked.  The second (国办发明电〔2020〕1号, 26 January) has everybody off to 2 February.
FIRST = WorkCalendar.china(
    (Overlay(tuple(OverlayDay(day, True) for day in (date(2020, 1, 31), date(2020, 2, 1))), "国办发明电〔2019〕16号"),)
)
SECOND = WorkCalendar.china()
NOTICE = "国办发明电〔2020〕1号"
MONDAY = datetime(2020, 1, 20, 10, tzinfo=CST)
AMENDED = datetime(2020, 1, 27, 9, tzinfo=CST)


def due(order: Order, name: str = "citizen") -> date | None:
    clock = order.clock(name)
    assert clock is not None
    return clock.deadline.due_day


def life_of_2020(*steps: str, **policy: object) -> Life:
    return Life(small_policy(calendar=FIRST, **policy), at=MONDAY).take(*steps)


def test_an_amendment_moves_certain_deadlines_with_its_name_on_record():
    life = life_of_2020("signed")
    # 21, 22, 23, 31 January, 1 February
    assert due(life.order) == due(life.order, "A1") == date(2020, 2, 1)
    assert life.order.citizen is not None
    assert not life.order.citizen.deadline.provisional
    life.policy = change(life.policy, calendar=SECOND)
    events = life.do(c.Recount(SYSTEM, NOTICE), AMENDED)
    moved = [(x.clock, x.reason, x.source) for x in events if isinstance(x, e.DeadlineMoved)]
    assert moved == [("citizen", "calendar", NOTICE), ("A1", "calendar", NOTICE)]
    # 21, 22, 23 January, 3, 4 February
    assert due(life.order) == due(life.order, "A1") == date(2020, 2, 4)
    assert life.do(c.Recount(SYSTEM, NOTICE)) == ()
    assert fold(life.log) == life.order


def test_a_tick_leaves_certain_deadlines_alone_while_nothing_waits_for_a_notice():
    life = life_of_2020("signed")
    life.policy = change(life.policy, calendar=SECOND)
    assert life.do(c.Tick(SYSTEM), AMENDED) == ()


def test_a_tick_that_settles_one_deadline_counts_the_others_by_the_same_calendar():
    # The citizen's deadline waits for the notice of 2027; signing does not: it is due on
    # Friday 25 December 2026, which this invented notice makes a day off.
    whole = tuple(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3))
    notice = Overlay((OverlayDay(date(2026, 12, 25), False, "元旦"), *whole), "fictitious", "", (2027,), True)
    limits = (limit("9wd"), limit("1wd", Stage.SIGN))
    life = Life(small_policy(limits=limits), at=datetime(2026, 12, 24, 10, tzinfo=CST)).take("dispatched")
    sign = life.order.assignments[0].sign
    assert sign is not None
    assert (sign.deadline.due_day, sign.deadline.provisional) == (date(2026, 12, 25), False)
    life.policy = change(life.policy, calendar=WorkCalendar.china((notice,)))
    events = life.do(c.Tick(SYSTEM), datetime(2026, 12, 24, 20, tzinfo=CST))
    moved = {(x.clock, x.stage): x.deadline.due_day for x in events if isinstance(x, e.DeadlineMoved)}
    # 28, 29, 30, 31 December, 4, 5, 6, 7, 8 January
    assert moved == {
        ("citizen", Stage.HANDLE): date(2027, 1, 8),
        ("A1", Stage.SIGN): date(2026, 12, 28),
        ("A1", Stage.HANDLE): date(2027, 1, 8),
    }


def test_what_was_missed_and_is_moved_ahead_can_be_missed_again():
    life = life_of_2020("signed")
    late = datetime(2020, 2, 2, 9, tzinfo=CST)
    life.do(c.Tick(SYSTEM), late)
    assert life.order.citizen is not None
    assert life.order.citizen.fired == ("overdue",)
    life.policy = change(life.policy, calendar=SECOND)
    life.do(c.Recount(SYSTEM, NOTICE), late)
    assert life.order.citizen.fired == ()
    assert life.order.wake == datetime(2020, 2, 5, tzinfo=CST)
    events = life.do(c.Tick(SYSTEM), datetime(2020, 2, 5, tzinfo=CST))
    assert [x.clock for x in events if isinstance(x, e.FellOverdue)] == ["citizen", "A1"]


def test_a_deferred_deadline_is_a_day_somebody_named_and_stays():
    life = life_of_2020("signed")
    until = datetime(2020, 3, 2, tzinfo=CST)
    life.do(c.Defer(ADMIN, until, "no-budget"))
    life.policy = change(life.policy, calendar=SECOND)
    assert life.do(c.Recount(SYSTEM, NOTICE), AMENDED) == ()
    assert due(life.order) == (until - timedelta(days=1)).date()


def test_a_deadline_in_hours_is_nothing_to_a_notice():
    life = life_of_2020("signed", limits=(limit("300h"),))
    life.policy = change(life.policy, calendar=SECOND)
    assert life.do(c.Recount(SYSTEM, NOTICE), AMENDED) == ()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.ADMIN}, key=lambda role: role.value))
def test_only_the_system_and_administrators_recount(role: Role):
    with pytest.raises(CommandError) as refused:
        life_of_2020("signed").do(c.Recount(ACTORS[role], NOTICE))
    assert refused.value.code == "not-permitted"


def test_a_unit_that_replied_keeps_the_deadline_it_was_judged_by():
    life = life_of_2020("signed")
    life.do(c.Reply(HANDLER, solved=True), MONDAY + timedelta(days=1))
    life.policy = change(life.policy, calendar=SECOND)
    events = life.do(c.Recount(SYSTEM, NOTICE), AMENDED)
    assert [x.clock for x in events if isinstance(x, e.DeadlineMoved)] == []
    assert due(life.order, "A1") == date(2020, 2, 1)
