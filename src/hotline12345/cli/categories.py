"""Categories as people type them (类别核对)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..core.errors import RequestError
from .printing import say

if TYPE_CHECKING:
    from ..core.policy import Policy


def known_category(policy: Policy, category: str) -> None:
    """Refuse a *category* that the policy's catalogue does not have: a typing error would be routed as nobody's.

    Raises:
        RequestError: ``unknown-category``, with the nearest there is.
    """
    names = {one.name for one in policy.rules.categories} if policy.rules is not None else set()
    if not category or not names or category in names:
        return
    from ..packs.table import nearest

    zh, _, en = nearest(category, names).partition(" / ")
    raise RequestError(
        f"政策包 {policy.pack} 没有类别「{category}」",
        f"pack {policy.pack} has no category {category!r}",
        code="unknown-category",
        hint=zh,
        hint_en=en or zh,
    )


def note_unknown(policy: Policy, category: str) -> None:
    """Say on stderr that the catalogue does not have *category* (提示): asking what would happen to it is allowed."""
    try:
        known_category(policy, category)
    except RequestError as error:
        note = say(f"注意：{error.zh}；{error.hint_zh}", f"note: {error.en}; {error.hint_en}")
        click.echo(note, err=True)
