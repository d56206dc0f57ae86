"""Rules of handing over that never come to bear, or that an assistant cannot keep (流转规定)."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Fault
from ..policy import Policy
from ..sla import Stage
from .base import example, found, outlasts
from .limits import name_of

CODES = {
    "dead-problem-rule": (
        "退单或重办的上限更低，永远成不了问题工单",
        "sending back or redoing ends before an order could become a problem order",
    ),
    "assist-past-handle": ("协办时限长过主办时限", "assistants have longer than the lead that waits for them"),
}


def problems(policy: Policy) -> Iterator[Fault]:
    """Find thresholds of problem orders that a smaller cap keeps out of reach."""
    rule = policy.dispatching.problem
    for key, count, most in (
        ("refused", rule.refused, policy.send_back.most),
        ("redone", rule.redone, policy.reopen.most),
    ):
        if count is not None and most is not None and count > most:
            zh = f"{key} = {count}，但最多只许 {most} 次"
            en = f"{key} = {count}, but {most} are the most allowed"
            hint = "降低 [problem] 的次数，或放宽上限 / lower the number, or raise the cap"
            yield found("dead-problem-rule", zh, en, "problem", key, hint)


def assistants(policy: Policy) -> Iterator[Fault]:
    """Find an assistant's limit that may end after the lead's."""
    limit = policy.dispatching.assist.limit
    if limit is None:
        return
    for rule in policy.limits:
        if rule.stage is not Stage.HANDLE or rule.limit is None or rule.limit == limit:
            continue
        start = outlasts(policy, (limit,), rule.limit)
        if start is not None:
            such_zh, such_en = example(policy, (limit,), rule.limit, start)
            zh = f"协办 {limit.zh} 不短于「{name_of(rule)}」{such_zh}"
            en = f"assistants have {limit.en}, no shorter than {name_of(rule)!r}{such_en}"
            hint = "缩短协办时限 / give assistants less"
            yield found("assist-past-handle", zh, en, "assist", "limit", hint)
            return


CHECKS = (problems, assistants)
