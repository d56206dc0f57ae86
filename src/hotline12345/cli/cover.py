"""What is noted on an order's cover, for people (卷面): its line, who follows it up, what waits, who is called back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import in_time
from .printing import say
from .taken_in import ELEMENT_ZH

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..core.order import Order
    from ..core.policy import Policy
    from ..hotline import Hotline


def marks(policy: Policy, order: Order) -> Iterator[tuple[str, str]]:
    """Yield what is noted on the cover of *order*, label and words."""
    intake = order.intake
    cover = intake.marks
    line = policy.line(intake.line)
    if intake.line:
        yield say("专线", "line"), say(line.zh, line.code) if line is not None else intake.line
    if not intake.wants_reply:
        yield say("回复", "reply"), say("诉求人不需要回复", "not wanted")
    if cover.follower:
        yield say("跟进专人", "followed by"), cover.follower
    if cover.lacks:
        yield say("待补充", "asked for"), say("、".join(ELEMENT_ZH[one] for one in cover.lacks), ", ".join(cover.lacks))
    yield from in_time.marks(order)
    if cover.ours:
        yield say("移交", "offer"), say("协商未定，本线先行受理", "undecided, accepted here first")
    if cover.uncleared:
        yield say("公开答复", "public reply"), say("待信息安全审查", "waits to be cleared")
    if cover.joined:
        waiting = [number for number in cover.joined if number not in cover.called]
        told = say(f"{len(cover.joined)} 张", f"{len(cover.joined)}")
        if waiting:
            told += say(f"，待回访 {'、'.join(waiting)}", f", to be called back: {', '.join(waiting)}")
        yield say("并入", "joined by"), told
    yield from _handed(policy, order)


def _handed(policy: Policy, order: Order) -> Iterator[tuple[str, str]]:
    """Yield what came of handing it over, where anything did."""
    past, origin = order.counts.handovers, order.intake.origin
    if past.problem is not None:
        to = policy.unit_name(past.problem.to) if past.problem.to else ""
        why = {"refused": ("个单位退单", "units refused"), "redone": ("次重办未解决", "redos and unsolved")}
        zh, en = why.get(past.problem.reason, (past.problem.reason, past.problem.reason))
        told = say(f"{past.problem.times} {zh}", f"{past.problem.times} {en}")
        if to:
            told += say(f"，提级至{to}", f", taken up by {past.problem.to}")
        yield say("问题工单", "problem"), told
    if past.consulted:
        yield say("会商", "consulted"), say("、", ", ").join(policy.unit_name(unit) for unit in past.consulted)
    if past.divided:
        yield say("拆出", "divided into"), say("、", ", ").join(past.divided)
    if past.adopted is not None and origin is not None:
        told = say(f"{origin.place} {origin.number}，{past.adopted} 接收", f"{origin.place} {origin.number}")
        yield say("原系统", "adopted from"), told


def beside(hotline: Hotline, order: Order, who: Actor, purpose: str) -> dict[str, Any]:
    """Return whom to call back, and the code to tell the requester where somebody looks who may reach them."""
    return {"callers": callers(hotline, order, who, purpose), "query_code": _code(hotline, order, who, purpose)}


def code_told(hotline: Hotline, order: Order, who: Actor, purpose: str) -> str:
    """Return the line that tells the code (查询码); "" for whom it is not."""
    code = _code(hotline, order, who, purpose)
    return (
        ""
        if code is None
        else "\n" + say(f"查询码 {code}（告知诉求人）", f"query code {code} (for the requester)") + "\n"
    )


def _code(hotline: Hotline, order: Order, who: Actor, purpose: str) -> str | None:
    from ..view import CALLING_ROLES

    return hotline.query_code(order.number) if purpose == "contact" and who.roles & CALLING_ROLES else None


def callers(hotline: Hotline, order: Order, who: Actor, purpose: str) -> list[dict[str, Any]]:
    """Return whom to call back beside the order's own requester (并单回访名单), each as *who* may see them."""
    from ..view import view

    if not order.intake.marks.joined:
        return []
    found = []
    for other, called in hotline.callers(order.number):
        seen = view(other, hotline.words(other.number), who, purpose)
        found.append(
            {
                "number": other.number,
                "called": called,
                "wants_reply": other.intake.wants_reply,
                "requester": seen["requester"],
            }
        )
    return found
