"""``trace`` (外部日志): another system's history through the machine, by a mapping file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from .common import Speaking, answers, no_such_file, pack_of
from .printing import facts, print_csv, print_json, say, table

if TYPE_CHECKING:
    from ..replay.eventlog import Traced

_TOP = 20


@click.command(
    "trace",
    cls=Speaking,
    help="把另一个系统的流转日志按对照表走一遍状态机：哪些案件走得通，哪一步被拒、为什么，在各状态停留多久。\n"
    "LOG 是 CSV、TSV、JSON 或 JSON 行，可为 gzip；对照表的写法见 docs/replay.md。有案件被拒时退出码为 1。\n"
    "--\n"
    "Take another system's log of cases through the machine by a mapping: which cases it allows, which step it refuses "
    "and why, and how long they lay in each status.\n"
    "LOG is CSV, TSV, JSON or JSON lines, gzipped or not; docs/replay.md says how a mapping is written. "
    "Exit code 1 where a case is refused.",
)
@click.argument("log", type=click.Path())
@click.option("--mapping", "mapping_file", required=True, type=click.Path(), help="对照表（TOML） · the mapping (TOML)")
@click.option("--pack", "pack_name", required=True, help="政策包名或路径 · pack name or path")
@click.option(
    "--shuffle",
    type=int,
    default=None,
    help="先在每个案件内打乱事件（给出种子），看状态机拒绝多少 · shuffle within each case first, by this seed",
)
@answers("table", "json", "csv")
def command(log: str, mapping_file: str, pack_name: str, shuffle: int | None, form: str) -> None:
    """Trace a log."""
    from random import Random

    from ..replay.eventlog import read_log, shuffled, trace
    from ..replay.mapping import read_mapping

    mapping = read_mapping(_bytes(mapping_file).decode("utf-8-sig", "replace"), mapping_file)
    cases = read_log(_bytes(log), mapping, log)
    if shuffle is not None:
        dice = Random(shuffle)
        cases = {case: shuffled(events, dice) for case, events in cases.items()}
    result = trace(cases, mapping, pack_of(pack_name, ()).newest)
    if form == "json":
        print_json(result.as_json())
    elif form == "csv":
        rows = [(r.case, r.line, r.event, r.status, r.code, r.message) for r in result.refusals]
        print_csv(("case", "line", "event", "status", "code", "message"), rows)
    else:
        _show(result)
    if result.refusals:
        click.get_current_context().exit(1)


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise no_such_file(path, error) from error


def _show(result: Traced) -> None:
    from ..core.order import Status

    def share(part: int, whole: int) -> str:
        return f"{part:,}" + (f"  {100 * part / whole:.1f} %" if whole else "")

    click.echo(
        facts(
            [
                (say("案件", "cases"), f"{result.cases:,}"),
                (say("走得通", "accepted"), share(result.accepted, result.cases)),
                (say("被拒", "refused"), share(len(result.refusals), result.cases)),
                (say("事件", "events"), f"{result.events:,}"),
                (say("成为命令", "became commands"), share(result.mapped, result.events)),
                (say("只作记录", "only noted"), share(result.noted, result.events)),
                (say("被拒及其后", "refused and after"), share(result.unread, result.events)),
            ]
        )
    )
    if result.stages:
        click.echo()
        rows = [
            (say(Status(name).zh, name), f"{length.total_seconds() / 3600:,.1f}")
            for name, length in result.stages.items()
        ]
        click.echo(table((say("状态", "status"), say("停留（小时）", "hours in it")), rows))
    if result.refusals:
        click.echo()
        counts = Counter((one.event, one.status, one.code) for one in result.refusals)
        refused = [(event, status, code, f"{n:,}") for (event, status, code), n in counts.most_common(_TOP)]
        heads = (say("事件", "event"), say("当时状态", "status"), say("代码", "code"), say("案件", "cases"))
        click.echo(table(heads, refused))
        one = result.refusals[0]
        click.echo(say("例：", "for example: ") + f"{one.case}（{one.line}）{one.message}")
