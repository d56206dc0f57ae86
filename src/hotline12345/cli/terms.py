"""What is called what in Chinese (用语): the commands on an order in a line each, and words people type for codes."""

from __future__ import annotations

from ..core.commands import COMMAND_ZH
from ..core.errors import RequestError
from . import lang_now

LINES: dict[str, str] = {
    "accept": "归类并核对受理范围；--disposition handle 只提示转出、不予受理，不照办",
    "adjudicate": "uphold 退单成立，reassign 改派 --unit，designate 指定 --unit（不得再退），backstop 属地兜底",
    "answer": "当场答复，不派单",
    "apply-statute": "从其规定：--code 用政策包所列的法定时限，或写 --limit 和 --basis",
    "archive": "用于已终结的工单",
    "assist": "请 --unit 协办，或抄送给它",
    "ask-termination": "主办单位书面提请，--note 写明情况",
    "close": "不再办理，终结工单",
    "conclude": "agreed 写明主办 --unit 和协办 --assist 并派单，或 undecided 未达成一致",
    "connect": "接到办事窗口、专家座席或三方通话；--answered 即当场答复",
    "consult": "派单前请 --units 各单位会商由谁承办，单位之间用逗号隔开",
    "decide-termination": "热线审核承办单位的终止申请",
    "contact": "主办单位先行联系诉求人；未联系上写 --no-reached --reason",
    "decline": "写明理由代码，告知可走的途径",
    "defer": "到明确的解决日期",
    "dispatch": "不写 --unit 则按派单目录；由承办单位执行即下派",
    "divide": "拆出一个事项另立工单，群众时限照旧；写明 --category、--text 等",
    "extend": "承办单位要求延长",
    "follow-up": "是否接通、是否解决、是否满意",
    "flag": "认定 --trigger 所写的督办情形，由阶梯启动相应一级",
    "grant-extension": "准予或不准予延期",
    "judge": "回访不满意的，由人认定合理或不合理（--no-reasonable 须写理由）",
    "merge": "并入另一张工单",
    "rate": "诉求人自行评价；差评按规定限时联系",
    "recall": "退回待派单",
    "recount": "按此刻所知的放假安排重算在走的期限，--source 写明通知文号",
    "reclassify": "更正类型、类别、紧急程度或区划",
    "refer": "转到紧急热线、法定途径、信访或其他渠道",
    "reopen": "不写 --unit 则退给上次的主办单位",
    "resume": "提前恢复计时",
    "reply": "承办单位办完：--text 内部办理情况，--public 对外答复",
    "report": "主办或协办单位报告办到哪一步，超期的说明原因",
    "review": "答复通过，或退回重新办理",
    "send-back": "承办单位写明理由代码",
    "sign": "承办单位收到",
    "supervise": "人工启动阶梯的一级",
    "supplement": "新的情况或材料",
    "suspend": "写明理由代码；政策包未允许则不可，到时自动恢复",
    "tell": "记录已向诉求人告知延期、法定时限等",
    "terminate": "写明理由代码和依据",
    "tick": "时间过去了：只记下到了时候的事",
    "adopt-edition": "写明新版本，照其 [transition] 改依；成批的用 pack adopt-edition",
    "urge": "催促持单单位",
    "void": "误登、重复登记等，作为无效",
    "withdraw": "诉求人撤回",
    "cease": "同一事实和理由已依法办结，写明 --earlier 和书面说明 --note",
    "clear": "公开答复可以对外，或 --no-passed 退回并写明理由代码",
    "curb": "按扰线处置步骤：不写 --step 则用到期的一步",
    "entrust": "写明 --person；不写则按政策包指定",
    "join": "并单时由热线执行，被并工单的诉求人列入回访",
    "offer": "与 110 等协商移交：taken 对方接收，declined 属本线，undecided 协商未定，先接到者受理",
}
"""Each command on an order, in a line."""

_LEVELS = {
    "非常满意": "very-satisfied",
    "满意": "satisfied",
    "基本满意": "fairly-satisfied",
    "一般": "neutral",
    "不满意": "dissatisfied",
    "非常不满意": "very-dissatisfied",
}

CODES: dict[str, dict[str, str]] = {
    "level": _LEVELS,
    "attitude": _LEVELS,
    "fact": {"属实": "true", "部分属实": "partly", "不属实": "untrue"},
    "claim": {"合理合法": "reasonable", "合理": "reasonable", "不合理": "unreasonable"},
    "result": {"实际解决": "solved", "解释说明": "explained"},
    "satisfied": _LEVELS,
    "outcome": {"接通": "reached", "无法接通": "unreachable", "拒绝回访": "refused", "有争议": "disputed"},
    "route": {"紧急": "emergency", "法定途径": "legal", "信访": "petition", "其他渠道": "channel"},
    "decision": {"退单成立": "uphold", "改派": "reassign", "指定": "designate"},
    "role": {"协办": "assist", "抄送": "copy"},
}
"""What people call the codes of a field."""


def command_called(word: str) -> str:
    """Return the name of the command that *word* is in Chinese (签收 → sign); any other word as it stands."""
    return next((name for name, zh in COMMAND_ZH.items() if zh == word), word)


def both(name: str) -> str:
    """Return a command as a list shows it: ``签收 sign``, in English ``sign``."""
    return name if lang_now() == "en" else f"{COMMAND_ZH[name]} {name}"


def code_of(field: str, word: str) -> str:
    """Return the code that *word* is called in Chinese (满意 → satisfied); what is a code already as it stands.

    Raises:
        RequestError: ``bad-code``: a Chinese word that the field does not know.
    """
    known = CODES.get(field)
    if known is None or word.isascii():
        return word
    if word.strip() not in known:
        raise RequestError(
            f"--{field} 没有「{word}」",
            f"--{field} cannot be {word!r}",
            code="bad-code",
            hint="可以写：" + "、".join(f"{zh} {code}" for zh, code in known.items()),
            hint_en="there are: " + ", ".join(known.values()),
        )
    return known[word.strip()]


FIELD_HELP = {
    "unit": "单位代码 · code of a unit",
    "area": "区划代码 · division code",
    "assignment": "承办编号，如 A1 · assignment, such as A1",
    "reason": "理由代码（小写字母、数字、连字符） · reason code (a-z, 0-9, -)",
    "note": "说明文字，存入隐私部分 · words, kept with the private records",
    "text": "内容，存入隐私部分 · words, kept with the private records",
    "title": "标题，默认用收件时的 · title, by default as received",
    "public": "对外答复，存入隐私部分 · the public answer, kept with the private records",
    "contacted": "是否联系诉求人 · whether the requester was reached",
    "contacted_at": "联系时间 · when",
    "not_contacted": "未联系原因代码 · why not, a code",
    "visited": "是否现场查看 · whether somebody went to look",
    "fact": "事实认定：属实 true、部分属实 partly、不属实 untrue · whether it proved true",
    "fact_note": "事实认定说明，存入隐私部分 · words on it, kept with the private records",
    "claim": "诉求认定：合理合法 reasonable、不合理 unreasonable · whether the claim is due",
    "claim_note": "诉求认定说明，存入隐私部分 · words on it, kept with the private records",
    "attachments": "附件的名称或存放处，存入隐私部分 · what is enclosed, kept with the private records",
    "result": "处理结果：实际解决 solved、解释说明 explained · what came of it",
    "solved": "是否解决 · solved or not",
    "passed": "审核是否通过 · whether the reply passes",
    "granted": "是否准予 · granted or not",
    "answered": "是否已答复 · whether that answered it",
    "outcome": "回访结果：接通 reached、无法接通 unreachable、拒绝回访 refused、有争议 disputed · outcome",
    "satisfied": "满意度：非常满意 very-satisfied、满意、基本满意、不满意、非常不满意 · level of satisfaction",
    "attitude": "对态度的满意度，分别评价时写 · satisfaction with the manner, where asked apart",
    "level": "评价档次 · level of the rating",
    "reasonable": "不满意是否合理 · whether the dissatisfaction is reasonable",
    "amount": "延长多久，如 5wd · how much longer, such as 5wd",
    "until": "到何时，如 2026-12-01；挂账的，当日算在内 · until when; a deferral takes in the day named",
    "trigger": "督办情形，如 repeats、unsolved、refused、kb-stale、problem、negative-impact · ground for supervision",
    "count": "第几次（repeats） · how many times (repeats)",
    "rung": "督办阶梯的一级 · rung of the ladder",
    "into": "并入的工单编号 · the order to merge into",
    "kind": "诉求类型 · kind",
    "category": "类别 · category path",
    "urgency": "紧急程度 · normal, urgent or emergency",
    "disposition": "auto 或 handle · auto or handle",
    "how": "方式 · how",
    "reached": "是否联系上 · reached or not",
    "what": "告知哪一项：statute extended deferred suspended，默认全部 · what, by default all",
    "code": "代码，如政策包所列法定时限的代码 · code, such as a statute the pack lists",
    "limit": "法定时限，如 60wd · the statutory limit, such as 60wd",
    "extension": "该法允许延长多久 · how much longer that law allows",
    "to": "转往何处 · where to",
    "route": "转出途径：emergency legal petition channel · route",
    "basis": "依据 · basis",
    "told": "告知的内容（不含个人信息） · what was told (nothing private)",
    "decision": "裁定：退单成立 uphold、改派 reassign、指定 designate、属地兜底 backstop · decision",
    "designate": "指定承办，不得再退 · designated, may not send it back",
    "override": "确需派给乡镇（街道）的理由代码 · code of the reason why a town must have it",
    "units": "单位代码，用逗号隔开 · codes of units, apart by commas",
    "assist": "协办单位代码，用逗号隔开 · codes of the units that assist, apart by commas",
    "role": "assist 或 copy · assist or copy",
    "source": "知识库条目及版本，如 K000012@3 · the article and its version",
    "first": "谁先接到：本线 here、对方 there · who received it first",
    "step": "扰线处置步骤 · step against disruption",
    "person": "人员编号（不含姓名） · an opaque id",
    "earlier": "已办结的原工单 · the earlier order",
    "edition": "改依的版本 · the edition to go over to",
    "caller": "并入工单的编号，回访其诉求人 · a merged order, whose requester was called",
    "facts": "补充了哪些要素，逗号分隔：name contact time place cause course · elements added",
    "new_fact": "有新的事实或理由 · a new fact or reason",
}
"""What each field of a command is, as the option it makes tells it (命令各字段的说明)."""
