"""What is counted (指标): every rate with its numerator, denominator and exclusions named.

国办发〔2020〕53号 names four rates — 及时反馈率、按时办结率、问题解决率、满意率 — and gives no formula; the
definitions below are the library's, written out so that they can be argued with.  A rate whose
denominator is empty is blank, never 0 and never 100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from .calendar import WorkCalendar, local
from .order import DIVERTED, Order, Status

CENT = Decimal("0.01")
UNHANDLED = frozenset({Status.WITHDRAWN, Status.VOID, Status.MERGED, Status.TERMINATED})


def half_up(value: Decimal, places: Decimal = CENT) -> Decimal:
    """Round half up (四舍五入), as published tables do; binary or banker's rounding would not."""
    return value.quantize(places, ROUND_HALF_UP)


@frozen(weakref_slot=False)
class OrderFacts:
    """What scoring needs of one order (考核要素); small enough that a year of orders fits in memory."""

    number: str
    kind: str
    category: str
    area: str
    channel: str
    unit: str
    status: str
    received: datetime
    due: datetime | None
    replied: datetime | None
    provisional: bool
    on_time: bool | None
    overdue: bool
    diverted: bool
    unhandled: bool
    dispatched: bool
    responded: bool
    feedback: bool | None
    signed_on_time: bool | None
    follow_up: str
    solved: bool | None
    satisfied: bool | None
    sent_back: int
    reopened: int
    working_days: int | None


def facts(
    order: Order, *, until: datetime, levels: Mapping[str, bool], calendar: WorkCalendar | None = None
) -> OrderFacts:
    """Return what scoring needs of *order* as things stood at *until* (取要素).

    Args:
        order: any order.
        until: the end of the period; what is not yet due then is not counted.
        levels: the policy's levels of satisfaction and whether each counts as satisfied.
        calendar: for the working days to the reply; without it they are not counted.
    """
    clock, outcome = order.clocks.citizen, order.outcome
    due = clock.deadline.at if clock is not None else None
    replied = outcome.replied
    unhandled = order.status in UNHANDLED and replied is None
    last = order.last_lead
    signed = _signed_on_time(order, until)
    on_time = order.on_time
    overdue = not unhandled and replied is None and due is not None and until >= due
    days = None
    if calendar is not None and replied is not None:
        first = local(order.intake.received).date()
        days = calendar.working_days_between(first, max(local(replied).date(), first))
    return OrderFacts(
        order.number,
        order.kind.value if order.kind is not None else "",
        order.category,
        order.area,
        order.intake.channel,
        last.unit if last is not None else "",
        order.status.value,
        order.intake.received,
        due,
        replied,
        clock is not None and clock.deadline.provisional,
        on_time,
        overdue,
        order.status in DIVERTED or (last is None and order.status in (Status.ARCHIVED, Status.CLOSED)),
        unhandled,
        last is not None,
        any(a.signed is not None or a.replied is not None for a in order.assignments),
        signed if signed is not None else (on_time if on_time is not None else (False if overdue else None)),
        signed,
        outcome.follow_up,
        outcome.solved,
        levels.get(outcome.satisfied) if outcome.satisfied else None,
        order.counts.sent_back,
        order.counts.reopened,
        days,
    )


def _signed_on_time(order: Order, until: datetime) -> bool | None:
    """Whether the first lead signed in time; ``None`` where no limit was set or it is not due yet."""
    for assignment in order.assignments:
        if assignment.role == "lead" and assignment.sign is not None:
            due = assignment.sign.deadline.at
            done = assignment.signed or assignment.replied or assignment.closed
            if due is None or (done is None and until < due):
                return None
            return done is not None and done < due
    return None


@frozen(weakref_slot=False)
class Metric:
    """A rate and how it is counted (指标定义).

    ``counts`` returns True (in numerator and denominator), False (in the denominator only), or the
    name of the reason why the order is excluded.
    """

    id: str
    zh: str
    en: str
    numerator: str
    denominator: str
    exclusions: str
    counts: Callable[[OrderFacts], bool | str]


def _on_time(f: OrderFacts) -> bool | str:
    if f.diverted:
        return "diverted"
    if f.unhandled:
        return "unhandled"
    if f.due is None:
        return "no-limit"
    if f.on_time is not None:
        return f.on_time
    return False if f.overdue else "not-due"


def _feedback(f: OrderFacts) -> bool | str:
    if f.diverted or not f.dispatched:
        return "diverted" if f.diverted else "not-dispatched"
    return "not-due" if f.feedback is None else f.feedback


def _sign_in(f: OrderFacts) -> bool | str:
    if not f.dispatched:
        return "not-dispatched"
    return "no-limit-or-not-due" if f.signed_on_time is None else f.signed_on_time


def _reached(f: OrderFacts, value: bool | None) -> bool | str:
    if f.follow_up == "":
        return "not-followed-up"
    if f.follow_up != "reached":
        return f.follow_up
    return "no-answer" if value is None else value


def _dispatched(f: OrderFacts, value: bool) -> bool | str:
    return value if f.dispatched else "not-dispatched"


METRICS: tuple[Metric, ...] = (
    Metric(
        "feedback",
        "及时反馈率",
        "timely feedback",
        "首个主办单位在签收时限内签收的工单；未设签收时限的，在办理时限内答复的工单",
        "已派单且上述时限已到或已反馈的工单",
        "直接答复、转出、不予受理、并单；未派单；未到期",
        _feedback,
    ),
    Metric(
        "on-time",
        "按时办结率",
        "on time",
        "有效答复早于诉求人时限的工单",
        "已答复或已到期的工单",
        "未经承办即终结（撤诉、并单、作废、终止）；直接答复等未派单的；没有时限的；未到期",
        _on_time,
    ),
    Metric(
        "solved",
        "问题解决率",
        "solved",
        "回访接通且诉求人认为已解决的工单",
        "回访接通且表示了解决与否的工单",
        "未回访、无法接通、拒访、有争议、未表态",
        lambda f: _reached(f, f.solved),
    ),
    Metric(
        "satisfied",
        "满意率",
        "satisfied",
        "回访接通且评价为满意各级的工单",
        "回访接通且作出评价的工单",
        "未回访、无法接通、拒访、有争议、未评价；政策列明的免评事项（行政调解、执法办案等）",
        lambda f: _reached(f, f.satisfied),
    ),
    Metric(
        "response",
        "响应率",
        "responded",
        "承办单位已签收或已答复的工单",
        "已派单的工单",
        "未派单",
        lambda f: _dispatched(f, f.responded),
    ),
    Metric(
        "sign-in",
        "按时签收率",
        "signed in time",
        "在签收时限内签收的工单",
        "签收时限已到或已签收的工单",
        "未派单；未设时限；未到期",
        _sign_in,
    ),
    Metric(
        "direct",
        "直接答复率",
        "answered at once",
        "受理时直接答复的诉求",
        "全部诉求",
        "无",
        lambda f: f.status == Status.ANSWERED.value or (f.diverted and not f.dispatched and f.status == "closed"),
    ),
    Metric(
        "send-back",
        "退单率",
        "sent back",
        "至少退过一次的工单",
        "已派单的工单",
        "未派单",
        lambda f: _dispatched(f, f.sent_back > 0),
    ),
    Metric(
        "reopen",
        "重办率",
        "reopened",
        "至少重办过一次的工单",
        "已派单的工单",
        "未派单",
        lambda f: _dispatched(f, f.reopened > 0),
    ),
)
METRIC: dict[str, Metric] = {metric.id: metric for metric in METRICS}
FOUR = ("feedback", "on-time", "solved", "satisfied")
THREE = ("response", "solved", "satisfied")


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


def percent(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """Return the percentage to two places, half up (百分比); ``None`` for an empty denominator."""
    if not denominator:
        return None
    return half_up(Decimal(numerator) * 100 / Decimal(denominator))


@frozen(weakref_slot=False)
class Scorecard:
    """The rates and counts of one group of orders (成绩单)."""

    rates: tuple[Rate, ...]
    counts: Mapping[str, int]
    median_working_days: Decimal | None = None

    def rate(self, metric: str) -> Rate:
        """Return the rate called *metric*."""
        return next(rate for rate in self.rates if rate.metric == metric)


MOST_NAMED = 100
GROUPS = ("", "unit", "kind", "category", "area", "channel")


class _Tally:
    """Counts while the orders go by."""

    def __init__(self) -> None:
        self.yes = dict.fromkeys(METRIC, 0)
        self.all = dict.fromkeys(METRIC, 0)
        self.out: dict[str, dict[str, int]] = {name: {} for name in METRIC}
        self.failing: dict[str, list[str]] = {name: [] for name in METRIC}
        self.counts = dict.fromkeys(
            ("received", "dispatched", "diverted", "on_time", "late", "overdue_open", "open", "unhandled", "no_limit"),
            0,
        )
        self.counts["provisional"] = 0
        self.days: list[int] = []

    def add(self, f: OrderFacts, exempt: tuple[str, ...]) -> None:
        for name, metric in METRIC.items():
            verdict = metric.counts(f)
            if name == "satisfied" and exempt and any((f.category + "/").startswith(e + "/") for e in exempt):
                verdict = "exempt"
            if isinstance(verdict, str):
                self.out[name][verdict] = self.out[name].get(verdict, 0) + 1
                continue
            self.all[name] += 1
            self.yes[name] += verdict
            if not verdict:
                self.failing[name].append(f.number)
        counts = self.counts
        counts["received"] += 1
        counts["dispatched"] += f.dispatched
        counts["diverted"] += f.diverted
        counts["unhandled"] += f.unhandled
        counts["provisional"] += f.provisional
        counts["on_time"] += f.on_time is True
        counts["late"] += f.on_time is False
        counts["overdue_open"] += f.overdue
        counts["open"] += f.replied is None and not f.diverted and not f.unhandled
        counts["no_limit"] += f.dispatched and f.due is None
        if f.working_days is not None:
            self.days.append(f.working_days)

    def card(self) -> Scorecard:
        rates = tuple(
            Rate(
                name,
                self.yes[name],
                self.all[name],
                tuple(sorted(self.out[name].items())),
                tuple(sorted(self.failing[name])[:MOST_NAMED]),
            )
            for name in METRIC
        )
        return Scorecard(rates, dict(self.counts), median(self.days))


def median(values: list[int]) -> Decimal | None:
    """Return the median (中位数); ``None`` of nothing."""
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal(ordered[middle - 1] + ordered[middle]) / 2


def measure(orders: Iterable[OrderFacts], exempt: tuple[str, ...] = (), by: str = "") -> dict[str, Scorecard]:
    """Count the rates (统计) of all orders, or of each group *by* unit, kind, category, area or channel.

    Args:
        orders: facts, in any order.
        exempt: category prefixes whose satisfaction is not scored (国办发〔2020〕53号: mediation, enforcement).
        by: the group; "" for one card under the key "".
    """
    tallies: dict[str, _Tally] = {} if by else {"": _Tally()}
    for f in orders:
        key = getattr(f, by) if by else ""
        tallies.setdefault(key, _Tally()).add(f, exempt)
    return {key: tallies[key].card() for key in sorted(tallies)}
