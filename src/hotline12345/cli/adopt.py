"""``adopt`` (接收在办工单): running orders of another system come in from a file and live on here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from ..core.errors import HotlineError
from . import lang_now
from .common import (
    Speaking,
    answers,
    edition_option,
    fail,
    hotline_of,
    instant_of,
    no_such_file,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import note, say, table


@click.command(
    "adopt",
    cls=Speaking,
    help="接收别的系统在办的工单：FILE 是 JSON，一件一个对象，多件一个列表，- 为标准输入；同一编号只接收一次。\n"
    "--\n"
    "Take over running orders of another system from JSON: an object for one, a list for many.",
)
@click.argument("path", metavar="FILE")
@click.option("--as", "actor", default="admin", show_default=True, help="谁接收的：角色@单位/人员 · who takes it over")
@click.option("--at", "moment", default="", help="接收时刻，默认此刻 · when it is taken over, by default now")
@store_option
@own_pack_option
@edition_option
@place_option
@answers("table", "json")
def command(path: str, form: str, **given: Any) -> None:
    """Adopt."""
    from ..core.actor import Actor

    documents = _read(path)
    by = Actor.parse(given["actor"])
    at = instant_of(given["moment"]) if given["moment"] else None
    hotline = hotline_of(given["pack_name"], given["store"], given["place"], edition=given["edition"])
    rows: list[dict[str, Any]] = []
    refused: list[tuple[int, HotlineError]] = []
    for n, document in enumerate(documents, start=1):
        try:
            order = hotline.adopt(document, by=by, at=at)
        except HotlineError as error:
            refused.append((n, error))
            continue
        origin = order.intake.origin
        rows.append(
            {
                "number": order.number,
                "status": order.status.value,
                "holder": order.holder,
                "system": origin.place if origin is not None else "",
                "was": origin.number if origin is not None else "",
            }
        )
    lang = lang_now()
    if form == "json":
        told = [{"item": n, **error.as_dict(lang)} for n, error in refused]
        print_json({"adopted": rows, "refused": told})
    elif rows:
        heading = say("编号,状态,持单单位,原系统,原编号", "number,status,holder,system,was").split(",")
        click.echo(table(heading, [tuple(str(value) for value in row.values()) for row in rows]))
    if len(documents) == 1 and refused and form != "json":
        fail(refused[0][1], form, lang)
    for n, why in refused if form != "json" else ():
        note(say(f"第 {n} 件：", f"item {n}: ") + f"{why.message(lang)} ({why.code})")
    if refused:
        sys.exit(1)


def _read(path: str) -> list[Any]:
    import json

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig")
        found = json.loads(text)
    except OSError as error:
        raise no_such_file(path, error) from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            say(f"{path} 不是 UTF-8 的 JSON：{error}", f"{path} is no JSON in UTF-8: {error}")
        ) from error
    return found if isinstance(found, list) else [found]
