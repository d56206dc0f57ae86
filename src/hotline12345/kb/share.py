"""What a centre sees (共享): its own articles, what the centres above it share, and what its sub-centres share.

皖政办秘〔2021〕65号 asks province and city to share; sub-centres keep professional knowledge of their own for the
hotline they belong to.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ..core.actor import Actor, Role
from .article import Article, Visibility
from .rules import Rules
from .shelf import marks

_UNITS = frozenset({Role.HANDLER, Role.UNIT_HEAD})


def may_see(actor: Actor) -> tuple[Visibility, ...]:
    """Return which visibilities *actor* may see in their own centre (可见范围): the public sees what is public."""
    if not actor.roles or actor.roles <= {Role.REQUESTER}:
        return (Visibility.PUBLIC,)
    if actor.roles <= _UNITS | {Role.REQUESTER}:
        return (Visibility.PUBLIC, Visibility.DEPARTMENT)
    return tuple(Visibility)


def partners(rules: Rules, centre: str) -> tuple[str, ...]:
    """Return the centres *centre* shares with (共享方): those above and those below it."""
    below = tuple(code for code in sorted(rules.centres) if centre in rules.above(code))
    return (*rules.above(centre), *below)


def sees(article: Article, rules: Rules, centre: str, actor: Actor, on: date) -> bool:
    """Whether *actor* of *centre* may answer from *article* on that day (能否看到)."""
    seen = may_see(actor)
    own = article.centre == centre
    shared = article.centre in partners(rules, centre) and article.draft.visibility is not Visibility.INTERNAL
    return article.holds(on) and article.draft.visibility in seen and (own or shared)


def scope(rules: Rules, centre: str, actor: Actor, on: date, category: str = "") -> tuple[str, list[Any]]:
    """Return the same as a condition on ``kb_shown`` (检索范围), with its values."""
    own = [each.value for each in may_see(actor)]
    shared = [each for each in own if each != Visibility.INTERNAL.value]
    others = partners(rules, centre)
    where = f"(s.centre = ? AND s.visibility IN ({marks(len(own))})"
    values: list[Any] = [centre, *own]
    if others:
        where += f" OR s.centre IN ({marks(len(others))}) AND s.visibility IN ({marks(len(shared))})"
        values += [*others, *shared]
    where += ") AND s.first_day <= ? AND (s.last_day = '' OR s.last_day >= ?)"
    values += [on.isoformat(), on.isoformat()]
    if category:
        where += " AND (s.category = ? OR substr(s.category, 1, ?) = ?)"
        values += [category, len(category) + 1, f"{category}/"]
    return where, values
