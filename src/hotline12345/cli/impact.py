"""``calendar impact`` (放假安排的影响): whose deadlines a changed calendar moves, before it is done; then doing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    hotline_of,
    instant_of,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import clock_name, day_of, iso, note, print_csv, progress, say, table
from .roomy import roomy

if TYPE_CHECKING:
    from ..hotline import Hotline
    from ..impact import Settled, Shift

COLUMNS = ("number", "clock", "stage", "unit", "old_day", "new_day", "old_at", "new_at", "provisional")
SHOWN = 200
"""How many rows are printed for people; JSON and CSV have them all."""


@click.command(
    "impact",
    cls=Speaking,
    short_help="日历变了，哪些工单的期限会变 · whose deadlines a changed calendar moves",
    help="加载日历增补后，列出期限会变的未结工单：哪张、哪个时限、哪个单位、从哪天变到哪天。只看不改；\n"
    "--apply 逐张照办，每处变更记下理由 calendar 和通知文号。可以重复运行，中断后接着办，一张出错不影响其余。\n"
    "--\n"
    "With the overlays loaded, list the open orders whose deadlines they move: which clock, whose, from which day to\n"
    "which.  Nothing is changed; --apply does it order by order with the reason on record.  Safe to repeat.",
)
@click.argument("overlays", metavar="[OVERLAY.toml]...", nargs=-1, type=click.Path())
@click.option("--apply", "doing", is_flag=True, help="照办：逐张记下期限变更 · move them")
@click.option("--source", default="", help="记作理由的通知，默认取自增补 · the notice on record")
@click.option("--at", "moment", default="", help="记录时刻，默认此刻 · when it is recorded, by default now")
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def impact(
    overlays: tuple[str, ...],
    doing: bool,
    source: str,
    moment: str,
    store: str,
    pack_name: str,
    place: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Show what a calendar moves."""
    from ..impact import impact as previewed
    from ..impact import settle

    new = overlays_of(overlays)
    hotline = hotline_of(
        pack_name,
        store,
        place,
        must_exist=True,
        overlays=(*overlays_of(overlay_files), *new),
        reads=not doing,
        need=("routes",),
    )
    with roomy(), progress(say("查看", "looking")) as step:
        shifts = [shift for shift in previewed(hotline) if step() is None]
    told = summary(shifts)
    done: list[Settled] = []
    if doing:
        at = instant_of(moment) if moment else None
        named = source or "；".join(dict.fromkeys(overlay.source for overlay in new))
        done = list(settle(hotline, source=named, at=at))
        told |= {"source": named, "applied": sum(one.error is None for one in done), "failed": failures(done)}
    if form == "json":
        print_json(told | {"deadlines": [as_json(shift) for shift in shifts]})
    elif form == "csv":
        print_csv(COLUMNS, ([row[key] for key in COLUMNS] for row in map(as_json, shifts)))
    else:
        _show(hotline, told, shifts)
    if any(one.error is not None for one in done):
        raise SystemExit(1)


def summary(shifts: list[Shift]) -> dict[str, Any]:
    """Return how many orders and deadlines are concerned, and which way they move."""
    moved = [shift for shift in shifts if shift.moves]
    later = sum(1 for s in moved if s.old.at is not None and s.new.at is not None and s.new.at > s.old.at)
    return {
        "orders": len({shift.number for shift in moved}),
        "moved": len(moved),
        "later": later,
        "earlier": len(moved) - later,
        "only_settled": len(shifts) - len(moved),
    }


def failures(done: Iterable[Settled]) -> list[dict[str, str]]:
    """Return the orders that refused, and why."""
    return [
        {"number": one.number, "code": one.error.code, "message": say(one.error.message("zh"), one.error.message("en"))}
        for one in done
        if one.error is not None
    ]


def as_json(shift: Shift) -> dict[str, Any]:
    """Return one deadline that changes."""
    old, new = shift.old, shift.new
    return {
        "number": shift.number,
        "clock": shift.clock,
        "stage": shift.stage.value,
        "unit": shift.unit,
        "old_day": iso(old.due_day),
        "new_day": iso(new.due_day),
        "old_at": iso(old.at),
        "new_at": iso(new.at),
        "moves": shift.moves,
        "was_provisional": old.provisional,
        "provisional": new.provisional,
        "basis": new.basis,
    }


def _show(hotline: Hotline, told: dict[str, Any], shifts: list[Shift]) -> None:
    moved = [shift for shift in shifts if shift.moves]
    policy = hotline.pack.newest
    guess = say("（暂定）", " (provisional)")
    rows = []
    for shift in moved[:SHOWN]:
        unit = say(policy.unit_name(shift.unit), shift.unit) if shift.unit else say("热线中心", "the centre")
        days = [day_of(due.due_day) + guess * due.provisional if due.due_day else "—" for due in (shift.old, shift.new)]
        rows.append((shift.number, clock_name(shift.clock), say(shift.stage.zh, shift.stage.value), unit, *days))
    if rows:
        click.echo(
            table(say("工单,时限,环节,单位,原到期,新到期", "order,clock,stage,unit,was due,due").split(","), rows)
        )
    if len(moved) > SHOWN:
        note(say(f"……共 {len(moved)} 处，用 --format csv 看全部", f"… {len(moved)} in all; --format csv has them"))
    n, m, more = told["orders"], told["moved"], told["only_settled"]
    click.echo(
        say(
            f"{n} 张工单的 {m} 处期限变动（推迟 {told['later']}、提前 {told['earlier']}），另有 {more} 处只是更为确定",
            f"{m} deadlines of {n} orders move ({told['later']} later, {told['earlier']} earlier); "
            f"{more} more only become certain or less open",
        )
    )
    if "applied" in told:
        click.echo(say(f"已照办 {told['applied']} 张", f"done for {told['applied']} orders"))
        for failed in told["failed"]:
            note(f"{failed['number']}: {failed['message']} ({failed['code']})")
        click.echo(
            say(
                "此后收件、派单也须加载同一份增补（放进政策包，或用 --overlay）",
                "load the same overlay from now on, too",
            )
        )
