"""Where it is: the division an address names, with candidates and never a guess (地点识别)."""

from __future__ import annotations

import importlib
import subprocess
import sys
from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.errors import RequestError
from hotline12345.core.request import Request
from hotline12345.text.places import divisions, locate, locate_many, located
from hotline12345.text.places.mentions import found_in
from hotline12345.text.places.names import forms
from hotline12345.text.places.plain import plain
from hotline12345.text.places.weigh import Weighed


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


def weighed(text: str, home: str) -> str:
    """What weighing all names against one another says, without any shorter way."""
    code = Weighed(found_in(text[:400], divisions().begins), home).code
    return "" if code in divisions().doubtful else code


def drawn(random: Random) -> str:
    """An address as people write it, or worse: levels left out, cut short, shuffled, with noise and other names."""
    table = divisions()
    levels = [d for d in table.path(random.choice(ALL)) if d.name != "市辖区"]
    names = [d.name if random.random() < 0.6 else d.name[:-1] for d in levels if random.random() < 0.75]
    if random.random() < 0.3:
        names.append(random.choice(random.choice((FORMS, names or FORMS))))
    if random.random() < 0.25:
        random.shuffle(names)
    if random.random() < 0.1:
        names = [random.choice(FORMS) for _ in range(random.randrange(1, 5))]
    text = random.choice(("", "", "反映：", "我家住在")) + random.choice(("", "", "", "，", "\n")).join(names)
    text += random.choice(("", "北京路", "3号", "东街道", "市", "\ud83d", "𠀀", "路灯不亮"))
    if random.random() < 0.15:
        begin = random.randrange(len(text) + 1)
        text = text[begin:] if random.random() < 0.5 else text[:begin]
    return text


ALL = sorted(code for code in divisions().used)
FORMS = sorted(divisions().names)


@pytest.mark.parametrize("home", ["", "21", "2101", "320106", "37"])
def test_the_plain_way_says_what_weighing_says(home: str) -> None:
    random, table = Random(7), divisions()
    texts = [drawn(random) for _ in range(1500)]
    quick = [plain(found_in(text, table.begins), home) for text in texts]
    seen = [(text, code) for text, code in zip(texts, quick, strict=True) if code is not None]
    assert len(seen) > (60 if home else 600)
    told = [(text, code if code not in table.doubtful else "") for text, code in seen]
    assert told == [(text, weighed(text, home)) for text, _ in seen]


@pytest.mark.parametrize("home", ["", "210100", "110105", "37"])
def test_many_at_once_are_what_each_is_by_itself(home: str) -> None:
    random = Random(11)
    texts = [drawn(random) for _ in range(1500)]
    assert [(text, found.code) for text, found in zip(texts, locate_many(texts, home), strict=True)] == [
        (text, locate(text, home).code) for text in texts
    ]


def test_many_at_once_have_the_candidates_of_each() -> None:
    random = Random(13)
    texts = [drawn(random) for _ in range(300)]
    assert [found.candidates for found in locate_many(texts)] == [locate(text).candidates for text in texts]
    assert [found.certain for found in locate_many(texts)] == [locate(text).certain for text in texts]


@pytest.mark.parametrize("text", ["吉林省白城吉林", "南京鼓楼区", "鼓楼区", "恩施州利川市"])
def test_what_is_asked_first_changes_no_answer(text: str) -> None:
    first, second = locate(text), locate(text)
    assert (first.code, first.candidates, first.certain) == (
        (second.certain and second.certain.code) or "",
        *(second.candidates, second.certain),
    )
    assert locate_many([text])[0].candidates == locate(text).candidates


def test_in_arrays_most_texts_are_plain_and_the_others_keep_their_names() -> None:
    pytest.importorskip("numpy")
    from hotline12345.text.places.arrays import sheet as arrays

    sheet, random = arrays.sheet_of(divisions()), Random(17)
    texts = ["江苏省南京市鼓楼区中央路12号", "鼓楼区", "今天天气", "", "东莞长安镇"]
    assert sheet.read(texts, "") == (["320106", "", "", "", "441900119"], {})
    texts = [drawn(random) for _ in range(2000)]
    codes, left = sheet.read(texts, "")
    assert {at for at, code in enumerate(codes) if code is None} == set(left)
    assert len(left) < 1000
    for at, found in left.items():
        begin = sum(len(text) + 1 for text in texts[:at])  # all texts are one, a line each
        assert [(start - begin, end - begin, name) for start, end, name in found] == found_in(
            texts[at], divisions().begins
        )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("太阳镇江西省", "360000"),  # 镇江 makes the town doubtful, and the province is beyond doubt
        ("请问西工区邙岭路", "410303"),  # without the town nothing but the district is called so
        ("嘉定镇街基", "360722100"),  # where no place is named, towns for short count everywhere
        ("古县工业大道", "141025"),  # towns elsewhere that are called so for short do not count
        ("安徽蜀山西园解放大街附近", "340104"),  # 西园 lies in all that is meant, 山西 is chance
        ("山东青岛市北", "370203"),  # and so is nothing here
        ("湖南省衡阳衡阳市衡南洪山", ""),  # said twice, and 洪山 is a district elsewhere
        ("黑龙江齐齐哈尔龙沙区", "230202"),  # 龙江 lies there, too, but not beside 黑龙江
        ("黑龙江集贤", ""),
        ("内蒙古通辽市开鲁县辽河农场", "150523401"),  # 内蒙 is 内蒙古
        ("山东省济南市中区杆石桥", "370103"),  # two in full share a character
        ("河南开封市杞县五里河镇", "410221101"),
        ("福建宁德福安市文化巷", "350981"),  # 建宁 crosses two
        ("齐齐哈尔市北兴北京路", "230200"),
        ("河南省莲湖解放大街", "410000"),  # a town here, a district elsewhere
        ("江苏苏州虎丘", ""),  # a district and a town
        ("山东省临沂市湖头", ""),  # there was another 临沂市 in the same province
        ("湖北东西湖", ""),
        ("本溪本溪平山", ""),  # said twice
        ("三明市泰宁大田解放大街", ""),  # a town here, and a county beside
        ("商丘东风长江路", ""),
    ],
)
def test_chance_towns_and_retired_names_are_weighed_alike_at_once_and_by_themselves(text: str, code: str) -> None:
    assert (locate(text).code, locate_many([text])[0].code) == (code, code)


def test_every_25th_name_is_at_once_what_it_is_by_itself_alone_and_with_what_it_lies_in() -> None:
    random, table = Random(19), divisions()
    texts = FORMS[::25]
    for form in FORMS[3::25]:
        division = random.choice(table.names[form].whose).division
        above = table.path(division.code)[:-1] or table.path(division.parent)
        if above:
            name = random.choice(above).name
            texts.append(random.choice((name + form, name[:-1] + form, form + name)))
    assert [(text, found.code) for text, found in zip(texts, locate_many(texts), strict=True)] == [
        (text, locate(text).code) for text in texts
    ]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["", "鼓楼区", ""],
        ["南京市"] * 3 + ["\n\n南京市\n鼓楼区"],
        ["城关镇和平新华" * 60, "城关镇" * 200, "南京市鼓楼区"],  # thousands of divisions are meant: by itself
        ["，" * 398 + "南京市"],  # one character too late
        ["，" * 397 + "南京市"],
        ["南京", "路上的灯"],  # the one ends before the other begins
        ["南京市", "\ud83d南京市鼓楼区\udc00", "𠀀鼓楼区"],
    ],
)
def test_no_text_at_once_is_read_as_a_part_of_another(texts: list[str]) -> None:
    assert [found.code for found in locate_many(iter(texts))] == [locate(text).code for text in texts]


def test_more_texts_than_are_read_at_once_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("hotline12345.text.places.locate"), "BATCH", 3)
    texts = ["南京市", "鼓楼区", "沈阳市", "恩施州利川市", "", "成都市", "铁西区"]
    assert [found.code for found in locate_many(texts)] == ["320100", "", "210100", "422802", "", "510100", ""]


def test_without_numpy_many_are_read_one_by_one() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from hotline12345.text.places import locate_many\n"
        "print([found.code for found in locate_many(['南京鼓楼区', '鼓楼区', '恩施州利川市'])])\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "['320106', '', '422802']"


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
