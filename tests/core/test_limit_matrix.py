"""Which limit holds (适用时限): kind × urgency × category × channel × level × line, and what a law sets before them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.policy import LimitRule
from hotline12345.core.request import Kind, Request, Urgency, parse_level
from hotline12345.core.sla import ClockRules, Stage, TimeLimit
from hotline12345.packs import load_pack
from hotline12345.testing.orders import DISPATCHER, Life, limit, of_unit, small_policy

MONDAY = datetime(2026, 9, 28, 10, tzinfo=CST)
# 蚌埠 2019 (handbook §4): five working days, three for provincial and web orders; phone-handed emergencies in minutes.
BENGBU = (
    limit("5wd"),
    limit("3wd", level="province"),
    limit("3wd", channel="web"),
    limit("20min", channel="phone", urgency=Urgency.URGENT),
    limit("10min", channel="phone", urgency=Urgency.EMERGENCY),
)


def asked(**more: object) -> Request:
    return Request(MONDAY, kind=Kind.COMPLAINT, category="城乡建设/物业管理", area="210102", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "limit_", "due_day"),
    [
        ({}, "5wd", date(2026, 10, 10)),  # TV-01
        ({"level": "province"}, "3wd", date(2026, 10, 8)),  # 29 and 30 September, 8 October
        ({"channel": "web"}, "3wd", date(2026, 10, 8)),
        ({"level": "county"}, "5wd", date(2026, 10, 10)),
    ],
)
def test_orders_handed_down_from_above_follow_a_limit_of_their_own(
    given: dict[str, str], limit_: str, due_day: date
) -> None:
    """Bengbu 2019: provincial and web orders 3 working days; Weifang art. 20: superior matters by their own limit."""
    life = Life(small_policy(limits=BENGBU), request=asked(**given))
    life.do(c.Accept(DISPATCHER), at=MONDAY)
    life.do(c.Dispatch(DISPATCHER, "u1"), at=MONDAY)
    assert life.order.citizen is not None
    due = life.order.citizen.deadline
    assert (str(due.limit), due.due_day) == (limit_, due_day)
    assert (life.order.intake.level, life.order.intake.channel) == (
        given.get("level", ""),
        given.get("channel", "phone"),
    )


@pytest.mark.parametrize(("urgency", "minute"), [(Urgency.EMERGENCY, 10), (Urgency.URGENT, 20)])
def test_tv79_an_emergency_handed_on_by_phone_is_answered_in_minutes(urgency: Urgency, minute: int) -> None:
    """Bengbu: feedback within 20 minutes, major emergencies within 10."""
    due = small_policy(limits=BENGBU).due(Kind.HELP, MONDAY, urgency=urgency, channel="phone")
    assert due.at == MONDAY.replace(minute=minute)


def test_tv16_natural_days_do_not_roll_unless_the_place_says_so() -> None:
    """Beijing: 7 natural days from 2026-09-28 end on 10-05, in the holiday; with 民法典 203 on 10-08."""
    week = (limit("7d"),)
    plain, rolled = (small_policy(limits=week, clock=clock) for clock in (ClockRules(), ClockRules(roll=True)))
    assert plain.due(Kind.HELP, MONDAY).due_day == date(2026, 10, 5)
    assert rolled.due(Kind.HELP, MONDAY).due_day == date(2026, 10, 8)


def test_tv17_hours_run_through_nights_and_holidays() -> None:
    """Beijing: an emergency dispatched 2026-10-01 23:30 is due two hours later."""
    policy = small_policy(limits=(limit("2h", urgency=Urgency.EMERGENCY), limit("7d")))
    due = policy.due(Kind.HELP, datetime(2026, 10, 1, 23, 30, tzinfo=CST), urgency=Urgency.EMERGENCY)
    assert due.at == datetime(2026, 10, 2, 1, 30, tzinfo=CST)


STATUTE = limit("60wd", category="劳动和社会保障", statute=True, extension=TimeLimit.parse("30wd"))


def test_a_law_goes_before_every_limit_of_the_place() -> None:
    """Jinan art. 24, Weifang art. 20, Anyang art. 50, Shenyang 2017: where a law says otherwise, it holds."""
    place = (limit("5wd"), limit("1wd", category="劳动和社会保障/工资福利", kind=Kind.COMPLAINT, level="province"))
    policy = small_policy(limits=(*place, STATUTE))
    found = policy.limit(Stage.HANDLE, Kind.COMPLAINT, "劳动和社会保障/工资福利", level="province")
    assert found is STATUTE
    assert policy.limit(Stage.HANDLE, Kind.COMPLAINT, "劳动和社会保障局") is place[0]  # another category, not below it


def test_the_more_specific_wins_in_the_order_the_docs_give() -> None:
    rules = [
        limit("1wd"), limit("2wd", channel="web"), limit("3wd", line="business"), limit("4wd", kind=Kind.HELP),
        limit("5wd", urgency=Urgency.URGENT), limit("6wd", category="a"), limit("7wd", category="a/b"),
        limit("8wd", level="city"), limit("9wd", statute=True, category="a"),
    ]  # fmt: skip
    while rules:
        policy = small_policy(limits=tuple(rules))
        found = policy.limit(Stage.HANDLE, Kind.HELP, "a/b", Urgency.URGENT, "web", "city", "business")
        assert found is rules.pop()


def test_a_line_and_a_level_are_kept_with_the_order_and_an_unknown_level_is_refused() -> None:
    policy = small_policy(limits=(limit("5wd"), limit("2wd", line="business")))
    life = Life(policy, request=asked(line="business", level="city"))
    life.do(c.Accept(DISPATCHER), at=MONDAY)
    life.do(c.Dispatch(DISPATCHER, "u1"), at=MONDAY)
    life.do(c.SendBack(of_unit("u1"), "not-our-duty"))
    life.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert [str(a.handle.deadline.limit) for a in life.order.assignments if a.handle] == ["2wd", "2wd"]
    with pytest.raises(RequestError) as refused:
        asked(level="部级")
    assert refused.value.code == "unknown-source-level"
    assert (parse_level("省级"), parse_level("省"), parse_level(""), parse_level("county")) == (
        "province", "province", "", "county",
    )  # fmt: skip


PACK = """title = "测试市"
place = "990100"
effective = "unknown"
[[limit]]
limit = "5wd"
basis = "test"
[[limit]]
level = ["省级", "province", "国家级"]
channel = ["web", "app"]
limit = "3wd"
basis = "provincial"
[[limit]]
category = ["甲", "乙"]
limit = "60wd"
extension = "30wd"
statute = true
basis = "law"
"""


def test_a_pack_may_name_levels_channels_and_statutes(tmp_path: Path) -> None:
    (tmp_path / "unknown.toml").write_text(PACK.replace('"province", ', ""), encoding="utf-8")
    policy = load_pack(tmp_path).newest
    above = [(rule.level, rule.channel) for rule in policy.limits if rule.level]
    assert above == [("province", "web"), ("nation", "web"), ("province", "app"), ("nation", "app")]
    law = policy.limit(Stage.HANDLE, Kind.HELP, "乙/丙", channel="web", level="province")
    assert law == LimitRule(
        Stage.HANDLE, TimeLimit.parse("60wd"), "law", category="乙", statute=True, extension=TimeLimit.parse("30wd")
    )
