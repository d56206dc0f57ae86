"""``plugins`` (列出插件): what can be opened, read and loaded, where it comes from, and what is broken."""

from __future__ import annotations

import click

from .common import Speaking, answers, print_json
from .printing import print_csv, say, table

GROUPS = {
    "hotline12345.stores": ("存储", "stores"),
    "hotline12345.channels": ("渠道", "channels"),
    "hotline12345.packs": ("政策包", "packs"),
    "hotline12345.publishers": ("发布器", "publishers"),
    "hotline12345.classifiers": ("归类器", "classifiers"),
}


@click.command(
    "plugins",
    cls=Speaking,
    help="列出插件：存储、渠道、政策包、发布器、归类器，来自哪个软件包，能否加载。有加载不了的，退出码 1。\n"
    "--\n"
    "List plug-ins by group, with where they come from; exit 1 when one does not load.",
)
@answers("table", "json", "csv")
def command(form: str) -> None:
    """List plug-ins."""
    from ..plugins import plugins

    found = [plugin for group in GROUPS for plugin in plugins(group)]
    if form == "json":
        print_json(
            [
                {"group": p.group, "name": p.name, "target": p.target, "origin": p.origin, "error": p.error or None}
                for p in found
            ]
        )
    elif form == "csv":
        print_csv(
            ("group", "name", "target", "origin", "error"),
            [(p.group, p.name, p.target, p.origin, p.error) for p in found],
        )
    else:
        fine = say("可用", "loads")
        rows = [(say(*GROUPS[p.group]), p.name, p.origin, p.target, p.error or fine) for p in found]
        click.echo(table(say("类别,名称,来自,目标,状态", "group,name,from,target,state").split(","), rows))
    if not all(plugin.loadable for plugin in found):
        click.get_current_context().exit(1)
