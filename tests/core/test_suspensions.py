"""Suspensions (中止计时): allowed by the place, for its reasons, bounded, kept in a ledger, and told as computed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Role
from hotline12345.core.errors import CommandError
from hotline12345.core.policy import ExtensionRule, SuspensionRule
from hotline12345.core.sla import Suspension, TimeLimit, recount
from hotline12345.testing.orders import ACTORS, DISPATCHER, HANDLER, Life, limit, small_policy

WAIT = "awaiting-requester"
TICK = c.Tick(SYSTEM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def life(rule: SuspensionRule | None = None, **more: object) -> Life:
    """Return an order signed on Monday 2026-09-28, due 2026-10-10 (TV-01) where suspensions are as *rule* says."""
    return Life(small_policy(suspension=rule or SuspensionRule((WAIT,)), **more)).take("signed")


def due(one: Life, name: str = "citizen") -> date | None:
    clock = one.order.clock(name)
    assert clock is not None
    return clock.deadline.due_day


def refusal(one: Life, command: c.Command, when: datetime | None = None) -> str:
    with pytest.raises(CommandError) as refused:
        one.do(command, when)
    return refused.value.code


def test_there_are_none_unless_the_place_names_reasons() -> None:
    """Handbook §4: no local text that was read gives pausing rules."""
    assert refusal(Life().take("signed"), c.Suspend(DISPATCHER, WAIT)) == "suspension-off"
    assert refusal(life(), c.Suspend(DISPATCHER, "weather")) == "unknown-suspension-reason"


def test_days_at_whose_end_the_clock_stood_still_do_not_count_for_citizen_or_unit() -> None:
    one = life()
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-12T00:00")))
    # Suspended from the 28th through Sunday 11 October: the five working days are 12 to 16 October.
    assert (due(one), due(one, "A1")) == (date(2026, 10, 16), date(2026, 10, 16))
    assert [event.reason for event in one.log if isinstance(event, e.DeadlineMoved)] == ["suspended", "suspended"]
    assert one.order.clock("A1") is not None


def test_resuming_early_gives_back_the_days_that_were_not_used() -> None:
    one = life()
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-12T00:00")))
    one.do(c.Resume(HANDLER), at("10-08T09:00"))
    # Only 28, 29 and 30 September and the holiday were lost: 8, 9, 10 (a Saturday that works), 12, 13 October.
    assert due(one) == date(2026, 10, 13)
    assert one.order.clocks.timing.suspensions == (Suspension(at("09-28T14:00"), at("10-08T09:00"), WAIT),)
    assert refusal(one, c.Resume(HANDLER)) == "not-suspended"


def test_a_suspension_ends_by_itself_and_time_says_so_once() -> None:
    one = life(SuspensionRule((WAIT,), longest=TimeLimit.parse("2d")))
    one.do(c.Suspend(DISPATCHER, WAIT))
    end = at("10-01T00:00")  # two calendar days after the 28th end with the 30th
    assert one.order.wake == one.order.suspended == end
    (said,) = one.do(TICK, end)
    assert (type(said), said.reason) == (e.Resumed, "lapsed")  # type: ignore[attr-defined]
    assert one.order.suspended is None
    assert one.do(TICK, end + timedelta(hours=1)) == ()
    assert due(one) == date(2026, 10, 13)  # 29 and 30 September were lost: 8, 9, 10 (a Saturday that works), 12, 13


def test_the_last_working_day_of_all_suspensions_together_is_allowed_and_the_next_is_not() -> None:
    rule = SuspensionRule((WAIT,), 2, TimeLimit.parse("10d"), TimeLimit.parse("2wd"))
    until = at("09-30T14:00")  # Tuesday and Wednesday after Monday the 28th
    allowed = life(rule)
    allowed.do(c.Suspend(DISPATCHER, WAIT, until))
    assert allowed.order.suspended == until
    assert refusal(life(rule), c.Suspend(DISPATCHER, WAIT, at("10-08T14:00"))) == "suspension-too-long"


def test_the_bounds_of_a_suspension() -> None:
    rule = SuspensionRule((WAIT,), 2, TimeLimit.parse("5d"), TimeLimit.parse("6d"))
    one = life(rule)
    assert refusal(one, c.Suspend(DISPATCHER, WAIT, at("10-05T00:00"))) == "suspension-too-long"
    assert refusal(one, c.Suspend(DISPATCHER, WAIT, at("09-27T00:00"))) == "suspension-past"
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-03T00:00")))
    assert refusal(one, c.Suspend(DISPATCHER, WAIT)) == "already-suspended"
    one.do(c.Resume(DISPATCHER), at("10-02T14:00"))  # four days used
    assert refusal(one, c.Suspend(DISPATCHER, WAIT, at("10-05T15:00"))) == "suspension-too-long"
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-03T12:00")))
    one.do(c.Resume(DISPATCHER))
    assert refusal(one, c.Suspend(DISPATCHER, WAIT)) == "suspended-too-often"


@pytest.mark.parametrize(
    ("approver", "may", "may_not"),
    [
        ("centre", DISPATCHER, HANDLER),
        ("unit-head", ACTORS[Role.UNIT_HEAD], HANDLER),
        ("unit-head", ACTORS[Role.UNIT_HEAD], DISPATCHER),
        ("none", HANDLER, DISPATCHER),
    ],
)
def test_who_may_suspend_is_the_places_to_say(approver: str, may: object, may_not: object) -> None:
    one = life(SuspensionRule((WAIT,), approver=approver))
    assert refusal(one, c.Suspend(may_not, WAIT)) in ("not-approver", "not-your-order")  # type: ignore[arg-type]
    one.do(c.Suspend(may, WAIT))  # type: ignore[arg-type]


def test_what_has_been_missed_stays_missed() -> None:
    one = life()
    one.do(TICK, at("10-11T00:00"))
    assert refusal(one, c.Suspend(DISPATCHER, WAIT)) == "nothing-to-suspend"


def test_giving_the_order_away_ends_the_suspension_and_the_next_unit_has_its_whole_time() -> None:
    one = life()
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-12T00:00")))
    events = one.do(c.SendBack(HANDLER, "not-our-duty"), at("09-30T15:00"))
    assert [type(event).__name__ for event in events][:2] == ["Resumed", "DeadlineMoved"]
    one.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert due(one) == date(2026, 10, 12)  # 29 September was lost, the 30th was not: 30, 8, 9, 10, 12
    assert due(one, "A2") == date(2026, 10, 13)  # TV-02: five working days from the 30th


def test_an_extension_before_a_suspension_is_counted_anew_with_it() -> None:
    one = life(extension=ExtensionRule(approver="none"))
    one.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    assert due(one) == date(2026, 10, 13)
    one.do(c.Suspend(DISPATCHER, WAIT, at("10-08T00:00")))
    one.do(c.Resume(DISPATCHER), at("10-08T00:00"))
    # 29 and 30 September no longer count: 8, 9, 10, 12, 13 October, and two more.
    assert due(one) == date(2026, 10, 15)


# ── laws ──

_DAYS = st.integers(0, 40)
_SPANS = st.lists(st.tuples(_DAYS, st.integers(0, 23), st.integers(1, 20)), max_size=4)
_AMOUNTS = st.sampled_from(("1wd", "5wd", "20wd", "7d", "36h", "90min", "12wh"))


def ledger(spans: list[tuple[int, int, int]]) -> tuple[Suspension, ...]:
    start = at("09-28T10:00")
    found, free = [], start
    for day, hour, long in sorted(spans):
        begin = max(free, start + timedelta(days=day, hours=hour))
        found.append(Suspension(begin, begin + timedelta(days=long), "x"))
        free = begin + timedelta(days=long)
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(amount=_AMOUNTS, more=_AMOUNTS, spans=_SPANS, extended=st.booleans())
def test_told_is_computed_no_suspension_shortens_and_none_hangs(
    amount: str, more: str, spans: list[tuple[int, int, int]], extended: bool
) -> None:
    policy = small_policy(limits=(limit(amount),))
    plain = policy.due(None, at("09-28T10:00"))
    if extended:
        from hotline12345.core.sla import lengthen

        longer = lengthen(plain, TimeLimit.parse(more), policy.calendar, policy.clock, "test")
        assert plain.at is not None
        assert longer.at is not None
        assert longer.at >= plain.at
        plain = longer
    stops = ledger(spans)
    held = policy.recount(plain, stops)
    told = policy.explain_recount(plain, stops)
    assert told.deadline == held
    assert held.at is not None  # every suspension has an end, so the clock always runs out
    assert plain.at is not None
    assert held.at >= plain.at
    assert recount(held, policy.calendar, policy.clock, stops) == held
    fewer = policy.recount(plain, stops[:-1])
    assert fewer.at is not None
    assert fewer.at <= held.at


@settings(max_examples=60, deadline=None)
@given(hours=st.lists(st.tuples(st.integers(1, 200), st.integers(1, 200)), max_size=3), ends=st.booleans())
def test_a_suspended_order_always_wakes_and_replays_to_itself(hours: list[tuple[int, int]], ends: bool) -> None:
    from hotline12345.core.evolve import fold

    one = life()
    now = at("09-28T14:00")
    for before, during in hours:
        now += timedelta(hours=before)
        try:
            one.do(c.Suspend(DISPATCHER, WAIT, now + timedelta(hours=during)), now)
        except CommandError:
            break
        assert one.order.wake is not None
        now += timedelta(hours=during if ends else 1)
        one.do(TICK if ends else c.Resume(DISPATCHER), now)
        assert one.order.suspended is None
    assert fold(one.log) == one.order
    moved = [event for event in one.log if isinstance(event, e.DeadlineMoved) and event.clock == "citizen"]
    citizen = one.order.citizen
    assert citizen is not None
    if moved:
        assert one.policy.recount(citizen.deadline, one.order.clocks.timing.suspensions) == citizen.deadline
    assert (citizen.deadline.start, citizen.deadline.at is not None) == (at("09-28T12:00"), True)
