"""What someone wants (命令): imperatives, frozen; may be refused.

Fields marked private (text, note, public …) are citizens' or officials' free words: the Hotline keeps
them in a private record and the event refers to it.  ``reason`` is a short code, so that an event can
hold it; free words belong in ``note``.
"""

from __future__ import annotations

import re

from attrs import fields

from .acceptance import Cease, Clear, Curb, Entrust, Join, Offer
from .base import PRIVATE, Command
from .clocks import (
    ApplyStatute,
    Defer,
    Extend,
    Flag,
    GrantExtension,
    Recount,
    Resume,
    Supervise,
    Suspend,
    Tell,
    Tick,
    Urge,
)
from .editions import AdoptEdition
from .ending import Archive, AskTermination, Close, DecideTermination, Terminate, Void, Withdraw
from .handling import Contact, FollowUp, Judge, Rate, Reopen, Reply, Report, Review, Sign
from .intake import Accept, Answer, Connect, Decline, Merge, Receive, Refer, Similar, Supplement
from .routing import Adjudicate, Assist, Conclude, Consult, Dispatch, Divide, Recall, Reclassify, SendBack

__all__ = [
    "COMMANDS",
    "COMMAND_ZH",
    "PRIVATE",
    "PRIVATE_FIELDS",
    "Accept",
    "Adjudicate",
    "AdoptEdition",
    "Answer",
    "ApplyStatute",
    "Archive",
    "AskTermination",
    "Assist",
    "Cease",
    "Clear",
    "Close",
    "Command",
    "Conclude",
    "Connect",
    "Consult",
    "Contact",
    "Curb",
    "DecideTermination",
    "Decline",
    "Defer",
    "Dispatch",
    "Divide",
    "Entrust",
    "Extend",
    "Flag",
    "FollowUp",
    "GrantExtension",
    "Join",
    "Judge",
    "Merge",
    "Offer",
    "Rate",
    "Recall",
    "Receive",
    "Reclassify",
    "Recount",
    "Refer",
    "Reopen",
    "Reply",
    "Report",
    "Resume",
    "Review",
    "SendBack",
    "Sign",
    "Similar",
    "Supervise",
    "Supplement",
    "Suspend",
    "Tell",
    "Terminate",
    "Tick",
    "Urge",
    "Void",
    "Withdraw",
    "command_name",
]


def command_name(command: type[Command]) -> str:
    """Return the name the CLI uses: ``SendBack`` → ``send-back``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", command.__name__).lower()


COMMANDS: dict[str, type[Command]] = {command_name(cls): cls for cls in Command.__subclasses__()}
"""Every command by its CLI name."""

COMMAND_ZH: dict[str, str] = {
    "receive": "收件",
    "accept": "受理",
    "answer": "直接答复",
    "connect": "转接",
    "refer": "转出",
    "decline": "不予受理",
    "merge": "并单",
    "join": "并入",
    "offer": "移交协商",
    "curb": "扰线处置",
    "entrust": "指定专人",
    "cease": "停止办理",
    "clear": "公开审查",
    "dispatch": "派单",
    "assist": "加派协办",
    "sign": "签收",
    "contact": "先行联系",
    "send-back": "退单",
    "adjudicate": "争议裁定",
    "consult": "会商",
    "conclude": "会商结论",
    "divide": "拆单",
    "report": "阶段报告",
    "recall": "撤回派单",
    "reclassify": "重新归类",
    "reply": "答复",
    "review": "审核",
    "follow-up": "回访",
    "judge": "不满意认定",
    "rate": "好差评",
    "reopen": "重办",
    "extend": "申请延期",
    "grant-extension": "延期审批",
    "defer": "挂账",
    "suspend": "中止计时",
    "resume": "恢复计时",
    "apply-statute": "适用法定时限",
    "tell": "告知",
    "urge": "催办",
    "supervise": "督办",
    "flag": "认定督办情形",
    "supplement": "补充",
    "withdraw": "撤诉",
    "terminate": "终止办理",
    "ask-termination": "申请终止办理",
    "decide-termination": "终止办理审核",
    "void": "作废",
    "close": "办结",
    "archive": "归档",
    "adopt-edition": "改依新版本",
    "tick": "时钟",
    "recount": "重算期限",
}
"""What each command is called in Chinese (命令名称)."""

PRIVATE_FIELDS: dict[type[Command], tuple[str, ...]] = {
    cls: tuple(a.name for a in fields(cls) if a.metadata.get("private") and cls is not Accept)
    for cls in COMMANDS.values()
}
"""The private fields of each command; Accept's text comes *from* a private record and is not kept again."""
