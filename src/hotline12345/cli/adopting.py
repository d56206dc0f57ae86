"""``pack adopt-edition`` (改依新版本): running orders go on under a new edition, as its transition clause says."""

from __future__ import annotations

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
from .printing import clock_name, half, iso, note, print_csv, say, table, when

if TYPE_CHECKING:
    from ..transition import Shift

CLAUSES = {
    "keep": ("仍依原版本", "stay under theirs"),
    "move": ("改依新版本", "go over to it"),
    "kinder": ("改依新版本，期限从宽", "go over to it, with the kinder deadline"),
}


@click.command(
    "adopt-edition",
    cls=Speaking,
    short_help="在办工单改依新版本 · running orders go on under a new edition",
    help="在办工单改依新版本，照该版本的 [transition]：keep 不变，move 改依新版本，"
    "kinder 承办单位取较晚、诉求人取较早的期限。经延期、挂账的期限不动。可反复运行；--preview 只看不记。\n"
    "--\n"
    "Let running orders go on under a new edition, as its [transition] says: keep, move, or kinder, which is the later "
    "deadline for units and the earlier for the citizen.  Extended and deferred deadlines stand.  Safe to repeat; "
    "--preview records nothing.",
)
@store_option
@own_pack_option
@place_option
@edition_option
@click.option("--at", "moment", default="", help="记在何时，默认此刻 · when, by default now")
@click.option("--preview", is_flag=True, help="只看不记 · compute and record nothing")
@answers("table", "json", "csv")
def adopt_edition(store: str, pack_name: str, place: str, edition: str, moment: str, preview: bool, form: str) -> None:
    """Let running orders adopt an edition."""
    at = instant_of(moment) if moment else now()
    hotline = hotline_of(pack_name, store, place, must_exist=True, need=("routes",))
    done = hotline.adopt_edition(edition, at=at, preview=preview)
    rows = [shift_json(shift) for shift in done.shifts]
    if form == "json":
        head = {"edition": done.edition, "open_orders": done.open_orders, "preview": preview}
        counts = {"orders": done.orders, "moved": done.moved}
        refused = [{"order": number, "code": code} for number, code in done.refused]
        print_json({**head, **counts, "refused": refused, "deadlines": rows})
    elif form == "csv":
        print_csv(COLUMNS, [[row[key] for key in COLUMNS] for row in rows])
    else:
        if rows:
            heads = say("工单,时限,单位,原期限,新期限,新依据", "order,clock,unit,was,is,basis").split(",")
            lines = [
                (s.number, clock_name(s.clock), s.unit, when(s.old.at), when(s.new.at), half(s.new.basis))
                for s in done.shifts
            ]
            click.echo(table(heads, lines))
        clause = say(*CLAUSES[done.open_orders])
        would = say("将改依" if preview else "改依", "would go over" if preview else "went over")
        note(
            say(
                f"版本 {done.edition}（在办工单{clause}）：{done.orders} 张依较早版本，{would} {done.moved} 张，"
                f"期限变更 {len(rows)} 处，未能改依 {len(done.refused)} 张",
                f"edition {done.edition} (running orders {clause}): {done.orders} under earlier ones, {done.moved} "
                f"{would}, {len(rows)} deadlines moved, {len(done.refused)} could not",
            )
        )
    if done.refused:
        click.get_current_context().exit(1)


COLUMNS = ("order", "clock", "unit", "was", "is", "basis")


def shift_json(shift: Shift) -> dict[str, Any]:
    """Return a deadline that moves as JSON."""
    return {
        "order": shift.number,
        "clock": shift.clock,
        "unit": shift.unit,
        "was": iso(shift.old.at),
        "is": iso(shift.new.at),
        "basis": shift.new.basis,
    }
