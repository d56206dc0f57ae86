"""Rule files: every way of writing a rule, all faults at once, and files that extend another."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from hotline12345.core.classify import RuleSet, classify, read_rules
from hotline12345.core.request import Kind, Urgency

BASE = """
[score]
norm = "none"
threshold = 0.2
[bias]
"城乡建设" = 0.25
"投诉" = 0.125
[[category]]
code = "01"
name = "城乡建设"
[[category]]
code = "0101"
name = "城乡建设/供水"
[words."城乡建设/供水"]
3 = "停水 自来水"
"1.5" = ["水 表"]
"水压" = 2
"水费" = { weight = 1, scope = "title", id = "bill", kind = "咨询" }
[kind."投诉"]
2 = "投诉"
[urgency."紧急"]
1 = "断水"
[refer.119]
1 = "着火"
[risk."群体性"]
1 = "堵路"
"""


def load(text: str, base: RuleSet | None = None) -> RuleSet:
    rules, faults = read_rules(tomllib.loads(text), "rules.toml", base=base)
    assert [fault.text() for fault in faults] == []
    assert rules is not None
    return rules


def test_every_way_of_writing_a_rule_is_read() -> None:
    rules = load(BASE)
    found = {rule.id: rule for rule in rules.rules}
    assert list(found) == [
        "城乡建设/供水:停水",
        "城乡建设/供水:自来水",
        "城乡建设/供水:水 表",
        "城乡建设/供水:水压",
        "bill",
        "kind.投诉:投诉",
        "urgency.紧急:断水",
        "refer.119:着火",
        "risk.群体性:堵路",
    ]
    assert [rule.weight for rule in rules.rules] == [3, 3, 1.5, 2, 1, 2, 1, 1, 1]
    assert (found["bill"].scope, found["bill"].kind, found["bill"].category) == (
        "title",
        Kind.CONSULTATION,
        "城乡建设/供水",
    )
    assert found["urgency.紧急:断水"].urgency is Urgency.URGENT
    assert (found["refer.119:着火"].refer, found["refer.119:着火"].urgency) == ("119", Urgency.EMERGENCY)
    assert found["risk.群体性:堵路"].risk == "群体性"
    assert (rules.norm, rules.threshold, rules.margin) == ("none", 0.2, 0.0)
    assert rules.bias == {"城乡建设": 0.25, "complaint": 0.125}


def test_topics_are_not_negatable_and_other_words_are_unless_the_file_says_so() -> None:
    rules = load(BASE + '[words."城乡建设"]\nnegatable = true\n"噪音" = 1\n"灯" = { weight = 1, negatable = false }\n')
    said = {rule.word: rule.negatable for rule in rules.rules}
    assert (said["停水"], said["着火"], said["噪音"], said["灯"]) == (False, True, True, False)
    assert classify(rules, "", "没有自来水").category == "城乡建设/供水"


def test_a_word_may_name_a_risk_and_an_urgency_of_its_own() -> None:
    rules = load('[words."劳动"]\n"欠薪" = { weight = 3, risk = "欠薪", urgency = "urgent" }\n')
    answer = classify(rules, "", "老板欠薪")
    assert (answer.category, answer.risks, answer.urgency) == ("劳动", ("欠薪",), Urgency.URGENT)


def test_a_child_replaces_adds_and_takes_back() -> None:
    child = load(
        """
        [score]
        threshold = 0.5
        [[category]]
        name = "城乡建设/供气"
        [words."城乡建设/供水"]
        "停水" = 9
        "自来水" = false
        [words."城乡建设/供气"]
        2 = "停气"
        """,
        base=load(BASE),
    )
    found = {rule.id: rule for rule in child.rules}
    assert found["城乡建设/供水:停水"].weight == 9
    assert next(iter(found)) == "城乡建设/供水:停水"
    assert "城乡建设/供水:自来水" not in found
    assert classify(child, "", "停气").category == "城乡建设/供气"
    assert (child.norm, child.threshold, child.bias["城乡建设"]) == ("none", 0.5, 0.25)


def test_titles_thresholds_phrases_and_exclusions_are_read_and_inherited() -> None:
    base = load(
        """
        [score]
        title = 2
        [thresholds]
        "城乡建设" = 0.5
        "举报" = 0.6
        [words."城乡建设"]
        unless = "演练 演习"
        within = 6
        2 = "破坏…绿化带 停水"
        "井盖" = { weight = 1, gap = 3, unless = ["比喻"], within = 0 }
        """
    )
    found = {rule.word: rule for rule in base.rules}
    assert (base.title, base.thresholds) == (2, {"城乡建设": 0.5, "report": 0.6})
    assert (found["停水"].unless, found["停水"].within, found["停水"].gap) == (("演练", "演习"), 6, 0)
    assert (found["井盖"].unless, found["井盖"].within, found["井盖"].gap) == (("比喻",), 0, 3)
    assert "破坏…绿化带" in found
    child = load('[thresholds]\n"举报" = 0.1\n', base=base)
    assert (child.title, child.thresholds) == (2, {"城乡建设": 0.5, "report": 0.1})


EVERYTHING = """
[score]
norm = "none"
threshold = 0.2
margin = 0.05
sharpness = 4
title = 2
[bias]
"公安" = 0.5
"complaint" = 1
[thresholds]
"praise" = 0.5
"公安" = 0.25
[[category]]
name = "公安"
code = "02"
[[category]]
name = "公安/交警"
[words."公安/交警"]
scope = "title"
gap = 4
negatable = true
unless = "演习"
within = 3
"1.5" = "停车 违停…占道"
"拥堵" = { weight = 2, scope = "text", gap = 1, negatable = false, within = 0, id = "jam", kind = "举报" }
"酒驾" = { weight = -1, urgency = "紧急", risk = "酒驾", refer = "110" }
[kind.report]
"举报" = 1
[urgency.normal]
"不急" = 1
[refer.110]
"打架" = { weight = 1, negatable = false }
"""
CHILD = """
[score]
margin = 0.1
[bias]
"公安" = 0.75
[thresholds]
"公安/交警" = 0.9
[[category]]
name = "公安"
code = "20"
[[category]]
name = "公安/治安"
[words."公安/交警"]
"停车" = false
"拥堵" = { weight = 5, id = "jam" }
[words."公安/治安"]
2 = "打架"
"""


@pytest.mark.parametrize("which", ["alone", "with a child", "an empty child"])
def test_a_file_is_read_whole_and_its_child_over_it(which: str, expect: Any) -> None:
    rules = load(EVERYTHING)
    if which != "alone":
        rules = load(CHILD if which == "with a child" else "", base=rules)
    settings = ("norm", "threshold", "margin", "sharpness", "title", "bias", "thresholds")
    expect(
        *rules.rules,
        *(repr(one) for one in rules.categories),
        *(f"{key} = {getattr(rules, key)!r}" for key in settings),
    )


def test_a_file_is_compiled_for_the_matcher_that_is_asked_for() -> None:
    made: list[list[str]] = []

    def matcher(words: Any) -> Any:
        made.append(list(words))
        return None

    rules, faults = read_rules(tomllib.loads('words.a.1 = "停水 停电"'), matcher=matcher)
    assert (faults, made) == ((), [["停水", "停电"]])
    assert rules is not None
    assert rules.matcher is None


def test_faults_in_phrases_exclusions_and_thresholds_are_told_at_once(expect: Any) -> None:
    rules, faults = read_rules(
        tomllib.loads(
            """
            [score]
            title = -1
            [thresholds]
            "城乡建设" = 1.5
            "外星" = 0.5
            [[category]]
            name = "城乡建设"
            [words."城乡建设"]
            gap = 99
            1 = "破坏… 停水"
            "井盖" = { weight = 1, within = 2.5, unless = "" }
            "路灯" = { weight = 1, unless = 3 }
            """
        )
    )
    assert rules is None
    expect(*faults)


def test_all_faults_are_told_at_once_each_with_its_place(expect: Any) -> None:
    rules, faults = read_rules(
        tomllib.loads(
            """
            colour = "blue"
            [score]
            norm = "cube"
            threshold = -1
            speed = 9
            [bias]
            "城乡建设" = nan
            "城乡建设/供水" = 1
            "外星" = 1
            [[category]]
            code = "01"
            name = "城乡建设"
            [[category]]
            code = "01"
            name = "城乡建设/供水"
            [[category]]
            code = "03"
            [[category]]
            name = "民政"
            depth = 2
            [words."外星"]
            1 = "飞碟"
            [words."城乡建设"]
            3 = "停水 停水"
            heavy = "停电"
            2 = ""
            "路灯" = inf
            "井盖" = true
            "水管" = { weight = 1, colour = "red", scope = "moon", kind = "抱怨", urgency = "soon" }
            "" = 1
            [kind."抱怨"]
            1 = "烦"
            [urgency.soon]
            1 = "快"
            [refer.114]
            1 = "查号"
            [risk]
            loose = 1
            [risk."群体性"]
            negatable = "no"
            1 = "堵路"
            """
        ),
        "rules.toml",
    )
    assert rules is None
    expect(*faults)


FAULTS = {
    "words that are a number": "words = 3",
    "a score that is a number": "score = 3",
    "biases that are a list": "bias = []",
    "thresholds that are a text": 'thresholds = "0.5"',
    "categories that are a number": "category = 3",
    "a word whose weight is a table of a list": "words.a.b = { weight = [3] }",
    "a weight whose words are numbers": "words.a.1 = [3]",
    "a weight that is no number": 'words.a.heavy = "停电"',
    "a weight beyond all measure": 'words.a.1e9 = "停电"',
    "a weight that is infinite": 'words.a.inf = "停电"',
    "no words": "words.a.1 = []",
    "a category that is called /": '[[category]]\nname = "/"',
    "a category that is called 3": "[[category]]\nname = 3",
    "a category with another key": '[[category]]\nname = "a"\ncolour = "b"',
    "a bias of a kind that is a text": 'bias."投诉" = "much"',
    "a bias below the top": 'bias."a/b" = 1',
    "a threshold above 1": 'thresholds."投诉" = 1.01',
    "a threshold below 0": 'thresholds."投诉" = -0.01',
    "a threshold that is true": 'thresholds."投诉" = true',
    "a sharpness below 0": "score.sharpness = -0.1",
    "a title that is true": "score.title = true",
    "a norm that is a list": "score.norm = []",
    "a scope that is not known": 'words.a."停电" = { weight = 1, scope = "body" }',
    "a scope of a table": 'words.a.scope = "body"',
    "a gap too wide": 'words.a."停…电" = { weight = 1, gap = 51 }',
    "a gap below 0": 'words.a."停…电" = { weight = 1, gap = -1 }',
    "a gap that is true": 'words.a."停…电" = { weight = 1, gap = true }',
    "a nearness in halves": 'words.a."停电" = { weight = 1, unless = "x", within = 1.5 }',
    "unless without words": 'words.a."停电" = { weight = 1, unless = " " }',
    "unless with a number": 'words.a."停电" = { weight = 1, unless = ["x", 3] }',
    "unless with an empty word": 'words.a."停电" = { weight = 1, unless = ["x", ""] }',
    "negatable as a text": 'words.a."停电" = { weight = 1, negatable = "yes" }',
    "a word without weight": 'words.a."停电" = { id = "power" }',
    "a word that is true": 'words.a."停电" = true',
    "a word whose id is taken": 'words.a.1 = "x"\nwords.b."停电" = { weight = 1, id = "a:x" }',
    "a phrase of five parts": 'words.a."一…二…三…四…五" = 1',
    "a word with a line break": 'words.a."停\\n电" = 1',
    "a kind in a word's table": 'words.a."停电" = { weight = 1, kind = "抱怨" }',
    "an urgency in a word's table": 'words.a."停电" = { weight = 1, urgency = "soon" }',
    "a number in a word's table": 'words.a."停电" = { weight = 1, refer = 114 }',
    "a key in a word's table": 'words.a."停电" = { weight = 1, colour = 1 }',
    "a risk that is no table": "risk.a = 1",
    "a key of the file": "colour = 1",
    "a key of the score": "score.colour = 1",
}


@pytest.mark.parametrize("what", FAULTS)
def test_each_fault_by_itself_is_told_word_by_word(what: str, expect: Any) -> None:
    rules, faults = read_rules(tomllib.loads(FAULTS[what]), "rules.toml")
    assert rules is None
    expect(*faults)


def test_an_empty_file_is_a_rule_set_that_knows_nothing() -> None:
    assert classify(load(""), "停水", "停水").category == ""
