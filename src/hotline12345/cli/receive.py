"""``receive`` (收件): one request from options, or many from a file; the good ones go in, the bad ones are named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import HotlineError, RequestError, StoreError
from .categories import known_category
from .common import (
    Speaking,
    answers,
    edition_option,
    hotline_of,
    instant_of,
    no_such_file,
    now,
    overlay_option,
    overlays_of,
    own_pack_option,
    place_option,
    print_json,
    store_option,
)
from .due import due_words
from .judging import trust_option, with_option
from .printing import facts, half, note, print_csv, progress, say, table

if TYPE_CHECKING:
    from ..channels import Parsed
    from ..channels.plain import Reading
    from ..core.actor import Actor
    from ..core.order import Order
    from ..core.request import Attachment, Request
    from ..hotline import Hotline

COLUMNS = ("number", "status", "unit", "kind", "category", "due_day", "at", "provisional", "basis")
LISTED = 50
"""Up to how many orders of a file are listed one by one in a table."""


@click.command(
    "receive",
    cls=Speaking,
    help="收件：写明一件诉求，或用 --file 成批导入（CSV、JSON 行、xlsx，可为 .gz）。好行入库，坏行连行号列出。\n"
    "--\n"
    "Receive one request from options, or many from a file; good rows go in, bad rows are named with their lines.",
)
@click.option("--title", default="", help="标题 · title")
@click.option("--text", default="", help="内容 · text")
@click.option("--name", default="", help="诉求人姓名 · the requester's name")
@click.option("--phone", default="", help="电话 · phone")
@click.option("--address", default="", help="事发地址 · address")
@click.option("--kind", default="", help="诉求类型，中文或英文；用于文件时固定每一行 · kind; for a file, of every row")
@click.option("--category", default="", help="类别，不写则由规则归类 · category; without one, the rules say")
@click.option("--area", default="", help="区划代码 · division code")
@click.option("--received", default="", help="收到的时刻，默认此刻 · when it was received, by default now")
@click.option("--at", "recorded", default="", help="入库时刻，默认此刻 · when it is recorded, by default now")
@click.option(
    "--channel", default="", help="渠道，默认 phone，文件为 import · channel, by default phone, for a file import"
)
@click.option(
    "--ref",
    default="",
    help="渠道自己的编号，重复收件得同一工单 · the channel's own number; twice gives the same order",
)
@click.option("--level", default="", help="来源层级：国家级、省级… · level of government that handed it down")
@click.option("--line", default="", help="专线代码 · special line it came by")
@click.option("--anonymous", is_flag=True, help="匿名 · anonymous")
@click.option("--confidential", is_flag=True, help="保密 · confidential")
@click.option("--no-reply", is_flag=True, help="不需要回复 · no reply is wanted")
@click.option(
    "--attach",
    multiple=True,
    help="附件的名称或存放处，可多次；文件本身不读 · name or address of an attachment, may be repeated; it is not read",
)
@click.option("--file", "path", default="", help="文件，- 为标准输入 · a file, - for standard input")
@click.option(
    "--map", "mapping", default="", help="列映射，如 received=受理时间,text=内容 · which column is which field"
)
@click.option("--encoding", default="", help="文件编码，默认自动识别 · the file's encoding")
@click.option(
    "--through",
    type=click.Choice(["receive", "accept", "dispatch"]),
    default="dispatch",
    show_default=True,
    help="自动办到哪一步 · how far to go without a person",
)
@click.option(
    "--disposition",
    type=click.Choice(["auto", "handle"]),
    default="auto",
    show_default=True,
    help="handle：只提示转出、不予受理，不照办 · handle: only note a referral or a refusal",
)
@click.option(
    "--locate", is_flag=True, help="没有区划时从地址、内容识别，确定才填 · read a missing area from address and text"
)
@with_option
@trust_option
@click.option("--as", "actor", default="agent", show_default=True, help="谁收的：角色@单位/人员 · who takes it down")
@store_option
@own_pack_option
@edition_option
@place_option
@overlay_option
@answers("table", "json", "csv")
def command(form: str, path: str, **given: Any) -> None:
    """Receive."""
    from ..classifiers import open_classifier
    from ..core.actor import Actor

    by = Actor.parse(given["actor"])
    if path:
        _only_for_one(given)
        reading = _open(path, given)
    else:
        if not (given["title"] or given["text"]):
            raise click.UsageError(
                say("请写明 --text（或 --title），或用 --file", "give --text (or --title), or --file")
            )
        request = _request(given)
    classifier = open_classifier(given["classifier"]) if given["classifier"] else None
    hotline = hotline_of(
        given["pack_name"],
        given["store"],
        given["place"],
        overlays=overlays_of(given["overlay_files"]),
        edition=given["edition"],
        classifier=classifier,
        trust=given["trust"],
    )
    at = instant_of(given["recorded"]) if given["recorded"] else None
    if not path:
        known_category(hotline.policy_for(request.received), given["category"])
    if path:
        _many(hotline, reading, by, at, form, given)
    else:
        order = _take(hotline, request, by, at, given)
        _one(hotline, order, form)


def _only_for_one(given: dict[str, Any]) -> None:
    names = (
        "title",
        "text",
        "name",
        "phone",
        "address",
        "category",
        "area",
        "ref",
        "level",
        "line",
        "anonymous",
        "confidential",
        "no_reply",
        "attach",
    )
    wrong = [f"--{name.replace('_', '-')}" for name in names if given[name]]
    if wrong:
        raise click.UsageError(
            say(f"{'、'.join(wrong)} 不能与 --file 同用", f"{', '.join(wrong)} cannot go with --file")
        )


def _request(given: dict[str, Any]) -> Request:
    from ..core.request import Kind, Request, Requester, parse_level

    return Request(
        instant_of(given["received"]) if given["received"] else now(),
        given["title"],
        given["text"],
        Requester(given["name"], given["phone"]),
        Kind.parse(given["kind"]) if given["kind"] else None,
        given["category"],
        given["area"],
        given["address"],
        given["channel"] or "phone",
        given["ref"],
        given["anonymous"],
        given["confidential"],
        not given["no_reply"],
        tuple(_attached(one) for one in given["attach"]),
        level=parse_level(given["level"]),
        line=given["line"],
    )


def _attached(told: str) -> Attachment:
    """Return the attachment whose name or address is *told*: its kind is known by the name, the same on any machine."""
    from mimetypes import MimeTypes

    from ..core.request import Attachment

    name = told.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return Attachment(name, MimeTypes().guess_type(name)[0] or "", uri="" if told == name else told)


def _take(hotline: Hotline, request: Request, by: Actor, at: datetime | None, given: dict[str, Any]) -> Order:
    # What is given as received later than the clock says (a rehearsal, a clock that is slow) is recorded then.
    recorded = at or max(now(), request.received)
    if given["locate"]:
        from ..text.places import located

        request = located(request, hotline.place)
    return hotline.receive(request, by=by, at=recorded, through=given["through"], disposition=given["disposition"])


# ── one ──


def row_of(hotline: Hotline, order: Order) -> dict[str, Any]:
    """Return what whoever filed a request wants to know of the order."""
    from ..view import course

    told = course(order)
    return {
        "number": told["number"],
        "status": told["status"],
        "unit": told["holder"],
        "unit_name": hotline.policy_of(order).unit_name(order.holder) if order.holder else "",
        **{key: told[key] for key in ("place", "kind", "category", "due_day", "at", "provisional", "basis", "version")},
    }


def _one(hotline: Hotline, order: Order, form: str) -> None:
    row = row_of(hotline, order)
    if form == "json":
        print_json(row)
        return
    if form == "csv":
        print_csv(COLUMNS, [[row[key] for key in COLUMNS]])
        return
    citizen = order.citizen
    due = due_words(citizen.deadline) if citizen is not None else say("未起算", "not running yet")
    unit = f"{row['unit_name']}（{row['unit']}）" if say("zh", "en") == "zh" else row["unit"]
    reason = half(citizen.deadline.basis) if citizen is not None else ""
    kind = say(order.kind.zh, order.kind.value) if order.kind is not None else ""
    click.echo(
        facts(
            [
                (say("工单", "order"), order.number),
                (say("状态", "status"), say(order.status.zh, order.status.value)),
                (say("归类", "matter"), " ".join(part for part in (kind, order.category) if part)),
                (
                    say("承办", "unit"),
                    (unit if row["unit"] else say("热线中心", "the centre")) if order.is_open else "",
                ),
                (say("到期", "due"), due if order.is_open else ""),
                (say("依据", "basis"), reason if order.is_open else ""),
                *_what_else(hotline, order),
            ]
        )
    )


def _what_else(hotline: Hotline, order: Order) -> Iterator[tuple[str, str]]:
    """Yield where an order went that is no unit's (119, the court …), and what the rules suggest a person do."""
    from ..core.events import Accepted
    from .story import Story
    from .wording import finding

    history = hotline.history(order.number)
    if not order.is_open:
        yield say("处置", "done"), Story(hotline.policy_of(order)).tell(history[-1])
    for event in history:
        if isinstance(event, Accepted):
            for each in event.findings:
                yield say("提示", "note"), finding(each.code, each.target, each.basis)


# ── many ──


def _open(path: str, given: dict[str, Any]) -> Reading:
    from ..channels.columns import parse_mapping
    from ..channels.plain import PlainChannel
    from ..core.request import Kind

    try:
        if path == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                data = file.read()
    except OSError as error:
        raise no_such_file(path, error) from error
    return PlainChannel().read(
        data,
        name=path,
        mapping=parse_mapping(given["mapping"]),
        kind=Kind.parse(given["kind"]) if given["kind"] else None,
        channel=given["channel"] or "import",
        encoding=given["encoding"],
        received=instant_of(given["received"]) if given["received"] else None,
    )


def _many(hotline: Hotline, reading: Reading, by: Actor, at: datetime | None, form: str, given: dict[str, Any]) -> None:
    from . import lang_now

    done: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    with progress(say("收件", "receiving")) as step:
        for parsed in reading:
            error = _row(hotline, parsed, by, at, given, done)
            if error is not None:
                refused.append({"line": parsed.line, **error.as_dict(lang_now())})
            step()
    for fault in reading.notes:
        note(fault.text(lang_now()))
    numbers = {row["number"] for row in done}
    if form == "json":
        print_json({"received": len(done), "orders": done, "new": len(numbers), "refused": refused})
    elif form == "csv":
        print_csv(("line", *COLUMNS), [[row["line"], *(row[key] for key in COLUMNS)] for row in done])
    else:
        _summary(done, len(numbers))
    if refused and form != "json":
        for row in refused:
            where = say(f"第 {row['line']} 行", f"line {row['line']}")
            said = row["message"] if row["message"].startswith(where) else f"{where}{say('：', ': ')}{row['message']}"
            note(f"{said} ({row['code']})")
    if refused:
        click.get_current_context().exit(1)


def _row(
    hotline: Hotline, parsed: Parsed, by: Actor, at: datetime | None, given: dict[str, Any], done: list[dict[str, Any]]
) -> HotlineError | None:
    """Take one row; return why not where it cannot go in.  A store that fails ends the import."""
    if parsed.request is None:
        return parsed.error or RequestError("空行", "an empty row", code="empty-row")
    try:
        order = _take(hotline, parsed.request, by, at, given)
    except StoreError as error:
        note(
            say(
                f"已入库 {len(done)} 行，到第 {parsed.line} 行中断",
                f"{len(done)} rows are in; broke off at line {parsed.line}",
            )
        )
        raise error
    except HotlineError as error:
        return error
    done.append({"line": parsed.line, **row_of(hotline, order)})
    return None


def _summary(done: list[dict[str, Any]], orders: int) -> None:
    from ..core.status import Status

    click.echo(say(f"收件 {len(done)} 行，工单 {orders} 张", f"received {len(done)} rows, {orders} orders"))
    if 0 < len(done) <= LISTED:
        columns = say("行,编号,状态,承办单位,到期日", "line,number,status,unit,due").split(",")
        name = say("unit_name", "unit")
        status = {each.value: say(each.zh, each.value) for each in Status}
        rows = [(r["line"], r["number"], status[r["status"]], r[name], r["due_day"]) for r in done]
        click.echo(table(columns, rows))
