"""The packs of further places: what their articles say, every number once more and by hand."""

from __future__ import annotations

from datetime import date

import pytest

from hotline12345.core.errors import PolicyError
from hotline12345.core.request import Kind, Urgency
from hotline12345.core.sla import Stage
from hotline12345.packs import check_pack, load_pack, pack_names

LIMITS = {
    # 北京: the standard DB11/T 2021 as reprinted (handbook §4)
    "beijing": {"7d", "2h", "24h", "1h"},
    # 济南条例 24, 潍坊条例 20, 安阳条例 50, 山东 2020 report
    "jinan": {"5wd"},
    "weifang": {"5wd"},
    "anyang": {"5wd"},
    "shandong": {"5wd"},
    # 四川 2025-12: 3/7/15
    "sichuan": {"3wd", "7wd", "15wd"},
    # 蚌埠: sign 1, phone 5, web and province 3, urgent by phone 20 and 10 min; 3 and 10 of the leaders' hotline
    "bengbu": {"1wd", "5wd", "3wd", "20min", "10min", "10wd"},
    # 芜湖: no number of its own
    "wuhu": {"3wd", "10wd"},
    # 沈阳 undated: forward 1, 5 and 10
    "shenyang-undated": {"1wd", "5wd", "10wd"},
    # fsou 17273310: 3 and 13, call-back the next day
    "county-supervision": {"3wd", "13wd", "1d"},
}
EFFECTIVE = {
    "beijing": date(2021, 9, 24),  # 第三十八条：自公布之日起施行
    "jinan": date(2018, 9, 1),  # 第四十四条
    "weifang": date(2021, 12, 15),  # 第四十一条
    "anyang": date(2021, 12, 1),  # 第五十八条
}


@pytest.mark.parametrize("name", pack_names(plugins=False))
def test_every_pack_that_is_shipped_passes_its_own_check(name: str) -> None:
    assert [fault.text("en") for fault in check_pack(name) if fault.severity == "error"] == []


@pytest.mark.parametrize("name", LIMITS)
def test_every_number_is_one_its_source_gives(name: str) -> None:
    policy = load_pack(name).newest
    assert {str(rule.limit) for rule in policy.limits if rule.limit is not None} == LIMITS[name]
    assert all(rule.basis for rule in policy.limits)


@pytest.mark.parametrize("name", EFFECTIVE)
def test_a_statute_is_in_force_from_the_day_its_last_article_says(name: str) -> None:
    pack = load_pack(name)
    assert pack.newest.effective == EFFECTIVE[name]
    assert pack.on(EFFECTIVE[name]).edition == pack.newest.edition
    with pytest.raises(PolicyError):
        pack.on(date(2017, 1, 1))


def test_sichuan_is_an_edition_of_a_month_and_seen_in_force_for_five_years() -> None:
    pack = load_pack("sichuan")
    assert [policy.edition for policy in pack.editions] == ["2025-12"]
    assert pack.on(date(2025, 12, 25)).edition == "2025-12"
    for day in (date(2025, 12, 24), date(2030, 12, 25)):
        with pytest.raises(PolicyError) as raised:
            pack.on(day)
        assert raised.value.code == "no-edition"
        assert "--edition" in raised.value.hint("en")
        assert "2025-12 (seen from 2025-12-25 to 2030-12-24)" in raised.value.hint("en")
    assert pack.edition("2025-12").due  # named outright it serves on any day


def test_bengbu_overrides_the_handling_limit_of_its_province_but_not_the_leaders_hotline() -> None:
    policy = load_pack("bengbu").newest
    assert policy.parents[0].startswith("anhui@")
    rule = policy.limit(Stage.HANDLE, Kind.COMPLAINT, channel="phone")
    assert rule is not None
    assert str(rule.limit) == "5wd"
    urgent = policy.limit(Stage.HANDLE, Kind.HELP, urgency=Urgency.EMERGENCY, channel="phone")
    assert urgent is not None
    assert str(urgent.limit) == "10min"  # TV-79


def test_the_contradicting_page_of_shenyang_is_a_pack_of_its_own() -> None:
    assert [policy.edition for policy in load_pack("shenyang").editions] == ["2017-04-10"]
    undated = load_pack("shenyang-undated").newest
    assert (undated.place, undated.effective) == ("210100", None)
    assert (undated.extension.most, str(undated.extension.longest)) == (2, "5wd")
