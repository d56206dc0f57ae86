"""Deciders of pressure (催办、督办): urge, supervise by hand, establish a ground for supervision."""

from __future__ import annotations

from datetime import datetime

from .. import commands as c
from ..events import Event, Flagged, Supervised, Urged
from ..order import Order
from ..policy import TRIGGERS, Policy
from ..policy.ladder import COUNTED, FACTS
from ..refs import Ref
from .ladder import by_hand, flagged
from .refusal import refuse


def urge(policy: Policy, order: Order, command: c.Urge, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Urge (催办) whoever holds the order."""
    urged = Urged(at, command.by, order.holder, command.reason, order.intake.marks.follower)
    return (urged, *flagged(policy, order, command.by, at, "urged", order.counts.urged + 1))


def supervise(policy: Policy, order: Order, command: c.Supervise, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Supervise (督办): a rung of the place's ladder, where it has one."""
    if not policy.ladder:
        return (Supervised(at, command.by, command.rung, order.answerable, "", ref),)
    rung = next((rung for rung in policy.ladder if rung.code == command.rung), None)
    if rung is None:
        known = "、".join(f"{rung.code} {rung.zh}" for rung in policy.ladder)
        raise refuse(
            "unknown-rung",
            f"督办阶梯没有「{command.rung}」",
            f"the ladder has no rung {command.rung!r}",
            f"有：{known}",
            ", ".join(rung.code for rung in policy.ladder),
        )
    return (by_hand(policy, order, rung, at, command.by, ref),)


def flag(policy: Policy, order: Order, command: c.Flag, at: datetime, ref: Ref | None) -> tuple[Event, ...]:
    """Establish a ground for supervision (认定督办情形), once each; what fires with it follows."""
    trigger, count = command.trigger, command.count
    if trigger not in FACTS:
        names = [code for code in TRIGGERS if code in FACTS]
        raise refuse(
            "unknown-trigger",
            f"「{trigger}」不是可以认定的督办情形",
            f"{trigger!r} is no ground that can be established",
            "可以认定：" + "、".join(f"{TRIGGERS[code]} {code}" for code in names) + "；其余由时钟和计次得出",
            ", ".join(names) + "; the others come from clocks and counts",
        )
    if count < 1 or (count > 1 and trigger not in COUNTED):
        raise refuse(
            "bad-count",
            f"「{TRIGGERS[trigger]}」的次数不能是 {count}",
            f"{trigger} cannot have happened {count} times",
            "次数从 1 起，只用于多次、集中反映 repeats",
            "counts start at 1 and are for `repeats`",
        )
    events = flagged(policy, order, command.by, at, trigger, count, command.reason, ref)
    if events:
        return tuple(events)
    key = trigger if count == 1 else f"{trigger}.{count}"
    told = any(rung.trigger == trigger and rung.count <= count for rung in policy.ladder)
    if not told and key not in {ground.trigger for ground in order.counts.grounds}:
        # The ladder says nothing of it, or not yet at this count: the fact is kept all the same.
        return (Flagged(at, command.by, key, order.answerable, count, command.reason, None, ref),)
    raise refuse(
        "already-flagged",
        f"「{TRIGGERS[trigger]}」此前已经认定，同一情形只启动一次",
        f"{trigger} has been established before; each ground counts once",
        "升级请用 supervise 启动上一级",
        "to go further set the next rung in motion with supervise",
    )
