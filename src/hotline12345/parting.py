"""An order on its way without a person (自动派单), and a part of one that becomes an order of its own (拆单)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .core import commands as c
from .core.actor import SYSTEM
from .core.decide import decide
from .core.errors import CommandError
from .core.events import Event
from .core.order import Order
from .core.policy import Policy
from .core.request import Attachment, Request, Requester

LEFT = frozenset({"grassroots"})
"""The refusals that leave an order for a person to dispatch: what the rules must not do by themselves."""


def by_rule(policy: Policy, order: Order, at: datetime) -> tuple[Event, ...]:
    """Dispatch by the rules alone (自动派单); what they must not do waits for a person, and that is no fault."""
    try:
        return decide(policy, order, c.Dispatch(SYSTEM), at)
    except CommandError as refused:
        if refused.code not in LEFT:
            raise
        return ()


def part_of(order: Order, words: Mapping[str, Any], part: c.Divide) -> Request:
    """Return the request that *part* of *order* makes (拆出的诉求): the same requester, received when the whole was.

    Args:
        words: the private part of the whole; {} once forgotten.
    """
    intake, who = order.intake, words.get("requester") or {}
    files = tuple(Attachment(**each) for each in words.get("attachments") or ())
    return Request(
        intake.received,
        part.title or words.get("title", ""),
        part.text or words.get("text", ""),
        Requester(who.get("name", ""), who.get("phone", ""), who.get("id", "")),
        part.kind or order.kind,
        part.category or order.category,
        part.area or order.area,
        words.get("address", ""),
        intake.channel,
        anonymous=intake.anonymous,
        confidential=intake.confidential,
        wants_reply=intake.wants_reply,
        attachments=files,
        level=intake.level,
        line=intake.line,
    )
