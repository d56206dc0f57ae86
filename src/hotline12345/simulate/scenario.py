"""The city as it can be changed (情景): volumes, shares, staffing, speeds, behaviour and shocks.

Every number here is the library's choice unless a source is named; ``docs/simulation.md`` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import field, frozen

# Shares of arrivals by hour, per cent, of 4,326 real messages of 2019–2020 (a web channel; 0 h first).
HOURS = (
    2.5, 1.4, 0.3, 0.3, 0.2, 0.4, 0.8, 1.3, 4.1, 6.1, 11.7, 8.1,
    5.6, 4.7, 6.3, 9.2, 6.6, 7.7, 5.5, 3.8, 3.3, 3.6, 3.7, 2.8,
)  # fmt: skip
# The same messages by weekday, Monday first.
WEEKDAYS = (15.6, 19.8, 18.7, 16.5, 15.0, 6.2, 8.2)
# A province's prefectures, July 2024: 41.50 / 33.26 (complaints and reports together) / 19.52 / 2.17 / .33 and
# other 3.22.  The second is split as Yichun (Jiangxi) published both in May 2023, 39.12 to 6.54; other is left
# to the classifier.
KINDS = {
    "consultation": 41.50,
    "help": 19.52,
    "complaint": 28.50,
    "report": 4.76,
    "suggestion": 2.17,
    "praise": 0.33,
    "unclear": 3.22,
}
# Yichun (Jiangxi), May 2023: phone 90.67, WeChat 7.09, portal .30, 110 .68, from above .83 per cent.
CHANNELS = {"phone": 90.67, "wechat": 7.09, "superior": 0.83, "110": 0.68, "web": 0.30}
# What agents answer at once, by kind; together some 52 % of all, as a city published for a week of 2024 (52.7 %).
ANSWERS = {"consultation": 0.9, "help": 0.35, "complaint": 0.18, "report": 0.05, "suggestion": 0.3, "unclear": 0.5}


@frozen(weakref_slot=False)
class Volume:
    """How many call, when (来电量)."""

    per_day: float | None = None
    hours: tuple[float, ...] = HOURS
    weekdays: tuple[float, ...] = WEEKDAYS
    repeat_share: float = 0.35  # 3,332 users of real messages: 532 repeaters sent 35 %
    repeaters: float = 0.123  # 532 repeaters to 4,326 messages
    same_matter: float = 0.3
    outside: float = 0.01


@frozen(weakref_slot=False)
class Shares:
    """Who calls about what (构成): weights, not percentages."""

    kinds: Mapping[str, float] = field(factory=lambda: dict(KINDS))
    channels: Mapping[str, float] = field(factory=lambda: dict(CHANNELS))
    categories: Mapping[str, float] = field(factory=dict)  # category prefix → factor on the topics' own weights
    answers: Mapping[str, float] = field(factory=lambda: dict(ANSWERS))


@frozen(weakref_slot=False)
class Staffing:
    """Who works how (人员): people of units, agents, and the order in which work is taken up."""

    capacity: float = 1.0
    utilisation: float = 0.95
    least: float = 0.2
    agents: int | None = None
    order: str = "due"  # due | first-come
    push: float = 1.3
    push_within_hours: float = 24
    units: Mapping[str, float] = field(factory=dict)  # unit → people
    speeds: Mapping[str, float] = field(factory=dict)  # unit → speed
    speed_spread: float = 0.35


@frozen(weakref_slot=False)
class Behaviour:
    """What happens how often, and how long it takes (行为): shares, and median working hours."""

    misrouted_sent_back: float = 0.6
    sent_back: float = 0.03
    reassigned: float = 0.3
    extension_asked: float = 0.3
    extension_granted: float = 0.85
    extensions: int = 1
    review_failed: float = 0.04
    unreachable: float = 0.10
    refused: float = 0.04
    disputed: float = 0.01
    attempts: int = 3
    solved: float = 0.92
    satisfied: float = 0.95  # of those whose matter is solved
    satisfied_unsolved: float = 0.3
    late_penalty: float = 0.15
    reopened: float = 0.5
    reopenings: int = 2
    withdrawn: float = 0.005
    repeat_told: float = 0.5
    talk_seconds: float = 130  # median; a mean of 150 s as Changzhou published for 2021
    dispatch_seconds: float = 190  # median; a mean of 3.7 minutes from call to dispatch, Beijing 2026
    sign_hours: float = 1.0
    adjudicate_hours: float = 4.0
    approve_hours: float = 1.0
    third_party_hours: float = 4.0
    review_hours: float = 3.0
    follow_up_hours: float = 7.5


@frozen(weakref_slot=False)
class Shock:
    """Something out of the ordinary (冲击): more calls about *category*, or a *unit* at another *speed*."""

    first: date
    last: date
    category: str = ""
    times: float = 1.0
    unit: str = ""
    speed: float | None = None
    name: str = ""


@frozen(weakref_slot=False)
class Scenario:
    """A city to simulate (情景)."""

    title: str = ""
    volume: Volume = Volume()
    shares: Shares = field(factory=Shares)
    staffing: Staffing = field(factory=Staffing)
    behaviour: Behaviour = Behaviour()
    shocks: tuple[Shock, ...] = ()

    def changed(self) -> dict[str, Any]:
        """Return what differs from the default city, as plain JSON."""
        found: dict[str, Any] = {}
        for name, plain in PARTS.items():
            mine, default = getattr(self, name), plain()
            for key in plain.__slots__:
                if getattr(mine, key) != getattr(default, key):
                    value = getattr(mine, key)
                    found[f"{name}.{key}"] = list(value) if isinstance(value, tuple) else value
        for at, shock in enumerate(self.shocks, start=1):
            found[f"shock.{at}"] = {
                "first": shock.first.isoformat(),
                "last": shock.last.isoformat(),
                "category": shock.category,
                "times": shock.times,
                "unit": shock.unit,
                "speed": shock.speed,
                "name": shock.name,
            }
        return found


PARTS: dict[str, type[Any]] = {"volume": Volume, "shares": Shares, "staffing": Staffing, "behaviour": Behaviour}
"""The tables of a scenario file and what they become."""
