"""Assessing a period (考核): carry-over, approved exclusions, entries, two levels, two units, freezing, restating."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.evolve import fold
from hotline12345.core.policy.calling import CallRule, Scale
from hotline12345.core.scoring import (
    Component,
    Indicator,
    OrderFacts,
    PeerGroup,
    ScoreRules,
    facts,
    figures_of,
    measure,
    score,
)
from hotline12345.core.scoring.adjust import Adjustments, Entry, Exclusion, read_adjustments
from hotline12345.core.scoring.assess import assess, branch
from hotline12345.core.scoring.frozen import check_frozen, freeze, restate
from hotline12345.core.scoring.period import period_of
from hotline12345.packs import load_pack
from hotline12345.testing.orders import CALLER, DISPATCHER, HANDLER, REVIEWER, SUPERVISOR, Life, small_policy

D = Decimal
LATER = datetime(2026, 11, 1, tzinfo=CST)
SEPTEMBER, OCTOBER = period_of("2026-09"), period_of("2026-10")
ON_TIME = ScoreRules((Component("on-time", D(20), D(95)),))
LOSS = Indicator("manual", "手工扣分", "manual deductions", "points")


def late(number: str, unit: str = "u1") -> Life:
    """An order received on 2026-09-28, due by 2026-10-10 (TV-01) and answered in November."""
    life = Life(number=number)
    life.do(c.Accept(DISPATCHER))
    life.do(c.Dispatch(DISPATCHER, unit=unit))
    return life


def taken(life: Life, until: datetime = LATER, since: datetime | None = None) -> OrderFacts:
    return facts(life.order, until=until, levels=life.policy.satisfied_levels, since=since)


def as_of(lives: list[Life], until: datetime, since: datetime) -> list[OrderFacts]:
    """Take the orders as they stood at *until*: what happened later was not known then."""
    found = []
    for life in lives:
        log = [event for event in life.log if event.at <= until]
        if log:
            found.append(facts(fold(log), until=until, levels=life.policy.satisfied_levels, since=since))
    return found


# ── periods and carry-over ──


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-09", "2026-09-01", "2026-10-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-q3", "2026-07-01", "2026-10-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
    ],
)
def test_a_period_is_a_month_a_quarter_or_a_year_in_chinas_time(text: str, since: str, until: str) -> None:
    period = period_of(text)
    assert period.since == datetime.fromisoformat(f"{since}T00:00+08:00")
    assert period.until == datetime.fromisoformat(f"{until}T00:00+08:00")


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-Q5", "202609", "9999", "0000-01", "2026-9"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(RequestError) as refused:
        period_of(text)
    assert refused.value.code == "bad-period"


def test_an_order_carried_over_counts_in_the_period_in_which_it_falls_due_and_in_no_other() -> None:
    """Received on 2026-09-28 and due on 10-10 (TV-01): not September's, October's, not November's."""
    life = late("1")
    seen = {}
    for name in ("2026-09", "2026-10", "2026-11"):
        period = period_of(name)
        card = measure([taken(life, period.until, period.since)])[""]
        rate = card.rate("on-time")
        seen[name] = rate.denominator, dict(rate.excluded), card.counts["received"], card.counts["carried"]
    assert seen == {
        "2026-09": (0, {"not-due": 1}, 1, 0),
        "2026-10": (1, {}, 0, 1),
        "2026-11": (0, {"earlier": 1}, 0, 1),  # still open: carried on, and counted already
    }


def test_what_was_over_before_the_period_is_no_part_of_it() -> None:
    life = Life().take("closed")
    november = period_of("2026-11")
    card = measure([taken(life, november.until, november.since)])[""]
    assert card.counts["received"] == card.counts["carried"] == 0
    assert all(rate.denominator == 0 for rate in card.rates)


def test_a_follow_up_counts_in_the_month_in_which_it_was_made() -> None:
    life = Life().take("reviewed")
    life.do(c.FollowUp(CALLER, solved=True, satisfied="satisfied"), datetime(2026, 10, 12, 9, tzinfo=CST))
    first, second = (
        measure([taken(life, period.until, period.since)])[""].rate("solved").denominator
        for period in (OCTOBER, period_of("2026-11"))
    )
    assert (first, second) == (1, 0)


@given(st.lists(st.sampled_from(["late", "closed", "reviewed"]), max_size=6))
def test_over_all_months_each_order_counts_exactly_as_often_as_over_the_year(kinds: list[str]) -> None:
    lives = [late(str(n)) if kind == "late" else Life(number=str(n)).take(kind) for n, kind in enumerate(kinds)]

    def counted(name: str) -> dict[str, int]:
        period = period_of(name)
        card = measure(as_of(lives, period.until, period.since))[""]
        return {rate.metric: rate.denominator for rate in card.rates}

    months = [counted(f"2026-{month:02}") for month in range(1, 13)]
    year = counted("2026")
    assert {metric: sum(month[metric] for month in months) for metric in year} == year


# ── exclusions and entries ──


def test_an_approved_exclusion_takes_an_order_out_of_the_rates_it_names_and_says_so() -> None:
    orders = [taken(late("1")), taken(late("2"))]
    adjustments = Adjustments((Exclusion(("1",), "台风", "centre/wang", date(2026, 10, 20), ("on-time",)),))
    got = assess(ON_TIME, orders, adjustments=adjustments).whole
    rate = got.card.rate("on-time")
    assert (rate.denominator, rate.failing, rate.excluded) == (1, ("2",), (("approved", 1),))
    assert got.card.rate("completion").denominator == 2
    assert got.score.lost[0].orders == ("2",)


def test_an_exclusion_without_metrics_takes_the_order_out_of_every_rate() -> None:
    adjustments = Adjustments((Exclusion(("1",), "台风", "centre/wang", date(2026, 10, 20)),))
    card = assess(ON_TIME, [taken(late("1"))], adjustments=adjustments).whole.card
    assert all(rate.denominator == 0 for rate in card.rates)


def test_points_entered_for_a_unit_are_lost_with_their_reasons_and_orders() -> None:
    rules = ScoreRules(
        (Component("on-time", D(20), D(95)), Component("manual", form="deduction")), indicators=(LOSS,), out_of=D(100)
    )
    entries = (
        Entry("u1", "manual", D(1), "答复不规范", "centre/wang", date(2026, 10, 20), ("1",)),
        Entry("某局", "manual", D("0.5"), "漏报", "centre/wang", date(2026, 10, 21)),
    )
    orders = [taken(late("1"))]
    found = assess(rules, orders, "unit", adjustments=Adjustments(entries=entries), name_of={"u1": "某局"}.__getitem__)
    score = found.groups["u1"].score
    assert score.total == 100 - 20 - D("1.5")
    (line,) = [one for one in score.lost if one.metric == "manual"]
    assert (line.points, line.orders) == (D("1.50"), ("1",))
    assert "答复不规范" in line.zh
    assert "漏报" in line.zh
    assert found.whole.score.total == 80  # nobody entered anything for the whole


FILE = {
    "exclude": [{"orders": ["1"], "reason": "台风", "approved_by": "wang", "on": date(2026, 10, 20)}],
    "entry": [
        {"unit": "u1", "metric": "manual", "value": 1, "reason": "x", "approved_by": "w", "on": date(2026, 9, 1)}
    ],
}
MANUAL = ScoreRules((*ON_TIME.components, Component("manual", form="deduction")), indicators=(LOSS,))


def test_a_file_of_adjustments_is_read_as_it_is_written() -> None:
    found, faults = read_adjustments(FILE, MANUAL)
    assert faults == ()
    assert found.exclusions == (Exclusion(("1",), "台风", "wang", date(2026, 10, 20)),)
    assert found.entries == (Entry("u1", "manual", D(1), "x", "w", date(2026, 9, 1)),)


@pytest.mark.parametrize(
    ("table", "key", "value", "code"),
    [
        ("exclude", "approved_by", None, "missing-key"),
        ("exclude", "reason", None, "missing-key"),
        ("exclude", "on", None, "missing-key"),
        ("exclude", "on", "2026-10-20", "missing-key"),
        ("exclude", "orders", [], "missing-key"),
        ("exclude", "metrics", ["on-tme"], "unknown-metric"),
        ("exclude", "order", ["1"], "unknown-key"),
        ("entry", "metric", "on-time", "measured-metric"),
        ("entry", "metric", "x", "unknown-metric"),
        ("entry", "value", "1", "bad-number"),
        ("entry", "value", -1, "bad-number"),
        ("entry", "approved_by", " ", "wrong-type"),
    ],
)
def test_nothing_is_left_out_or_entered_without_who_why_and_when(table: str, key: str, value: Any, code: str) -> None:
    row: dict[str, Any] = {**FILE[table][0], key: value}
    row = {name: one for name, one in row.items() if one is not None}
    _, faults = read_adjustments({**FILE, table: [row]}, MANUAL)
    assert [(fault.code, fault.key) for fault in faults] == [(code, key)]


def test_deductions_of_one_unit_add_up_and_any_other_figure_is_entered_once() -> None:
    rows = [{**FILE["entry"][0], "value": value} for value in (1, 2)]
    found, faults = read_adjustments({"entry": rows}, MANUAL)
    assert (faults, [entry.value for entry in found.entries]) == ((), [D(1), D(2)])
    bonus = ScoreRules((Component("manual", form="bonus"),), indicators=(LOSS,))
    assert read_adjustments({"entry": rows}, bonus)[1] == ()
    given = ScoreRules((Component("manual", D(5), form="earned"),), indicators=(LOSS,))
    found, faults = read_adjustments({"entry": rows}, given)
    assert [(fault.code, fault.key) for fault in faults] == [("duplicate-metric", "metric")]
    assert [entry.value for entry in found.entries] == [D(1)]


def test_an_entered_percentage_is_rounded_as_the_place_rounds_and_points_are_not() -> None:
    rate = Indicator("rate", "某率", "a rate", unit="percent")
    rules = ScoreRules((Component("rate", D(5), D(95)), Component("manual", form="deduction")), indicators=(LOSS, rate))
    rules = evolve(rules, rate_places=1)
    rows = [{**FILE["entry"][0], "metric": name, "value": D("1.25")} for name in ("rate", "manual")]
    found, faults = read_adjustments({"entry": rows}, rules)
    assert faults == ()
    figures = found.figures(rules, "u1")
    assert (figures["rate"].value, figures["manual"].value) == (D("1.3"), D("1.25"))


# ── two levels, two units ──

ABOVE = {"u1": ("bureau", "city"), "u2": ("bureau", "city"), "bureau": ("city",), "other": ("city",), "city": ()}


def test_a_first_level_unit_assesses_those_under_it_with_everything_below() -> None:
    """S4: the first level assesses the second."""
    orders = [taken(late("1", "u1")), taken(late("2", "u2")), taken(late("3", "bureau")), taken(late("4", "other"))]

    def cards(top: str) -> dict[str, int]:
        found = assess(ON_TIME, orders, "unit", unit_of=branch(ABOVE.__getitem__, top), units=["idle"])
        assert found.tables[0].unscored == ("idle",)  # listed, not scored
        return {unit: one.card.counts["received"] for unit, one in found.groups.items()}

    assert cards("city") == {"idle": 0, "bureau": 3, "other": 1}
    assert cards("bureau") == {"idle": 0, "u1": 1, "u2": 1, "bureau": 1}
    whole = assess(ON_TIME, orders, "unit", unit_of=branch(ABOVE.__getitem__, "bureau")).whole
    assert whole.card.counts["received"] == 3


def test_where_both_are_assessed_an_order_counts_for_its_assistants_but_not_what_the_lead_did() -> None:
    """Beijing art. 33: street and department are assessed together."""
    life = late("1")
    life.do(c.Assist(DISPATCHER, unit="u2"))
    orders = [taken(life)]
    alone = assess(ON_TIME, orders, "unit").groups
    both = assess(ScoreRules(ON_TIME.components, shared=True), orders, "unit").groups
    assert (set(alone), set(both)) == ({"u1"}, {"u1", "u2"})
    assert both["u2"].card.rate("on-time").denominator == 1
    assert both["u2"].card.rate("sign-in").excluded == (("not-lead", 1),)
    assert both["u1"].card.rate("sign-in").denominator == 1


def test_a_units_share_of_volume_is_that_of_its_own_group() -> None:
    """赵巷 (handbook 8.2): 村居委 and the others each have a volume base of their own."""
    share = Indicator("accepted", "受理占比", "share", measured="volume-share")
    rules = ScoreRules(
        (Component("accepted", D(5), form="share"),),
        indicators=(share,),
        groups=(PeerGroup("village", "村居", ("v",)),),
    )
    orders = [taken(late(str(n), unit)) for n, unit in enumerate(["v", "a", "a", "a", "b"])]
    found = assess(rules, orders, "unit").groups
    assert {unit: one.score.total for unit, one in found.items()} == {"v": D(5), "a": D("3.75"), "b": D("1.25")}


# ── what requesters said, and what the form says ──

BOTH_ASKED = small_policy(scale=Scale(apart=True), calls=CallRule(excused=True))


def said(number: str, **answer: Any) -> Life:
    life = Life(BOTH_ASKED, number=number).take("signed")
    life.do(c.Reply(HANDLER, result="solved" if number == "1" else "explained"))
    life.do(c.Review(REVIEWER))
    life.do(c.FollowUp(CALLER, **answer))
    return life


def test_dissatisfaction_judged_unreasonable_is_left_out_where_the_place_excuses_it() -> None:
    """S3: reasonable and unreasonable dissatisfaction are told apart."""
    life = said("1", satisfied="dissatisfied", attitude="dissatisfied")
    life.do(c.Judge(SUPERVISOR, reasonable=False, reason="no-ground"))
    seen = []
    for excuses in (False, True):
        card = measure([facts(life.order, until=LATER, levels=BOTH_ASKED.satisfied_levels, excuses=excuses)])[""]
        seen.append((card.rate("satisfied").denominator, dict(card.rate("satisfied").excluded)))
    assert seen == [(1, {}), (0, {"unreasonable": 1})]


def test_the_county_formula_is_measured_by_result_and_attitude_asked_apart() -> None:
    """handbook 8.4: 双满意、单满意 over successful call-backs; nobody is double who was content with one of the two."""
    lives = [
        said("1", satisfied="satisfied", attitude="satisfied"),
        said("2", satisfied="dissatisfied", attitude="satisfied"),
        said("3", satisfied="dissatisfied", attitude="dissatisfied"),
        said("4", outcome="unreachable"),
    ]
    rules = load_pack("county-formula").newest.scoring
    assert rules is not None
    card = measure([taken(life) for life in lives])[""]
    figures = figures_of(rules, card)
    assert {name: figures[name].value for name in ("A0", "A1", "A2", "A3", "A4", "A5", "cghf", "total")} == {
        "A0": 4, "A1": 0, "A2": 1, "A3": 1, "A4": 0, "A5": 2, "cghf": 3, "total": 4,
    }  # fmt: skip
    assert figures["n1"].value == D("33.33")


def test_zhaoxiang_is_measured_from_forms_and_levels() -> None:
    """handbook 8.2: solved in fact or explained, and the mean of the levels by their weights."""
    lives = [
        said("1", satisfied="satisfied"),
        said("2", satisfied="fairly-satisfied"),
        said("3", satisfied="dissatisfied"),
    ]
    rules = load_pack("qingpu-zhaoxiang").newest.scoring
    assert rules is not None
    figures = figures_of(rules, measure([taken(life) for life in lives])[""])
    assert (figures["real-solved"].value, figures["explained"].value) == (1, 2)
    assert (figures["satisfaction"].numerator, figures["satisfaction"].denominator) == (D("1.8"), 3)


def test_who_had_no_orders_has_no_counts_either() -> None:
    rules = load_pack("county-formula").newest.scoring
    assert rules is not None
    assert score(rules, measure([])[""]).total is None


# ── freezing ──

CARD = {"score": {"total": "78.04", "lost": [{"metric": "on-time", "points": "11.67"}]}, "groups": {"甲": {"x": 1}}}


def test_a_frozen_scorecard_is_whole_until_anything_in_it_is_changed() -> None:
    frozen = json.loads(json.dumps(freeze(CARD, "2021-08")))
    assert check_frozen(frozen) == frozen
    frozen["scorecard"]["score"]["total"] = "79.04"
    with pytest.raises(RequestError) as refused:
        check_frozen(frozen)
    assert refused.value.code == "frozen-altered"


@pytest.mark.parametrize("other", [None, [], {}, {"schema": 9, "period": "", "scorecard": {}, "digest": ""}, CARD])
def test_what_was_never_frozen_cannot_be_restated(other: Any) -> None:
    with pytest.raises(RequestError) as refused:
        restate(other, CARD, "更正")
    assert refused.value.code == "not-frozen"


def test_a_restatement_names_its_reason_what_it_restates_and_every_difference() -> None:
    frozen = freeze(CARD, "2021-08")
    mended = {"score": {"total": "80.04", "lost": [{"metric": "on-time", "points": "9.67"}]}, "groups": {"乙": 2}}
    again = restate(frozen, mended, "一件工单经批准剔除")
    assert (again["restates"], again["reason"], again["period"]) == (frozen["digest"], "一件工单经批准剔除", "2021-08")
    assert [(one["where"], one["was"], one["is"]) for one in again["differences"]] == [
        ("score.total", "78.04", "80.04"),
        ("score.lost.on-time.points", "11.67", "9.67"),
        ("groups.甲", {"x": 1}, None),
        ("groups.乙", None, 2),
    ]
    assert check_frozen(json.loads(json.dumps(again)))["digest"] == again["digest"] != frozen["digest"]


def test_a_restatement_without_a_reason_is_refused() -> None:
    with pytest.raises(RequestError) as refused:
        restate(freeze(CARD, "2021-08"), CARD, " ")
    assert refused.value.code == "no-reason"


def test_an_order_that_is_answered_in_time_is_nobodys_loss() -> None:
    life = late("1")
    life.do(c.Reply(HANDLER))
    assert assess(ON_TIME, [taken(life)]).whole.score.lost == ()
