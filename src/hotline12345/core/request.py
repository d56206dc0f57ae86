"""What a person asked (诉求): the request as it comes in, its private part apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import field, frozen

from .errors import RequestError


class Kind(Enum):
    """The kind of a request (诉求类型); 接诉即办条例 art. 2 names the first five, catalogues add praise."""

    CONSULTATION = "consultation"  # 咨询
    HELP = "help"  # 求助
    COMPLAINT = "complaint"  # 投诉
    REPORT = "report"  # 举报
    SUGGESTION = "suggestion"  # 建议
    PRAISE = "praise"  # 表扬

    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name, as orders print it."""
        return KIND_ZH[self]

    @classmethod
    def parse(cls, text: str) -> Kind:
        """Read a kind in English or Chinese.

        Raises:
            RequestError: ``unknown-kind``, with the kinds there are.
        """
        kind = KIND_BY_NAME.get(text.strip().lower())
        if kind is None:
            raise RequestError(
                f"没有诉求类型「{text}」",
                f"there is no kind {text!r}",
                code="unknown-kind",
                hint="类型有：" + "、".join(f"{k.zh} {k.value}" for k in cls),
                hint_en="kinds: " + ", ".join(k.value for k in cls),
            )
        return kind


KIND_ZH: dict[Kind, str] = {
    Kind.CONSULTATION: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议",
    Kind.PRAISE: "表扬",
}
KIND_BY_NAME: dict[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    **{zh: kind for kind, zh in KIND_ZH.items()},
    "感谢": Kind.PRAISE,
    "意见建议": Kind.SUGGESTION,
    "意见": Kind.SUGGESTION,
}


class Urgency(Enum):
    """How pressing a request is (紧急程度)."""

    NORMAL = "normal"  # 一般
    URGENT = "urgent"  # 紧急
    EMERGENCY = "emergency"  # 特急: danger to life or property; goes to 110/119/120/122 at once

    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name."""
        return {"normal": "一般", "urgent": "紧急", "emergency": "特急"}[self.value]


LEVEL_ZH: dict[str, str] = {"nation": "国家级", "province": "省级", "city": "市级", "county": "县级", "town": "乡级"}
"""From which level of government a request was handed down (来源层级); "" where it came from the people directly."""


def parse_level(text: str) -> str:
    """Read a level of government in English or Chinese (来源层级); "" stays.

    Raises:
        RequestError: ``unknown-source-level``, with the levels there are.
    """
    text = text.strip()
    if not text or text in LEVEL_ZH:
        return text
    level = next((name for name, zh in LEVEL_ZH.items() if text in (zh, zh.removesuffix("级"))), "")
    if not level:
        raise _unknown_level(text)
    return level


def _unknown_level(text: str) -> RequestError:
    return RequestError(
        f"没有来源层级「{text}」",
        f"there is no level {text!r} a request is handed down from",
        code="unknown-source-level",
        hint="层级有：" + "、".join(f"{zh} {name}" for name, zh in LEVEL_ZH.items()),
        hint_en="levels: " + ", ".join(LEVEL_ZH),
    )


@frozen(weakref_slot=False)
class Attachment:
    """A file that came with a request (附件): its *name*, media *type*, *digest* and where the host keeps it."""

    name: str
    type: str = ""
    digest: str = ""
    uri: str = ""


@frozen(weakref_slot=False)
class Requester:
    """The person who asks (诉求人).  All of it is private: it never enters an event."""

    name: str = ""
    phone: str = ""
    id: str = ""

    @property
    def key(self) -> str:
        """What tells two requesters apart: the id, else the phone, else the name; empty when anonymous."""
        return self.id or self.phone or self.name


@frozen(weakref_slot=False)
class Request:
    """A request (诉求) as a channel parsed it.

    ``requester``, ``title``, ``text``, ``address`` and ``attachments`` are private and go to the
    private records; the rest is recorded in the ``Received`` event.

    Args:
        received: when the hotline got it; an aware ``datetime``.
        kind: the kind the citizen or the agent gave; ``None`` lets the classifier say.
        category: a catalogue path ("城乡建设/物业管理"); empty lets the classifier say.
        area: an administrative division code; empty where unknown.
        ref: the channel's own number; the same (channel, ref) twice gives the same order.
        level: the level of government that handed it down (:data:`LEVEL_ZH`); empty where nobody did.
        line: the special line it came by (专线), its code or key; empty for the general one.
        ext: the host's own fields, namespaced; not for personal data.
        happened: when what it tells of happened, aware; private.
    """

    received: datetime
    title: str = ""
    text: str = ""
    requester: Requester = Requester()
    kind: Kind | None = None
    category: str = ""
    area: str = ""
    address: str = ""
    channel: str = "phone"
    ref: str = ""
    anonymous: bool = False
    confidential: bool = False
    wants_reply: bool = True
    attachments: tuple[Attachment, ...] = ()
    ext: Mapping[str, Any] = field(factory=dict)
    level: str = ""
    line: str = ""
    happened: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.received, datetime) or not (self.kind is None or isinstance(self.kind, Kind)):
            raise _wrong_type(self)
        naive = self.received if self.received.tzinfo is None else self.happened
        if naive is not None and naive.tzinfo is None:
            zh, en = ("收件", "receipt") if naive is self.received else ("发生", "what happened")
            raise RequestError(
                f"{zh}时间 {naive.isoformat()} 没有时区",
                f"the time of {en} {naive.isoformat()} has no time zone",
                code="naive-time",
                hint="请写明时区，例如 +08:00",
                hint_en="give the offset, for example +08:00",
            )
        if self.level and self.level not in LEVEL_ZH:
            raise _unknown_level(self.level)

    def private(self) -> dict[str, Any]:
        """Return the private part as plain JSON: what could name or expose a person."""
        told = {} if self.happened is None else {"happened": self.happened.isoformat()}
        return told | {
            "requester": {"name": self.requester.name, "phone": self.requester.phone, "id": self.requester.id},
            "title": self.title,
            "text": self.text,
            "address": self.address,
            "attachments": [
                {"name": a.name, "type": a.type, "digest": a.digest, "uri": a.uri} for a in self.attachments
            ],
        }


def _wrong_type(request: Request) -> RequestError:
    """Hosts build requests from JSON, where a time and a kind are texts."""
    if not isinstance(request.received, datetime):
        return RequestError(
            f"收件时间应是 datetime，收到「{request.received!r}」",
            f"the time of receipt must be a datetime, got {request.received!r}",
            code="bad-time",
            hint="用 datetime.fromisoformat 转换，并写明时区",
            hint_en="convert it with datetime.fromisoformat, with its offset",
        )
    return RequestError(
        f"诉求类型应是 Kind，收到「{request.kind!r}」",
        f"the kind must be a Kind, got {request.kind!r}",
        code="unknown-kind",
        hint="用 Kind.parse 转换",
        hint_en="convert it with Kind.parse",
    )
