"""Order numbers (工单编号): ``YYMMDDhhmmss`` and six digits, the form a real platform was seen to use.

Source: an order of 泰安's platform, 250912101108115409, taken at 2025-09-12 10:11:08.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from .core.calendar import CST, local
from .core.errors import RequestError

LENGTH = 18


def number_by_time(at: datetime, attempt: int) -> str:
    """Make an order number (编号) for something received *at*; random digits, so *attempt* changes nothing."""
    t = local(at)
    when = f"{t.year % 100:02d}{t.month:02d}{t.day:02d}{t.hour:02d}{t.minute:02d}{t.second:02d}"
    return f"{when}{secrets.randbelow(1_000_000):06d}"


def parse_number(number: str) -> tuple[datetime, str]:
    """Return when the order *number* was made, and its last six digits (解析编号).

    Raises:
        RequestError: ``bad-number`` when it is not of this form.
    """
    try:
        if len(number) != LENGTH or not number.isascii() or not number.isdigit():
            raise ValueError(number)
        return datetime.strptime(number[:12], "%y%m%d%H%M%S").replace(tzinfo=CST), number[12:]
    except ValueError:
        raise RequestError(
            f"「{number}」不是 YYMMDDhhmmss 加六位数字的工单编号",
            f"{number!r} is not an order number of the form YYMMDDhhmmss and six digits",
            code="bad-number",
            hint="例如 250912101108115409",
            hint_en="for example 250912101108115409",
        ) from None
