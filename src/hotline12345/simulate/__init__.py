"""The virtual city (虚拟城市): arrivals, agents, units and callers that drive the real hotline with a virtual clock.

There is no separate simulation mode: every order is received, routed, timed and scored by the same
:class:`~hotline12345.hotline.Hotline` that serves citizens.  ``docs/simulation.md`` writes the model down, with what
it cannot answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, TextIO

from ..core.errors import CommandError, PolicyError, RequestError
from .read import read_scenario
from .result import SimulationResult, look_at
from .scenario import Behaviour, Scenario, Shares, Shock, Staffing, Volume

if TYPE_CHECKING:
    from ..core.policy import Pack, Policy
    from ..stores.port import Store

__all__ = [
    "DAYS",
    "PER_DAY",
    "START",
    "Behaviour",
    "Scenario",
    "Shares",
    "Shock",
    "SimulationResult",
    "Staffing",
    "Volume",
    "read_scenario",
    "simulate",
]

START = date(2026, 3, 2)
"""The first day by default: a Monday whose month has no holiday in it."""
PER_DAY = 60
"""Calls a day by default: a small county's, and a month of it takes a second or two."""
DAYS = 30


def simulate(
    pack: Pack | str,
    days: int = DAYS,
    per_day: float | None = None,
    seed: int = 1,
    *,
    start: date = START,
    scenario: Scenario | None = None,
    store: Store | str = "memory:",
    ack: TextIO | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SimulationResult:
    """Simulate a city's hotline (模拟一座城市的热线); the same arguments give the same result to the byte.

    Args:
        pack: a loaded pack, or the name or path of one.
        days: how many days, from the first midnight.
        per_day: ordinary calls on an ordinary day; by default the scenario's, else 60.
        seed: names the random streams.
        start: the first day; the pack's edition in force then holds, the newest where none was yet.
        scenario: what differs from the default city.
        store: an empty store, or the URL of one.
        ack: gets a line ``NUMBER VERSION`` after each commit.
        progress: called with (days done, days).

    Raises:
        CommandError: ``store-not-empty``; a city is simulated once in a store.
        RequestError: ``bad-days``, ``bad-volume``, ``no-catalogue``; PolicyError, StoreError as opening them does.
    """
    from ..core.calendar import CST
    from .ack import Acknowledged
    from .city import City

    scenario = scenario or Scenario()
    wanted = per_day if per_day is not None else scenario.volume.per_day
    volume = PER_DAY if wanted is None else wanted
    _check(days, volume)
    pack, kept = _opened(pack, store)
    policy = _policy(pack, start)
    if ack is not None:
        kept = Acknowledged(kept, ack)
    first = datetime(start.year, start.month, start.day, tzinfo=CST)
    city = City(pack, policy, kept, scenario, seed, first, days, volume)
    city.run(progress)
    return look_at(city, seed)


def _opened(pack: Pack | str, store: Store | str) -> tuple[Pack, Store]:
    """Open the pack and the store, and refuse a store that already holds the place's orders."""
    from ..stores.port import Query

    if isinstance(pack, str):
        from ..packs import load_pack

        pack = load_pack(pack)
    if isinstance(store, str):
        from ..stores import open_store

        store = open_store(store)
    if store.find(pack.place, Query(), "", 1).heads:
        raise CommandError(
            f"存储中已有 {pack.place} 的工单，模拟只能写进空的存储",
            f"the store already holds orders of {pack.place}; a city is simulated into an empty store",
            code="store-not-empty",
            hint="换一个新的存储地址，例如 sqlite:///city2.db",
            hint_en="name another store, for example sqlite:///city2.db",
        )
    return pack, store


def _policy(pack: Pack, start: date) -> Policy:
    """Return the edition a city lives under: the one in force on *start*, else the newest."""
    try:
        policy = pack.on(start)
    except PolicyError:
        policy = pack.newest  # the city is made up: rules that came later may be tried on earlier days
    if policy.routes is not None:
        return policy
    raise RequestError(
        f"政策包 {pack.name} 没有派单目录，没有单位可以办理，无从模拟",
        f"pack {pack.name} has no dispatch catalogue: there is no unit to work, and no city to simulate",
        code="no-catalogue",
        hint="用有单位表的政策包，如 shenyang、anhui、liaoyuan",
        hint_en="use a pack with units, such as shenyang, anhui or liaoyuan",
    )


def _check(days: int, per_day: float) -> None:
    if not 1 <= days <= 3660:
        raise RequestError(
            f"天数应在 1 到 3660 之间，收到 {days}",
            f"days must be from 1 to 3660, got {days}",
            code="bad-days",
            hint="例如 --days 30",
            hint_en="for example --days 30",
        )
    if not 0 < per_day <= 200_000:
        raise RequestError(
            f"每日来电量应大于 0、不超过 200000，收到 {per_day}",
            f"calls a day must be more than 0 and at most 200,000, got {per_day}",
            code="bad-volume",
            hint="例如 --per-day 500",
            hint_en="for example --per-day 500",
        )
