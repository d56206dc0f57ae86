"""What else concerns time (计时事项): statutes, the duty to tell, stage clocks, rules of extensions and deferrals."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from attrs import evolve as change

from hotline12345.core import commands as c
from hotline12345.core import events as e
from hotline12345.core.actor import SYSTEM, Role
from hotline12345.core.errors import CommandError
from hotline12345.core.evolve import fold
from hotline12345.core.policy import DeferralRule, ExtensionRule, ReopenRule, Rung, StatuteRule, TellRule
from hotline12345.core.request import Kind, Request
from hotline12345.core.sla import Stage, TimeLimit
from hotline12345.packs import load_pack
from hotline12345.testing.orders import (
    ACTORS,
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
WD60, WD30 = TimeLimit.parse("60wd"), TimeLimit.parse("30wd")
LABOUR = StatuteRule("labour-inspection", "劳动保障监察", WD60, "劳动监察：60 个工作日，可延 30", WD30)
JINAN = TellRule(("statute", "extended", "deferred", "suspended"), TimeLimit.parse("5wd"), "济南条例 第二十四条")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


def due(one: Life, name: str = "citizen", stage: Stage = Stage.HANDLE) -> date | None:
    clock = one.order.clock(name, stage)
    assert clock is not None
    return clock.deadline.due_day


def refusal(one: Life, command: c.Command, when: datetime | None = None) -> str:
    with pytest.raises(CommandError) as refused:
        one.do(command, when)
    return refused.value.code


def fired(one: Life) -> list[tuple[str, Stage]]:
    return [(event.clock, event.stage) for event in one.log if isinstance(event, e.FellOverdue)]


# ── statutes ──


def test_a_statute_applied_to_one_order_moves_its_deadlines_from_where_they_began() -> None:
    """Jinan art. 24: where a law gives longer, it holds.  Petition: 60 calendar days from 2026-09-28 end on 11-27."""
    one = Life().take("signed")
    one.do(c.ApplyStatute(DISPATCHER, limit=TimeLimit.parse("60d"), basis="信访工作条例"))
    assert (due(one), due(one, "A1")) == (date(2026, 11, 27), date(2026, 11, 27))
    assert one.order.citizen is not None
    assert one.order.citizen.deadline.basis == "信访工作条例"
    one.do(c.SendBack(HANDLER, "not-our-duty"), at("09-30T10:00"))
    one.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert due(one, "A2") == date(2026, 11, 29)  # the next unit has the statute's limit too
    one.do(c.Reclassify(DISPATCHER, Kind.HELP))
    assert due(one) == date(2026, 11, 27)  # a person applied it, and it stands


def test_a_statute_is_named_by_its_code_or_given_with_its_basis() -> None:
    one = Life(small_policy(statutes=(LABOUR,))).take("signed")
    assert refusal(one, c.ApplyStatute(DISPATCHER, "tax")) == "unknown-statute"
    assert refusal(one, c.ApplyStatute(DISPATCHER, limit=WD60)) == "statute-needs-basis"
    assert refusal(one, c.ApplyStatute(DISPATCHER, basis="a law")) == "statute-needs-basis"
    said = one.do(c.ApplyStatute(DISPATCHER, "labour-inspection"))[0]
    assert said == e.StatuteApplied(one.at, DISPATCHER, WD60, LABOUR.basis, "labour-inspection", WD30)


def test_a_statute_brings_its_own_cap_on_extensions_and_keeps_those_that_were_granted() -> None:
    """劳动监察: 60 working days and 30 more."""
    rule = ExtensionRule(longest=TimeLimit.parse("5wd"), approver="none")
    one = Life(small_policy(statutes=(LABOUR,), extension=rule)).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    whole = one.policy.after(TimeLimit.parse("65wd"), at("09-28T12:00"))
    one.do(c.ApplyStatute(DISPATCHER, "labour-inspection"))
    assert due(one) == whole.due_day
    assert refusal(one, c.Extend(HANDLER, TimeLimit.parse("31wd"))) == "extension-too-long"
    one.do(c.Extend(HANDLER, WD30))


def test_a_category_under_a_statute_obliges_to_tell_when_it_is_dispatched_or_put_there() -> None:
    law = limit("60wd", category="劳动和社会保障", statute=True)
    policy = small_policy(limits=(limit("5wd"), law), tell=JINAN)
    asked = Request(AT, kind=Kind.COMPLAINT, category="劳动和社会保障/工资福利", area="210102")
    one = Life(policy, request=asked).take("dispatched")
    assert [duty.what for duty in one.order.clocks.timing.duties] == ["statute"]
    assert due(one, "tell:statute", Stage.TELL) == date(2026, 10, 10)  # five working days, TV-01
    other = Life(policy).take("dispatched")
    assert other.order.clocks.timing.duties == ()
    other.do(c.Reclassify(DISPATCHER, category="劳动和社会保障/工资福利"))
    assert [duty.what for duty in other.order.clocks.timing.duties] == ["statute"]


WALKS: dict[str, tuple[c.Command, ...]] = {
    "answered and called": (
        c.Supplement(AGENT, "又停了"),
        c.Reply(HANDLER, solved=True),
        c.Review(REVIEWER),
        c.FollowUp(CALLER, "unreachable"),
        c.FollowUp(CALLER, solved=False, satisfied="dissatisfied"),
        c.Reopen(CALLER),
    ),
    "sent back": (c.SendBack(HANDLER, "not-our-duty"), c.Adjudicate(DISPATCHER, "reassign", "u2")),
    "answered again": (c.Reply(HANDLER, solved=True), c.Review(REVIEWER, passed=False, reason="unclear")),
    "helped": (c.Assist(HANDLER, "u3"), c.Recall(DISPATCHER, "wrong")),
}


@pytest.mark.parametrize("walk", WALKS)
def test_a_statute_stays_with_the_order_whatever_is_done_next(walk: str) -> None:
    one = Life(small_policy(reopen=ReopenRule(3))).take("signed")
    one.do(c.ApplyStatute(DISPATCHER, limit=TimeLimit.parse("60d"), basis="信访工作条例"))
    statute = one.order.clocks.timing.statute
    assert statute is not None
    for command in WALKS[walk]:
        one.do(command)
        assert one.order.clocks.timing.statute == statute, command


# ── the duty to tell ──


def test_what_was_decided_about_time_must_be_told_and_falls_overdue_until_it_is() -> None:
    one = Life(small_policy(tell=JINAN, extension=ExtensionRule(approver="none"))).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse("10wd")))
    assert due(one, "tell:extended", Stage.TELL) == date(2026, 10, 10)
    one.do(TICK, at("10-11T00:00"))
    assert fired(one) == [("tell:extended", Stage.TELL)]
    one.do(c.Tell(HANDLER, how="phone"))
    assert [duty.told for duty in one.order.clocks.timing.duties] == [one.at]
    assert [name for name, _, _ in one.order.running()] == ["citizen", "A1"]
    assert refusal(one, c.Tell(HANDLER)) == "nothing-to-tell"
    one.do(c.Tell(AGENT, "progress"))  # what was not owed may be told as well


def test_a_requester_who_wants_no_reply_need_not_be_told() -> None:
    """Jinan art. 24: unless no reply is wanted."""
    asked = Request(AT, kind=Kind.COMPLAINT, category="城乡建设/物业管理", area="210102", wants_reply=False)
    one = Life(small_policy(tell=JINAN), request=asked).take("signed")
    one.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    assert one.order.clocks.timing.duties == ()


def test_a_duty_without_a_time_stays_open_and_never_falls_overdue() -> None:
    one = Life(small_policy(tell=TellRule(("deferred",)))).take("signed")
    one.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    (duty,) = one.order.clocks.timing.duties
    assert (duty.what, duty.clock.deadline.at, duty.told) == ("deferred", None, None)
    one.do(TICK, at("12-02T00:00"))
    assert all(stage is not Stage.TELL for _, stage in fired(one))
    assert "tell:deferred" in [name for name, _, _ in one.order.running()]


# ── the clocks of stages ──

STAGES = (limit("5wd"), limit("17min", Stage.DISPATCH), limit("1wd", Stage.CONTACT), limit("3wd", Stage.REDO))


def test_the_clock_of_dispatching_runs_from_acceptance_to_dispatch_and_again_after_a_return() -> None:
    one = Life(small_policy(limits=STAGES)).take("accepted")
    clock = one.order.clock("dispatch")
    assert clock is not None
    assert clock.deadline.at == one.at + timedelta(minutes=17)
    one.do(TICK, one.at + timedelta(minutes=17))
    assert fired(one) == [("dispatch", Stage.DISPATCH)]
    one.do(c.Dispatch(DISPATCHER, "u1"))
    assert "dispatch" not in [name for name, _, _ in one.order.running()]
    one.do(c.Recall(DISPATCHER))
    again = one.order.clock("dispatch")
    assert again is not None
    assert (again.deadline.at, again.fired) == (one.at + timedelta(minutes=17), ())


def test_the_clock_of_dispatching_may_run_from_receipt() -> None:
    one = Life(small_policy(limits=(limit("5wd"), limit("24h", Stage.DISPATCH, start="received")))).take("accepted")
    clock = one.order.clock("dispatch")
    assert clock is not None
    assert clock.deadline.at == AT + timedelta(hours=24)


def test_first_contact_has_a_limit_of_its_own_and_says_whether_the_requester_was_reached() -> None:
    """Qingpu 2022: 先行联系 within one working day."""
    one = Life(small_policy(limits=STAGES)).take("dispatched")
    assert due(one, "A1", Stage.CONTACT) == date(2026, 9, 29)
    one.do(TICK, at("09-30T00:00"))
    assert ("A1", Stage.CONTACT) in fired(one)
    assert refusal(one, c.Contact(HANDLER, reached=False)) == "reason-needed"
    assert refusal(one, c.Contact(of_unit("u9"))) == "not-your-order"
    one.do(c.Contact(HANDLER, reached=False, reason="no-answer"))
    contact = one.order.clocks.timing.contact
    assert contact is not None
    assert (contact.reached, contact.reason, contact.made) == (False, "no-answer", one.at)
    assert all(clock.stage is not Stage.CONTACT for _, clock, _ in one.order.running())
    one.do(c.Contact(HANDLER))
    assert one.order.clocks.timing.contact is not None
    assert one.order.clocks.timing.contact.reached


def test_first_contact_may_count_from_signing_and_each_lead_has_its_own() -> None:
    one = Life(small_policy(limits=(limit("5wd"), limit("1wd", Stage.CONTACT, start="signed")))).take("dispatched")
    assert one.order.clocks.timing.contact is None
    one.do(c.Sign(HANDLER), at("09-30T10:00"))
    assert due(one, "A1", Stage.CONTACT) == date(2026, 10, 8)
    one.do(c.Recall(DISPATCHER))
    one.do(c.Dispatch(DISPATCHER, "u2"))
    one.do(c.Sign(of_unit("u2")))
    assert due(one, "A2", Stage.CONTACT) == date(2026, 10, 8)
    assert one.order.clock("A1", Stage.CONTACT) is None


def test_a_contact_without_a_limit_is_only_recorded() -> None:
    one = Life().take("signed")
    one.do(c.Contact(HANDLER))
    assert one.order.clocks.timing.contact is not None
    assert one.order.clocks.timing.contact.clock is None


def test_a_redo_has_the_limit_of_its_stage_before_that_of_reopening() -> None:
    """Qingpu, Jing'an: redo 3 working days."""
    one = Life(small_policy(limits=STAGES, reopen=ReopenRule(limit=TimeLimit.parse("9wd")))).take("closed")
    one.do(c.Reopen(SUPERVISOR), at("10-12T09:00"))
    assert due(one, "A2") == date(2026, 10, 15)
    one.do(TICK, at("10-16T00:00"))
    assert ("A2", Stage.HANDLE) in fired(one)


def test_any_stage_may_be_supervised() -> None:
    rung = Rung("urge", "催办", TimeLimit.parse("1wd"), "test", Stage.CONTACT)
    one = Life(small_policy(limits=STAGES, ladder=(rung,))).take("dispatched")
    one.do(TICK, at("10-09T00:00"))  # due 29 September, one working day later is the 30th
    assert "urge" in one.order.counts.rungs


# ── extensions ──


def extending(**rule: object) -> Life:
    return Life(small_policy(extension=ExtensionRule(approver="none", **rule))).take("signed")  # type: ignore[arg-type]


def test_an_extension_may_have_to_be_asked_some_time_before_expiry() -> None:
    one = extending(ask_before=TimeLimit.parse("1wd"))  # due on Saturday 10 October, which works
    assert refusal(one, c.Extend(HANDLER, TimeLimit.parse("1wd")), at("10-10T00:00")) == "extension-late"
    one.do(c.Extend(HANDLER, TimeLimit.parse("1wd")), at("10-09T23:00"))
    hours = extending(ask_before=TimeLimit.parse("24h"))  # the limit ends with the tenth
    assert refusal(hours, c.Extend(HANDLER, TimeLimit.parse("1wd")), at("10-10T00:01")) == "extension-late"
    hours.do(c.Extend(HANDLER, TimeLimit.parse("1wd")), at("10-10T00:00"))


def test_extensions_may_be_of_one_length_and_have_a_bound_together_with_the_original() -> None:
    """Anyang: 5 more working days, once; Jing'an: 15 working days in all."""
    anyang = extending(fixed=TimeLimit.parse("5wd"), most=1)
    assert refusal(anyang, c.Extend(HANDLER, TimeLimit.parse("3wd"))) == "extension-not-fixed"
    anyang.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    assert due(anyang) == date(2026, 10, 16)  # 12 to 16 October
    assert refusal(anyang, c.Extend(HANDLER, TimeLimit.parse("5wd"))) == "extension-too-often"
    whole = extending(total=TimeLimit.parse("15wd"))
    assert refusal(whole, c.Extend(HANDLER, TimeLimit.parse("10d"))) == "extension-too-long"
    whole.do(c.Extend(HANDLER, TimeLimit.parse("6wd")))
    assert refusal(whole, c.Extend(HANDLER, TimeLimit.parse("5wd"))) == "extension-too-long"
    whole.do(c.Extend(HANDLER, TimeLimit.parse("4wd")))


def test_twice_at_most_each_five_working_days() -> None:
    """Shenyang, the undated page: one or two extensions, each of five working days at most."""
    one = extending(most=2, longest=TimeLimit.parse("5wd"))
    one.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    one.do(c.Extend(HANDLER, TimeLimit.parse("5wd")))
    assert due(one) == date(2026, 10, 23)
    assert refusal(one, c.Extend(HANDLER, TimeLimit.parse("1wd"))) == "extension-too-often"


# ── deferrals ──


def test_a_deferral_falls_due_and_fires_on_its_date() -> None:
    """Jinan art. 24: an explicit date, which the hotline tracks."""
    one = Life().take("signed")
    one.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    assert one.order.wake == at("12-01T00:00")
    one.do(TICK, at("12-01T00:00"))
    assert fired(one) == [("citizen", Stage.HANDLE), ("A1", Stage.HANDLE)]


def test_how_often_how_far_and_when_the_place_says() -> None:
    rule = DeferralRule(1, TimeLimit.parse("90d"), before_expiry=True, basis="test")
    one = Life(small_policy(deferral=rule)).take("signed")
    assert refusal(one, c.Defer(DISPATCHER, at("12-31T00:00"), "no-budget")) == "deferral-too-long"
    (said, *_) = one.do(c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"))
    assert isinstance(said, e.Deferred)
    assert said.basis == "test"
    assert refusal(one, c.Defer(DISPATCHER, at("12-15T00:00"), "no-budget")) == "deferred-too-often"
    late = Life(small_policy(deferral=rule)).take("signed")
    assert refusal(late, c.Defer(DISPATCHER, at("12-01T00:00"), "no-budget"), at("10-11T00:00")) == "deferral-late"


# ── vectors through the packs of the places ──


def shown(pack: str, **more: object) -> Life:
    """Return an order signed on 2026-09-30 16:00 under the handing-over and extension rules of *pack*."""
    rules = load_pack(pack, need=()).newest
    start = at("09-30T16:00")
    asked = Request(start, kind=Kind.COMPLAINT, category="城乡建设/物业管理", area="210102")
    policy = small_policy(limits=rules.limits, dispatching=rules.dispatching, send_back=rules.send_back, **more)
    one = Life(change(policy, extension=rules.extension, tell=rules.tell), at=start, request=asked)
    for command in (c.Accept(DISPATCHER), c.Dispatch(DISPATCHER, "u1"), c.Sign(HANDLER)):
        one.do(command, start)
    return one


def test_tv18_a_window_in_hours_runs_through_the_holiday() -> None:
    """Anyang: received 2026-09-30 16:00, back within 24 hours: until 2026-10-01 16:00."""
    last = at("10-01T16:00")
    assert refusal(shown("anyang"), c.SendBack(HANDLER, "not-our-duty"), last) == "send-back-late"
    shown("anyang").do(c.SendBack(HANDLER, "not-our-duty"), last - timedelta(seconds=1))


def test_tv19_a_window_in_working_days_does_not() -> None:
    """Shandong: received 2026-09-30, back within two working days: 8 and 9 October."""
    last = at("10-10T00:00")
    assert refusal(shown("shandong"), c.SendBack(HANDLER, "not-our-duty"), last) == "send-back-late"
    shown("shandong").do(c.SendBack(HANDLER, "not-our-duty"), last - timedelta(seconds=1))


def test_tv84_anyang_grants_one_extension_by_the_units_own_head() -> None:
    one = shown("anyang")
    assert due(one) == date(2026, 10, 13)  # TV-02
    one.do(c.Extend(HANDLER, TimeLimit.parse("5wd"), "complex"))
    assert refusal(one, c.GrantExtension(DISPATCHER)) == "not-approver"
    one.do(c.GrantExtension(ACTORS[Role.UNIT_HEAD]))
    assert due(one) == date(2026, 10, 20)  # 14, 15, 16, 19, 20 October
    assert refusal(one, c.Extend(HANDLER, TimeLimit.parse("1wd"))) == "extension-too-often"


def test_the_nation_lists_statutes_and_places_what_must_be_told() -> None:
    laws = {law.code: (str(law.limit), str(law.extension)) for law in load_pack("shenyang", need=()).newest.statutes}
    assert laws["petition"] == ("60d", "30d")
    assert laws["labour-inspection"] == ("60wd", "30wd")
    assert (laws["market-acceptance"][0], laws["market-mediation"][0], laws["open-government"][0]) == (
        "7wd", "45wd", "20wd",
    )  # fmt: skip
    assert load_pack("jinan", need=()).newest.tell.of == ("statute", "deferred")
    one = shown("beijing", ladder=())
    assert one.policy.tell.of == ("extended",)


# ── warnings before expiry ──

WARN = Rung("urge", "催办", None, "test", before=TimeLimit.parse("1wd"))
REMIND = Rung("remind", "提醒", None, "test", before=TimeLimit.parse("2wd"))
LATE = Rung("notice", "催办通知书", TimeLimit.parse("1wd"), "test")


def warnings(one: Life) -> list[tuple[str, datetime]]:
    return [(event.rung, event.at) for event in one.log if isinstance(event, e.Supervised)]


def test_a_rung_before_expiry_fires_by_itself_once_with_so_much_left() -> None:
    """催办(phone/SMS, before expiry), handbook §5: due 10 October; one working day is left from the 9th on."""
    one = Life(small_policy(ladder=(REMIND, WARN, LATE))).take("signed")
    assert one.order.wake == at("10-08T00:00")
    assert one.do(TICK, at("10-07T23:59")) == ()
    one.do(TICK, at("10-08T00:00"))
    assert one.order.wake == at("10-09T00:00")
    one.do(TICK, at("10-09T12:00"))
    assert one.do(TICK, at("10-10T12:00")) == ()
    assert warnings(one) == [("remind", at("10-08T00:00")), ("urge", at("10-09T12:00"))]
    one.do(TICK, at("10-13T00:00"))
    assert warnings(one)[2:] == [("notice", at("10-13T00:00"))]
    assert fold(one.log) == one.order


def test_one_long_step_of_time_gives_the_rungs_that_many_short_ones_give() -> None:
    policy = small_policy(ladder=(REMIND, WARN, LATE))
    long, short = Life(policy).take("signed"), Life(policy).take("signed")
    long.do(TICK, at("10-20T00:00"))
    for day in range(5, 21):
        short.do(TICK, at(f"10-{day:02d}T00:00"))
    assert {rung for rung, _ in warnings(long)} == {rung for rung, _ in warnings(short)} == {"remind", "urge", "notice"}
    assert long.order.wake == short.order.wake is None


def test_a_warning_moves_with_the_deadline_and_ends_with_the_reply() -> None:
    one = Life(small_policy(ladder=(WARN,), extension=ExtensionRule(approver="none"))).take("signed")
    one.do(c.Extend(HANDLER, TimeLimit.parse("2wd")))
    assert one.order.warns == at("10-12T00:00")  # due on the 13th
    one.do(TICK, at("10-12T00:00"))
    one.do(c.SendBack(HANDLER, "not-our-duty"))
    assert one.order.warns is None
    one.do(c.Adjudicate(DISPATCHER, "reassign", "u2"))
    assert one.order.warns == at("10-16T00:00")  # the next unit's five working days end on the 19th
    one.do(c.Sign(of_unit("u2")))
    one.do(c.Reply(of_unit("u2")))
    assert one.order.warns is None
    assert warnings(one) == [("urge", at("10-12T00:00"))]


def test_a_warning_longer_than_the_limit_is_given_at_once() -> None:
    rung = Rung("urge", "催办", None, "test", before=TimeLimit.parse("10wd"))
    one = Life(small_policy(ladder=(rung,))).take("dispatched")
    assert [rung for rung, _ in warnings(one)] == ["urge"]
    hours = Life(small_policy(ladder=(change(rung, before=TimeLimit.parse("24h")),))).take("signed")
    assert hours.order.warns == at("10-10T00:00")
    days = Life(small_policy(ladder=(change(rung, before=TimeLimit.parse("3d")),))).take("signed")
    assert days.order.warns == at("10-07T00:00")
