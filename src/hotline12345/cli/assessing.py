"""What ``score`` does over a store (考核存储中的工单): the period, what was decided, standings, freezing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import PolicyError, RequestError, UnknownOrder
from .common import hotline_of, instant_of, now, pack_of, policy_of
from .keeping import kept, new_file, unreadable
from .printing import iso, progress, say

if TYPE_CHECKING:
    from ..core.order import Order
    from ..core.policy import Policy
    from ..core.scoring import OrderFacts, ScoreRules
    from ..core.scoring.adjust import Adjustments
    from ..core.scoring.assess import Assessment
    from ..core.scoring.period import Period
    from ..hotline import Hotline


class Ask(NamedTuple):
    """What was asked of ``score``, option by option."""

    by: str
    until: str
    period: str
    on: str
    rules_pack: str
    under: str
    adjust: str
    explain: bool
    freeze: str
    restate: str
    reason: str
    store: str
    pack_name: str
    edition: str
    place: str


class Made(NamedTuple):
    """What came of it: the policy asked, its rules, the assessment, and all of it as JSON."""

    policy: Policy
    rules: ScoreRules
    result: Assessment
    told: dict[str, Any]


def score_store(ask: Ask) -> Made:
    """Count, score and rank the orders in a store, and freeze or restate the scorecard where that is asked."""
    from ..core.scoring import ScoreRules
    from ..core.scoring.assess import assess, branch
    from ..core.scoring.period import period_of

    new_file(ask.freeze)
    hotline = hotline_of(ask.pack_name, ask.store, ask.place, must_exist=True, reads=True, need=("routes", "scoring"))
    policy = _policy(ask, hotline)
    rules = policy.scoring or ScoreRules()
    period = period_of(ask.period) if ask.period else None
    end = _end(ask, hotline, period)
    found = facts_until(hotline, policy, end, period, cut=bool(ask.until or ask.period))
    adjustments = _adjustments(ask.adjust, rules, hotline)
    routes = hotline.pack.newest.routes
    unit_of = None
    listed: Iterable[str] = ()
    if ask.under and routes is not None:
        routes.unit(ask.under)  # refused aloud where there is no such unit
        unit_of = branch(_above(hotline.pack.newest), ask.under)
        listed = routes.children(ask.under)
    result = assess(
        rules,
        found,
        ask.by,
        adjustments=adjustments,
        name_of=hotline.pack.newest.unit_name,
        unit_of=unit_of,
        units=listed,
    )
    told = _told(ask, hotline, policy, end, result, adjustments)
    return Made(
        policy, rules, result, kept(told, ask.period or told["until"] or "", ask.freeze, ask.restate, ask.reason)
    )


def _policy(ask: Ask, hotline: Hotline) -> Policy:
    """Return whose scoring it is: that of the pack named by ``--rules``, or the store's own."""
    from ..core.calendar import local

    on = instant_of(ask.on) if ask.on else None
    if ask.rules_pack:
        return policy_of(ask.rules_pack, ask.edition, on, need=("scoring",))
    if ask.edition:
        return hotline.pack.edition(ask.edition)
    return hotline.pack.on(local(on).date()) if on is not None else hotline.pack.newest


def _above(policy: Policy) -> Callable[[str], tuple[str, ...]]:
    def above(unit: str) -> tuple[str, ...]:
        try:
            return policy.routes.ancestors(unit) if policy.routes is not None else ()
        except RequestError:  # a unit of an earlier edition, under nobody now
            return ()

    return above


def _end(ask: Ask, hotline: Hotline, period: Period | None) -> datetime | None:
    if ask.until:
        return instant_of(ask.until)
    last = last_day(hotline, now())
    if period is None:
        return last
    if ask.freeze and (last is None or last < period.until) and now() < period.until:
        raise RequestError(
            f"{period.name} 还没有结束，不能冻结",
            f"{period.name} is not over and cannot be frozen",
            code="period-not-over",
            hint=f"{period.until.date()} 之后再冻结",
            hint_en=f"freeze it from {period.until.date()} on",
        )
    return end_of(period, last)


def end_of(period: Period, last: datetime | None) -> datetime:
    """Return up to when *period* is counted, the records ending at *last*.

    What is not over yet is counted up to now: a deadline still to come has not been missed.
    """
    return period.until if last is None or now() >= period.until else min(period.until, max(last, period.since))


def facts_until(
    hotline: Hotline, policy: Policy, end: datetime | None, period: Period | None, *, cut: bool
) -> list[OrderFacts]:
    """Return the facts of every order, where *cut* as it stood at *end* (考核要素)."""
    from ..core.scoring import facts

    under: dict[tuple[str, str], Policy] = {}
    since = period.since if period is not None else None
    found = []
    with progress(say("统计", "counting")) as step:
        for order in _orders(hotline, end if cut else None):
            key = order.intake.pack, order.intake.edition
            if key not in under:
                under[key] = _kept_under(hotline, order)
            own = under[key]
            found.append(
                facts(
                    order,
                    until=end or order.at,
                    levels=own.satisfied_levels,
                    calendar=policy.calendar,
                    since=since,
                    excuses=own.calls.excused,
                )
            )
            step()
    return found


def _kept_under(hotline: Hotline, order: Order) -> Policy:
    """Return the edition an order is kept under, whichever pack that is of."""
    if order.intake.pack in ("", hotline.pack.name):
        return hotline.policy_of(order)
    return pack_of(order.intake.pack, need=()).edition(order.intake.edition)


def last_day(hotline: Hotline, present: datetime) -> datetime | None:
    """Return the end of the last day on record (最后有记录之日终了), or the present while that day still runs.

    ``None`` where there is no record.  A rehearsal that lies ahead of the clock ends with its own last day.
    """
    from ..core.calendar import local

    last = max((order.at for order in hotline.orders()), default=None)
    if last is None:
        return None
    last = local(last)
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight if midnight == last else midnight + timedelta(days=1)
    return present if last <= present < end else end


def _orders(hotline: Hotline, end: datetime | None) -> Iterator[Order]:
    """Yield every order as it stood at *end*: what happened later is not part of the period."""
    if end is None:
        yield from hotline.orders()
        return
    from ..core.evolve import fold

    for order in hotline.orders():
        if order.at <= end:
            yield order
            continue
        before = [event for event in hotline.history(order.number) if event.at <= end]
        if before:
            yield fold(before)


def _adjustments(path: str, rules: ScoreRules, hotline: Hotline) -> Adjustments:
    from ..core.scoring.adjust import NO_ADJUSTMENTS, read_adjustments

    if not path:
        return NO_ADJUSTMENTS
    import tomllib

    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise unreadable(path, error.strerror or "") from error
    except (ValueError, RecursionError) as error:
        raise unreadable(path, str(error)) from error
    found, faults = read_adjustments(table, rules, path)
    if faults:
        raise PolicyError(
            f"{path} 有 {len(faults)} 处错误",
            f"{path} has {len(faults)} fault(s)",
            faults=faults,
            code="bad-adjustments",
            hint="逐条改正",
            hint_en="mend each of them",
        )
    for number in found.numbers():
        _known(hotline, number, path)
    return found


def _known(hotline: Hotline, number: str, path: str) -> None:
    try:
        hotline.order(number)
    except UnknownOrder as error:
        raise RequestError(
            f"{path} 所列的工单 {number} 不存在",
            f"{path} names the order {number}, which does not exist",
            code="unknown-order",
            hint="核对工单编号",
            hint_en="check the number",
        ) from error


# ── what is told ──


def _told(
    ask: Ask, hotline: Hotline, policy: Policy, end: datetime | None, result: Assessment, adjustments: Adjustments
) -> dict[str, Any]:
    from ..report.cards import adjustments_json, card_json, table_json

    return {
        "until": iso(end),
        "period": ask.period,
        "pack": policy.pack,
        "edition": policy.edition,
        "place": hotline.place,
        "orders": result.whole.card.counts["received"] + result.whole.card.counts["carried"],
        **card_json(result.whole.card, result.whole.score),
        "by": ask.by,
        "under": ask.under,
        "groups": {key: card_json(one.card, one.score) for key, one in result.groups.items()},
        "standings": [table_json(table) for table in result.tables],
        "adjustments": adjustments_json(adjustments),
    }
