"""What the commands print (输出): two languages, tables that line up, JSON and CSV that machines read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click

from . import can_show, lang_now

_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


_PLAIN = {"library default": "本库默认，无条文", "no limit in any source": "没有任何条文规定"}
"""What stands in records where no article does."""


def say(zh: str, en: str) -> str:
    """Return the text in the language of the command line."""
    return en if lang_now() == "en" else zh


def half(text: str) -> str:
    """Return the half of a ``中文 / English`` text, such as a basis, that the reader wants."""
    zh, slash, en = text.partition("/ ")
    if lang_now() == "en":
        return en if slash else text
    return _PLAIN.get(text, zh.rstrip())


def clock_name(clock: str) -> str:
    """Return what people call a clock: the citizen's, or the hand-over it belongs to."""
    return say("群众", "citizen") if clock == "citizen" else clock


def when(instant: datetime | None) -> str:
    """Return an instant as people in China read it."""
    from ..core.calendar import local

    return "—" if instant is None else local(instant).strftime("%Y-%m-%d %H:%M")


def day_of(day: date) -> str:
    """Return a day and its weekday."""
    return f"{day} {(_DAYS_EN if lang_now() == 'en' else _DAYS_ZH)[day.weekday()]}"


def iso(instant: datetime | date | None) -> str | None:
    """Return an instant or a day in ISO 8601, China's time; ``None`` for none."""
    if isinstance(instant, datetime):
        from ..core.calendar import local

        return local(instant).isoformat()
    return instant.isoformat() if instant is not None else None


def print_json(value: Any) -> None:
    """Print *value* as JSON, readable and stable; escaped where the stream cannot carry Chinese."""
    import json

    click.echo(json.dumps(value, ensure_ascii=not can_show(sys.stdout), indent=2))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV (RFC 4180 but for the line end, which is this system's)."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    click.echo(out.getvalue(), nl=False)


def _cell(value: Any) -> str:
    from ..report import guard_csv

    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else guard_csv(str(value))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return rows as a plain table whose columns line up on a terminal with Chinese glyphs."""
    from ..report import Column, Table, render

    heads = tuple(Column(str(i), name, name) for i, name in enumerate(columns))
    return render(Table(heads, [{str(i): cell for i, cell in enumerate(row)} for row in rows]))


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return named facts, one a line, their values lined up; empty ones are left out."""
    from ..report.tables import width

    kept = [(name, value) for name, value in pairs if value]
    widest = max((width(name) for name, _ in kept), default=0)
    return "\n".join(f"{name}{' ' * (widest - width(name))}  {value}" for name, value in kept)


def note(text: str) -> None:
    """Say something beside the answer, on stderr, where it spoils no pipe."""
    click.echo(text, err=True)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Show progress on stderr where a person watches; yield a function that counts one on."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)
