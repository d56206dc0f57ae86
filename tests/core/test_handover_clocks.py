"""Whose clock goes on from one unit to the next: restart, continue, remaining; the citizen's never changes by a hop."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.calendar import CST
from hotline12345.core.errors import HotlineError
from hotline12345.core.policy import AssistRule, Dispatching, Hops, Policy, ReopenRule
from hotline12345.core.sla import TimeLimit
from hotline12345.testing.orders import ADMIN, AT, DISPATCHER, HANDLER, SUPERVISOR, Life, limit, of_unit, small_policy
from hotline12345.testing.strategies import commands

U2 = of_unit("u2")


def hopping(text: str = "5wd", **hops: str) -> Policy:
    return small_policy(limits=(limit(text),), dispatching=Dispatching(hops=Hops(**hops)))


def due(life: Life, index: int = -1) -> datetime | None:
    clock = life.order.assignments[index].handle
    assert clock is not None
    return clock.deadline.at


def on(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CST)


def first_dispatched_on_a_monday(policy: Policy) -> Life:
    """Dispatched on Monday 2026-11-16 with five working days: due at the end of Monday the 23rd."""
    life = Life(policy, at=on(11, 16, 8)).take("signed")
    assert due(life) == datetime(2026, 11, 24, tzinfo=CST)
    return life


@pytest.mark.parametrize(
    ("how", "day"),
    [
        ("restart", date(2026, 11, 26)),  # Thursday the 19th and five working days
        ("continue", date(2026, 11, 23)),  # as the first unit had it
        ("remaining", date(2026, 11, 24)),  # three days of five were left on Wednesday the 18th, from Thursday on
    ],
)
@pytest.mark.parametrize("hop", ["send_back", "adjudication", "transfer"])
def test_the_next_units_clock_does_what_the_policy_says(hop: str, how: str, day: date) -> None:
    life = first_dispatched_on_a_monday(hopping(**{hop: how}))
    citizen = life.order.citizen
    if hop == "transfer":
        life.do(c.Recall(DISPATCHER), on(11, 18))
    else:
        life.do(c.SendBack(HANDLER, "not-our-duty"), on(11, 18))
    if hop == "adjudication":
        _, onward = life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"), on(11, 19))
    else:
        if hop == "send_back":
            life.do(c.Adjudicate(DISPATCHER), on(11, 18, 11))
        (onward,) = life.do(c.Dispatch(DISPATCHER, "u2"), on(11, 19))
    assert isinstance(onward, e.Dispatched)
    assert onward.handle is not None
    assert onward.handle.due_day == day
    assert onward.carried == ("" if how == "restart" else how)
    assert life.order.citizen == citizen


def test_what_was_left_of_hours_goes_on_to_the_minute() -> None:
    """24 hours from Monday 10:00, of which 6 had passed at 16:00: 18 hours from Tuesday 09:00."""
    life = Life(hopping("24h", send_back="remaining"), at=on(11, 16, 8)).take("dispatched")
    life.do(c.SendBack(HANDLER, "x"), on(11, 16, 16))
    life.do(c.Adjudicate(DISPATCHER), on(11, 16, 17))
    life.do(c.Dispatch(DISPATCHER, "u2"), on(11, 17, 9))
    assert due(life) == on(11, 18, 3)


def test_what_was_left_of_calendar_days_is_counted_in_days() -> None:
    """Seven days from the 16th, two of them gone on the 18th: five from the 19th."""
    life = Life(hopping("7d", send_back="remaining"), at=on(11, 16, 8)).take("dispatched")
    life.do(c.SendBack(HANDLER, "x"), on(11, 18))
    life.do(c.Adjudicate(DISPATCHER), on(11, 18, 11))
    life.do(c.Dispatch(DISPATCHER, "u2"), on(11, 19))
    assert due(life) == datetime(2026, 11, 25, tzinfo=CST)


def test_who_is_late_hands_on_no_new_time() -> None:
    life = first_dispatched_on_a_monday(hopping(send_back="remaining"))
    life.do(c.SendBack(HANDLER, "x"), on(11, 25))
    life.do(c.Adjudicate(DISPATCHER), on(11, 25, 11))
    life.do(c.Dispatch(DISPATCHER, "u2"), on(11, 26))
    assert due(life) == datetime(2026, 11, 24, tzinfo=CST)


def test_assisting_and_handing_down_have_hops_of_their_own() -> None:
    life = first_dispatched_on_a_monday(hopping(assist="continue", downward="continue"))
    life.do(c.Assist(DISPATCHER, "u3"), on(11, 18))
    life.do(c.Dispatch(HANDLER, "u2"), on(11, 19))
    assert {a.handle.deadline.due_day for a in life.order.assignments if a.handle} == {date(2026, 11, 23)}
    other = first_dispatched_on_a_monday(hopping())
    other.do(c.Assist(DISPATCHER, "u3"), on(11, 18))
    assert due(other) == datetime(2026, 11, 26, tzinfo=CST)


def test_an_assistants_own_limits_come_before_the_leads() -> None:
    shares = AssistRule(TimeLimit.parse("2wd"), TimeLimit.parse("4h"), basis="test")
    life = Life(small_policy(limits=(limit("5wd"),), dispatching=Dispatching(assist=shares)), at=on(11, 16, 8))
    life.take("signed")
    life.do(c.Assist(DISPATCHER, "u3"), on(11, 18))
    helper = life.order.assignments[-1]
    assert helper.handle is not None
    assert helper.sign is not None
    assert (helper.handle.deadline.due_day, helper.sign.deadline.at) == (date(2026, 11, 20), on(11, 18, 14))


def test_a_redo_goes_on_where_the_policy_wants_that_and_else_has_its_own_limit() -> None:
    for how, day in (("restart", date(2026, 11, 24)), ("continue", date(2026, 11, 23))):
        policy = small_policy(
            limits=(limit("5wd"),),
            reopen=ReopenRule(limit=TimeLimit.parse("3wd")),
            dispatching=Dispatching(hops=Hops(reopening=how)),
        )
        life = Life(policy, at=on(11, 16, 8)).take("closed")
        citizen = life.order.citizen
        life.do(c.Reopen(SUPERVISOR), on(11, 19))
        handle = life.order.assignments[-1].handle
        assert handle is not None
        assert handle.deadline.due_day == day
        assert life.order.citizen == citizen


HOPPING = (
    c.Dispatch, c.SendBack, c.Adjudicate, c.Assist, c.Recall, c.Reopen, c.Consult, c.Conclude, c.Report, c.Reply,
    c.Review, c.Sign, c.Accept, c.FollowUp, c.Supplement, c.Urge,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(("restart", "continue", "remaining")))
def test_the_citizens_clock_starts_once_whatever_happens(data: st.DataObject, how: str) -> None:
    """Handing over changes nothing of it: neither its start nor its end (issue of every hop)."""
    hops = dict.fromkeys(("transfer", "send_back", "adjudication", "assist", "downward", "reopening"), how)
    life = Life(hopping(**hops)).take(data.draw(st.sampled_from(("accepted", "dispatched", "signed", "disputed"))))
    first = life.order.citizen
    for _ in range(12):
        command = data.draw(commands(life.order))
        if not isinstance(command, HOPPING):
            continue
        try:
            life.do(command, life.at + timedelta(hours=data.draw(st.integers(0, 30))))
        except HotlineError:
            continue
        now = life.order.citizen
        first = first or now
        assert now is None or (first is not None and now.deadline == first.deadline)


def test_a_clock_begins_when_the_order_is_first_handed_over() -> None:
    life = Life(hopping()).take("accepted")
    assert life.order.citizen is None
    life.take("signed") if life.order.status.value == "signed" else life.do(c.Dispatch(DISPATCHER, "u1"))
    assert life.order.citizen is not None
    assert life.order.citizen.deadline.start > AT


def test_recalling_stops_the_units_clocks_and_not_the_citizens() -> None:
    life = first_dispatched_on_a_monday(hopping())
    life.do(c.Recall(DISPATCHER), on(11, 18))
    assert [name for name, _, _ in life.order.running()] == ["citizen"]


def test_what_is_void_has_no_clocks() -> None:
    life = first_dispatched_on_a_monday(hopping())
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Void(ADMIN, "test-call"), on(11, 18))
    assert (list(life.order.running()), life.order.wake) == ([], None)
    assert all(a.closed is not None for a in life.order.assignments)


def test_another_classification_counts_from_where_each_clock_started() -> None:
    """Five working days from Monday the 16th become two, for the unit and the citizen, from the same day."""
    policy = small_policy(limits=(limit("5wd"), limit("2wd", category="公安")))
    life = Life(policy, at=on(11, 16, 8)).take("signed")
    life.do(c.Reclassify(DISPATCHER, category="公安"), on(11, 17))
    assert life.order.citizen is not None
    assert (due(life), life.order.citizen.deadline.at) == (datetime(2026, 11, 19, tzinfo=CST),) * 2
