"""The impact of a changed calendar: previewed as it will be done, done once, and not kept by one order's fault."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hotline12345 import Hotline, Kind, Request
from hotline12345.core import commands as c
from hotline12345.core.calendar import CST, Overlay, OverlayDay, WorkCalendar
from hotline12345.core.errors import CommandError
from hotline12345.core.events import DeadlineMoved
from hotline12345.core.policy import Pack
from hotline12345.core.sla import Stage
from hotline12345.impact import impact, settle
from hotline12345.stores import open_store
from hotline12345.testing.orders import AGENT, CALLER, DISPATCHER, HANDLER, PLACE, REVIEWER, small_policy

# Spring Festival 2020, as in tests/core/test_recount.py: 国办发明电〔2020〕1号 takes 31 January and 1 February.
FIRST = (
    Overlay(tuple(OverlayDay(day, True) for day in (date(2020, 1, 31), date(2020, 2, 1))), "国办发明电〔2019〕16号"),
)
NOTICE = "国办发明电〔2020〕1号"
MONDAY = datetime(2020, 1, 20, 10, tzinfo=CST)
AMENDED = datetime(2020, 1, 27, 9, tzinfo=CST)
KEY = b"impact" * 6


def hotline(store: Any, overlays: tuple[Overlay, ...] = (), **policy: Any) -> Hotline:
    edition = small_policy(calendar=WorkCalendar.china(overlays), effective=date(2019, 1, 1), **policy)
    return Hotline(Pack("test", PLACE, "test", (edition,)), store, clock=lambda: AMENDED, secrets=KEY)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path):
    opened = open_store("memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'impact.db'}")
    yield opened
    opened.close()


def dispatched(line: Hotline, at: datetime = MONDAY) -> str:
    number = line.receive(Request(at, kind=Kind.COMPLAINT), by=AGENT, at=at, through="accept").number
    line.handle(number, c.Dispatch(DISPATCHER, unit="u1"), at=at)
    return number


def signed(line: Hotline, at: datetime = MONDAY) -> str:
    number = dispatched(line, at)
    line.handle(number, c.Sign(HANDLER), at=at)
    return number


def test_a_preview_names_clock_unit_and_both_days_and_writes_nothing(store):
    before = hotline(store, FIRST)
    number = signed(before)
    version = before.order(number).version
    shifts = list(impact(hotline(store)))
    told = {(s.number, s.clock, s.stage, s.unit, s.old.due_day, s.new.due_day) for s in shifts}
    old, new = date(2020, 2, 1), date(2020, 2, 4)  # 21–23 January, then 31 and 1 February, or 3 and 4 February
    assert told == {(number, "citizen", Stage.HANDLE, "u1", old, new), (number, "A1", Stage.HANDLE, "u1", old, new)}
    assert all(shift.moves for shift in shifts)
    assert before.order(number).version == version
    assert list(impact(before)) == []


def test_what_is_previewed_is_what_is_done_and_it_is_done_once(store):
    old = hotline(store, FIRST)
    numbers = {signed(old), signed(old), dispatched(old)}
    after = hotline(store)
    shifts = {(s.number, s.clock, s.stage): s.new for s in impact(after)}
    done = list(settle(after, source=NOTICE, at=AMENDED))
    assert {one.number for one in done} == numbers
    assert sum(one.moved for one in done) == len(shifts)
    for number in numbers:
        for event in after.history(number):
            if isinstance(event, DeadlineMoved):
                assert (event.reason, event.source) == ("calendar", NOTICE)
                assert shifts[number, event.clock, event.stage] == event.deadline
    assert list(impact(after)) == []
    assert list(settle(after, source=NOTICE, at=AMENDED)) == []


def test_one_that_was_cut_short_goes_on_where_it_stopped(store):
    old = hotline(store, FIRST)
    numbers = sorted(signed(old) for _ in range(5))
    after = hotline(store)
    first = next(iter(settle(after, source=NOTICE, at=AMENDED)))
    rest = [one.number for one in settle(hotline(store), source=NOTICE, at=AMENDED)]
    assert sorted([first.number, *rest]) == numbers


def test_one_orders_fault_does_not_stop_the_rest(store):
    old = hotline(store, FIRST)
    good, bad = signed(old), signed(old)
    old.handle(bad, c.Urge(DISPATCHER), at=AMENDED + timedelta(days=1))  # recorded ahead: time cannot run backward
    done = {one.number: one for one in settle(hotline(store), source=NOTICE, at=AMENDED)}
    assert done[good].error is None
    assert done[good].moved == 2
    assert isinstance(done[bad].error, CommandError)
    assert done[bad].error.code == "time-runs-backward"


def test_only_open_orders_counted_by_another_calendar_are_looked_at(store, monkeypatch):
    old, new = hotline(store, FIRST), hotline(store)
    mine, closed = signed(old), signed(old)
    old.handle(closed, c.Reply(HANDLER, solved=True), at=MONDAY)
    old.handle(closed, c.Review(REVIEWER), at=MONDAY)
    old.handle(closed, c.FollowUp(CALLER, solved=True, satisfied="satisfied"), at=MONDAY)
    signed(new)
    read: list[str] = []
    streams = new.store.streams
    monkeypatch.setattr(new.store, "streams", lambda place, numbers: read.extend(numbers) or streams(place, numbers))
    assert {shift.number for shift in impact(new)} == {mine}
    assert read == [mine]


def test_an_order_counted_by_two_calendars_is_found(store):
    # Dispatched under the first notice, an assistant added under the second: the assist's clock is right already.
    number = signed(hotline(store, FIRST))
    new = hotline(store)
    new.handle(number, c.Assist(DISPATCHER, "u2"), at=AMENDED)
    assert new.find().heads[0].digest == "mixed"
    assert {shift.clock for shift in impact(new)} == {"citizen", "A1"}


def test_a_certain_deadline_hidden_behind_a_provisional_one_is_found(store):
    # The citizen's deadline has been settled by the new calendar; signing was counted by the old one and is certain.
    start = datetime(2026, 12, 24, 10, tzinfo=CST)
    number = dispatched(hotline(store), start)
    friday = Overlay((OverlayDay(date(2026, 12, 25), False, "停工"),), "fictitious", "", (), True)
    new = hotline(store, (friday,))
    moved = {(shift.clock, shift.stage) for shift in impact(new) if shift.moves}
    assert ("A1", Stage.SIGN) in moved
    assert {shift.number for shift in impact(new)} == {number}


def test_deadlines_that_only_become_certain_are_told_apart(store):
    start = datetime(2026, 12, 31, 10, tzinfo=CST)
    signed(hotline(store), start)
    days = tuple(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3))
    shifts = list(impact(hotline(store, (Overlay(days, "fictitious", "", (2027,), True),))))
    assert shifts
    assert all(shift.old.provisional and not shift.new.provisional for shift in shifts)
    assert [shift.moves for shift in shifts] == [False] * len(shifts)
