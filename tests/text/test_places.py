"""Where it is: the division an address names, with candidates and never a guess (地点识别)."""

from __future__ import annotations

import importlib
from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.errors import RequestError
from hotline12345.core.request import Request
from hotline12345.text.places import divisions, locate, located
from hotline12345.text.places.names import forms

inner = importlib.import_module("hotline12345.text.places.locate")


def codes(text: str, within: str = "") -> list[str]:
    """The codes of the candidates, the best first."""
    return [candidate.code for candidate in locate(text, within).candidates]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江苏省南京市鼓楼区中央路12号", "320106"),
        ("南京鼓楼区", "320106"),
        ("福州鼓楼", "350102"),
        ("鼓楼区，徐州市", "320302"),  # in any order
        ("内江市中区", "511002"),  # 内江 + 市中区, and no 市 of its own
        ("吉林吉林船营", "220204"),  # the province, then the city
        ("恩施州利川市", "422802"),
        ("内蒙鄂尔多斯东胜区", "150602"),
        ("石家庄高新区", "130171"),
        ("东莞长安镇", "441900119"),
        ("辽宁省沈阳市和平区太原街", "210102"),  # 太原街 may be the road
        ("陕西省定边县", "610825"),  # and not 612726, which was its code until 1999
        ("云南保山市", "530500"),  # the former county of this name is a district of the city
        ("河北省保定清苑", "130608"),  # the town of this name lies in it
    ],
)
def test_what_is_beyond_doubt_is_certain(text: str, code: str) -> None:
    found = locate(text)
    assert found.code == code
    assert found.certain is not None
    assert found.certain.code == code


def test_a_name_that_four_districts_bear_is_four_candidates_and_no_guess() -> None:
    found = locate("鼓楼区")
    assert found.certain is None
    assert sorted(c.code for c in found.candidates) == ["320106", "320302", "350102", "410204"]
    assert {c.confidence for c in found.candidates} == {0.25}


def test_a_missing_level_leaves_those_that_fit() -> None:
    assert codes("江苏鼓楼")[:2] == ["320106", "320302"]
    assert locate("江苏鼓楼").certain is None


def test_a_city_means_its_own() -> None:
    assert locate("和平区").code == ""
    assert locate("和平区", "210100").code == "210102"
    assert locate("天津市和平区", "210100").code == "120101"


@pytest.mark.parametrize("text", ["南京路上的路灯不亮", "湖南话", "长沙银行门口", "反映辽宁大厦停水"])
def test_a_road_or_a_bank_is_not_the_place_it_is_named_after(text: str) -> None:
    assert locate(text).code == ""
    assert all(len(code) == 9 for code in codes(text)), "at most a subdistrict that is called like the road"


def test_two_places_that_exclude_each_other_are_not_certain() -> None:
    assert locate("北京市海淀区，与沈阳市铁西区").certain is None
    assert locate("北京市海淀区").code == "110108"
    assert locate("北京市海淀区，南京").certain is None  # a name that leads elsewhere is enough for doubt


def test_a_retired_name_leads_to_its_successor() -> None:
    first = locate("北京市宣武区").candidates[0]
    assert (first.code, first.name, first.retired) == ("110102", "西城区", "宣武区")


@pytest.mark.parametrize(
    ("code", "year", "names"),
    [
        ("110104", None, ["西城区"]),  # 2010: 宣武区 went into 西城区
        ("110104", 2005, ["宣武区"]),
        ("110223", None, ["通州区"]),  # 通县, 1997
        ("320106", None, ["鼓楼区"]),
        ("210102022", None, ["太原街街道"]),
    ],
)
def test_a_code_is_followed_to_what_it_is_by_date(code: str, year: int | None, names: list[str]) -> None:
    assert [division.name for division in divisions().current(code, year)] == names


def test_an_unknown_code_is_told() -> None:
    with pytest.raises(RequestError) as caught:
        divisions().current("999999")
    assert caught.value.code == "unknown-division"


def test_every_retired_code_leads_somewhere_or_says_that_it_ended() -> None:
    table = divisions()
    ends = [code for code in table.retired if not table.current(code)]
    assert [code for code in ends if any(division.then for division in table.retired[code])] == []


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [
        ("双江拉祜族佤族布朗族傣族自治县", 3, {"双江", "双江县"}),
        ("恩施土家族苗族自治州", 2, {"恩施", "恩施州"}),
        ("广西壮族自治区", 1, {"广西", "广西区"}),
        ("锡林郭勒盟", 2, {"锡林郭勒"}),
        ("通县", 3, set()),
        ("东华门街道", 4, {"东华门", "东华门街"}),
    ],
)
def test_names_lose_what_everybody_leaves_out(name: str, level: int, short: set[str]) -> None:
    assert {form for form, full in forms(name, level) if not full} == short


def test_the_plain_way_says_what_weighing_says() -> None:
    table, random, plain = divisions(), Random(7), 0
    towns = sorted(code for code in table.used if len(code) == 9)
    for _ in range(2500):
        levels = table.path(random.choice(towns))
        kept = [d for d in levels[: random.choice((2, 3, 4))] if random.random() < 0.8]
        names = [d.name if random.random() < 0.6 else d.name[:2] for d in kept]
        text = "".join(names) + random.choice(("北京路", "", "3号"))
        for home in ("", levels[1].code[:4]):
            found = inner.found_in(text, table.begins)
            quick = inner._plain(found, home)
            weighed = inner._certain(inner._scored([inner.Mention(*each) for each in found], home), home)
            if quick is not None:
                plain += 1
                assert quick == (weighed.called.division.code if weighed is not None else ""), (text, home)
    assert plain > 2500


@settings(max_examples=200)
@given(st.text(max_size=600), st.sampled_from(["", "210100", "32"]))
def test_any_text_is_read_without_a_fault(text: str, within: str) -> None:
    found = locate(text, within)
    assert found.code == (found.certain.code if found.certain is not None else "")
    assert sum(c.confidence for c in found.candidates) <= 1.91  # what is certain is raised to .9


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["鼓楼", "朝阳", "和平区", "江苏", "南京市", "市中区", "吉林", "路", "通州区", "南通", "北京", "号", "街道"]
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_certain_is_among_the_candidates_and_said_in_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    found = locate(text)
    if found.certain is not None:
        assert found.certain in found.candidates
        assert all(word in text for word in found.certain.said)


def _request(text: str = "路灯不亮", address: str = "", area: str = "") -> Request:
    return Request(datetime.fromisoformat("2026-03-02T10:00+08:00"), text=text, address=address, area=area)


def test_a_request_gets_the_area_its_address_names_and_says_so() -> None:
    filled = located(_request(address="和平区太原街"), "210100")
    assert (filled.area, filled.ext) == ("210102", {"hotline12345.located": "address"})
    assert located(_request(text="铁西区路灯不亮"), "210100").area == "210106"
    assert located(_request(address="天津市和平区"), "210100").area == ""  # elsewhere
    assert located(_request(address="鼓楼区"), "").area == ""  # in doubt
    assert located(_request(area="210104", address="和平区"), "210100").area == "210104"
