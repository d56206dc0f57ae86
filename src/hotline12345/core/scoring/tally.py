"""Counting orders (统计): rates with numerator, denominator and exclusions, of all or of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from attrs import field, frozen

from ..errors import RequestError
from .decimals import median, percent
from .metrics import LEAD_ONLY, METRIC, MOMENT
from .orderfacts import OrderFacts

__all__ = ["COUNTS", "GROUPS", "MOST_NAMED", "Rate", "Scorecard", "measure"]


@frozen(weakref_slot=False)
class Rate:
    """A rate as counted (比率): numerator, denominator, and how many were excluded for which reason."""

    metric: str
    numerator: int
    denominator: int
    excluded: tuple[tuple[str, int], ...] = ()
    failing: tuple[str, ...] = ()  # the orders in the denominator only, the first hundred by number

    @property
    def value(self) -> Decimal | None:
        """The percentage to two places, half up; ``None`` (blank) when nothing is counted."""
        return percent(self.numerator, self.denominator)


@frozen(weakref_slot=False)
class Scorecard:
    """The rates and counts of one group of orders (成绩单).

    Of the counts, ``replied`` + ``diverted`` + ``unhandled`` + ``open`` = ``received`` + ``carried`` (what came in an
    earlier period and counts in this one), and ``on_time`` + ``late`` are the replies that had a limit.
    """

    rates: tuple[Rate, ...]
    counts: Mapping[str, int]
    median_working_days: Decimal | None = None
    levels: Mapping[str, int] = field(factory=dict)  # how many said which level

    def rate(self, metric: str) -> Rate:
        """Return the rate called *metric*.

        Raises:
            RequestError: ``unknown-metric``, with those there are.
        """
        for rate in self.rates:
            if rate.metric == metric:
                return rate
        raise _unknown("metric", "指标", metric, (rate.metric for rate in self.rates))


def _unknown(en: str, zh: str, name: str, known: Iterable[str]) -> RequestError:
    names = ", ".join(known)
    return RequestError(
        f"没有{zh}「{name}」",
        f"there is no {en} {name!r}",
        code=f"unknown-{en}",
        hint=f"可用：{names}",
        hint_en=f"possible: {names}",
    )


MOST_NAMED = 100
GROUPS = ("unit", "kind", "category", "area", "channel")
"""By what orders can be grouped (分组)."""
COUNTS = (
    "received",
    "carried",
    "dispatched",
    "replied",
    "diverted",
    "unhandled",
    "open",
    "on_time",
    "late",
    "overdue_open",
    "no_limit",
    "provisional",
    "reached",
    "dissatisfied",
    "double",
    "single",
    "solved_in_fact",
    "explained",
)


class _Tally:
    """Counts while the orders go by."""

    def __init__(self) -> None:
        self.yes = dict.fromkeys(METRIC, 0)
        self.out: dict[str, dict[str, int]] = {name: {} for name in METRIC}
        self.failing: dict[str, list[str]] = {name: [] for name in METRIC}
        self.counts = dict.fromkeys(COUNTS, 0)
        self.days: list[int] = []
        self.levels: dict[str, int] = {}

    def add(self, f: OrderFacts, exempt: tuple[str, ...], excluded: frozenset[str], lead: bool) -> None:
        if f.ended == "void":
            verdicts: dict[str, bool | str] = dict.fromkeys(METRIC, "void")
        else:
            verdicts = {name: metric.counts(f) for name, metric in METRIC.items()}
            if verdicts["satisfied"] in (True, False):
                verdicts["satisfied"] = _spared(f, exempt) or verdicts["satisfied"]
            if f.since is not None or excluded or not lead:  # most orders need none of this
                verdicts = {name: _decided(f, name, one, excluded, lead) for name, one in verdicts.items()}
        carried = f.since is not None and f.received is not None and f.received <= f.since
        if carried and f.ended and not any(isinstance(verdict, bool) for verdict in verdicts.values()):
            return  # it was over and counted before this period began
        for name, verdict in verdicts.items():
            if isinstance(verdict, str):
                self.out[name][verdict] = self.out[name].get(verdict, 0) + 1
            elif verdict:
                self.yes[name] += 1
            else:
                self.failing[name].append(f.number)
        counts = self.counts
        counts["carried" if carried else "received"] += 1
        counts["dispatched"] += f.dispatched
        counts["replied"] += f.replied is not None
        counts["diverted"] += f.diverted
        counts["unhandled"] += f.unhandled
        counts["open"] += f.replied is None and not f.ended
        counts["on_time"] += f.on_time is True
        counts["late"] += f.on_time is False
        counts["overdue_open"] += f.overdue and not f.ended
        counts["no_limit"] += f.dispatched and f.due is None
        counts["provisional"] += f.provisional
        counts["reached"] += f.follow_up == "reached"
        counts["dissatisfied"] += bool(f.level) and f.satisfied is False
        counts["double"] += f.both == "double"
        counts["single"] += f.both == "single"
        counts["solved_in_fact"] += f.result == "solved"
        counts["explained"] += f.result == "explained"
        if f.level:
            self.levels[f.level] = self.levels.get(f.level, 0) + 1
        if f.working_days is not None:
            self.days.append(f.working_days)

    def card(self) -> Scorecard:
        rates = tuple(
            Rate(
                name,
                self.yes[name],
                self.yes[name] + len(failing),
                tuple(sorted(self.out[name].items())),
                tuple(sorted(failing)[:MOST_NAMED]),
            )
            for name, failing in self.failing.items()
        )
        return Scorecard(rates, dict(self.counts), median(self.days), dict(sorted(self.levels.items())))


def _spared(f: OrderFacts, exempt: tuple[str, ...]) -> str:
    """Return why the requester's level is not scored, "" where it is."""
    if any(f"{f.category}/".startswith(e + "/") for e in exempt):
        return "exempt"
    return "unreasonable" if f.excused and not f.satisfied else ""


def _decided(f: OrderFacts, name: str, verdict: bool | str, excluded: frozenset[str], lead: bool) -> bool | str:
    """Return *verdict*, or why the order is left out of this rate whatever its verdict."""
    if isinstance(verdict, str):
        return verdict
    moment = MOMENT[name](f) if f.since is not None else None
    if moment is not None and f.since is not None and moment <= f.since:
        return "earlier"
    if name in excluded:
        return "approved"
    return verdict if lead or name not in LEAD_ONLY else "not-lead"


NOTHING: Mapping[str, frozenset[str]] = {}


def measure(
    orders: Iterable[OrderFacts],
    exempt: tuple[str, ...] = (),
    by: str = "",
    *,
    excluded: Mapping[str, frozenset[str]] = NOTHING,
    shared: bool = False,
    unit_of: Callable[[str], str | None] | None = None,
) -> dict[str, Scorecard]:
    """Count the rates (统计) of all orders, or of each group *by* unit, kind, category, area or channel.

    Args:
        orders: facts, in any order.
        exempt: category prefixes whose satisfaction is not scored (国办发〔2020〕53号: mediation, enforcement).
        by: the group; "" for one card under the key "".
        excluded: the rates an order is left out of with approval, by its number.
        shared: by unit, count an order for its assistants too (双考核), in the rates that are not the lead's alone.
        unit_of: by unit, the unit an order counts for instead of its own (两级考核); ``None`` leaves it out.

    Raises:
        RequestError: ``unknown-group``, with those there are.
    """
    if by and by not in GROUPS:
        raise _unknown("group", "分组", by, GROUPS)
    tallies: dict[str, _Tally] = {} if by else {"": _Tally()}
    for f in orders:
        out = excluded.get(f.number, frozenset())
        for key, lead in _keys(f, by, shared, unit_of).items():
            if key not in tallies:
                tallies[key] = _Tally()
            tallies[key].add(f, exempt, out, lead)
    return {key: tallies[key].card() for key in sorted(tallies)}


def _keys(f: OrderFacts, by: str, shared: bool, unit_of: Callable[[str], str | None] | None) -> dict[str, bool]:
    """Return the groups an order counts in, and whether as its lead."""
    if by != "unit":
        return {getattr(f, by) if by else "": True}
    found: dict[str, bool] = {}
    for unit in (f.unit, *(f.also if shared else ())):
        key = unit if unit_of is None else unit_of(unit)
        if key is not None:
            found.setdefault(key, unit == f.unit)
    return found
