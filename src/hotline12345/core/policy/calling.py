"""Calling back and what requesters think of it (回访、满意度、好差评的规定)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from attrs import field, frozen

from ..request import Kind
from ..sla import TimeLimit
from .rules import DEFAULT_BASIS

WHO: dict[str, str] = {"all": "全部", "sample": "抽样", "anonymous": "仅匿名", "none": "不回访"}
"""Who is called back (回访范围)."""


@frozen(weakref_slot=False)
class CallPlan:
    """Who is called back (回访计划); empty selectors match everything, the most specific plan holds.

    Args:
        who: one of :data:`WHO`.
        share: for a sample, the percentage.
        basis: the article.
    """

    who: str
    basis: str
    share: int = 100
    kind: Kind | None = None
    category: str = ""
    channel: str = ""

    def weight(self, kind: Kind | None, category: str, channel: str) -> int:
        """Return how specifically this plan matches, or -1 when it does not."""
        if (self.kind and self.kind is not kind) or (self.channel and self.channel != channel):
            return -1
        if self.category and not (category + "/").startswith(self.category + "/"):
            return -1
        depth = 1 + self.category.count("/") if self.category else 0
        return depth * 4 + (2 if self.kind else 0) + (1 if self.channel else 0)

    def takes(self, place: str, number: str, anonymous: bool) -> bool:
        """Return whether this order is called back; a sample is drawn from its number, always with the same result."""
        if self.who == "sample":
            return int(sha256(f"{place}/{number}".encode()).hexdigest()[:8], 16) % 100 < self.share
        return self.who == "all" or (self.who == "anonymous" and anonymous)


@frozen(weakref_slot=False)
class CallRule:
    """Calling back (回访规定).

    Args:
        plans: who is called; without a plan that matches, everybody.
        most: how often somebody who is not reached is tried.
        gap: how long after a vain attempt the next may come.
        exhausted: after the last vain attempt, ``close`` the order or ``wait`` for a person.
        unreasonable: for which reasons dissatisfaction is judged unreasonable, as code and name; none: any code.
        excused: whether what was judged unreasonable is left out of the satisfaction rate.
        basis: the article.
    """

    plans: tuple[CallPlan, ...] = ()
    most: int | None = None
    gap: TimeLimit | None = None
    exhausted: str = "wait"
    unreasonable: Mapping[str, str] = field(factory=dict)
    excused: bool = False
    basis: str = DEFAULT_BASIS

    def plan(self, kind: Kind | None, category: str, channel: str) -> CallPlan | None:
        """Return the plan that holds: the most specific, the first of equals; ``None`` if none."""
        best, most = None, -1
        for plan in self.plans:
            weight = plan.weight(kind, category, channel)
            if weight > most:
                best, most = plan, weight
        return best


@frozen(weakref_slot=False)
class Scale:
    """The levels beside whether they count as satisfied (满意度量表).

    Args:
        neutral: the levels that are neither (一般).
        apart: result and attitude are asked apart (双满意、单满意).
        names: the levels in Chinese, where they are the place's own.
    """

    neutral: tuple[str, ...] = ()
    apart: bool = False
    names: Mapping[str, str] = field(factory=dict)


@frozen(weakref_slot=False)
class RatingRule:
    """Ratings that requesters give by themselves (好差评).

    Args:
        negative: the levels that are bad ratings.
        contact: within what time whoever gave one is contacted; ``None`` where the place has no such rule.
        named: only those who gave their name (实名差评).
        basis: the article.
    """

    negative: tuple[str, ...] = ("dissatisfied", "very-dissatisfied")
    contact: TimeLimit | None = None
    named: bool = False
    basis: str = DEFAULT_BASIS
