"""``publish`` (公开数据集): how many orders of which sort, with no row small enough to point at a person."""

from __future__ import annotations

import click

from . import lang_now
from .common import Speaking, answers, hotline_of, own_pack_option, place_option, print_json, store_option
from .printing import note, say


@click.command(
    "publish",
    cls=Speaking,
    help="编制可以公开的数据集：一个周期收件按月份、类型、类别、区划（到县）计数，不含任何文字、编号和个人信息；"
    "不足 --least 件的并到上级，仍不足的不列。举报和要求保密的不在其中。\n"
    "例：hotline12345 publish 2026-Q3 --format csv\n"
    "--\n"
    "Draw up data for publication: orders of a period counted by month, kind, category and county, without words, "
    "numbers or persons; what is fewer than --least is told less exactly or not at all.\n"
    "For example: hotline12345 publish 2026-Q3 --format csv",
)
@click.argument("period")
@click.option("--least", default=5, show_default=True, help="每一行至少几件 · how many orders a row has at least")
@store_option
@own_pack_option
@place_option
@answers("table", "json", "csv")
def command(period: str, least: int, store: str, pack_name: str, place: str, form: str) -> None:
    """Draw it up."""
    from ..report.bulletin import periods
    from ..report.opendata import dataset, dataset_table
    from ..report.tables import render

    this, _, _ = periods(period)
    hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True, need=("routes",))
    made = dataset(hotline.orders(), this, least)
    if form == "json":
        rows = [row._asdict() for row in made.rows]
        print_json({"period": this.name, "rows": rows, "too_few": made.too_few, "kept_back": made.kept_back})
        return
    click.echo(render(dataset_table(made, lang_now()), form, lang_now(), bom=form == "csv"))
    note(
        say(
            f"未列入：同类不足 {least} 件的 {made.too_few} 件，举报和保密的 {made.kept_back} 件",
            f"not in it: {made.too_few} of which there are fewer than {least} alike, {made.kept_back} in confidence",
        )
    )
