"""A message as this part of the library looks at it (诉求要素)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Message(NamedTuple):
    """What somebody said, where, when (一条诉求).

    Attributes:
        id: its number; whatever is found is told by it.
        title: what stands above it; may be empty.
        text: what was said.
        at: when it came, with its offset.
        area: the division code; "" where it is not known.
        address: the place in words.
        lat: degrees north; ``None`` where nobody measured.
        lon: degrees east.
        who: an opaque key of whoever asked; "" where nobody may be told apart by it.
        category: the path of what it is about, levels set off by ``/``.
        likes: how many others agreed (点赞).
        against: how many disagreed (反对).
    """

    id: str
    title: str = ""
    text: str = ""
    at: datetime | None = None
    area: str = ""
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    who: str = ""
    category: str = ""
    likes: int = 0
    against: int = 0


def canonical(message: Message) -> tuple[object, ...]:
    """Return what messages are sorted by, so that no answer depends on the order they came in."""
    at = message.at.timestamp() if message.at is not None else -1e18
    return (at, message.id, message.title, message.text, message.who, message.area, message.category)


LEAD = 60
"""How many characters of a text stand for the title that it lacks."""


def heading(message: Message) -> str:
    """Return the title, or the beginning of the text where there is none (标题)."""
    return message.title if message.title.strip() else message.text.strip()[:LEAD]
