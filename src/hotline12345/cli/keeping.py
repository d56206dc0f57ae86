"""Keeping scorecards (成绩单存档): freezing one into a new file, restating what was frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..core.errors import RequestError


def kept(told: dict[str, Any], period: str, into: str, before: str, reason: str) -> dict[str, Any]:
    """Return *told* with its digest, frozen *into* a file or held against the one of *before* where that was asked."""
    import json

    if not into and not before:
        return told
    from ..core.scoring.frozen import freeze, restate

    if before:
        try:
            frozen = json.loads(Path(before).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise unreadable(before, getattr(error, "strerror", None) or "JSON") from error
        body = restate(frozen, told, reason)
    else:
        body = freeze(told, period)
    if into:
        try:
            with Path(into).open("x", encoding="utf-8") as file:
                json.dump(body, file, ensure_ascii=False, indent=2)
        except OSError as error:
            raise unreadable(into, error.strerror or "") from error
    return told | {key: value for key, value in body.items() if key not in ("scorecard", "schema", "period")}


def new_file(path: str) -> None:
    """Refuse a file that is there already."""
    if path and Path(path).exists():
        raise RequestError(
            f"{path} 已经存在；冻结的成绩单不改写",
            f"{path} is there already; a frozen scorecard is not written over",
            code="already-frozen",
            hint="换一个文件名；更正用 --restate",
            hint_en="choose another name; to put something right use --restate",
        )


def unreadable(path: str, why: str) -> RequestError:
    """Say that a file cannot be read or written."""
    return RequestError(
        f"读不了 {path}：{why}",
        f"cannot read {path}: {why}",
        code="no-such-file",
        hint="给一个可以读写的文件",
        hint_en="give a file that can be read or written",
    )
