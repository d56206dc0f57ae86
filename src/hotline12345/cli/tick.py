"""``tick`` (推进时钟): what time alone demands; provisional deadlines become certain once a notice is loaded."""

from __future__ import annotations

import click

from .common import (
    Speaking,
    answers,
    hotline_of,
    instant_of,
    now,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import iso, print_csv, say, when


@click.command(
    "tick",
    cls=Speaking,
    help="推进时钟：记下超期、逐级督办；加载新的放假安排后，暂定期限随之确定。可由计划任务反复运行。\n"
    "--\n"
    "Let time pass: overdue is recorded, the ladder climbs, provisional deadlines become certain.  Safe to repeat.",
)
@click.option("--at", "moment", default="", help="推进到何时，默认此刻 · until when, by default now")
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def command(moment: str, store: str, pack_name: str, place: str, overlay_files: tuple[str, ...], form: str) -> None:
    """Let time pass."""
    at = instant_of(moment) if moment else now()
    hotline = hotline_of(
        pack_name, store, place, must_exist=True, overlays=overlays_of(overlay_files), need=("routes",)
    )
    done = hotline.tick(at)
    known = hotline.pack.newest.calendar.known_until
    row = {
        "at": iso(at),
        "orders": done.orders,
        "overdue": done.overdue,
        "moved": done.moved,
        "known_until": iso(known),
    }
    if form == "json":
        print_json(row)
    elif form == "csv":
        print_csv(list(row), [list(row.values())])
    else:
        click.echo(
            say(
                f"推进到 {when(at)}：查看工单 {done.orders} 张，新记超期 {done.overdue} 处，期限变更 {done.moved} 处"
                f"（放假安排已知至 {known}）",
                f"time is {when(at)}: {done.orders} orders looked at, {done.overdue} overdue recorded, "
                f"{done.moved} deadlines moved (holidays known until {known})",
            )
        )
