"""Classifications in full (归类逐字): every score, hit and position for a table of texts under several rule files."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

import pytest

from hotline12345.core.classify import Category, Rule, RuleSet, classify, engine, negation, read_rules
from hotline12345.core.classify.engine import EQUAL, Classification
from hotline12345.core.classify.guards import FARTHEST, GAP, MOST_PARTS
from hotline12345.core.classify.matcher import _PIECE, PairMatcher
from hotline12345.core.classify.negation import read
from hotline12345.core.classify.rules import MOST, is_phrase, is_weight, is_word, variants
from hotline12345.core.request import Kind, Urgency

PLAIN = """
[[category]]
name = "城乡建设"
[[category]]
name = "城乡建设/供水"
[[category]]
name = "城乡建设/供气"
[[category]]
name = "公安"
[[category]]
name = "税务"
[words."城乡建设"]
1 = "小区"
[words."城乡建设/供水"]
3 = "停水 自来水"
2 = "水管 水压"
[words."城乡建设/供气"]
3 = "停气"
"燃气" = { weight = 2, kind = "咨询" }
[words."公安"]
2 = "噪音"
"扰民" = { weight = 1, negatable = true }
"报警" = -1
[words."税务"]
"发票" = { weight = 2, scope = "title", id = "invoice" }
"税率" = { weight = 2, scope = "text" }
[kind."投诉"]
2 = "投诉 不满意"
[kind."表扬"]
2 = "满意 感谢"
[urgency.urgent]
"0.5" = "尽快 马上"
1 = "断水"
[urgency.emergency]
1 = "爆炸"
[refer.119]
1 = "着火"
"冒烟" = 0.5
[refer.120]
1 = "昏迷"
[risk."群体性"]
1 = "堵路 上访"
[risk."欠薪"]
1 = "欠薪"
"""
DEEP = """
[score]
norm = "none"
threshold = 0.6
margin = 0.2
sharpness = 0.5
title = 2
[bias]
"公安" = 0.5
"投诉" = 0.25
[thresholds]
"城乡建设" = 0.9
"城乡建设/供水/水质" = 0.1
"举报" = 0.95
[words."城乡建设/供水"]
2 = "停水"
[words."城乡建设/供水/水质"]
3 = "浑浊"
"异味" = { weight = 2, unless = "垃圾 厕所", within = 4 }
[words."城乡建设/供水/水压"]
3 = "水压"
[words."城乡建设/供气/价格"]
2 = "气价"
[words."公安"]
"拖欠…工资" = { weight = 3, gap = 3, negatable = true }
"盗…电动车…小区" = 2
"苹果" = { weight = 2, unless = "手机" }
[words."税务"]
"App" = 1
[kind."举报"]
1 = "举报"
"贪…钱" = 1
[kind."投诉"]
1 = "投诉"
"""
TEXTS = {
    "nothing": ("", ""),
    "no word": ("你好", "请问在吗"),
    "one word": ("", "小区停水三天了"),
    "one word in the title": ("停水", "三天了"),
    "two categories": ("", "停水，还有噪音"),
    "two categories that are equal": ("", "噪音很大，水管坏了"),
    "two below one": ("", "停水又停气，小区没人管"),
    "three at the top": ("", "停水。噪音。税率。"),
    "a word three times": ("", "停水！停水！停水！"),
    "a word that takes away": ("", "报警了没人管"),
    "a word against its own": ("", "噪音，已报警，又报警"),
    "title only": ("开发票", "发票"),
    "text only": ("税率", "税率"),
    "denied": ("", "没有扰民，没有停水"),
    "denied twice": ("", "不是没有扰民"),
    "denied afterwards": ("", "扰民的情况不存在"),
    "full width and case": ("", "ＡＰＰ和app和APP和App和aPp"),
    "a kind": ("", "我要投诉，非常不满意"),
    "two kinds": ("", "感谢，但我要投诉，投诉"),
    "a kind asked": ("", "满不满意？"),
    "urgent by two halves": ("", "请尽快马上处理"),
    "urgent by one half": ("", "请尽快处理"),
    "urgent": ("断水", ""),
    "an emergency": ("", "楼下着火了"),
    "half an emergency": ("", "楼下冒烟"),
    "half an emergency and half urgent": ("", "楼下冒烟，尽快"),
    "an emergency without a number": ("", "爆炸了"),
    "two numbers": ("", "着火了，有人昏迷，昏迷"),
    "an emergency that is asked": ("", "如果着火怎么办"),
    "an emergency of the past": ("", "去年着火过，现在停水"),
    "an emergency denied": ("", "没有着火"),
    "risks": ("上访", "欠薪，要堵路，上访"),
    "a risk denied": ("", "没有堵路"),
    "three levels": ("", "停水后水浑浊，水压低"),
    "three levels in the title": ("浑浊", "浑浊"),
    "a word with its excuse near": ("", "垃圾有异味"),
    "a word with its excuse far": ("", "垃圾堆在那里很久很久，水有异味"),
    "a word with its excuse after": ("", "异味来自厕所"),
    "a phrase": ("", "拖欠我工资"),
    "a phrase too wide": ("", "拖欠我们大家工资"),
    "a phrase across sentences": ("", "拖欠。工资"),
    "a phrase denied": ("", "没有拖欠工资"),
    "a phrase whose last part is denied": ("", "拖欠的不是工资"),
    "a phrase of three": ("", "被盗一辆电动车在小区"),
    "a phrase in two halves of the message": ("拖欠", "工资"),
    "an excuse anywhere": ("苹果坏了", "手机"),
    "no excuse": ("", "苹果坏了"),
    "a kind of its own threshold": ("", "举报"),
    "a phrase denied afterwards": ("", "拖欠工资的情况不存在"),
    "a phrase for a kind, supposed": ("", "如果贪了钱"),
    "a phrase for a kind, denied afterwards": ("", "贪了钱的情况不存在"),
    "the deeper is second": ("", "噪音，噪音，水管"),
    "the second is taken away": ("", "报警，水管坏了"),
    "two kinds and a threshold": ("", "举报并投诉"),
}


@lru_cache
def rules(name: str) -> RuleSet:
    found, faults = read_rules(tomllib.loads({"plain": PLAIN, "deep": DEEP}[name]), "rules.toml")
    assert faults == ()
    assert found is not None
    return found


def told(answer: Classification) -> list[str]:
    kind = answer.kind.value if answer.kind else None
    person = "ask a person" if answer.needs_person else "sure"
    head = f"{answer.category or '-'} {answer.confidence:.6f} {person}; {kind}; {answer.urgency.value}"
    scores = ", ".join(f"{name} {score:.6f}" for name, score in answer.scores)
    hits = [
        f"  {hit.rule} {hit.field} {hit.start}-{hit.end} {hit.weight:g}"
        + (" negated" if hit.negated else "") + (" supposed" if hit.supposed else "")
        for hit in answer.hits
    ]  # fmt: skip
    return [f"{head}; refer {answer.refer or '-'}; risks {answer.risks}", f"  {scores or '-'}", *hits]


@pytest.mark.parametrize("what", TEXTS)
def test_text(what: str, expect: Any) -> None:
    title, text = TEXTS[what]
    expect("plain", *told(classify(rules("plain"), title, text)), "deep", *told(classify(rules("deep"), title, text)))


def test_hits_alone_are_the_hits_of_the_answer() -> None:
    for title, text in TEXTS.values():
        for name in ("plain", "deep"):
            plain: list[tuple[Any, ...]] = []
            answer = classify(rules(name), title, text, plain)
            whole = classify(rules(name), title, text)
            assert [tuple(hit) for hit in whole.hits] == plain
            assert answer == whole._replace(hits=())


@pytest.mark.parametrize("name", ["plain", "deep"])
def test_a_rule_set_compiled(name: str, expect: Any) -> None:
    found = rules(name)
    expect(
        *(f"{key} = {getattr(found, key)!r}" for key in (
            "bias", "norm", "threshold", "margin", "sharpness", "title", "thresholds", "words", "unless", "limits",
            "names", "parents", "base", "kind_bias", "kinds", "others", "roots", "deep", "simple",
        )),
        *found.rules,
        *(f"{word}: {[(v[0], v[1], v[2], bool(v[3]), v[4], v[5]) for v in votes]}"
          for word, votes in zip(found.words, found.votes, strict=True)),
        *(f"in a title {word}: {[(v[0], v[1]) for v in votes]}"
          for word, votes in zip(found.words, found.titled, strict=True) if found.titled is not found.votes),
    )  # fmt: skip


# ── thresholds at their very edge ──


def test_a_person_is_asked_below_the_threshold_and_not_at_it() -> None:
    base = classify(RuleSet.compile([Rule("a", "停水", 1, "x"), Rule("b", "噪音", 1, "y")]), "", "停水停水停水噪音")
    at = RuleSet.compile([Rule("a", "停水", 1, "x"), Rule("b", "噪音", 1, "y")], threshold=base.confidence)
    assert not classify(at, "", "停水停水停水噪音").needs_person
    above = RuleSet.compile([Rule("a", "停水", 1, "x"), Rule("b", "噪音", 1, "y")], threshold=base.confidence + 1e-12)
    assert classify(above, "", "停水停水停水噪音").needs_person
    whole = RuleSet.compile([Rule("a", "停水", 1, "x"), Rule("b", "噪音", 1, "y")], threshold=0, margin=0.999)
    assert classify(whole, "", "停水停水停水噪音").needs_person
    little = RuleSet.compile([Rule("a", "停水", 1, "x"), Rule("b", "噪音", 1, "y")], threshold=0, margin=1e-9)
    assert not classify(little, "", "停水停水停水噪音").needs_person
    assert classify(little, "", "停水停水停水噪音").scores == base.scores


@pytest.mark.parametrize("weight", [1e6, -1e6, 0.0])
def test_weights_at_their_bounds_stay_finite(weight: float) -> None:
    for deep in ("x", "x/y/z"):
        answer = classify(RuleSet.compile([Rule("a", "停水", weight, deep), Rule("b", "噪音", 1, "y")]), "", "停水噪音")
        assert 0 <= answer.confidence <= 1
        both = classify(
            RuleSet.compile([Rule("a", "停水", weight, deep), Rule("b", "噪音", weight, "y")]), "", "停水噪音"
        )
        assert 0 <= both.confidence <= 1
        assert both.category == (deep if weight > 0 else "")
        assert answer.category == (deep if weight > 0 else "y")


def test_many_occurrences_weigh_one_plus_their_logarithm() -> None:
    one = RuleSet.compile([Rule("a", "水", 1, "x")], norm="none")
    scores = {n: classify(one, "", "水" * n).scores[0][1] for n in (1, 2, 3, 62, 63, 64, 65, 200)}
    assert {n: round(score, 9) for n, score in scores.items()} == {
        1: 1.0, 2: 1.693147181, 3: 2.098612289, 62: 5.127134385, 63: 5.143134726, 64: 5.158883083, 65: 5.17438727,
        200: 6.298317367,
    }  # fmt: skip


# ── rules that cannot be ──


def compiled(*given: Rule, **more: Any) -> Any:
    return lambda: RuleSet.compile(given, **more)


GOOD = Rule("a", "停水", 1, "x")
REFUSED = {
    "no id": compiled(Rule("", "停水", 1)),
    "no word": compiled(Rule("a", " ", 1)),
    "a line break": compiled(Rule("a", "停\n水", 1)),
    "half a pair": compiled(Rule("a", "\ud800", 1)),
    "too heavy": compiled(Rule("a", "停水", MOST * 1.01)),
    "no number": compiled(Rule("a", "停水", float("nan"))),
    "true": compiled(Rule("a", "停水", True)),
    "too many parts": compiled(Rule("a", GAP.join("一二三四五"), 1)),
    "an empty part": compiled(Rule("a", f"停{GAP}", 1)),
    "a gap too wide": compiled(Rule("a", "停水", 1, gap=FARTHEST + 1)),
    "a gap below nothing": compiled(Rule("a", "停水", 1, gap=-1)),
    "a nearness too wide": compiled(Rule("a", "停水", 1, within=FARTHEST + 1)),
    "an empty excuse": compiled(Rule("a", "停水", 1, unless=("",))),
    "an id twice": compiled(GOOD, Rule("b", "噪音", 1), Rule("a", "停气", 1)),
    "a norm nobody knows": compiled(GOOD, norm="cube"),
    "a title too heavy": compiled(GOOD, title=MOST * 2),
    "a bias below the top": compiled(GOOD, bias={"x/y": 1.0}),
    "a bias without end": compiled(GOOD, bias={"x": float("inf")}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str, expect: Any) -> None:
    expect.refused(REFUSED[what])


def test_what_can_be_a_word_or_a_weight() -> None:
    assert [is_weight(value) for value in (0, MOST, -MOST, MOST + 1, "1", None, True)] == [True] * 3 + [False] * 4
    assert [is_word(word) for word in ("停", " ", "", "a\nb", "\ud800", "\udfff", " a ")] == [True] + [False] * 5 + [
        True
    ]
    assert [is_phrase(GAP.join("一" * n)) for n in (1, MOST_PARTS, MOST_PARTS + 1)] == [True, True, False]


def test_the_ways_of_typing_a_word(expect: Any) -> None:
    expect(*(f"{word}: {variants(word)}" for word in ("停水", "app", "App", "12345", "Wi-Fi", "停水a", "～")))


def test_categories_are_numbered_as_rules_name_them() -> None:
    found = RuleSet.compile(
        [Rule("a", "停水", 1, "b/c")], categories=[Category("a"), Category("b/d", "1")], bias={"z": 1}
    )
    assert found.names == ("b", "b/c", "a", "b/d", "z")
    assert found.parents == (-1, 0, -1, 0, -1)
    assert found.roots == (0, 0, 2, 0, 4)
    assert (found.others, found.deep, found.simple) == (3.0, False, False)


# ── how a word is meant ──

READINGS = [
    "没有[路灯]",
    "没[路灯]",
    "不[满意]",
    "不是很[满意]",
    "不太[满意]",
    "满不[满意]",
    "有没有[路灯]",
    "是否[着火]",
    "不是不[满意]",
    "没有说[着火]",
    "无人[处理]",
    "并非[着火]",
    "从未[着火]",
    "[着火]了吗",
    "[着火]不存在",
    "[路灯]没有了",
    "如果[着火]",
    "万一[着火]",
    "防止[着火]",
    "去年[着火]",
    "去年着火现在又[着火]",
    "担心会[着火]",
    "没有停水、[停气]",
    "没有停水，[停气]",
    "没有停水、停电、停暖和[停气]",
    "不要[投诉]",
    "不得不[投诉]",
    "不但[着火]",
    "未经同意[施工]",
    "没[着火]",
    "[着火]怎么办",
    "[着火]的可能",
    "请问[着火]",
    "别[投诉]",
    "难道没有[着火]",
    "不能不[投诉]",
    "为什么不[处理]",
    "没有解决[噪音]",
    "而且不是[着火]",
    "没有任何[路灯]",
    "没有人在这个很长很长很长很长很长的句子里提到过[着火]",
    "[没有]",
    "[不]",
]


def test_how_a_word_is_meant(expect: Any) -> None:
    lines = []
    for marked in READINGS:
        start, end = marked.index("["), marked.index("]") - 1
        body = marked.replace("[", "").replace("]", "")
        lines.append(f"{marked}: {read(body, start, end).name}, as a topic {read(body, start, end, False).name}")
    expect(*lines)


def test_urgency_needs_enough() -> None:
    for weight, found in ((1.0, Urgency.URGENT), (0.999999, Urgency.NORMAL), (1 - 1e-9, Urgency.URGENT)):
        only = RuleSet.compile([Rule("a", "快", weight, urgency=Urgency.URGENT)])
        assert classify(only, "", "快").urgency is found
    for weight, found in ((1.0, Urgency.EMERGENCY), (0.5, Urgency.NORMAL), (1 - 1e-9, Urgency.EMERGENCY)):
        only = RuleSet.compile([Rule("a", "火", weight, refer="119"), Rule("b", "水", 0.5, kind=Kind.HELP)])
        assert classify(only, "", "火").urgency is found
        assert classify(only, "", "火").refer == ("119" if found is Urgency.EMERGENCY else "")


# ── the scorer's steps by themselves ──


@pytest.mark.parametrize(
    ("given", "ranked"),
    [
        ([(0, 2.0), (1, 1.0)], [0, 1]),
        ([(0, 1.0), (1, 2.0)], [1, 0]),
        ([(1, 1.0), (0, 1.0)], [0, 1]),
        ([(0, 1.0), (1, 1.0 + EQUAL / 2)], [0, 1]),
        ([(1, 1.0), (0, 1.0 - EQUAL / 2)], [0, 1]),
        ([(1, 1.0), (0, 1.0 - EQUAL * 2)], [1, 0]),
        ([(0, 1.0), (1, 1.0 + EQUAL * 2)], [1, 0]),
        ([(2, 1.0), (1, 3.0), (0, 2.0)], [1, 0, 2]),
        ([(2, 1.0), (1, 1.0 + EQUAL / 2), (0, 1.0 + EQUAL / 4)], [0, 1, 2]),
        ([(2, 3.0), (1, 3.0 - EQUAL * 2), (0, 1.0)], [2, 1, 0]),
    ],
)
def test_the_best_comes_first_and_of_equals_the_first_named(given: list[tuple[int, float]], ranked: list[int]) -> None:
    engine._rank(given)
    assert [node for node, _ in given] == ranked


def test_totals_climb_to_the_top_and_the_best_below_is_kept() -> None:
    roots = (0, 0, 0, 3, 3)
    assert engine._climb(roots, {1: 1.0, 2: 2.0, 4: 1.0}) == ({0: 3.0, 3: 1.0}, {0: 2, 3: 4})
    assert engine._climb(roots, {0: 5.0, 1: 1.0}) == ({0: 6.0}, {0: 1})
    assert engine._climb(roots, {1: 1.0, 0: 5.0}) == ({0: 6.0}, {0: 1})
    assert engine._climb(roots, {2: 1.0, 1: 1.0}) == ({0: 2.0}, {0: 1})
    assert engine._climb(roots, {1: 1.0, 2: 1.0}) == ({0: 2.0}, {0: 1})
    assert engine._climb(roots, {1: 1.0, 2: 1.0 + EQUAL * 2}) == ({0: 2.0 + EQUAL * 2}, {0: 2})
    assert engine._climb(roots, {1: -1.0, 2: -2.0}) == ({0: -3.0}, {})
    assert engine._climb(roots, {1: -1.0, 2: 2.0}) == ({0: 1.0}, {0: 2})
    parents = (-1, 0, 1, 1, 0, -1)
    assert engine._climb_far(parents, {2: 1.0, 3: 2.0, 4: 2.5, 5: 1.0}) == ({0: 5.5, 5: 1.0}, {0: 1, 1: 3})
    assert engine._climb_far(parents, {4: 2.5, 1: 1.0}) == ({0: 3.5}, {0: 4})


HEADS = {
    "没有": True,
    "不": True,
    "不是没有": False,
    "不是没有不": True,
    "从不": True,
    "没有任何": True,
    "没有人": True,
    "不太": True,
    "没有停水、": True,
    "没有停水、停电、": True,
    "不停水、": False,
    "没有停水、停电和": True,
    "没有一个两个三个四个五个六个、": False,
    "没有，": False,
    "不但": False,
    "未经许可": False,
    "没有处理": False,
    "不要再": False,
    "不要再发生": True,
    "没有给我们": False,
    "": False,
    "很": False,
    "不能不": False,
    "不会没有": False,
    "无": True,
    "并未": True,
    "没有说没有": True,
    "、": False,
    "没有、": False,
    "不很": True,
}


@pytest.mark.parametrize("head", HEADS)
def test_a_head_denies_by_an_odd_number_of_negators(head: str) -> None:
    assert negation._denies(head) is HEADS[head]


# ── what finds the words ──


def test_every_word_is_found_where_it_stands_overlaps_included() -> None:
    words = ["停", "停水", "水停", "停水停", "a", "ab", "𠮷野", "𠮷", "水水"]
    matcher = PairMatcher(words)
    for text in (
        "",
        "停",
        "停水停水停",
        "aab",
        "𠮷野家的𠮷",
        "水水水",
        "xx停水xx",
        "\ud800停水",
        "好" * 5000 + "停水停" + "好" * 5000,
    ):
        every = sorted(
            (start, index)
            for index, word in enumerate(words)
            for start in range(len(text))
            if text.startswith(word, start)
        )
        assert matcher.find(text) == [(index, start, start + len(words[index])) for start, index in every]
    assert PairMatcher([]).find("停水") == []
    assert PairMatcher(["停水"]).find("停") == []


def test_a_word_across_two_pieces_is_found_once() -> None:
    words = ["停水三天", "三"]
    matcher = PairMatcher(words)
    for before in range(_PIECE - 6, _PIECE + 3):
        text = "好" * before + "停水三天" + "好" * 10
        assert matcher.find(text) == [(0, before, before + 4), (1, before + 2, before + 3)]


def test_a_word_is_filed_under_the_pair_that_fewest_share() -> None:
    matcher = PairMatcher(["停水了", "停水吗", "停水"])
    assert sorted(len(bucket) for bucket in matcher._filed.values()) == [1, 1, 1]
