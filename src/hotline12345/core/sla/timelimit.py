"""How long somebody has (时限): an amount and its unit, and the stages that have one."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from attrs import frozen

from ..errors import RequestError


class Unit(Enum):
    """What a limit counts (时限单位).  A working day is its own unit, never a number of hours."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working-days"
    WORKING_HOURS = "working-hours"

    __hash__ = object.__hash__


class Stage(Enum):
    """A stage with a clock of its own (环节).

    ``ANSWER`` is the telephone's and times calls, not orders; ``REDO`` is the handling of a reopened order; ``TELL``
    is the duty to tell the requester what was decided about the time.
    """

    ANSWER = "answer"
    SIGN = "sign"
    CONTACT = "contact"
    HANDLE = "handle"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"
    DISPATCH = "dispatch"
    REDO = "redo"
    TELL = "tell"
    SUPPLEMENT = "supplement"
    CONSULT = "consult"
    ADJUDICATE = "adjudicate"

    __hash__ = object.__hash__

    @property
    def zh(self) -> str:
        """The Chinese name."""
        return _STAGES[self]


_STAGES = {
    Stage.ANSWER: "接听",
    Stage.SIGN: "签收",
    Stage.CONTACT: "先行联系",
    Stage.HANDLE: "办理",
    Stage.REVIEW: "审核",
    Stage.FOLLOW_UP: "回访",
    Stage.DISPATCH: "派单",
    Stage.REDO: "重新办理",
    Stage.TELL: "告知",
    Stage.SUPPLEMENT: "补充",
    Stage.CONSULT: "会商",
    Stage.ADJUDICATE: "裁定",
}
# unit: suffix, Chinese, English, the most of it there can be (ten years and some)
_UNITS: dict[Unit, tuple[str, str, str, int]] = {
    Unit.SECONDS: ("s", "秒", "second", 86_400),
    Unit.MINUTES: ("min", "分钟", "minute", 3660 * 1440),
    Unit.HOURS: ("h", "小时", "hour", 3660 * 24),
    Unit.DAYS: ("d", "日", "day", 3660),
    Unit.WORKING_DAYS: ("wd", "个工作日", "working day", 3660),
    Unit.WORKING_HOURS: ("wh", "个工作小时", "working hour", 3660 * 8),
}
_WORDS: dict[str, Unit] = {
    **{suffix: unit for unit, (suffix, _, _, _) in _UNITS.items()},
    **{english: unit for unit, (_, _, english, _) in _UNITS.items()},
    **{unit.value: unit for unit in Unit},
    "秒": Unit.SECONDS,
    **dict.fromkeys(("分钟", "分"), Unit.MINUTES),
    **dict.fromkeys(("小时", "时"), Unit.HOURS),
    **dict.fromkeys(("日", "天", "自然日", "日历天"), Unit.DAYS),
    **dict.fromkeys(("工作日", "工作天"), Unit.WORKING_DAYS),
    **dict.fromkeys(("工作小时", "工作时"), Unit.WORKING_HOURS),
}
_SHAPE = re.compile(r"([0-9]{1,8})\s*个?\s*([a-z][a-z -]*|[\u4e00-\u9fff]+)")


@frozen(weakref_slot=False)
class TimeLimit:
    """A time limit (时限): *amount* of *unit*.

    Raises:
        RequestError: ``bad-limit`` where the amount is not a whole number from 1 to some ten years.
    """

    amount: int
    unit: Unit

    def __attrs_post_init__(self) -> None:
        most = _UNITS[self.unit][3] if isinstance(self.unit, Unit) else 0
        if type(self.amount) is not int or not 1 <= self.amount <= most:
            raise _bad(str(self) if isinstance(self.unit, Unit) else f"{self.amount} {self.unit}")

    @classmethod
    def parse(cls, text: Any) -> TimeLimit:
        """Read ``5wd``, ``24h``, ``20min``, ``7d``, ``4wh``, ``5 working days`` or ``5个工作日``.

        Raises:
            RequestError: ``bad-limit``.
        """
        shape = _SHAPE.fullmatch(text.strip().lower()) if isinstance(text, str) else None
        word = shape[2].strip() if shape else ""
        unit = _WORDS.get(word) or _WORDS.get(word.removesuffix("s"))
        if shape is None or unit is None:
            raise _bad(text)
        return cls(int(shape[1]), unit)

    def __str__(self) -> str:
        return f"{self.amount}{_UNITS[self.unit][0]}"

    @property
    def zh(self) -> str:
        """In Chinese, as orders print it."""
        return f"{self.amount}{_UNITS[self.unit][1]}"

    @property
    def en(self) -> str:
        """In English."""
        return f"{self.amount} {_UNITS[self.unit][2]}{'' if self.amount == 1 else 's'}"


def _bad(text: object) -> RequestError:
    return RequestError(
        f"时限「{text}」有误",
        f"{text!r} is not a time limit",
        code="bad-limit",
        hint="写法：5wd（工作日）、7d（自然日）、24h、20min、4wh（工作小时），最长约十年",
        hint_en="write 5wd (working days), 7d (calendar days), 24h, 20min or 4wh (working hours); ten years at most",
    )
