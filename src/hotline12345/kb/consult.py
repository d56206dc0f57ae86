"""Answering from the base (咨询答复): what was asked and found, what nobody could find, and the direct-answer rate.

A question is kept with its numbers hidden and without who asked it; what found nothing is the gap report.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ..core.actor import Actor
from ..core.errors import CommandError, RequestError
from ..core.events import Accepted, Answered, Dispatched, Event, Received, Reclassified
from ..core.request import Kind
from ..core.scoring import percent
from .article import Article
from .base import KnowledgeBase
from .find import Hit
from .kept import moment
from .private import redact
from .share import sees
from .shelf import marks
from .words import plain, tokens, whole

KEPT = 200
"""How many characters of a question are kept (library default)."""

SAME = 0.5
"""From which likeness on two unanswered questions are one gap (library default)."""


class Consulted(NamedTuple):
    """What a consultation came to (咨询结果): its *number* in the base, and the articles found, the best first."""

    number: int
    hits: tuple[Hit, ...]

    @property
    def found(self) -> bool:
        """Whether anything was found that may be answered from."""
        return bool(self.hits)


def consult(
    base: KnowledgeBase,
    text: str,
    by: Actor,
    at: datetime,
    *,
    centre: str = "",
    category: str = "",
    order: str = "",
    limit: int = 5,
) -> Consulted:
    """Look for an answer and remember whether there was one (咨询).

    Only articles that hold enough of the question count as found; the rules of the place say how much.

    Args:
        category: what the question is about, for the gap report; it narrows nothing.
        order: the number of the order, where there is one.

    Raises:
        RequestError: ``kb-empty-question``, where there is not a letter in it.
    """
    if not any(char.isalnum() for char in text):
        raise RequestError(
            "没有写问的是什么",
            "nothing is asked",
            code="kb-empty-question",
            hint="写上诉求人问的话；空的不记入缺口",
            hint_en="give what was asked; what is empty is no gap",
        )
    rules, moment_ = base.rules, moment(at)
    hits = base.search(text, by, _day(moment_), centre=centre, limit=limit, rules=rules)
    good = tuple(hit for hit in hits if hit.covers >= rules.found)
    words = redact(" ".join(whole(text[: KEPT * 5]).split()))[:KEPT]
    with base.shelf.writing() as writer:
        seq = int(writer.rows("SELECT coalesce(max(seq), 0) + 1 FROM kb_question")[0][0])
        ref = good[0].article.ref if good else ""
        row = (seq, moment_, centre, category, words, ref, order)
        writer.rows(f"INSERT INTO kb_question VALUES ({marks(7)})", row)
    return Consulted(seq, good)


def _day(moment_: str) -> date:
    return datetime.fromisoformat(moment_).date()


def to_answer(base: KnowledgeBase, ref: str, by: Actor, on: date, *, centre: str = "") -> Article:
    """Return the article *ref*, ``K000012`` or ``K000012@3``, to answer from (可答复的条目).

    Raises:
        CommandError: ``unknown-article``; ``kb-not-current``: another version, or none, is shown now;
            ``kb-not-visible``: it does not hold on that day, or *by* may not see it.
    """
    id_, _, version = ref.partition("@")
    if version and not version.isdecimal():
        raise RequestError(
            f"看不懂条目「{ref}」",
            f"cannot read the article {ref!r}",
            code="bad-ref",
            hint="写成 K000012 或 K000012@3",
            hint_en="write K000012 or K000012@3",
        )
    article = base.published(id_)
    if article is None or (version and article.version != int(version)):
        newest = base.get(id_)
        raise CommandError(
            f"{ref} 不是现行版本" + (f"，现行的是 {article.ref}" if article else f"，{newest.ref} {newest.status.zh}"),
            f"{ref} is not what is shown now; "
            + (article.ref if article else f"{newest.ref} is {newest.status.value}"),
            code="kb-not-current",
            hint="请重新检索后再答复",
            hint_en="search again before answering",
        )
    if not sees(article, base.rules, centre, by, on):
        raise CommandError(
            f"{article.ref} 在 {on} 无效，或不对答复人开放",
            f"{article.ref} does not hold on {on}, or is not for whoever answers",
            code="kb-not-visible",
            hint="请另找条目，或转办",
            hint_en="find another article, or dispatch the request",
        )
    return article


class Gap(NamedTuple):
    """Questions nobody could answer from the base (缺口): how many, since when, and one of them as it was kept."""

    asked: int
    first: str
    last: str
    category: str
    words: str


def gaps(base: KnowledgeBase, *, centre: str = "", since: str = "") -> list[Gap]:
    """Return what was asked and not found (缺口报告), questions much alike together, the most asked first.

    Args:
        since: an ISO day or instant; questions before it are left out.
    """
    query = "SELECT at, category, words FROM kb_question WHERE ref = '' AND centre = ? AND at >= ? ORDER BY seq"
    groups: list[tuple[Counter[str], list[tuple[str, str, str]]]] = []
    by_pair: dict[str, list[int]] = {}
    for at, category, words in base.shelf.rows(query, (centre, since)):
        pairs = Counter(token for token in tokens(plain(words)) if len(token) > 1)
        near = {group for pair in pairs for group in by_pair.get(pair, ())}
        same = max(near, key=lambda group: (_likeness(pairs, groups[group][0]), -group), default=None)
        if same is None or _likeness(pairs, groups[same][0]) < SAME:
            same = len(groups)
            groups.append((pairs, []))
            for pair in pairs:
                by_pair.setdefault(pair, []).append(same)
        groups[same][1].append((at, category, words))
    found = [
        Gap(len(rows), rows[0][0], rows[-1][0], Counter(row[1] for row in rows).most_common(1)[0][0], rows[0][2])
        for _, rows in groups
    ]
    return sorted(found, key=lambda gap: (-gap.asked, gap.first))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    both = sum(1 for pair in one if pair in other)
    return both / math.sqrt(len(one) * len(other)) if both else 0.0


class Answers(NamedTuple):
    """How often consultations were answered at once (直接答复): of the orders of a store.

    ``rate`` is of all consultations, ``cited_rate`` counts only answers that name the article and its version.
    """

    consultations: int
    answered: int
    cited: int
    rate: Decimal | None
    cited_rate: Decimal | None
    articles: tuple[tuple[str, int], ...]


def answers(histories: Iterable[Sequence[Event]]) -> Answers:
    """Count the direct answers (直接答复率) in the histories of orders: how each consultation ended."""
    consultations = answered = 0
    used: Counter[str] = Counter()
    for history in histories:
        kinds = [event.kind for event in history if isinstance(event, _KINDED) and event.kind is not None]
        if not kinds or kinds[-1] is not Kind.CONSULTATION:
            continue
        consultations += 1
        last = [event for event in history if isinstance(event, (Answered, Accepted, Dispatched))]
        if last and isinstance(last[-1], Answered) and last[-1].how == "knowledge":
            answered += 1
            if "@" in last[-1].source:
                used[last[-1].source] += 1
    cited = sum(used.values())
    return Answers(
        consultations,
        answered,
        cited,
        percent(answered, consultations),
        percent(cited, consultations),
        tuple(sorted(used.items(), key=lambda one: (-one[1], one[0]))),
    )


_KINDED = (Received, Accepted, Answered, Reclassified)
