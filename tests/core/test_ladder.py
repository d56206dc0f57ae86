"""The supervision ladder: triggers, timers, papers, and each rung once for its clock or its trigger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError
from hotline12345.core.evolve import fold
from hotline12345.core.policy import Paper, Rung
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.testing.orders import (
    ACTORS,
    AT,
    CALLER,
    DISPATCHER,
    HANDLER,
    REVIEWER,
    SUPERVISOR,
    Life,
    small_policy,
)

TICK = c.Tick(ACTORS[next(role for role in ACTORS if role.value == "system")])
NOTICE = Paper("urge-notice", "催办通知书", "unit", ("unit-leader",))
# The bureau's rule, fsou.com 17273310 (四): the notice on the day after expiry, criticism after five working days.
COUNTY = (
    Rung("urge-notice", "催办通知书", TimeLimit.parse("1d"), "（四）2", on_day=True, paper=NOTICE, owner="hotline"),
    Rung("criticism", "书面通报批评", TimeLimit.parse("5wd"), "（四）3", owner="hotline"),
)


def days(text: str) -> TimeLimit:
    return TimeLimit.parse(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CST)


def rungs(life: Life) -> list[tuple[str, str, datetime]]:
    return [(x.trigger, x.rung, x.at) for x in life.log if isinstance(x, e.Supervised)]


def run_out(life: Life) -> None:
    """Tick at every instant the order asks for."""
    for _ in range(50):
        if life.order.wake is None:
            return
        before = life.order.version
        life.do(TICK, max(life.order.wake, life.at))
        assert life.order.version > before, "it woke for nothing"
    raise AssertionError("it never sleeps again")


# ── overdue ──


def test_the_countys_notice_goes_out_on_the_day_after_expiry_and_criticism_after_five_working_days():
    """fsou.com 17273310 （四）: 到期次日发出《催办通知书》; 仍超过办理时限5个工作日的书面通报批评."""
    life = Life(small_policy(ladder=COUNTY)).take("signed")
    run_out(life)
    # Due Saturday 10 October (TV-01); working days then: 12, 13, 14, 15, 16.
    assert rungs(life) == [("overdue", "urge-notice", at("10-11T00:00")), ("overdue", "criticism", at("10-17T00:00"))]
    notice = next(x for x in life.log if isinstance(x, e.Supervised))
    assert (notice.paper, notice.owner, notice.clock, notice.due) == ("urge-notice", "hotline", "A1", at("10-11T00:00"))


def test_a_timer_may_count_from_the_rung_before():
    ladder = (COUNTY[0], Rung("criticism", "通报", days("5wd"), "b", since="rung"), Rung("report", "报告", days("24h"), "c", since="rung"))  # fmt: skip  # noqa: E501
    life = Life(small_policy(ladder=ladder)).take("signed")
    run_out(life)
    # The notice goes out on the 11th; five working days after that day end with the 16th; 24 hours more.
    assert [(rung, when) for _, rung, when in rungs(life)] == [
        ("urge-notice", at("10-11T00:00")),
        ("criticism", at("10-17T00:00")),
        ("report", at("10-18T00:00")),
    ]


def test_what_counts_from_a_rung_that_a_person_sets_in_motion_waits_for_the_person():
    ladder = (Rung("daily", "日常督办", None, "a"), Rung("listed", "挂牌督办", days("3wd"), "b", since="rung"), Rung("talk", "约谈督办", days("2wd"), "c", since="rung"))  # fmt: skip  # noqa: E501
    life = Life(small_policy(ladder=ladder)).take("signed")
    run_out(life)
    assert rungs(life) == []
    life.do(c.Supervise(SUPERVISOR, "daily"), at("11-02T15:00"))
    assert life.order.wake == at("11-06T00:00")  # 3, 4, 5 November
    run_out(life)
    assert [(rung, when) for _, rung, when in rungs(life)] == [
        ("daily", at("11-02T15:00")),
        ("listed", at("11-06T00:00")),
        ("talk", at("11-10T00:00")),  # 6 and 9 November
    ]
    life.do(c.Supervise(SUPERVISOR, "daily"), at("12-01T10:00"))
    assert life.order.wake is None  # what follows from it has fired once


def test_signing_review_and_follow_up_have_rungs_of_their_own():
    ladder = tuple(
        Rung(f"late-{stage.value}", stage.zh, None, "test", stage, at_once=True)
        for stage in (Stage.SIGN, Stage.REVIEW, Stage.FOLLOW_UP)
    )
    life = Life(small_policy(ladder=ladder)).take("dispatched")
    run_out(life)
    life.do(c.Reply(HANDLER, solved=True), at("10-12T09:00"))
    run_out(life)
    life.do(c.Review(REVIEWER), at("10-20T09:00"))
    run_out(life)
    assert [rung for _, rung, _ in rungs(life)] == ["late-sign", "late-review", "late-follow-up"]


# ── facts and counts ──


def test_a_ground_is_established_once_and_fires_its_rungs():
    ladder = (
        Rung("listed", "挂牌督办", None, "a", trigger="refused", at_once=True),
        Rung("talk", "约谈", days("2wd"), "b", trigger="refused"),
        Rung("other", "其他", None, "c", trigger="kb-stale", at_once=True),
    )
    life = Life(small_policy(ladder=ladder)).take("signed")
    told = life.do(c.Flag(SUPERVISOR, "refused"), at("10-09T15:00"))
    assert [type(x).__name__ for x in told] == ["Flagged", "Supervised"]
    assert life.order.wake == at("10-11T00:00")  # the citizen's clock, before the talk
    with pytest.raises(CommandError) as again:
        life.do(c.Flag(SUPERVISOR, "refused"))
    assert again.value.code == "already-flagged"
    run_out(life)
    assert rungs(life) == [("refused", "listed", at("10-09T15:00")), ("refused", "talk", at("10-13T00:00"))]
    assert fold(life.log) == life.order


def test_a_fact_of_which_the_ladder_says_nothing_is_kept_all_the_same():
    life = Life().take("signed")
    (told,) = life.do(c.Flag(SUPERVISOR, "kb-stale", reason="not-updated"))
    assert isinstance(told, e.Flagged)
    assert (told.trigger, told.unit, told.next) == ("kb-stale", "u1", None)
    with pytest.raises(CommandError) as again:
        life.do(c.Flag(SUPERVISOR, "kb-stale"))
    assert again.value.code == "already-flagged"


def test_what_the_ladder_has_answered_at_this_very_count_is_not_established_twice():
    ladder = (Rung("listed", "挂牌督办", None, "a", trigger="repeats", count=2, at_once=True),)
    life = Life(small_policy(ladder=ladder)).take("signed")
    first = life.do(c.Flag(SUPERVISOR, "repeats", count=2), at("10-09T15:00"))
    assert [type(x).__name__ for x in first] == ["Flagged", "Supervised"]
    with pytest.raises(CommandError) as again:
        life.do(c.Flag(SUPERVISOR, "repeats", count=2))
    assert again.value.code == "already-flagged"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.Flag(SUPERVISOR, "overdue"), "unknown-trigger"),
        (c.Flag(SUPERVISOR, "shouting"), "unknown-trigger"),
        (c.Flag(SUPERVISOR, "refused", 2), "bad-count"),
        (c.Flag(SUPERVISOR, "repeats", 0), "bad-count"),
    ],
)
def test_what_is_no_ground_is_refused(command: c.Command, code: str) -> None:
    life = Life().take("signed")
    with pytest.raises(CommandError) as refused:
        life.do(command)
    assert refused.value.code == code


def test_repeats_climb_by_their_number_and_each_number_once():
    ladder = tuple(Rung(f"r{n}", f"{n} 次", None, "test", trigger="repeats", count=n, at_once=True) for n in (1, 3, 5))
    life = Life(small_policy(ladder=ladder)).take("signed")
    for count in (1, 2, 3, 4, 5):
        if count in (2, 4):
            with pytest.raises(CommandError):
                life.do(c.Flag(DISPATCHER, "repeats", count))
        else:
            life.do(c.Flag(DISPATCHER, "repeats", count))
    assert [rung for _, rung, _ in rungs(life)] == ["r1", "r3", "r5"]
    at_one_go = Life(small_policy(ladder=ladder)).take("signed")
    at_one_go.do(c.Flag(DISPATCHER, "repeats", 4))
    assert [rung for _, rung, _ in rungs(at_one_go)] == ["r1", "r3"]


def test_urging_sending_back_failed_reviews_and_redoing_are_counted_by_themselves():
    kinds = ("urged", "sent-back", "review-failed", "reopened")
    ladder = tuple(Rung(f"{kind}-two", kind, None, "test", trigger=kind, count=2, at_once=True) for kind in kinds)
    life = Life(small_policy(ladder=ladder)).take("signed")
    urge = c.Urge(SUPERVISOR)
    life.do(urge)
    assert rungs(life) == []
    life.do(urge)
    life.do(urge)
    for _ in range(2):
        life.do(c.SendBack(HANDLER, "not-our-duty"))
        life.do(c.Adjudicate(DISPATCHER, "reassign", "u1"))
        life.do(c.Sign(HANDLER))
    for _ in range(2):
        life.do(c.Reply(HANDLER, solved=True))
        life.do(c.Review(REVIEWER, False, "off-point"))
    for _ in range(3):
        life.do(c.Reply(HANDLER, solved=True))
        life.do(c.Review(REVIEWER))
        life.do(c.Reopen(CALLER))
        life.do(c.Sign(HANDLER))
    assert [rung for _, rung, _ in rungs(life)] == [f"{kind}-two" for kind in kinds]


def test_a_later_reply_silences_the_ladder_and_a_failed_review_wakes_it_again():
    ladder = (Rung("talk", "约谈", days("2wd"), "b", trigger="negative-impact"),)
    life = Life(small_policy(ladder=ladder, limits=())).take("signed")
    life.do(c.Flag(SUPERVISOR, "negative-impact"), at("10-09T15:00"))
    assert life.order.wake == at("10-13T00:00")  # 10 (a working Saturday) and 12 October
    life.do(c.Reply(HANDLER, solved=True))
    assert life.order.wake is None
    life.do(c.Review(REVIEWER, False, "off-point"))
    assert life.order.wake == at("10-13T00:00")
    life.do(c.Withdraw(ACTORS[next(role for role in ACTORS if role.value == "requester")]))
    assert life.order.wake is None


# ── once each, however time goes by ──

LIMITS = ("1h", "1d", "2d", "1wd", "3wd", "8h")


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Rung, ...]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        text = draw(st.sampled_from((*LIMITS, "at-once", "hand")))
        timed = text not in ("at-once", "hand")
        trigger = draw(st.sampled_from(("overdue", "overdue", "refused", "repeats")))
        given: dict[str, Any] = {
            "trigger": trigger,
            "stage": draw(st.sampled_from((Stage.HANDLE, Stage.SIGN))) if trigger == "overdue" else Stage.HANDLE,
            "count": draw(st.integers(1, 2)) if trigger == "repeats" else 1,
            "at_once": text == "at-once",
            "on_day": timed and text.endswith("d") and draw(st.booleans()),
            "since": draw(st.sampled_from(("trigger", "rung"))),
        }
        found.append(Rung(f"r{number}", f"第{number}级", days(text) if timed else None, "test", **given))
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(ladders(), st.lists(st.integers(1, 40), min_size=1, max_size=15), st.integers(0, 30), st.booleans())
def test_many_small_ticks_fire_what_one_big_tick_fires_and_each_rung_once(
    ladder: tuple[Rung, ...], gaps: list[int], when: int, by_hand: bool
) -> None:
    def flagged() -> Life:
        life = Life(small_policy(ladder=ladder)).take("dispatched")
        life.do(c.Flag(SUPERVISOR, "refused"), AT + timedelta(hours=4 + when))
        life.do(c.Flag(SUPERVISOR, "repeats", 2))
        if by_hand:
            life.do(c.Supervise(SUPERVISOR, ladder[0].code))
        return life

    small, big, exact = flagged(), flagged(), flagged()
    end = AT + timedelta(days=60)
    moment = small.at
    for gap in gaps:
        moment += timedelta(hours=gap)
        small.do(TICK, moment)
    small.do(TICK, end)
    big.do(TICK, end)
    run_out(exact)
    fired = [sorted((x.clock, x.trigger, x.rung) for x in one.log if isinstance(x, e.Supervised)) for one in (small, big, exact)]  # fmt: skip  # noqa: E501
    assert fired[0] == fired[1] == fired[2]
    assert len(set(fired[0])) == len(fired[0])
    assert exact.order.wake is None
    for life in (small, big, exact):
        assert fold(life.log) == life.order
