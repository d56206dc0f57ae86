"""Another system's history through this machine (外部日志重放): which of its cases the table of statuses allows.

Each case becomes an order; each of its events the commands that a mapping says it means, at its own time.  What
the machine refuses ends the case, with the event, the status and the reason; what is only noted is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from attrs import evolve as change
from attrs import field, frozen, mutable

from ..channels.payload import decode, gunzip
from ..channels.tables import open_text
from ..channels.times import read_time
from ..core import commands as c
from ..core.actor import Actor, Role
from ..core.decide import decide
from ..core.errors import HotlineError, RequestError
from ..core.events import Event
from ..core.evolve import fold
from ..core.order import Assignment, Order
from ..core.policy import Policy
from ..core.request import Request
from ..core.spans import spans
from ..core.transitions import RECEIVE, TRANSITIONS
from .mapping import NEW, Act, LogMapping, Step

_DESK_ROLES = frozenset({Role.HANDLER, Role.UNIT_HEAD})


@frozen(weakref_slot=False)
class Logged:
    """One event of a log (日志事件)."""

    at: datetime
    event: str
    unit: str
    line: int


@frozen(weakref_slot=False)
class Refusal:
    """Where and why a case was refused (被拒之处)."""

    case: str
    line: int
    event: str
    status: str
    code: str
    message: str


@mutable
class Traced:
    """What came of a log (重放结果): cases and events counted, every refusal, the time spent in each status."""

    cases: int = 0
    accepted: int = 0
    events: int = 0
    mapped: int = 0
    noted: int = 0
    unread: int = 0
    refusals: list[Refusal] = field(factory=list)
    stages: dict[str, timedelta] = field(factory=dict)
    uneven: list[str] = field(factory=list)  # cases whose spans do not add up to their life: none, unless we err

    def as_json(self) -> dict[str, Any]:
        """Return plain data, seconds for durations."""
        share = round(self.mapped / self.events, 4) if self.events else None
        return {
            "cases": self.cases,
            "accepted": self.accepted,
            "refused": len(self.refusals),
            "events": self.events,
            "mapped": self.mapped,
            "noted": self.noted,
            "unread": self.unread,
            "mapped_share": share,
            "stage_seconds": {name: round(length.total_seconds()) for name, length in sorted(self.stages.items())},
            "uneven": self.uneven,
            "refusals": [
                {name: getattr(one, name) for name in ("case", "line", "event", "status", "code", "message")}
                for one in self.refusals
            ],
        }


def read_log(data: bytes, mapping: LogMapping, name: str = "") -> dict[str, list[Logged]]:
    """Read a log (读日志): its cases in the order of the file, the events of each by time and line.

    Args:
        data: CSV, TSV, JSON or JSON lines, gzipped or not.
        mapping: says which column is which.
        name: the file's name, for what its content leaves open.

    Raises:
        RequestError: ``missing-column``, ``bad-time`` and what the reader of tables refuses, with the line.
    """
    data, cut = gunzip(data) if data.startswith(b"\x1f\x8b") else (data, False)
    if cut:
        raise RequestError(
            "日志的 gzip 数据不完整",
            "the log's gzip data breaks off",
            code="damaged-gzip",
            hint="请重新传输该文件",
            hint_en="transfer the file again",
        )
    table = open_text(decode(data).text, name)
    wanted = [column for column in (mapping.case, mapping.at, mapping.event, mapping.unit) if column]
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise RequestError(
            f"日志里没有列「{'、'.join(missing)}」",
            f"the log has no column {', '.join(missing)}",
            code="missing-column",
            hint="现有的列：" + "、".join(table.columns),
            hint_en="columns: " + ", ".join(table.columns),
        )
    at = {column: table.columns.index(column) for column in wanted}
    cases: dict[str, list[Logged]] = {}
    for line, cells in table.rows():
        if isinstance(cells, RequestError):
            raise cells
        unit = str(cells[at[mapping.unit]]) if mapping.unit else ""
        instant = _instant(cells[at[mapping.at]], line)
        cases.setdefault(str(cells[at[mapping.case]]), []).append(
            Logged(instant, str(cells[at[mapping.event]]), unit, line)
        )
    for events in cases.values():
        events.sort(key=lambda one: (one.at, one.line))
    return cases


def _instant(value: Any, line: int) -> datetime:
    try:
        return read_time(str(value)).at
    except ValueError as error:
        raise RequestError(
            f"第 {line} 行的时间「{value}」读不懂",
            f"line {line}: {value!r} is no time",
            code="bad-time",
            hint="例如 2026-09-28 10:00:00",
            hint_en="for example 2026-09-28 10:00:00",
        ) from error


def trace(cases: Mapping[str, Sequence[Logged]], mapping: LogMapping, policy: Policy) -> Traced:
    """Take every case through the machine (逐案重放) and count what it allows."""
    result = Traced()
    for case, events in cases.items():
        result.cases += 1
        result.events += len(events)
        log, refusal, mapped, noted = _one(case, events, mapping, policy)
        result.mapped += mapped
        result.noted += noted
        if refusal is None:
            result.accepted += 1
        else:
            result.refusals.append(refusal)
            result.unread += len(events) - mapped - noted
        if log:
            _lay(result, case, log)
    return result


def shuffled(events: Sequence[Logged], dice: Random) -> list[Logged]:
    """Return a case with its events in another order, at the times there were (打乱): what a machine should refuse."""
    mixed = list(events)
    dice.shuffle(mixed)
    return [change(what, at=when.at) for what, when in zip(mixed, events, strict=True)]


def _lay(result: Traced, case: str, log: list[Event]) -> None:
    found = spans(log)
    for span in found:
        result.stages[span.status.value] = result.stages.get(span.status.value, timedelta()) + span.length
    if sum((span.length for span in found), timedelta()) != log[-1].at - log[0].at:
        result.uneven.append(case)


def _one(
    case: str, events: Iterable[Logged], mapping: LogMapping, policy: Policy
) -> tuple[list[Event], Refusal | None, int, int]:
    """Return a case's history, where it was refused, and how many of its events were mapped and noted."""
    order: Order | None = None
    log: list[Event] = []
    mapped = noted = 0
    for one in events:
        status = NEW if order is None else order.status.value
        step = next((step for step in mapping.steps if fits(step, one, order)), None)
        if step is None:
            message = f"对照表没有说 {one.event} 在 {status} 时是什么 / no step for {one.event!r} when {status}"
            return log, Refusal(case, one.line, one.event, status, "no-step", message), mapped, noted
        before, start = order, len(log)
        try:
            for act in step.do:
                made = decide(policy, order, command(act, one, order, case, policy), one.at)
                order = fold(made, order)
                log += made
        except HotlineError as error:
            del log[start:]
            at = (NEW if before is None else before.status.value) if order is None else order.status.value
            return log, Refusal(case, one.line, one.event, at, error.code, str(error)), mapped, noted
        mapped, noted = (mapped + 1, noted) if step.do else (mapped, noted + 1)
    return log, None, mapped, noted


def fits(step: Step, one: Logged, order: Order | None) -> bool:
    """Whether *step* says what the logged event means for the order as it stands (是否适用)."""
    if one.event not in step.events:
        return False
    if step.when and (NEW if order is None else order.status.value) not in step.when:
        return False
    if order is None:
        return not (step.unit or step.desk) and not step.waiting
    if step.unit and (step.unit == "same") != (order.holder == one.unit):
        return False
    if step.waiting is not None and step.waiting != (order.suspended is not None):
        return False
    return not step.desk or _desk(order, one.unit if step.desk == "$unit" else step.desk) == step.desk_is


def _desk(order: Order, unit: str) -> str:
    desk = _open(order, unit)
    return "none" if desk is None else "unsigned" if desk.signed is None else "signed"


def _open(order: Order, unit: str) -> Assignment | None:
    return next((a for a in order.assignments if a.closed is None and a.unit == unit), None)


def command(act: Act, one: Logged, order: Order | None, case: str, policy: Policy) -> c.Command:
    """Return the command of an act (成命令), by the first role that the table lets do it."""
    unit = one.unit if act.unit == "$unit" else act.unit
    kind = c.COMMANDS[act.command]
    if kind is c.Receive:
        by = Actor("log", "", RECEIVE.roles)
        return c.Receive(by, Request(one.at, ref=case), policy.place, case)
    cell = TRANSITIONS[order.status].get(kind) if order is not None else None
    roles = cell.roles if cell is not None else frozenset(Role)
    fields: dict[str, Any] = dict(act.fields)
    desk = unit or (order.holder if order is not None else "")
    if kind in (c.Dispatch, c.Assist, c.Reopen):
        fields["unit"] = unit or one.unit
        desk = ""
    by = Actor("log", desk, roles & _DESK_ROLES) if desk and roles & _DESK_ROLES else Actor("log", "", roles)
    return kind(by, **fields)
