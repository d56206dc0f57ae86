"""``centre`` (热线机构台账): calls, lines, test calls, answering days and topics, each a table and a report of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..core.errors import RequestError
from .common import Speaking, SpeakingGroup, answers, hotline_of, own_pack_option, print_json
from .printing import day_of, facts, iso, print_csv, say, table, when
from .rules import read_bytes
from .seasons import seasons, which_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

_file = click.argument("file", type=click.Path())
_on = click.option("--on", "on", default="", help="截至哪天，默认今天 · as of which day, today by default")
_store = click.option("--store", default="", help="查工单的存储地址 · the store in which to look up the orders")


@click.group(
    "centre",
    cls=SpeakingGroup,
    help="热线机构自己的台账：话务、归并、拨测、领导接听日、每月一题、季节预案。列名可用中文或英文，错误一次说全。\n"
    "--\n"
    "What the office itself keeps: calls, merged lines, test calls, answering days, topics of the month, plans "
    "for seasons.",
)
def command() -> None:
    """Hold the office's registers."""


def _rate(rate: Any) -> str:
    return "" if rate is None else f"{rate} %"


def _out(form: str, plain: dict[str, Any], columns: Sequence[str], rows: list[dict[str, Any]]) -> bool:
    """Print for a program and say so; a person's form is the caller's."""
    if form == "json":
        print_json(plain)
    elif form == "csv":
        print_csv(columns, [[row[column] for column in columns] for row in rows])
    return form != "table"


@command.command(
    "calls",
    cls=Speaking,
    short_help="话务：接通率、15 秒接通率、待回拨 · connect rate, 15-second rate, who to call back",
    help="话务记录：接通率、15 秒内接通的比例、任意连续 24 小时的最低接通率，以及漏接后还没有联系上的来电。\n"
    "--\n"
    "Call records: connect rate, the share answered within 15 seconds, the lowest rate of any 24 hours, and who was "
    "missed and has not been reached since.",
)
@_file
@click.option(
    "--within", default=15, show_default=True, help="几秒之内算及时（GB/T 33358：15） · seconds that count as prompt"
)
@click.option("--seats", type=int, default=None, help="坐席数，与 --inhabitants 同用 · seats, with --inhabitants")
@click.option("--inhabitants", type=int, default=None, help="服务的人口，与 --seats 同用 · people served, with --seats")
@answers("table", "json", "csv")
def calls(file: str, within: int, seats: int | None, inhabitants: int | None, form: str) -> None:
    """Report on calls."""
    from ..centre.calls import read_calls, service, to_call_back

    per_100k = _seats(seats, inhabitants)
    records = read_calls(read_bytes(file), file)
    told = service(records, within)
    plain = {name: iso(value) if name == "worst_day_from" else value for name, value in told._asdict().items()}
    plain = {name: str(value) if "rate" in name and value is not None else value for name, value in plain.items()}
    plain |= {
        name: None if plain[name] is None else str(plain[name])
        for name in ("wait_median", "talk_mean", "within_of_answered")
    }
    missed = [
        {"caller": one.caller, "since": iso(one.since), "last": iso(one.last), "tries": one.tries, "line": one.line}
        for one in to_call_back(records)
    ]
    plain["seats_per_100k"] = None if per_100k is None else str(per_100k)
    if _out(form, plain | {"call_back": missed}, ("caller", "since", "last", "tries", "line"), missed):
        return
    click.echo(
        facts(
            [
                (say("呼入", "offered"), f"{told.offered:,}"),
                (say("接通", "answered"), f"{told.answered:,}"),
                (say("放弃", "given up"), f"{told.abandoned:,}"),
                (say("接通率", "connect rate"), _rate(told.connect_rate)),
                (say(f"{within} 秒接通率", f"within {within} s"), _rate(told.within_rate)),
                (say("任意 24 小时最低接通率", "lowest of any 24 h"), _rate(told.worst_day_rate)),
                (say("　自", "  from"), when(told.worst_day_from)),
                (say("等待中位数（秒）", "median wait, s"), str(told.wait_median or "")),
                (say("平均通话（秒）", "mean talk, s"), str(told.talk_mean or "")),
                (say("每十万人坐席数", "seats per 100,000"), str(per_100k or "")),
                (say("待回拨", "to call back"), f"{len(missed):,}"),
            ]
        )
    )
    if missed:
        click.echo()
        heads = (
            say("来电者", "caller"),
            say("首次", "since"),
            say("最近", "last"),
            say("次数", "tries"),
            say("线路", "line"),
        )
        listed = to_call_back(records)
        click.echo(table(heads, [(m.caller, when(m.since), when(m.last), m.tries, m.line) for m in listed]))


def _seats(seats: int | None, inhabitants: int | None) -> Decimal | None:
    from ..centre.calls import seats_per_100k

    if (seats is None) != (inhabitants is None):
        raise RequestError(
            "--seats 和 --inhabitants 要一起写",
            "--seats and --inhabitants go together",
            code="bad-seats",
            hint="两个都写，或都不写",
            hint_en="give both or neither",
        )
    return None if seats is None or inhabitants is None else seats_per_100k(seats, inhabitants)


@command.command(
    "lines",
    cls=Speaking,
    short_help="热线归并进度 · how far the merging of hotlines is",
    help="热线归并台账：按归并方式数完成多少、哪些过了计划日期；--propose 号码 问能不能新设。\n"
    "--\n"
    "The register of merged hotlines: what is done by way of merging, what is late; --propose NUMBER asks whether a "
    "new one may be set up.",
)
@_file
@_on
@click.option("--propose", default="", help="拟设的号码 · a number somebody wants to publish")
@click.option("--approved", default="", help="允许新设的依据文件 · the document that allows it")
@answers("table", "json", "csv")
def lines(file: str, on: str, propose: str, approved: str, form: str) -> None:
    """Report on merged hotlines."""
    from ..centre.lines import MODE_ZH, check_new, progress, read_lines

    register = read_lines(read_bytes(file), file)
    if propose:
        check_new(register, propose, approved)
    told = progress(register, which_day(on))
    modes = [{"mode": mode, "done": done, "total": total} for mode, (done, total) in told.by_mode.items()]
    late = [{"number": one.number, "name": one.name, "planned": iso(one.planned)} for one in told.late]
    plain = {"total": told.total, "done": told.done, "by_mode": modes, "late": late}
    if _out(form, plain, ("mode", "done", "total"), modes):
        return
    click.echo(facts([(say("热线", "hotlines"), str(told.total)), (say("已归并", "merged"), str(told.done))]))
    click.echo()
    rows = [(say(MODE_ZH[mode], mode), done, total) for mode, (done, total) in told.by_mode.items()]
    click.echo(table((say("归并方式", "way"), say("完成", "done"), say("应归并", "in all")), rows))
    if told.late:
        click.echo()
        heads = (say("号码", "number"), say("名称", "name"), say("计划日期", "planned"))
        click.echo(table(heads, [(o.number, o.name, day_of(o.planned)) for o in told.late if o.planned]))


@command.command(
    "probes",
    cls=Speaking,
    short_help="实例拨测 · test calls, unit by unit",
    help="实例拨测：各单位被拨多少次、接了多少、平均得分、哪几次没有接。\n--\nTest calls, unit by unit.",
)
@_file
@answers("table", "json", "csv")
def probes(file: str, form: str) -> None:
    """Report on test calls."""
    from ..centre.registers import probed, read_probes

    found = probed(read_probes(read_bytes(file), file))
    rows = [
        {
            "unit": one.unit,
            "calls": one.calls,
            "answered": one.answered,
            "answer_rate": None if one.answer_rate is None else str(one.answer_rate),
            "mean_score": None if one.mean_score is None else str(one.mean_score),
            "missed": [iso(at) for at in one.missed],
        }
        for one in found
    ]
    if _out(form, {"units": rows}, ("unit", "calls", "answered", "answer_rate", "mean_score"), rows):
        return
    heads = (
        say("单位", "unit"),
        say("拨测", "calls"),
        say("接通", "answered"),
        say("接通率", "rate"),
        say("平均分", "mean"),
    )
    shown = [(o.unit, o.calls, o.answered, _rate(o.answer_rate), str(o.mean_score or "")) for o in found]
    click.echo(table(heads, shown))


# ── orders behind a day or a topic ──


def _orders(numbers: Sequence[str], store: str, pack_name: str) -> list[dict[str, Any]]:
    """Return how the orders stand; without a store only their numbers."""
    if not store:
        return [{"number": number} for number in numbers]
    hotline = hotline_of(pack_name, store, must_exist=True, reads=True)
    found = []
    for number in numbers:
        order = hotline.order(number)
        found.append({"number": number, "status": order.status.value, "open": order.is_open, "on_time": order.on_time})
    return found


def _counts(orders: list[dict[str, Any]]) -> tuple[Any, Any, Any]:
    if not orders or "status" not in orders[0]:
        return (len(orders), "", "")
    return len(orders), sum(o["open"] for o in orders), sum(o["on_time"] is True for o in orders)


_ORDERS = (("orders", "工单"), ("open", "在办"), ("on time", "按时"))


@command.command(
    "days",
    cls=Speaking,
    short_help="领导接听日 · the leaders' answering days",
    help="领导接听日：哪天、哪个单位、什么职务接听，当天的工单办得如何（--store）。\n"
    "--\n"
    "The leaders' answering days: which post of which unit, and how the orders of the day stand (--store).",
)
@_file
@_store
@own_pack_option
@answers("table", "json", "csv")
def days(file: str, store: str, pack_name: str, form: str) -> None:
    """Report on answering days."""
    from ..centre.registers import read_days

    rows: list[dict[str, Any]] = [
        {
            "day": one.day.isoformat(),
            "unit": one.unit,
            "post": one.post,
            "orders": _orders(one.orders, store, pack_name),
        }
        for one in read_days(read_bytes(file), file)
    ]
    if _out(form, {"days": rows}, ("day", "unit", "post"), rows):
        return
    heads = (say("日期", "day"), say("单位", "unit"), say("职务", "post"), *(say(zh, en) for en, zh in _ORDERS))
    click.echo(table(heads, [(r["day"], r["unit"], r["post"], *_counts(r["orders"])) for r in rows]))


@command.command(
    "topics",
    cls=Speaking,
    short_help="专题、每月一题 · topics of the month",
    help="专题、每月一题：牵头、措施、时限、是否逾期，背后的工单（--store），完成之后是否又来（--store 或 --asked）。\n"
    "--\n"
    "Topics of the month: owner, measures, the day it is due, whether it is late, the orders behind it (--store), and "
    "whether it came back after it was closed (--store or --asked).",
)
@_file
@_on
@_store
@click.option(
    "--asked", default="", type=click.Path(), help="数复发用的诉求文件 · messages in which to count recurrence"
)
@click.option("--map", "mapping", default="", help="该文件的列映射 · which of its columns is which")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1), help="前后各比几天 · days compared")
@own_pack_option
@answers("table", "json", "csv")
def topics(file: str, on: str, store: str, asked: str, mapping: str, days: int, pack_name: str, form: str) -> None:
    """Report on topics."""
    from ..centre.topics import VERDICT_ZH, read_topics, recurrence

    day = which_day(on)
    register = read_topics(read_bytes(file), file)
    messages = None
    if asked or (store and any(one.done and one.done < day for one in register)):
        from .messages import gather

        messages = gather(asked, mapping, "", "" if asked else store, pack_name, "").messages
    rows: list[dict[str, Any]] = []
    for one in register:
        back = recurrence(one, messages, day, days) if messages is not None else None
        row = one._asdict() | {
            "due": one.due.isoformat(),
            "done": iso(one.done),
            "late": one.late(day),
            "orders": _orders(one.orders, store, pack_name),
            "recurrence": back._asdict() if back is not None else None,
        }
        rows.append(row | {"terms": list(one.terms), "verdict": back.verdict if back is not None else ""})
    if _out(form, {"topics": rows}, ("month", "title", "owner", "due", "done", "late", "verdict"), rows):
        return
    heads = [say("月份", "month"), say("题目", "topic"), say("牵头", "owner"), say("时限", "due"), say("状态", "state")]
    heads += [say(zh, en) for en, zh in _ORDERS] + [say("复发（前/后）", "came back (before/after)")]
    shown = []
    for r in rows:
        back, said = r["recurrence"], say(VERDICT_ZH.get(r["verdict"], ""), r["verdict"])
        told = f"{said} {back['before']}/{back['after']}" if back else ""
        shown.append((r["month"], r["title"], r["owner"], r["due"], _state(r), *_counts(r["orders"]), told))
    click.echo(table(heads, shown))


def _state(row: dict[str, Any]) -> str:
    if row["late"]:
        return say("逾期", "late")
    return say("完成", "done") if row["done"] else say("在办", "running")


command.add_command(seasons)


@command.command(
    "take-up",
    cls=Speaking,
    short_help="把热点立为专题 · turn a hot issue into a topic",
    help="把 hot --format json 的一类热点立为专题：输出一行台账（CSV），含成员工单和用来数复发的提法、区划。\n"
    "--\n"
    "Turn an issue of hot --format json into a topic: its row of the register (CSV), with the orders behind it and the "
    "words and area by which recurrence is counted.",
)
@_file
@click.option("--rank", default=1, show_default=True, help="第几类 · which issue")
@click.option("--month", required=True, help="月份，如 2026-09 · the month")
@click.option("--owner", required=True, help="牵头单位 · the owner")
@click.option("--measures", required=True, help="措施 · what is to be done")
@click.option("--due", required=True, help="完成时限 · the day it is to be done by")
@answers("csv", "json", "table")
def take_up(file: str, rank: int, month: str, owner: str, measures: str, due: str, form: str) -> None:
    """Take an issue up."""
    from ..centre.topics import taken_up

    topic = taken_up(_issue(file, rank), month, owner, measures, which_day(due))
    row = topic._asdict() | {"due": due, "orders": ";".join(topic.orders), "terms": ";".join(topic.terms)}
    if form == "json":
        print_json(row | {"orders": list(topic.orders), "terms": list(topic.terms)})
    else:
        print_csv(tuple(row), [list(row.values())])


def _issue(file: str, rank: int) -> dict[str, Any]:
    import json

    try:
        issues = json.loads(read_bytes(file))["issues"]
        return next(issue for issue in issues if issue["rank"] == rank)
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError) as error:
        raise RequestError(
            f"{file} 里没有第 {rank} 类热点",
            f"{file} has no hot issue of rank {rank}",
            code="no-such-issue",
            hint="文件应是 hot --format json 的输出；--rank 是其中的 rank",
            hint_en="the file should be the output of hot --format json; --rank is the rank in it",
        ) from error
