"""``hot`` (热点问题): what many ask for, each issue with place, span, size and heat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, instant_of
from .messages import gather, source
from .printing import iso, note, print_csv, print_json, say, table, when

if TYPE_CHECKING:
    from ..text.alike import Issue

_COLUMNS = (
    "rank", "name", "place", "size", "requesters", "likes", "against", "first", "last", "span_days", "recent", "before",
    "growth", "heat", "cohesion",
)  # fmt: skip


@click.command(
    "hot",
    cls=Speaking,
    help="热点问题：把同一问题的诉求归集成类，给出名称、地点、起止、件数、增长和热度（docs/reference/alike.md）。\n"
    "FILE 是 CSV、TSV、JSON、JSON 行或 .xlsx，可为 gzip；或用 --store 归集存储中的工单。\n"
    "--\n"
    "Hot issues: messages about one matter grouped, each group with name, place, span, size, likes, growth and heat "
    "(the formula is in docs/reference/alike.md).\n"
    "FILE is CSV, TSV, JSON, JSON lines or .xlsx, gzipped or not; --store groups the orders kept.",
)
@source
@click.option("--on", "day", default="", help="截至何时，默认最新一件 · as of when, by default the newest message")
@click.option(
    "--least", default=2, show_default=True, type=click.IntRange(1), help="至少几件成类 · messages that make an issue"
)
@click.option("--top", default=0, help="只列最热的几类，默认表格 20、其余全部 · only so many, the hottest")
@click.option(
    "--threshold",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="归集阈值：1 减平均相似度不超过它 · groups join up to this, one minus their average likeness",
)
@click.option(
    "--half-life",
    default=90.0,
    show_default=True,
    type=click.FloatRange(0),
    help="多少天后一件按半件计，0 为不减 · days after which a message counts half; 0: always in full",
)
@answers("table", "json", "csv")
def command(
    file: str,
    mapping: str,
    encoding: str,
    store: str,
    pack_name: str,
    place: str,
    day: str,
    least: int,
    top: int,
    threshold: float,
    half_life: float,
    form: str,
) -> None:
    """Group messages by issue."""
    from ..text.alike import HeatRule, IssueRule, hot

    on = instant_of(day) if day else None
    gathered = gather(file, mapping, encoding, store, pack_name, place)
    rule, heat = IssueRule(threshold=threshold), HeatRule(half_life=half_life)
    found = hot(gathered.messages, rule, heat, on=on, least=least)
    _print(found, len(gathered.messages), gathered.refused, top or (20 if form == "table" else len(found)), form)
    if gathered.refused:
        click.get_current_context().exit(1)


def plain(rank: int, one: Issue) -> dict[str, Any]:
    """Return an issue as JSON carries it."""
    return {
        "rank": rank,
        "name": one.name,
        "terms": list(one.terms),
        "place": one.place,
        "area": one.area,
        "lat": one.lat,
        "lon": one.lon,
        "size": one.size,
        "requesters": one.requesters,
        "likes": one.likes,
        "against": one.against,
        "first": iso(one.first),
        "last": iso(one.last),
        "span_days": round(one.span, 1),
        "recent": one.recent,
        "before": one.before,
        "growth": round(one.growth, 2),
        "heat": round(one.heat, 2),
        "cohesion": round(one.cohesion, 3),
        "messages": list(one.messages),
    }


def _print(found: list[Issue], messages: int, refused: int, top: int, form: str) -> None:
    rows = [plain(rank, one) for rank, one in enumerate(found[:top], 1)]
    if form == "json":
        print_json({"messages": messages, "refused": refused, "found": len(found), "issues": rows})
        return
    if form == "csv":
        columns = (*_COLUMNS, "messages")
        print_csv(columns, [[*(r[name] for name in _COLUMNS), "；".join(r["messages"])] for r in rows])
        return
    if not rows:
        click.echo(say(f"{messages} 件，没有成类的问题", f"{messages} messages, no issue that several raise"))
        return
    heads = (
        say("序", "#"), say("热度", "heat"), say("件数", "size"), say("人数", "people"), say("点赞", "likes"),
        say("近/前", "now/before"), say("起", "from"), say("止", "to"), say("地点", "place"), say("问题", "issue"),
    )  # fmt: skip
    shown = [
        (
            rank, f"{one.heat:.1f}", one.size, one.requesters, one.likes, f"{one.recent}/{one.before}",
            when(one.first)[:10], when(one.last)[:10], one.place, one.name,
        )
        for rank, one in enumerate(found[:top], 1)
    ]  # fmt: skip
    click.echo(table(heads, shown))
    if len(found) > top:
        more = len(found) - top
        note(say(f"另有 {more} 类，见 --top 或 --format json", f"{more} more: --top or --format json"))
