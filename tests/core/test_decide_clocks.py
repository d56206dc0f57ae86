"""Deadlines through the machine: start, signing, extension, deferral, reclassification, redo, notices, the ladder."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Role
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.calendar.overlay import Overlay, OverlayDay
from hotline12345.core.errors import CommandError
from hotline12345.core.evolve import fold
from hotline12345.core.order import Order, Status
from hotline12345.core.policy import ExtensionRule, Flow, ReopenRule, Rung
from hotline12345.core.policy.timing import DeferralRule
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import ClockRules, Stage, TimeLimit
from hotline12345.testing.orders import (
    ACTORS,
    ADMIN,
    AGENT,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    Life,
    limit,
    of_unit,
    small_policy,
)

TICK = c.Tick(SYSTEM)
WD10, WD1 = TimeLimit.parse("10wd"), TimeLimit.parse("1wd")
SHANDONG = ExtensionRule(1, WD10, basis="山东")
NEW_YEAR = datetime(2026, 12, 31, 10, tzinfo=CST)
# Fictitious: the first three days of January rest, and Sunday 10 January works.
REST = (
    *(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)),
    OverlayDay(date(2027, 1, 10), True, "班"),
)
KNOWN = WorkCalendar.china((Overlay(REST, "fictitious", "test", (2027,), True),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def due(order: Order, name: str = "citizen", stage: Stage = Stage.HANDLE) -> date | None:
    """Return the due day of a clock of *order*."""
    clock = order.clock(name, stage)
    assert clock is not None
    return clock.deadline.due_day


def moved(life: Life) -> list[tuple[str, str]]:
    return [(event.clock, event.reason) for event in life.log if isinstance(event, e.DeadlineMoved)]


def fired(life: Life) -> list[tuple[str, str]]:
    return [(event.clock, event.rung) for event in life.log if isinstance(event, e.FellOverdue)]


def refusal(life: Life, command: c.Command, when: datetime | None = None) -> str:
    before = life.order
    with pytest.raises(CommandError) as refused:
        life.do(command, when)
    assert life.order is before
    return refused.value.code


# ── the start ──


def test_a_deadline_is_recorded_with_its_limit_start_calendar_and_basis():
    life = Life().take("dispatched")
    said = life.log[-1]
    assert isinstance(said, e.Dispatched)
    for deadline, day, limit_ in ((said.handle, date(2026, 10, 10), "5wd"), (said.sign, date(2026, 9, 29), "1wd")):
        assert deadline is not None
        assert (deadline.due_day, str(deadline.limit), deadline.start) == (day, limit_, life.at)
        assert (deadline.digest, deadline.basis) == (WorkCalendar.china().digest, "test")
    assert said.citizen == said.handle
    assert due(life.order) == date(2026, 10, 10)  # TV-01


def test_the_citizens_clock_may_start_with_receipt_and_the_units_with_dispatch():
    received = Life(small_policy(limits=(limit("5wd", start="received"),)))
    received.do(c.Accept(DISPATCHER))
    received.do(c.Dispatch(DISPATCHER, "u1"), at=AT + timedelta(days=2))
    assert due(received.order) == date(2026, 10, 10)
    assert due(received.order, "A1") == date(2026, 10, 13)  # TV-02: dispatched 2026-09-30


def test_no_hop_restarts_the_citizens_clock_and_each_unit_has_its_own():
    life = Life().take("signed")
    first = life.order.citizen
    life.do(c.SendBack(HANDLER, "not-our-duty"), at=at("10-09T09:00"))
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert life.order.citizen == first
    assert due(life.order, "A2") == date(2026, 10, 15)  # from Friday the 9th: Saturday 10 works, 12 to 15
    life.do(c.Recall(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, "u3"))
    assert life.order.citizen == first
    assert [a.unit for a in life.order.assignments] == ["u1", "u2", "u3"]


def test_a_redo_runs_on_the_units_clock_alone_and_has_its_own_limit():
    life = Life(small_policy(reopen=ReopenRule(1, TimeLimit.parse("2wd"), "redo rule"))).take("closed")
    before = life.order.citizen
    (_, again) = life.do(c.Reopen(SUPERVISOR), at=at("10-12T09:00"))
    assert isinstance(again, e.Dispatched)
    assert again.redo
    assert again.handle is not None
    assert (again.handle.due_day, again.handle.basis) == (date(2026, 10, 14), "redo rule")
    assert life.order.citizen == before
    assert [name for name, _, _ in life.order.running()] == ["A2", "A2"]
    life.do(c.Reply(HANDLER))
    assert life.order.outcome.replied is not None
    assert life.order.outcome.replied < at("10-12T09:00")  # the first reply still says whether it was in time
    life.do(c.Review(REVIEWER))
    life.do(c.Close(CALLER))
    assert refusal(life, c.Reopen(SUPERVISOR)) == "reopened-too-often"


# ── clocks that start with signing ──

BY_SIGNING = (limit("5wd", start="signed"), limit("2wd", Stage.SIGN))


def test_a_clock_that_starts_with_signing_starts_with_the_sign_deadline_at_the_latest():
    """sla.start_of: where the sign deadline is a midnight, the day it ends is meant."""
    life = Life(small_policy(limits=BY_SIGNING)).take("dispatched")
    # Dispatched Monday 28 September; signing ends with Wednesday 30: counted from there, as TV-02.
    assert due(life.order, "A1", Stage.SIGN) == date(2026, 9, 30)
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 13)
    late = Life(small_policy(limits=BY_SIGNING)).take("dispatched")
    late.do(c.Sign(HANDLER), at=at("10-09T09:00"))
    assert due(late.order) == due(late.order, "A1") == date(2026, 10, 13)


def test_signing_early_starts_it_early_for_unit_and_citizen():
    life = Life(small_policy(limits=BY_SIGNING)).take("signed")
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 10)  # signed on the 28th, as TV-01


def test_a_category_whose_clock_starts_with_dispatch_is_not_started_by_signing():
    mixed = (*BY_SIGNING, limit("5wd", kind=Kind.COMPLAINT))
    life = Life(small_policy(limits=mixed)).take("dispatched")
    before = due(life.order)
    life.do(c.Sign(HANDLER), at=at("09-30T10:00"))
    assert due(life.order) == due(life.order, "A1") == before == date(2026, 10, 10)


def test_only_the_first_unit_starts_the_citizens_clock_by_signing():
    life = Life(small_policy(limits=BY_SIGNING)).take("dispatched")
    life.do(c.Recall(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, "u2"))
    life.do(c.Sign(of_unit("u2")))
    assert (due(life.order), due(life.order, "A2")) == (date(2026, 10, 13), date(2026, 10, 10))


def test_helpers_do_not_keep_the_citizens_clock_from_starting_with_the_lead():
    life = Life(small_policy(limits=BY_SIGNING)).take("dispatched")
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Sign(of_unit("u3")))
    assert (due(life.order), due(life.order, "A2")) == (date(2026, 10, 13), date(2026, 10, 10))
    life.do(c.Sign(HANDLER))
    assert due(life.order) == date(2026, 10, 10)


def test_a_clock_taken_over_from_another_hotline_is_not_started_again_by_signing():
    there = Life(small_policy(limits=BY_SIGNING)).take("signed")
    assert there.order.citizen is not None
    here = Life(small_policy(limits=BY_SIGNING), at=at("10-12T10:00"), citizen=there.order.citizen.deadline)
    here.take("signed")
    assert due(here.order) == date(2026, 10, 10)
    assert due(here.order, "A1") == date(2026, 10, 19)


@pytest.mark.parametrize("decided", ["extended", "deferred", "redone"])
def test_what_a_person_decided_before_signing_is_not_undone_by_signing(decided: str) -> None:
    policy = small_policy(limits=BY_SIGNING, reopen=ReopenRule(None, TimeLimit.parse("3wd")))
    if decided == "redone":
        life = Life(policy).take("closed")
        life.do(c.Reopen(SUPERVISOR))
    else:
        life = Life(policy).take("dispatched")
        if decided == "extended":
            life.do(c.Extend(HANDLER, WD10))
            life.do(c.GrantExtension(DISPATCHER))
        else:
            life.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    name = life.order.assignments[-1].id
    before = due(life.order), due(life.order, name)
    life.do(c.Sign(HANDLER))
    assert (due(life.order), due(life.order, name)) == before


def test_answering_without_signing_starts_no_clock_anew():
    life = Life(small_policy(limits=(limit("5wd", start="signed"),), flow=Flow(sign=False))).take("dispatched")
    assert due(life.order) == date(2026, 10, 10)
    life.do(c.Reply(HANDLER), at=at("10-20T09:00"))
    assert life.order.on_time is False
    assert life.order.assignments[0].signed == at("10-20T09:00")


def test_without_a_sign_deadline_signing_starts_the_clock_whenever_it_comes():
    life = Life(small_policy(limits=(limit("5wd", start="signed"),))).take("dispatched")
    life.do(c.Sign(HANDLER), at=at("09-30T10:00"))
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 13)  # TV-02
    bare = Life(small_policy(limits=(limit("5wd", start="signed"), limit("1d", Stage.REVIEW)))).take("dispatched")
    bare.do(c.Assist(DISPATCHER, "u3", "copy"))
    bare.do(c.Sign(of_unit("u3")))
    assert bare.order.assignments[1].handle is None


# ── extensions ──


def test_tv20_an_extension_runs_from_the_old_due_day():
    """Shandong: 5 working days from 2026-11-20, extended by 10 from the old due day 11-27: 2026-12-11."""
    life = Life(small_policy(extension=SHANDONG), at=at("11-20T10:00")).take("signed")
    assert due(life.order) == date(2026, 11, 27)
    life.do(c.Extend(HANDLER, WD10, "complex"), at=at("11-25T10:00"))
    assert due(life.order) == date(2026, 11, 27)
    life.do(c.GrantExtension(DISPATCHER))
    assert due(life.order) == due(life.order, "A1") == date(2026, 12, 11)
    assert moved(life) == [("citizen", "extended"), ("A1", "extended")]
    assert (life.order.counts.extended, life.order.pending.extension) == (1, None)


def test_tv83_an_extension_asked_after_expiry_is_refused():
    life = Life().take("signed")
    last = at("10-11T00:00")
    assert refusal(life, c.Extend(HANDLER, WD1), last) == "extension-late"
    life.do(c.Tick(SYSTEM), last)
    assert ("A1", "overdue") in fired(life)
    in_time = Life().take("signed")
    in_time.do(c.Extend(HANDLER, WD1), last - timedelta(microseconds=1))
    assert in_time.order.pending.extension == WD1


def test_tv84_a_second_extension_is_refused_where_one_is_the_most():
    life = Life(small_policy(extension=SHANDONG)).take("signed")
    life.do(c.Extend(HANDLER, WD1))
    assert refusal(life, c.Extend(HANDLER, WD1)) == "extension-pending"
    life.do(c.GrantExtension(DISPATCHER))
    assert refusal(life, c.Extend(HANDLER, WD1)) == "extension-too-often"


@pytest.mark.parametrize(
    ("rule", "asked", "code"),
    [
        (SHANDONG, "11wd", "extension-too-long"),
        (SHANDONG, "10d", "extension-too-long"),
        (ExtensionRule(up_to_original=True), "6wd", "extension-too-long"),
        (ExtensionRule(up_to_original=True), "5wd", ""),
        (ExtensionRule(), "100d", ""),
    ],
)
def test_how_long_an_extension_may_be(rule: ExtensionRule, asked: str, code: str) -> None:
    life = Life(small_policy(extension=rule)).take("signed")
    command = c.Extend(HANDLER, TimeLimit.parse(asked))
    assert (refusal(life, command) if code else life.do(command) and "") == code


def test_the_original_limit_stays_the_measure_after_an_extension():
    life = Life(small_policy(extension=ExtensionRule(up_to_original=True, approver="none"))).take("signed")
    life.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    life.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    assert refusal(life, c.Extend(HANDLER, TimeLimit.parse("6wd"))) == "extension-too-long"
    life.policy = change(life.policy, limits=(limit("1wd", Stage.SIGN),))  # the record knows it, whatever the rules say
    assert refusal(life, c.Extend(HANDLER, TimeLimit.parse("6wd"))) == "extension-too-long"


def test_a_deferral_does_not_lift_the_cap_of_the_original_limit():
    life = Life(small_policy(extension=ExtensionRule(up_to_original=True))).take("signed")
    life.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    assert refusal(life, c.Extend(HANDLER, TimeLimit.parse("6wd"))) == "extension-too-long"


def test_what_a_lower_unit_is_granted_holds_for_whoever_handed_it_down():
    life = Life(small_policy(extension=ExtensionRule(approver="none"))).take("signed")
    life.do(c.Dispatch(HANDLER, "u2"))
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Extend(of_unit("u2"), TimeLimit.parse("2wd")))
    # 10-10 is the fifth working day (TV-01); the two after it are Monday and Tuesday.
    assert [due(life.order, name) for name in ("citizen", "A1", "A2")] == [date(2026, 10, 13)] * 3
    assert due(life.order, "A3") == date(2026, 10, 10)  # the assistant answers to the lead as before


def test_an_extension_granted_as_asked_needs_nobody():
    life = Life(small_policy(extension=ExtensionRule(approver="none"))).take("signed")
    events = life.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    assert [type(event).__name__ for event in events] == [
        "ExtensionAsked",
        "Extended",
        "DeadlineMoved",
        "DeadlineMoved",
    ]
    assert due(life.order) == date(2026, 10, 13)


def test_who_decides_an_extension_is_the_policys_to_say():
    for approver, may, may_not in (
        ("centre", DISPATCHER, ACTORS[Role.UNIT_HEAD]),
        ("unit-head", ACTORS[Role.UNIT_HEAD], DISPATCHER),
    ):
        life = Life(small_policy(extension=ExtensionRule(approver=approver))).take("signed")
        assert refusal(life, c.GrantExtension(may)) == "nothing-asked"
        life.do(c.Extend(HANDLER, WD1))
        assert refusal(life, c.GrantExtension(may_not)) == "not-approver"
        life.do(c.GrantExtension(may))
    life = Life(small_policy(extension=ExtensionRule(approver="unit-head"))).take("signed")
    life.do(c.Extend(HANDLER, WD1))
    assert refusal(life, c.GrantExtension(of_unit("u2", Role.UNIT_HEAD))) == "not-approver"


def test_an_extension_may_be_refused_and_asked_again():
    life = Life().take("signed")
    before = due(life.order)
    life.do(c.Extend(HANDLER, WD1, "complex"))
    (said,) = life.do(c.GrantExtension(DISPATCHER, False, "no-reason"))
    assert said == e.ExtensionRefused(life.at, DISPATCHER, "A1", "no-reason")
    assert (due(life.order), life.order.pending.extension, life.order.counts.extended) == (before, None, 0)
    life.do(c.Extend(HANDLER, WD1))


def test_what_a_unit_asked_is_not_granted_after_it_has_given_the_order_away():
    life = Life().take("signed")
    life.do(c.Extend(HANDLER, WD1))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert refusal(life, c.GrantExtension(DISPATCHER)) == "nothing-asked"
    for command in (c.SendBack(of_unit("u2"), "not-our-duty"), c.Reply(of_unit("u2"))):
        below = Life().take("signed")
        below.do(c.Dispatch(HANDLER, "u2"))
        below.do(c.Extend(of_unit("u2"), WD1))
        below.do(command)
        assert refusal(below, c.GrantExtension(DISPATCHER)) == "nothing-asked"
    above = Life().take("signed")
    above.do(c.Extend(HANDLER, WD1))
    above.do(c.Assist(DISPATCHER, "u3"))
    above.do(c.Reply(of_unit("u3")))
    above.do(c.GrantExtension(DISPATCHER))


def test_an_extension_revives_no_clock_that_had_been_missed_when_it_was_asked():
    """The second unit has time yet, the citizen's deadline has passed: it counts as overdue and stays so."""
    life = Life().take("signed")
    life.do(c.SendBack(HANDLER, "not-our-duty"), at("10-09T10:00"))
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    life.do(TICK, at("10-12T10:00"))
    life.do(c.Extend(of_unit("u2"), WD1))
    life.do(c.GrantExtension(DISPATCHER))
    assert moved(life) == [("A2", "extended")]
    assert due(life.order) == date(2026, 10, 10)


def test_an_extension_asked_in_time_is_granted_from_the_old_due_day_even_late():
    life = Life().take("signed")
    life.do(c.Extend(HANDLER, WD10), at("10-10T10:00"))
    life.do(TICK, at("10-11T00:00"))
    life.do(c.GrantExtension(DISPATCHER), at("10-12T10:00"))
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 23)
    assert life.order.wake == datetime(2026, 10, 24, tzinfo=CST)  # and may be missed again
    life.do(TICK, at("10-24T00:00"))
    assert fired(life).count(("A1", "overdue")) == 2


def test_only_the_lead_has_a_deadline_to_extend():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    assert refusal(life, c.Extend(of_unit("u3"), WD1)) == "not-lead"
    assert refusal(Life(small_policy(limits=())).take("signed"), c.Extend(HANDLER, WD1)) == "no-deadline"


# ── deferral ──


def test_deferring_moves_both_clocks_to_the_day_of_the_solution():
    life = Life().take("signed")
    life.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    assert moved(life) == [("citizen", "deferred"), ("A1", "deferred")]
    assert due(life.order) == due(life.order, "A1") == date(2026, 11, 30)
    assert life.order.pending.deferred == at("12-01T00:00")
    assert life.order.wake == at("12-01T00:00")


def test_deferring_needs_a_reason_and_a_day_ahead_and_never_shortens():
    life = Life().take("signed")
    life.do(c.Urge(AGENT))
    assert refusal(life, c.Defer(DISPATCHER, at("12-01T00:00"))) == "reason-needed"
    assert refusal(life, c.Defer(DISPATCHER, life.at, "x"), life.at) == "defer-past"
    before = due(life.order)
    life.do(c.Defer(DISPATCHER, at("10-01T00:00"), "no-budget"))
    assert due(life.order) == before
    unlimited = Life(small_policy(limits=())).take("signed")
    unlimited.do(c.Defer(DISPATCHER, at("10-01T00:00"), "no-budget"))
    assert due(unlimited.order) == date(2026, 9, 30)


def test_a_deferral_may_reach_its_last_day_and_no_further():
    policy = small_policy(deferral=DeferralRule(longest=TimeLimit.parse("30d")))
    last = policy.after(TimeLimit.parse("30d"), Life(policy).take("signed").at).at
    allowed = Life(policy).take("signed")
    allowed.do(c.Defer(DISPATCHER, last, "no-budget"))
    assert allowed.order.pending.deferred == last
    refused = c.Defer(DISPATCHER, last + timedelta(seconds=1), "no-budget")
    assert refusal(Life(policy).take("signed"), refused) == "deferral-too-long"


# ── reclassification ──


def test_another_limit_moves_the_deadlines_from_where_each_clock_started():
    policy = small_policy(limits=(limit("5wd"), limit("2wd", kind=Kind.CONSULTATION)))
    life = Life(policy).take("signed")
    life.do(c.Assist(DISPATCHER, "u3"), at("09-29T10:00"))
    life.do(c.Reclassify(DISPATCHER, Kind.CONSULTATION, reason="misheard"))
    assert moved(life) == [(name, "reclassified") for name in ("citizen", "A1", "A2")]
    assert due(life.order) == due(life.order, "A1") == date(2026, 9, 30)
    assert due(life.order, "A2") == date(2026, 10, 8)  # from Tuesday 29: 30 September, 8 October
    assert life.order.kind is Kind.CONSULTATION


def test_a_kind_whose_clock_starts_elsewhere_moves_the_citizens_start_there_and_leaves_the_units():
    limits = (limit("5wd", start="received"), limit("5wd", kind=Kind.SUGGESTION))
    life = Life(small_policy(limits=limits), request=Request(AT, kind=Kind.SUGGESTION))
    life.do(c.Accept(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, "u1"), at("09-30T09:00"))
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 13)  # TV-02
    life.do(c.Reclassify(DISPATCHER, Kind.COMPLAINT))
    assert (due(life.order), due(life.order, "A1")) == (date(2026, 10, 10), date(2026, 10, 13))  # TV-01, TV-02
    life.do(c.Reclassify(DISPATCHER, Kind.SUGGESTION))
    assert due(life.order) == due(life.order, "A1") == date(2026, 10, 13)


def test_another_kind_moves_no_redo_that_has_a_limit_of_its_own():
    limits = (limit("5wd"), limit("20wd", kind=Kind.REPORT))
    life = Life(small_policy(limits=limits, reopen=ReopenRule(None, TimeLimit.parse("2wd"), "redo rule"))).take(
        "closed"
    )
    life.do(c.Reopen(SUPERVISOR), at=at("10-12T09:00"))
    life.do(c.Reclassify(DISPATCHER, Kind.REPORT))
    assert due(life.order, "A2") == date(2026, 10, 14)
    assert moved(life) == []


def test_a_clock_of_signing_is_not_moved_by_another_handling_limit():
    policy = small_policy(limits=(limit("5wd"), limit("2wd", kind=Kind.CONSULTATION), limit("1wd", Stage.SIGN)))
    life = Life(policy).take("dispatched")
    life.do(c.Reclassify(DISPATCHER, Kind.CONSULTATION))
    assert due(life.order, "A1", Stage.SIGN) == date(2026, 9, 29)
    assert moved(life) == [("citizen", "reclassified"), ("A1", "reclassified")]


def test_what_changes_no_limit_moves_nothing_and_what_a_person_decided_stands():
    policy = small_policy(limits=(limit("5wd"), limit("2wd", kind=Kind.CONSULTATION)))
    same = Life(policy).take("signed")
    same.do(c.Reclassify(DISPATCHER, category="公安", area="210103"))
    assert moved(same) == []
    assert (same.order.kind, same.order.category, same.order.area) == (Kind.COMPLAINT, "公安", "210103")
    deferred = Life(policy).take("signed")
    deferred.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    deferred.do(c.Reclassify(DISPATCHER, Kind.CONSULTATION))
    assert ("citizen", "reclassified") not in moved(deferred)
    silent = Life(request=Request(AT))
    silent.do(c.Refer(AGENT, "legal"))
    silent.do(c.Reopen(DISPATCHER))
    assert silent.order.topic is None
    silent.do(c.Reclassify(DISPATCHER))
    assert silent.order.kind is Kind.HELP  # the policy's default kind


def test_a_deadline_reclassified_into_the_past_climbs_the_ladder_from_there():
    """u1 has been late by the old limit and is later by the new: told once, and the next rung comes on its day."""
    ladder = (Rung("talk", "约谈", TimeLimit.parse("20wd"), "test"),)
    policy = small_policy(limits=(limit("5wd"), limit("2wd", kind=Kind.CONSULTATION)), ladder=ladder)
    life = Life(policy).take("signed")
    life.do(TICK, at("10-12T10:00"))
    life.do(c.Reclassify(DISPATCHER, Kind.CONSULTATION))
    clock = life.order.clock("A1")
    assert clock is not None
    assert clock.fired == ("overdue",)
    # 20 working days from 30 September: 8–10 Oct 3, 12–16 8, 19–23 13, 26–30 18, 2 and 3 Nov.
    assert clock.wake == life.order.wake == at("11-04T00:00")
    life.do(TICK, at("11-04T00:00"))
    assert fired(life)[-1] == ("A1", "talk")
    assert life.order.wake is None


# ── the clock ──


def test_a_missed_deadline_is_told_once_for_each_clock():
    life = Life().take("dispatched")
    life.do(TICK, at("09-30T00:00"))
    assert fired(life) == [("A1", "overdue")]
    assert life.log[-1] == e.FellOverdue(life.at, SYSTEM, "A1", Stage.SIGN, "u1", at("09-30T00:00"))
    assert life.do(TICK) == ()
    life.do(TICK, at("10-11T00:00"))
    assert fired(life)[1:] == [("citizen", "overdue"), ("A1", "overdue")]
    assert life.do(TICK, at("12-31T00:00")) == ()


def test_a_tick_before_anything_is_due_does_nothing():
    life = Life().take("dispatched")
    before = life.order
    assert life.do(TICK, at("09-29T23:59:59")) == ()
    assert life.order == before


def test_review_and_follow_up_have_clocks_too():
    life = Life().take("replied")
    life.do(TICK, at("10-01T00:00"))  # two working days from Monday
    assert fired(life) == [("review", "overdue")]
    life.do(c.Review(REVIEWER))
    assert due(life.order, "follow-up") == date(2026, 10, 10)  # 8, 9, 10 October
    life.do(TICK, at("10-11T00:00"))
    assert fired(life)[1:] == [("follow-up", "overdue")]
    life.do(c.FollowUp(CALLER, "unreachable"))
    assert life.order.clocks.stage is not None
    life.do(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied"))
    assert life.order.clocks.stage is None


LADDER = (
    Rung("talk", "约谈", TimeLimit.parse("5wd"), "b"),
    Rung("urge", "催办", TimeLimit.parse("1wd"), "a"),
    Rung("report", "通报", TimeLimit.parse("15wd"), "c"),
    Rung("visit", "上门", None, "by hand"),
    Rung("sign-late", "签收催办", TimeLimit.parse("2h"), "d", Stage.SIGN),
)


def test_the_ladder_is_climbed_rung_by_rung_and_each_wakes_the_next():
    life = Life(small_policy(ladder=LADDER)).take("signed")
    seen = []
    while life.order.wake is not None:
        life.do(TICK, life.order.wake)
        seen.append((life.at.date(), [rung for clock, rung in fired(life) if clock == "A1"][-1]))
    # Due 10 October (a working Saturday): overdue on the 11th; 1 working day on: the 12th over; 5: the 16th over.
    assert seen == [
        (date(2026, 10, 11), "overdue"),
        (date(2026, 10, 13), "urge"),
        (date(2026, 10, 17), "talk"),
        (date(2026, 10, 31), "report"),
    ]
    assert life.order.counts.rungs == ("urge", "talk", "report")
    assert [(x.rung, x.unit, x.basis) for x in life.log if isinstance(x, e.Supervised)] == [
        ("urge", "u1", "a"),
        ("talk", "u1", "b"),
        ("report", "u1", "c"),
    ]


def test_a_late_clock_climbs_all_the_rungs_in_their_order_at_once():
    life = Life(small_policy(ladder=LADDER)).take("signed")
    life.do(TICK, at("12-31T00:00"))
    assert fired(life) == [("citizen", "overdue"), *[("A1", r) for r in ("overdue", "urge", "talk", "report")]]
    assert life.order.wake is None
    assert life.do(TICK) == ()


def test_a_rung_of_signing_is_for_signing_alone():
    life = Life(small_policy(ladder=LADDER)).take("dispatched")
    life.do(TICK, at("09-30T02:00"))
    assert fired(life) == [("A1", "overdue"), ("A1", "sign-late")]


# ── unknown years ──


def test_tv15_a_provisional_deadline_becomes_certain_by_a_tick_under_the_new_calendar():
    life = Life(at=NEW_YEAR).take("signed")
    before = life.order.citizen
    assert before is not None
    assert before.deadline.provisional
    assert life.do(TICK) == ()
    life.policy = change(life.policy, calendar=KNOWN)
    events = life.do(TICK)
    assert [(x.clock, x.reason) for x in events if isinstance(x, e.DeadlineMoved)] == [
        ("citizen", "calendar"),
        ("A1", "calendar"),
    ]
    assert due(life.order) == due(life.order, "A1") == date(2027, 1, 8)  # 4, 5, 6, 7, 8 January
    assert life.order.citizen is not None
    assert life.order.citizen.deadline.digest == KNOWN.digest
    assert life.do(TICK) == ()
    assert fold(life.log) == life.order


def test_what_the_notice_moves_into_the_past_is_told_at_once():
    """A provisional deadline that had not been missed may turn out to have been."""
    life = Life(at=NEW_YEAR).take("signed")
    works = tuple(OverlayDay(date(2027, 1, day), True, "班") for day in range(1, 6))
    life.policy = change(
        life.policy, calendar=WorkCalendar.china((Overlay(works, "fictitious", "test", (2027,), True),)), ladder=LADDER
    )
    events = life.do(TICK, datetime(2027, 1, 6, 9, tzinfo=CST))
    assert [(x.clock, x.rung) for x in events if isinstance(x, e.FellOverdue)] == [
        ("citizen", "overdue"),
        ("A1", "overdue"),
    ]
    assert due(life.order) == date(2027, 1, 5)
    assert life.order.wake == datetime(2027, 1, 7, tzinfo=CST)  # the first rung: one working day after the 5th


def test_a_missed_provisional_deadline_that_moves_ahead_may_be_missed_again_and_one_that_does_not_is_told_once():
    late = datetime(2027, 1, 12, 9, tzinfo=CST)
    life = Life(small_policy(ladder=LADDER), at=NEW_YEAR).take("signed")
    life.do(TICK, late)
    assert ("A1", "overdue") in fired(life)
    told = len(fired(life))
    life.policy = change(life.policy, calendar=KNOWN)
    life.do(TICK, late)
    clock = life.order.clock("A1")
    assert clock is not None
    assert clock.fired[0] == "overdue"
    assert fired(life)[told:].count(("A1", "overdue")) == 0
    # Fictitious again: the whole first half of January rests, so nothing was missed yet.
    rest = tuple(OverlayDay(date(2027, 1, day), False, "休") for day in range(1, 20))
    longer = WorkCalendar.china((Overlay(rest, "fictitious", "test", (2027,), True),))
    again = Life(small_policy(), at=NEW_YEAR).take("signed")
    again.do(TICK, late)
    again.policy = change(again.policy, calendar=longer)
    again.do(TICK, late)
    clock = again.order.clock("A1")
    assert clock is not None
    assert clock.fired == ()
    assert again.order.wake == datetime(2027, 1, 27, tzinfo=CST)  # 20, 21, 22, 25, 26 January


def test_an_extension_of_a_provisional_deadline_settles_as_one_count():
    life = Life(at=NEW_YEAR).take("signed")
    life.do(c.Extend(HANDLER, WD10))
    life.do(c.GrantExtension(DISPATCHER))
    assert life.order.citizen is not None
    assert life.order.citizen.deadline.provisional
    life.policy = change(life.policy, calendar=KNOWN)
    life.do(TICK)
    # 15 working days after 31 December: 4–8 (5), Sunday 10 works (6), 11–15 (11), 18–21 (15).
    assert due(life.order) == due(life.order, "A1") == date(2027, 1, 21)


def test_a_known_deadline_extended_into_the_unknown_settles_from_the_old_due_day():
    life = Life(at=at("12-18T10:00")).take("signed")
    assert due(life.order) == date(2026, 12, 25)
    life.do(c.Extend(HANDLER, WD10))
    life.do(c.GrantExtension(DISPATCHER))
    life.policy = change(life.policy, calendar=KNOWN)
    life.do(TICK)
    # 10 working days after 25 December: 28–31 (4), 4–8 January (9), Sunday 10 (10).
    assert due(life.order) == due(life.order, "A1") == date(2027, 1, 10)


def test_calendar_days_are_extended_from_the_provisional_day():
    policy = small_policy(limits=(limit("3d"),), clock=ClockRules(roll=True))
    life = Life(policy, at=NEW_YEAR).take("signed")
    assert life.order.citizen is not None
    assert life.order.citizen.deadline.provisional
    life.do(c.Extend(HANDLER, TimeLimit.parse("24h")))
    life.do(c.GrantExtension(DISPATCHER))
    assert life.order.citizen.deadline.latest is not None


def test_a_place_may_demand_an_error_instead_of_a_guess():
    policy = small_policy(calendar=WorkCalendar.china(on_unknown="error"))
    life = Life(policy, at=NEW_YEAR).take("accepted")
    with pytest.raises(Exception, match="unknown-year"):
        life.do(c.Dispatch(DISPATCHER, "u1"))
    assert life.order.status is Status.ACCEPTED


def test_everything_stops_when_an_order_ends_and_goes_on_where_it_is_reopened():
    life = Life().take("signed")
    life.do(c.Terminate(REVIEWER, "no-such-place"))
    assert list(life.order.running()) == []
    life.do(c.Reopen(ADMIN), at("10-09T10:00"))
    assert due(life.order) == date(2026, 10, 10)  # the citizen's clock had started, and no hop restarts it
    assert [name for name, _, _ in life.order.running()] == ["citizen", "A2", "A2"]


def test_a_reply_that_did_not_pass_lets_the_clocks_go_on():
    life = Life().take("replied")
    assert [name for name, _, _ in life.order.running()] == ["review"]
    life.do(c.Review(REVIEWER, False, "incomplete"))
    assert [name for name, _, _ in life.order.running()] == ["citizen", "A1"]
    assert life.order.counts.reviews_failed == 1
    life.do(TICK, at("10-11T00:00"))
    assert fired(life) == [("citizen", "overdue"), ("A1", "overdue")]


def test_time_does_not_run_backward():
    life = Life().take("dispatched")
    assert refusal(life, c.Sign(HANDLER), life.at - timedelta(microseconds=1)) == "time-runs-backward"
    life.do(c.Sign(HANDLER), life.at)
