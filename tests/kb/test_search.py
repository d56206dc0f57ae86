"""Search (检索): one character, two, misspelt ones; the sentence that answers; the same in both places."""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline12345.core.actor import Actor
from hotline12345.core.errors import StoreError
from hotline12345.kb import Visibility, find, open_base
from hotline12345.kb.rank import covers, near, norm, squares
from hotline12345.kb.sqlite import _need_fts5
from hotline12345.kb.words import LONGEST, plain, sentences, tokens

from .conftest import ADMIN, AGENT, AT, LAMP, publish

NOISE = evolve(
    LAMP,
    title="夜间施工噪音",
    content="夜间二十二点后不得施工。投诉请说明工地位置。",
    keywords=("噪音", "工地"),
    unit="环保局",
)
CARD = evolve(
    LAMP, title="社保卡补办", content="带身份证到大厅办理。社保卡补办收工本费。", keywords=("社保卡",), unit="人社局"
)
ETC = evolve(LAMP, title="ETC 怎么退费", content="在 ETC 网点申请，七日内退回。", keywords=("退费",), unit="交通局")
ALL = (LAMP, NOISE, CARD, ETC)


@pytest.fixture
def full(base):
    for draft in ALL:
        publish(base, draft)
    return base


def titles(base, text, **given):
    return [hit.article.draft.title for hit in base.search(text, AGENT, AT.date(), **given)]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("灯", LAMP.title),
        ("路灯", LAMP.title),
        ("噪音", NOISE.title),
        ("卡", CARD.title),
        ("补办", CARD.title),
        ("etc", ETC.title),
        ("ＥＴＣ", ETC.title),
    ],
)
def test_words_of_one_and_two_characters_are_found(full, word, title):
    assert titles(full, word) == [title]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("路登", LAMP.title),
        ("鹿灯", LAMP.title),
        ("噪声", NOISE.title),
        ("社宝卡", CARD.title),
        ("音噪", NOISE.title),
        ("夜间施功", NOISE.title),
    ],
)
def test_misspelt_words_are_found(full, typed, title):
    best = full.search(typed, AGENT, AT.date())[0]
    assert (best.article.draft.title, best.covers) == (title, 1.0)


def test_nothing_that_shares_nothing_is_found(full):
    assert titles(full, "龘") == []
    assert titles(full, "") == []
    assert titles(full, "！？…") == []


def test_the_sentence_that_answers_is_cited_with_its_place(full):
    (hit,) = full.search("工本费", AGENT, AT.date())
    assert hit.passage == "社保卡补办收工本费。"
    assert CARD.content[hit.first : hit.last] == hit.passage
    assert hit.article.ref == "K000003@1"
    assert hit.covers == 1.0


def test_what_heads_an_article_counts_more_than_what_it_says(base):
    publish(base, evolve(LAMP, title="停水通知", content="供水管道检修，另有停电的另行通知。", keywords=("停水",)))
    publish(base, evolve(LAMP, title="停电通知", content="线路检修，另有停水的另行通知。", keywords=("停电",)))
    assert titles(base, "停电") == ["停电通知", "停水通知"]


def test_a_category_narrows_the_search_to_it_and_what_is_below(base):
    publish(base, LAMP)
    publish(base, evolve(NOISE, category="城市管理与执法/噪音"))
    assert titles(base, "夜间", category="城市管理") == [LAMP.title]
    assert titles(base, "夜间", category="城市管理/路灯") == [LAMP.title]


def test_drafts_are_not_found(base):
    base.add(LAMP, AGENT, AT)
    assert titles(base, "路灯") == []


def test_both_places_give_the_same_answers_with_the_same_scores(full, shared_base):
    for text in ("路灯", "夜间路灯工地噪音", "社宝卡", "etc 退费", "办理"):
        ours = [(hit.article.draft.title, round(hit.score, 9)) for hit in full.search(text, AGENT, AT.date())]
        theirs = [(hit.article.draft.title, round(hit.score, 9)) for hit in shared_base.search(text, AGENT, AT.date())]
        assert ours == theirs


def test_rarity_is_reckoned_by_how_many_articles_there_are(base):
    publish(base, evolve(LAMP, title="甲", keywords=("乙",), content="丙"))
    publish(base, evolve(LAMP, title="丁", keywords=("戊",), content="灯"))
    # In 1 of 2: ln(1 + 1.5/1.5); a single character weighs 0.7, and the text is nothing else.
    (hit,) = base.search("灯", AGENT, AT.date())
    assert hit.score == pytest.approx(0.7**0.5 * 0.693147180559945)


def test_who_shares_more_of_the_question_comes_first(full):
    assert titles(full, "夜间路灯工地噪音")[:2] == [NOISE.title, LAMP.title]
    scores = [hit.score for hit in full.search("夜间", AGENT, AT.date())]
    assert scores == sorted(scores, reverse=True)


@given(st.text(st.characters(), max_size=60))
@settings(max_examples=60)
def test_any_text_is_levelled_and_cut_without_losing_a_character(text):
    level = plain(text)
    assert plain(level) == level
    assert all(" " not in token for token in tokens(level))
    spans = list(sentences(text))
    assert "".join(text[first:last] for first, last in spans) == text


@given(st.text(st.characters(), max_size=80) | st.text("路灯社保卡\ud800\0\"'*()^¦", max_size=12))
@settings(max_examples=80, deadline=None)
def test_any_question_is_answered_or_not_and_never_breaks(shared_base, text):
    for hit in shared_base.search(text, AGENT, AT.date()):
        assert 0 <= hit.covers <= 1
        assert hit.score > 0


@pytest.fixture(scope="module")
def shared_base(tmp_path_factory):
    made = open_base(f"sqlite:///{tmp_path_factory.mktemp('kb') / 'k.db'}")
    for draft in ALL:
        publish(made, draft)
    yield made
    made.close()


def test_a_very_long_question_takes_no_more_than_its_beginning(shared_base):
    assert titles(shared_base, "路灯" + "甲乙" * LONGEST) == [LAMP.title]


def test_tokens_are_characters_pairs_and_latin_words():
    assert tokens(plain("路灯，ETC卡")) == Counter(
        {"路": 1, "灯": 1, "路灯": 1, "e": 1, "t": 1, "c": 1, "卡": 1, "et": 1, "tc": 1, "c卡": 1, "etc": 1}
    )


def test_a_misspelt_pair_stands_for_pairs_with_one_character_another_or_the_two_swapped():
    vocabulary = [("路灯", 5), ("道路", 3), ("灯光", 2), ("登路", 1), ("车辆", 9)]
    assert [other for other, _ in near("路登", vocabulary)] == ["路灯", "登路"]


def test_how_much_of_a_question_is_covered_is_counted_by_characters():
    assert covers("路灯 坏", "路灯不亮", {}, {}) == pytest.approx(2 / 3)
    assert covers("路登", "路灯不亮", {}, {"路登": ["路灯"]}) == 1.0
    assert covers("", "路灯", {}, {}) == 0.0


def test_a_length_is_the_root_of_the_squared_weights():
    # One pair in 1 of 3: ln(1 + 2.5/1.5); two characters likewise, each weighing 0.7 of a pair.
    import math

    weight = math.log(1 + 2.5 / 1.5) ** 2
    heft = squares({"路灯": 1, "路": 1, "灯": 1}, 3)
    assert norm("路灯", heft) == pytest.approx(math.sqrt(weight * (1 + 2 * 0.7)))


def test_a_sqlite_without_fts5_is_told_and_not_tripped_over():
    class Poor:
        def execute(self, _):
            return sqlite3.connect(":memory:").execute("SELECT 0")

    with pytest.raises(StoreError) as refused:
        _need_fts5(Poor())
    assert refused.value.code == "no-fts5"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:", "knowledge.db"])
def test_an_address_that_cannot_be_read_is_refused(url):
    with pytest.raises(StoreError) as refused:
        open_base(url)
    assert refused.value.code == "bad-url"


def test_a_store_of_orders_is_no_knowledge_base(tmp_path):
    from hotline12345 import open_store

    open_store(f"sqlite:///{tmp_path / 'orders.db'}").close()
    with pytest.raises(StoreError) as refused:
        open_base(f"sqlite:///{tmp_path / 'orders.db'}")
    assert refused.value.code == "not-a-base"


def test_a_base_that_has_to_be_there_is_not_made(tmp_path):
    with pytest.raises(StoreError) as refused:
        open_base(f"sqlite:///{tmp_path / 'none.db'}", must_exist=True)
    assert refused.value.code == "no-such-base"
    assert not list(tmp_path.iterdir())


def test_public_articles_alone_are_found_by_the_public(base):
    publish(base, LAMP)
    publish(base, evolve(NOISE, visibility=Visibility.PUBLIC))
    assert [hit.article.draft.title for hit in base.search("夜间", Actor(), AT.date())] == [NOISE.title]


def test_the_few_that_are_for_whoever_asks_are_found_among_many_that_are_not(base):
    rows = [(n, evolve(LAMP, title=f"路灯{n}")) for n in range(find.SIFTED + 50)]
    rows.append((9999, evolve(LAMP, title="公开的路灯", visibility=Visibility.PUBLIC)))
    made, _ = base.add_many(rows, ADMIN, AT)
    base.publish_many([each.id for each in made], ADMIN, AT)
    assert [hit.article.draft.title for hit in base.search("路灯报修", Actor(), AT.date())] == ["公开的路灯"]


def test_of_what_all_have_those_that_have_it_in_their_head_come_first(base, monkeypatch):
    monkeypatch.setattr(find, "BUDGET", 10)
    rows = [(n, evolve(LAMP, title=f"报修{n}", keywords=("报修",), content="路灯坏了。")) for n in range(40)]
    rows.append((40, evolve(LAMP, title="换灯", keywords=("更换",), content="路灯坏了。")))
    made, _ = base.add_many(rows, ADMIN, AT)
    base.publish_many([each.id for each in made], ADMIN, AT)
    assert titles(base, "灯")[0] == "换灯"
