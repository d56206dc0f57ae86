"""``pack`` (政策包): make one, list them, show what one says, and check that it means it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import PluginError
from . import lang_now
from .adopting import adopt_edition
from .common import Speaking, SpeakingGroup, answers, edition_option, pack_of, print_json, unknown_pack
from .diff import diff
from .matrix import limit_json, limit_row, matrix
from .printing import facts, half, iso, note, print_csv, say, table
from .proof import cover, mutate, test
from .sealing import seal

if TYPE_CHECKING:
    from ..core.errors import Fault
    from ..core.policy import Pack, Policy, Rung
    from ..core.policy.differences import Change


@click.group(
    "pack", cls=SpeakingGroup, help="政策包：一地的办法，写成文件。\n--\nPolicy packs: a place's rules as files."
)
def command() -> None:
    """Hold the pack commands."""


# ── new ──


@command.command(
    "new",
    cls=Speaking,
    short_help="新建政策包骨架 · write the skeleton of a pack",
    help="新建政策包：写出带注释的骨架，检查即可通过，再逐项改成本地的规定。\n"
    "--\n"
    "Write the skeleton of a pack, commented; it passes the check and waits to be filled in.",
)
@click.argument("name")
@click.option("--title", default="", help="标题，如 ××市12345热线 · title")
@click.option("--place", default="000000", show_default=True, help="行政区划代码 · division code")
@click.option("--extends", default="cn", show_default=True, help="上级政策包 · parent pack")
@click.option("--in", "folder", default=".", show_default=True, help="建在哪个目录下 · in which folder")
@answers("table", "json")
def new(name: str, title: str, place: str, extends: str, folder: str, form: str) -> None:
    """Make a pack."""
    from ..packs import new_pack

    made = new_pack(folder, name, title or name, extends, place)
    if form == "json":
        print_json({"path": str(made)})
    else:
        click.echo(say(f"已建 {made}", f"made {made}"))
        click.echo(say(f"检查：hotline12345 pack check {made}", f"check it: hotline12345 pack check {made}"))


# ── list ──


@command.command(
    "list",
    cls=Speaking,
    short_help="列出政策包 · list the packs there are",
    help="列出政策包：内置的，以及已安装插件带来的。\n--\nList packs: built in, and of installed plug-ins.",
)
@answers("table", "json", "csv")
def list_(form: str) -> None:
    """List packs."""
    from ..core.errors import HotlineError
    from ..packs import pack_names

    rows: list[dict[str, Any]] = []
    broken = False
    for name in pack_names():
        try:
            pack = pack_of(name, need=())
        except HotlineError as error:
            broken = True
            rows.append({"name": name, "place": "", "title": error.message(lang_now()), "editions": [], "provides": []})
            continue
        editions = [policy.edition for policy in pack.editions]
        provides = list(pack.newest.provides)
        rows.append(
            {"name": name, "place": pack.place, "title": pack.title, "editions": editions, "provides": provides}
        )
    if form == "json":
        print_json(rows)
    else:
        lines = [(r["name"], r["place"], " ".join(r["editions"]), " ".join(r["provides"]), r["title"]) for r in rows]
        if form == "csv":
            print_csv(("name", "place", "editions", "provides", "title"), lines)
        else:
            click.echo(table(say("名称,区划,版本,内容,标题", "name,place,editions,provides,title").split(","), lines))
    if broken:
        click.get_current_context().exit(1)


# ── show ──


@command.command(
    "show",
    cls=Speaking,
    short_help="查看政策包的规定与依据 · what a pack says, and by which article",
    help="查看政策包：时限、受理范围、督办和其余各项规定，各有依据。--units 列出单位，--limits 列出时限总表。\n"
    "--\n"
    "Show what a pack says: limits, scope, ladder and its other rules, with their basis; --units lists the\n"
    "units, --limits the matrix.",
)
@click.argument("name")
@edition_option
@click.option("--units", is_flag=True, help="列出单位 · list the units")
@click.option("--limits", is_flag=True, help="时限总表，逐项列出依据 · the limits as a matrix, with articles")
@answers("table", "json", "csv")
def show(name: str, edition: str, units: bool, limits: bool, form: str) -> None:
    """Show a pack."""
    pack = pack_of(name, need=None if form == "json" or units else ("routes", "scoring"))
    policy = pack.edition(edition) if edition else pack.newest
    if form == "json":
        print_json(pack_json(pack, policy, units))
    elif units:
        _units(policy, form)
    elif limits and form == "table":
        click.echo(matrix(policy))
    elif form == "csv":
        columns = tuple(limit_json(policy.limits[0])) if policy.limits else ("stage", "limit", "basis")
        print_csv(columns, [[row[key] for key in columns] for row in map(limit_json, policy.limits)])
    else:
        _show(pack, policy)


def pack_json(pack: Pack, policy: Policy, units: bool) -> dict[str, Any]:
    """Return what an edition says as JSON."""
    told: dict[str, Any] = {
        "name": pack.name,
        "place": pack.place,
        "title": policy.title,
        "editions": [
            {"edition": p.edition, "effective": iso(p.effective), "effective_basis": p.effective_basis}
            for p in pack.editions
        ],
        "edition": policy.edition,
        "parents": list(policy.parents),
        "provides": list(policy.provides),
        "sources": list(policy.sources),
        "digest": policy.digest,
        "calendar": {"digest": policy.calendar.digest, "known_until": iso(policy.calendar.known_until)},
        "limits": [limit_json(rule) for rule in policy.limits],
        "scope": [
            {"code": s.code, "disposition": s.disposition, "to": s.to, "told": s.told, "basis": s.basis}
            for s in policy.scope
        ],
        "ladder": [
            {
                "code": r.code,
                "name": r.zh,
                "after": "at-once" if r.at_once else str(r.after) if r.after is not None else None,
                "trigger": r.key,
                "since": r.since,
                "owner": r.owner,
                "paper": r.paper.code if r.paper is not None else "",
                "basis": r.basis,
            }
            for r in policy.ladder
        ],
        "settings": [_setting(one) for one in _others(policy)],
        "categories": [category.name for category in policy.rules.categories] if policy.rules is not None else [],
        "units_count": len(policy.routes.units) if policy.routes is not None else 0,
    }
    if units and policy.routes is not None:
        told["units"] = [_unit(unit) for unit in policy.routes.units]
    return told


def _others(policy: Policy) -> list[Change]:
    """Return what an edition says besides what is shown in tables of its own."""
    from ..core.policy.differences import settings

    return [one for one in settings(policy) if one.table not in ("limit", "scope", "rung", "provides")]


def _setting(one: Change) -> dict[str, str]:
    return {
        "table": one.table,
        "what": one.what,
        "key": one.key if one.key != "basis" else "",
        "value": one.new,
        "basis": one.new_basis,
    }


def _unit(unit: Any) -> dict[str, str]:
    return {"code": unit.code, "name": unit.name, "grade": unit.grade.value, "parent": unit.parent, "area": unit.area}


def _units(policy: Policy, form: str) -> None:
    rows = [tuple(_unit(unit).values()) for unit in policy.routes.units] if policy.routes is not None else []
    if form == "csv":
        print_csv(("code", "name", "grade", "parent", "area"), rows)
    else:
        click.echo(table(say("代码,名称,层级,上级,区划", "code,name,grade,parent,area").split(","), rows))


def _show(pack: Pack, policy: Policy) -> None:
    click.echo(
        facts(
            [
                (say("政策包", "pack"), f"{pack.name} {half(policy.title)}"),
                (say("区划", "place"), pack.place),
                (say("版本", "edition"), policy.edition),
                (say("生效", "effective"), f"{_in_force(policy)} {half(policy.effective_basis)}".strip()),
                (say("各版本", "editions"), " ".join(p.edition for p in pack.editions)),
                (say("上级", "parents"), " → ".join(policy.parents)),
                (say("内容", "provides"), " ".join(policy.provides)),
                (say("出处", "sources"), say("；", "; ").join(half(source) for source in policy.sources)),
                (say("单位", "units"), str(len(policy.routes.units)) if policy.routes is not None else ""),
                (say("放假安排已知至", "holidays known until"), str(policy.calendar.known_until)),
            ]
        )
    )
    rows = [limit_row(rule) for rule in policy.limits]
    click.echo("\n" + say("时限", "Limits"))
    click.echo(table(say("环节,适用,时限,起算,依据", "stage,for,limit,start,basis").split(","), rows))
    if policy.scope:
        click.echo("\n" + say("诉求分类处理", "What is not handled as an order"))
        lines = [(s.code, s.disposition, s.to, half(s.basis)) for s in policy.scope]
        click.echo(table(say("代码,处置,去处,依据", "code,disposition,to,basis").split(","), lines))
    if policy.ladder:
        click.echo("\n" + say("督办阶梯", "The ladder"))
        heads = say("代码,名称,情形,何时,文书,责任方,依据", "code,name,trigger,when,paper,owner,basis").split(",")
        click.echo(table(heads, [_rung(policy, rung) for rung in policy.ladder]))
    if others := _others(policy):
        click.echo("\n" + say("其余规定", "Other rules"))
        rows = [(*list(_setting(one).values())[:-1], half(one.new_basis)) for one in others]
        click.echo(table(say("表,对象,键,值,依据", "table,what,key,value,basis").split(","), rows))


def _in_force(policy: Policy) -> str:
    if policy.effective is None and policy.seen is not None:
        first, last = policy.seen
        return say(f"不详，见行于 {first} 至 {last}", f"unknown, seen in force from {first} to {last}")
    return str(policy.effective or say("不详", "unknown"))


def _rung(policy: Policy, rung: Rung) -> tuple[str, ...]:
    from ..core.policy import TRIGGERS

    if rung.by_hand:
        after = say("人工", "by hand")
    elif rung.after is None:
        after = say("即时", "at once")
    else:
        after = say(f"第 {rung.after.zh}" if rung.on_day else f"满 {rung.after.zh}", rung.after.en)
        after += say("（自上一级）", " (from the rung before)") if rung.since == "rung" else ""
    what = say(TRIGGERS[rung.trigger], rung.trigger) + (f" {rung.count}" if rung.count > 1 else "")
    paper = say(rung.paper.title, rung.paper.code) if rung.paper is not None else ""
    return rung.code, rung.zh, what, after, paper, policy.parties.get(rung.owner, rung.owner), half(rung.basis)


# ── check ──


@command.command(
    "check",
    cls=Speaking,
    short_help="检查政策包：形状、含义、用例 · check shape, meaning and cases",
    help="检查政策包：一次列出全部问题，各带文件与行号。有错误退出码 1，只有警告为 0。\n"
    "--\n"
    "Check packs: every fault at once with file and line.  Exit 1 on errors, 0 when there are warnings alone.",
)
@click.argument("names", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="警告也算错误 · warnings count as errors")
@answers("table", "json", "csv")
def check(names: tuple[str, ...], strict: bool, form: str) -> None:
    """Check packs."""
    lang = lang_now()
    rows = [{"pack": name, **fault_json(fault, lang)} for name in names for fault in _checked(name)]
    errors = sum(row["severity"] == "error" for row in rows)
    warnings = sum(row["severity"] == "warning" for row in rows)
    if form == "json":
        print_json({"packs": list(names), "errors": errors, "warnings": warnings, "faults": rows})
    elif form == "csv":
        columns = ("pack", "severity", "code", "file", "line", "table", "key", "message", "hint")
        print_csv(columns, [[row[key] for key in columns] for row in rows])
    else:
        words = {"error": ("错误", "error"), "warning": ("警告", "warning"), "note": ("说明", "note")}
        for row in rows:
            click.echo(f"{say(*words[row['severity']])}: {row['text']}")
        note(
            say(
                f"{'、'.join(names)}：错误 {errors}，警告 {warnings}",
                f"{', '.join(names)}: {errors} errors, {warnings} warnings",
            )
        )
    if errors or (strict and warnings):
        click.get_current_context().exit(1)


def _checked(name: str) -> Iterable[Fault]:
    from ..packs import check_pack

    try:
        return check_pack(name)
    except PluginError as error:
        raise unknown_pack(name, error) from error


def fault_json(fault: Fault, lang: str) -> dict[str, Any]:
    """Return a fault as JSON."""
    return {
        "severity": fault.severity,
        "code": fault.code,
        "file": fault.file,
        "line": fault.line,
        "table": fault.table,
        "key": fault.key,
        "message": fault.zh if lang == "zh" else fault.en,
        "hint": fault.hint,
        "text": fault.text(lang),
    }


command.add_command(diff)
command.add_command(seal)
command.add_command(adopt_edition)
command.add_command(test)
command.add_command(cover)
command.add_command(mutate)
