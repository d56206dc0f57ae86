"""``qc`` (质检): what is wrong with recorded requests and replies, each finding with a code and its evidence."""

from __future__ import annotations

import click

from .common import Speaking, answers, pack_option, policy_of
from .printing import print_csv, print_json, say, table
from .rules import read_bytes, tell_refused

_COLUMNS = ("line", "code", "what", "evidence")


@click.command(
    "qc",
    cls=Speaking,
    help="质检一张表里的诉求与答复：投诉记成咨询、紧急程度记低、答复空洞、答非所问。有发现时退出码为 1。\n--\n"
    "Check recorded requests and replies in a table: complaints recorded as something milder, urgency recorded too "
    "low, empty replies, replies that share nothing with the question. Exit code 1 where something is found.",
)
@click.argument("orders", type=click.Path())
@click.option("--text", required=True, help="内容所在的列 · the column of texts")
@click.option("--title", default="", help="标题所在的列 · the column of titles")
@click.option("--kind", default="", help="类型所在的列 · the column of kinds")
@click.option("--urgency", default="", help="紧急程度所在的列 · the column of urgencies")
@click.option("--reply", default="", help="答复所在的列 · the column of replies")
@pack_option
@answers("table", "json", "csv")
def command(orders: str, text: str, title: str, kind: str, urgency: str, reply: str, pack_name: str, form: str) -> None:
    """Check."""
    from ..core.errors import RequestError
    from ..core.request import Kind, Urgency
    from ..text.quality import Checked, check
    from ..text.samples import column, read_table
    from .classify import no_rules

    policy = policy_of(pack_name, "", need=("rules",))
    if policy.rules is None:
        raise no_rules(policy)
    found = read_table(read_bytes(orders), orders)
    names = {"--text": text, "--title": title, "--kind": kind, "--urgency": urgency, "--reply": reply}
    where = {option: column(found, name, option, orders) for option, name in names.items() if name}
    refused: list[RequestError] = []
    rows: list[tuple[int, str, str, str]] = []
    for line, cells in found.rows():
        if isinstance(cells, RequestError):
            refused.append(cells)
            continue
        said = {option: str(cells[at] if cells[at] is not None else "").strip() for option, at in where.items()}
        try:
            recorded = Kind.parse(said["--kind"]) if said.get("--kind") else None
        except RequestError as error:
            refused.append(error)
            continue
        level = next((each for each in Urgency if said.get("--urgency") in (each.value, each.zh)), None)
        if said.get("--urgency") and level is None:
            zh, en = (
                f"第 {line} 行：没有紧急程度「{said['--urgency']}」",
                f"line {line}: no urgency {said['--urgency']!r}",
            )
            levels = "、".join(each.zh for each in Urgency)
            refused.append(RequestError(zh, en, code="unknown-urgency", hint=levels, hint_en=levels))
            continue
        one = Checked(said.get("--title", ""), said["--text"], recorded, level, said.get("--reply"))
        rows += [(line, fault.code, say(fault.zh, fault.en), fault.evidence) for fault in check(policy.rules, one)]
    tell_refused(refused)
    if form == "json":
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    elif form == "csv":
        print_csv(_COLUMNS, rows)
    else:
        heads = say("行,代码,发现,依据", "line,code,finding,evidence").split(",")
        shown = [(str(line), *rest) for line, *rest in rows]
        click.echo(table(heads, shown) if rows else say("没有发现", "nothing found"))
    if rows:
        click.get_current_context().exit(1)
