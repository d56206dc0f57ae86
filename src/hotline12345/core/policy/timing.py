"""The rules of time beside the limits (计时规定): suspensions, deferrals, statutes, the duty to tell, lights."""

from __future__ import annotations

from attrs import frozen

from ..sla import TimeLimit, Unit

DEFAULT_BASIS = "library default"

TELLABLE = ("statute", "extended", "deferred", "suspended")
"""What a requester may have to be told (告知事项): another limit by law, an extension, a deferral, a suspension."""

APPROVERS = ("centre", "unit-head", "none")
"""Who decides (审批人): the hotline, the head of the unit that has it, or nobody (the unit itself)."""


_MONTH = TimeLimit(30, Unit.DAYS)


@frozen(weakref_slot=False)
class SuspensionRule:
    """Suspensions (中止计时): off unless *reasons* are named; each has an end at which the clock runs again by itself.

    Args:
        reasons: the codes that allow one; empty: never.
        most: how many to an order.
        longest: how long each may last at most; there is always a bound.
        total: how long all of them together.
        approver: who may suspend.
    """

    reasons: tuple[str, ...] = ()
    most: int | None = None
    longest: TimeLimit = _MONTH
    total: TimeLimit | None = None
    approver: str = "centre"
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class DeferralRule:
    """Deferrals (挂账) to an explicit solution date (济南条例 art. 24): how many, how far ahead, before expiry only?"""

    most: int | None = None
    longest: TimeLimit | None = None
    before_expiry: bool = False
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class StatuteRule:
    """A statute (法定时限) a person may apply to an order by its *code*: the limit, and how far it may be extended."""

    code: str
    zh: str
    limit: TimeLimit
    basis: str
    extension: TimeLimit | None = None


@frozen(weakref_slot=False)
class TellRule:
    """The duty to tell the requester (告知义务): *of* what (:data:`TELLABLE`), and within what time."""

    of: tuple[str, ...] = ()
    within: TimeLimit | None = None
    basis: str = DEFAULT_BASIS
