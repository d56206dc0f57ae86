"""One piece of knowledge (知识条目): what it says, whose it is, for whom and until when."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from attrs import asdict, evolve, frozen

from .lifecycle import ArticleStatus

MATERIALS = ("办事指南", "法律法规", "热点问答", "日常咨询类", "通知公告", "业务指引", "审批")
"""Material types (材料性质) as 信阳 lists them; its list goes on, and a place's rules may name their own."""


class Visibility(Enum):
    """Who may see an article (可见范围)."""

    PUBLIC = "public"
    DEPARTMENT = "department"
    INTERNAL = "internal"

    @property
    def zh(self) -> str:
        """The name in Chinese."""
        return {"public": "公开", "department": "单位可见", "internal": "内部"}[self.value]


@frozen(weakref_slot=False)
class Draft:
    """What somebody wants to have in the knowledge base (拟入库条目).

    Attributes:
        unit: the unit that answers for it (发文单位), as the rules call units.
        source: the document it rests on, such as its number (依据).
        material: the material type (材料性质).
        keywords: the keywords, each by itself.
        valid_from: the first day it holds; ``None`` from the beginning.
        valid_until: the last day it holds; ``None`` until somebody says otherwise.
        review_by: the day by which the unit looks at it again (复核).
    """

    title: str
    content: str
    category: str = ""
    unit: str = ""
    material: str = ""
    keywords: tuple[str, ...] = ()
    region: str = ""
    source: str = ""
    visibility: Visibility = Visibility.DEPARTMENT
    valid_from: date | None = None
    valid_until: date | None = None
    review_by: date | None = None


@frozen(weakref_slot=False)
class Article:
    """One version of an article (条目的一个版本).

    Attributes:
        id: what it is called in all its versions.
        version: 1, 2, 3 …; an answer names both, as ``K000012@3``.
        centre: the hotline or sub-centre whose base it is in.
        author: who wrote this version, an opaque id.
        at: when it got into this status.
    """

    id: str
    version: int
    status: ArticleStatus
    centre: str
    draft: Draft
    author: str
    at: datetime

    @property
    def ref(self) -> str:
        """How an answer names it (引用): id and version."""
        return f"{self.id}@{self.version}"

    def holds(self, on: date) -> bool:
        """Whether it may be answered from on that day (是否有效)."""
        first, last = self.draft.valid_from, self.draft.valid_until
        return (
            self.status is ArticleStatus.PUBLISHED and (first is None or first <= on) and (last is None or on <= last)
        )


def draft_json(draft: Draft) -> dict[str, Any]:
    """Return a draft as plain JSON (转为 JSON)."""
    return asdict(draft, value_serializer=lambda _, __, value: _plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def draft_of(plain: dict[str, Any]) -> Draft:
    """Return the draft that :func:`draft_json` wrote (读回)."""
    days = {
        name: date.fromisoformat(plain[name]) if plain.get(name) else None
        for name in ("valid_from", "valid_until", "review_by")
    }
    kept = {**plain, **days, "keywords": tuple(plain["keywords"]), "visibility": Visibility(plain["visibility"])}
    return Draft(**kept)


def with_fields(draft: Draft, changes: dict[str, Any]) -> Draft:
    """Return *draft* with *changes* (改动)."""
    return evolve(draft, **changes)
