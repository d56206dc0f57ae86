"""``kb report``, ``resolve``, ``reports``, ``duty``, ``push``, ``tick`` (维护责任)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, answers, instant_of, print_json
from .kb import based, listed
from .printing import day_of, print_csv, say, table

if TYPE_CHECKING:
    from ..core.actor import Actor
    from ..kb import KnowledgeBase
    from ..kb.duty import ErrorReport

_on = click.option("--on", "on", default="", help="截至哪天，默认今天 · as of which day")


def _day(text: str, at: Any) -> date:
    day: date = instant_of(text).date() if text else at.date()
    return day


def _reports(found: list[ErrorReport], form: str) -> None:
    if form == "json":
        print_json([one._asdict() for one in found])
    elif form == "csv":
        print_csv(("number", "id", "version", "unit", "what", "by", "at", "due", "closed", "outcome"), found)
    elif found:
        heads = say("单号,条目,单位,问题,回复期限,已回复,结果", "no,article,unit,what,due,closed,outcome").split(",")
        rows = [
            (o.number, f"{o.id}@{o.version}", o.unit, o.what[:30], o.due, o.closed[:10], _came(o.outcome))
            for o in found
        ]
        click.echo(table(heads, rows))
    else:
        click.echo(say("没有纠错单。", "There are no error reports."))


def _came(outcome: str) -> str:
    return say({"corrected": "已更正", "unfounded": "无误"}.get(outcome, outcome), outcome)


@click.command(
    "report",
    cls=Speaking,
    short_help="纠错：条目有错 · report an error in an article",
    help="纠错：写明条目哪里错了，责任单位须在规定的工作日内回复。\n"
    "--\nReport an error; the unit has so many working days.",
)
@click.argument("article_id", metavar="ID")
@click.option("--what", default="", help="哪里错了 · what is wrong")
@answers("table", "json")
@based()
def report(base: KnowledgeBase, by: Actor, at: Any, article_id: str, what: str, centre: str, form: str) -> None:
    """Report an error."""
    from ..kb.duty import report as made

    one = made(base, article_id, what, by, at)
    if form == "json":
        _reports([one], form)
        return
    zh = f"纠错单 {one.number}：{one.unit} 须于 {one.due} 前（含当日）回复"
    click.echo(say(zh, f"report {one.number}: {one.unit} is to answer by {one.due}"))


@click.command(
    "resolve",
    cls=Speaking,
    short_help="回复纠错 · answer an error report",
    help="回复纠错单：corrected 已更正（须已发布新版或撤下）、unfounded 无误。\n"
    "--\nAnswer an error report: corrected (a new version is out, or it was withdrawn) or unfounded.",
)
@click.argument("report", type=int)
@click.argument("outcome", type=click.Choice(["corrected", "unfounded"]))
@answers("table", "json")
@based()
def resolve(base: KnowledgeBase, by: Actor, at: Any, report: int, outcome: str, centre: str, form: str) -> None:
    """Answer an error report."""
    from ..kb.duty import answer_report

    _reports([answer_report(base, report, outcome, by, at)], form)


@click.command(
    "reports", cls=Speaking, short_help="列出纠错单 · list error reports", help="列出纠错单。\n--\nList error reports."
)
@click.option("--unit", default="", help="责任单位 · unit")
@click.option("--open", "pending", is_flag=True, help="只列未回复的 · those still open")
@answers("table", "json", "csv")
@based()
def reports(base: KnowledgeBase, by: Actor, at: Any, unit: str, pending: bool, centre: str, form: str) -> None:
    """List error reports."""
    from ..kb.duty import reports as all_

    _reports(all_(base, unit=unit, pending=pending), form)


@click.command(
    "duty",
    cls=Speaking,
    short_help="各单位维护及时率 · how timely each unit keeps its articles",
    help="各单位及时率：期间到期的纠错、复核、有效期，多少按时办了。\n"
    "--\nWhat fell due in the period (error reports, reviews, ends of validity) and how much was done in time.",
)
@click.option("--from", "first", required=True, help="期间起 · first day")
@click.option("--to", "last", required=True, help="期间止 · last day")
@_on
@answers("table", "json", "csv")
@based()
def duty(base: KnowledgeBase, by: Actor, at: Any, first: str, last: str, on: str, centre: str, form: str) -> None:
    """Report timeliness."""
    from ..kb.duty import timeliness

    start, end = _day(first, at), _day(last, at)
    if end < start:
        raise click.UsageError(say(f"期间止 {end} 早于起 {start}", f"the period ends {end} before it begins {start}"))
    found = timeliness(base, start, end, _day(on, at))
    rows = [one._replace(rate=None)._asdict() | {"rate": None if one.rate is None else str(one.rate)} for one in found]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(("unit", "due", "in_time", "rate"), [(r["unit"], r["due"], r["in_time"], r["rate"]) for r in rows])
    elif rows:
        heads = say("单位,到期,按时,及时率,未按时", "unit,due,in time,rate,late").split(",")
        shown = [(o.unit, o.due, o.in_time, "" if o.rate is None else f"{o.rate} %", "、".join(o.late)) for o in found]
        click.echo(table(heads, shown))
    else:
        click.echo(say("期间没有到期的。", "Nothing fell due."))


@click.command(
    "push",
    cls=Speaking,
    short_help="每周推送（默认周五） · the weekly push",
    help="每周推送：各单位新发布的、快到期的、该复核的、待回复的纠错。\n"
    "--\nThe weekly push: by unit what is new, ends soon, is to be reviewed, is reported wrong.",
)
@_on
@answers("table", "json", "csv")
@based()
def push(base: KnowledgeBase, by: Actor, at: Any, on: str, centre: str, form: str) -> None:
    """Print the weekly push."""
    from ..kb.duty import push as made
    from ..kb.duty import push_day

    day = _day(on, at)
    found, when = made(base, day), push_day(base, day)
    if form == "json":
        print_json({"day": when.isoformat(), "units": [one._asdict() for one in found]})
    elif form == "csv":
        print_csv(
            ("unit", "published", "ending", "review", "reported"),
            [(one.unit, *("、".join(map(str, part)) for part in one[1:])) for one in found],
        )
    else:
        click.echo(say(f"推送日：{day_of(when)}", f"Day of the push: {day_of(when)}"))
        heads = say("单位,新发布,快到期,该复核,待回复纠错", "unit,new,ending,review,reported").split(",")
        rows = [(one.unit, *("、".join(map(str, part)) for part in one[1:])) for one in found]
        click.echo(table(heads, rows) if rows else say("没有要推送的。", "There is nothing to push."))


@click.command(
    "tick",
    cls=Speaking,
    short_help="让过了有效期的条目过期 · let articles expire",
    help="有效期止已过的条目转为已过期。\n--\nWhat held until before that day expires.",
)
@_on
@answers("table", "json", "csv")
@based()
def tick(base: KnowledgeBase, by: Actor, at: Any, on: str, centre: str, form: str) -> None:
    """Let articles expire."""
    found = base.expire(_day(on, at), at)
    if form == "table" and not found:
        click.echo(say("没有到期的条目。", "No article has come to its end."))
        return
    listed(found, form)


COMMANDS = (report, resolve, reports, duty, push, tick)
