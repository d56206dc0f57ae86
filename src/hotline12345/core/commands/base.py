"""What every command says, and what its codes and instants must be (命令共有)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from ..actor import Actor
from ..errors import RequestError

PRIVATE = {"private": True}


# No telephone and no identity number passes for a code.
_CODE = re.compile(r"(?!.*\d{7})[a-z0-9][a-z0-9.-]{0,47}")


def short_code(instance: Any, attribute: Any, value: str) -> None:
    """Hold *value* to a code, since it is stored in clear in the event."""
    if value and value != attribute.default and not _CODE.fullmatch(value):
        raise RequestError(
            f"{attribute.name} 应为短代码（小写字母、数字、连字符），收到「{value}」",
            f"{attribute.name} must be a short code (a-z, 0-9, '-'), got {value!r}",
            code="bad-code",
            hint="把文字说明写进 note，reason 只写代码，例如 not-our-duty",
            hint_en="put the words into note and a code into reason, for example not-our-duty",
        )


def aware(instance: Any, attribute: Any, value: Any) -> None:
    """Refuse a naive instant: it would be read in whatever zone the machine has."""
    if value is not None and value.tzinfo is None:
        raise RequestError(
            f"{attribute.name} 的时间 {value.isoformat()} 没有时区",
            f"{attribute.name} {value.isoformat()} has no time zone",
            code="naive-time",
            hint="请写明时区，例如 +08:00",
            hint_en="give the offset, for example +08:00",
        )


@frozen(slots=False)
class Command:
    """What somebody wants done to one order (命令).

    Args:
        by: who wants it; the table says which roles may.
        occurred: when it happened in the world, where that differs from when it is recorded.
        ext: the host's own fields, recorded in the event; not for personal data.
    """

    by: Actor
    occurred: datetime | None = field(default=None, kw_only=True, validator=aware)
    ext: Mapping[str, Any] | None = field(default=None, kw_only=True)
