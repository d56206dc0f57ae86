"""What a unit must write down before its work counts as done (办理表、审核、终止办理的规定)."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from .rules import DEFAULT_BASIS

FOUND: dict[str, str] = {"true": "属实", "partly": "部分属实", "untrue": "不属实"}
"""Whether what was asked proved true (事实认定)."""

CLAIMS: dict[str, str] = {"reasonable": "合理合法", "unreasonable": "不合理"}
"""Whether what was asked for is the requester's due (诉求认定)."""

RESULTS: dict[str, str] = {"solved": "实际解决", "explained": "解释说明"}
"""What came of it (处理结果)."""

FORM: dict[str, str] = {
    "contacted": "是否联系诉求人",
    "contacted_at": "联系时间",
    "not_contacted": "未联系原因",
    "visited": "是否现场查看",
    "fact": "事实认定",
    "fact_note": "事实认定说明",
    "claim": "诉求认定",
    "claim_note": "诉求认定说明",
    "result": "处理结果",
    "solved": "是否解决",
    "reason": "未解决原因",
    "text": "办理情况",
    "public": "对外答复",
    "basis": "法律依据",
    "attachments": "附件",
}
"""The fields of the handling form (办理表), as the command ``reply`` names them."""


@frozen(weakref_slot=False)
class Requirement:
    """What becomes needed (必填条件) once *field* has one of *values*; yes and no are ``yes`` and ``no``."""

    field: str
    values: tuple[str, ...]
    required: tuple[str, ...]
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class ReplyForm:
    """The handling form (办理表): what a reply to the citizen must say, always and under which conditions.

    Args:
        required: needed in every such reply.
        when: what is needed besides.
        reasons: the codes of why something stays unsolved, with their names; none: any code.
        objective: those of them for which nobody is to blame (受客观条件限制).
        basis: the article.
    """

    required: tuple[str, ...] = ()
    when: tuple[Requirement, ...] = ()
    reasons: Mapping[str, str] = field(factory=dict)
    objective: tuple[str, ...] = ()
    basis: str = DEFAULT_BASIS

    @property
    def asks(self) -> bool:
        """Whether it asks for anything at all."""
        return bool(self.required or self.when or self.reasons)


@frozen(weakref_slot=False)
class ReviewRule:
    """Reviewing replies (审核规定): for which *reasons* one goes back, as code and name; none: any code."""

    reasons: Mapping[str, str] = field(factory=dict)
    basis: str = DEFAULT_BASIS


@frozen(weakref_slot=False)
class TerminationRule:
    """Ending the handling (终止办理规定).

    Args:
        on_request: only on a unit's written request, audited by the hotline.
        reasons: for which reasons, as code and name; none: any code.
        basis: the article.
    """

    on_request: bool = False
    reasons: Mapping[str, str] = field(factory=dict)
    basis: str = DEFAULT_BASIS
