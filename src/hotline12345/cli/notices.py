"""``calendar add`` (登记放假通知): a notice becomes an overlay file, or it is said which sentence is not read."""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import RequestError
from .common import Speaking, answers, no_such_file, overlay_option, overlays_of, pack_option, policy_of, print_json
from .days import read_day
from .printing import day_of, facts, note, print_csv, say, table

if TYPE_CHECKING:
    from ..core.calendar import WorkCalendar
    from ..core.calendar.notice import Notice

COLUMNS = ("day", "was", "now", "was_certain", "why")


@click.command(
    "add",
    cls=Speaking,
    short_help="读一份放假通知，写成日历增补 · read a holiday notice into an overlay file",
    help="读一份国务院放假通知（文本文件），写成日历增补文件（TOML），并列出与现有日历的不同。\n\n"
    "有一句读不懂，就指出是哪一行哪一句，什么也不写。工单的期限随之变动，用 calendar impact 查看。\n"
    "--\n"
    "Read a State Council holiday notice (a text file) into an overlay file (TOML), and list what differs from what\n"
    "was known.  One sentence that is not understood is quoted with its line, and then nothing is written.",
)
@click.argument("notice", metavar="NOTICE.txt")
@click.option("--out", default="", help="写到哪里，默认 overlay-年份.toml · where to; by default overlay-YEAR.toml")
@click.option("--year", type=click.IntRange(2004, 2060), help="哪一年的安排（通知没写时） · the year it is about")
@click.option("--number", default="", help="文号（通知没写时） · its document number")
@click.option("--issued", default="", help="成文日期（通知没写时） · the day it was signed")
@click.option("--url", default="", help="出处网址 · where it is published")
@click.option("--dry-run", is_flag=True, help="只看不写 · write nothing")
@click.option("--force", is_flag=True, help="覆盖已有文件 · write over a file that is there")
@pack_option
@overlay_option
@answers("table", "json", "csv")
def add(
    notice: str,
    out: str,
    year: int | None,
    number: str,
    issued: str,
    url: str,
    dry_run: bool,
    force: bool,
    pack_name: str,
    overlay_files: tuple[str, ...],
    form: str,
) -> None:
    """Read a notice."""
    from ..core.calendar import WorkCalendar
    from ..core.calendar.notice import read_notice
    from ..core.calendar.overlay import overlay_as_toml

    before = policy_of(pack_name, overlays=overlays_of(overlay_files), need=()).calendar
    read = read_notice(
        _text(notice),
        year=year,
        number=number,
        issued=read_day(issued) if issued else None,
        url=url,
        known=before,
        file=notice if notice != "-" else say("标准输入", "standard input"),
    )
    after = WorkCalendar.china((*before.overlays, read.overlay), before.windows, before.on_unknown)
    path = out or _name(read)
    written = not dry_run and _write(Path(path), overlay_as_toml(read.overlay), force)
    told = _as_json(read, before, after) | {"file": None if dry_run else path, "written": written}
    if form == "json":
        print_json(told)
    elif form == "csv":
        print_csv(COLUMNS, [[row[key] for key in COLUMNS] for row in told["changes"]])
    else:
        _show(told, told["changes"])


def _as_json(read: Notice, before: WorkCalendar, after: WorkCalendar) -> dict[str, Any]:
    return {
        "title": read.title,
        "number": read.number,
        "issued": read.issued.isoformat() if read.issued is not None else None,
        "year": read.year,
        "source": read.overlay.source,
        "complete": list(read.overlay.year_complete),
        "days": [{"day": d.day.isoformat(), "works": d.works, "name": d.name} for d in read.overlay.days],
        "known_until": {"before": before.known_until.isoformat(), "after": after.known_until.isoformat()},
        "changes": list(differences(before, after, read)),
        "passed": list(read.passed),
    }


def differences(before: WorkCalendar, after: WorkCalendar, read: Notice) -> list[dict[str, Any]]:
    """Return the days that work otherwise than was known or supposed (与现有日历的不同)."""
    first = read.overlay.days[0].day
    last = max(read.overlay.days[-1].day, date(read.year, 12, 31))
    rows = []
    for n in range((last - first).days + 1):
        was, now = (calendar.describe(first + timedelta(days=n)) for calendar in (before, after))
        if was.works != now.works:
            rows.append(
                {
                    "day": now.day.isoformat(),
                    "was": was.works,
                    "now": now.works,
                    "was_certain": was.certain,
                    "why": say(now.why_zh, now.why_en),
                }
            )
    return rows


def _text(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        try:
            date.fromisoformat(path)
        except ValueError:
            raise no_such_file(path, error) from error
        raise click.UsageError(
            say(f"数工作日用 calendar after {path} N", f"to count working days: calendar after {path} N")
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):  # what comes off a Chinese desktop may be either
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RequestError(
        f"{path} 不是文本文件",
        f"{path} is not a text file",
        code="not-text",
        hint="把通知存成 UTF-8 文本",
        hint_en="save the notice as UTF-8 text",
    )


def _name(read: Notice) -> str:
    """Return the file's name: an amendment's sorts after its year's, since packs read overlays in that order."""
    if read.overlay.year_complete or read.issued is None:
        return f"overlay-{read.year}.toml"
    return f"overlay-{read.year}_{read.issued}.toml"


def _write(path: Path, text: str, force: bool) -> bool:
    """Write *text* in one step; return whether the file is new or other than it was."""
    if path.exists() and not force:
        if path.read_text(encoding="utf-8", errors="replace") == text:
            return False
        raise RequestError(
            f"{path} 已经存在，内容不同，没有写入",
            f"{path} is there already with other content; nothing was written",
            code="file-exists",
            hint="用 --out 另写一个文件，或用 --force 覆盖",
            hint_en="write another file with --out, or over it with --force",
        )
    half = path.with_name(path.name + ".part")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        os.replace(half, path)
    except OSError as error:
        raise no_such_file(str(path), error) from error
    return True


def _show(told: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    rests = sum(not day["works"] for day in told["days"])
    known = told["known_until"]
    days = say(
        f"放假 {rests} 天，上班 {len(told['days']) - rests} 天", f"{rests} off, {len(told['days']) - rests} worked"
    )
    whole = say("整年安排", "the whole year") if told["complete"] else say("部分安排", "part of a year")
    file = told["file"] or say("（未写入）", "(not written)")
    if told["file"] and not told["written"]:
        file += say("（已有，内容相同）", " (there already, the same)")
    click.echo(
        facts(
            [
                (say("通知", "notice"), told["title"]),
                (say("出处", "source"), told["source"]),
                (say("年份", "year"), f"{told['year']}  {whole}"),
                (say("日子", "days"), days),
                (say("放假安排已知至", "holidays known until"), f"{known['before']} → {known['after']}"),
                (say("文件", "file"), file),
            ]
        )
    )
    if rows:
        yes, no = say("上班", "works"), say("放假", "off")
        guess = say("（推算）", " (projected)")
        lines = [
            (
                day_of(date.fromisoformat(row["day"])),
                (yes if row["was"] else no) + ("" if row["was_certain"] else guess),
                yes if row["now"] else no,
                row["why"],
            )
            for row in rows
        ]
        click.echo("\n" + say("与现有日历的不同", "What differs from what was known"))
        click.echo(table(say("日期,原先,现在,说明", "day,was,now,why").split(","), lines))
    else:
        click.echo("\n" + say("与现有日历没有不同", "Nothing differs from what was known"))
    for sentence in told["passed"]:
        note(say(f"未据以设定日子：{sentence}", f"sets no day: {sentence}"))
    if told["file"]:
        click.echo(
            "\n"
            + say(
                f"看哪些工单的期限会变：hotline12345 calendar impact {told['file']}",
                f"which orders it moves: hotline12345 calendar impact {told['file']}",
            )
        )
