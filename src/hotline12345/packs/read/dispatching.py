"""Reading how an order is handed over (读流转规定): hops, assistants, problem orders, the guard of the grassroots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...core.policy import CARRIES, HOPS
from ..table import Row
from .layer import Layer
from .steps import given_in

STARTS = {"signed": "signed", "received": "received"}
LATE = {"refuse": "refuse", "overdue": "overdue"}
_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,47}")


def read_dispatching(row: Row, layer: Layer) -> None:
    """Read the tables of handing over: send_back, hops, assist, problem, grassroots."""
    back = row.row("send_back")
    if back is not None:
        given: dict[str, Any] = {"window": back.limit("window"), "most": back.count("most")}
        given |= {"start": back.choice("start", STARTS), "late": back.choice("late", LATE)}
        given |= {key: back.flag(key) for key in ("designated", "first_receiver")}
        given["reasons"] = _reasons(back)
        layer.send_back = given_in(back, given)
    hops = row.row("hops")
    if hops is not None:
        how = {name: name for name in CARRIES}
        layer.hops = given_in(hops, {hop: hops.choice(hop, how) for hop in HOPS})
    assist = row.row("assist")
    if assist is not None:
        given = {"limit": assist.limit("limit"), "sign": assist.limit("sign")}
        layer.assist = given_in(assist, given | {"report_when_late": assist.flag("report_when_late")})
    problem = row.row("problem")
    if problem is not None:
        given = {"refused": _positive(problem, "refused"), "redone": _positive(problem, "redone")}
        layer.problem = given_in(problem, given | {"to": problem.text("to") or None})
    guard = row.row("grassroots")
    if guard is not None:
        given = {"guard": guard.flag("guard"), "by_catalogue": guard.flag("by_catalogue")}
        categories = guard.texts("categories")
        layer.named += [("grassroots", "categories", category) for category in categories]
        layer.grassroots = given_in(guard, given | {"categories": categories})


def _positive(row: Row, key: str) -> int | None:
    """Return a count from 1 up; ``"none"`` takes the parent's away."""
    value = row.get(key)
    if value is None or value == "none":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        zh, en = f'「{key}」应是不小于 1 的整数，或 "none"', f'{key!r} must be a whole number from 1 up, or "none"'
        row.add("bad-count", zh, en, key)
        return None
    return value


def _reasons(row: Row) -> Mapping[str, str] | None:
    """Return the reason codes and what they mean."""
    said = row.row("reasons")
    if said is None:
        return None
    found = {}
    for code in said.table:
        meaning = said.text(code)
        if not _CODE.fullmatch(code):
            zh, en = f"理由代码「{code}」应为小写字母、数字和连字符", f"the code {code!r} must be of a-z, 0-9 and '-'"
            said.add("bad-code", zh, en, code, "not-our-duty")
        elif meaning:
            found[code] = meaning
    return found
