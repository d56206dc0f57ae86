"""Statuses nobody reaches, or leaves (状态): walked with the real deciders under the place's own settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import Fault
from ..policy import Policy
from ..status import OPEN, Status
from ..transitions import TRANSITIONS, Cell
from .base import found
from .clocks import countable
from .walk import Walk, walk

CODES = {
    "dead-status": ("状态表里没有任何状态能到它", "a status of the table that no other leads to"),
    "unreachable-status": ("按这些规定没有工单会到这个状态", "a status no order reaches under these rules"),
    "trap-status": (
        "工单进得去，正常途径出不来",
        "a status that an order may enter and not leave for any ordinary end",
    ),
    "stranded-order": ("工单还开着，却没有人能做任何事", "an open order on which nobody can do anything"),
    "terminal-with-exits": ("终结的状态还有出口", "a terminal status has exits"),
}
TERMINAL = frozenset({Status.VOID, Status.ARCHIVED})
"""The statuses that nothing leaves (终态)."""


def table_faults(table: Mapping[Status, Mapping[type, Cell]], start: Status) -> Iterator[tuple[str, Status]]:
    """Yield what is wrong with a table of transitions by itself (状态表核验): (code, status)."""
    reached, todo = {start}, [start]
    while todo:
        for cell in table.get(todo.pop(), {}).values():
            fresh = cell.to - reached
            reached |= fresh
            todo += fresh
    for status in table:
        if status not in reached:
            yield "dead-status", status
        if status in TERMINAL and table[status]:
            yield "terminal-with-exits", status
    ends = set(TERMINAL)
    while more := {s for s, row in table.items() if s not in ends and any(cell.to & ends for cell in row.values())}:
        ends |= more
    for status in table:
        if status in reached and status not in ends:
            yield "trap-status", status


def table(policy: Policy) -> Iterator[Fault]:
    """Find what is wrong with the library's own table; there should be nothing."""
    for code, status in table_faults(TRANSITIONS, Status.RECEIVED):
        yield found(
            code, f"「{status.zh}」：{CODES[code][0]}", f"{status.value}: {CODES[code][1]}", "flow", "", "", "error"
        )


def walked(policy: Policy) -> Iterator[Fault]:
    """Walk every way an order can go under this policy; find what is never reached and what is never left."""
    if any(countable(policy)):
        return  # told there: what cannot be dispatched goes nowhere
    seen = walk(policy)
    if seen.cut:
        return  # what was not walked to its end proves nothing
    lost = OPEN - set(seen.reached) - skipped(policy)
    for status in (one for one in Status if one in lost):  # in the order of the statuses, whatever a set makes of it
        zh, en = f"没有工单会到「{status.zh}」", f"no order ever comes to {status.value}"
        hint = "检查 [flow]、[routing] / look at [flow] and [routing]"
        yield found("unreachable-status", zh, en, "flow", "", hint)
    yield from _traps(seen)


def _traps(seen: Walk) -> Iterator[Fault]:
    told: set[Status] = set()
    for spot in seen.traps():
        status = spot.order.status
        if status in told:
            continue
        told.add(status)
        code = "trap-status" if spot.possible else "stranded-order"
        way = " → ".join(spot.way)
        zh = f"「{status.zh}」：{CODES[code][0]}（{way}）"
        en = f"{status.value}: {CODES[code][1]} ({way})"
        hint = "放宽使下一步被拒的规定 / loosen the rule that refuses the next step"
        yield found(code, zh, en, "flow", "", hint, "error")


def skipped(policy: Policy) -> frozenset[Status]:
    """Return the statuses that the place's own switches leave out on purpose (关掉的环节)."""
    off: set[Status] = set()
    if not policy.flow.review:
        off.add(Status.REPLIED)
    if not policy.flow.follow_up:
        off |= {Status.REVIEWED, Status.FOLLOWING_UP}
    return frozenset(off)


CHECKS = (table, walked)
