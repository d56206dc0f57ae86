"""Topics (专题、每月一题): what comes again and again is taken up as a whole, and watched after it is closed.

北京市接诉即办工作条例 art. 24–29: with an owner, measures and a day.  Whether it comes back is measured by counting
what matches the topic before and after the day it was closed (library default: 90 days either way).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from ..core.calendar import local
from ..text.alike import Message
from .register import DAY, LIST, Field, a_day, sound, texts

WATCHED = 90
"""Days before and after the closing that are compared (library default)."""
NONE, LESS, AS_BEFORE = "none", "less", "as-before"
VERDICT_ZH = {NONE: "没有再来", LESS: "减少", AS_BEFORE: "没有减少"}


class Topic(NamedTuple):
    """A problem taken up as a whole (专题): who owns it, what is done, by when, and the orders behind it.

    Attributes:
        terms: what messages about it say; a message is about it that says at least half of them.
        area: the beginning of the division code of messages about it; "" is anywhere.
        category: the category of these, or one above; "" is any.
    """

    month: str
    title: str
    owner: str
    measures: str
    due: date
    done: date | None = None
    orders: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    area: str = ""
    category: str = ""

    def late(self, on: date) -> bool:
        """Whether it was to be done before *on* and was not."""
        return self.due < on and (self.done is None or self.done > self.due)

    def about(self, message: Message) -> bool:
        """Whether *message* is about this topic: one of its orders, or of its words, area and category."""
        return message.id in self.orders or concerns(message, self.terms, self.area, self.category)


class Recurrence(NamedTuple):
    """Whether a closed topic comes back (复发): messages before and after the closing, and what that comes to.

    ``watched`` is how many days have gone by since; where they are fewer than ``days``, rates a day are compared.
    """

    before: int
    after: int
    days: int
    watched: int
    verdict: str


def concerns(message: Message, terms: Sequence[str], area: str, category: str) -> bool:
    """Whether *message* lies in *area*, falls under *category* and says at least half of *terms* (相关)."""
    if not (terms or category) or not message.area.startswith(area):
        return False
    if category and not f"{message.category}/".startswith(f"{category}/"):
        return False
    said = _plain(f"{message.title}\n{message.text}")
    return 2 * sum(_plain(term) in said for term in terms) >= len(terms)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _month(text: str) -> str:
    return a_day(text if text.count("-") > 1 else f"{text}-01").strftime("%Y-%m")


FIELDS = (
    Field(("month", "月份"), _month, ("月份，如 2026-09", "a month such as 2026-09"), needed=True),
    Field(("title", "题目", "事项"), needed=True),
    Field(("owner", "牵头单位", "主责单位"), needed=True),
    Field(("measures", "措施"), needed=True),
    Field(("due", "完成时限"), a_day, DAY, needed=True),
    Field(("done", "完成日期"), a_day, DAY, empty=None),
    Field(("orders", "工单", "工单编号"), texts, LIST, empty=()),
    Field(("terms", "提法", "关键词"), texts, LIST, empty=()),
    Field(("area", "区划", "区划代码")),
    Field(("category", "类别")),
)


def read_topics(data: bytes, file: str = "") -> list[Topic]:
    """Read the register of topics (读专题台账), by month.

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    found = [Topic(**row) for _, row in sound(data, FIELDS, file)]
    return sorted(found, key=lambda topic: (topic.month, topic.title))


def recurrence(topic: Topic, messages: Iterable[Message], on: date, days: int = WATCHED) -> Recurrence | None:
    """Return whether a topic comes back (复发); ``None`` while it is not closed or was closed on *on* or later.

    Args:
        on: the day up to which, without it, messages count.
        days: the stretch before and after the closing.
    """
    if topic.done is None or topic.done >= on:
        return None
    watched = min(days, (on - topic.done).days)
    first, last = topic.done - timedelta(days=days), topic.done + timedelta(days=watched)
    before = after = 0
    for message in messages:
        if message.at is None or not topic.about(message):
            continue
        day = local(message.at).date()
        before += first <= day < topic.done
        after += topic.done <= day < last
    verdict = NONE if not after else LESS if after * days < before * watched else AS_BEFORE
    return Recurrence(before, after, days, watched, verdict)


def taken_up(issue: Mapping[str, Any], month: str, owner: str, measures: str, due: date) -> Topic:
    """Turn a hot issue, as ``hot --format json`` tells it, into a topic (立专题)."""
    return Topic(
        month=month,
        title=str(issue.get("name") or ""),
        owner=owner,
        measures=measures,
        due=due,
        orders=tuple(map(str, issue.get("messages") or ())),
        terms=tuple(map(str, issue.get("terms") or ())),
        area=str(issue.get("area") or ""),
    )
