"""``audit`` (审计): anchors of the tamper-evident chain, and whether anybody has touched the log."""

from __future__ import annotations

import click

from .common import Speaking, SpeakingGroup, answers, now, print_json, store_option
from .printing import note, print_csv, say, table


@click.group(
    "audit",
    cls=SpeakingGroup,
    help="审计：每条记录有校验链；每天写一次锚点，存到数据库之外，可查出改动、插入、删除、移位和截尾。\n"
    "--\n"
    "Each record has a link in a chain; daily anchors kept outside the database show edits, inserts, deletions, moves "
    "and cut-off tails.",
)
def command() -> None:
    """Audit the log."""


anchors_option = click.option(
    "--anchors", "anchors", default="", type=click.Path(dir_okay=False), help="锚点文件（只追加） · the file of anchors"
)


@command.command(
    "anchor",
    cls=Speaking,
    short_help="写下锚点 · write an anchor",
    help="把上次以来有变动的工单的最后一环写入锚点文件，并打印封记。封记可打印存档或报送上级，以防锚点文件也被改写。\n"
    "--\n"
    "Write the last link of each order that changed into the file, and print its seal: keep that elsewhere still.",
)
@store_option
@anchors_option
@answers("table", "json", "csv")
def anchor(store: str, anchors: str, form: str) -> None:
    """Write an anchor."""
    from pathlib import Path

    from .. import audit
    from ..heads import stamp
    from ..stores import open_store
    from ..whole import held

    if not anchors:
        raise click.UsageError(say("请给出 --anchors 文件", "give --anchors FILE"))
    opened = open_store(store, must_exist=True)
    waiting = held(opened)
    seal = audit.anchor(opened, Path(anchors), stamp(now()))
    waiting = min(waiting, held(opened))
    opened.close()
    if form == "json":
        print_json(seal._asdict())
    elif form == "csv":
        print_csv(seal._fields, [seal])
    else:
        click.echo(
            say(
                f"锚点：{seal.entries} 张工单，至第 {seal.position} 条记录\n封记：{seal.hash}",
                f"anchor: {seal.entries} orders, up to position {seal.position}\nseal: {seal.hash}",
            )
        )
    if waiting:
        note(
            say(
                f"有 {waiting} 条记录还读不到（doctor --store 可查），可能要到下一个锚点才在其中",
                f"{waiting} records are not given yet (doctor --store): it may be only the next anchor that has them",
            )
        )


@command.command(
    "verify",
    cls=Speaking,
    short_help="核对校验链与锚点 · verify chain and anchors",
    help="重算每一环，与锚点比对，并核对隐私文字的摘要；有发现退出码 1，逐条写明地方、编号和版本。\n"
    "最后一个锚点之后整段重写或截尾，无法查出。\n"
    "--\n"
    "Count every link anew, compare the anchors and the digests of private words.  Exit 1 with findings, each with "
    "place, number and version.  What "
    "was rewritten or cut off behind the last anchor cannot be told.",
)
@store_option
@anchors_option
@click.option("--seal", default="", help="另处保存的封记，须在锚点文件中 · a seal kept elsewhere that must be there")
@answers("table", "json", "csv")
def verify(store: str, anchors: str, seal: str, form: str) -> None:
    """Verify the chain."""
    from pathlib import Path

    from .. import audit
    from ..stores import open_store
    from .common import lang_of

    if anchors and not Path(anchors).exists():
        raise click.UsageError(say(f"没有锚点文件 {anchors}", f"there is no file {anchors}"))
    opened = open_store(store, must_exist=True)
    verdict = audit.verify(opened, Path(anchors) if anchors else None, seal)
    opened.close()
    lang = lang_of(None)
    rows = [(fault.code, fault.key or fault.file, fault.zh if lang == "zh" else fault.en) for fault in verdict.faults]
    if form == "json":
        body = {"records": verdict.records, "orders": verdict.orders, "seals": verdict.seals}
        print_json(body | {"findings": [dict(zip(("code", "where", "text"), row, strict=True)) for row in rows]})
    elif form == "csv":
        print_csv(("code", "where", "text"), rows)
    else:
        if rows:
            click.echo(table(say("代码,位置,发现", "code,where,finding").split(","), rows))
        click.echo(
            say(
                f"记录 {verdict.records} 条，工单 {verdict.orders} 张，锚点 {verdict.seals} 个，发现 {len(rows)} 处",
                f"{verdict.records} records, {verdict.orders} orders, {verdict.seals} anchors, {len(rows)} findings",
            )
        )
    if not verdict.records and not rows:
        note(say("存储里没有记录，无可核对", "the store holds no records: there was nothing to verify"))
    if rows:
        click.get_current_context().exit(1)
