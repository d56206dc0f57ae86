"""What another system's log means here (对照表): its events become commands, by a TOML file.

::

    [log]
    case = "case_id"
    at = "time"
    event = "activity"
    unit = "group"

    [[step]]
    event = ["Assigned"]
    when = ["new"]
    do = ["receive", "accept", "dispatch"]

The first step that fits an event is taken.  One without ``do`` is noted and changes nothing; an event that no
step fits is refused, and with it the rest of its case.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Table
from typing import Any

from attrs import frozen

from ..core.commands import COMMANDS
from ..core.errors import Fault, PolicyError
from ..core.order import Status
from ..packs.table import Notes, Row

NEW = "new"
"""The status of a case before its first event (尚未收件)."""
DESKS = {name: name for name in ("none", "unsigned", "signed")}
_HAND = {"same": "same", "other": "other"}


@frozen(weakref_slot=False)
class Act:
    """One command of a step (动作).

    *unit* is who gets the order or who acts: a name, ``$unit`` for the log's, "" for whoever holds it.
    """

    command: str
    unit: str = ""
    fields: Table[str, Any] = {}


@frozen(weakref_slot=False)
class Step:
    """What an event means in a given situation (对照项); what is left empty fits everything."""

    events: frozenset[str]
    when: frozenset[str] = frozenset()
    unit: str = ""  # same | other than the holder's
    waiting: bool | None = None  # whether the order's clocks are suspended
    desk: str = ""
    desk_is: str = ""  # none | unsigned | signed
    do: tuple[Act, ...] = ()


@frozen(weakref_slot=False)
class LogMapping:
    """A whole mapping (对照表): the log's columns, and its steps in order."""

    case: str
    at: str
    event: str
    unit: str
    steps: tuple[Step, ...]


def read_mapping(text: str, file: str = "") -> LogMapping:
    """Read a mapping (读对照表).

    Raises:
        PolicyError: ``bad-mapping``, with every fault and its line.
    """
    notes = Notes(file, text)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _bad(
            [Fault("toml-syntax", f"TOML 语法错误：{error}", f"broken TOML: {error}", file=file)], file
        ) from error
    row = Row(table, "", notes)
    log = row.row("log") or Row({}, "log", notes)
    columns = {name: log.text(name, required=name != "unit") for name in ("case", "at", "event", "unit")}
    log.done()
    steps = tuple(_step(one) for _, one in row.rows("step"))
    if not steps:
        row.add("missing-key", "没有 [[step]]", "there is no [[step]]", "step")
    row.done()
    if notes.faults:
        raise _bad(notes.placed(), file)
    return LogMapping(columns["case"], columns["at"], columns["event"], columns["unit"], steps)


def _bad(faults: list[Fault], file: str) -> PolicyError:
    return PolicyError(
        f"对照表 {file} 有 {len(faults)} 处错误",
        f"the mapping {file} has {len(faults)} faults",
        code="bad-mapping",
        faults=tuple(faults),
    )


def _step(row: Row) -> Step:
    statuses = {NEW: NEW} | {status.value: status.value for status in Status}
    events = frozenset(row.texts("event"))
    if not events:
        row.add("missing-key", "缺少「event」", "'event' is missing", "event")
    step = Step(
        events,
        frozenset(row.choices("when", statuses)),
        row.choice("unit", _HAND) or "",
        row.flag("waiting"),
        row.text("desk"),
        row.choice("desk_is", DESKS) or "",
        _acts(row),
    )
    row.done()
    return step


def _acts(row: Row) -> tuple[Act, ...]:
    listed = row.get("do")
    acts = []
    for one in listed if isinstance(listed, list) else [] if listed is None else [listed]:
        table = {"command": one} if isinstance(one, str) else one
        name = table.get("command") if isinstance(table, dict) else None
        if name not in COMMANDS:
            hint = ", ".join(COMMANDS)
            row.add("unknown-value", f"没有命令「{name}」", f"there is no command {name!r}", "do", hint)
            continue
        rest = {key: value for key, value in table.items() if key not in ("command", "unit")}
        acts.append(Act(str(name), str(table.get("unit", "")), rest))
    return tuple(acts)
