"""``route`` (查派单单位): which unit takes a category in an area, by which rule, and which rules did not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import lang_now
from .categories import note_unknown
from .common import Speaking, answers, edition_option, instant_of, now, pack_option, policy_of, print_json
from .printing import facts, half, print_csv, say

if TYPE_CHECKING:
    from ..core.policy import Policy
    from ..core.routing.grades import Route

COLUMNS = ("category", "area", "unit", "name", "rule", "basis")


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
@click.option("--on", "day", default="", help="哪一天的派单目录，默认今天 · the day of the catalogue")
@pack_option
@edition_option
@answers("table", "json", "csv")
def command(
    category: str, area: str, kind: str, text: str, title: str, day: str, pack_name: str, edition: str, form: str
) -> None:
    """Route."""
    from ..core.calendar import local
    from ..core.request import Kind

    if not (category or area or text or title):
        raise click.UsageError(say("请写明 --category、--area 或 --text", "give --category, --area or --text"))
    policy = policy_of(pack_name, edition, need=("routes", "rules"))
    if not category and policy.rules is not None and (text or title):
        from ..core.classify import classify

        category = classify(policy.rules, title, text).category
    if policy.routes is None:
        raise _no_catalogue(policy)
    routes = policy.routes.on(local(instant_of(day) if day else now()).date())
    found = routes.route(category, area, Kind.parse(kind) if kind else None)
    explained = routes.explain(category, area, lang_now())
    told = _json(policy, found, category, area)
    note_unknown(policy, category)
    if form == "json":
        print_json({**told, "explained": list(explained)})
    elif form == "csv":
        print_csv(COLUMNS, [[told[key] for key in COLUMNS]])
    else:
        _show(policy, told, explained)


def _no_catalogue(policy: Policy) -> Exception:
    from ..core.errors import RequestError

    return RequestError(
        f"政策包 {policy.pack} 没有派单目录",
        f"pack {policy.pack} has no dispatch catalogue",
        code="no-catalogue",
        hint="用有单位表的政策包，如 shenyang、anhui、liaoyuan",
        hint_en="use a pack with units, such as shenyang, anhui or liaoyuan",
    )


def _json(policy: Policy, found: Route, category: str, area: str) -> dict[str, Any]:
    return {
        "unit": found.unit,
        "name": policy.unit_name(found.unit),
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


def _show(policy: Policy, told: dict[str, Any], explained: tuple[str, ...]) -> None:
    def names(codes: list[str], between: str) -> str:
        return between.join(say(policy.unit_name(code), code) for code in codes)

    comma = say("、", ", ")
    click.echo(
        facts(
            [
                (say("类别", "category"), told["category"] or say("（未写明）", "(none)")),
                (say("单位", "unit"), say(f"{told['name']}（{told['unit']}）", told["unit"])),
                (say("规则", "rule"), told["rule"]),
                (say("协办", "assist"), names(told["assist"], comma)),
                (say("抄送", "copies"), names(told["copies"], comma)),
                (say("路径", "path"), names(told["path"], " → ")),
                (say("依据", "basis"), half(told["basis"])),
            ]
        )
    )
    # The last two lines are the path and the basis, which stand above.
    click.echo("\n" + say("逐条规则", "Rules tried") + "\n" + "\n".join(explained[:-2]))
