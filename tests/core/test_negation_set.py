"""Two hundred sentences of our own about denial, half of them traps: none of the traps is read the wrong way.

All are made up.  In a trap a negator's character stands near the keyword and denies nothing, or nothing stands there
and the keyword is denied all the same.
"""

from __future__ import annotations

import pytest

from hotline12345.core.classify.negation import Reading, read

from .test_negation import SENTENCES as EARLIER

A, N, S = Reading.ASSERTED, Reading.NEGATED, Reading.SUPPOSED

# (sentence, keyword, how it is meant); the keyword's last occurrence is read.
PLAIN = [
    ("今天没有停电", "停电", N),
    ("本周没有停气", "停气", N),
    ("我没有投诉", "投诉", N),
    ("我们不举报", "举报", N),
    ("现场未发现漏电", "漏电", N),
    ("楼里没有起火", "起火", N),
    ("并未发生爆炸", "爆炸", N),
    ("没人被困", "被困", N),
    ("井盖没有破损", "破损", N),
    ("尚未造成伤亡", "伤亡", N),
    ("不是诈骗", "诈骗", N),
    ("并不是欠薪", "欠薪", N),
    ("从未拖欠", "拖欠", N),
    ("毫无异味", "异味", N),
    ("没有任何噪音", "噪音", N),
    ("没听到噪音", "噪音", N),
    ("无人溺水", "溺水", N),
    ("没有人中毒", "中毒", N),
    ("水没有发黄", "发黄", N),
    ("不算违建", "违建", N),
    ("称不上扰民", "扰民", N),
    ("算不上优秀", "优秀", N),
    ("难以满意", "满意", N),
    ("不那么满意", "满意", N),
    ("没有感到满意", "满意", N),
    ("不会再停水", "停水", N),
    ("着火已扑灭", "着火", N),
    ("漏气已经处理", "漏气", N),
    ("积水已排除", "积水", N),
    ("坍塌不属实", "坍塌", N),
    ("爆炸是谣言", "爆炸", N),
    ("污染的情况不存在", "污染", N),
    ("没有塌方和积水", "积水", N),
    ("没有塌方、积水", "积水", N),
    ("没有异味或噪音", "噪音", N),
    ("不想投诉", "投诉", N),
    ("不打算举报", "举报", N),
    ("不需要赔偿", "赔偿", N),
    ("是否漏电", "漏电", S),
    ("有没有停电", "停电", S),
    ("会不会坍塌", "坍塌", S),
    ("如果停电怎么办", "停电", S),
    ("万一漏电谁管", "漏电", S),
    ("担心坍塌", "坍塌", S),
    ("防止溺水", "溺水", S),
    ("避免踩踏", "踩踏", S),
    ("停电了吗", "停电", S),
    ("存在坍塌风险", "坍塌", S),
    ("去年停电", "停电", S),
    ("开展防溺水宣传和溺水演练", "溺水", S),
    ("漏电报警器坏了", "漏电", S),
]
TRAPS = [
    ("不停地漏水", "漏水", A),
    ("不仅停电还停水", "停水", A),
    ("无缘无故停电", "停电", A),
    ("不料起火", "起火", A),
    ("不久又停电", "停电", A),
    ("没完没了停电", "停电", A),
    ("不法商贩诈骗", "诈骗", A),
    ("无良老板欠薪", "欠薪", A),
    ("不通知就停电", "停电", A),
    ("不打招呼停水", "停水", A),
    ("没有赔偿我就要投诉", "投诉", A),
    ("没人管，漏电了", "漏电", A),
    ("没有围挡。有人溺水", "溺水", A),
    ("没有修复漏水", "漏水", A),
    ("未解决欠薪", "欠薪", A),
    ("不处理噪音", "噪音", A),
    ("不整改污染", "污染", A),
    ("没有制止扰民", "扰民", A),
    ("没人制止斗殴", "斗殴", A),
    ("拒不处理扰民", "扰民", A),
    ("不得已投诉", "投诉", A),
    ("不得不举报", "举报", A),
    ("不能不管漏电", "漏电", A),
    ("没有一天不停电", "停电", A),
    ("不是不投诉", "投诉", A),
    ("不可能不满意", "满意", A),
    ("没有不满意的", "满意", A),
    ("不是停电就是停水", "停水", A),
    ("不是一般的扰民", "扰民", A),
    ("不过还是停电", "停电", A),
    ("没过几天又停电", "停电", A),
    ("没到冬天就停气", "停气", A),
    ("不到三天坍塌", "坍塌", A),
    ("别处也停电", "停电", A),
    ("特别扰民", "扰民", A),
    ("个别商户扰民", "扰民", A),
    ("未成年人溺水", "溺水", A),
    ("非法经营导致中毒", "中毒", A),
    ("无证施工造成坍塌", "坍塌", A),
    ("无人机坠落伤人", "伤人", A),
    ("不明气体泄漏", "泄漏", A),
    ("不合格食品中毒", "中毒", A),
    ("不规范操作引起爆炸", "爆炸", A),
    ("未经许可停水", "停水", A),
    ("未按时供电导致停电", "停电", A),
    ("对不起，停电了", "停电", A),
    ("差不多天天停电", "停电", A),
    ("好不容易修好又漏水", "漏水", A),
    ("忍不住投诉", "投诉", A),
    ("禁不住漏水", "漏水", A),
    ("无数次停电", "停电", A),
    ("不少业主投诉", "投诉", A),
    ("不断有人溺水", "溺水", A),
    ("没日没夜扰民", "扰民", A),
    ("不分昼夜噪音", "噪音", A),
    ("不顾规定扰民", "扰民", A),
    ("没想到停电", "停电", A),
    ("不知道为什么停电", "停电", A),
    ("没有电梯，起火了", "起火", A),
    ("没有答复，但还在漏水", "漏水", A),
    ("不是演习，是真的起火", "起火", A),
    ("并非误报而是漏气", "漏气", A),
    ("物业不作为，电梯困人", "困人", A),
    ("非要投诉", "投诉", A),
    ("非得举报", "举报", A),
    ("莫名其妙停电", "停电", A),
]
ALL = [*PLAIN, *TRAPS]


@pytest.mark.parametrize(("sentence", "word", "reading"), ALL, ids=[each[0] for each in ALL])
def test_a_sentence_is_read_as_it_is_meant(sentence: str, word: str, reading: Reading) -> None:
    start = sentence.rindex(word)
    assert read(sentence, start, start + len(word)) is reading


def test_there_are_two_hundred_and_half_of_them_are_traps() -> None:
    sentences = {each[0] for each in (*EARLIER, *ALL)}
    assert len(sentences) >= 200
    asserted = sum(reading is A for _, _, reading in (*EARLIER, *ALL))
    assert asserted >= 100
