"""What the words around a keyword do to it (否定与语气): assert it, deny it, or only suppose it.

我不满意 is not satisfied, 不存在燃气泄漏 is no emergency, 是否着火 asks and does not say so.

* A negator counts where nothing but *transparent* words stand between it and the keyword: 没有**发现**燃气泄漏,
  不**太**满意.  Any other word breaks the tie: 不合格电器爆炸, 没有及时处理燃气泄漏 (the explosion and the leak are
  real).  So 不仅、不断、不顾、无论、未必 need no list of their own: what follows the negator is not transparent.
* Two negators cancel: 没有不满意, 不得不投诉, 不能不重视.
* 没有A、B and 没有A和B deny both; a clause ends at ，。！？；： and denial with it; 而是、但、导致 … turn it back.
* 有没有A, 是否A, A不A, A了吗 ask; 如果A, 防止A, 去年A, A隐患, A演练 speak of A without saying that it is so.

Everything looks at a bounded stretch around the keyword, so the cost of a hit never grows with the text.
"""

from __future__ import annotations

import re
from enum import IntEnum


class Reading(IntEnum):
    """How a keyword is meant where it stands (语气)."""

    ASSERTED = 0  # 肯定
    NEGATED = 1  # 否定
    SUPPOSED = 2  # 疑问、假设、预防、往事: spoken of, not said to be so


ASSERTED, NEGATED, SUPPOSED = Reading

BEFORE = 20  # characters looked at before a keyword: a clause of speech is seldom longer
_AFTER = 12
_ITEM = 8  # characters an item of a denied list may have: 没有人员伤亡和财产损失

_STRONG = """不存在 并不存在 并不是 并非 不是 没有 没有了 没能 没了 未能 未曾 从未 尚未 毫无 绝无 并无 杜绝 严禁 禁止"""
_WEAK = """
没法 无法 难以 谈不上 说不上 称不上 算不上 怎么可能 怎么会 怎么能 怎能 怎会 岂能 哪能 哪里会 如何能 谈何 何谈 何来
请勿 切勿 别 非 不 没 未 无 勿 莫
"""
_CLEAR = """
人员 个人 任何 什么 明显 发现 出现 发生 存在 造成 导致 引起 引发 受到 遭受 遭到 看到 闻到 听到 感到 感觉 觉得
十分 特别 非常 真正 真的 完全 那么 这么 怎么 至于 可能 愿意 打算 准备 需要 必要 想要 曾经 我们 群众 大家 居民 业主 百姓
一个 一次 一点 一丝 一起 一处 一天 半点 丝毫 这种 这个 这样 那种 那个 那样 类似 相关 所谓 具体 严重 重大 其他 其它
是 能 会 够 肯 愿 想 敢 再 要 用 让 令 使 得 到 大 太 很 甚 算 曾 应 该 有 过 人 的 地 我 你 您 他 她 它 们 也 都
“ ” " ' ‘ ’ 《 》 「 」 『 』 ( ) （ ）
"""


def _any(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_STOPS = re.compile(r".*[。！？；，：…!?;,:\n\r]", re.DOTALL).match  # to the last one
_TOKEN = re.compile(
    # words that hold a negator's character and deny nothing of what follows
    r"(?P<idiom>不过|不到|不了|不得了|不得已|不严重|不明显|不止|没过|没到|没完没了|没完|无人机|了不起|对不起|要不是|"
    r"[特区级分个性差告识辨派鉴道]别|别[人的处墅样具名称]|是非|非[法要得让常])"
    # a new half of the sentence: 不是停水而是漏气, 没人管导致着火
    r"|(?P<turn>而是|但是|但|却|可是|然而|反而|就是|只是|所以|因此|因为|由于|结果|仍然?|依然|依旧|还[在是]|就|才|又"
    r"|(?<![没未不无有会])(?:导致|造成|引发|引起))"
    # the object of these stays real however often nobody does them: 没有处理燃气泄漏
    r"|(?P<verb>解决|处理|处置|整治|整改|维修|抢修|检修|修复|修好|修理|停止|治理|消除|排除|清理|缓解|控制|重视|查处|取缔|"
    r"阻止|制止|避免|防止|防范|理会|管理|回应|答复|关注|及时|立即|马上|知道|想到|料到|告诉|告知|通知|提醒|上报|报告|沟通|联系|协商)"
    rf"|(?P<strong>{_any(_STRONG)})|(?P<no>{_any(_WEAK)})|(?P<clear>{_any(_CLEAR)}|\s)"
    r"|(?P<list>、|和|或者|或|以及|及|与)"
    r"|(?P<other>.)",
    re.DOTALL,
)

_ASKED = re.compile(
    "有没有|有无|是不是|是否|会不会|能不能|可不可以|要不要|该不该|算不算|[能可会有应]否|[如怎]何才能|怎样才能|怎么才能"
)
_SUPPOSING = re.compile(
    "如果|假[如设使]|倘若|要是|若是|若(?![干无])|万一|一旦|哪怕|即使|即便|防止|防范|预防|避免|以免|免得|以防|谨防|严防|"
    "担心|害怕|生怕|唯恐|怕(?!是)|容易|极易|易(?=发生|引发|引起|造成|导致)|"
    "(?:可能|会|将|足以|恐)(?=发生|引发|引起|造成|导致|出现|酿成)|"
    "[去前]年|上个?月|上个?周|上个?星期|上次|曾经|曾(?!孙)|以前|之前|当年|当时|年前|历史上|[0-9０-９]{4}年|"
    "宣传|演练|演习|模拟|讲座|培训|新闻"
)
_PRESENT = re.compile("现在|目前|今天|今晚|今早|刚才|刚刚|正在|[又仍还]|已经|至今|一直|发现|出现")
_DENIED_AFTER = re.compile(
    r"(?:的|了)?(?:问题|情况|现象|一事)?(?:并|根本|早|都|也|现?已经|现?已|目前)*"
    r"(?:不存在|不属实|不是事实|没有发生|未发生|没发生|被?扑灭|灭了|熄灭|被?排除|(?:(?<=已)|(?<=已经))(?:处理|解决|修复|修好|控制))"
    r"|是(?:谣言|假的|误报|误会|虚惊)|不了|不起来|才怪"
).match
_SUPPOSED_AFTER = re.compile(
    r"[了到过的]?(?:吗|没有[?？]|与否|[不否][?？])"
    r"|(?:的可能|的危险|(?:的|等|事故|安全)*(?:隐患|风险|演练|演习|预案|应急|报警[器装设系]|警报器|探测器|保险|险种|防范|预防|防控|"
    r"检测|监测|排查|检查|宣传|教育|知识|意识|原因|调查|责任|赔偿|认定|鉴定))"
).match
# Characters one of which every denial, question or supposition before a keyword has, or begins with right after it.
# Where none stands near, nothing else need be looked at: that is what keeps a hit cheap.
_CUES = "不没未无别非勿莫难怎岂哪何绝禁"  # 请尽快 is no 请勿: of longer negators the telling character
_HINTS = "有是会能可要该应如怎假倘若万一哪即防预避以免谨担害生唯恐怕容极易将足去前上曾之当年历宣演模讲培新严"
_DENIED_TAIL = "的了问情现一并根早都也已目不没未被扑灭熄排是才"
_SUPPOSED_TAIL = "了到过的吗没与不否等事安隐风演预应报警探保险防检监排宣教知意原调责赔认鉴"

_MAY_DENY = re.compile(
    rf"[{_CUES}][{re.escape(''.join({*(_STRONG + _WEAK + _CLEAR)}))}\s]*(?:\Z|[^、和或及与]*[、和或及与])"
).search
_TAIL = frozenset(_DENIED_TAIL + _SUPPOSED_TAIL)
_HINT = re.compile(f"[{_HINTS}]").search

TELLING_CHARS = ("", _CUES + _DENIED_TAIL, _CUES + _HINTS + _DENIED_TAIL + _SUPPOSED_TAIL)
"""For rules that read nothing, for topics, for the rest: where none of these stands between ``start - BEFORE`` and
``end + 1``, :func:`read` has nothing to look at."""

TELLING = tuple(re.compile(f"[{chars or '不'}]").search for chars in TELLING_CHARS)


def read(body: str, start: int, end: int, supposing: bool = True) -> Reading:
    """Return how the keyword ``body[start:end]`` is meant (判断语气).

    Args:
        body: the whole text; only a bounded stretch around the keyword is looked at.
        start: where the keyword begins.
        end: where it ends.
        supposing: whether questions, conditions, precautions and the past matter too; they do for
            urgency, risk and kind, and do not for what a text is about.
    """
    begin = start - BEFORE if start > BEFORE else 0
    head = ""
    if _MAY_DENY(body, begin, start):
        head = _clause(body, begin, start)
        if head[-1:] in ("不", "没") and head[-2:-1] == body[start]:
            return SUPPOSED if supposing else ASSERTED  # 满不满意
        asked = 0
        for found in _ASKED.finditer(head):
            asked = found.end()
        if _denies(head[asked:]):
            return NEGATED
    if body[end : end + 1] in _TAIL:
        if _DENIED_AFTER(body, end, end + _AFTER):
            return NEGATED
        if supposing and _SUPPOSED_AFTER(body, end, end + _AFTER):
            return SUPPOSED
    if supposing:
        head = head or _clause(body, begin, start)
        if _HINT(head) and (_ASKED.search(head) or _supposes(head)):
            return SUPPOSED
    return ASSERTED


def _clause(body: str, begin: int, start: int) -> str:
    """Return what stands before *start* in its own clause, from *begin* at the earliest."""
    stops = _STOPS(body, begin, start)
    return body[stops.end() if stops else begin : start]


def _denies(head: str) -> bool:
    """Whether the end of *head* denies what follows: an odd number of negators with only transparent words after."""
    count = carry = since = 0  # negators in force; those an item of a list may inherit; characters since
    strong = listed = False
    for token in _TOKEN.finditer(head):
        sort, size = token.lastgroup, token.end() - token.start()
        if sort == "strong" or sort == "no":
            if listed or not count:
                count, strong, listed = 0, False, False
            count += 1
            strong = strong or sort == "strong" or token[0] in "无没未"
            carry = since = 0
        elif sort == "clear":
            since += size
        elif sort == "list":
            kept = (count or carry) if strong and 0 < since <= _ITEM else 0
            count = carry = kept
            since, listed = 0, True
        elif sort == "other":
            carry, count, since = count or carry, 0, since + size
        else:  # idiom, turn, verb
            count = carry = since = 0
    return count % 2 == 1


def _supposes(head: str) -> bool:
    """Whether *head* supposes what follows and nothing after the supposition brings it to the present."""
    ends = [found.end() for found in _SUPPOSING.finditer(head)]
    return bool(ends) and not _PRESENT.search(head, ends[-1])
