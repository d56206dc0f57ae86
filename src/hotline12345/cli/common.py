"""What the commands share (公用): options, opening packs, stores and hotlines, errors as exit codes."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from errno import EACCES, EISDIR, ENOENT, ENOTDIR
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
from . import LANGUAGES, Speaking, SpeakingGroup, can_show, lang_now
from .printing import note, print_json, say

if TYPE_CHECKING:
    from ..core.calendar.overlay import Overlay
    from ..core.policy import Pack, Policy
    from ..hotline import Hotline
    from ..stores.port import Store

__all__ = [
    "EXIT",
    "Speaking",
    "SpeakingGroup",
    "command",
    "fail",
    "hotline_of",
    "instant_of",
    "lang_of",
    "overlays_of",
    "pack_of",
    "policy_of",
    "print_json",
    "say",
]

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
    "--store",
    default=DEFAULT_STORE,
    show_default=True,
    help="存储地址：memory:、sqlite:///相对路径、sqlite:////绝对路径 · address of the store",
)
pack_option = click.option(
    "--pack", "pack_name", default="cn", show_default=True, help="政策包名或路径 · pack name or path"
)
own_pack_option = click.option(
    "--pack",
    "pack_name",
    default="",
    help="政策包名或路径，默认取自存储中的工单 · pack name or path; by default the one the stored orders name",
)
place_option = click.option(
    "--place", default="", help="热线（区划代码），默认用政策包的 · the hotline, the pack's by default"
)
edition_option = click.option("--edition", default="", help="政策包版本 · edition")
overlay_option = click.option(
    "--overlay",
    "overlay_files",
    multiple=True,
    type=click.Path(),
    help="日历增补文件（TOML），可多次 · calendar overlay file, may be repeated",
)


def lang_of(lang: str | None) -> str:
    """Return the language asked for here, or for the whole command line."""
    return lang or lang_now()


def _settle(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        ctx.find_root().obj = value


def answers(*forms: str) -> Callable[[F], F]:
    """Give a command ``--format`` with *forms* and ``--lang``, and turn our errors into exit codes."""

    def wrap(function: F) -> F:
        made: Any = command(function)
        speak = click.option(
            "--lang", type=click.Choice(LANGUAGES), expose_value=False, callback=_settle, help="语言 · language"
        )
        shape = click.option(
            "--format",
            "form",
            type=click.Choice(forms),
            default=forms[0],
            show_default=True,
            help="输出格式 · output format",
        )
        return shape(speak(made))  # type: ignore[no-any-return]

    return wrap


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
        import json

        body: dict[str, Any] = error.as_dict(lang)
        if isinstance(error, PolicyError) and error.faults:
            body["faults"] = [fault.text(lang) for fault in error.faults]
        note(json.dumps(body, ensure_ascii=not can_show(sys.stderr)))
    else:
        head = "错误" if lang == "zh" else "error"
        note(f"{head}: {error.message(lang)} ({error.code})")
        if isinstance(error, PolicyError):
            for fault in error.faults:
                note(f"  - {fault.text(lang)}")
        if error.hint(lang) and not getattr(error, "faults", ()):  # each fault has its own
            note(f"{'提示' if lang == 'zh' else 'hint'}: {error.hint(lang)}")
    sys.exit(exit_code(error))


def exit_code(error: HotlineError) -> int:
    """Return the exit code of *error* (退出码)."""
    return next((code for kind, code in EXIT if isinstance(error, kind)), 1)


# ── packs ──


def pack_of(name: str, overlays: Iterable[Overlay] = (), need: Iterable[str] | None = None) -> Pack:
    """Load the pack called *name*, or at the path *name*; see :func:`~hotline12345.packs.load_pack`."""
    from ..packs import load_pack

    try:
        return load_pack(name, overlays=overlays, need=need)
    except PluginError as error:
        raise unknown_pack(name, error) from error


def unknown_pack(name: str, error: PluginError) -> HotlineError:
    """A name is first looked for among plug-ins; who typed it meant a pack and should be told of packs."""
    if error.code != "unknown-plugin":
        return error
    names = error.facts.get("names", ())
    return RequestError(
        f"没有政策包「{name}」",
        f"there is no pack {name!r}",
        code="unknown-pack",
        hint=f"有：{'、'.join(names)}；也可以写文件夹或 .toml 的路径",
        hint_en=f"there are: {', '.join(names)}; or give the path of a folder or a .toml",
    )


def policy_of(
    name: str,
    edition: str = "",
    on: datetime | None = None,
    *,
    overlays: Iterable[Overlay] = (),
    need: Iterable[str] | None = None,
) -> Policy:
    """Return one edition: the one named, the one in force on a day, or the newest."""
    from ..core.calendar import local

    pack = pack_of(name, overlays, need)
    day = local(on).date() if on is not None else None
    if edition:
        return pack.edition(edition, day)
    return pack.on(day) if day is not None else pack.newest


def overlays_of(paths: Iterable[str]) -> tuple[Overlay, ...]:
    """Read calendar overlays (读取日历增补) from TOML files.

    Raises:
        PolicyError: ``bad-overlay``, with every fault at once.
        RequestError: ``no-such-file``.
    """
    return tuple(_overlay(path) for path in paths)


def _overlay(path: str) -> Overlay:
    import tomllib

    from ..core.calendar.overlay import overlay_from_table
    from ..core.errors import Fault

    try:
        with open(path, "rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise no_such_file(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        fault = Fault("toml-syntax", f"TOML 语法错误：{error}", f"broken TOML: {error}", file=path)
        raise PolicyError(
            "日历增补读不懂", "the calendar overlay cannot be read", faults=(fault,), code="bad-overlay"
        ) from error
    return overlay_from_table(table, path)


_WHY_NOT = {ENOENT: "没有这个文件", EISDIR: "这是一个目录", ENOTDIR: "路径中有一段不是目录", EACCES: "没有权限"}
"""What the commonest refusals of the system are in Chinese; the rest stay as the system says them."""


def no_such_file(path: str, error: OSError) -> RequestError:
    """Say that a file cannot be opened (文件打不开)."""
    zh = _WHY_NOT.get(error.errno or 0, error.strerror)
    return RequestError(
        f"打不开文件 {path}：{zh}",
        f"cannot open {path}: {error.strerror}",
        code="no-such-file",
        hint="请核对路径与权限",
        hint_en="check the path and your permissions",
    )


# ── hotlines ──


def hotline_of(
    pack_name: str = "",
    store: str = DEFAULT_STORE,
    place: str = "",
    *,
    must_exist: bool = False,
    overlays: Iterable[Overlay] = (),
    number: str = "",
    reads: bool = False,
    need: Iterable[str] | None = None,
    edition: str = "",
    **more: Any,
) -> Hotline:
    """Open the hotline of a pack over a store; readers refuse a file that is not there.

    Args:
        pack_name: without one, the pack named by the order *number*, or else by the first order in the store.
        place: without one, the pack's; where the pack was found in an order, the order's.
        must_exist: do not make an empty store.
        overlays: calendar overlays, laid over the pack's own.
        reads: nothing will be written, and nobody looked for by name: a store without its key file will do.
        need: the parts of the pack to compile; ``None`` takes all.
        edition: keep new orders under this edition.
        more: what else a hotline takes.
    """
    from ..hotline import Hotline
    from ..stores import open_store

    opened = open_store(store, must_exist=must_exist)
    found = pack_name
    if not pack_name:
        found, place = _named_in(opened, place, number)
    try:
        pack = pack_of(found, overlays, need)
    except RequestError as error:
        if pack_name or error.code != "unknown-pack":
            raise
        raise _elsewhere(found) from error
    return Hotline(pack, opened, place=place, secrets=_no_key(opened) if reads else None, edition=edition, **more)


def _elsewhere(name: str) -> RequestError:
    return RequestError(
        f"存储中的工单属于政策包「{name}」，这里找不到它",
        f"the stored orders belong to the pack {name!r}, which is not found here",
        code="unknown-pack",
        hint=f"用 --pack 写明 {name} 的路径，或安装提供它的插件",
        hint_en=f"say where {name} is with --pack PATH, or install the plug-in that brings it",
    )


def _named_in(store: Store, place: str, number: str) -> tuple[str, str]:
    """Return the pack and the place that the store's orders name: every first event carries them."""
    from ..stores.port import Query

    records = [fed.record for fed in store.feed(0, 1, place or None)]
    place = place or (records[0].place if records else next(iter(store.places()), ""))
    if number and place:
        records = store.stream(place, number, 0) or records
    if not records and place:  # a transaction on a server may hold back all there is: of any order then
        heads = store.find(place, Query(), limit=1).heads
        records = store.stream(place, heads[0].number, 0) if heads else []
    return str((records[0].data if records else {}).get("pack") or "cn"), place


def _no_key(store: Store) -> bytes | None:
    """Return a passing key where the store has none beside it, so that reading leaves no file behind."""
    import os

    from ..privacy import key_file

    file = key_file(store) if getattr(store, "path", None) is not None else None
    return os.urandom(32) if file is not None and not file.exists() else None


# ── what people type ──


def instant_of(text: str) -> datetime:
    """Read an instant as people type it (``2026-09-28``, ``2026/9/28 10:30``, ``3天前``); China's time by default.

    Raises:
        RequestError: ``bad-time``.
    """
    from ..core.calendar import CST

    try:  # what machines and careful people write needs no second look
        exact = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return _loosely(text.strip())
    return exact if exact.tzinfo is not None else exact.replace(tzinfo=CST)


_DAYS = {"今天": 0, "today": 0, "昨天": -1, "yesterday": -1, "明天": 1, "tomorrow": 1}


def _loosely(text: str) -> datetime:
    import re

    from ..channels.times import read_time

    ago = re.fullmatch(r"(\d{1,4})\s*(?:天前|days? ago)", text)
    if ago or text in _DAYS or text in ("now", "现在"):
        import pendulum

        at = pendulum.instance(now())
        if ago:
            return at.subtract(days=int(ago[1]))
        return at.start_of("day").add(days=_DAYS[text]) if text in _DAYS else at
    try:
        return read_time(text).at
    except ValueError as error:
        raise RequestError(
            f"看不懂时间「{text}」",
            f"cannot read the time {text!r}",
            code="bad-time",
            hint="写成 2026-09-28、2026/9/28 10:30、2026年9月28日、昨天、3天前，或带时区的 2026-09-28T10:30:00+08:00",
            hint_en="write 2026-09-28, 2026/9/28 10:30, yesterday, 3 days ago or, with the offset, "
            "2026-09-28T10:30:00+08:00",
        ) from error


def now() -> datetime:
    """Return the present instant, in China's time."""
    from ..core.calendar import CST

    return datetime.now(CST)


def choice_of(kind: Any, text: str, zh: str, code: str) -> Any:
    """Read a member of an enumeration by its value or its Chinese name.

    Raises:
        RequestError: with *code* and the members there are.
    """
    for member in kind:
        if text.strip().lower() in (member.value, member.zh):
            return member
    raise RequestError(
        f"没有{zh}「{text}」",
        f"there is no {code.removeprefix('unknown-')} {text!r}",
        code=code,
        hint=f"{zh}有：" + "、".join(f"{member.zh} {member.value}" for member in kind),
        hint_en="there are: " + ", ".join(member.value for member in kind),
    )
