"""``doctor`` (体检): what this machine brings, what the calendar knows, and whether store and packs are sound."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from .. import __version__
from ..core.errors import HotlineError
from . import can_show, lang_now
from .common import Speaking, answers, instant_of, now, print_json
from .printing import print_csv, say, table

if TYPE_CHECKING:
    from ..stores.port import Store

OK, NOTE, WARN, BAD = "ok", "note", "warning", "error"
_WORDS = {OK: ("正常", "ok"), NOTE: ("说明", "note"), WARN: ("警告", "warning"), BAD: ("错误", "error")}
EXTRAS = {
    "fast": ("numpy", "ahocorasick_rs", "orjson"),
    "excel": ("python_calamine",),
    "parquet": ("pyarrow",),
    "testing": ("pytest", "hypothesis"),
}
SOON = 60
"""From how many days before deadlines become provisional it is time to look for the next notice (library default)."""
CLOSE = 15
"""Working days most limits stay under; an order received that long before the end of knowledge is provisional."""


@frozen(weakref_slot=False)
class Finding:
    """One thing looked at (体检项)."""

    what: str
    state: str
    text: str


@click.command(
    "doctor",
    cls=Speaking,
    help="体检：Python、SQLite、日历已知到何时、终端编码、可选组件；\n"
    "加 --store 查存储，加 --pack 查政策包。有错误退出码 1。\n"
    "--\n"
    "Check Python, SQLite, how far the calendar knows, the terminal, extras; a store and packs if named.\n"
    "Exit 1 on errors.",
)
@click.option("--store", default="", help="要检查的存储地址 · address of a store to check")
@click.option("--pack", "packs", multiple=True, help="要检查的政策包，可多次 · a pack to check, may be repeated")
@click.option("--at", "moment", default="", help="以何时为准，默认此刻 · the present, by default now")
@answers("table", "json", "csv")
def command(store: str, packs: tuple[str, ...], moment: str, form: str) -> None:
    """Look around."""
    today = (instant_of(moment) if moment else now()).date()
    found = [*_machine(), *_calendar(today), *_extras(), *_packs(packs), *(_store(store) if store else ())]
    if form == "json":
        print_json({"ok": not _bad(found), "findings": [_json(each) for each in found]})
    elif form == "csv":
        print_csv(("what", "state", "text"), [(each.what, each.state, each.text) for each in found])
    else:
        rows = [(each.what, say(*_WORDS[each.state]), each.text) for each in found]
        click.echo(table(say("项目,结果,说明", "what,state,text").split(","), rows))
    if _bad(found):
        click.get_current_context().exit(1)


def _bad(found: list[Finding]) -> bool:
    return any(each.state == BAD for each in found)


def _json(each: Finding) -> dict[str, Any]:
    return {"what": each.what, "state": each.state, "text": each.text}


def _machine() -> Iterator[Finding]:
    import platform
    import sqlite3
    from importlib.metadata import PackageNotFoundError, version

    try:
        ours = version("hotline12345")
    except PackageNotFoundError:
        ours = __version__
    yield Finding("hotline12345", OK, ours)
    yield Finding("python", OK if sys.version_info >= (3, 11) else BAD, f"{platform.python_version()} {sys.platform}")
    # 3.7.0–3.51.2 can damage a WAL database when a commit races a checkpoint ("WAL reset").
    risky = (3, 7, 0) <= sqlite3.sqlite_version_info <= (3, 51, 2)
    text = sqlite3.sqlite_version
    if risky:
        text += say(
            "：此版本在提交与检查点同时发生时可能损坏 WAL；本库把两者放在同一把写锁内，请勿让其他程序写同一文件",
            ": can damage a WAL database when a commit races a checkpoint; this library keeps both under its write "
            "lock, so let no other program write the file",
        )
    yield Finding("sqlite", NOTE if risky else OK, text)
    coding = getattr(sys.stdout, "encoding", None) or "?"
    fine = can_show(sys.stdout)
    hint = (
        ""
        if fine
        else say(
            "：显示不了中文，改用 --lang en 或设 PYTHONIOENCODING=utf-8",
            ": cannot show Chinese; set PYTHONIOENCODING=utf-8",
        )
    )
    yield Finding(say("终端编码", "terminal"), OK if fine else NOTE, coding + hint)


def _calendar(today: date) -> Iterator[Finding]:
    from ..core.calendar import WorkCalendar
    from ..core.calendar.almanac import base_days, base_version

    calendar = WorkCalendar.china()
    name = say("日历", "calendar")
    known = calendar.known_until
    yield Finding(
        name,
        OK,
        say(
            f"chinese-calendar {base_version()}，放假安排到 {base_days()[1]} 年，期限确定到 {known}",
            f"chinese-calendar {base_version()}, notices to {base_days()[1]}, deadlines certain until {known}",
        ),
    )
    left = (known - today).days
    if left < 0:
        text = say(
            f"{known} 已过：新工单的期限都是暂定，请升级 chinese-calendar，或用 --overlay 加载放假安排后运行 tick",
            f"{known} is past: every new deadline is provisional; upgrade chinese-calendar, or load an overlay",
        )
        yield Finding(name, WARN, text)
        return
    spare = calendar.working_days_between(today, known)
    text = say(
        f"还有 {left} 天（{spare} 个工作日）；时限长于 {spare} 个工作日的新工单期限暂定",
        f"{left} days ({spare} working days) left; new limits longer than {spare} working days are provisional",
    )
    yield Finding(name, WARN if left < SOON or spare < CLOSE else OK, text)


def _extras() -> Iterator[Finding]:
    from importlib.util import find_spec

    for extra, modules in EXTRAS.items():
        missing = [module for module in modules if find_spec(module) is None]
        name = say(f"可选组件 {extra}", f"extra {extra}")
        if not missing:
            yield Finding(name, OK, say("已安装", "installed"))
        else:
            comma = say("、", ", ").join(missing)
            text = say(
                f"缺 {comma}：pip install 'hotline12345[{extra}]'",
                f"lacks {comma}: pip install 'hotline12345[{extra}]'",
            )
            yield Finding(name, NOTE, text)


def _packs(names: tuple[str, ...]) -> Iterator[Finding]:
    from ..packs import check_pack

    for name in names:
        what = say(f"政策包 {name}", f"pack {name}")
        try:
            faults = check_pack(name)
        except HotlineError as error:
            yield Finding(what, BAD, error.message(lang_now()))
            continue
        errors = sum(fault.severity == "error" for fault in faults)
        warnings = sum(fault.severity == "warning" for fault in faults)
        state = BAD if errors else WARN if warnings else OK
        yield Finding(what, state, say(f"错误 {errors}，警告 {warnings}", f"{errors} errors, {warnings} warnings"))


def _store(url: str) -> Iterator[Finding]:
    from ..stores import open_store

    what = say("存储", "store")
    try:
        store = open_store(url, must_exist=True)
        info: dict[str, Any] = getattr(store, "info", dict)()
        kept = [f"{key} {value}" for key, value in info.items() if key not in ("warnings", "store", "held_back")]
        yield Finding(what, OK, say("，", ", ").join(kept) or url)
        yield from _warned(what, info)
        check = getattr(store, "check", None)
        faults = check() if check is not None else []
        for fault in faults:
            yield Finding(what, BAD, fault.text(lang_now()))
        if check is not None and not faults:
            yield Finding(what, OK, say("完整性检查通过", "integrity check passed"))
        if info.get("store") in ("sqlite", "sql"):
            yield _key(store)
        store.close()
    except HotlineError as error:
        yield Finding(what, BAD, f"{error.message(lang_now())} ({error.code}) {error.hint(lang_now())}".rstrip())


def _warned(what: str, info: dict[str, Any]) -> Iterator[Finding]:
    """Yield what a store warns of, and whose transaction the feed waits for; of SQLite itself is told above."""
    warnings = info.get("warnings", ()) if info.get("store") != "sqlite" else ()
    for warning in warnings:
        zh, _, en = warning.partition(" / ")
        yield Finding(what, WARN, say(zh, en or zh))
    held = info.get("held_back", {})
    if held.get("by") and held["seconds"] and not warnings:
        text = say(
            f"进程 {held['by']} 的事务已持续 {held['seconds']} 秒，此后写入的 {held['records']} 条记录等它结束才能读",
            f"the transaction of process {held['by']} has lasted {held['seconds']} s; the records "
            f"written since ({held['records']}) are read once it ends",
        )
        yield Finding(what, NOTE, text)


def _key(store: Store) -> Finding:
    """Look at the key by which people are found and forgotten: there, nobody else's to read, and this store's own."""
    from ..finding import fits
    from ..privacy import key_file, key_of

    what, file = say("密钥", "key"), key_file(store)
    if file is None:
        text = say(
            "没有密钥文件：用 HOTLINE12345_KEY_FILE 指明，各机同一份；不然按诉求人查不到、忘不掉",
            "no key file: name one with HOTLINE12345_KEY_FILE, the same on every machine; else nobody is found or "
            "forgotten",
        )
        return Finding(what, WARN, text)
    if not file.exists():
        empty = not store.places()
        text = say(f"{file} 不存在", f"{file} is not there") + (
            say("：收第一件时建立", ": it is made with the first order") if empty else ""
        )
        return Finding(what, NOTE if empty else BAD, text)
    try:
        right = fits(store, key_of(store))
    except HotlineError as error:
        return Finding(what, BAD, f"{error.message(lang_now())} ({error.code})")
    if right is False:
        text = say(
            f"{file} 不是这个存储的密钥：诉求人查不到、忘不掉，请从备份恢复原来的",
            f"{file} is not this store's key: nobody is found or forgotten by it; restore the right one",
        )
        return Finding(what, BAD, text)
    mode = file.stat().st_mode & 0o077
    if os.name == "posix" and mode:
        text = say(f"{file} 别人也能读：chmod 600", f"{file} can be read by others: chmod 600")
        return Finding(what, WARN, text)
    proved = say("，与存储相符", ", and fits the store") if right else ""
    return Finding(what, OK, str(file) + proved)
