"""How this channel says no (退回原因): one place for where, what and what to do."""

from __future__ import annotations

from typing import Any

from ..core.errors import Fault, RequestError

_SHOWN = 40
_UNPRINTABLE = dict.fromkeys((*range(0x20), *range(0xD800, 0xE000)), "\N{REPLACEMENT CHARACTER}")


def shown(value: object) -> str:
    """Return *value* short and printable, so that a message never breaks a terminal or carries a whole text."""
    text = str(value)
    text = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return text.translate(_UNPRINTABLE)


def refusal(
    code: str, zh: str, en: str, *, line: int = 0, column: str = "", hint: tuple[str, str] = ("", ""), **facts: Any
) -> RequestError:
    """Return a refusal that names the line and the column in both languages and as ``facts``."""
    if line:
        facts["line"] = line
    if column:
        facts["column"] = column
    where_zh = (f"第 {line} 行" if line else "") + (f"「{shown(column)}」列" if column else "")
    where_en = ", ".join(
        part for part in (f"line {line}" * bool(line), f"column {shown(column)!r}" * bool(column)) if part
    )
    return RequestError(
        f"{where_zh}：{zh}" if where_zh else zh,
        f"{where_en}: {en}" if where_en else en,
        code=code,
        hint=hint[0],
        hint_en=hint[1],
        **facts,
    )


def note(code: str, zh: str, en: str) -> Fault:
    """Return something the reader should know and that refuses nothing."""
    return Fault(code, zh, en, severity="note")
