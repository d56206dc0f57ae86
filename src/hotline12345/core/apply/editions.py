"""Applying a new edition (版本更替)."""

from __future__ import annotations

from .. import events as e
from ..order import Order
from .base import onward


def edition_adopted(o: Order, event: e.EditionAdopted) -> Order:
    intake = o.intake._replace(edition=event.edition, parents=event.parents, digest=event.digest)
    return onward(o, event)._replace(intake=intake)
