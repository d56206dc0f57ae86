"""``alike`` (查重): which messages may repeat which earlier ones, and by which parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..core.errors import RequestError
from .common import Speaking, answers
from .messages import gather, source
from .printing import note, print_csv, print_json, say, table

if TYPE_CHECKING:
    from ..core.policy import RepeatRule
    from ..text.alike import Suggestion

_SHOWN = 50
_NAMES = {"matter": "事项", "place": "地点", "time": "时间", "requester": "诉求人"}
_DOES = {
    "off": ("不处理", "nothing"),
    "suggest": ("提示，由人决定", "suggest"),
    "auto": ("自动答复，不另立单", "told, no new order"),
}


@click.command(
    "alike",
    cls=Speaking,
    help="查重：每件诉求可能与之前哪几件是同一事项，得分由文字与类别、地点、时间、诉求人四项相乘，逐项说明。\n"
    "FILE 是 CSV、TSV、JSON、JSON 行或 .xlsx，可为 gzip；或用 --store 查存储中的工单，并按政策包说明如何处理；"
    "索引每次在内存里现建，要反复查请在 Python 里留着 Index。\n"
    "--\n"
    "Which earlier messages each one may repeat: words and category, place, time and requester multiplied, each told.\n"
    "FILE is CSV, TSV, JSON, JSON lines or .xlsx, gzipped or not; --store looks at the orders kept, and tells what the "
    "pack does about each. The index is built in memory at each call; whoever asks again and again keeps an Index in "
    "Python.",
)
@source
@click.option("--number", default="", help="只查这一件 · only this one")
@click.option(
    "--least",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="得分不低于（满分 100） · the least score, of 100",
)
@click.option(
    "--most", default=5, show_default=True, type=click.IntRange(1), help="每件至多几条 · at most so many for each"
)
@answers("table", "json", "csv")
def command(
    file: str,
    mapping: str,
    encoding: str,
    store: str,
    pack_name: str,
    place: str,
    number: str,
    least: float,
    most: int,
    form: str,
) -> None:
    """Suggest repeats."""
    from ..text.alike import Index

    gathered = gather(file, mapping, encoding, store, pack_name, place)
    index = Index(gathered.messages)
    if number:
        wanted = [message for message in gathered.messages if message.id == number]
        if not wanted:
            raise RequestError(
                f"没有编号为「{number}」的诉求",
                f"there is no message {number!r}",
                code="no-such-message",
                hint="核对编号；没有编号列的文件按行数编号，从 1 起",
                hint_en="check the number; rows of a file without numbers are counted from 1",
            )
        found = [suggestion for message in wanted for suggestion in index.like(message, most, least)]
    else:
        found = list(index.pairs(least, most))
        found.sort(key=lambda one: (-one.likeness.score, one.later.id, one.earlier.id))
    policy = gathered.hotline.pack.newest.repeat if gathered.hotline is not None else None
    _print(found, policy, len(gathered.messages), gathered.refused, form)
    if gathered.refused:
        click.get_current_context().exit(1)


def _does(one: Suggestion, rule: RepeatRule | None) -> str:
    """Return what the pack does about a repeat: by the same requester's setting or the others'."""
    if rule is None:
        return ""
    return rule.own if one.later.who and one.later.who == one.earlier.who else rule.others


def _print(found: list[Suggestion], rule: RepeatRule | None, messages: int, refused: int, form: str) -> None:
    rows: list[dict[str, Any]] = []
    for one in found:
        parts = [
            {"part": part.name, "value": round(part.value, 4), "why": say(part.zh, part.en)}
            for part in one.likeness.parts
        ]
        row = {"later": one.later.id, "earlier": one.earlier.id, "score": round(one.likeness.score, 1), "parts": parts}
        rows.append(row | ({"policy": _does(one, rule)} if rule is not None else {}))
    if form == "json":
        print_json({"messages": messages, "refused": refused, "suggestions": rows})
        return
    if form == "csv":
        columns = ("later", "earlier", "score", "matter", "place", "time", "requester", "policy")
        print_csv(
            columns,
            [
                (r["later"], r["earlier"], r["score"], *(p["value"] for p in r["parts"]), r.get("policy", ""))
                for r in rows
            ],
        )
        return
    if not rows:
        click.echo(say(f"{messages} 件，没有疑似同一事项", f"{messages} messages, none seems to repeat another"))
        return
    heads = [say("后件", "later"), say("前件", "earlier"), say("得分", "score")]
    heads += [say(zh, en) for en, zh in _NAMES.items()] + ([say("办法", "pack")] if rule is not None else [])
    shown = [
        [r["later"], r["earlier"], r["score"], *(f"{p['value']:.2f} {p['why']}" for p in r["parts"])]
        + ([say(*_DOES[r["policy"]])] if rule is not None else [])
        for r in rows[:_SHOWN]
    ]
    click.echo(table(heads, shown))
    if len(rows) > _SHOWN:
        note(say(f"另有 {len(rows) - _SHOWN} 条，见 --format json", f"{len(rows) - _SHOWN} more: --format json"))
