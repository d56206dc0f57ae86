"""Data for publication (公开数据集): no row points at a person, nothing is lost without being told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.calendar import CST
from hotline12345.core.errors import RequestError
from hotline12345.core.order import Status
from hotline12345.core.order.parts import Outcome, Standing
from hotline12345.core.request import Kind
from hotline12345.report.bulletin import periods
from hotline12345.report.opendata import dataset, dataset_table
from hotline12345.report.tables import render
from hotline12345.testing.orders import Life

ORDER = Life().take("dispatched").order
QUARTER = periods("2026-Q3")[0]


def order(category="城乡建设/供暖", area="210102", kind=Kind.COMPLAINT, day="2026-09-18", **intake):
    topic = ORDER.topic._replace(category=category, area=area, kind=kind)
    received = datetime.fromisoformat(f"{day}T10:00+08:00")
    return ORDER._replace(topic=topic, intake=ORDER.intake._replace(received=received, **intake))


def told(orders, least=3):
    made = dataset(orders, QUARTER, least)
    return [(row.category, row.area, row.orders) for row in made.rows], made


def test_what_is_often_is_told_exactly_and_what_is_rare_less_so():
    orders = [order() for _ in range(3)]
    orders += [order("城乡建设/供水") for _ in range(2)] + [order("城乡建设/燃气")]  # three of the topmost category
    orders += [order("教育", f"21010{n}") for n in (2, 3, 4)]  # one in each county
    orders += [order("交通运输/公交"), order("环境保护"), order("司法", "210103")]  # three of no category in common
    rows, made = told(orders)
    assert rows == [("", "", 3), ("城乡建设", "210102", 3), ("城乡建设/供暖", "210102", 3), ("教育", "", 3)]
    assert (made.too_few, made.kept_back) == (0, 0)
    rows, made = told([*orders, order("司法", kind=Kind.PRAISE)])
    assert sum(count for *_, count in rows) == 12
    assert made.too_few == 1


def test_reports_and_what_is_confidential_are_kept_back_and_void_orders_do_not_count():
    orders = [order() for _ in range(3)] + [order(kind=Kind.REPORT), order(confidential=True)]
    orders.append(order()._replace(status=Status.VOID))
    rows, made = told(orders)
    assert rows == [("城乡建设/供暖", "210102", 3)]
    assert (made.too_few, made.kept_back) == (0, 2)


def test_only_what_came_within_the_period_counts_and_months_stand_apart():
    days = ["2026-06-30"] + ["2026-07-01"] * 3 + ["2026-09-30"] * 3 + ["2026-10-01"]
    midnight = order()._replace(intake=ORDER.intake._replace(received=QUARTER.until))
    made = dataset([*(order(day=day) for day in days), midnight], QUARTER, 3)
    assert [(row.month, row.orders) for row in made.rows] == [("2026-07", 3), ("2026-09", 3)]
    assert made.too_few == 0


def test_no_area_below_a_county_is_told():
    rows, _ = told([order(area="210102001004"), order(area="210102002"), order(area="210102")])
    assert rows == [("城乡建设/供暖", "210102", 3)]


def test_how_orders_stand_is_counted():
    def replied(at):  # due by TV-01 on 10 October
        return order()._replace(outcome=Outcome(Standing(at, "u1", solved=True)))

    early = replied(datetime(2026, 9, 30, tzinfo=CST))._replace(status=Status.ARCHIVED)
    late = replied(datetime(2026, 10, 12, tzinfo=CST))
    (row,) = dataset([order(), early, late], QUARTER, 3).rows
    assert (row.orders, row.open, row.on_time, row.late) == (3, 2, 1, 1)


@pytest.mark.parametrize("least", [1, 0, -3])
def test_rows_of_one_order_are_refused(least):
    with pytest.raises(RequestError) as refused:
        dataset([], QUARTER, least)
    assert refused.value.code == "bad-least"


SORTS = st.tuples(
    st.sampled_from(["城乡建设/供暖", "城乡建设/供水", "城乡建设", "教育/招生", ""]),
    st.sampled_from(["210102", "210103001", ""]),
    st.sampled_from([Kind.COMPLAINT, Kind.HELP, Kind.REPORT, None]),
    st.sampled_from(["2026-07-02", "2026-08-02", "2026-05-02"]),
)


@given(st.lists(SORTS, max_size=60), st.integers(2, 6))
@settings(max_examples=60, deadline=None)
def test_every_row_is_of_enough_and_every_order_is_in_one_or_told_to_be_left_out(sorts, least):
    made = dataset([order(*sort) for sort in sorts], QUARTER, least)
    within = [sort for sort in sorts if sort[3] >= "2026-07"]
    assert all(row.orders >= least for row in made.rows)
    assert len({row[:4] for row in made.rows}) == len(made.rows)
    assert made.kept_back == sum(sort[2] is Kind.REPORT for sort in within)
    assert sum(row.orders for row in made.rows) + made.too_few + made.kept_back == len(within)
    by_kind = Counter((row.month, row.kind) for row in made.rows for _ in range(row.orders))
    there = Counter((sort[3][:7], sort[2].value if sort[2] else "") for sort in within if sort[2] is not Kind.REPORT)
    assert all(by_kind[key] <= there[key] for key in by_kind)
    assert all(there[key] - by_kind[key] < least for key in there), "as many as that could have been a row"


def test_the_table_has_neither_words_nor_numbers_of_orders():
    made = dataset([order() for _ in range(3)], QUARTER, 3)
    assert render(dataset_table(made), "csv").splitlines() == [
        "月份,类型,类别,区划,件数,未办结,按时答复,逾期答复",
        "2026-09,投诉,城乡建设/供暖,210102,3,3,0,0",
    ]
