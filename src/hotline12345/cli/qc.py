"""``qc`` (质检): what is wrong with recorded requests and replies, each finding with a code and its evidence."""

from __future__ import annotations

import re
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


FIELDS = (
    *("text", "title", "kind", "urgency", "reply", "name", "phone", "address"),
    *("happened", "area", "anonymous"),
)
"""What a table's columns may say (表的各列); the last three are named by ``--map`` alone."""
_TOLD_BY = {"name": ("name",), "contact": ("phone",), "place": ("address", "area")}
"""Which columns tell of an element; the other elements stand in the text."""


class _Found(NamedTuple):
    """A finding about a line of the table or an order."""

    where: int | str
    fault: Fault


@click.command(
    "qc",
    cls=Speaking,
    help="质检诉求与答复：投诉记成咨询、紧急程度记低、答复空洞、答非所问、缺要素（政策包要求的，或 --needs 写明的）。"
    "有发现时退出码为 1。\nORDERS 是一张表（须给 --text）；或用 --store 质检存储中的工单。\n--\n"
    "Check recorded requests and replies: complaints recorded as something milder, urgency recorded too low, empty "
    "replies, replies that share nothing with the question, records that lack elements the pack (or --needs) asks for. "
    "Exit code 1 where something is found. ORDERS is a table (with --text); --store checks the orders kept.",
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
@click.option(
    "--map",
    "mapping",
    default="",
    help="列映射，如 happened=发生时间,area=区县,anonymous=是否匿名 · which column is which",
)
@click.option(
    "--needs",
    default="",
    help="要查哪些要素，默认用政策包的：姓名、联系方式、时间、地点、起因、经过 · "
    "elements to ask for, the pack's by default: name,contact,time,place,cause,course",
)
@click.option("--store", default="", help=f"改从存储取工单，如 {DEFAULT_STORE} · take the orders of a store")
@click.option(
    "--pack", "pack_name", default="", help="政策包；默认 cn，用 --store 时取自工单 · pack; cn, or the orders'"
)
@click.option("--place", default="", help="热线（区划代码），用于 --store · the hotline, with --store")
@answers("table", "json", "csv")
def command(
    orders: str, mapping: str, needs: str, store: str, pack_name: str, place: str, form: str, **columns: str
) -> None:
    """Check."""
    if bool(orders) == bool(store):
        raise RequestError(
            "请给出表或 --store，二者之一",
            "give a table or --store, one of them",
            code="no-source",
            hint="例如 hotline12345 qc 工单.csv --text 内容，或 hotline12345 qc --store sqlite:///hotline12345.db",
            hint_en="for example hotline12345 qc FILE.csv --text COLUMN, or hotline12345 qc --store sqlite:///FILE.db",
        )
    columns |= _mapped(mapping)
    wanted = _needed(needs)
    if orders and not columns["text"]:
        raise click.UsageError(say("请用 --text 写明内容所在的列", "name the column of texts with --text"))
    refused: list[RequestError] = []
    if store:
        found = list(_of_store(store, pack_name, place, wanted))
    else:
        found = list(_of_table(orders, columns, pack_name, wanted, refused))
    tell_refused(refused)
    _print(found, "number" if store else "line", form)
    if found:
        click.get_current_context().exit(1)


def _mapped(mapping: str) -> dict[str, str]:
    """Return which column each field of ``--map`` is."""
    pairs = [pair.partition("=") for pair in mapping.split(",") if pair.strip()]
    named = {name.strip(): column.strip() for name, _, column in pairs}
    wrong = next((name for name in named if name not in FIELDS or not named[name]), None)
    if wrong is None:
        return named
    raise RequestError(
        f"列映射里的「{wrong}」不是 字段=列名",
        f"{wrong!r} in the mapping is not FIELD=COLUMN",
        code="unknown-field" if named[wrong] else "bad-mapping",
        hint="字段有：" + "、".join(FIELDS),
        hint_en="fields: " + ", ".join(FIELDS),
    )


def _needed(needs: str) -> tuple[str, ...] | None:
    """Return the elements named, in whichever language; ``None`` where none is: then the pack says."""
    from ..packs.table import RECORDED
    from .taken_in import ELEMENT_ZH

    named = [part.strip() for part in re.split("[,，、]", needs) if part.strip()]
    for part in named:
        if part not in RECORDED:
            raise RequestError(
                f"没有要素「{part}」",
                f"there is no element {part!r}",
                code="unknown-element",
                hint="要素有：" + "、".join(f"{zh} {name}" for name, zh in ELEMENT_ZH.items()),
                hint_en="elements: " + ", ".join(ELEMENT_ZH),
            )
    return tuple(RECORDED[part] for part in named) or None


def _of_store(store: str, pack_name: str, place: str, wanted: tuple[str, ...] | None) -> Iterator[_Found]:
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
        needs = policy.asks if wanted is None else wanted
        for fault in check_elements(needs, words, order.area, order.intake.anonymous):
            yield _Found(order.number, fault)


def _of_table(
    path: str, columns: dict[str, str], pack_name: str, wanted: tuple[str, ...] | None, refused: list[RequestError]
) -> Iterator[_Found]:
    from ..channels.rows import YES
    from ..text.quality import check, check_elements
    from ..text.samples import column, read_table
    from .classify import no_rules

    policy = policy_of(pack_name or "cn", "", need=("rules",))
    if policy.rules is None:
        raise no_rules(policy)
    rows = read_table(read_bytes(path), path)
    where = {name: column(rows, given, f"--{name}", path) for name, given in columns.items() if given}
    needs = _known(policy, columns) if wanted is None else _shown(wanted, columns)
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
        told = {name: said.get(name) for name in ("title", "text", "address", "happened")}
        words = {**told, "requester": who}
        nameless = said.get("anonymous", "").lower() in YES
        for fault in (*check(policy.rules, row), *check_elements(needs, words, said.get("area", ""), nameless)):
            yield _Found(line, fault)


def _known(policy: Policy, columns: dict[str, str]) -> tuple[str, ...]:
    """Return the elements the pack asks for that the table can show: no column, no finding."""
    return tuple(element for element in policy.asks if _has_column(element, columns))


def _has_column(element: str, columns: dict[str, str]) -> bool:
    return element not in _TOLD_BY or any(columns.get(field) for field in _TOLD_BY[element])


def _shown(wanted: tuple[str, ...], columns: dict[str, str]) -> tuple[str, ...]:
    """Return the elements asked for by name; one that no column can show is refused, not passed over."""
    from .taken_in import ELEMENT_ZH

    for element in wanted:
        if not _has_column(element, columns):
            fields = [f"{field}=" for field in _TOLD_BY[element]]
            raise RequestError(
                f"要查「{ELEMENT_ZH[element]}」，但没有写明哪一列说的是它",
                f"{element!r} is asked for and no column tells of it",
                code="missing-column",
                hint=f"用 --map 写明：{'、'.join(fields)}列名",
                hint_en=f"name one with --map: {' or '.join(fields)}COLUMN",
            )
    return wanted


def _checked(line: int, said: dict[str, str]) -> Checked:
    from ..channels.rows import NO, YES
    from ..core.request import Kind, Urgency
    from ..text.quality import Checked

    recorded = Kind.parse(said["kind"]) if said.get("kind") else None
    level = next((each for each in Urgency if said.get("urgency") in (each.value, each.zh)), None)
    if said.get("urgency") and level is None:
        zh, en = f"第 {line} 行：没有紧急程度「{said['urgency']}」", f"line {line}: no urgency {said['urgency']!r}"
        levels = "、".join(each.zh for each in Urgency)
        raise RequestError(zh, en, code="unknown-urgency", hint=levels, hint_en=levels)
    if said.get("anonymous", "").lower() not in {"", *YES, *NO}:
        zh, en = (
            f"第 {line} 行：匿名与否看不懂「{said['anonymous']}」",
            f"line {line}: anonymous or not: {said['anonymous']!r}",
        )
        raise RequestError(zh, en, code="bad-flag", hint="请填写 是 或 否", hint_en="give yes or no")
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
