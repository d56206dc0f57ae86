"""The seed packs (种子政策包): what their sources say, and nothing that they do not."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hotline12345.core import commands as c
from hotline12345.core.order import Order, Status
from hotline12345.core.request import Kind, Request
from hotline12345.core.verify import check
from hotline12345.packs import builtin, check_pack, load_pack, run_cases
from hotline12345.testing.orders import AT, DISPATCHER, Life
from hotline12345.testing.pack_contract import PackContract

BEIJING = timezone(timedelta(hours=8))
SEEDS = ("cn", "anhui", "liaoyuan", "shenyang")
PLACES = ("anhui", "liaoyuan", "shenyang")


class TestChina(PackContract):
    def pack(self) -> str:
        return "cn"


class TestAnhui(PackContract):
    def pack(self) -> str:
        return "anhui"


class TestLiaoyuan(PackContract):
    def pack(self) -> str:
        return "liaoyuan"


class TestShenyang(PackContract):
    def pack(self) -> str:
        return "shenyang"


# What the sources say, written down here once more and by hand: kind, limit, start, and a word of the basis.
SOURCES = {
    "liaoyuan": [
        (Kind.COMPLAINT, "5wd", "received", "report"),
        (Kind.REPORT, "5wd", "received", "library default"),
        (Kind.CONSULTATION, "None", "received", "at once"),
        (Kind.HELP, "None", "received", "window"),
        (Kind.SUGGESTION, "None", "dispatched", "library default"),
        (Kind.PRAISE, "None", "dispatched", "library default"),
    ],
    "shenyang": [
        (Kind.CONSULTATION, "2wd", "dispatched", "2017"),
        (Kind.HELP, "5wd", "dispatched", "2017"),
        (Kind.SUGGESTION, "5wd", "dispatched", "2017"),
        (Kind.COMPLAINT, "20wd", "dispatched", "2017"),
        (Kind.REPORT, "20wd", "dispatched", "2017"),
        (Kind.PRAISE, "None", "dispatched", "library default"),
    ],
    "anhui": [(kind, "None", "dispatched", "皖政办秘〔2021〕65号") for kind in Kind],
    "cn": [(kind, "None", "dispatched", "国办函〔2025〕66号") for kind in Kind],
}


@pytest.mark.parametrize("name", SEEDS)
def test_each_kind_has_the_limit_its_source_gives_and_none_that_it_does_not(name: str) -> None:
    policy = load_pack(name).newest
    from hotline12345.core.sla import Stage

    found = []
    for kind, _, _, word in SOURCES[name]:
        rule = policy.limit(Stage.HANDLE, kind)
        assert rule is not None
        assert word in rule.basis
        found.append((kind, str(rule.limit), rule.start, word))
    assert found == SOURCES[name]


def test_the_three_and_ten_days_of_anhui_bind_the_leaders_hotline_alone() -> None:
    policy = load_pack("anhui").newest
    numbers = {(rule.channel, rule.kind, str(rule.limit)) for rule in policy.limits if rule.limit is not None}
    assert {channel for channel, _, _ in numbers} == {"leaders"}
    assert Counter(limit for _, _, limit in numbers) == {"3wd": 1, "10wd": 4}


def test_every_number_in_a_seed_pack_is_one_its_source_gives() -> None:
    numbers = {
        name: {str(rule.limit) for rule in load_pack(name).newest.limits if rule.limit is not None} for name in SEEDS
    }
    assert numbers == {"cn": set(), "anhui": {"3wd", "10wd"}, "liaoyuan": {"5wd"}, "shenyang": {"2wd", "5wd", "20wd"}}
    for name in SEEDS:
        policy = load_pack(name).newest
        assert (policy.send_back.window, policy.send_back.most) == (None, None)
        assert (policy.extension.most, policy.extension.longest) == (None, None)
        assert (policy.reopen.most, policy.reopen.limit) == (None, None)
        assert [rung.code for rung in policy.ladder if rung.after is not None] == []


def test_the_editions_are_dated_as_far_as_their_dates_are_known() -> None:
    dates = {name: [policy.effective for policy in load_pack(name).editions] for name in SEEDS}
    assert dates == {
        "cn": [date(2021, 1, 6), date(2025, 6, 25)],
        "anhui": [date(2021, 6, 21)],
        "liaoyuan": [None],
        "shenyang": [date(2017, 4, 10)],
    }
    assert all(policy.effective_basis for name in SEEDS for policy in load_pack(name).editions)


def test_the_four_national_rates_are_scored_and_mediation_and_enforcement_are_exempt_from_satisfaction() -> None:
    for name in SEEDS:
        scoring = load_pack(name).newest.scoring
        assert scoring is not None
        assert [part.metric for part in scoring.components] == ["feedback", "on-time", "solved", "satisfied"]
        assert {part.basis for part in scoring.components} == {"library default"}  # no source gives points
        assert "政法/仲裁调解" in scoring.exempt
        assert "满意率" in scoring.basis


def test_shenyangs_ladder_has_the_six_steps_of_its_source_in_their_order() -> None:
    ladder = [rung.code for rung in load_pack("shenyang").newest.ladder]
    assert ladder == ["remind", "scheduling-meeting", "joint-meeting", "interview", "report", "appraisal"]


@pytest.mark.parametrize("name", SEEDS)
def test_rules_speak_for_all_fifteen_level_one_categories(name: str) -> None:
    rules = load_pack(name).newest.rules
    assert rules is not None
    spoken = {rule.category.split("/")[0] for rule in rules.rules if rule.category}
    assert len(spoken) >= 15


@pytest.mark.parametrize("name", PLACES)
def test_no_category_falls_to_the_centre_anywhere_in_the_place(name: str) -> None:
    found = [fault for fault in check_pack(name) if fault.code in ("unroutable", "no-routes", "no-rules", "no-limit")]
    assert found == []


@pytest.mark.parametrize("name", PLACES)
def test_the_emergency_numbers_are_among_the_units_of_every_place(name: str) -> None:
    routes = load_pack(name).newest.routes
    assert routes is not None
    assert [routes.emergency(number).phone for number in ("110", "119", "120", "122")] == ["110", "119", "120", "122"]


@pytest.mark.parametrize("name", SEEDS)
def test_the_packs_parents_are_the_national_texts(name: str) -> None:
    assert load_pack(name).newest.parents[-1:] == ("cn@2021-01-06",)


def test_liaoyuans_complaint_is_due_on_the_fifth_working_day_after_receipt() -> None:
    policy = load_pack("liaoyuan").newest
    due = policy.due(Kind.COMPLAINT, datetime(2026, 9, 28, 10, tzinfo=BEIJING))  # TV-01
    assert (due.due_day, due.at) == (date(2026, 10, 10), datetime(2026, 10, 11, tzinfo=BEIJING))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("due_day = 2026-10-22", "due_day = 2026-10-21", "due_day 应为 2026-10-21，实为 2026-10-22"),
        ('unit = "210100-ecology"', 'unit = "210100-police"', "unit 应为 210100-police，实为 210100-ecology"),
        ('category = "环境保护/噪音污染"', 'category = "政法"', "category 应为 政法，实为 环境保护/噪音污染"),
    ],
)
def test_a_broken_case_fails_and_says_what_came_out_instead(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "shenyang"
    shutil.copytree(builtin("shenyang"), path)
    text = (path / "2017-04-10.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (path / "2017-04-10.toml").write_text(text.replace(old, new), encoding="utf-8")
    failing = [fault for fault in check_pack(path) if fault.code == "failing-case"]
    assert [fault.severity for fault in failing] == ["error"]
    assert says in failing[0].zh
    line = text[: text.index(old)].count("\n") + 1
    case = [n for n, one in enumerate(text.splitlines(), 1) if one.startswith("what = ") and n < line][-1]
    assert failing[0].line == case


def test_a_changed_number_is_caught_by_the_cases(tmp_path: Path) -> None:
    path = tmp_path / "shenyang"
    shutil.copytree(builtin("shenyang"), path)
    text = (path / "2017-04-10.toml").read_text(encoding="utf-8")
    (path / "2017-04-10.toml").write_text(
        text.replace('limit = "20wd"\nstart', 'limit = "15wd"\nstart'), encoding="utf-8"
    )
    failing = run_cases(load_pack(path).newest)
    assert {fault.code for fault in failing} == {"failing-case"}
    assert len(failing) == 2  # TV-03 and TV-12


# ── check: what is sound has nothing to say; tests/core/verify holds a broken pack for each finding ──

HEAD = 'title = "测试市"\nplace = "990100"\neffective = "unknown"\n'
CASE = '[[case]]\nwhat = "x"\nkind = "表扬"\nlimit = "none"\n'
LIMIT = '[[limit]]\nlimit = "{0}"\nbasis = "x"\n'


def _check(folder: Path, text: str, files: dict[str, str]) -> Counter[tuple[str, str]]:
    for name, content in {"unknown.toml": text, **files}.items():
        (folder / name).write_text(content, encoding="utf-8")
    return Counter((fault.code, fault.severity) for fault in check_pack(folder))


def test_a_sound_little_pack_has_no_findings(tmp_path: Path) -> None:
    assert _check(tmp_path, HEAD + LIMIT.format("none") + CASE, {}) == Counter()


def test_a_pack_without_cases_is_warned(tmp_path: Path) -> None:
    assert _check(tmp_path, HEAD + LIMIT.format("none"), {}) == Counter({("no-cases", "warning"): 1})


def test_what_a_pack_does_not_provide_is_not_asked_of_it(tmp_path: Path) -> None:
    assert _check(tmp_path, HEAD + 'provides = ["scoring"]\n' + CASE, {}) == Counter()


def test_no_seed_has_a_limit_that_can_never_hold() -> None:
    dead = [fault for name in SEEDS for policy in load_pack(name).editions for fault in check(policy)]
    assert [fault.text() for fault in dead if fault.code in ("dead-limit", "shadowed-scope")] == []


@pytest.mark.parametrize("edition", ["2021-01-06", "2025-06-25"])
@pytest.mark.parametrize(
    "text",
    [
        "我要举报物业员工非法查询他人个人信息并出售",
        "有陌生人向我打听国家秘密，我要举报",
        "举报某公司用不正当手段获取对方商业秘密",
        "处罚书上写可以申请行政复议，请问罚款怎么交",
    ],
)
def test_who_reports_that_others_pry_or_quotes_a_notice_is_not_turned_away(edition: str, text: str) -> None:
    assert order_for(text, edition).status is Status.ACCEPTED


@pytest.mark.parametrize("edition", ["2021-01-06", "2025-06-25"])
@pytest.mark.parametrize("text", ["请帮我查询他人个人信息", "我想打听国家秘密", "我要申请行政复议"])
def test_what_the_hotline_itself_is_asked_to_pry_into_is_not_handled(edition: str, text: str) -> None:
    assert order_for(text, edition).status in (Status.DECLINED, Status.REFERRED)


def order_for(text: str, edition: str) -> Order:
    """Return an order of the national pack after its text has been looked at."""
    life = Life(load_pack("cn").edition(edition), request=Request(AT, text=text))
    life.do(c.Accept(DISPATCHER, text=text))
    return life.order


@pytest.mark.parametrize("name", ["shenyang", "liaoyuan"])
def test_no_route_cites_another_places_rule_as_law(name: str) -> None:
    routes = load_pack(name).newest.routes
    assert routes is not None
    for rule in ("潍坊", "北京", "皖"):
        for category in ("经济管理/税务", "商贸旅游/海关", "城乡建设/物业管理", "环境保护", "政法/消防"):
            for unit in routes.units:
                basis = routes.route(category, unit.area or "").basis
                assert rule not in basis or "library default" in basis, (category, unit.area, basis)
