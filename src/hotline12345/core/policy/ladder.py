"""The supervision ladder (督办阶梯): what sets a rung in motion, when, with which paper, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ..sla import Stage, TimeLimit

OVERDUE = "overdue"

TRIGGERS: Mapping[str, str] = {
    OVERDUE: "超期",
    "reopened": "多次重办",
    "sent-back": "多次退单",
    "review-failed": "审核多次退回",
    "urged": "催办",
    "repeats": "多次、集中反映",
    "unsolved": "应当解决而未解决",
    "refused": "拒不接收",
    "kb-stale": "知识库更新不及时",
    "problem": "问题工单",
    "negative-impact": "造成负面影响",
    "dissatisfied": "不满意且认定合理",
    "other": "其他需要督办的事项",
}
"""What a rung can be set in motion by (督办情形): a clock, a count, or a fact that somebody establishes."""

COUNTED = frozenset({"reopened", "sent-back", "review-failed", "urged", "repeats"})
"""The triggers that are a number of times (计次情形)."""

FACTS = frozenset(TRIGGERS) - {OVERDUE, "reopened", "sent-back", "review-failed", "urged"}
"""The triggers that a person, or a system that knows, establishes from outside the order (认定情形)."""

PARTIES: dict[str, str] = {
    "unit": "承办单位",
    "unit-leader": "承办单位负责人",
    "hotline": "热线工作机构",
    "departments": "有关部门",
    "city-office": "市人民政府办公厅（室）",
    "standing-meeting": "市人民政府常务会议",
    "government": "属地政府",
    "city-leaders": "市政府有关领导",
    "appraisal": "绩效考核部门",
    "media": "新闻媒体",
    "discipline": "纪检监察机关",
}
"""Who answers for a rung, gets its paper or a copy of it (督办责任方); a place adds its own."""


@frozen(weakref_slot=False)
class Paper:
    """The paper a rung asks for (文书): its code and title, to whom it goes and who gets a copy."""

    code: str
    title: str
    to: str = "unit"
    cc: tuple[str, ...] = ()


@frozen(weakref_slot=False)
class Rung:
    """One rung of the supervision ladder (督办阶梯).

    Args:
        code: what the rung is called in events.
        zh: its name.
        after: how long past what it counts from; ``None`` with ``at_once`` false marks a rung that a person sets in
            motion.
        basis: the article.
        stage: for ``overdue``, whose clock: a rung holds for one stage.
        trigger: one of :data:`TRIGGERS`.
        count: how many times, for the triggers that are counted.
        at_once: it fires with the trigger itself.
        on_day: *after* names the day on which it fires (次日), not a time that must have gone by (满几日).
        since: counted from the ``trigger`` (expiry, the fact), or from the ``rung`` before.
        paper: what is to be drawn up, if anything.
        before: so long before the handling deadline expires (届满前预警), instead of after it.
        unless_reported: a unit that has reported how far it has got, and why no further, is spared this rung.
        owner: who answers for it, one of the parties: ``hotline``, ``city-office`` …
    """

    code: str
    zh: str
    after: TimeLimit | None
    basis: str
    stage: Stage = Stage.HANDLE
    trigger: str = OVERDUE
    count: int = 1
    at_once: bool = False
    on_day: bool = False
    since: str = "trigger"
    paper: Paper | None = None
    owner: str = ""
    unless_reported: bool = False
    before: TimeLimit | None = None

    @property
    def by_hand(self) -> bool:
        """Whether only a person sets it in motion."""
        return self.after is None and not self.at_once and self.before is None

    @property
    def key(self) -> str:
        """What it is fired once for: the trigger, with its number of times where that is more than one."""
        return self.trigger if self.count == 1 else f"{self.trigger}.{self.count}"
