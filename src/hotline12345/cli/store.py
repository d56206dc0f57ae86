"""``store`` (存储): a whole store into a file and back, backups, checks, heads made anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import store_server
from .common import Speaking, SpeakingGroup, answers, lang_of, print_json, store_option
from .printing import note, print_csv, say, table

if TYPE_CHECKING:
    from ..core.errors import Fault, StoreError
    from ..stores.port import Store
    from ..transfer import Row


@click.group(
    "store",
    cls=SpeakingGroup,
    help="存储的维护：导出、导入、备份、检查、重建索引；服务器存储的升级、修复、清理。\n"
    "--\n"
    "Export, import, back up and check a store; make its heads anew; upgrade, repair and scrub one on a server.",
)
def command() -> None:
    """Look after a store."""


command.add_command(store_server.upgrade)
command.add_command(store_server.repair)
command.add_command(store_server.scrub)


@contextmanager
def _opened(url: str, *, must_exist: bool = True) -> Iterator[Store]:
    from ..stores import open_store

    store = open_store(url, must_exist=must_exist)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _opened_or_half(url: str) -> Iterator[Store]:
    """Open a store to import into: a new one, or one whose import was cut short."""
    from ..core.errors import StoreError
    from ..stores import open_store

    try:
        store = open_store(url)
    except StoreError as error:
        if error.code != "import-unfinished":
            raise
        store = open_store(url, unfinished=True)
        note(say("上次的导入中断了，接着做完", "the last import was cut short: it is gone on with"))
    try:
        yield store
    finally:
        store.close()


def _answer(form: str, body: dict[str, Any], text: str) -> None:
    if form == "json":
        print_json(body)
    elif form == "csv":
        print_csv(list(body), [list(body.values())])
    else:
        click.echo(text)


@command.command(
    "export",
    cls=Speaking,
    short_help="导出整个存储 · export a whole store",
    help="把整个存储写入文件：.ndjson、.ndjson.gz，或 .parquet（需可选组件 parquet）。\n"
    "含隐私记录，文件只有本人可读；已遗忘的不在其中。\n"
    "--\n"
    "Write the whole store to .ndjson, .ndjson.gz or .parquet (extra parquet).  Private records are in it; what was "
    "forgotten is not.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-private", is_flag=True, help="不含隐私记录和盲索引 · without private records and blind indexes")
@click.option(
    "--skip-broken",
    "skipped",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    metavar="FILE",
    help="导不出的工单略去，列在这个文件里（有略去的退出码 1） · leave out orders that cannot be exported "
    "and list them in FILE (exit 1 with any)",
)
@store_option
@answers("table", "json", "csv")
def export(file: Path, no_private: bool, skipped: Path | None, store: str, form: str) -> None:
    """Export a store."""
    from ..transfer import broken
    from ..transfer import export as rows
    from ..transfer.files import refuse_existing, write, write_left_out

    last: list[Row] = []

    def watched(source: Iterator[Row]) -> Iterator[Row]:
        for row in source:
            last[:] = [row]
            yield row

    with _opened(store) as opened:
        left = []
        if skipped is not None:
            refuse_existing(file)
            left = broken(opened)
            write_left_out(skipped, left)
        without = {each.facts["order"] for each in left}
        write(file, watched(rows(opened, private=not no_private, without=without)))
    _told(form, last[0])
    if left:
        note(
            say(
                f"略去 {len(left)} 张导不出的工单，见 {skipped}",
                f"{len(left)} orders that cannot be exported were left out: see {skipped}",
            )
        )
        sys.exit(1)


def _told(form: str, row: Row) -> None:
    import json

    found = json.loads(row.more)
    _answer(form, found, _summary(found))


def _summary(found: dict[str, Any]) -> str:
    return say(
        f"工单 {found['orders']} 张，记录 {found['records']} 条，隐私记录 {found['private']} 条，"
        f"摘要 {found['digest']}",
        f"{found['orders']} orders, {found['records']} records, {found['private']} private records, "
        f"digest {found['digest']}",
    )


@command.command(
    "import",
    cls=Speaking,
    short_help="导入到新的存储 · import into a new store",
    help="把导出文件导入一个空的存储（任何一种）：先核对数目、摘要和校验链，导入后再读回比对。"
    "中途断了的，用同一个文件再执行一次，从断处接着做完。\n"
    "--\n"
    "Put an export into an empty store of any kind: counts, digest and chains are checked before, the new store "
    "after.  One that was cut short is gone on with by the same command again.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@store_option
@answers("table", "json", "csv")
def import_(file: Path, store: str, form: str) -> None:
    """Import a store."""
    import json

    from ..transfer import check, import_rows
    from ..transfer.files import read

    sound = check(read(file))  # what is no whole export makes no store
    left = json.loads(next(iter(read(file))).more).get("left_out", 0)
    with _opened_or_half(store) as opened:
        found = import_rows(opened, lambda: read(file), sound)._asdict()
    _answer(form, found, _summary(found))
    if left:
        note(
            say(
                f"导出时略去了 {left} 张导不出的工单，不在其中",
                f"{left} orders that could not be exported were left out of this export",
            )
        )
    note(
        say(
            "密钥文件（.key）不在导出文件里，请一并带过去，否则无法按诉求人和词查找",
            "the key file (.key) is not in the export: take it along, or nobody is found by person or words",
        )
    )


@command.command(
    "backup",
    cls=Speaking,
    short_help="运行中备份 · back up while it runs",
    help="把存储此刻的样子复制成一个新文件，写入照常进行（SQLite）。此后才遗忘的人仍在备份里。\n"
    "--\n"
    "Copy an SQLite store as it stands now, while others go on writing.  Who is forgotten later is still in the copy.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@store_option
@answers("table", "json", "csv")
def backup(file: Path, store: str, form: str) -> None:
    """Back a store up."""
    with _opened(store) as opened:
        copy = getattr(opened, "backup", None)
        if copy is None:
            raise _cannot("备份", "back up", "用数据库自己的备份工具", "use your database's own tools")
        copy(file)
    size = file.stat().st_size
    _answer(form, {"file": str(file), "bytes": size}, say(f"已备份：{file}（{size} 字节）", f"{file}: {size} bytes"))
    note(say("密钥文件（.key）请另行备份，不要放在一起", "back the key file (.key) up as well, and keep it apart"))


def _cannot(zh: str, en: str, hint: str, hint_en: str) -> StoreError:
    from ..core.errors import StoreError

    return StoreError(
        f"这种存储不能由本库{zh}",
        f"this library cannot {en} such a store",
        code="not-supported",
        hint=hint,
        hint_en=hint_en,
    )


@command.command(
    "check",
    cls=Speaking,
    short_help="完整性检查 · check integrity",
    help="检查文件是否损坏，工单索引、席位、词索引与记录是否相符；有发现退出码 1。\n"
    "要查有没有人改过记录，用 audit verify。\n"
    "--\n"
    "Is the file damaged, do heads, desks and words agree with the records?  Exit 1 with findings.  Whether somebody "
    "altered records is told by audit verify.",
)
@store_option
@answers("table", "json", "csv")
def check(store: str, form: str) -> None:
    """Check a store."""
    with _opened(store) as opened:
        found: list[Fault] = getattr(opened, "check", list)()
    lang = lang_of(None)
    rows = [(fault.code, fault.zh if lang == "zh" else fault.en) for fault in found]
    note(
        say(
            "没有核对校验链：记录有没有被人改过，用 audit verify",
            "the chain was not gone by: whether somebody altered records, audit verify tells",
        )
    )
    _findings(form, ("code", "text"), say("代码,发现", "code,finding"), rows)


def _findings(
    form: str, names: tuple[str, ...], titles: str, rows: Sequence[tuple[str, ...]], fail: bool = True
) -> None:
    if form == "json":
        print_json({"findings": [dict(zip(names, row, strict=True)) for row in rows]})
    elif form == "csv":
        print_csv(names, rows)
    else:
        if rows:
            click.echo(table(titles.split(","), rows))
        click.echo(say(f"发现 {len(rows)} 处", f"{len(rows)} findings"))
    if rows and fail:
        sys.exit(1)


@command.command(
    "rebuild",
    cls=Speaking,
    short_help="由记录重建索引 · heads from the log",
    help="由事件和隐私记录重算每张工单的索引、席位和词索引，放回存储并列出改正了什么；"
    "读不了的工单逐一列出（退出码 4），其余照常重建；\n"
    "--check 只比对，有差异退出码 1。\n"
    "--\n"
    "Count heads, desks and words anew from events and private records, put them in place and list what was wrong; "
    "orders that cannot be read are named one by one (exit 4), and all others rebuilt; with --check only compare, "
    "exit 1 on differences.",
)
@click.option("--check", "only", is_flag=True, help="只比对，不写入 · compare only")
@store_option
@answers("table", "json", "csv")
def rebuild(only: bool, store: str, form: str) -> None:
    """Make heads anew."""
    from ..core.errors import StoreError
    from ..rebuild import differences
    from ..rebuild import rebuild as mend

    found: list[tuple[str, ...]] = []
    trouble: StoreError | None = None
    with _opened(store) as opened:
        try:
            for each in (differences if only else mend)(opened):
                found.append((each.place, each.number, " ".join(each.fields)))
        except StoreError as error:
            if error.code != "orders-unreadable":
                raise
            trouble = error
    titles = say("地方,编号,不符的字段", "place,number,fields that differ")
    _findings(form, ("place", "number", "fields"), titles, found, only and trouble is None)
    if trouble is not None:
        raise trouble
