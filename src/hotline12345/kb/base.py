"""The knowledge base itself (知识库): articles come in checked, walk their table, are kept and found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import evolve

from ..core.actor import ROLE_ZH, SYSTEM, Actor
from ..core.errors import Fault, RequestError, StoreError
from ..stores._sqlite_url import address
from . import find, index, kept
from .article import Article, Draft
from .check import check, check_batch, cleaned, refuse
from .lifecycle import STEPS, WRITERS, ArticleStatus, step
from .rules import Rules, read_rules
from .share import scope
from .shelf import Shelf, Writer


def open_base(url: str, *, must_exist: bool = False) -> KnowledgeBase:
    """Open a knowledge base (打开知识库): ``sqlite:///knowledge.db`` or ``postgresql://…`` with the extra ``sql``.

    Raises:
        StoreError: ``bad-url``, ``no-such-base``, ``not-a-base``, ``no-fts5``, ``locked`` …
        PluginError: ``missing-extra``.
    """
    if url.startswith(("postgresql://", "postgres://")):
        from .postgres import PostgresShelf

        return KnowledgeBase(PostgresShelf(url, must_exist=must_exist))
    if not url.startswith("sqlite:"):
        raise StoreError(
            f"看不懂知识库地址「{url.partition('@')[2] or url}」",
            f"cannot read the address of the knowledge base {url.partition('@')[2] or url!r}",
            code="bad-url",
            hint="写 sqlite:///knowledge.db 或 postgresql://…",
            hint_en="write sqlite:///knowledge.db or postgresql://…",
        )
    from .sqlite import SqliteShelf

    path, options = address(url)
    return KnowledgeBase(SqliteShelf(path, must_exist=must_exist, timeout=float(options.get("timeout", 10.0))))


class KnowledgeBase:
    """A knowledge base on a shelf (知识库); its rules lie in it, so that all who use it use the same."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    # -- rules -----------------------------------------------------------------------------------

    @property
    def rules(self) -> Rules:
        """The place's rules (规则), 信阳's where none were given."""
        rows = self.shelf.rows("SELECT value FROM kb_meta WHERE name = 'rules'")
        return read_rules(rows[0][0]) if rows else Rules()

    def set_rules(self, text: str, by: Actor, file: str = "") -> Rules:
        """Keep the rules in *text*, TOML (设定规则).

        Raises:
            PolicyError: ``bad-kb-rules``, with every fault.
            CommandError: ``kb-not-permitted``.
        """
        kept.need(by, frozenset(role for role in ROLE_ZH if role.value == "admin"), "设定规则", "setting rules")
        rules = read_rules(text, file)
        with self.shelf.writing() as writer:
            kept.keep(writer, "rules", text)
        return rules

    # -- writing ---------------------------------------------------------------------------------

    def add(self, draft: Draft, by: Actor, at: datetime, *, centre: str = "") -> Article:
        """Take an article in as a draft (新增条目).

        Raises:
            PolicyError: ``bad-article``, with every fault.
            CommandError: ``kb-not-permitted``.
        """
        taken, faults = self.add_many([(0, draft)], by, at, centre=centre)
        if faults:
            raise refuse(faults)
        return taken[0]

    def add_many(
        self, rows: Sequence[tuple[int, Draft]], by: Actor, at: datetime, *, centre: str = "", file: str = ""
    ) -> tuple[list[Article], list[Fault]]:
        """Take many in as drafts (批量入库): the sound ones go in, every fault of the others comes back.

        Raises:
            RequestError: ``kb-batch-too-large``, ``naive-time``.
            CommandError: ``kb-not-permitted``.
        """
        kept.need(by, WRITERS, "撰写条目", "writing articles")
        moment, rules = kept.moment(at), self.rules
        with self.shelf.writing() as writer:
            sound, faults = check_batch(rows, rules, by, kept.titles(writer, centre), file)
            rows_ = writer.rows("SELECT value FROM kb_meta WHERE name = 'last'")
            last = int(rows_[0][0]) if rows_ else 0
            made = [
                Article(f"K{last + count:06d}", 1, ArticleStatus.DRAFT, centre, draft, by.person, at)
                for count, (_, draft) in enumerate(sound, 1)
            ]
            if made:
                kept.keep(writer, "last", str(last + len(made)))
                kept.insert(writer, made, moment)
                kept.note(writer, [(each.id, 1, "add", str(by), moment, "") for each in made])
        return made, faults

    def revise(self, id: str, draft: Draft, by: Actor, at: datetime, *, expected: int = 0) -> Article:  # noqa: A002
        """Write the next version of an article (修订); what is published stays so until the new one is.

        Raises:
            Conflict: ``kb-conflict``: *expected* is not the newest version any more.
            PolicyError: ``bad-article``, with every fault.
            CommandError: ``kb-not-permitted``, ``unknown-article``.
        """
        kept.need(by, WRITERS, "修订条目", "revising articles")
        moment, rules = kept.moment(at), self.rules
        with self.shelf.writing() as writer:
            old = kept.newest(writer, id)
            kept.fresh(old, expected)
            draft = cleaned(draft, rules)
            taken = kept.titles(writer, old.centre, but=id)
            if faults := check(draft, rules, by, taken):
                raise refuse(faults)
            if old.status not in (ArticleStatus.PUBLISHED, ArticleStatus.SUPERSEDED):
                _move(writer, rules, old, "supersede", SYSTEM, moment, "")
            new = Article(id, old.version + 1, ArticleStatus.DRAFT, old.centre, draft, by.person, at)
            kept.insert(writer, [new], moment)
            kept.note(writer, [(id, new.version, "revise", str(by), moment, "")])
        return new

    def take(self, id: str, action: str, by: Actor, at: datetime, *, reason: str = "", expected: int = 0) -> Article:  # noqa: A002
        """Carry out a step of the table on the newest version (执行一步): submit, approve, reject, withdraw …

        ``withdraw`` and ``expire`` mean the version that is published, where there is one.

        Raises:
            CommandError: ``kb-not-possible``, ``kb-not-permitted``, ``kb-reason-needed``, ``kb-own-work``,
                ``unknown-article``.
            Conflict: ``kb-conflict``.
        """
        moment, rules = kept.moment(at), self.rules
        if action not in STEPS:
            raise RequestError(
                f"没有「{action}」这一步",
                f"there is no step {action!r}",
                code="unknown-step",
                hint="有：" + "、".join(f"{zh} {name}" for name, zh in STEPS.items()),
                hint_en="there are: " + ", ".join(STEPS),
            )
        with self.shelf.writing() as writer:
            article = kept.newest(writer, id)
            kept.fresh(article, expected)
            shown = kept.published(writer, id)
            if action in ("withdraw", "expire") and shown is not None:
                article = shown
            _move(writer, rules, article, action, by, moment, reason)
            if action == "approve":
                if shown is not None:
                    _move(writer, rules, shown, "supersede", SYSTEM, moment, "")
                index.put(writer, [kept.again(writer, article)])
        return self.get(id, article.version)

    def publish_many(self, ids: Sequence[str], by: Actor, at: datetime) -> list[Article]:
        """Submit and approve drafts that are new in one write (批量发布): for bases taken over as they are.

        Who may both submit and approve, an admin, may do so with their own too.

        Raises:
            CommandError: as :meth:`take`; nothing is changed then.
        """
        moment = kept.moment(at)
        rules = self.rules
        with self.shelf.writing() as writer:
            articles = [
                article
                for first in range(0, len(ids), 500)
                for article in kept.several(writer, ids[first : first + 500])
            ]
            for article in articles:
                reviewed = step(article.status, "submit", by)
                step(reviewed, "approve", by)
                shown = kept.published(writer, article.id) if article.version > 1 else None
                if shown is not None:
                    _move(writer, rules, shown, "supersede", SYSTEM, moment, "")
            done = [evolve(article, status=ArticleStatus.PUBLISHED, at=at) for article in articles]
            query = f"UPDATE kb_item SET status = ?, at = ? WHERE id IN ? AND {kept.NEWEST}"
            for first in range(0, len(ids), 500):
                writer.rows(query, ("published", moment, list(ids[first : first + 500])))
            steps = [
                (each.id, each.version, what, str(by), moment, "") for each in done for what in ("submit", "approve")
            ]
            kept.note(writer, steps)
            index.put(writer, done)
        return done

    def expire(self, on: date, at: datetime) -> list[Article]:
        """Let what was valid until before *on* expire (到期)."""
        moment, day, rules = kept.moment(at), on.isoformat(), self.rules
        query = f"{kept.ITEM} WHERE status = 'published' AND last_day <> '' AND last_day < ? ORDER BY id"
        with self.shelf.writing() as writer:
            late = [kept.article(row) for row in writer.rows(query, (day,))]
            for article in late:
                _move(writer, rules, article, "expire", SYSTEM, moment, "")
        return [self.get(article.id, article.version) for article in late]

    # -- reading ---------------------------------------------------------------------------------

    def get(self, id: str, version: int = 0) -> Article:  # noqa: A002
        """Return a version of an article, by default the newest (取条目).

        Raises:
            CommandError: ``unknown-article``.
        """
        return kept.newest(self.shelf, id) if not version else kept.version(self.shelf, id, version)

    def published(self, id: str) -> Article | None:  # noqa: A002
        """Return the version that is shown now (现行版本), ``None`` where there is none."""
        return kept.published(self.shelf, id)

    def versions(self, id: str) -> list[Article]:  # noqa: A002
        """Return every version (全部版本), oldest first."""
        return [kept.article(row) for row in self.shelf.rows(f"{kept.ITEM} WHERE id = ? ORDER BY version", (id,))]

    def history(self, id: str) -> list[tuple[int, str, str, str, str]]:  # noqa: A002
        """Return every step (经过): version, what, who, when, why."""
        query = "SELECT version, action, who, at, reason FROM kb_step WHERE id = ? ORDER BY seq"
        return [(row[0], row[1], row[2], row[3], row[4]) for row in self.shelf.rows(query, (id,))]

    def articles(
        self, *, status: ArticleStatus | None = None, centre: str = "", unit: str = "", limit: int = 1_000_000
    ) -> list[Article]:
        """Return articles by id (列出条目): the versions in *status*, without one the newest of each."""
        wanted = [("status = ?", status.value)] if status is not None else []
        wanted += [(f"{name} = ?", value) for name, value in (("centre", centre), ("unit", unit)) if value]
        where = " AND ".join([text for text, _ in wanted] + ([kept.NEWEST] if status is None else []))
        query = f"{kept.ITEM} WHERE {where} ORDER BY id, version LIMIT ?"
        return [kept.article(row) for row in self.shelf.rows(query, (*(value for _, value in wanted), limit))]

    def search(
        self,
        text: str,
        by: Actor,
        on: date,
        *,
        centre: str = "",
        category: str = "",
        limit: int = 10,
        rules: Rules | None = None,
    ) -> list[find.Hit]:
        """Return what answers *text* best (检索): what *by* of *centre* may see and what holds on that day.

        Args:
            text: a word, a question or a whole message; nothing of it is kept.
            rules: the base's own, where the caller has them at hand.
        """
        where, values = scope(rules or self.rules, centre, by, on, category)
        found = find.search(self.shelf, text, where, values, limit)
        if not found.best:
            return []
        articles = self._of_docs([one.doc for one in found.best])
        return [find.cite(found, one, articles[one.doc]) for one in found.best if one.doc in articles]

    def _of_docs(self, docs: Sequence[int]) -> dict[int, Article]:
        query = (
            "SELECT s.doc, i.id, i.version, i.status, i.centre, i.author, i.at, i.data FROM kb_shown s "
            "JOIN kb_item i ON i.id = s.id AND i.version = s.version WHERE s.doc IN ?"
        )
        return {row[0]: kept.article(row[1:]) for row in self.shelf.rows(query, (list(docs),))}

    def close(self) -> None:
        """Let go of it."""
        self.shelf.close()


def _move(
    writer: Writer, rules: Rules, article: Article, action: str, by: Actor, moment: str, reason: str
) -> ArticleStatus:
    author = article.author if rules.other_person else ""
    to = step(article.status, action, by, reason=reason, author=author)
    writer.rows(
        "UPDATE kb_item SET status = ?, at = ? WHERE id = ? AND version = ?",
        (to.value, moment, article.id, article.version),
    )
    kept.note(writer, [(article.id, article.version, action, str(by), moment, reason)])
    if article.status is ArticleStatus.PUBLISHED:
        index.drop(writer, article.id)
    return to
