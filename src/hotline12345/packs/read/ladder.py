"""Reading the supervision ladder (读督办阶梯)."""

from __future__ import annotations

from ...core.policy import Rung
from ...core.sla import Stage
from ..table import STAGES, Row


def read_ladder(row: Row) -> tuple[Rung, ...]:
    found: dict[str, Rung] = {}
    for number, one in row.rows("rung"):
        code, zh = one.text("code", required=True), one.text("zh", required=True)
        after = one.limit("after")
        stage = one.choice("stage", STAGES, "unknown-stage") or Stage.HANDLE
        basis = one.basis()
        one.done()
        if code in found:
            one.add("duplicate-code", f"代码「{code}」重复", f"the code {code!r} appears twice", "code")
        found.setdefault(code or str(number), Rung(code, zh, after, basis, stage))
    return tuple(found.values())
