"""Reading what a place calls the statuses (读状态名称): names for people, which add no status and no way."""

from __future__ import annotations

from ...core.status import STATUS_ZH, Status
from ..table import Row, nearest


def read_statuses(row: Row) -> dict[str, str]:
    """Read ``[statuses]``: a name for each status, written by its code or its usual Chinese name."""
    said = row.row("statuses")
    if said is None:
        return {}
    said.basis()
    known = {status.value: status.value for status in Status} | {zh: status.value for status, zh in STATUS_ZH.items()}
    names: dict[str, str] = {}
    for key in said.table:
        if key == "basis":
            continue
        name = said.text(key)
        if key not in known:
            said.add("unknown-value", f"没有状态「{key}」", f"there is no status {key!r}", key, nearest(key, known))
        elif known[key] in names:
            said.add("duplicate-code", f"状态「{key}」写了两次", f"the status {key!r} is named twice", key)
        else:
            names[known[key]] = name
    said.done()
    return names
