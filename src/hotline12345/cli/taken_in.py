"""How a request was taken in, in words (受理经过): the statements of its events and what was noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core import events as e
from .printing import half, say

if TYPE_CHECKING:
    from .story import Story

ELEMENT_ZH = {"name": "姓名", "contact": "联系方式", "time": "时间", "place": "地点", "cause": "起因", "course": "经过"}
"""What the elements of a record are called (要素)."""

_PREFIXES: dict[str, Callable[[str], tuple[str, str]]] = {
    "risk.": lambda rest: (f"风险：{rest}", f"risk: {rest}"),
    "scope.": lambda rest: (f"按受理范围 {rest} 应转", f"by the scope rule {rest} it would go to"),
    "lacks.": lambda rest: (f"缺{ELEMENT_ZH.get(rest, rest)}", f"lacks {rest}"),
    "type.": lambda rest: (f"受理类型 {rest}", f"accepted type {rest}"),
    "conduct.": lambda rest: (f"此前已对该诉求人处置：{rest}", f"taken against this requester before: {rest}"),
}
_NAMES = {
    "repeat": ("同一人另有诉求", "same requester"),
    "similar": ("相似工单", "similar order"),
    "follower-needed": ("须指定专人跟进", "somebody is to be entrusted with following it up"),
    "unknown-channel": ("渠道不在登记之列", "the channel is not on the list"),
    "new-fact": ("有新的事实或理由", "a new fact or reason"),
    "classifier.failed": ("归类器没有可用的回答", "the classifier gave no answer of use"),
    "classifier.emergency": ("归类器认为是紧急情况，请立即核实", "an emergency, says the classifier: look at once"),
    "classifier.differs": ("规则另判为", "the rules say"),
    "direct-answer": ("可以直接答复", "may be answered at once"),
}
_OUTCOMES = {
    "taken": ("对方接收", "taken"),
    "declined": ("对方认为属本线", "declined"),
    "undecided": ("协商未定", "undecided"),
}
_DECLINED = {"explain": ("解释说明", "explained"), "dissuade": ("劝阻", "dissuaded")}


def noticed(code: str) -> tuple[str, str]:
    """Return what a finding is called in both languages (提示)."""
    for prefix, name in _PREFIXES.items():
        if code.startswith(prefix):
            return name(code[len(prefix) :])
    return _NAMES.get(code, (code, code))


def declined(ev: e.Declined) -> str:
    """Return how a request was left undone (不予受理、解释说明、劝阻)."""
    return say(*_DECLINED.get(ev.how, ("不予受理", "declined")))


def _based(basis: str) -> str:
    return say(f"（依据：{half(basis)}）", f" (basis: {half(basis)})") if basis and basis != "library default" else ""


def _asked(s: Story, ev: e.SupplementAsked) -> str:
    zh = "、".join(ELEMENT_ZH.get(one, one) for one in ev.lacks)
    told = say(f"请诉求人补充：{zh}", f"asked for more: {', '.join(ev.lacks)}")
    return told + (say("，", ", ") + s.due(ev.until) if ev.until is not None else "")


def _offered(s: Story, ev: e.Offered) -> str:
    told = say(f"与 {ev.to} 协商移交：", f"offered to {ev.to}: ") + say(*_OUTCOMES.get(ev.outcome, (ev.outcome,) * 2))
    if ev.outcome == "undecided":
        here = ev.first == "here"
        told += say(
            f"，{'本线' if here else '对方'}先接到，先行受理", f", {'here' if here else 'there'} first, who accepts it"
        )
    return told + _based(ev.basis)


def _curbed(s: Story, ev: e.Curbed) -> str:
    told = say(f"扰线处置（第 {ev.count} 次）：{ev.step}", f"disruption, time {ev.count}: {ev.step}")
    return told + (say(f"，线索移交 {ev.to}", f", handed on to {ev.to}") if ev.to else "") + _based(ev.basis)


def _cleared(s: Story, ev: e.Cleared) -> str:
    if ev.passed:
        return say("公开答复通过信息安全审查", "the public reply is cleared") + _based(ev.basis)
    return say(f"公开答复退回，理由：{ev.reason}", f"the public reply is sent back, reason: {ev.reason}")


def _entrusted(s: Story, ev: e.Entrusted) -> str:
    return say(f"指定专人 {ev.person} 跟进", f"{ev.person} follows it up") + _based(ev.basis)


def _supplemented(s: Story, ev: e.Supplemented) -> str:
    facts = say("：" + "、".join(ELEMENT_ZH.get(one, one) for one in ev.facts), ": " + ", ".join(ev.facts))
    told = say("补充材料", "more was added") + (facts if ev.facts else "")
    return told + (say("，有新的事实或理由", ", with a new fact") if ev.new_fact else "")


def _adopted(s: Story, ev: e.EditionAdopted) -> str:
    over = "；".join(ev.parents)
    return say(f"改依版本 {ev.edition}（{over}）", f"goes on under edition {ev.edition} ({over})") + _based(ev.basis)


TELL: dict[type[e.Event], Callable[[Any, Any], str]] = {
    e.SupplementAsked: _asked,
    e.Supplemented: _supplemented,
    e.Offered: _offered,
    e.Curbed: _curbed,
    e.Entrusted: _entrusted,
    e.EditionAdopted: _adopted,
    e.Joined: lambda s, ev: say(f"并入 {'、'.join(ev.numbers)}，一并回访", f"joined by {', '.join(ev.numbers)}"),
    e.Ceased: lambda s, ev: (
        say(f"无理重复诉求，停止办理，原工单 {ev.earlier}", f"ceased: repeats {ev.earlier}") + _based(ev.basis)
    ),
    e.Cleared: _cleared,
}
"""How each event of taking in is told (受理事件的叙述)."""
