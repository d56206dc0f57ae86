"""What a simulated city came to (模拟结果): counts that sum, rates as scored, and why orders were late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from statistics import median
from typing import Any

from attrs import frozen

from ..core.calendar import local
from ..core.order import DIVERTED, Order
from ..core.scoring import Score, Scorecard, ScoreRules, facts, measure, score
from ..core.sla import Stage, elapsed_working_days
from ..report.cards import card_json
from .city import Case, City
from .ledger import WHY, breached, day_by_day, explain

TOLD = 5
"""How many late orders are told day by day."""


@frozen(weakref_slot=False)
class SimulationResult:
    """A simulated city (模拟结果): ``arrivals`` = ``closed`` + ``open`` + ``diverted``.

    Args:
        breaches: every order whose citizen's deadline was missed, with where its time went.
        card: the rates, as ``score --store`` counts them on the same store.
        facts: everything else, as plain JSON; see :meth:`as_dict`.
    """

    arrivals: int
    closed: int
    open: int
    diverted: int
    breaches: tuple[Mapping[str, Any], ...]
    card: Scorecard
    score: Score
    facts: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON in both languages, keys in a fixed order: the same on any machine."""
        told = [{**one, "told": WHY[one["why"]][0], "told_en": WHY[one["why"]][1]} for one in self.breaches]
        return {
            **{key: self.facts[key] for key in ("pack", "edition", "place", "title", "scenario", "changed")},
            **{key: self.facts[key] for key in ("seed", "start", "days", "per_day")},
            "arrivals": self.arrivals,
            "closed": self.closed,
            "open": self.open,
            "diverted": self.diverted,
            **{
                key: self.facts[key] for key in ("events", "by_status", "by_kind", "by_channel", "by_category", "calls")
            },
            **card_json(self.card, self.score),
            "breached": len(self.breaches),
            "breached_by_why": dict(sorted(Counter(one["why"] for one in self.breaches).items())),
            "breaches": told,
            **{key: self.facts[key] for key in ("slowest", "units", "example")},
        }


def look_at(city: City, seed: int) -> SimulationResult:
    """Return what *city* came to."""
    policy, rules = city.policy, city.policy.scoring or ScoreRules()
    until = city.start + timedelta(days=city.days)
    orders = {number: city.hotline.order(number) for number in sorted(city.by_number)}
    rung = [case.order for case in city.cases.values() if case.order is not None and case.order.number not in orders]
    everything = sorted([*orders.values(), *rung], key=lambda order: order.number)
    diverted = sum(order.status in DIVERTED for order in everything)
    still = sum(order.is_open for order in everything)
    closed = len(everything) - diverted - still
    late = [(city.by_number[n], order) for n, order in orders.items() if breached(order, city.end, city)]
    told = [dict(explain(city, case, order)) for case, order in late]
    for one, (case, order) in list(zip(told, late, strict=True))[:TOLD]:
        one["days"] = day_by_day(city, case, order)
    levels, days, out = policy.satisfied_levels, policy.calendar, policy.calls.excused
    found = (facts(o, until=until, levels=levels, calendar=days, excuses=out) for o in everything)
    card = measure(found, rules.exempt)[""]
    assert len(city.cases) == len(everything) == closed + still + diverted
    rows = _units(city, orders, late)
    return SimulationResult(
        len(city.calls),
        closed,
        still,
        diverted,
        tuple(told),
        card,
        score(rules, card),
        {
            "pack": policy.pack,
            "edition": policy.edition,
            "place": city.hotline.place,
            "title": policy.title,
            "scenario": city.scenario.title,
            "changed": city.scenario.changed(),
            "seed": seed,
            "start": local(city.start).date().isoformat(),
            "days": city.days,
            "per_day": city.per_day,
            "events": sum(order.version for order in everything),
            "by_status": _counted(order.status.value for order in everything),
            "by_kind": _counted(order.kind.value if order.kind is not None else "" for order in everything),
            "by_channel": _counted(order.intake.channel for order in everything),
            "by_category": _counted(order.category for order in everything),
            "calls": _calls(city),
            "slowest": [row for row in rows if row["replied"]][:10],
            "units": rows,
            "example": _example(city, orders, [order for _, order in late]),
        },
    )


def _counted(values: Any) -> dict[str, int]:
    counter = Counter(values)
    return {key: counter[key] for key in sorted(counter, key=lambda key: (-counter[key], key))}


def _calls(city: City) -> dict[str, Any]:
    """Return how the phones were answered; GB/T 33358 asks for an answer within 15 seconds."""
    cases = [case for case in city.cases.values() if case.call.channel == "phone"]
    waits = sorted(case.answered - case.call.at for case in cases)
    within = sum(wait <= 15 for wait in waits)
    return {
        "phone": len(waits),
        "agents": city.seats,
        "mean_wait_seconds": round(sum(waits) / len(waits), 1) if waits else None,
        "longest_wait_seconds": waits[-1] if waits else None,
        "within_15_seconds_percent": round(100 * within / len(waits), 2) if waits else None,
    }


def _units(city: City, orders: Mapping[str, Order], late: list[tuple[Case, Order]]) -> list[dict[str, Any]]:
    """Return what each unit did, those with most late orders first, then the slowest."""
    days: dict[str, list[int]] = {}
    held: Counter[str] = Counter()
    for order in orders.values():
        last = order.last_lead
        if last is None:
            continue
        held[last.unit] += 1
        if order.outcome.replied is not None:
            took = elapsed_working_days(city.policy.calendar, order.intake.received, order.outcome.replied)
            days.setdefault(order.outcome.replied_by, []).append(took)
    missed = Counter(order.last_lead.unit for _, order in late if order.last_lead is not None)
    rows: list[dict[str, Any]] = []
    for unit in sorted(city.desks):
        desk, replies = city.desks[unit], days.get(unit, [])
        waiting, hours = desk.waiting()
        rows.append(
            {
                "unit": unit,
                "name": city.policy.unit_name(unit),
                "orders": held[unit],
                "replied": len(replies),
                "breached": missed[unit],
                "median_working_days": median(replies) if replies else None,
                "people": round(desk.people, 2),
                "speed": round(desk.speed, 3),
                "waiting": waiting,
                "waiting_hours": round(hours, 1),
            }
        )
    rows.sort(key=lambda row: (-row["breached"], -(row["median_working_days"] or 0), row["unit"]))
    return rows


def _example(city: City, orders: Mapping[str, Order], late: list[Order]) -> dict[str, Any] | None:
    """Explain one deadline day by day to the article: a late order's where there is one."""
    plain = [o for o in orders.values() if not o.counts.extended and o.pending.deferred is None]
    known = [o for o in (*(o for o in late if o in plain), *plain) if o.citizen is not None and o.citizen.deadline.at]
    if not known:
        return None
    order = known[0]
    assert order.citizen is not None
    assert order.topic is not None
    due, replied = order.citizen.deadline, order.outcome.replied
    told = city.policy.explain_due(
        order.kind, due.start, Stage.HANDLE, order.category, order.topic.urgency, order.intake.channel
    )
    last = order.last_lead
    return {
        "number": order.number,
        "kind": order.kind.value if order.kind is not None else "",
        "category": order.category,
        "unit": last.unit if last is not None else "",
        "start": local(due.start).isoformat(),
        "limit": str(due.limit),
        "due_day": due.due_day.isoformat() if due.due_day is not None else None,
        "at": due.at.isoformat() if due.at is not None else None,
        "replied": local(replied).isoformat() if replied is not None else None,
        "basis": due.basis,
        "counted": [
            {"day": day.day.isoformat(), "counts": day.counts, "why": day.why, "why_en": day.why_en}
            for day in told.counted
        ],
    }
