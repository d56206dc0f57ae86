"""What ``decide`` must know of other orders (相关工单), gathered before it is asked, and orders that change together.

Who asked is compared by blind index, what was asked by the words in the private records; commands and events
get numbers and nothing that names anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve as change

from .book import Beside, Book
from .classifiers import Question
from .classifiers.advice import Advice
from .core import commands as c
from .core.actor import SYSTEM
from .core.decide import decide, permits
from .core.errors import CommandError, UnknownOrder
from .core.events import Accepted, Event
from .core.evolve import fold
from .core.order import Order, Status
from .core.policy import Policy
from .core.record import lacking, likeness
from .stores.port import Head, Query

DEAD_ENDS = frozenset(
    status.value
    for status in (
        Status.MERGED, Status.WITHDRAWN, Status.TERMINATED, Status.VOID, Status.ARCHIVED,
        Status.DECLINED, Status.REFERRED,  # who merges there would be told neither reason nor route
    )
)  # fmt: skip
MOST = 1000
"""The most orders of one requester that are looked at."""
NEAR = 500
"""The most open orders of one category and area whose words are compared."""
PAGE = 100
"""How many of them are asked for at once."""
RECENT = 50
"""How many of a requester's orders, the newest, are read for what was done about disruption."""
TOLD = 5
"""The most orders of the same requester that are told, newest first kept."""


class Neighbours:
    """The other orders of a place (相关工单), as one order's commands need them, and what a classifier says of it."""

    def __init__(self, book: Book, advice: Advice | None = None) -> None:
        self._book, self._advice = book, advice
        self._store, self._place = book.store, book.place

    def accept(
        self, policy: Policy, order: Order, command: c.Accept, at: datetime, person: str, words: Mapping[str, Any]
    ) -> tuple[Event, ...]:
        """Accept (受理) with what must be known: repeats, what lacks, past disruption, what a classifier says.

        Args:
            person: the blind index of the requester; "" where nobody is to be found by it.
            words: the private part of the request.
        """
        text = f"{command.title}\n{command.text}"
        heads = self._of(person, order.number)
        wanted = order.intake.category if policy.repeat.own != "auto" else ""
        similar = command.similar or self._own(policy, order, heads, text, at, wanted)
        lacks = command.lacks
        if policy.asks:
            lacks = lacking(policy.asks, words, command.area or order.intake.area, order.intake.anonymous)
        taken = self._steps(heads) if policy.conduct else ()
        ladder = [step.code for step in policy.conduct]
        conduct = max(taken, key=lambda code: ladder.index(code) if code in ladder else -1, default="")
        judged = command.judged
        if judged is None and self._advice is not None and permits(order, command):
            area = command.area or order.intake.area
            asked = Question(command.title, command.text, area, order.intake.channel)
            judged = self._advice.judged(policy, asked)
        command = change(command, similar=similar, lacks=lacks, conduct=conduct, judged=judged)
        events = decide(policy, order, command, at)
        first = events[0] if events else None
        if policy.repeat.others == "off" or not isinstance(first, Accepted) or not first.category:
            return events
        near = tuple(self._others(policy, order, first, person, text))
        return decide(policy, order, change(command, similar=(*similar, *near)), at) if near else events

    def curb(self, order: Order, command: c.Curb) -> c.Curb:
        """Give Curb the steps taken against the same requester on other orders."""
        return change(command, earlier_steps=self._steps(self._of(self._person(order.number), order.number)))

    def cease(self, policy: Policy, order: Order, command: c.Cease) -> c.Cease:
        """Give Cease what is known of the order that this one is said to repeat."""
        head = self._store.head(self._place, command.earlier) if command.earlier else None
        if head is None:
            return command
        mine = self._person(order.number)
        text = self._text(order.number)
        found = self._compared(policy, order, head, text, order.at)
        return change(command, similar=(found._replace(same_requester=bool(mine) and head.requester == mine),))

    def join(self, order: Order, into: str, at: datetime, policy_of: Any) -> Beside:
        """Return the order that *order* merges into, its version before, and what happens to it.

        Raises:
            UnknownOrder: there is no such order.
            CommandError: ``merge-target``: nobody answers it any more.
        """
        target = self._target(into)
        numbers = (order.number, *order.intake.marks.joined)
        events = decide(policy_of(target), target, c.Join(SYSTEM, numbers), max(at, target.at))
        return Beside(fold(events, target), target.version, events)

    def _target(self, number: str) -> Order:
        head = self._store.head(self._place, number)
        if head is None:
            raise UnknownOrder(
                f"并入的工单 {number} 不存在",
                f"there is no order {number} to merge into",
                hint="核对编号",
                hint_en="check the number",
            )
        if head.status in DEAD_ENDS:
            raise CommandError(
                f"工单 {number} 已是「{Status(head.status).zh}」，不能再并入",
                f"order {number} is {head.status}: nothing can be merged into it",
                code="merge-target",
                hint="并入仍在办理或已办结的工单",
                hint_en="merge into an order that is worked on or closed",
            )
        return self._book.at(number, head.version)

    def _person(self, number: str) -> str:
        head = self._store.head(self._place, number)
        return head.requester if head is not None else ""

    def _of(self, person: str, number: str) -> list[Head]:
        """Return the requester's other orders, oldest first."""
        if not person:
            return []
        page = self._store.find(self._place, Query(requester=person), "", MOST)
        return [head for head in page.heads if head.number != number]

    def _steps(self, heads: list[Head]) -> tuple[str, ...]:
        orders = (self._book.at(head.number, head.version) for head in heads[-RECENT:])
        return tuple(step for order in orders for step in order.intake.marks.curbed)

    def _own(
        self, policy: Policy, order: Order, heads: list[Head], text: str, at: datetime, category: str
    ) -> tuple[c.Similar, ...]:
        """Return the same requester's orders; whether they are of the same matter only where that decides something."""
        heads = [head for head in heads if not category or head.category == category][-TOLD:]
        if policy.repeat.own != "auto":
            return tuple(c.Similar(head.number, True, head.open) for head in heads)
        return tuple(self._compared(policy, order, head, text, at) for head in heads)

    def _others(self, policy: Policy, order: Order, accepted: Accepted, person: str, text: str) -> Iterator[c.Similar]:
        for head in self._near(accepted):
            if head.number == order.number or (person and head.requester == person):
                continue
            # The words are one read; the order is folded only of those that are alike.
            if likeness(text, self._text(head.number)) >= policy.repeat.likeness:
                found = self._compared(policy, order, head, text, order.at)
                if found.same:
                    yield found._replace(same_requester=False)

    def _near(self, accepted: Accepted) -> Iterator[Head]:
        """Yield open orders of the very category and area: ``NEAR`` at most, out of at most twice as many."""
        query = Query(open=True, category=accepted.category, area=accepted.area or None)
        after, asked, told = "", 0, 0
        while asked < 2 * NEAR and told < NEAR:
            page = self._store.find(self._place, query, after, PAGE)
            asked += PAGE
            for head in page.heads:
                if head.category == accepted.category and head.area == accepted.area and told < NEAR:
                    told += 1
                    yield head
            after = page.next
            if not after:
                return

    def _compared(self, policy: Policy, order: Order, head: Head, text: str, at: datetime) -> c.Similar:
        """Compare *order* with another by words, place and how that one ended; a merged one stands for its survivor."""
        rule = policy.repeat
        other = self._book.at(head.number, head.version)
        alike = likeness(text, self._text(head.number)) >= rule.likeness
        there = not (order.area and other.area) or order.area == other.area
        if other.status is Status.MERGED:
            other = self._book.load(other.outcome.to, anew=True)[0]
        end = other.outcome.end
        lawful = end is not None and end.status is Status.CLOSED
        recent = end is None or rule.within is None or (at - end.at).days <= rule.within
        same = alike and there and recent and (other.is_open or lawful)
        return c.Similar(other.number, True, other.is_open, same, lawful, head.category)

    def _text(self, number: str) -> str:
        record = self._store.private(self._place, number, ("1",)).get("1")
        words = record["words"] if record is not None else {}
        return f"{words.get('title') or ''}\n{words.get('text') or ''}"
