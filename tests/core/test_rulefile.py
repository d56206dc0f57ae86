"""Rule files: every way of writing a rule, all faults at once, and files that extend another."""

from __future__ import annotations

import tomllib

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


def test_faults_in_phrases_exclusions_and_thresholds_are_told_at_once() -> None:
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
    assert sorted((fault.code, fault.table, fault.key) for fault in faults) == [
        ("bad-value", "score", "title"),
        ("bad-value", "thresholds", "城乡建设"),
        ("bad-value", "words.城乡建设", ""),
        ("bad-value", "words.城乡建设", "井盖"),
        ("bad-value", "words.城乡建设", "井盖"),
        ("bad-value", "words.城乡建设", "路灯"),
        ("empty-word", "words.城乡建设", "破坏…"),
        ("unknown-category", "thresholds", "外星"),
    ]


def test_all_faults_are_told_at_once_each_with_its_place() -> None:
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
    assert all(fault.file == "rules.toml" for fault in faults)
    assert sorted((fault.code, fault.table, fault.key) for fault in faults) == sorted(
        [
            ("unknown-key", "", "colour"),
            ("bad-value", "score", "norm"),
            ("bad-value", "score", "threshold"),
            ("unknown-key", "score", "speed"),
            ("bad-value", "bias", "城乡建设"),
            ("bad-value", "bias", "城乡建设/供水"),
            ("unknown-category", "bias", "外星"),
            ("duplicate-code", "category 2", "code"),
            ("bad-category", "category 3", "name"),
            ("unknown-key", "category 4", "depth"),
            ("bad-value", "risk.群体性", ""),
            ("unknown-category", "words.外星", ""),
            ("duplicate-rule", "words.城乡建设", "停水"),
            ("bad-weight", "words.城乡建设", "heavy"),
            ("empty-word", "words.城乡建设", "2"),
            ("bad-weight", "words.城乡建设", "路灯"),
            ("bad-weight", "words.城乡建设", "井盖"),
            ("unknown-key", "words.城乡建设", "水管.colour"),
            ("bad-scope", "words.城乡建设", "水管"),
            ("unknown-kind", "words.城乡建设", "水管"),
            ("unknown-urgency", "words.城乡建设", "水管"),
            ("empty-word", "words.城乡建设", ""),
            ("unknown-kind", "kind.抱怨", "抱怨"),
            ("unknown-urgency", "urgency.soon", "soon"),
            ("unknown-number", "refer.114", "114"),
            ("not-a-table", "risk", "loose"),
        ]
    )


@pytest.mark.parametrize(
    "table", [{"words": 3}, {"score": 3}, {"bias": []}, {"category": 3}, {"words": {"a": {"b": [3]}}}]
)
def test_a_table_of_the_wrong_shape_is_a_fault_and_no_crash(table: dict[str, object]) -> None:
    rules, faults = read_rules(table)
    assert rules is None
    assert faults


def test_an_empty_file_is_a_rule_set_that_knows_nothing() -> None:
    assert classify(load(""), "停水", "停水").category == ""
