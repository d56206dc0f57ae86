"""Print docs/reference/states.md from the table itself (打印状态矩阵).

Run: python scripts/print_matrix.py > docs/reference/states.md
"""

from __future__ import annotations

import sys

from hotline12345.core import commands as c
from hotline12345.core.actor import ROLE_ZH, Role
from hotline12345.core.order import DIVERTED, OPEN, Status
from hotline12345.core.transitions import RECEIVE, TRANSITIONS

HEAD = """\
# 状态与命令 · Statuses and commands

<!-- Printed by scripts/print_matrix.py from hotline12345.core.transitions; do not edit. -->

状态说的是轮到谁；下表没有写的一律不行（拒绝代码 `not-possible-now`），写了的也只有所列角色可以（`not-permitted`）。
A status says whose turn it is. What is not in the table is refused (`not-possible-now`), and what is, is for the roles
named alone (`not-permitted`). A decider may still refuse with a code of its own.
"""


def _sorted(roles: frozenset[Role]) -> list[Role]:
    order = list(Role)
    return sorted(roles, key=order.index)


def _statuses(to: frozenset[Status]) -> list[Status]:
    order = list(Status)
    return sorted(to, key=order.index)


def _kind(status: Status) -> str:
    if status in OPEN:
        return "在办 open"
    return "未进入办理 diverted" if status in DIVERTED else "终结 ended"


def statuses() -> str:
    """Return the list of statuses."""
    rows = [f"| `{status.value}` | {status.zh} | {_kind(status)} |" for status in Status]
    return "\n".join(["## 状态 · Statuses", "", "| status | 状态 | |", "|---|---|---|", *rows, ""])


def diagram() -> str:
    """Return the mermaid diagram; commands that leave the status as it is, and ends common to all, are left out."""
    common = {c.Withdraw, c.Void, c.Merge, c.Terminate, c.Archive}
    names = {status: status.value.replace("-", "_") for status in Status}
    lines = ["stateDiagram-v2", f"    [*] --> {names[Status.RECEIVED]}: receive"]
    lines += [f"    {names[status]}: {status.zh} {status.value}" for status in Status]
    for status, row in TRANSITIONS.items():
        arrows: dict[Status, list[str]] = {}
        for kind, cell in row.items():
            if kind in common:
                continue
            for to in _statuses(cell.to - {status}):
                arrows.setdefault(to, []).append(c.command_name(kind))
        lines += [f"    {names[status]} --> {names[to]}: {', '.join(sorted(by))}" for to, by in arrows.items()]
    text = "撤诉、作废、并单、终止、归档未画出 · withdraw, void, merge, terminate and archive are left out."
    return "\n".join(["## 图 · Diagram", "", text, "", "```mermaid", *lines, "```", ""])


def matrix() -> str:
    """Return the matrix, status × command: ● where the command is possible."""
    kinds = sorted({kind for row in TRANSITIONS.values() for kind in row}, key=c.command_name)
    short = [status for status in Status if TRANSITIONS[status]]
    header = "| 命令 command | " + " | ".join(f"{status.zh}<br>{status.value}" for status in short) + " |"
    rows = [
        f"| `{c.command_name(kind)}` | " + " | ".join("●" if kind in TRANSITIONS[s] else "" for s in short) + " |"
        for kind in kinds
    ]
    ended = "、".join(f"{status.zh} `{status.value}`" for status in Status if not TRANSITIONS[status])
    note = f"{ended}：不再有任何命令 · nothing is possible any more."
    return "\n".join(["## 矩阵 · Matrix", "", header, "|---|" + ":-:|" * len(short), *rows, "", note, ""])


def cells() -> str:
    """Return every cell: who may, and where it may lead."""
    out = ["## 各格 · Cells", ""]
    may = "、".join(f"{ROLE_ZH[role]} `{role.value}`" for role in _sorted(RECEIVE.roles))
    out += [f"`receive` 收件：{may} → `{Status.RECEIVED.value}`", ""]
    for status, row in TRANSITIONS.items():
        if not row:
            continue
        out += [
            f"### {status.zh} · {status.value}",
            "",
            "| 命令 command | 角色 roles | 之后 afterwards |",
            "|---|---|---|",
        ]
        for kind in sorted(row, key=c.command_name):
            cell = row[kind]
            roles = ", ".join(role.value for role in _sorted(cell.roles))
            to = ", ".join(status.value for status in _statuses(cell.to))
            out.append(f"| `{c.command_name(kind)}` | {roles} | {to} |")
        out.append("")
    return "\n".join(out)


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, statuses(), diagram(), matrix(), cells()]).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(page())
