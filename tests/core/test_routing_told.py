"""Routing told in full (派单逐字): every fault of units and catalogue, every route and how it was found."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit, claims, graph, read_claims, read_units
from hotline12345.core.routing.claims import Catalogue
from hotline12345.core.routing.grades import area_key

D = Grade.DEPARTMENT
UNITS = (
    Unit("21", "省", Grade.PROVINCE, "", "210000"),
    Unit("21-12345", "省热线", Grade.CENTRE, "21"),
    Unit("city", "市", Grade.CITY, "21", "210100"),
    Unit("centre", "市热线", Grade.CENTRE, "city"),
    Unit("east", "东区", Grade.COUNTY, "city", "210102"),
    Unit("west", "西县", Grade.COUNTY, "city", "210181"),
    Unit("street", "东街道", Grade.TOWN, "east", "210102001"),
    Unit("village", "东村", Grade.TOWN, "street", "210102001001"),
    Unit("town", "西镇", Grade.TOWN, "west", "210181100"),
    Unit("housing", "住建局", D, "city"),
    Unit("police", "公安局", D, "city"),
    Unit("bureau", "东区某局", D, "east"),
    Unit("gas", "燃气公司", Grade.SERVICE, "city"),
    Unit("tax", "税务分中心", Grade.SUBCENTRE, "centre"),
    Unit("other", "邻市", Grade.CITY, "21", "210200"),
    Unit("110", "报警", Grade.EMERGENCY, phone="110"),
    Unit("120", "急救", Grade.EMERGENCY),
)
CLAIMS = (
    Claim("housing", "城乡建设", basis="三定方案", assist=("gas", "police"), copies=("bureau",)),
    Claim("gas", "城乡建设/供气", "210100"),
    Claim("street", "城乡建设/市容", "210102001"),
    Claim("east", "城乡建设/市容", "210102"),
    Claim("housing", "城乡建设/市容", "210100", basis="条例"),
    Claim("town", "城乡建设/道路", "210181100", basis="清单"),
    Claim("west", "城乡建设/道路", "210181"),
    Claim("police", "公安", since=date(2026, 1, 1), until=date(2026, 6, 30)),
    Claim("bureau", "公安", "210102", since=date(2026, 7, 1)),
    Claim("police", "城乡建设/供气", "210102", role="assist"),
    Claim("bureau", "城乡建设/供气", "210102", role="copy"),
    Claim("tax", "税务"),
    Claim("east", "税务", "210102", role="assist"),
    Claim("bureau", "民政", "210102"),
)


@pytest.fixture(scope="module")
def routes() -> RoutingGraph:
    return RoutingGraph.of(UNITS, CLAIMS, centre="centre")


ASKED = {
    "the longest claim": ("城乡建设/供水", "210102"),
    "a longer claim with helpers": ("城乡建设/供气/管道", "210102001"),
    "a longer claim without helpers": ("城乡建设/供气", "210181"),
    "a department over a town and a county": ("城乡建设/市容", "210102001"),
    "a department over a county": ("城乡建设/市容", "210102"),
    "a department alone": ("城乡建设/市容", "210181"),
    "a town with its copy": ("城乡建设/道路", "210181100"),
    "a county": ("城乡建设/道路", "210181"),
    "the wider claim": ("城乡建设/道路", "210102"),
    "a sub-centre": ("税务", "210102"),
    "a sub-centre by what is below": ("税务/发票", ""),
    "nobody, in a county": ("教育", "210102001"),
    "nobody, in a village": ("教育", "210102001001"),
    "nobody, anywhere": ("教育", ""),
    "nobody, above the place": ("教育", "210000"),
    "a unit in its own area": ("民政", "210102"),
    "the same elsewhere": ("民政", "210181"),
    "no category": ("", "210102"),
    "outside": ("城乡建设", "210200"),
    "a line that is in force later": ("公安", "210102"),
    "an area nobody knows": ("城乡建设/市容", "210199"),
}


@pytest.mark.parametrize("what", ASKED)
def test_route(what: str, routes: RoutingGraph, expect: Any) -> None:
    category, area = ASKED[what]
    found = routes.route(category, area)
    assert routes.route(category, area) == found
    expect(found, *routes.explain(category, area), *routes.explain(category, area, "en"))


@pytest.mark.parametrize("day", ["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"])
def test_route_on_a_day(day: str, routes: RoutingGraph, expect: Any) -> None:
    there = routes.on(date.fromisoformat(day))
    assert routes.on(date.fromisoformat(day)) is there
    expect(*(there.route("公安", area) for area in ("210102", "210181")))


def test_a_town_alone_where_districts_get_no_copy(expect: Any) -> None:
    routes = RoutingGraph.of(UNITS, CLAIMS, centre="centre", copies_districts=False)
    expect(routes.route("城乡建设/道路", "210181100"), *routes.explain("城乡建设/道路", "210181100"))


def test_what_hangs_on_units_and_areas(routes: RoutingGraph, expect: Any) -> None:
    codes = [unit.code for unit in UNITS]
    below = [code for code in codes if code not in ("110", "120")]
    expect(
        *(f"{code}: above {routes.ancestors(code)}, below {routes.children(code)}" for code in codes),
        *(f"{code}: districts {routes.districts(code)}, grassroots {routes.grassroots(code)}" for code in below),
        *(f"{area}: {routes.territory(area)}" for area in ("210102001", "210181", "210100", "210200", "", "x")),
        *(f"{a} and {b}: {routes.common(a, b)}, {routes.path(a, b)}"
          for a, b in (("street", "town"), ("street", "bureau"), ("street", "street"), ("110", "city"))
        ),
        f"idle {routes.idle_units()}",
        f"unroutable {routes.unroutable(['教育', '税务'], ['210102', '210100', ''])}",
        f"emergency {routes.emergency('110').code} {routes.emergency('120').code}",
        f"edges {sorted(routes.digraph().edges)}",
        f"nodes {next(iter(routes.digraph().nodes(data='unit')))}",
    )  # fmt: skip


def test_a_county_is_its_own_territory() -> None:
    units = (*UNITS, Unit("east-centre", "东区热线", Grade.CENTRE, "east"))
    routes = RoutingGraph.of(units, (), centre="east-centre")
    assert routes.territory("210102001") == "east"
    assert routes.territory("210181") == "east"


def test_what_is_not_there_is_told_word_by_word(routes: RoutingGraph, expect: Any) -> None:
    expect.refused(
        lambda: routes.unit("nobody"),
        lambda: routes.children("nobody"),
        lambda: routes.ancestors("nobody"),
        lambda: routes.emergency("119"),
        lambda: routes.route("城乡建设", "2101xx"),
        lambda: RoutingGraph.of(UNITS[:-2], (), centre="centre").emergency("119"),
    )


# ── what is wrong with units and catalogue ──

BAD_UNITS = {
    "a code twice": (Unit("gas", "第二家", Grade.SERVICE, "city"),),
    "a code with a space": (Unit("a b", "空格", Grade.SERVICE, "city"),),
    "a code with a slash": (Unit("a/b", "斜线", Grade.SERVICE, "city"),),
    "a code with an at": (Unit("a@b", "标记", Grade.SERVICE, "city"),),
    "no code": (Unit("", "没有", Grade.SERVICE, "city"),),
    "a parent that is not there": (Unit("lost", "无上级", D, "nowhere"),),
    "no parent": (Unit("alone", "孤儿", D),),
    "a government without parent": (Unit("23", "邻省", Grade.PROVINCE, "", "230000"),),
    "a circle of three": (Unit("y", "环二", D, "z"), Unit("x", "环一", D, "y"), Unit("z", "环三", D, "x")),
    "a circle of one and one under it": (Unit("self", "自己", D, "self"), Unit("under", "环下", D, "self")),
    "a bad area": (Unit("odd", "坏区划", Grade.COUNTY, "city", "2101xx"),),
    "an area outside its parent's": (Unit("stray", "走失", Grade.COUNTY, "city", "210202"),),
    "an area outside, of a department": (Unit("far", "远", D, "city", "210202"),),
}


@pytest.mark.parametrize("what", BAD_UNITS)
def test_bad_units(what: str, expect: Any) -> None:
    if what == "an area outside, of a department":  # where it stands is its own business
        assert RoutingGraph.of((*UNITS, *BAD_UNITS[what]), (), centre="centre").unit("far").area == "210202"
        expect("none")
        return
    expect.refused(lambda: RoutingGraph.of((*UNITS, *BAD_UNITS[what]), (), centre="centre"))


def test_a_centre_that_is_not_there(expect: Any) -> None:
    expect.refused(
        lambda: RoutingGraph.of(UNITS, (Claim("gas", "a"),), centre="nobody"),
        lambda: RoutingGraph.of((Unit("a", "甲", D), Unit("b", "乙", Grade.CITY)), (), centre="nobody"),
    )


BAD_CLAIMS = {
    "a unit that is not there": (Claim("nobody", "a"),),
    "a unit out of reach": (Claim("other", "a", "210100"), Claim("110", "b", "210100"), Claim("21", "c")),
    "the place itself": (Claim("city", "a"),),
    "an area outside": (Claim("gas", "a", "210202"),),
    "a bad area": (Claim("gas", "a", "xx"),),
    "a bad category": (Claim("gas", "a//b"), Claim("gas", " a")),
    "a role nobody has": (Claim("gas", "a", role="boss"),),  # type: ignore[arg-type]
    "two departments": (Claim("housing", "b"), Claim("police", "b")),
    "one department twice": (Claim("housing", "c"), Claim("housing", "c", "210100")),
    "a county and a company": (Claim("east", "d", "210102"), Claim("gas", "d", "210102")),
    "two that overlap by a day": (
        Claim("housing", "e", until=date(2026, 6, 30)), Claim("police", "e", since=date(2026, 6, 30)),
    ),
    "three, of whom two overlap": (
        Claim("housing", "e", until=date(2026, 6, 30)), Claim("police", "e", since=date(2026, 7, 1)),
        Claim("gas", "e", since=date(2026, 8, 1), until=date(2026, 8, 2)),
    ),
    "everything twice": (Claim("police", ""), Claim("housing", "")),
    "helpers that are not there": (Claim("gas", "a", assist=("nobody", "110"), copies=("other",)),),
    "helpers of a bad line": (Claim("gas", "a", "xx", assist=("nobody",)),),
    "two sub-centres": (Claim("tax", "t"), Claim("tax", "t", "210100")),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD_CLAIMS)
def test_bad_claims(what: str, expect: Any) -> None:
    expect.refused(lambda: RoutingGraph.of(UNITS, BAD_CLAIMS[what], centre="centre"))


def test_claims_that_follow_one_another_or_differ_in_rank_do_not_clash() -> None:
    RoutingGraph.of(
        UNITS,
        (
            Claim("housing", "e", until=date(2026, 6, 30)), Claim("police", "e", since=date(2026, 7, 1)),
            Claim("housing", "f", "210102"), Claim("east", "f", "210102"), Claim("tax", "e"),
        ),
        centre="centre",
    )  # fmt: skip


# ── tables ──

UNIT_TABLES = {
    "good": "code,name,grade,parent,area,phone,source\n a , 甲 ,city,,2101, 12345 ,清单\nb,乙,区县,a,,,\n",
    "as few columns as may be": "code,name,grade\na,甲,department\n",
    "a column nobody knows": "code,name,grade,colour\na,甲,city,red\n",
    "a column that lacks": "code,grade\na,city\n",
    "cells that lack": "code,name,grade\n,,\na,,city\n",
    "a grade nobody knows": "code,name,grade\na,甲,empire\nb,乙,city\n",
    "a bad area": "code,name,grade,area\na,甲,city,21x\n",
    "more cells than the heading": "code,name,grade\na,甲,city,x\nb,乙,city\n",
    "fewer cells than the heading": "code,name,grade,parent\na,甲,city\n",
}
CLAIM_TABLES = {
    "good": "category,area,unit,role,basis,since,until,assist,copy\n"
    " a/b ,2101,u, ,条例,2026-01-01,2026-12-31,x、y；x,z|w\n,,u,协办,,,,,\n",
    "by other names": "lead,from\nu,2026-01-01\n",
    "by both names": "unit,lead\nu,v\n",
    "no unit": "category,unit\na,\n",
    "no column of units": "category\na\n",
    "a role nobody has": "unit,role\nu,boss\nv,lead\n",
    "a bad area": "unit,area\nu,21x\n",
    "a bad day": "unit,since,until\nu,2026年,soon\n",
    "it ends before it begins": "unit,since,until\nu,2026-02-01,2026-01-31\nv,2026-02-01,2026-02-01\n",
    "helpers of who does not lead": "unit,role,assist,copy\nu,assist,x,\nv,copy,,y\nw,assist,x,y\n",
}


def rows(text: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(text))


@pytest.mark.parametrize("what", UNIT_TABLES)
def test_unit_table(what: str, expect: Any) -> None:
    units, faults = read_units(rows(UNIT_TABLES[what]))
    expect(*units, *faults)


@pytest.mark.parametrize("what", CLAIM_TABLES)
def test_claim_table(what: str, expect: Any) -> None:
    found, faults = read_claims(rows(CLAIM_TABLES[what]))
    expect(*found, *map(repr, found), *faults)


def test_the_keys_of_areas() -> None:
    asked = ("", "21", "2101", "210100", "210102", "210102001", "210102001001", "210000", "000000", "2", "210", "21x")
    keys = {area: area_key(area) for area in asked}
    assert keys == {
        "": "", "21": "21", "2101": "2101", "210100": "2101", "210102": "210102", "210102001": "210102001",
        "210102001001": "210102001001", "210000": "21", "000000": "", "2": None, "210": None, "21x": None,
    }  # fmt: skip


def test_a_bad_network_says_how_many_faults_it_has() -> None:
    with pytest.raises(PolicyError) as caught:
        RoutingGraph.of((*UNITS, *BAD_UNITS["no parent"]), BAD_CLAIMS["a bad category"], centre="centre")
    assert (caught.value.zh, len(caught.value.faults)) == ("派单网络有 3 处错误", 3)


def test_a_hotline_that_stands_under_nothing_is_the_place_itself(expect: Any) -> None:
    units = (Unit("centre", "热线", Grade.CENTRE, "", "210100"), Unit("u", "局", D, "centre"), Unit("v", "所", D, "u"))
    routes = RoutingGraph.of(units, (Claim("u", "a"), Claim("v", "b")), centre="centre")
    assert (routes.seat, routes.idle_units()) == ("centre", ())
    expect(*(routes.route(category, area) for category in "abc" for area in ("", "210102", "220000")))


# ── what is worked out once ──


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Any]:
    """Count how often a method works; what it was asked stands in the list."""
    real, asked = getattr(owner, name), []

    def ask(self: Any, *args: Any) -> Any:
        asked.append(args)
        return real(self, *args)

    monkeypatch.setattr(owner, name, ask)
    return asked


def test_what_is_asked_twice_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    decided, located, written, columns, laid = (
        counted(monkeypatch, owner, name)
        for owner, name in (
            (RoutingGraph, "_decide"), (RoutingGraph, "_locate"), (RoutingGraph, "_write"), (Catalogue, "column"),
            (Catalogue, "_lay"),
        )
    )  # fmt: skip
    asked = [
        ("城乡建设/供水", "210102"),
        ("城乡建设/供水/管道", "210102"),
        ("城乡建设", "210181"),
        ("城乡建设/道路", "210181"),
    ]
    first = [routes.route(*each) for each in asked]
    assert (len(decided), len(located), len(columns)) == (4, 2, 4)
    assert (len(written), len(laid)) == (2, 2)  # the housing bureau's claim, and the county's over it
    assert [routes.route(*each) for each in asked] == first
    assert len(decided) == 4
    routes.route("公安", "210102")
    routes.route("税务", "210102")
    assert len(located) == 2
    again = len(written)
    routes.route("税务/发票", "210102")
    routes.route("城乡建设/供气", "210102")
    routes.route("城乡建设/供气/价格", "210102")
    assert len(written) == again + 1  # who helps is worked out once for a claim


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "_REMEMBERED", 2)
    monkeypatch.setattr(graph, "_PERIODS", 2)
    monkeypatch.setattr(claims, "_COLUMNS", 2)
    routes = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    for number in range(5):
        assert routes.route(f"城乡建设/{number}", "210102").unit == "housing"
        assert routes.route("教育", f"21010{number}").rule in ("district-backstop", "centre")
    assert (len(routes._asked), len(routes._places), len(routes._catalogue.columns)) == (2, 2, 2)
    for day in ("2025-12-31", "2026-01-01", "2026-07-01", "2025-12-31"):
        routes.on(date.fromisoformat(day))
    assert len(routes._dated) == 2


def test_without_room_for_rows_the_answers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    searched = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    asked = [*ASKED.values(), ("城乡建设/市容/垃圾", "210102001001"), ("城乡建设/道路", "210181999")]
    expected = [whole.route(*each) for each in asked]
    monkeypatch.setattr(claims, "_CELLS", 0)
    assert [searched.route(*each) for each in asked] == expected
    assert all(column.row is None for column in searched._catalogue.columns.values() if column.leads)
    cells = len(whole._catalogue.places)
    monkeypatch.setattr(claims, "_CELLS", 2 * cells)
    some = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    some.route("城乡建设", "210102")
    some.route("公安", "210102")
    assert [bool(some._catalogue.columns[one].row) for one in ("城乡建设", "公安")] == [True, False]


def test_the_units_that_claims_name() -> None:
    routes = RoutingGraph.of(UNITS, CLAIMS, centre="centre")
    named = {"housing", "gas", "police", "bureau", "street", "east", "town", "west", "tax"}
    assert routes._catalogue.named() == named
    assert RoutingGraph.of(UNITS, (), centre="centre").idle_units() == ("housing", "police", "bureau", "gas", "tax")
