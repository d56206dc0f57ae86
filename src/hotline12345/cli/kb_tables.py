"""``kb import``, ``export``, ``rules``, ``duplicates`` (导入导出、规则、查重)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, print_json
from .kb import based, read_file, show_faults
from .printing import half, note, print_csv, say, table

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..kb import KnowledgeBase


@click.command(
    "import",
    cls=Speaking,
    short_help="批量导入 CSV、Excel · import a table of articles",
    help="批量导入：列有 类目、标题、内容、发文单位、材料性质、关键字 等；好的行入库为草稿，坏的逐行说全。\n"
    "--\n"
    "Import a table: sound rows become drafts, every fault of the others is told with its line.",
)
@click.argument("file", type=click.Path())
@click.option("--sheet", default="", help="工作表 · sheet")
@click.option("--publish", is_flag=True, help="送审并发布：整库迁入时用，须是管理员 · publish at once, for an admin")
@click.option("--dry-run", is_flag=True, help="只校验，不入库 · check only")
@answers("table", "json")
@based(writes=True)
def import_(
    base: KnowledgeBase, by: Actor, at: Any, file: str, sheet: str, publish: bool, dry_run: bool, centre: str, form: str
) -> None:
    """Import a table of articles."""
    from ..kb.check import check_batch
    from ..kb.exchange import read_drafts
    from ..kb.kept import titles

    rows, faults = read_drafts(read_file(file), file, sheet)
    if dry_run:
        sound, more = check_batch(rows, base.rules, by, titles(base.shelf, centre), file)
        ids, made = [], len(sound)
    else:
        taken, more = base.add_many(rows, by, at, centre=centre, file=file)
        ids, made = [each.id for each in taken], len(taken)
        if publish:
            base.publish_many(ids, by, at)
    faults = sorted([*faults, *more], key=lambda fault: fault.line)
    if form == "json":
        lang = say("zh", "en")
        told = [{"line": fault.line, "code": fault.code, "message": fault.text(lang)} for fault in faults]
        print_json({"sound": made, "ids": ids, "faults": told})
        if faults:
            raise SystemExit(1)
        return
    done = say("合格", "sound") if dry_run else say("入库", "taken in")
    click.echo(f"{done} {made:,}" + (f"  {ids[0]}–{ids[-1]}" if ids else ""))
    show_faults(faults)


@click.command(
    "export",
    cls=Speaking,
    short_help="导出 CSV、Excel、JSON · export articles",
    help="导出身份可见的现行条目；--public 只导出公开的。CSV 带 BOM，公式样的内容不会被执行。\n"
    "--\n"
    "Export what is shown and you may see; --public exports what is public. Nothing becomes a formula in Excel.",
)
@click.option("--out", default="", type=click.Path(), help="写到文件，.csv、.xlsx 或 .json · write to a file")
@click.option("--public", is_flag=True, help="只导出公开的 · what is public only")
@answers("table", "csv", "json")
@based()
def export(base: KnowledgeBase, by: Actor, at: Any, out: str, public: bool, centre: str, form: str) -> None:
    """Export articles."""
    from ..core.actor import Actor as Somebody
    from ..kb import ArticleStatus
    from ..kb.exchange import table as made
    from ..kb.share import sees
    from ..report.tables import render

    who, rules = Somebody() if public else by, base.rules
    kept = [
        each
        for each in base.articles(status=ArticleStatus.PUBLISHED)
        if sees(each, rules, centre, who, at.date()) and (not public or each.draft.visibility.value == "public")
    ]
    if not out:
        click.echo(render(made(kept, form == "table"), form, say("zh", "en")))
        return
    _write(out, made(kept, not out.endswith(".json")))
    note(say(f"导出 {len(kept):,} 条到 {out}", f"{len(kept):,} articles written to {out}"))


def _write(path: str, rows: Any) -> None:
    from ..report.tables import render
    from ..report.workbook import workbook
    from .common import no_such_file

    lang = say("zh", "en")
    if path.endswith(".xlsx"):
        data = workbook(rows, lang)
    elif path.endswith(".json"):
        data = render(rows, "json", lang).encode()
    elif not path.endswith(".csv"):
        raise click.UsageError(
            say(f"{path} 应以 .csv、.xlsx 或 .json 结尾", f"{path} must end in .csv, .xlsx or .json")
        )
    else:
        data = (render(rows, "csv", lang, bom=True) + "\r\n").encode()
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise no_such_file(path, error) from error


@click.command(
    "rules",
    cls=Speaking,
    short_help="查看或设定本地规则 · show or set the place's rules",
    help="查看本地规则及依据；写明文件则设定（TOML，须是管理员）。\n"
    "--\n"
    "Show the rules with their basis; with a file, set them (TOML, as admin).",
)
@click.argument("file", type=click.Path(), required=False)
@answers("table", "json")
@based(writes=True)
def rules(base: KnowledgeBase, by: Actor, at: Any, file: str | None, centre: str, form: str) -> None:
    """Show or set the rules."""
    from ..kb.rules import MEANING

    if file is not None:
        try:
            text = read_file(file).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise click.UsageError(
                say(f"{file} 不是 UTF-8，请在编辑器里另存为 UTF-8", f"{file} is not UTF-8: save it as UTF-8")
            ) from error
        base.set_rules(text, by, file)
    found = base.rules
    if form == "json":
        values = {name: {"value": getattr(found, name), "basis": found.why(name)} for name in MEANING}
        print_json({**values, "categories": {path: list(units) for path, units in found.categories.items()}})
        return
    rows = [(name, say(*what), _shown(getattr(found, name)), half(found.why(name))) for name, what in MEANING.items()]
    click.echo(table(say("规则,含义,值,依据", "rule,meaning,value,basis").split(","), rows))
    click.echo(say(f"类目 {len(found.categories)} 个", f"{len(found.categories)} categories"))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    return "、".join(value) if isinstance(value, tuple) else str(value)


@click.command(
    "duplicates",
    cls=Speaking,
    short_help="查重 · articles that say the same",
    help="查重：已发布条目中内容相近的两两列出。有则退出码 1。\n--\nPairs of published articles that say the same.",
)
@answers("table", "json", "csv")
@based()
def duplicates(base: KnowledgeBase, by: Actor, at: Any, centre: str, form: str) -> None:
    """List pairs that are alike."""
    from ..kb.alike import duplicates as alike

    found = alike(base, centre=centre)
    if form == "json":
        print_json([pair._asdict() for pair in found])
    elif form == "csv":
        print_csv(("first", "second", "likeness"), found)
    elif found:
        click.echo(table(say("条目,条目,相似度", "first,second,likeness").split(","), found))
    else:
        click.echo(say("没有重复。", "None are alike."))
    if found:
        raise SystemExit(1)


COMMANDS = (import_, export, rules, duplicates)
