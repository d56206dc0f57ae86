"""``bursts`` (突发聚集): hours with more messages than their hour and weekday lead one to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .common import Speaking, answers
from .messages import gather, source
from .printing import iso, print_csv, print_json, say, table, when

if TYPE_CHECKING:
    from ..text.alike import Message

_BY = {"area": "区划", "category": "类别"}


@click.command(
    "bursts",
    cls=Speaking,
    help="突发聚集：某一小时的件数超出同一星期几、同一小时的正常水平时告警（规则见 docs/reference/alike.md）。\n"
    "有告警退出码仍为 0；历史不足五周的时段不告警。\n"
    "--\n"
    "Bursts: an hour with more messages than its hour and weekday lead one to expect (docs/reference/alike.md).\n"
    "Alarms leave the exit code at 0; nothing is told of hours with less than five weeks of history.",
)
@source
@click.option(
    "--by",
    type=click.Choice(tuple(_BY)),
    default=None,
    help="另按区划或一级类别分别监测 · watch each area or topmost category, too",
)
@click.option(
    "--alpha",
    default=1e-4,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="正常情况下出现这么多件的概率低于它才告警 · how improbable an hour must be",
)
@click.option("--least", default=10, show_default=True, type=click.IntRange(1), help="至少几件 · the fewest messages")
@answers("table", "json", "csv")
def command(
    file: str,
    mapping: str,
    encoding: str,
    store: str,
    pack_name: str,
    place: str,
    by: str | None,
    alpha: float,
    least: int,
    form: str,
) -> None:
    """Tell bursts."""
    from ..text.alike import BurstRule, bursts

    def stream(message: Message) -> str:
        return message.area if by == "area" else message.category.partition("/")[0]

    gathered = gather(file, mapping, encoding, store, pack_name, place)
    found = bursts(gathered.messages, BurstRule(alpha=alpha, least=least), stream if by else None)
    columns = ("at", "hour", "key", "count", "expected", "bound", "chance")
    rows = [
        {
            "at": iso(one.at),
            "hour": iso(one.hour),
            "key": one.key,
            "count": one.reached,
            "expected": round(one.expected, 2),
            "bound": one.bound,
            "chance": float(f"{one.chance:.2e}"),
        }
        for one in found
    ]
    if form == "json":
        print_json({"messages": len(gathered.messages), "refused": gathered.refused, "by": by, "alarms": rows})
    elif form == "csv":
        print_csv(columns, [[row[column] for column in columns] for row in rows])
    elif not found:
        click.echo(say(f"{len(gathered.messages)} 件，没有突发聚集", f"{len(gathered.messages)} messages, no burst"))
    else:
        heads = [say("告警", "told"), say(_BY[by] if by else "范围", by or "scope"), say("件数", "count")]
        heads += [say("正常", "expected"), say("界限", "bound"), say("概率", "chance")]
        shown = [
            (when(o.at), o.key or say("全部", "all"), o.reached, f"{o.expected:.1f}", o.bound, _odds(o.chance))
            for o in found
        ]
        click.echo(table(heads, shown))
    if gathered.refused:
        click.get_current_context().exit(1)


def _odds(chance: float) -> str:
    """Return a probability as people read one: 1/14,968."""
    return f"1/{1 / chance:,.0f}" if chance else "0"
