"""What is counted (指标): every rate with its numerator, denominator and exclusions named.

国办发〔2020〕53号 names four rates — 及时反馈率、按时办结率、问题解决率、满意率 — and gives no formula; the
definitions below are the library's, written out so that they can be argued with (docs/decisions/0004-metrics.md).
A rate whose denominator is empty is blank, never 0 and never 100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from attrs import frozen

from ..errors import RequestError
from .decimals import half_up, median, percent
from .orderfacts import OrderFacts, facts

__all__ = [
    "COUNTS",
    "FOUR",
    "GROUPS",
    "METRIC",
    "METRICS",
    "MOST_NAMED",
    "REASONS",
    "THREE",
    "Metric",
    "OrderFacts",
    "Rate",
    "Scorecard",
    "facts",
    "half_up",
    "measure",
    "median",
    "percent",
]

# ── the rates ──

REASONS: dict[str, tuple[str, str]] = {
    "void": ("作废", "voided"),
    "diverted": ("直接答复、转出、不予受理、并单", "answered at once, referred, declined or merged"),
    "unhandled": ("到期前未答复即撤诉、终止", "withdrawn or terminated before a reply and in time"),
    "not-dispatched": ("未派单", "not dispatched"),
    "no-limit": ("没有时限", "no time limit"),
    "not-due": ("未到期", "not due yet"),
    "not-replied": ("未答复", "not replied"),
    "not-followed-up": ("未回访", "not followed up"),
    "unreachable": ("无法接通", "could not be reached"),
    "refused": ("拒访", "refused to say"),
    "disputed": ("有争议", "disputed"),
    "no-answer": ("未表态", "did not say"),
    "exempt": ("免评事项", "matters exempt"),
}
"""Why an order is left out of a rate (剔除原因), by the code that counts name."""
_WORK = ("void", "diverted", "unhandled", "not-dispatched", "no-limit", "not-due")
_ASKED = ("void", "not-followed-up", "unreachable", "refused", "disputed", "no-answer")


@frozen(weakref_slot=False)
class Metric:
    """A rate and how it is counted (指标定义), numerator and denominator in words: Chinese, then English.

    ``counts`` returns True (in numerator and denominator), False (in the denominator only), or the code of the
    reason why the order is excluded: one of ``exclusions``.
    """

    id: str
    zh: str
    en: str
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    exclusions: tuple[str, ...]
    counts: Callable[[OrderFacts], bool | str]


def _out(f: OrderFacts) -> str:
    return "diverted" if f.diverted else "unhandled" if f.unhandled and not f.overdue else ""


def _due(f: OrderFacts, value: bool) -> bool | str:
    if out := _out(f):
        return out
    if f.due is None:
        return "no-limit" if f.dispatched else "not-dispatched"
    return value if f.due <= f.until else "not-due"


def _timely(f: OrderFacts) -> bool | str:
    if f.replied is None:
        return _out(f) or "not-replied"
    return "no-limit" if f.on_time is None else f.on_time


def _sign_in(f: OrderFacts) -> bool | str:
    if f.sign_due is None:
        return "no-limit" if f.dispatched else "not-dispatched"
    return (_out(f) or "not-due") if f.signed_on_time is None else f.signed_on_time


def _response(f: OrderFacts) -> bool | str:
    if not f.dispatched:
        return "not-dispatched"
    limit = f.sign_due or f.due
    if limit is not None and f.until < limit:
        return "not-due"
    return f.responded or _out(f) or False


def _reached(f: OrderFacts, value: bool | None) -> bool | str:
    if f.follow_up != "reached":
        return f.follow_up or "not-followed-up"
    return "no-answer" if value is None else value


def _dispatched(f: OrderFacts, value: bool) -> bool | str:
    return value if f.dispatched else "not-dispatched"


_ALL = ("全部诉求", "every request")
_SENT = ("已派单的工单", "orders dispatched to a unit")
_FELL_DUE = ("统计截止时诉求人时限已到的工单", "orders whose citizen's deadline has come")
_SIGN_DUE = ("承办单位签收时限已到的工单", "orders whose unit's limit to sign has come")

METRICS: tuple[Metric, ...] = (
    Metric(
        "feedback",
        "及时反馈率",
        "timely feedback",
        (
            "承办单位在签收时限内签收或退单；未设签收时限的，按时答复",
            "signed or sent back within the limit to sign; without such a limit, replied on time",
        ),
        (
            "签收时限已到的工单；未设签收时限的，诉求人时限已到的工单",
            "orders whose limit to sign has come; without such a limit, whose citizen's deadline has come",
        ),
        _WORK,
        lambda f: _due(f, f.on_time is True) if f.sign_due is None else _sign_in(f),
    ),
    Metric(
        "on-time",
        "按时办结率",
        "on time",
        ("有效答复早于诉求人时限", "the reply that stands came before the citizen's deadline"),
        _FELL_DUE,
        _WORK,
        lambda f: _due(f, f.on_time is True),
    ),
    Metric(
        "solved",
        "问题解决率",
        "solved",
        ("诉求人认为已解决", "the requester says it is solved"),
        ("回访接通且表示了解决与否的工单", "orders whose requester was reached and said whether it is"),
        _ASKED,
        lambda f: _reached(f, f.solved),
    ),
    Metric(
        "satisfied",
        "满意率",
        "satisfied",
        ("评价属于满意各档", "the requester's level counts as satisfied"),
        ("回访接通且作出评价的工单", "orders whose requester was reached and gave a level"),
        (*_ASKED, "exempt"),
        lambda f: _reached(f, f.satisfied),
    ),
    Metric(
        "response",
        "响应率",
        "responded",
        ("承办单位已签收、答复或退单，不论早晚", "the unit has signed, replied or sent back, early or late"),
        (
            "已派单且签收时限（未设的，办理时限）已到或没有时限的工单",
            "orders dispatched whose limit to sign (without one, to handle) has come, or that have none",
        ),
        ("void", "diverted", "unhandled", "not-dispatched", "not-due"),
        _response,
    ),
    Metric(
        "sign-in",
        "按时签收率",
        "signed in time",
        ("承办单位在签收时限内签收或退单", "signed or sent back within the limit to sign"),
        _SIGN_DUE,
        _WORK,
        _sign_in,
    ),
    Metric(
        "completion",
        "办结率",
        "completed",
        ("已有有效答复，不论早晚", "there is a reply that stands, early or late"),
        _FELL_DUE,
        _WORK,
        lambda f: _due(f, f.replied is not None),
    ),
    Metric(
        "timely-reply",
        "答复按时率",
        "replies on time",
        ("有效答复早于诉求人时限", "the reply that stands came before the citizen's deadline"),
        ("已有有效答复且有时限的工单，不论到期与否", "orders with a reply that stands and a limit, due or not"),
        ("void", "diverted", "unhandled", "not-replied", "no-limit"),
        _timely,
    ),
    Metric(
        "direct",
        "直接答复率",
        "answered at once",
        ("受理时直接答复", "answered at once"),
        _ALL,
        ("void",),
        lambda f: f.diverted and f.ended in ("answered", "closed"),
    ),
    Metric(
        "send-back",
        "退单率",
        "sent back",
        ("至少被退过一次，不论哪个单位所退", "sent back at least once, by whichever unit"),
        _SENT,
        ("void", "not-dispatched"),
        lambda f: _dispatched(f, f.sent_back > 0),
    ),
    Metric(
        "reopen",
        "重办率",
        "reopened",
        ("至少重办过一次", "reopened at least once"),
        _SENT,
        ("void", "not-dispatched"),
        lambda f: _dispatched(f, f.reopened > 0),
    ),
)
METRIC: dict[str, Metric] = {metric.id: metric for metric in METRICS}
FOUR = ("feedback", "on-time", "solved", "satisfied")
THREE = ("response", "solved", "satisfied")


# ── many orders ──


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

    Of the counts, ``replied`` + ``diverted`` + ``unhandled`` + ``open`` = ``received``, and ``on_time`` + ``late`` are
    the replies that had a limit.
    """

    rates: tuple[Rate, ...]
    counts: Mapping[str, int]
    median_working_days: Decimal | None = None

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
)


class _Tally:
    """Counts while the orders go by."""

    def __init__(self) -> None:
        self.yes = dict.fromkeys(METRIC, 0)
        self.out: dict[str, dict[str, int]] = {name: {} for name in METRIC}
        self.failing: dict[str, list[str]] = {name: [] for name in METRIC}
        self.counts = dict.fromkeys(COUNTS, 0)
        self.days: list[int] = []

    def add(self, f: OrderFacts, exempt: tuple[str, ...]) -> None:
        void = f.ended == "void"
        path = f.category + "/"
        for name, metric in METRIC.items():
            verdict = "void" if void else metric.counts(f)
            if isinstance(verdict, bool) and name == "satisfied" and any(path.startswith(e + "/") for e in exempt):
                verdict = "exempt"
            if isinstance(verdict, str):
                self.out[name][verdict] = self.out[name].get(verdict, 0) + 1
            elif verdict:
                self.yes[name] += 1
            else:
                self.failing[name].append(f.number)
        counts = self.counts
        counts["received"] += 1
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
        return Scorecard(rates, dict(self.counts), median(self.days))


def measure(orders: Iterable[OrderFacts], exempt: tuple[str, ...] = (), by: str = "") -> dict[str, Scorecard]:
    """Count the rates (统计) of all orders, or of each group *by* unit, kind, category, area or channel.

    Args:
        orders: facts, in any order.
        exempt: category prefixes whose satisfaction is not scored (国办发〔2020〕53号: mediation, enforcement).
        by: the group; "" for one card under the key "".

    Raises:
        RequestError: ``unknown-group``, with those there are.
    """
    if by and by not in GROUPS:
        raise _unknown("group", "分组", by, GROUPS)
    tallies: dict[str, _Tally] = {} if by else {"": _Tally()}
    for f in orders:
        key = getattr(f, by) if by else ""
        if key not in tallies:
            tallies[key] = _Tally()
        tallies[key].add(f, exempt)
    return {key: tallies[key].card() for key in sorted(tallies)}
