"""``deliver`` (投递): send the log to departments and other systems, and look after what did not arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from .common import Speaking, SpeakingGroup, answers, now, print_json, store_option
from .printing import iso, note, print_csv, say, table, when

if TYPE_CHECKING:
    from ..delivery import Destination, Turn
    from ..stores.port import Parked, Store

to_option = click.option(
    "--to", "file", default="deliver.toml", show_default=True, help="投递目的地文件（TOML） · file of destinations"
)
place_option = click.option("--place", default="", help="工单的热线（区划代码） · the hotline whose order it is")
ROUNDS = 1000
"""How many turns one ``deliver run`` takes for one destination at most; what is left is for the next."""


@click.group(
    "deliver",
    cls=SpeakingGroup,
    help="投递：把工单的变化按顺序发给承办单位和其他系统；发不出去的暂停、重试，直到人来处理。\n"
    "--\n"
    "Send what happens to orders to departments and other systems, in order; what fails waits and is tried again.",
)
def command() -> None:
    """Hold the commands of delivery."""


# ── run ──


@command.command(
    "run",
    cls=Speaking,
    short_help="投递一遍 · deliver what there is",
    help="把还没有投递的都发出去，然后结束；可由计划任务反复运行。有发不出去的，退出码 1。\n"
    "--\n"
    "Deliver what has not been delivered, then end.  Safe to repeat; exit 1 when something failed.",
)
@click.option("--only", default="", help="只投递到这一处 · this destination alone")
@to_option
@store_option
@answers("table", "json", "csv")
def run(only: str, file: str, store: str, form: str) -> None:
    """Deliver."""
    opened = _open(store)
    rows = [_run(opened, to) for to in _destinations(file, only)]
    heads = ("destination", "sent", "failed", "dead", "waiting", "paused", "busy")
    titles = say(
        "目的地,已发,失败,新死信,等待中,整体暂停至,别人正在投递",
        "destination,sent,failed,new dead,waiting,paused until,busy",
    )
    _print(rows, heads, titles, form, "destinations")
    if any(row["failed"] for row in rows):
        note(say("为什么没发出去：deliver dead --waiting", "why it failed: deliver dead --waiting"))
    if any(row["busy"] for row in rows):
        click.get_current_context().exit(3)
    if any(row["failed"] or row["paused"] for row in rows):
        click.get_current_context().exit(1)


def _run(store: Store, to: Destination) -> dict[str, Any]:
    from ..delivery import Delivered, deliver, waiting

    total, busy = Delivered(), False
    publisher = to.open()
    try:
        with _turn(store, to) as mine:
            busy = mine is None
            for _ in range(ROUNDS if mine is not None else 0):
                assert mine is not None
                told = deliver(mine.store, to, publisher, now, hold=mine.hold)
                total = Delivered(
                    total.read + told.read,
                    total.sent + told.sent,
                    total.failed + told.failed,
                    total.dead + told.dead,
                    told.paused,
                )
                if not told.read or told.paused:
                    break
    finally:
        publisher.close()
    row = {"destination": to.name, "sent": total.sent, "failed": total.failed, "dead": total.dead}
    left = sum(1 for _ in waiting(store, to.reader))
    return {**row, "waiting": left, "paused": _at(total.paused), "busy": busy}


# ── what waits ──


@command.command(
    "list",
    cls=Speaking,
    short_help="各目的地的情况 · how each destination stands",
    help="各目的地的情况：还差多少没读、多少工单在等、多少死信、是否整体暂停。\n"
    "--\n"
    "How each destination stands: how far behind, how many orders wait, dead letters, whether it is paused.",
)
@to_option
@store_option
@answers("table", "json", "csv")
def list_(file: str, store: str, form: str) -> None:
    """Say how each destination stands."""
    from ..delivery import waiting
    from ..delivery.parking import pause_of
    from ..whole import held

    opened, rows, behind = _open(store), [], 0
    for to in _destinations(file, secrets=False):
        parked = list(waiting(opened, to.reader))
        pause = pause_of(opened, to.reader)
        unread = len(opened.feed(opened.cursor(to.reader), 1001, to.wanted.place or None))
        behind = held(opened)
        rows.append(
            {
                "destination": to.name,
                "publisher": to.publisher,
                "unread": min(unread, 1000),
                "more": unread > 1000,
                "waiting": sum(1 for p in parked if p.retry),
                "dead": sum(1 for p in parked if not p.retry),
                "paused": _at(pause.retry) if pause is not None else None,
                "error": pause.error if pause is not None else None,
            }
        )
    heads = ("destination", "publisher", "unread", "more", "waiting", "dead", "paused", "error")
    titles = say(
        "目的地,发布器,未读,还有更多,等待重试,死信,整体暂停至,原因",
        "destination,publisher,unread,and more,waiting,dead,paused until,why",
    )
    _print(rows, heads, titles, form, "destinations")
    if behind:
        note(
            say(
                f"另有 {behind} 条记录还读不到，不在未读之内（doctor --store 可查）",
                f"{behind} more records are not given yet and not among those unread (doctor --store)",
            )
        )


@command.command(
    "dead",
    cls=Speaking,
    short_help="列出死信 · list dead letters",
    help="列出死信：不再自动重试的。--waiting 连同等待重试的。有死信时退出码 1。\n"
    "--\n"
    "List dead letters, which are not tried again by themselves; --waiting lists what is, too.  Exit 1 when there are "
    "dead letters.",
)
@click.option("--waiting", "too", is_flag=True, help="连同等待重试的 · what waits for its next attempt, too")
@click.option("--only", default="", help="只看这一处 · this destination alone")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="最多列出几条 · how many at most")
@to_option
@store_option
@answers("table", "json", "csv")
def dead(too: bool, only: str, limit: int, file: str, store: str, form: str) -> None:
    """List dead letters."""
    from ..delivery import waiting

    opened = _open(store)
    found = (
        (to, parked)
        for to in _destinations(file, only, secrets=False)
        for parked in waiting(opened, to.reader, dead=None if too else True)
    )
    rows = [_row(to, parked) for to, parked in islice(found, limit)]
    heads = ("destination", "place", "number", "attempts", "retry", "error")
    titles = say("目的地,热线,工单,已试,下次重试,原因", "destination,place,order,attempts,next attempt,why")
    _print(rows, heads, titles, form, "letters")
    if any(row["retry"] is None for row in rows):
        click.get_current_context().exit(1)


def _row(to: Destination, parked: Parked) -> dict[str, Any]:
    return {
        "destination": to.name,
        "place": parked.place,
        "number": parked.number,
        "attempts": parked.attempts,
        "retry": _at(parked.retry),
        "error": parked.error,
    }


# ── by hand ──


@command.command(
    "resend",
    cls=Speaking,
    short_help="重发死信 · send dead letters again",
    help="让死信从头重试：写明工单只重发该单，不写则全部。下一次 run 或 worker 就会发送。\n"
    "--\n"
    "Have dead letters tried again, of one order or all of them; the next run or worker sends them.",
)
@click.argument("name")
@click.argument("number", default="")
@place_option
@to_option
@store_option
@answers("table", "json")
def resend(name: str, number: str, place: str, file: str, store: str, form: str) -> None:
    """Send dead letters again."""
    from ..delivery import resend

    def act(mine: Store, to: Destination) -> int:
        return resend(mine, to.reader, now(), _place(mine, to, place, number) if number else "", number)

    count = _by_hand(store, file, name, act)
    if form == "json":
        print_json({"destination": name, "resent": count})
    else:
        click.echo(say(f"{count} 张工单将重新投递到「{name}」", f"{count} orders will be delivered to {name!r} again"))


@command.command(
    "skip",
    cls=Speaking,
    short_help="跳过一条消息 · leave a message out",
    help="跳过一张工单正在等待的那条消息，从下一条继续；--whole 跳过该单此刻在等的全部。\n"
    "--\n"
    "Leave out the message an order waits with and go on behind it; --whole leaves out all of it that waits now.",
)
@click.argument("name")
@click.argument("number")
@click.option("--whole", is_flag=True, help="此刻在等的全部 · everything of the order that waits now")
@place_option
@to_option
@store_option
@answers("table", "json")
def skip(name: str, number: str, whole: bool, place: str, file: str, store: str, form: str) -> None:
    """Leave a message out."""
    from ..delivery import skip

    def act(mine: Store, to: Destination) -> Parked:
        return skip(mine, to.reader, now(), _place(mine, to, place, number), number, whole=whole)

    parked = _by_hand(store, file, name, act)
    if form == "json":
        print_json({"destination": name, "place": parked.place, "number": number, "whole": whole})
    elif whole:
        click.echo(say(f"工单 {number} 此刻在等的都不再投递", f"what waits of order {number} will not be delivered"))
    else:
        click.echo(say(f"工单 {number} 跳过一条，从下一条继续", f"order {number} goes on behind the message left out"))


def _by_hand(store: str, file: str, name: str, act: Callable[[Store, Destination], Any]) -> Any:
    """Do something under the destination's lease, so that no worker is at it."""
    from ..delivery.turns import busy

    (to,) = _destinations(file, name, secrets=False)
    with _turn(_open(store), to) as mine:
        if mine is None:
            raise busy(name)
        return act(mine.store, to)


def _place(store: Store, to: Destination, place: str, number: str) -> str:
    """Return whose order *number* is: as said, or as what waits says."""
    from ..delivery import waiting

    return place or next((p.place for p in waiting(store, to.reader) if p.number == number), "")


# ── common ──


def _open(url: str) -> Store:
    from ..stores import open_store

    return open_store(url, must_exist=True)


def _destinations(file: str, only: str = "", *, secrets: bool = True) -> tuple[Destination, ...]:
    from ..core.errors import RequestError
    from ..delivery import read_destinations

    found = read_destinations(file, secrets=secrets)
    kept = tuple(to for to in found if only in ("", to.name))
    if not kept:
        names = [to.name for to in found]
        raise RequestError(
            f"{file} 里没有目的地「{only}」",
            f"{file} names no destination {only!r}",
            code="unknown-destination",
            hint=f"有：{'、'.join(names)}",
            hint_en=f"there are: {', '.join(names)}",
        )
    return kept


@contextmanager
def _turn(store: Store, to: Destination) -> Iterator[Turn | None]:
    """Take the destination's lease; a store that has none serves one process, and this is it."""
    from ..delivery import Turn, turn
    from ..delivery.turns import owner_name
    from ..stores.port import Leasing

    if not isinstance(store, Leasing):
        yield Turn(store, lambda: None)
        return
    with turn(store, to.reader, owner_name()) as mine:
        yield mine


def _print(rows: list[dict[str, Any]], heads: tuple[str, ...], titles: str, form: str, what: str) -> None:
    if form == "json":
        print_json({what: [{key: _plain(value) for key, value in row.items()} for row in rows]})
    elif form == "csv":
        print_csv(heads, [[_plain(row[head]) for head in heads] for row in rows])
    elif rows:
        click.echo(table(titles.split(","), [[_cell(row[head]) for head in heads] for row in rows]))
    else:
        note(say("没有", "none"))


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return say("是", "yes") if value else ""
    if isinstance(value, datetime):
        return when(value)
    return "" if value is None else str(value)


def _at(kept: str) -> datetime | None:
    """Read an instant as the store keeps it, in China's time; "" is none."""
    from ..core.calendar import local

    return local(datetime.fromisoformat(kept)) if kept else None
