"""Every way an order can go (遍历): the real deciders, tried with what people might say, from receipt to every end.

Statuses, and what else decides which commands are refused, make a spot; orders that differ in nothing of it are
walked on from once.  So the walk is finite, and what it finds is what ``decide`` would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .. import commands as c
from ..actor import Actor, Role
from ..calendar import CST
from ..decide import decide
from ..errors import HotlineError
from ..evolve import fold
from ..memo import remembered
from ..order import Order
from ..policy import Policy
from ..request import Kind, Request
from ..sla import TimeLimit
from ..transitions import TRANSITIONS

MOST = 600
"""How many spots are walked to (遍历上限); a policy with every switch on has some two hundred."""
NO_WAY_ON = frozenset(
    {
        c.Tick,
        c.Supplement,
        c.Urge,
        c.Supervise,
        c.Flag,
        c.Join,
        c.Curb,
        c.Entrust,
        c.Report,
        c.Divide,
        c.AskTermination,
        c.Suspend,
        c.Resume,
        c.Contact,
        c.Tell,
        c.ApplyStatute,
    }
)
"""Commands that leave the order where it is for good (不推动工单的命令)."""
EMERGENCY_EXITS = frozenset({c.Void, c.Withdraw, c.Terminate, c.Cease, c.Merge, c.DecideTermination})
"""Ways out that are no ordinary end (非正常出口): a pack that needs them for every order is wrong."""
_ONCE = NO_WAY_ON | EMERGENCY_EXITS
_START = datetime(2026, 6, 1, 9, 30, tzinfo=CST)
_STEP = timedelta(seconds=1)


class Spot(NamedTuple):
    """Where a walk came to (落点): the order, the commands that led there, and what may be done next."""

    order: Order
    way: tuple[str, ...]
    possible: tuple[type[c.Command], ...]


class Walk(NamedTuple):
    """What a walk saw (遍历结果): spots by what makes them, and which lead to which by ordinary commands."""

    spots: Mapping[tuple[Any, ...], Spot]
    onward: Mapping[tuple[Any, ...], frozenset[tuple[Any, ...]]]
    cut: bool

    @property
    def reached(self) -> dict[Any, Spot]:
        """A spot for each status reached."""
        return {spot.order.status: spot for spot in reversed(list(self.spots.values()))}

    def traps(self) -> Iterator[Spot]:
        """Yield the open spots from which no ordinary way leads to an end (陷阱)."""
        ends = {key for key, spot in self.spots.items() if not spot.order.is_open}
        while more := {key for key, to in self.onward.items() if key not in ends and to & ends}:
            ends |= more
        yield from (spot for key, spot in self.spots.items() if key not in ends)


def key_of(policy: Policy, order: Order) -> tuple[Any, ...]:
    """Return what decides which commands are refused (同一落点): counts only as far as a cap has been reached."""
    lead, pending, counts, marks = order.lead, order.pending, order.counts, order.intake.marks
    return (
        order.status,
        lead is not None and (lead.signed is not None, lead.designated, bool(lead.parent)),
        min(len(order.open_assignments), 2),
        bool(pending.dispute),
        pending.extension is not None,
        _spent(counts.sent_back, policy.send_back.most),
        _spent(counts.reopened, policy.reopen.most),
        order.outcome.follow_up,
        order.outcome.solved,
        bool(marks.uncleared),
        marks.lacks,
        marks.ours,
        bool(counts.handovers.consulted),
    )


def _spent(count: int, most: int | None) -> bool:
    return most is not None and count >= most


def _walk(policy: Policy) -> Walk:
    # Where only those who gave no name are called back, the walk is one of theirs.
    unnamed = any(plan.who == "anonymous" for plan in policy.calls.plans)
    request = Request(_START, kind=Kind.COMPLAINT, area=policy.place, anonymous=unnamed)
    by = Actor("", "", frozenset({Role.AGENT}))
    first = fold(decide(policy, None, c.Receive(by, request, policy.place, "WALK"), _START))
    units = some_units(policy)
    ways: dict[tuple[Any, ...], tuple[Order, tuple[str, ...]]] = {key_of(policy, first): (first, ())}
    spots: dict[tuple[Any, ...], Spot] = {}
    onward: dict[tuple[Any, ...], frozenset[tuple[Any, ...]]] = {}
    todo = list(ways)
    for key in todo:
        order, way = ways[key]
        there: set[tuple[Any, ...]] = set()
        possible: dict[type[c.Command], None] = {}
        for command, after in steps(policy, order, units) if order.is_open else ():
            kind = type(command)
            possible[kind] = None
            if kind in NO_WAY_ON or kind in EMERGENCY_EXITS:
                continue
            spot = key_of(policy, after)
            there.add(spot)
            if spot not in ways and len(ways) < MOST:
                ways[spot] = (after, (*way, c.COMMAND_ZH[c.command_name(kind)]))
                todo.append(spot)
        spots[key] = Spot(order, way, tuple(possible))
        onward[key] = frozenset(there)
    return Walk(spots, onward, len(ways) >= MOST)


walk = remembered(_walk, size=4)
"""Walk every way an order can go under a policy (遍历工单走向), breadth first, to :data:`MOST` spots."""


def steps(policy: Policy, order: Order, units: tuple[str, ...] = ()) -> Iterator[tuple[c.Command, Order]]:
    """Yield what may be done with *order* now and what it becomes (可行的下一步), each way of saying it once."""
    at = order.at + _STEP
    named = units or some_units(policy)
    desks = tuple(dict.fromkeys(one.unit for one in order.open_assignments))
    for kind, cell in TRANSITIONS[order.status].items():
        actors = [
            Actor("", unit, frozenset({role}))
            for role in sorted(cell.roles, key=lambda role: role.value)
            for unit in (desks if role in (Role.HANDLER, Role.UNIT_HEAD) else ("",))
        ]
        for fields in saying(policy, kind, order, at, named):
            found = next(_done(policy, order, kind, fields, actors, at), None)
            if found is None:
                continue
            yield found
            if kind in _ONCE:
                break  # that it can be done is all that is asked of it


def _done(
    policy: Policy, order: Order, kind: type[c.Command], fields: dict[str, Any], actors: list[Actor], at: datetime
) -> Iterator[tuple[c.Command, Order]]:
    """Yield the command and what comes of it, for each of *actors* who may give it."""
    for by in actors:
        try:
            command = kind(by, **fields)
            events = decide(policy, order, command, at)
        except (HotlineError, TypeError):
            continue
        yield command, fold(events, order)


def some_units(policy: Policy) -> tuple[str, ...]:
    """Return a few units that a person would name (几个单位): any, where the place has no list."""
    if policy.routes is None:
        return ("u1", "u2")
    routes = policy.routes
    below = [code for code in (unit.code for unit in routes.units) if routes.seat in routes.ancestors(code)]
    leaves = [code for code in below if code != routes.centre and not routes.children(code)]
    under = [code for code in below if code != routes.centre and routes.children(code)]
    lowest = [routes.children(code)[0] for code in under[:1]]
    return tuple(dict.fromkeys((*leaves[:2], *under[:1], *lowest)))


def saying(
    policy: Policy, kind: type[c.Command], order: Order, at: datetime, units: tuple[str, ...]
) -> tuple[dict[str, Any], ...]:
    """Return the ways of saying a command that may make a difference (命令的几种说法)."""
    level = {content: name for name, content in reversed(list(policy.satisfied_levels.items()))}
    longest = policy.extension.longest
    amounts = [longest] if longest is not None else []
    amounts += [a.handle.deadline.limit for a in order.open_assignments if a.handle and a.handle.deadline.limit]
    said: dict[type[c.Command], tuple[dict[str, Any], ...]] = {
        c.Accept: ({"disposition": "handle"},),
        c.Connect: ({"answered": True},),
        c.Refer: ({"route": "legal"},),
        c.Decline: ({"reason": "x"},),
        c.Merge: ({"into": "other"},),
        c.Dispatch: ({}, *({"unit": unit, "override": "x"} for unit in units)),
        c.Consult: ({"units": units[:2], "reason": "x"},),
        c.Conclude: tuple({"unit": unit, "override": "x"} for unit in units[:1]),
        c.Assist: tuple({"unit": unit, "override": "x"} for unit in units[:2]),
        c.SendBack: ({"reason": next(iter(policy.send_back.reasons), "x")},),
        c.Adjudicate: (
            {},
            *({"decision": how, "unit": units[-1], "override": "x"} for how in ("reassign", "designate") if units),
        ),
        c.Reclassify: ({"kind": Kind.COMPLAINT},),
        c.Reply: (_whole_form(policy, at),),
        c.Clear: ({}, {"passed": False, "reason": "x"}),
        c.Review: ({}, {"passed": False, "reason": next(iter(policy.review.reasons), "x")}),
        c.FollowUp: (
            {"solved": True, "satisfied": level.get(True, "")},
            {"solved": False, "satisfied": level.get(False, "")},
            {"outcome": "unreachable"},
        ),
        c.Reopen: ({"reason": "x"},),
        c.Extend: tuple({"amount": _most(a, 1), "reason": "x"} for a in amounts[:2]),
        c.Defer: ({"until": at + timedelta(days=30), "reason": "x"},),
        c.Supervise: ({"rung": policy.ladder[0].code} if policy.ladder else {},),
        c.Supplement: ({"text": "x"},),
        c.Terminate: ({"reason": next(iter(policy.termination.reasons), "x")},),
        c.AskTermination: ({"reason": next(iter(policy.termination.reasons), "x"), "note": "x"},),
        c.Void: ({"reason": "x"},),
    }
    return said.get(kind, ({},))


_WORDS = ("text", "public", "fact_note", "claim_note", "basis", "attachments")


def _whole_form(policy: Policy, at: datetime) -> dict[str, Any]:
    """Return a reply that leaves nothing out, whatever the place's form asks for."""
    form: dict[str, Any] = dict.fromkeys(_WORDS, "x")
    form["reason"] = next(iter(policy.reply_form.reasons), "x")
    told = {"solved": True, "contacted": True, "contacted_at": at, "visited": True}
    return {**form, **told, "fact": "true", "claim": "reasonable", "result": "solved"}


def stranded(policy: Policy, order: Order) -> bool:
    """Whether nobody can do anything about an open *order* and time will not either (工单搁浅)."""
    if not order.is_open or order.wake is not None:
        return False
    return all(type(command) in NO_WAY_ON for command, _ in steps(policy, order))


def _most(limit: TimeLimit, amount: int) -> TimeLimit:
    return TimeLimit(min(amount, limit.amount), limit.unit)
