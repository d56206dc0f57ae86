"""Bulletins (通报): what is compared with what, and what stands where nothing can be."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.scoring import OrderFacts
from hotline12345.report.bulletin import bulletin, bulletin_json, bulletin_text, periods

NOTHING = OrderFacts(
    number="",
    kind="complaint",
    category="城乡建设/供暖",
    area="210102",
    channel="phone",
    unit="u1",
    until=datetime(2026, 10, 1, tzinfo=CST),
    ended="",
    dispatched=True,
    due=None,
    replied=None,
    on_time=None,
    overdue=False,
    diverted=False,
    unhandled=False,
    provisional=False,
    sign_due=None,
    signed_on_time=None,
    responded=False,
    follow_up="",
    solved=None,
    satisfied=None,
    sent_back=0,
    reopened=0,
    working_days=None,
)


def came(*days, **more):
    """Orders received at nine on *days*, of one sort."""
    return [
        evolve(NOTHING, number=f"{day}-{n}-{more}", received=datetime.fromisoformat(f"{day}T09:00+08:00"), **more)
        for n, day in enumerate(days)
    ]


def drawn(orders, text, until=None):
    """The bulletin of *text* over orders that stand as they stood in every period; and what was asked for."""
    asked = []

    def facts_of(period):
        asked.append(period.name)
        return [evolve(one, since=period.since, until=period.until) for one in orders if one.received <= period.until]

    return bulletin(text, facts_of, until or periods(text)[0].until), asked


ORDERS = [
    *came("2025-09-01", "2025-09-02"),
    *came("2026-08-01", "2026-08-09", "2026-08-20", "2026-08-31", kind="help"),
    *came("2026-09-01", "2026-09-30", kind="help", channel="app"),
    *came("2026-09-11"),
]


@pytest.mark.parametrize(
    ("text", "since", "days", "before", "year_ago"),
    [
        ("2026-03-01", "2026-03-01", 1, "2026-02-28", "2025-03-01"),
        ("2024-02-29", "2024-02-29", 1, "2024-02-28", None),
        ("2026-W01", "2025-12-29", 7, "2025-W52", "2025-W01"),
        ("2026-W52", "2026-12-21", 7, "2026-W51", "2025-W52"),
        ("2026-W53", "2026-12-28", 7, "2026-W52", None),
        ("2026-01", "2026-01-01", 31, "2025-12", "2025-01"),
        ("2026-09", "2026-09-01", 30, "2026-08", "2025-09"),
        ("2026-Q1", "2026-01-01", 90, "2025-Q4", "2025-Q1"),
        ("2026-q3", "2026-07-01", 92, "2026-Q2", "2025-Q3"),
        ("2026", "2026-01-01", 365, "2025", None),
    ],
)
def test_a_period_has_one_before_it_and_one_a_year_ago(text, since, days, before, year_ago):
    this, last, ago = periods(text)
    assert this.since == datetime.fromisoformat(f"{since}T00:00+08:00")
    assert this.until - this.since == timedelta(days)
    assert (last.name, last.until) == (before, this.since)
    assert (ago.name if ago is not None else None) == year_ago


@pytest.mark.parametrize("text", ["", "2026-13", "2026-02-30", "2025-W53", "2026-W00", "September", "2026-9"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(RequestError) as refused:
        periods(text)
    assert refused.value.code == "bad-period"
    assert "2026-W40" in refused.value.hint("zh")


def test_what_came_in_stands_beside_the_period_before_and_a_year_ago():
    made, asked = drawn(ORDERS, "2026-09")
    assert asked == ["2026-09", "2026-08", "2025-09"]
    assert made.received == (3, 4, 2)
    told = bulletin_json(made)["received"]
    assert (told["on_before"], told["on_year_ago"]) == ("-25.00", "50.00")  # 3 of 4, 3 of 2
    assert made.lacking == ()


def test_shares_add_up_and_the_most_come_first():
    made, _ = drawn(ORDERS, "2026-09")
    kinds = [(share.key, share.orders, share.percent) for share in made.shares["kind"]]
    assert kinds == [("help", (2, 4, 0), Decimal("66.67")), ("complaint", (1, 0, 2), Decimal("33.33"))]
    assert [(share.key, share.orders.now) for share in made.shares["channel"]] == [("app", 2), ("phone", 1)]


def test_rates_are_those_that_score_counts_and_are_compared_in_points():
    due = datetime(2026, 9, 20, tzinfo=CST)
    late = came("2026-09-02", due=due, replied=due + timedelta(1), on_time=False)
    good = came("2026-09-03", "2026-09-04", due=due, replied=due - timedelta(1), on_time=True)
    due = datetime(2026, 8, 20, tzinfo=CST)
    before = came("2026-08-01", due=due, replied=due - timedelta(1), on_time=True)
    made, _ = drawn([*late, *good, *before], "2026-09")
    assert made.rates["on-time"] == (Decimal("66.67"), Decimal("100.00"), None)
    assert made.rates["satisfied"] == (None, None, None)
    assert "按时办结率 66.67 %（比上期 -33.33 个百分点）" in bulletin_text(made)
    assert "满意率（没有可计的工单）" in bulletin_text(made)


def test_nothing_is_compared_where_records_do_not_reach_back_or_the_period_still_runs():
    made, asked = drawn(ORDERS[3:], "2026-09")  # the first came on 9 August
    assert asked == ["2026-09"]
    assert (made.received, made.lacking) == ((3, None, None), ("short",))
    assert "记录不到" in bulletin_text(made)
    made, asked = drawn(ORDERS, "2026-09", until=datetime(2026, 9, 15, tzinfo=CST))
    assert asked == ["2026-09"]
    assert (made.received, made.lacking) == ((2, None, None), ("open",))
    assert "The period is not over" in bulletin_text(made, "en")


def test_from_nothing_there_is_no_percentage():
    made, _ = drawn([*came("2025-08-01"), *came("2026-09-01")], "2026-09")
    assert made.received == (1, 0, 0)
    told = bulletin_json(made)["received"]
    assert (told["before"], told["on_before"], told["on_year_ago"]) == ("0", None, None)


def test_the_text_names_codes_and_sums_up_what_is_not_listed():
    orders = [*ORDERS, *came("2026-09-05", kind="")]
    made, _ = drawn(orders, "2026-09")
    names = {"kind": {"help": "求助", "complaint": "投诉"}.get}
    text = bulletin_text(made, names=names, most=2)
    assert text.startswith("热线通报（2026-09）\n统计至 2026-10-01 00:00。\n")
    assert "收件 4 件（上期 2026-08：4 件，0.00 %）（去年同期 2025-09：2 件，+100.00 %）。" in text
    assert "类型：求助 2 件，占 50.00 %，比上期 -50.00 %；不详 1 件，占 25.00 %；其他 1 件。" in text
    english = bulletin_text(made, "en", most=2)
    assert "By kinds: help 2 (50.00 %), -50.00 % on the period before; not known 1 (25.00 %); others 1." in english


def test_a_bulletin_of_nothing_says_so():
    made, _ = drawn([], "2026-W40")
    assert (made.received, made.shares["kind"], made.lacking) == ((0, None, None), (), ("short",))
    assert "收件 0 件。" in bulletin_text(made)
