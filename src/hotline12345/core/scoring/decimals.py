"""Decimal arithmetic as published tables do it (十进制运算): exact, and rounded half up once, at the end."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
EXACT = Context(prec=50, rounding=ROUND_HALF_UP)
"""Our own arithmetic: the caller's decimal context may round to anything."""


def half_up(value: Decimal, places: Decimal = CENT) -> Decimal:
    """Round half up (四舍五入), as published tables do; binary or banker's rounding would not.  Nothing is never -0."""
    return EXACT.plus(value.quantize(places, ROUND_HALF_UP, EXACT))


def kept(places: int) -> Decimal:
    """Return the quantum of *places* decimals (保留位数)."""
    return Decimal(1).scaleb(-places, EXACT)


def ratio(numerator: Decimal, denominator: Decimal, places: int | None, down: bool = False) -> Decimal | None:
    """Return the percentage as a scoring takes it (比率): to *places*, half up or cut off; ``None`` does not round."""
    if not denominator:
        return None
    value = EXACT.divide(EXACT.multiply(numerator, Decimal(100)), denominator)
    return rounded(value, places, down)


def rounded(value: Decimal, places: int | None, down: bool = False) -> Decimal:
    """Return *value* to *places* decimals, half up or cut off; ``None`` leaves it as it is (取整)."""
    if places is None:
        return value
    return value.quantize(kept(places), ROUND_DOWN if down else ROUND_HALF_UP, EXACT)


def percent(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """Return the percentage to two places, half up (百分比); ``None`` for an empty denominator."""
    if not denominator:
        return None
    return half_up(EXACT.divide(EXACT.multiply(Decimal(numerator), Decimal(100)), Decimal(denominator)))


def median(values: list[int]) -> Decimal | None:
    """Return the median (中位数); ``None`` of nothing."""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return EXACT.divide(Decimal(ordered[middle - 1] + ordered[middle]), Decimal(2))
