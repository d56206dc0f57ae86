"""Routing by property: against a scan of all claims, and down the tree."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.routing import RULES, Claim, Grade, RoutingGraph, Unit
from hotline12345.core.routing import claims as claims_module

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
BY_CODE = {unit.code: unit for unit in UNITS}


def graph(*claims: Claim, on: date | None = None) -> RoutingGraph:
    return RoutingGraph.of(UNITS, claims, centre="centre", on=on)


# ── properties, against a scan of all claims ──

CATEGORIES = ("a", "a/b", "a/b/c", "a/bc", "d")
AREAS = ("", "210000", "210100", "210102", "210181", "210102001", "210181100", "210199", "210200", "210202")
CLAIMANTS = ("housing", "police", "gas", "tax", "east", "west", "east-street", "west-town", "east-bureau")
LOCAL = {"east", "west", "east-street", "west-town", "east-bureau"}
DEPARTMENTS = {"housing", "police"}


def cut(code: str) -> str:
    return re.sub("(00)+$", "", code) if len(code) == 6 else code


def area_of(claim: Claim) -> str:
    unit: Unit | None = BY_CODE[claim.unit]
    code = claim.area
    while unit is not None and not code:
        code, unit = unit.area, BY_CODE.get(unit.parent)
    return cut(code)


def scan(claims: list[Claim], category: str, area: str) -> tuple[str, str, tuple[str, ...]]:
    """The rules said again, slowly: unit, rule and assistants, from a look at every claim."""
    here = cut(area)
    if "2101".startswith(here):
        here = "2101"
    if not here.startswith("2101"):
        return "centre", "outside", ()
    bearing = [c for c in claims if (category + "/").startswith(c.category + "/" if c.category else "")]
    bearing = [c for c in bearing if here.startswith(area_of(c))]
    bearing.sort(key=lambda c: (len(c.category), len(area_of(c))), reverse=True)
    helping = [c.unit for c in bearing if c.role == "assist"]
    leads = [c for c in bearing if c.role == "lead"]

    def answer(unit: str, rule: str, first: list[str]) -> tuple[str, str, tuple[str, ...]]:
        return unit, rule, tuple(dict.fromkeys(u for u in first + helping if u != unit))

    for claim in leads:
        if claim.unit == "tax":
            return answer("tax", "sub-centre", [])
    if leads:
        same = [c for c in leads if c.category == leads[0].category]
        nearest = [c for c in same if len(area_of(c)) == len(area_of(same[0]))]
        if not any(c.unit in LOCAL for c in nearest):
            return answer(nearest[0].unit, "longest-claim", [])
        over = [c for c in same if c.unit in DEPARTMENTS]
        if over:
            local = [c.unit for c in same if c.unit in LOCAL and len(area_of(c)) >= len(area_of(over[0]))]
            return answer(over[0].unit, "department-first", local)
        return answer(next(c.unit for c in nearest if c.unit in LOCAL), "longest-claim", [])
    for district in ("210102", "210181"):
        if here.startswith(district):
            return {"210102": "east", "210181": "west"}[district], "district-backstop", ()
    return "centre", "centre", ()


@st.composite
def catalogues(draw: st.DrawFn) -> list[Claim]:
    """Claims without a clash: at one category × area at most one local lead and one department, or one of another."""
    drawn = draw(
        st.lists(
            st.builds(
                Claim,
                st.sampled_from(CLAIMANTS),
                st.sampled_from(("", *CATEGORIES)),
                st.sampled_from(("", *AREAS[1:-2])),
                st.sampled_from(("lead", "lead", "lead", "assist")),
            ),
            max_size=14,
        )
    )
    kept: list[Claim] = []
    taken: dict[tuple[str, str], set[str]] = {}
    for claim in drawn:
        sort = "local" if claim.unit in LOCAL else "department" if claim.unit in DEPARTMENTS else claim.unit
        if claim.role == "lead" and sort != "tax":
            there = taken.setdefault((claim.category, area_of(claim)), set())
            if there - {"local", "department"} or sort in there or (there and sort == "gas"):
                continue
            there.add(sort)
        elif claim.role == "lead" and any(
            c.unit == "tax" and (c.category, area_of(c)) == (claim.category, area_of(claim)) for c in kept
        ):
            continue
        kept.append(claim)
    return kept


@pytest.mark.parametrize("cells", [claims_module._CELLS, 0], ids=["rows", "searched"])
@given(claims=catalogues())
@settings(max_examples=150, deadline=None)
def test_the_compiled_answer_is_that_of_a_scan_of_all_claims(cells: int, claims: list[Claim]) -> None:
    # A catalogue too large for rows is searched instead, and must answer alike.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims_module, "_CELLS", cells)
        compare_with_scan(claims)


def compare_with_scan(claims: list[Claim]) -> None:
    routes = graph(*claims)
    for category in (*CATEGORIES, "a/b/c/d", "e"):
        for area in AREAS:
            route = routes.route(category, area)
            unit, rule, assist = scan(claims, category, area)
            assert (route.unit, route.rule) == (unit, rule)
            assert set(route.assist) == set(assist)


@given(catalogues(), st.sampled_from(CATEGORIES), st.sampled_from(AREAS))
@settings(max_examples=150, deadline=None)
def test_every_route_descends_from_the_centre_and_is_told_as_it_is(
    claims: list[Claim], category: str, area: str
) -> None:
    routes = graph(*claims)
    told = [line for line in routes.explain(category, area, "en") if line.startswith("√ ")]
    route = routes.route(category, area)
    assert route.path[0] == "centre"
    assert route.path[-1] == route.unit
    for above, below in zip(route.path, route.path[1:], strict=False):
        assert BY_CODE[below].parent == above or (above == "centre" and BY_CODE[below].parent == "city")
    assert told[0].startswith(f"√ {route.rule}:")
    assert route.rule in RULES
    assert route.unit not in route.assist + route.copies
    assert not set(route.assist) & set(route.copies)
