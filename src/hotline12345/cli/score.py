"""``score`` (考核): the four national rates and the points, each lost point worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, edition_option, own_pack_option, place_option, print_json, store_option
from .printing import facts, note, print_csv, say, table, when

if TYPE_CHECKING:
    from ..core.scoring import Scorecard
    from .assessing import Made

MOST_SHOWN = 5

COLUMNS = ("group", "metric", "numerator", "denominator", "value", "points", "earned")
_COUNTS = {
    "received": ("收件", "received"),
    "carried": ("上期结转", "carried over"),
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
@click.option("--period", default="", help="考核周期：2026-09、2026-Q3、2026 · month, quarter or year")
@click.option("--on", default="", help="按哪一天的版本 · the edition in force on this day")
@click.option(
    "--figures",
    "figures_file",
    default="",
    help="给已有数据打分，不用存储：JSON 文件，- 为标准输入 · score figures from a JSON file, without a store",
)
@click.option("--rules", "rules_pack", default="", help="按另一政策包的考核办法 · score by another pack's rules")
@click.option("--under", default="", help="两级考核：考核此单位的下级 · assess what stands directly under this unit")
@click.option("--adjust", default="", help="考核调整（TOML）：经批准的剔除、录入 · approved exclusions and entries")
@click.option("--explain", is_flag=True, help="逐项写明算式、条款和全部工单 · every sum, article and order")
@click.option("--freeze", default="", help="冻结成绩单，写入新文件 · freeze the scorecard into a new file")
@click.option("--restate", default="", help="重述：与此冻结成绩单对照，须写 --reason · restate this frozen scorecard")
@click.option("--reason", default="", help="重述的原因 · the reason of a restatement")
@store_option
@own_pack_option
@edition_option
@place_option
@answers("table", "json", "csv")
def command(figures_file: str, **options: Any) -> None:
    """Score."""
    if figures_file:
        from .figures import score_file

        score_file(figures_file, **options)
        return
    from .assessing import Ask, score_store

    form = options.pop("form")
    made = score_store(Ask(**{**options, "by": options["by"] or ("unit" if options["under"] else "")}))
    if form == "json":
        print_json(made.told)
    elif form == "csv":
        rows = [row for key, card in [("", made.told), *made.told["groups"].items()] for row in _rows(key, card)]
        print_csv(COLUMNS, rows)
    else:
        _show(made, options["explain"])


def _rows(key: str, card: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    scored = {part["metric"]: part for part in card["score"]["components"]}
    for metric, rate in card["rates"].items():
        part = scored.get(metric, {})
        counted = rate["numerator"], rate["denominator"]
        yield key, metric, *counted, *map(_places, (rate["value"], part.get("points"), part.get("earned")))


def _places(value: float | None) -> str | None:
    """Return a number as published tables write it: with two places, or with all it has."""
    return None if value is None else f"{value:.2f}" if round(value, 2) == value else repr(value)


# ── for people ──


def _show(made: Made, explain: bool) -> None:
    from .figures import show_lost, show_sums, show_tables

    told, card, points = made.told, made.result.whole.card, made.result.whole.score
    blank = say("（空）", "(blank)")
    until = when(datetime.fromisoformat(told["until"])) if told["until"] else blank
    total = f"{points.total} / {points.possible}" if points.total is not None else blank
    median = card.median_working_days
    head = [
        (say("政策包", "pack"), f"{told['pack']} {told['edition']}"),
        (say("周期", "period"), told["period"]),
        (say("截至", "until"), until),
        (say("工单", "orders"), str(told["orders"])),
        (say("得分", "score"), total),
        (say("等次", "grade"), say(points.grade.zh, points.grade.code) if points.grade is not None else ""),
        (say("答复用时中位数", "median"), f"{median} {say('个工作日', 'working days')}" if median is not None else ""),
        (say("摘要", "digest"), told.get("digest", "")),
    ]
    click.echo(facts(head))
    if told["orders"] == 0:
        note(say("存储里没有工单", "there are no orders in the store"))
        return
    _rates(card)
    if explain:
        show_sums(points)
    show_lost(points, MOST_SHOWN if not explain else len(made.result.whole.card.counts) + 1000)
    if told["by"]:
        _groups(made, told["by"])
    if made.result.tables and (made.rules.groups or made.rules.lists.red or made.rules.lists.black):
        click.echo("")
        show_tables(made.result.tables)
    for one in told.get("differences", ()):
        click.echo(f"- {one['where']}: {one['was']} → {one['is']}")


def _rates(card: Scorecard) -> None:
    from ..core.scoring.metrics import DECIDED, METRIC, REASONS

    blank, reasons, rows = say("（空）", "(blank)"), REASONS | DECIDED, []
    for rate in card.rates:
        out = say("；", "; ").join(f"{say(*reasons.get(r, (r, r)))} {n}" for r, n in rate.excluded)
        value = f"{rate.value}%" if rate.value is not None else blank
        rows.append((say(METRIC[rate.metric].zh, METRIC[rate.metric].en), value, rate.numerator, rate.denominator, out))
    click.echo(
        "\n" + table(say("指标,率,分子,分母,剔除", "rate,value,numerator,denominator,excluded").split(","), rows)
    )
    counts = [(say(*names), str(card.counts[key])) for key, names in _COUNTS.items() if card.counts[key]]
    click.echo("\n" + facts(counts))


def _groups(made: Made, by: str) -> None:
    from ..core.request import Kind
    from ..core.scoring.metrics import FOUR, METRIC

    by_zh = {"unit": "单位", "kind": "类型", "category": "类别", "area": "区划", "channel": "渠道"}
    columns = [
        say(by_zh[by], by),
        say("收件", "received"),
        *(say(METRIC[m].zh, METRIC[m].en) for m in FOUR),
        say("得分", "score"),
    ]
    rows = []
    for key, one in made.result.groups.items():
        name = key
        if key and by == "unit":
            name = say(made.policy.unit_name(key), key)
        elif key and by == "kind":
            name = say(Kind(key).zh, key)
        rows.append((name or "—", one.card.counts["received"], *_values(one.card, FOUR), one.score.total))
    click.echo("\n" + table(columns, rows))


def _values(card: Scorecard, metrics: Iterable[str]) -> list[str]:
    values = [card.rate(metric).value for metric in metrics]
    return ["" if value is None else f"{value}%" for value in values]
