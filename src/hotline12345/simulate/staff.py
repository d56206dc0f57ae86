"""Who is there to work (人员配备): enough people for the expected work, and what each unit is like."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from ..core.policy import Policy
from .arrivals import places_of, topic_weights
from .hours import ServiceHours
from .scenario import Scenario
from .streams import Streams
from .topics import Topic

KIND_HOURS = {"consultation": 0.4, "help": 1.0, "complaint": 1.2, "report": 1.5, "suggestion": 0.6, "unclear": 0.8}
"""How the hands-on hours of a topic differ by kind; basis: library default."""


def hours_for(topic: Topic | None, kind: str) -> float:
    """Return the median hands-on hours of an order about *topic*."""
    return (topic.hours if topic is not None else 1.0) * KIND_HOURS.get(kind, 1.0)


def expected_hours(scenario: Scenario, policy: Policy, per_day: float, days: int) -> dict[str, float]:
    """Return the hands-on hours each unit can expect: from the shares alone, not from any draw or shock."""
    if policy.routes is None:
        return {}
    kinds = {name: weight for name, weight in scenario.shares.kinds.items() if name != "praise"}
    whole = sum(scenario.shares.kinds.values())
    answers = scenario.shares.answers
    # The hours a call about a one-hour topic leaves on some unit's desk.
    each = sum(w / whole * (1 - answers.get(name, 0.0)) * KIND_HOURS.get(name, 1.0) for name, w in kinds.items())
    places = places_of(policy) or (("", ""),)
    weights = topic_weights(scenario)
    total = sum(weight for _, weight in weights) or 1.0
    found: dict[str, float] = {}
    for topic, weight in weights:
        for area, _ in places:
            unit = policy.routes.route(topic.category, area).unit
            calls = per_day * days * weight / total / len(places)
            found[unit] = found.get(unit, 0.0) + calls * each * topic.hours
    return dict(sorted(found.items()))


def people_of(scenario: Scenario, expected: Mapping[str, float], hours: ServiceHours, days: int) -> dict[str, float]:
    """Return how many people each unit has: as the scenario says, else so many that they are busy as wanted."""
    staffing = scenario.staffing
    weeks = max(days / 7, 1.0)
    per_person = weeks * 5 * (hours.day or 27_000) / 3600
    found = {
        unit: max(staffing.least, ceil(work * 1.3 / staffing.utilisation / per_person * 10) / 10)
        for unit, work in expected.items()
    }
    return dict(sorted({**found, **staffing.units}.items()))


def speed_of(scenario: Scenario, streams: Streams, unit: str) -> float:
    """Return how fast a unit's people work: as the scenario says, else around one."""
    told = scenario.staffing.speeds.get(unit)
    if told is not None:
        return told
    return 1 + scenario.staffing.speed_spread * (2 * streams.uniform("speed", unit) - 1)


def agents_of(scenario: Scenario, per_day: float) -> int:
    """Return how many agents sit at the phones: enough for the busiest hour at seventy per cent."""
    staffing = scenario.staffing
    if staffing.agents is not None:
        return max(1, round(staffing.agents * staffing.capacity))
    hours = scenario.volume.hours
    busiest = per_day * 1.4 * max(hours) / (sum(hours) or 1.0)
    seats = max(2, ceil(busiest * scenario.behaviour.talk_seconds * 1.15 / 3600 / 0.7))
    return max(1, round(seats * staffing.capacity))
