"""The table of an article's life (知识条目状态迁移表): in which status which step is possible, for whom, and where to.

The table has the last word: whatever is not written here is refused.  The statuses are those seen in
systems that cities run; ``superseded`` is what a version becomes when the next one takes its place.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from ..core.actor import ROLE_ZH, Actor, Role
from ..core.errors import CommandError


class ArticleStatus(Enum):
    """Where one version of an article stands (条目状态)."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def zh(self) -> str:
        """The name in Chinese."""
        return _ZH[self]


_ZH = {
    ArticleStatus.DRAFT: "草稿",
    ArticleStatus.REVIEW: "待审核",
    ArticleStatus.PUBLISHED: "已发布",
    ArticleStatus.REJECTED: "未通过",
    ArticleStatus.WITHDRAWN: "已撤下",
    ArticleStatus.EXPIRED: "已过期",
    ArticleStatus.SUPERSEDED: "已被新版取代",
}

STEPS: dict[str, str] = {
    "submit": "送审",
    "recall": "收回",
    "approve": "通过并发布",
    "reject": "不通过",
    "withdraw": "撤下",
    "expire": "过期",
    "supersede": "被取代",
}
"""What may be done to a version, with its Chinese name."""


class Step(NamedTuple):
    """One cell (格): the *roles* that may, the status *to* which it leads, whether a *reason* is owed."""

    roles: frozenset[Role]
    to: ArticleStatus
    reason: bool = False


_WRITERS = frozenset({Role.HANDLER, Role.UNIT_HEAD, Role.AGENT, Role.ADMIN})
_JUDGES = frozenset({Role.REVIEWER, Role.ADMIN})
_KEEPERS = frozenset({Role.UNIT_HEAD, Role.REVIEWER, Role.ADMIN})
_CLOCK = frozenset({Role.SYSTEM, Role.ADMIN})
_SYSTEM = frozenset({Role.SYSTEM})
WRITERS = _WRITERS
"""Who may write articles and new versions (撰写)."""

_D, _R, _P = ArticleStatus.DRAFT, ArticleStatus.REVIEW, ArticleStatus.PUBLISHED
_N, _W, _E, _S = ArticleStatus.REJECTED, ArticleStatus.WITHDRAWN, ArticleStatus.EXPIRED, ArticleStatus.SUPERSEDED

LIFE: dict[ArticleStatus, dict[str, Step]] = {
    _D: {"submit": Step(_WRITERS, _R), "withdraw": Step(_WRITERS, _W), "supersede": Step(_SYSTEM, _S)},
    _R: {
        "recall": Step(_WRITERS, _D),
        "approve": Step(_JUDGES, _P),
        "reject": Step(_JUDGES, _N, reason=True),
        "supersede": Step(_SYSTEM, _S),
    },
    _P: {"withdraw": Step(_KEEPERS, _W, reason=True), "expire": Step(_CLOCK, _E), "supersede": Step(_SYSTEM, _S)},
    _N: {"submit": Step(_WRITERS, _R), "withdraw": Step(_WRITERS, _W), "supersede": Step(_SYSTEM, _S)},
    _W: {"submit": Step(_WRITERS, _R), "supersede": Step(_SYSTEM, _S)},
    _E: {"supersede": Step(_SYSTEM, _S)},
    _S: {},
}


def step(status: ArticleStatus, action: str, by: Actor, *, reason: str = "", author: str = "") -> ArticleStatus:
    """Return where *action* leads from *status* (迁移).

    Args:
        by: who acts; one of the cell's roles is needed.
        reason: why, where the cell asks for it.
        author: who submitted it, an opaque id: nobody approves what they wrote; "" asks nothing.

    Raises:
        CommandError: ``kb-not-possible``, ``kb-not-permitted``, ``kb-reason-needed``, ``kb-own-work``.
    """
    cell = LIFE[status].get(action)
    if cell is None:
        steps = [name for name, one in LIFE[status].items() if one.roles != _SYSTEM]
        may = "、".join(f"{STEPS[name]} {name}" for name in steps) or "修订，写下一版"
        raise CommandError(
            f"条目现为「{status.zh}」，不能{STEPS.get(action, action)}",
            f"the article is {status.value}; it cannot {action}",
            code="kb-not-possible",
            hint=f"现在可以：{may}",
            hint_en="possible now: " + (", ".join(steps) or "revise, the next version"),
        )
    if not by.roles & cell.roles:
        raise CommandError(
            f"{STEPS[action]}须由" + "、".join(sorted(ROLE_ZH[role] for role in cell.roles)) + "执行",
            f"{action} is for " + ", ".join(sorted(role.value for role in cell.roles)),
            code="kb-not-permitted",
            hint=f"写明身份，如 --as {min(role.value for role in cell.roles)}@单位/人员",
            hint_en=f"say who you are, such as --as {min(role.value for role in cell.roles)}@UNIT/PERSON",
        )
    if cell.reason and not reason.strip():
        raise CommandError(
            f"{STEPS[action]}须写明理由",
            f"{action} needs a reason",
            code="kb-reason-needed",
            hint="写明 --reason",
            hint_en="give --reason",
        )
    if action == "approve" and author and author == by.person:
        raise CommandError(
            "审核人不能是撰写人本人",
            "nobody approves what they wrote",
            code="kb-own-work",
            hint="请另一人审核；各地可在规则里写 [review] other_person = false",
            hint_en="have another person review it, or write [review] other_person = false into the rules",
        )
    return cell.to
