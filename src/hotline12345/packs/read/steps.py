"""Reading the tables that switch steps (读环节开关)."""

from __future__ import annotations

from typing import Any

from ...core.policy import OPEN_ORDERS
from ..table import KINDS, Row
from .layer import Layer

APPROVERS = {"centre": "centre", "unit-head": "unit-head", "none": "none"}


def read_steps(row: Row, layer: Layer) -> None:
    """Read the tables that switch steps: flow, extension, reopen."""
    flow = row.row("flow")
    if flow is not None:
        switches = ("accept_to_dispatch", "sign", "review", "follow_up", "close_when_satisfied")
        given: dict[str, Any] = {key: flow.flag(key) for key in switches}
        given["answer_kinds"] = flow.choices("answer_kinds", KINDS, "unknown-kind") if "answer_kinds" in flow else None
        given["default_kind"] = flow.choice("default_kind", KINDS, "unknown-kind")
        flow.known += ["answer_kinds"] if "answer_kinds" not in flow.known else []
        layer.flow = given_in(flow, given)
    more = row.row("extension")
    if more is not None:
        given = {"most": more.count("most"), "longest": more.limit("longest")}
        given |= {key: more.limit(key) for key in ("fixed", "total", "ask_before")}
        given |= {"up_to_original": more.flag("up_to_original"), "approver": more.choice("approver", APPROVERS)}
        layer.extension = given_in(more, given)
    new = row.row("transition")
    if new is not None:
        choices = {name: name for name in OPEN_ORDERS}
        layer.transition = given_in(new, {"open_orders": new.choice("open_orders", choices, required=True)})
    again = row.row("reopen")
    if again is not None:
        given = {"most": again.count("most"), "limit": again.limit("limit"), "judged": again.flag("judged")}
        layer.reopen = given_in(again, given)


def given_in(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    basis = row.basis()
    row.done()
    # A limit of "none" takes the parent's away, so that being written counts and not being None.
    return {"basis": basis} | {key: value for key, value in values.items() if key in row and _sound(key, value, row)}


def _sound(key: str, value: Any, row: Row) -> bool:
    return value is not None or row.table[key] == "none"
