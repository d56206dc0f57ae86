"""The supervision ladder (督办阶梯): rungs in the wrong order, and rungs that never come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from .. import commands as c
from .. import events as e
from ..actor import SYSTEM
from ..decide import decide
from ..errors import Fault, HotlineError
from ..order import Order
from ..policy import Policy, Rung
from ..policy.ladder import OVERDUE
from ..sla import Stage, TimeLimit
from .base import found, outlasts
from .walk import walk

CODES = {
    "rung-order": ("督办阶梯的时点先后颠倒", "a rung comes before the one below it"),
    "dead-rung": ("这一级督办永远不会启动", "a rung that can never fire"),
}
_LATE = timedelta(days=400)
"""How long an order is left lying to see what the ladder does; longer than any rung of any source."""


def order_of(policy: Policy) -> Iterator[Fault]:
    """Find rungs that precede the one below them; one that counts from the rung before it cannot."""
    last: dict[tuple[str, Stage], TimeLimit] = {}
    for rung in policy.ladder:
        if rung.after is None or rung.since == "rung":
            continue
        below = last.get((rung.key, rung.stage))
        if below is not None and rung.after != below and outlasts(policy, (below,), rung.after) is not None:
            zh = f"「{rung.zh}」{rung.after.zh} 早于下面一级 {below.zh}"
            en = f"{rung.code!r} at {rung.after} precedes {below}"
            hint = "时点应逐级推后 / each rung later than the one below"
            yield found("rung-order", zh, en, "rung", rung.code, hint)
        last[rung.key, rung.stage] = rung.after


def dead(policy: Policy) -> Iterator[Fault]:
    """Find rungs that nothing ever sets in motion, each with the reason."""
    fired: set[str] | None = None
    for number, rung in enumerate(policy.ladder):
        why = _unreachable(policy, rung, policy.ladder[:number])
        if why is None and rung.trigger == OVERDUE and rung.since != "rung" and not rung.by_hand:
            if policy.provides and "limits" not in policy.provides:
                continue  # whose limits they are, a pack of supervision alone does not say
            fired = _fired(policy) if fired is None else fired
            if fired and rung.code not in fired:
                why = f"「{rung.stage.zh}」从不超期", f"nothing is ever overdue at {rung.stage.value}"
                if rung.before is not None:
                    why = f"没有一个时限长过 {rung.before.zh}", f"no limit is longer than {rung.before.en}"
        if why is not None:
            zh, en = f"「{rung.zh}」永远不会启动：{why[0]}", f"{rung.code!r} can never fire: {why[1]}"
            hint = "给该环节定时限，或改 stage、count、since / give that stage a limit, or change stage, count or since"
            yield found("dead-rung", zh, en, "rung", rung.code, hint)


def _unreachable(policy: Policy, rung: Rung, before: tuple[Rung, ...]) -> tuple[str, str] | None:
    """Return why a rung's number of times is never reached, or what it counts from never comes."""
    most = {"reopened": policy.reopen.most, "sent-back": policy.send_back.most}.get(rung.trigger)
    if most is not None and rung.count > most:
        return f"最多 {most} 次，到不了第 {rung.count} 次", f"at most {most} of the {rung.count} it takes are allowed"
    if rung.since == "rung" and not any((one.key, one.stage) == (rung.key, rung.stage) for one in before):
        return "它前面没有可以起算的一级", "there is no rung before it to count from"
    return None


def _fired(policy: Policy) -> set[str]:
    """Return the rungs that time brings (自动启动的各级): every order the walk comes to is left lying, and watched."""
    seen = walk(policy)
    fired = {code for spot in seen.spots.values() if spot.order.is_open for code in _climbed(policy, spot.order)}
    return fired | {"*"} if not seen.cut else set()


def _climbed(policy: Policy, order: Order) -> Iterator[str]:
    try:
        events = decide(policy, order, c.Tick(SYSTEM), order.at + _LATE)
    except HotlineError:
        return
    yield from (event.rung for event in events if isinstance(event, e.Supervised))


CHECKS = (order_of, dead)
