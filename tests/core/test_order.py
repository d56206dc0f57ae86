"""The log is the order: folding it gives the order again, under any calendar, and never refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Actor
from hotline12345.core.apply import APPLY
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.codec import decode, encode
from hotline12345.core.errors import RequestError
from hotline12345.core.events.adoption import Taken
from hotline12345.core.evolve import evolve, fold
from hotline12345.core.memo import remembered
from hotline12345.core.order import Outcome, Standing, Status, Verdict
from hotline12345.core.policy import Rung
from hotline12345.core.refs import Finding
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.sla import Deadline, Stage, TimeLimit, deadline, deadlines
from hotline12345.testing.orders import (
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    HOUR,
    REVIEWER,
    SUPERVISOR,
    Life,
    of_unit,
    small_policy,
)

BY = Actor("x", "u1")
DUE = deadline(TimeLimit.parse("5wd"), AT, WorkCalendar.china(), basis="test")
PAST = deadline(TimeLimit.parse("1h"), AT - timedelta(days=9), WorkCalendar.china(), basis="test")


def full_life() -> Life:
    """A life in which nearly everything happens."""
    ladder = (Rung("talk", "约谈", TimeLimit.parse("1wd"), "test"),)
    life = Life(small_policy(ladder=ladder)).take("dispatched")
    life.do(c.Sign(HANDLER))
    life.do(c.Assist(DISPATCHER, "u3"))
    life.do(c.Extend(HANDLER, TimeLimit.parse("2wd"), "complex"))
    life.do(c.GrantExtension(DISPATCHER))
    life.do(c.Dispatch(HANDLER, "u2"))
    life.do(c.Tick(SYSTEM), at=AT + timedelta(days=40))
    life.do(c.SendBack(of_unit("u2"), "not-our-duty"))
    life.do(c.Reclassify(DISPATCHER, Kind.HELP, urgency=Urgency.URGENT))
    life.do(c.Defer(DISPATCHER, life.at + timedelta(days=30), "no-budget"))
    life.do(c.Urge(DISPATCHER))
    life.do(c.Supervise(SUPERVISOR, "talk"))
    life.do(c.SendBack(HANDLER, "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER, "designate", "u1"))
    life.do(c.Reply(HANDLER, solved=True))
    life.do(c.Review(REVIEWER, False, "incomplete"))
    life.do(c.Reply(HANDLER, solved=True))
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied"))
    life.do(c.Reopen(SUPERVISOR))
    life.do(c.Reply(HANDLER, solved=True))
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    return life


def test_folding_the_log_gives_the_order_step_by_step_and_at_once():
    life = full_life()
    assert life.order.status is Status.CLOSED
    assert fold(life.log) == life.order
    order = None
    for version, event in enumerate(life.log, start=1):
        order = evolve(order, event)
        assert (order.version, order.at) == (version, event.at)
    assert order == life.order
    assert fold(life.log[7:], fold(life.log[:7])) == life.order
    assert fold((), life.order) is life.order


def test_folding_asks_no_calendar(monkeypatch):
    """A history stays what it was when the calendar has changed, or cannot even be read."""
    life = full_life()
    stored = [(type(event).__name__, encode(event)) for event in life.log]

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a calendar was asked")

    for name in ("china", "is_workday", "nth_working_day", "known_working_day", "bounds", "index", "reading"):
        monkeypatch.setattr(WorkCalendar, name, broken)
    for name in ("deadline", "_solve", "extend"):
        monkeypatch.setattr(deadlines, name, broken)
    with pytest.raises(AssertionError):
        small_policy()
    assert fold(decode(kind, data) for kind, data in stored) == life.order


def test_a_history_begins_with_received():
    for log in ((), (e.Archived(AT, BY),), (e.Archived(AT, BY), Life().log[0])):
        with pytest.raises(RequestError) as refused:
            fold(log)
        assert refused.value.code == "no-history"
    with pytest.raises(RequestError):
        evolve(None, e.Closed(AT, BY))


def test_a_second_receipt_is_only_counted():
    life = Life()
    again = evolve(life.order, life.log[0])
    assert again == life.order._replace(version=2)


ASSIGNMENTS = st.sampled_from(("A1", "A2", "A3"))
NAMES = st.sampled_from(
    ("A1", "A2", "A3", "A9", "citizen", "review", "follow-up", "supplement", "consult", "dispatch", "tell:extended", "")
)
EVENT: dict[type[e.Event], st.SearchStrategy[e.Event]] = {
    e.Received: st.just(Life().log[0]),
    e.Adopted: st.builds(
        e.Adopted,
        st.just(AT),
        st.just(BY),
        st.just("old"),
        st.just("7"),
        st.just(AT.date()),
        st.sampled_from((Status.SIGNED, Status.DISPUTED, Status.CLOSED)),
        st.sampled_from(Kind),
        assignments=st.just((Taken("A1", "", "u1", "lead", AT, handle=DUE),)),
    ),
    e.Accepted: st.builds(e.Accepted, st.just(AT), st.just(BY), st.sampled_from(Kind), st.just("城乡建设")),
    e.Answered: st.builds(e.Answered, st.just(AT), st.just(BY), kind=st.none() | st.sampled_from(Kind)),
    e.Connected: st.just(e.Connected(AT, BY, "window")),
    e.Referred: st.builds(e.Referred, st.just(AT), st.just(BY), st.just("legal"), kind=st.none()),
    e.Declined: st.builds(e.Declined, st.just(AT), st.just(BY), st.just("x"), findings=st.just((Finding("f"),))),
    e.Merged: st.just(e.Merged(AT, BY, "2")),
    e.Dispatched: st.builds(
        e.Dispatched,
        st.just(AT),
        st.just(BY),
        ASSIGNMENTS,
        st.just("u1"),
        NAMES,
        sign=st.none() | st.just(DUE),
        handle=st.none() | st.just(DUE),
        citizen=st.none() | st.just(DUE),
    ),
    e.Assisted: st.builds(
        e.Assisted, st.just(AT), st.just(BY), ASSIGNMENTS, st.just("u2"), NAMES, st.sampled_from(("assist", "copy"))
    ),
    e.Signed: st.builds(e.Signed, st.just(AT), st.just(BY), NAMES, st.none() | st.just(DUE), st.none() | st.just(DUE)),
    e.SentBack: st.builds(
        e.SentBack,
        st.just(AT),
        st.just(BY),
        NAMES,
        st.just("x"),
        to_parent=st.booleans(),
        decide_by=st.none() | st.just(DUE),
    ),
    e.Adjudicated: st.just(e.Adjudicated(AT, BY, "uphold")),
    e.Recalled: st.just(e.Recalled(AT, BY, "x")),
    e.Escalated: st.just(e.Escalated(AT, BY, "refused", 3)),
    e.Consulted: st.builds(e.Consulted, st.just(AT), st.just(BY), st.just(("u1",)), until=st.none() | st.just(DUE)),
    e.Concluded: st.just(e.Concluded(AT, BY, "undecided")),
    e.Divided: st.just(e.Divided(AT, BY, "2")),
    e.Reclassified: st.just(e.Reclassified(AT, BY, Kind.HELP, "公安", Urgency.NORMAL)),
    e.Replied: st.builds(
        e.Replied, st.just(AT), st.just(BY), NAMES, st.booleans(), review=st.none() | st.just(DUE), held=st.booleans()
    ),
    e.Reported: st.builds(e.Reported, st.just(AT), st.just(BY), NAMES),
    e.Reviewed: st.builds(e.Reviewed, st.just(AT), st.just(BY), st.booleans(), follow_up=st.none() | st.just(DUE)),
    e.FollowedUp: st.builds(
        e.FollowedUp,
        st.just(AT),
        st.just(BY),
        st.sampled_from(("reached", "unreachable")),
        caller=st.sampled_from(("", "2")),
    ),
    e.Reopened: st.just(e.Reopened(AT, BY, "x")),
    e.ExtensionAsked: st.builds(e.ExtensionAsked, st.just(AT), st.just(BY), NAMES, st.just(TimeLimit.parse("1d"))),
    e.Extended: st.builds(e.Extended, st.just(AT), st.just(BY), NAMES, st.just(TimeLimit.parse("1d"))),
    e.ExtensionRefused: st.builds(e.ExtensionRefused, st.just(AT), st.just(BY), NAMES),
    e.Deferred: st.just(e.Deferred(AT, BY, AT + HOUR, "x")),
    e.DeadlineMoved: st.builds(
        e.DeadlineMoved,
        st.just(AT),
        st.just(BY),
        NAMES,
        st.sampled_from(Stage),
        st.sampled_from((DUE, PAST)),
        st.just("calendar"),
    ),
    e.FellOverdue: st.builds(e.FellOverdue, st.just(AT), st.just(BY), NAMES, st.sampled_from(Stage)),
    e.Suspended: st.just(e.Suspended(AT, BY, AT + HOUR, "x")),
    e.Resumed: st.just(e.Resumed(AT, BY, "x")),
    e.StatuteApplied: st.just(e.StatuteApplied(AT, BY, TimeLimit.parse("60wd"), "x")),
    e.ClockStarted: st.builds(
        e.ClockStarted,
        st.just(AT),
        st.just(BY),
        ASSIGNMENTS,
        st.sampled_from((Stage.CONTACT, Stage.DISPATCH)),
        st.just(DUE),
    ),
    e.Contacted: st.builds(e.Contacted, st.just(AT), st.just(BY), ASSIGNMENTS, st.booleans()),
    e.WarningTimed: st.builds(
        e.WarningTimed, st.just(AT), st.just(BY), ASSIGNMENTS, st.just(AT), next=st.none() | st.just(AT)
    ),
    e.Obliged: st.builds(e.Obliged, st.just(AT), st.just(BY), st.sampled_from(("extended", "statute")), st.just(DUE)),
    e.Told: st.builds(e.Told, st.just(AT), st.just(BY), st.sampled_from(("extended", "statute"))),
    e.Urged: st.just(e.Urged(AT, BY)),
    e.Supervised: st.builds(
        e.Supervised, st.just(AT), st.just(BY), st.just("talk"), trigger=st.sampled_from(("", "refused", "rung.talk"))
    ),
    e.Flagged: st.builds(e.Flagged, st.just(AT), st.just(BY), st.just("refused"), next=st.none() | st.just(AT)),
    e.Supplemented: st.builds(
        e.Supplemented, st.just(AT), st.just(BY), facts=st.sampled_from(((), ("place",))), new_fact=st.booleans()
    ),
    e.SupplementAsked: st.builds(e.SupplementAsked, st.just(AT), st.just(BY), until=st.none() | st.just(DUE)),
    e.Offered: st.builds(e.Offered, st.just(AT), st.just(BY), st.just("110"), st.sampled_from(("taken", "undecided"))),
    e.Curbed: st.just(e.Curbed(AT, BY, "warn")),
    e.Entrusted: st.just(e.Entrusted(AT, BY, "p7")),
    e.Joined: st.just(e.Joined(AT, BY, ("2", "3"))),
    e.Ceased: st.just(e.Ceased(AT, BY, "2")),
    e.Cleared: st.builds(e.Cleared, st.just(AT), st.just(BY), st.booleans(), st.sampled_from(("", "2"))),
    e.EditionAdopted: st.just(e.EditionAdopted(AT, BY, "2030-01-01", ("cn@2025-06-25",), "d1")),
    e.Withdrawn: st.just(e.Withdrawn(AT, BY)),
    e.Terminated: st.just(e.Terminated(AT, BY, "x")),
    e.Judged: st.builds(e.Judged, st.just(AT), st.just(BY), st.booleans()),
    e.Rated: st.builds(e.Rated, st.just(AT), st.just(BY), st.just("satisfied"), st.none() | st.just(DUE)),
    e.TerminationAsked: st.just(e.TerminationAsked(AT, BY, "A1", "x")),
    e.TerminationRefused: st.just(e.TerminationRefused(AT, BY, "x")),
    e.Voided: st.just(e.Voided(AT, BY, "x")),
    e.Closed: st.just(e.Closed(AT, BY)),
    e.Archived: st.just(e.Archived(AT, BY)),
}


def test_every_event_does_something_to_an_order():
    assert set(APPLY) == set(EVENT) == set(e.EVENTS.values())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(*EVENT.values()), max_size=25))
def test_no_sequence_of_events_is_ever_refused(events: list[e.Event]) -> None:
    """What has been recorded has happened, however little sense it makes."""
    order = fold([Life().log[0], *events])
    assert order.version == 1 + len(events)
    ended = order.outcome.end is not None
    assert (order.wake is None) or not ended
    assert order.lead is None or order.lead.closed is None
    assert order.holder == (order.lead.unit if order.lead else "")
    if len({a.id for a in order.assignments}) == len(order.assignments):
        for name, clock, _ in order.running():
            assert order.clock(name, clock.stage) is clock


# ── what an order says of itself ──


def test_an_order_says_what_it_is_about_before_and_after_it_is_accepted():
    life = Life()
    order = life.order
    assert (order.place, order.number, order.kind, order.category, order.area) == (
        "210100",
        "1",
        Kind.COMPLAINT,
        "城乡建设/物业管理",
        "210102",
    )
    life.do(c.Accept(DISPATCHER, Kind.HELP, "公安", "210103"))
    assert (life.order.kind, life.order.category, life.order.area) == (Kind.HELP, "公安", "210103")


def test_before_anybody_replied_nothing_is_known_of_the_outcome():
    nothing = Outcome()
    assert (nothing.replied, nothing.replied_by, nothing.solved_claim) == (None, "", None)
    assert (nothing.follow_up, nothing.attempts, nothing.solved, nothing.satisfied) == ("", 0, None, "")
    assert (nothing.ended, nothing.reason, nothing.to) == (None, "", "")


def test_the_outcome_tells_reply_verdict_and_end():
    order = full_life().order
    outcome = order.outcome
    assert outcome.reply == Standing(outcome.replied, "u1", True)  # type: ignore[arg-type]
    assert outcome.verdict == Verdict("reached", True, "satisfied", 1, order.at)
    assert (outcome.replied_by, outcome.solved_claim) == ("u1", True)
    assert (outcome.follow_up, outcome.attempts, outcome.solved, outcome.satisfied) == ("reached", 1, True, "satisfied")
    assert (outcome.ended, outcome.reason, outcome.to) == (order.at, "satisfied", "")
    assert Life().take("merged").order.outcome.to == "2"


def test_clocks_are_found_by_the_names_events_use():
    life = Life().take("dispatched")
    order = life.order
    assert order.clock("citizen") is order.citizen
    assert order.clock("A1", Stage.SIGN) is order.assignments[0].sign
    assert order.clock("A1") is order.clock("A1", Stage.HANDLE) is order.assignments[0].handle
    assert order.clock("A9") is order.clock("review") is None
    replied = Life().take("replied").order
    assert replied.clock("review") is replied.clocks.stage
    assert replied.clock("follow-up") is None
    assert order.assignment("A1") is order.assignments[0]
    assert order.assignment("A7") is None


def test_the_next_instant_that_matters_is_the_earliest_of_the_clocks_that_run():
    life = Life().take("dispatched")
    assert life.order.wake == datetime(2026, 9, 30, tzinfo=CST)  # signing: 1 working day from Monday
    life.do(c.Sign(HANDLER))
    assert life.order.wake == datetime(2026, 10, 11, tzinfo=CST)  # TV-01: due 2026-10-10, a working Saturday
    assert Life().order.wake is None
    assert Life().take("void").order.wake is None


def test_whether_the_citizen_was_answered_in_time_is_known_once_both_are():
    life = Life()
    assert life.order.on_time is None
    life.take("signed")
    assert life.order.on_time is None
    due = datetime(2026, 10, 11, tzinfo=CST)
    for at, on_time in ((due - timedelta(microseconds=1), True), (due, False)):
        life = Life().take("signed")
        life.do(c.Reply(HANDLER), at=at)
        assert life.order.on_time is on_time
    unlimited = Life(small_policy(limits=())).take("replied")
    assert unlimited.order.on_time is None


def test_a_clock_that_has_told_everything_wakes_nobody():
    life = Life().take("dispatched")
    life.do(c.Tick(SYSTEM), at=AT + timedelta(days=60))
    assert life.order.wake is None
    assert [clock.fired for _, clock, _ in life.order.running()] == [("overdue",)] * 3


def test_an_order_that_was_never_handed_over_has_no_lead():
    order = Life().order
    assert (order.lead, order.last_lead, order.holder, order.open_assignments) == (None, None, "", ())
    back = Life().take("disputed").order
    assert (back.lead, back.holder) == (None, "")
    assert back.last_lead is not None
    assert back.last_lead.why == "sent-back"


def test_whoever_helps_last_has_not_led():
    life = Life().take("signed")
    life.do(c.Assist(DISPATCHER, "u3"))
    assert life.order.last_lead is life.order.lead is life.order.assignments[0]


def test_what_is_remembered_by_identity_is_bounded():
    asked: list[int] = []
    ask = remembered(lambda value: asked.append(value[0]) or value[0], size=2)  # type: ignore[func-returns-value]
    values = [[n] for n in range(3)]
    assert [ask(value) for value in (*values, values[2])] == [0, 1, 2, 2]
    assert ask(values[0]) == 0
    assert asked == [0, 1, 2, 0]
    assert ask([0]) == 0  # equal is not the same


def test_a_deadline_that_no_source_sets_stops_nothing():
    none = Deadline(None, None, False, None, None, None, AT, "", "no limit in any source")
    life = Life().take("signed")
    order = evolve(life.order, e.DeadlineMoved(life.at, BY, "A1", Stage.HANDLE, none, "policy"))
    assert order.assignments[0].handle is not None
    assert order.assignments[0].handle.wake is None
