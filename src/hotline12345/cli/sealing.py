"""``pack seal`` (封存): what is published is not edited any more, and a change to it is seen."""

from __future__ import annotations

from pathlib import Path

import click

from .common import Speaking, answers, print_json
from .printing import note, say


@click.command(
    "seal",
    cls=Speaking,
    short_help="封存已公布的版本 · seal what is published",
    help="封存：把版本、规则、单位表、派单目录的摘要写进文件夹里的 SEALED，此后改动任何一个，pack check 都报错。"
    "改了规定应另立新版本；确属勘误用 --replace 重新封存。\n"
    "--\n"
    "Seal a pack: the hashes of its editions, rules, units and catalogue go into the file SEALED beside them, and "
    "pack check refuses whatever is edited after.  A changed rule is a new edition; --replace seals a correction.",
)
@click.argument("names", nargs=-1, required=True)
@click.option("--replace", is_flag=True, help="连同改动过的重新封存 · seal anew what was edited, too")
@answers("table", "json")
def seal(names: tuple[str, ...], replace: bool, form: str) -> None:
    """Seal packs."""
    from ..packs import folder_of
    from ..packs.seal import LIST, seal_pack

    rows = []
    for name in names:
        folder: Path = folder_of(name)
        done = seal_pack(folder, replace)
        rows.append({"pack": name, "list": str(folder / LIST), "sealed": list(done)})
        if form != "json":
            for file in done:
                click.echo(f"{name}/{file}")
            note(say(f"{name}：新封存 {len(done)} 个文件", f"{name}: {len(done)} files sealed"))
    if form == "json":
        print_json(rows)
