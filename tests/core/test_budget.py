"""Deadlines counted anew (重算到期), and lights: extensions over years no notice has settled, green, yellow, red."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve as change
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.actor import SYSTEM
from hotline12345.core.calendar import CST, WorkCalendar
from hotline12345.core.calendar.overlay import Overlay, OverlayDay
from hotline12345.core.codec import decode, encode
from hotline12345.core.errors import PolicyError
from hotline12345.core.events import DeadlineMoved
from hotline12345.core.policy import ExtensionRule
from hotline12345.core.sla import TimeLimit, begun, lengthen, recount, spent
from hotline12345.core.sla.lights import OFF, LightRule, light, remaining, used
from hotline12345.core.sla.timelimit import Unit
from hotline12345.packs import load_pack
from hotline12345.testing.orders import HANDLER, Life, limit, small_policy

CHINA = WorkCalendar.china()
# Fictitious: the first three days of January rest, and Sunday 10 January works.
REST = (
    *(OverlayDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)),
    OverlayDay(date(2027, 1, 10), True, "班"),
)
KNOWN = WorkCalendar.china((Overlay(REST, "fictitious", "test", (2027,), True),))
NEW_YEAR = datetime(2026, 12, 31, 10, tzinfo=CST)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


@pytest.mark.parametrize("more", ["3wd", "10d", "48h", "8wh"])
def test_an_extension_in_any_unit_over_a_provisional_deadline_settles_as_if_it_had_been_known(more: str) -> None:
    """The whole budget is counted anew: not the extension alone from the earliest day it might have begun."""
    rule = ExtensionRule(approver="none")
    policy = small_policy(extension=rule)
    one = Life(policy, at=NEW_YEAR).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse(more)))
    one.policy = change(policy, calendar=KNOWN)
    one.do(c.Tick(SYSTEM))
    sure = Life(change(policy, calendar=KNOWN), at=NEW_YEAR).take("signed")
    sure.do(c.Extend(HANDLER, TimeLimit.parse(more)))
    for name in ("citizen", "A1"):
        settled, known = one.order.clock(name), sure.order.clock(name)
        assert settled is not None
        assert known is not None
        assert settled.deadline == known.deadline
        assert not settled.deadline.provisional


def test_what_an_extension_extends_is_stored_and_read_back() -> None:
    one = Life(small_policy(extension=ExtensionRule(approver="none"))).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    one.do(c.Extend(HANDLER, TimeLimit.parse("3wd")))
    moved = [event for event in one.log if isinstance(event, DeadlineMoved)]
    back = [decode("DeadlineMoved", json.loads(json.dumps(encode(event)))) for event in moved]
    assert back == moved
    due = moved[-1].deadline
    assert due.extends is not None
    assert (begun(due), spent(due, Unit.WORKING_DAYS), spent(due, Unit.DAYS)) == (at("09-28T12:00"), 10, None)


def test_the_explanation_of_an_extension_tells_the_limit_and_then_the_extension() -> None:
    one = Life(small_policy(extension=ExtensionRule(approver="none"))).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    citizen = one.order.citizen
    assert citizen is not None
    told = one.policy.explain_recount(citizen.deadline)
    days = [(day.day, day.counts) for day in told.counted if day.counts]
    # TV-01: 29, 30 September, 8, 9, 10 October; then Monday and Tuesday.
    october = (date(2026, 10, day) for day in (8, 9, 10, 12, 13))
    assert [day for day, _ in days] == [date(2026, 9, 29), date(2026, 9, 30), *october]
    assert len({day.day for day in told.counted}) == len(told.counted)


def test_a_date_that_was_set_is_not_counted_anew() -> None:
    one = Life().take("signed")
    citizen = one.order.citizen
    assert citizen is not None
    fixed = change(citizen.deadline, limit=None)
    assert recount(fixed, KNOWN) is fixed
    assert one.policy.explain_recount(fixed).counted == ()


@settings(max_examples=120, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda x: x.replace(tzinfo=CST)),  # noqa: DTZ001
    first=st.sampled_from(("1wd", "5wd", "20wd", "7d", "24h", "8wh")),
    more=st.lists(st.sampled_from(("1wd", "10wd", "3d", "12h", "4wh")), max_size=3),
)
def test_an_extension_never_shortens_and_recounting_changes_nothing(
    start: datetime, first: str, more: list[str]
) -> None:
    due = small_policy(limits=(limit(first),)).due(None, start)
    for amount in more:
        longer = lengthen(due, TimeLimit.parse(amount), CHINA)
        assert due.at is not None
        assert longer.at is not None
        assert longer.at > due.at
        assert longer.earliest is not None
        assert longer.latest is not None
        assert longer.earliest <= longer.latest
        due = longer
    assert recount(due, CHINA) == due
    policy = small_policy()
    assert policy.explain_recount(due).deadline == due


# ── lights ──

HELP = small_policy().due(None, at("09-28T10:00"))  # five working days: through Saturday 10 October (TV-01)


@pytest.mark.parametrize(
    ("rule", "now", "colour"),
    [
        (OFF, "09-28T10:00", ""),
        (OFF, "10-12T10:00", ""),
        (LightRule(yellow=TimeLimit.parse("2wd")), "09-30T10:00", "green"),  # 8, 9 and 10 October are left
        (LightRule(yellow=TimeLimit.parse("2wd")), "10-08T10:00", "yellow"),
        (LightRule(yellow=TimeLimit.parse("2wd"), red=TimeLimit.parse("1wd")), "10-09T10:00", "red"),
        (LightRule(yellow=TimeLimit.parse("2wd")), "10-11T00:00", "red"),  # overdue
        (LightRule(yellow_share=60), "09-30T10:00", "green"),  # two of five working days
        (LightRule(yellow_share=60), "10-08T10:00", "yellow"),  # three of five
        (LightRule(yellow_share=60, red_share=80), "10-09T10:00", "red"),
        (LightRule(red=TimeLimit.parse("24h")), "10-09T23:59", "green"),
        (LightRule(red=TimeLimit.parse("24h")), "10-10T00:00", "red"),
        (LightRule(yellow=TimeLimit.parse("3d")), "10-07T10:00", "yellow"),
        (LightRule(yellow=TimeLimit.parse("8wh")), "10-10T08:00", "yellow"),
    ],
)
def test_a_light_turns_by_what_is_left_or_by_the_share_used(rule: LightRule, now: str, colour: str) -> None:
    assert light(HELP, at(now), rule, CHINA) == colour
    assert change(small_policy(), lights=rule).light(HELP, at(now)) == colour


def test_without_a_limit_there_is_no_light() -> None:
    none = small_policy(limits=()).due(None, at("09-28T10:00"))
    assert light(none, at("12-28T10:00"), LightRule(red_share=1), CHINA) == ""
    late = at("12-28T10:00")
    assert (used(none, late, CHINA), remaining(none, late, Unit.DAYS, CHINA)) == (0, float("inf"))


def test_an_extended_budget_is_lit_as_a_whole() -> None:
    longer = lengthen(HELP, TimeLimit.parse("5wd"), CHINA)
    assert used(longer, at("10-12T10:00"), CHINA) == 0.6  # six of ten working days
    hours = small_policy(limits=(limit("24h"),)).due(None, at("09-28T10:00"))
    assert used(hours, at("09-28T22:00"), CHINA) == 0.5


@settings(max_examples=60, deadline=None)
@given(hours=st.lists(st.integers(0, 600), min_size=2, max_size=8))
def test_a_light_never_turns_back_while_nothing_is_decided(hours: list[int]) -> None:
    rule = LightRule(TimeLimit.parse("2wd"), TimeLimit.parse("12h"), 50, 90)
    order = {"green": 0, "yellow": 1, "red": 2}
    seen = [order[light(HELP, at("09-28T10:00") + timedelta(hours=h), rule, CHINA)] for h in sorted(hours)]
    assert seen == sorted(seen)


PACK = """title = "测试市"
place = "990100"
effective = "unknown"
[extension]
fixed = "5wd"
total = "15wd"
ask_before = "1wd"
basis = "x"
[suspension]
reasons = ["awaiting-requester"]
longest = "10wd"
total = "30d"
basis = "x"
[deferral]
before_expiry = true
basis = "x"
[tell]
of = ["statute"]
within = "5wd"
basis = "济南条例 第二十四条"
[lights]
yellow = "2wd"
red_share = 90
basis = "x"
[[statute]]
code = "petition"
zh = "信访"
limit = "60d"
extension = "30d"
basis = "信访工作条例"
"""


def test_a_pack_says_all_this_and_a_child_inherits_it(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent", tmp_path / "child"
    for folder, text in (
        (parent, PACK),
        (child, PACK.split("[extension]")[0] + 'extends = "../parent"\n[lights]\nyellow = "3wd"\nbasis = "y"\n'),
    ):
        folder.mkdir()
        (folder / "unknown.toml").write_text(text, encoding="utf-8")
    policy = load_pack(child).newest
    assert policy.lights == LightRule(TimeLimit.parse("3wd"), None, None, 90, "y")
    assert policy.suspension == load_pack(parent).newest.suspension
    assert [(one.code, str(one.limit), str(one.extension)) for one in policy.statutes] == [("petition", "60d", "30d")]
    assert (policy.tell.of, str(policy.tell.within), policy.follows) == (("statute",), "5wd", True)
    assert [str(x) for x in (policy.extension.fixed, policy.extension.total, policy.extension.ask_before)] == [
        "5wd", "15wd", "1wd",
    ]  # fmt: skip
    assert policy.deferral.before_expiry


def test_a_rung_before_expiry_is_for_handling_alone(tmp_path: Path) -> None:
    rung = '[[rung]]\ncode = "urge"\nzh = "催办"\nbefore = "1wd"\nbasis = "x"\n'
    (tmp_path / "unknown.toml").write_text(PACK + rung, encoding="utf-8")
    policy = load_pack(tmp_path).newest
    assert (str(policy.ladder[0].before), policy.ladder[0].by_hand, policy.warns) == ("1wd", False, True)
    (tmp_path / "unknown.toml").write_text(PACK + rung + 'stage = "签收"\n', encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_pack(tmp_path)
    assert [(fault.code, fault.key) for fault in refused.value.faults] == [("bad-rung", "before")]


def test_a_suspension_without_a_bound_is_a_fault(tmp_path: Path) -> None:
    bad = PACK.replace('longest = "10wd"', 'longest = "none"')
    (tmp_path / "unknown.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_pack(tmp_path)
    assert [fault.key for fault in refused.value.faults] == ["longest"]
