"""``qc`` (质检): what is wrong with recorded requests and replies, each finding with a code and its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from ..core.errors import RequestError
from .common import DEFAULT_STORE, Speaking, answers, hotline_of, policy_of
from .printing import print_csv, print_json, say, table
from .rules import read_bytes, tell_refused

if TYPE_CHECKING:
    from ..core.policy import Policy
    from ..text.quality import Checked, Fault


class _Found(NamedTuple):
    """A finding about a line of the table or an order."""

    where: int | str
    fault: Fault


@click.command(
    "qc",
    cls=Speaking,
    help="质检诉求与答复：投诉记成咨询、紧急程度记低、答复空洞、答非所问、缺要素（政策包要求的五要素）。"
    "有发现时退出码为 1。\nORDERS 是一张表（须给 --text）；或用 --store 质检存储中的工单。\n--\n"
    "Check recorded requests and replies: complaints recorded as something milder, urgency recorded too low, empty "
    "replies, replies that share nothing with the question, records that lack elements the pack asks for. Exit code 1 "
    "where something is found. ORDERS is a table (with --text); --store checks the orders kept.",
)
@click.argument("orders", type=click.Path(), required=False, default="")
@click.option("--text", default="", help="内容所在的列 · the column of texts")
@click.option("--title", default="", help="标题所在的列 · the column of titles")
@click.option("--kind", default="", help="类型所在的列 · the column of kinds")
@click.option("--urgency", default="", help="紧急程度所在的列 · the column of urgencies")
@click.option("--reply", default="", help="答复所在的列 · the column of replies")
@click.option("--name", default="", help="姓名所在的列，给出才查 · the column of names, checked where given")
@click.option("--phone", default="", help="电话所在的列，给出才查 · the column of phones, checked where given")
@click.option("--address", default="", help="地点所在的列，给出才查 · the column of addresses, checked where given")
@click.option("--store", default="", help=f"改从存储取工单，如 {DEFAULT_STORE} · take the orders of a store")
@click.option(
    "--pack", "pack_name", default="", help="政策包；默认 cn，用 --store 时取自工单 · pack; cn, or the orders'"
)
@click.option("--place", default="", help="热线（区划代码），用于 --store · the hotline, with --store")
@answers("table", "json", "csv")
def command(orders: str, store: str, pack_name: str, place: str, form: str, **columns: str) -> None:
    """Check."""
    if bool(orders) == bool(store):
        raise RequestError(
            "请给出表或 --store，二者之一",
            "give a table or --store, one of them",
            code="no-source",
            hint="例如 hotline12345 qc 工单.csv --text 内容，或 hotline12345 qc --store sqlite:///hotline12345.db",
            hint_en="for example hotline12345 qc FILE.csv --text COLUMN, or hotline12345 qc --store sqlite:///FILE.db",
        )
    if orders and not columns["text"]:
        raise click.UsageError(say("请用 --text 写明内容所在的列", "name the column of texts with --text"))
    refused: list[RequestError] = []
    found = list(_of_store(store, pack_name, place) if store else _of_table(orders, columns, pack_name, refused))
    tell_refused(refused)
    _print(found, "number" if store else "line", form)
    if found:
        click.get_current_context().exit(1)


def _of_store(store: str, pack_name: str, place: str) -> Iterator[_Found]:
    from ..text.quality import Checked, check, check_elements
    from .classify import no_rules

    hotline = hotline_of(pack_name, store, place, must_exist=True, reads=True)
    for order in hotline.orders():
        kept = hotline.store.private(hotline.place, order.number)
        words = kept["1"]["words"] if "1" in kept else None
        if not words:
            continue  # forgotten
        policy = hotline.pack.newest if pack_name else hotline.policy_of(order)
        if policy.rules is None:
            raise no_rules(policy)
        # The last words for the requester; a reply without any was given another way.
        notes = [kept[version]["words"].get("public") for version in sorted(kept, key=int)]
        public = [str(said) for said in notes if said]
        reply = public[-1] if public and order.outcome.reply is not None else None
        urgency = order.topic.urgency if order.topic is not None else None
        row = Checked(str(words.get("title") or ""), str(words.get("text") or ""), order.kind, urgency, reply)
        for fault in check(policy.rules, row):
            yield _Found(order.number, fault)
        for fault in check_elements(policy.asks, words, order.area, order.intake.anonymous):
            yield _Found(order.number, fault)


def _of_table(path: str, columns: dict[str, str], pack_name: str, refused: list[RequestError]) -> Iterator[_Found]:
    from ..text.quality import check, check_elements
    from ..text.samples import column, read_table
    from .classify import no_rules

    policy = policy_of(pack_name or "cn", "", need=("rules",))
    if policy.rules is None:
        raise no_rules(policy)
    rows = read_table(read_bytes(path), path)
    where = {name: column(rows, given, f"--{name}", path) for name, given in columns.items() if given}
    needs = _known(policy, columns)
    for line, cells in rows.rows():
        if isinstance(cells, RequestError):
            refused.append(cells)
            continue
        said = {name: str(cells[at] if cells[at] is not None else "").strip() for name, at in where.items()}
        try:
            row = _checked(line, said)
        except RequestError as error:
            refused.append(error)
            continue
        who = {"name": said.get("name"), "phone": said.get("phone")}
        words = {"title": row.title, "text": row.text, "address": said.get("address"), "requester": who}
        for fault in (*check(policy.rules, row), *check_elements(needs, words)):
            yield _Found(line, fault)


def _known(policy: Policy, columns: dict[str, str]) -> tuple[str, ...]:
    """Return the elements the pack asks for that the table can show: no column, no finding."""
    shown = {"name": "name", "contact": "phone", "place": "address"}
    return tuple(element for element in policy.asks if element not in shown or columns[shown[element]])


def _checked(line: int, said: dict[str, str]) -> Checked:
    from ..core.request import Kind, Urgency
    from ..text.quality import Checked

    recorded = Kind.parse(said["kind"]) if said.get("kind") else None
    level = next((each for each in Urgency if said.get("urgency") in (each.value, each.zh)), None)
    if said.get("urgency") and level is None:
        zh, en = f"第 {line} 行：没有紧急程度「{said['urgency']}」", f"line {line}: no urgency {said['urgency']!r}"
        levels = "、".join(each.zh for each in Urgency)
        raise RequestError(zh, en, code="unknown-urgency", hint=levels, hint_en=levels)
    return Checked(said.get("title", ""), said["text"], recorded, level, said.get("reply"))


def _print(found: list[_Found], where: str, form: str) -> None:
    from .taken_in import ELEMENT_ZH

    columns = (where, "code", "what", "evidence")
    rows = [(one.where, one.fault.code, say(one.fault.zh, one.fault.en), one.fault.evidence) for one in found]
    if form == "json":
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif form == "csv":
        print_csv(columns, rows)
    elif not rows:
        click.echo(say("没有发现", "nothing found"))
    else:
        heads = [say("单号", "order") if where == "number" else say("行", "line")]
        heads += say("代码,发现,依据", "code,finding,evidence").split(",")
        shown = []
        for at, code, what, evidence in rows:
            named = "、".join(ELEMENT_ZH.get(part, part) for part in evidence.split("、"))
            shown.append((str(at), code, what, say(named, evidence) if code == "lacks-elements" else evidence))
        click.echo(table(heads, shown))
