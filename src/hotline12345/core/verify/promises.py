"""What a pack promises and proves (承诺与用例): the parts it provides, levels on both sides, cases that come out."""

from __future__ import annotations

from collections.abc import Iterator

from ..cases import run_cases
from ..errors import Fault
from ..policy import Policy
from .base import found

CODES = {
    "no-rules": ("声明提供归类规则，实际没有", "rules are promised, but there are none"),
    "no-routes": ("声明提供派单，实际没有单位", "routes are promised, but there are no units"),
    "no-ladder": ("声明提供督办，实际没有督办阶梯", "supervision is promised, but there is no ladder"),
    "one-sided-levels": ("满意度档次只有一边", "all levels of satisfaction count the same"),
    "no-cases": ("没有用例", "there are no cases"),
    "failing-case": ("用例没有通过", "a case does not come out as expected"),
}


def promises(policy: Policy) -> Iterator[Fault]:
    """Find parts that are promised and not there."""
    for part, there, code in (
        ("rules", policy.rules is not None, "no-rules"),
        ("routes", policy.routes is not None, "no-routes"),
        ("supervision", bool(policy.ladder), "no-ladder"),
    ):
        if part in policy.provides and not there:
            hint = "补上，或从 provides 中删去 / supply it, or take it out of `provides`"
            yield found(code, *CODES[code], "", "provides", hint, "error")


def levels(policy: Policy) -> Iterator[Fault]:
    """Find a scale of satisfaction on which everybody is satisfied, or nobody."""
    if len(set(policy.satisfied_levels.values())) == 1:
        hint = "两边都要有 / name both sides"
        yield found("one-sided-levels", *CODES["one-sided-levels"], "satisfaction", "", hint)


def cases(policy: Policy) -> Iterator[Fault]:
    """Run the cases."""
    if not policy.cases:
        hint = "至少写一个 [[case]] / write one [[case]] at least"
        yield found("no-cases", *CODES["no-cases"], "", "case", hint)
    yield from run_cases(policy)


CHECKS = (promises, levels, cases)
