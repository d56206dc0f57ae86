"""What surroundings do to a keyword: sentences of our own, half of them traps."""

from __future__ import annotations

import pytest

from hotline12345.core.classify.negation import Reading, read

A, N, S = Reading.ASSERTED, Reading.NEGATED, Reading.SUPPOSED

SENTENCES = [
    # (sentence, keyword, reading); the keyword's last occurrence is read
    # -- denials
    ("我不满意", "满意", N),
    ("我对处理结果很不满意", "满意", N),
    ("处理得不太满意", "满意", N),
    ("这个答复不能令人满意", "满意", N),
    ("谈不上满意", "满意", N),
    ("怎么可能满意", "满意", N),
    ("这样的服务岂能让群众满意", "满意", N),
    ("从未满意过", "满意", N),
    ("没有一次满意", "满意", N),
    ("不是很满意", "满意", N),
    ("满意不了", "满意", N),
    ("没让我满意", "满意", N),
    ("不存在燃气泄漏", "燃气泄漏", N),
    ("经检查没有燃气泄漏", "燃气泄漏", N),
    ("未发现燃气泄漏", "燃气泄漏", N),
    ("没有发现有燃气泄漏", "燃气泄漏", N),
    ("并无任何燃气泄漏", "燃气泄漏", N),
    ("家里没有“燃气泄漏”", "燃气泄漏", N),
    ("燃气泄漏不存在", "燃气泄漏", N),
    ("燃气泄漏的情况并不存在", "燃气泄漏", N),
    ("群里说的燃气泄漏是谣言", "燃气泄漏", N),
    ("没有人受伤", "受伤", N),
    ("所幸无人受伤", "受伤", N),
    ("没有造成人员受伤", "受伤", N),
    ("没有停水、停电", "停电", N),
    ("没有停水、停电和停气", "停气", N),
    ("没有人员伤亡和财产损失", "财产损失", N),
    ("没有停水、没有停电", "停电", N),
    ("明火已被扑灭，着火已经扑灭", "着火", N),
    ("我不投诉", "投诉", N),
    ("请勿停水", "停水", N),
    ("物业并非不作为，并非拖欠", "拖欠", N),
    # -- traps: nothing is denied
    ("很满意", "满意", A),
    ("不仅满意而且感动", "满意", A),
    ("不得不投诉", "投诉", A),
    ("不能不投诉", "投诉", A),
    ("没有不满意", "满意", A),
    ("无不满意", "满意", A),
    ("不是不满意", "满意", A),
    ("无论如何都要投诉", "投诉", A),
    ("特别满意", "满意", A),
    ("非常满意", "满意", A),
    ("不断停水", "停水", A),
    ("不但停水", "停水", A),
    ("不时着火", "着火", A),
    ("不止一次着火", "着火", A),
    ("不到一天着火三次", "着火", A),
    ("不合格电器爆炸", "爆炸", A),
    ("不明原因着火", "着火", A),
    ("不慎受伤", "受伤", A),
    ("不顾群众受伤", "受伤", A),
    ("不少人受伤", "受伤", A),
    ("别人受伤", "受伤", A),
    ("未成年人受伤", "受伤", A),
    ("无人机爆炸", "爆炸", A),
    ("没有处理燃气泄漏", "燃气泄漏", A),
    ("物业没有及时处理燃气泄漏", "燃气泄漏", A),
    ("没人管导致着火", "着火", A),
    ("没有人管理，漏气严重", "漏气", A),
    ("没有人管理、漏气严重", "漏气", A),
    ("不是停水而是漏气", "漏气", A),
    ("不是漏水就是漏气", "漏气", A),
    ("没有停水，着火了", "着火", A),
    ("没有答复。着火了", "着火", A),
    ("没想到着火了", "着火", A),
    ("不知道哪里着火", "着火", A),
    ("没有通知就停水", "停水", A),
    ("无证经营", "无证经营", A),
    ("公司未发工资", "未发工资", A),
    ("对不起，我要投诉", "投诉", A),
    ("可能燃气泄漏", "燃气泄漏", A),
    ("怀疑燃气泄漏", "燃气泄漏", A),
    ("之前报修过现在又着火了", "着火", A),
    ("我家着火了怎么办", "着火", A),
    # -- spoken of, not said to be so
    ("有没有燃气泄漏", "燃气泄漏", S),
    ("是否存在燃气泄漏", "燃气泄漏", S),
    ("请问是不是着火", "着火", S),
    ("会不会爆炸", "爆炸", S),
    ("着火了吗", "着火", S),
    ("满不满意", "满意", S),
    ("如果着火谁负责", "着火", S),
    ("万一爆炸怎么办", "爆炸", S),
    ("极易引发火灾", "火灾", S),
    ("防止燃气泄漏", "燃气泄漏", S),
    ("担心发生火灾", "火灾", S),
    ("存在火灾隐患", "火灾", S),
    ("开展消防演练和火灾演练", "火灾", S),
    ("去年发生火灾", "火灾", S),
    ("燃气泄漏报警器多少钱", "燃气泄漏", S),
]


# No ids= here: pytest escapes such ids anew whenever a process collects again, and mutmut then loses the test.
@pytest.mark.parametrize(("sentence", "word", "reading"), SENTENCES)
def test_a_keyword_is_read_as_the_sentence_means_it(sentence: str, word: str, reading: Reading) -> None:
    start = sentence.rindex(word)
    assert read(sentence, start, start + len(word)) is reading


def test_half_of_the_sentences_are_traps() -> None:
    denied = sum(reading is N for _, _, reading in SENTENCES)
    assert len(SENTENCES) - denied >= denied >= 20


@pytest.mark.parametrize("sentence", ["有没有噪音", "是否有噪音", "如果有噪音", "去年的噪音", "噪音吗"])
def test_for_a_topic_a_question_is_as_good_as_a_statement(sentence: str) -> None:
    start = sentence.find("噪音")
    assert read(sentence, start, start + 2, supposing=False) is A


@pytest.mark.parametrize("filler", ["不", "没有", "、", "没有A、", "如果", "的" * 3, "\n", "\ud800", "😀"])
def test_only_a_bounded_stretch_is_looked_at(filler: str) -> None:
    far = "没有" + "好" * 50 + filler + "着火"
    near = "好" * 50 + filler + "着火"
    assert read(far, len(far) - 2, len(far)) is read(near, len(near) - 2, len(near))
