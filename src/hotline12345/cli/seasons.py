"""``centre seasons`` (季节预案): which plan is for which days, whether it is ready, what came the year before."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from .common import Speaking, answers, now, own_pack_option
from .days import bad_day, read_day
from .printing import print_csv, print_json, say, table
from .rules import read_bytes

COLUMNS = (
    "title",
    "begins",
    "ends",
    "owner",
    "prepare_by",
    "ready",
    "state",
    "in_season",
    "within",
    "outside",
    "times",
)


def which_day(text: str) -> date:
    """Read the day asked about, today by default.

    Raises:
        RequestError: ``bad-day``.
    """
    day = read_day(text) if text else now().date()
    if not 1900 <= day.year < 2100:  # a slip of the pen; the years before and after have to be there, too
        raise bad_day(text)
    return day


@click.command(
    "seasons",
    cls=Speaking,
    short_help="季节预案 · plans for seasons",
    help="季节预案：哪几天、谁牵头、应在哪天前就绪、是否就绪；加 --asked 或 --store 数上一年当季和其余日子各来了多少。"
    "有未按期就绪的，退出码为 1。\n--\n"
    "Plans for seasons: which days, who prepares, by which day, and whether that is done; --asked or --store counts "
    "what came the year before, within the season and outside it. Exit code 1 where one is late.",
)
@click.argument("file", type=click.Path())
@click.option("--on", "on", default="", help="截至哪天，默认今天 · as of which day, today by default")
@click.option("--store", default="", help="数诉求的存储地址 · the store whose orders are counted")
@click.option("--asked", default="", type=click.Path(), help="数诉求的文件 · messages to count")
@click.option("--map", "mapping", default="", help="该文件的列映射 · which of its columns is which")
@own_pack_option
@answers("table", "json", "csv")
def seasons(file: str, on: str, store: str, asked: str, mapping: str, pack_name: str, form: str) -> None:
    """Report on plans."""
    from ..centre.seasons import LATE, read_plans, seasonal

    day = which_day(on)
    plans = read_plans(read_bytes(file), file)
    messages = None
    if asked or store:
        from .messages import gather

        messages = gather(asked, mapping, "", "" if asked else store, pack_name, "").messages
    rows: list[dict[str, Any]] = []
    for one in plans:
        first, last = one.season(day)
        row = {
            "title": one.title,
            "begins": first.isoformat(),
            "ends": last.isoformat(),
            "owner": one.owner,
            "measures": one.measures,
            "prepare_by": one.prepare_by(day).isoformat(),
            "ready": one.ready.isoformat() if one.ready is not None else None,
            "state": one.state(day),
            "in_season": first <= day <= last,
        }
        counted = seasonal(one, messages, day)._asdict() if messages is not None else {}
        rows.append(row | {name: counted.get(name) for name in ("within", "days", "outside", "others", "times")})
    if form == "json":
        print_json({"plans": [row | {"times": _text(row["times"])} for row in rows]})
    elif form == "csv":
        print_csv(COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
    else:
        _show(rows)
    if any(row["state"] == LATE for row in rows):
        click.get_current_context().exit(1)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _show(rows: list[dict[str, Any]]) -> None:
    from ..centre.seasons import STATE_ZH

    heads = say(
        "题目,当季,牵头,应就绪,状态,上一年当季,其余,倍数", "plan,season,owner,ready by,state,within,outside,times"
    )
    shown = []
    for row in rows:
        state = say(STATE_ZH[row["state"]], row["state"]) + say("，当季", ", in season") * row["in_season"]
        counts = [_text(row[name]) or "" for name in ("within", "outside", "times")]
        span = f"{row['begins']} – {row['ends']}"
        shown.append((row["title"], span, row["owner"], row["prepare_by"], state, *counts))
    click.echo(table(heads.split(","), shown))
