"""What was decided about the time of an order, in words (计时经过)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import MAXYEAR, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ..core import events as e
from .common import instant_of
from .printing import half, say, when

if TYPE_CHECKING:
    from ..core.order import Order
    from .story import Story

_APART = "\n"

DUTIES = {
    "statute": ("法定时限", "the statutory limit"),
    "extended": ("延期", "the extension"),
    "deferred": ("挂账与解决日期", "the deferral and its date"),
    "suspended": ("中止计时", "the suspension"),
}
"""What a requester must be told, in words (告知事项)."""


def marks(order: Order) -> Iterator[tuple[str, str]]:
    """Yield what was decided about the time of *order*, and what the requester must still be told."""
    from ..core.request import LEVEL_ZH

    timing, level = order.clocks.timing, order.intake.level
    if level:
        yield say("来源层级", "handed down by"), say(LEVEL_ZH[level], level)
    if order.pending.deferred is not None:
        yield say("挂账至", "deferred until"), when(order.pending.deferred)
    if order.suspended is not None:
        yield say("中止至迟", "suspended until"), when(order.suspended)
    if timing.statute is not None:
        yield say("法定时限", "statute"), half(timing.statute.basis)
    owed = [duty(one.what) for one in timing.duties if one.told is None]
    if owed:
        yield say("须告知诉求人", "must be told"), say("、", ", ").join(owed)
    if timing.contact is not None and timing.contact.made is not None:
        why = timing.contact.reason
        yield (
            say("先行联系", "first contact"),
            say("已联系", "made") if timing.contact.reached else say(f"未联系上（{why}）", f"not reached ({why})"),
        )


def duty(what: str) -> str:
    """Return what a duty to tell is about."""
    return say(*DUTIES.get(what, (what, what)))


def _reason(code: str) -> str:
    return say(f"，理由：{code}", f", reason: {code}") if code else ""


def _suspended(s: Story, ev: e.Suspended) -> str:
    basis = say(f"（依据：{half(ev.basis)}）", f" (basis: {half(ev.basis)})") if ev.basis else ""
    told = say(f"中止计时，至迟 {when(ev.until)} 恢复", f"suspended, until {when(ev.until)} at the latest")
    return told + _reason(ev.reason) + basis


def _resumed(s: Story, ev: e.Resumed) -> str:
    if ev.reason == "lapsed":
        return say("中止届满，恢复计时", "the suspension ran out; the clocks run again")
    return say("恢复计时", "resumed") + _reason(ev.reason)


def _statute(s: Story, ev: e.StatuteApplied) -> str:
    longer = say(f"，可延长 {ev.extension.zh}", f", extensible by {ev.extension.en}") if ev.extension else ""
    told = say(f"适用法定时限 {ev.limit.zh}", f"a statutory limit of {ev.limit.en} applies")
    return told + longer + say(f"（依据：{half(ev.basis)}）", f" (basis: {half(ev.basis)})")


def _started(s: Story, ev: e.ClockStarted) -> str:
    stage = say(ev.stage.zh, ev.stage.value)
    return say(f"{stage}开始计时：", f"{stage}: ") + s.due(ev.deadline)


def _contacted(s: Story, ev: e.Contacted) -> str:
    if ev.reached:
        return say("已先行联系诉求人", "made first contact with the requester")
    return say("未能先行联系诉求人", "could not reach the requester first") + _reason(ev.reason)


def _warnings(s: Story, ev: e.WarningTimed) -> str:
    if ev.next is None:
        return say("届满前不再预警", "no further warning before expiry")
    return say(f"届满前预警：{when(ev.next)}", f"the next warning before expiry: {when(ev.next)}")


def _obliged(s: Story, ev: e.Obliged) -> str:
    told = say(f"须告知诉求人：{duty(ev.what)}", f"the requester must be told of {duty(ev.what)}")
    return told + (_APART + s.due(ev.deadline) if ev.deadline.at is not None else "")


def _told(s: Story, ev: e.Told) -> str:
    how = say(f"（{ev.how}）", f" ({ev.how})") if ev.how else ""
    return say(f"已告知诉求人：{duty(ev.what)}", f"the requester was told of {duty(ev.what)}") + how


TELL: dict[type[e.Event], Callable[[Any, Any], str]] = {
    e.Suspended: _suspended,
    e.Resumed: _resumed,
    e.StatuteApplied: _statute,
    e.ClockStarted: _started,
    e.Contacted: _contacted,
    e.WarningTimed: _warnings,
    e.Obliged: _obliged,
    e.Told: _told,
}
"""How each event about time is told (叙述)."""


def solution_date(text: str) -> datetime:
    """Read the date a deferral names (解决日期): a day counts to its end (民法典 203), an instant stands."""
    until = instant_of(text)
    whole = until.time() == time.min and ":" not in text and until.year < MAXYEAR
    return until + timedelta(days=1) if whole else until
