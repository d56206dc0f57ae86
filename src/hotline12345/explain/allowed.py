"""What may be done with an order now, by whom, and why not the rest (可用命令说明).

Nothing here knows a rule: each command is put to ``decide`` as somebody would give it, and its answer is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from attrs import NOTHING, fields, frozen

from ..core import commands as c
from ..core.actor import SYSTEM, Actor, Role
from ..core.decide import decide
from ..core.errors import HotlineError, RequestError
from ..core.order import Order
from ..core.order.timing import TELL
from ..core.policy import Policy
from ..core.policy.ladder import OVERDUE
from ..core.sla import TimeLimit, Unit
from ..core.transitions import TRANSITIONS


@frozen(weakref_slot=False)
class CommandTold:
    """One command (命令): whether it is allowed now.

    Args:
        command: its name.
        zh: its Chinese name.
        allowed: whether somebody may give it now.
        roles: who may, of those asked about.
        needs: what it must say besides, as the refusal of the bare command puts it; ``None`` when nothing.
        refusal: why it is refused, with the code, the message and what is possible; ``None`` when it is allowed.
    """

    command: str
    zh: str
    allowed: bool
    roles: tuple[str, ...]
    needs: HotlineError | None = None
    refusal: HotlineError | None = None


def commands_told(policy: Policy, order: Order, at: datetime, by: Actor | None = None) -> tuple[CommandTold, ...]:
    """Tell every command, the allowed ones first (说明命令)."""
    told = [_told(policy, order, kind, at, by) for kind in c.COMMANDS.values() if kind is not c.Receive]
    return tuple(sorted(told, key=lambda one: (not one.allowed, one.command)))


def _told(policy: Policy, order: Order, kind: type[c.Command], at: datetime, by: Actor | None) -> CommandTold:
    name = c.command_name(kind)
    roles: dict[str, None] = {}
    needs = refusal = None
    for actor in [by] if by is not None else _actors(policy, order, kind):
        bare, found = _tried(policy, order, kind, actor, at)
        if found is None:
            needs = needs if roles else bare
            roles |= dict.fromkeys(role.value for role in sorted(actor.roles, key=lambda role: role.value))
        else:
            refusal = refusal or found
    zh = c.COMMAND_ZH.get(name, name)
    if roles:
        cell = TRANSITIONS[order.status][kind]
        may = tuple(role for role in roles if role in {each.value for each in cell.roles})
        return CommandTold(name, zh, True, may, needs)
    return CommandTold(name, zh, False, (), None, refusal)


def _tried(
    policy: Policy, order: Order, kind: type[c.Command], by: Actor, at: datetime
) -> tuple[HotlineError | None, HotlineError | None]:
    """Return (what the bare command is refused for, what even the best that could be said is refused for)."""
    bare: HotlineError | None = None
    last: HotlineError | None = None
    for command in _candidates(policy, order, kind, by, at):
        if isinstance(command, HotlineError):
            last = command
        else:
            try:
                decide(policy, order, command, at)
            except HotlineError as error:
                last = error
            else:
                return bare, None
        bare = bare or last
    if isinstance(last, RequestError) or (last is not None and last.code.startswith(_OF_THE_WORD)):
        return bare or last, None  # not the order refuses, but a word that was made up here
    return bare, last


_OF_THE_WORD = ("unknown-", "bad-")


def _actors(policy: Policy, order: Order, kind: type[c.Command]) -> Iterator[Actor]:
    """Yield somebody for each role the table names; for the roles of units, somebody of each unit that has it."""
    cell = TRANSITIONS[order.status].get(kind)
    if cell is None:
        yield SYSTEM
        return
    desks = list(dict.fromkeys(a.unit for a in order.open_assignments))
    desks.sort(key=lambda unit: unit != order.holder)
    for role in sorted(cell.roles, key=lambda role: role.value):
        inside = role in (Role.HANDLER, Role.UNIT_HEAD)
        for unit in desks if inside and desks else [policy.centre]:
            yield Actor("", unit, frozenset({role}))


def _candidates(
    policy: Policy, order: Order, kind: type[c.Command], by: Actor, at: datetime
) -> Iterator[c.Command | HotlineError]:
    """Yield the command as it would be given: with nothing said where that can be, then with all that can be said."""
    own = [a for a in fields(kind) if a.name not in ("by", "occurred", "ext")]
    needed = {a.name for a in own if a.default is NOTHING}
    unsaid = {a.name for a in own if a.default is NOTHING or a.default in _EMPTY}
    for names in (needed, unsaid, {a.name for a in own}):
        for said in _sayings(policy, order, at):
            given = {a.name: said.get(a.name, _plain(a)) for a in own if a.name in names}
            try:
                yield kind(by, **given)
            except HotlineError as error:
                yield error
            except (TypeError, ValueError, AttributeError):  # a field whose kind of value is not known here
                continue
            if names == needed and not needed:
                break


_EMPTY = ("", None, ())


def _plain(field: Any) -> Any:
    if field.default is not NOTHING:
        return field.default
    return {"str": "other", "bool": True, "int": 1}.get(str(field.type), ())


def _sayings(policy: Policy, order: Order, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield what could be said in a command's fields, by their names: each time to another unit and another effect."""
    clock = order.lead.handle if order.lead is not None else None
    limit = clock.deadline.limit if clock is not None else None
    units = list(_units(policy, order)) or ["unit"]
    satisfied = next((level for level, good in policy.satisfied_levels.items() if good), "")
    rung = next((rung.code for rung in policy.ladder), "supervise")
    general: dict[str, Any] = {
        "reason": "other",
        "amount": TimeLimit(1, limit.unit if limit is not None else Unit.WORKING_DAYS),
        "until": at + timedelta(days=30),
        "solved": True,
        "satisfied": satisfied,
        "level": satisfied,
        "what": next((name.removeprefix(TELL) for name, *_ in order.running() if name.startswith(TELL)), "other"),
        "edition": policy.edition,
        "outcome": "reached",
        "rung": rung,
        "route": "legal",
        "into": "other",
        "numbers": ("other",),
        "person": "somebody",
        "category": order.category or "其他",
        "text": "…",
        "note": "…",
        "limit": TimeLimit(1, Unit.WORKING_DAYS),
        "basis": "…",
        "trigger": next((rung.trigger for rung in policy.ladder if rung.trigger not in ("", OVERDUE)), "refused"),
    }
    for unit in units:
        yield general | {"unit": unit, "units": (unit,)}
    yield general | {"unit": units[0], "outcome": "agreed", "units": tuple(units[:2])}
    for decision in ("designate", "reassign"):
        yield general | {"unit": units[0], "decision": decision}


MOST_UNITS = 3


def _units(policy: Policy, order: Order) -> Iterator[str]:
    """Yield a few units an order could go to: below whoever holds it, and any other."""
    if policy.routes is None:
        yield "unit"
        return
    routes, holder = policy.routes, order.holder
    had = {a.unit for a in order.assignments} | {policy.centre}
    free = [unit.code for unit in routes.units if unit.code not in had]
    below = (code for code in free if holder and holder in routes.ancestors(code))
    yield from dict.fromkeys((*islice(below, MOST_UNITS), *free[:MOST_UNITS]))
