"""The ladders and call-backs of the shipped packs, as their sources have them."""

from __future__ import annotations

from datetime import datetime

import pytest

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import Role
from hotline12345.core.calendar import CST
from hotline12345.core.errors import CommandError
from hotline12345.core.request import Kind, Request
from hotline12345.packs import load_pack
from hotline12345.testing.orders import ACTORS, CALLER, DISPATCHER, HANDLER, REQUESTER, REVIEWER, SUPERVISOR, Life

TICK = c.Tick(ACTORS[Role.SYSTEM])
AT = datetime(2026, 11, 3, 10, tzinfo=CST)


def signed(name: str, kind: Kind = Kind.COMPLAINT, **fields: object) -> Life:
    """Return an order of *name* that unit u1 works on; routes aside, whose units are not what is tested here."""
    policy = load_pack(name, need=()).newest
    life = Life(policy, at=AT, request=Request(AT, kind=kind, category="城乡建设/物业管理", **fields))  # type: ignore[arg-type]
    return life.take("signed")


def rungs(life: Life) -> list[tuple[str, datetime]]:
    return [(x.rung, x.at) for x in life.log if isinstance(x, e.Supervised)]


def run_out(life: Life) -> None:
    for _ in range(50):
        if life.order.wake is None:
            return
        life.do(TICK, max(life.order.wake, life.at))
    raise AssertionError("it never sleeps again")


def november(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=CST)


def test_the_countys_ladder_runs_by_itself_from_notice_to_criticism():
    """fsou.com 17273310 （四）2、3: 13 working days from 3 November end with Friday the 20th."""
    life = signed("county-supervision")
    run_out(life)
    assert rungs(life) == [("urge-notice", november(21)), ("criticism", november(28))]
    notice, criticism = (x for x in life.log if isinstance(x, e.Supervised))
    assert (notice.paper, notice.owner, notice.due) == ("urge-notice", "hotline", november(21))
    assert (criticism.paper, criticism.owner) == ("criticism", "inspectorate")
    policy = life.policy
    assert policy.parties["inspectorate"] == "局“12345”督查组"
    assert policy.ladder[0].paper is not None
    assert policy.ladder[0].paper.cc == ("unit-leader", "inspectorate")


def test_who_has_reported_the_reason_is_spared_by_the_county_and_is_overdue_all_the_same():
    """（四）2、3: 超过办理期限又未报告说明理由的."""
    life = signed("county-supervision")
    life.do(c.Report(HANDLER, reason="waiting-for-parts"), november(18))
    run_out(life)
    assert rungs(life) == []
    assert [x.rung for x in life.log if isinstance(x, e.FellOverdue) and x.clock == "A1"] == [
        "overdue", "urge-notice", "criticism",
    ]  # fmt: skip


def test_a_report_between_the_two_rungs_spares_the_second():
    life = signed("county-supervision")
    life.do(TICK, november(23))
    life.do(c.Report(HANDLER, reason="waiting-for-parts"), november(24))
    run_out(life)
    assert [rung for rung, _ in rungs(life)] == ["urge-notice"]


def test_the_county_calls_the_day_after_and_redoes_only_what_was_judged():
    life = signed("county-supervision")
    life.do(c.Reply(HANDLER, solved=True), datetime(2026, 11, 6, 16, tzinfo=CST))
    life.do(c.Review(REVIEWER), datetime(2026, 11, 6, 17, tzinfo=CST))
    clock = life.order.clock("follow-up")
    assert clock is not None
    assert clock.deadline.at == november(8)  # a calendar day: Saturday the 7th, whole
    life.do(c.FollowUp(CALLER, solved=False, satisfied="dissatisfied"))
    with pytest.raises(CommandError) as refused:
        life.do(c.Reopen(CALLER))
    assert refused.value.code == "not-judged"


def test_weifangs_three_are_daily_by_the_hotline_and_listed_and_interview_by_the_departments():
    """潍坊条例第二十六条、第二十三条."""
    ladder = load_pack("weifang", need=()).newest.ladder
    assert [(rung.zh, rung.trigger, rung.owner) for rung in ladder if rung.at_once] == [
        ("日常督办", trigger, "hotline")
        for trigger in ("overdue", "refused", "unsolved", "negative-impact", "other")
    ]  # fmt: skip
    assert [(rung.zh, rung.owner) for rung in ladder if rung.by_hand] == [
        ("挂牌督办", "departments"),
        ("约谈督办", "departments"),
        ("市人民政府办公室组织研究", "city-office"),
        ("提交市人民政府常务会议", "standing-meeting"),
    ]
    assert all(rung.after is None for rung in ladder)  # 条例没有写时点
    life = signed("weifang")
    run_out(life)
    assert [rung for rung, _ in rungs(life)] == ["daily"]
    life.do(c.Flag(SUPERVISOR, "negative-impact"))
    life.do(c.Supervise(SUPERVISOR, "listed"))
    assert [rung for rung, _ in rungs(life)] == ["daily", "daily-impact", "listed"]
    assert life.policy.termination.on_request


def test_jinan_supervises_what_is_late_repeated_or_stale_and_takes_it_up():
    """济南条例第二十八条至第三十条."""
    ladder = load_pack("jinan", need=()).newest.ladder
    assert [rung.trigger for rung in ladder if rung.at_once] == ["overdue", "repeats", "kb-stale", "other"]
    assert [rung.owner for rung in ladder if rung.by_hand] == ["city-office", "standing-meeting"]
    life = signed("jinan")
    life.do(c.Flag(DISPATCHER, "repeats"))
    assert [rung for rung, _ in rungs(life)] == ["supervise-repeats"]


def test_wuhus_ladder_is_a_persons_and_its_grounds_are_kept():
    """芜湖市办理工作规则 二(5)."""
    ladder = load_pack("wuhu", need=()).newest.ladder
    assert [(rung.zh, rung.by_hand) for rung in ladder] == [
        ("督办通知", True), ("通报", True), ("媒体曝光", True), ("提请问责", True),
    ]  # fmt: skip
    life = signed("wuhu")
    life.do(c.Flag(SUPERVISOR, "negative-impact"))
    assert life.order.counts.grounds[0].trigger == "negative-impact"
    assert rungs(life) == []


def test_bengbu_calls_back_the_anonymous_alone():
    for anonymous, status in ((True, "reviewed"), (False, "closed")):
        life = signed("bengbu", anonymous=anonymous)
        life.do(c.Reply(HANDLER, solved=True))
        life.do(c.Review(REVIEWER))
        assert life.order.status.value == status


def test_anyang_contacts_a_bad_rating_given_by_name_within_one_working_day():
    """安阳市政务服务条例第五十二条."""
    life = signed("anyang")
    life.do(c.Reply(HANDLER, solved=True))
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"))
    life.do(c.Rate(REQUESTER, "very-dissatisfied"), datetime(2026, 11, 6, 9, tzinfo=CST))
    assert life.order.wake == november(10)  # Friday; the working day after is Monday the 9th
    assert life.order.status.value == "following-up"


@pytest.mark.parametrize("name", ["shenyang", "weifang", "wuhu", "jinan", "county-supervision", "anhui"])
def test_every_rung_has_its_article_and_no_invented_time(name: str) -> None:
    policy = load_pack(name, need=()).newest
    assert policy.ladder
    for rung in policy.ladder:
        assert rung.basis
        assert rung.after is None or name == "county-supervision"
        assert not rung.owner or rung.owner in policy.parties
