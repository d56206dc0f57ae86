"""``score`` (考核): the four national rates and the points, each lost point worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    edition_option,
    hotline_of,
    instant_of,
    now,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import facts, iso, note, print_csv, progress, say, table, when

if TYPE_CHECKING:
    from ..core.order import Order
    from ..core.policy import Policy
    from ..core.scoring import OrderFacts, Score, Scorecard
    from ..hotline import Hotline

COLUMNS = ("group", "metric", "numerator", "denominator", "value", "points", "earned")
_COUNTS = {
    "received": ("收件", "received"),
    "dispatched": ("已派单", "dispatched"),
    "diverted": ("未派单即办结（答复、转出、不予受理、并单）", "diverted"),
    "replied": ("已答复", "answered"),
    "on_time": ("按时答复", "answered in time"),
    "late": ("逾期答复", "answered late"),
    "overdue_open": ("超期未答复", "overdue, unanswered"),
    "open": ("未答复", "unanswered"),
    "unhandled": ("未办即终结（撤诉、作废、终止）", "ended unhandled"),
    "no_limit": ("没有时限", "without a limit"),
    "provisional": ("期限暂定", "provisional"),
}


@click.command(
    "score",
    cls=Speaking,
    help="考核：四率、三率与得分，分子、分母、剔除逐项写明；分母为空则为空，不是 0。\n"
    "算到最后有记录的那一天结束（是今天则到此刻）。\n"
    "--\n"
    "The four national rates and the score, with numerator, denominator and exclusions; blank where nothing counts.\n"
    "As of the end of the last day on record, or of now while that day still runs.",
)
@click.option(
    "--by",
    type=click.Choice(["unit", "kind", "category", "area", "channel"]),
    default=None,
    help="分组：按单位、类型、类别、区划、渠道 · groups",
)
@click.option(
    "--until",
    default="",
    help="算到何时，默认最后有记录之日；now 为此刻 · until when, by default the last day on record",
)
@click.option("--on", default="", help="按哪一天的版本 · the edition in force on this day")
@click.option(
    "--figures",
    "figures_file",
    default="",
    help="给已有数据打分，不用存储：JSON 文件，- 为标准输入 · score figures from a JSON file, without a store",
)
@store_option
@own_pack_option
@edition_option
@place_option
@answers("table", "json", "csv")
def command(by: str | None, until: str, figures_file: str, **options: Any) -> None:
    """Score."""
    if figures_file:
        from .figures import score_file

        score_file(figures_file, options["pack_name"] or "cn", options["edition"], options["on"], options["form"])
    else:
        score_store(by, until, **options)


def score_store(
    by: str | None, until: str, on: str, store: str, pack_name: str, edition: str, place: str, form: str
) -> None:
    """Count and score the orders in a store."""
    from ..core.calendar import local
    from ..core.scoring import ScoreRules, measure, score
    from ..core.scoring import facts as facts_of
    from ..report.cards import card_json

    hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True, need=("routes", "scoring"))
    policy = hotline.pack.edition(edition) if edition else hotline.pack.newest
    if on and not edition:
        policy = hotline.pack.on(local(instant_of(on)).date())
    end = instant_of(until) if until else last_day(hotline, now())
    found: list[OrderFacts] = []
    with progress(say("统计", "counting")) as step:
        for order in _orders(hotline, end if until else None):
            levels = hotline.policy_of(order).satisfied_levels
            found.append(facts_of(order, until=end or order.at, levels=levels, calendar=policy.calendar))
            step()
    rules = policy.scoring or ScoreRules()
    whole = measure(found, rules.exempt)[""]
    by = by or ""
    groups = measure(found, rules.exempt, by) if by else {}
    told = {
        "until": iso(end),
        "pack": policy.pack,
        "edition": policy.edition,
        "place": hotline.place,
        "orders": len(found),
        **card_json(whole, score(rules, whole)),
        "by": by,
        "groups": {key: card_json(card, score(rules, card)) for key, card in groups.items()},
    }
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(COLUMNS, [row for key, card in [("", told), *told["groups"].items()] for row in _rows(key, card)])
    else:
        _show(policy, told, whole, score(rules, whole))
        if by:
            _groups(policy, by, groups)


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


def _rows(key: str, card: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    scored = {part["metric"]: part for part in card["score"]["components"]}
    for metric, rate in card["rates"].items():
        part = scored.get(metric, {})
        yield key, metric, rate["numerator"], rate["denominator"], rate["value"], part.get("points"), part.get("earned")


# ── for people ──


def _show(policy: Policy, told: dict[str, Any], card: Scorecard, points: Score) -> None:
    from ..core.scoring.metrics import METRIC, REASONS

    blank = say("（空）", "(blank)")
    until = when(datetime.fromisoformat(told["until"])) if told["until"] else blank
    total = f"{points.total} / {points.possible}" if points.total is not None else blank
    head = [
        (say("政策包", "pack"), f"{policy.pack} {policy.edition}"),
        (say("截至", "until"), until),
        (say("工单", "orders"), str(told["orders"])),
        (say("得分", "score"), total),
        (
            say("答复用时中位数", "median"),
            f"{card.median_working_days} {say('个工作日', 'working days')}"
            if card.median_working_days is not None
            else "",
        ),
    ]
    click.echo(facts(head))
    if told["orders"] == 0:
        note(say("存储里没有工单", "there are no orders in the store"))
        return
    rows = []
    for rate in card.rates:
        out = say("；", "; ").join(f"{say(*REASONS.get(r, (r, r)))} {n}" for r, n in rate.excluded)
        value = f"{rate.value}%" if rate.value is not None else blank
        rows.append((say(METRIC[rate.metric].zh, METRIC[rate.metric].en), value, rate.numerator, rate.denominator, out))
    click.echo(
        "\n" + table(say("指标,率,分子,分母,剔除", "rate,value,numerator,denominator,excluded").split(","), rows)
    )
    counts = [(say(*names), str(card.counts[key])) for key, names in _COUNTS.items() if card.counts[key]]
    click.echo("\n" + facts(counts))
    if points.lost:
        click.echo("\n" + say("扣分", "Points lost"))
        for lost in points.lost:
            some = say("、", ", ").join(lost.orders[:5]) + (" …" if len(lost.orders) > 5 else "")
            click.echo(f"- {say(lost.zh, lost.en)}" + (f"\n  {some}" if some else ""))


def _groups(policy: Policy, by: str, groups: dict[str, Scorecard]) -> None:
    from ..core.request import Kind
    from ..core.scoring import ScoreRules, score
    from ..core.scoring.metrics import FOUR, METRIC

    by_zh = {"unit": "单位", "kind": "类型", "category": "类别", "area": "区划", "channel": "渠道"}
    columns = [
        say(by_zh[by], by),
        say("收件", "received"),
        *(say(METRIC[m].zh, METRIC[m].en) for m in FOUR),
        say("得分", "score"),
    ]
    rows = []
    for key, card in groups.items():
        name = key
        if key and by == "unit":
            name = say(policy.unit_name(key), key)
        elif key and by == "kind":
            name = say(Kind(key).zh, key)
        points = score(policy.scoring or ScoreRules(), card)
        rows.append((name or "—", card.counts["received"], *_values(card, FOUR), points.total))
    click.echo("\n" + table(columns, rows))


def _values(card: Scorecard, metrics: Iterable[str]) -> list[str]:
    values = [card.rate(metric).value for metric in metrics]
    return ["" if value is None else f"{value}%" for value in values]
