"""A place's rules: the most specific limit holds, editions are chosen by day, and every answer names its basis."""

from __future__ import annotations

from datetime import date

import pytest

from hotline12345.core.calendar import WorkCalendar
from hotline12345.core.errors import PolicyError, RequestError
from hotline12345.core.policy import DEFAULT_BASIS, NO_LIMIT_BASIS, LimitRule, Pack
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.routing import Grade, RoutingGraph, Unit
from hotline12345.core.sla import PLAIN, ClockRules, Stage, TimeLimit
from hotline12345.testing.orders import AT, limit, small_policy

ALL = limit("9d")
COMPLAINT = limit("8d", kind=Kind.COMPLAINT)
URGENT = limit("7d", urgency=Urgency.URGENT)
BY_WEB = limit("6d", channel="web")
BUILDING = limit("5d", category="城乡建设")
HOUSING = limit("4d", category="城乡建设/物业管理")
HOUSING_COMPLAINT = limit("3d", category="城乡建设/物业管理", kind=Kind.COMPLAINT)
LATER_EQUAL = limit("1d", kind=Kind.COMPLAINT)


@pytest.mark.parametrize(
    ("kind", "category", "urgency", "channel", "found"),
    [
        (None, "", None, "", ALL),
        (Kind.HELP, "公安", Urgency.NORMAL, "phone", ALL),
        (Kind.COMPLAINT, "公安", Urgency.NORMAL, "phone", COMPLAINT),
        (Kind.COMPLAINT, "公安", Urgency.URGENT, "phone", URGENT),
        (Kind.HELP, "公安", Urgency.NORMAL, "web", BY_WEB),
        (Kind.COMPLAINT, "公安", Urgency.NORMAL, "web", COMPLAINT),
        (Kind.HELP, "城乡建设", Urgency.URGENT, "web", BUILDING),
        (Kind.HELP, "城乡建设/照明", None, "", BUILDING),
        (Kind.HELP, "城乡建设/物业管理/电梯", None, "", HOUSING),
        (Kind.COMPLAINT, "城乡建设/物业管理", Urgency.URGENT, "web", HOUSING_COMPLAINT),
        (Kind.HELP, "城乡建设局", None, "", ALL),
    ],
)
def test_the_most_specific_limit_holds_and_the_first_of_equals(kind, category, urgency, channel, found):
    rules = (LATER_EQUAL, ALL, COMPLAINT, URGENT, BY_WEB, BUILDING, HOUSING, HOUSING_COMPLAINT)
    policy = small_policy(limits=rules[1:] + rules[:1])
    for _ in range(2):  # remembered, it is the same
        assert policy.limit(Stage.HANDLE, kind, category, urgency, channel) is found
    assert policy.limit(Stage.REVIEW, kind, category, urgency, channel) is None


def test_what_is_remembered_is_bounded(monkeypatch):
    policy = small_policy()
    for n in range(65_536 + 10):
        policy.limit(Stage.HANDLE, None, f"made up {n}")
    assert len(policy._memo) == 65_536
    assert policy.limit(Stage.HANDLE, None, "one more") is policy.limits[0]


def test_a_due_day_names_its_basis_and_its_calendar():
    policy = small_policy(limits=(LimitRule(Stage.HANDLE, TimeLimit.parse("5wd"), "沈阳市办法 第十二条"),))
    due = policy.due(Kind.COMPLAINT, AT)
    assert (due.due_day, due.basis) == (date(2026, 10, 10), "沈阳市办法 第十二条")  # TV-01
    assert due.digest == WorkCalendar.china().digest
    told = policy.explain_due(Kind.COMPLAINT, AT)
    assert told.deadline == due
    assert sum(day.counts for day in told.counted) == 5


def test_where_no_source_sets_a_limit_there_is_none_and_it_says_so():
    silent = small_policy(limits=(LimitRule(Stage.HANDLE, None, "66号文未规定时限"),))
    assert (silent.due(None, AT).at, silent.due(None, AT).basis) == (None, "66号文未规定时限")
    assert silent.explain_due(None, AT).deadline == silent.due(None, AT)
    empty = small_policy(limits=())
    assert (empty.due(None, AT).at, empty.due(None, AT).basis) == (None, NO_LIMIT_BASIS)
    assert empty.explain_due(None, AT).deadline.basis == NO_LIMIT_BASIS
    assert empty.stages == silent.stages == frozenset()


def test_what_a_policy_can_say_at_all_is_known_beforehand():
    policy = small_policy()
    assert policy.stages == {Stage.HANDLE, Stage.SIGN, Stage.REVIEW, Stage.FOLLOW_UP}
    assert not policy.starts_at_signing
    assert small_policy(limits=(limit("1wd", start="signed"),)).starts_at_signing
    assert small_policy(clock=ClockRules()).clock is PLAIN
    assert small_policy(clock=ClockRules(roll=True)).clock == ClockRules(roll=True)


def test_a_plain_span_is_counted_by_the_places_calendar():
    due = small_policy().after(TimeLimit.parse("2wd"), AT)
    assert (due.due_day, due.basis) == (date(2026, 9, 30), DEFAULT_BASIS)


def test_a_unit_is_called_by_its_name_where_that_is_known():
    units = (Unit("city", "市", Grade.CITY, "", "210100"), Unit("centre", "市热线", Grade.CENTRE, "city"))
    policy = small_policy(routes=RoutingGraph.of(units, (), centre="centre"))
    assert (policy.unit_name("centre"), policy.unit_name("nobody")) == ("市热线", "nobody")
    assert policy.centre == "centre"
    assert (small_policy().unit_name("centre"), small_policy().centre) == ("centre", "")


# ── editions ──


def edition(name: str, effective: date | None):
    return small_policy(edition=name, effective=effective)


OLD, NEW, UNKNOWN = edition("old", date(2021, 1, 6)), edition("new", date(2025, 6, 25)), edition("undated", None)


def test_the_edition_in_force_is_chosen_by_day():
    pack = Pack("test", "210100", "test", (OLD, NEW))
    assert pack.on(date(2025, 6, 24)) is OLD
    assert pack.on(date(2025, 6, 25)) is NEW
    assert pack.newest is NEW
    with pytest.raises(PolicyError) as refused:
        pack.on(date(2021, 1, 5))
    assert refused.value.code == "no-edition"
    assert "2021-01-06" in refused.value.hint("en")


def test_an_edition_of_unknown_date_serves_only_where_it_is_the_only_one():
    alone = Pack("test", "210100", "test", (UNKNOWN,))
    assert alone.on(date(1999, 1, 1)) is alone.newest is UNKNOWN
    several = Pack("test", "210100", "test", (UNKNOWN, OLD))
    assert several.on(date(2026, 1, 1)) is several.newest is OLD
    with pytest.raises(PolicyError) as refused:
        several.on(date(2020, 1, 1))
    assert "日期不详" in refused.value.hint("zh")


def test_an_edition_can_be_named():
    pack = Pack("test", "210100", "test", (OLD, NEW))
    assert pack.edition("old") is OLD
    with pytest.raises(RequestError) as refused:
        pack.edition("2030")
    assert refused.value.code == "unknown-edition"
    assert refused.value.hint("en") == "editions: old, new"
