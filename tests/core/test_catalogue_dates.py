"""The catalogue by the line: who assists, who gets a copy, from when until when."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from io import StringIO

import pytest

from hotline12345.core import commands as c
from hotline12345.core.calendar import CST
from hotline12345.core.errors import PolicyError
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit, read_claims
from hotline12345.testing.orders import DISPATCHER, Life, small_policy

UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("u1", "住建局", Grade.DEPARTMENT, "city"),
    Unit("u2", "公安局", Grade.DEPARTMENT, "city"),
    Unit("u3", "城管局", Grade.DEPARTMENT, "city"),
)


def claims(text: str) -> tuple[Claim, ...]:
    found, faults = read_claims(csv.DictReader(StringIO(text)))
    assert faults == ()
    return found


def test_a_line_names_who_assists_and_who_gets_a_copy() -> None:
    text = "category,area,lead,assist,copy,from,until,basis\n城乡建设,,u1,u2、u3,,,,三定\n城乡建设/供水,,u2,,u3,,,\n"
    graph = RoutingGraph.of(UNITS, claims(text), centre="centre")
    wide, narrow = graph.route("城乡建设/物业"), graph.route("城乡建设/供水")
    assert (wide.unit, wide.assist, wide.copies) == ("u1", ("u2", "u3"), ())
    assert (narrow.unit, narrow.assist, narrow.copies) == ("u2", (), ("u3",))  # a line's helpers help its own lead
    assert graph.idle_units() == ()
    life = Life(small_policy(routes=graph)).take("accepted")
    life.do(c.Dispatch(DISPATCHER))
    assert [(a.unit, a.role) for a in life.order.assignments] == [("u1", "lead"), ("u2", "assist"), ("u3", "assist")]


def test_the_catalogue_of_the_day_decides() -> None:
    text = "category,unit,since,until\na,u1,,2026-09-30\na,u2,2026-10-01,2026-12-31\na,u3,2027-01-01,\n"
    text = text.replace("\na,", "\n城乡建设,")
    graph = RoutingGraph.of(UNITS, claims(text), centre="centre")
    turns = {
        date(2020, 1, 1): "u1",
        date(2026, 9, 30): "u1",
        date(2026, 10, 1): "u2",
        date(2026, 12, 31): "u2",
        date(2027, 1, 1): "u3",
        date(2099, 1, 1): "u3",
    }
    assert {day: graph.on(day).route("城乡建设").unit for day in turns} == turns
    assert graph.on(date(2026, 10, 5)) is graph.on(date(2026, 11, 5))
    life = Life(small_policy(routes=graph), at=datetime(2026, 9, 30, 22, tzinfo=CST)).take("accepted")
    life.do(c.Dispatch(DISPATCHER), datetime(2026, 10, 1, 1, tzinfo=CST))
    assert life.order.holder == "u2"


def test_many_dates_do_not_add_up_in_memory() -> None:
    first = date(2026, 1, 1)
    dated = tuple(
        Claim("u1", f"c{n}", since=first + timedelta(days=n), until=first + timedelta(days=n)) for n in range(40)
    )
    graph = RoutingGraph.of(UNITS, dated, centre="centre")
    for n in range(40):
        today = graph.on(first + timedelta(days=n))
        assert [today.route(f"c{m}").unit == "u1" for m in (n - 1, n, n + 1)] == [False, True, False]
    assert len(graph._dated) <= 16


def test_without_dates_there_is_one_catalogue() -> None:
    graph = RoutingGraph.of(UNITS, (Claim("u1", "城乡建设"),), centre="centre")
    assert graph.on(date(2026, 1, 1)) is graph


def test_what_is_wrong_with_helpers_is_told() -> None:
    with pytest.raises(PolicyError) as refused:
        RoutingGraph.of(UNITS, (Claim("u1", "a", assist=("nobody", "21"), copies=("city",)),), centre="centre")
    assert [fault.code for fault in refused.value.faults] == ["unknown-unit", "out-of-reach", "out-of-reach"]
    _, faults = read_claims(csv.DictReader(StringIO("category,unit,role,assist\na,u1,assist,u2\n")))
    assert [(fault.code, fault.line) for fault in faults] == [("helpers-without-lead", 2)]
    _, faults = read_claims(csv.DictReader(StringIO("category,unit,lead\na,u1,u2\n")))
    assert "unknown-column" in [fault.code for fault in faults]


def test_a_line_that_ends_with_no_other_after_it_holds_on_its_last_day_and_not_on_the_next() -> None:
    graph = RoutingGraph.of(UNITS, claims("category,unit,until\n城乡建设,u1,2026-09-30\n"), centre="centre")
    assert graph.on(date(2026, 9, 30)).route("城乡建设").unit == "u1"
    assert graph.on(date(2026, 10, 1)).route("城乡建设").unit == "centre"


def test_who_gets_a_copy_by_the_catalogue_gets_one_when_it_is_dispatched() -> None:
    graph = RoutingGraph.of(UNITS, claims("category,lead,copy\n城乡建设,u1,u3\n"), centre="centre")
    life = Life(small_policy(routes=graph)).take("accepted")
    life.do(c.Dispatch(DISPATCHER))
    assert [(a.unit, a.role) for a in life.order.assignments] == [("u1", "lead"), ("u3", "copy")]
