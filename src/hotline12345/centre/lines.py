"""The register of hotlines (热线归并台账): which number is merged how, what is left to do, and no new ones.

国办发〔2020〕53号: three ways of merging — 整体并入 (the number goes, the seats move), 双号并行 (the number stays
beside 12345), 设分中心 (a vertical department answers, calls are put through); 110, 119, 120 and 122 are not
merged.  皖政办秘〔2021〕65号: no new hotlines, county platforms are wound up into the city's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ..core.errors import Fault, RequestError
from .register import DAY, Field, a_day, bad_register, one_of, read_register

EMERGENCY = ("110", "119", "120", "122")
"""Numbers that are never merged (国办发〔2020〕53号)."""
WHOLE, PARALLEL, SUB_CENTRE, COUNTY = "whole", "parallel", "sub-centre", "county-platform"
MODES = {
    "whole": WHOLE,
    "整体并入": WHOLE,
    "parallel": PARALLEL,
    "双号并行": PARALLEL,
    "sub-centre": SUB_CENTRE,
    "设分中心": SUB_CENTRE,
    "分中心": SUB_CENTRE,
    "county-platform": COUNTY,
    "县级平台": COUNTY,
}
MODE_ZH = {WHOLE: "整体并入", PARALLEL: "双号并行", SUB_CENTRE: "设分中心", COUNTY: "县级平台撤并"}


class Line(NamedTuple):
    """One hotline that there was before (原有热线).

    Attributes:
        number: the number people dialled.
        name: what it was called.
        unit: the department it belonged to.
        mode: ``whole``, ``parallel``, ``sub-centre`` or ``county-platform``.
        done: the day it was merged; ``None`` while it is not.
        planned: the day it was to be merged by.
        prompt: what callers of the old number hear for the time being (过渡期语音提示).
        transfer: where a sub-centre's calls are put through to.
    """

    number: str
    name: str
    unit: str
    mode: str
    done: date | None = None
    planned: date | None = None
    prompt: str = ""
    transfer: str = ""


class Progress(NamedTuple):
    """How far the merging is (归并进度)."""

    total: int
    done: int
    by_mode: dict[str, tuple[int, int]]  # mode → (done, in all)
    late: tuple[Line, ...]


FIELDS = (
    Field(("number", "号码", "原号码"), needed=True),
    Field(("name", "名称", "热线名称"), needed=True),
    Field(("unit", "单位", "主管部门"), needed=True),
    Field(("mode", "归并方式"), one_of(MODES), ("、".join(MODE_ZH.values()), ", ".join(MODE_ZH)), needed=True),
    Field(("done", "完成日期", "归并日期"), a_day, DAY, empty=None),
    Field(("planned", "计划日期"), a_day, DAY, empty=None),
    Field(("prompt", "过渡提示", "语音提示")),
    Field(("transfer", "转接号码", "分中心号码")),
)


def read_lines(data: bytes, file: str = "") -> list[Line]:
    """Read the register (读归并台账).

    Raises:
        PolicyError: ``bad-register``: with every fault — also a number that stands twice, an emergency number, a
            sub-centre that calls cannot be put through to, a merged number whose callers hear nothing.
    """
    rows, faults = read_register(data, FIELDS, file)
    seen: dict[str, int] = {}
    for at, row in rows:
        line = Line(**row)
        if line.number in seen:
            zh, en = (
                f"号码 {line.number} 在第 {seen[line.number]} 行已有",
                f"{line.number} stands in line {seen[line.number]}",
            )
            faults.append(Fault("duplicate-number", zh, en, file=file, line=at, key="number"))
        seen.setdefault(line.number, at)
        faults += [Fault(code, zh, en, file=file, line=at, key=key) for code, zh, en, key in _wrong(line)]
    if faults:
        raise bad_register(faults, file)
    return [Line(**row) for _, row in rows]


def _wrong(line: Line) -> Iterable[tuple[str, str, str, str]]:
    if line.number in EMERGENCY:
        yield (
            "emergency-number",
            f"{line.number} 是紧急热线，不在归并之列（国办发〔2020〕53号）",
            f"{line.number} is an emergency number and is not merged (国办发〔2020〕53号)",
            "number",
        )
    if line.mode == SUB_CENTRE and not line.transfer:
        zh, en = (
            "设分中心要写明转接号码，否则来电转不过去",
            "a sub-centre needs the number its calls are put through to",
        )
        yield "no-transfer", zh, en, "transfer"
    if line.mode == WHOLE and line.done is not None and not line.prompt:
        zh, en = "号码已取消，过渡期应有语音提示，否则来电者无从知道", "the number is gone: say what its callers hear"
        yield "no-prompt", zh, en, "prompt"


def progress(lines: Sequence[Line], on: date) -> Progress:
    """Return how far the merging is on a day (归并进度): what was to be done by then and is not, is late."""
    whole = Counter(line.mode for line in lines)
    done = Counter(line.mode for line in lines if line.done is not None and line.done <= on)
    late = tuple(
        line
        for line in lines
        if line.planned is not None and line.planned < on and (line.done is None or line.done > on)
    )
    return Progress(
        len(lines), done.total(), {mode: (done[mode], whole[mode]) for mode in MODE_ZH if whole[mode]}, late
    )


def check_new(lines: Iterable[Line], number: str, approved: str = "") -> None:
    """Refuse a hotline that nobody may set up (不得新设热线).

    Args:
        lines: the register.
        number: the number somebody wants to publish.
        approved: the document that allows it, where there is one (法律、行政法规、国务院另有规定).

    Raises:
        RequestError: ``no-new-hotline``, or ``number-merged`` where it was merged and is not to come back.
    """
    known = next((line for line in lines if line.number == number), None)
    if known is not None and known.mode == PARALLEL:
        return
    if known is not None:
        raise RequestError(
            f"{number}（{known.name}）已列入归并（{MODE_ZH[known.mode]}），不得恢复",
            f"{number} ({known.name}) is merged ({known.mode}) and does not come back",
            code="number-merged",
            hint="由 12345 统一受理；需要专席的在 12345 内设专线",
            hint_en="12345 takes its calls; a desk of its own is a line within 12345",
        )
    if not approved and number not in EMERGENCY:
        raise RequestError(
            f"不得新设政务热线 {number}（皖政办秘〔2021〕65号；国办发〔2020〕53号）",
            f"no new government hotline {number} (皖政办秘〔2021〕65号; 国办发〔2020〕53号)",
            code="no-new-hotline",
            hint="法律法规另有规定的，写明依据文件",
            hint_en="where a law provides for it, name the document",
        )
