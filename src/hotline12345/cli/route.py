"""``route`` (查派单单位): which unit takes a category in an area, by which rule, and which rules did not hold."""

from __future__ import annotations

import click

from . import lang_now
from .common import Speaking, answers, edition_option, pack_option, policy_of, print_json
from .printing import facts, half, print_csv, say


@click.command(
    "route",
    cls=Speaking,
    help="查类别 × 区划派给哪个单位，依据哪条规则。\n--\nWhich unit takes a category in an area, and by which rule.",
)
@click.option("--category", default="", help="类别，如 城乡建设/供水 · category path")
@click.option("--area", default="", help="区划代码，如 210102 · division code")
@click.option("--kind", default="", help="诉求类型 · kind")
@click.option("--text", default="", help="给内容，先归类再派单 · a text to classify first")
@click.option("--title", default="", help="标题，与 --text 同用 · title, with --text")
@pack_option
@edition_option
@answers("table", "json", "csv")
def command(
    category: str, area: str, kind: str, text: str, title: str, pack_name: str, edition: str, form: str
) -> None:
    """Route."""
    from ..core.errors import RequestError
    from ..core.request import Kind

    if not (category or area or text or title):
        raise click.UsageError(say("请写明 --category、--area 或 --text", "give --category, --area or --text"))
    policy = policy_of(pack_name, edition, need=("routes", "rules") if text or title else ("routes",))
    if not category and policy.rules is not None and (text or title):
        from ..core.classify import classify

        category = classify(policy.rules, title, text).category
    graph = policy.routes
    if graph is None:
        raise RequestError(
            f"政策包 {policy.pack} 没有派单目录",
            f"pack {policy.pack} has no dispatch catalogue",
            code="no-catalogue",
            hint="用有单位表的政策包，如 shenyang、anhui、liaoyuan",
            hint_en="use a pack with units, such as shenyang, anhui or liaoyuan",
        )
    found = graph.route(category, area, Kind.parse(kind) if kind else None)
    names = {code: policy.unit_name(code) for code in (*found.path, *found.assist, *found.copies, found.unit)}
    told = {
        "unit": found.unit,
        "name": names[found.unit],
        "rule": found.rule,
        "basis": found.basis,
        "path": list(found.path),
        "assist": list(found.assist),
        "copies": list(found.copies),
        "claim_category": found.claim_category,
        "claim_area": found.claim_area,
        "category": category,
        "area": area,
        "pack": policy.pack,
        "edition": policy.edition,
    }
    if form == "json":
        print_json({**told, "explained": list(graph.explain(category, area, lang_now()))})
    elif form == "csv":
        columns = ("category", "area", "unit", "name", "rule", "basis")
        print_csv(columns, [[told[key] for key in columns]])
    else:
        comma = say("、", ", ")
        click.echo(
            facts(
                [
                    (say("类别", "category"), category or say("（未写明）", "(none)")),
                    (say("单位", "unit"), say(f"{names[found.unit]}（{found.unit}）", found.unit)),
                    (say("规则", "rule"), found.rule),
                    (say("协办", "assist"), comma.join(say(names[code], code) for code in found.assist)),
                    (say("抄送", "copies"), comma.join(say(names[code], code) for code in found.copies)),
                    (say("路径", "path"), " → ".join(say(names[code], code) for code in found.path)),
                    (say("依据", "basis"), half(found.basis)),
                ]
            )
        )
        tried = graph.explain(category, area, lang_now())[:-2]
        click.echo("\n" + say("逐条规则", "Rules tried") + "\n" + "\n".join(tried))
