"""``explain`` (说明工单): why an order stands as it stands — deadlines, route, classification, commands, points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .common import (
    Speaking,
    answers,
    hotline_of,
    instant_of,
    now,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .judging import judged_json, judged_line
from .printing import day_of, facts, half, iso, say, table, when

if TYPE_CHECKING:
    from ..core.errors import HotlineError
    from ..core.refs import Finding
    from ..explain import ClassificationTold, CommandTold, DeadlineTold, DisposalTold, Explained, PointTold, RouteTold
    from .story import Story

NOT_NOW = "not-possible-now"


@click.command(
    "explain",
    cls=Speaking,
    help="说明一张工单：期限逐日怎么数，派单逐条试了哪些规则，归类命中了什么，现在谁可以做什么、其余为什么不行，\n"
    "考核哪里失分。每项写明依据，都由算出结果的同一段程序说出。\n"
    "--\n"
    "Explain an order: its deadlines day by day, its route rule by rule, what classified it, what may be done now and\n"
    "why not the rest, where it loses points; each with its article, from the code that computed it.",
)
@click.argument("number")
@click.option("--as", "actor", default="", help="只问谁可以做什么：角色@单位/人员 · whose commands are asked about")
@click.option("--at", "moment", default="", help="什么时候，默认此刻 · at which instant, by default now")
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json")
def command(
    number: str,
    actor: str,
    moment: str,
    store: str,
    pack_name: str,
    place: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Explain an order."""
    from ..core.actor import Actor
    from ..explain import explain
    from .story import Story

    who = Actor.parse(actor) if actor else None
    hotline = hotline_of(
        pack_name, store, place, must_exist=True, number=number, reads=True, overlays=overlays_of(overlay_files)
    )
    told = explain(hotline, number, at=instant_of(moment) if moment else now(), by=who)
    if form == "json":
        print_json(as_json(told))
    else:
        _show(told, Story(told.policy))


# ── JSON ──


def as_json(told: Explained) -> dict[str, Any]:
    """Return everything that is told, in the language of the command line."""
    return {
        "number": told.order.number,
        "status": told.order.status.value,
        "pack": told.policy.pack,
        "edition": told.policy.edition,
        "deadlines": [deadline_told(one) for one in told.deadlines],
        "disposals": [_disposal(one) for one in told.disposals],
        "routes": [_route(one) for one in told.routes],
        "classifications": [_classification(one) for one in told.classifications],
        "commands": [_command(one) for one in told.commands],
        "points": [_point(one) for one in told.points],
    }


def deadline_told(one: DeadlineTold) -> dict[str, Any]:
    """Return one deadline as JSON."""
    from .show import deadline_json

    return {
        "clock": one.clock,
        "stage": one.stage.value,
        "unit": one.unit,
        "running": one.running,
        **deadline_json(one.deadline),
        "counted": rows_of(one),
        "recount": deadline_json(one.recount) if one.recount is not None else None,
        "moves": [
            {"at": iso(move.at), "reason": move.reason, "source": move.source, "due_day": iso(move.deadline.due_day)}
            for move in one.moves
        ],
    }


def rows_of(one: DeadlineTold) -> list[dict[str, Any]]:
    """Return the count day by day."""
    return [{"day": iso(c.day), "counts": c.counts, "why": say(c.why, c.why_en)} for c in one.counted]


def _route(one: RouteTold) -> dict[str, Any]:
    return {
        "at": iso(one.at),
        "assignment": one.assignment,
        "unit": one.unit,
        "rule": one.rule,
        "basis": one.basis,
        "path": list(one.path),
        "category": one.category,
        "area": one.area,
        "tried": list((say("zh", "en") == "zh" and one.tried_zh) or one.tried_en),
        "by_rule": one.by_rule or None,
    }


def _classification(one: ClassificationTold) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "kind_from": one.kind_from,
        "category": one.category,
        "category_from": one.category_from,
        "area": one.area,
        "urgency": one.urgency.value,
        "confidence": round(one.confidence, 6),
        "needs_person": one.needs_person,
        "judged": judged_json(one.judged),
        "hits": [
            {
                "rule": hit.rule,
                "field": hit.field,
                "start": hit.start,
                "end": hit.end,
                "negated": hit.negated,
                "weight": hit.weight,
                "speaks_for": hit.speaks_for,
            }
            for hit in one.hits
        ],
        "findings": _findings(one.findings),
    }


def _command(one: CommandTold) -> dict[str, Any]:
    return {
        "command": one.command,
        "name": say(one.zh, one.command),
        "allowed": one.allowed,
        "roles": list(one.roles),
        "needs": _error(one.needs),
        "refusal": _error(one.refusal),
    }


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [{"code": f.code, "target": f.target, "basis": f.basis} for f in findings]


def _disposal(one: DisposalTold) -> dict[str, Any]:
    return {
        "event": type(one.event).__name__,
        "at": iso(one.event.at),
        "reason": one.reason,
        "to": one.to,
        "basis": one.basis,
        "findings": _findings(one.findings),
        "judged": judged_json(getattr(one.event, "judged", None)),
    }


def _error(error: HotlineError | None) -> dict[str, str] | None:
    return None if error is None else error.as_dict(say("zh", "en"))


def _point(one: PointTold) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "name": say(one.zh, one.en),
        "counts": one.counts,
        "why": say(one.why_zh, one.why_en),
        "points": str(one.points),
        "lost": str(one.lost.points) if one.lost is not None else None,
        "sum": say(one.lost.zh, one.lost.en) if one.lost is not None else None,
        "basis": one.basis,
    }


# ── for people ──


def _show(told: Explained, story: Story) -> None:
    order = told.order
    click.echo(
        facts(
            [
                (say("工单", "order"), order.number),
                (say("状态", "status"), say(order.status.zh, order.status.value)),
                (say("持单", "holder"), story.unit(order.holder) if order.is_open else ""),
                (say("办法", "rules"), f"{told.policy.pack} {told.policy.edition}"),
            ]
        )
    )
    show_deadlines(told.deadlines, story)
    show_classifications(told.classifications)
    _show_disposals(told.disposals, story)
    show_routes(told.routes, story)
    _show_commands(told.commands)
    _show_points(told.points)


def show_deadlines(deadlines: tuple[DeadlineTold, ...], story: Story) -> None:
    """Print each deadline and its count; one count serves the clocks that share it."""
    shown: list[Any] = []
    for one in deadlines:
        stage = say(one.stage.zh, one.stage.value)
        whose = say("群众时限", "the citizen's deadline")
        unit = f" {story.unit(one.unit)}" if one.unit else ""
        title = whose if one.clock == "citizen" else f"{one.clock}{unit} {stage}"
        stopped = "" if one.running else say("（已停）", " (stopped)")
        click.echo(f"\n{title}{stopped}{say('：', ': ')}{story.due(one.deadline)}")
        for move in one.moves:
            click.echo(f"  {when(move.at)} {story.tell(move)}")
        if one.recount is not None:
            # Whoever loads the notice with --overlay sees the count that was made under it.
            zh = "（以记录的期限为准：它另经变更，或按另一份放假安排算定；下面按此刻加载的日历重数）"
            en = "(the deadline on record holds: it was moved since, or set under other notices; this is a recount)"
            click.echo(say(zh, en))
        if one.counted and one.counted not in shown:  # the unit's clock mostly runs with the citizen's
            shown.append(one.counted)
            click.echo(table(say("日期,第几,说明", "day,count,why").split(","), _counted(one)))


def _counted(one: DeadlineTold) -> Iterator[tuple[str, str, str]]:
    total: float = 0
    for day in one.counted:
        total += day.counts
        yield day_of(day.day), f"{total:g}" if day.counts else "—", say(day.why, day.why_en)


def show_classifications(classifications: tuple[ClassificationTold, ...]) -> None:
    """Print what classified the order: rules and positions, no words."""
    for one in classifications:
        what = f"{say(one.kind.zh, one.kind.value)} {one.category}".strip()
        sure = say(f"{what}（把握 {one.confidence:.0%}）", f"{what} (confidence {one.confidence:.0%})")
        click.echo("\n" + say("归类：", "Classified as: ") + sure)
        if one.hits:
            negated = say("已否定", "negated")
            rows = [
                (
                    hit.rule,
                    hit.field,
                    f"{hit.start}–{hit.end}",
                    f"{hit.weight:g}" if hit.weight is not None else "—",
                    hit.speaks_for,
                    negated if hit.negated else "",
                )
                for hit in one.hits
            ]
            zh, en = "归类命中（规则与位置，不含原文）", "What classified it (rules and positions, no words)"
            click.echo(say(zh, en))
            click.echo(table(say("规则,所在,位置,权重,指向,说明", "rule,in,where,weight,for,note").split(","), rows))
        elif one.category_from != "model":
            click.echo(say("  由人写明或按默认，没有规则命中", "  given by a person or by default; no rule hit"))
        if one.judged is not None:
            click.echo(f"  {judged_line(one.judged)}")
        _show_findings(one.findings)


def _show_disposals(disposals: tuple[DisposalTold, ...], story: Story) -> None:
    for one in disposals:
        click.echo("\n" + say("处置：", "Disposed of: ") + f"{story.tell(one.event)}  {when(one.event.at)}")
        _show_findings(one.findings)
        judged = getattr(one.event, "judged", None)
        if judged is not None:
            click.echo(f"  {judged_line(judged)}")


def _show_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        click.echo(f"  {finding.code} {finding.target} {half(finding.basis)}".rstrip())


def show_routes(routes: tuple[RouteTold, ...], story: Story) -> None:
    """Print each hand-over, and the rules tried where there is a catalogue."""
    for one in routes:
        path = " → ".join(story.unit(code) for code in one.path)
        route = [
            (say("派单", "dispatched"), f"{one.assignment} {story.unit(one.unit)}  {when(one.at)}"),
            (say("派单规则", "route rule"), one.rule),
            (say("路径", "path"), path),
            (say("依据", "basis"), half(one.basis)),
        ]
        click.echo("\n" + facts(route))
        tried = one.tried_en if say("zh", "en") == "en" else one.tried_zh
        if tried:
            click.echo("\n".join(f"  {line}" for line in tried))
        if one.by_rule and one.by_rule != one.unit:
            click.echo(
                say(f"  按目录应派 {story.unit(one.by_rule)}", f"  the catalogue names {story.unit(one.by_rule)}")
            )


def _show_commands(commands: tuple[CommandTold, ...]) -> None:
    from ..core.actor import ROLE_ZH, Role

    def name(one: CommandTold) -> str:
        return say(f"{one.zh} {one.command}", one.command)

    def message(error: HotlineError | None) -> str:
        if error is None:
            return ""
        lang = say("zh", "en")
        words = error.message(lang)
        return f"{words}{say('；', '; ')}{error.hint(lang)}" if error.code.startswith("unknown-") else words

    allowed = [
        (name(one), say("、".join(ROLE_ZH[Role(role)] for role in one.roles), ", ".join(one.roles)), message(one.needs))
        for one in commands
        if one.allowed
    ]
    click.echo("\n" + say("现在可以", "Possible now"))
    click.echo(table(say("命令,角色,还须写明", "command,roles,must also say").split(","), allowed))
    click.echo("\n" + say("现在不行", "Refused now"))
    refused = [(one, one.refusal) for one in commands if one.refusal is not None]
    same = [one for one, error in refused if error.code == NOT_NOW]
    for one, error in refused:
        if error.code != NOT_NOW:
            click.echo(f"  {name(one)}{say('：', ': ')}{message(error)} ({error.code})")
    if same:
        names = say("、", ", ").join(name(one) for one in same)
        click.echo("  " + say(f"此状态下都不行（{NOT_NOW}）：{names}", f"not in this status ({NOT_NOW}): {names}"))


def _show_points(points: tuple[PointTold, ...]) -> None:
    if not points:
        return
    click.echo("\n" + say("考核，只就这一张工单", "The score, by this order alone"))
    rows = [(say(one.zh, one.en), one.points, say(one.why_zh, one.why_en), half(one.basis)) for one in points]
    click.echo(table(say("得分项,满分,计入,依据", "component,points,counts,basis").split(","), rows))
    for one in points:
        if one.lost is not None:
            click.echo(f"  {say(one.lost.zh, one.lost.en)}")
