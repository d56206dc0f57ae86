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
