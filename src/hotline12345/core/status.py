"""The statuses of an order (工单状态): whose turn it is."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """Whose turn it is (工单状态)."""

    RECEIVED = "received"  # 已收件
    ACCEPTED = "accepted"  # 已受理，待派单
    DISPATCHED = "dispatched"  # 已派单，待签收
    SIGNED = "signed"  # 已签收，办理中
    DISPUTED = "disputed"  # 退单争议，待裁定
    REPLIED = "replied"  # 已答复，待审核
    REVIEWED = "reviewed"  # 已审核，待回访
    FOLLOWING_UP = "following-up"  # 回访中
    CLOSED = "closed"  # 已办结
    ANSWERED = "answered"  # 已直接答复
    REFERRED = "referred"  # 已转出
    DECLINED = "declined"  # 不予受理
    MERGED = "merged"  # 已并单
    WITHDRAWN = "withdrawn"  # 已撤诉
    TERMINATED = "terminated"  # 已终止办理
    VOID = "void"  # 已作废
    ARCHIVED = "archived"  # 已归档

    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name."""
        return STATUS_ZH[self]


STATUS_ZH: dict[Status, str] = {
    Status.RECEIVED: "已收件",
    Status.ACCEPTED: "待派单",
    Status.DISPATCHED: "待签收",
    Status.SIGNED: "办理中",
    Status.DISPUTED: "争议待裁定",
    Status.REPLIED: "待审核",
    Status.REVIEWED: "待回访",
    Status.FOLLOWING_UP: "回访中",
    Status.CLOSED: "已办结",
    Status.ANSWERED: "已直接答复",
    Status.REFERRED: "已转出",
    Status.DECLINED: "不予受理",
    Status.MERGED: "已并单",
    Status.WITHDRAWN: "已撤诉",
    Status.TERMINATED: "已终止",
    Status.VOID: "已作废",
    Status.ARCHIVED: "已归档",
}

OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.ACCEPTED,
        Status.DISPATCHED,
        Status.SIGNED,
        Status.DISPUTED,
        Status.REPLIED,
        Status.REVIEWED,
        Status.FOLLOWING_UP,
    }
)
"""The statuses in which somebody still has something to do."""

DIVERTED = frozenset({Status.ANSWERED, Status.REFERRED, Status.DECLINED, Status.MERGED})
"""The statuses of requests that never became a unit's work."""
