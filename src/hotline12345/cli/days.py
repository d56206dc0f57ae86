"""Days as people type them (日期写法)."""

from __future__ import annotations

from datetime import date

from ..core.errors import RequestError


def read_day(text: str) -> date:
    """Read a day (读日期): ``2026-10-10`` or ``2026/10/10``.

    Raises:
        RequestError: ``bad-day``.
    """
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError as error:
        raise bad_day(text) from error


def bad_day(text: str) -> RequestError:
    """Return the refusal of what is no day."""
    return RequestError(
        f"看不懂日期「{text}」",
        f"cannot read the day {text!r}",
        code="bad-day",
        hint="写成 2026-10-10",
        hint_en="write 2026-10-10",
    )
