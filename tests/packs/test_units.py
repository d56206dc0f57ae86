"""The units and catalogues of the seed places: made from the division codes, whole, and every order finds a way."""

from __future__ import annotations

import csv
import filecmp
import runpy
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from hotline12345.core.classify import classify
from hotline12345.core.routing import Claim, Grade, RoutingGraph, Unit, read_claims, read_units
from hotline12345.packs import check_pack, load_pack

PLACES = {"anhui": "340000", "shenyang": "210100", "liaoyuan": "220400"}
LEVEL_1 = {
    *("城乡建设", "党务政务", "国土资源", "环境保护", "纪检监察", "交通运输", "经济管理", "科技与信息产业"),
    *("民政", "农村农业", "商贸旅游", "卫生计生", "政法", "教育文体", "劳动和社会保障"),
}


@pytest.fixture(scope="module")
def packs(repo_root: Path) -> Path:
    return repo_root / "src" / "hotline12345" / "packs"


@pytest.fixture(scope="module")
def categories(packs: Path) -> list[str]:
    rules = tomllib.loads((packs / "cn" / "rules.toml").read_text("utf-8"))
    return [category["name"] for category in rules["category"]]


def table(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes()
    assert not text.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in text
    return list(csv.DictReader(text.decode("utf-8").splitlines()))


def units_of(packs: Path, place: str) -> tuple[Unit, ...]:
    units, faults = read_units(table(packs / place / "units.csv"))
    assert faults == ()
    return units


def claims_of(packs: Path, place: str) -> tuple[Claim, ...]:
    claims, faults = read_claims(table(packs / place / "catalogue.csv"))
    assert faults == ()
    return claims


def graph(packs: Path, place: str) -> RoutingGraph:
    units = units_of(packs, "cn") + units_of(packs, place)
    return RoutingGraph.of(units, claims_of(packs, place), centre=PLACES[place] + "-12345")


@pytest.mark.parametrize(
    ("place", "cities", "counties"),
    # 民政部 2024: Liaoning 14 cities and 100 counties, Jilin 9 and 60, Anhui 16 and 104.
    [("shenyang", 14, 100), ("liaoyuan", 9, 60), ("anhui", 16, 104)],
)
def test_a_place_has_all_cities_and_counties_of_its_province(
    packs: Path, place: str, cities: int, counties: int
) -> None:
    grades = Counter(unit.grade for unit in units_of(packs, place))
    assert (grades[Grade.PROVINCE], grades[Grade.CITY], grades[Grade.COUNTY]) == (1, cities, counties)


def test_names_that_everybody_knows_stand_where_they_belong(packs: Path) -> None:
    shenyang, liaoyuan, anhui = (graph(packs, place) for place in ("shenyang", "liaoyuan", "anhui"))
    assert [shenyang.unit(code).name for code in ("210102", "210112", "210181")] == ["和平区", "浑南区", "新民市"]
    assert [liaoyuan.unit(c).name for c in liaoyuan.children("220400") if liaoyuan.unit(c).grade is Grade.COUNTY] == [
        "龙山区",
        "西安区",
        "东丰县",
        "东辽县",
    ]
    assert liaoyuan.ancestors("220422100") == ("220422", "220400", "220000")
    assert anhui.unit("340100-12345").name == "合肥市12345政务服务便民热线"


def test_emergency_numbers_come_with_the_base_pack(packs: Path) -> None:
    shenyang = graph(packs, "shenyang")
    assert {number: shenyang.emergency(number).grade for number in ("110", "119", "120", "122")} == dict.fromkeys(
        ("110", "119", "120", "122"), Grade.EMERGENCY
    )


@pytest.mark.parametrize("place", PLACES)
def test_governments_are_division_codes_and_the_rest_says_it_is_ours(packs: Path, place: str) -> None:
    for unit in units_of(packs, place):
        official = unit.grade in (Grade.PROVINCE, Grade.CITY, Grade.COUNTY, Grade.TOWN)
        assert unit.source == ("division codes" if official else "library default")
    assert all(claim.basis for claim in claims_of(packs, place))


@pytest.mark.parametrize("place", PLACES)
def test_the_catalogue_names_only_categories_there_are_and_all_of_level_1(
    packs: Path, place: str, categories: list[str]
) -> None:
    claimed = {claim.category for claim in claims_of(packs, place)}
    assert claimed <= set(categories)
    assert claimed >= LEVEL_1 == {name for name in categories if "/" not in name}


@pytest.mark.parametrize("place", PLACES)
def test_every_category_in_every_area_goes_somewhere_and_down_the_tree(
    packs: Path, place: str, categories: list[str]
) -> None:
    routes = graph(packs, place)
    home = PLACES[place].rstrip("0")
    inside = ["", *sorted({u.area for u in routes.units if u.area.startswith(home)})]
    assert routes.unroutable(categories, inside) == ()
    for area in inside:
        for category in categories:
            route = routes.route(category, area)
            assert route.rule in {"longest-claim", "department-first", "sub-centre"}, (category, area)
            assert route.path == (
                routes.centre,
                *[code for code in routes.ancestors(route.unit)[::-1] if code in route.path and code != routes.centre],
                route.unit,
            )


@pytest.mark.parametrize("place", PLACES)
def test_only_units_without_a_category_of_their_own_are_idle(packs: Path, place: str) -> None:
    code = PLACES[place]
    assert set(graph(packs, place).idle_units()) == {f"{code}-petition"}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("公司注册后怎么报税，发票怎么开", "tax"),
        ("快递丢件了，快递公司不赔", "post"),
        ("进口设备在海关清关很久，关税怎么算", "customs"),
        ("烟草专卖许可证怎么办", "tobacco"),
        ("移民管理局办护照要多久", "immigration"),
    ],
)
def test_each_of_the_five_sub_centres_is_reached_by_what_people_say(place: str, text: str, slug: str) -> None:
    """皖政办秘〔2021〕109号 art. 3 names the five; 国办发〔2020〕53号 has vertical departments as sub-centres."""
    policy = load_pack(place).newest
    assert policy.rules is not None
    assert policy.routes is not None
    found = policy.routes.route(classify(policy.rules, "", text).category, PLACES[place])
    assert (found.unit, found.rule) == (f"{PLACES[place]}-{slug}", "sub-centre")


@pytest.mark.parametrize(
    ("place", "category", "area", "unit", "rule"),
    [
        ("shenyang", "城乡建设/物业管理", "210102", "210100-housing", "department-first"),
        ("shenyang", "城乡建设/供热", "210102001", "210100-heat-supply", "longest-claim"),
        ("shenyang", "民政/社区建设", "210102001", "210102", "longest-claim"),
        ("shenyang", "民政/社区建设", "", "210100-civil", "longest-claim"),
        ("shenyang", "经济管理/税务", "210181", "210100-tax", "sub-centre"),
        ("shenyang", "交通运输/出租车管理", "", "210100-transport", "longest-claim"),
        ("shenyang", "环境保护", "210202", "210100-12345", "outside"),
        ("shenyang", "没有的类别", "210102", "210102", "district-backstop"),
        ("shenyang", "没有的类别", "", "210100-12345", "centre"),
        ("liaoyuan", "政法/交通管理", "220402", "220400-police", "longest-claim"),
        ("liaoyuan", "农村农业/村务管理", "220422100", "220422", "longest-claim"),
        ("liaoyuan", "卫生计生/食品安全", "220421", "220400-market", "longest-claim"),
        ("anhui", "劳动和社会保障/农民工欠薪", "340104", "340100-12345", "longest-claim"),
        ("anhui", "劳动和社会保障/农民工欠薪", "340000", "340000-labour", "longest-claim"),
        ("anhui", "教育文体/文化", "340702", "340700-12345", "longest-claim"),
        ("anhui", "交通运输/邮政快递", "340104", "340000-post", "sub-centre"),
    ],
)
def test_orders_go_where_the_pack_says(packs: Path, place: str, category: str, area: str, unit: str, rule: str) -> None:
    route = graph(packs, place).route(category, area)
    assert (route.unit, route.rule) == (unit, rule)


def test_the_tables_are_what_the_script_makes_of_the_division_codes(
    packs: Path, repo_root: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = repo_root / "scripts" / "make_units.py"
    divisions = str(data_dir / "divisions")
    monkeypatch.setattr(sys, "argv", [str(script), "--divisions", divisions, "--packs", str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert len(made) == 19  # cn has emergency numbers alone
    assert [name for name in made if not filecmp.cmp(tmp_path / name, packs / name, shallow=False)] == []


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ('[problem]\nrefused = 2\nto = "990100-nobody"\nbasis = "x"\n', "to", 9),
        ('[[line]]\ncode = "six"\nzh = "专线"\nunit = "990100-nobody"\nbasis = "x"\n', "unit", 10),
        ('[[case]]\nwhat = "x"\ncategory = "城乡建设"\nassist = ["990100-nobody"]\n', "assist", 10),
    ],
)
def test_a_unit_that_a_table_names_must_be_among_the_units(tmp_path, table, key, line):
    units = "code,name,grade,parent,area\n990100,某市,city,,990100\n990100-12345,热线,centre,990100,990100\n"
    (tmp_path / "units.csv").write_text(units, encoding="utf-8")
    head = 'title = "x"\nplace = "990100"\neffective = 2026-01-01\n\n[routing]\ncentre = "990100-12345"\n'
    (tmp_path / "2026-01-01.toml").write_text(f"{head}{table}", encoding="utf-8")
    (fault,) = [one for one in check_pack(tmp_path) if one.code == "unknown-unit"]
    assert (fault.key, fault.line, fault.severity) == (key, line, "error")
    assert "990100-nobody" in fault.zh
