"""How an order was disposed of without a unit (处置说明): answered, referred, declined, stopped or merged."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ..core.events import Answered, Ceased, Declined, Event, Merged, Referred
from ..core.refs import Finding


@frozen(weakref_slot=False)
class DisposalTold:
    """One disposal (处置), as on record.

    Args:
        event: the event itself.
        reason: the route, the reason's code, or where the answer came from.
        to: whom it was referred to, or the order it goes by.
        basis: the article; empty where none is on record.
        findings: what was noticed when it was disposed of.
    """

    event: Event
    reason: str
    to: str = ""
    basis: str = ""
    findings: tuple[Finding, ...] = ()


def disposals_told(log: Sequence[Event]) -> tuple[DisposalTold, ...]:
    """Tell each disposal (说明处置); an order that was reopened may have several."""
    return tuple(told for event in log if (told := _told(event)) is not None)


def _told(event: Event) -> DisposalTold | None:
    match event:
        case Referred():
            return DisposalTold(event, event.route, event.to, event.basis, event.findings)
        case Declined():
            return DisposalTold(event, event.reason, "", event.basis, event.findings)
        case Answered():
            return DisposalTold(event, event.how, event.source, "", event.findings)
        case Ceased():
            return DisposalTold(event, "unreasonable-repeat", event.earlier, event.basis)
        case Merged():
            return DisposalTold(event, event.reason, event.into)
    return None
