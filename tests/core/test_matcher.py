"""Every occurrence of every keyword, overlaps included; nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.core.classify.matcher import Found, PairMatcher


def everything(words: list[str], text: str) -> Found:
    """The plain way: look at every place for every word."""
    found = sorted(
        (start, index) for index, word in enumerate(words) for start in range(len(text)) if text.startswith(word, start)
    )
    return [(index, start, start + len(words[index])) for start, index in found]


alphabet = st.sampled_from("物业费停水电ab\n😀𠀀\ud83d\ude00 ")
keywords = st.lists(st.text(alphabet, min_size=1, max_size=5), min_size=0, max_size=12, unique=True)


@given(keywords, st.text(alphabet, max_size=60))
def test_it_finds_what_the_plain_way_finds(words: list[str], text: str) -> None:
    assert PairMatcher(words).find(text) == everything(words, text)


@given(st.lists(st.text(min_size=1, max_size=3), max_size=8, unique=True), st.text(max_size=40))
def test_any_unicode_is_searched(words: list[str], text: str) -> None:
    assert PairMatcher(words).find(text) == everything(words, text)


def test_a_word_inside_a_word_is_found_too() -> None:
    assert PairMatcher(["物业", "物业费", "业费"]).find("交物业费") == [(0, 1, 3), (1, 1, 4), (2, 2, 4)]


def test_a_word_that_overlaps_itself_is_found_each_time() -> None:
    assert PairMatcher(["哈哈"]).find("哈哈哈") == [(0, 0, 2), (0, 1, 3)]


def test_one_character_is_a_word() -> None:
    assert PairMatcher(["水", "停水"]).find("停水，水") == [(1, 0, 2), (0, 1, 2), (0, 3, 4)]


@pytest.mark.parametrize("text", ["", "水", "停"])
def test_texts_too_short_for_a_pair_are_searched(text: str) -> None:
    assert PairMatcher(["水", "停水"]).find(text) == ([(0, 0, 1)] if text == "水" else [])


@pytest.mark.parametrize("length", [1022, 1023, 1024, 1025, 1026, 2047, 2048, 5000])
def test_a_word_across_two_pieces_of_a_long_text_is_found_once(length: int) -> None:
    words = ["燃气泄漏", "泄", "漏了"]
    text = "好" * (length - 3) + "燃气泄漏了" + "好" * 700
    start = length - 3
    assert PairMatcher(words).find(text) == [
        (0, start, start + 4),
        (1, start + 2, start + 3),
        (2, start + 3, start + 5),
    ]


def test_no_words_find_nothing() -> None:
    assert PairMatcher([]).find("停水" * 2000) == []
