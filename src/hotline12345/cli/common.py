"""What the commands share (公用): options, opening a hotline, printing, errors as exit codes."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..core.errors import (
    CalendarError,
    CommandError,
    Conflict,
    HotlineError,
    PluginError,
    PolicyError,
    RequestError,
    StoreError,
    UnknownOrder,
)

if TYPE_CHECKING:
    from ..core.policy import Pack, Policy
    from ..hotline import Hotline

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_STORE = "sqlite:///hotline12345.db"
EXIT: tuple[tuple[type[HotlineError], int], ...] = (
    (Conflict, 3),
    (StoreError, 4),
    (PluginError, 4),
    (RequestError, 2),
    (CommandError, 1),
    (UnknownOrder, 1),
    (PolicyError, 1),
    (CalendarError, 1),
)
"""Exit codes: 0 ok, 1 refused or findings, 2 usage, 3 conflict, 4 store."""

store_option = click.option(
    "--store", default=DEFAULT_STORE, show_default=True, help="存储 URL：memory: 或 sqlite:///文件 · store URL"
)
pack_option = click.option(
    "--pack", "pack_name", default="cn", show_default=True, help="政策包名或路径 · pack name or path"
)
place_option = click.option(
    "--place", default="", help="热线（区划代码），默认用政策包的 · the hotline, the pack's by default"
)
edition_option = click.option("--edition", default="", help="政策包版本 · edition")
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="输出格式 · output format",
)
lang_option = click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 · language")


def lang_of(lang: str | None) -> str:
    """Return the language asked for here, or for the whole command line."""
    ctx = click.get_current_context(silent=True)
    return lang or (ctx.find_root().obj if ctx is not None else None) or "zh"


def command(function: F) -> F:
    """Turn our errors into a message, a hint and an exit code; under ``--format json`` into JSON on stderr."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except HotlineError as error:
            fail(error, kwargs.get("form", "table"), lang_of(kwargs.get("lang")))

    return run  # type: ignore[return-value]


def fail(error: HotlineError, form: str, lang: str) -> None:
    """Print *error* and leave with its exit code."""
    if form == "json":
        body = error.as_dict(lang)
        if isinstance(error, PolicyError) and error.faults:
            body["faults"] = [fault.text(lang) for fault in error.faults]
        click.echo(json.dumps(body, ensure_ascii=False), err=True)
    else:
        head = "错误" if lang == "zh" else "error"
        click.echo(f"{head}: {error.message(lang)} ({error.code})", err=True)
        if isinstance(error, PolicyError):
            for fault in error.faults:
                click.echo(f"  - {fault.text(lang)}", err=True)
        if error.hint(lang):
            click.echo(f"{'提示' if lang == 'zh' else 'hint'}: {error.hint(lang)}", err=True)
    sys.exit(next((code for kind, code in EXIT if isinstance(error, kind)), 1))


def print_json(value: Any) -> None:
    """Print *value* as JSON, readable and stable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def pack_of(name: str) -> Pack:
    """Load the pack called *name*, or at the path *name*."""
    from ..packs import load_pack

    return load_pack(name)


def policy_of(name: str, edition: str = "", on: datetime | None = None) -> Policy:
    """Return one edition: the one named, the one in force on a day, or the newest."""
    pack = pack_of(name)
    if edition:
        return pack.edition(edition)
    return pack.on(on.date()) if on is not None else pack.newest


def hotline_of(pack_name: str, store: str, place: str = "", *, must_exist: bool = False) -> Hotline:
    """Open the hotline of a pack over a store; readers refuse a file that is not there."""
    from ..hotline import Hotline
    from ..stores import open_store

    return Hotline(pack_of(pack_name), open_store(store, must_exist=must_exist), place=place)


def instant_of(text: str) -> datetime:
    """Read an instant as people type it (``2026-09-28``, ``2026-09-28 10:30``, ISO 8601); China's time by default.

    Raises:
        RequestError: ``bad-time``.
    """
    import re

    import pendulum

    cleaned = text.strip()
    ago = re.fullmatch(r"(\d{1,4})\s*(?:天前|days? ago)", cleaned)
    if ago:
        return pendulum.now("+08:00").subtract(days=int(ago[1]))
    try:
        parsed = pendulum.parse(cleaned.replace("/", "-"), tz="+08:00", strict=False)
    except (ValueError, OverflowError) as error:
        raise RequestError(
            f"看不懂时间「{text}」",
            f"cannot read the time {text!r}",
            code="bad-time",
            hint="写成 2026-09-28 或 2026-09-28T10:30:00+08:00",
            hint_en="write 2026-09-28 or 2026-09-28T10:30:00+08:00",
        ) from error
    if not isinstance(parsed, datetime):
        raise RequestError(
            f"「{text}」不是一个时刻",
            f"{text!r} is not an instant",
            code="bad-time",
            hint="写成 2026-09-28T10:30:00+08:00",
        )
    return parsed
