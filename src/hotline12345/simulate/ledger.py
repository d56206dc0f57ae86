"""Why an order was late (逾期原因): where its time went until the deadline, and whose queue it lay in, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..core.calendar import local

if TYPE_CHECKING:
    from ..core.order import Order
    from .city import Case, City

DAY = 86_400
WHY = {
    "queue": ("排队等候，前面积压太多", "waited too long in the queue"),
    "work": ("办理本身用时太长", "the work itself took too long"),
    "third-party": ("等候第三方配合太久", "waited too long for third parties"),
    "sign": ("签收太慢", "was signed for too slowly"),
    "dispute": ("退单与裁定耗时", "was sent back and had to be adjudicated"),
    "review": ("答复审核耗时", "waited too long for review"),
    "dispatch": ("派单耗时", "waited too long to be dispatched"),
}


def breached(order: Order, until: float, city: City) -> bool:
    """Say whether the citizen's deadline was missed by the end: replied at or after it, or not at all."""
    due = order.citizen.deadline.at if order.citizen is not None else None
    if due is None:
        return False
    replied = order.outcome.replied
    if replied is not None:
        return replied >= due
    return order.is_open and city.seconds(due) <= until


def spent_until(city: City, case: Case, due: float) -> dict[str, float]:
    """Return the working hours each kind of stretch took of the time before *due*."""
    hours = city.hours
    found: dict[str, float] = {}
    for what, whose, begin, end in stretches(city, case):
        took = (hours.worked(min(end, due)) - hours.worked(min(begin, due))) / 3600
        if what != "desk":
            found[what] = found.get(what, 0.0) + took
            continue
        worked = min(_worked(case, whose, begin) / 3600, took)
        found["work"] = found.get("work", 0.0) + worked
        found["queue"] = found.get("queue", 0.0) + took - worked
    return {what: round(took, 1) for what, took in found.items()}


def stretches(city: City, case: Case) -> Iterator[tuple[str, str, int, int]]:
    """Yield where the case was from when to when; the last stretch may still last."""
    yield from case.spans
    if case.job is not None and case.order is not None:
        yield "desk", case.order.holder, case.job.came, city.end


def _worked(case: Case, unit: str, begin: int) -> float:
    jobs = [job for whose, job, _ in case.jobs if whose == unit]
    if case.job is not None:
        jobs.append(case.job)
    return sum(job.worked for job in jobs if job.came == begin)


def explain(city: City, case: Case, order: Order) -> dict[str, Any]:
    """Return why *order* was late, in a line and by hours."""
    assert order.citizen is not None
    due = order.citizen.deadline.at
    assert due is not None
    spent = spent_until(city, case, city.seconds(due))
    why = max(sorted(spent), key=lambda what: spent[what]) if spent else "dispatch"
    replied, last = order.outcome.replied, order.last_lead
    unit = last.unit if last is not None else ""
    return {
        "number": order.number,
        "kind": order.kind.value if order.kind is not None else "",
        "category": order.category,
        "unit": unit,
        "received": local(order.intake.received).isoformat(),
        "due_day": order.citizen.deadline.due_day.isoformat() if order.citizen.deadline.due_day is not None else None,
        "due": local(due).isoformat(),
        "replied": local(replied).isoformat() if replied is not None else None,
        "why": why,
        "hours": {what: spent[what] for what in sorted(spent, key=lambda what: (-spent[what], what)) if spent[what]},
    }


def day_by_day(city: City, case: Case, order: Order, most: int = 15) -> list[dict[str, Any]]:
    """Return where *order* was at the close of each working day until its deadline, and what lay on that desk."""
    due = order.citizen.deadline.at if order.citizen is not None else None
    until = min(city.seconds(due), city.end) if due is not None else city.end
    rows = []
    for close in city.hours.closing:
        if not case.call.at <= close < until + DAY:
            continue
        here = next(((w, u) for w, u, b, e in stretches(city, case) if b <= close < e), None)
        if here is None:
            continue
        what, unit = here
        desk = city.desks.get(unit)
        orders, hours = desk.backlog.get(close // DAY, (0, 0.0)) if desk is not None else (0, 0.0)
        rows.append(
            {
                "day": (local(city.start) + timedelta(days=close // DAY)).date().isoformat(),
                "where": "queue" if what == "desk" else what,
                "unit": unit,
                "orders_there": orders,
                "hours_there": round(hours, 1),
            }
        )
    return rows[:most]
