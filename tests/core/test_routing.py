"""Routing: the rules in their order, and the tree of units."""

from __future__ import annotations

import re
from datetime import date

import pytest

from hotline12345.core.errors import RequestError
from hotline12345.core.routing import RULES, Claim, Grade, RoutingGraph, Unit

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


# ── the rules ──


def test_tv73_where_a_department_and_a_county_overlap_the_department_leads_and_the_county_assists() -> None:
    route = graph(Claim("housing", "城乡建设"), Claim("east", "城乡建设")).route("城乡建设/物业管理", "210102001")
    assert (route.unit, route.rule, route.assist) == ("housing", "department-first", ("east",))
    assert "潍坊" in route.basis
    assert route.path == ("centre", "housing")


def test_tv74_what_goes_straight_to_a_subdistrict_is_copied_to_its_district() -> None:
    route = graph(Claim("east-street", "民政", basis="街道职责清单")).route("民政/社区建设", "210102001")
    assert (route.unit, route.copies) == ("east-street", ("east",))
    assert route.path == ("centre", "east", "east-street")
    assert route.basis == "街道职责清单；" + RULES["town-copy"].basis


def test_a_department_leads_over_a_town_too() -> None:
    route = graph(Claim("housing", "城乡建设"), Claim("east-street", "城乡建设")).route("城乡建设", "210102001")
    assert (route.unit, route.assist, route.copies) == ("housing", ("east-street",), ())


def test_a_district_bureau_is_no_department_of_the_city() -> None:
    claims = (Claim("police", "政法"), Claim("east-bureau", "政法"))
    assert graph(*claims).route("政法", "210102").unit == "police"
    assert graph(Claim("gas", "政法"), claims[1]).route("政法", "210102").unit == "east-bureau"


def test_the_longest_category_wins_even_over_a_department() -> None:
    routes = graph(Claim("housing", "城乡建设"), Claim("east", "城乡建设/村镇建设"))
    assert routes.route("城乡建设/村镇建设/危房", "210102").unit == "east"
    assert routes.route("城乡建设/村镇建设/危房", "210181").unit == "housing"
    assert routes.route("城乡建设/村镇建设危房", "210102").unit == "housing"


def test_of_equal_categories_the_most_specific_area_wins() -> None:
    routes = graph(Claim("housing", "a"), Claim("gas", "a", "210102"), Claim("police", "a", "210102001"))
    assert [routes.route("a", area).unit for area in ("210102001", "210102002", "210181", "")] == [
        "police",
        "gas",
        "housing",
        "housing",
    ]


def test_a_sub_centre_takes_its_matters_before_anybody_else() -> None:
    route = graph(Claim("tax", "经济管理"), Claim("housing", "经济管理/税务")).route("经济管理/税务", "210102")
    assert (route.unit, route.rule, route.path) == ("tax", "sub-centre", ("centre", "tax"))


def test_where_the_unit_is_unclear_the_known_district_is_the_backstop() -> None:
    route = graph(Claim("housing", "城乡建设")).route("民政", "210181100")
    assert (route.unit, route.rule, route.path) == ("west", "district-backstop", ("centre", "west"))


def test_what_nobody_takes_stays_with_the_centre() -> None:
    for area in ("", "210100", "21", "210000"):
        route = graph().route("民政", area)
        assert (route.unit, route.rule, route.path) == ("centre", "centre", ("centre",))


def test_an_area_outside_the_territory_stays_with_the_centre_whoever_claims_everything() -> None:
    route = graph(Claim("housing", "", "210000")).route("民政", "210202")
    assert (route.unit, route.rule) == ("centre", "outside")


def test_an_area_nobody_knows_is_taken_by_the_area_it_lies_in() -> None:
    routes = graph(Claim("east", "民政"), Claim("housing", "民政/救助"))
    assert routes.route("民政", "210102999").unit == "east"
    assert routes.route("民政", "210102001007").unit == "east"
    assert routes.route("民政/救助", "210199").unit == "housing"


def test_endless_and_made_up_categories_cost_no_more_than_known_ones() -> None:
    routes = graph(Claim("housing", "a/b"), Claim("police", "a"))
    assert routes.route("a/b" + "/b" * 100_000).unit == "housing"
    assert routes.route("a/" * 100_000).unit == "police"
    columns = routes._catalogue.columns
    assert {id(columns[made].row) for made in (f"x{n}" for n in range(50)) if routes.route(made)} == {
        id(routes._catalogue._rows["/"])
    }


def test_a_malformed_area_is_refused_with_a_hint() -> None:
    for area in ("A市", "21010", "２１０１０２", "210102-1", "2101020"):
        with pytest.raises(RequestError) as caught:
            graph().route("民政", area)
        assert caught.value.code == "bad-area"
        assert caught.value.hint("en")


def test_assistants_and_copies_come_from_the_catalogue_and_never_name_the_lead() -> None:
    route = graph(
        Claim("housing", "a/b"),
        Claim("police", "a", role="assist"),
        Claim("housing", "a", role="assist"),
        Claim("gas", "a/b", role="copy"),
        Claim("police", "a/b", role="copy"),
        Claim("east", "a/b", "210181", role="assist"),
    ).route("a/b/c", "210102")
    assert (route.unit, route.assist, route.copies) == ("housing", ("police",), ("gas",))


def test_the_province_hands_to_the_next_government_below_it() -> None:
    routes = RoutingGraph.of(UNITS, (), centre="21-12345")
    assert routes.route("民政", "210102001").path == ("21-12345", "city")
    assert routes.route("民政", "220400").rule == "outside"


def test_a_claim_is_answered_only_while_it_is_in_force() -> None:
    old = Claim("housing", "a", until=date(2025, 12, 31))
    new = Claim("police", "a", since=date(2026, 1, 1))
    assert graph(old, new, on=date(2025, 12, 31)).route("a").unit == "housing"
    assert graph(old, new, on=date(2026, 1, 1)).route("a").unit == "police"
    assert graph(new, old).route("a").unit == "police"
    assert graph(old).route("a").rule == "centre"
    past = Claim("gas", "a", role="assist", until=date(2025, 12, 31))
    assert graph(new, past).route("a").assist == ()
    assert graph(new, past, on=date(2025, 1, 1)).idle_units() == ("housing", "police", "east-bureau", "tax")


def test_the_answer_is_the_same_when_it_is_remembered() -> None:
    routes = graph(Claim("housing", "a"), Claim("east", "a"), Claim("gas", "a/b", role="assist"))
    for area in ("210102", "210102001", "", "210181"):
        for category in ("a", "a/b", "x"):
            first = routes.route(category, area)
            assert routes.route(category, area) == first
            assert (
                graph(Claim("housing", "a"), Claim("east", "a"), Claim("gas", "a/b", role="assist")).route(
                    category, area
                )
                == first
            )


# ── explained ──


def test_the_answer_is_the_same_when_nothing_more_can_be_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline12345.core.routing.graph._REMEMBERED", 0)
    monkeypatch.setattr("hotline12345.core.routing.claims._COLUMNS", 0)
    routes = graph(Claim("housing", "a"), Claim("east", "a"))
    for _ in range(2):
        assert routes.route("a", "210102").rule == "department-first"
        assert routes.route("a", "210181").rule == "longest-claim"
    assert not routes._asked
    assert not routes._places
    assert not routes._catalogue.columns


def test_an_explanation_says_which_rules_failed_and_which_held() -> None:
    lines = graph(Claim("east", "城乡建设")).explain("城乡建设/供水", "210102", "en")
    assert [re.split("[: ]", line)[:2] for line in lines[:3]] == [
        ["·", "sub-centre"],
        ["·", "department-first"],
        ["√", "longest-claim"],
    ]
    assert lines[3] == "path: 市热线 → 东区"
    assert graph().explain("民政", "210102")[-2] == "派单路径：市热线 → 东区"


# ── the tree ──


def test_the_tree_tells_ancestors_children_and_the_way_between_two_units() -> None:
    routes = graph()
    assert routes.ancestors("east-street") == ("east", "city", "21")
    assert routes.ancestors("21") == ()
    assert routes.children("east") == ("east-bureau", "east-street")
    assert routes.children("gas") == ()
    assert routes.path("east-street", "housing") == ("east-street", "east", "city", "housing")
    assert routes.common("city", "east") == "city"
    assert routes.path("city", "east") == ("city", "east")
    assert routes.path("east", "east") == ("east",)
    assert routes.path("east", "110") == ()
    assert (routes.common("east-street", "west-town"), routes.common("east", "110")) == ("city", "")
    assert (routes.unit("gas").name, len(routes.units)) == ("燃气公司", len(UNITS))
    assert set(routes.digraph().successors("east")) == {"east-bureau", "east-street"}


def test_a_unit_nobody_knows_is_refused() -> None:
    for ask in (graph().unit, graph().ancestors, graph().children):
        with pytest.raises(RequestError, match="nobody"):
            ask("nobody")


def test_emergency_numbers_are_found_by_number() -> None:
    assert graph().emergency("110").name == "报警"
    with pytest.raises(RequestError) as caught:
        graph().emergency("119")
    assert caught.value.code == "unknown-emergency"
    assert "110" in caught.value.hint()


def test_checks_find_what_nobody_takes_and_who_takes_nothing() -> None:
    routes = graph(Claim("housing", "a"), Claim("gas", "b", role="assist"))
    assert routes.unroutable(("a", "b"), ("", "210102")) == (("b", ""),)
    assert set(routes.idle_units()) == {"police", "east-bureau", "tax"}
