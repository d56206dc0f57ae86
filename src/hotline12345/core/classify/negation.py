"""What the words around a keyword do to it (否定与语气): assert it, deny it, or only suppose it.

我不满意 is not satisfied, 不存在燃气泄漏 is no emergency, 是否着火 asks and does not say so.

* A negator counts where nothing but *transparent* words stand between it and the keyword: 没有**发现**燃气泄漏,
  不**太**满意.  Any other word breaks the tie: 不合格电器爆炸, 没有及时处理燃气泄漏 (the explosion and the leak are
  real).  So 不仅、不断、不顾、无论、未必 need no list of their own: what follows the negator is not transparent.
* Two negators cancel: 没有不满意, 不得不投诉, 不能不重视.
* 没有A、B and 没有A和B deny both; a clause ends at ，。！？；： and denial with it; 而是、但、导致 … turn it back.
* 有没有A, 是否A, A不A, A了吗 ask; 如果A, 防止A, 去年A, A隐患, A演练 speak of A without saying that it is so.
* What is over is denied: A已修好, A老人找到了, unless it is over again (修好了又漏) or only said to be (谎称A已修好).
* A rhetorical question says the contrary: 难道不是A吗, 这不是A是什么, 谁说没有A, 不A才怪; 差点A and 谣传A suppose.

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
_AFTER = 20
_ITEM = 8  # characters an item of a denied list may have: 没有人员伤亡和财产损失

_STRONG = """不存在 并不存在 并不是 并非 不是 没有 没有了 没能 没了 未能 未曾 从未 尚未 毫无 绝无 并无 杜绝 严禁 禁止
不是来"""
_WEAK = """
没法 无法 难以 谈不上 说不上 称不上 算不上 怎么可能 怎么会 怎么能 怎能 怎会 岂能 哪能 哪里会 如何能 谈何 何谈 何来
谁会 谁能
谁说 谁敢说 谁能说 谈不上多 算不上多 哪有 哪里是 很难 怎么让 怎么叫 叫人怎么 让人怎么
怎么能说 怎能说 岂能说 不能说 已排除 已经排除 排除了
请勿 切勿 别 非 不 没 未 无 勿 莫
"""
_CLEAR = """
人员 个人 任何 什么 明显 发现 出现 发生 存在 造成 导致 引起 引发 受到 遭受 遭到 看到 闻到 听到 感到 感觉 觉得
十分 特别 非常 真正 真的 完全 那么 这么 怎么 至于 可能 愿意 打算 准备 需要 必要 想要 曾经 我们 群众 大家 居民 业主 百姓
学生 孩子 老人 工人 乘客 村民 认为 属于 涉及 构成 听说 检测到 监测到 查到 像 啥 真
一个 一次 一点 一丝 一起 一处 一天 一人 一名 一位 一户 一家 一例 一项 一件 一条 一晚 一夜 一回 哪天 哪次 哪个 哪家 哪户
谁 哪一天 哪一次 哪一个 哪一家 半点 丝毫 这种 这个 这样 那种 那个 那样 类似 相关 所谓 具体 严重 重大 其他 其它
是 能 会 够 肯 愿 想 敢 再 要 用 让 令 使 得 到 大 太 很 甚 算 曾 应 该 有 过 人 的 地 我 你 您 他 她 它 们 也 都
“ ” " ' ‘ ’ 《 》 「 」 『 』 ( ) （ ）
"""


def _any(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


_STOPS = re.compile(r".*[。！？；，：…!?;,:\n\r]", re.DOTALL).match  # to the last one
_TOKEN = re.compile(
    # words that hold a negator's character and deny nothing of what follows
    r"(?P<idiom>不过|不到|不了|不得了|不得已|不严重|不明显|不止|难道.{0,8}?(?:不是?|没有?|未)|岂[不非]是?|才能不|从来?没有?(?:这么|这样|如此)|(?:不要|[别勿])再(?!发生|出现|有)|没过|没到|没完没了|没完|无人机|了不起|对不起|要不是|"
    r"[特区级分个性差告识辨派鉴道]别|别[人的处墅样具名称]|是非|非[法要得让常])"
    # a new half of the sentence: 不是停水而是漏气, 没人管导致着火
    r"|(?P<turn>而是|但是|但|却|可是|然而|反而|就是|只是|所以|因此|因为|由于|结果|仍然?|依然|依旧|还[在是]|就|才|又"
    r"|(?<![没未不无有会])(?:导致|造成|引发|引起))"
    # the object of these stays real however often nobody does them: 没有处理燃气泄漏; 燃气泄漏 that was 排除了 does not
    r"|(?P<verb>(?!排除了)解决|处理|处置|整治|整改|维修|抢修|检修|修复|修好|修理|停止|治理|消除|排除|清理|缓解|控制|重视|查处|取缔|"
    r"阻止|制止|避免|防止|防范|理会|管理|回应|答复|关注|及时|立即|马上|知道|想到|料到|告诉|告知|通知|提醒|上报|报告|沟通|联系|协商)"
    rf"|(?P<strong>{_any(_STRONG)})|(?P<no>{_any(_WEAK)}|零\Z)|(?P<clear>{_any(_CLEAR)}|\s)"
    r"|(?P<list>、|和|或者|或|以及|及|与)"
    r"|(?P<other>.)",
    re.DOTALL,
)

_ASKED = re.compile(
    "有没有|有无|是不是|是否|会不会|能不能|可不可以|要不要|该不该|算不算|[能可会有应]否|[如怎]何才能|怎样才能|怎么才能"
)
_SUPPOSING = re.compile(
    "如果|假[如设使]|倘若|要是|若是|若(?![干无])|万一|一旦|哪怕|即使|即便|(?:防止|防范|预防|避免)(?!不了)|以免|免得|以防|谨防|严防|"
    "差一?点|险些|就算(?!了)|未必|不一定|不见得|(?<!不)[小当]心|谣传|网传|传言|误[传报](?!而)|[误还]以为|以为是|"
    "担心|害怕|生怕|唯恐|怕(?!是)|容易|极易|易(?=发生|引发|引起|造成|导致)|"
    "(?:可能|会|将|足以|恐)(?=发生|引发|引起|造成|导致|出现|酿成)|"
    "[去前]年|上个?月|上个?周|上个?星期|上次|曾经|曾(?!孙)|以前|之前|当年|当时|年前|历史上|[0-9０-９]{4}年|"
    "宣传|演练|演习|模拟|讲座|培训|新闻"
)
_PRESENT = re.compile("现在|目前|今天|今晚|今早|刚才|刚刚|正在|[又仍还]|已经|至今|一直|发现|出现")
_DENIED_AFTER = re.compile(
    r"(?:的|了)?(?:问题|情况|现象|一事|事件|[老家]人|小孩|[女男]孩|孩子|儿童|学生|人员|群众|居民|业主|乘客|者)?"
    r"(?:并|根本|早|都|也|目前|物业|均|全部|系|纯属|当[天晚]|很快|及时|就|现?已经|现?已)*"
    r"(?:不存在|不属实|不成立|不是事实|没有发生|未发生|没发生|查无实据|毫?无关(?=[。！，；,]|\Z)"
    r"|(?:倒|(?:一[个名次人])?[都也])没有(?=[。！，；,]|\Z)|被?扑灭|灭了|熄灭|被?排除(?!不)|[获被]救(?!护)|脱困|脱险"
    r"|(?:(?:(?<=已)|(?<=已经))(?:被|全部|安全|及时)*(?:处理|解决|修复|修好|控制|恢复|救出|找到|找回|结清|补发|发放|退去)"
    r"|(?:解决|修复|修好|恢复|救出|找到|找回|结清|补发|发放|退)了)(?!.{0,8}[又没吗再]))"
    r"|(?:纯属|系|属|是)一?[场个起]?(?:谣|假的|假[消新警]|误[报会传]|虚惊|不实|子虚)|(?:纯属)?子虚|不了|不起来|才怪",
    re.DOTALL,
).match
_TURNED = re.compile(
    "了?(?:[才就]怪|不[行可]|就是|[又还]?能?是(?:什么|啥)|([吗吧]))"
).match  # 不漏水才怪, 这不是扰民是什么
_RHETORIC = re.compile("难道.{0,8}[不没未]|[这那]不|岂[不非]").search
_CLAIMED = re.compile("谎|骗|声称|号称|假装|[没未不]把").search  # 谎称漏水已修好
_SUPPOSED_AFTER = re.compile(
    r"[了到过的]?(?:吗|没有?(?:[?？。！，,]|\Z)|与否|[不否](?:[?？]|\Z))"
    r"|(?:的可能|的危险|(?:的|等|事故|安全)*(?:隐患|风险|演练|演习|预案|应急|报警[器装设系]|警报器|探测器|保险|险种|防范|预防|防控|"
    r"检测|监测|排查|检查|宣传|教育|知识|意识|原因|调查|责任|赔偿|认定|鉴定|谣言|传言|传闻))"
).match
# Characters one of which every denial, question or supposition before a keyword has, or begins with right after it.
# Where none stands near, nothing else need be looked at: that is what keeps a hit cheap.
_CUES = "不没未无别非勿莫难怎岂哪何绝禁谁零除很让叫"  # 请尽快 is no 请勿: of longer negators the telling character
_HINTS = (
    "有是会能可要该应如怎假倘若万一哪即防预避以免谨担害生唯恐怕容极易将足去前上曾之当年历宣演模讲培新严差险就必定见小谣网传误"
    ""
)
_DENIED_TAIL = (
    "的了问情现一并根早都也已目不没未被扑灭熄排是才事老家小女男孩儿学人群居乘者物均全系纯属查毫无倒获脱解"
    "修恢救找结退子业当就及很"
)
_SUPPOSED_TAIL = "了到过的吗没与不否等事安隐风演预应报警探保险防检监排宣教知意原调责赔认鉴谣传"

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
        if head[-1:] in ("不", "没") and (head[-2:-1] == body[start] or head[:-1].endswith(body[start:end])):
            return SUPPOSED if supposing else ASSERTED  # 满不满意, 停电不停电
        asked = 0
        for found in _ASKED.finditer(head):
            asked = found.end()
        if _denies(head[asked:]):
            turned = _TURNED(body, end, end + _AFTER)
            if not turned:
                return NEGATED
            return SUPPOSED if supposing and turned[1] and not _RHETORIC(head) else ASSERTED
    if body[end : end + 1] in _TAIL:
        head = head or _clause(body, begin, start)
        if _DENIED_AFTER(body, end, end + _AFTER) and not _CLAIMED(head):
            return NEGATED
        if supposing and _SUPPOSED_AFTER(body, end, end + _AFTER) and not _RHETORIC(head):
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
