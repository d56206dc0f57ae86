"""Why an order stands as it stands (工单说明): told by the code that computed it, never by a second account.

``deadlines`` counts day by day, ``routes`` tries rule by rule, ``hits`` names what classified it, ``ends`` how it was
disposed of without a unit, ``allowed`` asks ``decide`` what it would do, ``points`` scores the order with the place's
own rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..core.actor import Actor
from ..core.events import Event
from ..core.order import Order
from ..core.policy import Policy
from .allowed import CommandTold, commands_told
from .deadlines import DeadlineTold, deadlines_told
from .ends import DisposalTold, disposals_told
from .hits import ClassificationTold, HitTold, classification_told
from .points import PointTold, points_told
from .routes import RouteTold, routes_told

if TYPE_CHECKING:
    from ..hotline import Hotline

__all__ = [
    "ClassificationTold",
    "CommandTold",
    "DeadlineTold",
    "DisposalTold",
    "Explained",
    "HitTold",
    "PointTold",
    "RouteTold",
    "explain",
    "explain_order",
]


@frozen(weakref_slot=False)
class Explained:
    """What can be told of an order (工单说明).

    Args:
        order: the order as it stands.
        policy: the edition it is kept under.
        deadlines: every clock it has or had, counted day by day.
        routes: every hand-over, rule by rule where a rule decided.
        classifications: what each acceptance went by, hit by hit.
        commands: every command: what is allowed now and to whom, and why the others are refused.
        points: what it does to each component of the score, by itself.
        disposals: how it was answered, referred, declined, stopped or merged, with the article.
    """

    order: Order
    policy: Policy
    deadlines: tuple[DeadlineTold, ...]
    routes: tuple[RouteTold, ...]
    classifications: tuple[ClassificationTold, ...]
    commands: tuple[CommandTold, ...]
    points: tuple[PointTold, ...]
    disposals: tuple[DisposalTold, ...] = ()


def explain(
    hotline: Hotline, order: Order | str, *, at: datetime, by: Actor | None = None, words: bool = False
) -> Explained:
    """Explain an order of *hotline* (说明工单): its history and the edition it is kept under are looked up.

    Args:
        hotline: whose order it is.
        order: the order or its number.
        at: the instant asked about.
        by: whose commands are asked about; anybody's by default.
        words: name the words that classified it: only for who may read the text.

    Raises:
        UnknownOrder: there is none in this place.
    """
    found = hotline.order(order) if isinstance(order, str) else order
    log = hotline.history(found.number)[: found.version]
    read = hotline.words(found.number) if words else None
    return explain_order(hotline.policy_of(found), found, log, at, by=by, words=read)


def explain_order(
    policy: Policy,
    order: Order,
    log: Sequence[Event],
    at: datetime,
    *,
    by: Actor | None = None,
    words: Mapping[str, Any] | None = None,
) -> Explained:
    """Explain *order* (说明工单); pure: everything it needs is handed in.

    Args:
        policy: the edition the order is kept under.
        order: the order as it stands: the fold of *log*.
        log: everything that happened to it.
        at: the instant asked about: what is allowed and what has been missed by then.
        by: whose commands are asked about; anybody's by default.
        words: the request's title and text, where the reader may see them: then hits name their words.
    """
    return Explained(
        order,
        policy,
        deadlines_told(policy, order, log),
        routes_told(policy, log),
        classification_told(policy, log, words),
        commands_told(policy, order, max(at, order.at), by),
        points_told(policy, order, at),
        disposals_told(log),
    )
