"""``worker`` (工作进程): ticks and deliveries for as long as it runs, shared with any number of others."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import StoreError
from .common import (
    Speaking,
    answers,
    hotline_of,
    now,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .printing import note, print_csv, say

if TYPE_CHECKING:
    from ..hotline import Hotline
    from ..stores.port import Store
    from ..worker import Worked

PATIENCE = 10
"""How many rounds in a row the store itself may fail until a worker gives up (library default)."""

LONGEST = 60.0
"""The longest wait between two such rounds, in seconds (library default); from ``--every`` on it doubles."""

SAY_EVERY = 3600.0
"""How often the same unreadable order is told, in seconds (library default)."""


@click.command(
    "worker",
    cls=Speaking,
    help="工作进程：推进时钟、投递，直到被停止（SIGTERM、Ctrl-C）。同一存储上可运行任意多个，互相分担，不重不漏；"
    "停顿过久的进程自动出局。\n"
    "--\n"
    "Let time pass and deliver until stopped (SIGTERM, Ctrl-C).  Any number on one store share the work; one that "
    "stalls too long cannot write any more.",
)
@click.option(
    "--to", "file", default="", help="投递目的地文件（TOML）；不写则只推进时钟 · destinations; without, only ticks"
)
@click.option("--once", is_flag=True, help="做一轮就结束 · one round, then end")
@click.option("--for", "span", type=click.FloatRange(min=0), default=None, help="运行多少秒后结束 · end after seconds")
@click.option(
    "--every", type=click.FloatRange(0.05, 3600), default=1.0, show_default=True,
    help="没有事做时隔多少秒再看 · seconds between two looks when there is nothing to do",
)  # fmt: skip
@click.option(
    "--lease", type=click.FloatRange(2, 3600), default=60.0, show_default=True,
    help="租约多少秒：进程停顿超过它，工作转给别人 · seconds after which a stalled worker is replaced",
)  # fmt: skip
@click.option("--shards", type=click.IntRange(1, 1024), default=4, show_default=True,
    help="时钟分成几份，各进程须相同 · into how many parts ticks are cut, the same for all workers",
)  # fmt: skip
@store_option
@own_pack_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def command(form: str, once: bool, span: float | None, every: float, **given: Any) -> None:
    """Work until stopped."""
    stop = threading.Event()
    with _listening(stop):
        _work(stop, form, once, span, every, given)


@contextmanager
def _listening(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C set *stop*, so that what is under way comes to its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.signal(one, lambda *_: stop.set()) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _work(
    stop: threading.Event, form: str, once: bool, span: float | None, every: float, given: dict[str, Any]
) -> None:
    from ..worker import Worked, Worker

    store, hotline_on = _hotline(given)
    end = now() + timedelta(seconds=span) if span is not None else None
    worker = Worker(
        store,
        hotline_on,
        _destinations(given["file"]),
        now=now,
        stopping=lambda: stop.is_set() or (end is not None and now() >= end),
        shards=given["shards"],
        seconds=given["lease"],
    )
    total, rounds = Worked(), 0
    note(say(f"工作进程 {worker.owner} 开始", f"worker {worker.owner} begins"))
    failures, told = 0, _Told()
    while not worker.stopping():
        try:
            done, failures = worker.round(), 0
        except StoreError as error:  # a server that is restarted, a file that is locked: it may come back
            failures += 1
            if once or failures >= PATIENCE:
                raise
            note(f"{error} {failures}/{PATIENCE}")
            done = Worked()
        total, rounds = total.and_(done), rounds + 1
        if once:
            break
        told.once_in_a_while(worker.met)
        if done._replace(unreadable=0) == Worked():
            stop.wait(min(every * 2 ** max(failures - 1, 0), max(every, LONGEST)))
    _tell(total, rounds, form)
    if once and worker.met is not None:
        raise worker.met


class _Told:
    """What was said of orders that cannot be read, so that it is not said every second."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def once_in_a_while(self, met: StoreError | None) -> None:
        """Say *met*, unless that was done within the hour."""
        if met is None:
            return
        last = self._last.get(met.zh)
        if last is None or (now() - last).total_seconds() >= SAY_EVERY:
            self._last[met.zh] = now()
            note(f"{met} · " + say("只耽误它自己，其余照常", "it holds up itself alone, the others go on"))


def _hotline(given: dict[str, Any]) -> tuple[Store, Any]:
    from ..hotline import Hotline

    opened = hotline_of(
        given["pack_name"],
        given["store"],
        given["place"],
        must_exist=True,
        overlays=overlays_of(given["overlay_files"]),
        need=("routes",),
        reads=True,
    )

    def on(fenced: Store) -> Hotline:
        # A tick writes nothing private and finds nobody by name: it needs no key.
        return Hotline(opened.pack, fenced, place=opened.place, secrets=bytes(32))

    return opened.store, on


def _destinations(file: str) -> Any:
    if not file:
        return ()
    from ..delivery import read_destinations

    found = read_destinations(file)
    for to in found:
        to.open().close()  # a library that is not installed is told now, and not at the first message
    return found


def _tell(total: Worked, rounds: int, form: str) -> None:
    row = {"rounds": rounds, **total._asdict()}
    if form == "json":
        print_json(row)
    elif form == "csv":
        print_csv(list(row), [list(row.values())])
    else:
        click.echo(
            say(
                f"{rounds} 轮：查看工单 {total.orders} 张，新记超期 {total.overdue} 处，期限变更 {total.moved} 处；"
                f"投递 {total.sent} 条，失败 {total.failed} 次，死信 {total.dead} 条；让给别人 {total.lost} 次"
                + (f"；遇到读不了的工单 {total.unreadable} 次" if total.unreadable else ""),
                f"{rounds} rounds: {total.orders} orders looked at, {total.overdue} overdue recorded, {total.moved} "
                f"deadlines moved; {total.sent} messages sent, {total.failed} attempts failed, {total.dead} dead "
                f"letters; {total.lost} leases lost to others"
                + (f"; met an order that cannot be read {total.unreadable} times" if total.unreadable else ""),
            )
        )
