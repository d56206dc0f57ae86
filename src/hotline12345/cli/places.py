"""``places`` (地点): the division an address names, and what became of a division code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, print_json
from .printing import facts, note, print_csv, say, table

if TYPE_CHECKING:
    from ..text.places import Candidate, Located

SHOWN = 10
COLUMNS = ("text", "certain", "code", "path", "confidence", "said", "retired")


@click.command(
    "places",
    cls=Speaking,
    help="从地址识别行政区划（省到乡镇街道）。有疑问时列出候选，不猜：只写“鼓楼区”是四个候选。\n"
    "用 --code 查一个区划代码现在是哪里（沿革自 1981 年）。\n"
    "--\n"
    "Find the division that an address names, province to town.  Where there is doubt it lists candidates and never "
    "guesses: 鼓楼区 alone is four.\n"
    "--code tells what a division code is today (history since 1981).",
)
@click.argument("texts", nargs=-1, metavar="[地址]...")
@click.option("--within", default="", help="本热线的区划代码：优先其下的地名 · prefer what lies in this division")
@click.option("--code", default="", help="查这个代码的沿革 · what became of this code")
@click.option(
    "--year", type=click.IntRange(1981), default=None, help="与 --code 同用：那一年是哪里 · with --code: in that year"
)
@answers("table", "json", "csv")
def command(texts: tuple[str, ...], within: str, code: str, year: int | None, form: str) -> None:
    """Locate."""
    from ..text.places import divisions, locate

    if bool(texts) == bool(code):
        raise click.UsageError(say("请写一个或多个地址，或用 --code", "give addresses, or --code"))
    if within:
        divisions().current(within)
    if code:
        _history(code, year, form)
        return
    found = [(text, locate(text, within)) for text in texts]
    if form == "json":
        print_json([_json(text, located) for text, located in found])
    elif form == "csv":
        print_csv(COLUMNS, [row for text, located in found for row in _rows(text, located)])
    else:
        click.echo("\n\n".join(_told(text, located) for text, located in found))
        if not all(located.candidates for _, located in found):
            note(
                say("没有识别出区划的，请补充区县或街道的全名", "where none was found, give the county or town in full")
            )


def _json(text: str, located: Located) -> dict[str, Any]:
    sure = located.certain
    return {
        "text": text,
        "certain": sure.code if sure is not None else None,
        "candidates": [dict(zip(one._fields, one, strict=True)) for one in located.candidates],
    }


def _rows(text: str, located: Located) -> list[list[Any]]:
    sure = located.certain
    return [
        [text, one == sure, one.code, "/".join(one.path), one.confidence, " ".join(one.said), one.retired]
        for one in located.candidates
    ]


def _told(text: str, located: Located) -> str:
    sure, candidates = located.certain, located.candidates
    if sure is not None:
        return facts([(say("地址", "text"), text), (say("确定", "certain"), _name(sure))])
    if not candidates:
        return facts([(say("地址", "text"), text), (say("未识别", "nothing found"), "—")])
    head = facts([(say("地址", "text"), text), (say("不确定", "in doubt"), _count(len(candidates)))])
    columns = (say("候选", "candidate"), say("可能", "confidence"), say("依据", "said"))
    rows = [(_name(one), f"{one.confidence:.2f}", " ".join(one.said)) for one in candidates[:SHOWN]]
    return head + "\n" + table(columns, rows)


def _count(number: int) -> str:
    if number > SHOWN:
        return say(f"{number} 个候选，列前 {SHOWN} 个", f"{number} candidates, the first {SHOWN} of them")
    if number == 1:
        return say(
            "1 个候选：只有简称、旧名，或前后没有上级", "1 candidate: its short or former name alone, nothing above it"
        )
    return say(f"{number} 个候选", f"{number} candidates")


def _name(one: Candidate) -> str:
    was = say(f"（原{one.retired}）", f" (formerly {one.retired})") if one.retired else ""
    return f"{one.code} {' '.join(one.path)}{was}"


def _history(code: str, year: int | None, form: str) -> None:
    from ..text.places import divisions

    known = divisions()
    now = known.current(code, year)
    old = known.retired.get(code, [])
    if form == "json":
        told = [{"code": d.code, "name": d.name, "path": [a.name for a in known.path(d.code)]} for d in now]
        gone = [{"name": d.name, "since": d.since, "until": d.until, "then": list(d.then)} for d in old]
        print_json({"code": code, "year": year, "is": told, "was": gone})
    elif form == "csv":
        print_csv(("code", "name"), [(d.code, d.name) for d in now])
    else:
        was = [(say("曾是", "was"), f"{d.name}（{d.since}–{d.until}）") for d in old]
        is_ = [(say("是", "is"), f"{d.code} {' '.join(a.name for a in known.path(d.code)) or d.name}") for d in now]
        click.echo(facts([(say("代码", "code"), code), *was, *is_]))
        sources = [line.partition(" · ") for line in known.about[1:]]
        note(say("；".join(zh for zh, _, _ in sources), "; ".join(en for *_, en in sources)))
