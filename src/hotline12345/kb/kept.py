"""How articles lie in the tables (条目的存放): every version a row, every step a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from ..core.actor import ROLE_ZH, Actor
from ..core.calendar import local
from ..core.errors import CommandError, Conflict, RequestError
from .article import Article, draft_json, draft_of
from .check import level_title
from .lifecycle import ArticleStatus
from .shelf import Row, Shelf, Writer, marks

ITEM = "SELECT id, version, status, centre, author, at, data FROM kb_item"
NEWEST = "version = (SELECT max(version) FROM kb_item n WHERE n.id = kb_item.id)"


def article(row: Row) -> Article:
    id_, version, status, centre, author, at, data = row
    draft = draft_of(json.loads(data))
    return Article(id_, version, ArticleStatus(status), centre, draft, author, datetime.fromisoformat(at))


def insert(writer: Writer, articles: Iterable[Article], moment: str) -> None:
    rows = []
    for one in articles:
        draft, data = one.draft, json.dumps(draft_json(one.draft), ensure_ascii=False)
        days = [day.isoformat() if day is not None else "" for day in (draft.valid_until, draft.review_by)]
        level = level_title(draft.title)
        head = (one.id, one.version, one.status.value, one.centre, draft.unit, level)
        rows.append((*head, *days, one.author, moment, data))
    writer.many(f"INSERT INTO kb_item VALUES ({marks(11)})", rows)


def note(writer: Writer, rows: Sequence[tuple[Any, ...]]) -> None:
    seq = writer.rows("SELECT coalesce(max(seq), 0) FROM kb_step")[0][0]
    writer.many(f"INSERT INTO kb_step VALUES ({marks(7)})", [(seq + n, *row) for n, row in enumerate(rows, 1)])


def keep(writer: Writer, name: str, value: str) -> None:
    query = "INSERT INTO kb_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    writer.rows(query, (name, value))


def titles(reader: Shelf | Writer, centre: str, but: str = "") -> Callable[[str], str]:
    """Return what tells who has a title in *centre*; what was withdrawn or replaced has it no more."""
    query = (
        f"SELECT id FROM kb_item WHERE centre = ? AND level = ? AND id <> ? AND (status = 'published' OR {NEWEST} "
        "AND status NOT IN ('withdrawn', 'superseded')) LIMIT 1"
    )

    def taken(level: str) -> str:
        rows = reader.rows(query, (centre, level, but))
        return str(rows[0][0]) if rows else ""

    return taken


def version(reader: Shelf | Writer, id_: str, version: int) -> Article:
    rows = reader.rows(f"{ITEM} WHERE id = ? AND version = ?", (id_, version))
    if not rows:
        raise unknown(f"{id_}@{version}")
    return article(rows[0])


def again(reader: Shelf | Writer, article: Article) -> Article:
    return version(reader, article.id, article.version)


def newest(reader: Shelf | Writer, id_: str) -> Article:
    rows = reader.rows(f"{ITEM} WHERE id = ? ORDER BY version DESC LIMIT 1", (id_,))
    if not rows:
        raise unknown(id_)
    return article(rows[0])


def several(reader: Shelf | Writer, ids: Sequence[str]) -> list[Article]:
    """Return the newest versions of *ids*, in their order."""
    found = {row[0]: article(row) for row in reader.rows(f"{ITEM} WHERE id IN ? AND {NEWEST}", (list(ids),))}
    lacking = [id_ for id_ in ids if id_ not in found]
    if lacking:
        raise unknown(lacking[0])
    return [found[id_] for id_ in ids]


def published(reader: Shelf | Writer, id_: str) -> Article | None:
    rows = reader.rows(f"{ITEM} WHERE id = ? AND status = 'published'", (id_,))
    return article(rows[0]) if rows else None


def unknown(id_: str) -> CommandError:
    return CommandError(
        f"没有条目 {id_}",
        f"there is no article {id_}",
        code="unknown-article",
        hint="用 kb list 查看编号",
        hint_en="kb list shows the ids",
    )


def fresh(article: Article, expected: int) -> None:
    if expected and expected != article.version:
        raise Conflict(
            f"条目 {article.id} 已是第 {article.version} 版，不是第 {expected} 版",
            f"article {article.id} is at version {article.version}, not {expected}",
            code="kb-conflict",
            hint="请取最新版本再改",
            hint_en="get the newest version and change that",
        )


def moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise RequestError(
            "时间没有时区", "the time has no offset", code="naive-time", hint="写明 +08:00", hint_en="give +08:00"
        )
    return local(at).isoformat()


def need(by: Actor, roles: frozenset[Any], zh: str, en: str) -> None:
    if not by.roles & roles:
        raise CommandError(
            f"{zh}须由" + "、".join(sorted(ROLE_ZH[role] for role in roles)) + "执行",
            f"{en} is for " + ", ".join(sorted(role.value for role in roles)),
            code="kb-not-permitted",
            hint="写明身份，如 --as agent@热线/li",
            hint_en="say who you are, such as --as agent@hotline/li",
        )
