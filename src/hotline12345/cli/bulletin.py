"""``bulletin`` (通报): the figures of a period beside those before, as a draft, a table or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from . import lang_now
from .common import Speaking, answers, hotline_of, now, own_pack_option, place_option, print_json, store_option
from .printing import print_csv

if TYPE_CHECKING:
    from ..core.policy import Policy

COLUMNS = ("section", "key", "now", "percent", "before", "on_before", "year_ago", "on_year_ago")


@click.command(
    "bulletin",
    cls=Speaking,
    help="日报、周报、月报、季报、年报草稿：收件数、类型渠道区划类别占比、直接答复率、按时办结率、解决率、满意率，"
    "与上期和去年同期比较。\n"
    "例：hotline12345 bulletin 2026-09\n"
    "--\n"
    "Draft a bulletin of a day, a week, a month, a quarter or a year: what came in, by kind, channel, area and "
    "category, and the rates, beside the period before and a year ago.\n"
    "For example: hotline12345 bulletin 2026-09",
)
@click.argument("period")
@click.option("--most", default=10, show_default=True, help="每一项列出前几名 · how many of each sort to list")
@store_option
@own_pack_option
@place_option
@answers("table", "json", "csv")
def command(period: str, most: int, store: str, pack_name: str, place: str, form: str) -> None:
    """Draw it up."""
    from ..core.scoring import ScoreRules
    from ..report.bulletin import bulletin, bulletin_json, bulletin_text, periods
    from .assessing import end_of, facts_until, last_day

    this, _, _ = periods(period)
    hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True, need=("routes", "scoring"))
    policy = hotline.pack.newest
    rules = policy.scoring or ScoreRules()
    made = bulletin(
        period,
        lambda each: facts_until(hotline, policy, each.until, each, cut=True),
        end_of(this, last_day(hotline, now())),
        rules.exempt,
    )
    if form == "json":
        print_json(bulletin_json(made))
    elif form == "csv":
        print_csv(COLUMNS, _rows(bulletin_json(made)))
    else:
        click.echo(bulletin_text(made, lang_now(), _names(policy, lang_now()), most))


def _names(policy: Policy, lang: str) -> dict[str, Callable[[str], str]]:
    from ..core.request import Kind

    if lang != "zh":
        return {}
    kinds, channels = {kind.value: kind.zh for kind in Kind}, {one.code: one.zh for one in policy.channels}
    return {"kind": lambda key: kinds.get(key, key), "channel": lambda key: channels.get(key, key)}


def _rows(told: dict[str, Any]) -> Iterator[list[Any]]:
    figures = [("received", "", told["received"])]
    figures += [("rate", name, figure) for name, figure in told["rates"].items()]
    figures += [(by, figure["key"], figure) for by, shares in told["shares"].items() for figure in shares]
    for section, key, figure in figures:
        yield [section, key, *(figure.get(name) for name in COLUMNS[2:])]
