"""Deciders of ends: supplement, reopen, withdraw, void, close, archive."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..actor import Role
from ..events import Archived, Closed, Event, Reopened, Resumed, Supplemented, Voided, Withdrawn
from ..evolve import fold
from ..order import Assignment, Order, Status
from ..policy import ELEMENTS, Policy
from ..refs import Ref
from .calling import check_judged, uncalled
from .ladder import flagged
from .problems import unsolved_again
from .refusal import need_reason, refuse
from .routing import check_unit, handed_over


def supplement(policy: Policy, order: Order, command: c.Supplement, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Supplement (补充); a new fact that the centre confirms reopens what has been closed, where the rules say so."""
    for element in command.facts:
        if element not in ELEMENTS:
            raise refuse(
                "unknown-element",
                f"没有要素「{element}」",
                f"there is no element {element!r}",
                "要素有：" + "、".join(ELEMENTS),
                ", ".join(ELEMENTS),
            )
    told = Supplemented(at, command.by, ref, command.facts, command.new_fact)
    confirmed = command.new_fact and not command.by.roles.isdisjoint((Role.AGENT, Role.DISPATCHER))
    if not (confirmed and policy.repeat.reopen and order.status is Status.CLOSED):
        return (told,)
    return (told, *reopen(policy, order, c.Reopen(command.by, "new-fact"), at, None))


def reopen(policy: Policy, order: Order, command: c.Reopen, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Reopen (重办): back to the last lead, or to the unit named, with the redo's own clock."""
    rule = policy.reopen
    count = order.counts.reopened + 1
    if rule.most is not None and count > rule.most:
        raise refuse(
            "reopened-too-often",
            f"已重办 {order.counts.reopened} 次，达到上限（{rule.basis}）",
            f"reopened {order.counts.reopened} times, the most allowed ({rule.basis})",
            "提级督办",
            "supervise it instead",
        )
    if rule.judged:
        check_judged(policy, order)
    last = _led(order)
    unit = command.unit
    if unit:
        check_unit(policy, unit)
    elif last is not None and last.why not in ("sent-back", "recalled"):
        unit = last.unit  # whoever sent it back, or had it taken away, is not the one to do it again
    events: list[Event] = [*unsolved_again(policy, order, at), Reopened(at, command.by, command.reason, count, ref)]
    events.extend(flagged(policy, order, command.by, at, "reopened", count))
    if order.clocks.timing.suspended is not None:  # what stood still for the first time round does not for the redo
        resumed = Resumed(at, command.by, "reopened")
        events.append(resumed)
        order = fold((resumed,), order)
    if unit:
        designated = last is not None and last.designated and last.unit == unit  # 潍坊条例 art. 22: and stays so
        events.extend(
            handed_over(
                policy, order, command, at, unit,
                rule="redo", designated=designated, redo=True, hop="reopening", last=last,
            )
        )  # fmt: skip
    return tuple(events)


def _led(order: Order) -> Assignment | None:
    """Return what the unit that the centre handed the order to last had of it, and not the one below it (下派)."""
    last = order.last_lead
    while last is not None and last.parent:
        last = order.assignment(last.parent)
    return last


def withdraw(policy: Policy, order: Order, command: c.Withdraw, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Withdraw (撤诉)."""
    _nobody_else(order, "撤诉", "withdrawn")
    return (Withdrawn(at, command.by, command.reason, ref),)


def _nobody_else(order: Order, zh: str, en: str) -> None:
    """Refuse to drop an order on which others wait that were merged into it (国办函〔2025〕66号（五）)."""
    waiting = sorted(uncalled(order))
    if waiting:
        raise refuse(
            "others-joined",
            f"{'、'.join(waiting)} 已并入，其诉求人尚未回访，不能{zh}",
            f"{', '.join(waiting)} merged into it and nobody has called them back: it cannot be {en}",
            "本人不再诉求的记为 supplement；工单为其他诉求人继续办理",
            "note it with supplement; the order goes on for the others",
        )


def void(policy: Policy, order: Order, command: c.Void, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Void (作废)."""
    reason = need_reason(command.reason, "作废", "voiding")
    _nobody_else(order, "作废", "voided")
    return (Voided(at, command.by, reason),)


def close(policy: Policy, order: Order, command: c.Close, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Close (办结)."""
    return (Closed(at, command.by, command.reason),)


def archive(policy: Policy, order: Order, command: c.Archive, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Archive (归档)."""
    return (Archived(at, command.by),)
