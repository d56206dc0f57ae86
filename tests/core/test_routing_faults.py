"""What is wrong with units and claims is said all at once, and where."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit, read_claims, read_units
from hotline12345.core.routing.grades import area_key

UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("21-12345", "省热线", Grade.CENTRE, "21"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("west", "西县", Grade.COUNTY, "city", "210181"),
    Unit("east-street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("west-town", "西镇", Grade.TOWN, "west", "210181100"),
    Unit("housing", "住建局", Grade.DEPARTMENT, "city"),
    Unit("police", "公安局", Grade.DEPARTMENT, "city"),
    Unit("east-bureau", "东区某局", Grade.DEPARTMENT, "east"),
    Unit("gas", "燃气公司", Grade.SERVICE, "city"),
    Unit("tax", "税务分中心", Grade.SUBCENTRE, "centre"),
    Unit("other", "邻市", Grade.CITY, "21", "210200"),
    Unit("110", "报警", Grade.EMERGENCY, phone="110"),
)


def graph(*claims: Claim, on: date | None = None) -> RoutingGraph:
    return RoutingGraph.of(UNITS, claims, centre="centre", on=on)


def faults(units: tuple[Unit, ...], claims: tuple[Claim, ...] = (), centre: str = "centre") -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        RoutingGraph.of(units, claims, centre=centre)
    assert caught.value.code == "bad-routing"
    assert all(fault.zh and fault.en and fault.key for fault in caught.value.faults)
    return sorted((fault.code, fault.key) for fault in caught.value.faults)


# ── faults ──


def test_all_faults_of_the_units_are_reported_at_once() -> None:
    broken = (
        *UNITS,
        Unit("gas", "第二家", Grade.SERVICE, "city"),
        Unit("a b", "空格", Grade.SERVICE, "city"),
        Unit("a@b", "标记", Grade.SERVICE, "city"),
        Unit("lost", "无上级", Grade.DEPARTMENT, "nowhere"),
        Unit("alone", "孤儿", Grade.DEPARTMENT),
        Unit("x", "环一", Grade.DEPARTMENT, "y"),
        Unit("y", "环二", Grade.DEPARTMENT, "z"),
        Unit("z", "环三", Grade.DEPARTMENT, "x"),
        Unit("under", "环下", Grade.DEPARTMENT, "z"),
        Unit("self", "自己", Grade.DEPARTMENT, "self"),
        Unit("odd", "坏区划", Grade.COUNTY, "city", "2101xx"),
        Unit("stray", "走失", Grade.COUNTY, "city", "210202"),
    )
    assert faults(broken) == [
        ("bad-area", "odd"),
        ("bad-unit-code", "a b"),
        ("bad-unit-code", "a@b"),
        ("cycle", "self"),
        ("cycle", "x"),
        ("duplicate-unit", "gas"),
        ("orphan", "alone"),
        ("stray-area", "stray"),
        ("unknown-parent", "lost"),
    ]


def test_all_faults_of_the_claims_are_reported_with_those_of_the_units() -> None:
    claims = (
        Claim("nobody", "a"),
        Claim("other", "a", "210100"),
        Claim("city", "a"),
        Claim("110", "a", "210100"),
        Claim("gas", "a", "210202"),
        Claim("gas", "a", "xx"),
        Claim("gas", "a//b"),
        Claim("gas", "a", role="boss"),
        Claim("housing", "b"),
        Claim("police", "b"),
        Claim("housing", "c"),
        Claim("housing", "c"),
        Claim("east", "d", "210102"),
        Claim("gas", "d", "210102"),
        Claim("tax", "e"),
    )
    broken = (*UNITS, Unit("alone", "孤儿", Grade.DEPARTMENT))
    assert [code for code, _ in faults(broken, claims)] == [
        "ambiguous-claim",
        "ambiguous-claim",
        "area-outside",
        "bad-area",
        "bad-category",
        "duplicate-claim",
        "orphan",
        "out-of-reach",
        "out-of-reach",
        "out-of-reach",
        "unknown-role",
        "unknown-unit",
    ]


def test_a_role_there_is_not_is_told_of_a_category_already_found_good_too() -> None:
    claims = (Claim("gas", "a"), Claim("housing", "a", "210102", role="boss"))
    assert [code for code, _ in faults(UNITS, claims)] == ["unknown-role"]


def test_an_unknown_centre_is_one_fault_and_not_one_for_every_claim() -> None:
    assert faults(UNITS, (Claim("housing", "a"), Claim("nobody", "b")), centre="elsewhere") == [
        ("unknown-centre", "elsewhere"),
        ("unknown-unit", "b × * → nobody"),
    ]
    assert faults((), centre="centre") == [("unknown-centre", "centre")]


def test_two_leads_clash_only_on_days_they_share() -> None:
    one = Claim("housing", "a", until=date(2025, 12, 31))
    graph(one, Claim("police", "a", since=date(2026, 1, 1)))
    late = Claim("police", "a", since=date(2025, 12, 31))
    assert [code for code, _ in faults(UNITS, (one, late))] == ["ambiguous-claim"]
    # The clash of a claim of long ago is found although neither is in force any more.
    past = Claim("police", "a", since=date(2001, 1, 1), until=date(2001, 1, 2))
    assert [code for code, _ in faults(UNITS, (past, one))] == ["ambiguous-claim"]


# ── rows ──


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_units_are_read_with_every_fault_and_its_line() -> None:
    units, wrong = read_units(
        rows(
            "code,name,grade,parent,area,fax\na,甲,部门,city,210100,\n,乙,city,,,\nc,丙,king,,12x,\nd,丁\ne,戊,city,,,,9\n"
        ),
        "units.csv",
    )
    assert units == (Unit("a", "甲", Grade.DEPARTMENT, "city", "210100"),)
    assert [(fault.line, fault.code) for fault in wrong] == [
        (1, "unknown-column"),
        (3, "empty-cell"),
        (4, "unknown-grade"),
        (4, "bad-area"),
        (5, "short-row"),
        (6, "extra-cells"),
    ]
    assert all(fault.file == "units.csv" for fault in wrong)


def test_claims_are_read_with_every_fault_and_its_line() -> None:
    claims, wrong = read_claims(
        rows(
            "category,area,unit,role,basis,since,until\n城乡建设,,a,,依据,2026-01-01,\n民政,21,b,抄送,,,\n"
            "x,21x,,boss,,2026-13-01,\nx,,a,lead,,2026-02-01,2026-01-01\n"
        )
    )
    assert claims == (Claim("a", "城乡建设", "", "lead", "依据", date(2026, 1, 1)), Claim("b", "民政", "21", "copy"))
    assert sorted((fault.line, fault.code) for fault in wrong) == [
        (4, "bad-area"),
        (4, "bad-date"),
        (4, "empty-cell"),
        (4, "unknown-role"),
        (5, "bad-period"),
    ]
    assert [f.code for f in read_claims(rows("category\nx\n"))[1]] == ["missing-column"]


def test_a_row_too_long_or_too_short_is_told_and_those_after_it_are_read() -> None:
    head = "code,name,grade,parent,area\n21,省,province,,210000\n"
    cut, long = "x,断,\n", "y,多,city,21,210100,,,又一格\n"
    for bad, code in ((cut, "short-row"), (long, "extra-cells")):
        found, faults = read_units(rows(head + bad + "city,市,city,21,210100\n"))
        assert [(fault.code, fault.line) for fault in faults] == [(code, 3)]
        assert [unit.code for unit in found] == ["21", "city"]


def test_every_grade_reads_in_both_languages() -> None:
    for grade in Grade:
        assert Grade.parse(grade.value) is Grade.parse(f" {grade.zh} ") is grade
    assert Grade.parse("皇帝") is None


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("", ""), ("000000", ""), ("21", "21"), ("210000", "21"), ("2100", "21"), ("210100", "2101"),
        ("210102", "210102"), ("210102000", "210102"), ("210102001", "210102001"), ("210100000000", "2101"),
        ("210102001000", "210102001"), ("210102001007", "210102001007"), ("2", None), ("21010", None), ("abcdef", None),
    ],
)  # fmt: skip
def test_a_division_code_is_cut_to_what_it_says(code: str, key: str | None) -> None:
    assert area_key(code) == key
