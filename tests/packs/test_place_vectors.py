"""The handbook's vectors of further places, through their packs; and what their articles say besides limits."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from attrs import evolve

from hotline12345.core.request import Kind
from hotline12345.core.sla import Stage, extend
from hotline12345.packs import load_pack


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


def test_seven_days_of_beijing_end_in_the_holiday_or_after_it_as_the_place_chooses() -> None:
    # TV-16: received 2026-09-28 10:00, 7 calendar days: 2026-10-05; rolling by 民法典203: 2026-10-08
    policy = load_pack("beijing").newest
    assert policy.due(Kind.COMPLAINT, at("2026-09-28T10:00")).due_day == date(2026, 10, 5)
    rolling = evolve(policy, clock=evolve(policy.clock, roll=True))
    assert rolling.due(Kind.COMPLAINT, at("2026-09-28T10:00")).due_day == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("name", "received", "closes"),
    [
        ("anyang", "2026-09-30T16:00", "2026-10-01T16:00"),  # TV-18: 24 hours, no pause
        ("shandong", "2026-09-30T16:00", "2026-10-10T00:00"),  # TV-19: 2 working days, 8 and 9 October
    ],
)
def test_the_window_to_send_back_runs_from_receipt(name: str, received: str, closes: str) -> None:
    policy = load_pack(name).newest
    assert policy.send_back.start == "received"
    assert policy.send_back.window is not None
    assert policy.after(policy.send_back.window, at(received)).at == at(closes)


def test_an_extension_of_shandong_runs_from_the_old_due_day() -> None:
    # TV-20: 5 working days from 2026-11-20 end on 11-27; 10 more end on 12-11
    policy = load_pack("shandong").newest
    old = policy.due(Kind.COMPLAINT, at("2026-11-20T10:00"))
    assert old.due_day == date(2026, 11, 27)
    assert policy.extension.longest is not None
    assert extend(old, policy.extension.longest, policy.calendar, policy.clock).due_day == date(2026, 12, 11)


def test_what_is_handed_over_by_phone_in_bengbu_is_due_in_minutes_and_not_signed_for() -> None:
    # TV-79: major +10 minutes, general +20
    from hotline12345.core.request import Urgency

    policy = load_pack("bengbu").newest
    for urgency, due in ((Urgency.EMERGENCY, "2026-03-01T09:10"), (Urgency.URGENT, "2026-03-01T09:20")):
        found = policy.due(Kind.HELP, at("2026-03-01T09:00"), urgency=urgency, channel="phone")
        assert found.at == at(due)
        sign = policy.limit(Stage.SIGN, Kind.HELP, urgency=urgency, channel="phone")
        assert sign is not None
        assert sign.limit is None


def test_the_nine_items_that_shenyang_did_not_accept_are_on_the_list_of_the_undated_page() -> None:
    own = [rule for rule in load_pack("shenyang-undated").newest.scope if "沈阳未注日期" in rule.basis]
    items = {rule.basis.partition("二(")[2][0] for rule in own}
    assert items == set("123456789")


def test_weifang_ends_handling_on_written_request_and_hands_no_department_s_duty_to_towns() -> None:
    policy = load_pack("weifang").newest
    assert policy.termination.on_request  # art. 21
    assert policy.dispatching.grassroots.guard  # art. 24(2)
    assert not policy.send_back.designated  # art. 22: TV-72
    superior = policy.limit(Stage.HANDLE, Kind.COMPLAINT, level="province")
    assert superior is not None
    assert superior.limit is None  # art. 20(2): by the rules of the higher level


def test_jinan_calls_everybody_back_and_bengbu_those_who_gave_no_name() -> None:
    assert [plan.who for plan in load_pack("jinan").newest.calls.plans] == ["all"]  # art. 27
    assert [plan.who for plan in load_pack("bengbu").newest.calls.plans] == ["anonymous"]


def test_anyang_contacts_a_named_bad_rating_within_a_working_day() -> None:
    rating = load_pack("anyang").newest.rating
    assert (str(rating.contact), rating.named) == ("1wd", True)  # art. 52(2)
    extension = load_pack("anyang").newest.extension
    assert (extension.most, str(extension.longest), extension.approver) == (1, "5wd", "unit-head")  # art. 50(1)


def test_the_first_receiver_of_beijing_keeps_what_it_signed_for() -> None:
    policy = load_pack("beijing").newest
    assert policy.send_back.first_receiver  # art. 14
    assert policy.dispatching.assist.report_when_late  # art. 14(2)


def test_hard_matters_of_beijing_have_fifteen_days_once_a_person_says_they_are() -> None:
    (hard,) = (statute for statute in load_pack("beijing").newest.statutes if statute.code == "hard")
    assert str(hard.limit) == "15d"
