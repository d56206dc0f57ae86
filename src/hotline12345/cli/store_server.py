"""``store upgrade``, ``repair``, ``scrub`` (服务器存储的维护): what only a store on a database server needs."""

from __future__ import annotations

from typing import Any

import click

from .common import Speaking, answers, print_json, store_option
from .printing import print_csv, say

ON_SERVERS = ("postgresql", "mysql", "mariadb", "sql")


def _answer(form: str, body: dict[str, Any], text: str) -> None:
    if form == "json":
        print_json(body)
    elif form == "csv":
        print_csv(list(body), [list(body.values())])
    else:
        click.echo(text)


def _method(store: str, name: str) -> int:
    """Call what only some stores can do, and return what it says."""
    from ..core.errors import StoreError
    from ..stores import open_store

    opened = open_store(store, must_exist=True)
    try:
        work = getattr(opened, name, None)
        if work is None:
            raise StoreError(
                f"这种存储不需要 {name}",
                f"such a store needs no {name}",
                code="not-supported",
                hint="只用于数据库服务器上的存储（postgresql、mysql、mariadb）",
                hint_en="it is for stores on a database server (postgresql, mysql, mariadb)",
            )
        return int(work() or 0)
    finally:
        opened.close()


@click.command(
    "upgrade",
    cls=Speaking,
    short_help="建表或升级 · make or upgrade tables",
    help="在数据库服务器上建表，或把旧版本的表升级到本库的版本；升级前请备份。SQLite 打开时自动升级。\n"
    "--\n"
    "Make the tables on a database server, or bring an older version's up to date; back up before.  An SQLite store "
    "is upgraded when it is opened.",
)
@store_option
@answers("table", "json", "csv")
def upgrade(store: str, form: str) -> None:
    """Upgrade a store."""
    if store.partition(":")[0].partition("+")[0] in ON_SERVERS:
        from ..stores.sql import upgrade as upgraded

        before, after = upgraded(store)
    else:
        from ..stores import open_store

        open_store(store).close()
        before = after = ""
    if before == after:
        text = say("已是最新版本", "up to date already") + (f" ({after})" if after else "")
    else:
        text = say(f"已升级：{before or '空库'} → {after}", f"upgraded: {before or 'none'} → {after}")
    _answer(form, {"before": before, "after": after}, text)


@click.command(
    "repair",
    cls=Speaking,
    short_help="恢复到另一集群之后修复记录流 · mend the feed after a restore",
    help="PostgreSQL 导出后恢复到另一集群，事务号重新开始，记录流会读不到旧记录：重排位置，各读者的游标一并移动。\n"
    "doctor --store 和 store check 会指出。停止写入后执行。\n"
    "--\n"
    "A PostgreSQL dump restored to another cluster: transactions count anew and the feed would not give what is old.  "
    "Positions are given anew and every cursor moves along.  Run it while nobody writes.",
)
@store_option
@answers("table", "json", "csv")
def repair(store: str, form: str) -> None:
    """Repair a store."""
    moved = _method(store, "repair")
    _answer(form, {"records": moved}, say(f"重排了 {moved} 条记录", f"{moved} records were numbered anew"))


@click.command(
    "scrub",
    cls=Speaking,
    short_help="重写存放个人信息的表 · rewrite the tables with personal data",
    help="重写存放个人信息的五张表，使其文件里不留已遗忘的内容；期间这些表被锁住。日志与备份不在其内，见隐私页。\n"
    "--\n"
    "Write the five tables with personal data anew, so that their files hold nothing forgotten; they are locked "
    "meanwhile.  Logs and backups are beyond it: see the page on privacy.",
)
@store_option
@answers("table", "json", "csv")
def scrub(store: str, form: str) -> None:
    """Scrub a store."""
    _method(store, "scrub")
    _answer(form, {"scrubbed": True}, say("已重写", "rewritten"))
