"""Classification: scores by hand, ties by order, hits with places, files with all their faults."""

from __future__ import annotations

import sys
import tomllib
from math import exp, log, sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.classify import Category, Hit, Rule, RuleSet, classify, read_rules
from hotline12345.core.errors import RequestError
from hotline12345.core.request import Kind, Urgency

WATER = "城乡建设/供水"
HOUSE = "城乡建设/物业管理"
NOISE = "环境保护/噪音污染"


def rule(word: str, weight: float = 1.0, category: str = "", **more: object) -> Rule:
    return Rule(id=f"{category}:{word}", word=word, weight=weight, category=category, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def national(repo_root: Path) -> RuleSet:
    path = repo_root / "src" / "hotline12345" / "packs" / "cn" / "rules.toml"
    rules, faults = read_rules(tomllib.loads(path.read_text("utf-8")), path.name)
    assert faults == ()
    assert rules is not None
    return rules


# -- the score


def test_the_score_is_weight_times_one_plus_log_count_over_the_root_of_the_length() -> None:
    rules = RuleSet.compile([rule("停水", 3, WATER), rule("水", 1, WATER)])
    answer = classify(rules, "", "停水停水水好好好")  # 8 characters: 停水 twice, 水 three times
    expected = (3 * (1 + log(2)) + 1 * (1 + log(3))) / sqrt(8)
    assert answer.category == WATER
    assert answer.scores == ((WATER, pytest.approx(expected)),)


def test_without_norm_the_length_does_not_matter() -> None:
    rules = RuleSet.compile([rule("停水", 3, WATER)], norm="none")
    assert classify(rules, "", "停水" + "好" * 500).scores == ((WATER, pytest.approx(3.0)),)


def test_title_and_text_are_one_length() -> None:
    rules = RuleSet.compile([rule("停水", 3, WATER)])
    assert classify(rules, "停水", "好" * 7).scores[0][1] == pytest.approx(3 / sqrt(9))


def test_the_bias_of_a_category_competes_without_a_word() -> None:
    rules = RuleSet.compile([rule("停水", 3, WATER), rule("噪音", 3, NOISE)], bias={"环境保护": 0.5})
    nothing = classify(rules, "", "好" * 9)
    assert (nothing.category, nothing.hits) == ("环境保护", ())
    assert nothing.scores == (("环境保护", pytest.approx(0.5)),)
    water = classify(rules, "", "停水" + "好" * 7)
    assert water.scores == ((WATER, pytest.approx(1.0)), ("环境保护", pytest.approx(0.5)))


def test_a_vote_counts_for_every_level_and_the_top_is_decided_first() -> None:
    rules = RuleSet.compile([rule("电", 2, "甲/电"), rule("水", 2, "甲/水"), rule("噪", 3, "乙/噪")])
    answer = classify(rules, "", "电水噪")
    assert answer.category == "甲/电"  # 甲 has 4 together, 乙 has 3
    assert [name for name, _ in answer.scores] == ["甲/电", "乙/噪"]


def test_three_levels_are_descended() -> None:
    rules = RuleSet.compile([rule("a", 1, "甲/乙/丙"), rule("b", 2, "甲/丁"), rule("c", 2, "甲/乙")])
    assert classify(rules, "", "abc").category == "甲/乙/丙"  # 甲/乙 has 3 with what lies below it, 甲/丁 has 2
    assert classify(rules, "", "ab").category == "甲/丁"


def test_a_word_for_the_top_alone_leaves_the_lower_level_open() -> None:
    rules = RuleSet.compile([rule("小区", 1, "城乡建设"), rule("停水", 3, WATER)])
    assert classify(rules, "", "小区").category == "城乡建设"
    assert classify(rules, "", "小区停水").category == WATER


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("text", ["水电", "电水"])
def test_ties_go_to_the_category_whose_rule_comes_first(order: tuple[int, int], text: str) -> None:
    both = [rule("水", 2, "甲"), rule("电", 2, "乙")]
    rules = RuleSet.compile([both[place] for place in order])
    assert classify(rules, "", text).category == ("甲", "乙")[order[0]]


def test_a_tie_is_one_whatever_the_rounding() -> None:
    parts = [rule("a", 0.1, "甲"), rule("b", 0.2, "甲"), rule("c", 0.3, "甲")]
    other = [rule("x", 0.3, "乙"), rule("y", 0.2, "乙"), rule("z", 0.1, "乙")]
    for text in ("abcxyz", "xyzabc", "cbazyx", "axbycz"):
        assert classify(RuleSet.compile([*parts, *other]), "", text).category == "甲"
        assert classify(RuleSet.compile([*other, *parts]), "", text).category == "乙"


def test_ties_below_the_top_go_by_order_too() -> None:
    for first, second in ((HOUSE, WATER), (WATER, HOUSE)):
        rules = RuleSet.compile([rule("水", 1, first), rule("电", 1, second)])
        assert classify(rules, "", "电水").category == first


def test_a_negative_weight_speaks_against() -> None:
    rules = RuleSet.compile([rule("停水", 1, WATER), rule("演练", -2, WATER)])
    assert classify(rules, "", "停水").category == WATER
    answer = classify(rules, "", "停水演练")
    assert (answer.category, answer.needs_person) == ("", True)


# -- confidence


def test_confidence_is_the_softmax_share_among_the_topmost_categories() -> None:
    catalogue = [Category("甲"), Category("乙"), Category("丙")]
    rules = RuleSet.compile(
        [rule("水", 2, "甲"), rule("电", 1, "乙")], sharpness=1.0, norm="none", categories=catalogue
    )
    expected = exp(2) / (exp(2) + exp(1) + exp(0))
    assert classify(rules, "", "水电").confidence == pytest.approx(expected)


def test_below_the_threshold_a_person_is_asked_and_the_category_is_a_suggestion() -> None:
    def ask(threshold: float) -> tuple[str, bool]:
        rules = RuleSet.compile(
            [rule("水", 1, "甲"), rule("电", 1, "乙")], sharpness=1.0, norm="none", threshold=threshold
        )
        answer = classify(rules, "", "水电")  # one half each
        return answer.category, answer.needs_person

    assert ask(0.51) == ("甲", True)
    assert ask(0.49) == ("甲", False)


def test_too_small_a_lead_asks_for_a_person() -> None:
    def ask(margin: float) -> bool:
        rules = RuleSet.compile(
            [rule("水", 2, "甲"), rule("电", 1, "乙")], sharpness=1.0, norm="none", threshold=0.0, margin=margin
        )
        return classify(rules, "", "水电").needs_person

    lead = (exp(2) - exp(1)) / (exp(2) + exp(1))
    assert ask(lead + 0.01)
    assert not ask(lead - 0.01)


def test_where_nothing_is_found_a_person_is_asked() -> None:
    answer = classify(RuleSet.compile([rule("停水", 3, WATER)]), "", "你好")
    assert (answer.category, answer.confidence, answer.needs_person, answer.hits) == ("", 0.0, True, ())


def test_confidence_stays_within_its_bounds_whatever_the_weights() -> None:
    rules = RuleSet.compile([rule("水", 1e6, "甲"), rule("电", -1e6, "乙"), rule("气", 1e6, "丙")])
    for text in ("水", "电", "水电气", "水" * 999):
        assert 0.0 <= classify(rules, "", text).confidence <= 1.0


# -- the title, phrases, exclusions, thresholds


def test_an_occurrence_in_the_title_is_worth_more_where_the_rules_say_so() -> None:
    rules = RuleSet.compile([rule("停水", 2, WATER)], title=1.5, norm="none")
    answer = classify(rules, "停水", "停水")
    assert answer.scores == ((WATER, pytest.approx(2 * 1.5 + 2 * log(2))),)
    assert [hit.weight for hit in answer.hits] == [3.0, 2.0]
    assert classify(rules, "", "停水").scores == ((WATER, pytest.approx(2.0)),)


WAGES = rule("拖欠…工资", 3, "劳动", gap=4)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("拖欠工资", [(0, 4)]),
        ("老板拖欠我们的工资", [(2, 9)]),
        ("拖欠一二三四工资", [(0, 8)]),
        ("拖欠一二三四五工资", []),  # five characters between
        ("拖欠。工资", []),  # another sentence
        ("拖欠，工资", [(0, 5)]),
        ("工资拖欠", []),
        ("拖欠", []),
        ("拖欠拖欠工资", [(0, 6), (2, 6)]),
        ("拖欠工资工资", [(0, 4)]),  # the nearest
    ],
)
def test_a_phrase_is_its_parts_in_order_in_one_sentence_at_most_so_far_apart(
    text: str, places: list[tuple[int, int]]
) -> None:
    answer = classify(RuleSet.compile([WAGES]), "", text)
    assert [(hit.start, hit.end) for hit in answer.hits] == places
    assert answer.category == ("劳动" if places else "")


def test_a_phrase_does_not_reach_from_the_title_into_the_text() -> None:
    assert classify(RuleSet.compile([WAGES]), "拖欠", "工资").hits == ()


@pytest.mark.parametrize("text", ["没有拖欠农民工工资", "拖欠的不是工资", "拖欠工资的情况不存在"])
def test_a_phrase_is_denied_before_it_after_it_and_within_it(text: str) -> None:
    answer = classify(RuleSet.compile([rule("拖欠…工资", 3, "劳动")]), "", text)
    assert ([hit.negated for hit in answer.hits], answer.category) == ([True], "")


def test_the_parts_of_a_phrase_are_found_however_they_are_typed() -> None:
    rules = RuleSet.compile([rule("ktv…扰民…ab", 1, NOISE)])
    assert [(hit.start, hit.end) for hit in classify(rules, "", "ＫＴＶ太扰民了AB").hits] == [(0, 9)]


def test_a_phrase_of_three_parts_finds_the_middle_one_that_lets_the_last_be_reached() -> None:
    rules = RuleSet.compile([rule("甲…乙…丙", 1, "子", gap=3)])
    assert [(hit.start, hit.end) for hit in classify(rules, "", "甲乙一乙二三丙").hits] == [(0, 7)]


APPLE = rule("苹果", 2, "农业", unless=("手机", "苹果牌"))


@pytest.mark.parametrize(("text", "counts"), [("苹果滞销", True), ("苹果手机坏了", False), ("手机，苹果", False)])
def test_a_rule_does_not_count_where_a_word_it_must_not_meet_is_present(text: str, counts: bool) -> None:
    answer = classify(RuleSet.compile([APPLE]), "", text)
    assert [hit.negated for hit in answer.hits] == [not counts]
    assert answer.category == ("农业" if counts else "")


def test_a_word_that_takes_a_vote_away_may_stand_in_the_title() -> None:
    assert classify(RuleSet.compile([APPLE]), "手机", "苹果").category == ""


@pytest.mark.parametrize(
    ("text", "counts"),
    [("苹果一二三手机", False), ("手机一二三苹果", False), ("苹果一二三四手机", True), ("苹果手", True)],
)
def test_a_word_may_be_met_only_so_near(text: str, counts: bool) -> None:
    near = rule("苹果", 2, "农业", unless=("手机",), within=5)  # the whole word within five characters
    assert classify(RuleSet.compile([near]), "", text).category == ("农业" if counts else "")


def test_a_word_that_holds_the_rules_own_takes_it_away() -> None:
    assert (
        classify(RuleSet.compile([rule("苹果", 2, "农业", unless=("苹果牌",), within=3)]), "", "苹果牌").category == ""
    )


def test_a_word_that_is_only_met_votes_for_nothing() -> None:
    assert classify(RuleSet.compile([APPLE]), "", "手机").hits == ()


def test_a_category_may_have_a_threshold_of_its_own_and_hands_it_down() -> None:
    def ask(text: str, **thresholds: float) -> bool:
        rules = RuleSet.compile(
            [rule("水", 1, WATER), rule("噪", 1, NOISE)],
            sharpness=1.0,
            norm="none",
            threshold=0.5,
            thresholds=thresholds,
        )
        return classify(rules, "", text).needs_person

    share = exp(1) / (exp(1) + 1)  # .73
    assert [ask("水"), ask("噪")] == [False, False]
    assert [ask("水", 城乡建设=share + 0.01), ask("噪", 城乡建设=share + 0.01)] == [True, False]
    assert not ask("水", 城乡建设=share - 0.01)
    assert not ask("水", **{"城乡建设": 0.99, WATER: 0.1})


def test_a_threshold_is_handed_down_by_the_nearest_category_above() -> None:
    def asks(**thresholds: float) -> bool:
        words = [rule("水", 1, "甲/乙/丙"), rule("噪", 1, NOISE)]
        rules = RuleSet.compile(words, sharpness=1.0, norm="none", threshold=0.1, thresholds=thresholds)
        return classify(rules, "", "水").needs_person

    assert [asks(), asks(**{"甲/乙": 0.99}), asks(**{"甲": 0.99, "甲/乙": 0.1})] == [False, True, False]


def test_a_kind_may_have_a_threshold_of_its_own() -> None:
    def ask(text: str, limit: float) -> bool:
        rules = RuleSet.compile(
            [
                rule("问", 1, kind=Kind.CONSULTATION),
                rule("骂", 1, kind=Kind.COMPLAINT),
                rule("谢", 1, kind=Kind.PRAISE),
                rule("水", 1, "甲"),
            ],
            sharpness=1.0,
            norm="none",
            threshold=0.0,
            thresholds={"complaint": limit},
        )
        return classify(rules, "", text + "水").needs_person

    alone = exp(1) / (exp(1) + 2)  # the two others have one share each
    assert ask("骂", alone + 0.01)
    assert not ask("骂", alone - 0.01)
    assert not ask("问", 1.0)  # that is another kind's threshold


def test_confidence_is_a_share_however_far_below_nothing_all_scores_lie() -> None:
    rules = RuleSet.compile(
        [rule("水", 1, "甲"), rule("电", 1, "乙")],
        bias={"甲": -300.0, "乙": -300.5, "丙": -301.0},
        norm="none",
        sharpness=1,
    )
    expected = 1 / (1 + exp(-0.5) + exp(-1.0))
    assert classify(rules, "", "好").confidence == pytest.approx(expected)
    far = RuleSet.compile([rule("水", 1, "甲")], bias={"甲": -9000.0, "乙": -9000.0}, norm="none")
    assert classify(far, "", "好").confidence == pytest.approx(0.5)


def test_where_no_word_speaks_a_bias_only_suggests() -> None:
    rules = RuleSet.compile([rule("水", 1, "甲"), rule("电", 1, "乙")], bias={"甲": 5.0, "乙": 1.0}, norm="none")
    silent, spoken = classify(rules, "", "你好"), classify(rules, "", "水")
    assert (silent.category, silent.needs_person) == ("甲", True)
    assert (spoken.category, spoken.needs_person) == ("甲", False)


# -- hits


def test_every_hit_has_its_rule_its_field_and_its_place_in_that_field() -> None:
    rules = RuleSet.compile([rule("物业", 1, HOUSE), rule("物业费", 2, HOUSE)])
    answer = classify(rules, "问物业", "物业费贵")
    assert answer.hits == (
        Hit(f"{HOUSE}:物业", "title", 1, 3, 1.0),
        Hit(f"{HOUSE}:物业", "text", 0, 2, 1.0),
        Hit(f"{HOUSE}:物业费", "text", 0, 3, 2.0),
    )


def test_a_negated_hit_is_reported_and_not_scored() -> None:
    rules = RuleSet.compile([rule("噪音", 2, NOISE)])
    answer = classify(rules, "", "没有噪音")
    assert answer.hits == (Hit(f"{NOISE}:噪音", "text", 2, 4, 2.0, negated=True),)
    assert answer.category == ""


def test_a_rule_that_is_not_negatable_hears_no_negation() -> None:
    rules = RuleSet.compile([rule("路灯", 2, "市政", negatable=False)])
    assert classify(rules, "", "没有路灯").category == "市政"


def test_a_rule_may_be_for_the_title_or_the_text_alone() -> None:
    rules = RuleSet.compile([rule("停水", 1, WATER, scope="title"), rule("噪音", 1, NOISE, scope="text")])
    assert [hit.field for hit in classify(rules, "停水噪音", "停水噪音").hits] == ["title", "text"]


def test_no_word_reaches_from_the_title_into_the_text() -> None:
    assert classify(RuleSet.compile([rule("停水", 1, WATER)]), "停", "水").hits == ()


@pytest.mark.parametrize("typed", ["KTV", "ktv", "Ktv", "ＫＴＶ", "ｋｔｖ"])
def test_latin_letters_match_in_either_case_and_width_where_they_stand(typed: str) -> None:
    answer = classify(RuleSet.compile([rule("ktv", 1, NOISE)]), "", f"楼下{typed}太吵")
    assert [(hit.start, hit.end) for hit in answer.hits] == [(2, 5)]


def test_one_word_may_speak_for_several_things() -> None:
    rules = RuleSet.compile(
        [rule("欠薪", 3, "劳动", kind=Kind.COMPLAINT, urgency=Urgency.URGENT, risk="欠薪"), rule("欠", 1, "金融")]
    )
    answer = classify(rules, "", "老板欠薪")
    assert (answer.category, answer.kind, answer.urgency, answer.risks) == (
        "劳动",
        Kind.COMPLAINT,
        Urgency.URGENT,
        ("欠薪",),
    )
    assert len(answer.hits) == 2


# -- kind and urgency


def test_the_kind_with_the_highest_score_wins_and_ties_go_by_order() -> None:
    rules = RuleSet.compile([rule("咨询", 2, kind=Kind.CONSULTATION), rule("投诉", 2, kind=Kind.COMPLAINT)])
    assert classify(rules, "", "投诉和咨询").kind is Kind.CONSULTATION
    assert classify(rules, "", "投诉投诉和咨询").kind is Kind.COMPLAINT
    assert classify(rules, "", "你好").kind is None


def test_the_bias_of_a_kind_speaks_where_no_word_does() -> None:
    rules = RuleSet.compile([rule("投诉", 2, kind=Kind.COMPLAINT)], bias={"help": 0.1})
    assert classify(rules, "", "你好").kind is Kind.HELP
    assert classify(rules, "", "我要投诉").kind is Kind.COMPLAINT


def test_urgency_is_not_watered_down_by_a_long_letter() -> None:
    rules = RuleSet.compile([rule("着火", 1, refer="119")])
    answer = classify(rules, "", "好" * 5000 + "着火")
    assert (answer.urgency, answer.refer) == (Urgency.EMERGENCY, "119")


def test_half_words_of_urgency_add_up() -> None:
    rules = RuleSet.compile([rule("尽快", 0.5, urgency=Urgency.URGENT), rule("危险", 0.5, urgency=Urgency.URGENT)])
    assert classify(rules, "", "请尽快").urgency is Urgency.NORMAL
    assert classify(rules, "", "危险，请尽快").urgency is Urgency.URGENT


def test_a_word_may_say_that_something_is_not_pressing() -> None:
    rules = RuleSet.compile([rule("不急", 1, urgency=Urgency.NORMAL)])
    assert classify(rules, "", "不急，慢慢来").urgency is Urgency.NORMAL


def test_an_emergency_that_is_only_asked_about_asks_for_a_person() -> None:
    rules = RuleSet.compile([rule("着火", 1, refer="119"), rule("消防", 1, "政法")], threshold=0.0)
    asked = classify(rules, "", "问消防，是否着火")
    assert (asked.urgency, asked.refer, asked.needs_person) == (Urgency.NORMAL, "", True)
    assert not classify(rules, "", "消防来人，没有着火").needs_person


# -- the national rules meet the traps


def test_i_am_not_satisfied_is_never_praise(national: RuleSet) -> None:
    for text in ("我不满意", "对答复不满意", "很不满意你们的处理", "没有让我满意", "谈不上满意"):
        assert classify(national, "", text).kind is not Kind.PRAISE, text
    assert classify(national, "", "我对社区的服务很满意，提出表扬").kind is Kind.PRAISE


def test_no_gas_leak_is_no_emergency(national: RuleSet) -> None:
    for text in (
        "不存在燃气泄漏",
        "经排查没有发现燃气泄漏",
        "未发生火灾，无人受伤",
        "是否存在燃气泄漏",
        "消除火灾隐患",
    ):
        answer = classify(national, "", text)
        assert (answer.urgency, answer.refer) != (Urgency.EMERGENCY, "119"), text
        assert answer.urgency is not Urgency.EMERGENCY, text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("我家厨房燃气泄漏了，快来人", "119"),
        ("楼下着火了", "119"),
        ("有人持刀砍人", "110"),
        ("老人突然昏迷", "120"),
        ("路口发生车祸", "122"),
        ("物业没有处理燃气泄漏", "119"),
    ],
)
def test_an_emergency_names_its_number(national: RuleSet, text: str, number: str) -> None:
    answer = classify(national, "", text)
    assert (answer.urgency, answer.refer) == (Urgency.EMERGENCY, number)


@pytest.mark.parametrize(
    "text", ["工地拖欠农民工工资", "老板欠薪三个月", "包工头不发工资，要不到血汗钱", "农民工工资未发"]
)
def test_wages_of_migrant_workers_are_labour_and_urgent(national: RuleSet, text: str) -> None:
    answer = classify(national, "", text)
    assert answer.category.startswith("劳动和社会保障/")
    assert answer.urgency is Urgency.URGENT
    assert "欠薪" in answer.risks


def test_the_national_rules_know_fifteen_topmost_categories_and_every_word_for_a_known_one(national: RuleSet) -> None:
    tops = {category.name for category in national.categories if "/" not in category.name}
    assert len(tops) == 15
    assert {rule.category.partition("/")[0] for rule in national.rules if rule.category} == tops
    assert {rule.kind for rule in national.rules if rule.kind} == set(Kind)
    assert {rule.refer for rule in national.rules if rule.refer} == {"110", "119", "120", "122"}
    assert len({rule.word for rule in national.rules}) >= 700


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("小区物业费涨价，业委会不管", "城乡建设/物业管理"),
        ("家里停水两天了，自来水公司不接电话", "城乡建设/供水"),
        ("楼下烧烤摊占道经营", "城乡建设/城市管理"),
        ("工地夜间施工噪音扰民", "环境保护/噪音污染"),
        ("公交车不按站停靠，公交公司不管", "交通运输/公共交通"),
        ("幼儿园乱收费", "教育文体/学前教育"),
        ("医保报销比例是多少", "劳动和社会保障/医疗保险"),
        ("村干部挪用低保金", "民政/社会救助"),
        ("健身房跑路，会员卡不退款", "商贸旅游/消费维权"),
        ("闯红灯的电动车太多，交警不管", "政法/交通管理"),
    ],
)
def test_plain_requests_find_their_place(national: RuleSet, text: str, category: str) -> None:
    answer = classify(national, "", text)
    assert category in dict(answer.scores)


# -- any text


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_is_classified(title: str, text: str) -> None:
    rules = RuleSet.compile([rule("，", 1, "甲"), rule("不", 1, "乙"), rule("的", 1, refer="119"), rule("😀", 1, "丙")])
    answer = classify(rules, title, text)
    for hit in answer.hits:
        where = title if hit.field == "title" else text
        assert where[hit.start : hit.end] == hit.rule.rpartition(":")[2]


@pytest.mark.parametrize("unit", ["停水", "不", "没有", "没有A、", "如果", "\ud800", "😀", "\n", "有没有", "着火"])
def test_a_huge_text_is_classified(national: RuleSet, unit: str) -> None:
    count = 20_000 // len(unit)
    answer = classify(national, unit * 10, unit * count)
    assert len([hit for hit in answer.hits if hit.field == "text"]) in range(count * 8)


GUARDED = [
    rule("，", 1, "甲", unless=("的",), within=4),
    rule("不…的", 1, "乙", gap=6),
    rule("的…，…不", 1, refer="119", gap=50),
    rule("没有", 1, kind=Kind.COMPLAINT, unless=("如果",)),
    rule("ab", 1, "丙", unless=("😀",), within=50),
]


@given(st.text(max_size=200), st.text(st.sampled_from("，不的没有如果aB😀\n\ud800 "), max_size=300))
def test_any_text_is_classified_by_phrases_and_exclusions_too(title: str, text: str) -> None:
    rules = RuleSet.compile(GUARDED, title=2.0, thresholds={"甲": 0.9, "complaint": 0.9})
    for hit in classify(rules, title, text).hits:
        assert 0 <= hit.start < hit.end <= len(title if hit.field == "title" else text)


def steps(rules: RuleSet, text: str) -> int:
    """Count the lines of Python that classifying *text* runs through."""
    count = 0

    def trace(frame: object, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        classify(rules, "", text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("unit", ["不的", "没有，不的", "如果没有ab😀", "的，不", "停水没有着火、", "好"])
def test_twice_the_text_takes_at_most_about_twice_the_steps(national: RuleSet, unit: str) -> None:
    rules = RuleSet.compile([*GUARDED, *national.rules], categories=national.categories)
    text = unit * (4096 // len(unit))
    assert steps(rules, text * 2) < 2.2 * steps(rules, text) + 200


# -- rules that cannot be


@pytest.mark.parametrize(
    "bad",
    [
        rule(""),
        rule("  "),
        rule("停\n水"),
        rule("水", float("nan")),
        rule("水", float("inf")),
        rule("水", 1e7),
        rule("\ud800"),
        rule("拖欠…"),
        rule("…"),
        rule("一…二…三…四…五"),
        rule("水", gap=51),
        rule("水", within=-1),
        rule("水", unless=("",)),
    ],
)
def test_a_rule_without_a_word_or_a_finite_weight_is_refused(bad: Rule) -> None:
    with pytest.raises(RequestError) as caught:
        RuleSet.compile([bad])
    assert caught.value.code == "bad-rule"


def test_two_rules_with_one_id_are_refused() -> None:
    with pytest.raises(RequestError):
        RuleSet.compile([Rule("same", "水", 1.0), Rule("same", "电", 1.0)])


def test_an_unknown_norm_and_a_bias_below_the_top_are_refused() -> None:
    with pytest.raises(RequestError):
        RuleSet.compile([], norm="cube")  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        RuleSet.compile([], bias={"甲/乙": 1.0})


def test_one_whole_word_of_urgency_is_urgent_and_what_is_only_supposed_of_it_asks_for_nobody() -> None:
    """Urgency needs a sum of 1; only an emergency that is supposed wants a person's look."""
    urgent = RuleSet.compile([rule("停水", 3, WATER), rule("漏电", 1.0, urgency=Urgency.URGENT)])
    less = RuleSet.compile([rule("停水", 3, WATER), rule("漏电", 0.99, urgency=Urgency.URGENT)])
    grave = RuleSet.compile([rule("停水", 3, WATER), rule("漏电", 1.0, urgency=Urgency.EMERGENCY)])
    assert classify(urgent, "", "停水，漏电").urgency is Urgency.URGENT
    assert classify(less, "", "停水，漏电").urgency is Urgency.NORMAL
    assert classify(grave, "", "停水，漏电").urgency is Urgency.EMERGENCY
    feared = "停水停水停水，担心漏电"
    assert (classify(urgent, "", feared).urgency, classify(urgent, "", feared).needs_person) == (Urgency.NORMAL, False)
    assert (classify(grave, "", feared).urgency, classify(grave, "", feared).needs_person) == (Urgency.NORMAL, True)


def test_what_stands_before_one_occurrence_denies_that_one_only() -> None:
    rules = RuleSet.compile([rule("停水", 1, WATER)])
    far = "好" * 30
    hits = classify(rules, "", f"停水{far}没有停水{far}停水{far}没有停水").hits
    assert [hit.negated for hit in hits] == [False, True, False, True]
