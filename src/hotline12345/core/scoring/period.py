"""Periods of an assessment (考核周期): a month, a quarter or a year, in China's time."""

from __future__ import annotations

import re
from datetime import datetime

from attrs import frozen

from ..calendar import CST
from ..errors import RequestError

_PERIOD = re.compile(r"(\d{4})(?:-(?:(\d{2})|[Qq]([1-4])))?")


@frozen(weakref_slot=False)
class Period:
    """A period (考核周期): from *since* up to *until*; a deadline at the midnight that ends it belongs to it."""

    name: str
    since: datetime
    until: datetime


def period_of(text: str) -> Period:
    """Return the period called ``2026-09``, ``2026-Q3`` or ``2026`` (读周期).

    Raises:
        RequestError: ``bad-period``.
    """
    match = _PERIOD.fullmatch(text.strip())
    year = int(match[1]) if match else 0
    first, months = (1, 12) if match else (0, 0)
    if match and match[2]:
        first, months = int(match[2]), 1
    elif match and match[3]:
        first, months = 3 * int(match[3]) - 2, 3
    if not 1 <= first <= 12 or not 1 <= year < 9999:
        raise RequestError(
            f"「{text}」不是考核周期",
            f"{text!r} is no period",
            code="bad-period",
            hint="写 2026-09、2026-Q3 或 2026",
            hint_en="such as 2026-09, 2026-Q3 or 2026",
        )
    after = first + months
    start, end = datetime(year, first, 1, tzinfo=CST), datetime(year + after // 13, (after - 1) % 12 + 1, 1, tzinfo=CST)
    return Period(text.strip().upper(), start, end)
