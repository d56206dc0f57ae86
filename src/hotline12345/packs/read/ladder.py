"""Reading the supervision ladder (读督办阶梯)."""

from __future__ import annotations

from typing import Any

from ...core.policy import TRIGGERS, Paper, Rung
from ...core.policy.ladder import COUNTED, OVERDUE, PARTIES
from ...core.sla import Stage, TimeLimit, Unit
from ..table import STAGES, Row, nearest
from .layer import Layer

AT_ONCE = "at-once"
SINCE = {"trigger": "trigger", "rung": "rung"}
_TRIGGERS = {code: code for code in TRIGGERS} | {zh: code for code, zh in TRIGGERS.items()}


def read_ladder(row: Row, layer: Layer) -> tuple[Rung, ...]:
    """Read the parties of ``[supervision]`` and every ``[[rung]]``, in their order (读督办阶梯)."""
    layer.parties = _parties(row)
    parties = {code: code for code in (*PARTIES, *layer.parties)}
    found: dict[str, Rung] = {}
    for number, one in row.rows("rung"):
        rung = _rung(one, parties)
        if rung.code in found:
            one.add("duplicate-code", f"代码「{rung.code}」重复", f"the code {rung.code!r} appears twice", "code")
        found.setdefault(rung.code or str(number), rung)
    return tuple(found.values())


def _parties(row: Row) -> dict[str, str]:
    said = row.row("supervision")
    if said is None:
        return {}
    said.basis()
    named = said.row("parties")
    names: dict[str, str] = {}
    if named is not None:
        names = {code: named.text(code) for code in named.table}
        named.done()
    said.done()
    return names


def _rung(one: Row, parties: dict[str, str]) -> Rung:
    code, zh = one.text("code", required=True), one.text("zh", required=True)
    at_once = one.get("after") == AT_ONCE
    after = None if at_once else one.limit("after")
    trigger = one.choice("trigger", _TRIGGERS) or OVERDUE
    stage = one.choice("stage", STAGES, "unknown-stage")
    count = one.count("count")
    on_day, since = one.flag("on_day") or False, one.choice("since", SINCE) or "trigger"
    paper, owner = _paper(one, parties), one.choice("owner", parties, "unknown-party") or ""
    spares = one.flag("unless_reported") or False
    if spares and trigger != OVERDUE:
        zh, en = "unless_reported 只用于超期", "unless_reported is for `overdue`"
        one.add("bad-rung", zh, en, "unless_reported")
    before = one.limit("before")
    elsewhere = trigger != OVERDUE or stage not in (None, Stage.HANDLE) or at_once or after is not None
    if before is not None and (elsewhere or before.unit is Unit.WORKING_HOURS):
        zh, en = "before 只用于办理时限届满之前，不与 after 同写", "`before` is for handling, without `after`"
        one.add("bad-rung", zh, en, "before", 'before = "1wd"')
    basis = one.basis()
    one.done()
    _check(one, trigger, stage, count, after, on_day)
    return Rung(
        code, zh, after, basis, stage or Stage.HANDLE, trigger, count or 1, at_once, on_day, since, paper, owner,
        spares, before,
    )  # fmt: skip


def _check(
    one: Row, trigger: str, stage: Stage | None, count: int | None, after: TimeLimit | None, on_day: bool
) -> None:
    if stage is not None and trigger != OVERDUE:
        zh, en = (
            f"只有超期才分环节，「{TRIGGERS[trigger]}」没有环节",
            f"only `overdue` has a stage, {trigger!r} has none",
        )
        one.add("bad-rung", zh, en, "stage", "删去 stage / drop it")
    if count is not None and (count == 0 or (count > 1 and trigger not in COUNTED)):
        zh, en = f"「{TRIGGERS[trigger]}」不计次数，或次数为 0", f"{trigger!r} is not counted, or the count is 0"
        one.add("bad-rung", zh, en, "count", nearest("", sorted(COUNTED)))
    if on_day and (after is None or after.unit not in (Unit.DAYS, Unit.WORKING_DAYS)):
        zh, en = "on_day 要有以日或工作日计的 after", "on_day needs an `after` in days or working days"
        one.add("bad-rung", zh, en, "on_day", 'after = "1d"')


def _paper(one: Row, parties: dict[str, str]) -> Paper | None:
    row = one.row("paper")
    if row is None:
        return None
    given: dict[str, Any] = {"to": row.choice("to", parties, "unknown-party") or "unit"}
    given["cc"] = row.choices("cc", parties, "unknown-party")
    paper = Paper(row.text("code", required=True), row.text("title", required=True), **given)
    row.done()
    return paper
