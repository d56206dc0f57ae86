"""What a new edition does to running orders (新旧版本衔接)."""

from __future__ import annotations

from attrs import frozen

from .rules import DEFAULT_BASIS

OPEN_ORDERS = ("keep", "move", "kinder")
"""Running orders stay under their edition, move to the new one, or take the kinder deadline of the two."""


@frozen(weakref_slot=False)
class TransitionRule:
    """What an edition does to the orders that run when it takes force (新旧版本衔接).

    Args:
        open_orders: ``keep`` them under their own edition, ``move`` them to this one, or ``kinder``: this one, but of
            the old and the new deadline the later for a unit and the earlier for the citizen.
    """

    open_orders: str = "keep"
    basis: str = DEFAULT_BASIS
