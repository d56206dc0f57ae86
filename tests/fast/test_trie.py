"""All texts walked down one trie find what looking at every place finds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

pytest.importorskip("numpy")
from hotline12345.fast.trie import Trie, code_points

alphabet = st.sampled_from("南京市鼓楼区\n\ud83d𠀀\uffff")
words = st.lists(st.text(alphabet, min_size=2, max_size=5), max_size=12, unique=True)


@given(words, st.text(alphabet, max_size=60))
@example(["南京", "南京市", "京市", "𠀀市"], "南京市𠀀市\U0010ffff市")
def test_every_word_is_found_at_every_place_the_longest_first(words: list[str], text: str) -> None:
    starts, ends, numbers = (found.tolist() for found in Trie(words).find(code_points(text)))
    assert list(zip(starts, ends, numbers, strict=True)) == [
        (at, at + size, words.index(text[at : at + size]))
        for at in range(len(text))
        for size in range(5, 1, -1)
        if at + size <= len(text) and text[at : at + size] in words
    ]
