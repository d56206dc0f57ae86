"""Who acts (办理人): a person of a unit, in one or more roles."""

from __future__ import annotations

import re
from enum import Enum

from attrs import frozen

from .errors import RequestError


class Role(Enum):
    """What somebody may do (角色); the cells of ``TRANSITIONS`` name these."""

    REQUESTER = "requester"  # 诉求人
    OPERATOR = "operator"  # 外包话务员: takes calls, never handles (国办函〔2025〕66号 (3))
    AGENT = "agent"  # 话务员
    DISPATCHER = "dispatcher"  # 派单员
    HANDLER = "handler"  # 承办单位经办人
    UNIT_HEAD = "unit-head"  # 承办单位负责人
    REVIEWER = "reviewer"  # 审核员
    CALLER = "caller"  # 回访员
    SUPERVISOR = "supervisor"  # 督办员
    ADMIN = "admin"  # 热线管理员
    SYSTEM = "system"  # 系统 (the clock)

    # Identity is equality for an enum; the default hash goes through the name string on every look-up.
    __hash__ = object.__hash__


ROLE_ZH: dict[Role, str] = {
    Role.REQUESTER: "诉求人",
    Role.OPERATOR: "外包话务员",
    Role.AGENT: "话务员",
    Role.DISPATCHER: "派单员",
    Role.HANDLER: "承办经办人",
    Role.UNIT_HEAD: "承办单位负责人",
    Role.REVIEWER: "审核员",
    Role.CALLER: "回访员",
    Role.SUPERVISOR: "督办员",
    Role.ADMIN: "热线管理员",
    Role.SYSTEM: "系统",
}

_ACTOR = re.compile(r"^(?P<roles>[a-z-]+(?:\+[a-z-]+)*)(?:@(?P<unit>[^/@]+))?(?:/(?P<person>[^/@]+))?$")

SEPARATOR = "\x1f"
"""What keeps the parts of an actor apart where events are stored."""


@frozen(weakref_slot=False)
class Actor:
    """Somebody who acts (办理人): *person* of *unit*, in *roles*; empty strings where not known."""

    person: str = ""
    unit: str = ""
    roles: frozenset[Role] = frozenset()

    def __attrs_post_init__(self) -> None:
        if SEPARATOR in self.person or SEPARATOR in self.unit:
            raise RequestError(
                "办理人的人员和单位不能含控制字符 U+001F",
                "an actor's person and unit cannot hold the control character U+001F",
                code="bad-actor",
                hint="请核对人员编号",
                hint_en="check the person's id",
            )

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Read ``ROLE@UNIT/PERSON`` (several roles joined by ``+``).

        Raises:
            RequestError: ``bad-actor`` when the form or a role is unknown.
        """
        match = _ACTOR.match(text.strip())
        names = {role.value: role for role in Role}
        if match is None or any(name not in names for name in match["roles"].split("+")):
            known = "、".join(names)
            raise RequestError(
                f"无法识别办理人「{text}」，应写成 角色@单位/人员，例如 handler@210100-police/zhang",
                f"cannot read the actor {text!r}; write ROLE@UNIT/PERSON, for example handler@210100-police/zhang",
                code="bad-actor",
                hint=f"角色有：{known}",
                hint_en=f"roles: {', '.join(names)}",
            )
        roles = frozenset(names[name] for name in match["roles"].split("+"))
        return cls(match["person"] or "", match["unit"] or "", roles)

    def __str__(self) -> str:
        roles = "+".join(sorted(role.value for role in self.roles))
        return roles + (f"@{self.unit}" if self.unit else "") + (f"/{self.person}" if self.person else "")


SYSTEM = Actor("", "", frozenset({Role.SYSTEM}))
