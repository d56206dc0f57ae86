"""Two small registers (台账): test calls, and the leaders' answering days.

实例拨测: somebody calls a unit as a citizen would (连云港绩效评估; the seed on inspections).
领导接听日: a leader answers, the orders of that day are followed (皖政办秘〔2021〕65号 and the plan of 2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ..core.scoring import half_up, percent
from .register import COUNT, DAY, FLAG, LIST, TIME, Field, a_count, a_day, a_flag, a_time, sound, texts

# ── test calls ──


class Probe(NamedTuple):
    """One test call (一次拨测): *score* of 100 for how it was handled, where it was judged."""

    unit: str
    at: datetime
    answered: bool
    wait: int = 0
    score: int | None = None
    note: str = ""


class Probed(NamedTuple):
    """What test calls found of one unit (拨测结果)."""

    unit: str
    calls: int
    answered: int
    answer_rate: Decimal | None
    mean_score: Decimal | None
    missed: tuple[datetime, ...]


def _score(text: str) -> int:
    value = a_count(text)
    if value > 100:
        raise ValueError(text)
    return value


PROBE_FIELDS = (
    Field(("unit", "单位", "被测单位"), needed=True),
    Field(("at", "time", "时间", "拨测时间"), a_time, TIME, needed=True),
    Field(("answered", "接通", "是否接通"), a_flag, FLAG, needed=True),
    Field(("wait", "等待秒数"), a_count, COUNT, empty=0),
    Field(("score", "得分"), _score, ("0 到 100 的整数", "a whole number from 0 to 100"), empty=None),
    Field(("note", "说明", "问题")),
)


def read_probes(data: bytes, file: str = "") -> list[Probe]:
    """Read test calls (读拨测记录).

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    return [Probe(**row) for _, row in sound(data, PROBE_FIELDS, file)]


def probed(probes: Iterable[Probe]) -> list[Probed]:
    """Return what test calls found, unit by unit (拨测通报), the lowest rate first."""
    by_unit: dict[str, list[Probe]] = {}
    for probe in probes:
        by_unit.setdefault(probe.unit, []).append(probe)
    found = []
    for unit, calls in by_unit.items():
        taken = [call for call in calls if call.answered]
        judged = [call.score for call in calls if call.score is not None]
        mean = half_up(Decimal(sum(judged)) / len(judged)) if judged else None
        missed = tuple(call.at for call in calls if not call.answered)
        found.append(Probed(unit, len(calls), len(taken), percent(len(taken), len(calls)), mean, missed))
    return sorted(found, key=lambda one: (one.answer_rate or Decimal(0), one.unit))


# ── answering days ──


class AnsweringDay(NamedTuple):
    """A leader's turn at the telephone (领导接听日): the post, never the person's name; the orders that came of it."""

    day: date
    unit: str
    post: str
    orders: tuple[str, ...] = ()


DAY_FIELDS = (
    Field(("day", "日期", "接听日"), a_day, DAY, needed=True),
    Field(("unit", "单位"), needed=True),
    Field(("post", "职务"), needed=True),
    Field(("orders", "工单", "工单编号"), texts, LIST, empty=()),
)


def read_days(data: bytes, file: str = "") -> list[AnsweringDay]:
    """Read the schedule of answering days (读接听日安排), in order.

    Raises:
        PolicyError: ``bad-register``, with every fault.
    """
    return sorted(AnsweringDay(**row) for _, row in sound(data, DAY_FIELDS, file))
