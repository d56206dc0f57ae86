"""What every event says (事件共有)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ..actor import Actor


@frozen(slots=False)
class Event:
    """Something that happened to one order (事件).

    Args:
        at: when the system recorded it.
        by: who did it.
        occurred: when it happened in the world, where that differs (paper replies, late imports).
        ext: the host's own fields, namespaced; not for personal data.
    """

    at: datetime
    by: Actor
    occurred: datetime | None = field(default=None, kw_only=True)
    ext: Mapping[str, Any] | None = field(default=None, kw_only=True)
