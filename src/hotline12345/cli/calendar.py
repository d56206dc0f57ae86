"""``calendar`` (工作日历): which days work, who says so, and where knowledge ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from . import impact, notices
from .common import Speaking, SpeakingGroup, answers, overlay_option, overlays_of, policy_of, print_json
from .days import read_day
from .printing import day_of, facts, print_csv, say, table

if TYPE_CHECKING:
    from ..core.calendar import DayFact, WorkCalendar

pack_ = click.option("--pack", "pack_name", default="cn", show_default=True, help="政策包名或路径 · pack name or path")
COLUMNS = ("day", "works", "certain", "why", "source")


@click.group(
    "calendar",
    cls=SpeakingGroup,
    help="工作日历：某日是否上班、两日之间几个工作日、若干工作日之后是哪天。\n"
    "--\n"
    "The working-day calendar: whether a day works, days between days, the n-th working day.",
)
def command() -> None:
    """Hold the calendar's commands."""


command.add_command(notices.add)
command.add_command(impact.impact)


def _calendar(pack_name: str, files: tuple[str, ...]) -> WorkCalendar:
    return policy_of(pack_name, overlays=overlays_of(files), need=()).calendar


def _fact(fact: DayFact) -> dict[str, Any]:
    return {
        "day": fact.day.isoformat(),
        "works": fact.works,
        "certain": fact.certain,
        "why": say(fact.why_zh, fact.why_en),
        "source": fact.source,
    }


def _print(rows: list[dict[str, Any]], form: str, told: dict[str, Any]) -> None:
    if form == "json":
        print_json({**told, "days": rows})
    elif form == "csv":
        print_csv(COLUMNS, [[row[key] for key in COLUMNS] for row in rows])
    else:
        head = [(key, str(value)) for key, value in _headings(told)]
        if head:
            click.echo(facts(head) + "\n")
        yes, no, unsure = say("上班", "works"), say("休息", "rests"), say("暂定", "provisional")
        lines = [
            (
                day_of(date.fromisoformat(row["day"])),
                yes if row["works"] else no,
                "" if row["certain"] else unsure,
                row["why"],
                row["source"],
            )
            for row in rows
        ]
        click.echo(table(say("日期,上班,把握,说明,出处", "day,works,sure,why,source").split(","), lines))


def _headings(told: dict[str, Any]) -> list[tuple[str, Any]]:
    names = {
        "working_days": ("工作日数", "working days"),
        "result": ("结果", "result"),
        "provisional": ("暂定", "provisional"),
        "earliest": ("最早", "earliest"),
        "latest": ("最晚", "latest"),
        "known_until": ("放假安排已知至", "holidays known until"),
    }
    shown = {True: say("是", "yes"), False: say("否", "no")}
    return [
        (say(*names[key]), shown.get(value, value) if isinstance(value, bool) else value)
        for key, value in told.items()
        if key in names and value is not None
    ]


@command.command(
    "show",
    cls=Speaking,
    short_help="一年里与平常周末不同的日子 · the days of a year that differ from plain weeks",
    help="列出一年里与平常周末不同的日子：放假与调休上班，附出处。\n--\n"
    "The days of a year that differ from plain weeks, each with its source.",
)
@click.argument("year", type=click.IntRange(2004, 2060))
@click.option("--all", "whole", is_flag=True, help="列出每一天 · every day")
@pack_
@overlay_option
@answers("table", "json", "csv")
def show(year: int, whole: bool, pack_name: str, overlay_files: tuple[str, ...], form: str) -> None:
    """Show a year."""
    calendar = _calendar(pack_name, overlay_files)
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    told = [calendar.describe(day) for day in days]
    plain = ("工作日（", "休息日（")
    kept = [_fact(f) for f in told if whole or not f.why_zh.startswith(plain)]
    total = sum(fact.works for fact in told)
    _print(
        kept,
        form,
        {
            "year": year,
            "working_days": total,
            "provisional": not all(fact.certain for fact in told),
            "known_until": calendar.known_until.isoformat(),
        },
    )


@command.command(
    "check",
    cls=Speaking,
    short_help="某日是否上班，谁说的 · whether a day works, and who says so",
    help="某日是否上班，依据哪份通知。\n--\nWhether a day works, and by which notice.",
)
@click.argument("days", nargs=-1, required=True)
@pack_
@overlay_option
@answers("table", "json", "csv")
def check(days: tuple[str, ...], pack_name: str, overlay_files: tuple[str, ...], form: str) -> None:
    """Check days."""
    calendar = _calendar(pack_name, overlay_files)
    _print(
        [_fact(calendar.describe(read_day(text))) for text in days],
        form,
        {"known_until": calendar.known_until.isoformat()},
    )


@command.command(
    "between",
    cls=Speaking,
    short_help="A 之后到 B 为止有几个工作日 · working days after A up to and including B",
    help="A 之后到 B 为止有几个工作日（A 不计、B 计）。\n--\nWorking days after A up to and including B.",
)
@click.argument("start")
@click.argument("end")
@pack_
@overlay_option
@answers("table", "json", "csv")
def between(start: str, end: str, pack_name: str, overlay_files: tuple[str, ...], form: str) -> None:
    """Count."""
    calendar = _calendar(pack_name, overlay_files)
    one, two = read_day(start), read_day(end)
    count = calendar.working_days_between(one, two)
    told: dict[str, Any] = {
        "start": one.isoformat(),
        "end": two.isoformat(),
        "working_days": count,
        "provisional": max(one, two) > calendar.known_until,
        "known_until": calendar.known_until.isoformat(),
    }
    _answer(told, form, f"{count}")


@command.command(
    "after",
    cls=Speaking,
    short_help="DAY 之后第 N 个工作日 · the N-th working day after DAY",
    help="DAY 之后第 N 个工作日（DAY 不计）。\n--\nThe N-th working day after DAY.",
)
@click.argument("day")
@click.argument("n", type=click.IntRange(0, 3660))
@pack_
@overlay_option
@answers("table", "json", "csv")
def after(day: str, n: int, pack_name: str, overlay_files: tuple[str, ...], form: str) -> None:
    """Add working days."""
    calendar = _calendar(pack_name, overlay_files)
    start = read_day(day)
    early, late = calendar.bounds(start, n)
    unsure = max(early, late) > calendar.known_until
    told: dict[str, Any] = {
        "start": start.isoformat(),
        "n": n,
        "result": early.isoformat(),
        "provisional": unsure,
        "earliest": early.isoformat() if unsure else None,
        "latest": late.isoformat() if unsure else None,
        "known_until": calendar.known_until.isoformat(),
    }
    _answer(told, form, day_of(early))


def _answer(told: dict[str, Any], form: str, shown: str) -> None:
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(list(told), [list(told.values())])
    else:
        unsure = (
            say("（暂定：放假安排尚未公布）", " (provisional: no holiday notice yet)") if told["provisional"] else ""
        )
        span = (
            f" {told['earliest']} – {told['latest']}"
            if told.get("latest") and told["latest"] != told["earliest"]
            else ""
        )
        click.echo(shown + unsure + span)
