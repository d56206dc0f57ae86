"""The native matcher and bulk classification give the pure one's answers."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline12345.core.classify import Rule, RuleSet, classify, read_rules
from hotline12345.core.classify.matcher import PairMatcher
from hotline12345.core.errors import PluginError
from hotline12345.core.request import Kind, Urgency

pytest.importorskip("numpy")
pytest.importorskip("ahocorasick_rs")
from hotline12345.fast.bulk import classify_many
from hotline12345.fast.match import AutomatonMatcher, best_matcher

alphabet = st.sampled_from("物业费停水电没有不如果，、ab\n😀𠀀 ")
wild = st.one_of(alphabet, st.sampled_from("\ud83d\ude00\uffff�"))
keywords = st.lists(st.text(alphabet, min_size=1, max_size=5), min_size=1, max_size=12, unique=True)


@given(keywords, st.text(wild, max_size=80))
def test_both_matchers_find_the_same(words: list[str], text: str) -> None:
    assert AutomatonMatcher(words).find(text) == PairMatcher(words).find(text)


def made(words: list[str], guarded: bool = False, **settings: object) -> RuleSet:
    paths = ["甲", "甲/子", "乙/丑", "乙/寅", "丙/卯/辰", ""]
    rules = [
        Rule(
            id=f"r{number}",
            word=word,
            weight=(1.0, 0.5, 2.0, -1.0, 1.0)[number % 5],
            category=paths[number % 6],
            kind=(None, None, Kind.COMPLAINT, None)[number % 4],
            urgency=(None, None, None, None, Urgency.URGENT)[number % 5],
            refer=("", "", "", "", "", "", "119")[number % 7],
            scope=("any", "any", "title", "text")[number % 4],  # type: ignore[arg-type]
            negatable=number % 3 > 0,
            unless=((), (), (), ("水", "如果"), ("停",))[number % 5] if guarded else (),
            within=(0, 3)[number % 2],
            gap=(0, 2)[number % 2],
        )
        for number, word in enumerate(words)
        if word.strip() and "\n" not in word
    ]
    return RuleSet.compile(rules, **settings)  # type: ignore[arg-type]


texts = st.lists(st.tuples(st.text(wild, max_size=8), st.text(wild, max_size=60)), max_size=6)
settings = st.sampled_from(
    (
        {},
        {"norm": "none"},
        {"margin": 0.3},
        {"bias": {"乙": 0.3, "丁": -0.1}},
        {"bias": {"help": 0.1}},
        {"bias": {"甲": -90.0, "乙": -91.0, "丙": -90.0}},
        {"title": 1.75},
        {"thresholds": {"甲/子": 0.9, "乙": 0.2, "complaint": 0.7}},
        {"guarded": True},
        {"guarded": True, "title": 0.5},
    )
)
phrases = st.lists(
    st.one_of(
        st.text(alphabet, min_size=1, max_size=4),
        st.lists(st.text(st.sampled_from("物业费停水"), min_size=1, max_size=2), min_size=2, max_size=3).map("…".join),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@example(["水"], [("", "水\ud83d水")], {})
@given(phrases, texts, settings)
def test_one_by_one_or_many_pure_or_fast_the_answers_are_equal(
    words: list[str], pairs: list[tuple[str, str]], more: dict[str, object]
) -> None:
    pure = made(words, **more)
    fast = pure.using(AutomatonMatcher)
    plain = [classify(pure, title, text) for title, text in pairs]
    assert [classify(fast, title, text) for title, text in pairs] == plain
    assert classify_many(fast, pairs) == plain
    assert classify_many(pure, pairs) == plain


def test_the_national_rules_answer_alike(repo_root: Path) -> None:
    path = repo_root / "src" / "hotline12345" / "packs" / "cn" / "rules.toml"
    pure, _ = read_rules(tomllib.loads(path.read_text("utf-8")))
    assert pure is not None
    fast = pure.using(AutomatonMatcher)
    words = [rule.word for rule in pure.rules]
    pairs = [
        (words[7 * number % len(words)], "，没有".join(words[(number * step) % len(words)] for step in range(1, 9)))
        for number in range(2500)
    ]
    plain = [classify(pure, title, text) for title, text in pairs]
    assert classify_many(fast, pairs) == plain
    assert [classify(fast, title, text) for title, text in pairs] == plain


def test_the_best_matcher_is_the_native_one_where_it_is_installed() -> None:
    assert best_matcher() is AutomatonMatcher


def test_without_the_extra_there_is_no_best_matcher_and_asking_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert best_matcher() is None
    with pytest.raises(PluginError) as caught:
        AutomatonMatcher(["水"])
    assert caught.value.code == "missing-extra"


def test_more_rule_sets_than_are_remembered_answer_rightly() -> None:
    sets = [made(["水", "电" * number]) for number in range(1, 13)]
    for _ in range(2):
        assert [classify_many(rules, [("", "水")])[0].category for rules in sets] == ["甲"] * 12


def test_many_of_nothing_is_nothing() -> None:
    assert classify_many(made(["水"]), []) == []


def test_a_pack_is_read_with_the_native_matcher_where_it_is_installed() -> None:
    from hotline12345.packs import load_pack

    rules = load_pack("shenyang").newest.rules
    assert rules is not None
    assert isinstance(rules.matcher, AutomatonMatcher)
